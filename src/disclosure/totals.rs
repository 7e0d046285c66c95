//! Totals that are true where they can be, and tell nothing about any count beneath them.

use super::protect::{LARGEST_SUPPRESSED, nearest, whole};
use super::{Cell, TotalRow};

/// What a suppressed count counts as where no published total says better: the middle of 1 to 7.
const SUPPRESSED_PART: f64 = 4.0;

/// The least total shown as a number, next to zero.
const LEAST_SHOWN: f64 = 10.0;

/// How far a whole number lies from the multiple of 5 that it is rounded to, at most.
const ROUNDING: f64 = 2.0;

/// The most that a grand total marked as suppressed can be: two counts of seven.
pub const MOST_HIDDEN: f64 = 2.0 * LARGEST_SUPPRESSED;

/// Which totals lie inside one another, and which cut across others.
///
/// Method: what is published of a count leaves it an interval, 1 to 7 where it is suppressed and five numbers where it is
/// rounded. A total, rounded to the nearest 5, narrows the sum of its counts to five numbers. Whoever knows both learns
/// nothing about any one count exactly where each may still take every number of its interval: where
/// `low + widest - 2 <= total <= high - widest + 2`, `low` and `high` being the sums of the intervals' ends and `widest`
/// the longest of them. These bounds are public. So the true total is rounded and then moved to the nearest multiple of 5
/// within them: at an end it says only "up to" or "from", which is less still. A small total of suppressed counts alone,
/// up to the lowest that may be shown, is suppressed.
///
/// A total of totals goes by their intervals in the same way, smallest first. That proves nothing about totals that cut
/// across one another (by source and by area): of those the larger come first, and the others are added up from published
/// figures alone, which can't tell more than these do. See `docs/adr/0008-totals.md`.
pub(super) struct Totals<'a> {
    totals: &'a [TotalRow],
    /// Places of totals that hold or leave out each other, the largest first.
    nested: Vec<usize>,
    /// Places of the others.
    crossing: Vec<usize>,
    /// For each row the place among `nested` of the smallest that holds it.
    innermost: Vec<Option<usize>>,
    /// For each of `nested` the place of the smallest that holds it.
    parents: Vec<Option<usize>>,
}

/// What is published of a sum, and what is true of it.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    /// The interval that what is published leaves it.
    low: f64,
    high: f64,
    /// The longest interval beneath it.
    widest: f64,
    truth: f64,
    /// The sum of the cells that are shown, and how many are suppressed.
    shown: f64,
    hidden: usize,
    /// Cells that are there.
    cells: usize,
}

impl Sum {
    fn of(cell: Cell, value: f64) -> Option<Sum> {
        let (low, high) = match cell {
            Cell::Missing => return None,
            Cell::Suppressed | Cell::Withheld => (1.0, LARGEST_SUPPRESSED),
            Cell::Number(0.0) => (0.0, 0.0),
            Cell::Number(number) => (number - ROUNDING, number + ROUNDING),
        };
        let hidden = usize::from(cell == Cell::Suppressed);
        let shown = cell.number().unwrap_or(0.0);
        Some(Sum { low, high, widest: high - low, truth: whole(value), shown, hidden, cells: 1 })
    }

    fn add(&mut self, other: Sum) {
        self.low += other.low;
        self.high += other.high;
        self.widest = self.widest.max(other.widest);
        self.truth += other.truth;
        self.shown += other.shown;
        self.hidden += other.hidden;
        self.cells += other.cells;
    }

    /// What may be shown of it, and what that leaves of its interval; nothing where no number is safe.
    fn published(mut self) -> (Option<Cell>, Sum) {
        let fewest = ((self.low + self.widest - ROUNDING) / 5.0).ceil() * 5.0;
        let most = ((self.high - self.widest + ROUNDING) / 5.0).floor() * 5.0;
        if fewest > most {
            return (None, self);
        }
        let total = nearest(self.truth).clamp(fewest, most) + 0.0;
        // At an end the total says only that it is so small or so large.
        self.low = if total > fewest { self.low.max(total - ROUNDING) } else { self.low };
        self.high = if total < most { self.high.min(total + ROUNDING) } else { self.high };
        self.widest = self.high - self.low;
        let is_least = self.hidden > 0 && self.shown == 0.0 && total <= fewest.min(LEAST_SHOWN);
        (Some(if is_least { Cell::Suppressed } else { Cell::Number(total) }), self)
    }
}

impl<'a> Totals<'a> {
    /// The totals of a table of so many rows.
    pub(super) fn of(totals: &'a [TotalRow], rows: usize) -> Totals<'a> {
        let mut order: Vec<usize> = (0..totals.len()).collect();
        order.sort_by_key(|place| std::cmp::Reverse(totals[*place].parts.len()));
        let mut innermost = vec![None; rows];
        let (mut nested, mut crossing, mut parents) = (Vec::new(), Vec::new(), Vec::new());
        for place in order {
            let parts = &totals[place].parts;
            let holder = parts.first().and_then(|part| innermost[*part]);
            if parts.iter().any(|part| innermost[*part] != holder) {
                crossing.push(place);
                continue;
            }
            parts.iter().for_each(|part| innermost[*part] = Some(nested.len()));
            nested.push(place);
            parents.push(holder);
        }
        Totals { totals, nested, crossing, innermost, parents }
    }

    /// Every total, in the table's order.
    pub(super) fn rows(&self) -> &'a [TotalRow] {
        self.totals
    }

    /// Puts the totals of a column into its published cells; `values` are the true counts.
    pub(super) fn publish(&self, values: &[f64], cells: &mut [Cell]) {
        let mut sums = vec![Sum::default(); self.nested.len()];
        for (row, holder) in self.innermost.iter().enumerate() {
            if let (Some(holder), Some(part)) = (holder, Sum::of(cells[row], values[row])) {
                sums[*holder].add(part);
            }
        }
        let mut shown: Vec<Option<Cell>> = vec![None; self.nested.len()];
        // The largest come first, so that what lies inside is done before what holds it.
        for at in (0..self.nested.len()).rev() {
            let row = self.totals[self.nested[at]].row;
            let mut sum = sums[at];
            if cells[row] != Cell::Missing && sum.cells > 0 {
                (shown[at], sum) = sum.published();
                sums[at] = sum;
            }
            if let Some(holder) = self.parents[at] {
                sums[holder].add(sum);
            }
        }
        let hidden_counts_as = self.hidden_counts_as(&sums, &shown);
        let from_published = |total: &TotalRow, cells: &[Cell]| {
            let parts = total.parts.iter().map(|part| match cells[*part] {
                Cell::Number(number) => Some((number, 0)),
                Cell::Suppressed | Cell::Withheld => {
                    Some((self.innermost[*part].map_or(SUPPRESSED_PART, |holder| hidden_counts_as[holder]), 1))
                }
                Cell::Missing => None,
            });
            let sum = parts.flatten().reduce(|sum, part| (sum.0 + part.0, sum.1 + part.1));
            match sum {
                None => Cell::Missing,
                Some((sum, hidden)) if hidden > 0 && nearest(sum) < LEAST_SHOWN => Cell::Suppressed,
                Some((sum, _)) => Cell::Number(nearest(sum)),
            }
        };
        let others = self.crossing.iter().map(|place| (*place, None));
        for (place, cell) in self.nested.iter().copied().zip(shown).chain(others) {
            let total = &self.totals[place];
            if cells[total.row] != Cell::Missing {
                cells[total.row] = cell.unwrap_or_else(|| from_published(total, cells));
            }
        }
    }

    /// What a suppressed count counts as under each nested total where figures are added up again: its share of what the
    /// smallest published total that holds it has beside the counts shown.
    fn hidden_counts_as(&self, sums: &[Sum], shown: &[Option<Cell>]) -> Vec<f64> {
        let mut counts_as: Vec<f64> = Vec::with_capacity(sums.len());
        for (at, sum) in sums.iter().enumerate() {
            let rest = match shown[at] {
                Some(Cell::Number(total)) => Some(total - sum.shown),
                // The middle of what it may be.
                Some(Cell::Suppressed | Cell::Withheld) => Some(MOST_HIDDEN / 2.0),
                Some(Cell::Missing) | None => None,
            };
            let share = rest.filter(|_| sum.hidden > 0).map(|rest| rest / sum.hidden as f64);
            let of_holder = || self.parents[at].map_or(SUPPRESSED_PART, |holder| counts_as[holder]);
            counts_as.push(share.map_or_else(of_holder, |share| share.clamp(1.0, LARGEST_SUPPRESSED)));
        }
        counts_as
    }
}
