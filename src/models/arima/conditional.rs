//! The conditional sum of squares: cheap, for the search over orders.

use super::order::Orders;
use super::polynomial::{Factors, factors};
use super::products::Products;
use crate::math::optimise::LeastSquares;

/// Room for one sum, kept from model to model.
#[derive(Debug, Default)]
pub(super) struct Room {
    innovations: Vec<f64>,
    /// Innovations divided by each polynomial in turn, and the constant's column: one after the other.
    columns: Vec<f64>,
    row: Vec<f64>,
    coefficient_row: Vec<f64>,
    products: Products,
}

/// The sum of squared innovations of a differenced series without gaps, given that nothing departs from the mean
/// before its start.
///
/// Parameters: partial autocorrelations of each polynomial, then the constant.
///
/// Method: Box and Jenkins (1976), section 7.1.2. As each innovation is the series put through a chain of filters, its
/// derivative by any coefficient is the innovations put through one more filter, some periods earlier.
pub(super) struct Conditional<'a> {
    pub(super) values: &'a [f64],
    pub(super) orders: Orders,
    pub(super) season_length: usize,
    pub(super) room: &'a mut Room,
}

impl Conditional<'_> {
    /// The innovations under the parameters.
    fn innovations(&mut self, parameters: &[f64]) -> Factors {
        let factors = factors(self.orders, self.season_length, parameters);
        let constant = if self.orders.constant { parameters[self.orders.coefficients()] } else { 0.0 };
        self.room.innovations.clear();
        self.room.innovations.extend(self.values.iter().map(|value| value - constant));
        through(&factors, &mut self.room.innovations);
        factors
    }
}

/// Puts a series through the whole chain.
fn through(factors: &Factors, values: &mut [f64]) {
    let [ar, seasonal_ar, ma, seasonal_ma] = factors;
    ar.filter(values);
    seasonal_ar.filter(values);
    ma.divide(values);
    seasonal_ma.divide(values);
}

impl LeastSquares for Conditional<'_> {
    fn sum_of_squares(&mut self, parameters: &[f64]) -> f64 {
        self.innovations(parameters);
        let sum: f64 = self.room.innovations.iter().map(|value| value * value).sum();
        if sum.is_nan() { f64::INFINITY } else { sum }
    }

    fn normal_equations(&mut self, parameters: &[f64], product: &mut [f64], gradient: &mut [f64]) {
        let factors = self.innovations(parameters);
        let Room { innovations, columns, row, coefficient_row, products } = &mut *self.room;
        let (count, periods) = (parameters.len(), innovations.len());
        columns.clear();
        columns.resize(5 * periods, 0.0);
        for (factor, column) in factors.iter().zip(columns.chunks_exact_mut(periods.max(1))) {
            if factor.order > 0 {
                column.copy_from_slice(innovations);
                factor.divide(column);
            }
        }
        let of_constant = &mut columns[4 * periods..];
        if self.orders.constant {
            of_constant.fill(-1.0);
            through(&factors, of_constant);
        }
        let width = products.clear(count);
        for line in [&mut *row, &mut *coefficient_row] {
            line.clear();
            line.resize(width, 0.0);
        }
        for t in 0..periods {
            for (number, factor) in factors.iter().enumerate() {
                let column = &columns[number * periods..(number + 1) * periods];
                // An autoregression's coefficient takes from the innovation, a moving average's adds.
                let sign = if number < 2 { -1.0 } else { 1.0 };
                for term in 0..factor.order {
                    let back = (term + 1) * factor.lag;
                    coefficient_row[factor.start + term] = if back <= t { sign * column[t - back] } else { 0.0 };
                }
            }
            if self.orders.constant {
                coefficient_row[count - 1] = columns[4 * periods + t];
            }
            products.add(innovations[t], coefficient_row);
        }
        self.by_parameters(&factors, product, gradient);
    }
}

impl Conditional<'_> {
    /// From derivatives by coefficients to derivatives by partial autocorrelations.
    fn by_parameters(&mut self, factors: &Factors, product: &mut [f64], gradient: &mut [f64]) {
        let count = gradient.len();
        let Room { products, row, .. } = &mut *self.room;
        // The factor and term that each parameter moves; the constant moves itself.
        let moves = |parameter: usize, visit: &mut dyn FnMut(usize, f64)| {
            let own = factors.iter().find(|factor| (factor.start..factor.start + factor.order).contains(&parameter));
            match own {
                Some(factor) => {
                    let slopes = factor.slopes[parameter - factor.start];
                    slopes.iter().take(factor.order).enumerate().for_each(|(term, by)| visit(factor.start + term, *by));
                }
                None => visit(parameter, 1.0),
            }
        };
        for index in 0..count {
            row[..count].fill(0.0);
            gradient[index] = 0.0;
            moves(index, &mut |coefficient, by| {
                gradient[index] += by * products.with_residuals(coefficient);
                row[..count]
                    .iter_mut()
                    .enumerate()
                    .for_each(|(other, sum)| *sum += by * products.of(coefficient, other));
            });
            for other in 0..count {
                let mut sum = 0.0;
                moves(other, &mut |coefficient, by| sum += by * row[coefficient]);
                product[index * count + other] = sum;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::hand::{differences_match, made_up};
    use super::*;

    #[test]
    fn innovations_are_those_of_the_difference_equation() {
        let values = made_up(30);
        let orders = Orders::new(1, 1, 1, 1, true);
        let (phi, season_phi, theta, season_theta, mean) = (0.5, 0.3, -0.4, -0.2, 0.1);
        let mut room = Room::default();
        let mut sum = Conditional { values: &values, orders, season_length: 4, room: &mut room };
        // Moving averages are parametrised with the sign of autoregressions.
        let ours = sum.sum_of_squares(&[phi, season_phi, -theta, -season_theta, mean]);
        let mut innovations: Vec<f64> = Vec::new();
        for t in 0..values.len() {
            let x = |back: usize| if back <= t { values[t - back] - mean } else { 0.0 };
            let e = |back: usize| if back <= t { innovations[t - back] } else { 0.0 };
            let ar = phi * x(1) + season_phi * x(4) - phi * season_phi * x(5);
            let ma = theta * e(1) + season_theta * e(4) + theta * season_theta * e(5);
            innovations.push(x(0) - ar - ma);
        }
        let by_hand: f64 = innovations.iter().map(|value| value * value).sum();
        assert!((ours - by_hand).abs() < 1e-10, "{ours} {by_hand}");
    }

    #[test]
    fn derivatives_are_those_of_finite_differences() {
        let values = made_up(40);
        for orders in [Orders::new(2, 1, 1, 1, true), Orders::new(0, 3, 0, 2, false), Orders::new(3, 0, 2, 0, true)] {
            let at: Vec<f64> =
                (0..orders.parameters()).map(|place| 0.4 * libm::sin(1.0 + 2.0 * place as f64)).collect();
            let residuals = |parameters: &[f64]| {
                let mut room = Room::default();
                let mut sum = Conditional { values: &values, orders, season_length: 4, room: &mut room };
                sum.innovations(parameters);
                room.innovations
            };
            let mut room = Room::default();
            let mut sum = Conditional { values: &values, orders, season_length: 4, room: &mut room };
            differences_match(&mut sum, &at, residuals);
        }
    }
}
