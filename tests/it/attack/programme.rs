//! The attacker's own linear programmes: the least and the most that one unknown can be, given what is known of sums.

/// What an attacker knows of a sum: its terms, and the interval that it lies in.
#[derive(Debug, Clone)]
pub struct Known {
    pub terms: Vec<(usize, f64)>,
    pub low: f64,
    pub high: f64,
}

const SMALL: f64 = 1e-8;

/// The least and the most of an unknown; each unknown lies between its ends, of which the lower one is finite.
///
/// Method: two phases of the simplex method in a dictionary (Chvátal 1983), with the entering variable of the largest gain
/// and, once that has gone on for long, of the smallest number.
pub fn bounds(ends: &[(f64, f64)], known: &[Known], unknown: usize) -> (f64, f64) {
    // Every unknown is counted from its lower end; everything is written as "sum of terms <= right".
    let mut rows: Vec<(Vec<f64>, f64)> = Vec::new();
    let mut at_most = |terms: &[(usize, f64)], right: f64, sign: f64| {
        let mut row = vec![0.0; ends.len()];
        let mut right = sign * right;
        for (place, coefficient) in terms {
            row[*place] += sign * coefficient;
            right -= sign * coefficient * ends[*place].0;
        }
        rows.push((row, right));
    };
    for Known { terms, low, high } in known {
        if high.is_finite() {
            at_most(terms, *high, 1.0);
        }
        if low.is_finite() {
            at_most(terms, *low, -1.0);
        }
    }
    for (place, (_, high)) in ends.iter().enumerate().filter(|(_, (_, high))| high.is_finite()) {
        at_most(&[(place, 1.0)], *high, 1.0);
    }
    let mut dictionary = Dictionary::feasible(rows, ends.len());
    let most = dictionary.largest(unknown, 1.0);
    let least = dictionary.largest(unknown, -1.0);
    (ends[unknown].0 - least, ends[unknown].0 + most)
}

/// Basic variables written in the others: `basic = right - sum of coefficient * other`.
struct Dictionary {
    rows: Vec<Vec<f64>>,
    right: Vec<f64>,
    basic: Vec<usize>,
    other: Vec<usize>,
}

impl Dictionary {
    /// A dictionary whose corner satisfies every row. The truth satisfies them, so there is one.
    fn feasible(rows: Vec<(Vec<f64>, f64)>, unknowns: usize) -> Dictionary {
        let count = rows.len();
        let mut dictionary = Dictionary {
            right: rows.iter().map(|(_, right)| *right).collect(),
            // The last column is the one variable that loosens every row.
            rows: rows.into_iter().map(|(row, _)| row.into_iter().chain([-1.0]).collect()).collect(),
            basic: (unknowns..unknowns + count).collect(),
            other: (0..unknowns).chain([usize::MAX]).collect(),
        };
        let worst = (0..count).min_by(|a, b| dictionary.right[*a].total_cmp(&dictionary.right[*b]));
        if let Some(worst) = worst.filter(|worst| dictionary.right[*worst] < 0.0) {
            dictionary.pivot(worst, unknowns);
            let gains = |variable: usize| if variable == usize::MAX { -1.0 } else { 0.0 };
            let left = dictionary.climb(gains);
            assert!(left.is_some_and(|left| left > -1e-6), "what the attacker knows contradicts itself");
        }
        // The loosening variable goes.
        if let Some(row) = dictionary.basic.iter().position(|basic| *basic == usize::MAX) {
            let column = (0..dictionary.other.len())
                .max_by(|a, b| dictionary.rows[row][*a].abs().total_cmp(&dictionary.rows[row][*b].abs()));
            dictionary.pivot(row, column.expect("there are unknowns"));
        }
        let column = dictionary.other.iter().position(|other| *other == usize::MAX).expect("it isn't basic");
        dictionary.other.swap_remove(column);
        for row in &mut dictionary.rows {
            row.swap_remove(column);
        }
        dictionary
    }

    /// The most of `sign * unknown`.
    fn largest(&mut self, unknown: usize, sign: f64) -> f64 {
        self.climb(|variable| if variable == unknown { sign } else { 0.0 }).unwrap_or(f64::INFINITY)
    }

    /// The largest gain, or none where there is no end to it.
    fn climb(&mut self, gains: impl Fn(usize) -> f64) -> Option<f64> {
        for round in 0.. {
            assert!(round < 100_000, "the attacker goes round in circles");
            let slope = |column: usize| {
                let given =
                    self.basic.iter().zip(&self.rows).map(|(basic, row)| gains(*basic) * row[column]).sum::<f64>();
                gains(self.other[column]) - given
            };
            let slopes: Vec<f64> = (0..self.other.len()).map(slope).collect();
            let rising = (0..slopes.len()).filter(|column| slopes[*column] > SMALL);
            let enters = if round < 200 {
                rising.max_by(|a, b| slopes[*a].total_cmp(&slopes[*b]))
            } else {
                rising.min_by_key(|column| self.other[*column])
            };
            let Some(column) = enters else {
                return Some(self.basic.iter().zip(&self.right).map(|(basic, right)| gains(*basic) * right).sum());
            };
            let ratio = |row: usize| self.right[row].max(0.0) / self.rows[row][column];
            let leaves = (0..self.rows.len())
                .filter(|row| self.rows[*row][column] > SMALL)
                .min_by(|a, b| ratio(*a).total_cmp(&ratio(*b)).then(self.basic[*a].cmp(&self.basic[*b])));
            self.pivot(leaves?, column);
        }
        None
    }

    fn pivot(&mut self, row: usize, column: usize) {
        let by = self.rows[row][column];
        self.rows[row].iter_mut().for_each(|value| *value /= by);
        self.rows[row][column] = 1.0 / by;
        self.right[row] /= by;
        let (pivot, right) = (self.rows[row].clone(), self.right[row]);
        for place in (0..self.rows.len()).filter(|place| *place != row) {
            let times = self.rows[place][column];
            if times == 0.0 {
                continue;
            }
            for (at, value) in self.rows[place].iter_mut().enumerate() {
                *value = if at == column { -times * pivot[at] } else { *value - times * pivot[at] };
            }
            self.right[place] -= times * right;
        }
        std::mem::swap(&mut self.basic[row], &mut self.other[column]);
    }
}

#[test]
fn a_table_with_its_margins_is_bounded_as_by_hand() {
    // Fréchet's bounds of a two by two table: rows 7 and 5, columns 4 and 8.
    let sum =
        |cells: [usize; 2], sum: f64| Known { terms: cells.map(|cell| (cell, 1.0)).to_vec(), low: sum, high: sum };
    let margins = [sum([0, 1], 7.0), sum([2, 3], 5.0), sum([0, 2], 4.0), sum([1, 3], 8.0)];
    let open = [(0.0, f64::INFINITY); 4];
    let near =
        |(low, high): (f64, f64), (least, most): (f64, f64)| (low - least).abs() < 1e-6 && (high - most).abs() < 1e-6;
    assert!(near(bounds(&open, &margins, 0), (0.0, 4.0)));
    assert!(near(bounds(&open, &margins, 3), (1.0, 5.0)));
    assert!(near(bounds(&[(1.0, 3.0), (0.0, f64::INFINITY)], &[sum([0, 1], 9.0)], 1), (6.0, 8.0)));
    assert_eq!(bounds(&open[..2], &[], 1), (0.0, f64::INFINITY));
    let apart = Known { terms: vec![(0, 1.0), (1, -1.0)], low: 2.0, high: 3.0 };
    let (least, most) = bounds(&[(0.0, f64::INFINITY), (1.0, f64::INFINITY)], &[apart], 0);
    assert!((least - 3.0).abs() < 1e-6 && most.is_infinite());
}
