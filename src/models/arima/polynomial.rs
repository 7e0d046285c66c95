//! Stable polynomials from partial autocorrelations, with derivatives, and their products.

use super::order::{MOST, Orders};

/// One of the four polynomials: `1 - c1 B^s - c2 B^2s - ...` with roots outside the unit circle.
///
/// Moving averages are written with the same signs as autoregressions.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Factor {
    /// Periods between its terms: 1 or a season.
    pub(super) lag: usize,
    /// How many terms.
    pub(super) order: usize,
    /// The place of its first parameter.
    pub(super) start: usize,
    /// Of its terms.
    pub(super) coefficients: [f64; MOST],
    /// By parameter, then by coefficient.
    pub(super) slopes: [[f64; MOST]; MOST],
}

/// The four polynomials: autoregression, seasonal autoregression, moving average, seasonal moving average.
pub(super) type Factors = [Factor; 4];

/// The polynomials of a model whose parameters are the partial autocorrelations of each polynomial in turn, all
/// between -1 and 1.
pub(super) fn factors(orders: Orders, season_length: usize, parameters: &[f64]) -> Factors {
    let mut start = 0;
    let kinds =
        [(1, orders.ar), (season_length, orders.seasonal_ar), (1, orders.ma), (season_length, orders.seasonal_ma)];
    kinds.map(|(lag, order)| {
        let mut factor = Factor { lag, order, start, ..Factor::default() };
        factor.set(&parameters[start..start + order]);
        start += order;
        factor
    })
}

impl Factor {
    /// Coefficients and slopes from partial autocorrelations.
    ///
    /// Method: the recursion of Durbin and Levinson as Monahan (1984) uses it to keep to the stable region.
    fn set(&mut self, partial: &[f64]) {
        for (order, value) in partial.iter().enumerate() {
            let before = self.coefficients;
            let slopes_before = self.slopes;
            for place in 0..order {
                let mirror = order - 1 - place;
                self.coefficients[place] = before[place] - value * before[mirror];
                for (slopes, before) in self.slopes.iter_mut().zip(&slopes_before).take(order) {
                    slopes[place] = before[place] - value * before[mirror];
                }
                self.slopes[order][place] = -before[mirror];
            }
            self.coefficients[order] = *value;
            self.slopes[order][order] = 1.0;
        }
    }

    fn terms(&self) -> impl Iterator<Item = (usize, f64)> {
        (1..).map(|term| term * self.lag).zip(self.coefficients).take(self.order)
    }

    /// Multiplies a series with the polynomial, nothing before its start.
    pub(super) fn filter(&self, values: &mut [f64]) {
        if self.order == 0 {
            return;
        }
        for t in (self.lag..values.len()).rev() {
            let mut value = values[t];
            for (lag, coefficient) in self.terms() {
                if lag > t {
                    break;
                }
                value -= coefficient * values[t - lag];
            }
            values[t] = value;
        }
    }

    /// Divides a series by the polynomial, nothing before its start.
    pub(super) fn divide(&self, values: &mut [f64]) {
        if self.order == 0 {
            return;
        }
        for t in self.lag..values.len() {
            let mut value = values[t];
            for (lag, coefficient) in self.terms() {
                if lag > t {
                    break;
                }
                value += coefficient * values[t - lag];
            }
            values[t] = value;
        }
    }
}

/// The coefficients of lags 1, 2, ... of the product of two polynomials.
pub(super) fn product(first: &Factor, second: &Factor, to: &mut [f64]) {
    to.fill(0.0);
    for (lag, coefficient) in second.terms() {
        to[lag - 1] += coefficient;
    }
    add_multiplied(first.lag, &first.coefficients[..first.order], second, to);
}

/// The derivative of the product by the parameter `number` of the first polynomial.
pub(super) fn product_slope(first: &Factor, number: usize, second: &Factor, to: &mut [f64]) {
    to.fill(0.0);
    add_multiplied(first.lag, &first.slopes[number][..first.order], second, to);
}

/// Adds terms times the second polynomial.
fn add_multiplied(lag: usize, terms: &[f64], second: &Factor, to: &mut [f64]) {
    for (term, value) in terms.iter().enumerate() {
        let place = (term + 1) * lag;
        to[place - 1] += value;
        for (other, coefficient) in second.terms() {
            to[place + other - 1] -= value * coefficient;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_partial_autocorrelations_give_the_known_coefficients() {
        let [ar, ..] = factors(Orders::new(2, 0, 0, 0, false), 12, &[0.5, -0.3]);
        // By hand: r1 (1 - r2) and r2.
        assert!((ar.coefficients[0] - 0.65).abs() < 1e-15 && (ar.coefficients[1] + 0.3).abs() < 1e-15);
    }

    #[test]
    fn slopes_are_those_of_finite_differences() {
        let at = [0.6, -0.4, 0.3, 0.2, -0.5];
        let of = |parameters: &[f64]| factors(Orders::new(5, 0, 0, 0, false), 12, parameters)[0];
        for parameter in 0..5 {
            let (mut up, mut down) = (at, at);
            up[parameter] += 1e-6;
            down[parameter] -= 1e-6;
            for place in 0..5 {
                let slope = (of(&up).coefficients[place] - of(&down).coefficients[place]) / 2e-6;
                assert!((of(&at).slopes[parameter][place] - slope).abs() < 1e-8, "{parameter} {place}");
            }
        }
    }

    #[test]
    fn a_product_is_multiplied_out() {
        let [ar, seasonal, ..] = factors(Orders::new(1, 0, 1, 0, false), 4, &[0.5, 0.2]);
        let mut all = [0.0; 5];
        product(&ar, &seasonal, &mut all);
        assert_eq!(all, [0.5, 0.0, 0.0, 0.2, -0.1]);
        product_slope(&ar, 0, &seasonal, &mut all);
        assert_eq!(all, [1.0, 0.0, 0.0, 0.0, -0.2]);
        product_slope(&seasonal, 0, &ar, &mut all);
        assert_eq!(all, [0.0, 0.0, 0.0, 1.0, -0.5]);
    }

    #[test]
    fn dividing_undoes_filtering() {
        let [ar, ..] = factors(Orders::new(2, 0, 0, 0, false), 4, &[0.5, -0.3]);
        let values = [3.0, 1.0, -2.0, 0.5, 4.0];
        let mut there = values;
        ar.filter(&mut there);
        assert!((there[2] - (-2.0 - 0.65 + 0.9)).abs() < 1e-12);
        ar.divide(&mut there);
        assert!(there.iter().zip(values).all(|(a, b)| (a - b).abs() < 1e-12));
    }
}
