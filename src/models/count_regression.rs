//! Poisson and negative binomial regression on the season, the calendar, a damped trend and whatever else the design
//! holds.

use serde::{Deserialize, Serialize};

use super::constant::constant;
use super::spec::family_defaults;
use super::terms::{SeasonTerms, Terms, WantedTerms, WorkingDays};
use crate::forecast::{FittedSeries, ModelError, SeriesHistory, SeriesModel};
use crate::panel::Regressors;
use carried::{Carrying, State};
use likelihood::Scatter;
use scoring::{Counts, Fit};

mod carried;
#[cfg(test)]
mod golden;
mod likelihood;
mod scoring;

/// The family's id.
pub(super) const ID: &str = "count_regression";

/// The family's options as they ship.
pub(super) const DEFAULTS: &str = include_str!("../../models/count_regression.toml");

/// How counts scatter about their mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountDistribution {
    /// Variance is the mean.
    Poisson,
    /// Variance is the mean and its square over a dispersion that is estimated.
    NegativeBinomial,
    /// The one with the lower AICc.
    Auto,
}

/// Whether what recent counts say beyond the regression is carried on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorsCarried {
    /// Counts about the regression are chance.
    None,
    /// By the smoothing and persistence given.
    Fixed,
    /// By the smoothing and persistence that make the series likeliest.
    Estimated,
}

/// What the count regression holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountRegressionOptions {
    /// How counts scatter about their mean.
    pub distribution: CountDistribution,
    /// How the season enters.
    pub season: SeasonTerms,
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
    /// Whether what recent counts say beyond the regression is carried on.
    pub carried: ErrorsCarried,
    /// How much of each surprise is carried on, from 0 to 0.99.
    pub smoothing: f64,
    /// How much of what is carried on is left after each period, between 0 and 1.
    pub persistence: f64,
}

impl Default for CountRegressionOptions {
    fn default() -> CountRegressionOptions {
        family_defaults(DEFAULTS)
    }
}

impl CountRegressionOptions {
    fn wanted(&self) -> WantedTerms {
        WantedTerms {
            season: self.season,
            fourier_pairs: self.fourier_pairs,
            trend: self.trend,
            damping: self.damping,
            working_days: self.working_days,
            values_per_effect: VALUES_PER_EFFECT,
        }
    }
}

/// Regression of counts with logarithmic link, and a level that follows the counts about it.
///
/// Every column of the design takes part: `working_days` as the options say, all others as regressors. Unobserved
/// periods are left out. A short history gets fewer terms, the shortest its mean alone. The point forecast is the mean.
/// Innovations are in standard deviations of a count about its mean, so one fit serves small and large counts and a
/// heavy tail stays heavy; no path leaves zero to four times the highest count.
///
/// Method: generalised linear model (Nelder and Wedderburn 1972; for the dispersion Lawless 1987) with an
/// observation-driven state (Davis, Dunsmuir and Streett 2003), fitted in turn.
#[derive(Debug, Clone, Default)]
pub struct CountRegression {
    options: CountRegressionOptions,
}

impl CountRegression {
    /// A count regression with the options.
    pub fn new(options: CountRegressionOptions) -> CountRegression {
        CountRegression { options }
    }
}

/// So many observed values are needed for each effect.
const VALUES_PER_EFFECT: usize = 4;

/// Rounds of regression and carried state in turn.
const ROUNDS: usize = 2;

/// However low the mean falls, innovations are at least those of this share of the series' mean.
const LEAST_SHARE: f64 = 0.01;

/// No mean rises above, and no path above, so many times the highest value seen.
const MOST_TIMES: (f64, f64) = (3.0, 4.0);

impl SeriesModel for CountRegression {
    fn id(&self) -> &str {
        ID
    }

    fn fit(&self, history: SeriesHistory<'_>) -> Result<Box<dyn FittedSeries>, ModelError> {
        let observed = history.observed();
        if observed == 0 {
            return Err(ModelError::TooShort { model: ID.to_owned(), needed: 1, found: 0 });
        }
        let seen = || history.values.iter().copied().filter(|value| !value.is_nan());
        if seen().any(|value| value > 0.0)
            && let Some(constant) = constant(history, ID)
        {
            return Ok(constant);
        }
        let terms = Terms::of(history, self.options.wanted());
        let limits = Limits::of(seen());
        let periods = history.values.len();
        if seen().all(|value| value == 0.0) {
            let residuals = history.values.to_vec();
            let regression = Regression { terms, effects: Vec::new(), scatter: Scatter::Poisson, limits };
            return Ok(Box::new(FittedCounts {
                regression,
                carrying: Carrying::NOTHING,
                state: Carrying::NOTHING.start(0.0, Scatter::Poisson),
                periods,
                residuals,
            }));
        }
        let offset: Vec<f64> = terms.offset(history.regressors).into_iter().map(libm::log).collect();
        let rows = terms.matrix(history.regressors, 0);
        let counts = Counts {
            rows: &rows,
            values: history.values,
            offset: &offset,
            ridge: self.options.ridge,
            free: terms.free(),
        };
        let (fit, carrying, states) = self.alternate(counts, limits.mean);
        if !fit.effects.iter().all(|effect| effect.is_finite()) {
            let reason = "an effect is not finite; leave out regressors that repeat each other".to_owned();
            return Err(ModelError::NoFit { model: ID.to_owned(), reason });
        }
        let regression = Regression { terms, effects: fit.effects, scatter: fit.scatter, limits };
        let log_means = regression.log_means(&rows, &offset);
        let mut residuals: Vec<f64> = history
            .values
            .iter()
            .zip(log_means.iter().zip(&states))
            .map(|(value, (log_mean, state))| {
                let mean = limits.within(libm::exp(log_mean + state.log_level));
                (value - mean) / regression.spread(mean)
            })
            .collect();
        standardise(&mut residuals, observed as f64, regression.terms.free() as f64);
        let state = states[periods];
        Ok(Box::new(FittedCounts { regression, carrying, state, periods, residuals }))
    }
}

impl CountRegression {
    /// The regression, what is carried on, and the state before each period and after the last.
    fn alternate(&self, counts: Counts<'_>, mean: f64) -> (Fit, Carrying, Vec<State>) {
        let mut fit = counts.fit(self.options.distribution, &[]);
        let mut carrying = match self.options.carried {
            ErrorsCarried::None => Carrying::NOTHING,
            ErrorsCarried::Fixed | ErrorsCarried::Estimated => Carrying {
                smoothing: self.options.smoothing.clamp(0.0, 0.99),
                persistence: self.options.persistence.clamp(0.0, 1.0),
            },
        };
        let follow = |fit: &Fit, carrying: &mut Carrying| {
            let log_means = log_means(counts.rows, counts.offset, &fit.effects);
            if self.options.carried == ErrorsCarried::Estimated {
                *carrying = Carrying::likeliest(counts.values, &log_means, mean, fit.scatter);
            }
            carrying.states(counts.values, &log_means, mean, fit.scatter)
        };
        let mut states = follow(&fit, &mut carrying);
        for _ in 0..if self.options.carried == ErrorsCarried::None { 0 } else { ROUNDS } {
            let levels = states.iter().map(|state| state.log_level);
            let offset: Vec<f64> = counts.offset.iter().zip(levels).map(|(offset, level)| offset + level).collect();
            fit = Counts { offset: &offset, ..counts }.fit(self.options.distribution, &fit.effects);
            states = follow(&fit, &mut carrying);
        }
        (fit, carrying, states)
    }
}

fn log_means(rows: &ndarray::Array2<f64>, offset: &[f64], effects: &[f64]) -> Vec<f64> {
    let of_row = |row: ndarray::ArrayView1<'_, f64>| row.iter().zip(effects).map(|(x, effect)| x * effect).sum::<f64>();
    rows.rows().into_iter().zip(offset).map(|(row, offset)| offset + of_row(row)).collect()
}

/// Moves the mean of the innovations to zero and their spread to what it was before effects were fitted. A level that
/// trails a slope is surprised in the same direction again and again; drawn anew, such surprises would carry the slope
/// on for ever.
fn standardise(residuals: &mut [f64], observed: f64, fitted: f64) {
    let mean = residuals.iter().filter(|residual| !residual.is_nan()).sum::<f64>() / observed;
    let correction = (observed / (observed - fitted).max(1.0)).sqrt().min(2.0);
    residuals.iter_mut().for_each(|residual| *residual = (*residual - mean) * correction);
}

/// Within reach of what was seen.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// A third of the lowest value.
    lowest: f64,
    /// The highest value.
    highest: f64,
    /// The mean.
    mean: f64,
}

impl Limits {
    fn of(values: impl Iterator<Item = f64>) -> Limits {
        let start = (f64::INFINITY, 0.0_f64, 0.0, 0.0);
        let (low, high, sum, count) = values
            .fold(start, |(low, high, sum, count), value| (low.min(value), high.max(value), sum + value, count + 1.0));
        Limits { lowest: low / 3.0, highest: high, mean: sum / count }
    }

    /// The nearest mean within reach.
    fn within(self, mean: f64) -> f64 {
        mean.clamp(self.lowest, MOST_TIMES.0 * self.highest)
    }
}

/// The means of counts by the regression, and their scatter.
#[derive(Debug)]
struct Regression {
    terms: Terms,
    /// Empty for a series of zeros.
    effects: Vec<f64>,
    scatter: Scatter,
    limits: Limits,
}

impl Regression {
    fn log_means(&self, rows: &ndarray::Array2<f64>, offset: &[f64]) -> Vec<f64> {
        log_means(rows, offset, &self.effects)
    }

    fn spread(&self, mean: f64) -> f64 {
        self.scatter.spread(mean.max(LEAST_SHARE * self.limits.mean))
    }
}

#[derive(Debug)]
struct FittedCounts {
    regression: Regression,
    carrying: Carrying,
    /// The state before the first period of the future.
    state: State,
    /// Periods of the history.
    periods: usize,
    residuals: Vec<f64>,
}

impl FittedSeries for FittedCounts {
    fn residuals(&self) -> &[f64] {
        &self.residuals
    }

    fn path(&self, future: Regressors<'_>, innovations: &[f64], path: &mut [f64]) {
        let Regression { terms, effects, scatter, limits } = &self.regression;
        if effects.is_empty() {
            path.fill(0.0);
            return;
        }
        let rows = terms.matrix(future, self.periods);
        let offset: Vec<f64> = terms.offset(future).into_iter().map(libm::log).collect();
        let mut state = self.state;
        for ((cell, innovation), log_mean) in
            path.iter_mut().zip(innovations).zip(self.regression.log_means(&rows, &offset))
        {
            let mean = limits.within(libm::exp(log_mean + state.log_level));
            *cell = (mean + innovation * self.regression.spread(mean)).clamp(0.0, MOST_TIMES.1 * limits.highest);
            state = self.carrying.after(state, *cell, mean, *scatter);
        }
    }

    fn describe(&self) -> String {
        if self.regression.effects.is_empty() {
            return "no count was ever seen, so none is expected".to_owned();
        }
        let scatter = match self.regression.scatter {
            Scatter::Poisson => "Poisson".to_owned(),
            Scatter::NegativeBinomial(dispersion) => format!("negative binomial (dispersion {dispersion:.1})"),
        };
        let mut what = format!("{scatter} regression on {}", self.regression.terms.spoken());
        let Carrying { smoothing, persistence } = self.carrying;
        if smoothing > 0.0 {
            what.push_str(&format!(", {smoothing:.2} of each surprise carried on"));
            if persistence < 1.0 {
                what.push_str(&format!(" and fading by {persistence:.2}"));
            }
        }
        what
    }
}

#[cfg(test)]
mod tests;
