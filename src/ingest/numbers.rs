//! Numbers as people and statistical offices write them, and their signs for "not available".

/// A cell of a column of counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    /// A finite number of at least zero.
    Value(f64),
    /// Empty, or a sign for a value that is not published: not observed, never zero.
    Missing,
    /// Negative or infinite.
    Impossible,
    /// More than [`MOST`].
    TooLarge,
    /// Anything else.
    Unreadable,
}

/// The largest number that is taken for a count: more than there are of anything counted, and exact in a double, so that
/// sums and squares of it stay finite.
pub(super) const MOST: f64 = 1e15;

/// Signs that stand for a value that isn't there.
/// Sources: Department for Education, Explore Education Statistics (c, x, z, u, k, low); Government Analysis Function,
/// "Symbols in tables" ([c], [x], [z], [u], [low], ..); what spreadsheets and databases write.
const MISSING: [&str; 22] = [
    "c",
    "x",
    "z",
    "u",
    "k",
    "low",
    "..",
    "...",
    ":",
    "-",
    "*",
    "~",
    ".",
    "na",
    "n/a",
    "nan",
    "null",
    "none",
    "#n/a",
    "[c]",
    "[low]",
    "suppressed",
];

/// Reads a number.
pub(super) fn read(text: &str) -> Number {
    let text = text.trim();
    // Plain whole numbers are what tables of counts hold; fifteen digits are exact in a double.
    if (1..=15).contains(&text.len())
        && let Some(whole) = text
            .bytes()
            .try_fold(0u64, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u64::from(byte - b'0')))
    {
        return Number::Value(whole as f64);
    }
    if let Ok(number) = text.parse::<f64>() {
        return of(number);
    }
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    if text.is_empty() || MISSING.iter().any(|sign| bare.eq_ignore_ascii_case(sign) || text.eq_ignore_ascii_case(sign))
    {
        return Number::Missing;
    }
    without_thousands(text).and_then(|text| text.parse().ok()).map_or(Number::Unreadable, of)
}

/// A number that is a number already.
pub(super) fn of(number: f64) -> Number {
    if number.is_nan() {
        Number::Missing
    } else if (0.0..=MOST).contains(&number) {
        // A negative zero is zero.
        Number::Value(number + 0.0)
    } else if number.is_finite() && number > 0.0 {
        Number::TooLarge
    } else {
        Number::Impossible
    }
}

/// `1,234,567.8` without its commas; nothing where they don't part thousands.
fn without_thousands(text: &str) -> Option<String> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let head = first.strip_prefix('-').unwrap_or(first);
    if head.is_empty() || head.len() > 3 || !digits(head) || !digits(fraction) {
        return None;
    }
    let mut number = first.to_string();
    for group in groups {
        if group.len() != 3 || !digits(group) {
            return None;
        }
        number.push_str(group);
    }
    if !fraction.is_empty() {
        number.push('.');
        number.push_str(fraction);
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_with_and_without_thousands() {
        for (text, number) in [
            ("12", 12.0),
            (" 1,234 ", 1234.0),
            ("1,234,567.5", 1_234_567.5),
            ("0", 0.0),
            ("-0", 0.0),
            ("1e3", 1000.0),
            ("999999999999999", 999_999_999_999_999.0),
        ] {
            assert_eq!(read(text), Number::Value(number), "{text}");
        }
        assert!(matches!(read("-0"), Number::Value(zero) if zero.is_sign_positive()));
    }

    #[test]
    fn signs_for_not_available_are_missing_and_never_zero() {
        for text in ["", "c", "C", "x", "z", "u", "k", "low", "[c]", "[x]", "..", "NaN", "n/a", "NULL", "-"] {
            assert_eq!(read(text), Number::Missing, "{text}");
        }
    }

    #[test]
    fn everything_else_is_told_apart() {
        assert_eq!(read("-1"), Number::Impossible);
        assert_eq!(read("inf"), Number::Impossible);
        assert_eq!(read("1e15"), Number::Value(1e15));
        assert_eq!([read("1000000000000001"), read("1.5e308"), of(1e30)], [Number::TooLarge; 3]);
        for text in ["12,34", "1,2345", "twelve", "1.234,5", "12 (est.)", ",123"] {
            assert_eq!(read(text), Number::Unreadable, "{text}");
        }
    }
}
