//! What was noticed about the data: counted, placed and explained, never silently dropped.

use std::fmt;

use serde::{Serialize, Serializer};

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

/// What was found, as a sentence.
///
/// How many records it is about (rows, referrals, episodes, children) stands apart from its words: a number of few may
/// tell of one child, so that what is published gives it by the rule that counts follow. `Display` gives it as it is.
///
/// ```
/// use groundswell::panel::Statement;
/// let statement = Statement::records(3, "row has", "rows have").then(" no date");
/// assert_eq!(statement.to_string(), "3 rows have no date");
/// assert_eq!(statement.told(|_| "fewer than 8".to_owned()), "Fewer than 8 rows have no date");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    /// Told of one record: told to those alone who may know exact figures.
    Exact(String),
    Records {
        count: u64,
        one: &'static str,
        many: &'static str,
    },
}

impl Statement {
    /// Starts with a number of records: `one` follows the number one, `many` every other.
    pub fn records(count: u64, one: &'static str, many: &'static str) -> Statement {
        Statement { parts: Vec::new() }.then_records(count, one, many)
    }

    /// Goes on with words.
    pub fn then(self, text: impl Into<String>) -> Statement {
        self.with(Part::Text(text.into()))
    }

    /// Goes on with a number of records.
    pub fn then_records(self, count: u64, one: &'static str, many: &'static str) -> Statement {
        self.with(Part::Records { count, one, many })
    }

    /// Goes on with words that are said only where exact figures may be told, such as the day of one record.
    pub fn exactly(self, text: impl Into<String>) -> Statement {
        self.with(Part::Exact(text.into()))
    }

    fn with(mut self, part: Part) -> Statement {
        self.parts.push(part);
        self
    }

    /// Whether it gives a number of records.
    pub fn is_of_records(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Records { .. }))
    }

    /// The sentence of both, their numbers of records added up; `None` where they differ in words or tell of one record.
    fn together(&self, other: &Statement) -> Option<Statement> {
        let both = |pair: (&Part, &Part)| match pair {
            (Part::Text(one), Part::Text(same)) if one == same => Some(Part::Text(one.clone())),
            (Part::Records { count, one, many }, Part::Records { count: more, many: same, .. }) if many == same => {
                Some(Part::Records { count: count + more, one, many })
            }
            _ => None,
        };
        let parts = (self.parts.len() == other.parts.len()).then(|| self.parts.iter().zip(&other.parts))?;
        Some(Statement { parts: parts.map(both).collect::<Option<_>>()? })
    }

    /// The sentence for those who may not know exact figures; `number` words each number of records.
    pub fn told(&self, number: impl Fn(u64) -> String) -> String {
        let words = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Exact(_) => String::new(),
            Part::Records { count, many, .. } => format!("{} {many}", number(*count)),
        };
        let sentence: String = self.parts.iter().map(words).collect();
        let mut letters = sentence.chars();
        match (&self.parts.first(), letters.next()) {
            (Some(Part::Records { .. }), Some(first)) => first.to_uppercase().chain(letters).collect(),
            _ => sentence,
        }
    }
}

/// With exact figures.
impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| match part {
            Part::Text(text) | Part::Exact(text) => f.write_str(text),
            Part::Records { count, one, many } => write!(f, "{count} {}", if *count == 1 { one } else { many }),
        })
    }
}

impl From<&str> for Statement {
    fn from(text: &str) -> Statement {
        Statement::from(text.to_owned())
    }
}

impl From<String> for Statement {
    fn from(text: String) -> Statement {
        Statement { parts: vec![Part::Text(text)] }
    }
}

/// As a text with exact figures.
impl Serialize for Statement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Something about the data that a reader of the forecast should know, with exact figures: for whoever holds the data.
/// What is published of it is decided by disclosure control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// A stable name in kebab case, such as `unreadable-date`.
    pub name: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What was found.
    pub what: Statement,
    /// Where.
    pub place: Place,
    /// How many are concerned: records where the statement counts these, else periods, series or files.
    pub count: u64,
    /// What it means for the forecast.
    pub meaning: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}

/// The findings with those that files share told once, in the place of the first: their numbers added up, and beside them
/// the place in each file.
pub fn findings_by_kind<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<(Finding, Vec<&'a Place>)> {
    let mut groups: Vec<(Finding, Vec<&Place>)> = Vec::new();
    for finding in findings {
        let alike = groups.iter_mut().find_map(|(first, places)| {
            let is_like = finding.place.file.is_some()
                && (first.name, first.severity, first.meaning, first.remedy)
                    == (finding.name, finding.severity, finding.meaning, finding.remedy)
                && [&first.place.sheet, &first.place.column, &first.place.series]
                    == [&finding.place.sheet, &finding.place.column, &finding.place.series]
                && places.iter().all(|place| place.file.is_some() && place.file != finding.place.file);
            let what = first.what.together(&finding.what).filter(|_| is_like)?;
            Some((first, places, what))
        });
        match alike {
            Some((first, places, what)) => {
                first.what = what;
                first.count += finding.count;
                places.push(&finding.place);
            }
            None => groups.push((finding.clone(), vec![&finding.place])),
        }
    }
    groups
}

/// As [`findings_by_kind`], with the number of files and one of these as the place of what files share.
pub fn findings_together<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<Finding> {
    let told = |(mut finding, places): (Finding, Vec<&Place>)| {
        if let ([first, _, ..], Some(file)) = (places.as_slice(), &mut finding.place.file) {
            *file = format!("{} files, such as {}", places.len(), first.file.as_deref().unwrap_or_default());
            finding.place.rows.clear();
        }
        finding
    };
    findings_by_kind(findings).into_iter().map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_findings_of_several_files_are_one_and_others_stay_apart() {
        let finding = |name, file: &str, count: u64, rows: Vec<u64>| Finding {
            name,
            severity: Severity::Loss,
            what: Statement::records(count, "row has", "rows have").then(" no date"),
            place: Place { file: Some(file.to_owned()), rows, ..Place::default() },
            count,
            meaning: "They are left out.",
            remedy: "Complete them.",
        };
        let of = |name, file| finding(name, file, 3, vec![4, 9]);
        let told =
            findings_together(&[of("missing-date", "a.xml"), of("stray-date", "a.xml"), of("missing-date", "b.xml")]);
        let said: Vec<String> =
            told.iter().map(|one| format!("{} {}: {} ({})", one.name, one.count, one.what, one.place)).collect();
        assert_eq!(
            said,
            [
                "missing-date 6: 6 rows have no date (2 files, such as a.xml)",
                "stray-date 3: 3 rows have no date (a.xml, rows 4, 9)"
            ]
        );
    }

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
