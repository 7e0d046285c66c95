//! What a scenario changes, in words: on average, as the ledger beside it adds up, and with the range as far as it is shown.

use super::contents::{PackContents, cell};
use super::sentences::spoken_level;
use super::words::{odds, spoken};
use crate::disclosure::{Cell, ProtectedTable};

/// The change over a window of the `differences` table.
pub(super) struct Change {
    /// On average over the simulated futures.
    pub mean: Cell,
    low: Cell,
    high: Cell,
    odds: String,
}

impl Change {
    /// Reads a row of the table.
    pub fn read(contents: &PackContents, differences: &ProtectedTable, row: usize) -> Change {
        let level = spoken_level(contents);
        let (low, high) = PackContents::bound_columns(level);
        let of = |column: &str| cell(differences, column, row);
        Change { mean: of("mean"), low: of(&low), high: of(&high), odds: odds(level) }
    }

    /// "about 110 fewer"; `None` where the change is none or too small to show.
    pub fn size(&self) -> Option<String> {
        let mean = self.mean.number().filter(|mean| *mean != 0.0)?;
        let direction = if mean > 0.0 { "more" } else { "fewer" };
        Some(format!("about {} {direction}", spoken(Cell::Number(mean.abs()))))
    }

    /// ", in 8 of 10 cases a change of −200 to 15"; an end that is too small to show is "about as many". Empty where a
    /// bound may not be told at all, or where the range says no more than the change itself.
    fn range(&self) -> String {
        let small = |cell: Cell| matches!(cell, Cell::Suppressed | Cell::Number(0.0));
        let end = |cell: Cell| match cell {
            Cell::Number(value) if value < 0.0 => format!("{} fewer", spoken(Cell::Number(-value))),
            Cell::Number(value) => format!("{} more", spoken(Cell::Number(value))),
            _ => "about as many".to_owned(),
        };
        let range = match (self.low, self.high) {
            (Cell::Withheld | Cell::Missing, _) | (_, Cell::Withheld | Cell::Missing) => return String::new(),
            (Cell::Number(low), Cell::Number(high)) if low == high => return String::new(),
            (Cell::Number(_), Cell::Number(_)) => format!("a change of {} to {}", spoken(self.low), spoken(self.high)),
            (low, high) if small(low) && small(high) => match self.mean {
                Cell::Suppressed => return String::new(),
                _ => "fewer than 8 more or fewer".to_owned(),
            },
            (low, high) => format!("from {} to {}", end(low), end(high)),
        };
        format!(", in {} cases {range}", self.odds)
    }

    /// "Over 12 months that is on average about 110 fewer referrals than forecast, in 8 of 10 cases a change of −200 to 15."
    pub fn sentence(&self, span: &str, measure: &str) -> String {
        let range = self.range();
        match (self.size(), self.mean) {
            (Some(size), _) => format!("Over {span} that is on average {size} {measure} than forecast{range}."),
            (None, Cell::Number(_)) => format!("Over {span} that leaves about as many {measure} as forecast{range}."),
            (None, Cell::Suppressed) => {
                format!("Over {span} that is fewer than 8 {measure} more or fewer than forecast{range}.")
            }
            (None, Cell::Withheld | Cell::Missing) => format!("How many {measure} that is over {span} is not shown."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(mean: Cell, low: Cell, high: Cell) -> String {
        Change { mean, low, high, odds: "8 of 10".to_owned() }.sentence("12 months", "referrals")
    }

    #[test]
    fn a_change_keeps_its_range_where_a_bound_is_too_small_to_show() {
        let number = Cell::Number;
        assert_eq!(
            said(number(-30.0), number(-70.0), Cell::Suppressed),
            "Over 12 months that is on average about 30 fewer referrals than forecast, in 8 of 10 cases from 70 fewer to \
             about as many."
        );
        assert!(said(number(20.0), Cell::Suppressed, number(40.0)).ends_with("cases from about as many to 40 more."));
        assert_eq!(
            said(number(0.0), Cell::Suppressed, number(0.0)),
            "Over 12 months that leaves about as many referrals as forecast, in 8 of 10 cases fewer than 8 more or fewer."
        );
        for low in [Cell::Suppressed, number(0.0)] {
            assert_eq!(
                said(Cell::Suppressed, low, Cell::Suppressed),
                "Over 12 months that is fewer than 8 referrals more or fewer than forecast."
            );
        }
        assert_eq!(
            said(number(0.0), number(-10.0), number(10.0)),
            "Over 12 months that leaves about as many referrals as forecast, in 8 of 10 cases a change of \u{2212}10 to 10."
        );
        assert!(said(number(20.0), Cell::Withheld, number(40.0)).ends_with("about 20 more referrals than forecast."));
    }
}
