//! The rows of one file of referrals: column by column into codes, then row by row into records.

use std::path::Path;

use super::categories::Categories;
use super::columns::{self, DateColumn, MISSING, UNREADABLE};
use super::dimension::MOST_DIMENSIONS;
use super::error::IngestError;
use super::extract::Record;
use super::headers::plain;
use super::labels::Labels;
use super::referrals::{MOST_LABELS, ReferralReader};
use super::table::Batch;
use super::text::RowCount;

/// One column of labels or of a filter, in one file.
#[derive(Debug)]
pub(super) struct LabelColumn {
    pub(super) header: String,
    /// Its place among the columns that are read.
    pub(super) place: usize,
    pub(super) spellings: Labels,
    pub(super) codes: Vec<u32>,
    /// For each spelling the label's number and whether no group is known for it.
    pub(super) labels: Vec<(u32, bool)>,
    pub(super) unmapped: RowCount,
    pub(super) missing: RowCount,
}

/// One column that says which rows stay, in one file.
#[derive(Debug)]
pub(super) struct FilterColumn {
    pub(super) option: String,
    pub(super) place: usize,
    pub(super) spellings: Labels,
    pub(super) codes: Vec<u32>,
    pub(super) kept: Vec<bool>,
    pub(super) wanted: Vec<String>,
    pub(super) groups: Option<Categories>,
}

/// The state of reading one file.
#[derive(Debug)]
pub(super) struct RowReader {
    pub(super) file: usize,
    pub(super) date_place: usize,
    pub(super) child_place: Option<usize>,
    pub(super) birth_place: Option<usize>,
    pub(super) dates: DateColumn,
    pub(super) births: DateColumn,
    pub(super) label_columns: Vec<Option<LabelColumn>>,
    pub(super) filters: Vec<FilterColumn>,
    /// Records by the code of their date.
    pub(super) buckets: Vec<Vec<Record>>,
    pub(super) missing_dates: RowCount,
    pub(super) unreadable_dates: RowCount,
    pub(super) missing_identifiers: RowCount,
    pub(super) missing_births: RowCount,
    pub(super) filtered: u64,
    pub(super) date_codes: Vec<u32>,
    pub(super) birth_codes: Vec<u32>,
    pub(super) children: Vec<Option<u64>>,
}

impl RowReader {
    /// Takes the rows of a batch: first column by column, then row by row.
    pub(super) fn take(&mut self, batch: Batch, reader: &mut ReferralReader<'_>) -> Result<(), IngestError> {
        self.dates.codes(&batch.columns[self.date_place], &batch.rows, &mut self.date_codes);
        self.buckets.resize_with(self.dates.written().len(), Vec::new);
        if let Some(place) = self.birth_place {
            self.births.codes(&batch.columns[place], &batch.rows, &mut self.birth_codes);
        }
        if let Some(place) = self.child_place {
            columns::identifier_hashes(&batch.columns[place], &mut self.children);
        }
        for (dimension, column) in self.label_columns.iter_mut().enumerate() {
            let Some(column) = column else { continue };
            let known = column.spellings.len();
            let cells = &batch.columns[column.place];
            columns::label_codes(&mut column.spellings, cells, MOST_LABELS, &mut column.codes);
            for spelling in known..column.spellings.len() {
                column.labels.push(reader.label(dimension, column.spellings.text(spelling as u32)));
            }
        }
        for filter in &mut self.filters {
            let known = filter.spellings.len();
            let cells = &batch.columns[filter.place];
            columns::label_codes(&mut filter.spellings, cells, usize::MAX >> 1, &mut filter.codes);
            for spelling in known..filter.spellings.len() {
                let kept = filter.keeps(filter.spellings.text(spelling as u32));
                filter.kept.push(kept.is_some());
                if filter.option == "areas" {
                    if let Some(wanted) = kept {
                        reader.areas_met[wanted] = true;
                    }
                    reader.area_labels.number(filter.spellings.text(spelling as u32));
                }
            }
        }
        let unknown: Vec<u32> = (0..self.label_columns.len()).map(|dimension| reader.unknown(dimension)).collect();
        let mut last = ([MISSING; MOST_DIMENSIONS], None);
        for position in 0..batch.len() {
            if self.filters.iter().any(|filter| !filter.kept.get(filter.codes[position] as usize).is_some_and(|k| *k)) {
                self.filtered += 1;
                continue;
            }
            let date = self.date_codes[position];
            if date >= UNREADABLE {
                let row = batch.rows.of(position);
                if date == MISSING {
                    self.missing_dates.add(row)
                } else {
                    self.unreadable_dates.add(row)
                }
                continue;
            }
            let mut labels = [MISSING; MOST_DIMENSIONS];
            for (dimension, column) in self.label_columns.iter_mut().enumerate() {
                let Some(column) = column else { continue };
                labels[dimension] = match column.labels.get(column.codes[position] as usize) {
                    Some((label, false)) => *label,
                    Some((label, true)) => {
                        column.unmapped.add(batch.rows.of(position));
                        *label
                    }
                    None => {
                        column.missing.add(batch.rows.of(position));
                        unknown[dimension]
                    }
                };
            }
            let combination = match last {
                (same, Some(number)) if same == labels => number,
                _ => reader.combination(labels),
            };
            last = (labels, Some(combination));
            let child = match self.child_place.map(|_| self.children[position]) {
                Some(Some(hash)) => hash,
                without => {
                    let row = batch.rows.of(position);
                    if without.is_some() {
                        self.missing_identifiers.add(row);
                    }
                    columns::row_hash(self.file, row)
                }
            };
            let mut birth = MISSING;
            if self.birth_place.is_some() {
                birth = self.birth_codes[position];
                if birth >= UNREADABLE {
                    self.missing_births.add(batch.rows.of(position));
                    birth = MISSING;
                }
            }
            self.buckets[date as usize].push(Record { child, combination, birth: birth as i32 });
        }
        Ok(())
    }

    /// Checks that no dimension has more labels than anything is forecast by.
    pub(super) fn check_labels(&self, path: &Path) -> Result<(), IngestError> {
        match self.label_columns.iter().flatten().find(|column| column.spellings.len() >= MOST_LABELS) {
            Some(column) => Err(IngestError::TooManyLabels {
                path: path.to_path_buf(),
                column: column.header.clone(),
                limit: MOST_LABELS,
            }),
            None => Ok(()),
        }
    }
}

impl FilterColumn {
    /// Which of the wanted values a spelling is.
    fn keeps(&self, spelling: &str) -> Option<usize> {
        let written = plain(spelling);
        let group = self.groups.as_ref().and_then(|groups| Some(plain(groups.label(groups.group(spelling)?))));
        self.wanted.iter().position(|wanted| *wanted == written || Some(wanted) == group.as_ref())
    }
}
