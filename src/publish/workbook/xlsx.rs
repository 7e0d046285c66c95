//! The workbook as Excel reads it.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, Table, TableColumn, TableStyle, Url, Workbook, Worksheet,
};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::WorkbookError;
use super::book::{Book, BookCell, BookColumn, BookSheet, COVER_WIDTH, CoverLine, Look};
use crate::publish::text_files::is_formula;
use crate::time::Date;

/// Sans serif and 12 points, as the Government Analysis Function asks; with Excel's own sizes of its rows and columns.
const FONT: &str = "Arial";
const FONT_POINTS: f64 = 12.0;
const ROW_PIXELS: u32 = 20;
const COLUMN_PIXELS: u32 = 72;

const NAVY: Color = Color::RGB(0x0012_436D);

/// A4.
const PAPER: u8 = 9;

/// The workbook's bytes.
///
/// # Errors
/// Where the writer refuses a name, a text or a table.
pub(super) fn bytes(book: &Book<'_>) -> Result<Vec<u8>, WorkbookError> {
    let mut workbook = Workbook::new();
    let base = Format::new().set_font_name(FONT).set_font_size(FONT_POINTS);
    workbook.set_default_format(&base, ROW_PIXELS, COLUMN_PIXELS)?;
    workbook.set_properties(&properties(book)?);
    let formats = Formats::of(&base);
    cover(workbook.add_worksheet(), book, &formats)?;
    for sheet in &book.sheets {
        table(workbook.add_worksheet(), book, sheet, &formats)?;
    }
    with_language(workbook.save_to_buffer()?, book.properties.language)
}

fn properties(book: &Book<'_>) -> Result<DocProperties, WorkbookError> {
    let of = &book.properties;
    let properties = DocProperties::new()
        .set_title(&of.title)
        .set_subject(&of.subject)
        .set_author(&of.author)
        .set_company(&of.author)
        .set_comment(&of.description)
        .set_creation_datetime(&excel_date(of.date)?);
    Ok(match of.marking {
        Some(marking) => properties.set_category(marking),
        None => properties,
    })
}

fn excel_date(date: Date) -> Result<ExcelDateTime, WorkbookError> {
    // Dates of inputs begin in 1900: an earlier one is refused by the writer, not turned into another.
    let part = |value: i8| value.unsigned_abs();
    Ok(ExcelDateTime::from_ymd(date.year().unsigned_abs(), part(date.month()), part(date.day()))?)
}

/// The formats in use.
struct Formats {
    title: Format,
    heading: Format,
    prose: Format,
    header: Format,
    link: Format,
    base: Format,
}

impl Formats {
    fn of(base: &Format) -> Formats {
        let base = base.clone().set_align(FormatAlign::Top);
        let bold = base.clone().set_bold();
        Formats {
            title: bold.clone().set_font_size(16.0).set_text_wrap(),
            heading: bold.clone().set_font_size(14.0).set_text_wrap(),
            prose: base.clone().set_text_wrap(),
            header: bold.set_font_color(Color::White).set_background_color(NAVY).set_text_wrap(),
            link: base
                .clone()
                .set_font_color(Color::RGB(0x001D_70B8))
                .set_underline(rust_xlsxwriter::FormatUnderline::Single),
            base,
        }
    }

    /// The format of a column's cells.
    fn cell(&self, column: &BookColumn<'_>, look: Look) -> Format {
        let format = if column.wraps { self.base.clone().set_text_wrap() } else { self.base.clone() };
        match look {
            Look::Text => format.set_align(FormatAlign::Left),
            Look::Date => format.set_align(FormatAlign::Left).set_num_format("yyyy-mm-dd"),
            Look::Plain => format.set_align(FormatAlign::Left).set_num_format("0"),
            Look::Number(0) => format.set_num_format("#,##0"),
            Look::Number(places) => format.set_num_format(format!("#,##0.{}", "0".repeat(usize::from(places)))),
        }
    }
}

/// A page as it prints: the title above, and the marking where there is one.
fn page(worksheet: &mut Worksheet, name: &str, title: &str, marking: Option<&str>) -> Result<(), WorkbookError> {
    worksheet.set_name(name)?;
    // An ampersand begins a code in a header.
    let title: String = title.replace('&', "&&").chars().take(200).collect();
    let marking = marking.map_or(String::new(), |marking| format!("&R{marking}"));
    worksheet.set_paper_size(PAPER).set_landscape().set_print_fit_to_pages(1, 0);
    worksheet.set_header(format!("&L{title}{marking}")).set_footer("&RPage &P of &N");
    Ok(())
}

fn cover(worksheet: &mut Worksheet, book: &Book<'_>, formats: &Formats) -> Result<(), WorkbookError> {
    page(worksheet, &book.cover_name, &book.properties.title, book.properties.marking)?;
    worksheet.set_column_width(0, COVER_WIDTH)?;
    for (row, line) in (0_u32..).zip(&book.cover) {
        let at = (row, 0);
        match line {
            CoverLine::Title(text) => text_cell(worksheet, at, text, &formats.title)?,
            CoverLine::Heading(text) => text_cell(worksheet, at, text, &formats.heading)?,
            CoverLine::Text(text) => text_cell(worksheet, at, text, &formats.prose)?,
            CoverLine::Link(sheet) => link(worksheet, at, sheet, formats)?,
        }
        if let Some(points) = line.height() {
            worksheet.set_row_height(row, points)?;
        }
    }
    Ok(())
}

/// A text that is never a formula; where it looks like one, also not after someone edits the cell.
fn text_cell(worksheet: &mut Worksheet, at: (u32, u16), text: &str, format: &Format) -> Result<(), WorkbookError> {
    if is_formula(text) {
        worksheet.write_string_with_format(at.0, at.1, text, &format.clone().set_quote_prefix())?;
    } else {
        worksheet.write_string_with_format(at.0, at.1, text, format)?;
    }
    Ok(())
}

fn link(worksheet: &mut Worksheet, at: (u32, u16), sheet: &str, formats: &Formats) -> Result<(), WorkbookError> {
    let target = format!("internal:'{}'!A1", sheet.replace('\'', "''"));
    worksheet.write_url_with_options(at.0, at.1, Url::new(target), sheet, "", Some(&formats.link))?;
    Ok(())
}

fn table(
    worksheet: &mut Worksheet,
    book: &Book<'_>,
    sheet: &BookSheet<'_>,
    formats: &Formats,
) -> Result<(), WorkbookError> {
    page(worksheet, &sheet.name, &sheet.title, book.properties.marking)?;
    worksheet.set_repeat_rows(0, 0)?;
    let (last_row, last_column) = (sheet.rows as u32, (sheet.columns.len() - 1) as u16);
    let headers = sheet.columns.iter().map(|column| {
        let side = if column.look.is_figure() { FormatAlign::Right } else { FormatAlign::Left };
        let format = formats.header.clone().set_align(side);
        let format = if is_formula(&column.header) { format.set_quote_prefix() } else { format };
        TableColumn::new().set_header(&column.header).set_header_format(format)
    });
    // Filter buttons hide headers from some screen readers; whoever wants them switches them on.
    let marked_up = Table::new()
        .set_name(&sheet.table)
        .set_style(TableStyle::Light1)
        .set_autofilter(false)
        .set_alt_text_title(&sheet.title)
        .set_alt_text(&sheet.says)
        .set_columns(&headers.collect::<Vec<TableColumn>>());
    worksheet.add_table(0, 0, last_row, last_column, &marked_up)?;
    for (at, column) in (0_u16..).zip(&sheet.columns) {
        worksheet.set_column_width(at, column.width)?;
        let looks = BTreeMap::from([Look::Text, column.look].map(|look| (look, formats.cell(column, look))));
        let format = |look: Look| looks.get(&look).unwrap_or(&formats.base);
        // A mark stands where a figure would: on the right.
        let mark = formats.cell(column, Look::Text).set_align(FormatAlign::Right);
        let of_text = if column.look.is_figure() { &mark } else { format(Look::Text) };
        for row in 0..sheet.rows {
            let place = (row as u32 + 1, at);
            match column.cell(row) {
                BookCell::Text(text) if sheet.links == Some(usize::from(at)) && book.has_sheet(&text) => {
                    link(worksheet, place, &text, formats)?;
                }
                BookCell::Text(text) => text_cell(worksheet, place, &text, of_text)?,
                BookCell::Number(number) => {
                    worksheet.write_number_with_format(place.0, place.1, number, format(column.look))?;
                }
                BookCell::Date(date) => match excel_date(date) {
                    Ok(date) => {
                        worksheet.write_datetime_with_format(place.0, place.1, &date, format(Look::Date))?;
                    }
                    // Excel knows no date before 1900.
                    Err(_) => text_cell(worksheet, place, &date.to_string(), of_text)?,
                },
            }
        }
    }
    for row in 0..sheet.rows {
        if let Some(points) = sheet.height(row) {
            worksheet.set_row_height(row as u32 + 1, points)?;
        }
    }
    Ok(())
}

/// The workbook with its language among its properties, which the writer has no option for.
fn with_language(workbook: Vec<u8>, language: &str) -> Result<Vec<u8>, WorkbookError> {
    const PROPERTIES: &str = "docProps/core.xml";
    const AFTER: &str = "</dc:creator>";
    let mut archive = ZipArchive::new(Cursor::new(&workbook))?;
    let mut out = ZipWriter::new(Cursor::new(Vec::with_capacity(workbook.len() + 64)));
    for part in 0..archive.len() {
        if archive.by_index_raw(part)?.name()? != PROPERTIES {
            out.raw_copy_file(archive.by_index_raw(part)?)?;
            continue;
        }
        let text = std::io::read_to_string(archive.by_index(part)?)?;
        out.start_file(PROPERTIES, part_options())?;
        out.write_all(text.replacen(AFTER, &format!("{AFTER}<dc:language>{language}</dc:language>"), 1).as_bytes())?;
    }
    Ok(out.finish()?.into_inner())
}

/// A part of the package: compressed, without the time of day.
pub(super) fn part_options() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644)
}
