//! How an OpenDocument workbook looks.

use std::collections::BTreeSet;
use std::io::Write;

use super::{Written, Xml, root};
use crate::publish::workbook::book::{Book, COVER_WIDTH, Look, Properties};

pub(super) const SHEET: &str = "sheet";
pub(super) const TITLE: &str = "title";
pub(super) const HEADING: &str = "heading";
pub(super) const PROSE: &str = "prose";
pub(super) const HEADER: &str = "header";
/// Above figures.
pub(super) const FIGURE_HEADER: &str = "figure-header";
/// Shorthand where a figure would stand.
pub(super) const MARK: &str = "mark";

/// Of a digit of Arial at 12 points.
const MILLIMETRES_A_CHARACTER: f64 = 2.4;

const NAVY: &str = "#12436d";

/// The style of a column of so many characters.
pub(super) fn column(width: f64) -> String {
    format!("column-{}", width.round())
}

/// The style of a row of so many points; of one line without.
pub(super) fn row(points: Option<f64>) -> String {
    points.map_or("row".to_owned(), |points| format!("row-{points}"))
}

/// The style of a column's cells.
pub(super) fn cell(look: Look, wraps: bool) -> &'static str {
    match look {
        Look::Text if wraps => PROSE,
        Look::Text => "text",
        Look::Date => "date",
        Look::Plain => "plain",
        Look::Number(0) => "number-0",
        Look::Number(1) => "number-1",
        Look::Number(2) => "number-2",
        Look::Number(_) => "number-3",
    }
}

/// The part `styles.xml`: the font, and the page with its marking.
pub(super) fn styles<W: Write>(xml: &mut Xml<W>, properties: &Properties) -> Written {
    xml.element("office:document-styles", &root(), |xml| {
        fonts(xml)?;
        xml.element("office:styles", &[], |xml| {
            xml.element("style:default-style", &[("style:family", "table-cell")], |xml| {
                let (language, country) = properties.language.split_once('-').unwrap_or((properties.language, ""));
                let font = [
                    ("style:font-name", "Arial"),
                    ("fo:font-size", "12pt"),
                    ("fo:language", language),
                    ("fo:country", country),
                ];
                xml.empty("style:text-properties", &font)
            })
        })?;
        xml.element("office:automatic-styles", &[], |xml| {
            xml.element("style:page-layout", &[("style:name", "page")], |xml| {
                let page = [
                    ("fo:page-width", "297mm"),
                    ("fo:page-height", "210mm"),
                    ("style:print-orientation", "landscape"),
                    ("fo:margin", "15mm"),
                    ("style:scale-to-X", "1"),
                    ("style:scale-to-Y", "0"),
                ];
                xml.empty("style:page-layout-properties", &page)?;
                xml.element("style:header-style", &[], |xml| {
                    xml.empty(
                        "style:header-footer-properties",
                        &[("fo:min-height", "8mm"), ("fo:margin-bottom", "3mm")],
                    )
                })
            })
        })?;
        xml.element("office:master-styles", &[], |xml| {
            let master = [("style:name", "Default"), ("style:page-layout-name", "page")];
            xml.element("style:master-page", &master, |xml| {
                xml.element("style:header", &[], |xml| {
                    xml.element("text:p", &[], |xml| {
                        let marking = properties.marking.map_or(String::new(), |marking| format!("{marking}: "));
                        xml.text(&format!("{marking}{}, ", properties.title))?;
                        xml.element("text:sheet-name", &[], |xml| xml.text("sheet"))
                    })
                })
            })
        })
    })
}

fn fonts<W: Write>(xml: &mut Xml<W>) -> Written {
    xml.element("office:font-face-decls", &[], |xml| {
        let font = [("style:name", "Arial"), ("svg:font-family", "Arial"), ("style:font-family-generic", "swiss")];
        xml.empty("style:font-face", &font)
    })
}

/// The styles of `content.xml`.
pub(super) fn automatic<W: Write>(xml: &mut Xml<W>, book: &Book<'_>) -> Written {
    fonts(xml)?;
    xml.element("office:automatic-styles", &[], |xml| {
        let named = |family| [("style:name", SHEET), ("style:family", family)];
        let sheet = [named("table")[0], named("table")[1], ("style:master-page-name", "Default")];
        xml.element("style:style", &sheet, |xml| {
            xml.empty("style:table-properties", &[("table:display", "true"), ("style:writing-mode", "lr-tb")])
        })?;
        for points in heights(book) {
            let name = row(points);
            xml.element("style:style", &[("style:name", &name), ("style:family", "table-row")], |xml| {
                let height = points.map(|points| format!("{points}pt"));
                let of_row = match &height {
                    Some(height) => {
                        vec![("style:row-height", height.as_str()), ("style:use-optimal-row-height", "false")]
                    }
                    None => vec![("style:use-optimal-row-height", "true")],
                };
                xml.empty("style:table-row-properties", &of_row)
            })?;
        }
        let widths = book.sheets.iter().flat_map(|sheet| sheet.columns.iter().map(|column| column.width));
        let widths: BTreeSet<u64> = widths.chain([COVER_WIDTH]).map(|width| width.round() as u64).collect();
        for width in widths {
            let name = column(width as f64);
            xml.element("style:style", &[("style:name", &name), ("style:family", "table-column")], |xml| {
                let millimetres = format!("{:.1}mm", width as f64 * MILLIMETRES_A_CHARACTER);
                xml.empty("style:table-column-properties", &[("style:column-width", &millimetres)])
            })?;
        }
        numbers(xml)?;
        cells(xml)
    })
}

/// Every height of a row, once.
fn heights(book: &Book<'_>) -> Vec<Option<f64>> {
    let of_tables = book.sheets.iter().flat_map(|sheet| (0..sheet.rows).map(|row| sheet.height(row)));
    let mut heights: Vec<Option<f64>> =
        std::iter::once(None).chain(book.cover.iter().map(|line| line.height())).chain(of_tables).collect();
    heights.sort_by(|one, other| one.unwrap_or(0.0).total_cmp(&other.unwrap_or(0.0)));
    heights.dedup();
    heights
}

fn numbers<W: Write>(xml: &mut Xml<W>) -> Written {
    let part = |name| (name, [("number:style", "long")]);
    xml.element("number:date-style", &[("style:name", "of-date")], |xml| {
        for (name, style) in [part("number:year"), part("number:month"), part("number:day")] {
            if name != "number:year" {
                xml.element("number:text", &[], |xml| xml.text("-"))?;
            }
            xml.empty(name, &style)?;
        }
        Ok(())
    })?;
    for (name, places, grouping) in [
        ("of-plain", "0", "false"),
        ("of-number-0", "0", "true"),
        ("of-number-1", "1", "true"),
        ("of-number-2", "2", "true"),
        ("of-number-3", "3", "true"),
    ] {
        xml.element("number:number-style", &[("style:name", name)], |xml| {
            let number = [
                ("number:decimal-places", places),
                ("number:min-decimal-places", places),
                ("number:min-integer-digits", "1"),
                ("number:grouping", grouping),
            ];
            xml.empty("number:number", &number)
        })?;
    }
    Ok(())
}

fn cells<W: Write>(xml: &mut Xml<W>) -> Written {
    const TOP: (&str, &str) = ("style:vertical-align", "top");
    const WRAP: (&str, &str) = ("fo:wrap-option", "wrap");
    let bold = |size: &'static str| vec![("fo:font-weight", "bold"), ("fo:font-size", size)];
    let white = [bold("12pt"), vec![("fo:color", "#ffffff")]].concat();
    // Name, the style of its numbers, of the cell, of the paragraph's end, of the letters.
    type Style<'a> = (&'a str, Option<&'a str>, Vec<(&'a str, &'a str)>, &'a str, Vec<(&'a str, &'a str)>);
    let styles: [Style<'_>; 13] = [
        (TITLE, None, vec![TOP, WRAP], "start", bold("16pt")),
        (HEADING, None, vec![TOP, WRAP], "start", bold("14pt")),
        (PROSE, None, vec![TOP, WRAP], "start", vec![]),
        (HEADER, None, vec![TOP, WRAP, ("fo:background-color", NAVY)], "start", white.clone()),
        (FIGURE_HEADER, None, vec![TOP, WRAP, ("fo:background-color", NAVY)], "end", white),
        ("text", None, vec![TOP], "start", vec![]),
        (MARK, None, vec![TOP], "end", vec![]),
        ("date", Some("of-date"), vec![TOP], "start", vec![]),
        ("plain", Some("of-plain"), vec![TOP], "start", vec![]),
        ("number-0", Some("of-number-0"), vec![TOP], "end", vec![]),
        ("number-1", Some("of-number-1"), vec![TOP], "end", vec![]),
        ("number-2", Some("of-number-2"), vec![TOP], "end", vec![]),
        ("number-3", Some("of-number-3"), vec![TOP], "end", vec![]),
    ];
    for (name, numbers, cell, end, letters) in styles {
        let mut attributes = vec![("style:name", name), ("style:family", "table-cell")];
        attributes.extend(numbers.map(|numbers| ("style:data-style-name", numbers)));
        xml.element("style:style", &attributes, |xml| {
            xml.empty("style:table-cell-properties", &cell)?;
            xml.empty("style:paragraph-properties", &[("fo:text-align", end)])?;
            if letters.is_empty() { Ok(()) } else { xml.empty("style:text-properties", &letters) }
        })?;
    }
    Ok(())
}
