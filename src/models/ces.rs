//! Complex exponential smoothing: a level that may fade or grow, with a season in four forms, weighed by AICc.

mod fitted;
mod form;
#[cfg(test)]
mod golden;
mod likelihood;
mod recursion;
mod search;
mod stability;

use serde::{Deserialize, Serialize};

use self::fitted::{FittedCes, Scale};
use self::form::Form;
pub use self::form::Season as CesSeason;
use self::search::Search;
use super::ets::Choice;
use super::naive::{FittedMean, is_constant};
use super::spec::family_defaults;
use crate::forecast::{FittedSeries, ModelError, SeriesHistory, SeriesModel};

/// The family's id.
pub(super) const ID: &str = "ces";

/// The family's options as they ship.
pub(super) const DEFAULTS: &str = include_str!("../../models/ces.toml");

/// On what scale levels and seasons are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CesScale {
    /// The series' own units; a fading level goes to zero.
    Units,
    /// Logarithms of shares of the mean, where no value comes near zero: seasons multiply, and a fading level goes to
    /// the mean. Units where some value does.
    Logarithm,
}

/// Which forms are tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CesOptions {
    /// `none`, `simple`, `partial`, `full`, or `auto` for all.
    pub season: Choice<CesSeason>,
    /// On what scale levels and seasons are added up.
    pub scale: CesScale,
    /// The most that a level may lose each step, as a share of itself.
    pub fade: f64,
    /// The most that a level may gain each step, as a share of itself.
    pub grow: f64,
    /// How far the forecast is an average over forms: 0 takes the form with the lowest AICc only, 1 weighs forms by
    /// Akaike's weights, more spreads the weights further.
    pub averaging: f64,
    /// The longest season, in periods, that forms with a season are tried for.
    pub longest_season: usize,
}

impl Default for CesOptions {
    fn default() -> CesOptions {
        family_defaults(DEFAULTS)
    }
}

/// Values below this share of the mean are too near zero for logarithms, and errors no shares of them.
const NEAR_ZERO: f64 = 0.05;

/// Complex exponential smoothing.
///
/// Method: Svetunkov and Kourentzes (2018); Svetunkov, Kourentzes and Ord (2022), with two limits: the transition has
/// real roots, so that no forecast swings through zero, and the slow root stays within `1 - fade` and `1 + grow`, so
/// that none decays to nothing or explodes. Weights and initial levels are fitted together by least squares with
/// exact derivatives inside the stable region. Each form comes with and without drift; the forecast is an average
/// weighted by AICc (Burnham and Anderson 2002). A value not observed moves the levels on as if it had been its
/// forecast. Where the history is above zero the forecast bends before it would halve the lowest value seen.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ces {
    options: CesOptions,
}

impl Ces {
    /// A model that tries the forms the options allow.
    pub fn new(options: CesOptions) -> Ces {
        Ces { options }
    }
}

impl SeriesModel for Ces {
    fn id(&self) -> &str {
        ID
    }

    fn fit(&self, history: SeriesHistory<'_>) -> Result<Box<dyn FittedSeries>, ModelError> {
        let observed = history.observed();
        if observed == 0 {
            return Err(ModelError::TooShort { model: ID.to_owned(), needed: 1, found: 0 });
        }
        if is_constant(history.values) {
            return Ok(Box::new(FittedMean::new(history.values)));
        }
        let sizes = history.values.iter().filter(|value| !value.is_nan()).map(|value| value.abs() / observed as f64);
        let scale: f64 = sizes.sum();
        if !scale.is_finite() || scale <= 0.0 {
            let reason = "its values are too large or too small to add up".to_owned();
            return Err(ModelError::NoFit { model: ID.to_owned(), reason });
        }
        let options = &self.options;
        let season_length = if history.season_length() > options.longest_season { 1 } else { history.season_length() };
        let lowest = history.values.iter().copied().fold(f64::INFINITY, f64::min) / scale;
        let scale = Scale {
            size: scale,
            logarithm: options.scale == CesScale::Logarithm && lowest > NEAR_ZERO,
            relative: lowest > NEAR_ZERO,
        };
        let scaled: Vec<f64> = history.values.iter().map(|value| scale.of(*value)).collect();
        let mut search = Search::new(&scaled, season_length, (-options.grow, options.fade));
        let allows = |form: Form| options.season.allows(&form.season);
        let mut fits = search.weighted(allows, options.averaging);
        if fits.is_empty() {
            // Too short for every wanted form: the simplest that any series has.
            fits = search.weighted(|form| form == Form::SIMPLEST, 0.0);
        }
        if fits.is_empty() {
            return Ok(Box::new(FittedMean::new(history.values)));
        }
        Ok(Box::new(FittedCes::new(fits, &scaled, scale)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::ets::Auto;
    use crate::models::hostile::{fit, path, point, survives};
    use crate::time::Frequency;

    fn with(change: impl Fn(&mut CesOptions)) -> Ces {
        let mut options = CesOptions::default();
        change(&mut options);
        Ces::new(options)
    }

    const SEASONS: [CesSeason; 4] = [CesSeason::None, CesSeason::Simple, CesSeason::Partial, CesSeason::Full];

    #[test]
    fn hostile_series_get_finite_forecasts_near_the_data() {
        survives(&Ces::default());
        survives(&with(|options| options.averaging = 0.0));
        survives(&with(|options| options.scale = CesScale::Logarithm));
        for season in SEASONS {
            survives(&with(|options| options.season = Choice::Only(season)));
        }
    }

    #[test]
    fn constants_and_zeros_go_on_exactly() {
        for value in [0.0, 7.0, 0.1] {
            assert_eq!(point(&Ces::default(), Frequency::Month, &[value; 40], 3), [value; 3]);
        }
    }

    #[test]
    fn a_clear_season_is_found_by_every_form_with_one() {
        let season = [10.0, 4.0, 7.0, 3.0];
        let values: Vec<f64> = (0..41).map(|t| season[t % 4] + 0.2 * libm::sin((t * t) as f64)).collect();
        let wanted = SEASONS[1..].iter().map(|season| Choice::Only(*season)).chain([Choice::Auto(Auto::Auto)]);
        for season in wanted {
            let forecast = point(&with(|options| options.season = season), Frequency::Quarter, &values, 4);
            let truth = [4.0, 7.0, 3.0, 10.0];
            assert!(forecast.iter().zip(truth).all(|(a, b)| (a - b).abs() < 0.5), "{season:?}: {forecast:?}");
        }
        let none = with(|options| options.season = Choice::Only(CesSeason::None));
        let forecast = point(&none, Frequency::Quarter, &values, 4);
        assert!(forecast.iter().all(|value| (value - forecast[0]).abs() < 0.5), "{forecast:?}");
    }

    #[test]
    fn what_falls_toward_zero_stays_above_it_and_what_grows_does_not_explode() {
        for scale in [CesScale::Units, CesScale::Logarithm] {
            let model = with(|options| options.scale = scale);
            let falling: Vec<f64> = (0..60).map(|t| 200.0 * libm::exp(-0.05 * f64::from(t))).collect();
            let forecast = point(&model, Frequency::Month, &falling, 60);
            assert!(forecast.iter().all(|value| *value > 0.0), "{scale:?} {forecast:?}");
            let growing: Vec<f64> = (0..60).map(|t| libm::exp(0.1 * f64::from(t))).collect();
            let forecast = point(&model, Frequency::Month, &growing, 60);
            let highest = growing[59];
            assert!(forecast.iter().all(|value| *value < 2.0 * highest), "{scale:?} {forecast:?} {highest}");
        }
    }

    #[test]
    fn a_gap_hides_values_and_moves_nothing() {
        let season = [12.0, -6.0, 0.0, -6.0];
        let whole: Vec<f64> = (0..40).map(|t| 50.0 + season[t % 4]).collect();
        let mut gappy = whole.clone();
        gappy[17] = f64::NAN;
        gappy[30] = f64::NAN;
        let fitted = fit(&Ces::default(), Frequency::Quarter, &gappy).expect("enough is left");
        assert!(fitted.residuals()[17].is_nan() && fitted.residuals()[18].is_finite());
        let forecast = path(&*fitted, Frequency::Quarter, &[0.0; 4]);
        assert!(forecast.iter().zip(&whole).all(|(a, b)| (a - b).abs() < 0.1), "{forecast:?}");
    }

    #[test]
    fn scale_changes_nothing_but_the_scale() {
        let values: Vec<f64> = (0..60).map(|t| 100.0 + f64::from(t) + 9.0 * libm::sin(f64::from(t * t))).collect();
        let forecast = |factor: f64| {
            let values: Vec<f64> = values.iter().map(|value| value * factor).collect();
            point(&Ces::default(), Frequency::Month, &values, 12)
        };
        for (small, large) in forecast(1.0).iter().zip(forecast(1024.0)) {
            assert!((small * 1024.0 - large).abs() < 1e-9 * large);
        }
    }

    #[test]
    fn logarithms_lean_back_to_the_mean_where_units_lean_to_zero() {
        // A level that was high for long and has come to lie low: it wanders about its mean.
        let values: Vec<f64> = (0..120)
            .map(|t| 100.0 + 30.0 * libm::sin(f64::from(t) / 9.0) + 8.0 * libm::sin(f64::from(t * t)))
            .collect();
        let of = |scale| {
            let only = with(|options| {
                options.scale = scale;
                options.season = Choice::Only(CesSeason::None);
                options.fade = 0.05;
                options.grow = 0.0;
                options.averaging = 1e9;
            });
            point(&only, Frequency::Year, &values, 60)
        };
        let (units, logarithm) = (of(CesScale::Units), of(CesScale::Logarithm));
        assert!((logarithm[59] - 100.0).abs() <= (logarithm[0] - 100.0).abs(), "{logarithm:?}");
        assert!(units[59] <= units[0] + 1e-9, "{units:?}");
    }
}
