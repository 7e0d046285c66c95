//! Cholesky factors of dense symmetric positive definite matrices: [`Cholesky`] refuses others, the functions that work in
//! place leave out directions without curvature.

#![allow(clippy::needless_range_loop, reason = "one index runs over several arrays")]

/// The factor L of a matrix L L'.
///
/// Shape: size x size, the lower triangle row by row.
#[derive(Debug, Clone)]
pub struct Cholesky {
    size: usize,
    lower: Vec<f64>,
}

impl Cholesky {
    /// The factor of a matrix given row by row, of which the lower triangle is read; `None` where it is not positive
    /// definite.
    ///
    /// ```
    /// use groundswell::math::cholesky::Cholesky;
    /// let factor = Cholesky::of(vec![4.0, 0.0, 2.0, 5.0], 2).expect("positive definite");
    /// let mut right = [8.0, 14.0];
    /// factor.solve(&mut right);
    /// assert_eq!(right, [0.75, 2.5]);
    /// ```
    pub fn of(mut matrix: Vec<f64>, size: usize) -> Option<Cholesky> {
        debug_assert_eq!(matrix.len(), size * size, "a square matrix");
        for row in 0..size {
            let (above, from_row) = matrix.split_at_mut(row * size);
            let line = &mut from_row[..=row];
            for column in 0..row {
                let other = &above[column * size..=column * size + column];
                line[column] = (line[column] - dot(&line[..column], &other[..column])) / other[column];
            }
            let pivot = line[row] - dot(&line[..row], &line[..row]);
            if pivot.is_nan() || pivot <= 0.0 {
                return None;
            }
            line[row] = pivot.sqrt();
        }
        Some(Cholesky { size, lower: matrix })
    }

    /// How many rows.
    pub fn size(&self) -> usize {
        self.size
    }

    fn line(&self, row: usize) -> &[f64] {
        &self.lower[row * self.size..=row * self.size + row]
    }

    /// Writes L^-1 b over b. Entries of b before `from` are known to be zero and stay so.
    pub fn whiten(&self, right: &mut [f64], from: usize) {
        for row in from..self.size {
            let line = self.line(row);
            right[row] = (right[row] - dot(&line[from..row], &right[from..row])) / line[row];
        }
    }

    /// Writes (L L')^-1 b over b.
    pub fn solve(&self, right: &mut [f64]) {
        self.whiten(right, 0);
        for row in (0..self.size).rev() {
            let line = self.line(row);
            right[row] /= line[row];
            let value = right[row];
            right[..row].iter_mut().zip(line).for_each(|(cell, entry)| *cell -= entry * value);
        }
    }

    /// The logarithm of the matrix' determinant.
    pub fn log_determinant(&self) -> f64 {
        (0..self.size).map(|row| 2.0 * libm::log(self.line(row)[row])).sum()
    }

    /// The inverse of the matrix, row by row.
    pub fn inverse(&self) -> Vec<f64> {
        let size = self.size;
        // Row k holds column k of L^-1, which is zero before k.
        let mut columns = vec![0.0; size * size];
        // A matrix without rows has no columns to walk over.
        for (k, column) in columns.chunks_exact_mut(size.max(1)).enumerate() {
            column[k] = 1.0;
            self.whiten(column, k);
        }
        let mut inverse = vec![0.0; size * size];
        for row in 0..size {
            for column in 0..=row {
                let (a, b) =
                    (&columns[row * size + row..(row + 1) * size], &columns[column * size + row..(column + 1) * size]);
                let value = dot(a, b);
                inverse[row * size + column] = value;
                inverse[column * size + row] = value;
            }
        }
        inverse
    }
}

/// Solves a symmetric positive definite system in place: `matrix` holds the lower triangle, row by row, and is
/// overwritten by its Cholesky factor; `right` becomes the solution. A direction without curvature gets no step.
pub fn solve_in_place(matrix: &mut [f64], right: &mut [f64]) {
    factor_in_place(matrix, right.len());
    substitute(matrix, right);
}

/// Overwrites the lower triangle of a symmetric positive definite matrix of `size` rows by its Cholesky factor. A zero
/// on the diagonal marks a direction without curvature.
pub fn factor_in_place(matrix: &mut [f64], size: usize) {
    for row in 0..size {
        let (above, from_row) = matrix.split_at_mut(row * size);
        let line = &mut from_row[..=row];
        for column in 0..row {
            let other = &above[column * size..=column * size + column];
            let dot: f64 = line[..column].iter().zip(other).map(|(a, b)| a * b).sum();
            // A zero pivot marks a direction left out.
            line[column] = if other[column] > 0.0 { (line[column] - dot) / other[column] } else { 0.0 };
        }
        let squares: f64 = line[..row].iter().map(|value| value * value).sum();
        let pivot = line[row] - squares;
        line[row] = if pivot > 1e-13 * line[row] { pivot.sqrt() } else { 0.0 };
    }
}

/// Solves a system whose matrix was replaced by [`factor_in_place`]; `right` becomes the solution.
pub fn substitute(factor: &[f64], right: &mut [f64]) {
    let size = right.len();
    for row in 0..size {
        let line = &factor[row * size..=row * size + row];
        let dot: f64 = line[..row].iter().zip(&*right).map(|(a, b)| a * b).sum();
        right[row] = if line[row] > 0.0 { (right[row] - dot) / line[row] } else { 0.0 };
    }
    // From the last unknown up, along rows: columns of a large factor lie far apart in memory.
    for row in (0..size).rev() {
        let line = &factor[row * size..=row * size + row];
        let (above, from_row) = right.split_at_mut(row);
        from_row[0] = if line[row] > 0.0 { from_row[0] / line[row] } else { 0.0 };
        above.iter_mut().zip(line).for_each(|(cell, weight)| *cell -= weight * from_row[0]);
    }
}

/// The sum of products, in four interleaved sums: always in the same order, and four times as fast as in one.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 4];
    let (blocks_a, blocks_b) = (a.chunks_exact(4), b.chunks_exact(4));
    let rest: f64 = blocks_a.remainder().iter().zip(blocks_b.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in blocks_a.zip(blocks_b) {
        for lane in 0..4 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A matrix with entries 1 / (i + j + 1) and one more on the diagonal.
    fn matrix(size: usize) -> Vec<f64> {
        let entry = |k: usize| 1.0 / (k / size + k % size + 1) as f64 + if k / size == k % size { 1.0 } else { 0.0 };
        (0..size * size).map(entry).collect()
    }

    #[test]
    fn a_matrix_without_rows_has_an_inverse_without_rows() {
        assert!(Cholesky::of(Vec::new(), 0).expect("positive definite").inverse().is_empty());
    }

    #[test]
    fn a_solution_multiplied_back_is_the_right_side() {
        let size = 7;
        let right: Vec<f64> = (0..size).map(|k| k as f64 - 2.5).collect();
        let mut solution = right.clone();
        Cholesky::of(matrix(size), size).expect("positive definite").solve(&mut solution);
        for (line, right) in matrix(size).chunks(size).zip(right) {
            let product: f64 = line.iter().zip(&solution).map(|(a, b)| a * b).sum();
            assert!((product - right).abs() < 1e-12);
        }
    }

    #[test]
    fn the_inverse_times_the_matrix_is_one() {
        let size = 6;
        let inverse = Cholesky::of(matrix(size), size).expect("positive definite").inverse();
        for row in 0..size {
            for column in 0..size {
                let sum: f64 = (0..size).map(|k| inverse[row * size + k] * matrix(size)[k * size + column]).sum();
                assert!((sum - if row == column { 1.0 } else { 0.0 }).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn the_determinant_is_that_of_the_matrix() {
        let factor = Cholesky::of(vec![4.0, 0.0, 2.0, 5.0], 2).expect("positive definite");
        assert!((factor.log_determinant() - 16f64.ln()).abs() < 1e-12);
        assert!(Cholesky::of(vec![1.0, 0.0, 2.0, 1.0], 2).is_none(), "not positive definite");
    }

    #[test]
    fn a_singular_direction_gets_no_step() {
        let mut matrix = [4.0, 0.0, 2.0, 1.0];
        let mut right = [8.0, 4.0];
        solve_in_place(&mut matrix, &mut right);
        assert_eq!(right, [2.0, 0.0]);
    }
}
