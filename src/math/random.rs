//! Deterministic streams of random numbers, keyed by what they are for.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A stream of its own for each seed and key: the same on every platform, for any number of threads.
///
/// ```
/// use rand::RngExt;
/// use groundswell::math::random::stream;
/// let draw = |key| stream(7, &[key]).random::<u64>();
/// assert_eq!(draw(1), draw(1));
/// assert_ne!(draw(1), draw(2));
/// ```
pub fn stream(seed: u64, key: &[u64]) -> ChaCha8Rng {
    // SplitMix64 (Steele, Lea and Flood 2014) spreads each part of the key over all bits before the next joins.
    let mixed = key.iter().fold(split_mix(seed), |state, part| split_mix(state ^ split_mix(*part)));
    ChaCha8Rng::seed_from_u64(mixed)
}

/// A standard normal number.
///
/// Method: Box and Muller (1958), one of the pair.
pub fn normal(stream: &mut ChaCha8Rng) -> f64 {
    let (radius, angle) = (1.0 - stream.random::<f64>(), stream.random::<f64>());
    libm::sqrt(-2.0 * libm::log(radius)) * libm::cos(std::f64::consts::TAU * angle)
}

fn split_mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_numbers_have_mean_nought_and_variance_one() {
        let mut stream = stream(1, &[1]);
        let draws: Vec<f64> = (0..40_000).map(|_| normal(&mut stream)).collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let variance = draws.iter().map(|draw| (draw - mean) * (draw - mean)).sum::<f64>() / draws.len() as f64;
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
    }
}
