//! What each lever of a scenario adds in cases, workers and pounds.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Following;
use super::ledger_table::{Steps, scenario_ledgers, some_paths};
use crate::disclosure::ProtectedTable;
use crate::forecast::Forecast;
use crate::pathway::{Ledger, PathwayError, PathwayLever, Tally};
use crate::pipeline::Error;
use crate::pipeline::futures::Supposed;
use crate::pipeline::scenario::in_text;
use crate::project::{ScenarioLever, levers_of};
use crate::scenario::Scenario;

/// The ledgers of all scenarios as one table; `None` where there is no scenario.
///
/// Levers act in the order of their file. Each run follows the forecast as the levers so far have left it, under the
/// levers on what follows so far, on the same random numbers: a difference is the lever's. `baseline` is of all paths.
///
/// # Errors
/// Where a lever is impossible here, or children aren't conserved.
pub fn table(
    following: &Following<'_>,
    leaves: &Forecast,
    supposed: &[Supposed],
    baseline: Tally,
) -> Result<Option<ProtectedTable>, Error> {
    if supposed.is_empty() {
        return Ok(None);
    }
    let some = some_paths(leaves)?;
    let without = following.run(&some, &[])?.tally();
    // Scenarios begin alike: what has been followed once is not followed again.
    let mut followed: BTreeMap<String, Tally> = BTreeMap::new();
    let mut ledgers = Vec::with_capacity(supposed.len());
    for one in supposed {
        let scenario = &one.scenario;
        let mut steps = steps(following, &some, one, without, &mut followed).map_err(|error| named(scenario, error))?;
        steps.ledger = steps.ledger.on(baseline);
        ledgers.push((scenario.name().to_owned(), scenario.title().to_owned(), steps));
    }
    Ok(scenario_ledgers(following.profile(), &ledgers)?)
}

fn steps(
    following: &Following<'_>,
    leaves: &Forecast,
    supposed: &Supposed,
    baseline: Tally,
    followed: &mut BTreeMap<String, Tally>,
) -> Result<Steps, Error> {
    let mut added = supposed.outcome.ledger.entries().iter();
    let mut forecast = leaves.clone();
    let mut on_what_follows: Vec<PathwayLever> = Vec::new();
    let (mut names, mut runs, mut last) = (Vec::new(), Vec::new(), baseline);
    for (place, lever) in levers_of(&supposed.scenario)?.into_iter().enumerate() {
        let mut changes = true;
        match lever {
            ScenarioLever::Forecast(lever) => {
                names.push(lever.label());
                if let Some(entry) = added.next() {
                    let added = entry.added.paths();
                    let paths = &forecast.paths() + &added.slice(ndarray::s![.., ..forecast.draws(), ..]);
                    changes = paths != forecast.paths();
                    forecast = Forecast::new(forecast.keys().to_vec(), forecast.span(), paths)?;
                }
            }
            ScenarioLever::Following(lever) => {
                names.push(lever.to_string());
                on_what_follows.push(lever);
            }
        }
        if changes {
            let so_far = format!("{:?}", &supposed.scenario.levers()[..=place]);
            last = match followed.get(&so_far) {
                Some(tally) => *tally,
                None => following.run(&forecast, &on_what_follows)?.tally(),
            };
            followed.insert(so_far, last);
        }
        runs.push(last);
    }
    Ok(Steps { levers: names, ledger: Ledger::of(baseline, runs), has_work: following.has_work() })
}

/// Says which scenario a lever is of.
fn named(scenario: &Scenario, error: Error) -> Error {
    match error {
        Error::Asked(what) => Error::Asked(format!("scenario `{}`, {what}", scenario.name())),
        Error::Pathway(error @ PathwayError::Lever { .. }) => {
            Error::Asked(format!("scenario `{}`, of its levers on what follows {error}", scenario.name()))
        }
        other => other,
    }
}

/// A line of a ledger in cases, workers and pounds: numbers, or marks.
#[derive(Debug, Clone, Serialize)]
pub struct WorkLine {
    /// The lever.
    pub lever: String,
    /// Cases held, summed over months; none where no referrals are followed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_months: Option<String>,
    /// Social workers needed, summed over months.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worker_months: Option<String>,
    /// Months of being looked after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub care_months: Option<String>,
    /// Pounds for placements and workers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pounds: Option<String>,
}

/// The lines of one scenario.
pub fn lines(table: &ProtectedTable, scenario: &str) -> Vec<WorkLine> {
    let names = table.text("scenario").unwrap_or_default();
    let rows = (0..table.rows()).filter(|row| names.get(*row).is_some_and(|name| name == scenario));
    let cell = |column: &str, row: usize| table.cells(column).map(|cells| in_text(cells[row]));
    rows.map(|row| WorkLine {
        lever: table.text("lever").map_or(String::new(), |levers| levers[row].clone()),
        case_months: cell("case_months", row),
        worker_months: cell("worker_months", row),
        care_months: cell("care_months", row),
        pounds: cell("pounds", row),
    })
    .collect()
}
