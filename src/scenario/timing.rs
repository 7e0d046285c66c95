//! Levers whose dates lie outside the forecast, so that they add nothing.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;

use super::file::Scenario;
use super::lever::{Against, Lever};
use super::written::Written;
use crate::time::{Period, Span, Start};

/// A lever that acts outside the forecast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outside {
    /// Its place in the scenario, counted from 1.
    pub number: usize,
    /// What the ledger calls it.
    pub lever: String,
    /// When it acts, in words that follow the lever's name.
    pub when: String,
    /// What to do about it.
    pub remedy: &'static str,
}

/// What to do where a lever comes too late.
const EARLIER: &str =
    "Give it an earlier start, or make the forecast long enough to hold it: `horizon` under [forecast].";

/// What to do where a lever is over.
const LATER: &str = "Give it days within the forecast. A closure that has been belongs in the file that `closures` under \
                     [calendar] names, so that it is taken out of the history.";

/// The levers of a scenario that act outside a forecast. What their dates have wrong otherwise is said when they are
/// applied.
#[must_use]
pub fn outside(scenario: &Scenario, horizon: Span) -> Vec<Outside> {
    let of = |(place, lever): (usize, &Written)| {
        let (lever, found) = match lever {
            Written::Forecast(lever) => (lever.label(), missed(lever, horizon)),
            Written::Following(table) => {
                let text = |key: &str| table.get(key).and_then(toml::Value::as_str);
                let starts = table.get("starts").and_then(|value| Start::deserialize(value.clone()).ok());
                let found = starts.and_then(|starts| too_late(starts.day(horizon.start()).ok()?, horizon));
                (text("name").or(text("lever")).unwrap_or_default().to_owned(), found)
            }
        };
        found.map(|(when, remedy)| Outside { number: place + 1, lever, when, remedy })
    };
    scenario.levers().iter().enumerate().filter_map(of).collect()
}

/// When a lever acts, and what to do, where that is outside the horizon.
pub(super) fn missed(lever: &Lever, horizon: Span) -> Option<(String, &'static str)> {
    let first = horizon.start();
    match lever {
        Lever::Lockdown { starts, weeks, last, .. } => {
            let from = starts.day(first).ok()?;
            too_late(from, horizon).or_else(|| over(closed_until(from, *weeks, *last).ok()?, horizon))
        }
        Lever::NewNormal { against: Against::Forecast, starts: Some(starts), .. } => {
            too_late(starts.day(first).ok()?, horizon)
        }
        Lever::NewNeed { starts, lasts_months, curve, .. } => {
            let from = starts.day(first).ok()?;
            let months = match (lasts_months, curve) {
                (Some(months), _) => i64::from(*months),
                (None, Some(curve)) => curve.months().ok()?.len() as i64,
                (None, None) => return too_late(from, horizon),
            };
            let end = from.checked_add(months.months()).and_then(|end| end.checked_sub(1.day()));
            too_late(from, horizon).or_else(|| over(end.ok()?, horizon))
        }
        Lever::NewNormal { .. } | Lever::Return { .. } | Lever::HoldRecentRate { .. } => None,
    }
}

/// The last day of a closure that is told by its last day or by its weeks.
pub(super) fn closed_until(first: Date, weeks: Option<f64>, last: Option<Date>) -> Result<Date, String> {
    let Some(last) = last else {
        let days = (weeks.unwrap_or(0.0) * 7.0).round().max(1.0) as i64 - 1;
        return first.checked_add(days.days()).map_err(|_| "ends after all dates".to_owned());
    };
    if last < first { Err("ends before it starts".to_owned()) } else { Ok(last) }
}

fn too_late(from: Date, horizon: Span) -> Option<(String, &'static str)> {
    let last = horizon.last()?;
    let when = format!("starts in {}, after the forecast ends in {}", spoken(from, horizon), last.spoken());
    (from > last.last_day()).then_some((when, EARLIER))
}

fn over(until: Date, horizon: Span) -> Option<(String, &'static str)> {
    let first = horizon.start();
    let when = format!("ends in {}, before the forecast starts in {}", spoken(until, horizon), first.spoken());
    (until < first.first_day()).then_some((when, LATER))
}

fn spoken(day: Date, horizon: Span) -> String {
    Period::containing(horizon.frequency(), day).spoken()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outside_of(levers: &str) -> Vec<Outside> {
        let text = format!("schema = 1\nname = \"mine\"\ntitle = \"Mine\"\ndescription = \"D\"\n{levers}");
        let scenario = Scenario::from_toml(&text).expect("valid");
        outside(&scenario, Span::new(Period::month(2025, 4), 12))
    }

    #[test]
    fn a_lever_that_comes_too_late_or_is_over_is_told_with_its_month() {
        for (lever, when) in [
            (
                "lever = \"lockdown\"\nstarts = \"2026-04-01\"\nweeks = 2\nschools = 1",
                "starts in April 2026, after the forecast ends in March 2026",
            ),
            (
                "lever = \"lockdown\"\nstarts = \"2025-03-03\"\nweeks = 4\nschools = 1",
                "ends in March 2025, before the forecast starts in April 2025",
            ),
            (
                "lever = \"new-need\"\nstarts = { months_ahead = 13 }\nper_month = 5",
                "starts in April 2026, after the forecast ends in March 2026",
            ),
            (
                "lever = \"new-need\"\nstarts = \"2025-01-01\"\nper_month = 5\nlasts_months = 3",
                "ends in March 2025, before the forecast starts in April 2025",
            ),
            (
                "lever = \"new-normal\"\nagainst = \"forecast\"\nstarts = \"2027-01-01\"\nchange = { \"*\" = 0.1 }",
                "starts in January 2027, after the forecast ends in March 2026",
            ),
            (
                "lever = \"caseload\"\nstarts = \"2026-06-01\"\ncases_per_worker = 12",
                "starts in June 2026, after the forecast ends in March 2026",
            ),
        ] {
            let found = outside_of(&format!("[[lever]]\n{lever}"));
            assert_eq!(found.iter().map(|one| one.when.as_str()).collect::<Vec<_>>(), [when], "{lever}");
        }
    }

    #[test]
    fn a_lever_that_reaches_into_the_forecast_is_not_told() {
        for lever in [
            "lever = \"lockdown\"\nstarts = \"2025-03-10\"\nweeks = 4\nschools = 1",
            "lever = \"lockdown\"\nstarts = \"2026-03-31\"\nweeks = 40\nschools = 1",
            "lever = \"new-need\"\nstarts = \"2025-01-01\"\nper_month = 5\nlasts_months = 4",
            "lever = \"new-need\"\nstarts = \"2020-01-01\"\nper_month = 5",
            "lever = \"return\"\nshare = 0.5",
        ] {
            assert_eq!(outside_of(&format!("[[lever]]\n{lever}")), [], "{lever}");
        }
    }
}
