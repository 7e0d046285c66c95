//! The likelihood of one form as a sum of squares with derivatives.

use super::form::{Error, Form};
use super::recursion::{Layout, State, Tangents, walk, walk_with_tangents};
use crate::math::optimise::LeastSquares;

/// Rows of the Jacobian gathered before they enter the product.
const BLOCK: usize = 4;

/// Room for one likelihood, kept from form to form.
#[derive(Debug, Default)]
pub(super) struct Room {
    tangents: Tangents,
    row: Vec<f64>,
    block: Vec<f64>,
    product: Vec<f64>,
    gradient: Vec<f64>,
    mean_change: Vec<f64>,
}

/// The concentrated likelihood of one form on one series: minus twice its logarithm is, but for a constant, the number
/// of observed values times the logarithm of [`LeastSquares::sum_of_squares`].
///
/// For multiplicative errors the sum of squared relative errors is multiplied with the squared geometric mean of the
/// means, which makes the likelihood a sum of squares too: Gauss-Newton steps serve both.
pub(super) struct Likelihood<'a> {
    pub(super) form: Form,
    pub(super) layout: Layout,
    pub(super) values: &'a [f64],
    /// The initial state; its last seasonal state is fixed.
    pub(super) initial: State,
    state: State,
    room: &'a mut Room,
}

impl<'a> Likelihood<'a> {
    pub(super) fn new(form: Form, values: &'a [f64], initial: State, room: &'a mut Room) -> Likelihood<'a> {
        let layout = Layout::new(form.trend, form.season, initial.season.len());
        let state = initial.clone();
        Likelihood { form, layout, values, initial, state, room }
    }

    fn start(&mut self, parameters: &[f64]) {
        self.layout.write_state(parameters, &mut self.initial);
        self.state.level = self.initial.level;
        self.state.slope = self.initial.slope;
        self.state.season.copy_from_slice(&self.initial.season);
    }

    /// The state after the last value under the parameters of the last call of `sum_of_squares`.
    pub(super) fn final_state(&self) -> &State {
        &self.state
    }
}

/// The sum of logarithms of positive numbers, one logarithm for several.
struct LogSum {
    product: f64,
    pending: u8,
    sum: f64,
    positive: bool,
}

impl LogSum {
    fn new() -> LogSum {
        LogSum { product: 1.0, pending: 0, sum: 0.0, positive: true }
    }

    fn add(&mut self, value: f64) {
        self.positive &= value > 0.0;
        self.product *= value;
        self.pending += 1;
        if self.pending == 8 {
            self.flush();
        }
    }

    fn flush(&mut self) {
        self.sum += libm::log(self.product);
        self.product = 1.0;
        self.pending = 0;
    }

    fn total(mut self) -> f64 {
        self.flush();
        if self.positive { self.sum } else { f64::NAN }
    }
}

impl LeastSquares for Likelihood<'_> {
    fn sum_of_squares(&mut self, parameters: &[f64]) -> f64 {
        self.start(parameters);
        let smoothing = self.layout.smoothing(parameters);
        let (trend, season) = (self.form.trend, self.form.season);
        let (mut sum, mut count) = (0.0, 0_u32);
        let sum = match self.form.error {
            Error::Additive => {
                walk(trend, season, self.values, smoothing, &mut self.state, |_, value, mean| {
                    let error = value - mean;
                    sum += error * error;
                });
                sum
            }
            Error::Multiplicative => {
                let mut logs = LogSum::new();
                let valid = walk(trend, season, self.values, smoothing, &mut self.state, |_, value, mean| {
                    let error = (value - mean) / mean;
                    sum += error * error;
                    count += 1;
                    logs.add(mean);
                });
                if valid { sum * libm::exp(2.0 * logs.total() / f64::from(count)) } else { f64::INFINITY }
            }
        };
        if sum.is_nan() { f64::INFINITY } else { sum }
    }

    fn normal_equations(&mut self, parameters: &[f64], product: &mut [f64], gradient: &mut [f64]) {
        self.start(parameters);
        let smoothing = self.layout.smoothing(parameters);
        let count = self.layout.count;
        // Whole lanes of four, so that the inner loops have no remainder.
        let width = count.next_multiple_of(4);
        let Room { tangents, row, block, product: sums, gradient: slopes, mean_change } = &mut *self.room;
        for (line, size) in [
            (&mut *row, width),
            (&mut *block, BLOCK * width),
            (&mut *sums, width * width),
            (&mut *slopes, width),
            (&mut *mean_change, width),
        ] {
            line.clear();
            line.resize(size, 0.0);
        }
        let (mut filled, mut observed, mut squares) = (0, 0_u32, 0.0);
        let mut logs = LogSum::new();
        let multiplicative = self.form.error == Error::Multiplicative;
        let see = |value: f64, mean: f64, row: &[f64]| {
            let (residual, by_mean) = if multiplicative {
                let inverse = 1.0 / mean;
                logs.add(mean);
                mean_change.iter_mut().zip(row).for_each(|(sum, change)| *sum += change * inverse);
                (value * inverse - 1.0, -value * inverse * inverse)
            } else {
                (value - mean, -1.0)
            };
            squares += residual * residual;
            observed += 1;
            let line = &mut block[filled * width..(filled + 1) * width];
            for ((cell, slope), change) in line.iter_mut().zip(slopes.iter_mut()).zip(row) {
                *cell = change * by_mean;
                *slope += *cell * residual;
            }
            filled += 1;
            if filled == BLOCK {
                add_products(block, width, sums);
                filled = 0;
            }
        };
        walk_with_tangents(&self.layout, self.values, smoothing, &mut self.state, tangents, row, see);
        if filled > 0 {
            block[filled * width..].fill(0.0);
            add_products(block, width, sums);
        }
        let scale = if multiplicative {
            let observed = f64::from(observed);
            mean_change.iter_mut().for_each(|change| *change /= observed);
            libm::exp(2.0 * logs.total() / observed)
        } else {
            1.0
        };
        for index in 0..count {
            for other in 0..=index {
                // The geometric mean moves with the parameters: residual = error x mean, by the product rule.
                let corrected = sums[index * width + other]
                    + slopes[index] * mean_change[other]
                    + slopes[other] * mean_change[index]
                    + squares * mean_change[index] * mean_change[other];
                product[index * count + other] = corrected * scale;
                product[other * count + index] = corrected * scale;
            }
        }
        for (index, cell) in gradient.iter_mut().enumerate() {
            *cell = (slopes[index] + squares * mean_change[index]) * scale;
        }
    }
}

/// Adds the products of the block's rows to the lower triangle (whole lanes of four) of `sums`.
fn add_products(block: &[f64], width: usize, sums: &mut [f64]) {
    let (first, rest) = block.split_at(width);
    let (second, rest) = rest.split_at(width);
    let (third, rest) = rest.split_at(width);
    let fourth = &rest[..width];
    for index in 0..width {
        let (a, b, c, d) = (first[index], second[index], third[index], fourth[index]);
        let until = (index + 1).next_multiple_of(4);
        let line = &mut sums[index * width..index * width + until];
        let columns = first[..until].iter().zip(&second[..until]).zip(&third[..until]).zip(&fourth[..until]);
        for (sum, (((p, q), r), s)) in line.iter_mut().zip(columns) {
            *sum += a * p + b * q + c * r + d * s;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::form::{Season, Trend};
    use super::*;

    fn example() -> Vec<f64> {
        let season = [1.1, 0.9, 1.2, 0.8];
        let mut values: Vec<f64> = (0..24)
            .map(|t| (1.0 + 0.02 * f64::from(t)) * season[t as usize % 4] * (1.0 + 0.05 * libm::sin(f64::from(t * t))))
            .collect();
        values[9] = f64::NAN;
        values
    }

    /// The residuals whose squares are summed, by the definition alone.
    fn residuals(form: Form, values: &[f64], layout: &Layout, parameters: &[f64], initial: &State) -> Vec<f64> {
        let mut state = initial.clone();
        layout.write_state(parameters, &mut state);
        let mut means = Vec::new();
        let smoothing = layout.smoothing(parameters);
        walk(form.trend, form.season, values, smoothing, &mut state, |_, value, mean| means.push((value, mean)));
        let logs: f64 = means.iter().map(|(_, mean)| mean.ln()).sum();
        let geometric_mean = (logs / means.len() as f64).exp();
        let residual = |(value, mean): (f64, f64)| match form.error {
            Error::Additive => value - mean,
            Error::Multiplicative => (value - mean) / mean * geometric_mean,
        };
        means.into_iter().map(residual).collect()
    }

    #[test]
    fn derivatives_are_those_of_finite_differences_for_every_form() {
        let values = example();
        for form in Form::admissible() {
            let season = match form.season {
                Season::None => vec![],
                Season::Additive => vec![0.1, -0.1, 0.2, -0.2],
                Season::Multiplicative => vec![1.1, 0.9, 1.2, 0.8],
            };
            let slope = if form.trend == Trend::None { 0.0 } else { 0.02 };
            let initial = State { level: 1.0, slope, season };
            let mut room = Room::default();
            let mut likelihood = Likelihood::new(form, &values, initial.clone(), &mut room);
            let layout = likelihood.layout;
            let mut at = vec![0.0; layout.count];
            let smoothing =
                super::super::recursion::Smoothing { alpha: 0.3, beta_share: 0.2, gamma_share: 0.15, phi: 0.9 };
            layout.write_parameters(smoothing, &initial, &mut at);
            let (mut product, mut gradient) = (vec![0.0; layout.count * layout.count], vec![0.0; layout.count]);
            likelihood.normal_equations(&at, &mut product, &mut gradient);
            let moved = |index: usize, by: f64| {
                let mut to = at.clone();
                to[index] += by;
                residuals(form, &values, &layout, &to, &initial)
            };
            let here = moved(0, 0.0);
            let slopes: Vec<Vec<f64>> = (0..layout.count)
                .map(|index| {
                    let (up, down) = (moved(index, 1e-5), moved(index, -1e-5));
                    up.iter().zip(&down).map(|(up, down)| (up - down) / 2e-5).collect()
                })
                .collect();
            let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            let sum = likelihood.sum_of_squares(&at);
            assert!((sum - dot(&here, &here)).abs() < 1e-12, "{form}: {sum}");
            for index in 0..layout.count {
                let error = (dot(&slopes[index], &here) - gradient[index]).abs();
                assert!(error < 1e-7, "{form} parameter {index}: {}", gradient[index]);
                for other in 0..layout.count {
                    let ours = product[index * layout.count + other];
                    let error = (dot(&slopes[index], &slopes[other]) - ours).abs();
                    assert!(error < 1e-6 * (1.0 + ours.abs()), "{form} parameters {index}, {other}: {ours}");
                }
            }
        }
    }
}
