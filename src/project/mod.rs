//! The project file: `groundswell.toml` as written, and the checked [`RunPlan`] made of it.
//!
//! In: one TOML file. Out: a [`RunPlan`], after which nothing downstream validates or fills in defaults again. Each
//! room owns its options; this room composes them, resolves paths against the file's own folder (the working directory
//! is never relied on) and calls no room's functions.

mod error;
mod in_words;
mod line_up;
mod options;
mod plan;
mod scenarios;
mod template;

pub use error::ProjectError;
pub use line_up::{Group, LineUp};
pub use options::{About, Assurance, BacktestOptions, CalendarOptions, ForecastOptions, PublishOptions};
pub use plan::RunPlan;
pub use scenarios::{ScenarioLever, ScenarioOptions, levers_of, load_scenario};
pub use template::{Sketch, reference, sketch};
