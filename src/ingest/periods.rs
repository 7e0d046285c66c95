//! The time column of a table of counts: in which form its periods are written, how long they are, and how to write
//! the next ones in the same form.

use std::path::Path;

use polars::prelude::{InitHashMaps, PlHashMap};

use super::columns::{MISSING, UNREADABLE, is_blank, trimmed};
use super::dates::{self, Written, date_of};
use super::error::IngestError;
use super::frames::Cells;
use super::labels::Labels;
use super::options::DateOrder;
use super::period_text::{Digits, Mark, may_be_financial_year, read, read_digits};
use super::text::RowNumbers;
use super::time_labels::{TimeLabels, shown_frequency, shown_labels};
use crate::time::{Frequency, Period};

/// A column of periods: each distinct way of writing one gets a code.
#[derive(Debug)]
pub(super) struct PeriodColumn {
    texts: Labels,
    of_days: PlHashMap<i32, u32>,
    of_numbers: PlHashMap<i64, u32>,
    marks: Vec<Mark>,
    first_rows: Vec<u64>,
}

/// The calendar of a table.
#[derive(Debug, Clone)]
pub(super) struct Calendar {
    pub(super) frequency: Frequency,
    pub(super) labels: TimeLabels,
    /// For each code the period's ordinal; nothing where the calendar has no such date.
    pub(super) ordinals: Vec<Option<i32>>,
    /// Codes that were read day first without the column saying so.
    pub(super) ambiguous: Vec<u32>,
}

/// How many different periods a table may have.
pub(super) const MOST_PERIODS: usize = 200_000;

impl PeriodColumn {
    pub(super) fn new() -> PeriodColumn {
        PeriodColumn {
            texts: Labels::new(),
            of_days: PlHashMap::new(),
            of_numbers: PlHashMap::new(),
            marks: Vec::new(),
            first_rows: Vec::new(),
        }
    }

    /// The first row of a code.
    pub(super) fn first_row(&self, code: u32) -> u64 {
        self.first_rows[code as usize]
    }

    /// The codes of a batch's cells, [`MISSING`] or [`UNREADABLE`] where there is no period.
    pub(super) fn codes(&mut self, cells: &Cells, rows: &RowNumbers, codes: &mut Vec<u32>) {
        codes.clear();
        match cells {
            Cells::Days(days) => {
                let plausible = dates::plausible_days();
                for day in days.iter() {
                    let code = match day {
                        None => MISSING,
                        Some(day) if !plausible.contains(&day) => UNREADABLE,
                        Some(day) => match self.of_days.get(&day) {
                            Some(code) => *code,
                            None => {
                                let code = self.add(Mark::Date(Written::Day(day)), rows.of(codes.len()));
                                self.of_days.insert(day, code);
                                code
                            }
                        },
                    };
                    codes.push(code);
                }
            }
            Cells::Numbers(numbers) => {
                for number in numbers.iter() {
                    let code = match number {
                        None => MISSING,
                        Some(number) if number.fract() != 0.0 || number.abs() > 1e9 => UNREADABLE,
                        Some(number) => {
                            let number = number as i64;
                            match self.of_numbers.get(&number) {
                                Some(code) => *code,
                                None if self.marks.len() >= MOST_PERIODS => UNREADABLE,
                                None => {
                                    let digits = number.to_string().len() as u8;
                                    let code = self.add(Mark::Digits(number, digits), rows.of(codes.len()));
                                    self.of_numbers.insert(number, code);
                                    code
                                }
                            }
                        }
                    };
                    codes.push(code);
                }
            }
            Cells::Text(cells) => {
                let (marks, first_rows) = (&mut self.marks, &mut self.first_rows);
                self.texts.codes(cells, codes, |texts, text, position| {
                    let Some(text) = text.map(trimmed).filter(|text| !is_blank(text)) else { return MISSING };
                    if let Some(code) = texts.find(text) {
                        return code;
                    }
                    let Some(mark) = read(text).filter(|_| marks.len() < MOST_PERIODS) else { return UNREADABLE };
                    let (code, _) = texts.number(text);
                    debug_assert_eq!(code as usize, marks.len(), "a column is of one type throughout");
                    marks.push(mark);
                    first_rows.push(rows.of(position));
                    code
                });
            }
        }
    }

    fn add(&mut self, mark: Mark, row: u64) -> u32 {
        self.marks.push(mark);
        self.first_rows.push(row);
        (self.marks.len() - 1) as u32
    }

    /// Decides how the column is to be read.
    ///
    /// # Errors
    /// Where it mixes forms or orders, or has several dates in one period.
    pub(super) fn decide(
        &self,
        path: &Path,
        column: &str,
        order: DateOrder,
        excel_1904: bool,
        frequency: Option<Frequency>,
    ) -> Result<Calendar, IngestError> {
        let kind = |mark: &Mark| match mark {
            Mark::Date(_) => 0,
            Mark::Month(_) => 1,
            Mark::Quarter(_) => 2,
            Mark::Digits(..) => 3,
            Mark::FinancialYear => 4,
        };
        let texts = || (0..self.texts.len()).map(|code| self.texts.text(code as u32));
        if self.texts.len() > 0 && texts().all(may_be_financial_year) {
            let (path, column) = (path.to_path_buf(), column.to_string());
            return Err(IngestError::FinancialYears { path, column, row: self.first_rows[0] });
        }
        let first = self.marks.first().map_or(0, kind);
        if let Some(other) = self.marks.iter().position(|mark| kind(mark) != first) {
            return Err(IngestError::MixedTime {
                path: path.to_path_buf(),
                column: column.to_string(),
                first_row: self.first_rows[0],
                second_row: self.first_rows[other],
            });
        }
        let whole = |own: Frequency, ordinals: Vec<Option<i32>>, labels: TimeLabels| {
            let longer = frequency.is_some_and(|wanted| wanted != own);
            if longer {
                return Err(IngestError::Options(format!(
                    "column `{column}` holds {}s, but `frequency` asks for {}s",
                    own.noun(),
                    frequency.map_or("", Frequency::noun)
                )));
            }
            Ok(Calendar { frequency: own, labels, ordinals, ambiguous: Vec::new() })
        };
        let ordinal = |mark: &Mark| match mark {
            Mark::Month(ordinal) | Mark::Quarter(ordinal) => Some(*ordinal),
            _ => None,
        };
        match self.marks.first() {
            Some(Mark::Month(_)) => {
                whole(Frequency::Month, self.marks.iter().map(ordinal).collect(), TimeLabels::Label)
            }
            Some(Mark::Quarter(_)) => {
                whole(Frequency::Quarter, self.marks.iter().map(ordinal).collect(), TimeLabels::Label)
            }
            Some(Mark::Digits(..)) => {
                let digits: Vec<(i64, u8)> = self.marks.iter().filter_map(Mark::digits).collect();
                match read_digits(&digits) {
                    Digits::Years => {
                        let ordinals = digits.iter().map(|(year, _)| Some(*year as i32)).collect();
                        whole(Frequency::Year, ordinals, TimeLabels::Label)
                    }
                    Digits::Months => {
                        let month = |(number, _): &(i64, u8)| Some((number / 100 * 12 + number % 100 - 1) as i32);
                        whole(Frequency::Month, digits.iter().map(month).collect(), TimeLabels::Label)
                    }
                    Digits::Numbers => Ok(Calendar {
                        frequency: frequency.unwrap_or(Frequency::Month),
                        labels: TimeLabels::Number,
                        ordinals: digits.iter().map(|(number, _)| i32::try_from(*number).ok()).collect(),
                        ambiguous: Vec::new(),
                    }),
                    Digits::Dates(written) => self.of_dates(&written, path, column, order, excel_1904, frequency),
                }
            }
            _ => {
                let written: Vec<Written> = self.marks.iter().filter_map(Mark::date).collect();
                self.of_dates(&written, path, column, order, excel_1904, frequency)
            }
        }
    }

    fn of_dates(
        &self,
        written: &[Written],
        path: &Path,
        column: &str,
        order: DateOrder,
        excel_1904: bool,
        frequency: Option<Frequency>,
    ) -> Result<Calendar, IngestError> {
        let mut evidence = dates::OrderEvidence::default();
        for (written, row) in written.iter().zip(&self.first_rows) {
            evidence.see(*written, *row);
        }
        let order = self.regular_order(written, evidence, order, path, column)?;
        let days: Vec<Option<i32>> = written.iter().map(|written| written.day(order, excel_1904)).collect();
        let mut distinct: Vec<i32> = days.iter().flatten().copied().collect();
        distinct.sort_unstable();
        distinct.dedup();
        let shares = |frequency: Frequency| {
            let period = |day: i32| Period::containing(frequency, date_of(day));
            distinct.windows(2).any(|pair| period(pair[0]) == period(pair[1]))
        };
        let too_fine = |period: Frequency| IngestError::TooFine {
            path: path.to_path_buf(),
            column: column.to_string(),
            period: period.noun(),
            remedy: if shares(Frequency::Week) {
                "add the rows up to weeks or months first, or give them to a project as referrals, one a row"
            } else {
                "they are one a week: say so with `frequency` (in a project file) or --freq week"
            },
        };
        if let Some((asked, own)) = frequency.zip(longer_than(frequency, &distinct)) {
            return Err(IngestError::Options(format!(
                "column `{column}` of {} holds dates of {}s, but `frequency` (--freq) asks for {}s, most of which would \
                 be empty; leave it out, or ask for {}s",
                path.display(),
                own.noun(),
                asked.noun(),
                own.noun()
            )));
        }
        let frequency = match frequency {
            Some(frequency) => frequency,
            None => shown_frequency(&distinct).ok_or_else(|| too_fine(Frequency::Month))?,
        };
        let period = |day: i32| Period::containing(frequency, date_of(day));
        if shares(frequency) {
            return Err(too_fine(frequency));
        }
        let ambiguous = if order.decided {
            Vec::new()
        } else {
            (0..).zip(written).filter(|(_, written)| written.is_ambiguous()).map(|(code, _)| code).collect()
        };
        Ok(Calendar {
            frequency,
            labels: shown_labels(frequency, &distinct),
            ordinals: days.iter().map(|day| day.map(|day| period(day).ordinal())).collect(),
            ambiguous,
        })
    }

    /// The order of day and month. First days of months written month first (01/03/2024 with 03 for the day) never
    /// have a part over 12 that decides; but read day first they would all lie in January.
    fn regular_order(
        &self,
        written: &[Written],
        evidence: dates::OrderEvidence,
        wish: DateOrder,
        path: &Path,
        column: &str,
    ) -> Result<dates::Order, IngestError> {
        let order = evidence.decide(wish, path, column)?;
        let always = |part: fn(u8, u8) -> u8| {
            written.len() > 2
                && written.iter().all(|written| match written {
                    Written::Parts(first, second, _) => part(*first, *second) == 1,
                    _ => false,
                })
        };
        if !order.decided && always(|_, second| second) && !always(|first, _| first) {
            return Ok(dates::Order { day_first: false, decided: true });
        }
        if !order.decided && always(|first, _| first) {
            return Ok(dates::Order { day_first: true, decided: true });
        }
        Ok(order)
    }
}

/// The length of the periods that days are dates of, where it is clearly longer than the one asked for: days on which
/// no weeks can end, or so many that it can't be chance.
fn longer_than(asked: Option<Frequency>, days: &[i32]) -> Option<Frequency> {
    /// So many days have periods of their own that are longer, and not one a shorter one.
    const CLEAR: usize = 6;
    let own = shown_frequency(days)?;
    let no_weeks = days.windows(2).any(|pair| (pair[1] - pair[0]) % 7 != 0);
    let is_clear = match asked? {
        Frequency::Week => days.len() > 2 && no_weeks && own != Frequency::Week,
        asked => days.len() >= CLEAR && own.season_length() < asked.season_length(),
    };
    is_clear.then_some(own)
}

#[cfg(test)]
mod tests;
