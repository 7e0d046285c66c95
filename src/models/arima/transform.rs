//! The scale on which a model is linear.

use serde::{Deserialize, Serialize};

/// What is done to values before a model sees them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transform {
    /// Nothing.
    None,
    /// The square root.
    Root,
    /// The logarithm: a trend is growth, a season multiplies.
    Log,
}

impl Transform {
    /// Whether values must be above zero.
    pub(super) fn needs_positive(self) -> bool {
        self != Transform::None
    }

    /// The value on the model's scale.
    pub(super) fn apply(self, value: f64) -> f64 {
        match self {
            Transform::None => value,
            Transform::Root => value.sqrt(),
            Transform::Log => libm::log(value),
        }
    }

    /// The value in the series' own units.
    pub(super) fn undo(self, transformed: f64) -> f64 {
        match self {
            Transform::None => transformed,
            Transform::Root => transformed.max(0.0) * transformed.max(0.0),
            Transform::Log => libm::exp(transformed),
        }
    }

    /// Minus twice the logarithm of the derivative: what a density of transformed values lacks to be one of the values.
    ///
    /// Method: Box and Cox (1964), section 2.
    pub(super) fn deviance(self, transformed: f64) -> f64 {
        match self {
            Transform::None => 0.0,
            Transform::Root => 2.0 * libm::log(2.0 * transformed),
            Transform::Log => 2.0 * transformed,
        }
    }

    /// As it stands in a description.
    pub(super) fn words(self) -> &'static str {
        match self {
            Transform::None => "",
            Transform::Root => " of roots",
            Transform::Log => " of logarithms",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_is_undone_and_the_density_follows() {
        for transform in [Transform::None, Transform::Root, Transform::Log] {
            let at = transform.apply(2.5);
            assert!((transform.undo(at) - 2.5).abs() < 1e-14);
            let slope = (transform.apply(2.5 + 1e-6) - transform.apply(2.5 - 1e-6)) / 2e-6;
            assert!((transform.deviance(at) + 2.0 * slope.ln()).abs() < 1e-8, "{transform:?}");
        }
    }
}
