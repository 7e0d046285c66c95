//! What follows the referrals: journeys or national figures, followed along the forecast's paths to protected tables.

mod journeys;
mod tables;

use super::Error;
use super::monthly::Work;
use crate::forecast::Forecast;
use crate::ingest::{self, EventGroups, Format};
use crate::panel::{Finding, Panel, Place, Severity};
use crate::pathway::{Fitted, FittedPathway, Known, NationalFigures, Outlook, PathwayPlan, Recorded, Referrals};
use crate::project::RunPlan;
use crate::publish::{PathwayContents, RestsOn};
use crate::time::Frequency;
use tables::Tables;

/// The names that a dimension of sources goes by.
const SOURCE_DIMENSIONS: [&str; 2] = ["source", "referral_source"];

/// Follows the forecast of the leaves; `None` where the project file doesn't ask for it or the data have no months.
///
/// # Errors
/// Where returns can't be read again, an option is impossible or children aren't conserved.
pub(super) fn follow(
    plan: &RunPlan,
    work: &Work,
    leaves: &Forecast,
    findings: &mut Vec<Finding>,
) -> Result<Option<PathwayContents>, Error> {
    let options = plan.pathway();
    if !options.on {
        return Ok(None);
    }
    if leaves.span().frequency() != Frequency::Month {
        findings.push(needs_months());
        return Ok(None);
    }
    let panel = &work.active;
    let national = NationalFigures::shipped();
    let (fitted, known, rests_on) = fit(plan, work, &national)?;
    let referrals = Referrals {
        forecast: leaves,
        source_dimension: source_dimension(panel),
        history: panel.span(),
        seed: plan.draws().seed,
    };
    let fitted = Fitted { pathway: &fitted, placements: None };
    let outlook = options.run(&fitted, referrals, &[])?;
    let ledger = match options.levers.as_slice() {
        [] => None,
        levers => Some(options.ledger(&fitted, referrals, levers)?),
    };
    let tables = Tables {
        outlook: &outlook,
        ledger: ledger.as_ref().map(|ledger| (options.levers.as_slice(), ledger)),
        levels: &plan.forecast().levels,
        profile: plan.publish().profile,
        opening: opening(&outlook, panel, known, options),
        workload: &options.workload,
    };
    let assumptions = options.assumptions(&national, known);
    Ok(Some(tables.protected(rests_on, &assumptions)?))
}

/// The pathway as far as the inputs tell of it, and what it rests on.
fn fit(plan: &RunPlan, work: &Work, national: &NationalFigures) -> Result<(FittedPathway, Known, RestsOn), Error> {
    let (options, panel, seed) = (plan.pathway(), &work.active, plan.draws().seed);
    let span = panel.span();
    let origin = span.last().unwrap_or(span.start());
    let last_year = referrals_last_year(panel);
    if matches!(work.ingested.format, Format::CinCensus | Format::Ssd) {
        let history = ingest::read_events(&plan.input().files, plan.base())?;
        let mapping = plan.input().mapping.as_ref().map(|path| plan.base().join(path));
        let groups = EventGroups::new(mapping.as_deref())?;
        let whole_from = work.ingested.panel.span().start();
        if let Some(told) = journeys::journeys(&history.events, &groups, whole_from, origin)? {
            let followed = told.journeys.rows().len();
            let mut fitted = FittedPathway::fit(told.journeys, origin, national, &options.journeys)?;
            if told.recorded == Recorded::AllButCare {
                fitted = fitted.with_open_cases(&options.open_cases, last_year, true, seed)?;
            }
            let known = Known { journeys: told.recorded, placements: false };
            return Ok((fitted, known, RestsOn::Journeys { followed, care: told.recorded == Recorded::All }));
        }
    }
    let (sources, shares) = sources(panel);
    let fitted = FittedPathway::national(sources, &shares, origin, national, &options.journeys)?;
    let fitted = fitted.with_open_cases(&options.open_cases, last_year, false, seed)?;
    Ok((fitted, Known { journeys: Recorded::Nothing, placements: false }, RestsOn::NationalFigures))
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
        what: "the pathway is left out, as it follows months and the data have none".to_owned(),
        place: Place::default(),
        count: 1,
        meaning: "Nothing is said about open cases, social workers and cost.",
        remedy: "Set `input.frequency` to month, or `pathway.on` to false.",
    }
}
