//! Cells of a sheet as text, whatever Excel stored.

use std::borrow::Cow;

use calamine::DataRef;

use crate::ingest::dates::{date_of, excel_day};
use crate::math::spelling::on_one_line;

/// How long the text of a cell may be; what is longer is no field that is read, and is cut.
const MOST_TEXT: usize = 1024;

/// One cell that isn't empty.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::ingest) enum Cell {
    /// Text as written.
    Text(String),
    /// A number, which in a column of dates is a day number of Excel.
    Number(f64),
    /// A day, in days since 1 January 1970.
    Day(i32),
    /// An error such as `#N/A`.
    Error,
}

impl Cell {
    /// What Excel stored; nothing for an empty cell.
    pub(super) fn of(stored: DataRef<'_>, from_1904: bool) -> Option<Cell> {
        let text = |text: &str| Some(Cell::Text(cut(text).to_string())).filter(|_| !text.trim().is_empty());
        match stored {
            DataRef::Empty => None,
            DataRef::String(written) => text(&written),
            DataRef::SharedString(written) => text(written),
            DataRef::DateTimeIso(written) | DataRef::DurationIso(written) => text(&written),
            DataRef::Int(number) => Some(Cell::Number(number as f64)),
            DataRef::Float(number) => Some(Cell::Number(number)),
            DataRef::Bool(yes) => Some(Cell::Text(if yes { "true" } else { "false" }.to_string())),
            DataRef::DateTime(date) if date.is_duration() => Some(Cell::Number(date.as_f64())),
            DataRef::DateTime(date) => Some(day(date.as_f64(), from_1904).unwrap_or(Cell::Number(date.as_f64()))),
            DataRef::Error(_) => Some(Cell::Error),
        }
    }

    /// The cell in a column of dates: a number is a day number.
    pub(in crate::ingest) fn as_date(&self, from_1904: bool) -> Cow<'_, str> {
        match self {
            Cell::Number(number) => day(*number, from_1904).map_or(self.text(), |day| day.text().into_owned().into()),
            _ => self.text(),
        }
    }

    /// The cell as text; days as 2024-03-31.
    pub(in crate::ingest) fn text(&self) -> Cow<'_, str> {
        match self {
            Cell::Text(text) => text.trim().into(),
            Cell::Number(number) => number.to_string().into(),
            Cell::Day(day) => date_of(*day).to_string().into(),
            // What is taken for blank everywhere.
            Cell::Error => "#N/A".into(),
        }
    }
}

fn day(serial: f64, from_1904: bool) -> Option<Cell> {
    let whole = serial.floor();
    (0.0..=1e6).contains(&whole).then(|| excel_day(whole as i32, from_1904)).flatten().map(Cell::Day)
}

fn cut(text: &str) -> &str {
    let mut end = text.len().min(MOST_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The cells of one row that aren't empty, by their column from 0.
#[derive(Debug, Clone, Default)]
pub(in crate::ingest) struct SheetRow {
    /// The row's number, from 1.
    pub(in crate::ingest) number: u64,
    pub(super) cells: Vec<(u32, Cell)>,
}

impl SheetRow {
    /// A row of text fields, as a CSV file has them.
    pub(in crate::ingest) fn of_fields(number: u64, fields: Vec<String>) -> SheetRow {
        let cells = fields.into_iter().enumerate().filter(|(_, field)| !field.trim().is_empty());
        SheetRow { number, cells: cells.map(|(column, field)| (column as u32, Cell::Text(field))).collect() }
    }

    /// The cell of a column.
    pub(in crate::ingest) fn cell(&self, column: usize) -> Option<&Cell> {
        let at = self.cells.binary_search_by_key(&(column as u32), |(column, _)| *column).ok()?;
        Some(&self.cells[at].1)
    }

    /// Whether no cell holds anything.
    pub(in crate::ingest) fn is_blank(&self) -> bool {
        self.cells.is_empty()
    }

    /// The row as headers: one text a column, empty where there is none.
    pub(in crate::ingest) fn headers(&self) -> Vec<String> {
        let width = self.cells.last().map_or(0, |(column, _)| *column as usize + 1);
        let text = |column| self.cell(column).map_or(String::new(), |cell| on_one_line(&cell.text()).into_owned());
        (0..width).map(text).collect()
    }
}
