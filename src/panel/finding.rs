//! What was noticed about the data: counted, placed and explained, never silently dropped.

use std::fmt;

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

/// The word as outputs have it.
impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Loss => "loss",
        })
    }
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

/// The parts with commas between them: "referrals.csv, column date, rows 4, 9".
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<String> = self.rows.iter().map(u64::to_string).collect();
        let parts = [
            self.file.clone(),
            self.sheet.as_ref().map(|sheet| format!("sheet {sheet}")),
            self.column.as_ref().map(|column| format!("column {column}")),
            (!rows.is_empty()).then(|| format!("rows {}", rows.join(", "))),
            self.series.clone(),
        ];
        f.write_str(&parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_written_from_the_file_down_to_the_rows() {
        let place = Place {
            file: Some("referrals.csv".into()),
            column: Some("date".into()),
            rows: vec![4, 9],
            ..Place::default()
        };
        assert_eq!(place.to_string(), "referrals.csv, column date, rows 4, 9");
        assert_eq!(Place::default().to_string(), "");
    }
}
