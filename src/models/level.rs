//! A level that follows the recent past and leans back towards the long run.

use serde::{Deserialize, Serialize};

use super::spec::family_defaults;
use crate::forecast::{FittedSeries, ModelError, SeriesHistory, SeriesModel};
use crate::panel::Regressors;

/// The family's id.
pub(super) const ID: &str = "level";

/// The family's options as they ship.
pub(super) const DEFAULTS: &str = include_str!("../../models/level.toml");

/// Variance of a count about its mean mu is mu + mu^2 / 46: the median over English authorities' monthly referrals,
/// DfE, Characteristics of children in need 2013-2024, table C6.
const DISPERSION: f64 = 46.0;

/// How the level follows the series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelOptions {
    /// How much of each surprise the recent level takes in, between 0 and 1.
    pub smoothing: f64,
    /// The weight of the long-run mean in the forecast, between 0 and 1.
    pub reversion: f64,
    /// How many seasons the long-run mean looks back.
    pub long_run_seasons: usize,
}

impl Default for LevelOptions {
    fn default() -> LevelOptions {
        family_defaults(DEFAULTS)
    }
}

/// A series without season that wanders, but not for ever: simple exponential smoothing mixed with the mean of the
/// last years.
///
/// Errors grow with the level as those of over-dispersed counts do, so that one fit serves small and large series.
/// Unobserved periods leave the level as it is. One observed period is enough.
///
/// Method: simple exponential smoothing (Brown 1959) with fixed smoothing, combined with a moving mean; combining the
/// two estimates of a level is the simplest case of Bates and Granger (1969).
#[derive(Debug, Clone, Default)]
pub struct RevertingLevel {
    options: LevelOptions,
}

impl RevertingLevel {
    /// The model with these options; weights outside 0 to 1 are moved to the nearest of the two.
    pub fn new(options: LevelOptions) -> RevertingLevel {
        let smoothing = options.smoothing.clamp(0.0, 1.0);
        let reversion = options.reversion.clamp(0.0, 1.0);
        RevertingLevel { options: LevelOptions { smoothing, reversion, ..options } }
    }
}

impl SeriesModel for RevertingLevel {
    fn id(&self) -> &str {
        ID
    }

    fn fit(&self, history: SeriesHistory<'_>) -> Result<Box<dyn FittedSeries>, ModelError> {
        let season = history.season_length();
        let start: Vec<f64> =
            history.values.iter().take(season.max(4)).copied().filter(|value| !value.is_nan()).collect();
        if start.is_empty() {
            return Err(ModelError::TooShort { model: ID.to_owned(), needed: 1, found: 0 });
        }
        let LevelOptions { smoothing, reversion, long_run_seasons } = self.options;
        let mut recent = start.iter().sum::<f64>() / start.len() as f64;
        let all = history.values.iter().filter(|value| !value.is_nan()).sum::<f64>() / history.observed() as f64;
        let least = LEAST_SHARE * all;
        let most = MOST_TIMES * history.values.iter().copied().fold(0.0, f64::max);
        let mut long_run = LongRun { look_back: (season * long_run_seasons).max(1), mean: recent };
        let mut residuals = vec![f64::NAN; history.values.len()];
        for (position, value) in history.values.iter().enumerate() {
            if value.is_nan() {
                continue;
            }
            let expected = mix(recent, long_run.mean, reversion);
            residuals[position] = (value - expected) / spread(expected.max(least));
            recent += smoothing * (value - recent);
            long_run.look_at(&history.values[..=position]);
        }
        centre(&mut residuals, history.observed() as f64);
        Ok(Box::new(FittedLevel { smoothing, reversion, recent, long_run: long_run.mean, least, most, residuals }))
    }
}

/// Moves the mean of the innovations to zero. A level that trails a slope is surprised in the same direction again and
/// again; drawn anew, such surprises would carry the slope on for ever, which is what this model is not for.
fn centre(residuals: &mut [f64], observed: f64) {
    let mean = residuals.iter().filter(|residual| !residual.is_nan()).sum::<f64>() / observed;
    // One degree of freedom, the mean, went into the fit.
    let correction = if observed > 2.0 { (observed / (observed - 1.0)).sqrt() } else { 1.0 };
    residuals.iter_mut().for_each(|residual| *residual = (*residual - mean) * correction);
}

/// However low the level falls, errors are at least those of this share of the series' mean.
const LEAST_SHARE: f64 = 0.01;

/// No path rises above so many times the highest value seen: errors that multiply would let one wild value run away.
const MOST_TIMES: f64 = 4.0;

/// The mean of the observed values among the last so many.
struct LongRun {
    look_back: usize,
    mean: f64,
}

impl LongRun {
    fn look_at(&mut self, known: &[f64]) {
        let from = known.len().saturating_sub(self.look_back);
        let seen = known[from..].iter().filter(|value| !value.is_nan());
        let (sum, count) = seen.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
        if count > 0.0 {
            self.mean = sum / count;
        }
    }
}

fn mix(recent: f64, long_run: f64, reversion: f64) -> f64 {
    (1.0 - reversion) * recent + reversion * long_run
}

/// The standard deviation of a count with this mean; one event where nothing is expected.
fn spread(mean: f64) -> f64 {
    // Roots before the product: the square of a huge mean is no number any more.
    if mean <= 0.0 { 1.0 } else { mean.sqrt() * (1.0 + mean / DISPERSION).sqrt() }
}

#[derive(Debug)]
struct FittedLevel {
    smoothing: f64,
    reversion: f64,
    recent: f64,
    long_run: f64,
    least: f64,
    most: f64,
    residuals: Vec<f64>,
}

impl FittedSeries for FittedLevel {
    fn residuals(&self) -> &[f64] {
        &self.residuals
    }

    fn path(&self, _future: Regressors<'_>, innovations: &[f64], path: &mut [f64]) {
        let mut recent = self.recent;
        for (cell, innovation) in path.iter_mut().zip(innovations) {
            let expected = mix(recent, self.long_run, self.reversion);
            let value = (expected + innovation * spread(expected.max(self.least))).clamp(0.0, self.most);
            recent += self.smoothing * (value - recent);
            *cell = value;
        }
    }

    fn describe(&self) -> String {
        let Self { recent, long_run, smoothing, reversion, .. } = self;
        format!("level {recent:.1}, long run {long_run:.1}, smoothing {smoothing:.2}, reversion {reversion:.2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::hostile::survives;
    use crate::panel::Design;
    use crate::time::{Period, Span};

    fn fit(values: &[f64], options: LevelOptions) -> Box<dyn FittedSeries> {
        let design = Design::empty(Span::new(Period::month(2020, 1), values.len()));
        let history = SeriesHistory { values, regressors: design.regressors(0) };
        RevertingLevel::new(options).fit(history).expect("a fit")
    }

    fn point(fit: &dyn FittedSeries, innovations: &[f64]) -> Vec<f64> {
        let future = Design::empty(Span::new(Period::month(2030, 1), innovations.len()));
        let mut path = vec![0.0; innovations.len()];
        fit.path(future.regressors(0), innovations, &mut path);
        path
    }

    #[test]
    fn hostile_series_get_finite_forecasts_near_the_data() {
        survives(&RevertingLevel::default());
    }

    #[test]
    fn the_forecast_mixes_the_recent_level_with_the_long_run() {
        // The level starts at the mean of the first year and meets one value after it.
        let mut values = vec![100.0; 12];
        values.push(200.0);
        let options = LevelOptions { smoothing: 0.5, reversion: 0.2, long_run_seasons: 4 };
        let (recent, long_run) = (150.0, 1400.0 / 13.0);
        let expected = 0.8 * recent + 0.2 * long_run;
        assert!((point(&*fit(&values, options), &[0.0])[0] - expected).abs() < 1e-9);
    }

    #[test]
    fn unobserved_periods_leave_the_level_as_it_is() {
        let mut values = vec![80.0; 20];
        let before = point(&*fit(&values, LevelOptions::default()), &[0.0; 2]);
        values.extend([f64::NAN; 9]);
        assert_eq!(point(&*fit(&values, LevelOptions::default()), &[0.0; 2]), before);
    }

    #[test]
    fn a_series_of_zeros_stays_at_zero() {
        let fit = fit(&[0.0; 24], LevelOptions::default());
        assert_eq!(point(&*fit, &[0.0; 3]), [0.0; 3]);
        assert!(fit.residuals().iter().all(|residual| *residual == 0.0));
    }

    #[test]
    fn paths_never_fall_below_zero() {
        let fit = fit(&[3.0, 0.0, 2.0, 1.0, 4.0, 0.0], LevelOptions::default());
        assert!(point(&*fit, &[-9.0, -9.0, 5.0]).iter().all(|value| *value >= 0.0));
    }

    #[test]
    fn a_higher_smoothing_follows_a_shift_faster() {
        let values: Vec<f64> = (0..60).map(|period| if period < 54 { 100.0 } else { 150.0 }).collect();
        let after = |smoothing| point(&*fit(&values, LevelOptions { smoothing, ..LevelOptions::default() }), &[0.0])[0];
        assert!(after(0.6) > after(0.2) + 10.0);
    }
}
