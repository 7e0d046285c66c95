//! What follows the referrals, as a pack shows it: stages, open cases, social workers and cost.

use super::PublishError;
use super::contents::PackContents;
use crate::disclosure::ProtectedTable;

/// What the pathway was learnt from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestsOn {
    /// The authority's own records.
    Journeys {
        /// How many referrals were followed.
        followed: usize,
        /// Whether care is recorded in them.
        care: bool,
    },
    /// England's figures, with the spread over authorities.
    NationalFigures,
}

/// The pathway's tables. All are protected under the pack's profile; bounds stand as in [`PackContents`].
#[derive(Debug, Clone)]
pub struct PathwayContents {
    /// What it was learnt from.
    pub rests_on: RestsOn,
    /// `measure` (`flow`, `open cases`, `entries`, `exits`), `name`, `ds`, `state` (`forecast`; of the last day of history
    /// `known`, `given` or `assumed`); `mean`, `median`, bounds.
    pub months: ProtectedTable,
    /// Flows over the whole horizon: `name`, `from`, `to`; `mean`, `median`, bounds.
    pub flows: ProtectedTable,
    /// `name` (`cases held`, `workers needed`), `ds`; `mean`, `median`, bounds.
    pub workers: ProtectedTable,
    /// Pounds: `name` (`placements`, `worker pounds`, `total`), `window` (`whole horizon` or a financial year), `from`,
    /// `to`, `months`; `mean`, `median`, bounds.
    pub cost: ProtectedTable,
    /// What each lever of the project file adds or takes over the horizon: `lever`; `case_months`, `worker_months`,
    /// `care_months`, `pounds`. First as forecast, last with all levers: the rows between add up to the difference.
    pub ledger: Option<ProtectedTable>,
    /// The same for each scenario: `scenario`, `line`, `lever`; the columns of `ledger`.
    pub scenarios: Option<ProtectedTable>,
    /// What the project file didn't set: `what`, `value`, `source`.
    pub assumptions: ProtectedTable,
    /// Posts for social workers, full-time equivalent, where the project file says.
    pub establishment: Option<f64>,
    /// Social workers in post: the establishment less vacancies.
    pub in_post: Option<f64>,
}

impl PathwayContents {
    /// The ids of the pathway's charts.
    pub(super) const CHARTS: [&'static str; 4] = ["pathway", "open-cases", "workers", "cost"];

    /// Every table with the stem of its files.
    pub(super) fn tables(&self) -> impl Iterator<Item = (&'static str, &ProtectedTable)> {
        let always = [
            ("pathway", &self.months),
            ("pathway-flows", &self.flows),
            ("workers", &self.workers),
            ("pathway-cost", &self.cost),
            ("assumptions", &self.assumptions),
        ];
        let sometimes = [("pathway-ledger", &self.ledger), ("pathway-scenarios", &self.scenarios)];
        always.into_iter().chain(sometimes.into_iter().filter_map(|(stem, table)| Some((stem, table.as_ref()?))))
    }

    /// Checks that every table has the columns that the pack reads, under the pack's profile.
    pub(super) fn check(&self, contents: &PackContents) -> Result<(), PublishError> {
        for (_, table) in self.tables() {
            if table.profile() != contents.profile {
                return Err(PublishError::Profile {
                    table: table.name().to_owned(),
                    table_profile: table.profile(),
                    pack_profile: contents.profile,
                });
            }
        }
        let bounds: Vec<String> = contents
            .levels
            .iter()
            .flat_map(|level| {
                let (low, high) = PackContents::bound_columns(level);
                [low, high]
            })
            .chain(["mean".to_owned(), "median".to_owned()])
            .collect();
        for (table, texts, dates) in [
            (&self.months, &["measure", "name", "state"][..], &["ds"][..]),
            (&self.flows, &["name"], &["from", "to"]),
            (&self.workers, &["name"], &["ds"]),
            (&self.cost, &["name", "window"], &["from", "to"]),
        ] {
            let lacks =
                |column: &str| Err(PublishError::Column { table: table.name().to_owned(), column: column.to_owned() });
            if let Some(column) = texts.iter().find(|column| table.text(column).is_none()) {
                return lacks(column);
            }
            if let Some(column) = dates.iter().find(|column| table.dates(column).is_none()) {
                return lacks(column);
            }
            if let Some(column) = bounds.iter().find(|column| table.cells(column).is_none()) {
                return lacks(column);
            }
        }
        Ok(())
    }
}
