//! Social workers needed for the open cases, against the establishment.

use ndarray::Array3;
use serde::{Deserialize, Serialize};

use super::error::PathwayError;
use super::lever::{Change, PathwayLever, first_step};
use super::national::Assumption;
use super::simulate::STOCKS;
use crate::forecast::Forecast;
use crate::math::spelling::with_thousands;
use crate::panel::SeriesKey;
use crate::time::Span;

/// The options that ship with the engine.
const SHIPPED: &str = include_str!("../../models/pathway/workload.toml");

/// How open cases become work. Unset figures come from `models/pathway/workload.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorkloadOptions {
    /// Cases a case-holding social worker, full-time equivalent.
    pub cases_per_worker: Option<f64>,
    /// Cases held for each child in need.
    pub cases_per_child_in_need: Option<f64>,
    /// Posts for case-holding social workers, full-time equivalent; without it there is no gap to tell.
    pub establishment: Option<f64>,
    /// Share of posts that are vacant.
    pub vacancy_rate: Option<f64>,
    /// Pounds for a social worker's month, on-costs included.
    pub worker_month_pounds: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WorkloadFile {
    cases_per_worker: f64,
    cases_per_worker_source: String,
    cases_per_child_in_need: f64,
    cases_per_child_in_need_source: String,
    vacancy_rate: f64,
    vacancy_rate_source: String,
    worker_month_pounds: f64,
    worker_month_pounds_source: String,
}

fn shipped() -> WorkloadFile {
    #[expect(clippy::expect_used, reason = "the text is compiled in and a test reads it")]
    toml::from_str(SHIPPED).expect("the shipped workload is valid")
}

/// The series of a workload forecast, sorted: cases held; workers needed beyond those in post (negative where there are
/// more); pounds; full-time equivalent workers needed.
pub const WORKLOAD: [&str; 4] = ["cases", "worker gap", "worker pounds", "workers needed"];

impl WorkloadOptions {
    /// Every figure not set, as an assumption for the report's log.
    pub fn assumptions(&self) -> Vec<Assumption> {
        let file = shipped();
        let figures = [
            ("cases a social worker", self.cases_per_worker, file.cases_per_worker, file.cases_per_worker_source),
            (
                "cases held for each child in need",
                self.cases_per_child_in_need,
                file.cases_per_child_in_need,
                file.cases_per_child_in_need_source,
            ),
            ("share of posts that are vacant", self.vacancy_rate, file.vacancy_rate, file.vacancy_rate_source),
            (
                "pounds for a social worker's month",
                self.worker_month_pounds,
                file.worker_month_pounds,
                file.worker_month_pounds_source,
            ),
        ];
        let unset = figures.into_iter().filter(|(_, set, _, _)| set.is_none());
        unset
            .map(|(what, _, value, source)| {
                let value = if value < 1_000.0 { value.to_string() } else { with_thousands(&format!("{value:.0}")) };
                Assumption { what: what.to_owned(), value, source }
            })
            .collect()
    }

    /// Social workers in post: the establishment less vacancies; `None` where it isn't known.
    pub fn in_post(&self) -> Option<f64> {
        let vacant = self.vacancy_rate.unwrap_or_else(|| shipped().vacancy_rate);
        self.establishment.map(|posts| posts * (1.0 - vacant))
    }

    /// The work that children in need make, path by path. `child_days` is [`super::PathwayForecast::child_days`].
    ///
    /// Shape: [`WORKLOAD`] x draws x months. A month's cases are the mean over its days; `worker gap` is workers needed
    /// less those in post (the establishment less vacancies), 0 where the establishment isn't known.
    ///
    /// # Errors
    /// Where an option or lever is impossible, or the forecast has no children in need.
    pub fn workload(&self, child_days: &Forecast, levers: &[PathwayLever]) -> Result<Forecast, PathwayError> {
        let file = shipped();
        let span = child_days.span();
        let option = |name: &str, value: Option<f64>, otherwise: f64, most: f64| {
            let value = value.unwrap_or(otherwise);
            let fine = value.is_finite() && value >= 0.0 && value <= most;
            if fine { Ok(value) } else { Err(PathwayError::option(format!("workload.{name}"), "is out of range")) }
        };
        let caseload = option("cases_per_worker", self.cases_per_worker, file.cases_per_worker, 1e3)?;
        let held = option("cases_per_child_in_need", self.cases_per_child_in_need, file.cases_per_child_in_need, 10.0)?;
        option("vacancy_rate", self.vacancy_rate, file.vacancy_rate, 1.0)?;
        let pounds = option("worker_month_pounds", self.worker_month_pounds, file.worker_month_pounds, 1e6)?;
        let caseloads = caseloads(caseload, levers, span)?;
        let in_post = self.in_post();
        let Some(row) = child_days.row(&SeriesKey::new([STOCKS[0]])) else {
            return Err(PathwayError::Referrals { problem: "were followed to no children in need".to_owned() });
        };
        let paths = child_days.series(row);
        let days: Vec<f64> = span.periods().map(|month| month.days().count() as f64).collect();
        let values = Array3::from_shape_fn((WORKLOAD.len(), child_days.draws(), span.len()), |(series, path, step)| {
            let cases = held * paths[(path, step)] / days[step];
            let needed = cases / caseloads[step];
            match series {
                0 => cases,
                1 => in_post.map_or(0.0, |in_post| needed - in_post),
                2 => needed * pounds,
                _ => needed,
            }
        });
        Ok(Forecast::new(WORKLOAD.iter().map(|name| SeriesKey::new([*name])).collect(), span, values)?)
    }
}

/// Cases a worker in each step of the horizon.
fn caseloads(base: f64, levers: &[PathwayLever], span: Span) -> Result<Vec<f64>, PathwayError> {
    let mut caseloads = vec![base; span.len()];
    for (index, lever) in levers.iter().enumerate() {
        lever.check(index + 1)?;
        if let PathwayLever::Caseload { change, from } = lever {
            let change: &Change = change;
            caseloads.iter_mut().skip(first_step(*from, span)).for_each(|caseload| *caseload = change.of(*caseload));
        }
        if caseloads.iter().any(|caseload| *caseload <= 0.0) {
            return Err(PathwayError::Lever { number: index + 1, problem: "leaves no case to a worker".to_owned() });
        }
    }
    if base <= 0.0 {
        return Err(PathwayError::option("workload.cases_per_worker", "must be above 0"));
    }
    Ok(caseloads)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{Period, Start};

    /// One path of June (30 days) and July (31) 2025 with 190 and 95 children in need on every day.
    fn child_days() -> Forecast {
        let keys = vec![SeriesKey::new(["in need"])];
        let values = Array3::from_shape_vec((1, 1, 2), vec![190.0 * 30.0, 95.0 * 31.0]).expect("two months");
        Forecast::new(keys, Span::new(Period::month(2025, 6), 2), values).expect("finite")
    }

    #[test]
    fn cases_become_workers_and_a_gap_to_those_in_post() {
        let options =
            WorkloadOptions { establishment: Some(10.0), vacancy_rate: Some(0.2), ..WorkloadOptions::default() };
        let work = options.workload(&child_days(), &[]).expect("a workload");
        // 190 x 0.8 / 15.2 = 10 workers in June, 5 in July; 8 are in post.
        assert!((work.paths()[(3, 0, 0)] - 10.0).abs() < 1e-9 && (work.paths()[(3, 0, 1)] - 5.0).abs() < 1e-9);
        assert!((work.paths()[(1, 0, 0)] - 2.0).abs() < 1e-9 && (work.paths()[(1, 0, 1)] + 3.0).abs() < 1e-9);
        assert!((work.paths()[(2, 0, 0)] - 50_000.0).abs() < 1e-6);
    }

    #[test]
    fn a_lever_on_caseload_acts_from_its_month_on() {
        let lever = PathwayLever::Caseload {
            change: Change::Set(7.6),
            from: Some(Start::Day(jiff::civil::Date::constant(2025, 7, 1))),
        };
        let work = WorkloadOptions::default().workload(&child_days(), &[lever]).expect("a workload");
        assert!((work.paths()[(3, 0, 0)] - 10.0).abs() < 1e-9 && (work.paths()[(3, 0, 1)] - 10.0).abs() < 1e-9);
        let none = PathwayLever::Caseload { change: Change::Set(0.0), from: None };
        assert!(WorkloadOptions::default().workload(&child_days(), &[none]).is_err());
    }

    #[test]
    fn what_is_set_is_no_assumption_any_more() {
        assert_eq!(WorkloadOptions::default().assumptions().len(), 4);
        let set = WorkloadOptions { cases_per_worker: Some(18.0), ..WorkloadOptions::default() };
        assert!(set.assumptions().iter().all(|assumption| assumption.what != "cases a social worker"));
    }
}
