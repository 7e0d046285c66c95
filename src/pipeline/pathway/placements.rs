//! From placement paths to protected tables.

use ndarray::Axis;

use super::super::figures::{self, summary_columns};
use super::Following;
use super::cost_table::cost_table;
use super::ledger_table::{Steps, ledger_table};
use super::placed::FittedCare;
use super::tables::{assumed, together};
use crate::disclosure::{Figures, LabelColumn, ProtectedTable, protect};
use crate::forecast::Forecast;
use crate::panel::Hierarchy;
use crate::pathway::{CareOutlook, total_of};
use crate::pipeline::Error;
use crate::project::RunPlan;
use crate::publish::PlacementContents;

/// What placements' series are told apart by.
pub const DIMENSIONS: [&str; 2] = PlacementContents::DIMENSIONS;

/// Ledgers where no referrals are followed: of the project file's levers, and of scenarios.
#[derive(Debug, Default)]
pub struct CareLedgers<'a> {
    pub own: Option<&'a Steps>,
    pub scenarios: Option<&'a ProtectedTable>,
}

/// Every table of placements, protected.
///
/// # Errors
/// Where a figure is impossible.
pub fn contents(
    plan: &RunPlan,
    following: &Following<'_>,
    fitted: &FittedCare<'_>,
    care: &CareOutlook,
    ledgers: &CareLedgers<'_>,
) -> Result<PlacementContents, Error> {
    let (profile, levels) = (plan.publish().profile, &plan.forecast().levels);
    let placements = &care.placements;
    let history = fitted.history()?;
    let hierarchy = Hierarchy::of(&history);
    let stocks = placements.stocks.totals(&history, hierarchy.totals());
    let span = history.span();
    let known_to = span.last().unwrap_or(span.start());
    let pounds = together(&care.pounds, &total_of(&care.pounds, "total")?)?;
    let children = child_months(&placements.child_days)?;
    let children = together(&children, &total_of(&children, "total")?)?;
    let assumptions = plan.pathway().care_assumptions();
    let alone = !following.has_work();
    Ok(PlacementContents {
        history: protect(profile, figures::history("placements-history", &history, &hierarchy, known_to)?),
        forecast: protect(profile, figures::forecast("placements", history.dimensions(), &stocks, MODEL, levels)?),
        flows: protect(profile, flows(&placements.entries, &placements.exits, plan)?),
        cost: cost_table("placement-cost", profile, levels, &pounds, &children)?,
        ledger: ledgers.own.filter(|_| alone).map(|steps| ledger_table(profile, steps)).transpose()?,
        scenarios: ledgers.scenarios.filter(|_| alone).cloned(),
        assumptions: if alone { Some(protect(profile, assumed(&assumptions)?)) } else { None },
        known_to,
        reference: [fitted.rates().window().first, fitted.rates().window().last],
    })
}

/// The model as tables name it.
const MODEL: &str = "placements";

/// Children who come into care and leave it, by month.
fn flows(entries: &Forecast, exits: &Forecast, plan: &RunPlan) -> Result<Figures, Error> {
    let both = together(entries, exits)?;
    let rows = figures::each(both.keys(), both.span());
    let labels = vec![
        LabelColumn::text("name", rows.clone().map(|(key, _)| key.to_string())),
        LabelColumn::dates("ds", rows.map(|(_, month)| month.first_day())),
    ];
    Ok(Figures::new("placement-flows", labels, summary_columns(&both, &plan.forecast().levels))?)
}

/// Children of each month: child-days over the month's days.
fn child_months(child_days: &Forecast) -> Result<Forecast, Error> {
    let mut children = child_days.paths().to_owned();
    for (step, month) in child_days.span().periods().enumerate() {
        let days = month.days().count() as f64;
        children.index_axis_mut(Axis(2), step).mapv_inplace(|value| value / days);
    }
    Ok(Forecast::new(child_days.keys().to_vec(), child_days.span(), children)?)
}
