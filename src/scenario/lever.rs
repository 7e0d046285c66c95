//! The levers of a scenario.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::curve::Curve;
use crate::time::{Start, day_written};

/// The label that stands for every series that isn't named.
pub(super) const EVERY: &str = "*";

/// Numbers by label of a series (a source, an area); `*` stands for all others.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BySource(pub BTreeMap<String, f64>);

/// What a change of level is measured against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Against {
    /// The level before the shock: takes the place of the estimated new normal.
    #[default]
    Before,
    /// The forecast as it is: a further change.
    Forecast,
}

/// A step of a rule that spreads returns by the size of the drop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DropStep {
    /// The step holds up to this largest share of a month's demand kept away; the last step has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to: Option<f64>,
    /// The curve of the step.
    pub curve: Curve,
}

/// One lever on the forecast. Levers act in the order of their file.
///
/// Those on what follows the forecast (conversions, durations, caseload, cost, placements) are not among them: they
/// change nothing about how many come, and the room that follows a forecast knows them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "lever", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Lever {
    /// Another lockdown or closure.
    Lockdown {
        /// What the ledger calls it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// When it starts.
        starts: Start,
        /// How many weeks it lasts; or name the last day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        weeks: Option<f64>,
        /// The last closed day; or say how many weeks.
        #[serde(default, deserialize_with = "day_written", skip_serializing_if = "Option::is_none")]
        last: Option<Date>,
        /// How far schools are closed, 0 to 1.
        #[serde(default)]
        schools: f64,
        /// How far people are kept at home, 0 to 1.
        #[serde(default)]
        stay_at_home: f64,
        /// How far any other event closes services, 0 to 1.
        #[serde(default)]
        event: f64,
        /// By source: the change of demand on a day of this closure (-0.3 is 30% less). Sources not named keep the
        /// estimated suppression.
        #[serde(default)]
        change: BySource,
    },
    /// How much of what was hidden comes back, and when. What isn't said stays as estimated.
    Return {
        /// What the ledger calls it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// The share that comes back, 0 to 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        share: Option<f64>,
        /// After a gamma delay with this mean, in months.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        delay_months: Option<f64>,
        /// By this curve.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        curve: Option<Curve>,
        /// By a curve for each size of the drop.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        by_drop: Vec<DropStep>,
    },
    /// A new normal: another level.
    NewNormal {
        /// What the ledger calls it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// By source: the change of the level (0.1 is a tenth more).
        change: BySource,
        /// Against the level before the shock, or against the forecast.
        #[serde(default)]
        against: Against,
        /// From when on; only against the forecast. Left out: from the first month.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        starts: Option<Start>,
    },
    /// Need that wasn't there before: so many more referrals.
    NewNeed {
        /// What the ledger calls it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// Only through series with this label; all when left out. They share it by their size.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        /// From when on.
        starts: Start,
        /// How many more a month once it is whole; or give a total and a curve.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        per_month: Option<f64>,
        /// Over how many months it grows, evenly; 0 is at once.
        #[serde(default)]
        grows_over_months: u32,
        /// After how many months it ends; left out, it stays.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lasts_months: Option<u32>,
        /// How many more in all, spread by the curve.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        total: Option<f64>,
        /// The curve that spreads the total.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        curve: Option<Curve>,
    },
    /// In place of the forecast, the mean of the last months, held for the whole horizon: the method in common use, to
    /// compare with. It knows no season and no working days; its range is how far it has missed before.
    HoldRecentRate {
        /// What the ledger calls it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// How many of the last months.
        months: u32,
    },
}

impl Lever {
    /// What the ledger calls the lever: its own name, or what it does in a few words.
    pub fn label(&self) -> String {
        let (Lever::Lockdown { name, .. }
        | Lever::Return { name, .. }
        | Lever::NewNormal { name, .. }
        | Lever::NewNeed { name, .. }
        | Lever::HoldRecentRate { name, .. }) = self;
        if let Some(name) = name {
            return name.clone();
        }
        match self {
            Lever::Lockdown { .. } => "Lockdown".to_owned(),
            Lever::Return { share: Some(share), .. } => format!("{:.0}% returns", 100.0 * share),
            Lever::Return { .. } => "Time of return".to_owned(),
            Lever::NewNormal { .. } => "New normal".to_owned(),
            Lever::NewNeed { .. } => "New need".to_owned(),
            Lever::HoldRecentRate { months, .. } => format!("Mean of the last {months} months held"),
        }
    }

    /// Checks what needs no other knowledge than the lever itself; says what is wrong, after "lever 2 ...".
    pub(super) fn check(&self) -> Result<(), String> {
        let wrong = |problem: &str| Err(problem.to_owned());
        match self {
            Lever::Lockdown { weeks, last, schools, stay_at_home, event, change, .. } => {
                let depths = [*schools, *stay_at_home, *event];
                if !depths.iter().all(|depth| (0.0..=1.0).contains(depth)) {
                    return wrong("has a depth outside 0 to 1");
                }
                if depths.iter().all(|depth| *depth == 0.0) {
                    return wrong("closes nothing; give a depth to `schools`, `stay_at_home` or `event`");
                }
                if weeks.is_some() == last.is_some() {
                    return wrong("needs `weeks` or `last`, one of them");
                }
                if weeks.is_some_and(|weeks| !(weeks > 0.0 && weeks <= 520.0)) {
                    return wrong("lasts a number of weeks that is not above 0 and at most 520");
                }
                // exp(-gamma) is above 0, and nobody means more than tenfold.
                if change.0.values().any(|change| !(-0.99..=9.0).contains(change)) {
                    return wrong("has a change outside -0.99 to 9");
                }
                Ok(())
            }
            Lever::Return { share, delay_months, curve, by_drop, .. } => {
                if share.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
                    return wrong("has a share outside 0 to 1; more than was hidden is `new-need`");
                }
                if delay_months.is_some_and(|months| !(months > 0.0 && months <= 120.0)) {
                    return wrong("has a delay that is not above 0 and at most 120 months");
                }
                let times = usize::from(delay_months.is_some()) + usize::from(curve.is_some());
                match times + usize::from(!by_drop.is_empty()) {
                    0 if share.is_none() => return wrong("says neither how much returns nor when"),
                    0 | 1 => {}
                    _ => return wrong("says more than once when it returns: `delay_months`, `curve` or `by_drop`"),
                }
                if let Some(curve) = curve {
                    curve.months()?;
                }
                for (place, step) in by_drop.iter().enumerate() {
                    step.curve.months()?;
                    let (is_last, next) = (place + 1 == by_drop.len(), by_drop.get(place + 1));
                    let ascending = match (step.up_to, next.map(|next| next.up_to)) {
                        (None, _) => is_last,
                        (Some(_), None) => false,
                        (Some(up_to), Some(next)) => next.is_none_or(|next| next > up_to),
                    };
                    if !ascending {
                        return wrong("has steps of `by_drop` that don't ascend to a last one without `up_to`");
                    }
                }
                Ok(())
            }
            Lever::NewNormal { change, against, starts, .. } => {
                if change.0.is_empty() || change.0.values().any(|change| !(-0.99..=9.0).contains(change)) {
                    return wrong("has no change, or one outside -0.99 to 9");
                }
                if *against == Against::Before && starts.is_some() {
                    return wrong("starts when the shock ended; `starts` goes with `against = \"forecast\"`");
                }
                Ok(())
            }
            Lever::NewNeed { per_month, grows_over_months, lasts_months, total, curve, .. } => {
                let number = |number: &Option<f64>| number.is_none_or(|number| number.is_finite() && number >= 0.0);
                if !number(per_month) || !number(total) {
                    return wrong("adds a number that is not at least 0");
                }
                match (per_month, total, curve) {
                    (Some(_), None, None) => Ok(()),
                    (None, Some(_), Some(curve)) if *grows_over_months == 0 && lasts_months.is_none() => {
                        curve.months().map(drop)
                    }
                    _ => wrong("needs `per_month`, or `total` with `curve`"),
                }
            }
            Lever::HoldRecentRate { months, .. } if !(1..=120).contains(months) => {
                wrong("holds the mean of a number of months outside 1 to 120")
            }
            Lever::HoldRecentRate { .. } => Ok(()),
        }
    }
}

impl BySource {
    /// Whether nothing is said of any series.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::spelling::on_one_line;

    fn lever(text: &str) -> Result<Lever, String> {
        let lever: Lever = toml::from_str(text).map_err(|error| on_one_line(error.message()).into_owned())?;
        lever.check().map(|()| lever)
    }

    #[test]
    fn a_lever_reads_as_it_is_written() {
        let text =
            "lever = \"lockdown\"\nstarts = \"2025-01-06\"\nweeks = 9\nschools = 0.84\nchange = { Police = 0.05 }";
        let read = lever(text).expect("a lever");
        let back = toml::to_string(&read).expect("TOML");
        assert_eq!(lever(&back).expect("a lever"), read);
        let ahead = lever("lever = \"new-need\"\nstarts = { months_ahead = 2 }\nper_month = 10").expect("a lever");
        assert!(matches!(ahead, Lever::NewNeed { starts: Start::Ahead { months_ahead: 2 }, .. }));
    }

    #[test]
    fn impossible_levers_are_refused_in_words() {
        for (text, why) in [
            ("lever = \"lockdown\"\nstarts = \"2025-01-06\"\nweeks = 9", "closes nothing"),
            ("lever = \"lockdown\"\nstarts = \"2025-01-06\"\nschools = 1.0", "`weeks` or `last`"),
            ("lever = \"lockdown\"\nstarts = \"2025-01-06\"\nweeks = 2\nschools = 1.5", "depth outside"),
            ("lever = \"return\"\nshare = 1.2", "new-need"),
            ("lever = \"return\"", "neither"),
            ("lever = \"return\"\ndelay_months = 4\ncurve = \"even-6\"", "more than once"),
            ("lever = \"return\"\nby_drop = [{ up_to = 0.2, curve = \"even-6\" }]", "without `up_to`"),
            ("lever = \"return\"\nshare = 0.2\nspeed = 3", "unknown field"),
            ("lever = \"new-normal\"\nchange = { \"*\" = -1.0 }", "outside -0.99"),
            ("lever = \"new-need\"\nstarts = { months_ahead = 1 }\ntotal = 10", "`total` with `curve`"),
            ("lever = \"hold-recent-rate\"\nmonths = 0", "outside 1 to 120"),
        ] {
            let error = lever(text).expect_err(text);
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
