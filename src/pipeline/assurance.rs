//! What a pack says of its own assurance: the project file's answers, and what the plan takes for granted.

use super::file_names::file_name;
use crate::math::spelling::with_thousands;
use crate::project::RunPlan;
use crate::publish::Assurance;

/// The log of a plan.
pub fn assurance(plan: &RunPlan) -> Assurance {
    let told = &plan.about().assurance;
    let facts = vec![
        ("Purpose", told.purpose.clone()),
        ("Commissioned by", told.commissioner.clone()),
        ("Made by", told.analyst.clone()),
        ("Verified", told.verification.clone()),
        ("Approved by", told.approver.clone()),
    ];
    Assurance { facts, assumptions: assumptions(plan) }
}

/// What the plan takes for granted: what, what is assumed, and where it is set or explained.
fn assumptions(plan: &RunPlan) -> Vec<[String; 3]> {
    let calendar = plan.calendar();
    let own_or = |file: &Option<std::path::PathBuf>, shipped: &str| match file {
        Some(file) => file_name(file),
        None => shipped.to_owned(),
    };
    let mut all = vec![
        [
            "Practice".to_owned(),
            format!("{} go on being counted as they were at the end of the data", plan.about().measure),
            "no option: a change of practice belongs in a scenario".to_owned(),
        ],
        [
            "Lockdowns to come".to_owned(),
            "none but those announced when the data end".to_owned(),
            "scenarios suppose others".to_owned(),
        ],
        [
            "Working days and school terms".to_owned(),
            own_or(&calendar.file, "those of England and Wales"),
            "[calendar] file".to_owned(),
        ],
        [
            "Lockdowns of the past".to_owned(),
            own_or(&calendar.closures, "England’s of 2020 and 2021"),
            "[calendar] closures".to_owned(),
        ],
    ];
    if plan.line_up().shock.is_some() {
        all.push([
            "What lockdowns do, before your data are heard".to_owned(),
            "England’s figures, with the spread over authorities".to_owned(),
            "models/priors, docs/methods/shock.md".to_owned(),
        ]);
    }
    let draws = plan.draws();
    all.extend([
        ["Models".to_owned(), format!("the line-up “{}”", plan.line_up().name), "[forecast] line_up".to_owned()],
        [
            "Simulated futures".to_owned(),
            format!("{}, from seed {}", with_thousands(&draws.paths.to_string()), draws.seed),
            "[forecast] paths, seed".to_owned(),
        ],
        [
            "Tests on the past".to_owned(),
            format!("up to {}, {} periods apart", plan.backtest().origins, plan.backtest().stride),
            "[backtest]".to_owned(),
        ],
        ["Disclosure control".to_owned(), plan.publish().profile.to_string(), "[publish] profile".to_owned()],
    ]);
    all
}
