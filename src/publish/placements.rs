//! Where looked-after children live, as a pack shows it.

use super::PublishError;
use super::contents::{Holds, PackContents};
use crate::disclosure::ProtectedTable;
use crate::time::{Date, Period};

/// The tables of placements. All are protected under the pack's profile; bounds stand as in [`PackContents`].
#[derive(Debug, Clone)]
pub struct PlacementContents {
    /// Children at the end of each month that returns tell of: `age_band`, `placement` (`*` for all), `ds`, `state`; `y`.
    pub history: ProtectedTable,
    /// Children at the end of each month ahead: `age_band`, `placement`, `ds`, `model`; `mean`, `median`, bounds.
    pub forecast: ProtectedTable,
    /// Children who come into care and leave it: `name` (`entries`, `exits`), `ds`; `mean`, `median`, bounds.
    pub flows: ProtectedTable,
    /// Pounds: `name` (a placement group, or `total`), `window` (`whole horizon` or a financial year), `from`, `to`,
    /// `months`; `mean`, `median`, bounds.
    pub cost: ProtectedTable,
    /// Where no referrals are followed, what each lever of the project file adds or takes: `lever`; `care_months`,
    /// `pounds`.
    pub ledger: Option<ProtectedTable>,
    /// The same for each scenario: `scenario`, `line`, `lever`; `care_months`, `pounds`.
    pub scenarios: Option<ProtectedTable>,
    /// Where no referrals are followed, what the project file didn't set: `what`, `value`, `source`.
    pub assumptions: Option<ProtectedTable>,
    /// The last month that returns tell of.
    pub known_to: Period,
    /// The first and the last day that rates were taken from.
    pub reference: [Date; 2],
}

impl PlacementContents {
    /// What the series are told apart by.
    pub const DIMENSIONS: [&'static str; 2] = ["age_band", "placement"];

    /// The ids of the charts.
    pub(super) const CHARTS: [&'static str; 3] = ["placements", "care-ages", "placement-cost"];

    /// Every table with the stem of its files.
    pub(super) fn tables(&self) -> impl Iterator<Item = (&'static str, &ProtectedTable)> {
        let always = [
            ("placements-history", &self.history),
            ("placements", &self.forecast),
            ("placement-flows", &self.flows),
            ("placement-cost", &self.cost),
        ];
        let sometimes = [
            ("pathway-ledger", &self.ledger),
            ("pathway-scenarios", &self.scenarios),
            ("assumptions", &self.assumptions),
        ];
        always.into_iter().chain(sometimes.into_iter().filter_map(|(stem, table)| Some((stem, table.as_ref()?))))
    }

    /// Checks that every table has the columns that the pack reads, under the pack's profile.
    pub(super) fn check(&self, contents: &PackContents) -> Result<(), PublishError> {
        use Holds::{Dates, Figures, Text};
        let keys = || PlacementContents::DIMENSIONS.map(|name| (name.to_owned(), Text)).into_iter();
        let named = |columns: &[(&str, Holds)]| {
            columns.iter().map(|(name, holds)| ((*name).to_owned(), *holds)).collect::<Vec<_>>()
        };
        let bounds = || {
            let both = contents.levels.iter().map(PackContents::bound_columns);
            both.flat_map(|(low, high)| [(low, Figures), (high, Figures)])
        };
        let middle = [("mean", Figures), ("median", Figures)];
        contents.check_table(&self.history, keys().chain(named(&[("ds", Dates), ("state", Text), ("y", Figures)])))?;
        contents.check_table(
            &self.forecast,
            keys().chain(named(&[("ds", Dates), ("model", Text)])).chain(named(&middle)).chain(bounds()),
        )?;
        contents.check_table(
            &self.flows,
            named(&[("name", Text), ("ds", Dates)]).into_iter().chain(named(&middle)).chain(bounds()),
        )?;
        let window = [("name", Text), ("window", Text), ("from", Dates), ("to", Dates)];
        contents.check_table(&self.cost, named(&window).into_iter().chain(named(&middle)).chain(bounds()))?;
        let others = [&self.ledger, &self.scenarios, &self.assumptions];
        others.into_iter().flatten().try_for_each(|table| contents.check_table(table, []))
    }
}
