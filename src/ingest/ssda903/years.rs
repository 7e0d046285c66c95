//! Which year a return is of.

use std::collections::BTreeMap;

use crate::time::{Date, financial_year};

/// A return's year holds more than this share of its dates; fewer are slips of the pen.
const SHARE: f64 = 0.01;

/// The last day of the year that ends in `year`.
pub(super) fn last_day(year: i16) -> Date {
    Date::new(year, 3, 31).unwrap_or(Date::MAX)
}

/// The dates of one return, counted by year.
#[derive(Debug, Default)]
pub(super) struct ReturnDates {
    by_year: BTreeMap<i16, u64>,
}

impl ReturnDates {
    pub(super) fn add(&mut self, date: Date) {
        *self.by_year.entry(financial_year(date)).or_default() += 1;
    }

    /// The year of the return. Where the rows name a year, it is that one or, since some files name the year in which
    /// the return begins, the next.
    pub(super) fn year(&self, named: Option<i16>) -> Option<i16> {
        let all: u64 = self.by_year.values().sum();
        let least = SHARE * all as f64;
        let is_full = |year: i16| self.by_year.get(&year).is_some_and(|count| *count as f64 > least);
        match named {
            Some(named) if is_full(named + 1) => Some(named + 1),
            Some(named) => Some(named),
            None => self.by_year.keys().copied().rev().find(|year| is_full(*year)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dates(counts: &[(i16, u64)]) -> ReturnDates {
        ReturnDates { by_year: counts.iter().copied().collect() }
    }

    #[test]
    fn a_year_ends_on_31_march() {
        assert_eq!(financial_year(Date::constant(2024, 3, 31)), 2024);
        assert_eq!(financial_year(Date::constant(2024, 4, 1)), 2025);
        assert_eq!(last_day(2024), Date::constant(2024, 3, 31));
    }

    #[test]
    fn a_slip_of_the_pen_makes_no_year() {
        assert_eq!(dates(&[(2017, 500), (2018, 1000), (2019, 15), (2098, 1)]).year(None), Some(2018));
        assert_eq!(dates(&[(2018, 3)]).year(None), Some(2018));
        assert_eq!(dates(&[]).year(None), None);
    }

    #[test]
    fn a_named_year_may_be_that_in_which_the_return_begins() {
        assert_eq!(dates(&[(2017, 500), (2018, 1000)]).year(Some(2017)), Some(2018));
        assert_eq!(dates(&[(2016, 500), (2017, 1000), (2018, 2)]).year(Some(2017)), Some(2017));
    }
}
