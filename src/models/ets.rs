//! Exponential smoothing in state space form: every stable form with additive trends, chosen by AICc.

mod fitted;
mod form;
#[cfg(test)]
mod golden;
mod likelihood;
mod recursion;
mod search;

use serde::{Deserialize, Serialize};

use self::fitted::FittedEts;
pub use self::form::{Error as EtsError, Form, Season as EtsSeason, Trend as EtsTrend};
use self::form::{Error, Season, Trend};
use self::search::Search;
use super::naive::{FittedMean, is_constant, mean_size};
use super::spec::family_defaults;
use crate::forecast::{FittedSeries, ModelError, SeriesHistory, SeriesModel};

/// The family's id.
pub(super) const ID: &str = "ets";

/// The family's options as they ship.
pub(super) const DEFAULTS: &str = include_str!("../../models/ets.toml");

/// Which forms are tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EtsOptions {
    /// `additive`, `multiplicative`, or `auto` for both.
    pub error: Choice<Error>,
    /// `none`, `additive`, `damped`, or `auto` for all.
    pub trend: Choice<Trend>,
    /// `none`, `additive`, `multiplicative`, or `auto` for all.
    pub season: Choice<Season>,
    /// How far the forecast is an average over forms: 0 takes the form with the lowest AICc only, 1 weighs forms by
    /// Akaike's weights, more spreads the weights further.
    pub averaging: f64,
    /// The longest season, in periods, that forms with a season are tried for.
    pub longest_season: usize,
}

/// One alternative, or all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Choice<T> {
    /// This one only.
    Only(T),
    /// All, chosen by the criterion: written `auto`.
    Auto(Auto),
}

/// The word `auto`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Auto {
    /// Chosen from the data.
    Auto,
}

impl<T: PartialEq> Choice<T> {
    pub(super) fn allows(&self, alternative: &T) -> bool {
        match self {
            Choice::Only(only) => only == alternative,
            Choice::Auto(_) => true,
        }
    }
}

impl Default for EtsOptions {
    fn default() -> EtsOptions {
        family_defaults(DEFAULTS)
    }
}

/// Exponential smoothing.
///
/// Method: Hyndman, Koehler, Ord and Snyder (2008), with initial states fitted together with the smoothing parameters
/// by maximum likelihood. The forecast is that of the form with the lowest AICc, or an average over forms weighted by
/// AICc (Burnham and Anderson 2002; Kolassa 2011), which no noise in the choice of one form can turn. A value not observed moves the states on without updating them.
/// A form whose parameters the series is too short for is not tried; under five observed values the forecast is
/// their mean.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ets {
    options: EtsOptions,
}

impl Ets {
    /// A model that tries the forms the options allow.
    pub fn new(options: EtsOptions) -> Ets {
        Ets { options }
    }

    fn allows(&self, form: Form) -> bool {
        self.options.error.allows(&form.error)
            && self.options.trend.allows(&form.trend)
            && self.options.season.allows(&form.season)
    }
}

impl SeriesModel for Ets {
    fn id(&self) -> &str {
        ID
    }

    fn fit(&self, history: SeriesHistory<'_>) -> Result<Box<dyn FittedSeries>, ModelError> {
        let scale = mean_size(history, ID)?;
        if is_constant(history.values) {
            return Ok(Box::new(FittedMean::new(history.values)));
        }
        let season_length = if history.season_length() > self.options.longest_season
            || self.options.season == Choice::Only(Season::None)
        {
            1
        } else {
            history.season_length()
        };
        let scaled: Vec<f64> = history.values.iter().map(|value| value / scale).collect();
        let mut search = Search::new(&scaled, season_length);
        let mut fits = search.weighted(|form| self.allows(form), self.options.averaging);
        if fits.is_empty() {
            // Too short, or values that no wanted form can hold: the simplest form that any series has.
            fits = search.weighted(|form| form == Form::SIMPLEST, 0.0);
        }
        if fits.is_empty() {
            return Ok(Box::new(FittedMean::new(history.values)));
        }
        Ok(Box::new(FittedEts::new(fits, &scaled, scale, season_length)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::hostile::{fit, path, point, survives};
    use crate::time::Frequency;

    fn with(change: impl Fn(&mut EtsOptions)) -> Ets {
        let mut options = EtsOptions::default();
        change(&mut options);
        Ets::new(options)
    }

    #[test]
    fn hostile_series_get_finite_forecasts_near_the_data() {
        survives(&Ets::default());
        survives(&with(|options| options.averaging = 0.0));
        survives(&with(|options| options.error = Choice::Only(Error::Multiplicative)));
        survives(&with(|options| options.trend = Choice::Only(Trend::Additive)));
    }

    #[test]
    fn constants_and_zeros_go_on_exactly() {
        for value in [0.0, 7.0, 0.1] {
            assert_eq!(point(&Ets::default(), Frequency::Month, &[value; 40], 3), [value; 3]);
        }
    }

    #[test]
    fn a_straight_line_goes_on_straight() {
        let values: Vec<f64> = (0..30).map(|t| 10.0 + 2.0 * f64::from(t)).collect();
        let forecast = point(&with(|options| options.averaging = 0.0), Frequency::Year, &values, 3);
        assert!(forecast.iter().zip([70.0, 72.0, 74.0]).all(|(a, b)| (a - b).abs() < 1e-3), "{forecast:?}");
    }

    #[test]
    fn a_clear_season_is_found_and_repeated() {
        let season = [10.0, 4.0, 7.0, 3.0];
        let values: Vec<f64> = (0..41).map(|t| season[t % 4] + 0.2 * libm::sin((t * t) as f64)).collect();
        let forecast = point(&Ets::default(), Frequency::Quarter, &values, 4);
        let truth = [4.0, 7.0, 3.0, 10.0];
        assert!(forecast.iter().zip(truth).all(|(a, b)| (a - b).abs() < 0.5), "{forecast:?}");
        let none = with(|options| options.season = Choice::Only(Season::None));
        let forecast = point(&none, Frequency::Quarter, &values, 4);
        assert!(forecast.iter().all(|value| (value - forecast[0]).abs() < 0.5), "{forecast:?}");
    }

    #[test]
    fn among_exact_fits_the_simplest_wins() {
        let values: Vec<f64> = (0..40).map(|t| f64::from(3 + t % 4)).collect();
        let one = with(|options| options.averaging = 0.0);
        let fitted = fit(&one, Frequency::Quarter, &values).expect("a fit");
        assert!(fitted.describe().starts_with("ETS(A,N,A)"), "{}", fitted.describe());
    }

    #[test]
    fn a_gap_hides_values_and_moves_nothing() {
        // A season and a trend without noise: what is missing changes nothing.
        let season = [1.2, 0.9, 1.0, 0.9];
        let whole: Vec<f64> = (0..40).map(|t| (50.0 + t as f64) * season[t % 4]).collect();
        let mut gappy = whole.clone();
        gappy[17] = f64::NAN;
        gappy[30] = f64::NAN;
        let fitted = fit(&Ets::default(), Frequency::Quarter, &gappy).expect("enough is left");
        assert!(fitted.residuals()[17].is_nan() && fitted.residuals()[18].is_finite());
        let forecast = path(&*fitted, Frequency::Quarter, &[0.0; 4]);
        let truth: Vec<f64> = (40..44).map(|t| (50.0 + t as f64) * season[t % 4]).collect();
        assert!(forecast.iter().zip(&truth).all(|(a, b)| (a / b - 1.0).abs() < 0.01), "{forecast:?} {truth:?}");
    }

    #[test]
    fn scale_changes_nothing_but_the_scale() {
        let values: Vec<f64> = (0..60).map(|t| 100.0 + f64::from(t) + 9.0 * libm::sin(f64::from(t * t))).collect();
        let forecast = |factor: f64| {
            let values: Vec<f64> = values.iter().map(|value| value * factor).collect();
            point(&Ets::default(), Frequency::Month, &values, 12)
        };
        for (small, large) in forecast(1.0).iter().zip(forecast(1024.0)) {
            assert!((small * 1024.0 - large).abs() < 1e-9 * large);
        }
    }

    #[test]
    fn short_series_get_the_simplest_forecast() {
        assert_eq!(point(&Ets::default(), Frequency::Month, &[4.0], 2), [4.0; 2]);
        assert_eq!(point(&Ets::default(), Frequency::Month, &[4.0, 6.0, 8.0], 1), [6.0]);
        let fitted = fit(&Ets::default(), Frequency::Month, &[4.0, 6.0, 5.0, 7.0, 5.0, 6.0]).expect("a fit");
        let description = fitted.describe();
        assert!(description.contains("ETS(A,N,N)") && !description.contains(",A"), "{description}");
    }

    #[test]
    fn averaging_forecasts_the_mean_of_the_forms() {
        let values: Vec<f64> = (0..50).map(|t| 30.0 + 0.3 * f64::from(t) + 4.0 * libm::sin(f64::from(t * t))).collect();
        let none = |trend| {
            move |options: &mut EtsOptions| {
                options.error = Choice::Only(Error::Additive);
                options.season = Choice::Only(Season::None);
                options.trend = trend;
                options.averaging = 1e9;
            }
        };
        let of = |trend| point(&with(none(trend)), Frequency::Month, &values, 6);
        let alone = [Trend::None, Trend::Additive, Trend::Damped].map(|trend| of(Choice::Only(trend)));
        for (step, value) in of(Choice::Auto(Auto::Auto)).iter().enumerate() {
            let mean = alone.iter().map(|forecast| forecast[step]).sum::<f64>() / 3.0;
            assert!((value - mean).abs() < 0.01, "{value} {mean}");
        }
    }
}
