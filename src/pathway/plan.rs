//! The pathway's part of a project, and one run of it: journeys, work and pounds together.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::cost::{ALL_PLACEMENTS, Costs, total_of};
use super::error::PathwayError;
use super::fit::{FittedPathway, JourneyOptions};
use super::lever::PathwayLever;
use super::national::{Assumption, NationalFigures};
use super::opening::OpenCases;
use super::own_step::OwnStep;
use super::placements::{Ahead, CareHistory, PlacementForecast, PlacementOptions, PlacementRates};
use super::simulate::{PathwayForecast, Referrals, STOCKS};
use super::workload::{WORKLOAD, WorkloadOptions};
use crate::forecast::{Draws, Forecast};
use crate::panel::SeriesKey;

/// Every option of the pathway; what a project file doesn't say comes from `models/pathway/`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PathwayPlan {
    /// Whether referrals are followed at all.
    pub on: bool,
    /// Tables of looked-after children's returns (SSDA903), or folders of them, of all years: they tell of placements.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub looked_after: Vec<PathBuf>,
    /// Children open today, where no records tell of them.
    pub open_cases: OpenCases,
    /// Conversion and days that the authority knows from elsewhere, in the place of England's.
    #[serde(rename = "step", skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<OwnStep>,
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
    /// England's figures with those of the project file in their place.
    ///
    /// # Errors
    /// Where one of these is impossible.
    pub fn national(&self) -> Result<NationalFigures, PathwayError> {
        NationalFigures::shipped().with_own(&self.steps)
    }

    /// Everything that a result rests on and the project file didn't set, for the report's log: figures that are used
    /// first. National figures stand in it also where journeys are known, as they are shrunk to them.
    pub fn assumptions(&self, national: &NationalFigures, known: Known) -> Vec<Assumption> {
        let mut all = Vec::new();
        if known.journeys != Recorded::All {
            let care_only = known.journeys == Recorded::AllButCare;
            all.extend(self.open_cases.assumptions(care_only, known.placements));
        }
        all.extend(self.workload.assumptions());
        all.extend(self.costs.assumptions(known.placements));
        all.extend(national.assumptions());
        if known.placements {
            all.push(self.placements.assumption());
        }
        all
    }

    /// The assumptions of placements alone, without referrals.
    pub fn care_assumptions(&self) -> Vec<Assumption> {
        let mut all = self.costs.assumptions(true);
        all.push(self.placements.assumption());
        all
    }

    /// Follows the referral forecast to open cases, workers and pounds, under the levers of a scenario.
    ///
    /// Where there is a placement model, as many children come into care in each path and month as the pathway says, and
    /// looked-after children, their entries, exits and costs are those of the model; otherwise every looked-after child
    /// costs the average of `costs.mix`.
    ///
    /// # Errors
    /// Where the forecast doesn't follow the journeys or a lever is impossible.
    pub fn run(
        &self,
        fitted: &Fitted<'_>,
        referrals: Referrals<'_>,
        levers: &[PathwayLever],
    ) -> Result<Outlook, PathwayError> {
        let mut pathway = fitted.pathway.simulate(referrals, levers)?;
        let care = fitted
            .placements
            .map(|placed| {
                let starts = only(&pathway.entries, STOCKS[1])?;
                self.care(placed, &starts, referrals.seed, levers)
            })
            .transpose()?;
        if let Some(care) = &care {
            pathway = pathway.with_placements(&care.placements)?;
        }
        let workload = self.workload.workload(&pathway.child_days, levers)?;
        let placement_pounds = match &care {
            Some(care) => care.pounds.clone(),
            None => self.costs.pounds(&only(&pathway.child_days, ALL_PLACEMENTS)?, levers)?,
        };
        let pounds = together(&total_of(&placement_pounds, "placements")?, &only(&workload, WORKLOAD[2])?)?;
        Ok(Outlook { pathway, workload, care, placement_pounds, pounds })
    }

    /// Follows today's looked-after children, and those of a forecast of children who come into care, through
    /// placements to pounds. `starts` has children who come in, by month and path; several series are added up.
    ///
    /// # Errors
    /// Where a lever is impossible, or a placement group has no price.
    pub fn care(
        &self,
        placed: Placed<'_>,
        starts: &Forecast,
        seed: u64,
        levers: &[PathwayLever],
    ) -> Result<CareOutlook, PathwayError> {
        let draws = Draws { paths: starts.draws(), seed };
        let untold_months = placed.untold_months;
        let ahead = Ahead { span: starts.span(), untold_months, draws, entries: Some(starts) };
        let placements = placed.rates.simulate(placed.histories, &ahead, &self.placements, levers)?;
        let pounds = self.costs.pounds(&placements.child_days, levers)?;
        Ok(CareOutlook { placements, pounds })
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
    /// Placements, where SSDA903 returns are at hand.
    pub placements: Option<Placed<'a>>,
}

/// What returns of looked-after children tell of placements.
#[derive(Debug, Clone, Copy)]
pub struct Placed<'a> {
    /// Rates of moves and exits, and at which ages and into which groups children come in.
    pub rates: &'a PlacementRates,
    /// The histories that hold today's children.
    pub histories: &'a [CareHistory],
    /// Months between the last that the histories tell of and the first of the forecast.
    pub untold_months: usize,
}

/// Placements and what they cost.
#[derive(Debug, Clone)]
pub struct CareOutlook {
    /// Children by age and placement.
    pub placements: PlacementForecast,
    /// Pounds by placement group.
    pub pounds: Forecast,
}

/// One run of the pathway.
#[derive(Debug, Clone)]
pub struct Outlook {
    /// Flows and open cases.
    pub pathway: PathwayForecast,
    /// Cases, workers and their pounds, by [`WORKLOAD`].
    pub workload: Forecast,
    /// Placements, where there is a model of them; looked-after children in `pathway` are then those of it.
    pub care: Option<CareOutlook>,
    /// Pounds by placement group.
    pub placement_pounds: Forecast,
    /// Pounds by `placements` and `worker pounds`; joint paths, so that sums have true ranges.
    pub pounds: Forecast,
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
