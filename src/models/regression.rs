//! Regression on the season's Fourier terms, the calendar, a damped trend and whatever else the design holds.

use serde::{Deserialize, Serialize};

use super::constant::constant;
use super::spec::family_defaults;
use super::terms::{SeasonTerms, Terms, WantedTerms, WorkingDays};
use crate::forecast::{FittedSeries, ModelError, SeriesHistory, SeriesModel};
use crate::panel::Regressors;

mod least_squares;

/// The family's id.
pub(super) const ID: &str = "regression";

/// The family's options as they ship.
pub(super) const DEFAULTS: &str = include_str!("../../models/regression.toml");

/// What is regressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The logarithm of one more than the value: effects multiply.
    Log,
    /// The value: effects add.
    Identity,
}

/// What the regression holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegressionOptions {
    /// What is regressed.
    pub target: Target,
    /// Pairs of sine and cosine for the season; fewer where the history is short.
    pub fourier_pairs: usize,
    /// Whether a trend is fitted where two seasons or more are known.
    pub trend: bool,
    /// How much of the trend's step is left after each further period, between 0 and 1.
    pub damping: f64,
    /// How working days enter.
    pub working_days: WorkingDays,
    /// The number of observations without effect that each effect is drawn to.
    pub ridge: f64,
    /// Whether the last errors are carried on, fading as their autocorrelation does.
    pub errors_carry_on: bool,
}

impl Default for RegressionOptions {
    fn default() -> RegressionOptions {
        family_defaults(DEFAULTS)
    }
}

/// Regression with first-order autoregressive errors.
///
/// Every column of the design takes part: `working_days` as the options say, all others (school weeks, closures) as
/// regressors. Unobserved periods are left out. A short history gets fewer terms, the shortest its mean alone. The
/// trend fades outside the history and the forecast stays within reach of it, so it neither turns negative nor runs
/// away.
///
/// Method: harmonic regression (Harvey and Shephard 1993) by penalised least squares, with errors of Prais and Winsten
/// (1954) in the iteration of Cochrane and Orcutt (1949).
#[derive(Debug, Clone, Default)]
pub struct Regression {
    options: RegressionOptions,
}

impl Regression {
    /// A regression with the options.
    pub fn new(options: RegressionOptions) -> Regression {
        Regression { options }
    }
}

/// Autocorrelation above this can't be told from a level that wanders without return.
const MOST_AUTOCORRELATION: f64 = 0.95;

/// Rounds of effects and autocorrelation in turn.
const ROUNDS: usize = 3;

impl SeriesModel for Regression {
    fn id(&self) -> &str {
        ID
    }

    fn fit(&self, history: SeriesHistory<'_>) -> Result<Box<dyn FittedSeries>, ModelError> {
        let observed = history.observed();
        if observed == 0 {
            return Err(ModelError::TooShort { model: ID.to_owned(), needed: 1, found: 0 });
        }
        if let Some(constant) = constant(history, ID) {
            return Ok(constant);
        }
        let terms = Terms::of(history, self.options.wanted());
        let rows = terms.matrix(history.regressors, 0);
        let offset = terms.offset(history.regressors);
        let target: Vec<f64> =
            history.values.iter().zip(&offset).map(|(value, offset)| self.options.to_scale(*value, *offset)).collect();
        let (mut autocorrelation, mut effects) = (0.0, Vec::new());
        for _ in 0..if self.options.errors_carry_on { ROUNDS } else { 1 } {
            effects = least_squares::penalised(&rows, &target, autocorrelation, self.options.ridge)
                .map_err(|reason| ModelError::NoFit { model: ID.to_owned(), reason })?;
            if self.options.errors_carry_on {
                autocorrelation = least_squares::autocorrelation(&errors(&rows, &target, &effects));
            }
        }
        let errors = errors(&rows, &target, &effects);
        let freedom = observed.saturating_sub(effects.len()).max(1) as f64;
        let correction = (observed as f64 / freedom).sqrt().min(2.0);
        let residuals = innovations(&errors, autocorrelation).map(|residual| residual * correction).collect();
        let state = carried(&errors, autocorrelation);
        let reach = Reach::of(&target, self.options.target);
        let periods = history.values.len();
        Ok(Box::new(FittedRegression {
            options: self.options.clone(),
            terms,
            effects,
            autocorrelation,
            state,
            reach,
            periods,
            residuals,
        }))
    }
}

/// So many observed values are needed for each effect.
const VALUES_PER_EFFECT: usize = 4;

impl RegressionOptions {
    fn wanted(&self) -> WantedTerms {
        WantedTerms {
            season: SeasonTerms::Fourier,
            fourier_pairs: self.fourier_pairs,
            trend: self.trend,
            damping: self.damping,
            working_days: self.working_days,
            values_per_effect: VALUES_PER_EFFECT,
        }
    }

    /// A value on the regression's scale, per average working time.
    fn to_scale(&self, value: f64, offset: f64) -> f64 {
        match self.target {
            Target::Log => libm::log1p(value) - libm::log(offset),
            Target::Identity => value / offset,
        }
    }

    /// The value at a place on the regression's scale.
    fn value_at(&self, scaled: f64, offset: f64) -> f64 {
        match self.target {
            Target::Log => libm::expm1(scaled + libm::log(offset)).max(0.0),
            Target::Identity => (scaled * offset).max(0.0),
        }
    }
}

/// Target less fit; `NaN` where nothing was observed.
fn errors(rows: &ndarray::Array2<f64>, target: &[f64], effects: &[f64]) -> Vec<f64> {
    let fit = rows.rows().into_iter().map(|row| row.iter().zip(effects).map(|(x, effect)| x * effect).sum::<f64>());
    target.iter().zip(fit).map(|(target, fit)| target - fit).collect()
}

/// What each error holds that the one before it didn't announce; `NaN` where either was not observed.
fn innovations(errors: &[f64], autocorrelation: f64) -> impl Iterator<Item = f64> {
    let before = std::iter::once(f64::NAN).chain(errors.iter().copied());
    errors.iter().zip(before).map(
        move |(error, before)| {
            if autocorrelation == 0.0 { *error } else { error - autocorrelation * before }
        },
    )
}

/// The error expected in the last period of the history, from the last one observed.
fn carried(errors: &[f64], autocorrelation: f64) -> f64 {
    let since = errors.iter().rev().position(|error| !error.is_nan());
    since.map_or(0.0, |since| libm::pow(autocorrelation, since as f64) * errors[errors.len() - 1 - since])
}

/// The values, on the regression's scale, that a forecast may take.
#[derive(Debug, Clone, Copy)]
struct Reach {
    low: f64,
    high: f64,
}

impl Reach {
    fn of(target: &[f64], kind: Target) -> Reach {
        let seen = target.iter().copied().filter(|value| !value.is_nan());
        let (low, high) =
            seen.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        match kind {
            // Three times the highest value, a third of the lowest.
            Target::Log => Reach {
                low: libm::log1p(libm::expm1(low) / 3.0).min(low),
                high: libm::log1p(3.0 * libm::expm1(high)).max(high),
            },
            Target::Identity => Reach { low: 0.0, high: 3.0 * high },
        }
    }
}

#[derive(Debug)]
struct FittedRegression {
    options: RegressionOptions,
    terms: Terms,
    effects: Vec<f64>,
    autocorrelation: f64,
    /// The error in the last period of the history.
    state: f64,
    reach: Reach,
    /// Periods of the history.
    periods: usize,
    residuals: Vec<f64>,
}

impl FittedSeries for FittedRegression {
    fn residuals(&self) -> &[f64] {
        &self.residuals
    }

    fn path(&self, future: Regressors<'_>, innovations: &[f64], path: &mut [f64]) {
        let rows = self.terms.matrix(future, self.periods);
        let offset = self.terms.offset(future);
        let mut error = self.state;
        for (step, (cell, innovation)) in path.iter_mut().zip(innovations).enumerate() {
            error = self.autocorrelation * error + innovation;
            let fit: f64 = rows.row(step).iter().zip(&self.effects).map(|(x, effect)| x * effect).sum();
            let scaled = (fit + error).clamp(self.reach.low, self.reach.high);
            *cell = self.options.value_at(scaled, offset[step]);
        }
    }

    fn describe(&self) -> String {
        let mut what = format!("regression on {}", self.terms.spoken());
        if self.autocorrelation > 0.0 {
            what.push_str(&format!(", errors carried on by {:.2}", self.autocorrelation));
        }
        what
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::ahead::{months, point, seasonal};
    use crate::models::hostile::survives;
    use crate::panel::Design;

    fn fit(values: &[f64], design: &Design, options: RegressionOptions) -> Box<dyn FittedSeries> {
        Regression::new(options).fit(SeriesHistory { values, regressors: design.regressors(0) }).expect("a fit")
    }

    #[test]
    fn hostile_series_get_finite_forecasts_near_the_data() {
        survives(&Regression::default());
        survives(&Regression::new(RegressionOptions { target: Target::Identity, ..Default::default() }));
    }

    #[test]
    fn a_season_is_carried_on() {
        let values: Vec<f64> = (0..72).map(seasonal).collect();
        let fit = fit(&values, &Design::empty(months(72)), RegressionOptions::default());
        for (step, value) in point(&*fit, &Design::empty(months(72).following(12))).into_iter().enumerate() {
            let truth = seasonal(72 + step);
            assert!((value / truth - 1.0).abs() < 0.03, "step {step}: {value} for {truth}");
        }
    }

    #[test]
    fn values_follow_the_working_days() {
        let days: Vec<f64> = (0..50).map(|period| 18.0 + (period * 7 % 5) as f64).collect();
        let values: Vec<f64> = days[..48].iter().map(|days| 10.0 * days).collect();
        let design = Design::empty(months(50)).with_shared("working_days", days.clone()).expect("finite");
        let fit = fit(&values, &design.slice(0, 48), RegressionOptions::default());
        for (value, days) in point(&*fit, &design.slice(48, 2)).into_iter().zip(&days[48..]) {
            assert!((value / (10.0 * days) - 1.0).abs() < 0.01, "{value}");
        }
    }

    #[test]
    fn other_regressors_take_part() {
        let closed: Vec<f64> = (0..61).map(|period| f64::from(u8::from(period % 7 == 3))).collect();
        let values: Vec<f64> = closed[..60].iter().map(|closed| 200.0 - 80.0 * closed).collect();
        let design = Design::empty(months(61)).with_shared("closure", closed).expect("finite");
        let options = RegressionOptions { ridge: 0.01, ..RegressionOptions::default() };
        let fit = fit(&values, &design.slice(0, 60), options);
        let next = point(&*fit, &design.slice(60, 1))[0];
        assert!((next / 200.0 - 1.0).abs() < 0.02, "{next}");
        let design = Design::empty(months(60).following(1)).with_shared("closure", vec![1.0]).expect("finite");
        let next = point(&*fit, &design)[0];
        assert!((next / 120.0 - 1.0).abs() < 0.03, "{next}");
    }

    #[test]
    fn a_trend_fades_and_does_not_run_away() {
        // One percent a month; with steps that shrink by 15% each, 0.85 / 0.15 = 5.7 months of it are left.
        let values: Vec<f64> = (0..60).map(|period| 1000.0 * (0.01 * period as f64).exp()).collect();
        let fit = fit(&values, &Design::empty(months(60)), RegressionOptions::default());
        let path = point(&*fit, &Design::empty(months(60).following(240)));
        let (most, last) = ((0.01_f64 * 5.7).exp(), values[59]);
        assert!(path[0] > last && path[239] > 1.02 * last && path[239] < most * last, "{} {}", path[0], path[239]);
        // Steep trends end at three times what was seen.
        let values: Vec<f64> = (0..60).map(|period| 20.0 * (0.3 * period as f64).exp()).collect();
        let steep = Regression::new(RegressionOptions { damping: 1.0, ..RegressionOptions::default() });
        let design = Design::empty(months(60));
        let fit = steep.fit(SeriesHistory { values: &values, regressors: design.regressors(0) }).expect("a fit");
        let path = point(&*fit, &Design::empty(months(60).following(240)));
        assert!((path[239] / values[59] - 3.0).abs() < 0.01, "{}", path[239]);
    }

    #[test]
    fn wild_innovations_stay_within_reach() {
        let values: Vec<f64> = (0..40).map(|period| (period % 5) as f64).collect();
        for target in [Target::Log, Target::Identity] {
            let fit = fit(&values, &Design::empty(months(40)), RegressionOptions { target, ..Default::default() });
            let future = Design::empty(months(40).following(6));
            let mut path = vec![0.0; 6];
            fit.path(future.regressors(0), &[50.0, -50.0, 50.0, 50.0, -50.0, 9.0], &mut path);
            assert!(path.iter().all(|value| (0.0..=20.0).contains(value)), "{path:?}");
        }
    }

    #[test]
    fn a_single_value_is_its_own_forecast() {
        let fit = fit(&[7.0], &Design::empty(months(1)), RegressionOptions::default());
        let path = point(&*fit, &Design::empty(months(1).following(3)));
        assert!(path.iter().all(|value| (value - 7.0).abs() < 1e-9), "{path:?}");
    }

    #[test]
    fn gaps_and_zeros_are_fitted_around() {
        let mut values: Vec<f64> = (0..60).map(seasonal).collect();
        (10..25).for_each(|period| values[period] = f64::NAN);
        let with_gap = fit(&values, &Design::empty(months(60)), RegressionOptions::default());
        let path = point(&*with_gap, &Design::empty(months(60).following(12)));
        assert!((path[3] / seasonal(63) - 1.0).abs() < 0.05, "{}", path[3]);
        assert!(with_gap.residuals()[10..26].iter().all(|residual| residual.is_nan()));
        let zeros = fit(&[0.0; 30], &Design::empty(months(30)), RegressionOptions::default());
        let zeros = point(&*zeros, &Design::empty(months(30).following(3)));
        assert!(zeros.iter().all(|value| value.abs() < 1e-9), "{zeros:?}");
    }

    #[test]
    fn a_last_error_fades_from_the_forecast() {
        // Errors that last: each is 0.8 of the one before it, with a fixed disturbance.
        let mut error = 0.0;
        let mut values: Vec<f64> = Vec::new();
        for period in 0..80 {
            error = 0.8 * error + 0.1 * ((period * 37 % 19) as f64 / 9.0 - 1.0);
            values.push(100.0 * f64::exp(error));
        }
        values.extend([160.0, 160.0]);
        let options = RegressionOptions { trend: false, fourier_pairs: 0, ..RegressionOptions::default() };
        let fit = fit(&values, &Design::empty(months(82)), options);
        let path = point(&*fit, &Design::empty(months(82).following(24)));
        assert!(path[0] > 120.0 && path[0] < 160.0 && path[23] < 115.0, "{} {}", path[0], path[23]);
    }
}
