//! Elastic net on past values, the season, the calendar and whatever else the design holds.

use ndarray::{Array2, s};
use serde::{Deserialize, Serialize};

use super::constant::constant;
use super::spec::family_defaults;
use super::terms::{SeasonTerms, Terms, WantedTerms, WorkingDays};
use crate::forecast::{FittedSeries, ModelError, SeriesHistory, SeriesModel};
use crate::panel::Regressors;
use past::Past;
use penalised::Effects;
use recursion::{Limits, Scaled, Walk};

#[cfg(test)]
mod golden;
mod past;
mod penalised;
mod recursion;
mod validation;

/// The family's id.
pub(super) const ID: &str = "elastic_net";

/// The family's options as they ship.
pub(super) const DEFAULTS: &str = include_str!("../../models/elastic_net.toml");

/// How strongly effects are drawn to none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Penalty {
    /// A share, 0 to 1, of the penalty that drops every effect.
    Share(f64),
    /// The share that forecasts best inside the history.
    Validated(Validated),
}

/// The word `validated`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Validated {
    /// By rolling origins.
    Validated,
}

/// What the elastic net may draw on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ElasticNetOptions {
    /// The last values that take part, one by one; fewer where the history is short.
    pub lags: usize,
    /// Values of so many seasons back take part too.
    pub season_lags: usize,
    /// How the season enters.
    pub season: SeasonTerms,
    /// Pairs of sine and cosine for the season; fewer where the history is short.
    pub fourier_pairs: usize,
    /// How working days enter.
    pub working_days: WorkingDays,
    /// The share of the penalty that drops effects; the rest draws them together. Above 0, at most 1.
    pub lasso_share: f64,
    /// How strongly effects are drawn to none.
    pub penalty: Penalty,
    /// How much of the drift is left after each further period, between 0 and 1.
    pub damping: f64,
}

impl Default for ElasticNetOptions {
    fn default() -> ElasticNetOptions {
        family_defaults(DEFAULTS)
    }
}

impl ElasticNetOptions {
    fn wanted(&self) -> WantedTerms {
        WantedTerms {
            season: self.season,
            fourier_pairs: self.fourier_pairs,
            // The level follows the series; a straight line beside it would say the same twice.
            trend: false,
            damping: 0.0,
            working_days: self.working_days,
            values_per_effect: VALUES_PER_EFFECT,
        }
    }
}

/// With fewer distances from the level than this nothing is learnt.
const FEWEST_DISTANCES: usize = 3;

/// The penalty looks after too many effects; so many observed values for each are enough.
const VALUES_PER_EFFECT: usize = 2;

/// Regression of how far a value lies from the level of the last season on how far past values did, on the season and
/// on every column of the design, under a penalty that drops most effects.
///
/// Values are on a logarithmic scale. With every effect dropped the forecast is the mean of the last season, which is
/// what a short or constant history gets. Forecasts become past values of later ones; none lies farther from its level
/// than any value seen did, or beyond three times what was seen. The point forecast is the median.
///
/// Method: elastic net (Zou and Hastie 2005); the penalty is validated by rolling origins inside the history.
#[derive(Debug, Clone, Default)]
pub struct ElasticNet {
    options: ElasticNetOptions,
}

impl ElasticNet {
    /// An elastic net with the options.
    pub fn new(options: ElasticNetOptions) -> ElasticNet {
        ElasticNet { options }
    }
}

impl SeriesModel for ElasticNet {
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
        let options = &self.options;
        let (periods, season) = (history.values.len(), history.season_length());
        let terms = Terms::of(history, options.wanted());
        let offset = terms.offset(history.regressors);
        let mean = history.values.iter().filter(|value| !value.is_nan()).sum::<f64>() / observed as f64;
        // One is a count's own unit; values far below one have their mean for it.
        let unit = if mean > 0.0 { mean.min(1.0) } else { 1.0 };
        let scale = |(value, offset): (&f64, &f64)| libm::log1p(value / unit) - libm::log(*offset);
        let scaled = Scaled::new(
            history.values.iter().zip(&offset).map(scale).collect(),
            without_intercept(terms.matrix(history.regressors, 0)),
            Past::of(periods, season, options.lags, options.season_lags),
        );
        let effects = self.effects(&scaled, season)?;
        let known = scaled.known(periods);
        let spare = (known.len() as f64 - effects.kept() as f64 - 1.0).max(1.0);
        let correction = (known.len() as f64 / spare).sqrt().min(2.0);
        let mut residuals = vec![f64::NAN; periods];
        for period in known {
            residuals[period] = (scaled.distance(period) - scaled.expected(&effects, period)) * correction;
        }
        let limits = scaled.limits(periods);
        let (seen, level) = (scaled.tail(periods).to_vec(), scaled.levels[periods]);
        let Scaled { past, .. } = scaled;
        Ok(Box::new(FittedElasticNet {
            terms,
            past,
            effects,
            limits,
            damping: options.damping.clamp(0.0, 1.0),
            unit,
            seen,
            level,
            periods,
            residuals,
        }))
    }
}

impl ElasticNet {
    /// Effects under the penalty; none where the history is too short to tell.
    fn effects(&self, history: &Scaled, season_length: usize) -> Result<Effects, ModelError> {
        let options = &self.options;
        let none = Effects::none(history.past.lags.len() + history.terms.ncols());
        // One or two distances from the level are surprises and no drift.
        if history.known(history.values.len()).len() < FEWEST_DISTANCES {
            return Ok(none);
        }
        let share = match options.penalty {
            Penalty::Share(share) => Some(share.clamp(0.0, 1.0)),
            Penalty::Validated(_) => {
                validation::best_share(history, season_length, options.lasso_share, options.damping.clamp(0.0, 1.0))
            }
        };
        let rows = history.rows(&history.known(history.values.len()), options.lasso_share);
        match (share, rows) {
            (Some(share), Some(rows)) => {
                rows.effects(share).map_err(|reason| ModelError::NoFit { model: ID.to_owned(), reason })
            }
            _ => Ok(none),
        }
    }
}

fn without_intercept(matrix: Array2<f64>) -> Array2<f64> {
    matrix.slice_move(s![.., 1..])
}

#[derive(Debug)]
struct FittedElasticNet {
    terms: Terms,
    past: Past,
    effects: Effects,
    limits: Limits,
    damping: f64,
    /// What one is on the logarithmic scale.
    unit: f64,
    /// The last values on the logarithmic scale.
    seen: Vec<f64>,
    /// The last level known.
    level: f64,
    /// Periods of the history.
    periods: usize,
    residuals: Vec<f64>,
}

impl FittedSeries for FittedElasticNet {
    fn residuals(&self) -> &[f64] {
        &self.residuals
    }

    fn path(&self, future: Regressors<'_>, innovations: &[f64], path: &mut [f64]) {
        let terms = without_intercept(self.terms.matrix(future, self.periods));
        let offset = self.terms.offset(future);
        let Self { past, effects, limits, damping, level, .. } = self;
        let walk = Walk { past, effects, limits: *limits, damping: *damping, level: *level };
        walk.go(
            &self.seen,
            terms.view(),
            |step| innovations[step],
            |step, value| {
                path[step] = (self.unit * libm::expm1(value + libm::log(offset[step]))).max(0.0);
            },
        );
    }

    fn describe(&self) -> String {
        let (kept, all) = (self.effects.kept(), self.effects.slopes.len());
        if kept == 0 {
            return "elastic net: no effect stayed, so the mean of the last season".to_owned();
        }
        let back = self.past.lags.iter().zip(&self.effects.slopes).filter(|(_, slope)| **slope != 0.0);
        let back: Vec<String> = back.map(|(lag, _)| lag.to_string()).collect();
        let others = kept - back.len();
        let past = if back.is_empty() {
            "no past value".to_owned()
        } else {
            format!("values {} periods back", back.join(", "))
        };
        format!("elastic net: {kept} of {all} effects stayed: {past}, and {others} of season and calendar")
    }
}

#[cfg(test)]
mod tests;
