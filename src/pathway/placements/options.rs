//! How rates and their uncertainty are used.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::rates::ReferenceWindow;
use crate::pathway::{Assumption, PathwayError};

/// The options that ship with the engine.
const SHIPPED: &str = include_str!("../../../models/pathway/placements.toml");

/// How rates and their uncertainty are used.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlacementOptions {
    /// Events that the rate of all ages counts for beside an age band's own.
    pub prior_events: f64,
    /// Standard deviation of a year's surprise in the log of entries, beyond chance, before the authority's own years are seen.
    pub entry_drift_per_year: f64,
    /// The same of the rates of exits and of moves.
    pub leaving_drift_per_year: f64,
    /// Years that these count for.
    pub drift_years: f64,
    /// How much of a year's surprise lasts, between 0 and 1.
    pub smoothing: f64,
    /// Standard deviation of a year's change in the log of the number of children, beyond chance, where no change lasts.
    pub passing_change: f64,
    /// The share of authorities in which the change goes on, and the standard deviation of it there.
    pub lasting_share: f64,
    pub lasting_change: f64,
    /// Rates are taken from so many months up to the last that the returns cover.
    pub reference_months: u32,
    /// The days that rates are taken from, in place of the last months.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<ReferenceWindow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OptionsFile {
    prior_events: f64,
    entry_drift_per_year: f64,
    leaving_drift_per_year: f64,
    drift_years: f64,
    smoothing: f64,
    passing_change: f64,
    lasting_share: f64,
    lasting_change: f64,
    reference_months: u32,
}

impl Default for PlacementOptions {
    fn default() -> PlacementOptions {
        #[expect(clippy::expect_used, reason = "the text is compiled in and every test of this file reads it")]
        let file: OptionsFile = toml::from_str(SHIPPED).expect("the shipped options are valid");
        PlacementOptions {
            prior_events: file.prior_events,
            entry_drift_per_year: file.entry_drift_per_year,
            leaving_drift_per_year: file.leaving_drift_per_year,
            drift_years: file.drift_years,
            smoothing: file.smoothing,
            passing_change: file.passing_change,
            lasting_share: file.lasting_share,
            lasting_change: file.lasting_change,
            reference_months: file.reference_months,
            reference: None,
        }
    }
}

impl PlacementOptions {
    /// The days that rates are taken from, where returns cover those from `first` to `last`.
    ///
    /// # Errors
    /// Where the window that is set lies outside them or ends before it starts, or `reference_months` is 0.
    pub fn window(&self, first: Date, last: Date) -> Result<ReferenceWindow, PathwayError> {
        if let Some(window) = self.reference {
            if window.first > window.last || window.first < first || window.last > last {
                let problem =
                    format!("must lie within what is known of care, {first} to {last}, and not end before it starts");
                return Err(PathwayError::option("placements.reference", problem));
            }
            return Ok(window);
        }
        if self.reference_months == 0 {
            return Err(PathwayError::option("placements.reference_months", "is 0; give 12 or more"));
        }
        let back = jiff::Span::new().months(i64::from(self.reference_months));
        let after = last.tomorrow().unwrap_or(Date::MAX);
        Ok(ReferenceWindow { first: after.saturating_sub(back).max(first), last })
    }

    /// What stays an assumption whatever returns tell.
    pub(in crate::pathway) fn assumption(&self) -> Assumption {
        Assumption {
            what: "how far a year's entries to care, and its rate of exits, are usually off their level".to_owned(),
            value: format!(
                "{:.0}% and {:.0}%, counted as {:.0} years beside the authority's own",
                100.0 * self.entry_drift_per_year,
                100.0 * self.leaving_drift_per_year,
                self.drift_years
            ),
            source: "our calculation from CLA, 2021 to 2025; that moves vary as exits do is an assumption".to_owned(),
        }
    }

    pub(super) fn check(&self) -> Result<(), PathwayError> {
        for (name, value) in [
            ("prior_events", self.prior_events),
            ("entry_drift_per_year", self.entry_drift_per_year),
            ("leaving_drift_per_year", self.leaving_drift_per_year),
            ("drift_years", self.drift_years),
            ("passing_change", self.passing_change),
            ("lasting_change", self.lasting_change),
        ] {
            if !(value.is_finite() && (0.0..=100.0).contains(&value)) {
                return Err(PathwayError::option(format!("placements.{name}"), "must lie between 0 and 100"));
            }
        }
        for (name, value) in [("smoothing", self.smoothing), ("lasting_share", self.lasting_share)] {
            if !(0.0..=1.0).contains(&value) {
                return Err(PathwayError::option(format!("placements.{name}"), "must lie between 0 and 1"));
            }
        }
        Ok(())
    }
}
