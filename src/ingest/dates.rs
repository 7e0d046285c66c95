//! Dates as people write them, and the order of day and month decided for a whole column.

use jiff::civil::Date;

use super::error::IngestError;
use super::options::DateOrder;

/// 1 January 1970, from which days are counted.
const EPOCH: Date = Date::constant(1970, 1, 1);

/// Years that a referral, a birth or a period may lie in; anything else is a slip of the pen.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2200;

/// Days between 1 January 1970 and day 0 of Excel's two calendars. The 1900 calendar counts a 29 February 1900 that
/// never was, so its day 0 is 30 December 1899 for every date after that.
/// Source: Microsoft, "Differences between the 1900 and the 1904 date system in Excel".
const EXCEL_1900: i32 = -25_569;
const EXCEL_1904: i32 = -24_107;

/// Excel's day numbers of 18 May 1927 and 30 December 2199: lower ones, such as years, are no dates.
const EXCEL_DAYS: std::ops::RangeInclusive<i32> = 10_000..=109_572;

/// A date as it was written, before the column's order of day and month is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Written {
    /// Unambiguous: days since 1 January 1970.
    Day(i32),
    /// Two numbers and a year.
    Parts(u8, u8, i16),
    /// A day number of Excel.
    Serial(i32),
}

/// What a column of dates shows about its order of day and month.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct OrderEvidence {
    /// A row whose first part is over 12.
    pub(super) day_first: Option<u64>,
    /// A row whose second part is over 12.
    pub(super) month_first: Option<u64>,
}

/// The order that a column's dates are read in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) day_first: bool,
    /// Whether the file itself or the options decided; else day first was assumed.
    pub(super) decided: bool,
}

impl OrderEvidence {
    /// Takes a date into account.
    pub(super) fn see(&mut self, written: Written, row: u64) {
        if let Written::Parts(first, second, _) = written {
            let earliest = |seen: &mut Option<u64>| *seen = Some(seen.map_or(row, |before| before.min(row)));
            if first > 12 {
                earliest(&mut self.day_first);
            } else if second > 12 {
                earliest(&mut self.month_first);
            }
        }
    }

    /// The column's order.
    ///
    /// # Errors
    /// Where some dates can only be day first and others only month first.
    pub(super) fn decide(self, wish: DateOrder, path: &std::path::Path, column: &str) -> Result<Order, IngestError> {
        match (wish, self.day_first, self.month_first) {
            (DateOrder::DayFirst, ..) => Ok(Order { day_first: true, decided: true }),
            (DateOrder::MonthFirst, ..) => Ok(Order { day_first: false, decided: true }),
            (DateOrder::Auto, Some(day_first_row), Some(month_first_row)) => Err(IngestError::MixedDates {
                path: path.to_path_buf(),
                column: column.to_string(),
                day_first_row,
                month_first_row,
            }),
            (DateOrder::Auto, None, Some(_)) => Ok(Order { day_first: false, decided: true }),
            (DateOrder::Auto, day_first, None) => Ok(Order { day_first: true, decided: day_first.is_some() }),
        }
    }
}

impl Written {
    /// The day in days since 1 January 1970, in the column's order; nothing where the calendar has no such day.
    pub(super) fn day(self, order: Order, excel_1904: bool) -> Option<i32> {
        match self {
            Written::Day(day) => Some(day),
            Written::Parts(first, second, year) => {
                let (day, month) = if order.day_first { (first, second) } else { (second, first) };
                day_number(year, month, day)
            }
            Written::Serial(serial) => Some(serial + if excel_1904 { EXCEL_1904 } else { EXCEL_1900 }),
        }
    }

    /// Whether day and month could be exchanged and give another day.
    pub(super) fn is_ambiguous(self) -> bool {
        matches!(self, Written::Parts(first, second, _) if first <= 12 && second <= 12 && first != second)
    }
}

/// The date with a time of day cut off: `2024-03-31T10:15:00Z` is `2024-03-31`.
#[inline]
pub(super) fn without_time(text: &str) -> &str {
    // Ten characters hold no time of day.
    if text.len() <= 10 && !text.ends_with(' ') && !text.starts_with(' ') {
        return text;
    }
    let text = text.trim();
    let bytes = text.as_bytes();
    match bytes.iter().skip(8).position(|byte| matches!(byte, b' ' | b'T' | b't')) {
        // "31 March 2024" has letters before its second space, a time of day has a colon behind it.
        Some(at) if bytes[at + 8..].contains(&b':') || bytes.get(at + 9).is_none() => &text[..at + 8],
        _ => text,
    }
}

/// The day of a day number of Excel, in days since 1 January 1970; nothing where no record's date would have it.
pub(super) fn excel_day(serial: i32, from_1904: bool) -> Option<i32> {
    let day = serial + if from_1904 { EXCEL_1904 } else { EXCEL_1900 };
    EXCEL_DAYS.contains(&(day - EXCEL_1900)).then_some(day)
}

/// Reads a date without its time of day: `2024-03-31`, `2024/03/31`, `20240331`, `31/03/2024`, `31.3.24`,
/// `31-Mar-2024`, `31 March 2024`, or a day number of Excel.
pub(super) fn read(text: &str) -> Option<Written> {
    let bytes = text.as_bytes();
    if !bytes.is_ascii() || bytes.is_empty() || bytes.len() > 20 {
        return None;
    }
    if bytes.iter().all(u8::is_ascii_digit) {
        let number: i32 = text.parse().ok()?;
        return match bytes.len() {
            8 => {
                let day = day_number((number / 10_000) as i16, (number / 100 % 100) as u8, (number % 100) as u8);
                day.map(Written::Day)
            }
            5..=6 if EXCEL_DAYS.contains(&number) => Some(Written::Serial(number)),
            _ => None,
        };
    }
    // A day number with a time of day as its fraction.
    if let Some((whole, fraction)) = text.split_once('.')
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
        && whole.len() == 5
    {
        return whole.parse().ok().filter(|number| EXCEL_DAYS.contains(number)).map(Written::Serial);
    }
    let mut parts = text.split(['-', '/', '.', ' ']).filter(|part| !part.is_empty());
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    if first.len() == 4 {
        let month = second.parse().ok().or_else(|| month_named(second))?;
        return day_number(first.parse().ok()?, month, third.parse().ok()?).map(Written::Day);
    }
    let year = match third.len() {
        4 => third.parse().ok()?,
        // Two digits as POSIX reads them: 69 to 99 belong to the last century.
        2 => third.parse::<i16>().ok().map(|year| if year < 69 { 2000 + year } else { 1900 + year })?,
        _ => return None,
    };
    if first.len() > 2 || !YEARS.contains(&year) {
        return None;
    }
    let first: u8 = first.parse().ok()?;
    if let Some(month) = month_named(second) {
        return day_number(year, month, first).map(Written::Day);
    }
    if second.len() > 2 {
        return None;
    }
    let second: u8 = second.parse().ok()?;
    // Neither order makes a date of it.
    day_number(year, second, first).or_else(|| day_number(year, first, second))?;
    Some(Written::Parts(first, second, year))
}

/// The number of a month from its English name or its first three letters.
pub(super) fn month_named(text: &str) -> Option<u8> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let text = text.to_ascii_lowercase();
    let found = |month: &&str| text == **month || (text.len() == 3 && month.starts_with(&text));
    let position = if text == "sept" { 8 } else { MONTHS.iter().position(found)? };
    Some(position as u8 + 1)
}

/// The days of plausible years, since 1 January 1970.
pub(super) fn plausible_days() -> std::ops::RangeInclusive<i32> {
    let day = |year, month, day| days_since_epoch(Date::constant(year, month, day));
    day(*YEARS.start(), 1, 1)..=day(*YEARS.end(), 12, 31)
}

/// Days from 1 January 1970 to a date in a plausible year.
pub(super) fn day_number(year: i16, month: u8, day: u8) -> Option<i32> {
    if !YEARS.contains(&year) {
        return None;
    }
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    Some(days_since_epoch(date))
}

/// Days from 1 January 1970 to a date.
pub(super) fn days_since_epoch(date: Date) -> i32 {
    EPOCH.until(date).map_or(0, |span| span.get_days())
}

/// The date that many days after 1 January 1970.
pub(super) fn date_of(day: i32) -> Date {
    EPOCH.checked_add(jiff::Span::new().days(day)).unwrap_or(Date::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_FIRST: Order = Order { day_first: true, decided: true };
    const MONTH_FIRST: Order = Order { day_first: false, decided: true };

    fn day(text: &str, order: Order) -> Option<String> {
        read(without_time(text))?.day(order, false).map(|day| date_of(day).to_string())
    }

    #[test]
    fn unambiguous_dates_are_read_in_every_usual_form() {
        for text in [
            "2024-03-31",
            "2024/3/31",
            "20240331",
            "31/03/2024",
            "31.3.2024",
            "31-03-24",
            "31-Mar-2024",
            "31 March 2024",
            "31-mar-24",
            "2024-Mar-31",
            "2024-03-31T10:15:00Z",
            "31/03/2024 00:00:00",
            " 2024-03-31 ",
            "45382",
            "45382.75",
        ] {
            assert_eq!(day(text, DAY_FIRST).as_deref(), Some("2024-03-31"), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "-",
            "N/A",
            "31/02/2024",
            "2024-13-01",
            "45",
            "123456789",
            "1/1/1",
            "March 2024",
            "2024",
            "31/03",
            "00/00/0000",
        ] {
            assert_eq!(day(text, DAY_FIRST), None, "{text}");
        }
    }

    #[test]
    fn ambiguous_dates_follow_the_columns_order() {
        assert_eq!(day("03/04/2024", DAY_FIRST).as_deref(), Some("2024-04-03"));
        assert_eq!(day("03/04/2024", MONTH_FIRST).as_deref(), Some("2024-03-04"));
        assert_eq!(day("31/03/2024", MONTH_FIRST), None);
    }

    /// 1 January 2024 is day 45292 of the 1900 system and 43830 of the 1904 system.
    #[test]
    fn excel_has_two_calendars() {
        let serial = |number| Written::Serial(number);
        assert_eq!(serial(45_292).day(DAY_FIRST, false).map(date_of), Some(Date::constant(2024, 1, 1)));
        assert_eq!(serial(43_830).day(DAY_FIRST, true).map(date_of), Some(Date::constant(2024, 1, 1)));
    }

    #[test]
    fn a_column_that_can_be_neither_order_is_refused_with_two_rows() {
        let mut evidence = OrderEvidence::default();
        for (row, text) in [(2, "01/02/2024"), (3, "13/02/2024"), (9, "02/13/2024"), (10, "02/14/2024")] {
            evidence.see(read(text).expect("a date"), row);
        }
        let error = evidence.decide(DateOrder::Auto, "a.csv".as_ref(), "Date").expect_err("mixed");
        assert_eq!(
            error.to_string(),
            "a.csv: column `Date` has dates that are day first (as in row 3) and dates that are month first (as in \
             row 9); write them in one order, best as 2024-03-31, or set `date_order`"
        );
        let order = evidence.decide(DateOrder::DayFirst, "a.csv".as_ref(), "Date").expect("the option decides");
        assert!(order.day_first);
    }

    #[test]
    fn nothing_over_twelve_means_day_first_and_undecided() {
        let mut evidence = OrderEvidence::default();
        evidence.see(read("01/02/2024").expect("a date"), 2);
        let order = evidence.decide(DateOrder::Auto, "a.csv".as_ref(), "Date").expect("an order");
        assert_eq!(order, Order { day_first: true, decided: false });
        assert!(read("01/02/2024").expect("a date").is_ambiguous());
        assert!(!read("02/02/2024").expect("a date").is_ambiguous());
    }
}
