//! The placement model fitted to a project's returns of looked-after children.

use ndarray::Array2;

use super::super::care::CareRecords;
use super::super::work::Work;
use crate::panel::{Finding, Panel, Place, SeriesKey, Severity, ValueKind};
use crate::pathway::placements::{CareHistory, PlacementGroups, PlacementRates, ReferenceWindow};
use crate::pathway::{CareStarts, Placed};
use crate::pipeline::Error;
use crate::project::RunPlan;
use crate::time::{Period, Span};

/// Returns that end further than this before the forecast starts are worth a warning, in months.
const LONG_UNTOLD: usize = 6;

/// Rates of placements and the histories behind them.
pub struct FittedCare<'a> {
    rates: PlacementRates,
    histories: std::borrow::Cow<'a, [CareHistory]>,
    /// The months that histories tell of.
    months: Span,
    untold_months: usize,
}

impl<'a> FittedCare<'a> {
    /// Fits the placement model; `None` where the project has no returns, or they tell of no month that the forecast
    /// knows.
    ///
    /// # Errors
    /// Where the reference window can't be, or no child was looked after in it.
    pub fn of(plan: &RunPlan, work: &'a Work, findings: &mut Vec<Finding>) -> Result<Option<FittedCare<'a>>, Error> {
        let Some(records) = &work.care else { return Ok(None) };
        let span = work.active.span();
        let origin = span.last().unwrap_or(span.start());
        let mut last = records.last;
        let mut histories = std::borrow::Cow::Borrowed(records.histories.as_slice());
        if origin.last_day() < last {
            last = origin.last_day();
            histories = histories.iter().map(|history| history.known_on(last)).collect::<Vec<_>>().into();
        }
        let months = CareRecords::whole_months(records.first, last);
        let Some(known) = months.last().filter(|_| last >= records.first) else {
            findings.push(too_late());
            return Ok(None);
        };
        let untold_months = origin.periods_since(known).max(0) as usize;
        if untold_months > LONG_UNTOLD {
            findings.push(untold(untold_months));
        }
        let window = plan.pathway().placements.window(records.first, known.last_day())?;
        let options = &plan.pathway().placements;
        let covered = ReferenceWindow { first: records.first, last: known.last_day() };
        let rates = PlacementRates::estimate(&histories, window, PlacementGroups::shipped())?;
        let rates = rates.carried_on(&histories, covered, options);
        Ok(Some(FittedCare { rates, histories, months, untold_months }))
    }

    /// The model as the pathway takes it.
    pub fn placed(&self) -> Placed<'_> {
        Placed { rates: &self.rates, histories: &self.histories, untold_months: self.untold_months }
    }

    /// The rates.
    pub fn rates(&self) -> &PlacementRates {
        &self.rates
    }

    /// Children looked after on the last day that the returns tell of.
    pub fn looked_after(&self) -> u32 {
        let last = self.months.last().unwrap_or(self.months.start());
        self.rates.looked_after_on(&self.histories, last.last_day()).iter().sum::<u64>() as u32
    }

    /// Care starts beside the referrals of the same months; where the panel has none of these, of its last year.
    pub fn starts(&self, panel: &Panel) -> CareStarts {
        let window = self.rates.window();
        let inside = |month: &Period| month.first_day() >= window.first && month.last_day() <= window.last;
        let span = panel.span();
        let mut at: Vec<usize> = (0..span.len()).filter(|at| inside(&span.period(*at))).collect();
        if at.is_empty() {
            at = (span.len().saturating_sub(12)..span.len()).collect();
        }
        let referrals: f64 = panel.values().select(ndarray::Axis(1), &at).iter().filter(|count| !count.is_nan()).sum();
        let referrals_a_month = referrals / at.len().max(1) as f64;
        let children = self.rates.all_entries();
        let starts_a_month = children / f64::from(window.days()) * 365.25 / 12.0;
        CareStarts {
            per_referral: starts_a_month / referrals_a_month,
            children,
            dispersion: self.rates.entry_dispersion(),
        }
    }

    /// Children looked after at the end of each month, by age band and placement group.
    ///
    /// # Errors
    /// Where there is no month.
    pub fn history(&self) -> Result<Panel, Error> {
        let groups = self.rates.groups();
        let (ages, labels) = (groups.ages(), groups.labels());
        let keys =
            ages.iter().flat_map(|age| labels.iter().map(move |label| SeriesKey::new([age.as_str(), label.as_str()])));
        let mut values = Array2::zeros((ages.len() * labels.len(), self.months.len()));
        for (step, month) in self.months.periods().enumerate() {
            let states = self.rates.looked_after_on(&self.histories, month.last_day());
            states.iter().enumerate().for_each(|(state, children)| values[(state, step)] = *children as f64);
        }
        let dimensions = super::placements::DIMENSIONS.map(str::to_owned).to_vec();
        Ok(Panel::new(dimensions, keys.collect(), self.months, values, ValueKind::Count)?)
    }
}

fn untold(months: usize) -> Finding {
    Finding {
        name: "returns-end-early",
        severity: Severity::Warning,
        what: format!("the returns of looked-after children end {months} months before the forecast starts").into(),
        place: Place::default(),
        count: months as u64,
        meaning: "These months are simulated, so that today's placements have a range already.",
        remedy: "Add the newest return to [pathway] looked_after.",
    }
}

fn too_late() -> Finding {
    Finding {
        name: "returns-start-late",
        severity: Severity::Loss,
        what: "the returns of looked-after children start after the forecast does".into(),
        place: Place::default(),
        count: 1,
        meaning: "Nothing is said about placements.",
        remedy: "Add earlier returns to [pathway] looked_after, or newer referrals to [input] files.",
    }
}
