//! Levers of a scenario that reach the pathway, as plain values.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::error::PathwayError;
use super::stage::Step;
use crate::time::{Frequency, Period, Span, Start};

/// What a lever does to a number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Multiplies it: 0.9 takes a tenth away.
    Multiply(f64),
    /// Adds to it, in its own unit.
    Add(f64),
    /// Puts another number in its place.
    Set(f64),
}

impl Change {
    /// The changed number.
    ///
    /// ```
    /// use groundswell::pathway::Change;
    /// assert_eq!(Change::Multiply(0.5).of(8.0), 4.0);
    /// assert_eq!(Change::Add(-1.0).of(8.0), 7.0);
    /// ```
    pub fn of(self, value: f64) -> f64 {
        match self {
            Change::Multiply(factor) => value * factor,
            Change::Add(more) => value + more,
            Change::Set(other) => other,
        }
    }

    fn is_finite(self) -> bool {
        let (Change::Multiply(value) | Change::Add(value) | Change::Set(value)) = self;
        value.is_finite() && (value >= 0.0 || matches!(self, Change::Add(_)))
    }
}

/// "times 0.9", "plus 2", "set to 12".
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::Multiply(factor) => write!(f, "times {factor}"),
            Change::Add(more) if *more < 0.0 => write!(f, "less {}", -more),
            Change::Add(more) => write!(f, "plus {more}"),
            Change::Set(other) => write!(f, "set to {other}"),
        }
    }
}

/// Which rate of the placement model a lever changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlacementRate {
    /// Children who start to be looked after, a day.
    Entry,
    /// Leaving care, a child and day.
    Exit,
    /// Moving from one placement group to another, a child and day.
    Transfer,
}

/// One lever. `from` is a day of the month from which it acts, or how many months ahead that is; left out, it acts from
/// the first month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "lever", rename_all = "kebab-case", deny_unknown_fields)]
pub enum PathwayLever {
    /// The share of children who take a step.
    Conversion {
        /// The step.
        step: Step,
        /// Only children referred by this source.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        /// What happens to the share.
        change: Change,
        /// From this month's referrals on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Start>,
    },
    /// How long a step or stay takes. Acts on steps that start in the month or later, and from the first month also on
    /// those under way.
    Duration {
        /// The step.
        step: Step,
        /// What its days are multiplied by.
        multiply: f64,
        /// From this month on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Start>,
    },
    /// Cases a social worker.
    Caseload {
        /// What happens to it.
        change: Change,
        /// From this month on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Start>,
    },
    /// A weekly unit cost.
    Cost {
        /// The placement group; all of them when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        group: Option<String>,
        /// What happens to it, in pounds a week.
        change: Change,
        /// From this month on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Start>,
    },
    /// Inflation of every unit cost.
    Inflation {
        /// A year: 0.03 is three per cent.
        per_year: f64,
    },
    /// A rate of the placement model.
    Placement {
        /// Which kind.
        rate: PlacementRate,
        /// The age band; all when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        age: Option<String>,
        /// The placement group (of entry, or left); all when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        group: Option<String>,
        /// The group moved to, for a transfer; all when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
        /// What happens to the rate, a day.
        change: Change,
        /// From this day on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Start>,
    },
}

/// The lever as a ledger names it: what it changes, and from when.
impl fmt::Display for PathwayLever {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PathwayLever::Conversion { step, source, change, .. } => {
                write!(f, "share of {} {change}", step.name())?;
                source.iter().try_for_each(|source| write!(f, ", {source} only"))?;
            }
            PathwayLever::Duration { step, multiply, .. } => write!(f, "days of {} times {multiply}", step.name())?,
            PathwayLever::Caseload { change, .. } => write!(f, "cases a worker {change}")?,
            PathwayLever::Cost { group, change, .. } => {
                write!(f, "weekly cost of {} {change}", group.as_deref().unwrap_or("every placement"))?;
            }
            PathwayLever::Inflation { per_year } => write!(f, "inflation {per_year} a year")?,
            PathwayLever::Placement { rate, age, group, to, change, .. } => {
                let kind = match rate {
                    PlacementRate::Entry => "entries",
                    PlacementRate::Exit => "exits",
                    PlacementRate::Transfer => "transfers",
                };
                write!(f, "rate of {kind} {change}")?;
                let ways = match (group, to) {
                    (Some(group), Some(to)) => Some(format!("{group} to {to}")),
                    (None, Some(to)) => Some(format!("to {to}")),
                    (group, None) => group.clone(),
                };
                [age, &ways].into_iter().flatten().try_for_each(|part| write!(f, ", {part}"))?;
            }
        }
        self.from().map_or(Ok(()), |day| write!(f, ", from {day}"))
    }
}

impl PathwayLever {
    /// The day from which the lever acts, if it says.
    pub fn from(&self) -> Option<Start> {
        match self {
            PathwayLever::Conversion { from, .. }
            | PathwayLever::Duration { from, .. }
            | PathwayLever::Caseload { from, .. }
            | PathwayLever::Cost { from, .. }
            | PathwayLever::Placement { from, .. } => *from,
            PathwayLever::Inflation { .. } => None,
        }
    }

    /// Whether it moves a rate of the placement model.
    pub fn is_on_placements(&self) -> bool {
        matches!(self, PathwayLever::Placement { .. })
    }

    /// Whether it moves journeys of referrals, or the work that they make.
    pub fn is_on_journeys(&self) -> bool {
        matches!(self, PathwayLever::Conversion { .. } | PathwayLever::Duration { .. } | PathwayLever::Caseload { .. })
    }

    /// Checks what needs no other knowledge than the lever itself.
    ///
    /// # Errors
    /// Where a number is impossible; `number` counts from 1.
    pub fn check(&self, number: usize) -> Result<(), PathwayError> {
        let wrong = |problem: &str| Err(PathwayError::Lever { number, problem: problem.to_owned() });
        if let Some(Start::Ahead { months_ahead: 0 }) = self.from() {
            return wrong("starts 0 months ahead; 1 is the first month");
        }
        match self {
            PathwayLever::Conversion { step, .. } if !step.is_conversion() => {
                wrong(&format!("changes the share of `{}`, which everyone takes; change its duration", step.name()))
            }
            PathwayLever::Conversion { change, .. }
            | PathwayLever::Caseload { change, .. }
            | PathwayLever::Cost { change, .. }
            | PathwayLever::Placement { change, .. }
                if !change.is_finite() =>
            {
                wrong("has a change that is no number of at least 0")
            }
            PathwayLever::Duration { multiply, .. } if !(multiply.is_finite() && *multiply > 0.0) => {
                wrong("multiplies a duration by no number above 0")
            }
            PathwayLever::Inflation { per_year } if !(per_year.is_finite() && *per_year > -1.0) => {
                wrong("has an inflation that is no share above -1")
            }
            PathwayLever::Placement { rate, to: Some(_), .. } if *rate != PlacementRate::Transfer => {
                wrong("names `to`, which only a transfer has")
            }
            _ => Ok(()),
        }
    }
}

/// The first step of a span on which a lever acts: 0 when it names no day or one before the span.
pub(super) fn first_step(from: Option<Start>, span: Span) -> usize {
    let Some(from) = from else { return 0 };
    // A day that there is none of lies after all months.
    let Ok(day) = from.day(span.start()) else { return span.len() };
    Period::containing(Frequency::Month, day).periods_since(span.start()).max(0) as usize
}

/// Levers on conversions and durations, checked against the fitted pathway and resolved to steps of the horizon.
#[derive(Debug, Clone, Default)]
pub(super) struct Adjustments {
    /// Step, source (all when `None`), what happens, from which step of the horizon.
    pub conversions: Vec<(Step, Option<usize>, Change, usize)>,
    /// Step, factor, from which step of the horizon.
    pub durations: Vec<(Step, f64, usize)>,
}

impl Adjustments {
    /// Resolves the levers that reach journeys; the others are left to those whom they reach.
    pub fn of(levers: &[PathwayLever], sources: &[String], span: Span) -> Result<Adjustments, PathwayError> {
        let mut adjustments = Adjustments::default();
        for (index, lever) in levers.iter().enumerate() {
            lever.check(index + 1)?;
            let first = first_step(lever.from(), span);
            match lever {
                PathwayLever::Conversion { step, source, change, .. } => {
                    let place = |name: &String| {
                        sources.iter().position(|source| source == name).ok_or_else(|| PathwayError::Lever {
                            number: index + 1,
                            problem: format!("names the source `{name}`, which no journey has: {}", sources.join(", ")),
                        })
                    };
                    let source = source.as_ref().map(place).transpose()?;
                    adjustments.conversions.push((*step, source, *change, first));
                }
                PathwayLever::Duration { step, multiply, .. } => {
                    adjustments.durations.push((*step, *multiply, first));
                }
                _ => {}
            }
        }
        Ok(adjustments)
    }

    /// The share after all levers, in order.
    pub fn share(&self, step: Step, source: usize, at: usize, share: f64) -> f64 {
        let acts = |lever: &&(Step, Option<usize>, Change, usize)| {
            lever.0 == step && lever.1.is_none_or(|named| named == source) && at >= lever.3
        };
        self.conversions.iter().filter(acts).fold(share, |share, lever| lever.2.of(share)).clamp(0.0, 1.0)
    }

    /// What the days of a step that starts at a step of the horizon are multiplied by.
    pub fn factor(&self, step: Step, at: usize) -> f64 {
        self.durations.iter().filter(|lever| lever.0 == step && at >= lever.2).map(|lever| lever.1).product()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;

    use super::*;

    #[test]
    fn a_lever_reads_as_it_is_written() {
        let text = "lever = \"conversion\"\nstep = \"re-referral\"\nchange = { multiply = 0.8 }\nfrom = \"2025-04-01\"";
        let lever: PathwayLever = toml::from_str(text).expect("a lever");
        assert_eq!(lever.from(), Some(Start::Day(Date::constant(2025, 4, 1))));
        assert_eq!(lever.to_string(), "share of referral to re-referral times 0.8, from 2025-04-01");
        let back = toml::to_string(&lever).expect("TOML");
        assert_eq!(toml::from_str::<PathwayLever>(&back).expect("a lever"), lever);
    }

    #[test]
    fn a_lever_acts_from_its_month_on_and_on_its_source_only() {
        let change = Change::Multiply(0.5);
        let from = Some(Start::Day(Date::constant(2025, 3, 17)));
        let lever = PathwayLever::Conversion { step: Step::Plan, source: Some("Police".into()), change, from };
        let span = Span::new(Period::month(2025, 1), 6);
        let sources = ["Schools".to_owned(), "Police".to_owned()];
        let adjustments = Adjustments::of(&[lever], &sources, span).expect("valid");
        assert_eq!([1, 2, 5].map(|at| adjustments.share(Step::Plan, 1, at, 0.8)), [0.8, 0.4, 0.4]);
        assert_eq!(adjustments.share(Step::Plan, 0, 5, 0.8), 0.8);
    }

    #[test]
    fn impossible_levers_are_refused_with_their_number() {
        let span = Span::new(Period::month(2025, 1), 6);
        let fine = PathwayLever::Inflation { per_year: 0.02 };
        for (lever, why) in [
            (
                PathwayLever::Conversion { step: Step::PlanEnd, source: None, change: Change::Add(0.1), from: None },
                "everyone",
            ),
            (
                PathwayLever::Conversion { step: Step::Plan, source: None, change: Change::Set(-0.1), from: None },
                "at least 0",
            ),
            (PathwayLever::Duration { step: Step::Plan, multiply: 0.0, from: None }, "above 0"),
            (
                PathwayLever::Conversion {
                    step: Step::Plan,
                    source: Some("Moon".into()),
                    change: Change::Add(0.1),
                    from: None,
                },
                "`Moon`",
            ),
        ] {
            let error = Adjustments::of(&[fine.clone(), lever], &["Police".to_owned()], span).expect_err("impossible");
            assert!(error.to_string().starts_with("lever 2 ") && error.to_string().contains(why), "{error}");
        }
    }
}
