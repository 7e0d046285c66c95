//! Years from 1 April to 31 March.

use super::Date;

/// The financial year in which a day lies, from 1 April to 31 March, by the year in which it ends; it is also that of
/// statutory returns and of statistics.
///
/// ```
/// use groundswell::time::{Date, financial_year};
/// assert_eq!(financial_year(Date::constant(2025, 3, 31)), 2025);
/// assert_eq!(financial_year(Date::constant(2025, 4, 1)), 2026);
/// ```
pub fn financial_year(day: Date) -> i16 {
    day.year() + i16::from(day.month() >= 4)
}
