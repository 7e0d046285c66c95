//! Cells of a column as numbers: dates, labels and identifiers, each distinct text looked at once.

use std::hash::BuildHasher;

use polars::prelude::{InitHashMaps, PlFixedStateQuality, PlHashMap};

use super::dates::{self, OrderEvidence, Written};
use super::frames::Cells;
use super::labels::Labels;
pub(super) use super::rows::is_blank;
use super::text::RowNumbers;
use crate::math::spelling::on_one_line;

/// The code of an empty cell.
pub(super) const MISSING: u32 = u32::MAX;
/// The code of a cell that can't be read as what its column holds.
pub(super) const UNREADABLE: u32 = u32::MAX - 1;

/// Text without spaces around it; most text has none.
#[inline]
pub(super) fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        [only] if only.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}

/// Runs `each` over the cells as trimmed text; nothing where a cell is blank.
pub(super) fn each_text(cells: &Cells, mut each: impl FnMut(Option<&str>)) {
    match cells {
        Cells::Text(cells) => {
            for cell in cells.iter() {
                each(cell.map(trimmed).filter(|text| !is_blank(text)));
            }
        }
        Cells::Days(cells) => {
            for cell in cells.iter() {
                let text = cell.map(|day| dates::date_of(day).to_string());
                each(text.as_deref());
            }
        }
        Cells::Numbers(cells) => {
            for cell in cells.iter() {
                let text = cell.filter(|number| number.is_finite()).map(|number| number.to_string());
                each(text.as_deref());
            }
        }
    }
}

/// A column of dates: each distinct way of writing one gets a code.
#[derive(Debug, Default)]
pub(super) struct DateColumn {
    texts: Labels,
    of_days: PlHashMap<i32, u32>,
    written: Vec<Written>,
    first_rows: Vec<u64>,
    evidence: OrderEvidence,
}

impl DateColumn {
    pub(super) fn new() -> DateColumn {
        DateColumn { texts: Labels::new(), of_days: PlHashMap::new(), ..DateColumn::default() }
    }

    /// How each code was written.
    pub(super) fn written(&self) -> &[Written] {
        &self.written
    }

    /// The first row of each code.
    pub(super) fn first_row(&self, code: usize) -> u64 {
        self.first_rows[code]
    }

    /// What the column shows about its order of day and month.
    pub(super) fn evidence(&self) -> OrderEvidence {
        self.evidence
    }

    /// The codes of a batch's cells, [`MISSING`] or [`UNREADABLE`] where there is no date.
    pub(super) fn codes(&mut self, cells: &Cells, rows: &RowNumbers, codes: &mut Vec<u32>) {
        codes.clear();
        if let Cells::Days(days) = cells {
            let plausible = dates::plausible_days();
            for day in days.iter() {
                let code = match day {
                    None => MISSING,
                    Some(day) if !plausible.contains(&day) => UNREADABLE,
                    Some(day) => match self.of_days.get(&day) {
                        Some(code) => *code,
                        None => {
                            let code = self.add(Written::Day(day), rows.of(codes.len()));
                            self.of_days.insert(day, code);
                            code
                        }
                    },
                };
                codes.push(code);
            }
            return;
        }
        let (written, first_rows, evidence) = (&mut self.written, &mut self.first_rows, &mut self.evidence);
        let mut code = |texts: &mut Labels, text: Option<&str>, position: usize| {
            let Some(text) = text.map(trimmed).filter(|text| !is_blank(text)) else { return MISSING };
            let text = dates::without_time(text);
            if let Some(code) = texts.find(text) {
                return code;
            }
            let Some(date) = dates::read(text) else { return UNREADABLE };
            let (code, _) = texts.number(text);
            debug_assert_eq!(code as usize, written.len(), "one column is text or days throughout");
            let row = rows.of(position);
            evidence.see(date, row);
            written.push(date);
            first_rows.push(row);
            code
        };
        match cells {
            Cells::Text(cells) => self.texts.codes(cells, codes, code),
            _ => each_text(cells, |text| codes.push(code(&mut self.texts, text, codes.len()))),
        }
    }

    fn add(&mut self, written: Written, row: u64) -> u32 {
        self.evidence.see(written, row);
        self.written.push(written);
        self.first_rows.push(row);
        (self.written.len() - 1) as u32
    }
}

/// The codes of a batch's labels in the order of their first appearance; [`MISSING`] where a cell is blank and
/// [`UNREADABLE`] once there are more than `most`.
pub(super) fn label_codes(labels: &mut Labels, cells: &Cells, most: usize, codes: &mut Vec<u32>) {
    codes.clear();
    let code =
        |labels: &mut Labels, text: Option<&str>, _: usize| match text.map(trimmed).filter(|text| !is_blank(text)) {
            None => MISSING,
            Some(text) => match labels.find(text) {
                Some(code) => code,
                None if labels.len() >= most => UNREADABLE,
                None => labels.number(&on_one_line(text)).0,
            },
        };
    match cells {
        Cells::Text(cells) => labels.codes(cells, codes, code),
        _ => each_text(cells, |text| codes.push(code(labels, text, 0))),
    }
}

/// Hashes of a batch's identifiers; nothing where a cell is blank. Identifiers themselves are not kept.
pub(super) fn identifier_hashes(cells: &Cells, hashes: &mut Vec<Option<u64>>) {
    hashes.clear();
    // A fixed seed, so that the same files give the same result in every run.
    let state = PlFixedStateQuality::default();
    each_text(cells, |text| {
        // An identifier that went through a column of numbers.
        let text = text.map(|text| text.strip_suffix(".0").unwrap_or(text));
        hashes.push(text.map(|text| state.hash_one(text)));
    });
}

/// The hash of a row that has no identifier: of its file and number.
pub(super) fn row_hash(file: usize, row: u64) -> u64 {
    PlFixedStateQuality::default().hash_one((file, row))
}
