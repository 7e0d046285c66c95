//! Exact counts with the small ones concealed, so that no concealed one can be worked out from the others.

mod bounds;
mod choose;
mod groups;
mod problem;

use rayon::prelude::*;

use super::protect::whole;
use super::{Cell, TotalRow};
use problem::Problem;

/// Counts from 1 up to this are concealed.
// DfE, Characteristics of children in need, 2020 to 2021: figures of 1 to 5 are suppressed.
pub(super) const LARGEST_CONCEALED: f64 = 5.0;

/// Regions and the nation are rounded to a multiple of this.
// DfE, Characteristics of children in need, 2020 to 2021: regional and national figures to the nearest 10.
const WIDE_BASE: f64 = 10.0;

/// What is known of a table's rows beside their counts.
pub(super) struct Context<'a> {
    pub totals: &'a [TotalRow],
    /// Rows that are a region or the nation; empty where none is.
    pub wide: &'a [bool],
    /// What each earlier pack showed of each row; `None` where it had no such row.
    pub earlier: &'a [Vec<Option<Cell>>],
}

impl Context<'_> {
    fn is_wide(&self, row: usize) -> bool {
        self.wide.get(row).copied().unwrap_or(false)
    }
}

/// The counts of a column as they may be shown, and how many concealed ones stay within narrower bounds than the rule
/// allows because earlier packs have told too much.
pub(super) fn concealed(values: &[f64], context: &Context<'_>) -> (Vec<Cell>, usize) {
    let values: Vec<f64> = values.iter().map(|value| whole(*value)).collect();
    let problems = Problem::all(&values, context);
    let solved: Vec<(Vec<usize>, usize)> = problems.into_par_iter().map(choose::solve).collect();
    let mut hidden = vec![false; values.len()];
    let mut given_away = 0;
    for (rows, told) in solved {
        rows.into_iter().for_each(|row| hidden[row] = true);
        given_away += told;
    }
    let cell = |(row, value): (usize, &f64)| match value {
        missing if missing.is_nan() => Cell::Missing,
        _ if hidden[row] => Cell::Withheld,
        value if context.is_wide(row) => Cell::Number(nearest_ten(*value)),
        value => Cell::Number(*value + 0.0),
    };
    (values.iter().enumerate().map(cell).collect(), given_away)
}

/// The nearest multiple of ten, half up.
fn nearest_ten(count: f64) -> f64 {
    (count / WIDE_BASE + 0.5).floor() * WIDE_BASE
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is shown of counts and, last, of their total; `None` where it is hidden.
    fn shown(counts: &[f64], earlier: &[Vec<Option<Cell>>], wide: bool) -> (Vec<Option<f64>>, usize) {
        let values = [counts, &[counts.iter().sum()]].concat();
        let totals = [TotalRow { row: counts.len(), parts: (0..counts.len()).collect() }];
        let wide: Vec<bool> = (0..values.len()).map(|row| wide && row == counts.len()).collect();
        let (cells, given_away) = concealed(&values, &Context { totals: &totals, wide: &wide, earlier });
        (cells.into_iter().map(Cell::number).collect(), given_away)
    }

    /// A pack as it was shown.
    fn pack(cells: &[Option<f64>]) -> Vec<Option<Cell>> {
        cells.iter().map(|cell| Some(cell.map_or(Cell::Withheld, Cell::Number))).collect()
    }

    #[test]
    fn the_smallest_count_beside_a_small_one_is_hidden_and_nothing_else() {
        let (cells, _) = shown(&[3.0, 40.0, 12.0, 0.0, 7.0], &[], false);
        assert_eq!(cells, [None, Some(40.0), Some(12.0), Some(0.0), None, Some(62.0)]);
    }

    #[test]
    fn two_small_counts_that_their_sum_would_tell_need_a_third() {
        // One and one: the sum of two says both.
        let (cells, _) = shown(&[1.0, 1.0, 40.0, 12.0], &[], false);
        assert_eq!(cells, [None, None, Some(40.0), None, Some(54.0)]);
        // Four and five may each be one to five.
        let (cells, _) = shown(&[4.0, 5.0, 40.0], &[], false);
        assert_eq!(cells, [None, None, Some(40.0), Some(49.0)]);
    }

    #[test]
    fn where_no_other_count_is_left_the_total_is_hidden() {
        assert_eq!(shown(&[3.0], &[], false).0, [None, None]);
        assert_eq!(shown(&[3.0, 0.0], &[], false).0, [None, Some(0.0), None]);
        assert_eq!(shown(&[9.0, 6.0], &[], false).0, [Some(9.0), Some(6.0), Some(15.0)]);
    }

    #[test]
    fn a_total_rounded_to_ten_is_no_licence_to_show_what_is_left() {
        // 40 stands for 35 to 44: beside 38 the hidden count would be six at most, and one at least.
        assert_eq!(shown(&[2.0, 38.0], &[], true).0, [None, Some(38.0), Some(40.0)]);
        // 40 stands for 35 to 44: beside 41 it would be three at most.
        assert_eq!(shown(&[2.0, 41.0], &[], true).0, [None, None, Some(40.0)]);
    }

    #[test]
    fn what_was_hidden_stays_hidden_and_what_was_shown_hides_nothing() {
        let first = shown(&[3.0, 40.0, 12.0], &[], false).0;
        assert_eq!(first, [None, Some(40.0), None, Some(55.0)]);
        // The small count grew: shown, it would tell what it was.
        let (second, given_away) = shown(&[6.0, 40.0, 12.0], &[pack(&first)], false);
        assert_eq!((second, given_away), (vec![None, Some(40.0), None, Some(58.0)], 0));
        // 40 became 4: with what was hidden before unchanged, the total would tell it.
        let (second, given_away) = shown(&[3.0, 4.0, 12.0], &[pack(&first)], false);
        assert_eq!((second, given_away), (vec![None, None, None, None], 0));
    }

    #[test]
    fn what_earlier_packs_have_told_is_counted() {
        // Everything but the small count stands in an earlier pack, in which it was not there yet.
        let before = vec![None, Some(Cell::Number(40.0)), Some(Cell::Number(43.0))];
        let (cells, given_away) = shown(&[3.0, 40.0], &[before], false);
        assert_eq!((cells[0], given_away), (None, 1));
    }
}
