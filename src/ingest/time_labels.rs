//! How long the periods of a table are, and how to write the next ones as the table does.

use jiff::civil::Date;
use serde::Serialize;

use super::dates::date_of;
use crate::panel::{Finding, Place, Severity};
use crate::time::{Frequency, Period};

/// How the periods of a table are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeLabels {
    /// The period's first day.
    FirstDay,
    /// The period's last day.
    LastDay,
    /// A whole number that counts periods.
    Number,
    /// The period's own label, such as 2024-03 or 2024-Q1.
    Label,
    /// A day of each week, this many days after Monday.
    Weekday(i8),
    /// A day of the period's month that many months in; day 32 is the month's last.
    DayOf {
        /// Months after the period's first one.
        months: i8,
        /// Day of the month.
        day: i8,
    },
}

impl TimeLabels {
    /// A period as the table would write it.
    ///
    /// ```
    /// use groundswell::ingest::TimeLabels;
    /// use groundswell::time::Period;
    /// assert_eq!(TimeLabels::LastDay.label(Period::month(2024, 2)), "2024-02-29");
    /// ```
    pub fn label(self, period: Period) -> String {
        match (self, self.date(period)) {
            (_, Some(date)) => date.to_string(),
            (TimeLabels::Number, None) => period.ordinal().to_string(),
            (_, None) => period.to_string(),
        }
    }

    /// The day by which the table would write a period; `None` where it writes numbers or labels.
    pub fn date(self, period: Period) -> Option<Date> {
        let first = period.first_day();
        match self {
            TimeLabels::FirstDay => Some(first),
            TimeLabels::LastDay => Some(period.last_day()),
            TimeLabels::Number | TimeLabels::Label => None,
            TimeLabels::Weekday(days) => Some(first.saturating_add(jiff::Span::new().days(days))),
            TimeLabels::DayOf { months, day } => {
                let month = first.saturating_add(jiff::Span::new().months(months));
                let day = day.min(month.days_in_month());
                Some(Date::new(month.year(), month.month(), day).unwrap_or(month))
            }
        }
    }
}

/// Years that are dated outside January: from April on, or by the March in which they end.
pub fn shifted_years(labels: TimeLabels, frequency: Frequency) -> Option<Finding> {
    const MONTHS: [&str; 12] = [
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
    let TimeLabels::DayOf { months, .. } = labels else { return None };
    let month = MONTHS.get(usize::try_from(months).ok()?).filter(|_| frequency == Frequency::Year)?;
    Some(Finding {
        name: "shifted-years",
        severity: Severity::Warning,
        what: format!("The years are dated in {month}, and each is taken for the calendar year of its date").into(),
        place: Place::default(),
        count: 1,
        meaning: "The report calls a year by that date, and lockdowns and working days are those from January to December.",
        remedy: "Give months or quarters where you have them; or date each year by the calendar year that holds most of it.",
    })
}

/// How long the periods are that distinct, ascending days stand for; nothing where they are finer than a month and no
/// weeks.
pub(super) fn shown_frequency(days: &[i32]) -> Option<Frequency> {
    let months: Vec<i32> =
        days.iter().map(|day| Period::containing(Frequency::Month, date_of(*day)).ordinal()).collect();
    let in_weeks = days.windows(2).all(|pair| (pair[1] - pair[0]) % 7 == 0);
    let once_a_month = months.windows(2).all(|pair| pair[0] != pair[1]);
    if !once_a_month {
        return in_weeks.then_some(Frequency::Week);
    }
    let step = months.windows(2).map(|pair| pair[1] - pair[0]).fold(0, greatest_common_divisor);
    Some(match step {
        0 => Frequency::Month,
        step if step % 12 == 0 => Frequency::Year,
        step if step % 3 == 0 => Frequency::Quarter,
        _ => Frequency::Month,
    })
}

pub(super) fn greatest_common_divisor(one: i32, other: i32) -> i32 {
    if other == 0 { one } else { greatest_common_divisor(other, one % other) }
}

/// Which day of its period each of the days is.
pub(super) fn shown_labels(frequency: Frequency, days: &[i32]) -> TimeLabels {
    let dates: Vec<(Date, Period)> =
        days.iter().map(|day| (date_of(*day), Period::containing(frequency, date_of(*day)))).collect();
    if dates.iter().all(|(date, period)| *date == period.first_day()) {
        return TimeLabels::FirstDay;
    }
    if dates.iter().all(|(date, period)| *date == period.last_day()) {
        return TimeLabels::LastDay;
    }
    let Some((date, period)) = dates.first() else { return TimeLabels::FirstDay };
    let like = if frequency == Frequency::Week {
        TimeLabels::Weekday(date.weekday().to_monday_zero_offset())
    } else {
        let months = (date.month() - period.first_day().month()).rem_euclid(12);
        let at_end = dates.iter().all(|(date, _)| date.day() == date.days_in_month());
        TimeLabels::DayOf { months, day: if at_end { 32 } else { date.day() } }
    };
    let fits = dates.iter().all(|(date, period)| like.label(*period) == date.to_string());
    if fits { like } else { TimeLabels::FirstDay }
}
