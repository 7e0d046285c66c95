//! What a pack says: protected tables and the few facts around them.

use super::assurance::Assurance;
use super::futures::Futures;
use super::theme::Theme;
use super::{PathwayContents, PlacementContents, PublishError};
use crate::disclosure::{
    Cell, FigureColumn, FigureError, Figures, LabelColumn, Profile, ProtectedTable, ToldFinding, protect, told,
};
use crate::forecast::Levels;
use crate::panel::Finding;
use crate::time::{Date, Frequency, Period};

/// The window of the `yearly` table that covers the year from the origin on.
pub const NEXT_YEAR: &str = "next-year";

/// The stratum of the `backtest` and `coverage` tables that covers all origins.
pub const ALL_ORIGINS: &str = "all";

/// The stratum of the `coverage` table that has of each period of the total the newest forecast alone.
pub const NEWEST: &str = "newest";

/// An input that the pack was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The file's name as the project file gives it.
    pub name: String,
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
}

/// A lockdown or other shock to shade in the charts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lockdown {
    /// A short label, such as "First lockdown".
    pub label: String,
    /// Its first day.
    pub first_day: Date,
    /// Its last day.
    pub last_day: Date,
}

/// Everything that a pack shows.
///
/// All tables are protected under `profile`. Key columns are the label columns named by `dimensions`, with `*` for the
/// total. Bounds stand in columns `lo_80`, `hi_80` and so on, one pair for each of `levels`. Further columns are
/// written out as they are.
#[derive(Debug, Clone)]
pub struct PackContents {
    /// The report's title, such as "Referrals to children's social care".
    pub title: String,
    /// The authority's name.
    pub authority: String,
    /// What is counted, in the plural: "referrals".
    pub measure: String,
    /// The area covered, where it isn't the authority as a whole.
    pub area: Option<String>,
    /// How long each period is.
    pub frequency: Frequency,
    /// The last period that the forecast knew.
    pub origin: Period,
    /// How many periods are forecast.
    pub horizon: usize,
    /// The levels of the intervals.
    pub levels: Levels,
    /// The rule of disclosure control.
    pub profile: Profile,
    /// The colours of the charts.
    pub theme: Theme,
    /// The version of the engine.
    pub engine_version: String,
    /// What the pack was made from.
    pub inputs: Vec<Input>,
    /// Where the figures come from, for the line under each chart.
    pub source: String,
    /// The model whose forecast is published first: an id of the `model` columns.
    pub model: String,
    /// The model that any forecast should beat: an id of the `model` columns, usually the seasonal naive one.
    pub benchmark: String,
    /// How the forecast was made, one paragraph an entry, in plain words.
    pub method: Vec<String>,
    /// Who asked for it, who answers for it, and what it takes for granted.
    pub assurance: Assurance,
    /// The names of the key columns, in order.
    pub dimensions: Vec<String>,
    /// Periods to shade.
    pub lockdowns: Vec<Lockdown>,
    /// Keys, `ds` (dates), `state` (`observed`, `provisional` or `missing`); `y`.
    pub history: ProtectedTable,
    /// Keys, `ds`, `model`; `mean`, `median`, bounds.
    pub forecast: ProtectedTable,
    /// Keys, `window` ([`NEXT_YEAR`] or a year's name), `from` and `to` (first days of the first and last period),
    /// `model`; `mean`, `median`, bounds. Totals of joint paths; periods already observed are included as they are.
    pub yearly: ProtectedTable,
    /// `model`, `stratum` ([`ALL_ORIGINS`], `before`, `in`, `after`); `scaled_wis`, `mase`, `bias` and a share
    /// `coverage_80` for each level.
    pub backtest: ProtectedTable,
    /// The model's own coverage: `stratum` ([`ALL_ORIGINS`], [`NEWEST`]), `level` (a whole number); share `inside`, score
    /// `forecasts` (how many).
    pub coverage: ProtectedTable,
    /// The total's last forecasts, oldest first: `ds`, `made` (the date of the origin); `median`, bounds, `y`.
    pub recent: ProtectedTable,
    /// What earlier packs said of periods known now: keys, `pack`, `made` (the date of its origin), `ds`; `median`,
    /// bounds, `y`. Of the total for every pack, of all series for the newest.
    pub vintages: ProtectedTable,
    /// Figures that differ from what the newest earlier pack showed: keys, `ds`. No figures.
    pub revised: ProtectedTable,
    /// What was noticed about the data, see [`findings_table`].
    pub findings: ProtectedTable,
    /// `field`, `ds`; `share` of the period's referrals with a usable value; `None` where the input has no fields.
    pub completeness: Option<ProtectedTable>,
    /// Keys; `model`, `description` (what was fitted to each series).
    pub models: ProtectedTable,
    /// What follows the referrals; `None` where the project file leaves it out.
    pub pathway: Option<PathwayContents>,
    /// Where looked-after children live; `None` without their returns.
    pub placements: Option<PlacementContents>,
    /// The three questions and the scenarios, where there are any.
    pub futures: Option<Futures>,
}

/// The findings as the `findings` table, told as the profile lets them be: `name`, `severity`, `what`, `where`, `meaning`,
/// `remedy`; `count` of the records concerned, not available where a finding is of periods, series or files, which its
/// sentence counts.
///
/// # Errors
/// Never in practice: the columns fit by construction.
pub fn findings_table(profile: Profile, findings: &[Finding]) -> Result<ProtectedTable, FigureError> {
    let said: Vec<ToldFinding> = findings.iter().map(|finding| told(profile, finding)).collect();
    let labels = vec![
        LabelColumn::text("name", said.iter().map(|finding| finding.name)),
        LabelColumn::text("severity", said.iter().map(|finding| finding.severity.to_string())),
        LabelColumn::text("what", said.iter().map(|finding| finding.what.as_str())),
        LabelColumn::text("where", said.iter().map(|finding| finding.place.to_string())),
        LabelColumn::text("meaning", said.iter().map(|finding| finding.meaning)),
        LabelColumn::text("remedy", said.iter().map(|finding| finding.remedy)),
    ];
    let records = |finding: &Finding| if finding.what.is_of_records() { finding.count as f64 } else { f64::NAN };
    let counts = FigureColumn::counts("count", findings.iter().map(records).collect());
    Ok(protect(profile, Figures::new("findings", labels, vec![counts])?))
}

/// What a column must hold.
#[derive(Clone, Copy)]
pub(super) enum Holds {
    Text,
    Dates,
    Numbers,
    Figures,
}

impl PackContents {
    /// The area that charts name.
    pub(super) fn area(&self) -> &str {
        self.area.as_deref().unwrap_or(&self.authority)
    }

    /// The names of the columns of a level's bounds.
    pub(super) fn bound_columns(level: impl std::fmt::Display) -> (String, String) {
        (format!("lo_{level}"), format!("hi_{level}"))
    }

    /// Checks that every table is protected under the pack's profile and has the columns that the pack reads.
    pub(super) fn check(&self) -> Result<(), PublishError> {
        use Holds::{Dates, Figures, Numbers, Text};
        let keys = || self.dimensions.iter().map(|name| (name.clone(), Text));
        let bounds = || {
            let both = self.levels.iter().map(PackContents::bound_columns);
            both.flat_map(|(low, high)| [(low, Figures), (high, Figures)])
        };
        let fixed = |columns: &[(&str, Holds)]| {
            columns.iter().map(|(name, holds)| ((*name).to_owned(), *holds)).collect::<Vec<_>>()
        };
        let coverage = self.levels.iter().map(|level| (format!("coverage_{level}"), Figures));
        let middle = [("mean", Figures), ("median", Figures)];
        let expected: [(&ProtectedTable, Vec<(String, Holds)>); 10] = [
            (&self.history, keys().chain(fixed(&[("ds", Dates), ("state", Text), ("y", Figures)])).collect()),
            (
                &self.forecast,
                keys().chain(fixed(&[("ds", Dates), ("model", Text)])).chain(fixed(&middle)).chain(bounds()).collect(),
            ),
            (
                &self.yearly,
                keys()
                    .chain(fixed(&[("window", Text), ("from", Dates), ("to", Dates), ("model", Text)]))
                    .chain(fixed(&middle))
                    .chain(bounds())
                    .collect(),
            ),
            (
                &self.backtest,
                fixed(&[
                    ("model", Text),
                    ("stratum", Text),
                    ("scaled_wis", Figures),
                    ("mase", Figures),
                    ("bias", Figures),
                ])
                .into_iter()
                .chain(coverage)
                .collect(),
            ),
            (
                &self.coverage,
                fixed(&[("stratum", Text), ("level", Numbers), ("inside", Figures), ("forecasts", Figures)]),
            ),
            (
                &self.recent,
                fixed(&[("ds", Dates), ("made", Dates), ("median", Figures), ("y", Figures)])
                    .into_iter()
                    .chain(bounds())
                    .collect(),
            ),
            (
                &self.vintages,
                keys()
                    .chain(fixed(&[
                        ("pack", Text),
                        ("made", Dates),
                        ("ds", Dates),
                        ("median", Figures),
                        ("y", Figures),
                    ]))
                    .chain(bounds())
                    .collect(),
            ),
            (
                &self.findings,
                fixed(&[
                    ("name", Text),
                    ("severity", Text),
                    ("what", Text),
                    ("meaning", Text),
                    ("remedy", Text),
                    ("count", Figures),
                ]),
            ),
            (&self.revised, keys().chain(fixed(&[("ds", Dates)])).collect()),
            (&self.models, keys().chain(fixed(&[("model", Text), ("description", Text)])).collect()),
        ];
        for (table, columns) in expected {
            self.check_table(table, columns)?;
        }
        if let Some(completeness) = &self.completeness {
            self.check_table(completeness, fixed(&[("field", Text), ("ds", Dates), ("share", Figures)]))?;
        }
        self.futures.iter().try_for_each(|futures| futures.check(self))?;
        self.placements.iter().try_for_each(|placements| placements.check(self))?;
        self.pathway.iter().try_for_each(|pathway| pathway.check(self))
    }

    /// Checks one table.
    pub(super) fn check_table(
        &self,
        table: &ProtectedTable,
        columns: impl IntoIterator<Item = (String, Holds)>,
    ) -> Result<(), PublishError> {
        if table.profile() != self.profile {
            return Err(PublishError::Profile {
                table: table.name().to_owned(),
                table_profile: table.profile(),
                pack_profile: self.profile,
            });
        }
        for (column, holds) in columns {
            let there = match holds {
                Holds::Text => table.text(&column).is_some(),
                Holds::Dates => table.dates(&column).is_some(),
                Holds::Numbers => table.numbers(&column).is_some(),
                Holds::Figures => table.cells(&column).is_some(),
            };
            if !there {
                return Err(PublishError::Column { table: table.name().to_owned(), column });
            }
        }
        Ok(())
    }
}

/// The cell of a column in a row; missing where the table lacks the column, which [`PackContents::check`] has ruled out.
pub(super) fn cell(table: &ProtectedTable, column: &str, row: usize) -> Cell {
    table.cells(column).map_or(Cell::Missing, |cells| cells[row])
}

/// The text of a label column in a row; empty where the table lacks the column.
pub(super) fn text<'a>(table: &'a ProtectedTable, column: &str, row: usize) -> &'a str {
    table.text(column).map_or("", |texts| &texts[row])
}
