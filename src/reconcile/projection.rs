//! From forecasts of parts and totals that disagree to parts whose sums are the totals.

use std::sync::OnceLock;

use ndarray::parallel::prelude::*;
use ndarray::{Array2, ArrayView2, Axis};
use rayon::slice::ParallelSliceMut;

use super::covariance::ErrorCovariance;
use super::non_negative::nearest_at_least_zero;
use crate::math::cholesky::{factor_in_place, substitute};
use crate::panel::Total;

/// Moves forecasts of parts by what the totals' own forecasts say of their sums: each part takes of the disagreement
/// what the covariance of errors says it owes. Parts and totals that agree are not moved, so that reconciling twice is
/// once.
///
/// Method: minimum trace, Wickramasuriya, Athanasopoulos and Hyndman (2019), equation 10: with `C` the constraints
/// (a total less its parts) and `W` the covariance, forecasts move by `-W C' (C W C')⁻¹` times the disagreement. That
/// needs one solve of the size of the totals, and of `W` only its diagonal and its factors.
#[derive(Debug)]
pub struct Projection {
    /// The rows that each total adds up.
    totals: Vec<Vec<usize>>,
    covariance: ErrorCovariance,
    /// Parts x totals: the covariance of a part's error with a total's disagreement.
    ties: Array2<f64>,
    /// Parts x totals: how far a part moves for a disagreement of one.
    gains: Array2<f64>,
    /// Columns of the covariance of the reconciled parts, each made when it is first needed.
    columns: Vec<OnceLock<Vec<f64>>>,
}

impl Projection {
    /// The projection for `parts` series and these totals of them (rows of the parts, ascending), from one-step errors:
    /// parts first, then totals, each series x dates; `NaN` where there is none.
    pub fn minimum_trace(parts: usize, totals: &[Total], errors: ArrayView2<'_, f64>) -> Projection {
        debug_assert_eq!(errors.nrows(), parts + totals.len(), "errors of parts and totals");
        let covariance = ErrorCovariance::of(errors);
        let rows: Vec<Vec<usize>> = totals.iter().map(|total| total.leaves.clone()).collect();
        // Factors of the disagreements, totals x dates.
        let mut factors = Array2::zeros((rows.len(), errors.ncols()));
        for (total, (mut factors, leaves)) in factors.rows_mut().into_iter().zip(&rows).enumerate() {
            factors.assign(&covariance.factors(parts + total));
            leaves.iter().for_each(|leaf| factors -= &covariance.factors(*leaf));
        }
        let mut belongs: Vec<Vec<usize>> = vec![Vec::new(); parts];
        for (total, leaves) in rows.iter().enumerate() {
            leaves.iter().for_each(|leaf| belongs[*leaf].push(total));
        }
        let mut disagreement = disagreement(&covariance, factors.view(), &belongs, parts);
        let mut ties = Array2::zeros((parts, rows.len()));
        ties.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(part, mut ties)| {
            let own = covariance.factors(part);
            for (cell, factors) in ties.iter_mut().zip(factors.rows()) {
                *cell = own.iter().zip(factors).map(|(a, b)| a * b).sum();
            }
            belongs[part].iter().for_each(|total| ties[*total] -= covariance.own(part));
        });
        factor_in_place(&mut disagreement, rows.len());
        let mut gains = ties.clone();
        gains.axis_iter_mut(Axis(0)).into_par_iter().for_each(|mut gains| {
            if let Some(right) = gains.as_slice_mut() {
                substitute(&disagreement, right);
            }
        });
        let columns = (0..parts).map(|_| OnceLock::new()).collect();
        Projection { totals: rows, covariance, ties, gains, columns }
    }

    /// How far the errors' correlations were shrunk.
    pub fn shrinkage(&self) -> f64 {
        self.covariance.shrinkage()
    }

    /// The reconciled parts, parts x columns, from forecasts of parts and totals with the same columns (paths and steps,
    /// say). They may be negative; [`Projection::lift`] mends that.
    pub fn reconcile(&self, parts: ArrayView2<'_, f64>, totals: ArrayView2<'_, f64>) -> Array2<f64> {
        let mut surplus = totals.to_owned();
        surplus.axis_iter_mut(Axis(0)).into_par_iter().zip(&self.totals).for_each(|(mut surplus, leaves)| {
            // Added up before it is taken away, in the order of the leaves as every total is: what agrees leaves nothing.
            let mut sum = ndarray::Array1::<f64>::zeros(surplus.len());
            leaves.iter().for_each(|leaf| sum += &parts.row(*leaf));
            surplus -= &sum;
        });
        let mut reconciled = parts.to_owned();
        reconciled.axis_iter_mut(Axis(0)).into_par_iter().zip(self.gains.outer_iter()).for_each(|(mut part, gains)| {
            for (gain, surplus) in gains.iter().zip(surplus.rows()) {
                part.scaled_add(-gain, &surplus);
            }
        });
        reconciled
    }

    /// Lifts reconciled parts, parts x columns, to the nearest that are at least zero: of all such forecasts those that
    /// minimise the same distance to the base forecasts as the projection does.
    pub fn lift(&self, reconciled: &mut Array2<f64>) {
        reconciled.axis_iter_mut(Axis(1)).into_par_iter().for_each(|mut column| {
            if column.iter().any(|value| *value < 0.0) {
                let mut values = column.to_vec();
                nearest_at_least_zero(&mut values, |part| self.column(part));
                column.iter_mut().zip(values).for_each(|(cell, value)| *cell = value);
            }
        });
    }

    /// The covariance of one reconciled part with all others: that of its errors less what the totals explain.
    fn column(&self, part: usize) -> &[f64] {
        self.columns[part].get_or_init(|| {
            let gains = self.gains.row(part);
            let explained = |other| gains.iter().zip(self.ties.row(other)).map(|(gain, tie)| gain * tie).sum::<f64>();
            (0..self.columns.len()).map(|other| self.covariance.between(part, other) - explained(other)).collect()
        })
    }
}

/// The covariance of the disagreements, totals x totals, lower triangle, row by row.
fn disagreement(
    covariance: &ErrorCovariance,
    factors: ArrayView2<'_, f64>,
    belongs: &[Vec<usize>],
    parts: usize,
) -> Vec<f64> {
    let count = factors.nrows();
    let mut matrix = vec![0.0; count * count];
    matrix.par_chunks_mut(count.max(1)).enumerate().for_each(|(row, line)| {
        for (cell, other) in line.iter_mut().zip(factors.rows()).take(row + 1) {
            *cell = factors.row(row).iter().zip(other).map(|(a, b)| a * b).sum();
        }
        line[row] += covariance.own(parts + row);
    });
    for (part, totals) in belongs.iter().enumerate() {
        for (place, row) in totals.iter().enumerate() {
            totals[..=place].iter().for_each(|column| matrix[row * count + column] += covariance.own(part));
        }
    }
    matrix
}

#[cfg(test)]
mod tests {
    use rand::RngExt;
    use serde::Deserialize;

    use super::*;
    use crate::math::random::stream;
    use crate::panel::SeriesKey;

    #[derive(Deserialize)]
    struct Golden {
        totals: Vec<Vec<usize>>,
        cases: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        name: String,
        errors: Vec<Vec<f64>>,
        base: Vec<Vec<f64>>,
        reconciled: Vec<Vec<f64>>,
        at_least_zero: Vec<Vec<f64>>,
    }

    fn matrix(rows: &[Vec<f64>]) -> Array2<f64> {
        Array2::from_shape_fn((rows.len(), rows[0].len()), |(row, column)| rows[row][column])
    }

    fn totals(leaves: &[Vec<usize>]) -> Vec<Total> {
        let total = |(number, leaves): (usize, &Vec<usize>)| Total {
            key: SeriesKey::new([format!("total {number}")]),
            leaves: leaves.clone(),
        };
        leaves.iter().enumerate().map(total).collect()
    }

    #[test]
    fn reconciled_forecasts_are_those_of_another_implementation() {
        let golden: Golden = serde_json::from_str(include_str!("../../tests/golden/reconcile.json")).expect("golden");
        assert_eq!(golden.cases.len(), 2);
        for Case { name, errors, base, reconciled, at_least_zero } in golden.cases {
            let parts = reconciled.len();
            let projection = Projection::minimum_trace(parts, &totals(&golden.totals), matrix(&errors).view());
            let (base_parts, base_totals) = base.split_at(parts);
            let mut ours = projection.reconcile(matrix(base_parts).view(), matrix(base_totals).view());
            let near = |ours: &Array2<f64>, theirs: &[Vec<f64>], tolerance: f64| {
                for (ours, theirs) in ours.iter().zip(matrix(theirs).iter()) {
                    assert!((ours - theirs).abs() < tolerance * theirs.abs().max(1.0), "{name}: {ours} {theirs}");
                }
            };
            near(&ours, &reconciled, 1e-6);
            projection.lift(&mut ours);
            near(&ours, &at_least_zero, 1e-4);
            assert!(ours.iter().all(|value| *value >= 0.0));
        }
    }

    /// Five parts, three totals of them, errors of forty dates, and forecasts of seven columns that disagree.
    fn example() -> (Projection, Vec<Total>, Array2<f64>, Array2<f64>) {
        let totals = totals(&[vec![0, 1, 2, 3, 4], vec![0, 1], vec![2, 3, 4]]);
        let mut rng = stream(3, &[1]);
        let errors = Array2::from_shape_fn((8, 40), |(row, _)| (row + 1) as f64 * (rng.random::<f64>() - 0.5));
        let projection = Projection::minimum_trace(5, &totals, errors.view());
        let parts = Array2::from_shape_fn((5, 7), |_| 10.0 * rng.random::<f64>());
        let sums = Array2::from_shape_fn((3, 7), |_| 25.0 * rng.random::<f64>());
        (projection, totals, parts, sums)
    }

    fn added_up(parts: &Array2<f64>, totals: &[Total]) -> Array2<f64> {
        let sum = |(row, column): (usize, usize)| {
            totals[row].leaves.iter().fold(0.0, |sum, leaf| sum + parts[(*leaf, column)])
        };
        Array2::from_shape_fn((totals.len(), parts.ncols()), sum)
    }

    #[test]
    fn what_agrees_is_not_moved_so_that_twice_is_once() {
        let (projection, totals, parts, sums) = example();
        assert_eq!(projection.reconcile(parts.view(), added_up(&parts, &totals).view()), parts);
        let mut once = projection.reconcile(parts.view(), sums.view());
        projection.lift(&mut once);
        assert_ne!(once, parts);
        let mut twice = projection.reconcile(once.view(), added_up(&once, &totals).view());
        projection.lift(&mut twice);
        assert_eq!(twice, once);
    }

    #[test]
    fn one_total_shares_its_surplus_by_variance() {
        let errors = ndarray::array![[1.0, -1.0, 0.0], [2.0, 0.0, -2.0], [0.0, 3.0, -3.0]];
        let projection = Projection::minimum_trace(2, &totals(&[vec![0, 1]]), errors.view());
        let covariance = ErrorCovariance::of(errors.view());
        let w = |i, j| covariance.between(i, j);
        // The disagreement is total less parts; each part owes its covariance with it over its variance.
        let variance = w(2, 2) + w(0, 0) + w(1, 1) + 2.0 * w(0, 1) - 2.0 * w(0, 2) - 2.0 * w(1, 2);
        let owes = |part| w(part, 2) - w(part, 0) - w(part, 1);
        let moved = projection.reconcile(ndarray::array![[5.0], [7.0]].view(), ndarray::array![[16.0]].view());
        for (part, base) in [(0, 5.0), (1, 7.0)] {
            let expected = base - owes(part) / variance * 4.0;
            assert!((moved[(part, 0)] - expected).abs() < 1e-12, "{} {expected}", moved[(part, 0)]);
        }
    }

    #[test]
    fn a_total_that_is_known_is_met() {
        let (_, totals, parts, sums) = example();
        let mut rng = stream(3, &[2]);
        let mut errors = Array2::from_shape_fn((8, 40), |_| rng.random::<f64>() - 0.5);
        (5..8).for_each(|total| errors.row_mut(total).fill(0.0));
        // The grand total agrees with the two others: three known sums are met at once.
        let mut sums = sums;
        let grand = &sums.row(1) + &sums.row(2);
        sums.row_mut(0).assign(&grand);
        let moved = Projection::minimum_trace(5, &totals, errors.view()).reconcile(parts.view(), sums.view());
        for (met, known) in added_up(&moved, &totals).iter().zip(&sums) {
            assert!((met - known).abs() < 1e-8, "{met} {known}");
        }
    }

    #[test]
    fn where_nothing_was_learnt_nothing_moves() {
        let (_, totals, parts, sums) = example();
        let errors = Array2::from_elem((8, 40), f64::NAN);
        let projection = Projection::minimum_trace(5, &totals, errors.view());
        assert_eq!(projection.reconcile(parts.view(), sums.view()), parts);
    }
}
