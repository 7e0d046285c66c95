//! From panels, paths and scores to tables of figures for disclosure control.

use std::collections::BTreeMap;

use ndarray::Array2;

use super::shown::Shown;
use crate::disclosure::{FigureColumn, FigureError, Figures, LabelColumn, ProtectedTable, TotalRow};
use crate::evaluate::{ScoreRow, Scorecard, Summary};
use crate::forecast::{Forecast, Level, Levels};
use crate::math::quantile;
use crate::panel::{Hierarchy, Panel, SeriesKey};
use crate::publish::{ALL_ORIGINS, NEWEST, NEXT_YEAR, shown_to_hold};
use crate::time::{Frequency, Period, Span};

/// What names the rows of a table of series: the key's labels, then the key as one text.
pub fn key_columns<'a>(dimensions: &[String], keys: impl Iterator<Item = &'a SeriesKey> + Clone) -> Vec<LabelColumn> {
    let label = |dimension: usize| keys.clone().filter_map(move |key| key.labels().nth(dimension));
    let mut columns = vec![LabelColumn::text("unique_id", keys.clone().map(|key| key.to_string()))];
    // A table with one dimension of that very name has it once.
    let names = dimensions.iter().enumerate().filter(|(_, name)| *name != "unique_id");
    columns.extend(names.map(|(dimension, name)| LabelColumn::text(name, label(dimension))));
    columns
}

/// Every key once for each period of the span, series by series.
pub fn each(keys: &[SeriesKey], span: Span) -> impl Iterator<Item = (&SeriesKey, Period)> + Clone {
    keys.iter().flat_map(move |key| (0..span.len()).map(move |position| (key, span.period(position))))
}

/// The observed total of some leaves, a value a period.
///
/// A leaf counts from its first to its last observed period: before and after, it did not exist (authorities merge and
/// split). Where a leaf has a gap inside its life, the total isn't known.
pub fn observed_total(panel: &Panel, leaves: &[usize]) -> Vec<f64> {
    let lives: Vec<_> = leaves.iter().map(|leaf| (panel.series(*leaf), life(panel, *leaf))).collect();
    let total = |position: usize| {
        let alive = lives.iter().filter(|(_, life)| life.as_ref().is_some_and(|life| life.contains(&position)));
        let sum = alive.clone().map(|(series, _)| series[position]).sum::<f64>();
        if alive.count() == 0 { f64::NAN } else { sum }
    };
    (0..panel.span().len()).map(total).collect()
}

/// The positions from a series' first to its last observed period.
fn life(panel: &Panel, row: usize) -> Option<std::ops::RangeInclusive<usize>> {
    let series = panel.series(row);
    let observed = |(_, value): &(usize, &f64)| !value.is_nan();
    let first = series.iter().enumerate().find(observed)?.0;
    let last = series.iter().enumerate().rfind(observed)?.0;
    Some(first..=last)
}

/// Observed counts of every series and total; from `complete` on, periods are provisional.
pub fn history(name: &str, panel: &Panel, hierarchy: &Hierarchy, complete: Period) -> Result<Figures, FigureError> {
    let keys: Vec<SeriesKey> = hierarchy.totals().iter().map(|total| total.key.clone()).collect();
    let periods = panel.span().len();
    let mut values = Vec::with_capacity(keys.len() * periods);
    let mut totals = Vec::new();
    let row_of_leaf = |leaf: usize| keys.binary_search(&panel.keys()[leaf]).unwrap_or_default();
    for (place, total) in hierarchy.totals().iter().enumerate() {
        values.extend(observed_total(panel, &total.leaves));
        if total.key.is_total() {
            let parts = |at: usize| total.leaves.iter().map(move |leaf| row_of_leaf(*leaf) * periods + at).collect();
            totals.extend((0..periods).map(|at| TotalRow { row: place * periods + at, parts: parts(at) }));
        }
    }
    let rows = each(&keys, panel.span());
    let state = |(value, period): (&f64, Period)| match value.is_nan() {
        true => "missing",
        false if period > complete => "provisional",
        false => "observed",
    };
    let states: Vec<&str> = values.iter().zip(rows.clone().map(|(_, period)| period)).map(state).collect();
    let mut labels = key_columns(panel.dimensions(), rows.clone().map(|(key, _)| key));
    labels.push(LabelColumn::dates("ds", rows.map(|(_, period)| period.first_day())));
    labels.push(LabelColumn::text("state", states));
    Figures::new(name, labels, vec![FigureColumn::observed("y", values)])?.with_totals(totals)
}

/// Mean, median and bounds, one column each; `of` picks a row's forecast.
pub fn summary_columns(forecast: &Forecast, levels: &Levels) -> Vec<FigureColumn> {
    let flat = |values: Array2<f64>| values.into_iter().collect::<Vec<f64>>();
    let (low, high) = forecast.intervals(levels);
    let median = forecast.quantiles(&[0.5]).index_axis_move(ndarray::Axis(1), 0);
    let mut columns =
        vec![FigureColumn::counts("mean", flat(forecast.mean())), FigureColumn::counts("median", flat(median))];
    for (place, level) in levels.iter().enumerate() {
        for (side, bounds) in [("lo", &low), ("hi", &high)] {
            let bound = bounds.index_axis(ndarray::Axis(1), place).to_owned();
            columns.push(FigureColumn::counts(&format!("{side}_{level}"), flat(bound)));
        }
    }
    columns
}

/// The wide forecast: one row a series and period.
pub fn forecast(
    name: &str,
    dimensions: &[String],
    forecast: &Forecast,
    model: &str,
    levels: &Levels,
) -> Result<Figures, FigureError> {
    let rows = each(forecast.keys(), forecast.span());
    let mut labels = key_columns(dimensions, rows.clone().map(|(key, _)| key));
    labels.push(LabelColumn::dates("ds", rows.clone().map(|(_, period)| period.first_day())));
    labels.push(LabelColumn::text("model", rows.map(|_| model)));
    Figures::new(name, labels, summary_columns(forecast, levels))
}

/// A year that the forecast reaches into.
pub struct Year {
    pub window: String,
    pub span: Span,
}

/// The season that follows the history, then the financial years (April to March) that history and forecast fill
/// together. Only months and quarters have financial years.
pub fn years(history: Span, future: Span) -> Vec<Year> {
    let season = history.frequency().season_length();
    let mut years = Vec::new();
    if future.len() >= season {
        years.push(Year { window: NEXT_YEAR.to_owned(), span: future.first(season) });
    }
    let both = history.extended(future.len());
    let april = |period: &Period| match period.frequency() {
        Frequency::Month => period.season() == 3,
        Frequency::Quarter => period.season() == 1,
        Frequency::Week | Frequency::Year => false,
    };
    for start in both.periods().filter(april) {
        let span = Span::new(start, season);
        let last = start.plus(season as i32 - 1);
        if both.position(last).is_some() && future.position(last).is_some() {
            let year = start.first_day().year();
            years.push(Year { window: format!("{year}-{:02}", (year + 1) % 100), span });
        }
    }
    years
}

/// Totals of the years that the forecast reaches into, each from joint paths: what the history shows of the year is added
/// to every path of what is forecast.
pub fn yearly(
    panel: &Panel,
    hierarchy: &Hierarchy,
    forecast: &Forecast,
    shown: &Shown,
    model: &str,
    levels: &Levels,
) -> Result<Figures, FigureError> {
    let (history, future) = (panel.span(), forecast.span());
    let years = years(history, future);
    let mut rows: Vec<(&SeriesKey, &Year)> = Vec::new();
    let mut paths: Vec<Vec<f64>> = Vec::new();
    for total in hierarchy.totals() {
        let Some(row) = forecast.row(&total.key) else { continue };
        let counts = shown.counts(&total.key);
        for year in &years {
            let known: f64 = year.span.periods().filter(|at| history.position(*at).is_some()).map(&counts).sum();
            if known.is_nan() {
                continue;
            }
            let steps: Vec<usize> = year.span.periods().filter_map(|at| future.position(at)).collect();
            let sum = |path: ndarray::ArrayView1<'_, f64>| steps.iter().map(|step| path[*step]).sum::<f64>() + known;
            let mut sums: Vec<f64> = forecast.series(row).outer_iter().map(sum).collect();
            sums.sort_unstable_by(f64::total_cmp);
            rows.push((&total.key, year));
            paths.push(sums);
        }
    }
    let quantiles =
        |probability: f64| paths.iter().map(|sums| quantile::of_sorted(sums, probability)).collect::<Vec<f64>>();
    let mean = paths.iter().map(|sums| sums.iter().sum::<f64>() / sums.len() as f64).collect();
    let mut labels = key_columns(panel.dimensions(), rows.iter().map(|(key, _)| *key));
    labels.push(LabelColumn::text("window", rows.iter().map(|(_, year)| year.window.as_str())));
    labels.push(LabelColumn::dates("from", rows.iter().map(|(_, year)| year.span.start().first_day())));
    let last = |year: &Year| year.span.last().unwrap_or(year.span.start()).first_day();
    labels.push(LabelColumn::dates("to", rows.iter().map(|(_, year)| last(year))));
    labels.push(LabelColumn::text("model", rows.iter().map(|_| model)));
    let mut columns = vec![FigureColumn::counts("mean", mean), FigureColumn::counts("median", quantiles(0.5))];
    for level in levels.iter() {
        let (low, high) = level.bounds();
        columns.push(FigureColumn::counts(&format!("lo_{level}"), quantiles(low)));
        columns.push(FigureColumn::counts(&format!("hi_{level}"), quantiles(high)));
    }
    Figures::new("yearly", labels, columns)
}

/// A score to three decimals: all that is read off it, and too little to work a count out of.
pub fn to_thousandths(score: f64) -> f64 {
    (score * 1_000.0).round() / 1_000.0
}

/// Scores by model and stratum; all origins together come first.
pub fn backtest(scorecard: &Scorecard) -> Result<Figures, FigureError> {
    let place = |model: &str| scorecard.models().iter().position(|known| known == model);
    let all = scorecard.by(|row| (String::new(), place(&row.model), row.model.clone()));
    let strata = scorecard.by(|row| (row.stratum.clone(), place(&row.model), row.model.clone()));
    let rows: Vec<(String, String, Summary)> = all
        .into_iter()
        .map(|((_, _, model), summary)| (ALL_ORIGINS.to_owned(), model, summary))
        .chain(strata.into_iter().map(|((stratum, _, model), summary)| (stratum, model, summary)))
        .filter({
            let mut seen = std::collections::BTreeSet::new();
            move |(stratum, model, _)| seen.insert((stratum.clone(), model.clone()))
        })
        .collect();
    let labels = vec![
        LabelColumn::text("model", rows.iter().map(|(_, model, _)| model.as_str())),
        LabelColumn::text("stratum", rows.iter().map(|(stratum, _, _)| stratum.as_str())),
        LabelColumn::numbers("forecasts", rows.iter().map(|(_, _, summary)| summary.forecasts as i64)),
    ];
    let scores = |value: fn(&Summary) -> f64| rows.iter().map(|(_, _, summary)| value(summary)).collect::<Vec<f64>>();
    let mut columns = vec![
        FigureColumn::scores("scaled_wis", scores(|summary| to_thousandths(summary.scaled_wis))),
        FigureColumn::scores("mase", scores(|summary| to_thousandths(summary.mase))),
        FigureColumn::scores("bias", scores(|summary| to_thousandths(summary.bias))),
    ];
    for (place, level) in scorecard.levels().iter().enumerate() {
        let shares = rows.iter().map(|(_, _, summary)| summary.coverage[place]).collect();
        columns.push(FigureColumn::shares(&format!("coverage_{level}"), shares));
    }
    Figures::new("backtest", labels, columns)
}

/// How often the recipe's ranges held, by level: of all forecasts, and of the newest of each period alone.
///
/// `recent` is the protected table of the same newest forecasts. What it shows decides; where it shows too little, the
/// figures themselves do, so that periods with few children count like others. In how many periods a range held tells of
/// no child.
pub fn coverage(
    scorecard: &Scorecard,
    recipe: &str,
    newest: &[&ScoreRow],
    recent: &ProtectedTable,
) -> Result<Figures, FigureError> {
    let mut rows: Vec<(&str, Level, f64, f64)> = Vec::new();
    if let Some(summary) = scorecard.of(recipe) {
        let shares = scorecard.levels().iter().zip(&summary.coverage);
        rows.extend(shares.map(|(level, inside)| (ALL_ORIGINS, level, *inside, summary.forecasts as f64)));
    }
    for (place, level) in scorecard.levels().iter().enumerate().filter(|_| !newest.is_empty()) {
        let exact = newest.iter().map(|row| row.inside().nth(place).unwrap_or(false));
        let (held, judged) = (held(exact, shown_to_hold(recent, level)) as f64, newest.len() as f64);
        rows.push((NEWEST, level, held / judged, judged));
    }
    let labels = vec![
        LabelColumn::text("stratum", rows.iter().map(|row| row.0)),
        LabelColumn::numbers("level", rows.iter().map(|row| i64::from(u8::from(row.1)))),
    ];
    let columns = vec![
        FigureColumn::shares("inside", rows.iter().map(|row| row.2).collect()),
        FigureColumn::scores("forecasts", rows.iter().map(|row| row.3).collect()),
    ];
    Figures::new("coverage", labels, columns)
}

/// How many ranges held: as what is shown of each says, else as its exact figures do.
fn held(exact: impl Iterator<Item = bool>, shown: Vec<Option<bool>>) -> usize {
    exact.zip(shown).filter(|(exact, shown)| shown.unwrap_or(*exact)).count()
}

/// What the recipe last said about each period of one series before it came, oldest period first.
pub fn newest<'a>(scorecard: &'a Scorecard, recipe: &str, key: &SeriesKey) -> Vec<&'a ScoreRow> {
    let mut newest: BTreeMap<Period, &ScoreRow> = BTreeMap::new();
    for row in scorecard.rows().iter().filter(|row| row.model == recipe && row.key == *key) {
        let last = newest.entry(row.period).or_insert(row);
        if last.origin < row.origin {
            *last = row;
        }
    }
    newest.into_values().collect()
}

/// The `recent` table: the [`newest`] forecasts and what came; `shown` gives what the history shows for a period, so that
/// no figure is published in two roundings.
pub fn recent(rows: &[&ScoreRow], levels: &Levels, shown: impl Fn(Period) -> f64) -> Result<Figures, FigureError> {
    let labels = vec![
        LabelColumn::dates("ds", rows.iter().map(|row| row.period.first_day())),
        LabelColumn::dates("made", rows.iter().map(|row| row.origin.last_known.first_day())),
    ];
    let mut columns = vec![
        FigureColumn::counts("median", rows.iter().map(|row| row.median).collect()),
        FigureColumn::observed("y", rows.iter().map(|row| shown(row.period)).collect()),
    ];
    for (place, level) in levels.iter().enumerate() {
        columns.push(FigureColumn::counts(&format!("lo_{level}"), rows.iter().map(|row| row.low[place]).collect()));
        columns.push(FigureColumn::counts(&format!("hi_{level}"), rows.iter().map(|row| row.high[place]).collect()));
    }
    Figures::new("recent", labels, columns)
}

/// What was fitted to each series.
pub fn models(
    dimensions: &[String],
    keys: &[SeriesKey],
    model: &str,
    describe: impl Fn(&SeriesKey) -> Option<String>,
) -> Result<Figures, FigureError> {
    let rows: Vec<(&SeriesKey, String)> = keys.iter().filter_map(|key| Some((key, describe(key)?))).collect();
    let mut labels = key_columns(dimensions, rows.iter().map(|(key, _)| *key));
    labels.push(LabelColumn::text("model", rows.iter().map(|_| model)));
    labels.push(LabelColumn::text("description", rows.iter().map(|(_, description)| description.as_str())));
    Figures::new("models", labels, Vec::new())
}

#[cfg(test)]
mod tests {
    use super::held;

    #[test]
    fn what_is_shown_decides_and_what_is_not_shown_counts_too() {
        let exact = [true, true, false, false];
        assert_eq!(held(exact.into_iter(), vec![None, Some(false), None, Some(true)]), 2);
        assert_eq!(held(exact.into_iter(), vec![None; 4]), 2);
    }
}
