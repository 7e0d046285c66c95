//! Sums of products of residuals and their derivatives, gathered row by row.

/// `JᵀJ`, `Jᵀr` and `rᵀr` of residuals `r` and their Jacobian `J`.
#[derive(Debug, Default)]
pub(super) struct Products {
    width: usize,
    sums: Vec<f64>,
    slopes: Vec<f64>,
    squares: f64,
}

impl Products {
    /// Begins anew for so many parameters; returns the width of a row, whole lanes of four.
    pub(super) fn clear(&mut self, parameters: usize) -> usize {
        self.width = parameters.next_multiple_of(4);
        for (line, size) in [(&mut self.sums, self.width * self.width), (&mut self.slopes, self.width)] {
            line.clear();
            line.resize(size, 0.0);
        }
        self.squares = 0.0;
        self.width
    }

    /// Adds one residual and its derivatives, as wide as a row.
    pub(super) fn add(&mut self, residual: f64, row: &[f64]) {
        self.squares += residual * residual;
        for (index, (slope, by)) in self.slopes.iter_mut().zip(row).enumerate() {
            *slope += by * residual;
            // Only up to the diagonal, in whole lanes.
            let until = (index + 1).next_multiple_of(4);
            let line = &mut self.sums[index * self.width..index * self.width + until];
            line.iter_mut().zip(row).for_each(|(sum, other)| *sum += by * other);
        }
    }

    /// The product of two columns.
    pub(super) fn of(&self, first: usize, second: usize) -> f64 {
        self.sums[first.max(second) * self.width + first.min(second)]
    }

    /// The product of a column and the residuals.
    pub(super) fn with_residuals(&self, column: usize) -> f64 {
        self.slopes[column]
    }

    /// Writes the products for residuals that are all multiplied with the root of `scale`, whose logarithm's half has
    /// the given derivatives.
    pub(super) fn write(&self, scale: f64, log_slopes: &[f64], product: &mut [f64], gradient: &mut [f64]) {
        let count = gradient.len();
        for index in 0..count {
            let own = log_slopes[index];
            gradient[index] = scale * (self.slopes[index] + self.squares * own);
            for (other, by) in log_slopes.iter().enumerate() {
                product[index * count + other] = scale
                    * (self.of(index, other)
                        + self.slopes[index] * by
                        + self.slopes[other] * own
                        + self.squares * own * by);
            }
        }
    }
}
