//! Levers on entry, exit and moves, resolved to the model's states and days.

use super::groups::PlacementGroups;
use super::rates::days_from;
use crate::pathway::PathwayError;
use crate::pathway::lever::{Change, PathwayLever, PlacementRate};
use crate::time::Span;

/// A lever on rates, resolved: which states, which destination, from which day of the horizon.
#[derive(Debug, Clone)]
struct Resolved {
    rate: PlacementRate,
    band: Option<usize>,
    group: Option<usize>,
    to: Option<usize>,
    change: Change,
    from_day: i32,
}

/// The placement levers of a scenario. They act in order; a rate never falls below 0.
#[derive(Debug, Clone, Default)]
pub(super) struct RateLevers(Vec<Resolved>);

impl RateLevers {
    /// Resolves the levers on placements; the others are left to those whom they reach. `first_day` is that of the span
    /// among the days that are simulated: no lever acts before it.
    pub fn of(
        levers: &[PathwayLever],
        groups: &PlacementGroups,
        span: Span,
        first_day: i32,
    ) -> Result<RateLevers, PathwayError> {
        let mut resolved = Vec::new();
        for (index, lever) in levers.iter().enumerate() {
            lever.check(index + 1)?;
            let PathwayLever::Placement { rate, age, group, to, change, from } = lever else { continue };
            let place = |labels: Vec<String>, name: &Option<String>, what: &str| match name {
                None => Ok(None),
                Some(name) => match labels.iter().position(|label| label == name) {
                    Some(place) => Ok(Some(place)),
                    None => Err(PathwayError::Lever {
                        number: index + 1,
                        problem: format!("names the {what} `{name}`, which is none of: {}", labels.join(", ")),
                    }),
                },
            };
            let from_day = match from.map(|from| from.day(span.start())) {
                None => 0,
                Some(Ok(day)) => days_from(span.start().first_day(), day).max(0),
                Some(Err(problem)) => return Err(PathwayError::Lever { number: index + 1, problem }),
            };
            resolved.push(Resolved {
                rate: *rate,
                band: place(groups.ages(), age, "age band")?,
                group: place(groups.labels(), group, "placement group")?,
                to: place(groups.labels(), to, "placement group")?,
                change: *change,
                from_day: first_day + from_day,
            });
        }
        Ok(RateLevers(resolved))
    }

    /// The days on which leaving rates change.
    pub fn days(&self) -> impl Iterator<Item = i32> {
        self.0.iter().filter(|lever| lever.rate != PlacementRate::Entry).map(|lever| lever.from_day)
    }

    /// Whether a lever moves entries.
    pub fn reach_entries(&self) -> bool {
        self.0.iter().any(|lever| lever.rate == PlacementRate::Entry)
    }

    /// A leaving rate on a day; `to` is the group moved to, or `None` for an exit.
    pub fn leaving(&self, day: i32, band: usize, group: usize, to: Option<usize>, rate: f64) -> f64 {
        let kind = if to.is_some() { PlacementRate::Transfer } else { PlacementRate::Exit };
        self.0.iter().filter(|lever| lever.reaches(kind, day, band, group)).fold(rate, |rate, lever| {
            if lever.to.is_none() || lever.to == to { lever.change.of(rate).max(0.0) } else { rate }
        })
    }

    /// An entry rate on a day.
    pub fn entry(&self, day: i32, band: usize, group: usize, rate: f64) -> f64 {
        let reaching = self.0.iter().filter(|lever| lever.reaches(PlacementRate::Entry, day, band, group));
        reaching.fold(rate, |rate, lever| lever.change.of(rate).max(0.0))
    }
}

impl Resolved {
    fn reaches(&self, rate: PlacementRate, day: i32, band: usize, group: usize) -> bool {
        self.rate == rate
            && day >= self.from_day
            && self.band.is_none_or(|named| named == band)
            && self.group.is_none_or(|named| named == group)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{Period, Start};

    fn levers(levers: &[PathwayLever]) -> Result<RateLevers, PathwayError> {
        RateLevers::of(levers, &PlacementGroups::shipped(), Span::new(Period::month(2025, 1), 12), 0)
    }

    fn lever(rate: PlacementRate, group: &str, to: Option<&str>, change: Change) -> PathwayLever {
        let from = Some(Start::Day(jiff::civil::Date::constant(2025, 2, 1)));
        PathwayLever::Placement { rate, age: None, group: Some(group.into()), to: to.map(Into::into), change, from }
    }

    #[test]
    fn levers_multiply_or_add_to_their_own_rate_from_their_day_on() {
        let levers = levers(&[
            lever(PlacementRate::Transfer, "residential", Some("fostering"), Change::Add(0.001)),
            lever(PlacementRate::Exit, "residential", None, Change::Multiply(2.0)),
        ])
        .expect("valid");
        assert_eq!(levers.leaving(30, 3, 1, Some(0), 0.002), 0.002);
        assert_eq!(levers.leaving(31, 3, 1, Some(0), 0.002), 0.003);
        assert_eq!(levers.leaving(31, 3, 1, Some(2), 0.002), 0.002);
        assert_eq!([levers.leaving(31, 3, 1, None, 0.002), levers.leaving(31, 3, 0, None, 0.002)], [0.004, 0.002]);
        assert_eq!(levers.entry(31, 3, 1, 0.5), 0.5);
    }

    #[test]
    fn a_rate_never_falls_below_zero_and_an_unknown_group_is_named() {
        let less = levers(&[lever(PlacementRate::Entry, "other", None, Change::Add(-1.0))]).expect("valid");
        assert_eq!(less.entry(40, 0, 3, 0.5), 0.0);
        let error = levers(&[lever(PlacementRate::Exit, "tents", None, Change::Add(1.0))]).expect_err("unknown");
        assert!(error.to_string().contains("placement group `tents`"), "{error}");
    }
}
