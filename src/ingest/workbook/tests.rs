//! Workbooks as Excel stores them, and as nobody should.

use std::io::Cursor;
use std::ops::ControlFlow;
use std::path::Path;

use super::Workbook;
use super::made_by_hand::{Made, Part, archive, parts, workbook};
use crate::ingest::error::IngestError;

fn open(bytes: &[u8]) -> Result<Workbook, IngestError> {
    Workbook::open(Path::new("b.xlsx"), &mut Cursor::new(bytes))
}

fn message(bytes: &[u8]) -> String {
    open(bytes).map(drop).expect_err("a workbook that is refused").to_string()
}

/// The rows of the first sheet: number, then its cells as text.
fn rows(bytes: &[u8]) -> Vec<(u64, Vec<String>)> {
    let mut book = open(bytes).expect("a workbook");
    let (sheet, mut rows) = (book.sheets()[0].clone(), Vec::new());
    book.each_row(&sheet, &mut |row| {
        rows.push((row.number, row.headers()));
        ControlFlow::Continue(())
    })
    .expect("rows");
    rows
}

fn book_with(change: impl Fn(&mut Vec<(String, String)>)) -> Vec<u8> {
    let mut parts = parts(&[("S", &[&[Made::Text("a")]])], false);
    change(&mut parts);
    let parts: Vec<Part<'_>> = parts
        .iter()
        .map(|(name, content)| Part { name, content: content.as_bytes(), claims: None, flags: 0 })
        .collect();
    archive(&parts)
}

#[test]
fn cells_are_read_as_excel_shows_them() {
    let row = [
        Made::Text("q) 6: Police & fire"),
        Made::Number(6_537_810.0),
        Made::Date(45_382.75),
        Made::Error("#N/A"),
        Made::Formula("A1&\"x\"", "worked out"),
        Made::Empty,
        Made::Number(2.5),
    ];
    let found = rows(&workbook(&[("S", &[&[], &[Made::Empty], &row])], false));
    let cells = ["q) 6: Police & fire", "6537810", "2024-03-31", "#N/A", "worked out", "", "2.5"];
    assert_eq!(found, [(3, cells.map(str::to_owned).to_vec())], "blank rows are passed over, and numbers stay");
}

/// 1 January 2024 is day 43830 of the 1904 system.
#[test]
fn the_calendar_of_1904_is_the_workbook_s_own() {
    let rows = rows(&workbook(&[("S", &[&[Made::Date(43_830.0)]])], true));
    assert_eq!(rows[0].1, ["2024-01-01"]);
}

#[test]
fn a_bomb_is_refused_by_what_it_claims() {
    let content = vec![b' '; 4 << 20];
    let part = |claims| Part { name: "xl/workbook.xml", content: &content, claims: Some(claims), flags: 0 };
    assert!(message(&archive(&[part(600 << 20)])).contains("inflates to more than 512 MB"));
    assert!(message(&archive(&[part(0), part(1 << 20)])).contains("inflates to another size than it says"));
    assert!(message(&archive(&[part((4 << 20) + 1)])).contains("inflates to another size than it says"));
}

#[test]
fn paths_that_lead_outside_are_refused() {
    for name in ["../../etc/passwd", "/etc/passwd", "xl\\..\\..\\x", "C:/x", "\\\\host\\x"] {
        let book = book_with(|parts| parts.push((name.to_owned(), "x".to_owned())));
        assert!(message(&book).contains("a path that leads outside the workbook"), "{name}: {}", message(&book));
    }
}

#[test]
fn a_workbook_cut_anywhere_is_an_error() {
    let whole = workbook(&[("S", &[&[Made::Text("CANARY")]])], false);
    assert!(open(&whole).is_ok());
    for end in 4..whole.len() {
        let said = message(&whole[..end]);
        assert!(said.starts_with("b.xlsx: ") && !said.contains("CANARY"), "{end}: {said}");
    }
}

#[test]
fn other_archives_and_passwords_are_told_apart() {
    let one = |name, flags| archive(&[Part { name, content: b"x", claims: None, flags }]);
    assert!(message(&one("notes.txt", 0)).contains("this is a zip archive"));
    assert!(message(&one("xl/workbook.bin", 0)).contains(".xlsb"));
    assert!(message(&one("content.xml", 0)).contains("OpenDocument"));
    assert!(message(&one("xl/workbook.xml", 1)).contains("a workbook with a password"));
    assert!(message(&one("xl/workbook.xml", 0)).contains("Excel file can't be decoded"));
}

#[test]
fn a_cell_beyond_the_last_column_of_excel_is_refused() {
    let wide = book_with(|parts| parts[0].1 = parts[0].1.replace("\"A1\"", "\"ZZZZ1\""));
    let mut book = open(&wide).expect("opened");
    let error = book.each_row("S", &mut |_| ControlFlow::Continue(())).expect_err("outside");
    assert!(error.to_string().contains("b.xlsx"), "{error}");
}

#[test]
fn a_cell_in_the_last_row_and_column_takes_no_room() {
    let far = book_with(|parts| {
        parts[0].1 = parts[0].1.replace("\"A1\"", "\"XFD1048576\"").replace("row r=\"1\"", "row r=\"1048576\"")
    });
    assert_eq!(
        rows(&far).iter().map(|(number, cells)| (*number, cells.len())).collect::<Vec<_>>(),
        [(1_048_576, 16_384)]
    );
}
