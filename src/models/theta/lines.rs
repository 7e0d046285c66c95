//! The theta lines: a smoothed level, and a straight line whose weight is fitted.

use crate::math::optimise::minimum_between;

/// A straight line through the values seen so far, updated value by value.
///
/// Method: least squares with running means (Welford 1962), so that missing values need no special case.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Line {
    count: f64,
    time: f64,
    value: f64,
    squares: f64,
    products: f64,
}

impl Line {
    /// Takes in the value at time `t`, counted from 1.
    pub(super) fn see(&mut self, t: f64, value: f64) {
        self.count += 1.0;
        let away = t - self.time;
        self.time += away / self.count;
        self.value += (value - self.value) / self.count;
        self.squares += away * (t - self.time);
        self.products += away * (value - self.value);
    }

    fn slope(&self) -> f64 {
        if self.squares > 0.0 { self.products / self.squares } else { 0.0 }
    }

    fn intercept(&self) -> f64 {
        self.value - self.slope() * self.time
    }

    /// What the line adds to the level's forecast of time `t` under full weight: `decay` is `(1 - alpha)^(t - 1)`.
    fn pull(&self, alpha: f64, decay: f64) -> f64 {
        decay * self.intercept() + (1.0 - decay * (1.0 - alpha)) / alpha * self.slope()
    }
}

/// What was fitted, with the state after the last value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lines {
    /// Smoothing parameter of the level.
    pub(super) alpha: f64,
    /// The line's weight, `1 - 1/theta`.
    pub(super) weight: f64,
    /// Whether the line is fitted anew with each value.
    pub(super) dynamic: bool,
    level: f64,
    line: Line,
    decay: f64,
    /// The time of the last value, counted from 1.
    time: f64,
}

// Bounds of Fiorucci et al. (2016) as their package forecTheta has them: alpha between 0.1 and 0.99, theta at least 1.
const ALPHA: (f64, f64) = (0.1, 0.99);
const LARGEST_WEIGHT: f64 = 1.0 - 1e-10;

const GRID: usize = 12;
const TOLERANCE: f64 = 1e-4;

/// How strongly the initial level is held to the first value: where a fast level forgets it, nothing else tells it.
const HOLD: f64 = 1e-6;

impl Lines {
    /// Fits values with `NaN` where not observed; errors of the first `skipped` values don't count. `weight` is fitted
    /// where it isn't given. Returns the lines and the errors, `NaN` where not observed or not counted.
    ///
    /// Given alpha, errors are linear in the initial level and the weight, so that only alpha is searched for.
    pub(super) fn fit(values: &[f64], dynamic: bool, weight: Option<f64>, skipped: usize) -> (Lines, Vec<f64>) {
        // The line as it stands before each value doesn't depend on any parameter.
        let mut line = Line::default();
        let mut lines = Vec::with_capacity(values.len());
        for (t, value) in values.iter().enumerate() {
            lines.push(line);
            if !value.is_nan() {
                line.see((t + 1) as f64, *value);
            }
        }
        if !dynamic {
            lines.fill(line);
        }
        let first = values.iter().copied().find(|value| !value.is_nan()).unwrap_or(0.0);
        let profile = Profile { values, lines: &lines, weight, skipped, first };
        let (alpha, _) = minimum_between(ALPHA.0, ALPHA.1, GRID, TOLERANCE, |alpha| profile.solve(alpha).sum);
        let Solved { level, weight, .. } = profile.solve(alpha);
        let mut fitted = Lines { alpha, weight, dynamic, level, line: lines[0], decay: 1.0, time: 0.0 };
        let errors: Vec<f64> = values.iter().map(|value| fitted.step(*value)).collect();
        let mut seen = 0;
        let counted = errors.into_iter().map(|error| {
            seen += usize::from(!error.is_nan());
            if seen <= skipped { f64::NAN } else { error }
        });
        (fitted, counted.collect())
    }

    /// The mean of the next value.
    pub(super) fn mean(&self) -> f64 {
        self.level + self.weight * self.line.pull(self.alpha, self.decay)
    }

    /// Moves on by one value and returns its error, `NaN` where it was not observed: the level then moves to its own
    /// forecast and the line stays.
    fn step(&mut self, value: f64) -> f64 {
        let mean = self.mean();
        if value.is_nan() {
            self.level += self.alpha * (mean - self.level);
            self.time += 1.0;
            self.decay *= 1.0 - self.alpha;
            f64::NAN
        } else {
            self.see(value);
            value - mean
        }
    }

    /// Takes in the next value.
    pub(super) fn see(&mut self, value: f64) {
        self.time += 1.0;
        self.decay *= 1.0 - self.alpha;
        self.level += self.alpha * (value - self.level);
        if self.dynamic {
            self.line.see(self.time, value);
        }
    }
}

struct Profile<'a> {
    values: &'a [f64],
    lines: &'a [Line],
    weight: Option<f64>,
    skipped: usize,
    first: f64,
}

struct Solved {
    sum: f64,
    level: f64,
    weight: f64,
}

impl Profile<'_> {
    /// The best initial level and weight given alpha, and the sum of squared errors there.
    fn solve(&self, alpha: f64) -> Solved {
        // The level is base + kept x initial level + pulled x weight.
        let (mut base, mut kept, mut pulled, mut decay) = (0.0, 1.0, 0.0, 1.0);
        let (mut kept_kept, mut kept_pull, mut pull_pull) = (HOLD, 0.0, 0.0);
        let (mut kept_base, mut pull_base, mut base_base) = (HOLD * self.first, 0.0, HOLD * self.first * self.first);
        let mut seen = 0;
        for (value, line) in self.values.iter().zip(self.lines) {
            let pull = line.pull(alpha, decay);
            decay *= 1.0 - alpha;
            if value.is_nan() {
                pulled += alpha * pull;
                continue;
            }
            seen += 1;
            if seen > self.skipped {
                let (rest, by_weight) = (value - base, pulled + pull);
                kept_kept += kept * kept;
                kept_pull += kept * by_weight;
                pull_pull += by_weight * by_weight;
                kept_base += kept * rest;
                pull_base += by_weight * rest;
                base_base += rest * rest;
            }
            base += alpha * (value - base);
            kept *= 1.0 - alpha;
            pulled *= 1.0 - alpha;
        }
        let determinant = kept_kept * pull_pull - kept_pull * kept_pull;
        let free = (kept_kept * pull_base - kept_pull * kept_base) / determinant;
        let weight = match self.weight {
            Some(weight) => weight,
            None if free.is_finite() => free.clamp(0.0, LARGEST_WEIGHT),
            None => 0.0,
        };
        let level = (kept_base - weight * kept_pull) / kept_kept;
        let sum = base_base - 2.0 * (level * kept_base + weight * pull_base)
            + level * level * kept_kept
            + 2.0 * level * weight * kept_pull
            + weight * weight * pull_pull;
        Solved { sum, level, weight }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_seen_value_by_value_is_the_least_squares_line() {
        let mut line = Line::default();
        for (t, value) in [(1.0, 2.0), (2.0, 5.0), (4.0, 7.0)] {
            line.see(t, value);
        }
        // By hand: means 7/3 and 14/3; sum of squares 14/3, of products 22/3.
        assert!((line.slope() - 11.0 / 7.0).abs() < 1e-12);
        assert!((line.intercept() - 1.0).abs() < 1e-12);
    }

    fn example() -> Vec<f64> {
        (0..40).map(|t| 1.0 + 0.02 * f64::from(t) + 0.1 * libm::sin(f64::from(t * t))).collect()
    }

    /// The sum of squared errors of the recursion alone, from the given start.
    fn sum_of(values: &[f64], lines: &Lines) -> f64 {
        let mut lines = lines.clone();
        let errors: Vec<f64> = values.iter().map(|value| lines.step(*value)).collect();
        errors[3..].iter().filter(|error| !error.is_nan()).map(|error| error * error).sum()
    }

    #[test]
    fn the_profile_is_the_lowest_sum_of_squares_of_the_recursion() {
        let mut gappy = example();
        gappy[15..18].fill(f64::NAN);
        for values in [example(), gappy] {
            for dynamic in [false, true] {
                let (fitted, errors) = Lines::fit(&values, dynamic, None, 3);
                let sum: f64 = errors.iter().filter(|error| !error.is_nan()).map(|error| error * error).sum();
                let line = if dynamic { Line::default() } else { fitted.line };
                let at = |alpha, weight, level| Lines { alpha, weight, dynamic, level, line, decay: 1.0, time: 0.0 };
                // A coarse search over everything that the fit may choose.
                let shares = || (0..20).map(|step| f64::from(step) / 20.0);
                let mut lowest = f64::INFINITY;
                for alpha in shares().filter(|alpha| *alpha >= 0.1) {
                    for weight in shares() {
                        for level in shares().map(|share| 4.0 * share - 1.0) {
                            lowest = lowest.min(sum_of(&values, &at(alpha, weight, level)));
                        }
                    }
                }
                assert!(sum <= lowest && sum > 0.9 * lowest, "dynamic {dynamic}: {sum} {lowest}");
            }
        }
    }

    #[test]
    fn an_unobserved_value_counts_as_the_forecast_of_it() {
        let (mut skipped, _) = Lines::fit(&example(), false, None, 3);
        let mut seen = skipped.clone();
        skipped.step(f64::NAN);
        seen.see(seen.mean());
        assert!((skipped.mean() - seen.mean()).abs() < 1e-15);
        assert!((skipped.mean() - example()[39]).abs() > 1e-3);
    }
}
