//! What an earlier pack said, read back from its own files.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::PublishError;
use super::text_files::MARKS_COLUMN;
use crate::disclosure::{Cell, Mark, Profile};
use crate::forecast::Levels;
use crate::time::Date;

/// A table of a pack, as its JSON file has it.
#[derive(Debug, Deserialize)]
pub struct TableOfPack<R> {
    /// The rule that it was protected under.
    pub profile: String,
    /// Handling marking, where the rule has one.
    pub marking: Option<String>,
    /// One object a row; a figure that isn't shown is null.
    pub rows: Vec<R>,
}

/// Reads a table of the pack in `folder`.
///
/// # Errors
/// Where the file can't be read or is of another form.
pub fn read_table<R: DeserializeOwned>(folder: &Path, name: &str) -> io::Result<TableOfPack<R>> {
    Ok(serde_json::from_slice(&fs::read(folder.join(format!("{name}.json")))?)?)
}

/// One forecast of an earlier pack.
#[derive(Debug, Clone, PartialEq)]
pub struct EarlierForecast {
    /// The series, as `unique_id` names it.
    pub series: String,
    /// The first day of the period forecast.
    pub date: Date,
    /// The middle.
    pub median: Cell,
    /// Low and high bound, one pair for each level asked for; missing where the pack has no such level.
    pub bounds: Vec<(Cell, Cell)>,
}

/// What an earlier pack said.
#[derive(Debug, Clone, PartialEq)]
pub struct EarlierPack {
    /// Its forecasts, in the pack's order.
    pub forecasts: Vec<EarlierForecast>,
    /// The counts that it called observed, by series and first day; provisional ones are left out.
    pub history: BTreeMap<(String, Date), Cell>,
    /// All counts, provisional ones too.
    pub shown: BTreeMap<(String, Date), Cell>,
}

/// Reads what a pack in `folder` said. Its figures are as they were published, so that they may be published again under
/// the same profile, and under that alone.
///
/// # Errors
/// Where the tables can't be read, are of another form, or were protected under another profile.
pub fn read_earlier(folder: &Path, profile: Profile, levels: &Levels) -> Result<EarlierPack, PublishError> {
    let table = |name: &str| -> Result<(Vec<Json>, Unreadable<'_>), PublishError> {
        let unreadable = Unreadable { folder, table: name.to_owned() };
        let table: TableOfPack<Json> = read_table(folder, name).map_err(|error| unreadable.because(error))?;
        if table.profile != profile.to_string() {
            return Err(unreadable.because("it was protected under another profile"));
        }
        Ok((table.rows, unreadable))
    };
    let (rows, unreadable) = table("forecasts")?;
    let forecast = |row: &Json| {
        Some(EarlierForecast {
            series: row["unique_id"].as_str()?.to_owned(),
            date: row["ds"].as_str()?.parse().ok()?,
            median: figure(row, "median"),
            bounds: levels
                .iter()
                .map(|level| (figure(row, &format!("lo_{level}")), figure(row, &format!("hi_{level}"))))
                .collect(),
        })
    };
    let forecasts: Option<Vec<EarlierForecast>> = rows.iter().map(forecast).collect();
    let forecasts = forecasts.ok_or_else(|| unreadable.because("a row names no series or date"))?;
    let (rows, unreadable) = table("history")?;
    let observed = |row: &Json| {
        let key = (row["unique_id"].as_str()?.to_owned(), row["ds"].as_str()?.parse().ok()?);
        let cell = match figure(row, "y") {
            // Under this rule an observed count that isn't shown may be of any size.
            Cell::Suppressed if profile == Profile::DfeCin => Cell::Withheld,
            cell => cell,
        };
        Some((key, cell, row["state"] == "observed"))
    };
    let rows: Option<Vec<_>> = rows.iter().map(observed).collect();
    let rows = rows.ok_or_else(|| unreadable.because("a row names no series or date"))?;
    let observed = rows.iter().filter(|(.., is_observed)| *is_observed);
    let history = observed.map(|(key, cell, _)| (key.clone(), *cell)).collect();
    Ok(EarlierPack { forecasts, history, shown: rows.into_iter().map(|(key, cell, _)| (key, cell)).collect() })
}

/// A table that can't be read.
struct Unreadable<'a> {
    folder: &'a Path,
    table: String,
}

impl Unreadable<'_> {
    fn because(&self, reason: impl std::fmt::Display) -> PublishError {
        PublishError::Earlier { path: self.folder.join(format!("{}.json", self.table)), reason: reason.to_string() }
    }
}

/// A figure of a row: a number, or null with its mark.
fn figure(row: &Json, column: &str) -> Cell {
    let mark = format!("{column}:{}", &Mark::Suppressed.symbol()[1..2]);
    let is_suppressed = || row[MARKS_COLUMN].as_str().is_some_and(|marks| marks.split(' ').any(|one| one == mark));
    match row[column].as_f64() {
        Some(value) => Cell::Number(value),
        None if is_suppressed() => Cell::Suppressed,
        None => Cell::Missing,
    }
}

#[cfg(test)]
mod tests {
    use super::super::sheet::Sheet;
    use super::super::text_files;
    use super::*;
    use crate::disclosure::{FigureColumn, Figures, LabelColumn, protect};

    /// A folder with forecasts and history of two series, one of them small.
    fn pack() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("temporary folder");
        let days = || ["2024-01-01", "2024-02-01"].map(|day| day.parse::<Date>().expect("a date"));
        let labels = || vec![LabelColumn::text("unique_id", ["north", "south"]), LabelColumn::dates("ds", days())];
        let write = |name: &str, labels: Vec<LabelColumn>, columns: Vec<FigureColumn>| {
            let figures = Figures::new(name, labels, columns).expect("figures");
            let table = protect(Profile::Published, figures);
            let text = text_files::json(name, Profile::Published, &Sheet::of(&table));
            fs::write(folder.path().join(format!("{name}.json")), text).expect("file");
        };
        let counts = |name: &str, values: [f64; 2]| FigureColumn::counts(name, values.to_vec());
        let columns = vec![counts("median", [101.0, 4.0]), counts("lo_80", [88.0, 0.0]), counts("hi_80", [120.0, 9.0])];
        write("forecasts", labels(), columns);
        let mut history = labels();
        history.push(LabelColumn::text("state", ["observed", "provisional"]));
        write("history", history, vec![counts("y", [97.0, 30.0])]);
        folder
    }

    fn date(text: &str) -> Date {
        text.parse().expect("a date")
    }

    #[test]
    fn forecasts_and_observed_counts_come_back_as_they_were_published() {
        let folder = pack();
        let earlier = read_earlier(folder.path(), Profile::Published, &Levels::default()).expect("a pack");
        let missing = (Cell::Missing, Cell::Missing);
        let told = |series: &str, day: &str, median, low, high| EarlierForecast {
            series: series.to_owned(),
            date: date(day),
            median,
            bounds: vec![missing, (low, high), missing],
        };
        let number = Cell::Number;
        let expected = [
            told("north", "2024-01-01", number(100.0), number(90.0), number(120.0)),
            told("south", "2024-02-01", Cell::Suppressed, number(0.0), number(10.0)),
        ];
        assert_eq!(earlier.forecasts, expected);
        let history = BTreeMap::from([(("north".to_owned(), date("2024-01-01")), number(95.0))]);
        assert_eq!(earlier.history, history);
    }

    #[test]
    fn figures_of_another_profile_are_refused() {
        let levels = Levels::default();
        let error = read_earlier(pack().path(), Profile::Internal, &levels).expect_err("refused").to_string();
        assert!(
            error.ends_with("forecasts.json` of an earlier pack can't be read: it was protected under another profile")
        );
    }
}
