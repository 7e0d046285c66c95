//! When something supposed starts: on a day, or so many months into a forecast.

use std::fmt;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Period;

/// When a lever starts to act.
///
/// ```
/// use groundswell::time::{Date, Period, Start};
/// let third = Start::Ahead { months_ahead: 3 };
/// assert_eq!(third.day(Period::month(2025, 1)), Ok(Date::constant(2025, 3, 1)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
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

/// "2025-04-01", "month 3 of the forecast".
impl fmt::Display for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Start::Day(day) => write!(f, "{day}"),
            Start::Ahead { months_ahead } => write!(f, "month {months_ahead} of the forecast"),
        }
    }
}
