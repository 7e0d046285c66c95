//! The three questions, what history and forecast are made of, and the scenarios, as protected tables.

mod answers;
mod parts;
mod scenario_tables;

pub use answers::{Sizes, changed};

use super::Error;
use super::recipe::Fitted;
use super::shown::Shown;
use super::what_if::WhatIf;
use super::work::Work;
use crate::disclosure::protect;
use crate::forecast::Forecast;
use crate::panel::Hierarchy;
use crate::project::{RunPlan, load_scenario};
use crate::publish::{Futures, SupposedScenario};
use crate::scenario::{Outcome, Scenario};
use crate::shock::FittedShockAdjusted;

/// Scenarios where closures of the history still have something to return.
const WHILE_IT_RETURNS: [&str; 6] =
    ["none-returns", "covid-like", "half-returns", "all-returns", "second-lockdown", "hold-recent-rate"];

/// Scenarios where nothing is left to return: what returns is then what another lockdown would keep away.
const AFTERWARDS: [&str; 6] = [
    "second-lockdown",
    "second-lockdown+none-returns",
    "second-lockdown+half-returns",
    "second-lockdown+all-returns",
    "winter-lockdown",
    "hold-recent-rate",
];

/// Less than this share of a usual period's demand still to return is nothing.
const NOTICEABLE: f64 = 0.02;

/// A scenario and what came of it.
pub struct Supposed {
    pub scenario: Scenario,
    pub outcome: Outcome,
}

/// What the pack says of the three questions and the scenarios, and these with what came of them; nothing where the
/// recipe has no shock or periods have no dates.
pub fn published(
    plan: &RunPlan,
    work: &Work,
    recipe: &Fitted,
    leaves: &Forecast,
    shown: &Shown,
) -> Result<(Option<Futures>, Vec<Supposed>), Error> {
    let Some(fitted) = recipe.adjusted() else { return Ok((None, Vec::new())) };
    let Some(what_if) = WhatIf::of(plan, work, fitted)? else { return Ok((None, Vec::new())) };
    let scenarios = match plan.scenarios() {
        Some(scenarios) => scenarios.to_vec(),
        None => by_itself(plan, fitted)?,
    };
    let supposed = suppose(&what_if, &scenarios, leaves)?;
    let futures = tables(plan, work, fitted, &what_if, (leaves, &supposed), shown)?;
    Ok((Some(futures), supposed))
}

/// Applies scenarios to the forecast of the leaves.
pub fn suppose(what_if: &WhatIf<'_>, scenarios: &[Scenario], leaves: &Forecast) -> Result<Vec<Supposed>, Error> {
    let one = |scenario: &Scenario| {
        let outcome = what_if.outcome(scenario, leaves)?;
        Ok(Supposed { scenario: scenario.clone(), outcome })
    };
    scenarios.iter().map(one).collect()
}

/// The scenarios that tell something where the data end.
fn by_itself(plan: &RunPlan, fitted: &FittedShockAdjusted) -> Result<Vec<Scenario>, Error> {
    let names = if still_returning(fitted) > NOTICEABLE { &WHILE_IT_RETURNS } else { &AFTERWARDS };
    Ok(names.iter().map(|name| load_scenario(name, plan.base())).collect::<Result<_, _>>()?)
}

/// What all series together still hold back at the end of the history and will see again, as a share of a period's
/// hidden-free demand.
fn still_returning(fitted: &FittedShockAdjusted) -> f64 {
    let shock = fitted.shock();
    let (mut held, mut usual) = (0.0, 0.0);
    for row in 0..shock.keys().len() {
        held += shock.flows(row).last().map_or(0.0, |flow| flow.held);
        usual += shock.usual_demand(row);
    }
    if usual > 0.0 { held / usual } else { 0.0 }
}

/// Every table, protected.
pub fn tables(
    plan: &RunPlan,
    work: &Work,
    fitted: &FittedShockAdjusted,
    what_if: &WhatIf<'_>,
    (leaves, supposed): (&Forecast, &[Supposed]),
    shown: &Shown,
) -> Result<Futures, Error> {
    let panel = &work.active;
    let hierarchy = Hierarchy::of(panel);
    let profile = plan.publish().profile;
    let levels = &plan.forecast().levels;
    let forecast = leaves.totals(panel, hierarchy.totals());
    let scenarios =
        scenario_tables::ScenarioTables { panel, hierarchy: &hierarchy, forecast: &forecast, supposed, shown, levels };
    let notes = supposed.iter().map(|one| SupposedScenario {
        name: one.scenario.name().to_owned(),
        title: one.scenario.title().to_owned(),
        description: one.scenario.description().to_owned(),
        sources: one.scenario.sources().to_vec(),
        idle: one.outcome.idle.clone(),
        closures: one.outcome.changes.closures.clone(),
    });
    let sizes = Sizes::of(panel);
    let shock = fitted.shock();
    let told = answers::told(shock, &sizes, profile);
    let ahead = what_if.parts()?;
    Ok(Futures {
        answers: protect(profile, answers::table(&told)?),
        decomposition: parts::protected(
            parts::table(panel, &hierarchy, &forecast, shock, &ahead, profile)?,
            profile,
            shown,
        ),
        returns: protect(profile, parts::returns(panel, &hierarchy, &forecast, shock, &ahead)?),
        scenarios: protect(profile, scenarios.paths()?),
        scenario_years: protect(profile, scenarios.years()?),
        ledger: protect(profile, scenarios.ledger()?),
        differences: protect(profile, scenarios.differences()?),
        supposed: notes.collect(),
        saw_a_closure: fitted.shock().saw_a_closure(),
        returning: still_returning(fitted) > NOTICEABLE,
    })
}
