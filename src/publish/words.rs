//! Figures as words.

use super::charts::with_commas;
use crate::disclosure::Cell;
use crate::forecast::Level;
use crate::time::Frequency;

/// A figure in a sentence: "1,235", "fewer than 8", "not available".
pub(super) fn spoken(cell: Cell) -> String {
    match cell {
        Cell::Number(value) => with_commas(value),
        Cell::Suppressed => "fewer than 8".to_owned(),
        Cell::Withheld => "a number that is not shown".to_owned(),
        Cell::Missing => "not available".to_owned(),
    }
}

/// "about 410", "fewer than 8", "0".
pub(super) fn about(cell: Cell) -> String {
    if matches!(cell, Cell::Number(value) if value > 0.0) { format!("about {}", spoken(cell)) } else { spoken(cell) }
}

/// How much more a ratio above one is: "12%", and from ten times on "many times".
pub(super) fn more_by(ratio: f64) -> String {
    if ratio < 10.0 { per_cent(ratio - 1.0) } else { "many times".to_owned() }
}

/// A figure in a table: "1,235", "[c]", "[x]".
pub(super) fn shown(cell: Cell) -> String {
    match (cell, cell.mark()) {
        (Cell::Number(value), _) => with_commas(value),
        (_, mark) => mark.map_or(String::new(), |mark| mark.symbol().to_owned()),
    }
}

/// A range in a sentence: "between 380 and 445", "fewer than 8 to 15", "fewer than 8"; `None` where a bound is not available.
/// Of a bound that is not shown it says what the rule says of it, and no number of its own.
pub(super) fn between(low: Cell, high: Cell) -> Option<String> {
    match (low, high) {
        (Cell::Withheld | Cell::Missing, _) | (_, Cell::Withheld | Cell::Missing) => None,
        (_, Cell::Suppressed) => Some("fewer than 8".to_owned()),
        (Cell::Suppressed, Cell::Number(high)) => Some(format!("fewer than 8 to {}", with_commas(high))),
        (Cell::Number(low), Cell::Number(high)) if low == high => Some(with_commas(low)),
        (Cell::Number(low), Cell::Number(high)) => {
            Some(format!("between {} and {}", with_commas(low), with_commas(high)))
        }
    }
}

/// A level as a count of cases: "8 of 10", "19 of 20", "68 of 100".
pub(super) fn odds(level: Level) -> String {
    let percent = u32::from(u8::from(level));
    let of = [10, 20].into_iter().find(|of| (percent * of).is_multiple_of(100)).unwrap_or(100);
    format!("{} of {of}", percent * of / 100)
}

/// A share as whole per cent, half up: "79%". Every share is told so, wherever it stands.
pub fn per_cent(share: f64) -> String {
    format!("{:.0}%", (share * 100.0).round())
}

/// How much of a doubt is left: the width of the range over that of before. More than all of it is worth its own words.
pub fn doubt_left(share: f64, doubt: &str) -> String {
    match (100.0 * share).round() {
        ..96.0 => format!("{} of {doubt} is left", per_cent(share)),
        ..105.0 => format!("all of {doubt} is left"),
        _ => "there is more doubt than before".to_owned(),
    }
}

/// "1 month", "12 months".
pub(super) fn periods(count: usize, frequency: Frequency) -> String {
    counted(count, frequency.noun())
}

/// A stretch of time after "the" or "next": "12 months", and of one period its noun alone: "year".
pub(super) fn stretch(count: usize, frequency: Frequency) -> String {
    if count == 1 { frequency.noun().to_owned() } else { periods(count, frequency) }
}

/// "1 forecast", "12 forecasts".
pub(super) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// "once", "twice", "10 times".
pub(super) fn times(count: usize) -> String {
    match count {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        _ => format!("{count} times"),
    }
}

/// The text with a capital first letter.
pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// The first candidate of at most ten words, or the last one cut to ten.
pub(super) fn headline<const N: usize>(candidates: [String; N]) -> String {
    const MOST_WORDS: usize = 10;
    let fits = candidates.iter().find(|candidate| candidate.split_whitespace().count() <= MOST_WORDS);
    let chosen = fits.or(candidates.last()).map_or("", String::as_str);
    chosen.split_whitespace().take(MOST_WORDS).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_told_as_cases() {
        for (percent, told) in [(50, "5 of 10"), (80, "8 of 10"), (95, "19 of 20"), (68, "68 of 100")] {
            assert_eq!(odds(Level::try_from(percent).expect("a level")), told);
        }
    }

    #[test]
    fn a_range_with_a_hidden_end_reveals_no_more_than_the_rule() {
        assert_eq!(between(Cell::Suppressed, Cell::Number(20.0)).as_deref(), Some("fewer than 8 to 20"));
        assert_eq!(between(Cell::Suppressed, Cell::Suppressed).as_deref(), Some("fewer than 8"));
        assert_eq!(between(Cell::Missing, Cell::Number(20.0)), None);
    }

    #[test]
    fn a_share_is_rounded_half_up_everywhere() {
        assert_eq!([0.325, 0.335, 0.005, 0.0].map(per_cent), ["33%", "34%", "1%", "0%"]);
    }

    #[test]
    fn one_period_is_told_by_its_noun() {
        assert_eq!([1, 12].map(|count| stretch(count, Frequency::Month)), ["month", "12 months"]);
    }

    #[test]
    fn about_stands_before_numbers_only() {
        let said = [Cell::Number(410.0), Cell::Suppressed, Cell::Number(0.0)].map(about);
        assert_eq!(said, ["about 410", "fewer than 8", "0"]);
        assert_eq!([1.12, 1e17, f64::INFINITY].map(more_by), ["12%", "many times", "many times"]);
    }

    #[test]
    fn a_headline_has_at_most_ten_words() {
        let long = "one two three four five six seven eight nine ten eleven".to_owned();
        assert_eq!(headline([long.clone(), "short".to_owned()]), "short");
        assert_eq!(headline([long]).split(' ').count(), 10);
    }
}
