//! Lists of Annex A and other tables in the sheets of a sound workbook. Between two sheets stands the separator of
//! records; the first line is a sheet's name, each other line a row, its cells between tabs. A cell that begins with `#`
//! is stored as a number, one with `!` as an error, all others as text.

use std::fmt::Write;

use groundswell::ingest::{IngestError, InputOptions};

use super::{CHILD, Names, bytes_named, counted, happened, packed};

/// How many sheets are packed at most.
const MOST: usize = 3;

pub fn keeps(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut sheets = Vec::new();
    let mut named = String::new();
    // Writing to a string can't fail.
    for (number, sheet) in text.split('\u{1E}').take(MOST).enumerate() {
        let (name, rows) = sheet.split_once('\n').unwrap_or((sheet, ""));
        let id = number + 1;
        let _ = write!(named, r#"<sheet name="{} {id}" sheetId="{id}" r:id="rId{id}"/>"#, escaped(name));
        sheets.push((format!("xl/worksheets/sheet{id}.xml"), sheet_of(rows)));
    }
    let book = format!(
        r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>{named}</sheets></workbook>"#
    );
    let mut parts = vec![("xl/workbook.xml", book.as_bytes())];
    parts.extend(sheets.iter().map(|(name, content)| (name.as_str(), content.as_bytes())));
    let Some(book) = packed::workbook(&parts) else { return };
    let source = [bytes_named("lists.xlsx", &book)];
    // Where a message names a child, it lists columns, and the child stands in a header.
    let dimensions = vec!["source".to_owned(), "need".to_owned()];
    let read = counted(&InputOptions { dimensions, ..InputOptions::default() }, &source, Names::Anything);
    let events = happened(&source, Names::Anything);
    for error in read.err().into_iter().chain(events.err()) {
        let lists_columns = matches!(
            error,
            IngestError::Unrecognised { .. } | IngestError::MissingColumn { .. } | IngestError::RepeatedHeader { .. }
        );
        let in_name = text.split('\u{1E}').any(|sheet| sheet.lines().next().is_some_and(|name| name.contains(CHILD)));
        assert!(
            lists_columns || in_name || !error.to_string().contains(CHILD),
            "a message that names a child: {error}"
        );
    }
}

fn sheet_of(rows: &str) -> String {
    let mut sheet = String::from(
        r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#,
    );
    for (number, row) in rows.lines().enumerate() {
        let number = number + 1;
        let _ = write!(sheet, r#"<row r="{number}">"#);
        for (column, cell) in row.split('\t').enumerate().take(40).filter(|(_, cell)| !cell.is_empty()) {
            let (tens, ones) = (column / 26, (b'A' + (column % 26) as u8) as char);
            let at = if tens == 0 { format!("{ones}{number}") } else { format!("A{ones}{number}") };
            let _ = match (cell.strip_prefix('#'), cell.strip_prefix('!')) {
                (Some(value), _) => write!(sheet, r#"<c r="{at}"><v>{}</v></c>"#, escaped(value)),
                (_, Some(_)) => write!(sheet, r##"<c r="{at}" t="e"><v>#REF!</v></c>"##),
                _ => write!(sheet, r#"<c r="{at}" t="inlineStr"><is><t>{}</t></is></c>"#, escaped(cell)),
            };
        }
        sheet.push_str("</row>");
    }
    sheet.push_str("</sheetData></worksheet>");
    sheet
}

/// Text that may stand in XML.
fn escaped(text: &str) -> String {
    let text: String = text.chars().filter(|letter| !letter.is_control()).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
