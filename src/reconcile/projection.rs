//! From forecasts of parts and totals that disagree to parts whose sums are the totals.

use std::sync::OnceLock;

use ndarray::parallel::prelude::*;
use ndarray::{Array2, ArrayView2, Axis};
use rayon::slice::ParallelSliceMut;

use super::covariance::ErrorCovariance;
use super::non_negative::nearest_at_least_zero;
use crate::math::optimise::{cholesky_factor, cholesky_substitute};
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
        cholesky_factor(&mut disagreement, rows.len());
        let mut gains = ties.clone();
        gains.axis_iter_mut(Axis(0)).into_par_iter().for_each(|mut gains| {
            if let Some(right) = gains.as_slice_mut() {
                cholesky_substitute(&disagreement, right);
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
