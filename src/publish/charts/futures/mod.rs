//! The charts of the three questions and the scenarios.

mod composition;
mod ledger;
mod lockdown;
mod new_normal;
mod returns;
mod scenarios;
mod signed;

use super::Chart;
use super::canvas::{Area, Canvas};
use super::key;
use crate::disclosure::{Cell, ProtectedTable};
use crate::publish::contents::{PackContents, cell, text};
use crate::publish::futures::Futures;
use crate::publish::series::PackSeries;
use crate::publish::theme::Ink;
use crate::time::Period;

/// The charts, in the order of the report; none where the pack says nothing of scenarios.
pub(super) fn all(contents: &PackContents, series: &PackSeries) -> Vec<Chart> {
    let (Some(futures), Some(total)) = (&contents.futures, series.total()) else { return Vec::new() };
    let view = View { contents, futures, key: &total.key };
    let charts = [
        returns::chart(&view),
        lockdown::chart(&view),
        new_normal::chart(&view),
        composition::chart(&view),
        scenarios::chart(&view),
    ];
    charts.into_iter().flatten().chain(ledger::charts(&view)).collect()
}

/// What the pack says of one series, here the total.
struct View<'a> {
    contents: &'a PackContents,
    futures: &'a Futures,
    key: &'a [String],
}

/// One period and its parts.
struct PartsOf {
    period: Period,
    is_forecast: bool,
    /// By name.
    parts: Vec<(String, Cell)>,
}

impl PartsOf {
    fn part(&self, name: &str) -> Cell {
        self.parts.iter().find(|(part, _)| part == name).map_or(Cell::Missing, |(_, cell)| *cell)
    }

    /// The sum of some parts; those that aren't shown add nothing.
    fn sum(&self, names: &[&str]) -> f64 {
        names.iter().filter_map(|name| self.part(name).number()).sum()
    }
}

impl View<'_> {
    /// Whether a row is about the series.
    fn is_ours(&self, table: &ProtectedTable, row: usize) -> bool {
        self.contents.dimensions.iter().zip(self.key).all(|(name, label)| text(table, name, row) == label)
    }

    /// The row of a table over a window under a scenario.
    fn row(&self, table: &ProtectedTable, scenario: &str, window: &str) -> Option<usize> {
        (0..table.rows()).find(|row| {
            text(table, "scenario", *row) == scenario
                && text(table, "window", *row) == window
                && self.is_ours(table, *row)
        })
    }

    /// The answer to a question for all series together: its row in the `answers` table.
    fn answer(&self, question: &str) -> Option<usize> {
        let table = &self.futures.answers;
        (0..table.rows()).find(|row| text(table, "question", *row) == question && text(table, "of", *row) == "*")
    }

    /// Whether the data told the answer to a question.
    fn is_told(&self, question: &str) -> bool {
        self.answer(question).is_some_and(|row| text(&self.futures.answers, "told_by", row) == "data")
    }

    /// A figure of an answer.
    fn figure(&self, question: &str, column: &str) -> Option<f64> {
        cell(&self.futures.answers, column, self.answer(question)?).number()
    }

    /// How much of what closures kept away comes back within the horizon; `None` where that isn't shown. Sums so far tell
    /// more than single periods, which are often too small to show.
    fn returning_ahead(&self) -> Option<f64> {
        let table = &self.futures.returns;
        let rows = || (0..table.rows()).filter(|row| self.is_ours(table, *row));
        let sum = |row: Option<usize>| cell(table, "came_back_so_far", row?).number();
        let known = rows().rfind(|row| text(table, "state", *row) == "observed");
        Some(sum(rows().next_back())? - sum(known)?)
    }

    /// The parts of every period, oldest first.
    fn parts(&self) -> Vec<PartsOf> {
        let table = &self.futures.decomposition;
        let Some(dates) = table.dates("ds") else { return Vec::new() };
        let mut periods: Vec<PartsOf> = Vec::new();
        for (row, date) in dates.iter().enumerate().filter(|(row, _)| self.is_ours(table, *row)) {
            let period = Period::containing(self.contents.frequency, *date);
            if periods.last().is_none_or(|last| last.period != period) {
                let is_forecast = text(table, "state", row) == "forecast";
                periods.push(PartsOf { period, is_forecast, parts: Vec::new() });
            }
            if let Some(last) = periods.last_mut() {
                last.parts.push((text(table, "part", row).to_owned(), cell(table, "value", row)));
            }
        }
        periods
    }

    /// The periods worth showing: from a year before the first closure on where that lies within the last seven years,
    /// else the last two years and what is ahead.
    fn shown_parts(&self) -> Vec<PartsOf> {
        const YEARS: usize = 7;
        let season = self.contents.frequency.season_length() as i32;
        let parts = self.parts();
        let oldest = self.contents.origin.plus(1 - YEARS as i32 * season);
        let moved =
            |one: &&PartsOf| one.period >= oldest && one.part("suppressed").number().is_some_and(|value| value != 0.0);
        let from = match parts.iter().find(moved) {
            Some(first) => first.period.plus(-season).max(oldest),
            None => self.contents.origin.plus(1 - 2 * season),
        };
        parts.into_iter().filter(|one| one.period >= from).collect()
    }
}

/// A key of coloured squares and their names above a plot; gives how far down it reaches.
fn draw_key(canvas: &mut Canvas<'_>, area: Area, entries: &[(Ink, &str)]) -> f64 {
    let names = entries.iter().map(|(_, name)| *name);
    let below = key::draw(canvas, area, names, 28.0, |canvas, place, swatch| {
        canvas.rectangle(swatch, entries[place].0);
        canvas.outline(swatch, Ink::Outline, 1);
    });
    below + 8.0
}
