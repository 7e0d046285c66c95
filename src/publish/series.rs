//! What the protected tables say, series by series.

use std::collections::BTreeMap;

use super::contents::{NEXT_YEAR, PackContents, cell, text};
use crate::disclosure::{Cell, ProtectedTable};
use crate::forecast::Level;
use crate::panel::TOTAL;
use crate::time::{Date, Period};

/// The counts that are hidden.
const HIDDEN: (f64, f64) = (1.0, 7.0);

/// What a suppressed count is drawn at: a constant, so that it reveals nothing.
const SUPPRESSED_STANDS_FOR: f64 = 5.0;

/// Whether a period was observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    Observed,
    Provisional,
    Missing,
}

/// A month of history.
#[derive(Debug, Clone, Copy)]
pub(super) struct Past {
    pub period: Period,
    pub count: Cell,
    pub state: State,
}

/// The middle of a forecast and its bounds, level by level in ascending order.
#[derive(Debug, Clone)]
pub(super) struct Range {
    pub median: Cell,
    pub bounds: Vec<(Level, Cell, Cell)>,
}

/// A forecast period.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub period: Period,
    pub range: Range,
}

/// A total over consecutive periods.
#[derive(Debug, Clone)]
pub(super) struct Year {
    pub window: String,
    pub first: Period,
    pub last: Period,
    pub range: Range,
}

/// One series: its history, its forecast by the pack's model, and its yearly totals.
#[derive(Debug, Clone, Default)]
pub(super) struct Series {
    /// One label a dimension.
    pub key: Vec<String>,
    /// In time order.
    pub past: Vec<Past>,
    /// In time order.
    pub steps: Vec<Step>,
    /// In the table's order.
    pub years: Vec<Year>,
}

impl Series {
    /// The year from the origin on.
    pub fn next_year(&self) -> Option<&Year> {
        self.years.iter().find(|year| year.window == NEXT_YEAR)
    }

    /// The least and the most that the `periods` observed periods up to `last` can add up to, if all of them are there:
    /// one that is hidden holds from 1 to 7.
    pub fn past_bounds(&self, last: Period, periods: usize) -> Option<(f64, f64)> {
        let first = last.plus(1 - periods as i32);
        let inside = self.past.iter().filter(|past| past.period >= first && past.period <= last);
        let bounds = inside.filter_map(|past| match past.count {
            Cell::Number(count) => Some((count, count)),
            Cell::Suppressed => Some(HIDDEN),
            Cell::Withheld | Cell::Missing => None,
        });
        let (count, sums) =
            bounds.fold((0, (0.0, 0.0)), |(count, sums), (least, most)| (count + 1, (sums.0 + least, sums.1 + most)));
        (count == periods && periods > 0).then_some(sums)
    }

    /// How many the `periods` observed periods up to `last` add up to, if all of them are there and none is hidden.
    pub fn past_total(&self, last: Period, periods: usize) -> Option<f64> {
        self.past_bounds(last, periods).filter(|(least, most)| least == most).map(|(least, _)| least)
    }

    /// The labels that aren't totals, as a person reads them.
    pub fn name(&self) -> String {
        let labels: Vec<&str> = self.key.iter().map(String::as_str).filter(|label| *label != TOTAL).collect();
        if labels.is_empty() { "All".to_owned() } else { labels.join(", ") }
    }
}

/// Where a cell is drawn: a suppressed one at a constant that reveals nothing.
pub(super) fn drawn(cell: Cell) -> Option<f64> {
    match cell {
        Cell::Number(value) => Some(value),
        Cell::Suppressed => Some(SUPPRESSED_STANDS_FOR),
        // One that may be of any size leaves a gap.
        Cell::Withheld | Cell::Missing => None,
    }
}

impl Range {
    /// The bounds of a level.
    pub fn of(&self, level: Level) -> Option<(Cell, Cell)> {
        self.bounds.iter().find(|(of, _, _)| *of == level).map(|(_, low, high)| (*low, *high))
    }

    /// The figures of a row of a table with `median` and bounds.
    pub fn read(table: &ProtectedTable, contents: &PackContents, row: usize) -> Range {
        let bounds = contents.levels.iter().map(|level| {
            let (low, high) = PackContents::bound_columns(level);
            (level, cell(table, &low, row), cell(table, &high, row))
        });
        Range { median: cell(table, "median", row), bounds: bounds.collect() }
    }
}

/// All series of a pack, sorted by key.
#[derive(Debug)]
pub(super) struct PackSeries {
    series: Vec<Series>,
}

impl PackSeries {
    /// Reads history, the forecasts by the pack's model, and its yearly totals.
    pub fn read(contents: &PackContents) -> PackSeries {
        let dimensions: Vec<&str> = contents.dimensions.iter().map(String::as_str).collect();
        let (history, forecast) = (&contents.history, &contents.forecast);
        PackSeries::of(contents, &dimensions, history, forecast, &contents.model, Some(&contents.yearly))
    }

    /// Reads other tables that have the columns of the pack's own.
    pub fn of(
        contents: &PackContents,
        dimensions: &[&str],
        history: &ProtectedTable,
        forecast: &ProtectedTable,
        model: &str,
        yearly: Option<&ProtectedTable>,
    ) -> PackSeries {
        let mut series: BTreeMap<Vec<String>, Series> = BTreeMap::new();
        let mut of = |table: &ProtectedTable, row: usize, add: &mut dyn FnMut(&mut Series)| {
            let key: Vec<String> = dimensions.iter().map(|name| text(table, name, row).to_owned()).collect();
            add(series.entry(key.clone()).or_insert_with(|| Series { key, ..Series::default() }));
        };
        let period = |dates: &[Date], row: usize| Period::containing(contents.frequency, dates[row]);
        let dates = |table: &ProtectedTable, column: &str| table.dates(column).unwrap_or_default().to_vec();

        let ds = dates(history, "ds");
        for row in 0..ds.len() {
            let count = cell(history, "y", row);
            let state = match text(history, "state", row) {
                "missing" => State::Missing,
                "provisional" => State::Provisional,
                _ if count == Cell::Missing => State::Missing,
                _ => State::Observed,
            };
            of(history, row, &mut |one| one.past.push(Past { period: period(&ds, row), count, state }));
        }
        let ds = dates(forecast, "ds");
        for row in (0..ds.len()).filter(|row| text(forecast, "model", *row) == model) {
            let step = Step { period: period(&ds, row), range: Range::read(forecast, contents, row) };
            of(forecast, row, &mut |one| one.steps.push(step.clone()));
        }
        let of_years = |column: &str| yearly.map(|yearly| dates(yearly, column)).unwrap_or_default();
        let (from, to) = (of_years("from"), of_years("to"));
        for row in 0..from.len() {
            let Some(yearly) = yearly.filter(|yearly| text(yearly, "model", row) == model) else { continue };
            let year = Year {
                window: text(yearly, "window", row).to_owned(),
                first: period(&from, row),
                last: period(&to, row),
                range: Range::read(yearly, contents, row),
            };
            of(yearly, row, &mut |one| one.years.push(year.clone()));
        }
        let mut series: Vec<Series> = series.into_values().collect();
        for one in &mut series {
            one.past.sort_by_key(|past| past.period);
            one.steps.sort_by_key(|step| step.period);
        }
        PackSeries { series }
    }

    /// The total: the series with a total in every dimension, or the only one there is.
    pub fn total(&self) -> Option<&Series> {
        let total = self.series.iter().find(|one| one.key.iter().all(|label| label == TOTAL));
        total.or(if self.series.len() == 1 { self.series.first() } else { None })
    }

    /// The series of one dimension, all others added up; the largest expected year first, ties by label. Where any is
    /// forecast, those that aren't (they ended) are left out.
    pub fn margin(&self, dimension: usize) -> Vec<&Series> {
        let is_margin =
            |one: &&Series| one.key.iter().enumerate().all(|(place, label)| (place == dimension) == (label != TOTAL));
        let mut margin: Vec<&Series> = self.series.iter().filter(is_margin).collect();
        if margin.iter().any(|one| !one.steps.is_empty()) {
            margin.retain(|one| !one.steps.is_empty());
        }
        margin.sort_by(|a, b| weight(b).total_cmp(&weight(a)).then_with(|| a.key.cmp(&b.key)));
        margin
    }

    /// The series without any total, or the only one there is.
    pub fn leaves(&self) -> Vec<&Series> {
        let leaves: Vec<&Series> =
            self.series.iter().filter(|one| one.key.iter().all(|label| label != TOTAL)).collect();
        if leaves.is_empty() { self.series.iter().collect() } else { leaves }
    }
}

/// How large a series is expected to be: its year from the origin, or its forecast, or its history.
fn weight(series: &Series) -> f64 {
    if let Some(year) = series.next_year() {
        return drawn(year.range.median).unwrap_or(0.0);
    }
    let steps = series.steps.iter().filter_map(|step| drawn(step.range.median));
    let past = series.past.iter().filter_map(|past| drawn(past.count));
    if series.steps.is_empty() { past.sum() } else { steps.sum() }
}
