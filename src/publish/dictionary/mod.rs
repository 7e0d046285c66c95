//! The data dictionary of a pack: one row a table and column.
//!
//! In: the tables and chart figures as they are written. Out: a table of texts, which is written as any other. Types and
//! names are read off the tables themselves; what a column means stands in [`meanings`].

mod meanings;

use crate::disclosure::{FigureError, FigureKind, Figures, LabelColumn, Labels, ProtectedTable, protect};

use super::catalogue::PackTable;
use super::charts::Chart;
use super::contents::PackContents;
use super::sheet::{MARKING_COLUMN, Sheet, Value};
use super::text_files::MARKS_COLUMN;
use meanings::{Scope, Unit, meaning};

/// The stem of the dictionary's files.
pub(super) const DICTIONARY: &str = "dictionary";

/// The dictionary's own columns.
const COLUMNS: [&str; 7] = ["table", "files", "column", "type", "unit", "meaning", "shorthand"];

const TEXT: &str = "text";
const DATE: &str = "date";
const WHOLE: &str = "whole number";
const NUMBER: &str = "number";

const NO_MARKS: &str = "none";
const FIGURE_MARKS: &str = "[c] not shown, to protect children; [x] not available; in Parquet and JSON null, with the \
                            reason in marks";
const TEXT_MARKS: &str = "[z] in the workbook where there is no text";
const STATE_MARKS: &str = "[p] after provisional and [f] after forecast in the workbook";
const CHART_MARKS: &str =
    "[c] not shown, to protect children; [x] not available; empty where the row has no such figure";

/// A column as it is written.
struct Written<'a> {
    name: &'a str,
    kind: &'static str,
    marks: &'static str,
    /// Of these endings only; all where there is none.
    endings: &'static [&'static str],
    /// Whether it says of the figures what they are of.
    is_label: bool,
    /// Whether the figures count what the pack counts, or something added to it or taken from it.
    counts: bool,
}

/// Every column of the tables, of the dictionary itself and of the figures behind the charts.
///
/// # Errors
/// Never in practice: the columns fit by construction.
pub(super) fn dictionary(
    contents: &PackContents,
    tables: &[PackTable<'_>],
    charts: &[Chart],
) -> Result<ProtectedTable, FigureError> {
    let mut rows: Vec<[String; 7]> = Vec::new();
    for table in tables {
        let files = table.files();
        rows.extend(
            table_columns(table.table).iter().map(|column| row(contents, Scope::Table(table.stem), &files, column)),
        );
    }
    let own = PackTable { stem: DICTIONARY, table: &as_table(contents, &[])? }.files();
    let of_own = COLUMNS.into_iter().map(|name| text_column(name, TEXT_MARKS));
    let more = [marks_column()].into_iter().chain(contents.profile.marking().map(|_| marking_column()));
    rows.extend(of_own.chain(more).map(|column| row(contents, Scope::Table(DICTIONARY), &own, &column)));
    for chart in charts {
        let files = [format!("charts/{}.csv", chart.id)];
        let columns = sheet_columns(&chart.sheet);
        rows.extend(columns.iter().map(|column| row(contents, Scope::Chart(&chart.id), &files, column)));
    }
    as_table(contents, &rows)
}

fn as_table(contents: &PackContents, rows: &[[String; 7]]) -> Result<ProtectedTable, FigureError> {
    let columns = COLUMNS.iter().enumerate();
    let labels = columns.map(|(place, name)| LabelColumn::text(name, rows.iter().map(|row| row[place].clone())));
    Ok(protect(contents.profile, Figures::new(DICTIONARY, labels.collect(), Vec::new())?))
}

fn row(contents: &PackContents, scope: Scope<'_>, files: &[String], column: &Written<'_>) -> [String; 7] {
    let (unit, says) = meaning(contents, scope, column.name, column.is_label);
    let unit = match unit {
        Unit::Counted if column.counts => contents.measure.as_str(),
        Unit::Counted | Unit::None => "none",
        Unit::Named(name) => name,
    };
    let table = match scope {
        Scope::Table(stem) => stem.to_owned(),
        Scope::Chart(id) => format!("charts/{id}"),
    };
    let with = |file: &&String| {
        column.endings.is_empty() || column.endings.iter().any(|ending| file.ends_with(&format!(".{ending}")))
    };
    let files = files.iter().filter(with).map(String::as_str).collect::<Vec<_>>().join("; ");
    [table, files, column.name.to_owned(), column.kind.to_owned(), unit.to_owned(), says, column.marks.to_owned()]
}

fn text_column<'a>(name: &'a str, marks: &'static str) -> Written<'a> {
    Written { name, kind: TEXT, marks, endings: &[], is_label: true, counts: false }
}

fn marks_column() -> Written<'static> {
    Written { endings: &["parquet", "json"], ..text_column(MARKS_COLUMN, NO_MARKS) }
}

fn marking_column() -> Written<'static> {
    text_column(MARKING_COLUMN, NO_MARKS)
}

/// The columns of a table with those that its files add.
fn table_columns(table: &ProtectedTable) -> Vec<Written<'_>> {
    let label = |column: &'_ LabelColumn| match column.labels {
        Labels::Text(_) if column.name == "state" => (TEXT, STATE_MARKS),
        Labels::Text(_) => (TEXT, TEXT_MARKS),
        Labels::Dates(_) => (DATE, NO_MARKS),
        Labels::Numbers(_) => (WHOLE, NO_MARKS),
    };
    let labels = table.labels().iter().map(|column| {
        let (kind, marks) = label(column);
        Written { kind, ..text_column(&column.name, marks) }
    });
    let figures = table.figures().iter().map(|column| Written {
        name: column.name(),
        kind: NUMBER,
        marks: FIGURE_MARKS,
        endings: &[],
        is_label: false,
        counts: matches!(column.kind(), FigureKind::Count | FigureKind::Change),
    });
    let marking = table.profile().marking().map(|_| marking_column());
    labels.chain(figures).chain([marks_column()]).chain(marking).collect()
}

/// The columns of the figures behind a chart.
fn sheet_columns(sheet: &Sheet) -> Vec<Written<'_>> {
    let columns = sheet.columns.iter().enumerate();
    columns
        .map(|(place, name)| {
            let values = || sheet.rows.iter().map(|row| &row[place]);
            let is_figure = values().any(|value| matches!(value, Value::Figure(_)));
            let (kind, marks) = if is_figure {
                (NUMBER, CHART_MARKS)
            } else if values().any(|value| matches!(value, Value::Whole(_))) {
                (WHOLE, NO_MARKS)
            } else {
                (TEXT, NO_MARKS)
            };
            Written { kind, is_label: !is_figure, counts: is_figure, ..text_column(name, marks) }
        })
        .collect()
}
