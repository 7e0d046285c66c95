//! What history and forecast are made of, and what has returned so far, as tables of figures.

use ndarray::Array2;

use crate::disclosure::{FigureColumn, FigureError, Figures, LabelColumn, Profile, ProtectedTable, TotalRow, protect};
use crate::forecast::Forecast;
use crate::panel::{Hierarchy, Panel, SeriesKey};
use crate::pipeline::figures::key_columns;
use crate::pipeline::shown::Shown;
use crate::shock::{Decomposition, Part, ShockFit};
use crate::time::Period;

/// The row that the parts add up to.
const EXPECTED: &str = "expected";

/// A part's name in tables.
fn name(part: Part) -> &'static str {
    match part {
        Part::Baseline => "baseline",
        Part::Season => "season",
        Part::NewNormal => "new-normal",
        Part::Suppressed => "suppressed",
        Part::Returning => "returning",
        Part::NewNeed => "new-need",
        Part::Irregular => "irregular",
    }
}

/// The `decomposition` table: a row for each series, period and part, and one for what they add up to.
///
/// What chance added to an observed count would, with the others, tell that count: only a table for the analyst's own
/// desk has it. A period of the history that was not observed has no rows.
pub fn table(
    panel: &Panel,
    hierarchy: &Hierarchy,
    forecast: &Forecast,
    fit: &ShockFit,
    ahead: &Decomposition,
    profile: Profile,
) -> Result<Figures, FigureError> {
    let past = fit.decomposition(panel);
    let parts = |is_past: bool| {
        let wanted = move |part: &Part| match part {
            Part::Irregular => is_past && profile == Profile::Internal,
            Part::NewNeed => false,
            _ => true,
        };
        Part::ALL.into_iter().filter(wanted).collect::<Vec<Part>>()
    };
    let mut rows: Vec<(&SeriesKey, Period, &'static str, &'static str, f64)> = Vec::new();
    let mut totals = Vec::new();
    for total in hierarchy.totals() {
        if forecast.row(&total.key).is_none() {
            continue;
        }
        for (decomposition, state) in [(&past, "observed"), (ahead, "forecast")] {
            // The decomposition of a forecast has no row for a series that could not be forecast.
            let leaves: Vec<usize> = total
                .leaves
                .iter()
                .filter_map(|leaf| decomposition.keys().binary_search(&panel.keys()[*leaf]).ok())
                .collect();
            for (place, period) in decomposition.span().periods().enumerate() {
                let sum = |values: &Array2<f64>| leaves.iter().map(|leaf| values[(*leaf, place)]).sum::<f64>();
                if sum(decomposition.part(Part::Baseline)).is_nan() {
                    continue;
                }
                let first = rows.len();
                let parts = parts(state == "observed");
                for part in &parts {
                    rows.push((&total.key, period, state, name(*part), sum(decomposition.part(*part))));
                }
                let whole: f64 = rows[first..].iter().map(|(.., value)| value).sum();
                totals.push(TotalRow { row: rows.len(), parts: (first..rows.len()).collect() });
                rows.push((&total.key, period, state, EXPECTED, whole));
            }
        }
    }
    let mut labels = key_columns(panel.dimensions(), rows.iter().map(|(key, ..)| *key));
    labels.push(LabelColumn::dates("ds", rows.iter().map(|(_, period, ..)| period.first_day())));
    labels.push(LabelColumn::text("state", rows.iter().map(|(_, _, state, ..)| *state)));
    labels.push(LabelColumn::text("part", rows.iter().map(|(_, _, _, part, _)| *part)));
    let values = FigureColumn::changes("value", rows.iter().map(|(.., value)| *value).collect());
    Figures::new("decomposition", labels, vec![values])?.with_totals(totals)
}

/// The `decomposition` table without the parts of counts that the history doesn't show, where its rule hides them from
/// being worked out: an effect that was estimated from one month alone is that month's count.
pub fn protected(figures: Figures, profile: Profile, shown: &Shown) -> ProtectedTable {
    let table = protect(profile, figures);
    if profile != Profile::DfeCin {
        return table;
    }
    let (Some(ids), Some(dates), Some(states)) = (table.text("unique_id"), table.dates("ds"), table.text("state"))
    else {
        return table;
    };
    let hidden = |row: usize| states[row] == "observed" && shown.hides(&ids[row], dates[row]);
    let hidden: Vec<bool> = (0..table.rows()).map(hidden).collect();
    table.without(&hidden)
}

/// The `returns` table: for each series and period, how much closures have kept away so far and how much of it has come
/// back, over the history as estimated and over the horizon as expected.
///
/// Sums so far and not single periods: what comes back in a month is too little to show for most authorities.
pub fn returns(
    panel: &Panel,
    hierarchy: &Hierarchy,
    forecast: &Forecast,
    fit: &ShockFit,
    ahead: &Decomposition,
) -> Result<Figures, FigureError> {
    let (past, future) = (panel.span().len(), ahead.span().len());
    let so_far: Vec<Vec<(f64, f64)>> = (0..panel.keys().len())
        .map(|row| {
            let flows = fit.flows(row).into_iter().map(|flow| (flow.hidden, flow.returned));
            let later = ahead.keys().binary_search(&panel.keys()[row]).ok();
            let expected = (0..future).map(|step| {
                let part = |part: Part| later.map_or(0.0, |row| ahead.part(part)[(row, step)]);
                ((-part(Part::Suppressed)).max(0.0), part(Part::Returning).max(0.0))
            });
            let sums = flows.chain(expected).scan((0.0, 0.0), |sum, (hidden, returned)| {
                *sum = (sum.0 + hidden, sum.1 + returned);
                Some(*sum)
            });
            sums.collect()
        })
        .collect();
    let span = panel.span().extended(future);
    let mut rows: Vec<(&SeriesKey, Period, &'static str, f64, f64)> = Vec::new();
    for total in hierarchy.totals().iter().filter(|total| forecast.row(&total.key).is_some()) {
        for (place, period) in span.periods().enumerate() {
            let sum =
                |of: fn(&(f64, f64)) -> f64| total.leaves.iter().map(|leaf| of(&so_far[*leaf][place])).sum::<f64>();
            let state = if place < past { "observed" } else { "forecast" };
            rows.push((&total.key, period, state, sum(|(hidden, _)| *hidden), sum(|(_, returned)| *returned)));
        }
    }
    let mut labels = key_columns(panel.dimensions(), rows.iter().map(|(key, ..)| *key));
    labels.push(LabelColumn::dates("ds", rows.iter().map(|(_, period, ..)| period.first_day())));
    labels.push(LabelColumn::text("state", rows.iter().map(|(_, _, state, ..)| *state)));
    let columns = vec![
        FigureColumn::counts("kept_away_so_far", rows.iter().map(|(.., hidden, _)| *hidden).collect()),
        FigureColumn::counts("came_back_so_far", rows.iter().map(|(.., returned)| *returned).collect()),
    ];
    Figures::new("returns", labels, columns)
}
