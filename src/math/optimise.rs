//! Optimisers: bounded nonlinear least squares, and the minimum of a function of one variable.

use super::cholesky::solve_in_place;

/// A sum of squared residuals as a function of its parameters.
pub trait LeastSquares {
    /// The sum of squares; infinite where the parameters give no value.
    fn sum_of_squares(&mut self, parameters: &[f64]) -> f64;

    /// Writes `JᵀJ` (row by row, parameters x parameters, both triangles) and `Jᵀr` of the residuals `r` and their
    /// Jacobian `J`.
    fn normal_equations(&mut self, parameters: &[f64], product: &mut [f64], gradient: &mut [f64]);
}

/// When a search ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stopping {
    /// The search ends once a step promises, or brought, less than this share of the sum of squares.
    pub tolerance: f64,
    /// The search ends after this many accepted steps.
    pub steps: usize,
}

/// Room for a search, so that many searches of like size allocate once.
#[derive(Debug, Default)]
pub struct Workspace {
    product: Vec<f64>,
    gradient: Vec<f64>,
    factor: Vec<f64>,
    step: Vec<f64>,
    trial: Vec<f64>,
    right: Vec<f64>,
    free: Vec<usize>,
    held: Vec<bool>,
}

impl Workspace {
    fn fit_to(&mut self, count: usize) {
        for square in [&mut self.product, &mut self.factor] {
            square.clear();
            square.resize(count * count, 0.0);
        }
        for line in [&mut self.gradient, &mut self.step, &mut self.trial, &mut self.right] {
            line.clear();
            line.resize(count, 0.0);
        }
        self.held.clear();
        self.held.resize(count, false);
    }
}

/// Where damping starts, how it grows when a step fails and shrinks when one succeeds.
const DAMPING: f64 = 1e-3;
const MORE_DAMPING: f64 = 8.0;
const LESS_DAMPING: f64 = 0.1;
const MOST_DAMPING: f64 = 1e7;

/// Moves `parameters` to a local minimum of the sum of squares inside the bounds (lowest, highest; infinite for none)
/// and returns the sum there. Parameters start inside the bounds.
///
/// Method: Levenberg-Marquardt with Marquardt's scaling (1963) and gain-ratio damping; parameters at a bound that the
/// gradient pushes outward are held there, and a step that leaves the box is cut at the bound and solved again for
/// the rest.
pub fn least_squares(
    problem: &mut impl LeastSquares,
    parameters: &mut [f64],
    bounds: &[(f64, f64)],
    stopping: Stopping,
    work: &mut Workspace,
) -> f64 {
    let mut sum = problem.sum_of_squares(parameters);
    if !sum.is_finite() || parameters.is_empty() {
        return sum;
    }
    work.fit_to(parameters.len());
    let mut damping = DAMPING;
    for _ in 0..stopping.steps {
        problem.normal_equations(parameters, &mut work.product, &mut work.gradient);
        if work.gradient.iter().any(|slope| !slope.is_finite()) {
            return sum;
        }
        loop {
            let promised = work.propose(parameters, bounds, damping);
            let reached = problem.sum_of_squares(&work.trial);
            if reached < sum {
                let gain = sum - reached;
                parameters.copy_from_slice(&work.trial);
                let small = gain <= stopping.tolerance * sum;
                sum = reached;
                damping = if gain > 0.5 * promised {
                    (damping * LESS_DAMPING).max(1e-12)
                } else if gain < 0.2 * promised {
                    damping * 2.0
                } else {
                    damping
                };
                if small {
                    return sum;
                }
                break;
            }
            damping *= MORE_DAMPING;
            if promised <= stopping.tolerance * sum || damping > MOST_DAMPING || promised.is_nan() {
                return sum;
            }
        }
    }
    sum
}

impl Workspace {
    /// Writes the parameters after a damped step to `trial`; returns the fall in the sum of squares that the
    /// linearised residuals promise.
    fn propose(&mut self, parameters: &[f64], bounds: &[(f64, f64)], damping: f64) -> f64 {
        let count = parameters.len();
        for index in 0..count {
            let (low, high) = bounds[index];
            let (at, slope) = (parameters[index], self.gradient[index]);
            self.held[index] = (at <= low && slope > 0.0) || (at >= high && slope < 0.0);
            self.step[index] = 0.0;
        }
        // Each round holds at least one more parameter, and few are bounded.
        for _ in 0..=count {
            self.solve_free(damping);
            let mut cut = false;
            for index in &self.free {
                let (low, high) = bounds[*index];
                let target = parameters[*index] + self.step[*index];
                if target < low || target > high {
                    self.step[*index] = target.clamp(low, high) - parameters[*index];
                    self.held[*index] = true;
                    cut = true;
                }
            }
            if !cut {
                break;
            }
        }
        let mut promised = 0.0;
        for index in 0..count {
            let row = &self.product[index * count..(index + 1) * count];
            let curved: f64 = row.iter().zip(&self.step).map(|(product, step)| product * step).sum();
            promised -= self.step[index] * (2.0 * self.gradient[index] + curved);
            self.trial[index] = (parameters[index] + self.step[index]).clamp(bounds[index].0, bounds[index].1);
        }
        promised
    }

    /// Solves the damped normal equations for the parameters not held, given the steps of those held.
    fn solve_free(&mut self, damping: f64) {
        let count = self.gradient.len();
        self.free.clear();
        self.free.extend((0..count).filter(|index| !self.held[*index]));
        let size = self.free.len();
        let largest = (0..count).map(|index| self.product[index * count + index]).fold(f64::MIN_POSITIVE, f64::max);
        for (row, index) in self.free.iter().enumerate() {
            let line = &self.product[index * count..(index + 1) * count];
            let mut right = -self.gradient[*index];
            for (other, product) in line.iter().enumerate() {
                if self.held[other] {
                    right -= product * self.step[other];
                }
            }
            self.right[row] = right;
            for (column, other) in self.free[..=row].iter().enumerate() {
                self.factor[row * size + column] = line[*other];
            }
            let diagonal = line[*index];
            self.factor[row * size + row] = diagonal + damping * diagonal.max(1e-10 * largest) + 1e-14 * largest;
        }
        solve_in_place(&mut self.factor[..size * size], &mut self.right[..size]);
        for (row, index) in self.free.iter().enumerate() {
            self.step[*index] = self.right[row];
        }
    }
}

/// The inverse of the golden ratio.
const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// The place and value of a minimum of `function` between `low` and `high`, to within `tolerance`: the best of `cells`
/// equal cells of the range is narrowed down.
///
/// Method: grid, then golden section search (Kiefer 1953).
///
/// ```
/// let (place, _) = groundswell::math::optimise::minimum_between(0.0, 4.0, 8, 1e-6, |x| (x - 1.25) * (x - 1.25));
/// assert!((place - 1.25).abs() < 1e-5);
/// ```
pub fn minimum_between(
    low: f64,
    high: f64,
    cells: usize,
    tolerance: f64,
    mut function: impl FnMut(f64) -> f64,
) -> (f64, f64) {
    let cells = cells.max(1);
    let place = |index: usize| low + (high - low) * index as f64 / cells as f64;
    let mut best = (low, f64::INFINITY);
    let mut index_of_best = 0;
    for index in 0..=cells {
        let value = function(place(index));
        if value < best.1 {
            best = (place(index), value);
            index_of_best = index;
        }
    }
    let (mut from, mut to) = (place(index_of_best.saturating_sub(1)), place((index_of_best + 1).min(cells)));
    let (mut left, mut right) = (to - GOLDEN * (to - from), from + GOLDEN * (to - from));
    let (mut at_left, mut at_right) = (function(left), function(right));
    while to - from > tolerance {
        if at_left < at_right {
            (to, right, at_right) = (right, left, at_left);
            left = to - GOLDEN * (to - from);
            at_left = function(left);
        } else {
            (from, left, at_left) = (left, right, at_right);
            right = from + GOLDEN * (to - from);
            at_right = function(right);
        }
    }
    for candidate in [(left, at_left), (right, at_right)] {
        if candidate.1 < best.1 {
            best = candidate;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Residuals `10 (b - a²)` and `1 - a`: the valley of Rosenbrock (1960), lowest at (1, 1).
    struct Valley;

    impl LeastSquares for Valley {
        fn sum_of_squares(&mut self, p: &[f64]) -> f64 {
            (10.0 * (p[1] - p[0] * p[0])).powi(2) + (1.0 - p[0]).powi(2)
        }

        fn normal_equations(&mut self, p: &[f64], product: &mut [f64], gradient: &mut [f64]) {
            let rows = [(-20.0 * p[0], 10.0, 10.0 * (p[1] - p[0] * p[0])), (-1.0, 0.0, 1.0 - p[0])];
            product.fill(0.0);
            gradient.fill(0.0);
            for (by_a, by_b, residual) in rows {
                product[0] += by_a * by_a;
                product[1] += by_a * by_b;
                product[2] += by_a * by_b;
                product[3] += by_b * by_b;
                gradient[0] += by_a * residual;
                gradient[1] += by_b * residual;
            }
        }
    }

    const STRICT: Stopping = Stopping { tolerance: 1e-14, steps: 200 };

    #[test]
    fn the_bottom_of_a_curved_valley_is_found() {
        let mut at = [-1.2, 1.0];
        let free = [(f64::NEG_INFINITY, f64::INFINITY); 2];
        let sum = least_squares(&mut Valley, &mut at, &free, STRICT, &mut Workspace::default());
        assert!(sum < 1e-12 && (at[0] - 1.0).abs() < 1e-5 && (at[1] - 1.0).abs() < 1e-5, "{at:?} {sum}");
    }

    #[test]
    fn a_bound_holds_and_the_rest_is_best_given_it() {
        let mut at = [-1.2, 1.0];
        let bounds = [(-2.0, 0.5), (f64::NEG_INFINITY, f64::INFINITY)];
        least_squares(&mut Valley, &mut at, &bounds, STRICT, &mut Workspace::default());
        assert!((at[0] - 0.5).abs() < 1e-6 && (at[1] - 0.25).abs() < 1e-5, "{at:?}");
    }

    #[test]
    fn the_best_of_two_minima_is_found_where_the_grid_sees_both() {
        let curve = |x: f64| (x * x - 1.0).powi(2) + 0.2 * x;
        let (place, value) = minimum_between(-2.0, 2.0, 10, 1e-9, curve);
        assert!((-1.03..-1.02).contains(&place) && value < -0.2, "{place} {value}");
    }
}
