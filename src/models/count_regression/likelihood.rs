//! The likelihood of counts about their means, and the dispersion that explains them best.

/// The least and the most that dispersion may be: a count that is zero or enormous, and one that no series of fewer
/// than a million events can tell from Poisson.
const DISPERSIONS: (f64, f64) = (0.05, 1e6);

/// How counts scatter about their mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Scatter {
    /// Variance is the mean.
    Poisson,
    /// Variance is the mean and its square over the dispersion.
    NegativeBinomial(f64),
}

impl Scatter {
    /// One over the dispersion: zero for Poisson.
    fn excess(self) -> f64 {
        match self {
            Scatter::Poisson => 0.0,
            Scatter::NegativeBinomial(dispersion) => 1.0 / dispersion,
        }
    }

    /// The standard deviation of a count with this mean; one event where nothing is expected.
    pub(super) fn spread(self, mean: f64) -> f64 {
        if mean <= 0.0 { 1.0 } else { (mean * (1.0 + mean * self.excess())).sqrt() }
    }

    /// What a count of this mean tells of the logarithm of its mean: one over its variance there.
    pub(super) fn weight(self, mean: f64) -> f64 {
        mean / (1.0 + mean * self.excess())
    }

    /// Log-likelihood of a count given the logarithm of its mean, but for what depends on neither mean nor effects.
    pub(super) fn kernel(self, count: f64, log_mean: f64) -> f64 {
        let mean = libm::exp(log_mean);
        match self {
            Scatter::Poisson => count * log_mean - mean,
            Scatter::NegativeBinomial(dispersion) => {
                count * log_mean - (count + dispersion) * libm::log1p(mean / dispersion)
            }
        }
    }

    /// Log-likelihood of a count given the logarithm of its mean. Counts need not be whole: behind a season taken out
    /// they are not.
    pub(super) fn log_likelihood(self, count: f64, log_mean: f64) -> f64 {
        let constant = match self {
            Scatter::Poisson => 0.0,
            Scatter::NegativeBinomial(dispersion) => {
                libm::lgamma(count + dispersion) - libm::lgamma(dispersion) - count * libm::log(dispersion)
            }
        };
        self.kernel(count, log_mean) + constant - libm::lgamma(count + 1.0)
    }
}

/// The dispersion that makes counts about these means likeliest, within [`DISPERSIONS`]. Pairs are (count, mean).
///
/// Method: maximum likelihood (Lawless 1987), Newton's steps in the logarithm of the dispersion within a bracket that
/// bisection narrows where they leave it.
pub(super) fn dispersion(pairs: &[(f64, f64)]) -> f64 {
    let (mut low, mut high) = (libm::log(DISPERSIONS.0), libm::log(DISPERSIONS.1));
    if slope(pairs, libm::exp(high)).0 >= 0.0 {
        return DISPERSIONS.1;
    }
    if slope(pairs, libm::exp(low)).0 <= 0.0 {
        return DISPERSIONS.0;
    }
    let mut at = moments(pairs).map_or(0.5 * (low + high), |start| libm::log(start).clamp(low, high));
    for _ in 0..60 {
        let dispersion = libm::exp(at);
        let (first, second) = slope(pairs, dispersion);
        if first > 0.0 {
            low = at;
        } else {
            high = at;
        }
        let curve = dispersion * dispersion * second + dispersion * first;
        let step = -dispersion * first / curve;
        let next = if curve < 0.0 && (low..high).contains(&(at + step)) { at + step } else { 0.5 * (low + high) };
        let moved = (next - at).abs();
        at = next;
        if moved < 1e-10 {
            break;
        }
    }
    libm::exp(at)
}

/// The dispersion by moments, where counts scatter more than Poisson.
fn moments(pairs: &[(f64, f64)]) -> Option<f64> {
    let (squares, excess) = pairs.iter().fold((0.0, 0.0), |(squares, excess), (count, mean)| {
        (squares + mean * mean, excess + (count - mean) * (count - mean) - mean)
    });
    (excess > 0.0 && squares > 0.0).then(|| squares / excess)
}

/// First and second derivative of the log-likelihood by the dispersion.
fn slope(pairs: &[(f64, f64)], dispersion: f64) -> (f64, f64) {
    pairs.iter().fold((0.0, 0.0), |(first, second), (count, mean)| {
        let (rise, curve) = digamma_rise(dispersion, *count);
        let sum = dispersion + mean;
        (
            first + rise - libm::log1p(mean / dispersion) + (mean - count) / sum,
            second + curve + mean / (dispersion * sum) - (mean - count) / (sum * sum),
        )
    })
}

/// `psi(x + step) - psi(x)` of the digamma function and the same of its derivative, without loss where `x` is large.
///
/// Method: recurrence up to eight, then the asymptotic series (Abramowitz and Stegun 1972, 6.3.18 and 6.4.12).
fn digamma_rise(x: f64, step: f64) -> (f64, f64) {
    let (mut low, mut high) = (x, x + step);
    let (mut rise, mut curve) = (0.0, 0.0);
    while low < 8.0 {
        rise += step / (low * high);
        curve += 1.0 / (high * high) - 1.0 / (low * low);
        low += 1.0;
        high += 1.0;
    }
    // In the recurrence psi(x) = psi(x + 1) - 1/x and psi'(x) = psi'(x + 1) + 1/x^2.
    let tail = |x: f64| {
        let (inverse, square) = (1.0 / x, 1.0 / (x * x));
        let value = inverse
            * (-0.5 - inverse * (1.0 / 12.0 - square * (1.0 / 120.0 - square * (1.0 / 252.0 - square / 240.0))));
        let slope = inverse
            * (1.0
                + inverse
                    * (0.5 + inverse * (1.0 / 6.0 - square * (1.0 / 30.0 - square * (1.0 / 42.0 - square / 30.0)))));
        (value, slope)
    };
    let ((at_low, slope_low), (at_high, slope_high)) = (tail(low), tail(high));
    (rise + libm::log1p((high - low) / low) + at_high - at_low, curve + slope_high - slope_low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rise_of_digamma_is_that_of_the_harmonic_numbers() {
        // psi(x + 3) - psi(x) = 1/x + 1/(x+1) + 1/(x+2), and the derivative's is minus the sum of squares.
        for x in [0.07, 0.9, 3.0, 25.0, 1e6] {
            let (rise, curve) = digamma_rise(x, 3.0);
            let terms = || (0..3).map(|step| 1.0 / (x + f64::from(step)));
            let (sum, squares) = (terms().sum::<f64>(), terms().map(|term| term * term).sum::<f64>());
            assert!((rise / sum - 1.0).abs() < 1e-11, "{x}: {rise} {sum}");
            // What is left of two numbers near 1/x is known to fewer digits.
            assert!((curve + squares).abs() < 1e-11 / x + 1e-9 * squares, "{x}: {curve} {squares}");
        }
    }

    #[test]
    fn a_large_dispersion_is_poisson() {
        for (count, mean) in [(0.0, 0.3), (7.0, 5.0), (3.5, 4.0)] {
            let near = Scatter::NegativeBinomial(1e6).log_likelihood(count, f64::ln(mean));
            assert!((near - Scatter::Poisson.log_likelihood(count, f64::ln(mean))).abs() < 1e-4);
        }
    }

    #[test]
    fn probabilities_of_all_counts_add_up_to_one() {
        for scatter in [Scatter::Poisson, Scatter::NegativeBinomial(0.8), Scatter::NegativeBinomial(30.0)] {
            let total: f64 = (0..400).map(|count| scatter.log_likelihood(f64::from(count), f64::ln(6.0)).exp()).sum();
            assert!((total - 1.0).abs() < 1e-9, "{scatter:?}: {total}");
        }
    }

    #[test]
    fn counts_that_scatter_less_than_poisson_have_the_largest_dispersion() {
        assert_eq!(dispersion(&[(10.0, 10.0), (11.0, 10.0), (9.0, 10.0)]), DISPERSIONS.1);
        assert_eq!(dispersion(&[(0.0, 3.0), (0.0, 3.0), (9e9, 3.0)]), DISPERSIONS.0);
    }

    #[test]
    fn no_neighbouring_dispersion_is_likelier() {
        let pairs: Vec<(f64, f64)> = (0..40).map(|t| (f64::from(t * 37 % 23), 4.0 + f64::from(t % 12))).collect();
        let best = dispersion(&pairs);
        let likelihood = |dispersion: f64| -> f64 {
            pairs.iter().map(|(y, m)| Scatter::NegativeBinomial(dispersion).log_likelihood(*y, m.ln())).sum()
        };
        assert!(likelihood(best) > likelihood(best * 1.001) && likelihood(best) > likelihood(best * 0.999), "{best}");
    }
}
