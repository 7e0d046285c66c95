//! Curves over months: when hidden demand comes back, or how new need comes and goes.

use serde::de::{Error as _, IgnoredAny};
use serde::{Deserialize, Deserializer, Serialize};

/// The curves that ship with the engine.
const SHIPPED: &str = include_str!("../../models/scenarios/curves.toml");

/// A curve over months from its start: a shipped one by name, or weights of one's own.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Curve {
    /// A name from `models/scenarios/curves.toml`.
    Named(String),
    /// The weight of each month from the first on; they are made to sum to one.
    Weights(Vec<f64>),
}

impl<'de> Deserialize<'de> for Curve {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Curve, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Named(String),
            Weights(Vec<f64>),
            Other(IgnoredAny),
        }
        match Written::deserialize(deserializer)? {
            Written::Named(name) => Ok(Curve::Named(name)),
            Written::Weights(weights) => Ok(Curve::Weights(weights)),
            Written::Other(IgnoredAny) => Err(D::Error::custom(
                "this must be the name of a curve, as \"even-9\", or a list of weights, one a month, as [0, 2, 2, 1]",
            )),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CurvesFile {
    schema: u32,
    curve: Vec<NamedCurve>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NamedCurve {
    name: String,
    #[serde(rename = "description")]
    _description: String,
    weights: Vec<f64>,
}

fn shipped() -> Vec<NamedCurve> {
    #[expect(clippy::expect_used, reason = "the text is compiled in and a test reads it")]
    let file: CurvesFile = toml::from_str(SHIPPED).expect("the shipped curves are valid");
    if file.schema == 1 { file.curve } else { Vec::new() }
}

/// The names of the curves that ship with the engine.
pub fn named_curves() -> Vec<String> {
    shipped().into_iter().map(|curve| curve.name).collect()
}

impl Curve {
    /// The share of each month, summing to one.
    ///
    /// # Errors
    /// What is wrong, in words: an unknown name, or weights that are no shares.
    pub(super) fn months(&self) -> Result<Vec<f64>, String> {
        let weights = match self {
            Curve::Weights(weights) => weights.clone(),
            Curve::Named(name) => {
                let found = shipped().into_iter().find(|curve| curve.name == *name);
                let unknown = || format!("names the curve `{name}`; there are {}", named_curves().join(", "));
                found.ok_or_else(unknown)?.weights
            }
        };
        let total: f64 = weights.iter().sum();
        if !(total.is_finite() && total > 0.0 && weights.iter().all(|weight| *weight >= 0.0)) {
            return Err("has a curve whose weights are not all at least 0 with a sum above 0".to_owned());
        }
        Ok(weights.into_iter().map(|weight| weight / total).collect())
    }

    /// The share of each period, summing to one, for so many periods a month; within a month evenly.
    pub(super) fn periods(&self, periods_per_month: f64) -> Result<Vec<f64>, String> {
        let months = self.months()?;
        let until = |month: f64| {
            let whole = (month.floor().max(0.0) as usize).min(months.len());
            let part = months.get(whole).map_or(0.0, |weight| weight * (month - whole as f64));
            months[..whole].iter().sum::<f64>() + part
        };
        let count = (months.len() as f64 * periods_per_month).ceil() as usize;
        let edge = |period: usize| until((period as f64 / periods_per_month).min(months.len() as f64));
        Ok((0..count).map(|period| edge(period + 1) - edge(period)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_curves_are_shares() {
        assert!(named_curves().len() >= 4);
        for name in named_curves() {
            let months = Curve::Named(name).months().expect("valid");
            assert!((months.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn months_become_weeks_and_quarters_of_the_same_mass() {
        let curve = Curve::Weights(vec![1.0, 1.0, 2.0]);
        assert_eq!(curve.periods(1.0).expect("valid"), [0.25, 0.25, 0.5]);
        assert_eq!(curve.periods(1.0 / 3.0).expect("valid"), [1.0]);
        let weeks = curve.periods(52.0 / 12.0).expect("valid");
        assert!(weeks.len() == 13 && (weeks.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!((weeks[0] - 0.25 * 12.0 / 52.0).abs() < 1e-12);
    }

    #[test]
    fn a_curve_that_isnt_there_is_refused_with_those_that_are() {
        let what = Curve::Named("bell".into()).months().expect_err("unknown");
        assert!(what.contains("`bell`") && what.contains("even-9"), "{what}");
        assert!(Curve::Weights(vec![0.0, -1.0]).months().is_err());
    }
}
