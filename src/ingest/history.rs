//! Tables of counts from one file or several become one panel: newer files win, and nothing is made up between rows.

use std::collections::BTreeMap;
use std::path::PathBuf;

use ndarray::Array2;

use super::error::IngestError;
use super::findings;
use super::merge::check_size;
use super::options::InputOptions;
use super::period_findings;
use crate::panel::{Finding, Panel, SeriesKey, TOTAL, ValueKind};
use crate::time::{Frequency, Period, Span, WorkingCalendar};

/// The counts of one file.
#[derive(Debug)]
pub(super) struct History {
    pub(super) path: PathBuf,
    /// Each series with the ordinals of its periods and their amounts.
    pub(super) series: Vec<(SeriesKey, Vec<(i32, f64)>)>,
}

/// A label as a key may hold it: the mark for totals is kept for totals.
pub(super) fn label(text: &str) -> &str {
    if text == TOTAL { "(*)" } else { text }
}

/// Joins the files' histories.
///
/// # Errors
/// Where nothing is observed, or the table is too large to hold.
pub(super) fn join(
    dimensions: Vec<String>,
    mut files: Vec<History>,
    frequency: Frequency,
    kind: ValueKind,
    options: &InputOptions,
    notes: &mut Vec<Finding>,
) -> Result<Panel, IngestError> {
    let path = files.first().map(|file| file.path.clone()).unwrap_or_default();
    // Newest last: by its latest period, then by its place in the list.
    files.sort_by_key(|file| file.series.iter().flat_map(|(_, rows)| rows.last()).map(|(period, _)| *period).max());
    let periods = allowed(frequency, &files, options, notes);
    let observed = |(period, amount): &&(i32, f64)| !amount.is_nan() && periods.contains(period);
    let all = || files.iter().flat_map(|file| &file.series).flat_map(|(_, rows)| rows);
    let (Some(first), Some(last)) = (
        all().filter(observed).map(|(period, _)| *period).min(),
        all().filter(observed).map(|(period, _)| *period).max(),
    ) else {
        let limited = options.from.is_some() || options.to.is_some() || options.extract_date.is_some();
        return Err(if limited {
            IngestError::NothingLeft { path, option: "from, to and extract_date".into() }
        } else {
            IngestError::NoUsableRows { path, rows: all().count() as u64, reasons: "no value is a number".into() }
        });
    };
    let span = Span::inclusive(Period::numbered(frequency, first), Period::numbered(frequency, last));
    let mut rows: BTreeMap<&SeriesKey, usize> =
        files.iter().flat_map(|file| &file.series).map(|(key, _)| (key, 0)).collect();
    let end = all().map(|(period, _)| *period).filter(|period| periods.contains(period)).max().unwrap_or(last);
    check_size(rows.len(), (i64::from(end) - i64::from(first) + 1) as usize)?;
    rows.values_mut().enumerate().for_each(|(position, row)| *row = position);
    let mut values = Array2::from_elem((rows.len(), span.len()), f64::NAN);
    let (mut repeated, mut changed) = (0, 0);
    for (key, cells) in files.iter().flat_map(|file| &file.series) {
        for (period, amount) in cells.iter().filter(|cell| observed(cell)) {
            let cell = &mut values[[rows[key], (period - first) as usize]];
            if *cell == *amount {
                repeated += 1;
            } else if !cell.is_nan() {
                changed += 1;
            }
            *cell = *amount;
        }
    }
    if repeated > 0 {
        notes.push(findings::repeated_values(None, repeated));
    }
    if changed > 0 {
        notes.push(period_findings::changed_history(changed));
    }
    if end > last {
        let unobserved: Vec<String> =
            (last + 1..=end).map(|period| Period::numbered(frequency, period).to_string()).collect();
        notes.push(period_findings::unobserved_end(&unobserved));
    }
    note_gaps(&values, span, &rows, notes);
    let kept: Vec<usize> = (0..rows.len()).filter(|row| values.row(*row).iter().any(|value| !value.is_nan())).collect();
    let empty: Vec<String> =
        rows.iter().filter(|(_, row)| kept.binary_search(row).is_err()).map(|(key, _)| key.to_string()).collect();
    if !empty.is_empty() {
        notes.push(period_findings::empty_series(&empty));
    }
    let keys: Vec<SeriesKey> = rows.into_keys().cloned().collect();
    let keys = kept.iter().map(|row| keys[*row].clone()).collect();
    Ok(Panel::new(dimensions, keys, span, values.select(ndarray::Axis(0), &kept), kind)?)
}

/// The ordinals of periods that the options' dates allow.
fn allowed(
    frequency: Frequency,
    files: &[History],
    options: &InputOptions,
    notes: &mut Vec<Finding>,
) -> std::ops::RangeInclusive<i32> {
    let whole_from = |day| {
        let period = Period::containing(frequency, day);
        if period.first_day() < day { period.plus(1) } else { period }
    };
    let whole_to = |day| {
        let period = Period::containing(frequency, day);
        if period.last_day() > day { period.plus(-1) } else { period }
    };
    let first = options.from.map_or(i32::MIN, |from| whole_from(from).ordinal());
    let mut last = options.to.map_or(i32::MAX, |to| whole_to(to).ordinal());
    if let Some(extract_date) = options.extract_date {
        let calendar = WorkingCalendar::england_and_wales();
        let period = Period::containing(frequency, extract_date);
        let over = !period.days().any(|day| day > extract_date && calendar.is_working_day(day));
        let complete = if over { period.ordinal() } else { period.ordinal() - 1 };
        let mut later: Vec<i32> = files
            .iter()
            .flat_map(|file| &file.series)
            .flat_map(|(_, rows)| rows)
            .map(|(period, _)| *period)
            .filter(|period| *period > complete && *period <= last)
            .collect();
        later.sort_unstable();
        later.dedup();
        if !later.is_empty() {
            let later: Vec<String> =
                later.iter().map(|period| Period::numbered(frequency, *period).to_string()).collect();
            notes.push(period_findings::incomplete_periods(&later, extract_date.to_string()));
        }
        last = last.min(complete);
    }
    first..=last
}

fn note_gaps(values: &Array2<f64>, span: Span, rows: &BTreeMap<&SeriesKey, usize>, notes: &mut Vec<Finding>) {
    let unobserved: Vec<String> = span
        .periods()
        .zip(values.columns())
        .filter(|(_, column)| column.iter().all(|value| value.is_nan()))
        .map(|(period, _)| period.to_string())
        .collect();
    if !unobserved.is_empty() {
        notes.push(period_findings::unobserved(&unobserved));
    }
    let year = span.frequency().season_length().min(span.len());
    let (mut ended, mut late) = (Vec::new(), Vec::new());
    for (key, row) in rows {
        // How many periods after its last value; nothing where it has none.
        match values.row(*row).iter().rev().position(|value| !value.is_nan()) {
            Some(after) if after >= year => ended.push(key.to_string()),
            Some(after) if after > 0 => late.push(key.to_string()),
            Some(_) | None => {}
        }
    }
    let Some(last) = span.last() else { return };
    if !ended.is_empty() {
        notes.push(period_findings::ended_series(&ended, &last.to_string()));
    }
    if !late.is_empty() {
        notes.push(period_findings::late_series(&late, &last.to_string()));
    }
}
