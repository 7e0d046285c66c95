//! When something supposed starts: on a day, or so many months into a forecast.

use std::fmt;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::de::{Error as _, IgnoredAny};
use serde::{Deserialize, Deserializer, Serialize};

use super::Period;

/// When a lever starts to act.
///
/// ```
/// use groundswell::time::{Date, Period, Start};
/// let third = Start::Ahead { months_ahead: 3 };
/// assert_eq!(third.day(Period::month(2025, 1)), Ok(Date::constant(2025, 3, 1)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Start {
    /// On a day.
    Day(Date),
    /// In the first, second ... month of the forecast.
    #[serde(rename_all = "snake_case")]
    Ahead {
        /// 1 is the first month of the forecast.
        months_ahead: u32,
    },
}

impl Start {
    /// The day, in a forecast whose first period is `first`.
    ///
    /// # Errors
    /// What is wrong, after "lever 2 ...": the month before the first, or one further than there are dates.
    pub fn day(self, first: Period) -> Result<Date, String> {
        match self {
            Start::Day(day) => Ok(day),
            Start::Ahead { months_ahead: 0 } => Err("starts 0 months ahead; 1 is the first month".to_owned()),
            Start::Ahead { months_ahead } => {
                let day = first.first_day().checked_add((i64::from(months_ahead) - 1).months());
                day.map_err(|_| "starts further ahead than there are dates".to_owned())
            }
        }
    }
}

/// A day as a TOML file or a person may write it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Toml(toml::value::Datetime),
    Text(String),
    Ahead { months_ahead: u32 },
    Other(IgnoredAny),
}

impl Written {
    fn day(&self) -> Option<Date> {
        match self {
            Written::Toml(date) => date.to_string().parse().ok(),
            Written::Text(text) => text.parse().ok(),
            Written::Ahead { .. } | Written::Other(IgnoredAny) => None,
        }
    }
}

impl<'de> Deserialize<'de> for Start {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Start, D::Error> {
        let written = Written::deserialize(deserializer)?;
        match written {
            Written::Ahead { months_ahead } => Ok(Start::Ahead { months_ahead }),
            _ => written.day().map(Start::Day).ok_or_else(|| {
                D::Error::custom(
                    "this must be a day, as \"2025-01-06\", or { months_ahead = 3 }: so many months into the forecast",
                )
            }),
        }
    }
}

/// A day that may be left out, written as "2025-02-14" or as a TOML date; for `deserialize_with`.
///
/// # Errors
/// Where it is no day.
pub fn day_written<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    let day = Written::deserialize(deserializer)?.day();
    day.map(Some).ok_or_else(|| D::Error::custom("this must be a day, as \"2025-02-14\""))
}

/// "2025-04-01", "month 3 of the forecast".
impl fmt::Display for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Start::Day(day) => write!(f, "{day}"),
            Start::Ahead { months_ahead } => write!(f, "month {months_ahead} of the forecast"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Lever {
        starts: Start,
        #[serde(default, deserialize_with = "day_written")]
        last: Option<Date>,
    }

    #[test]
    fn a_start_is_a_day_in_quotes_or_not_or_months_ahead_and_nothing_else() {
        let day = Date::constant(2025, 1, 6);
        for text in ["starts = \"2025-01-06\"\nlast = 2025-01-06", "starts = 2025-01-06\nlast = \"2025-01-06\""] {
            let lever: Lever = toml::from_str(text).expect(text);
            assert_eq!((lever.starts, lever.last), (Start::Day(day), Some(day)));
        }
        let ahead: Lever = toml::from_str("starts = { months_ahead = 3 }").expect("months");
        assert_eq!((ahead.starts, ahead.last), (Start::Ahead { months_ahead: 3 }, None));
        for text in ["\"6 January\"", "{ months = 3 }", "{ months_ahead = -1 }", "3"] {
            let error = toml::from_str::<Lever>(&format!("starts = {text}")).expect_err(text);
            assert!(error.message().starts_with("this must be a day, as \"2025-01-06\", or "), "{error}");
        }
        assert!(toml::from_str::<Lever>("starts = 2025-01-06\nlast = \"soon\"").is_err());
    }
}
