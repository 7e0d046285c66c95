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
