//! One period of a regular calendar, and a run of consecutive ones.

use std::fmt;

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

/// How long one period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Frequency {
    /// Seven days from a Monday.
    Week,
    /// A calendar month.
    Month,
    /// A calendar quarter: January to March is the first.
    Quarter,
    /// A calendar year.
    Year,
}

impl Frequency {
    /// How many periods make one year's season: 52, 12, 4 or 1.
    ///
    /// ```
    /// use groundswell::time::Frequency;
    /// assert_eq!(Frequency::Month.season_length(), 12);
    /// ```
    pub fn season_length(self) -> usize {
        match self {
            Frequency::Week => 52,
            Frequency::Month => 12,
            Frequency::Quarter => 4,
            Frequency::Year => 1,
        }
    }

    /// The noun for one period, as it stands in a sentence.
    pub fn noun(self) -> &'static str {
        match self {
            Frequency::Week => "week",
            Frequency::Month => "month",
            Frequency::Quarter => "quarter",
            Frequency::Year => "year",
        }
    }
}

/// One week, month, quarter or year of a regular calendar.
///
/// Periods of one frequency are ordered and consecutive; the difference of two is a whole number of periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    frequency: Frequency,
    /// Periods since year 0 (weeks: since the Monday 1 January 0001).
    ordinal: i32,
}

/// A Monday, from which weeks are counted.
const FIRST_MONDAY: Date = Date::constant(1, 1, 1);

impl Period {
    /// The period of the given frequency that holds the date.
    ///
    /// ```
    /// use groundswell::time::{Date, Frequency, Period};
    /// let march = Period::containing(Frequency::Month, Date::constant(2020, 3, 23));
    /// assert_eq!(march, Period::month(2020, 3));
    /// ```
    pub fn containing(frequency: Frequency, date: Date) -> Period {
        let year = i32::from(date.year());
        let month = i32::from(date.month()) - 1;
        let ordinal = match frequency {
            Frequency::Week => days_between(FIRST_MONDAY, date).div_euclid(7),
            Frequency::Month => year * 12 + month,
            Frequency::Quarter => year * 4 + month / 3,
            Frequency::Year => year,
        };
        Period { frequency, ordinal }
    }

    /// A calendar month; `month` counts from 1.
    pub fn month(year: i16, month: i8) -> Period {
        Period { frequency: Frequency::Month, ordinal: i32::from(year) * 12 + i32::from(month) - 1 }
    }

    /// The period with this number on a calendar without dates, as in a table whose time column counts 1, 2, 3.
    pub const fn numbered(frequency: Frequency, ordinal: i32) -> Period {
        Period { frequency, ordinal }
    }

    /// How long the period is.
    pub fn frequency(self) -> Frequency {
        self.frequency
    }

    /// The period's number on its calendar: differences of numbers count periods.
    pub fn ordinal(self) -> i32 {
        self.ordinal
    }

    /// The period that many periods later (earlier where negative).
    pub fn plus(self, periods: i32) -> Period {
        Period { ordinal: self.ordinal + periods, ..self }
    }

    /// How many periods lie from `earlier` to this one; negative where `earlier` is later.
    pub fn periods_since(self, earlier: Period) -> i32 {
        debug_assert_eq!(self.frequency, earlier.frequency, "periods of two calendars have no distance");
        self.ordinal - earlier.ordinal
    }

    /// Position in the year's season, from 0: January is 0 for months.
    pub fn season(self) -> usize {
        match self.frequency {
            Frequency::Week => (self.first_day().day_of_year() as usize - 1) / 7 % 52,
            _ => self.ordinal.rem_euclid(self.frequency.season_length() as i32) as usize,
        }
    }

    /// The first day of the period; the calendar's own limits where the number lies outside years 1 to 9999.
    pub fn first_day(self) -> Date {
        let (year, month) = match self.frequency {
            Frequency::Week => {
                let days = jiff::Span::new().try_days(i64::from(self.ordinal) * 7);
                return days.and_then(|days| FIRST_MONDAY.checked_add(days)).unwrap_or(Date::MAX);
            }
            Frequency::Month => (self.ordinal.div_euclid(12), self.ordinal.rem_euclid(12) + 1),
            Frequency::Quarter => (self.ordinal.div_euclid(4), self.ordinal.rem_euclid(4) * 3 + 1),
            Frequency::Year => (self.ordinal, 1),
        };
        let year = year.clamp(i32::from(Date::MIN.year()), i32::from(Date::MAX.year())) as i16;
        Date::new(year, month as i8, 1).unwrap_or(Date::MIN)
    }

    /// The last day of the period.
    pub fn last_day(self) -> Date {
        self.plus(1).first_day().yesterday().unwrap_or(Date::MAX)
    }

    /// Every day of the period, in order.
    pub fn days(self) -> impl Iterator<Item = Date> {
        let last = self.last_day();
        std::iter::successors(Some(self.first_day()), |day| day.tomorrow().ok()).take_while(move |day| *day <= last)
    }

    /// The period as a person writes it: "March 2020", "Q1 2020", "2020", "week of 23 March 2020".
    pub fn spoken(self) -> String {
        let first = self.first_day();
        match self.frequency {
            Frequency::Week => format!("week of {} {} {}", first.day(), month_name(first.month()), first.year()),
            Frequency::Month => format!("{} {}", month_name(first.month()), first.year()),
            Frequency::Quarter => format!("Q{} {}", (first.month() - 1) / 3 + 1, first.year()),
            Frequency::Year => first.year().to_string(),
        }
    }
}

/// The period's label: `2020-03`, `2020-Q1`, `2020`, or a week's Monday `2020-03-23`.
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.first_day();
        match self.frequency {
            Frequency::Week => write!(f, "{first}"),
            Frequency::Month => write!(f, "{:04}-{:02}", first.year(), first.month()),
            Frequency::Quarter => write!(f, "{:04}-Q{}", first.year(), (first.month() - 1) / 3 + 1),
            Frequency::Year => write!(f, "{:04}", first.year()),
        }
    }
}

/// Consecutive periods of one calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    start: Period,
    len: usize,
}

impl Span {
    /// `len` periods from `start`.
    ///
    /// ```
    /// use groundswell::time::{Period, Span};
    /// let year = Span::new(Period::month(2020, 4), 12);
    /// assert_eq!(year.last(), Some(Period::month(2021, 3)));
    /// assert_eq!(year.following(3).start(), Period::month(2021, 4));
    /// ```
    pub fn new(start: Period, len: usize) -> Span {
        Span { start, len }
    }

    /// From the first to the last period, both included; empty where `last` comes before `first`.
    pub fn inclusive(first: Period, last: Period) -> Span {
        Span { start: first, len: (last.periods_since(first) + 1).max(0) as usize }
    }

    /// The first period (where an empty span would start).
    pub fn start(self) -> Period {
        self.start
    }

    /// The last period, if there is one.
    pub fn last(self) -> Option<Period> {
        (self.len > 0).then(|| self.start.plus(self.len as i32 - 1))
    }

    /// How many periods.
    pub fn len(self) -> usize {
        self.len
    }

    /// Whether there is no period.
    pub fn is_empty(self) -> bool {
        self.len == 0
    }

    /// How long each period is.
    pub fn frequency(self) -> Frequency {
        self.start.frequency
    }

    /// The periods in order.
    pub fn periods(self) -> impl ExactSizeIterator<Item = Period> + DoubleEndedIterator {
        (0..self.len as i32).map(move |step| self.start.plus(step))
    }

    /// The period at a position, counted from 0; positions past the end run on along the calendar.
    pub fn period(self, position: usize) -> Period {
        self.start.plus(position as i32)
    }

    /// Where a period stands in the span.
    pub fn position(self, period: Period) -> Option<usize> {
        let steps = period.periods_since(self.start);
        (steps >= 0 && (steps as usize) < self.len).then_some(steps as usize)
    }

    /// The `len` periods that follow the span.
    pub fn following(self, len: usize) -> Span {
        Span { start: self.start.plus(self.len as i32), len }
    }

    /// The span with `more` periods after it.
    pub fn extended(self, more: usize) -> Span {
        Span { len: self.len + more, ..self }
    }

    /// The first `len` periods (all of them where there are fewer).
    pub fn first(self, len: usize) -> Span {
        Span { start: self.start, len: len.min(self.len) }
    }
}

/// A month's English name; `month` counts from 1.
fn month_name(month: i8) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    NAMES[(month - 1).rem_euclid(12) as usize]
}

/// Days from `earlier` to `later`.
pub(super) fn days_between(earlier: Date, later: Date) -> i32 {
    earlier.until(later).map_or(0, |span| span.get_days())
}

/// Days from 1 January of year 1 to the day.
pub fn day_number(day: Date) -> f64 {
    f64::from(days_between(FIRST_MONDAY, day))
}

/// Whole weeks since [`FIRST_MONDAY`], and days since the last Monday.
pub(super) fn week_and_day(day: Date) -> (i32, i32) {
    let days = days_between(FIRST_MONDAY, day);
    (days.div_euclid(7), days.rem_euclid(7))
}

/// Whether the day is Monday to Friday.
pub(super) fn is_weekday(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_holds_its_own_first_and_last_day() {
        for frequency in [Frequency::Week, Frequency::Month, Frequency::Quarter, Frequency::Year] {
            for ordinal in [24_000, 24_123, 30_001].map(|months| months / 12 * frequency.season_length() as i32) {
                let period = Period::numbered(frequency, ordinal);
                assert_eq!(Period::containing(frequency, period.first_day()), period);
                assert_eq!(Period::containing(frequency, period.last_day()), period);
            }
        }
    }

    #[test]
    fn weeks_start_on_monday() {
        let week = Period::containing(Frequency::Week, Date::constant(2020, 3, 25));
        assert_eq!(week.first_day(), Date::constant(2020, 3, 23));
        assert_eq!(week.to_string(), "2020-03-23");
    }

    #[test]
    fn a_span_finds_its_periods_and_no_others() {
        let span = Span::new(Period::month(2019, 11), 4);
        assert_eq!(span.position(Period::month(2020, 1)), Some(2));
        assert_eq!(span.position(Period::month(2020, 3)), None);
        assert_eq!(span.position(Period::month(2019, 10)), None);
        assert_eq!(span, Span::inclusive(Period::month(2019, 11), Period::month(2020, 2)));
    }

    #[test]
    fn months_of_february_have_the_right_length() {
        assert_eq!(Period::month(2020, 2).days().count(), 29);
        assert_eq!(Period::month(2021, 2).days().count(), 28);
    }
}
