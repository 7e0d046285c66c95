//! How good forecasts turned out to be.
//!
//! In: forecasters, a panel and the origins to stand at. Out: a [`Scorecard`] with a row for each model, origin, series
//! and step, and its summaries: the weighted interval score, the absolute error and the bias over the seasonal naive
//! error, the scaled pinball loss for intermittent series, coverage by level, and the probability integral transform. This room knows no model: the recipe and whatever
//! stands beside it come in as [`Forecaster`](crate::forecast::Forecaster)s, and the whole recipe is fitted anew at each
//! origin. Percentage errors are never computed: they are not defined for months without a referral.

mod backtest;
mod score;
mod scorecard;

pub use backtest::{Backtest, EvaluateError, Stratum};
pub use score::{
    Transform, interval_score, mean_pinball_loss, naive_error, pinball_loss, seasonal_naive_error,
    weighted_interval_score,
};
pub use scorecard::{Comparison, ScoreRow, Scorecard, Summary};
