//! A workbook that holds one table: tidy counts, referrals, or the Department for Education's statistics on a sheet.

use std::ops::ControlFlow;
use std::path::PathBuf;

use super::annex_a::{MOST_TITLES, header_ways};
use super::error::IngestError;
use super::findings;
use super::headers::Headers;
use super::made::{MadeRows, RowMaker};
use super::options::InputOptions;
use super::recognise;
use super::table::ReadThrough;
use super::workbook::{SheetRow, Workbook};
use crate::math::spelling::on_one_line;

/// The sheet of a workbook that is read as a table.
pub(super) struct SheetTable {
    book: Workbook,
    sheet: String,
    headers: Vec<String>,
    /// The row of the header.
    header: u64,
    /// Other sheets that hold a table too.
    others: u64,
}

impl SheetTable {
    /// Finds the table of a workbook: the first sheet with a header that is recognised, else the first that holds more
    /// than one column.
    ///
    /// # Errors
    /// Where no sheet holds a table.
    pub(super) fn of_book(mut book: Workbook) -> Result<SheetTable, IngestError> {
        let mut best: Option<(String, u64, Vec<String>)> = None;
        let mut fallback = None;
        let mut others = 0;
        for sheet in book.sheets() {
            let mut titles: Vec<SheetRow> = Vec::new();
            book.each_row(&sheet, &mut |row| {
                titles.push(row);
                if titles.len() >= MOST_TITLES { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })?;
            let recognised = (0..titles.len()).find_map(|at| {
                let known = |headers: &Vec<String>| {
                    recognise::detect(&Headers::new(headers), book.path(), &InputOptions::default()).is_ok()
                };
                header_ways(&titles, at)
                    .into_iter()
                    .find(known)
                    .map(|headers| (sheet.clone(), titles[at].number, headers))
            });
            match recognised {
                Some(_) if best.is_some() => others += 1,
                Some(found) => best = Some(found),
                None if fallback.is_none() => {
                    let wide = |row: &&SheetRow| row.headers().iter().filter(|header| !header.is_empty()).count() > 1;
                    fallback = titles.iter().find(wide).map(|row| (sheet.clone(), row.number, row.headers()));
                }
                None => {}
            }
        }
        let (sheet, header, headers) =
            best.or(fallback).ok_or_else(|| IngestError::Empty { path: book.path().to_path_buf() })?;
        Ok(SheetTable { book, sheet, headers, header, others })
    }

    /// The headers of its columns.
    pub(super) fn headers(&self) -> &[String] {
        &self.headers
    }

    /// How many bytes the workbook's parts inflate to.
    pub(super) fn unpacked(&self) -> u64 {
        self.book.unpacked()
    }

    /// The sheet as the path of an error names it.
    pub(super) fn shown(&self) -> PathBuf {
        format!("{}, sheet `{}`", self.book.path().display(), on_one_line(&self.sheet)).into()
    }
}

impl RowMaker for SheetTable {
    fn make(mut self: Box<Self>, rows: &mut MadeRows) -> Result<ReadThrough, IngestError> {
        let (mut count, width, header) = (0, self.headers.len(), self.header);
        let (size, sha256) = self.book.fingerprint();
        let sha256 = sha256.to_string();
        let shown = self.shown();
        self.book.each_row(&self.sheet, &mut |row| {
            if row.number <= header {
                return ControlFlow::Continue(());
            }
            count += 1;
            let texts: Vec<String> = (0..width)
                .map(|column| row.cell(column).map_or(String::new(), |cell| cell.text().into_owned()))
                .collect();
            let cells: Vec<&str> = texts.iter().map(String::as_str).collect();
            rows.push(row.number, &cells, size);
            if rows.stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        rows.finish(size);
        let mut notes = Vec::new();
        if self.others > 0 {
            notes.push(findings::unread_sheets(&shown, self.others));
        }
        Ok(ReadThrough { rows: count, bytes: size, sha256, notes, ..ReadThrough::default() })
    }
}
