//! Lockdowns and other shocks: what they keep away, how much of it comes back and when, and the new normal.
//!
//! In: a [`Panel`](crate::panel::Panel) and a [`Design`](crate::panel::Design) whose columns say how far each period was
//! closed. Out: a [`ShockFit`] with what the data say of the three questions beside what was believed before, and
//! [`ShockAdjusted`], a forecaster that hides the shock from the forecaster inside it and puts it back into the paths.
//! This room makes no scenario: it knows what a shock does ([`ShockChanges`] says it otherwise), not which may come.
//! The method is told in `docs/methods/shock.md`.

mod adjusted;
mod answers;
mod baseline;
mod decomposition;
mod dispersion;
mod effect;
mod estimate;
mod exposure;
mod fit;
mod grid;
mod interventions;
mod paths;
mod pool;
mod pooled_season;
mod priors;
mod stock;
mod together;
mod volatility;

use serde::Deserialize;

use crate::math::spelling::on_one_line;

pub use adjusted::{FittedShockAdjusted, ShockAdjusted};
pub(crate) use answers::signed;
pub use answers::{Answer, Belief, Told};
pub use decomposition::{Decomposition, Part};
pub use exposure::{Exposure, KINDS};
pub use fit::ShockFit;
pub use interventions::{Intervention, InterventionKind};
pub use paths::{ReturnDelay, ShockChanges};
pub use priors::{DelayPrior, EffectPrior, SharePrior, ShippedPriors, ShockPriors};
pub use stock::{Flow, HiddenStock, delay_weights};
pub use volatility::Volatility;

/// Why a shock can't be estimated.
#[derive(Debug, thiserror::Error)]
pub enum ShockError {
    /// The text is no file of priors.
    #[error("the priors are not valid: {}; compare models/priors/england.toml", on_one_line(.0.message()))]
    Invalid(#[from] toml::de::Error),
    /// The file is of a schema that this version doesn't read.
    #[error("the priors have schema {found}; this version reads schema 1")]
    Schema {
        /// The schema that the file names.
        found: u32,
    },
    /// A number that no prior can have.
    #[error("the priors can't be used: {what}")]
    ImpossiblePrior {
        /// What is wrong, in words.
        what: String,
    },
}

/// What the inner forecaster sees of periods that the shock touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cleaning {
    /// The value divided by the suppression, less what returned, its chance scaled to that of a usual period.
    Scale,
    /// The value divided by the suppression, less what returned.
    Divide,
    /// Nothing where at least half of the period was closed; otherwise as `Divide`.
    LeaveOut,
}

/// How the shock is estimated and taken out: `[shock]` in a line-up. What it doesn't say is taken from
/// `models/shock_adjusted.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ShockOptions {
    /// What is believed before the data speak.
    pub priors: ShippedPriors,
    /// What the inner forecaster sees of periods that the shock touched.
    pub cleaning: Cleaning,
    /// Whether the new normal is taken out with the shock and put back with its uncertainty; otherwise the inner
    /// forecaster finds the level by itself.
    pub new_normal: bool,
    /// Whether breaks elsewhere are looked for, so that they don't pass for the shock's doing.
    pub interventions: bool,
    /// Whether periods of the shock may be more volatile than others.
    pub volatility: bool,
    /// Variance of chance beyond that of a count, as a logarithm, before the data speak.
    pub dispersion: f64,
    /// Standard deviation of the logarithm of a series' dispersion.
    pub dispersion_log_sd: f64,
    /// The share of the dispersion that persists from month to month.
    pub persistent_share: f64,
    /// How much of the persistent part is left after a month.
    pub persistence: f64,
    /// Variance that the level gathers in a year, over the dispersion, before the data speak.
    pub wander: f64,
    /// Standard deviation of a series' own season about the group's, as a logarithm, unless the series show a larger one.
    pub season_spread: f64,
}

/// Those of `models/shock_adjusted.toml`.
impl Default for ShockOptions {
    fn default() -> ShockOptions {
        ShockOptions {
            priors: ShippedPriors::England,
            cleaning: Cleaning::LeaveOut,
            new_normal: false,
            interventions: true,
            volatility: true,
            dispersion: 0.022,
            dispersion_log_sd: 0.6,
            persistent_share: 0.4,
            persistence: 0.6,
            wander: 1.2,
            season_spread: 0.04,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_file() {
        let file: ShockOptions =
            toml::from_str(include_str!("../../models/shock_adjusted.toml")).expect("known options");
        assert_eq!(file, ShockOptions::default());
    }
}
