//! What is believed of a shock before the data speak.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::ShockError;
use super::exposure::KINDS;
use crate::panel::Panel;

/// The priors that ship with the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ShippedPriors {
    /// What is known of England's lockdowns since 2022.
    England,
    /// What could be known before any lockdown: next to nothing.
    Vague,
}

impl ShippedPriors {
    fn text(self) -> &'static str {
        match self {
            ShippedPriors::England => include_str!("../../models/priors/england.toml"),
            ShippedPriors::Vague => include_str!("../../models/priors/vague.toml"),
        }
    }
}

/// How many effects a series has: the suppression by each kind of closure, and the new normal, which comes last.
pub(super) const EFFECTS: usize = KINDS.len() + 1;

/// The place of the new normal among the effects.
pub(super) const NEW_NORMAL: usize = EFFECTS - 1;

/// The dimension of a panel that names who referred; its labels are the groups of the priors.
const SOURCE: &str = "source";

/// A normal distribution of what a group has in common, and the spread of single series about it.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EffectPrior {
    /// The group's mean.
    pub mean: f64,
    /// Its standard deviation.
    pub sd: f64,
    /// The standard deviation of a series about its group.
    pub between: f64,
}

/// The share of hidden demand that returns: a beta distribution, mixed with a uniform one.
///
/// Method: a contaminated prior (Berger and Berliner 1986): where the data contradict the beta distribution, it yields.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharePrior {
    /// First parameter of the beta distribution.
    pub alpha: f64,
    /// Second parameter.
    pub beta: f64,
    /// The weight of the uniform distribution, 0 to 1.
    pub uniform: f64,
}

/// The mean delay in months: lognormal.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DelayPrior {
    /// Median, in months.
    pub median: f64,
    /// Standard deviation of the logarithm.
    pub log_sd: f64,
}

/// The effects of a shock on one group of series.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupPriors {
    schools: EffectPrior,
    #[serde(rename = "stay-at-home")]
    stay_at_home: EffectPrior,
    event: Option<EffectPrior>,
    new_normal: EffectPrior,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct LabelledPriors {
    label: String,
    #[serde(flatten)]
    priors: GroupPriors,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct PriorsFile {
    schema: u32,
    name: String,
    return_share: SharePrior,
    delay: DelayPrior,
    default: GroupPriors,
    #[serde(default)]
    group: Vec<LabelledPriors>,
}

/// What is believed of a shock before the data speak, in the form of `models/priors/england.toml`.
///
/// ```
/// use groundswell::shock::{ShippedPriors, ShockPriors};
/// let priors = ShockPriors::shipped(ShippedPriors::England);
/// assert!((priors.return_share().alpha - 1.5).abs() < 1e-12);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ShockPriors(PriorsFile);

impl ShockPriors {
    /// Priors that ship with the engine.
    pub fn shipped(name: ShippedPriors) -> ShockPriors {
        #[expect(clippy::expect_used, reason = "the text is compiled in and a test reads it")]
        ShockPriors::from_toml(name.text()).expect("the shipped priors are valid")
    }

    /// Priors in the form of `models/priors/england.toml`.
    ///
    /// # Errors
    /// Where the text is no such file or a number can't be.
    pub fn from_toml(text: &str) -> Result<ShockPriors, ShockError> {
        let file: PriorsFile = toml::from_str(text)?;
        if file.schema != 1 {
            return Err(ShockError::Schema { found: file.schema });
        }
        let positive = |value: f64| value > 0.0;
        let impossible = |what: String| Err(ShockError::ImpossiblePrior { what });
        let share = &file.return_share;
        if !(share.alpha > 0.0 && share.beta > 0.0 && (0.0..=1.0).contains(&share.uniform)) {
            return impossible("[return_share] needs alpha and beta above 0 and uniform from 0 to 1".to_owned());
        }
        if !(file.delay.median > 0.0 && file.delay.log_sd > 0.0) {
            return impossible("[delay] needs a median and a log_sd above 0".to_owned());
        }
        let groups = file.group.iter().map(|group| (group.label.as_str(), &group.priors));
        for (label, priors) in groups.chain([("default", &file.default)]) {
            let effects = [Some(priors.schools), Some(priors.stay_at_home), priors.event, Some(priors.new_normal)];
            if effects
                .iter()
                .flatten()
                .any(|effect| !effect.mean.is_finite() || !positive(effect.sd) || !positive(effect.between))
            {
                return impossible(format!("`{label}` needs finite means, and sd and between above 0"));
            }
        }
        Ok(ShockPriors(file))
    }

    /// The priors' name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// How much comes back.
    pub fn return_share(&self) -> SharePrior {
        self.0.return_share
    }

    /// When it comes back.
    pub fn delay(&self) -> DelayPrior {
        self.0.delay
    }

    /// The effects on the series with this label, in the order of [`KINDS`], the new normal last.
    pub(super) fn effects(&self, label: &str) -> [EffectPrior; EFFECTS] {
        let own = self.0.group.iter().find(|group| group.label == label).map(|group| &group.priors);
        let priors = own.unwrap_or(&self.0.default);
        // An event is no lockdown: groups say nothing of it unless they want to.
        let fallback = EffectPrior { mean: 0.0, sd: 0.4, between: 0.2 };
        let event = priors.event.or(self.0.default.event).unwrap_or(fallback);
        [priors.schools, priors.stay_at_home, event, priors.new_normal]
    }
}

/// Which series share their suppression and new normal: those of one source, or all where sources aren't told apart.
#[derive(Debug, Clone)]
pub(super) struct Groups {
    /// The groups' labels.
    pub labels: Vec<String>,
    /// The group of each series.
    pub of_series: Vec<usize>,
}

impl Groups {
    pub fn of(panel: &Panel) -> Groups {
        let dimension = panel.dimensions().iter().position(|name| name == SOURCE);
        let label = |row: usize| dimension.and_then(|at| panel.keys()[row].labels().nth(at)).unwrap_or("*").to_owned();
        let labels: Vec<String> = (0..panel.keys().len()).map(label).collect();
        let mut places: BTreeMap<&str, usize> = labels.iter().map(|label| (label.as_str(), 0)).collect();
        places.values_mut().enumerate().for_each(|(place, group)| *group = place);
        let of_series = labels.iter().map(|label| places[label.as_str()]).collect();
        Groups { labels: places.into_keys().map(str::to_owned).collect(), of_series }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_priors_are_valid_and_named_as_their_files() {
        assert_eq!(ShockPriors::shipped(ShippedPriors::England).name(), "England");
        assert_eq!(ShockPriors::shipped(ShippedPriors::Vague).name(), "vague");
    }

    #[test]
    fn schools_have_priors_of_their_own_and_others_the_default() {
        let priors = ShockPriors::shipped(ShippedPriors::England);
        assert_eq!(priors.effects("Schools")[0].mean, 1.43);
        assert_eq!(priors.effects("Somebody"), priors.effects("*"));
        assert!(priors.effects("Police")[1].mean < 0.0, "police referred more");
    }

    #[test]
    fn a_spread_of_nothing_is_refused_with_its_group() {
        let text = ShippedPriors::Vague.text().replace("between = 0.25", "between = 0.0");
        let message = ShockPriors::from_toml(&text).expect_err("refused").to_string();
        assert!(message.contains("`Education services`"), "{message}");
    }
}
