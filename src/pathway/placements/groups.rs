//! Placement groups and age bands, from their file.

use jiff::civil::Date;
use serde::Deserialize;

use crate::pathway::PathwayError;

/// The groups that ship with the engine.
const SHIPPED: &str = include_str!("../../../models/categories/placements.toml");

const FILE: &str = "models/categories/placements.toml";

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Code {
    code: String,
    first: Option<i16>,
    last: Option<i16>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    label: String,
    codes: Vec<Code>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Age {
    label: String,
    from: i16,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Care {
    ends_at_age: i16,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupsFile {
    schema: u32,
    otherwise: String,
    #[serde(rename = "group")]
    groups: Vec<Group>,
    #[serde(rename = "age")]
    ages: Vec<Age>,
    care: Care,
}

/// Placement groups and age bands of the model.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacementGroups {
    file: GroupsFile,
    otherwise: usize,
}

impl PlacementGroups {
    /// The groups that ship with the engine.
    ///
    /// ```
    /// use groundswell::pathway::placements::PlacementGroups;
    /// let groups = PlacementGroups::shipped();
    /// let of = |code, year| groups.labels()[groups.group_of(code, year)].clone();
    /// assert_eq!(of("U4", 2020), "fostering");
    /// assert_eq!([of("K3", 2024), of("K3", 2025)], ["other", "supported"]);
    /// ```
    pub fn shipped() -> PlacementGroups {
        #[expect(clippy::expect_used, reason = "the text is compiled in and a test reads it")]
        PlacementGroups::from_toml(SHIPPED).expect("the shipped groups are valid")
    }

    /// Groups in the form of `models/categories/placements.toml`.
    ///
    /// # Errors
    /// Where the text is no such file, or groups or ages are not in order.
    pub fn from_toml(text: &str) -> Result<PlacementGroups, PathwayError> {
        let wrong = |problem: String| PathwayError::File { file: FILE, problem };
        let file: GroupsFile = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
        if file.schema != 1 {
            return Err(wrong(format!("schema {} is not known; this version reads 1", file.schema)));
        }
        let otherwise = file
            .groups
            .iter()
            .position(|group| group.label == file.otherwise)
            .ok_or_else(|| wrong(format!("`otherwise` names `{}`, which is no group", file.otherwise)))?;
        let ages: Vec<i16> = file.ages.iter().map(|age| age.from).collect();
        if ages.first() != Some(&0) || !ages.is_sorted_by(|a, b| a < b) || ages.last() >= Some(&file.care.ends_at_age) {
            return Err(wrong("ages must start at 0, rise, and end before care does".to_owned()));
        }
        Ok(PlacementGroups { file, otherwise })
    }

    /// Names of the placement groups.
    pub fn labels(&self) -> Vec<String> {
        self.file.groups.iter().map(|group| group.label.clone()).collect()
    }

    /// Names of the age bands.
    pub fn ages(&self) -> Vec<String> {
        self.file.ages.iter().map(|age| age.label.clone()).collect()
    }

    /// The group of a PLACE code in the return of the year ending 31 March `year`.
    pub fn group_of(&self, code: &str, year: i16) -> usize {
        let holds = |known: &Code| {
            known.code == code
                && known.first.is_none_or(|first| year >= first)
                && known.last.is_none_or(|last| year <= last)
        };
        self.file.groups.iter().position(|group| group.codes.iter().any(holds)).unwrap_or(self.otherwise)
    }

    pub(super) fn bands(&self) -> usize {
        self.file.ages.len()
    }

    /// How many placement groups there are.
    pub fn len(&self) -> usize {
        self.file.groups.len()
    }

    /// Whether there is no group: never.
    pub fn is_empty(&self) -> bool {
        self.file.groups.is_empty()
    }

    /// The birthday on which a band starts; past the last band that on which care ends.
    pub(super) fn birthday(&self, born: Date, band: usize) -> Date {
        let age = self.file.ages.get(band).map_or(self.file.care.ends_at_age, |age| age.from);
        let year = born.year().saturating_add(age);
        // Those born on 29 February come of age on 1 March of a common year.
        Date::new(year, born.month(), born.day()).or_else(|_| Date::new(year, 3, 1)).unwrap_or(Date::MAX)
    }

    /// The band of an age in years; `None` from that on at which care ends.
    pub(super) fn band_at(&self, years: f64) -> Option<usize> {
        let below = self.file.ages.partition_point(|age| f64::from(age.from) <= years);
        (years < f64::from(self.file.care.ends_at_age)).then(|| below.saturating_sub(1))
    }

    /// The band of a child on a day; `None` from the birthday on which care ends. Days before birth count as the first.
    pub(super) fn band_on(&self, born: Date, day: Date) -> Option<usize> {
        (0..self.bands()).find(|band| day < self.birthday(born, band + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_starts_on_its_birthday_and_care_ends_on_the_eighteenth() {
        let groups = PlacementGroups::shipped();
        let born = Date::constant(2008, 2, 29);
        let on = |year, month, day| groups.band_on(born, Date::constant(year, month, day));
        assert_eq!([on(2009, 2, 28), on(2009, 3, 1)], [Some(0), Some(1)]);
        assert_eq!([on(2024, 2, 28), on(2024, 2, 29)], [Some(3), Some(4)]);
        assert_eq!([on(2026, 2, 28), on(2026, 3, 1)], [Some(4), None]);
        assert_eq!(
            [0.5, 1.0, 15.9, 16.0, 17.9, 18.0].map(|age| groups.band_at(age)).map(|band| band.unwrap_or(9)),
            [0, 1, 3, 4, 4, 9]
        );
    }

    #[test]
    fn a_code_that_no_group_names_counts_as_other() {
        let groups = PlacementGroups::shipped();
        assert_eq!(groups.labels()[groups.group_of("K1", 2024)], "other");
        assert_eq!(groups.labels()[groups.group_of("H5", 2025)], "other");
    }
}
