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

    /// ", in 8 of 10 cases a change of −70 to fewer than 8 either way"; empty where a bound may not be told at all.
    pub fn range(&self) -> String {
        let bound = |cell: Cell| match cell {
            Cell::Number(_) => Some(spoken(cell)),
            Cell::Suppressed => Some("fewer than 8 either way".to_owned()),
            Cell::Withheld | Cell::Missing => None,
        };
        let (Some(low), Some(high)) = (bound(self.low), bound(self.high)) else { return String::new() };
        if low == high { String::new() } else { format!(", in {} cases a change of {low} to {high}", self.odds) }
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
            "Over 12 months that is on average about 30 fewer referrals than forecast, in 8 of 10 cases a change of \
             \u{2212}70 to fewer than 8 either way."
        );
        assert_eq!(
            said(Cell::Suppressed, Cell::Suppressed, Cell::Suppressed),
            "Over 12 months that is fewer than 8 referrals more or fewer than forecast."
        );
        assert_eq!(
            said(number(0.0), number(-10.0), number(10.0)),
            "Over 12 months that leaves about as many referrals as forecast, in 8 of 10 cases a change of \u{2212}10 to 10."
        );
        assert!(said(number(20.0), Cell::Withheld, number(40.0)).ends_with("about 20 more referrals than forecast."));
    }
}
