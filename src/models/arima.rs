//! Seasonal ARIMA, its orders chosen from the data.

mod autocovariance;
mod conditional;
mod differencing;
mod exact;
mod fitted;
mod gaps;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod hand;
mod order;
mod polynomial;
mod products;
mod search;
mod slopes;
mod transform;

use serde::{Deserialize, Serialize};

use self::differencing::Differencing;
use self::fitted::FittedArima;
use self::search::{Fit, Room, Search};
pub use self::transform::Transform;
use super::criterion;
use super::ets::{Auto, Choice};
use super::naive::{FittedMean, is_constant, mean_size};
use super::spec::family_defaults;
use crate::forecast::{FittedSeries, ModelError, SeriesHistory, SeriesModel};
use crate::math::seasonal::gaps_filled;

/// The family's id.
pub(super) const ID: &str = "arima";

/// The family's options as they ship.
pub(super) const DEFAULTS: &str = include_str!("../../models/arima.toml");

/// What is searched, and how forecasts are joined.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArimaOptions {
    /// Whether models may have a season.
    pub seasonal: bool,
    /// The longest season, in periods, that models with a season are tried for.
    pub longest_season: usize,
    /// `none`, `root`, `log`, or `auto` for nothing and logarithms side by side where all values are above zero.
    pub transform: Choice<Transform>,
    /// How strong a season must be, from 0 to 1, for the series to be differenced over it.
    pub seasonal_strength: f64,
    /// How many of the models that the search liked best are fitted by exact likelihood, on each scale.
    pub finalists: usize,
    /// How far the forecast is an average over the finalists: 0 takes the one with the lowest AICc only, 1 weighs them
    /// by Akaike's weights, more spreads the weights further.
    pub averaging: f64,
}

impl Default for ArimaOptions {
    fn default() -> ArimaOptions {
        family_defaults(DEFAULTS)
    }
}

/// Autoregression and moving average of a series differenced until it is stationary, with a season.
///
/// Method: Hyndman and Khandakar (2008): differences by tests, orders by a walk from neighbour to neighbour with the
/// lowest AICc of the conditional sum of squares; the finalists by exact Gaussian likelihood, values not observed left
/// out of it. The forecast is that of the best finalist or an average weighted by AICc (Burnham and Anderson 2002). A
/// model that the series is too short for is not tried; under four observed values the forecast is their mean.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Arima {
    options: ArimaOptions,
}

impl Arima {
    /// A model that searches as the options say.
    pub fn new(options: ArimaOptions) -> Arima {
        Arima { options }
    }
}

/// A value below this share of the mean size is as good as zero: its logarithm means nothing.
const LOWEST_SHARE: f64 = 1e-3;

impl SeriesModel for Arima {
    fn id(&self) -> &str {
        ID
    }

    fn fit(&self, history: SeriesHistory<'_>) -> Result<Box<dyn FittedSeries>, ModelError> {
        let scale = mean_size(history, ID)?;
        if is_constant(history.values) {
            return Ok(Box::new(FittedMean::new(history.values)));
        }
        let season = history.season_length();
        let season = if self.options.seasonal && season <= self.options.longest_season { season } else { 1 };
        let scaled: Vec<f64> = history.values.iter().map(|value| value / scale).collect();
        let fits = self.finalists(&scaled, season);
        if fits.is_empty() {
            return Ok(Box::new(FittedMean::new(history.values)));
        }
        let weighted = criterion::weighted(fits, |fit| fit.aicc, self.options.averaging);
        Ok(Box::new(FittedArima::new(weighted, &scaled, scale)))
    }
}

impl Arima {
    /// The finalists of every scale whose point forecasts stay near the data.
    fn finalists(&self, scaled: &[f64], season: usize) -> Vec<Fit> {
        let positive = scaled.iter().copied().fold(f64::INFINITY, f64::min) > LOWEST_SHARE;
        let transforms: &[Transform] = match self.options.transform {
            Choice::Only(only) if positive || !only.needs_positive() => &[only],
            Choice::Auto(Auto::Auto) if positive => &[Transform::None, Transform::Log],
            _ => &[Transform::None],
        };
        let on_scale =
            |transform: Transform| -> Vec<f64> { scaled.iter().map(|value| transform.apply(*value)).collect() };
        // One differencing for all scales: only then their likelihoods are of the same values.
        let widest = transforms.last().copied().unwrap_or(Transform::None);
        let filled = gaps_filled(&on_scale(widest), season);
        let mut differencing = Differencing::choose(&filled, season, self.options.seasonal_strength);
        let mut room = Room::default();
        let sound_for = (2 * season).max(24);
        loop {
            let mut fits = Vec::new();
            for transform in transforms {
                let mut search = Search::new(&on_scale(*transform), *transform, differencing, &mut room);
                fits.extend(search.best(self.options.finalists.max(1)));
            }
            fits.retain(|fit| FittedArima::is_sound(fit, scaled, sound_for));
            if !fits.is_empty() || differencing.reach() == 0 {
                return fits;
            }
            // Too short, or gone astray: fewer differences.
            match differencing {
                Differencing { ordinary: 2, .. } => differencing.ordinary = 1,
                Differencing { seasonal: 1, .. } => differencing.seasonal = 0,
                _ => differencing.ordinary = 0,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::hostile::{fit, path, point, survives};
    use crate::time::Frequency;

    fn with(change: impl Fn(&mut ArimaOptions)) -> Arima {
        let mut options = ArimaOptions::default();
        change(&mut options);
        Arima::new(options)
    }

    #[test]
    fn hostile_series_get_finite_forecasts_near_the_data() {
        survives(&Arima::default());
        survives(&with(|options| (options.averaging, options.finalists) = (0.0, 1)));
    }

    #[test]
    fn constants_and_zeros_go_on_exactly() {
        for value in [0.0, 7.0, 0.1] {
            assert_eq!(point(&Arima::default(), Frequency::Month, &[value; 40], 3), [value; 3]);
        }
    }

    #[test]
    fn a_straight_line_goes_on_straight() {
        let values: Vec<f64> = (0..30).map(|t| 10.0 + 2.0 * f64::from(t)).collect();
        let plain = with(|options| options.transform = Choice::Only(Transform::None));
        let forecast = point(&plain, Frequency::Year, &values, 3);
        assert!(forecast.iter().zip([70.0, 72.0, 74.0]).all(|(a, b)| (a - b).abs() < 1e-6), "{forecast:?}");
    }

    #[test]
    fn a_clear_season_is_found_and_repeated() {
        let season = [10.0, 4.0, 7.0, 3.0];
        let values: Vec<f64> = (0..41).map(|t| season[t % 4] + 0.2 * libm::sin((t * t) as f64)).collect();
        let forecast = point(&Arima::default(), Frequency::Quarter, &values, 4);
        assert!(forecast.iter().zip([4.0, 7.0, 3.0, 10.0]).all(|(a, b)| (a - b).abs() < 0.5), "{forecast:?}");
        let none = with(|options| options.seasonal = false);
        let described = fit(&none, Frequency::Quarter, &values).expect("a fit").describe();
        assert!(!described.contains("[4]"), "{described}");
    }

    #[test]
    fn a_path_under_the_errors_that_happened_is_what_happened() {
        // A walk with one weight: the model's own past errors are all that the path needs to go on as the series did.
        let (theta, mut level, mut before) = (-0.4, 50.0, 0.0);
        let errors: Vec<f64> = (0..60).map(|t| libm::sin(f64::from(t * t))).collect();
        let values: Vec<f64> = errors
            .iter()
            .map(|error| {
                level += error + theta * before;
                before = *error;
                level
            })
            .collect();
        let differencing = Differencing { ordinary: 1, seasonal: 0, season_length: 1 };
        let ahead = theta * errors[49];
        let known = Fit {
            orders: order::Orders::new(0, 1, 0, 0, false),
            differencing,
            transform: Transform::None,
            constant: 0.0,
            ar: vec![0.0; 2],
            ma: vec![theta, 0.0],
            ahead: vec![ahead, 0.0],
            filled: values[..50].to_vec(),
            errors: errors[1..50].to_vec(),
            aicc: 0.0,
        };
        let fitted = FittedArima::new(vec![(1.0, known)], &values[..50], 1.0);
        for (ours, truth) in path(&fitted, Frequency::Year, &errors[50..]).iter().zip(&values[50..]) {
            assert!((ours - truth).abs() < 1e-9, "{ours} {truth}");
        }
    }

    #[test]
    fn a_gap_leaves_no_residual_and_moves_little() {
        let mut values: Vec<f64> = (0..40).map(|t| 50.0 + f64::from(t) + libm::sin(f64::from(t * t))).collect();
        let whole = point(&Arima::default(), Frequency::Year, &values, 3);
        values[17] = f64::NAN;
        values[30] = f64::NAN;
        let fitted = fit(&Arima::default(), Frequency::Year, &values).expect("enough is left");
        assert!(fitted.residuals()[17].is_nan() && fitted.residuals()[18].is_finite());
        let gappy = path(&*fitted, Frequency::Year, &[0.0; 3]);
        assert!(gappy.iter().zip(&whole).all(|(a, b)| (a / b - 1.0).abs() < 0.05), "{gappy:?} {whole:?}");
    }
}
