//! Autocovariances of a stationary process with unit innovations, and their derivatives.

/// Autocovariances of one process and what their derivatives need; kept from process to process.
#[derive(Debug, Default)]
pub(super) struct Autocovariances {
    /// At lags 0, 1, ... up to the length of the state.
    pub(super) values: Vec<f64>,
    /// Responses to one innovation after 0, 1, ... periods.
    responses: Vec<f64>,
    /// Covariance of the value with the moving average's terms from each on.
    pub(super) from_innovations: Vec<f64>,
    /// The factorised system of the first autocovariances, row by row, and its exchanged rows.
    system: Vec<f64>,
    exchanged: Vec<usize>,
    /// The same three for a direction of the parameters.
    pub(super) slopes: Vec<f64>,
    response_slopes: Vec<f64>,
    pub(super) from_innovation_slopes: Vec<f64>,
}

impl Autocovariances {
    /// Solves for the process `w(t) = sum ar(i) w(t-i) + e(t) + sum ma(i) e(t-i)`; both are as long as the state less
    /// one, zeros at the end. `reach` is the last lag of the autoregression.
    ///
    /// Method: the equations of Yule and Walker with the innovations' part on the right: Brockwell and Davis (1991),
    /// section 3.3, third method.
    pub(super) fn solve(&mut self, ar: &[f64], ma: &[f64], reach: usize) {
        let size = ar.len() + 1;
        responses(ar, ma, &mut self.responses);
        self.from_innovations.clear();
        self.from_innovations.extend((0..size).map(|lag| {
            let own = if lag == 0 { 1.0 } else { ma[lag - 1] };
            own + (lag + 1..size).map(|term| ma[term - 1] * self.responses[term - lag]).sum::<f64>()
        }));
        self.values.clear();
        self.values.extend_from_slice(&self.from_innovations);
        self.factorise(ar, reach);
        substitute(&self.system, &self.exchanged, &mut self.values[..=reach]);
        extend(ar, reach, &mut self.values);
    }

    /// Writes the derivatives in a direction of the coefficients, after `solve`.
    pub(super) fn solve_slopes(&mut self, ar: &[f64], ma: &[f64], ar_slopes: &[f64], ma_slopes: &[f64], reach: usize) {
        let size = ar.len() + 1;
        self.response_slopes.clear();
        self.response_slopes.push(0.0);
        for after in 1..size {
            let mut slope = ma_slopes[after - 1];
            for lag in 1..=after {
                slope +=
                    ar_slopes[lag - 1] * self.responses[after - lag] + ar[lag - 1] * self.response_slopes[after - lag];
            }
            self.response_slopes.push(slope);
        }
        self.from_innovation_slopes.clear();
        self.from_innovation_slopes.extend((0..size).map(|lag| {
            let own = if lag == 0 { 0.0 } else { ma_slopes[lag - 1] };
            let later = (lag + 1..size).map(|term| {
                ma_slopes[term - 1] * self.responses[term - lag] + ma[term - 1] * self.response_slopes[term - lag]
            });
            own + later.sum::<f64>()
        }));
        self.slopes.clear();
        for lag in 0..size {
            let moved = (1..=reach).map(|term| ar_slopes[term - 1] * self.values[lag.abs_diff(term)]);
            self.slopes.push(self.from_innovation_slopes[lag] + moved.sum::<f64>());
        }
        substitute(&self.system, &self.exchanged, &mut self.slopes[..=reach]);
        extend(ar, reach, &mut self.slopes);
    }

    /// Gaussian elimination with exchange of rows.
    fn factorise(&mut self, ar: &[f64], reach: usize) {
        let size = reach + 1;
        self.system.clear();
        self.system.resize(size * size, 0.0);
        self.exchanged.clear();
        for row in 0..size {
            self.system[row * size + row] += 1.0;
            for lag in 1..=reach {
                self.system[row * size + row.abs_diff(lag)] -= ar[lag - 1];
            }
        }
        for column in 0..size {
            let at = |row: usize| self.system[row * size + column].abs();
            let largest = (column..size).fold(column, |best, row| if at(row) > at(best) { row } else { best });
            self.exchanged.push(largest);
            if largest != column {
                (0..size).for_each(|place| self.system.swap(column * size + place, largest * size + place));
            }
            let (above, below) = self.system.split_at_mut((column + 1) * size);
            let pivot = &above[column * size..];
            for line in below.chunks_exact_mut(size) {
                let share = line[column] / pivot[column];
                if share != 0.0 {
                    let rest = line[column + 1..].iter_mut().zip(&pivot[column + 1..]);
                    rest.for_each(|(value, of_pivot)| *value -= share * of_pivot);
                }
                line[column] = share;
            }
        }
    }
}

/// Responses of the process to one innovation, as many as the state is long.
fn responses(ar: &[f64], ma: &[f64], to: &mut Vec<f64>) {
    to.clear();
    to.push(1.0);
    for after in 1..=ar.len() {
        let past = ar[..after].iter().zip(to.iter().rev()).map(|(coefficient, response)| coefficient * response);
        let response = ma[after - 1] + past.sum::<f64>();
        to.push(response);
    }
}

fn substitute(system: &[f64], exchanged: &[usize], right: &mut [f64]) {
    let size = right.len();
    for (row, with) in exchanged.iter().enumerate() {
        right.swap(row, *with);
    }
    for row in 0..size {
        let known = system[row * size..row * size + row].iter().zip(&*right);
        let sum: f64 = known.map(|(share, value)| share * value).sum();
        right[row] -= sum;
    }
    for row in (0..size).rev() {
        let line = &system[row * size..(row + 1) * size];
        let sum: f64 = line[row + 1..].iter().zip(&right[row + 1..]).map(|(share, value)| share * value).sum();
        right[row] = (right[row] - sum) / line[row];
    }
}

/// Later autocovariances from earlier ones; those after `reach` hold what doesn't come from the autoregression.
fn extend(ar: &[f64], reach: usize, values: &mut [f64]) {
    for lag in reach + 1..values.len() {
        let past: f64 = (1..=reach).map(|term| ar[term - 1] * values[lag - term]).sum();
        values[lag] += past;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_autocovariances_of_the_simplest_mixed_process_come_out() {
        let (phi, theta) = (0.6, 0.3);
        let mut ours = Autocovariances::default();
        ours.solve(&[phi, 0.0], &[theta, 0.0], 1);
        // Box and Jenkins (1976), section 3.4.3.
        let variance = (1.0 + theta * theta + 2.0 * phi * theta) / (1.0 - phi * phi);
        let first = (1.0 + phi * theta) * (phi + theta) / (1.0 - phi * phi);
        for (ours, theirs) in ours.values.iter().zip([variance, first, phi * first]) {
            assert!((ours - theirs).abs() < 1e-12, "{ours} {theirs}");
        }
    }

    #[test]
    fn slopes_are_those_of_finite_differences() {
        let (ar, ma) = ([0.5, 0.2, 0.0, -0.1], [0.3, 0.0, 0.4, 0.0]);
        let (ar_slopes, ma_slopes) = ([0.7, -0.4, 0.0, 0.2], [0.5, 0.0, -0.6, 0.0]);
        let moved = |by: f64| {
            let along = |at: [f64; 4], slopes: [f64; 4]| -> Vec<f64> {
                at.iter().zip(slopes).map(|(value, slope)| value + by * slope).collect()
            };
            let mut there = Autocovariances::default();
            there.solve(&along(ar, ar_slopes), &along(ma, ma_slopes), 4);
            (there.values, there.from_innovations)
        };
        let mut here = Autocovariances::default();
        here.solve(&ar, &ma, 4);
        here.solve_slopes(&ar, &ma, &ar_slopes, &ma_slopes, 4);
        let (up, down) = (moved(1e-6), moved(-1e-6));
        for lag in 0..5 {
            assert!((here.slopes[lag] - (up.0[lag] - down.0[lag]) / 2e-6).abs() < 1e-7, "{lag}");
            assert!((here.from_innovation_slopes[lag] - (up.1[lag] - down.1[lag]) / 2e-6).abs() < 1e-7, "{lag}");
        }
    }
}
