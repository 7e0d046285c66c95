//! What was noticed about the data: counted, placed and explained, never silently dropped.

use serde::Serialize;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; changes nothing.
    Note,
    /// May change the forecast.
    Warning,
    /// Rows or series were left out.
    Loss,
}

/// Where a finding lies. Never holds a value from the file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Place {
    /// The file's path as given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The workbook's sheet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The column's header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// The first few rows, counted as a spreadsheet counts them (the header is row 1).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<u64>,
    /// The series (labels with slashes) or period concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
}

/// Something about the data that a reader of the forecast should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// A stable name in kebab case, such as `unreadable-date`.
    pub name: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What was found, in a sentence.
    pub what: String,
    /// Where.
    pub place: Place,
    /// How many rows, cells or periods are concerned.
    pub count: u64,
    /// What it means for the forecast.
    pub meaning: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}
