//! The exact Gaussian likelihood of a differenced series, as a sum of squares with derivatives.

use super::autocovariance::Autocovariances;
use super::gaps::Gaps;
use super::order::Orders;
use super::polynomial::{Factors, factors, product, product_slope};
use super::products::Products;
use super::slopes::{Slopes, first_gain};
use crate::math::cholesky::factor_in_place;
use crate::math::optimise::LeastSquares;

/// Room for one likelihood, kept from fit to fit.
#[derive(Debug, Default)]
pub(super) struct Room {
    covariances: Autocovariances,
    /// Coefficients multiplied out, both as long as the state.
    pub(super) ar: Vec<f64>,
    pub(super) ma: Vec<f64>,
    /// What the next innovation adds to the state, times its variance.
    gain: Vec<f64>,
    /// The state's variance falls from period to period by the square of this, times `shrinkage`.
    load: Vec<f64>,
    /// What the past says of the periods ahead; a zero follows, as it does load and their slopes.
    pub(super) state: Vec<f64>,
    slopes: Vec<Slopes>,
    /// One state for each column that enters linearly.
    column_states: Vec<f64>,
    adjusted: Vec<f64>,
    /// One-step innovations and their variances, as multiples of the last one's.
    pub(super) innovations: Vec<f64>,
    pub(super) variances: Vec<f64>,
    row: Vec<f64>,
    log_slopes: Vec<f64>,
    matrix: Vec<f64>,
    products: Products,
}

/// Once an innovation's variance exceeds its limit by less, it is taken to be there: the rest changes no digit that
/// matters.
const SETTLED: f64 = 1e-10;

/// The exact likelihood of a seasonal autoregressive moving average around a mean. Minus twice its logarithm is, but for
/// a constant, the number of observed values times the logarithm of [`LeastSquares::sum_of_squares`].
///
/// Parameters: partial autocorrelations of each polynomial, the constant, then one for each value not observed: what
/// must be added to the value it was filled with. Fitted together with the rest, and with the determinant they bring,
/// they leave the likelihood of the observed values alone.
///
/// Method: innovations by the recursions of Morf, Sidhu and Kailath (1974), which Mélard (1984) and Pearlman (1980) use
/// for these models: each period costs as much as the state is long, not its square. They start from the
/// autocovariances of the process. Values not observed: Gómez, Maravall and Peña (1999), section 3.
pub(super) struct Exact<'a> {
    pub(super) values: &'a [f64],
    pub(super) orders: Orders,
    pub(super) season_length: usize,
    pub(super) gaps: &'a Gaps,
    pub(super) room: &'a mut Room,
}

/// How far a pass goes.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Pass {
    /// The innovations only.
    Innovations,
    /// Innovations of the linear columns too.
    Columns,
    /// All derivatives.
    Slopes,
}

impl Exact<'_> {
    /// How many values were observed, as far as they count after differencing.
    pub(super) fn observed(&self) -> usize {
        self.values.len().saturating_sub(self.gaps.count())
    }

    /// Minus twice the logarithm of the likelihood, without constants that only depend on the number of values.
    #[cfg(test)]
    pub(super) fn deviance(&mut self, parameters: &[f64]) -> f64 {
        self.observed() as f64 * libm::log(self.sum_of_squares(parameters))
    }

    fn factors(&self, parameters: &[f64]) -> Factors {
        factors(self.orders, self.season_length, parameters)
    }

    /// Runs through the series; returns the sum of the logarithms of the innovations' variances.
    fn run(&mut self, parameters: &[f64], pass: Pass) -> f64 {
        let [ar, seasonal_ar, ma, seasonal_ma] = self.factors(parameters);
        let coefficients = self.orders.coefficients();
        let (ar_reach, ma_reach) = (self.orders.ar_reach(self.season_length), self.orders.ma_reach(self.season_length));
        let size = ar_reach.max(ma_reach) + 1;
        let room = &mut *self.room;
        for (line, len) in [
            (&mut room.ar, size),
            (&mut room.ma, size),
            (&mut room.gain, size),
            (&mut room.state, size + 1),
            (&mut room.load, size + 1),
        ] {
            line.clear();
            line.resize(len, 0.0);
        }
        product(&ar, &seasonal_ar, &mut room.ar);
        product(&ma, &seasonal_ma, &mut room.ma);
        room.ma.iter_mut().for_each(|value| *value = -*value);
        room.covariances.solve(&room.ar, &room.ma, ar_reach);
        let covariances = &room.covariances;
        first_gain(&room.ar, &covariances.values, &covariances.from_innovations, ar_reach, &mut room.gain);
        room.load[..size].copy_from_slice(&room.gain);
        let (mut variance, mut shrinkage) = (covariances.values[0], -1.0 / covariances.values[0]);

        let nonlinear = if pass == Pass::Slopes { coefficients } else { 0 };
        room.slopes.resize(room.slopes.len().max(nonlinear), Slopes::default());
        let pairs = [(ar, seasonal_ar), (seasonal_ar, ar), (ma, seasonal_ma), (seasonal_ma, ma)];
        for (number, (own, other)) in pairs.into_iter().enumerate() {
            for term in 0..own.order.min(nonlinear) {
                let slopes = &mut room.slopes[own.start + term];
                slopes.clear(size);
                if number < 2 {
                    product_slope(&own, term, &other, &mut slopes.ar);
                } else {
                    product_slope(&own, term, &other, &mut slopes.ma);
                    slopes.ma.iter_mut().for_each(|value| *value = -*value);
                }
                slopes.start(&mut room.covariances, &room.ar, &room.ma, ar_reach);
                slopes.load[..size].copy_from_slice(&slopes.gain);
            }
        }

        let linear = if pass == Pass::Innovations { 0 } else { parameters.len() - coefficients };
        room.column_states.clear();
        room.column_states.resize(linear * (size + 1), 0.0);
        let constants = usize::from(self.orders.constant);
        self.gaps.adjust(self.values, &parameters[coefficients + constants..], &mut room.adjusted);
        if self.orders.constant {
            let constant = parameters[coefficients];
            room.adjusted.iter_mut().for_each(|value| *value -= constant);
        }
        let width = room.products.clear(if pass == Pass::Innovations { 0 } else { parameters.len() });
        room.row.clear();
        room.row.resize(width, 0.0);
        room.innovations.clear();
        room.variances.clear();

        let mut logs = 0.0;
        let mut settled = false;
        for t in 0..self.values.len() {
            let innovation = room.adjusted[t] - room.state[0];
            room.innovations.push(innovation);
            room.variances.push(variance);
            logs += if settled { 0.0 } else { libm::log(variance) };
            let root = if settled { 1.0 } else { 1.0 / variance.sqrt() };
            let inverse = root * root;
            let (state, gain, ar) = (&mut room.state, &room.gain[..size], &room.ar[..size]);
            for (slopes, cell) in room.slopes[..nonlinear].iter_mut().zip(&mut room.row) {
                let change = -slopes.state[0];
                let relative = slopes.variance * inverse;
                *cell = root * (change - 0.5 * innovation * relative);
                slopes.log_variances += relative;
                // The order matters: the state's slope moves on with the state that the innovation met.
                let by_gain = inverse * innovation;
                let by_change = inverse * (change - innovation * relative);
                let (first, own_first) = (slopes.state[0], state[0]);
                let own = &mut slopes.state[..=size];
                let (own_ar, own_gain) = (&slopes.ar[..size], &slopes.gain[..size]);
                for place in 0..size {
                    own[place] = own[place + 1]
                        + ar[place] * first
                        + own_ar[place] * own_first
                        + own_gain[place] * by_gain
                        + gain[place] * by_change;
                }
            }
            for column in 0..linear {
                let own = if column < constants { -1.0 } else { self.gaps.column(column - constants)[t] };
                let column_state = &mut room.column_states[column * (size + 1)..(column + 1) * (size + 1)];
                let innovation = own - column_state[0];
                room.row[coefficients + column] = root * innovation;
                step(column_state, ar, gain, inverse * innovation);
            }
            step(state, ar, gain, inverse * innovation);
            if pass != Pass::Innovations {
                room.products.add(root * innovation, &room.row);
            }
            if settled {
                continue;
            }

            let first = room.load[0];
            let next_variance = shrinkage.mul_add(first * first, variance);
            settled = next_variance - 1.0 < SETTLED;
            for slopes in &mut room.slopes[..nonlinear] {
                slopes.settle_on(&room.load, ar, (first, variance, next_variance, shrinkage), &room.gain);
            }
            let (grown, lost) = (shrinkage * first, first / next_variance);
            let (load, gain) = (&mut room.load[..=size], &mut room.gain[..size]);
            for place in 0..size {
                let moved = load[place + 1] + ar[place] * first;
                gain[place] += grown * moved;
                load[place] = moved - gain[place] * lost;
            }
            shrinkage += shrinkage * shrinkage * first * first / variance;
            variance = next_variance;
            if settled {
                variance = 1.0;
                for ((gain, ar), ma) in room.gain.iter_mut().zip(&room.ar).zip(&room.ma) {
                    *gain = ar + ma;
                }
                for slopes in &mut room.slopes[..nonlinear] {
                    slopes.variance = 0.0;
                    for ((gain, ar), ma) in slopes.gain.iter_mut().zip(&slopes.ar).zip(&slopes.ma) {
                        *gain = ar + ma;
                    }
                }
            }
        }
        logs
    }

    /// The logarithm of the determinant of the products of the columns of values not observed, after a pass over the
    /// columns.
    fn log_determinant(&mut self, parameters: usize) -> f64 {
        let Room { products, matrix, .. } = &mut *self.room;
        let count = self.gaps.count();
        let first = parameters - count;
        matrix.clear();
        matrix.resize(count * count, 0.0);
        for row in 0..count {
            for column in 0..=row {
                matrix[row * count + column] = products.of(first + row, first + column);
            }
        }
        // The factor's diagonal; a column that says nothing has a pivot of zero and no part in it.
        factor_in_place(matrix, count);
        let pivots = (0..count).map(|row| matrix[row * count + row]);
        pivots.filter(|pivot| *pivot > 0.0).map(|pivot| 2.0 * libm::log(pivot)).sum()
    }

    /// Half of what the logarithm of the sum of squares gains from variances and determinant.
    fn log_scale(&mut self, parameters: &[f64], pass: Pass) -> f64 {
        let gappy = self.gaps.count() > 0;
        let pass = if gappy && pass == Pass::Innovations { Pass::Columns } else { pass };
        let mut logs = self.run(parameters, pass);
        if gappy {
            logs += self.log_determinant(parameters.len());
        }
        0.5 * logs / self.observed() as f64
    }
}

/// Moves a state, which a zero follows, one period on.
fn step(state: &mut [f64], ar: &[f64], gain: &[f64], innovation: f64) {
    let (first, size) = (state[0], ar.len());
    let (state, gain) = (&mut state[..=size], &gain[..size]);
    for place in 0..size {
        state[place] = state[place + 1] + ar[place] * first + gain[place] * innovation;
    }
}

/// `sum_of_squares` leaves state, innovations and variances under its parameters in the room.
impl LeastSquares for Exact<'_> {
    fn sum_of_squares(&mut self, parameters: &[f64]) -> f64 {
        let scale = self.log_scale(parameters, Pass::Innovations);
        let innovations = self.room.innovations.iter().zip(&self.room.variances);
        let sum = innovations.map(|(innovation, variance)| innovation * innovation / variance).sum::<f64>()
            * libm::exp(2.0 * scale);
        if sum.is_nan() { f64::INFINITY } else { sum }
    }

    fn normal_equations(&mut self, parameters: &[f64], product: &mut [f64], gradient: &mut [f64]) {
        let coefficients = self.orders.coefficients();
        let observed = self.observed() as f64;
        let mut log_slopes = std::mem::take(&mut self.room.log_slopes);
        log_slopes.clear();
        log_slopes.resize(parameters.len(), 0.0);
        if self.gaps.count() > 0 {
            // The determinant has no cheap derivative, and few series have gaps.
            let mut moved = parameters.to_vec();
            let mut of_determinant = |at: &[f64]| {
                self.run(at, Pass::Columns);
                self.log_determinant(at.len())
            };
            let here = of_determinant(parameters);
            for index in 0..coefficients {
                let by = if parameters[index] > 0.0 { -DIFFERENCE } else { DIFFERENCE };
                moved[index] += by;
                log_slopes[index] = 0.5 * (of_determinant(&moved) - here) / (by * observed);
                moved[index] = parameters[index];
            }
        }
        let scale = self.log_scale(parameters, Pass::Slopes);
        for (slope, of_variances) in log_slopes.iter_mut().zip(&self.room.slopes[..coefficients]) {
            *slope += 0.5 * of_variances.log_variances / observed;
        }
        self.room.products.write(libm::exp(2.0 * scale), &log_slopes, product, gradient);
        self.room.log_slopes = log_slopes;
    }
}

/// The step of the one derivative that is a difference.
const DIFFERENCE: f64 = 1e-6;

#[cfg(test)]
mod tests {
    use super::super::differencing::Differencing;
    use super::super::hand::{differences_match, made_up};
    use super::*;

    /// The matrix of autocovariances from responses to innovations long past.
    fn covariance(ar: &[f64], ma: &[f64], periods: usize) -> Vec<Vec<f64>> {
        let mut responses: Vec<f64> = vec![1.0];
        for after in 1..4000 {
            let own = ma.get(after - 1).copied().unwrap_or(0.0);
            let past = (1..=ar.len().min(after)).map(|lag| ar[lag - 1] * responses[after - lag]);
            responses.push(own + past.sum::<f64>());
        }
        let at_lag =
            |lag: usize| -> f64 { responses.iter().zip(&responses[lag..]).map(|(early, late)| early * late).sum() };
        let lags: Vec<f64> = (0..periods).map(at_lag).collect();
        (0..periods).map(|row| (0..periods).map(|column| lags[row.abs_diff(column)]).collect()).collect()
    }

    /// The lower triangle by the textbook's Cholesky factorisation, and the solution of `L x = right`.
    fn factor_and_solve(mut matrix: Vec<Vec<f64>>, right: &[f64]) -> (f64, Vec<f64>) {
        let (mut logs, mut solution) = (0.0, Vec::new());
        for row in 0..matrix.len() {
            for column in 0..=row {
                let known: f64 = (0..column).map(|k| matrix[row][k] * matrix[column][k]).sum();
                let rest = matrix[row][column] - known;
                matrix[row][column] = if row == column { rest.sqrt() } else { rest / matrix[column][column] };
            }
            logs += 2.0 * matrix[row][row].ln();
            let known: f64 = (0..row).map(|k| matrix[row][k] * solution[k]).sum();
            solution.push((right[row] - known) / matrix[row][row]);
        }
        (logs, solution)
    }

    #[test]
    fn the_likelihood_is_that_of_the_normal_distribution() {
        let values = made_up(30);
        let orders = Orders::new(1, 1, 1, 1, true);
        let (phi, season_phi, theta, season_theta, mean) = (0.5, -0.3, 0.4, -0.6, 0.1);
        let ar = [phi, 0.0, 0.0, season_phi, -phi * season_phi];
        let ma = [theta, 0.0, 0.0, season_theta, theta * season_theta];
        let centred: Vec<f64> = values.iter().map(|value| value - mean).collect();
        let (logs, solution) = factor_and_solve(covariance(&ar, &ma, 30), &centred);
        let squares: f64 = solution.iter().map(|value| value * value).sum();
        let mut room = Room::default();
        let gaps = Gaps::default();
        let mut exact = Exact { values: &values, orders, season_length: 4, gaps: &gaps, room: &mut room };
        let ours = exact.deviance(&[phi, season_phi, -theta, -season_theta, mean]);
        assert!((ours - (30.0 * squares.ln() + logs)).abs() < 1e-8, "{ours}");
    }

    #[test]
    fn values_not_observed_leave_the_likelihood_of_the_rest() {
        let mut values = made_up(30);
        let observed: Vec<usize> = (0..30).filter(|t| ![4, 11, 12, 29].contains(t)).collect();
        let (phi, theta) = (0.6, 0.3);
        let all = covariance(&[phi], &[theta], 30);
        let matrix = observed.iter().map(|row| observed.iter().map(|column| all[*row][*column]).collect()).collect();
        let right: Vec<f64> = observed.iter().map(|t| values[*t]).collect();
        let (logs, solution) = factor_and_solve(matrix, &right);
        let squares: f64 = solution.iter().map(|value| value * value).sum();
        for t in [4, 11, 12, 29] {
            values[t] = f64::NAN;
        }
        let none = Differencing { ordinary: 0, seasonal: 0, season_length: 1 };
        let gaps = Gaps::of(&values, none);
        let filled: Vec<f64> = values.iter().map(|value| if value.is_nan() { 0.0 } else { *value }).collect();
        let mut room = Room::default();
        let orders = Orders::new(1, 1, 0, 0, false);
        let mut exact = Exact { values: &filled, orders, season_length: 1, gaps: &gaps, room: &mut room };
        // The two coefficients are held, what was not observed is fitted.
        let mut at = [phi, -theta, 0.0, 0.0, 0.0, 0.0];
        let mut bounds = [(f64::NEG_INFINITY, f64::INFINITY); 6];
        bounds[0] = (phi, phi);
        bounds[1] = (-theta, -theta);
        let stopping = crate::math::optimise::Stopping { tolerance: 1e-15, steps: 50 };
        let mut work = crate::math::optimise::Workspace::default();
        crate::math::optimise::least_squares(&mut exact, &mut at, &bounds, stopping, &mut work);
        let ours = exact.deviance(&at);
        assert!((ours - (26.0 * squares.ln() + logs)).abs() < 1e-8, "{ours} {}", 26.0 * squares.ln() + logs);
    }

    #[test]
    fn derivatives_are_those_of_finite_differences() {
        let mut values = made_up(40);
        let differencing = Differencing { ordinary: 1, seasonal: 0, season_length: 4 };
        for (orders, missing) in [
            (Orders::new(2, 1, 1, 1, true), vec![]),
            (Orders::new(0, 2, 0, 1, false), vec![]),
            (Orders::new(3, 0, 1, 0, true), vec![]),
            (Orders::new(1, 1, 0, 1, true), vec![7, 20]),
        ] {
            let full = values.clone();
            missing.iter().for_each(|place| values[*place] = f64::NAN);
            let gaps = Gaps::of(&values, differencing);
            values = full;
            let differenced = differencing.apply(&values);
            let count = orders.parameters() + missing.len();
            let at: Vec<f64> = (0..count).map(|place| 0.4 * libm::sin(1.0 + 2.0 * place as f64)).collect();
            let residuals = |parameters: &[f64]| {
                let mut room = Room::default();
                let mut exact = Exact { values: &differenced, orders, season_length: 4, gaps: &gaps, room: &mut room };
                let scale = libm::exp(exact.log_scale(parameters, Pass::Innovations));
                let both = room.innovations.iter().zip(&room.variances);
                both.map(|(innovation, variance)| scale * innovation / variance.sqrt()).collect()
            };
            let mut room = Room::default();
            let mut exact = Exact { values: &differenced, orders, season_length: 4, gaps: &gaps, room: &mut room };
            differences_match(&mut exact, &at, residuals);
        }
    }
}
