//! The sections of the project file that no single room owns.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::disclosure::Profile;
use crate::features::FeatureOptions;
use crate::forecast::Levels;
use crate::publish::WorkbookFormat;

/// `[project]`: what the pack is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// The report's title.
    pub title: String,
    /// Whose demand it is.
    pub authority: String,
    /// What is counted, in the plural, as it stands in a sentence.
    #[serde(default = "referrals")]
    pub measure: String,
    /// Who asked for the forecast and who answers for it.
    #[serde(default, skip_serializing_if = "Assurance::is_empty")]
    pub assurance: Assurance,
}

/// `[project.assurance]`: what the AQuA Book (HM Treasury, 2015) asks of every analysis, as it stands in the report.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Assurance {
    /// What the forecast is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// Who asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commissioner: Option<String>,
    /// Who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub analyst: Option<String>,
    /// Who checked what, and when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verification: Option<String>,
    /// Who approved its use, and when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approver: Option<String>,
}

impl Assurance {
    fn is_empty(&self) -> bool {
        *self == Assurance::default()
    }
}

fn referrals() -> String {
    "referrals".to_owned()
}

/// `[calendar]`: working days and school weeks.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CalendarOptions {
    /// A calendar file with local dates; absent: England and Wales, as shipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// A file of closures, to shade in the charts; absent: England's of 2020 and 2021, as shipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closures: Option<PathBuf>,
    /// Which regressors to make of it.
    pub features: FeatureOptions,
}

/// `[forecast]`: how far, how sure, by which models.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ForecastOptions {
    /// How many periods ahead.
    pub horizon: usize,
    /// The levels of the published intervals in per cent.
    pub levels: Levels,
    /// A shipped line-up by name, or the path of a TOML file.
    pub line_up: String,
    /// How many sample paths a series.
    pub paths: usize,
    /// The seed of every random choice.
    pub seed: u64,
}

impl Default for ForecastOptions {
    fn default() -> ForecastOptions {
        ForecastOptions {
            horizon: 12,
            levels: Levels::default(),
            line_up: "referrals".to_owned(),
            paths: 1000,
            seed: 1,
        }
    }
}

/// `[backtest]`: how the recipe is judged on the past.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BacktestOptions {
    /// How many rolling origins, counted back from the newest that leaves a whole horizon to compare with.
    pub origins: usize,
    /// How many periods lie between two origins.
    pub stride: usize,
}

impl Default for BacktestOptions {
    fn default() -> BacktestOptions {
        BacktestOptions { origins: 10, stride: 6 }
    }
}

/// `[publish]`: where packs go, and what they may show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PublishOptions {
    /// The folder that holds the packs, relative to the project file.
    pub folder: PathBuf,
    /// The rule of disclosure control.
    pub profile: Profile,
    /// How many origins' packs stay; the older ones are removed after a new pack is there. Absent: all stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep: Option<usize>,
    /// The forms of the workbook; empty: none.
    pub workbook: Vec<WorkbookFormat>,
    /// A theme file, relative to the project file, whose colours stand in place of those that ship.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theme: Option<PathBuf>,
}

impl Default for PublishOptions {
    fn default() -> PublishOptions {
        PublishOptions {
            folder: PathBuf::from("packs"),
            profile: Profile::default(),
            keep: None,
            workbook: vec![WorkbookFormat::Xlsx],
            theme: None,
        }
    }
}
