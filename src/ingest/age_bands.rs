//! Ages to the bands of national statistics.

use std::sync::LazyLock;

use serde::Deserialize;

use super::error::IngestError;
use super::headers::plain;

/// The bands that ship with the engine; a test reads them.
const AGE_BAND: &str = include_str!("../../models/categories/age-band.toml");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AgeBandFile {
    #[serde(rename = "schema")]
    _schema: u32,
    unborn: String,
    unknown: String,
    band: Vec<AgeBand>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AgeBand {
    label: String,
    from_years: i32,
}

/// The bands that ages are counted in.
#[derive(Debug)]
pub(super) struct AgeBands {
    file: &'static AgeBandFile,
}

impl AgeBands {
    /// The bands that ship with the engine.
    pub(super) fn new() -> Result<AgeBands, IngestError> {
        static SHIPPED: LazyLock<Result<AgeBandFile, String>> =
            LazyLock::new(|| toml::from_str(AGE_BAND).map_err(|error| error.message().to_owned()));
        match &*SHIPPED {
            Ok(file) => Ok(AgeBands { file }),
            Err(problem) => Err(IngestError::Options(problem.clone())),
        }
    }

    /// The label where no age is known.
    pub(super) fn unknown(&self) -> &str {
        &self.file.unknown
    }

    /// The youngest age of each band, ascending, from before birth on.
    pub(super) fn youngest(&self) -> Vec<i32> {
        std::iter::once(-1).chain(self.file.band.iter().map(|band| band.from_years)).collect()
    }

    /// The band of an age in completed years; before birth it is negative.
    pub(super) fn of_years(&self, years: i32) -> &str {
        let band = self.file.band.iter().rev().find(|band| years >= band.from_years);
        band.map_or(&self.file.unborn, |band| &band.label)
    }

    /// The band of an age as written: `7`, `7.5`, `< 1`, `Unborn`, or a band itself.
    pub(super) fn of_text(&self, text: &str) -> Option<&str> {
        let text = text.trim();
        let named = plain(text);
        let bands = self.file.band.iter().map(|band| &band.label).chain([&self.file.unborn]);
        if let Some(label) = bands.into_iter().find(|label| plain(label) == named) {
            return Some(label);
        }
        if let Some(limit) = text.strip_prefix('<') {
            return limit.trim().parse::<i32>().ok().map(|years| self.of_years(years - 1));
        }
        let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
        let years: i32 = text[..digits].parse().ok()?;
        (years <= 25).then(|| self.of_years(years))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_fall_into_bands() {
        let bands = AgeBands::new().expect("valid");
        for (text, band) in [
            ("0", "Under 1"),
            ("1", "1 to 4"),
            ("4", "1 to 4"),
            ("9.5", "5 to 9"),
            ("10 years", "10 to 15"),
            ("17", "16 and over"),
            ("<1", "Under 1"),
            ("unborn", "Unborn"),
            ("5 to 9", "5 to 9"),
            ("16+", "16 and over"),
        ] {
            assert_eq!(bands.of_text(text), Some(band), "{text}");
        }
        assert_eq!(bands.of_text("twelve"), None);
        assert_eq!(bands.of_text("99"), None);
        assert_eq!(bands.of_years(-1), "Unborn");
    }
}
