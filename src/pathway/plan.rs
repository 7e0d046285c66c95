//! The pathway's part of a project, and one run of it: journeys, work and pounds together.

use serde::{Deserialize, Serialize};

use super::cost::{ALL_PLACEMENTS, Costs, total_of};
use super::error::PathwayError;
use super::fit::{FittedPathway, JourneyOptions};
use super::lever::PathwayLever;
use super::national::{Assumption, NationalFigures};
use super::opening::OpenCases;
use super::placements::{CareHistory, PlacementForecast, PlacementOptions, PlacementRates};
use super::simulate::{PathwayForecast, Referrals};
use super::workload::{WORKLOAD, WorkloadOptions};
use crate::forecast::{Draws, Forecast};
use crate::panel::SeriesKey;

/// Every option of the pathway; what a project file doesn't say comes from `models/pathway/`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PathwayPlan {
    /// Whether referrals are followed at all.
    pub on: bool,
    /// Children open today, where no records tell of them.
    pub open_cases: OpenCases,
    /// What is learnt from journeys.
    pub journeys: JourneyOptions,
    /// Cases, workers and posts.
    pub workload: WorkloadOptions,
    /// Weekly unit costs: groups and figures that are set take the place of the shipped ones.
    #[serde(deserialize_with = "super::cost::set_over_shipped")]
    pub costs: Costs,
    /// Rates of the placement model.
    pub placements: PlacementOptions,
    /// Levers whose effect the ledger tells, in their order; the forecast itself stays as it is.
    #[serde(rename = "lever")]
    pub levers: Vec<PathwayLever>,
}

impl PathwayPlan {
    /// Everything that a result rests on and the project file didn't set, for the report's log: figures that are used
    /// first. National figures stand in it also where journeys are known, as they are shrunk to them.
    pub fn assumptions(&self, national: &NationalFigures, known: Known) -> Vec<Assumption> {
        let mut all = Vec::new();
        if known.journeys != Recorded::All {
            all.extend(self.open_cases.assumptions(known.journeys == Recorded::AllButCare));
        }
        all.extend(self.workload.assumptions());
        all.extend(self.costs.assumptions());
        all.extend(national.assumptions());
        if known.placements {
            all.push(Assumption {
                what: "yearly wandering of entries to care and of leaving rates".to_owned(),
                value: format!(
                    "{:.2} and {:.2} of their logs",
                    self.placements.entry_drift_per_year, self.placements.leaving_drift_per_year
                ),
                source: "assumption without a published figure".to_owned(),
            });
        }
        all
    }

    /// Follows the referral forecast to open cases, workers and pounds, under the levers of a scenario.
    ///
    /// Placement costs come from the placement model where there is one; otherwise every looked-after child costs the
    /// average of `costs.mix`.
    ///
    /// # Errors
    /// Where the forecast doesn't follow the journeys or a lever is impossible.
    pub fn run(
        &self,
        fitted: &Fitted<'_>,
        referrals: Referrals<'_>,
        levers: &[PathwayLever],
    ) -> Result<Outlook, PathwayError> {
        let pathway = fitted.pathway.simulate(referrals, levers)?;
        let workload = self.workload.workload(&pathway.child_days, levers)?;
        let draws = Draws { paths: referrals.forecast.draws(), seed: referrals.seed };
        let placements = fitted
            .placements
            .map(|(rates, histories)| {
                rates.simulate(histories, referrals.forecast.span(), draws, &self.placements, levers)
            })
            .transpose()?;
        let placement_pounds = match &placements {
            Some(placements) => self.costs.pounds(&placements.child_days, levers)?,
            None => self.costs.pounds(&only(&pathway.child_days, ALL_PLACEMENTS)?, levers)?,
        };
        let pounds = together(&total_of(&placement_pounds, "placements")?, &only(&workload, WORKLOAD[2])?)?;
        Ok(Outlook { pathway, workload, placements, placement_pounds, pounds })
    }

    /// What each lever adds or takes, one after the other in their order, in cases, workers and pounds.
    ///
    /// All runs share their random numbers, so that a difference is the lever's. Figures are means over paths, rounded
    /// to hundredths before they are subtracted: the ledger adds up exactly.
    ///
    /// # Errors
    /// As for [`PathwayPlan::run`].
    pub fn ledger(
        &self,
        fitted: &Fitted<'_>,
        referrals: Referrals<'_>,
        levers: &[PathwayLever],
    ) -> Result<Ledger, PathwayError> {
        let tally = |count: usize| Ok::<_, PathwayError>(self.run(fitted, referrals, &levers[..count])?.tally());
        let baseline = tally(0)?;
        let (mut before, mut entries) = (baseline, Vec::with_capacity(levers.len()));
        for lever in 0..levers.len() {
            let after = tally(lever + 1)?;
            entries.push(after.less(before));
            before = after;
        }
        Ok(Ledger { baseline, entries, scenario: before })
    }
}

/// What an authority's records tell, and so what has to be assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Of journeys.
    pub journeys: Recorded,
    /// Whether placements are recorded.
    pub placements: bool,
}

/// How much of children's journeys is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// Referrals are counted only.
    Nothing,
    /// Children in need and protection, but not care.
    AllButCare,
    /// All stages.
    All,
}

/// The fitted models that a run rests on.
#[derive(Debug, Clone, Copy)]
pub struct Fitted<'a> {
    /// Journeys.
    pub pathway: &'a FittedPathway,
    /// Placement rates and the histories that hold today's children, where SSDA903 returns are at hand.
    pub placements: Option<(&'a PlacementRates, &'a [CareHistory])>,
}

/// One run of the pathway.
#[derive(Debug, Clone)]
pub struct Outlook {
    /// Flows and open cases.
    pub pathway: PathwayForecast,
    /// Cases, workers and their pounds, by [`WORKLOAD`].
    pub workload: Forecast,
    /// Placements, where there is a model of them.
    pub placements: Option<PlacementForecast>,
    /// Pounds by placement group.
    pub placement_pounds: Forecast,
    /// Pounds by `placements` and `worker pounds`; joint paths, so that sums have true ranges.
    pub pounds: Forecast,
}

impl Outlook {
    fn tally(&self) -> Tally {
        let mean_sum = |forecast: &Forecast, row: usize| {
            (forecast.series(row).sum() / forecast.draws() as f64 * 100.0).round() as i64
        };
        Tally {
            case_months: Hundredths(mean_sum(&self.workload, 0)),
            worker_months: Hundredths(mean_sum(&self.workload, 3)),
            pounds: Hundredths((0..self.pounds.keys().len()).map(|row| mean_sum(&self.pounds, row)).sum()),
        }
    }
}

/// A figure in whole hundredths, so that sums and differences are exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
pub struct Hundredths(pub i64);

impl Hundredths {
    /// The figure itself.
    pub fn value(self) -> f64 {
        self.0 as f64 / 100.0
    }
}

/// Work and cost of a whole horizon, the mean over paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Tally {
    /// Cases held, summed over months.
    pub case_months: Hundredths,
    /// Social workers needed, summed over months.
    pub worker_months: Hundredths,
    /// Pounds for placements and workers.
    pub pounds: Hundredths,
}

impl Tally {
    /// The sum of two.
    #[must_use]
    pub fn plus(self, other: Tally) -> Tally {
        let plus = |a: Hundredths, b: Hundredths| Hundredths(a.0 + b.0);
        Tally {
            case_months: plus(self.case_months, other.case_months),
            worker_months: plus(self.worker_months, other.worker_months),
            pounds: plus(self.pounds, other.pounds),
        }
    }

    fn less(self, other: Tally) -> Tally {
        let less = |a: Hundredths, b: Hundredths| Hundredths(a.0 - b.0);
        Tally {
            case_months: less(self.case_months, other.case_months),
            worker_months: less(self.worker_months, other.worker_months),
            pounds: less(self.pounds, other.pounds),
        }
    }
}

/// What each lever of a scenario adds or takes. Invariant: the baseline and all entries sum to the scenario, exactly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ledger {
    /// Without levers.
    pub baseline: Tally,
    /// One a lever, in their order.
    pub entries: Vec<Tally>,
    /// With all levers.
    pub scenario: Tally,
}

/// One series of a forecast.
fn only(forecast: &Forecast, name: &str) -> Result<Forecast, PathwayError> {
    let key = SeriesKey::new([name]);
    let row =
        forecast.row(&key).ok_or_else(|| PathwayError::Referrals { problem: format!("have no series `{name}`") })?;
    let paths = forecast.paths().select(ndarray::Axis(0), &[row]);
    Ok(Forecast::new(vec![key], forecast.span(), paths)?)
}

/// Two forecasts of one series each, the first before the second in the order of their keys.
fn together(first: &Forecast, second: &Forecast) -> Result<Forecast, PathwayError> {
    let keys = first.keys().iter().chain(second.keys()).cloned().collect();
    let paths = ndarray::concatenate![ndarray::Axis(0), first.paths(), second.paths()];
    Ok(Forecast::new(keys, first.span(), paths)?)
}
