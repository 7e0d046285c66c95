//! How far two spellings are apart, and how a text or number stands in a sentence.

use std::borrow::Cow;

/// A text as names and messages have it: on one line, and without a character that moves a cursor.
///
/// ```
/// use groundswell::math::spelling::on_one_line;
/// assert_eq!(on_one_line("Source\nof referral"), "Source of referral");
/// ```
pub fn on_one_line(text: &str) -> Cow<'_, str> {
    if text.chars().any(char::is_control) { text.replace(char::is_control, " ").into() } else { text.into() }
}

/// The digits of a whole number with commas between thousands.
///
/// ```
/// use groundswell::math::spelling::with_thousands;
/// assert_eq!(with_thousands("1234567"), "1,234,567");
/// assert_eq!(with_thousands("999"), "999");
/// ```
pub fn with_thousands(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How many letters have to be put in, taken out or changed to make one text the other.
///
/// Method: Levenshtein distance (Wagner and Fischer 1974).
pub fn edits(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (above, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = above + 1;
        for (position, candidate) in other.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *candidate);
            diagonal = row[position + 1];
            row[position + 1] = changed.min(diagonal + 1).min(row[position] + 1);
        }
    }
    row[other.len()]
}

/// The name that was meant, if one is close: at most about a third of its letters off, so that two letters of five may
/// have changed places.
///
/// ```
/// use groundswell::math::spelling::nearest;
/// assert_eq!(nearest("horizn", ["levels", "horizon"]), Some("horizon"));
/// assert_eq!(nearest("colour", ["levels", "horizon"]), None);
/// ```
pub fn nearest<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.to_lowercase();
    let apart = names.into_iter().map(|name| (edits(&written, &name.to_lowercase()), name));
    let (apart, name) = apart.min_by_key(|(apart, _)| *apart)?;
    (3 * apart <= name.chars().count() + 1).then_some(name)
}

/// "; did you mean `horizon`?", or nothing.
pub fn meant<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    nearest(written, names).map_or(String::new(), |name| format!("; did you mean `{name}`?"))
}
