//! Fitted models that write paths.

use super::order::Named;
use super::search::Fit;
use super::transform::Transform;
use crate::forecast::FittedSeries;
use crate::models::naive::correct;
use crate::panel::Regressors;

/// One or more models fitted to one series, in the series' own units; the forecast is their weighted mean.
///
/// On a path every model meets the same error at a step, as a share of its mean or in units, and goes on from its own
/// value; the path is the weighted mean of theirs.
#[derive(Debug)]
pub(super) struct FittedArima {
    /// Heaviest first, weights sum to one.
    parts: Vec<Part>,
    /// Whether residuals are shares of the mean: where models of logarithms or roots have most of the weight.
    relative: bool,
    scale: f64,
    residuals: Vec<f64>,
}

#[derive(Debug)]
struct Part {
    weight: f64,
    name: String,
    transform: Transform,
    constant: f64,
    /// Lags and coefficients of the differenced series' own past, of past innovations, and of the series' own past.
    ar: Vec<(usize, f64)>,
    ma: Vec<(usize, f64)>,
    differences: Vec<(usize, f64)>,
    ahead: Vec<f64>,
    /// The last values on the model's scale, as many as the differences reach back.
    tail: Vec<f64>,
    /// Scaled values stay inside.
    limits: (f64, f64),
}

/// Paths stay within this many times the range of the data beyond their lowest and highest value, so that a long run of
/// high draws doesn't explode.
const HEADROOM: f64 = 10.0;

/// Where logarithms or roots are modelled, paths stay above this share of the lowest value seen.
const LEAST_SHARE: f64 = 0.01;

/// A model whose point forecast goes this many ranges of the data beyond them runs away.
const EXPLOSION: f64 = 3.0;

impl FittedArima {
    /// `fits` have weights that sum to one and at least one member; `scaled` are the values divided by `scale`.
    pub(super) fn new(fits: Vec<(f64, Fit)>, scaled: &[f64], scale: f64) -> FittedArima {
        let transformed = |fit: &Fit| fit.transform != Transform::None;
        let relative = fits.iter().filter(|(_, fit)| transformed(fit)).map(|(weight, _)| weight).sum::<f64>() > 0.5;
        let lost = fits.iter().map(|(_, fit)| fit.differencing.reach()).max().unwrap_or(0);
        let mut means = vec![0.0; scaled.len()];
        means.iter_mut().take(lost).for_each(|mean| *mean = f64::NAN);
        for (weight, fit) in &fits {
            let reach = fit.differencing.reach();
            let fitted = fit.filled[lost..].iter().zip(&fit.errors[lost - reach..]);
            for (mean, (value, error)) in means[lost..].iter_mut().zip(fitted) {
                *mean += weight * fit.transform.undo(value - error);
            }
        }
        let mut residuals: Vec<f64> = scaled
            .iter()
            .zip(&means)
            .map(|(value, mean)| if relative { (value - mean) / mean } else { (value - mean) * scale })
            .collect();
        let parameters = fits.iter().map(|(weight, fit)| weight * fit.orders.parameters() as f64).sum();
        correct(&mut residuals, parameters, !relative);
        let parts = fits.into_iter().map(|(weight, fit)| Part::new(weight, fit, scaled)).collect();
        FittedArima { parts, relative, scale, residuals }
    }

    /// Whether the point forecast of one model stays near the data over that many periods.
    pub(super) fn is_sound(fit: &Fit, scaled: &[f64], periods: usize) -> bool {
        let (low, high) = range(scaled);
        let away = EXPLOSION * (high - low);
        let mut path = vec![0.0; periods];
        let part = Part { limits: (f64::NEG_INFINITY, f64::INFINITY), ..Part::new(1.0, fit.clone(), scaled) };
        part.add_path(false, &vec![0.0; periods], 1.0, &mut path);
        path.iter().all(|value| *value >= low - away && *value <= high + away)
    }
}

fn range(scaled: &[f64]) -> (f64, f64) {
    let observed = || scaled.iter().copied().filter(|value| !value.is_nan());
    (observed().fold(f64::INFINITY, f64::min), observed().fold(f64::NEG_INFINITY, f64::max))
}

impl Part {
    fn new(weight: f64, fit: Fit, scaled: &[f64]) -> Part {
        let (low, high) = range(scaled);
        let beyond = HEADROOM * (high - low);
        let floor = if fit.transform.needs_positive() { LEAST_SHARE * low } else { low - beyond };
        let sparse = |coefficients: &[f64]| -> Vec<(usize, f64)> {
            (1..).zip(coefficients.iter().copied()).filter(|(_, coefficient)| *coefficient != 0.0).collect()
        };
        Part {
            weight,
            name: format!("{}{}", Named(fit.orders, fit.differencing), fit.transform.words()),
            transform: fit.transform,
            constant: fit.constant,
            ar: sparse(&fit.ar),
            ma: sparse(&fit.ma),
            differences: fit.differencing.terms(),
            tail: fit.filled[fit.filled.len() - fit.differencing.reach()..].to_vec(),
            ahead: fit.ahead,
            limits: (floor, high + beyond),
        }
    }

    /// Adds the model's own path, times its weight, to `path`.
    fn add_path(&self, relative: bool, innovations: &[f64], scale: f64, path: &mut [f64]) {
        let steps = innovations.len();
        let reach = self.tail.len();
        let mut series = Vec::with_capacity(reach + steps);
        series.extend_from_slice(&self.tail);
        // The point forecast of the differenced series, how far the path departs from it, and its errors.
        let (mut point, mut departures, mut errors) =
            (Vec::with_capacity(steps), Vec::with_capacity(steps), Vec::<f64>::with_capacity(steps));
        let past = |terms: &[(usize, f64)], of: &[f64]| -> f64 {
            let reached = terms.iter().take_while(|(lag, _)| *lag <= of.len());
            reached.map(|(lag, coefficient)| coefficient * of[of.len() - lag]).sum()
        };
        for ((step, innovation), cell) in innovations.iter().enumerate().zip(path) {
            let expected = self.ahead.get(step).copied().unwrap_or_else(|| past(&self.ar, &point));
            let departure = past(&self.ar, &departures) + past(&self.ma, &errors);
            let mean = self.constant + expected + departure + past(&self.differences, &series);
            let own = self.transform.undo(mean);
            // A share below -1 would turn the sign of what can only be above zero.
            let error = if relative { own * innovation.max(-1.0) } else { innovation / scale };
            let value = (own + error).clamp(self.limits.0, self.limits.1);
            let at = if value == own { mean } else { self.transform.apply(value) };
            let error = at - mean;
            *cell += self.weight * value * scale;
            series.push(at);
            point.push(expected);
            departures.push(departure + error);
            errors.push(error);
        }
    }
}

impl FittedSeries for FittedArima {
    fn residuals(&self) -> &[f64] {
        &self.residuals
    }

    fn path(&self, _future: Regressors<'_>, innovations: &[f64], path: &mut [f64]) {
        path.fill(0.0);
        self.parts.iter().for_each(|part| part.add_path(self.relative, innovations, self.scale, path));
    }

    fn describe(&self) -> String {
        match self.parts.as_slice() {
            [only] => only.name.clone(),
            parts => {
                let shares = parts.iter().map(|part| format!("{:.0}% {}", 100.0 * part.weight, part.name));
                format!("average of {}", shares.collect::<Vec<_>>().join(", "))
            }
        }
    }
}
