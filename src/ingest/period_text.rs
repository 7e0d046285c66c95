//! Periods as people write them: dates, months, quarters, years, and numbers that count.

use super::dates::{self, Written};

/// A period as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Date(Written),
    /// Year and month, as 2024-03 or March 2024.
    Month(i32),
    /// Year and quarter, as 2024-Q1.
    Quarter(i32),
    /// A year from April to March that can't be a month, as 2023/24.
    FinancialYear,
    /// Digits alone and how many: a year, a month, a date or a count, as the column decides.
    Digits(i64, u8),
}

impl Mark {
    pub(super) fn digits(&self) -> Option<(i64, u8)> {
        match self {
            Mark::Digits(number, digits) => Some((*number, *digits)),
            _ => None,
        }
    }

    pub(super) fn date(&self) -> Option<Written> {
        match self {
            Mark::Date(written) => Some(*written),
            _ => None,
        }
    }
}

/// What a column of digits holds.
pub(super) enum Digits {
    Years,
    Months,
    Dates(Vec<Written>),
    Numbers,
}

pub(super) fn read_digits(digits: &[(i64, u8)]) -> Digits {
    let all = |test: &dyn Fn(i64, u8) -> bool| digits.iter().all(|(number, length)| test(*number, *length));
    if all(&|number, length| length == 4 && (1900..=2200).contains(&number)) {
        return Digits::Years;
    }
    let month = |number: i64| (1900..=2200).contains(&(number / 100)) && (1..=12).contains(&(number % 100));
    if all(&|number, length| length == 6 && month(number)) {
        return Digits::Months;
    }
    // Day numbers of Excel since 1954 and dates such as 20240331; lower numbers count periods.
    if all(&|number, length| length == 8 || (length == 5 && number >= 20_000)) {
        let written: Option<Vec<Written>> = digits.iter().map(|(number, _)| dates::read(&number.to_string())).collect();
        if let Some(written) = written {
            return Digits::Dates(written);
        }
    }
    Digits::Numbers
}

/// Whether two parts are a year and the next: 2023 and 24, or 2023 and 2024. 2005 and 06 may be a month as well.
fn is_financial_year(one: &str, other: &str) -> bool {
    let (Ok(begins), Ok(ends)) = (one.parse::<i32>(), other.parse::<i32>()) else { return false };
    one.len() == 4
        && match other.len() {
            2 => ends == (begins + 1) % 100,
            4 => ends == begins + 1,
            _ => false,
        }
}

/// Whether a text may be a financial year, such as 2005/06.
pub(super) fn may_be_financial_year(text: &str) -> bool {
    let text = dates::without_time(text);
    text.split_once(['-', '/']).is_some_and(|(one, other)| is_financial_year(one.trim(), other.trim()))
}

/// Reads a period: a date, `2024-03`, `Mar-24`, `March 2024`, `2024-Q1`, `Q1 2024`, or digits.
pub(super) fn read(text: &str) -> Option<Mark> {
    let text = dates::without_time(text);
    if !text.is_ascii() || text.len() > 20 {
        return None;
    }
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    if !unsigned.is_empty() && unsigned.len() <= 9 && unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Mark::Digits(text.parse().ok()?, text.len() as u8));
    }
    let year_of = |part: &str| match part.len() {
        4 => part.parse::<i32>().ok().filter(|year| (1900..=2200).contains(year)),
        2 => part.parse::<i32>().ok().map(|year| if year < 69 { 2000 + year } else { 1900 + year }),
        _ => None,
    };
    let parts: Vec<&str> = text.split(['-', '/', ' ']).filter(|part| !part.is_empty()).collect();
    let quarter_of = |part: &str| match part.as_bytes() {
        [b'Q' | b'q', quarter @ b'1'..=b'4'] => Some(i32::from(quarter - b'1')),
        _ => None,
    };
    match parts[..] {
        [one] if one.len() == 6 && one.is_char_boundary(4) => {
            let (year, quarter) = one.split_at(4);
            Some(Mark::Quarter(year_of(year)? * 4 + quarter_of(quarter)?))
        }
        [one, other] => {
            if let Some(quarter) = quarter_of(other) {
                return year_of(one).filter(|_| one.len() == 4).map(|year| Mark::Quarter(year * 4 + quarter));
            }
            if let Some(quarter) = quarter_of(one) {
                return year_of(other).map(|year| Mark::Quarter(year * 4 + quarter));
            }
            let month_of = |part: &str| {
                let number = part.parse::<u8>().ok().filter(|month| part.len() <= 2 && (1..=12).contains(month));
                number.or_else(|| dates::month_named(part)).map(i32::from)
            };
            if one.len() == 4 && one.bytes().all(|byte| byte.is_ascii_digit()) {
                if is_financial_year(one, other) && month_of(other).is_none() {
                    return Some(Mark::FinancialYear);
                }
                return Some(Mark::Month(year_of(one)? * 12 + month_of(other)? - 1));
            }
            let named = dates::month_named(one).is_some();
            let year = year_of(other).filter(|_| named || other.len() == 4)?;
            Some(Mark::Month(year * 12 + month_of(one)? - 1))
        }
        _ => dates::read(text).map(Mark::Date),
    }
}
