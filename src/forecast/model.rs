//! What every model must do: a pair of traits for a panel, and a pair for one series.

use std::fmt::Debug;

use super::{Draws, Forecast};
use crate::panel::{Design, Panel, Regressors, SeriesKey};
use crate::time::Span;

/// Why a model can't be fitted or can't forecast.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ModelError {
    /// The series has too few observed periods.
    #[error("{model} needs {needed} observed periods and has {found}")]
    TooShort {
        /// The model's id.
        model: String,
        /// Observed periods needed.
        needed: usize,
        /// Observed periods there are.
        found: usize,
    },
    /// The fit has no finite solution.
    #[error("{model} has no finite fit: {reason}")]
    NoFit {
        /// The model's id.
        model: String,
        /// What went wrong, in words.
        reason: String,
    },
    /// The future's design does not follow the history or lacks a regressor that the fit used.
    #[error("{model} can't forecast: {reason}")]
    Future {
        /// The model's id.
        model: String,
        /// What is missing, in words.
        reason: String,
    },
    /// Every series of the panel was skipped.
    #[error("no series could be forecast by {model}; the first failed because {first}")]
    Nothing {
        /// The model's id.
        model: String,
        /// The reason of the first series.
        first: String,
    },
}

/// A series that a model left out, and why: data, not an error.
#[derive(Debug, Clone, PartialEq)]
pub struct Skipped {
    /// The series.
    pub key: SeriesKey,
    /// The model's id.
    pub model: String,
    /// Why.
    pub reason: String,
}

/// An unfitted model of a panel: immutable, cheap to share.
pub trait Forecaster: Debug + Send + Sync {
    /// The model's id: the same in file names, TOML and output.
    fn id(&self) -> &str;

    /// Fits the panel; `known` has the regressors of `history.span()`.
    ///
    /// # Errors
    /// Where the run can't go on; a series that can't be fitted is [`Skipped`] instead.
    fn fit(&self, history: &Panel, known: &Design) -> Result<Box<dyn FittedForecaster>, ModelError>;
}

/// A fitted model of a panel.
pub trait FittedForecaster: Debug + Send + Sync {
    /// Paths for the periods of `future.span()`, which follows the history, for every series not skipped.
    ///
    /// # Errors
    /// Where `future` does not follow the history or lacks a regressor.
    fn forecast(&self, future: &Design, draws: Draws) -> Result<Forecast, ModelError>;

    /// One-step innovations by series, one a period of the history; `NaN` where there is none.
    fn residuals(&self) -> Vec<(&SeriesKey, &[f64])>;

    /// The series left out, and why.
    fn skipped(&self) -> &[Skipped];

    /// What was fitted to a series, as a person reads it: "ETS(A,N,A), level 0.31"; `None` where it was skipped.
    fn describe(&self, key: &SeriesKey) -> Option<String>;
}

/// The history of one series, from its first observed period on.
#[derive(Debug, Clone, Copy)]
pub struct SeriesHistory<'a> {
    /// Values, oldest first; `NaN` = not observed. The first value is observed.
    pub values: &'a [f64],
    /// The regressors of the same periods.
    pub regressors: Regressors<'a>,
}

impl SeriesHistory<'_> {
    /// The periods of the values.
    pub fn span(&self) -> Span {
        self.regressors.span()
    }

    /// How many periods make a season.
    pub fn season_length(&self) -> usize {
        self.span().frequency().season_length()
    }

    /// How many periods were observed.
    pub fn observed(&self) -> usize {
        self.values.iter().filter(|value| !value.is_nan()).count()
    }
}

/// An unfitted model of one series. `models::Local` lifts it to a [`Forecaster`].
pub trait SeriesModel: Debug + Send + Sync {
    /// The model's id.
    fn id(&self) -> &str;

    /// Fits one series.
    ///
    /// # Errors
    /// Where the series is too short or has no finite fit; a model that can simplify itself does so instead.
    fn fit(&self, history: SeriesHistory<'_>) -> Result<Box<dyn FittedSeries>, ModelError>;
}

/// A fitted model of one series: a deterministic function of innovations.
pub trait FittedSeries: Debug + Send + Sync {
    /// One-step innovations, one a period of the fitted history; `NaN` where there is none. They are on whatever scale
    /// the model's errors live (relative for multiplicative errors), already corrected for the parameters fitted.
    fn residuals(&self) -> &[f64];

    /// Writes the path that follows the history under the given innovations, one a step; innovations of zero give the
    /// point forecast. `future` has as many periods as the path.
    fn path(&self, future: Regressors<'_>, innovations: &[f64], path: &mut [f64]);

    /// What was fitted, as a person reads it.
    fn describe(&self) -> String;
}
