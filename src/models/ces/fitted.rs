//! Fitted forms that write paths.

use super::form::Form;
use super::recursion::Smoother;
use super::search::Fit;
use crate::forecast::FittedSeries;
use crate::models::naive::correct;
use crate::panel::Regressors;

/// How a series' units become what the forms see, and back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    /// The mean size of the values.
    pub(super) size: f64,
    /// Whether forms see logarithms.
    pub(super) logarithm: bool,
    /// Whether errors are shares of the mean: where no value comes near zero.
    pub(super) relative: bool,
}

impl Scale {
    pub(super) fn of(self, value: f64) -> f64 {
        let share = value / self.size;
        if self.logarithm { libm::log(share) } else { share }
    }

    /// The mean in shares of the size.
    fn share(self, seen: f64) -> f64 {
        if self.logarithm { libm::exp(seen) } else { seen }
    }

    fn seen(self, share: f64) -> f64 {
        if self.logarithm { libm::log(share) } else { share }
    }
}

/// One or more forms fitted to one series; the forecast is their weighted mean.
///
/// On a path every form meets the same error at a step, as a share of its mean or in units, and goes on from its own
/// value; the path is the weighted mean of theirs. So the point forecast is exactly the mean of the forms' own.
#[derive(Debug)]
pub(super) struct FittedCes {
    /// Heaviest first, weights sum to one.
    parts: Vec<Part>,
    /// How many periods were fitted.
    periods: usize,
    scale: Scale,
    residuals: Vec<f64>,
    limits: Limits,
}

#[derive(Debug)]
struct Part {
    weight: f64,
    form: Form,
    /// After the last value.
    smoothers: Vec<Smoother>,
}

/// Where a forecast keeps to, in shares of the size.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Where a falling mean bends; none where the history came to zero.
    bend: Option<f64>,
    floor: f64,
    ceiling: f64,
}

impl FittedCes {
    /// `fits` have weights that sum to one and at least one member; `seen` are the values they were fitted to.
    pub(super) fn new(fits: Vec<(f64, Fit)>, seen: &[f64], scale: Scale) -> FittedCes {
        let mut means = vec![0.0; seen.len()];
        for (weight, fit) in &fits {
            fit.means(seen, |t, mean| means[t] += weight * scale.share(mean));
        }
        let values: Vec<f64> = seen.iter().map(|value| scale.share(*value)).collect();
        let observed = || values.iter().copied().filter(|value| !value.is_nan());
        let (low, high) = (observed().fold(f64::INFINITY, f64::min), observed().fold(f64::NEG_INFINITY, f64::max));
        // Shares of a mean mean nothing where a form expected next to nothing at some period.
        let above = values.iter().zip(&means).all(|(value, mean)| value.is_nan() || *mean > BEND * low);
        let scale = Scale { relative: scale.relative && (above || scale.logarithm), ..scale };
        let residual = |(value, mean): (&f64, &f64)| {
            if scale.relative { (value - mean) / mean } else { (value - mean) * scale.size }
        };
        let mut residuals: Vec<f64> = values.iter().zip(&means).map(residual).collect();
        let parameters = fits.iter().map(|(weight, fit)| weight * fit.parameters as f64).sum();
        correct(&mut residuals, parameters, true);
        let limits = Limits {
            bend: (low > 0.0).then_some(BEND * low),
            floor: if low >= 0.0 { 0.0 } else { f64::NEG_INFINITY },
            ceiling: high + HEADROOM * (high - low),
        };
        let parts = fits.into_iter().map(|(weight, fit)| Part { weight, form: fit.form, smoothers: fit.last });
        FittedCes { parts: parts.collect(), periods: seen.len(), scale, residuals, limits }
    }

    /// Adds the path of one form, times its weight, to `path`.
    fn add_path(&self, part: &Part, innovations: &[f64], path: &mut [f64]) {
        let Limits { bend, floor, ceiling } = self.limits;
        let mut smoothers = part.smoothers.clone();
        for (step, (innovation, cell)) in innovations.iter().zip(path).enumerate() {
            let t = self.periods + step;
            let mean = self.scale.share(smoothers.iter().map(|smoother| smoother.level(t)).sum());
            let mean = match bend {
                // Continuous with a continuous slope at the bend, and above zero for ever.
                Some(bend) if mean < bend => bend * libm::exp(mean / bend - 1.0),
                _ => mean,
            };
            // A share below -1 would turn the sign of what can only be above zero.
            let error = if self.scale.relative { mean * innovation.max(-1.0) } else { innovation / self.scale.size };
            let value = (mean + error).clamp(floor, ceiling);
            *cell += part.weight * value * self.scale.size;
            // A value of zero has no logarithm: the levels follow to where forecasts bend.
            let least = if self.scale.logarithm { bend.unwrap_or(floor).min(mean) } else { floor };
            let moved = self.scale.seen(value.max(least)) - self.scale.seen(mean);
            smoothers.iter_mut().for_each(|smoother| smoother.step(t, moved));
        }
    }
}

/// The forecast bends where it falls below this share of the lowest value seen.
const BEND: f64 = 0.5;

/// Paths stay within this many times the range of the data above their highest value.
const HEADROOM: f64 = 10.0;

impl FittedSeries for FittedCes {
    fn residuals(&self) -> &[f64] {
        &self.residuals
    }

    fn path(&self, _future: Regressors<'_>, innovations: &[f64], path: &mut [f64]) {
        path.fill(0.0);
        self.parts.iter().for_each(|part| self.add_path(part, innovations, path));
    }

    fn describe(&self) -> String {
        match self.parts.as_slice() {
            [only] => {
                let weights = only
                    .smoothers
                    .iter()
                    .map(|smoother| format!("{:.3}+{:.3}i", smoother.weights.real(), smoother.weights.imaginary()));
                format!("{}, weights {}", only.form, weights.collect::<Vec<_>>().join(" and "))
            }
            parts => {
                let shares = parts.iter().map(|part| format!("{:.0}% {}", 100.0 * part.weight, part.form));
                format!("average of {}", shares.collect::<Vec<_>>().join(", "))
            }
        }
    }
}
