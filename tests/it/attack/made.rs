//! Made-up tables and what happens to them from month to month.

use groundswell::disclosure::{Cell, FigureColumn, Figures, LabelColumn, Profile, TotalRow, protect};
use groundswell::math::random::stream;
use rand::{Rng, RngExt};

use super::reader::{Key, Release, Told, Truth};

/// Counts of one table, leaf by leaf, period by period.
#[derive(Debug, Clone)]
pub struct Made {
    /// One label a dimension.
    pub leaves: Vec<Vec<String>>,
    /// One count a leaf, by period.
    pub periods: Vec<Vec<u32>>,
}

/// A count as small authorities have them: many zeros and few large ones.
fn count(random: &mut impl Rng) -> u32 {
    match random.random_range(0..10) {
        0 | 1 => 0,
        2..=5 => random.random_range(1..=6),
        6..=8 => random.random_range(4..=30),
        _ => random.random_range(30..=400),
    }
}

impl Made {
    /// A table of one to three dimensions and one period.
    pub fn new(seed: u64) -> (Made, impl Rng + use<>) {
        let mut random = stream(seed, &[0x00A7_7AC4]);
        let dimensions = [1, 1, 2, 2, 2, 3][random.random_range(0..6)];
        let labels: Vec<usize> =
            (0..dimensions).map(|_| random.random_range(if dimensions == 3 { 2..=3 } else { 2..=6 })).collect();
        let mut leaves: Vec<Vec<String>> = vec![vec![]];
        for (dimension, labels) in labels.iter().enumerate() {
            let longer = |leaf: &Vec<String>| {
                (0..*labels)
                    .map(|label| [leaf.as_slice(), &[format!("{dimension}{label}")]].concat())
                    .collect::<Vec<_>>()
            };
            leaves = leaves.iter().flat_map(longer).collect();
        }
        // Not every combination is there: areas lie in regions.
        leaves.retain(|_| random.random_range(0..12) > 0);
        if leaves.is_empty() {
            leaves.push(labels.iter().enumerate().map(|(dimension, _)| format!("{dimension}0")).collect());
        }
        let period = leaves.iter().map(|_| count(&mut random)).collect();
        (Made { leaves, periods: vec![period] }, random)
    }

    /// A month later: late records, corrections, and a month more.
    pub fn grow(&mut self, random: &mut impl Rng) {
        for (age, period) in self.periods.iter_mut().rev().enumerate() {
            let of = if age < 3 { 40 } else { 300 };
            for count in period {
                match random.random_range(0..of) {
                    0 | 1 => *count += random.random_range(1..=2),
                    2 => *count = count.saturating_sub(random.random_range(1..=2)),
                    _ => {}
                }
            }
        }
        let period = self.leaves.iter().map(|_| count(random)).collect();
        self.periods.push(period);
    }

    /// Every total and leaf with the leaves that it adds up, as all subsets of the dimensions give them.
    fn sums(&self) -> Vec<(Vec<String>, Vec<usize>)> {
        let mut sums: std::collections::BTreeMap<Vec<String>, Vec<usize>> = Default::default();
        for mask in 0..1_u32 << self.leaves[0].len() {
            for (place, leaf) in self.leaves.iter().enumerate() {
                let label =
                    |(at, label): (usize, &String)| if mask >> at & 1 == 1 { label.clone() } else { "*".to_owned() };
                sums.entry(leaf.iter().enumerate().map(label).collect()).or_default().push(place);
            }
        }
        sums.into_iter().collect()
    }

    /// The true counts of every cell.
    pub fn truth(&self) -> Truth {
        let cells = self.sums().into_iter().flat_map(|(key, leaves)| {
            self.periods.iter().enumerate().map(move |(period, counts)| {
                let count: u32 = leaves.iter().map(|leaf| counts[*leaf]).sum();
                (keyed(&key, period), f64::from(count))
            })
        });
        cells.collect()
    }

    /// What is released of it beside earlier releases; totals over the first dimension are rounded where it holds
    /// authorities.
    pub fn released(&self, earlier: &[Release], authorities: bool) -> (Release, usize) {
        let truth = self.truth();
        let keys: Vec<&Key> = truth.keys().collect();
        let row = |key: &Key| keys.binary_search(&key).expect("every cell has a row");
        let totals = self.sums().into_iter().filter(|(key, _)| key.iter().any(|label| label == "*"));
        let totals = totals
            .flat_map(|(key, leaves)| (0..self.periods.len()).map(move |period| (key.clone(), leaves.clone(), period)));
        let totals = totals.map(|(key, leaves, period)| TotalRow {
            row: row(&keyed(&key, period)),
            parts: leaves.iter().map(|leaf| row(&keyed(&self.leaves[*leaf], period))).collect(),
        });
        let labels = vec![LabelColumn::text("cell", keys.iter().map(|key| key.join("/")))];
        let counts = FigureColumn::observed("y", truth.values().copied().collect());
        let before = earlier.iter().map(|release| {
            let told = |key: &&Key| {
                release.get(*key).map(|told| match told {
                    Told::Number(number) => Cell::Number(*number),
                    Told::Hidden => Cell::Withheld,
                })
            };
            keys.iter().map(told).collect::<Vec<_>>()
        });
        let wide = keys.iter().map(|key| authorities && key[0] == "*").collect();
        let figures = Figures::new("history", labels, vec![counts]).expect("a table");
        let figures = figures.with_totals(totals.collect()).expect("totals of leaves");
        let figures = figures.with_wide(wide).expect("rows").with_earlier(before.collect()).expect("rows");
        let table = protect(Profile::DfeCin, figures);
        let cells = table.cells("y").expect("the column");
        let told = cells.iter().map(|cell| cell.number().map_or(Told::Hidden, Told::Number));
        (keys.into_iter().cloned().zip(told).collect(), table.given_away())
    }
}

fn keyed(key: &[String], period: usize) -> Key {
    key.iter().cloned().chain([format!("{period:02}")]).collect()
}
