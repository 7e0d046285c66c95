//! Levers of the project's scenarios that act outside the forecast and so add nothing.

use crate::panel::{Finding, Panel, Place, Severity};
use crate::project::RunPlan;
use crate::scenario::{Outside, outside};

/// One finding for each such lever of the scenarios that the project file names.
pub(super) fn findings(plan: &RunPlan, panel: &Panel) -> Vec<Finding> {
    let horizon = panel.span().following(plan.forecast().horizon);
    let of = |Outside { number, lever, when, remedy }: Outside, scenario: &str| Finding {
        name: "idle-lever",
        severity: Severity::Warning,
        what: format!("Lever {number} of scenario {scenario}, \"{lever}\", {when}").into(),
        place: Place::default(),
        count: 1,
        meaning: "It adds nothing to the scenario.",
        remedy,
    };
    let scenarios = plan.scenarios().unwrap_or_default().iter();
    scenarios.flat_map(|scenario| outside(scenario, horizon).into_iter().map(|one| of(one, scenario.name()))).collect()
}
