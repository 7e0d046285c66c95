//! Conversion and days of an authority's own, set in the project file in the place of England's.

use serde::{Deserialize, Serialize};

use super::error::PathwayError;
use super::national::{LONGEST_DAYS, NationalFigures, NationalStep};
use super::stage::Step;

/// Siblings share what becomes of them: a share of so many children is as uncertain as one of this many times fewer.
// About 1.6 children a family are referred together in the simulator's authorities. Assumption.
const FAMILIES: f64 = 1.6;

/// What an authority knows of one step from elsewhere: a share, days, or both.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnStep {
    /// The step, as levers name it.
    pub step: Step,
    /// The share of the children who take it, above 0 and below 1; for conversions only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// The days that half of them take at most, 1 or more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median_days: Option<u32>,
    /// How many children the figures are of: the fewer, the more uncertain the share, and the less the days count for
    /// beside what records tell.
    pub children: u32,
}

impl NationalFigures {
    /// England's figures with an authority's own in their place. Days keep the national shape, stretched to the median.
    ///
    /// # Errors
    /// Where a figure is impossible, stands for nothing, or a step is named twice.
    pub fn with_own(&self, own: &[OwnStep]) -> Result<NationalFigures, PathwayError> {
        let mut all = self.clone();
        for (place, figures) in own.iter().enumerate() {
            let OwnStep { step, share, median_days, children } = figures;
            let wrong = |problem: &str| {
                Err(PathwayError::option("step", format!("no. {}, of `{}`, {problem}", place + 1, step.key())))
            };
            if own[..place].iter().any(|other| other.step == *step) {
                return wrong("is set already: keep one");
            }
            if *children == 0 {
                return wrong("is of 0 children; give how many the figures were counted on");
            }
            let of = all.of_mut(*step);
            match share {
                Some(_) if !step.is_conversion() => return wrong("has a `share`, but everyone takes it: leave it out"),
                Some(share) if !(*share > 0.0 && *share < 1.0) => return wrong("needs a `share` above 0 and below 1"),
                Some(share) => {
                    of.share = *share;
                    // Standard error of a logit.
                    of.spread = libm::sqrt(FAMILIES / (f64::from(*children) * share * (1.0 - share)));
                    of.share_is_own = true;
                }
                None if median_days.is_none() => return wrong("has neither `share` nor `median_days`"),
                None => {}
            }
            match median_days {
                Some(0) => return wrong("needs `median_days` of 1 or more"),
                Some(days) if *days > LONGEST_DAYS / 4 => {
                    return wrong("has `median_days` beyond any known course of a case");
                }
                Some(days) => {
                    of.days = stretched(&of.days, f64::from(*days) / f64::from(of.median_days().max(1)));
                    of.strength = f64::from(*children);
                    of.days_are_own = true;
                }
                None => {}
            }
        }
        Ok(all)
    }
}

impl NationalStep {
    /// The first day by which half of those who take the step have taken it.
    pub fn median_days(&self) -> u32 {
        let mut passed = 0.0;
        let before = self.days.iter().take_while(|share| {
            passed += **share;
            passed < 0.5
        });
        before.count() as u32
    }
}

/// Probabilities by day with every day so many times as late; each is spread over the days that it comes to cover.
fn stretched(days: &[f64], factor: f64) -> Vec<f64> {
    let longest = (days.len() as f64 * factor).ceil().clamp(1.0, f64::from(LONGEST_DAYS)) as usize;
    let mut all = vec![0.0; longest];
    for (day, share) in days.iter().enumerate() {
        let (from, to) = (day as f64 * factor, (day as f64 + 1.0) * factor);
        let mut at = from;
        while at < to {
            let next = (at.floor() + 1.0).min(to);
            all[(at as usize).min(longest - 1)] += share * (next - at) / (to - from);
            at = next;
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(step: Step, share: Option<f64>, median_days: Option<u32>) -> OwnStep {
        OwnStep { step, share, median_days, children: 640 }
    }

    #[test]
    fn a_share_and_days_of_ones_own_take_the_place_of_englands() {
        let shipped = NationalFigures::shipped();
        let figures = shipped
            .with_own(&[own(Step::Conference, Some(0.25), Some(30)), own(Step::PlanEnd, None, Some(200))])
            .expect("valid");
        let conference = figures.of(Step::Conference);
        // The square root of 1.6 / (640 x 0.25 x 0.75).
        assert!((conference.share, (conference.spread - 0.1155).abs() < 1e-4) == (0.25, true));
        assert!(
            conference.median_days().abs_diff(30) <= 1 && figures.of(Step::PlanEnd).median_days().abs_diff(200) <= 1
        );
        assert!((conference.days.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        assert_eq!(figures.of(Step::Plan), shipped.of(Step::Plan));
        // What is set is no assumption any more.
        assert_eq!(figures.assumptions().len() + 3, shipped.assumptions().len());
    }

    #[test]
    fn what_cannot_be_is_refused_with_the_steps_name() {
        let refused =
            |steps: &[OwnStep]| NationalFigures::shipped().with_own(steps).expect_err("impossible").to_string();
        let twice = refused(&[own(Step::Plan, Some(0.9), None), own(Step::Plan, Some(0.8), None)]);
        assert!(twice.contains("no. 2, of `plan`, is set already"), "{twice}");
        assert!(refused(&[own(Step::CareEnd, Some(0.5), None)]).contains("everyone takes it"));
        assert!(refused(&[own(Step::Plan, Some(1.0), None)]).contains("above 0 and below 1"));
        assert!(refused(&[own(Step::Plan, None, None)]).contains("neither"));
        assert!(refused(&[OwnStep { children: 0, ..own(Step::Plan, Some(0.9), None) }]).contains("0 children"));
    }
}
