//! Locally weighted regression on evenly spaced values.

/// What is fitted around each place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Degree {
    /// A constant: a weighted mean.
    Constant,
    /// A straight line.
    Linear,
}

/// A loess smoother of values at places 0, 1, 2 ...
///
/// Method: Cleveland (1979), with the neighbourhoods of Cleveland, Cleveland, McRae and Terpenning (1990): the `window`
/// values nearest to a place, weighted by the tricube of their distance. A window longer than the values takes all of
/// them and flattens the weights.
///
/// ```
/// use groundswell::math::loess::{Degree, Loess};
/// let mut smooth = [0.0; 5];
/// Loess::new(3, Degree::Linear).smooth(&[1.0, 2.0, 3.0, 4.0, 5.0], &[1.0; 5], &mut smooth);
/// assert!((smooth[4] - 5.0).abs() < 1e-12);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Loess {
    window: usize,
    degree: Degree,
    /// Tricube weights by distance, for a place in the middle of its window.
    middle: Vec<f64>,
}

/// How smoothing at one place depends on the values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Influence {
    /// The share of the value at the place itself.
    pub own: f64,
    /// The sum of all squared shares: the variance of the smooth value in units of that of the values.
    pub squares: f64,
}

// Distances under a thousandth of the bandwidth count as none, and those over 999 thousandths as out of reach:
// Cleveland et al. (1990), as in their program.
const NEAR: f64 = 0.001;
const FAR: f64 = 0.999;

fn tricube(distance: f64, bandwidth: f64) -> f64 {
    if distance <= NEAR * bandwidth {
        1.0
    } else if distance <= FAR * bandwidth {
        let share = distance / bandwidth;
        let rest = 1.0 - share * share * share;
        rest * rest * rest
    } else {
        0.0
    }
}

impl Loess {
    /// A smoother over the `window` nearest values, which should be odd and at least 3.
    pub fn new(window: usize, degree: Degree) -> Loess {
        let half = window / 2;
        let middle = (0..=half).map(|distance| tricube(distance as f64, half as f64)).collect();
        Loess { window, degree, middle }
    }

    /// Writes the smooth value of every place to `smooth`. `weights` count beside the distances; values with weight
    /// zero may be anything finite. Where no value in reach has a weight, the value itself is written.
    pub fn smooth(&self, values: &[f64], weights: &[f64], smooth: &mut [f64]) {
        let len = values.len();
        let half = self.window / 2;
        for (place, out) in smooth.iter_mut().enumerate().take(len) {
            let fitted = if self.window < len && place >= half && place + half < len {
                let from = place - half;
                let middle = &self.middle;
                let kernel = |step: usize| middle[step.abs_diff(half)];
                self.fit(&values[from..=place + half], &weights[from..=place + half], half as f64, len, kernel)
            } else {
                self.at(values, weights, place as f64)
            };
            *out = fitted.unwrap_or(values[place]);
        }
    }

    /// The smooth value at any place, which may lie outside the values; `None` where no value in reach has a weight.
    pub fn at(&self, values: &[f64], weights: &[f64], place: f64) -> Option<f64> {
        let len = values.len();
        let size = self.window.min(len);
        let nearest = (place - (self.window / 2) as f64).clamp(0.0, (len - size) as f64) as usize;
        let offset = place - nearest as f64;
        let mut bandwidth = offset.max((size as f64 - 1.0) - offset);
        if self.window > len {
            bandwidth += ((self.window - len) / 2) as f64;
        }
        let kernel = |step: usize| tricube((step as f64 - offset).abs(), bandwidth);
        let (values, weights) = (&values[nearest..nearest + size], &weights[nearest..nearest + size]);
        self.fit(values, weights, offset, len, kernel)
    }

    /// How much of the value at a place, which lies inside, enters its own smooth value, and by how much the variance of
    /// independent values of equal variance shrinks there; `None` where no value in reach has a weight.
    pub fn influence(&self, weights: &[f64], place: usize) -> Option<Influence> {
        let unit = |at: usize| {
            let mut values = vec![0.0; weights.len()];
            values[at] = 1.0;
            self.at(&values, weights, place as f64)
        };
        let own = unit(place)?;
        let squares = (0..weights.len()).filter_map(unit).map(|share| share * share).sum();
        Some(Influence { own, squares })
    }

    /// The weighted fit of a window at `offset` from its start.
    fn fit(
        &self,
        values: &[f64],
        weights: &[f64],
        offset: f64,
        len: usize,
        kernel: impl Fn(usize) -> f64,
    ) -> Option<f64> {
        // Moments about the place, so that nothing cancels.
        let (mut total, mut first, mut second, mut sum, mut product) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (step, (value, weight)) in values.iter().zip(weights).enumerate() {
            let weight = weight * kernel(step);
            let away = step as f64 - offset;
            total += weight;
            first += weight * away;
            second += weight * away * away;
            sum += weight * value;
            product += weight * away * value;
        }
        if total <= 0.0 {
            return None;
        }
        let (mean, centre) = (sum / total, first / total);
        let spread = second / total - centre * centre;
        // As in the program of Cleveland et al. (1990): a line needs values that aren't all at one place.
        let enough = NEAR * (len as f64 - 1.0);
        if self.degree == Degree::Constant || spread <= enough * enough {
            return Some(mean);
        }
        let slope = (product / total - centre * mean) / spread;
        Some(mean - slope * centre)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_stays_as_it_is_inside_and_outside() {
        let values: Vec<f64> = (0..20).map(|t| 3.0 - 0.5 * f64::from(t)).collect();
        for window in [3, 7, 19, 21, 101] {
            let loess = Loess::new(window, Degree::Linear);
            let mut smooth = vec![0.0; 20];
            loess.smooth(&values, &[1.0; 20], &mut smooth);
            assert!(smooth.iter().zip(&values).all(|(a, b)| (a - b).abs() < 1e-9), "{window}: {smooth:?}");
            let outside = loess.at(&values, &[1.0; 20], -1.0).expect("a fit");
            assert!((outside - 3.5).abs() < 1e-9, "{window}: {outside}");
        }
    }

    #[test]
    fn a_constant_fit_is_the_weighted_mean_of_the_neighbours() {
        // By hand: window 5 about place 2, weights (1 - (1/2)^3)^3 at distance 1 and none at distance 2.
        let near = 0.875_f64.powi(3);
        let truth = (near * 4.0 + 1.0 + near * 8.0) / (1.0 + 2.0 * near);
        let mut smooth = [0.0; 5];
        Loess::new(5, Degree::Constant).smooth(&[9.0, 4.0, 1.0, 8.0, 7.0], &[1.0; 5], &mut smooth);
        // The window holds all values: its edge is the bandwidth.
        assert!((smooth[2] - truth).abs() < 1e-12, "{smooth:?} {truth}");
        let mut middle = [0.0; 7];
        Loess::new(5, Degree::Constant).smooth(&[0.0, 9.0, 4.0, 1.0, 8.0, 7.0, 0.0], &[1.0; 7], &mut middle);
        assert!((middle[3] - truth).abs() < 1e-12, "{middle:?} {truth}");
    }

    #[test]
    fn a_value_without_weight_makes_no_difference() {
        let loess = Loess::new(5, Degree::Linear);
        let mut weights = [1.0; 9];
        weights[4] = 0.0;
        let (mut one, mut other) = ([0.0; 9], [0.0; 9]);
        let mut values = [1.0, 3.0, 2.0, 5.0, 4.0, 6.0, 8.0, 7.0, 9.0];
        loess.smooth(&values, &weights, &mut one);
        values[4] = 1e6;
        loess.smooth(&values, &weights, &mut other);
        assert_eq!(one, other);
        assert_eq!(loess.at(&values, &[0.0; 9], 3.0), None);
    }
}
