//! Lists as Excel workbooks: a sheet a list, with a title above its header as councils' templates have it.

use std::io;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::Sheet;
use crate::time::Date;

/// The bytes of a workbook; `made` stands in it as its day, so that the same lists give the same bytes.
///
/// A cell that Excel itself would take as a date or a whole number when it is typed is one here too.
pub(super) fn bytes(sheets: &[Sheet], made: Date) -> io::Result<Vec<u8>> {
    build(sheets, made).map_err(io::Error::other)
}

fn build(sheets: &[Sheet], made: Date) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&excel_date(made)?));
    let day = Format::new().set_num_format("dd/mm/yyyy");
    for sheet in sheets {
        let to = workbook.add_worksheet();
        to.set_name(&sheet.name)?;
        to.write(0, 0, &sheet.title)?;
        for (column, header) in (0..).zip(&sheet.header) {
            to.write(1, column, *header)?;
        }
        for (row, cells) in (2..).zip(&sheet.rows) {
            for (column, text) in (0..).zip(cells) {
                cell(to, row, column, text, &day)?;
            }
        }
    }
    workbook.save_to_buffer()
}

fn cell(to: &mut Worksheet, row: u32, column: u16, text: &str, day: &Format) -> Result<(), XlsxError> {
    let date = ["%d/%m/%Y", "%Y-%m-%d"].iter().find_map(|form| Date::strptime(form, text).ok());
    match (date, text.parse::<u32>()) {
        (Some(date), _) => to.write_with_format(row, column, &excel_date(date)?, day)?,
        (None, Ok(number)) => to.write(row, column, number)?,
        (None, Err(_)) if text.is_empty() => to,
        (None, Err(_)) => to.write(row, column, text)?,
    };
    Ok(())
}

fn excel_date(date: Date) -> Result<ExcelDateTime, XlsxError> {
    let part = |part: i8| u8::try_from(part).unwrap_or(1);
    ExcelDateTime::from_ymd(u16::try_from(date.year()).unwrap_or(1900), part(date.month()), part(date.day()))
}
