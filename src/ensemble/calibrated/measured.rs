//! How errors are counted, and their distribution over a group of series.

use ndarray::{Array1, Array2, ArrayViewMut1};

use super::{CalibrationOptions, Width};
use crate::math::quantile;

/// The probabilities at which the errors' distribution is kept; the farthest errors of all are left off at both ends.
const GRID: usize = 200;
const FARTHEST: f64 = 0.0025;

/// What a forecast's ranges lie about at one step of one series, and the unit that deviations from it are counted in.
pub(super) struct About {
    centre: f64,
    offset: f64,
    /// The paths' own mean deviation.
    pub(super) spread: f64,
    /// One, or the paths' own spread; `NaN` where that is nothing.
    pub(super) unit: f64,
}

/// No range reaches further than so many times its centre: errors of wild series must not carry others to infinity.
const MOST_TIMES: f64 = 1000.0;

/// Paths that differ by less than this share have no spread to count in.
const LEAST_SPREAD: f64 = 1e-6;

impl About {
    pub(super) fn of(sorted: &[f64], offset: f64, width: Width) -> About {
        let centre = match width {
            Width::Errors => trimmed_mean(sorted),
            Width::Paths => quantile::of_sorted(sorted, 0.5).max(0.0),
        };
        let mut about = About { centre, offset, spread: 0.0, unit: 1.0 };
        about.spread = mean_absolute(sorted.iter().map(|value| about.deviation(*value)));
        if width == Width::Paths {
            about.unit = if about.spread > LEAST_SPREAD { about.spread } else { f64::NAN };
        }
        about
    }

    /// A value's deviation from the centre, as a logarithm; `NaN` for one that was not observed.
    pub(super) fn deviation(&self, value: f64) -> f64 {
        // `max` alone would make a zero of what was not observed.
        let value = if value.is_nan() { value } else { value.max(0.0) };
        libm::log((value + self.offset) / (self.centre + self.offset))
    }

    /// The value that deviates so far.
    pub(super) fn value(&self, deviation: f64) -> f64 {
        let times = libm::exp(deviation).min(MOST_TIMES);
        ((self.centre + self.offset) * times - self.offset).max(0.0)
    }
}

/// The mean of the paths without the outermost twentieth at either end. The median of paths that compound skewed
/// innovations sinks with each step; the mean alone would follow a single wild path.
fn trimmed_mean(sorted: &[f64]) -> f64 {
    let cut = (sorted.len() / 20).min(sorted.len().saturating_sub(1) / 2);
    let kept = &sorted[cut..sorted.len() - cut];
    (kept.iter().sum::<f64>() / kept.len().max(1) as f64).max(0.0)
}

/// The distribution of errors.
#[derive(Debug)]
pub(super) struct Measured {
    /// Steps at which errors were seen x [`GRID`] probabilities: errors over the series' spread, about their median.
    pub(super) quantiles: Array2<f64>,
    /// Each series' spread relative to the group's.
    pub(super) spreads: Array1<f64>,
    /// How far the measured distribution replaces the inner one, between 0 and 1.
    pub(super) trust: f64,
}

impl Measured {
    /// `seasons`: how many seasons the origins span. `None` where no error was seen.
    pub(super) fn of(errors: &[Array2<f64>], seasons: f64, options: &CalibrationOptions) -> Option<Measured> {
        let (series, all) = errors.first()?.dim();
        // Origins near the end see the first steps only: steps that none saw are like the last that was seen.
        let seen = |step: &usize| errors.iter().any(|errors| errors.column(*step).iter().any(|error| !error.is_nan()));
        let steps = (0..all).rev().find(seen)? + 1;
        let spreads = spreads(errors, options.group_seasons);
        let mut quantiles = Array2::zeros((steps, GRID));
        for (step, to) in quantiles.rows_mut().into_iter().enumerate() {
            // Neighbouring steps are taken together; their distributions differ little.
            let near = step.saturating_sub(1)..(step + 2).min(steps);
            let mut standardised: Vec<f64> = errors
                .iter()
                .flat_map(|errors| {
                    near.clone().flat_map(move |step| (0..series).map(move |row| (row, errors[(row, step)])))
                })
                .filter(|(_, error)| !error.is_nan())
                .map(|(row, error)| error / spreads[row])
                .collect();
            standardised.sort_unstable_by(f64::total_cmp);
            fill_quantiles(to, &standardised);
        }
        let observed = errors.iter().flatten().filter(|error| !error.is_nan()).count();
        // Errors of one series within one season are one error seen again and again.
        let each = observed as f64 / (steps * errors.len()) as f64;
        let independent = each * seasons.min(errors.len() as f64);
        Some(Measured { quantiles, spreads, trust: independent / (independent + options.prior_errors) })
    }

    /// The measured deviation at a probability, step and series, as a logarithm.
    pub(super) fn deviation(&self, row: usize, step: usize, probability: f64) -> f64 {
        let place =
            ((probability.clamp(FARTHEST, 1.0 - FARTHEST) - FARTHEST) / (1.0 - 2.0 * FARTHEST)) * (GRID - 1) as f64;
        let below = (place.floor() as usize).min(GRID - 2);
        let (low, high) = (self.quantiles[(step, below)], self.quantiles[(step, below + 1)]);
        self.spreads[row] * (low + (place - below as f64) * (high - low))
    }
}

/// Quantiles at the grid's probabilities, less the median.
fn fill_quantiles(mut to: ArrayViewMut1<'_, f64>, sorted: &[f64]) {
    let median = quantile::of_sorted(sorted, 0.5);
    for (place, cell) in to.iter_mut().enumerate() {
        let probability = FARTHEST + (1.0 - 2.0 * FARTHEST) * place as f64 / (GRID - 1) as f64;
        *cell = if sorted.is_empty() { 0.0 } else { quantile::of_sorted(sorted, probability) - median };
    }
}

/// Each series' mean absolute error over the group's at the same step, shrunk towards one on the log scale.
fn spreads(errors: &[Array2<f64>], group_seasons: f64) -> Array1<f64> {
    let Some((series, steps)) = errors.first().map(|errors| errors.dim()) else { return Array1::ones(0) };
    let by_step: Vec<f64> =
        (0..steps).map(|step| mean_absolute(errors.iter().flat_map(|errors| errors.column(step).to_vec()))).collect();
    Array1::from_shape_fn(series, |row| {
        let standardised = errors.iter().flat_map(|errors| {
            errors.row(row).iter().zip(&by_step).map(|(error, group)| error / group).collect::<Vec<f64>>()
        });
        let seen: Vec<f64> = standardised.filter(|error| error.is_finite()).collect();
        let own = mean_absolute(seen.iter().copied());
        if own.is_nan() || own <= 0.0 {
            return 1.0;
        }
        let seasons = seen.len() as f64 / steps as f64;
        libm::pow(own, seasons / (seasons + group_seasons)).clamp(0.2, 5.0)
    })
}

fn mean_absolute(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values
        .filter(|value| !value.is_nan())
        .fold((0.0, 0.0), |(sum, count): (f64, f64), value| (sum + value.abs(), count + 1.0));
    sum / count
}
