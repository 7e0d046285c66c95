//! What a pack says of the three questions and of scenarios: protected tables, and what was supposed.

use super::PublishError;
use super::contents::{Holds, PackContents};
use crate::disclosure::ProtectedTable;
use crate::time::Closure;

/// The scenario that changes nothing.
pub const BASELINE: &str = "baseline";

/// The window of the `ledger` and `differences` tables that is one period.
pub const PERIOD: &str = "period";

/// The window that is the whole horizon.
pub const HORIZON: &str = "horizon";

/// A scenario that was applied.
#[derive(Debug, Clone, PartialEq)]
pub struct SupposedScenario {
    /// Its name in tables.
    pub name: String,
    /// Its name in charts and sentences.
    pub title: String,
    /// What is supposed.
    pub description: String,
    /// Where each figure comes from.
    pub sources: Vec<String>,
    /// Levers that change nothing here: a sentence for each.
    pub idle: Vec<String>,
    /// The closures that it supposes.
    pub closures: Vec<Closure>,
}

/// The three questions, what history and forecast are made of, and the scenarios.
#[derive(Debug, Clone)]
pub struct Futures {
    /// `question` (`returns`, `delay`, `lockdown`, `new-normal`), `of` (`*` or a group), `unit`, `told_by` (`data`,
    /// `prior`), `sentence`; `prior`, `prior_lo_80`, `prior_hi_80`, `posterior`, `lo_80`, `hi_80`, `moved_sd`, `left_open`.
    pub answers: ProtectedTable,
    /// Keys, `ds`, `state` (`observed`, `forecast`), `part`; `value`.
    pub decomposition: ProtectedTable,
    /// Keys, `ds`, `state`; `kept_away_so_far`, `came_back_so_far`.
    pub returns: ProtectedTable,
    /// Keys, `ds`, `scenario`; `mean`, `median`, bounds. The baseline is among them.
    pub scenarios: ProtectedTable,
    /// Keys, `window`, `from`, `to`, `scenario`; `mean`, `median`, bounds.
    pub scenario_years: ProtectedTable,
    /// Keys, `scenario`, `window`, `from`, `to`, `line`, `lever`; `mean`.
    pub ledger: ProtectedTable,
    /// Keys, `scenario`, `window`, `from`, `to`; `mean`, `median`, bounds.
    pub differences: ProtectedTable,
    /// The scenarios, in the order of the tables.
    pub supposed: Vec<SupposedScenario>,
    /// Whether the history saw a closure.
    pub saw_a_closure: bool,
    /// Whether something of what closures kept away is still to return.
    pub returning: bool,
}

impl Futures {
    /// The tables with their file stems.
    pub(super) fn tables(&self) -> [(&'static str, &ProtectedTable); 7] {
        [
            ("answers", &self.answers),
            ("decomposition", &self.decomposition),
            ("returns", &self.returns),
            ("scenarios", &self.scenarios),
            ("scenario-years", &self.scenario_years),
            ("ledger", &self.ledger),
            ("differences", &self.differences),
        ]
    }

    /// Checks that every table is protected under the pack's profile and has the columns that the pack reads.
    pub(super) fn check(&self, contents: &PackContents) -> Result<(), PublishError> {
        use Holds::{Dates, Figures, Numbers, Text};
        let keys = || contents.dimensions.iter().map(|name| (name.as_str(), Text));
        let window = [("scenario", Text), ("window", Text), ("from", Dates), ("to", Dates)];
        let spread = [("mean", Figures), ("median", Figures)];
        let expected: [(&ProtectedTable, Vec<(&str, Holds)>); 7] = [
            (
                &self.answers,
                vec![
                    ("question", Text),
                    ("of", Text),
                    ("told_by", Text),
                    ("sentence", Text),
                    ("prior", Figures),
                    ("prior_lo_80", Figures),
                    ("prior_hi_80", Figures),
                    ("posterior", Figures),
                    ("lo_80", Figures),
                    ("hi_80", Figures),
                    ("moved_sd", Figures),
                    ("left_open", Figures),
                ],
            ),
            (
                &self.decomposition,
                keys().chain([("ds", Dates), ("state", Text), ("part", Text), ("value", Figures)]).collect(),
            ),
            (
                &self.returns,
                keys()
                    .chain([
                        ("ds", Dates),
                        ("state", Text),
                        ("kept_away_so_far", Figures),
                        ("came_back_so_far", Figures),
                    ])
                    .collect(),
            ),
            (&self.scenarios, keys().chain([("ds", Dates), ("scenario", Text)]).chain(spread).collect()),
            (&self.scenario_years, keys().chain(window).chain(spread).collect()),
            (
                &self.ledger,
                keys().chain(window).chain([("line", Numbers), ("lever", Text), ("mean", Figures)]).collect(),
            ),
            (&self.differences, keys().chain(window).chain(spread).collect()),
        ];
        for (table, columns) in expected {
            contents.check_table(table, columns.into_iter().map(|(name, holds)| (name.to_owned(), holds)))?;
        }
        Ok(())
    }
}
