//! The nearest forecasts that are nowhere below zero.

use crate::math::cholesky::solve_in_place;

/// Less than this share of the largest value is rounding.
const ROUNDING: f64 = 1e-10;

/// How many exchanges of whole blocks may fail to bring the number of violations down before one is exchanged at a
/// time. Júdice and Pires (1994).
const PATIENCE: usize = 3;

/// Moves reconciled values to the nearest ones that are at least zero, where distance is measured by the inverse of
/// their covariance; `column(i)` is the i-th column of that covariance. Values that are at least zero stay as they are.
///
/// Of the quadratic programme `minimise (b - v)' M⁻¹ (b - v), b >= 0` the conditions of optimality are `b = v + M u` with
/// `b >= 0, u >= 0` and one of the two zero in each place. They need no inverse, and only rows and columns of `M` of the
/// places held at zero, which are few.
///
/// Method: block principal pivoting, Júdice and Pires (1994), as Wickramasuriya, Turlach and Hyndman (2020) use it for
/// non-negative reconciliation; here on the dual.
pub(super) fn nearest_at_least_zero<'a>(values: &mut [f64], column: impl Fn(usize) -> &'a [f64]) {
    if values.iter().all(|value| *value >= 0.0) {
        return;
    }
    let start = values.to_vec();
    let rounding = ROUNDING * start.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    let mut held: Vec<bool> = start.iter().map(|value| *value < 0.0).collect();
    let (mut fewest, mut patience) = (values.len() + 1, PATIENCE);
    // Far more rounds than such a programme takes; exchanging one at a time ends in any case (Murty 1974).
    for _ in 0..10 * values.len() + 100 {
        let at: Vec<usize> = (0..held.len()).filter(|place| held[*place]).collect();
        let forces = forces(&start, &at, &column);
        values.copy_from_slice(&start);
        for (place, force) in at.iter().zip(&forces) {
            values.iter_mut().zip(column(*place)).for_each(|(value, covariance)| *value += force * covariance);
        }
        // What pulls a held value further down, in the unit of the values, or a free value below zero.
        let mut wrong: Vec<usize> =
            (0..held.len()).filter(|place| !held[*place] && values[*place] < -rounding).collect();
        let pulls = at.iter().zip(&forces).filter(|(place, force)| **force * column(**place)[**place] < -rounding);
        wrong.extend(pulls.map(|(place, _)| *place));
        if wrong.is_empty() {
            break;
        }
        if wrong.len() < fewest {
            (fewest, patience) = (wrong.len(), PATIENCE);
        } else if patience > 0 {
            patience -= 1;
        } else {
            let last = wrong.iter().copied().max();
            wrong.retain(|place| Some(*place) == last);
        }
        wrong.iter().for_each(|place| held[*place] = !held[*place]);
    }
    for (value, held) in values.iter_mut().zip(held) {
        *value = if held { 0.0 } else { value.max(0.0) };
    }
}

/// How hard each held value must be pushed to stand at zero.
fn forces<'a>(start: &[f64], at: &[usize], column: &impl Fn(usize) -> &'a [f64]) -> Vec<f64> {
    let mut matrix = vec![0.0; at.len() * at.len()];
    for (row, place) in at.iter().enumerate() {
        let line = column(*place);
        at[..=row].iter().zip(&mut matrix[row * at.len()..]).for_each(|(other, cell)| *cell = line[*other]);
    }
    let mut forces: Vec<f64> = at.iter().map(|place| -start[*place]).collect();
    solve_in_place(&mut matrix, &mut forces);
    forces
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use rand::RngExt;

    use super::*;
    use crate::math::random::stream;

    /// A covariance of `size` values: a product of random factors and a diagonal.
    fn covariance(size: usize, number: u64) -> Array2<f64> {
        let mut rng = stream(11, &[number]);
        let factors = Array2::from_shape_fn((size, 4), |_| rng.random::<f64>() - 0.5);
        factors.dot(&factors.t()) + Array2::from_diag_elem(size, 0.05)
    }

    fn nearest(values: &[f64], covariance: &Array2<f64>) -> Vec<f64> {
        let mut moved = values.to_vec();
        let columns: Vec<Vec<f64>> = covariance.columns().into_iter().map(|column| column.to_vec()).collect();
        nearest_at_least_zero(&mut moved, |place| &columns[place]);
        moved
    }

    /// Solves `M u = b` by elimination.
    fn eliminate(matrix: &Array2<f64>, right: &[f64]) -> Vec<f64> {
        let size = right.len();
        let (mut matrix, mut right) = (matrix.clone(), right.to_vec());
        for pivot in 0..size {
            for row in (0..size).filter(|row| *row != pivot) {
                let share = matrix[(row, pivot)] / matrix[(pivot, pivot)];
                for column in 0..size {
                    matrix[(row, column)] -= share * matrix[(pivot, column)];
                }
                right[row] -= share * right[pivot];
            }
        }
        (0..size).map(|row| right[row] / matrix[(row, row)]).collect()
    }

    #[test]
    fn the_conditions_of_optimality_hold() {
        for number in 0..200 {
            let mut rng = stream(12, &[number]);
            let size = rng.random_range(2..20);
            let covariance = covariance(size, number);
            let values: Vec<f64> = (0..size).map(|_| rng.random::<f64>() - 0.6).collect();
            let moved = nearest(&values, &covariance);
            let by: Vec<f64> = moved.iter().zip(&values).map(|(moved, value)| moved - value).collect();
            // The slope of half the distance: zero where the value is free, never downhill where it is held.
            for (slope, moved) in eliminate(&covariance, &by).into_iter().zip(&moved) {
                assert!(*moved >= 0.0 && slope > -1e-7 && (slope * moved).abs() < 1e-7, "{number}: {slope} at {moved}");
            }
        }
    }

    #[test]
    fn values_at_least_zero_stay_as_they_are() {
        assert_eq!(nearest(&[0.0, 3.0, 1e-300], &covariance(3, 0)), [0.0, 3.0, 1e-300]);
    }

    #[test]
    fn what_is_lifted_takes_its_companions_along() {
        // By hand: the first is pushed up by 2; the second moves by 0.5 / 1 of that, the third not at all.
        let covariance = ndarray::array![[1.0, 0.5, 0.0], [0.5, 1.0, 0.0], [0.0, 0.0, 1.0]];
        assert_eq!(nearest(&[-2.0, 1.0, 4.0], &covariance), [0.0, 2.0, 4.0]);
    }

    #[test]
    fn a_value_that_can_not_move_is_cut_at_zero() {
        let covariance = ndarray::array![[0.0, 0.0], [0.0, 1.0]];
        assert_eq!(nearest(&[-1.0, 2.0], &covariance), [0.0, 2.0]);
    }
}
