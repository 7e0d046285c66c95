//! One file of referrals after reading: days instead of written dates, and the window that the file covers.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::columns::{DateColumn, MISSING};
use super::dates::{Order, Written, days_since_epoch};
use super::error::IngestError;
use super::findings;
use super::options::InputOptions;
use super::text::RowCount;
use crate::panel::Finding;

/// One referral of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Record {
    /// The hash of the child's identifier.
    pub(super) child: u64,
    /// The number of its combination of labels.
    pub(super) combination: u32,
    /// The date of birth: its code while the file is read, then days since 1 January 1970; [`NO_BIRTH`] for none.
    pub(super) birth: i32,
}

/// What stands for a date of birth that isn't known.
pub(super) const NO_BIRTH: i32 = i32::MIN;

/// A file's referrals by day.
#[derive(Debug)]
pub(super) struct Extract {
    pub(super) path: PathBuf,
    /// Referrals by day since 1 January 1970.
    pub(super) days: BTreeMap<i32, Vec<Record>>,
    /// Whether the children of this file can be told apart.
    pub(super) has_identifiers: bool,
    /// The first and last days that the file covers by its nature; none where its rows tell.
    pub(super) covers: Vec<(i32, i32)>,
}

impl Extract {
    /// The first and the last day with a referral.
    pub(super) fn window(&self) -> Option<(i32, i32)> {
        Some((*self.days.first_key_value()?.0, *self.days.last_key_value()?.0))
    }

    /// The day by which a newer extract is told from an older one.
    pub(super) fn as_of(&self) -> Option<i32> {
        self.covers.last().map(|(_, last)| *last).or_else(|| self.window().map(|(_, last)| last))
    }

    /// How many referrals.
    pub(super) fn referrals(&self) -> usize {
        self.days.values().map(Vec::len).sum()
    }
}

/// A file whose rows were read and whose dates are still as written.
#[derive(Debug)]
pub(super) struct Unfinished {
    pub(super) path: PathBuf,
    pub(super) dates: DateColumn,
    pub(super) date_header: String,
    pub(super) buckets: Vec<Vec<Record>>,
    pub(super) missing_dates: RowCount,
    pub(super) unreadable_dates: RowCount,
    pub(super) births: Option<(String, DateColumn)>,
    pub(super) has_identifiers: bool,
    pub(super) rows: u64,
    pub(super) filtered: u64,
    /// The first and last days that the file covers by its nature; none where its rows tell.
    pub(super) covers: Vec<(i32, i32)>,
}

/// Dates that lie this far from all others are slips of the pen ...
const STRAY_DAYS: i32 = 366;
/// ... where they are no more than this share of all rows, and there are enough rows to say so.
const STRAY_SHARE: f64 = 0.001;
const STRAY_LEAST_ROWS: usize = 50;

/// At the end, so many days without a referral in which so many were to be expected tell a slip just as well: else the
/// months between would count as empty.
const FUTURE_DAYS: i32 = 28;
const FUTURE_ROWS: f64 = 30.0;

impl Unfinished {
    /// Decides the order of day and month, and sets aside rows without a usable date; nothing where the options
    /// leave no row.
    ///
    /// # Errors
    /// Where the order can't be decided or no row can be used.
    pub(super) fn finish(
        mut self,
        options: &InputOptions,
        notes: &mut Vec<Finding>,
    ) -> Result<Option<Extract>, IngestError> {
        let column = self.date_header.clone();
        let order = self.dates.evidence().decide(options.date_order, &self.path, &column)?;
        let births = self.births.take().map(|births| self.birth_days(births, options, notes)).transpose()?;
        let mut ambiguous = RowCount::default();
        let mut days: BTreeMap<i32, Vec<Record>> = BTreeMap::new();
        let mut first_rows: BTreeMap<i32, u64> = BTreeMap::new();
        for (code, mut records) in std::mem::take(&mut self.buckets).into_iter().enumerate() {
            if records.is_empty() {
                continue;
            }
            let written = self.dates.written()[code];
            let row = self.dates.first_row(code);
            let Some(day) = written.day(order, options.excel_1904) else {
                add(&mut self.unreadable_dates, records.len(), row);
                continue;
            };
            if !order.decided && written.is_ambiguous() {
                add(&mut ambiguous, records.len(), row);
            }
            for record in &mut records {
                let code = record.birth as u32;
                record.birth = births.as_ref().filter(|_| code != MISSING).map_or(NO_BIRTH, |days| days[code as usize]);
            }
            first_rows.entry(day).and_modify(|first| *first = row.min(*first)).or_insert(row);
            match days.entry(day) {
                std::collections::btree_map::Entry::Vacant(place) => {
                    records.shrink_to_fit();
                    place.insert(records);
                }
                std::collections::btree_map::Entry::Occupied(mut place) => place.get_mut().append(&mut records),
            }
        }
        self.note(&column, &mut ambiguous, notes);
        let dated: usize = days.values().map(Vec::len).sum();
        let unusable = self.missing_dates.count + self.unreadable_dates.count;
        if dated == 0 && self.filtered == 0 {
            let reasons = format!(
                "{} without a date in column `{column}`, {} with a date that can't be read",
                self.missing_dates.count,
                self.rows.min(unusable) - self.missing_dates.count.min(unusable),
            );
            return Err(IngestError::NoUsableRows { path: self.path, rows: self.rows, reasons });
        }
        let late = options.extract_date.map(|date| days.split_off(&(days_since_epoch(date) + 1)));
        if let Some(rows) = count_of(late.as_ref(), &first_rows) {
            notes.push(findings::dates_after_extract(&self.path, &column, &rows));
        }
        let mut outside = 0;
        if let Some(to) = options.to {
            outside += days.split_off(&(days_since_epoch(to) + 1)).values().map(Vec::len).sum::<usize>();
        }
        if let Some(from) = options.from {
            let kept = days.split_off(&days_since_epoch(from));
            outside += std::mem::replace(&mut days, kept).values().map(Vec::len).sum::<usize>();
        }
        if outside > 0 {
            notes.push(findings::outside_window(&self.path, outside as u64));
        }
        // A return holds cases that were open for years: their days are no slips.
        let (strays, future) =
            if self.covers.is_empty() { take_strays(&mut days) } else { (BTreeMap::new(), BTreeMap::new()) };
        if let Some(rows) = count_of(Some(&future), &first_rows) {
            notes.push(findings::future_dates(&self.path, &column, &rows));
        }
        if let Some(rows) = count_of(Some(&strays), &first_rows) {
            notes.push(findings::stray_dates(&self.path, &column, &rows));
        }
        let extract = Extract { path: self.path, days, has_identifiers: self.has_identifiers, covers: self.covers };
        Ok(Some(extract).filter(|extract| !extract.days.is_empty()))
    }

    fn birth_days(
        &self,
        (header, births): (String, DateColumn),
        options: &InputOptions,
        notes: &mut Vec<Finding>,
    ) -> Result<Vec<i32>, IngestError> {
        let order: Order = births.evidence().decide(options.date_order, &self.path, &header)?;
        if !order.decided {
            let mut ambiguous = RowCount::default();
            for (code, _) in births.written().iter().enumerate().filter(|(_, written)| written.is_ambiguous()) {
                ambiguous.add(births.first_row(code));
            }
            if ambiguous.count > 0 {
                notes.push(findings::ambiguous_dates(&self.path, &header, &ambiguous));
            }
        }
        let day = |written: &Written| written.day(order, options.excel_1904).unwrap_or(NO_BIRTH);
        Ok(births.written().iter().map(day).collect())
    }

    fn note(&mut self, column: &str, ambiguous: &mut RowCount, notes: &mut Vec<Finding>) {
        ambiguous.first.sort_unstable();
        self.unreadable_dates.first.sort_unstable();
        if self.missing_dates.count > 0 {
            notes.push(findings::missing_dates(&self.path, column, &self.missing_dates));
        }
        if self.unreadable_dates.count > 0 {
            notes.push(findings::unreadable_dates(&self.path, column, &self.unreadable_dates));
        }
        if ambiguous.count > 0 {
            notes.push(findings::ambiguous_dates(&self.path, column, ambiguous));
        }
    }
}

fn add(rows: &mut RowCount, count: usize, first: u64) {
    rows.add(first);
    rows.count += count as u64 - 1;
}

fn count_of(days: Option<&BTreeMap<i32, Vec<Record>>>, first_rows: &BTreeMap<i32, u64>) -> Option<RowCount> {
    let mut rows = RowCount::default();
    for (day, records) in days? {
        add(&mut rows, records.len(), first_rows.get(day).copied().unwrap_or(0));
    }
    rows.first.sort_unstable();
    (rows.count > 0).then_some(rows)
}

/// Takes out the days at either end that hold hardly a row and lie more than a year from all others; and beside them the
/// days at the end that lie behind a gap in which many rows were to be expected.
fn take_strays(days: &mut Days) -> (Days, Days) {
    let total: usize = days.values().map(Vec::len).sum();
    let (mut strays, mut future) = (BTreeMap::new(), BTreeMap::new());
    if total < STRAY_LEAST_ROWS {
        return (strays, future);
    }
    let most = ((total as f64 * STRAY_SHARE) as usize).max(1);
    let held: Vec<(i32, usize)> = days.iter().map(|(day, records)| (*day, records.len())).collect();
    // From each end inwards: the last gap behind which the ends together still hold hardly a row.
    let (mut first, mut outside) = (0, 0);
    for position in 1..held.len() {
        outside += held[position - 1].1;
        if outside > most {
            break;
        }
        if held[position].0 - held[position - 1].0 > STRAY_DAYS {
            first = position;
        }
    }
    let (mut end, mut outside) = (held.len(), 0);
    for position in (first + 1..held.len()).rev() {
        outside += held[position].1;
        if outside > most {
            break;
        }
        let gap = held[position].0 - held[position - 1].0;
        let a_day = total as f64 / f64::from(held[position - 1].0 - held[first].0 + 1);
        if gap > STRAY_DAYS || (gap > FUTURE_DAYS && f64::from(gap) * a_day > FUTURE_ROWS) {
            end = position;
        }
    }
    end = end.min(lonely_end(&held, total).unwrap_or(end));
    let near = held.get(end).is_some_and(|(day, _)| day - held[end - 1].0 <= STRAY_DAYS);
    for (day, _) in &held[..first] {
        strays.extend(days.remove_entry(day));
    }
    for (day, _) in &held[end..] {
        if near { future.extend(days.remove_entry(day)) } else { strays.extend(days.remove_entry(day)) }
    }
    (strays, future)
}

/// Where the last day or two stand alone behind a gap in which many rows were to be expected, and longer by far than any
/// gap before it: however many rows they hold, the month between wasn't empty. A record dated by the end of its month has
/// such gaps throughout, and is left as it is.
fn lonely_end(held: &[(i32, usize)], total: usize) -> Option<usize> {
    const LONELY: usize = 2;
    let gap = |position: usize| held[position].0 - held[position - 1].0;
    let found = (held.len().saturating_sub(LONELY).max(1)..held.len()).find(|position| gap(*position) > FUTURE_DAYS)?;
    let before = (1..found).map(gap).max().unwrap_or(0);
    let outside: usize = held[found..].iter().map(|(_, rows)| rows).sum();
    let a_day = (total - outside) as f64 / f64::from(held[found - 1].0 - held[0].0 + 1);
    (gap(found) > 2 * before && f64::from(gap(found)) * a_day > FUTURE_ROWS).then_some(found)
}

/// Referrals by day since 1 January 1970.
type Days = BTreeMap<i32, Vec<Record>>;
