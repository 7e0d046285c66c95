//! Season taken out by loess (STL), the rest by exponential smoothing without season, the last season put back.

mod decompose;

use serde::{Deserialize, Serialize};

use self::decompose::Decomposition;
use super::ets::{Choice, Ets, EtsOptions, EtsSeason};
use super::spec::family_defaults;
use crate::forecast::{FittedSeries, ModelError, SeriesHistory, SeriesModel};
use crate::math::seasonal::gaps_filled;
use crate::panel::Regressors;

/// The family's id.
pub(super) const ID: &str = "stl";

/// The family's options as they ship.
pub(super) const DEFAULTS: &str = include_str!("../../models/stl.toml");

/// How the season joins the level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StlSeason {
    /// Added to it.
    Additive,
    /// Multiplied with it, through logarithms, where no value comes near zero; added where one does.
    Multiplicative,
}

/// How the season is taken out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StlOptions {
    /// `additive` or `multiplicative`.
    pub season: StlSeason,
    /// Over how many seasons each position of the season is smoothed: odd, at least 3.
    pub season_window: usize,
    /// How often outliers are looked for and given less weight; 0 takes every value as it is.
    pub robust_rounds: usize,
    /// Whether the season is drawn toward none as far as it may be noise.
    pub shrink_season: bool,
    /// The longest season, in periods, that is taken out.
    pub longest_season: usize,
}

impl Default for StlOptions {
    fn default() -> StlOptions {
        family_defaults(DEFAULTS)
    }
}

/// STL with exponential smoothing of what it leaves.
///
/// Method: Cleveland, Cleveland, McRae and Terpenning (1990), each position of the season smoothed by local means; ETS
/// without season on the seasonally adjusted values, in their own units; the last season repeated (Hyndman and
/// Athanasopoulos 2021, section 5.7). A value not observed has no weight in the decomposition and stays unobserved for
/// ETS. Under two seasons nothing is taken out.
#[derive(Debug, Clone, PartialEq)]
pub struct Stl {
    options: StlOptions,
    rest: Ets,
}

impl Stl {
    /// A model with the options; a window that is even or below 3 becomes the next that isn't.
    pub fn new(options: StlOptions) -> Stl {
        let season_window = options.season_window.max(3) | 1;
        let rest = Ets::new(EtsOptions { season: Choice::Only(EtsSeason::None), ..EtsOptions::default() });
        Stl { options: StlOptions { season_window, ..options }, rest }
    }
}

impl Default for Stl {
    fn default() -> Stl {
        Stl::new(StlOptions::default())
    }
}

/// Values below this share of the mean are too near zero to be divided by a season.
const NEAR_ZERO: f64 = 0.05;

/// How often season and trend are found in turn: Cleveland et al. (1990), section 3.3, for robust and other fits.
const INNER_ROBUST: usize = 2;
const INNER: usize = 5;

/// The season of each period.
struct Season {
    joining: StlSeason,
    values: Vec<f64>,
    /// Free parameters.
    free: f64,
}

impl SeriesModel for Stl {
    fn id(&self) -> &str {
        ID
    }

    fn fit(&self, history: SeriesHistory<'_>) -> Result<Box<dyn FittedSeries>, ModelError> {
        let (observed, period) = (history.observed(), history.season_length());
        if observed == 0 {
            return Err(ModelError::TooShort { model: ID.to_owned(), needed: 1, found: 0 });
        }
        let Some(season) = self.season_of(history.values, period) else {
            let inner = self.rest.fit(history)?;
            let residuals = inner.residuals().to_vec();
            return Ok(Box::new(FittedStl { inner, season: None, residuals, floor: f64::NEG_INFINITY }));
        };
        let adjusted: Vec<f64> = history
            .values
            .iter()
            .zip(&season.values)
            .map(|(value, season_value)| match season.joining {
                StlSeason::Additive => value - season_value,
                StlSeason::Multiplicative => value / season_value,
            })
            .collect();
        let inner = self.rest.fit(SeriesHistory { values: &adjusted, ..history })?;
        // What the season took of the errors, at most three quarters of their degrees of freedom.
        let count = observed as f64;
        let wider = (count / (count - season.free).max(0.25 * count)).sqrt();
        let residuals = inner.residuals().iter().map(|residual| residual * wider).collect();
        let floor = if history.values.iter().any(|value| *value < 0.0) { f64::NEG_INFINITY } else { 0.0 };
        let last = season.values[season.values.len() - period..].to_vec();
        Ok(Box::new(FittedStl { inner, season: Some((season.joining, last)), residuals, floor }))
    }
}

impl Stl {
    /// `None` where there is no season to take out.
    fn season_of(&self, values: &[f64], period: usize) -> Option<Season> {
        let observed = values.iter().filter(|value| !value.is_nan()).count();
        if period < 2 || period > self.options.longest_season || observed < 2 * period {
            return None;
        }
        let mut seen = gaps_filled(values, period);
        let mean: f64 = seen.iter().map(|value| value / seen.len() as f64).sum();
        let multiplicative = self.options.season == StlSeason::Multiplicative
            && mean > 0.0
            && seen.iter().all(|value| *value > NEAR_ZERO * mean);
        if multiplicative {
            seen.iter_mut().for_each(|value| *value = libm::log(*value));
        }
        let weights: Vec<f64> = values.iter().map(|value| if value.is_nan() { 0.0 } else { 1.0 }).collect();
        let outer = self.options.robust_rounds;
        let inner = if outer == 0 { INNER } else { INNER_ROBUST };
        let how = Decomposition { period, season_window: self.options.season_window, inner, outer };
        let mut parts = how.of(&seen, &weights);
        let free = parts.shrink(&seen, &weights, &how, self.options.shrink_season);
        if parts.season.iter().any(|season| !season.is_finite()) {
            return None;
        }
        let joining = if multiplicative { StlSeason::Multiplicative } else { StlSeason::Additive };
        if multiplicative {
            parts.season.iter_mut().for_each(|season| *season = libm::exp(*season));
        }
        Some(Season { joining, values: parts.season, free })
    }
}

#[derive(Debug)]
struct FittedStl {
    inner: Box<dyn FittedSeries>,
    /// How the last season joins, that of the first step first; `None` where none was taken out.
    season: Option<(StlSeason, Vec<f64>)>,
    residuals: Vec<f64>,
    floor: f64,
}

impl FittedSeries for FittedStl {
    fn residuals(&self) -> &[f64] {
        &self.residuals
    }

    fn path(&self, future: Regressors<'_>, innovations: &[f64], path: &mut [f64]) {
        self.inner.path(future, innovations, path);
        let Some((joining, last)) = &self.season else { return };
        for (value, season) in path.iter_mut().zip(last.iter().cycle()) {
            *value = match joining {
                StlSeason::Additive => (*value + season).max(self.floor),
                StlSeason::Multiplicative => *value * season,
            };
        }
    }

    fn describe(&self) -> String {
        let season = match &self.season {
            None => "no season",
            Some((StlSeason::Additive, _)) => "additive season",
            Some((StlSeason::Multiplicative, _)) => "multiplicative season",
        };
        format!("STL, {season}, then {}", self.inner.describe())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::hostile::{fit, path, point, survives};
    use crate::time::Frequency;

    fn with(change: impl Fn(&mut StlOptions)) -> Stl {
        let mut options = StlOptions::default();
        change(&mut options);
        Stl::new(options)
    }

    #[test]
    fn hostile_series_get_finite_forecasts_near_the_data() {
        survives(&Stl::default());
        survives(&with(|options| options.season = StlSeason::Additive));
        survives(&with(|options| options.robust_rounds = 0));
        survives(&with(|options| (options.season_window, options.shrink_season) = (3, false)));
    }

    #[test]
    fn constants_and_zeros_go_on_exactly() {
        for value in [0.0, 7.0, 0.1] {
            for forecast in point(&Stl::default(), Frequency::Month, &[value; 40], 3) {
                assert!((forecast - value).abs() < 1e-12, "{forecast} {value}");
            }
        }
    }

    #[test]
    fn a_season_on_a_level_is_found_and_repeated_either_way() {
        let season = [1.2, 0.8, 1.1, 0.9];
        let values: Vec<f64> = (0..41).map(|t| 50.0 * season[t % 4] + 0.3 * libm::sin((t * t) as f64)).collect();
        for joining in [StlSeason::Additive, StlSeason::Multiplicative] {
            let forecast = point(&with(|options| options.season = joining), Frequency::Quarter, &values, 6);
            for (step, value) in forecast.iter().enumerate() {
                let truth = 50.0 * season[(41 + step) % 4];
                assert!((value - truth).abs() < 1.0, "{joining:?}: {forecast:?}");
            }
        }
    }

    #[test]
    fn an_outlier_moves_the_season_less_where_outliers_are_looked_for() {
        let season = [12.0, -6.0, 0.0, -6.0];
        let mut values: Vec<f64> = (0..40).map(|t| 50.0 + season[t % 4] + libm::sin((t * t) as f64)).collect();
        values[34] += 90.0;
        let third = |robust_rounds| {
            let model = with(|options| options.robust_rounds = robust_rounds);
            let forecast = point(&model, Frequency::Quarter, &values, 4);
            forecast[2] - 0.5 * (forecast[1] + forecast[3])
        };
        let truth = 6.0;
        assert!((third(2) - truth).abs() < 0.3 * (third(0) - truth).abs(), "{} {}", third(2), third(0));
    }

    #[test]
    fn values_not_observed_stay_so_and_leave_the_season_as_it_is() {
        let season = [12.0, -6.0, 0.0, -6.0];
        let mut values: Vec<f64> = (0..40).map(|t| 50.0 + season[t % 4]).collect();
        values[18..22].fill(f64::NAN);
        let fitted = fit(&Stl::default(), Frequency::Quarter, &values).expect("enough is left");
        assert!(fitted.residuals()[18..22].iter().all(|residual| residual.is_nan()));
        let forecast = path(&*fitted, Frequency::Quarter, &[0.0; 4]);
        let truth = [62.0, 44.0, 50.0, 44.0];
        assert!(forecast.iter().zip(truth).all(|(a, b)| (a - b).abs() < 0.2), "{forecast:?}");
    }

    #[test]
    fn under_two_seasons_there_is_none() {
        let values: Vec<f64> = (0..20).map(|t| 50.0 + f64::from(t % 3)).collect();
        let fitted = fit(&Stl::default(), Frequency::Month, &values).expect("a fit");
        assert!(fitted.describe().starts_with("STL, no season"), "{}", fitted.describe());
    }
}
