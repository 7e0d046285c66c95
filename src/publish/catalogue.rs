//! The tables of a pack: how each is called, what it says, and which forms it is written in.
//!
//! A table takes one line in [`ENTRIES`], and its place among the tables of [`PackContents`], of
//! [`Futures`](super::Futures), of [`PathwayContents`](super::PathwayContents) or of
//! [`PlacementContents`](super::PlacementContents). CSV, Parquet, the workbook and the
//! dictionary follow from there; a column that has no meaning in `dictionary/meanings.rs` yet fails a test.

use super::contents::PackContents;
use crate::disclosure::ProtectedTable;

/// What a reader of a table should know. Notes are numbered in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Note {
    Protection,
    Ranges,
    JointPaths,
    Parts,
    Beliefs,
    Scores,
    NationalFigures,
}

impl Note {
    const ALL: [Note; 7] = [
        Note::Protection,
        Note::Ranges,
        Note::JointPaths,
        Note::Parts,
        Note::Beliefs,
        Note::Scores,
        Note::NationalFigures,
    ];

    /// How tables refer to it: `[note 1]`.
    pub fn mark(self) -> String {
        let place = Note::ALL.iter().position(|note| *note == self).unwrap_or_default();
        format!("[note {}]", place + 1)
    }

    pub fn all() -> impl Iterator<Item = Note> {
        Note::ALL.into_iter()
    }

    pub fn text(self, contents: &PackContents) -> String {
        match self {
            Note::Protection => contents.profile.note(),
            Note::Ranges => {
                "Columns lo and hi with the same number bound the middle so many per cent of the simulated futures: in 8 \
                 of 10 similar forecasts the figure lies between lo_80 and hi_80. The median is as likely to be too high \
                 as too low."
            }
            Note::JointPaths => {
                "Figures of a year or of the horizon are read off whole simulated futures. Bounds of single periods don’t \
                 add up to them, because not every period is high or low in the same future."
            }
            Note::Parts => {
                "The parts are estimates: what lockdowns kept away and what came back is inferred from the whole series and \
                 not observed referral by referral."
            }
            Note::Beliefs => {
                "The prior is what national evidence suggests before the data of this authority are seen, the posterior \
                 what is believed after. Where the data can’t tell, both are alike and the table says so."
            }
            Note::Scores => {
                "Scores come from forecasts of the past made with what was known then. A smaller scaled_wis or mase is \
                 better; a mase below 1 beats repeating the last year."
            }
            Note::NationalFigures => {
                "What follows a referral rests on the records of this authority where there are any, and on England’s \
                 figures elsewhere: the sheet assumptions lists each with its source."
            }
        }
        .to_owned()
    }
}

/// What there is to say of a table.
#[derive(Debug)]
pub(super) struct Entry {
    /// The stem of its files, and the name of its sheet.
    pub stem: &'static str,
    pub title: &'static str,
    /// What it says and what a row is.
    pub says: &'static str,
    /// Whether every figure in it is forecast.
    pub is_forecast: bool,
    pub notes: &'static [Note],
}

/// Figures that were observed, estimated or scored, or that say of each row what it is.
const fn table(stem: &'static str, title: &'static str, says: &'static str, notes: &'static [Note]) -> Entry {
    Entry { stem, title, says, is_forecast: false, notes }
}

/// Figures that are forecast throughout.
const fn forecast(stem: &'static str, title: &'static str, says: &'static str, notes: &'static [Note]) -> Entry {
    Entry { stem, title, says, is_forecast: true, notes }
}

use Note::{Beliefs, JointPaths, NationalFigures, Parts, Protection, Ranges, Scores};

/// Every table, in the order of the workbook's sheets.
#[rustfmt::skip]
const ENTRIES: &[Entry] = &[
    table("answers", "Answers to the three questions", "What comes back and when, what another lockdown does, and the new normal: one row a question and group", &[Ranges, Beliefs]),
    forecast("forecasts", "Forecast", "One row a series, period and model: mean, median and ranges", &[Protection, Ranges]),
    forecast("yearly", "Yearly totals", "One row a series and year; periods of the year that are known already are in the total", &[Protection, Ranges, JointPaths]),
    table("history", "History", "What was observed: one row a series and period", &[Protection]),
    table("decomposition", "Parts of history and forecast", "Usual level, season, new normal, what lockdowns keep away and what comes back: one row a series, period and part", &[Protection, Parts]),
    table("returns", "Kept away and come back", "How much lockdowns kept away so far and how much of it came back: one row a series and period", &[Protection, Parts]),
    forecast("scenarios", "Scenarios by period", "One row a scenario, series and period; the baseline is the forecast", &[Protection, Ranges]),
    forecast("scenario-years", "Scenarios by year", "One row a scenario, series and year", &[Protection, Ranges, JointPaths]),
    forecast("ledger", "What each lever adds", "From the baseline to the scenario lever by lever: one row a series, scenario, window and line", &[Protection]),
    forecast("differences", "Scenario less forecast", "One row a series, scenario and window; the ranges are those of the difference", &[Protection, Ranges, JointPaths]),
    table("pathway", "Stages, open cases, entries and exits", "What follows the referrals: one row a measure, name and month", &[Protection, Ranges, NationalFigures]),
    forecast("pathway-flows", "Flows over the horizon", "How many children reach each stage over the whole horizon", &[Protection, Ranges, JointPaths, NationalFigures]),
    forecast("workers", "Social workers", "Cases held and social workers needed: one row a month", &[Protection, Ranges, NationalFigures]),
    forecast("pathway-cost", "Cost", "Pounds for placements and social workers: one row a kind of cost and window", &[Protection, Ranges, JointPaths, NationalFigures]),
    forecast("pathway-ledger", "What each pathway lever adds", "From the forecast to all levers: case-months, worker-months and pounds over the horizon", &[Protection, NationalFigures]),
    forecast("pathway-scenarios", "What each pathway lever of a scenario adds", "The same for each scenario: one row a scenario and lever", &[Protection, NationalFigures]),
    forecast("placements", "Placements", "Children looked after at the end of each month: one row an age band, placement and month", &[Protection, Ranges]),
    table("placements-history", "Placements so far", "Children looked after at the end of each month that returns tell of", &[Protection]),
    forecast("placement-flows", "Into care and out of it", "Children who come into care and leave it: one row a month", &[Protection, Ranges]),
    forecast("placement-cost", "Cost of placements", "Pounds by kind of placement: one row a kind and window", &[Protection, Ranges, JointPaths, NationalFigures]),
    table("backtest", "Backtest", "How each model would have done on the past: one row a model and group of origins", &[Scores]),
    table("coverage", "How often ranges held", "How often the forecast’s ranges held on the past: one row a level", &[Scores]),
    table("recent", "The last forecasts of the past", "What was forecast of each of the last periods and what came: one row a period", &[Protection, Ranges]),
    table("vintages", "Earlier packs", "What earlier packs said of periods that are known now: one row a series, pack and period", &[Protection, Ranges]),
    table("revised", "Revised since the last pack", "Past figures that the last pack held differently: one row a series and period", &[]),
    table("completeness", "Completeness", "The share of records in which a field is filled in: one row a field and month", &[Protection]),
    table("models", "Models", "What was fitted to each series", &[]),
    table("findings", "Findings about the data", "What was noticed about the input, what it means and what to do: one row a finding", &[]),
    table("assumptions", "Assumptions", "What the project file left open, the value taken and its source", &[NationalFigures]),
    table("dictionary", "Data dictionary", "Every column of every table and of the figures behind each chart", &[]),
];

/// What there is to say of the table of this stem.
pub(super) fn entry(stem: &str) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.stem == stem)
}

/// The tables that are written as JSON too, for readers that hold a pack against another one or show it elsewhere.
const JSON_TOO: [&str; 11] = [
    "forecasts",
    "history",
    "yearly",
    "findings",
    "answers",
    "scenarios",
    "scenario-years",
    "pathway",
    "pathway-cost",
    "placements",
    "placement-cost",
];

/// A table of a pack.
#[derive(Debug, Clone, Copy)]
pub(super) struct PackTable<'a> {
    /// The stem of its files.
    pub stem: &'static str,
    pub table: &'a ProtectedTable,
}

impl PackTable<'_> {
    pub fn has_json(&self) -> bool {
        JSON_TOO.contains(&self.stem)
    }

    /// What the names of its files end with.
    pub fn endings(&self) -> impl Iterator<Item = &'static str> {
        ["csv", "parquet"].into_iter().chain(self.has_json().then_some("json"))
    }

    /// The names of its files.
    pub fn files(&self) -> Vec<String> {
        self.endings().map(|ending| format!("{}.{ending}", self.stem)).collect()
    }

    pub fn title(&self) -> &'static str {
        entry(self.stem).map_or(self.stem, |entry| entry.title)
    }

    /// What it says and what a row is.
    pub fn says(&self) -> &'static str {
        entry(self.stem).map_or(self.stem, |entry| entry.says)
    }

    /// Whether every figure in it is forecast.
    pub fn is_forecast(&self) -> bool {
        entry(self.stem).is_some_and(|entry| entry.is_forecast)
    }

    pub fn notes(&self) -> &'static [Note] {
        entry(self.stem).map_or(&[], |entry| entry.notes)
    }
}

/// Every table that the pack holds but for its dictionary, in the order of the workbook.
pub(super) fn tables(contents: &PackContents) -> Vec<PackTable<'_>> {
    let own = [
        ("forecasts", &contents.forecast),
        ("yearly", &contents.yearly),
        ("history", &contents.history),
        ("backtest", &contents.backtest),
        ("coverage", &contents.coverage),
        ("recent", &contents.recent),
        ("vintages", &contents.vintages),
        ("revised", &contents.revised),
        ("models", &contents.models),
        ("findings", &contents.findings),
    ];
    let futures = contents.futures.iter().flat_map(|futures| futures.tables());
    let pathway = contents.pathway.iter().flat_map(|pathway| pathway.tables());
    let placements = contents.placements.iter().flat_map(|placements| placements.tables());
    let completeness = contents.completeness.iter().map(|table| ("completeness", table));
    let all = own.into_iter().chain(completeness).chain(futures).chain(pathway).chain(placements);
    let mut tables: Vec<PackTable<'_>> = all.map(|(stem, table)| PackTable { stem, table }).collect();
    // One without an entry comes last.
    tables.sort_by_key(|one| ENTRIES.iter().position(|entry| entry.stem == one.stem).unwrap_or(ENTRIES.len()));
    tables
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_entry_has_a_name_of_its_own_that_may_name_a_sheet() {
        let stems: BTreeSet<&str> = ENTRIES.iter().map(|entry| entry.stem).collect();
        assert_eq!(stems.len(), ENTRIES.len());
        for entry in ENTRIES {
            assert!(entry.stem.len() <= 31 && !entry.title.is_empty() && !entry.says.is_empty(), "{}", entry.stem);
            assert!(entry.stem.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-'), "{}", entry.stem);
            assert!(entry.notes.is_sorted(), "{}", entry.stem);
        }
    }

    #[test]
    fn notes_are_numbered_from_one() {
        assert_eq!(Note::all().map(Note::mark).collect::<Vec<_>>()[..2], ["[note 1]", "[note 2]"]);
        assert!(JSON_TOO.iter().all(|stem| entry(stem).is_some()));
    }
}
