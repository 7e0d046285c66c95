//! Linear programmes of a few hundred unknowns: how large and how small can one of them be?

/// The least size of a pivot and of a gain that counts; coefficients are of the order of one.
const TOLERANCE: f64 = 1e-9;

/// All `x >= 0` with `A x = b`, of which one solution is known, on its way from corner to corner.
///
/// Method: the primal simplex method on a dense tableau with Bland's rule, which can't run in circles: Bland (1977), New
/// finite pivoting rules for the simplex method.
pub struct Polytope {
    /// One row an equation: coefficients, then the right-hand side.
    rows: Vec<Vec<f64>>,
    /// The unknown that each row is solved for.
    basis: Vec<usize>,
    unknowns: usize,
}

impl Polytope {
    /// The solutions of `equations` over so many unknowns, each equation as its terms (unknown, coefficient) and its
    /// right-hand side; `None` where there is no solution.
    pub fn new(unknowns: usize, equations: &[(Vec<(usize, f64)>, f64)]) -> Option<Polytope> {
        // Phase one: an artificial unknown an equation, driven out.
        let width = unknowns + equations.len();
        let mut rows = Vec::with_capacity(equations.len());
        for (place, (terms, right)) in equations.iter().enumerate() {
            let sign = if *right < 0.0 { -1.0 } else { 1.0 };
            let mut row = vec![0.0; width + 1];
            terms.iter().for_each(|(unknown, coefficient)| row[*unknown] += sign * coefficient);
            row[unknowns + place] = 1.0;
            row[width] = sign * right;
            rows.push(row);
        }
        let basis = (unknowns..width).collect();
        let mut found = Polytope { rows, basis, unknowns: width };
        let mut gains = vec![0.0; width];
        gains[unknowns..].fill(-1.0);
        found.climb(&gains);
        let left: f64 = found
            .basis
            .iter()
            .zip(&found.rows)
            .filter(|(unknown, _)| **unknown >= unknowns)
            .map(|(_, row)| row[width])
            .sum();
        if left > 1e-6 {
            return None;
        }
        // An artificial unknown still in the basis stands at zero: put another in its place, or drop a redundant row.
        let mut place = 0;
        while place < found.rows.len() {
            if found.basis[place] < unknowns {
                place += 1;
                continue;
            }
            match (0..unknowns).find(|unknown| found.rows[place][*unknown].abs() > 1e-7) {
                Some(unknown) => {
                    found.pivot(place, unknown);
                    place += 1;
                }
                None => {
                    found.rows.swap_remove(place);
                    found.basis.swap_remove(place);
                }
            }
        }
        for row in &mut found.rows {
            let right = row[width];
            row.truncate(unknowns);
            row.push(right);
        }
        found.unknowns = unknowns;
        Some(found)
    }

    /// The corner reached: a value an unknown.
    pub fn corner(&self) -> Vec<f64> {
        let mut values = vec![0.0; self.unknowns];
        for (unknown, row) in self.basis.iter().zip(&self.rows) {
            values[*unknown] = row[self.unknowns];
        }
        values
    }

    /// Goes to a corner where the unknown is largest (`sign` 1) or smallest (-1) and gives its value there; infinite where
    /// it can grow without end.
    pub fn reach(&mut self, unknown: usize, sign: f64) -> f64 {
        let mut gains = vec![0.0; self.unknowns];
        gains[unknown] = sign;
        if self.climb(&gains) { self.corner()[unknown] } else { f64::INFINITY }
    }

    /// Climbs until no step gains anything; false where there is no top.
    fn climb(&mut self, gains: &[f64]) -> bool {
        loop {
            // What one more of an unknown gains, the basis giving way.
            let gain = |unknown: usize| {
                let given: f64 =
                    self.basis.iter().zip(&self.rows).map(|(basic, row)| gains[*basic] * row[unknown]).sum();
                gains[unknown] - given
            };
            let Some(enters) = (0..self.unknowns).find(|unknown| gain(*unknown) > TOLERANCE) else { return true };
            let mut leaves: Option<(f64, usize, usize)> = None;
            for (place, row) in self.rows.iter().enumerate().filter(|(_, row)| row[enters] > TOLERANCE) {
                let ratio = row[self.unknowns].max(0.0) / row[enters];
                let earlier = leaves.is_none_or(|(least, basic, _)| {
                    ratio < least - TOLERANCE || (ratio <= least + TOLERANCE && self.basis[place] < basic)
                });
                if earlier {
                    leaves = Some((ratio, self.basis[place], place));
                }
            }
            let Some((_, _, place)) = leaves else { return false };
            self.pivot(place, enters);
        }
    }

    fn pivot(&mut self, place: usize, enters: usize) {
        let by = self.rows[place][enters];
        self.rows[place].iter_mut().for_each(|value| *value /= by);
        let pivot = self.rows[place].clone();
        for (other, row) in self.rows.iter_mut().enumerate().filter(|(other, _)| *other != place) {
            let times = row[enters];
            if times != 0.0 {
                row.iter_mut().zip(&pivot).for_each(|(value, more)| *value -= times * more);
                row[enters] = 0.0;
            }
            debug_assert_ne!(other, place, "the pivot's own row is done");
        }
        self.basis[place] = enters;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_two_by_two_table_with_margins_leaves_one_degree_of_freedom() {
        // Rows 7 and 5, columns 4 and 8: the first cell lies between 0 and 4.
        let sum = |cells: [usize; 2], right: f64| (cells.map(|cell| (cell, 1.0)).to_vec(), right);
        let margins = [sum([0, 1], 7.0), sum([2, 3], 5.0), sum([0, 2], 4.0), sum([1, 3], 8.0)];
        let mut table = Polytope::new(4, &margins).expect("there is such a table");
        assert!((table.reach(0, 1.0) - 4.0).abs() < 1e-9);
        assert!(table.reach(0, -1.0).abs() < 1e-9);
        assert!((table.reach(3, -1.0) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn what_has_no_solution_and_what_has_no_end_are_told() {
        assert!(Polytope::new(1, &[(vec![(0, 1.0)], -1.0)]).is_none());
        let mut open = Polytope::new(2, &[(vec![(0, 1.0), (1, -1.0)], 3.0)]).expect("there is");
        assert_eq!(open.reach(0, 1.0), f64::INFINITY);
        assert!((open.reach(0, -1.0) - 3.0).abs() < 1e-9);
    }
}
