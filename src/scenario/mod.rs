//! Scenarios: named levers on a forecast, and a ledger of what each of them adds or takes.
//!
//! In: a [`Scenario`] (levers in their order, from a TOML file) and a baseline [`Forecast`](crate::forecast::Forecast).
//! Out: an [`Outcome`]: the forecast under the scenario, and a [`Ledger`] whose entries add up to the difference in
//! every path. This room knows what is changed ([`Changes`]) and not what a change does: whoever calls [`apply`] hands
//! in a function from changes to a forecast. The method is told in `docs/methods/scenario.md`.

mod apply;
mod changes;
mod curve;
mod file;
mod held;
mod ledger;
mod lever;
mod timing;
mod written;

pub use apply::{Ground, Outcome, apply};
pub use changes::{Changes, Delay, DropRule};
pub use curve::{Curve, named_curves};
pub use file::Scenario;
pub use ledger::{Entry, Ledger};
pub use lever::{Against, BySource, DropStep, Lever};
pub use timing::{Outside, outside};
pub use written::{FOLLOWING, Written};

use crate::math::spelling::{meant, on_one_line};

/// Why a scenario can't be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ScenarioError {
    /// The text can't be read as a scenario file.
    #[error("the scenario can't be read: {}", on_one_line(.0.message()))]
    Toml(toml::de::Error),
    /// The scenario breaks a rule of its form.
    #[error("the scenario is not valid: {0}")]
    Invalid(String),
    /// A lever that isn't written as levers are.
    #[error("scenario `{scenario}`, lever {number} can't be read: {message}")]
    Unread {
        /// The scenario.
        scenario: String,
        /// Its place, counted from 1.
        number: usize,
        /// What its reader said.
        message: String,
    },
    /// The file is of a schema that this version doesn't read.
    #[error("the scenario has schema {found}; this version reads schema 1")]
    Schema {
        /// The schema that the file names.
        found: u32,
    },
    /// There is no scenario of this name.
    #[error(
        "there is no scenario `{name}`: use one of {shipped}, the path of a .toml file, or several joined by +{}",
        meant(name, shipped.split(", "))
    )]
    Unknown {
        /// The name asked for.
        name: String,
        /// The names that ship with the engine.
        shipped: String,
    },
    /// A lever that can't be.
    #[error("scenario `{scenario}`, lever {number} {problem}")]
    Lever {
        /// The scenario.
        scenario: String,
        /// Its place, counted from 1.
        number: usize,
        /// What is wrong and what to write instead.
        problem: String,
    },
    /// The forecast under the scenario is no forecast.
    #[error("scenario `{scenario}` gives no forecast: {reason}")]
    NoForecast {
        /// The scenario.
        scenario: String,
        /// Why.
        reason: String,
    },
}
