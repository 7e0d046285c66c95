//! Which counts hang together, and by which sums.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Cell, TotalRow};
use super::groups::Groups;
use super::{Context, LARGEST_CONCEALED, nearest_ten};

/// A count, or several rows that are always the same count (a total over one row).
#[derive(Debug, Clone)]
pub(super) struct Count {
    pub rows: Vec<usize>,
    pub value: f64,
    /// How many counts it adds up; 1 for a count by itself.
    pub parts: usize,
    /// Shown rounded to the nearest ten.
    pub wide: bool,
    pub hidden: bool,
    /// What it is at least where it is hidden: zero is shown, unless the count was hidden before it came to that.
    pub fewest: f64,
    /// The last pack that showed it showed it as it is now.
    pub known: bool,
    /// What whoever reads the packs knows of it at the least, where it isn't hidden.
    pub least: f64,
    pub most: f64,
}

/// What is published of a sum: the counts less the total (zero where there is none) lie from `low` to `high`.
#[derive(Debug, Clone)]
pub(super) struct Sum {
    pub parts: Vec<usize>,
    pub total: Option<usize>,
    pub low: f64,
    pub high: f64,
    /// An earlier pack told it.
    pub told: bool,
}

/// Counts that hang together: one month, say.
#[derive(Debug, Clone, Default)]
pub(super) struct Problem {
    pub counts: Vec<Count>,
    pub sums: Vec<Sum>,
}

impl Problem {
    /// Every set of counts that hang together. Counts that aren't there are in none.
    pub fn all(values: &[f64], context: &Context<'_>) -> Vec<Problem> {
        // Rows that are one count: the counts by themselves, then totals by what they add up.
        let mut count_of: Vec<Option<usize>> = vec![None; values.len()];
        let mut counts: Vec<Count> = Vec::new();
        let mut by_parts: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
        let is_total: BTreeSet<usize> = context.totals.iter().map(|total| total.row).collect();
        for row in (0..values.len()).filter(|row| !values[*row].is_nan() && !is_total.contains(row)) {
            count_of[row] = Some(counts.len());
            by_parts.insert(vec![counts.len()], counts.len());
            counts.push(count(row, values[row], 1, context));
        }
        let mut sums: Vec<(Sum, Vec<usize>, usize)> = Vec::new();
        for total in context.totals.iter().filter(|total| !values[total.row].is_nan()) {
            let mut parts: Vec<usize> = total.parts.iter().filter_map(|part| count_of[*part]).collect();
            parts.sort_unstable();
            parts.dedup();
            let adds_up = parts.iter().map(|part| counts[*part].value).sum::<f64>() == values[total.row];
            // A figure that isn't the sum it should be tells nothing about its parts.
            let parts = if adds_up { parts } else { Vec::new() };
            let mut more = count(total.row, values[total.row], parts.len().max(1), context);
            // The same rounded figure over parts that changed is another count.
            more.known &= !more.wide || unchanged(total, values, context);
            match by_parts.get(&parts).filter(|_| !parts.is_empty()) {
                Some(same) => counts[*same].join(more),
                None => {
                    let place = counts.len();
                    counts.push(more);
                    if !parts.is_empty() {
                        by_parts.insert(parts.clone(), place);
                        let sum = Sum { parts, total: Some(place), low: 0.0, high: 0.0, told: false };
                        sums.push((sum, total.parts.clone(), total.row));
                    }
                }
            }
        }
        let told = told_before(&counts, &count_of, &sums, context);
        apart(counts, sums.into_iter().map(|(sum, ..)| sum).chain(told))
    }
}

impl Count {
    fn join(&mut self, other: Count) {
        self.rows.extend(other.rows);
        self.hidden |= other.hidden;
        self.known |= other.known;
        self.fewest = self.fewest.min(other.fewest);
        self.least = self.least.max(other.least);
        self.most = self.most.min(other.most);
        self.wide &= other.wide;
    }
}

fn count(row: usize, value: f64, parts: usize, context: &Context<'_>) -> Count {
    let wide = context.is_wide(row);
    let before = || context.earlier.iter().filter_map(|pack| pack.get(row).copied().flatten());
    let shown = if wide { nearest_ten(value) } else { value };
    let was_hidden = before().any(|cell| cell.mark().is_some() && cell != Cell::Missing);
    let is_small = value > 0.0 && value <= LARGEST_CONCEALED;
    let (least, most) = of_shown(shown, wide);
    Count {
        rows: vec![row],
        value,
        parts,
        wide,
        // Once hidden, hidden for good, zero too: what else changed would tell what it was.
        hidden: is_small || was_hidden,
        fewest: if was_hidden { 0.0 } else { 1.0 },
        // Since it was shown otherwise it has changed, whatever still earlier packs showed.
        known: before().rfind(|cell| cell.number().is_some()) == Some(Cell::Number(shown)),
        least,
        most,
    }
}

/// Whether the last pack that showed a rounded total showed all its parts as they are now.
fn unchanged(total: &TotalRow, values: &[f64], context: &Context<'_>) -> bool {
    let shown = |pack: &[Option<Cell>], row: usize| pack.get(row).copied().flatten();
    let newest =
        context.earlier.iter().rev().find(|pack| shown(pack, total.row).is_some_and(|cell| cell.number().is_some()));
    newest.is_some_and(|pack| {
        total.parts.iter().all(|part| match shown(pack, *part) {
            Some(Cell::Number(count)) => count == values[*part],
            Some(Cell::Withheld | Cell::Suppressed) => values[*part] > 0.0,
            Some(Cell::Missing) | None => values[*part].is_nan(),
        })
    })
}

/// What a shown figure says of its count.
fn of_shown(shown: f64, wide: bool) -> (f64, f64) {
    match shown {
        0.0 => (0.0, 0.0),
        rounded if wide => ((rounded - 5.0).max(LARGEST_CONCEALED + 1.0), rounded + 4.0),
        exact => (exact, exact),
    }
}

/// Sums of what is hidden as earlier packs told them, wherever they may still hold: a count that was hidden then and is
/// unchanged is the same unknown in both packs.
fn told_before(
    counts: &[Count],
    count_of: &[Option<usize>],
    sums: &[(Sum, Vec<usize>, usize)],
    context: &Context<'_>,
) -> Vec<Sum> {
    let mut told: BTreeMap<(Vec<usize>, Option<usize>), (f64, f64)> = BTreeMap::new();
    for pack in context.earlier {
        let cell = |row: usize| pack.get(row).copied().flatten();
        for (sum, parts, total) in sums {
            let (mut low, mut high, hidden_total) = match cell(*total) {
                Some(Cell::Number(shown)) => {
                    let (least, most) = of_shown(shown, context.is_wide(*total));
                    (least, most, None)
                }
                Some(Cell::Withheld | Cell::Suppressed) => (0.0, 0.0, sum.total),
                Some(Cell::Missing) | None => continue,
            };
            let mut hidden = Vec::new();
            for part in parts {
                match (cell(*part), count_of[*part]) {
                    (Some(Cell::Number(shown)), _) => {
                        let (least, most) = of_shown(shown, context.is_wide(*part));
                        (low, high) = (low - most, high - least);
                    }
                    (Some(Cell::Withheld | Cell::Suppressed), Some(count)) => hidden.push(count),
                    _ => {}
                }
            }
            hidden.sort_unstable();
            let of_total = hidden_total.map_or(0.0, |total: usize| counts[total].value);
            let now = hidden.iter().map(|count| counts[*count].value).sum::<f64>() - of_total;
            if !hidden.is_empty() && (low..=high).contains(&now) {
                let known = told.entry((hidden, hidden_total)).or_insert((low, high));
                *known = (known.0.max(low), known.1.min(high));
            }
        }
    }
    let sum = |((parts, total), (low, high))| Sum { parts, total, low, high, told: true };
    told.into_iter().map(sum).collect()
}

/// Takes apart what doesn't hang together.
fn apart(counts: Vec<Count>, sums: impl Iterator<Item = Sum>) -> Vec<Problem> {
    let sums: Vec<Sum> = sums.collect();
    let mut groups = Groups::new(counts.len());
    for sum in &sums {
        for part in sum.parts.iter().copied().chain(sum.total) {
            groups.join(sum.parts[0], part);
        }
    }
    let mut problems: BTreeMap<usize, Problem> = BTreeMap::new();
    let mut place = vec![0; counts.len()];
    for (at, count) in counts.into_iter().enumerate() {
        let problem = problems.entry(groups.root(at)).or_default();
        place[at] = problem.counts.len();
        problem.counts.push(count);
    }
    for sum in sums {
        let Some(problem) = problems.get_mut(&groups.root(sum.parts[0])) else { continue };
        let parts = sum.parts.iter().map(|part| place[*part]).collect();
        problem.sums.push(Sum { parts, total: sum.total.map(|total| place[total]), ..sum });
    }
    // Where nothing is hidden there is nothing to find out.
    problems.into_values().filter(|problem| problem.counts.iter().any(|count| count.hidden)).collect()
}
