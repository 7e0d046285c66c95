//! Fitted forms that write paths.

use super::form::{Error, Form, Season, Trend};
use super::recursion::{Smoothing, State};
use super::search::Fit;
use crate::forecast::FittedSeries;
use crate::models::naive::correct;
use crate::panel::Regressors;

/// One or more forms fitted to one series, in the series' own units; the forecast is their weighted mean.
///
/// On a path every form meets the same error at a step, as a share of its mean or in units, and goes on from its own
/// value; the path is the weighted mean of theirs. So the point forecast is exactly the mean of the forms' own.
#[derive(Debug)]
pub(super) struct FittedEts {
    /// Heaviest first, weights sum to one.
    parts: Vec<Part>,
    /// Whether residuals are shares of the mean: where forms with multiplicative errors have most of the weight.
    relative: bool,
    residuals: Vec<f64>,
}

#[derive(Debug)]
struct Part {
    weight: f64,
    form: Form,
    smoothing: Smoothing,
    /// After the last value; the season starts with the slot of the first step.
    state: State,
    /// Values stay inside where the form or the errors multiply, anywhere else.
    limits: (f64, f64),
}

const ANYWHERE: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

/// Paths of multiplicative forms stay within this many times the range of the data above their highest value, so that
/// a long run of high draws doesn't explode.
const HEADROOM: f64 = 10.0;

impl FittedEts {
    /// `fits` have weights that sum to one and at least one member; `scaled` are the values they were fitted to,
    /// divided by `scale`.
    pub(super) fn new(fits: Vec<(f64, Fit)>, scaled: &[f64], scale: f64, season_length: usize) -> FittedEts {
        let multiplicative = |fit: &Fit| fit.form.error == Error::Multiplicative;
        let relative = fits.iter().filter(|(_, fit)| multiplicative(fit)).map(|(weight, _)| weight).sum::<f64>() > 0.5;
        let mut means = vec![0.0; scaled.len()];
        for (weight, fit) in &fits {
            fit.means(scaled, |t, mean| means[t] += weight * mean);
        }
        let mut residuals: Vec<f64> = scaled
            .iter()
            .zip(&means)
            .map(|(value, mean)| if relative { (value - mean) / mean } else { (value - mean) * scale })
            .collect();
        let parameters = fits.iter().map(|(weight, fit)| weight * fit.form.parameters(season_length) as f64).sum();
        correct(&mut residuals, parameters, !relative);
        let observed = || scaled.iter().copied().filter(|value| !value.is_nan());
        let (low, high) = (observed().fold(f64::INFINITY, f64::min), observed().fold(0.0, f64::max));
        let ceiling = (high + HEADROOM * (high - low)) * scale;
        let parts = fits.into_iter().map(|(weight, fit)| {
            let limits = if relative || fit.form.needs_positive() { (0.0, ceiling) } else { ANYWHERE };
            Part::new(weight, fit, scaled.len(), scale, limits)
        });
        FittedEts { parts: parts.collect(), relative, residuals }
    }
}

impl Part {
    fn new(weight: f64, fit: Fit, periods: usize, scale: f64, limits: (f64, f64)) -> Part {
        let Fit { form, smoothing, last: mut state, .. } = fit;
        state.level *= scale;
        state.slope *= scale;
        if !state.season.is_empty() {
            let turn = periods % state.season.len();
            state.season.rotate_left(turn);
        }
        if form.season == Season::Additive {
            state.season.iter_mut().for_each(|season| *season *= scale);
        }
        Part { weight, form, smoothing, state, limits }
    }

    /// Adds the form's own path, times its weight, to `path`.
    fn add_path(&self, relative: bool, innovations: &[f64], path: &mut [f64]) {
        let Smoothing { alpha, phi, .. } = self.smoothing;
        let (beta, gamma) = (self.smoothing.beta(), self.smoothing.gamma());
        let (mut level, mut slope) = (self.state.level, self.state.slope);
        let mut season = self.state.season.clone();
        let mut slot = 0;
        for (innovation, cell) in innovations.iter().zip(path) {
            slope *= phi;
            let ahead = level + slope;
            let own = season.get(slot).copied();
            let mean = match self.form.season {
                Season::None => ahead,
                Season::Additive => ahead + own.unwrap_or(0.0),
                Season::Multiplicative => ahead * own.unwrap_or(1.0),
            };
            // A share below -1 would turn the sign of what can only be above zero.
            let error = if relative { mean * innovation.max(-1.0) } else { *innovation };
            let value = (mean + error).clamp(self.limits.0, self.limits.1);
            *cell += self.weight * value;
            let error = value - mean;
            // As shares of the mean, so that nothing is divided by a state.
            let (to_level, to_season) = match self.form.season {
                Season::Multiplicative => {
                    let share = if mean == 0.0 { 0.0 } else { error / mean };
                    (ahead * share, own.unwrap_or(1.0) * share)
                }
                _ => (error, error),
            };
            level = ahead + alpha * to_level;
            slope += beta * to_level;
            if let Some(own) = season.get_mut(slot) {
                *own += gamma * to_season;
                slot = if slot + 1 == self.state.season.len() { 0 } else { slot + 1 };
            }
        }
    }

    fn describe(&self) -> String {
        let Smoothing { alpha, phi, .. } = self.smoothing;
        let mut text = format!("{}, level {alpha:.2}", self.form);
        if self.form.trend != Trend::None {
            text += &format!(", slope {:.2}", self.smoothing.beta());
        }
        if self.form.season != Season::None {
            text += &format!(", season {:.2}", self.smoothing.gamma());
        }
        if self.form.trend == Trend::Damped {
            text += &format!(", damping {phi:.2}");
        }
        text
    }
}

impl FittedSeries for FittedEts {
    fn residuals(&self) -> &[f64] {
        &self.residuals
    }

    fn path(&self, _future: Regressors<'_>, innovations: &[f64], path: &mut [f64]) {
        path.fill(0.0);
        self.parts.iter().for_each(|part| part.add_path(self.relative, innovations, path));
    }

    fn describe(&self) -> String {
        match self.parts.as_slice() {
            [only] => only.describe(),
            parts => {
                let shares = parts.iter().map(|part| format!("{:.0}% {}", 100.0 * part.weight, part.form));
                format!("average of {}", shares.collect::<Vec<_>>().join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::ets::recursion::walk;
    use crate::models::hostile::path;
    use crate::time::Frequency;

    #[test]
    fn a_path_under_the_errors_that_happened_is_what_happened() {
        let pattern = [1.2, 0.8, 1.1, 0.9];
        let values: Vec<f64> = (0..40)
            .map(|t| (1.0 + 0.02 * t as f64) * pattern[t % 4] * (1.0 + 0.1 * libm::sin((t * t) as f64)))
            .collect();
        // Not a whole number of seasons, so that the season must be turned.
        let (past, future) = values.split_at(26);
        for form in Form::admissible() {
            let season = match form.season {
                Season::None => vec![],
                Season::Additive => vec![0.2, -0.2, 0.1, -0.1],
                Season::Multiplicative => pattern.to_vec(),
            };
            let damped = form.trend == Trend::Damped;
            let sloped = form.trend != Trend::None;
            let smoothing = Smoothing {
                alpha: 0.4,
                beta_share: if sloped { 0.3 } else { 0.0 },
                gamma_share: 0.5,
                phi: if damped { 0.9 } else { 1.0 },
            };
            let initial = State { level: 1.0, slope: if sloped { 0.02 } else { 0.0 }, season };
            let mut last = initial.clone();
            walk(form.trend, form.season, past, smoothing, &mut last, |_, _, _| ());
            let fit = Fit { form, smoothing, initial, last, aicc: 0.0 };
            let mut errors = vec![0.0; values.len()];
            fit.means(&values, |t, mean| {
                let error = values[t] - mean;
                errors[t] = if form.error == Error::Additive { 100.0 * error } else { error / mean };
            });
            let fitted = FittedEts::new(vec![(1.0, fit)], past, 100.0, 4);
            for (ours, value) in path(&fitted, Frequency::Quarter, &errors[26..]).iter().zip(future) {
                assert!((ours - 100.0 * value).abs() < 1e-9, "{form}: {ours} {}", 100.0 * value);
            }
        }
    }
}
