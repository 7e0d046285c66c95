//! How much each member of an ensemble counts.

use ndarray::{Array2, Axis};
use serde::{Deserialize, Serialize};

use crate::forecast::{Draws, Forecaster, RollingOrigins, walk};
use crate::math::quantile;
use crate::panel::{Design, Panel};

/// How the members' paths become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Combine {
    /// Their mean, weighted by [`EnsembleOptions::weights`].
    Mean,
    /// Their median.
    #[default]
    Median,
    /// Their mean, weighted by the inverse of each member's error at rolling origins inside the history.
    InverseScore,
}

/// How members are combined and, for [`Combine::InverseScore`], where they are tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EnsembleOptions {
    /// How the members' paths become one.
    pub combine: Combine,
    /// The members' relative weights in [`Combine::Mean`], in their order: `[2, 1]` counts the first twice. Members
    /// beyond the list weigh one.
    pub weights: Vec<f64>,
    /// At how many origins inside the history the members are tried.
    pub origins: usize,
    /// How many periods lie between two origins; one season where it isn't given.
    pub stride: Option<usize>,
    /// How many periods each origin looks ahead; one season where it isn't given.
    pub horizon: Option<usize>,
}

impl Default for EnsembleOptions {
    fn default() -> EnsembleOptions {
        EnsembleOptions { combine: Combine::default(), weights: Vec::new(), origins: 4, stride: None, horizon: None }
    }
}

/// A series' own errors count for half when it was tried at this many origins; the panel's for the other half.
const GROUP_ORIGINS: f64 = 8.0;

/// Few paths do for a median.
const TRIAL: Draws = Draws { paths: 100, seed: 0 };

/// Weights that sum to one, series x members, the same for every series: as given, or equal.
pub(super) fn fixed(series: usize, members: usize, given: &[f64]) -> Array2<f64> {
    let weight = |member: usize| given.get(member).map_or(1.0, |weight| weight.max(0.0));
    let sum: f64 = (0..members).map(weight).sum();
    let usable = sum > 0.0 && sum.is_finite();
    let share = |member| if usable { weight(member) / sum } else { 1.0 / members as f64 };
    Array2::from_shape_fn((series, members), |(_, member)| share(member))
}

/// Weights that sum to one, series x members: by inverse error where the history is long enough to try the members at
/// least once with two seasons known, else equal.
///
/// Each member's error at a series is its mean absolute error over the mean of all members', averaged with the panel's
/// by the number of origins, so that a few lucky months don't decide. Method: inverse-error weights as in
/// Bates and Granger (1969), without covariances.
pub(super) fn inverse_score(
    members: &[Box<dyn Forecaster>],
    history: &Panel,
    known: &Design,
    options: &EnsembleOptions,
) -> Array2<f64> {
    let series = history.keys().len();
    let equal = fixed(series, members.len(), &[]);
    let season = history.span().frequency().season_length();
    let horizon = options.horizon.unwrap_or(season).max(1);
    let stride = options.stride.unwrap_or(season).max(1);
    let origins = RollingOrigins::last(history, options.origins, stride, horizon, (2 * season).max(8));
    if origins.is_empty() || members.len() < 2 {
        return equal;
    }
    let Some(errors) = mean_absolute_errors(members, history, known, &origins) else { return equal };
    let Some(relative) = relative_errors(&errors) else { return equal };
    let panel: Vec<f64> = relative.columns().into_iter().map(|column| mean_of(column.iter())).collect();
    if panel.iter().any(|error| !error.is_finite() || *error <= 0.0) {
        return equal;
    }
    let own_share = origins.len() as f64 / (origins.len() as f64 + GROUP_ORIGINS);
    let mut weights = equal;
    for (mut weights, errors) in weights.rows_mut().into_iter().zip(relative.rows()) {
        for ((weight, own), panel) in weights.iter_mut().zip(errors).zip(&panel) {
            let error = if own.is_nan() { *panel } else { own_share * own + (1.0 - own_share) * panel };
            *weight = 1.0 / error;
        }
        let sum = weights.sum();
        weights /= sum;
    }
    weights
}

/// Each series' mean absolute error of each member's median, series x members, over the origins at which every member
/// forecast; `NaN` where a member left the series out. `None` where there is no such origin.
fn mean_absolute_errors(
    members: &[Box<dyn Forecaster>],
    history: &Panel,
    known: &Design,
    origins: &RollingOrigins,
) -> Option<Array2<f64>> {
    let shape = (history.keys().len(), members.len());
    let (mut sums, mut counts) = (Array2::<f64>::zeros(shape), Array2::<f64>::zeros(shape));
    for origin in origins.iter() {
        let origin = RollingOrigins::at(history, &[origin.last_known], origins.horizon());
        let (mut errors, mut seen) = (Array2::<f64>::zeros(shape), Array2::<f64>::zeros(shape));
        let walked = members.iter().enumerate().try_for_each(|(member, forecaster)| {
            walk(&**forecaster, history, known, &origin, TRIAL, |origin, _, forecast| {
                for (row, key) in history.keys().iter().enumerate() {
                    let Some(at) = forecast.row(key) else { continue };
                    for (step, paths) in forecast.series(at).columns().into_iter().enumerate() {
                        let truth = history.values()[(row, origin.known + step)];
                        if !truth.is_nan() {
                            errors[(row, member)] += (quantile::median(paths.iter().copied()) - truth).abs();
                            seen[(row, member)] += 1.0;
                        }
                    }
                }
            })
        });
        if walked.is_ok() {
            sums += &errors;
            counts += &seen;
        }
    }
    let errors = sums / counts;
    errors.iter().any(|error| error.is_finite()).then_some(errors)
}

/// Errors over the mean of all members' for the series, so that large series don't decide for small ones. Series that
/// not all members forecast, or all without error, have none. `None` where no series has any.
fn relative_errors(errors: &Array2<f64>) -> Option<Array2<f64>> {
    let mut relative = errors.clone();
    for mut row in relative.axis_iter_mut(Axis(0)) {
        let mean = row.sum() / row.len() as f64;
        if mean > 0.0 { row /= mean } else { row.fill(f64::NAN) }
    }
    relative.iter().any(|error| error.is_finite()).then_some(relative)
}

fn mean_of<'a>(values: impl Iterator<Item = &'a f64>) -> f64 {
    let (sum, count) =
        values.filter(|value| !value.is_nan()).fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    sum / count
}
