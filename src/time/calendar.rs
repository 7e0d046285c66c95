//! Working days and school weeks of England and Wales.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use serde::Deserialize;

use super::Period;
use super::period::{is_weekday, week_and_day};

/// The file that ships with the engine.
const ENGLAND_AND_WALES: &str = include_str!("../../models/calendars/england-and-wales.toml");

/// The years whose bank holidays are known; before and after them every weekday counts as worked.
const YEARS: std::ops::RangeInclusive<i16> = 1978..=2150;

/// Why a calendar file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum CalendarError {
    /// The text is not a calendar file.
    #[error("the calendar is not valid: {0}")]
    Invalid(#[from] toml::de::Error),
    /// The file is of a schema that this version doesn't read.
    #[error("the calendar has schema {found}; this version reads schema 1")]
    Schema {
        /// The schema that the file names.
        found: u32,
    },
    /// A rule names a day that no year has.
    #[error("the calendar's rule `{rule}` names no day: give [month 1-12, day 1-28, weekday 1-7]")]
    Rule {
        /// The rule's name in the file.
        rule: &'static str,
    },
}

/// A weekday on or after a date of the year: month, day, weekday (1 = Monday).
type Rule = (i8, i8, i8);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Moved {
    from: Date,
    to: Date,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Extra {
    date: Date,
    #[serde(rename = "name")]
    _name: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct SchoolYear {
    autumn_starts: Rule,
    autumn_half_term: Rule,
    autumn_ends: Rule,
    spring_starts: Rule,
    spring_half_term: Rule,
    spring_ends_days_before_easter: i8,
    summer_starts_days_after_easter: i8,
    summer_half_term: Rule,
    summer_ends: Rule,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CalendarFile {
    schema: u32,
    name: String,
    #[serde(default)]
    moved: Vec<Moved>,
    #[serde(default)]
    extra: Vec<Extra>,
    school: SchoolYear,
}

/// Which days are worked and which are school days.
///
/// Bank holidays follow the rules in force since 1978 (New Year's Day, Good Friday, Easter Monday, the first and
/// last Monday in May, the last Monday in August, Christmas and Boxing Day, with substitutes for weekends), as moved
/// and added to by the calendar's file. Source: gov.uk/bank-holidays.
///
/// ```
/// use groundswell::time::{Period, WorkingCalendar};
/// let calendar = WorkingCalendar::england_and_wales();
/// assert_eq!(calendar.working_days(Period::month(2020, 5)), 19.0);
/// ```
///
/// A clone is the same calendar and costs nothing.
#[derive(Debug, Clone)]
pub struct WorkingCalendar(Arc<Calendar>);

#[derive(Debug)]
struct Calendar {
    file: CalendarFile,
    /// The bank holidays of each of [`YEARS`], ascending.
    holidays: Vec<Vec<Date>>,
}

impl WorkingCalendar {
    /// The calendar that ships with the engine.
    pub fn england_and_wales() -> WorkingCalendar {
        #[expect(clippy::expect_used, reason = "the text is compiled in and a test reads it")]
        static SHIPPED: LazyLock<WorkingCalendar> =
            LazyLock::new(|| WorkingCalendar::from_toml(ENGLAND_AND_WALES).expect("the shipped calendar is valid"));
        SHIPPED.clone()
    }

    /// A calendar with local dates, in the form of `models/calendars/england-and-wales.toml`.
    ///
    /// # Errors
    /// Where the text is no such calendar.
    pub fn from_toml(text: &str) -> Result<WorkingCalendar, CalendarError> {
        let file: CalendarFile = toml::from_str(text)?;
        if file.schema != 1 {
            return Err(CalendarError::Schema { found: file.schema });
        }
        let school = &file.school;
        for (rule, (month, day, weekday)) in [
            ("autumn_starts", school.autumn_starts),
            ("autumn_half_term", school.autumn_half_term),
            ("autumn_ends", school.autumn_ends),
            ("spring_starts", school.spring_starts),
            ("spring_half_term", school.spring_half_term),
            ("summer_half_term", school.summer_half_term),
            ("summer_ends", school.summer_ends),
        ] {
            if !(1..=12).contains(&month) || !(1..=28).contains(&day) || !(1..=7).contains(&weekday) {
                return Err(CalendarError::Rule { rule });
            }
        }
        // A holiday may have been moved into another year.
        let all: BTreeSet<Date> = YEARS.flat_map(|year| file.bank_holidays(year)).collect();
        let of_year = |year: i16| all.range(date(year, 1, 1)..=date(year, 12, 31)).copied().collect();
        let holidays = YEARS.map(of_year).collect();
        Ok(WorkingCalendar(Arc::new(Calendar { file, holidays })))
    }

    /// The calendar's name.
    pub fn name(&self) -> &str {
        &self.0.file.name
    }

    /// Days of the period that are Monday to Friday and no bank holiday.
    pub fn working_days(&self, period: Period) -> f64 {
        self.working_days_between(period.first_day(), period.last_day()) as f64
    }

    /// Days from the first to the last, both included, that are Monday to Friday and no bank holiday.
    ///
    /// ```
    /// use groundswell::time::{Date, WorkingCalendar};
    /// let calendar = WorkingCalendar::england_and_wales();
    /// let (friday, tuesday) = (Date::constant(2020, 5, 22), Date::constant(2020, 5, 26));
    /// assert_eq!(calendar.working_days_between(friday, tuesday), 2);
    /// ```
    pub fn working_days_between(&self, first: Date, last: Date) -> usize {
        if first > last {
            return 0;
        }
        // Weekdays from some Monday up to and with the day.
        let weekdays = |(weeks, day): (i32, i32), with: i32| 5 * weeks + (day + with).min(5);
        let weekdays = weekdays(week_and_day(last), 1) - weekdays(week_and_day(first), 0);
        let years = first.year().max(*YEARS.start())..=last.year().min(*YEARS.end());
        let holidays = years.flat_map(|year| self.holidays(year));
        let free = holidays.filter(|day| (first..=last).contains(*day) && is_weekday(**day)).count();
        weekdays as usize - free
    }

    /// Weeks of five school days that the period holds, fractions included.
    pub fn school_weeks(&self, period: Period) -> f64 {
        period.days().filter(|day| self.is_school_day(*day)).count() as f64 / 5.0
    }

    /// Whether the day is Monday to Friday and no bank holiday.
    pub fn is_working_day(&self, day: Date) -> bool {
        is_weekday(day) && !self.is_bank_holiday(day)
    }

    /// Whether the day is a bank holiday.
    pub fn is_bank_holiday(&self, day: Date) -> bool {
        self.holidays(day.year()).binary_search(&day).is_ok()
    }

    /// The bank holidays of a year, ascending.
    fn holidays(&self, year: i16) -> &[Date] {
        let place = usize::try_from(i32::from(year) - i32::from(*YEARS.start())).ok();
        place.and_then(|place| self.0.holidays.get(place)).map_or(&[], Vec::as_slice)
    }

    /// Whether schools are usually open on the day.
    pub fn is_school_day(&self, day: Date) -> bool {
        if !self.is_working_day(day) {
            return false;
        }
        let school = &self.0.file.school;
        let on = |rule| from_rule(day.year(), rule);
        let easter = easter_sunday(day.year());
        let within_week_of = |monday: Date| day >= monday && day < monday.saturating_add(7.days());
        let spring = day >= on(school.spring_starts)
            && day < easter.saturating_sub(i64::from(school.spring_ends_days_before_easter).days());
        let summer = day >= easter.saturating_add(i64::from(school.summer_starts_days_after_easter).days())
            && day <= on(school.summer_ends);
        let autumn = day >= on(school.autumn_starts) && day <= on(school.autumn_ends);
        (spring && !within_week_of(on(school.spring_half_term)))
            || (summer && !within_week_of(on(school.summer_half_term)))
            || (autumn && !within_week_of(on(school.autumn_half_term)))
    }
}

impl CalendarFile {
    fn bank_holidays(&self, year: i16) -> BTreeSet<Date> {
        let easter = easter_sunday(year);
        let mut days = BTreeSet::from([
            easter.saturating_sub(2.days()),
            easter.saturating_add(1.day()),
            from_rule(year, (5, 1, 1)),
            from_rule(year, (5, 25, 1)),
            from_rule(year, (8, 25, 1)),
        ]);
        // A fixed holiday on a weekend is kept on the next weekday that isn't a holiday already.
        for (month, day) in [(1, 1), (12, 25), (12, 26)] {
            let mut kept = date(year, month, day);
            while !is_weekday(kept) || days.contains(&kept) {
                kept = kept.saturating_add(1.day());
            }
            days.insert(kept);
        }
        for moved in self.moved.iter().filter(|moved| moved.from.year() == year) {
            days.remove(&moved.from);
            days.insert(moved.to);
        }
        days.extend(self.extra.iter().map(|extra| extra.date).filter(|day| day.year() == year));
        days
    }
}

fn date(year: i16, month: i8, day: i8) -> Date {
    Date::new(year, month, day).unwrap_or(Date::MAX)
}

/// The first day with the rule's weekday on or after the rule's date.
fn from_rule(year: i16, (month, day, weekday): Rule) -> Date {
    let earliest = date(year, month, day);
    let weekday = Weekday::from_monday_one_offset(weekday).unwrap_or(Weekday::Monday);
    earliest.saturating_add(i64::from(earliest.weekday().until(weekday)).days())
}

/// Easter Sunday in the Gregorian calendar.
///
/// Method: the anonymous Gregorian algorithm (Nature, 20 April 1876; Meeus, Astronomical Algorithms, chapter 8).
fn easter_sunday(year: i16) -> Date {
    let year = i32::from(year);
    let golden = year % 19;
    let (century, in_century) = (year / 100, year % 100);
    let leap_centuries = century / 4;
    let correction = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - leap_centuries - correction + 15) % 30;
    let to_sunday = (32 + 2 * (century % 4) + 2 * (in_century / 4) - epact - in_century % 4) % 7;
    let late = (golden + 11 * epact + 22 * to_sunday) / 451;
    let days = epact + to_sunday - 7 * late + 114;
    date(year as i16, (days / 31) as i8, (days % 31 + 1) as i8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easter_falls_where_the_almanac_says() {
        for (year, month, day) in
            [(2012, 4, 8), (2016, 3, 27), (2020, 4, 12), (2024, 3, 31), (2027, 3, 28), (2038, 4, 25)]
        {
            assert_eq!(easter_sunday(year), date(year, month, day));
        }
    }

    /// Dates from gov.uk/bank-holidays.
    #[test]
    fn bank_holidays_are_those_that_were_kept() {
        let calendar = WorkingCalendar::england_and_wales();
        let kept =
            |year| calendar.0.file.bank_holidays(year).iter().map(|day| (day.month(), day.day())).collect::<Vec<_>>();
        assert_eq!(kept(2020), [(1, 1), (4, 10), (4, 13), (5, 8), (5, 25), (8, 31), (12, 25), (12, 28)]);
        assert_eq!(kept(2021), [(1, 1), (4, 2), (4, 5), (5, 3), (5, 31), (8, 30), (12, 27), (12, 28)]);
        assert_eq!(
            kept(2022),
            [(1, 3), (4, 15), (4, 18), (5, 2), (6, 2), (6, 3), (8, 29), (9, 19), (12, 26), (12, 27)]
        );
        assert_eq!(kept(2023), [(1, 2), (4, 7), (4, 10), (5, 1), (5, 8), (5, 29), (8, 28), (12, 25), (12, 26)]);
    }

    #[test]
    fn working_days_between_two_days_are_those_that_are_worked_one_by_one() {
        let calendar = WorkingCalendar::england_and_wales();
        let (mut first, end) = (date(1977, 11, 3), date(1979, 3, 1));
        while first < end {
            let mut last = first.saturating_sub(3.days());
            for days in 0..60 {
                let one_by_one = (0..60).map(|step| first.saturating_add(i64::from(step).days()));
                let worked = one_by_one.filter(|day| *day <= last && calendar.is_working_day(*day)).count();
                assert_eq!(calendar.working_days_between(first, last), worked, "{first} and {days} days");
                last = last.tomorrow().expect("not the last day");
            }
            first = first.saturating_add(5.days());
        }
        // After the last year whose holidays are known every weekday is worked.
        assert_eq!(calendar.working_days_between(date(2151, 1, 1), date(2151, 1, 7)), 5);
        assert_eq!(calendar.working_days_between(date(2150, 12, 24), date(2151, 1, 1)), 5);
    }

    #[test]
    fn august_has_no_school_and_november_hardly_a_closed_day() {
        let calendar = WorkingCalendar::england_and_wales();
        assert_eq!(calendar.school_weeks(Period::month(2023, 8)), 0.0);
        assert!(calendar.school_weeks(Period::month(2023, 11)) > 3.5);
    }

    #[test]
    fn a_school_year_has_about_thirty_nine_weeks() {
        let calendar = WorkingCalendar::england_and_wales();
        for year in 2012..2030 {
            let months = (9..=12)
                .map(|month| Period::month(year, month))
                .chain((1..=8).map(|month| Period::month(year + 1, month)));
            let weeks: f64 = months.map(|month| calendar.school_weeks(month)).sum();
            assert!((37.0..40.5).contains(&weeks), "{year}: {weeks}");
        }
    }

    #[test]
    fn a_rule_without_a_day_is_refused() {
        let text = ENGLAND_AND_WALES.replace("[9, 2, 2]", "[13, 2, 2]");
        assert!(matches!(WorkingCalendar::from_toml(&text), Err(CalendarError::Rule { rule: "autumn_starts" })));
    }
}
