//! What a run says about its input: the `[input]` table of a project file.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize};

use crate::time::Frequency;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// To be recognised by its columns.
    #[default]
    Auto,
    /// One row a referral.
    Referrals,
    /// One row a series and period, with a count.
    Counts,
    /// The Department for Education's file with one column a month.
    DfeMonthly,
    /// Returns of the children in need census: one XML document a year.
    CinCensus,
    /// The lists of Ofsted's Annex A: workbooks, or folders of CSV files.
    AnnexA,
    /// Views of the standard safeguarding dataset: folders of CSV files, or workbooks.
    Ssd,
    /// Tables of the return of looked-after children; they hold no referrals.
    Ssda903,
}

impl Format {
    /// The format as a message names it.
    pub fn noun(self) -> &'static str {
        match self {
            Format::Auto => "any known format",
            Format::Referrals => "referrals (one row each)",
            Format::Counts => "counts (one row a series and period)",
            Format::DfeMonthly => "DfE monthly statistics (one column a month)",
            Format::CinCensus => "children in need census (one XML return a year)",
            Format::AnnexA => "Annex A lists (one workbook or folder an extract)",
            Format::Ssd => "standard safeguarding dataset (one folder of SSD views an extract)",
            Format::Ssda903 => "looked-after children (SSDA903 tables)",
        }
    }
}

/// Which areas of a DfE file are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Local authorities.
    #[default]
    Authority,
    /// Regions.
    Region,
    /// England.
    National,
}

impl Level {
    /// The level as the file and messages write it.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Level::Authority => "local authority",
            Level::Region => "region",
            Level::National => "nation",
        }
    }
}

/// What the labels of areas in a DfE file are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AreaLabels {
    /// The area's name.
    #[default]
    Name,
    /// The area's nine-character code.
    Code,
}

/// In which order numeric dates such as 03/04/2024 are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateOrder {
    /// Decided for each column by parts over 12; day first where nothing decides.
    #[default]
    Auto,
    /// 3 April 2024.
    DayFirst,
    /// 4 March 2024.
    MonthFirst,
}

/// Headers of the columns that a run names itself; the others are found by their usual names.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Columns {
    /// Referrals: the date of referral.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Referrals: the child's identifier, used only to merge overlapping extracts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub child: Option<String>,
    /// Who referred.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Where: authority, district, ward or team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
    /// Referrals: age in years at referral.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<String>,
    /// Referrals: date of birth, from which the age is taken where there is no age.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_of_birth: Option<String>,
    /// Referrals: primary need.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub need: Option<String>,
    /// Referrals: whether no further action was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_further_action: Option<String>,
    /// Counts: the series' name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
    /// Counts: the period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// Counts: the count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// The input of a run: which files, what they hold, and how they are cut into series.
///
/// ```
/// use groundswell::ingest::{Format, InputOptions};
/// let options: InputOptions = toml::from_str(r#"
///     files = ["referrals-2024.csv"]
///     dimensions = ["area", "source"]
///     extract_date = 2024-04-05
/// "#)?;
/// assert_eq!(options.format, Format::Auto);
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InputOptions {
    /// The files, oldest extract first where they overlap; relative paths start at the project file.
    pub files: Vec<PathBuf>,
    /// What they hold.
    pub format: Format,
    /// Headers that differ from the usual ones.
    pub columns: Columns,
    /// What the series are told apart by. Referrals: any of `area`, `source`, `age_band`, `need`,
    /// `no_further_action`; none makes one series. Counts: headers of columns; none means the series column.
    pub dimensions: Vec<String>,
    /// Areas to keep, by name or code; none keeps all.
    pub areas: Vec<String>,
    /// DfE files: which areas are read.
    pub level: Level,
    /// DfE files: whether areas are labelled by name or code.
    pub area_labels: AreaLabels,
    /// Rows to keep: for each column (by header) the values that stay.
    pub filters: BTreeMap<String, Vec<String>>,
    /// The first day that counts.
    #[serde(deserialize_with = "day", skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The last day that counts.
    #[serde(deserialize_with = "day", skip_serializing_if = "Option::is_none")]
    pub to: Option<Date>,
    /// The last day that the newest extract covers; else its latest referral stands for it.
    #[serde(deserialize_with = "day", skip_serializing_if = "Option::is_none")]
    pub extract_date: Option<Date>,
    /// How long a period is; else months for referrals, and what the dates show for counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frequency: Option<Frequency>,
    /// A TOML file that maps local spellings of sources and needs to DfE's groups.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mapping: Option<PathBuf>,
    /// The order of day and month where dates are numeric.
    pub date_order: DateOrder,
    /// Whether dates that are plain numbers count from 1904 (old Excel for Macintosh) and not from 1900.
    pub excel_1904: bool,
}

/// A date written as a TOML date or as text.
fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Toml(toml::value::Datetime),
        Text(String),
    }
    let text = match Option::<Written>::deserialize(deserializer)? {
        None => return Ok(None),
        Some(Written::Toml(date)) => date.to_string(),
        Some(Written::Text(text)) => text,
    };
    text.parse().map(Some).map_err(|_| serde::de::Error::custom("give the date as 2024-03-31"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_option_is_refused() {
        let error = toml::from_str::<InputOptions>("file = \"a.csv\"").expect_err("not an option");
        assert!(error.message().starts_with("unknown field `file`"), "{}", error.message());
    }

    #[test]
    fn a_date_may_be_toml_or_text() {
        let toml: InputOptions = toml::from_str("from = 2024-03-31").expect("valid");
        let text: InputOptions = toml::from_str("from = \"2024-03-31\"").expect("valid");
        assert_eq!(toml.from, Some(Date::constant(2024, 3, 31)));
        assert_eq!(text, toml);
        assert!(toml::from_str::<InputOptions>("to = \"31/03/2024\"").is_err());
    }

    #[test]
    fn options_survive_being_written_and_read() {
        let options = InputOptions {
            files: vec!["a.csv".into()],
            from: Some(Date::constant(2020, 1, 1)),
            filters: BTreeMap::from([("team".to_string(), vec!["North".to_string()])]),
            ..InputOptions::default()
        };
        let written = toml::to_string(&options).expect("writable");
        assert_eq!(toml::from_str::<InputOptions>(&written).expect("readable"), options);
    }
}
