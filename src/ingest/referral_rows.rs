//! The rows of one file of referrals: column by column into codes, then row by row into records.

use std::path::Path;

use super::categories::Categories;
use super::columns::{self, DateColumn, MISSING, UNREADABLE};
use super::completeness::Field;
use super::dimension::Dimension;
use super::error::IngestError;
use super::extract::Record;
use super::headers::plain;
use super::labels::Labels;
use super::referrals::{MOST_LABELS, ReferralReader, SLOTS, USABLE};
use super::table::Batch;
use super::text::RowCount;

/// One column of labels, in one file.
#[derive(Debug)]
pub(super) struct LabelColumn {
    pub(super) dimension: Dimension,
    /// Its place among the dimensions that series are told apart by; none where only its completeness is measured.
    pub(super) key: Option<usize>,
    pub(super) header: String,
    /// Its place among the columns that are read.
    pub(super) place: usize,
    pub(super) spellings: Labels,
    pub(super) codes: Vec<u32>,
    /// What each spelling means.
    pub(super) meanings: Vec<Meaning>,
    pub(super) unmapped: RowCount,
    pub(super) missing: RowCount,
}

/// What a spelling of a column means.
#[derive(Debug, Clone, Copy)]
pub(super) struct Meaning {
    /// The number of its label; [`MISSING`] where the column tells no series apart.
    pub(super) label: u32,
    /// Whether no group is known for it.
    pub(super) unmapped: bool,
    /// Whether it says more than that nothing is known.
    pub(super) usable: bool,
    /// In how many rows it stands without a group.
    pub(super) rows: u64,
}

impl LabelColumn {
    /// The label of a row (none for a column that tells no series apart), and whether it is usable.
    #[inline]
    fn take(&mut self, position: usize, row: u64, unknown: u32) -> (u32, bool) {
        let code = self.codes[position];
        match self.meanings.get_mut(code as usize) {
            Some(meaning) => {
                if meaning.unmapped {
                    meaning.rows += 1;
                    self.unmapped.add(row);
                }
                (meaning.label, meaning.usable)
            }
            None => {
                self.missing.add(row);
                // More areas than can be told apart are areas all the same.
                (unknown, self.dimension == Dimension::Area && code != MISSING)
            }
        }
    }
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
    /// Whether series are told apart by the age that follows from the date of birth.
    pub(super) birth_is_key: bool,
    pub(super) dates: DateColumn,
    pub(super) births: DateColumn,
    pub(super) label_columns: Vec<LabelColumn>,
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
        for column in &mut self.label_columns {
            let known = column.spellings.len();
            let cells = &batch.columns[column.place];
            columns::label_codes(&mut column.spellings, cells, MOST_LABELS, &mut column.codes);
            for spelling in known..column.spellings.len() {
                let meaning = reader.meaning(column.dimension, column.key, column.spellings.text(spelling as u32));
                column.meanings.push(meaning);
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
        let unknown: Vec<u32> =
            self.label_columns.iter().map(|column| reader.unknown(column.dimension, column.key)).collect();
        let mut last = ([MISSING; SLOTS], None);
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
            let row = batch.rows.of(position);
            let (mut labels, mut usable) = ([MISSING; SLOTS], 0);
            for (column, unknown) in self.label_columns.iter_mut().zip(&unknown) {
                let (label, is_usable) = column.take(position, row, *unknown);
                if let Some(key) = column.key {
                    labels[key] = label;
                }
                usable |= u32::from(is_usable) * Field::of(column.dimension).bit();
            }
            let child = self.child_place.map(|_| self.children[position]);
            usable |= u32::from(child.flatten().is_some()) * Field::Identifier.bit();
            let birth = self.birth_place.map(|_| self.birth_codes[position]);
            usable |= u32::from(birth.is_some_and(|code| code < UNREADABLE)) * Field::Age.bit();
            labels[USABLE] = usable;
            let combination = match last {
                (same, Some(number)) if same == labels => number,
                _ => reader.combination(labels),
            };
            last = (labels, Some(combination));
            let child = match child {
                Some(Some(hash)) => hash,
                without => {
                    if without.is_some() {
                        self.missing_identifiers.add(row);
                    }
                    columns::row_hash(self.file, row)
                }
            };
            let mut birth = birth.filter(|_| self.birth_is_key).unwrap_or(MISSING);
            if self.birth_is_key && birth >= UNREADABLE {
                self.missing_births.add(row);
                birth = MISSING;
            }
            self.buckets[date as usize].push(Record { child, combination, birth: birth as i32 });
        }
        Ok(())
    }

    /// Checks that no dimension has more labels than anything is forecast by.
    pub(super) fn check_labels(&self, path: &Path) -> Result<(), IngestError> {
        let mut keys = self.label_columns.iter().filter(|column| column.key.is_some());
        match keys.find(|column| column.spellings.len() >= MOST_LABELS) {
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
