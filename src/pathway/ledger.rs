//! What each lever adds or takes, in cases, workers and pounds.

use serde::Serialize;

use super::error::PathwayError;
use super::lever::PathwayLever;
use super::plan::{CareOutlook, Fitted, Outlook, PathwayPlan};
use super::simulate::{PathwayForecast, Referrals, STOCKS};
use crate::forecast::Forecast;
use crate::panel::SeriesKey;

impl PathwayPlan {
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
        let runs = (1..=levers.len()).map(tally).collect::<Result<Vec<Tally>, PathwayError>>()?;
        Ok(Ledger::of(baseline, runs))
    }
}

impl Outlook {
    /// Work and cost of the whole horizon.
    pub fn tally(&self) -> Tally {
        Tally {
            case_months: Hundredths(mean_sum(&self.workload, 0)),
            worker_months: Hundredths(mean_sum(&self.workload, 3)),
            care_months: Hundredths(self.pathway.care_months()),
            pounds: Hundredths((0..self.pounds.keys().len()).map(|row| mean_sum(&self.pounds, row)).sum()),
        }
    }
}

impl CareOutlook {
    /// Pounds of placements; no cases and no workers, as nothing tells of them.
    pub fn tally(&self) -> Tally {
        let rows = 0..self.pounds.keys().len();
        let pounds = Hundredths(rows.map(|row| mean_sum(&self.pounds, row)).sum());
        let care_months = Hundredths(months(self.placements.child_days.paths().sum(), self.pounds.draws()));
        Tally { pounds, care_months, ..Tally::default() }
    }
}

impl PathwayForecast {
    /// Months of being looked after, the mean over paths, in hundredths.
    fn care_months(&self) -> i64 {
        let row = self.child_days.row(&SeriesKey::new([STOCKS[1]]));
        row.map_or(0, |row| months(self.child_days.series(row).sum(), self.child_days.draws()))
    }
}

/// Days of all paths as months of one, in hundredths.
fn months(days: f64, draws: usize) -> i64 {
    (days / draws as f64 * 12.0 / 365.25 * 100.0).round() as i64
}

/// The mean over paths of a series' sum over months, in hundredths.
fn mean_sum(forecast: &Forecast, row: usize) -> i64 {
    (forecast.series(row).sum() / forecast.draws() as f64 * 100.0).round() as i64
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
    /// Months of being looked after, all children together.
    pub care_months: Hundredths,
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
            care_months: plus(self.care_months, other.care_months),
            pounds: plus(self.pounds, other.pounds),
        }
    }

    fn less(self, other: Tally) -> Tally {
        let less = |a: Hundredths, b: Hundredths| Hundredths(a.0 - b.0);
        Tally {
            case_months: less(self.case_months, other.case_months),
            worker_months: less(self.worker_months, other.worker_months),
            care_months: less(self.care_months, other.care_months),
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

impl Ledger {
    /// The ledger of runs that share their random numbers: the baseline first, then with one lever more each.
    pub fn of(baseline: Tally, runs: impl IntoIterator<Item = Tally>) -> Ledger {
        let (mut scenario, mut entries) = (baseline, Vec::new());
        for after in runs {
            entries.push(after.less(scenario));
            scenario = after;
        }
        Ledger { baseline, entries, scenario }
    }

    /// The same entries on another baseline: of all paths, where entries are of some.
    #[must_use]
    pub fn on(self, baseline: Tally) -> Ledger {
        let scenario = self.entries.iter().fold(baseline, |sum, entry| sum.plus(*entry));
        Ledger { baseline, scenario, ..self }
    }
}
