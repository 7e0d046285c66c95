//! Ranges as wide as the errors that were really made.

mod measured;
mod own_width;

use ndarray::parallel::prelude::*;
use ndarray::{Array2, ArrayView1, ArrayView2};
use serde::{Deserialize, Serialize};

use self::measured::{About, Measured};
use self::own_width::OwnWidth;
use crate::forecast::{Draws, FittedForecaster, Forecast, Forecaster, ModelError, RollingOrigins, Skipped, walk};
use crate::panel::{Design, Panel, SeriesKey, ValueKind};
use crate::time::Period;

/// The id.
const ID: &str = "calibrated";

/// What ranges are as wide as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Width {
    /// As errors of the group were, times each series' own spread: for series that err alike.
    #[default]
    Errors,
    /// As the inner forecaster's own ranges are for each series, times what errors of the group show them to be too
    /// narrow or too wide: for series that have little in common.
    Paths,
}

/// Where the errors come from and how far they are trusted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CalibrationOptions {
    /// What ranges are as wide as.
    pub width: Width,
    /// At how many origins inside the history the inner forecaster is tried.
    pub origins: usize,
    /// How many periods lie between two origins; a quarter of a season where it isn't given.
    pub stride: Option<usize>,
    /// How many periods each origin looks ahead; one season where it isn't given. Steps beyond keep the last step's
    /// calibration and grow as the inner forecaster's paths do.
    pub horizon: Option<usize>,
    /// How many independent errors make the measured ranges count as much as the inner forecaster's own.
    pub prior_errors: f64,
    /// How many seasons of a series' own errors make its own spread count as much as the group's.
    pub group_seasons: f64,
}

impl Default for CalibrationOptions {
    fn default() -> CalibrationOptions {
        CalibrationOptions {
            width: Width::default(),
            origins: 12,
            stride: None,
            horizon: None,
            prior_errors: 8.0,
            group_seasons: 10.0,
        }
    }
}

/// Replaces the widths of the inner forecaster's ranges by those of the errors it made at rolling origins inside the
/// history, pooled over all series.
///
/// Errors are logarithms of truth over the centre of the paths, divided by each series' own spread (shrunk towards the group's); their
/// quantiles by step, times the series' spread, become the distribution about that centre. Each path keeps its rank,
/// and with it the ties between steps and between series. Where there are few errors (one short series) the measured
/// distribution only leans on the inner one, which is widened by the doubts that paths of one series leave out
/// (`OwnWidth`); where there are none that is all.
///
/// Method: rank-preserving empirical quantile mapping of pooled, standardised out-of-sample errors; in the manner of
/// split conformal prediction for panels (Lei et al. 2018) without its guarantee, as origins are not exchangeable.
#[derive(Debug)]
pub struct Calibrated {
    inner: Box<dyn Forecaster>,
    options: CalibrationOptions,
}

impl Calibrated {
    /// The inner forecaster with calibrated ranges.
    pub fn new(inner: Box<dyn Forecaster>, options: CalibrationOptions) -> Calibrated {
        Calibrated { inner, options }
    }
}

/// Enough paths for a centre.
const TRIAL: Draws = Draws { paths: 200, seed: 0 };

impl Forecaster for Calibrated {
    fn id(&self) -> &str {
        ID
    }

    fn fit(&self, history: &Panel, known: &Design) -> Result<Box<dyn FittedForecaster>, ModelError> {
        let fitted = self.inner.fit(history, known)?;
        let offsets = offsets(history);
        let errors = self.errors(history, known, &offsets);
        let season = history.span().frequency().season_length().max(1) as f64;
        let seasons = (errors.len() * self.stride(history)) as f64 / season;
        let measured = Measured::of(&errors, seasons, &self.options);
        Ok(Box::new(FittedCalibrated {
            keys: history.keys().to_vec(),
            width: self.options.width,
            own: OwnWidth::of(history, self.options.prior_errors),
            offsets,
            measured,
            fitted,
        }))
    }
}

impl Calibrated {
    fn stride(&self, history: &Panel) -> usize {
        self.options.stride.unwrap_or(history.span().frequency().season_length() / 4).max(1)
    }

    /// Logarithms of truth over centre at each origin, series x steps, `NaN` where there is none. An origin at which the
    /// inner forecaster fails as a whole is left out, as is one with less than two seasons known.
    fn errors(&self, history: &Panel, known: &Design, offsets: &[f64]) -> Vec<Array2<f64>> {
        let season = history.span().frequency().season_length();
        let horizon = self.options.horizon.unwrap_or(season).max(1);
        let (periods, least) = (history.span().len(), (2 * season).max(8));
        // The newest origin leaves one period only: recent errors of short horizons count too.
        let last_known: Vec<Period> = (0..self.options.origins)
            .map_while(|back| periods.checked_sub(2 + back * self.stride(history)))
            .take_while(|at| at + 1 >= least)
            .map(|at| history.span().period(at))
            .collect();
        let at_origin = |last_known: &Period| {
            let origin = RollingOrigins::at(history, &[*last_known], horizon);
            let mut found = None;
            walk(&*self.inner, history, known, &origin, TRIAL, |origin, _, forecast| {
                let mut errors = Array2::from_elem((history.keys().len(), horizon), f64::NAN);
                for (row, key) in history.keys().iter().enumerate() {
                    let Some(at) = forecast.row(key) else { continue };
                    for (step, paths) in forecast.series(at).columns().into_iter().enumerate() {
                        let about = About::of(&sorted(paths), offsets[row], self.options.width);
                        let truth = history.values()[(row, origin.known + step)];
                        errors[(row, step)] = about.deviation(truth) / about.unit;
                    }
                }
                found = Some(errors);
            })
            .ok()?;
            found
        };
        last_known.par_iter().filter_map(at_origin).collect()
    }
}

fn sorted(paths: ArrayView1<'_, f64>) -> Vec<f64> {
    let mut sorted = paths.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

/// What is added before a logarithm is taken, by series: one event for counts, a hundredth of the mean for amounts.
fn offsets(history: &Panel) -> Vec<f64> {
    let of = |row| match history.kind() {
        ValueKind::Count => 1.0,
        ValueKind::Amount => {
            let values = history.series(row);
            let seen: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
            let mean = seen.iter().sum::<f64>() / seen.len() as f64;
            if mean > 0.0 { mean / 100.0 } else { 1.0 }
        }
    };
    (0..history.keys().len()).map(of).collect()
}

#[derive(Debug)]
struct FittedCalibrated {
    keys: Vec<SeriesKey>,
    width: Width,
    offsets: Vec<f64>,
    own: OwnWidth,
    measured: Option<Measured>,
    fitted: Box<dyn FittedForecaster>,
}

impl FittedForecaster for FittedCalibrated {
    fn forecast(&self, future: &Design, draws: Draws) -> Result<Forecast, ModelError> {
        let inner = self.fitted.forecast(future, draws)?;
        let (keys, span, mut paths) = inner.into_parts();
        let widths = self.own.drawn(draws);
        for (key, mut paths) in keys.iter().zip(paths.outer_iter_mut()) {
            let Ok(row) = self.keys.binary_search(key) else { continue };
            let mapped = self.mapped(row, paths.view(), &widths);
            paths.assign(&mapped);
        }
        Forecast::new(keys, span, paths)
            .map_err(|error| ModelError::NoFit { model: ID.to_owned(), reason: error.to_string() })
    }

    fn residuals(&self) -> Vec<(&SeriesKey, &[f64])> {
        self.fitted.residuals()
    }

    fn skipped(&self) -> &[Skipped] {
        self.fitted.skipped()
    }

    fn describe(&self, key: &SeriesKey) -> Option<String> {
        let inner = self.fitted.describe(key)?;
        let row = self.keys.binary_search(key).ok()?;
        Some(match &self.measured {
            None => format!("{inner}; ranges widened for a history too short to have past errors"),
            Some(measured) => format!(
                "{inner}; ranges from past errors ({:.0}%), spread {:.2} of the group's",
                100.0 * measured.trust,
                measured.spreads[row]
            ),
        })
    }
}

impl FittedCalibrated {
    /// The paths of one series, draws x steps, about the same centres but as wide as past errors were. `widths`: how many
    /// times their own width each draw takes the paths to have.
    fn mapped(&self, row: usize, paths: ArrayView2<'_, f64>, widths: &[f64]) -> Array2<f64> {
        let (draws, steps) = paths.dim();
        let (offset, measured) = (self.offsets[row], self.measured.as_ref());
        let last = measured.map_or(steps, |measured| measured.quantiles.nrows() - 1);
        let mut mapped = Array2::zeros((draws, steps));
        let mut order: Vec<usize> = Vec::with_capacity(draws);
        let mut own: Vec<f64> = Vec::with_capacity(draws);
        let mut spread_at_last = None;
        for step in 0..steps {
            let column = paths.column(step);
            order.clear();
            order.extend(0..draws);
            order.sort_unstable_by(|a, b| column[*a].total_cmp(&column[*b]).then(a.cmp(b)));
            let sorted: Vec<f64> = order.iter().map(|draw| column[*draw]).collect();
            let about = About::of(&sorted, offset, self.width);
            if step == last {
                spread_at_last = Some(about.spread);
            }
            let unit = match (self.width, spread_at_last) {
                (Width::Paths, _) => about.spread,
                (Width::Errors, Some(then)) if then > 0.0 => (about.spread / then).clamp(1.0, 3.0),
                (Width::Errors, _) => 1.0,
            };
            let carried = self.own.carried(row, step);
            own.clear();
            own.extend(
                order.iter().zip(&sorted).map(|(draw, value)| about.deviation(*value) * carried * widths[*draw]),
            );
            own.sort_unstable_by(f64::total_cmp);
            for (rank, draw) in order.iter().enumerate() {
                let probability = if draws > 1 { rank as f64 / (draws - 1) as f64 } else { 0.5 };
                let deviation = measured.map_or(own[rank], |measured| {
                    let seen = unit * measured.deviation(row, step.min(last), probability);
                    measured.trust * seen + (1.0 - measured.trust) * own[rank]
                });
                mapped[(*draw, step)] = about.value(deviation);
            }
        }
        mapped
    }
}

#[cfg(test)]
mod tests;
