//! Draws from a stream of random numbers that are the same on every platform.

use rand::{Rng, RngExt};

/// A uniform number in the open interval from 0 to 1.
pub(super) fn uniform(stream: &mut impl Rng) -> f64 {
    // The middle of one of 2^53 cells: neither end is ever met.
    ((stream.random::<u64>() >> 11) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0)
}

/// A standard normal number.
///
/// Method: Box and Muller (1958), one of the pair.
pub(super) fn normal(stream: &mut impl Rng) -> f64 {
    let (radius, angle) = (uniform(stream), uniform(stream));
    libm::sqrt(-2.0 * libm::log(radius)) * libm::cos(std::f64::consts::TAU * angle)
}

/// A waiting time with mean 1.
pub(super) fn exponential(stream: &mut impl Rng) -> f64 {
    -libm::log(uniform(stream))
}

/// A gamma number of the given shape and scale 1; 0 where the shape isn't positive.
///
/// Method: Marsaglia and Tsang (2000), below shape 1 with their power of a uniform number.
pub(super) fn gamma(stream: &mut impl Rng, shape: f64) -> f64 {
    if shape <= 0.0 {
        return 0.0;
    }
    if shape < 1.0 {
        let boosted = gamma(stream, shape + 1.0);
        return boosted * libm::pow(uniform(stream), 1.0 / shape);
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / libm::sqrt(9.0 * d);
    loop {
        let x = normal(stream);
        let v = 1.0 + c * x;
        if v <= 0.0 {
            continue;
        }
        let v = v * v * v;
        if libm::log(uniform(stream)) < 0.5 * x * x + d - d * v + d * libm::log(v) {
            return d * v;
        }
    }
}

/// A beta number; 0 or 1 where only the other weight is positive.
pub(super) fn beta(stream: &mut impl Rng, yes: f64, no: f64) -> f64 {
    let (yes, no) = (gamma(stream, yes), gamma(stream, no));
    if yes + no > 0.0 { yes / (yes + no) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random;

    fn moments(draws: impl Iterator<Item = f64>) -> (f64, f64) {
        let draws: Vec<f64> = draws.collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        (mean, draws.iter().map(|draw| (draw - mean).powi(2)).sum::<f64>() / draws.len() as f64)
    }

    #[test]
    fn gamma_numbers_have_the_shape_as_mean_and_variance() {
        let mut stream = random::stream(1, &[]);
        for shape in [0.2, 1.0, 7.5, 400.0] {
            let (mean, variance) = moments((0..40_000).map(|_| gamma(&mut stream, shape)));
            assert!((mean / shape - 1.0).abs() < 0.04, "{shape}: {mean}");
            assert!((variance / shape - 1.0).abs() < 0.10, "{shape}: {variance}");
        }
    }

    #[test]
    fn beta_numbers_have_the_mean_of_their_weights() {
        let mut stream = random::stream(3, &[]);
        let (mean, variance) = moments((0..40_000).map(|_| beta(&mut stream, 2.0, 6.0)));
        // Mean a/(a+b), variance ab/((a+b)^2 (a+b+1)).
        assert!((mean - 0.25).abs() < 0.003 && (variance - 12.0 / (64.0 * 9.0)).abs() < 0.001);
    }

    #[test]
    fn waiting_times_have_mean_one() {
        let mut stream = random::stream(4, &[]);
        assert!((moments((0..40_000).map(|_| exponential(&mut stream))).0 - 1.0).abs() < 0.02);
    }
}
