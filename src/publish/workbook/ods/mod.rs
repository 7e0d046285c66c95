//! The workbook in OpenDocument's form (OASIS OpenDocument 1.3, parts 2 and 3).
//!
//! In: a [`Book`]. Out: the package's bytes. Each sheet's table is a database range of the table's name with a header, as
//! Excel's marked-up tables are in this form.

mod styles;

use std::io::{Cursor, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use zip::{CompressionMethod, ZipWriter};

use super::WorkbookError;
use super::book::{Book, BookCell, BookColumn, BookSheet, COVER_WIDTH, CoverLine, Properties};
use super::xlsx::part_options;
use crate::publish::text_files::plain;

/// The form's media type.
pub(super) const MEDIA_TYPE: &str = "application/vnd.oasis.opendocument.spreadsheet";

const VERSION: (&str, &str) = ("office:version", "1.3");

/// The prefixes that the parts use.
const NAMESPACES: [(&str, &str); 10] = [
    ("xmlns:office", "urn:oasis:names:tc:opendocument:xmlns:office:1.0"),
    ("xmlns:style", "urn:oasis:names:tc:opendocument:xmlns:style:1.0"),
    ("xmlns:text", "urn:oasis:names:tc:opendocument:xmlns:text:1.0"),
    ("xmlns:table", "urn:oasis:names:tc:opendocument:xmlns:table:1.0"),
    ("xmlns:fo", "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"),
    ("xmlns:svg", "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"),
    ("xmlns:number", "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0"),
    ("xmlns:meta", "urn:oasis:names:tc:opendocument:xmlns:meta:1.0"),
    ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
    ("xmlns:xlink", "http://www.w3.org/1999/xlink"),
];

/// A part of the package under way.
struct Xml<W: Write>(Writer<W>);

type Written = Result<(), std::io::Error>;

impl<W: Write> Xml<W> {
    /// An element with what is inside it.
    fn element(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        inside: impl FnOnce(&mut Xml<W>) -> Written,
    ) -> Written {
        let start = BytesStart::new(name).with_attributes(attributes.iter().copied());
        self.0.write_event(Event::Start(start))?;
        inside(self)?;
        self.0.write_event(Event::End(BytesEnd::new(name)))
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) -> Written {
        self.0.write_event(Event::Empty(BytesStart::new(name).with_attributes(attributes.iter().copied())))
    }

    fn raw_text(&mut self, text: &str) -> Written {
        self.0.write_event(Event::Text(BytesText::new(text)))
    }

    /// A text as it is: white space that XML would fold has elements of its own, and what XML can't hold is replaced.
    fn text(&mut self, text: &str) -> Written {
        let mut run = String::new();
        for letter in text.chars() {
            let is_folded = letter == ' ' && (run.is_empty() || run.ends_with(' '));
            let element = match letter {
                ' ' if is_folded => "text:s",
                '\t' => "text:tab",
                '\n' => "text:line-break",
                letter => {
                    let allowed = !letter.is_control() && letter != '\u{FFFE}' && letter != '\u{FFFF}';
                    run.push(if allowed { letter } else { char::REPLACEMENT_CHARACTER });
                    continue;
                }
            };
            self.raw_text(&run)?;
            run.clear();
            self.empty(element, &[])?;
        }
        self.raw_text(&run)
    }
}

/// The package's bytes.
///
/// # Errors
/// Where the package can't be written, which memory doesn't refuse.
pub(super) fn bytes(book: &Book<'_>) -> Result<Vec<u8>, WorkbookError> {
    let mut package = ZipWriter::new(Cursor::new(Vec::new()));
    // First and uncompressed, so that a file's kind can be told from its first bytes.
    package.start_file("mimetype", part_options().compression_method(CompressionMethod::Stored))?;
    package.write_all(MEDIA_TYPE.as_bytes())?;
    part(&mut package, "META-INF/manifest.xml", manifest)?;
    part(&mut package, "meta.xml", |xml| meta(xml, &book.properties))?;
    part(&mut package, "styles.xml", |xml| styles::styles(xml, &book.properties))?;
    part(&mut package, "content.xml", |xml| content(xml, book))?;
    Ok(package.finish()?.into_inner())
}

type Package = ZipWriter<Cursor<Vec<u8>>>;

fn part(
    package: &mut Package,
    path: &str,
    inside: impl FnOnce(&mut Xml<&mut Package>) -> Written,
) -> Result<(), WorkbookError> {
    package.start_file(path, part_options())?;
    let mut xml = Xml(Writer::new(package));
    xml.0.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    Ok(inside(&mut xml)?)
}

/// The attributes of a part's outermost element.
fn root() -> Vec<(&'static str, &'static str)> {
    NAMESPACES.into_iter().chain([VERSION]).collect()
}

fn manifest(xml: &mut Xml<&mut Package>) -> Written {
    let root = [("xmlns:manifest", "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"), ("manifest:version", "1.3")];
    xml.element("manifest:manifest", &root, |xml| {
        let own = [("manifest:full-path", "/"), ("manifest:version", "1.3"), ("manifest:media-type", MEDIA_TYPE)];
        xml.empty("manifest:file-entry", &own)?;
        ["meta.xml", "styles.xml", "content.xml"].into_iter().try_for_each(|path| {
            xml.empty("manifest:file-entry", &[("manifest:full-path", path), ("manifest:media-type", "text/xml")])
        })
    })
}

fn meta<W: Write>(xml: &mut Xml<W>, properties: &Properties) -> Written {
    let date = format!("{}T00:00:00", properties.date);
    xml.element("office:document-meta", &root(), |xml| {
        xml.element("office:meta", &[], |xml| {
            for (name, text) in [
                ("meta:generator", "Groundswell"),
                ("dc:title", properties.title.as_str()),
                ("dc:subject", &properties.subject),
                ("dc:description", &properties.description),
                ("meta:initial-creator", &properties.author),
                ("dc:creator", &properties.author),
                ("meta:creation-date", &date),
                ("dc:date", &date),
                ("dc:language", properties.language),
            ] {
                xml.element(name, &[], |xml| xml.text(text))?;
            }
            properties
                .marking
                .into_iter()
                .try_for_each(|marking| xml.element("meta:keyword", &[], |xml| xml.text(marking)))
        })
    })
}

fn content<W: Write>(xml: &mut Xml<W>, book: &Book<'_>) -> Written {
    xml.element("office:document-content", &root(), |xml| {
        styles::automatic(xml, book)?;
        xml.element("office:body", &[], |xml| {
            xml.element("office:spreadsheet", &[], |xml| {
                cover(xml, book)?;
                book.sheets.iter().try_for_each(|one| sheet(xml, book, one))?;
                xml.element("table:database-ranges", &[], |xml| book.sheets.iter().try_for_each(|one| range(xml, one)))
            })
        })
    })
}

fn cover<W: Write>(xml: &mut Xml<W>, book: &Book<'_>) -> Written {
    let attributes = [("table:name", book.cover_name.as_str()), ("table:style-name", styles::SHEET)];
    xml.element("table:table", &attributes, |xml| {
        xml.empty("table:table-column", &[("table:style-name", &styles::column(COVER_WIDTH))])?;
        for line in &book.cover {
            let (style, text, target) = match line {
                CoverLine::Title(text) => (styles::TITLE, text, None),
                CoverLine::Heading(text) => (styles::HEADING, text, None),
                CoverLine::Text(text) => (styles::PROSE, text, None),
                CoverLine::Link(sheet) => (styles::PROSE, sheet, Some(sheet.as_str())),
            };
            row(xml, line.height(), |xml| text_cell(xml, style, text, target))?;
        }
        Ok(())
    })
}

fn sheet<W: Write>(xml: &mut Xml<W>, book: &Book<'_>, sheet: &BookSheet<'_>) -> Written {
    let attributes = [("table:name", sheet.name.as_str()), ("table:style-name", styles::SHEET)];
    xml.element("table:table", &attributes, |xml| {
        xml.element("table:title", &[], |xml| xml.text(&sheet.title))?;
        xml.element("table:desc", &[], |xml| xml.text(&sheet.says))?;
        for column in &sheet.columns {
            xml.empty("table:table-column", &[("table:style-name", &styles::column(column.width))])?;
        }
        xml.element("table:table-header-rows", &[], |xml| {
            row(xml, None, |xml| {
                sheet.columns.iter().try_for_each(|column| {
                    let style = if column.look.is_figure() { styles::FIGURE_HEADER } else { styles::HEADER };
                    text_cell(xml, style, &column.header, None)
                })
            })
        })?;
        for at in 0..sheet.rows {
            row(xml, sheet.height(at), |xml| {
                let columns = sheet.columns.iter().enumerate();
                columns
                    .into_iter()
                    .try_for_each(|(place, column)| cell(xml, book, column, at, sheet.links == Some(place)))
            })?;
        }
        Ok(())
    })
}

fn row<W: Write>(xml: &mut Xml<W>, points: Option<f64>, cells: impl FnOnce(&mut Xml<W>) -> Written) -> Written {
    xml.element("table:table-row", &[("table:style-name", &styles::row(points))], cells)
}

fn cell<W: Write>(xml: &mut Xml<W>, book: &Book<'_>, column: &BookColumn<'_>, row: usize, links: bool) -> Written {
    let style = styles::cell(column.look, column.wraps);
    match column.cell(row) {
        BookCell::Text(text) => {
            let style = if column.look.is_figure() { styles::MARK } else { style };
            let target = (links && book.has_sheet(&text)).then_some(text.as_ref());
            text_cell(xml, style, &text, target)
        }
        BookCell::Number(number) => {
            let value = plain(number);
            value_cell(xml, &[("office:value-type", "float"), ("office:value", &value)], style, &value)
        }
        BookCell::Date(date) => {
            let value = date.to_string();
            value_cell(xml, &[("office:value-type", "date"), ("office:date-value", &value)], style, &value)
        }
    }
}

fn value_cell<W: Write>(xml: &mut Xml<W>, value: &[(&str, &str)], style: &str, shown: &str) -> Written {
    let attributes: Vec<(&str, &str)> =
        [("table:style-name", style)].into_iter().chain(value.iter().copied()).collect();
    xml.element("table:table-cell", &attributes, |xml| xml.element("text:p", &[], |xml| xml.text(shown)))
}

/// A text, which this form never takes for a formula; with the sheet that it leads to.
fn text_cell<W: Write>(xml: &mut Xml<W>, style: &str, text: &str, target: Option<&str>) -> Written {
    let attributes = [("table:style-name", style), ("office:value-type", "string")];
    xml.element("table:table-cell", &attributes, |xml| {
        xml.element("text:p", &[], |xml| match target {
            Some(sheet) => {
                let href = format!("#{}.A1", quoted(sheet));
                xml.element("text:a", &[("xlink:type", "simple"), ("xlink:href", &href)], |xml| xml.text(text))
            }
            None => xml.text(text),
        })
    })
}

/// The marked-up table of a sheet.
fn range<W: Write>(xml: &mut Xml<W>, sheet: &BookSheet<'_>) -> Written {
    let name = quoted(&sheet.name);
    let address = format!("{name}.A1:{name}.{}{}", letters(sheet.columns.len() - 1), sheet.rows + 1);
    let attributes = [
        ("table:name", sheet.table.as_str()),
        ("table:target-range-address", &address),
        ("table:contains-header", "true"),
        ("table:display-filter-buttons", "false"),
    ];
    xml.empty("table:database-range", &attributes)
}

fn quoted(sheet: &str) -> String {
    format!("'{}'", sheet.replace('\'', "''"))
}

/// The letters of a column, counted from 0: A, Z, AA.
fn letters(column: usize) -> String {
    let last = char::from(b'A' + (column % 26) as u8);
    match column / 26 {
        0 => last.to_string(),
        more => format!("{}{last}", letters(more - 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_the_letters_of_spreadsheets() {
        assert_eq!([0, 25, 26, 27, 51, 52, 701, 702].map(letters), ["A", "Z", "AA", "AB", "AZ", "BA", "ZZ", "AAA"]);
    }

    #[test]
    fn white_space_is_kept_and_what_xml_cannot_hold_is_replaced() {
        let mut xml = Xml(Writer::new(Vec::new()));
        xml.text(" a  b\tc\nd\u{1}<&").expect("written");
        let text = String::from_utf8(xml.0.into_inner()).expect("text");
        assert_eq!(text, "<text:s/>a <text:s/>b<text:tab/>c<text:line-break/>d\u{FFFD}&lt;&amp;");
    }
}
