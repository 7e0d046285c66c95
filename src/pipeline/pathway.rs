//! What follows the referrals: journeys or national figures, placements where returns tell of them, followed along the
//! forecast's paths to protected tables.

mod cost_table;
mod journeys;
mod ledger_table;
mod placed;
mod placements;
pub(super) mod scenarios;
mod tables;

use super::Error;
use super::futures::Supposed;
use super::work::Work;
use crate::disclosure::Profile;
use crate::forecast::Forecast;
use crate::ingest::{self, EventGroups, Format};
use crate::panel::{Finding, Panel, Place, Severity};
use crate::pathway::{
    CareOutlook, Fitted, FittedPathway, Known, Outlook, PathwayLever, PathwayPlan, Recorded, Referrals, Step, Tally,
};
use crate::project::RunPlan;
use crate::publish::{PathwayContents, PlacementContents, RestsOn};
use crate::time::Frequency;
use ledger_table::Steps;
use placed::FittedCare;
use placements::CareLedgers;
use tables::Tables;

/// The names that a dimension of sources goes by.
const SOURCE_DIMENSIONS: [&str; 2] = ["source", "referral_source"];

/// What a pack shows of what follows a forecast.
pub(super) struct Followed {
    pub pathway: Option<PathwayContents>,
    pub placements: Option<PlacementContents>,
}

/// What follows a project's forecast, fitted.
pub(super) struct Following<'a> {
    plan: &'a RunPlan,
    panel: &'a Panel,
    /// `None` where returns of looked-after children are all there is.
    journeys: Option<Fit>,
    /// `None` where there are no such returns.
    care: Option<FittedCare<'a>>,
}

/// The pathway as far as the inputs tell of it, and what it rests on.
struct Fit {
    pathway: FittedPathway,
    known: Known,
    rests_on: RestsOn,
}

/// One run of what follows.
pub(super) enum Told {
    Referrals(Box<Outlook>),
    Care(Box<CareOutlook>),
}

impl Told {
    pub fn tally(&self) -> Tally {
        match self {
            Told::Referrals(outlook) => outlook.tally(),
            Told::Care(outlook) => outlook.tally(),
        }
    }
}

impl<'a> Following<'a> {
    /// Fits what follows; `None` where the project file doesn't ask for it or the data have no months.
    ///
    /// # Errors
    /// Where returns can't be read again or an option is impossible.
    pub fn fit(plan: &'a RunPlan, work: &'a Work, findings: &mut Vec<Finding>) -> Result<Option<Following<'a>>, Error> {
        let panel = &work.active;
        if !plan.pathway().on {
            return Ok(None);
        }
        if panel.span().frequency() != Frequency::Month {
            findings.push(needs_months());
            return Ok(None);
        }
        let care = FittedCare::of(plan, work, findings)?;
        if work.is_care_alone() {
            return Ok(Some(Following { plan, panel, journeys: None, care }));
        }
        findings.extend(referrals_only(plan, work.ingested.format));
        let fit = fit(plan, work, care.as_ref())?;
        Ok(Some(Following { plan, panel, journeys: Some(fit), care }))
    }

    /// Follows a forecast of the leaves under levers.
    ///
    /// # Errors
    /// Where a lever is impossible, or children aren't conserved.
    pub fn run(&self, leaves: &Forecast, levers: &[PathwayLever]) -> Result<Told, Error> {
        self.check(levers)?;
        let options = self.plan.pathway();
        match (&self.journeys, &self.care) {
            (Some(fit), care) => {
                let fitted = Fitted { pathway: &fit.pathway, placements: care.as_ref().map(FittedCare::placed) };
                Ok(Told::Referrals(Box::new(options.run(&fitted, self.referrals(leaves), levers)?)))
            }
            (None, Some(care)) => {
                let seed = self.plan.draws().seed;
                Ok(Told::Care(Box::new(options.care(care.placed(), leaves, seed, levers)?)))
            }
            (None, None) => Err(Error::Asked("[pathway] has neither referrals nor returns to follow".to_owned())),
        }
    }

    /// Refuses levers on what there is no model of here.
    fn check(&self, levers: &[PathwayLever]) -> Result<(), Error> {
        for (place, lever) in levers.iter().enumerate() {
            let number = place + 1;
            if lever.is_on_placements() && self.care.is_none() {
                return Err(Error::Asked(format!(
                    "lever {number} on what follows ({lever}) moves placements, of which nothing is known here: name the \
                     returns of looked-after children under [pathway] looked_after"
                )));
            }
            if self.care.is_some() && matches!(lever, PathwayLever::Duration { step: Step::CareEnd, .. }) {
                return Err(Error::Asked(format!(
                    "lever {number} on what follows ({lever}) is no lever here, as returns of looked-after children tell \
                     how long care lasts: move the rate of exits (lever = \"placement\", rate = \"exit\")"
                )));
            }
            if lever.is_on_journeys() && self.journeys.is_none() {
                return Err(Error::Asked(format!(
                    "lever {number} on what follows ({lever}) needs referrals; these returns tell of placements only"
                )));
            }
        }
        Ok(())
    }

    fn referrals<'f>(&self, leaves: &'f Forecast) -> Referrals<'f> {
        Referrals {
            forecast: leaves,
            source_dimension: source_dimension(self.panel),
            history: self.panel.span(),
            seed: self.plan.draws().seed,
        }
    }

    /// The rule of disclosure control.
    fn profile(&self) -> Profile {
        self.plan.publish().profile
    }

    /// Whether referrals are followed to cases and workers.
    fn has_work(&self) -> bool {
        self.journeys.is_some()
    }
}

/// Follows the forecast of the leaves and every scenario; nothing where the project file doesn't ask for it.
///
/// # Errors
/// Where a lever is impossible, or children aren't conserved.
pub(super) fn follow(
    plan: &RunPlan,
    following: Option<&Following<'_>>,
    leaves: &Forecast,
    supposed: &[Supposed],
) -> Result<Followed, Error> {
    let Some(following) = following else { return Ok(Followed { pathway: None, placements: None }) };
    let options = plan.pathway();
    let told = following.run(leaves, &[])?;
    let own = match options.levers.as_slice() {
        [] => None,
        levers => Some(Steps::of_levers(following, leaves, levers, told.tally())?),
    };
    let scenarios = scenarios::table(following, leaves, supposed, told.tally())?;
    let national = options.national()?;
    let ledgers = CareLedgers { own: own.as_ref(), scenarios: scenarios.as_ref() };
    let placements = |care: &CareOutlook| {
        let fitted = following.care.as_ref();
        fitted.map(|fitted| placements::contents(plan, following, fitted, care, &ledgers)).transpose()
    };
    let outlook = match told {
        Told::Care(care) => return Ok(Followed { pathway: None, placements: placements(&care)? }),
        Told::Referrals(outlook) => outlook,
    };
    let placements = outlook.care.as_ref().map(placements).transpose()?.flatten();
    let Some(fit) = &following.journeys else { return Ok(Followed { pathway: None, placements }) };
    let tables = Tables {
        outlook: &outlook,
        ledger: own.as_ref(),
        scenarios: scenarios.as_ref(),
        levels: &plan.forecast().levels,
        profile: plan.publish().profile,
        opening: opening(&outlook, following.panel, fit.known, options),
        workload: &options.workload,
    };
    let assumptions = options.assumptions(&national, fit.known);
    Ok(Followed { pathway: Some(tables.protected(fit.rests_on, &assumptions)?), placements })
}

/// The pathway as far as the inputs tell of it, before returns of looked-after children are laid beside it.
fn fit(plan: &RunPlan, work: &Work, care: Option<&FittedCare<'_>>) -> Result<Fit, Error> {
    let (panel, seed, national) = (&work.active, plan.draws().seed, plan.pathway().national()?);
    let mut options = plan.pathway().clone();
    if let Some(care) = care {
        options.open_cases.looked_after = Some(care.looked_after());
        // Those in need include them, whatever the project file says.
        let need = options.open_cases.in_need;
        options.open_cases.in_need = need.map(|need| need.max(care.looked_after()));
    }
    let placements = care.is_some();
    let level = |pathway: FittedPathway| match care {
        Some(care) => pathway.with_care_starts(care.starts(panel)),
        None => Ok(pathway),
    };
    let span = panel.span();
    let origin = span.last().unwrap_or(span.start());
    let last_year = referrals_last_year(panel);
    if tells_of_journeys(work.ingested.format) {
        let history = ingest::read_events(&plan.input().files, plan.base())?;
        let mapping = plan.input().mapping.as_ref().map(|path| plan.base().join(path));
        let groups = EventGroups::new(mapping.as_deref())?;
        let whole_from = work.ingested.panel.span().start();
        if let Some(told) = journeys::journeys(&history.events, &groups, whole_from, origin)? {
            let followed = told.journeys.rows().len();
            let mut pathway = level(FittedPathway::fit(told.journeys, origin, &national, &options.journeys)?)?;
            if told.recorded == Recorded::AllButCare {
                pathway = pathway.with_open_cases(&options.open_cases, last_year, true, seed)?;
            }
            let known = Known { journeys: told.recorded, placements };
            let rests_on = RestsOn::Journeys { followed, care: told.recorded == Recorded::All };
            return Ok(Fit { pathway, known, rests_on });
        }
    }
    let (sources, shares) = sources(panel);
    let pathway = level(FittedPathway::national(sources, &shares, origin, &national, &options.journeys)?)?;
    let pathway = pathway.with_open_cases(&options.open_cases, last_year, false, seed)?;
    let known = Known { journeys: Recorded::Nothing, placements };
    Ok(Fit { pathway, known, rests_on: RestsOn::NationalFigures })
}

/// Whether inputs of a format hold more of a child's course than the referral.
fn tells_of_journeys(format: Format) -> bool {
    matches!(format, Format::CinCensus | Format::AnnexA | Format::Ssd)
}

/// What is to be said about a project whose inputs count referrals only; nothing where they tell more, or nothing is
/// followed.
pub(super) fn referrals_only(plan: &RunPlan, format: Format) -> Option<Finding> {
    let silent = !plan.pathway().on || tells_of_journeys(format) || format == Format::Ssda903;
    (!silent).then(|| Finding {
        name: "referrals-only",
        severity: Severity::Note,
        what: "From a table, referrals alone are read and not what became of them".to_owned().into(),
        place: Place::default(),
        count: 1,
        meaning: "Assessments, plans, open cases, social workers and cost rest on England's figures, or on those that the \
                  project file sets.",
        remedy: "Give children in need census returns or Annex A lists as the input, or set your own shares and days \
                 under [[pathway.step]] and today's children under [pathway.open_cases].",
    })
}

/// Which label of a key names the source.
fn source_dimension(panel: &Panel) -> Option<usize> {
    panel.dimensions().iter().position(|name| SOURCE_DIMENSIONS.contains(&name.as_str()))
}

/// The sources of the last year's referrals with their numbers; one that stands for all where series have none.
fn sources(panel: &Panel) -> (Vec<String>, Vec<f64>) {
    let Some(dimension) = source_dimension(panel) else { return (vec!["all".to_owned()], vec![1.0]) };
    let mut counts = std::collections::BTreeMap::<String, f64>::new();
    for (row, key) in panel.keys().iter().enumerate() {
        let label = key.labels().nth(dimension).unwrap_or_default().to_owned();
        *counts.entry(label).or_default() += of_last_year(panel, row);
    }
    counts.into_iter().unzip()
}

fn of_last_year(panel: &Panel, row: usize) -> f64 {
    let series = panel.series(row);
    series.iter().skip(series.len().saturating_sub(12)).filter(|count| !count.is_nan()).sum()
}

/// Referrals of the last twelve months; of a shorter history as many as twelve such months would have.
fn referrals_last_year(panel: &Panel) -> f64 {
    let months = panel.span().len().clamp(1, 12) as f64;
    (0..panel.keys().len()).map(|row| of_last_year(panel, row)).sum::<f64>() * 12.0 / months
}

/// Who is open today by stock, and whether that is known, set in the project file, or assumed.
fn opening(outlook: &Outlook, panel: &Panel, known: Known, options: &PathwayPlan) -> tables::Opening {
    let set = [options.open_cases.in_need, options.open_cases.looked_after, options.open_cases.on_plan];
    let state = |place: usize| match (known.journeys, place, set[place]) {
        (_, 1, _) if known.placements => "known",
        (Recorded::All, _, _) | (Recorded::AllButCare, 0 | 2, _) => "known",
        (_, _, Some(_)) => "given",
        _ => "assumed",
    };
    let span = panel.span();
    tables::Opening {
        month: span.last().unwrap_or(span.start()),
        children: outlook.pathway.opening.map(|children| children as f64),
        states: std::array::from_fn(state),
    }
}

fn needs_months() -> Finding {
    Finding {
        name: "pathway-needs-months",
        severity: Severity::Warning,
        what: "the pathway is left out, as it follows months and the data have none".into(),
        place: Place::default(),
        count: 1,
        meaning: "Nothing is said about open cases, social workers and cost.",
        remedy: "Set `input.frequency` to month, or `pathway.on` to false.",
    }
}
