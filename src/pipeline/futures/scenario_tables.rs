//! Scenarios and their ledgers as tables of figures.

use ndarray::{Array2, Axis};

use super::Supposed;
use crate::disclosure::{FigureColumn, FigureError, FigureKind, Figures, LabelColumn, TotalRow};
use crate::forecast::{Forecast, Levels};
use crate::math::quantile;
use crate::panel::{Hierarchy, Panel, SeriesKey};
use crate::pipeline::figures::{self, Year, each, key_columns};
use crate::pipeline::shown::Shown;
use crate::publish::{BASELINE, HORIZON, PERIOD};
use crate::time::{Period, Span};

/// The scenarios of a run, and what they are laid on.
pub struct ScenarioTables<'a> {
    pub panel: &'a Panel,
    pub hierarchy: &'a Hierarchy,
    /// The baseline of every total and leaf.
    pub forecast: &'a Forecast,
    pub supposed: &'a [Supposed],
    /// What the history shows.
    pub shown: &'a Shown,
    pub levels: &'a Levels,
}

/// A stretch of the horizon: one period, or a year.
struct Window {
    name: String,
    first: Period,
    last: Period,
    steps: Vec<usize>,
}

impl ScenarioTables<'_> {
    /// The scenario's forecast of every total and leaf.
    fn forecast_under(&self, one: &Supposed) -> Forecast {
        one.outcome.forecast.totals(self.panel, self.hierarchy.totals())
    }

    /// The baseline and every scenario with its name.
    fn all(&self) -> Vec<(String, Forecast)> {
        let under = self.supposed.iter().map(|one| (one.scenario.name().to_owned(), self.forecast_under(one)));
        std::iter::once((BASELINE.to_owned(), self.forecast.clone())).chain(under).collect()
    }

    /// The `scenarios` table: the wide forecast under each scenario, the baseline first.
    pub fn paths(&self) -> Result<Figures, FigureError> {
        let all = self.all();
        let rows = all.iter().flat_map(|(name, forecast)| {
            each(forecast.keys(), forecast.span()).map(move |(key, period)| (name.as_str(), key, period))
        });
        let mut labels = key_columns(self.panel.dimensions(), rows.clone().map(|(_, key, _)| key));
        labels.push(LabelColumn::dates("ds", rows.clone().map(|(.., period)| period.first_day())));
        labels.push(LabelColumn::text("scenario", rows.map(|(name, ..)| name)));
        let mut columns: Vec<FigureColumn> = Vec::new();
        for (_, forecast) in &all {
            for (place, more) in figures::summary_columns(forecast, self.levels).into_iter().enumerate() {
                match columns.get_mut(place) {
                    Some(column) => column.values.extend(more.values),
                    None => columns.push(more),
                }
            }
        }
        Figures::new("scenarios", labels, columns)
    }

    /// The `scenario_years` table: totals of the years that the forecast reaches into, from joint paths, with what
    /// the history shows of them.
    pub fn years(&self) -> Result<Figures, FigureError> {
        let history = self.panel.span();
        let mut years = figures::years(history, self.forecast.span());
        years.push(Year { window: HORIZON.to_owned(), span: self.forecast.span() });
        let all = self.all();
        let mut rows: Vec<(&str, &SeriesKey, &Year)> = Vec::new();
        let mut sums: Vec<Vec<f64>> = Vec::new();
        for (name, forecast) in &all {
            for total in self.hierarchy.totals() {
                let Some(row) = forecast.row(&total.key) else { continue };
                let counts = self.shown.counts(&total.key);
                for year in &years {
                    let inside = year.span.periods().filter(|at| history.position(*at).is_some());
                    let known: f64 = inside.map(&counts).sum();
                    if known.is_nan() {
                        continue;
                    }
                    let steps = steps_of(year.span, forecast.span());
                    rows.push((name, &total.key, year));
                    sums.push(path_sums(forecast, row, &steps, known));
                }
            }
        }
        let mut labels = key_columns(self.panel.dimensions(), rows.iter().map(|(_, key, _)| *key));
        labels.push(LabelColumn::text("window", rows.iter().map(|(.., year)| year.window.as_str())));
        labels.push(LabelColumn::dates("from", rows.iter().map(|(.., year)| year.span.start().first_day())));
        let last = |year: &Year| year.span.last().unwrap_or(year.span.start()).first_day();
        labels.push(LabelColumn::dates("to", rows.iter().map(|(.., year)| last(year))));
        labels.push(LabelColumn::text("scenario", rows.iter().map(|(name, ..)| *name)));
        Figures::new("scenario_years", labels, spread_columns(FigureKind::Count, &sums, self.levels))
    }

    /// Every period of the horizon, the years of which it holds a part (only what is forecast of them), and all of it.
    fn windows(&self) -> Vec<Window> {
        let future = self.forecast.span();
        let periods = future.periods().enumerate();
        let single = periods.map(|(step, period)| Window {
            name: PERIOD.to_owned(),
            first: period,
            last: period,
            steps: vec![step],
        });
        let years = figures::years(self.panel.span(), future).into_iter().map(|year| {
            let steps = steps_of(year.span, future);
            let at = |step: Option<&usize>| step.map_or(year.span.start(), |step| future.period(*step));
            Window { name: year.window, first: at(steps.first()), last: at(steps.last()), steps }
        });
        let horizon = Window {
            name: HORIZON.to_owned(),
            first: future.start(),
            last: future.last().unwrap_or(future.start()),
            steps: (0..future.len()).collect(),
        };
        single.chain(years).chain([horizon]).collect()
    }

    /// The `ledger` table: for each series, scenario and window the baseline, what each lever adds, and what that comes
    /// to, on average over the paths.
    pub fn ledger(&self) -> Result<Figures, FigureError> {
        struct Line<'a> {
            key: SeriesKey,
            scenario: &'a str,
            number: i64,
            lever: String,
            window: &'a Window,
            mean: f64,
        }
        let windows = self.windows();
        let mut lines: Vec<Line<'_>> = Vec::new();
        let mut totals = Vec::new();
        for one in self.supposed {
            let ledger = one.outcome.ledger.totals(self.panel, self.hierarchy.totals());
            for (row, key) in ledger.baseline().keys().iter().enumerate() {
                for window in &windows {
                    let means = ledger.means(row, &window.steps);
                    let levers =
                        std::iter::once(BASELINE).chain(ledger.entries().iter().map(|entry| entry.lever.as_str()));
                    let first = lines.len();
                    let scenario = one.scenario.name();
                    let mut write = |lever: &str, mean: f64| {
                        let number = (lines.len() - first) as i64;
                        let (key, lever) = (key.clone(), lever.to_owned());
                        lines.push(Line { key, scenario, number, lever, window, mean });
                    };
                    levers.zip(&means).for_each(|(lever, mean)| write(lever, *mean));
                    write(one.scenario.title(), means.iter().sum());
                    totals.push(TotalRow { row: lines.len() - 1, parts: (first..lines.len() - 1).collect() });
                }
            }
        }
        let mut labels = key_columns(self.panel.dimensions(), lines.iter().map(|line| &line.key));
        labels.push(LabelColumn::text("scenario", lines.iter().map(|line| line.scenario)));
        labels.push(LabelColumn::text("window", lines.iter().map(|line| line.window.name.as_str())));
        labels.push(LabelColumn::dates("from", lines.iter().map(|line| line.window.first.first_day())));
        labels.push(LabelColumn::dates("to", lines.iter().map(|line| line.window.last.first_day())));
        labels.push(LabelColumn::numbers("line", lines.iter().map(|line| line.number)));
        labels.push(LabelColumn::text("lever", lines.iter().map(|line| line.lever.as_str())));
        let means = FigureColumn::changes("mean", lines.iter().map(|line| line.mean).collect());
        Figures::new("ledger", labels, vec![means])?.with_totals(totals)
    }

    /// The `differences` table: scenario less baseline, path by path with the same draws, so that the difference has a
    /// range of its own.
    pub fn differences(&self) -> Result<Figures, FigureError> {
        let windows = self.windows();
        let mut rows: Vec<(&str, SeriesKey, &Window)> = Vec::new();
        let mut sums: Vec<Vec<f64>> = Vec::new();
        for one in self.supposed {
            let forecast = self.forecast_under(one);
            for (row, key) in forecast.keys().iter().enumerate() {
                let Some(before) = self.forecast.row(key) else { continue };
                let added: Array2<f64> = &forecast.series(row) - &self.forecast.series(before);
                for window in &windows {
                    let sum =
                        |path: ndarray::ArrayView1<'_, f64>| window.steps.iter().map(|step| path[*step]).sum::<f64>();
                    let mut sorted: Vec<f64> = added.outer_iter().map(sum).collect();
                    sorted.sort_unstable_by(f64::total_cmp);
                    rows.push((one.scenario.name(), key.clone(), window));
                    sums.push(sorted);
                }
            }
        }
        let mut labels = key_columns(self.panel.dimensions(), rows.iter().map(|(_, key, _)| key));
        labels.push(LabelColumn::text("scenario", rows.iter().map(|(name, ..)| *name)));
        labels.push(LabelColumn::text("window", rows.iter().map(|(.., window)| window.name.as_str())));
        labels.push(LabelColumn::dates("from", rows.iter().map(|(.., window)| window.first.first_day())));
        labels.push(LabelColumn::dates("to", rows.iter().map(|(.., window)| window.last.first_day())));
        Figures::new("differences", labels, spread_columns(FigureKind::Change, &sums, self.levels))
    }
}

/// The steps of the horizon that a year holds.
fn steps_of(year: Span, future: Span) -> Vec<usize> {
    year.periods().filter_map(|at| future.position(at)).collect()
}

/// The sum over some steps of each path and what is known, ascending.
fn path_sums(forecast: &Forecast, row: usize, steps: &[usize], known: f64) -> Vec<f64> {
    let series = forecast.series(row);
    let mut sums: Vec<f64> =
        series.axis_iter(Axis(0)).map(|path| steps.iter().map(|step| path[*step]).sum::<f64>() + known).collect();
    sums.sort_unstable_by(f64::total_cmp);
    sums
}

/// Mean, median and bounds of sorted sums, a row each.
fn spread_columns(kind: FigureKind, sums: &[Vec<f64>], levels: &Levels) -> Vec<FigureColumn> {
    let column = |name: &str, of: &dyn Fn(&[f64]) -> f64| {
        FigureColumn::new(name, kind, sums.iter().map(|sums| of(sums)).collect())
    };
    let mut columns = vec![
        column("mean", &|sums| sums.iter().sum::<f64>() / sums.len() as f64),
        column("median", &|sums| quantile::of_sorted(sums, 0.5)),
    ];
    for level in levels.iter() {
        let (low, high) = level.bounds();
        columns.push(column(&format!("lo_{level}"), &|sums| quantile::of_sorted(sums, low)));
        columns.push(column(&format!("hi_{level}"), &|sums| quantile::of_sorted(sums, high)));
    }
    columns
}
