//! Draws from a stream of random numbers that are the same on every platform.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Families a chunk: the product of uniforms below stays far above the smallest float.
const POISSON_CHUNK: f64 = 16.0;

/// A Poisson number with the given mean (0 where the mean isn't positive).
///
/// Method: products of uniforms (Knuth, volume 2, 3.4.1), the mean in chunks whose counts add up.
pub(super) fn poisson(stream: &mut ChaCha8Rng, mean: f64) -> u32 {
    let (mut left, mut count) = (mean.max(0.0), 0);
    while left > 0.0 {
        let (limit, mut product) = (libm::exp(-left.min(POISSON_CHUNK)), stream.random::<f64>());
        while product > limit {
            count += 1;
            product *= stream.random::<f64>();
        }
        left -= POISSON_CHUNK;
    }
    count
}

/// Whether something of this probability happens.
pub(super) fn happens(stream: &mut ChaCha8Rng, probability: f64) -> bool {
    stream.random::<f64>() < probability
}

/// A position drawn by weight; weights are at least zero and not all zero.
pub(super) fn position(stream: &mut ChaCha8Rng, weights: impl IntoIterator<Item = f64> + Clone) -> usize {
    let total: f64 = weights.clone().into_iter().sum();
    let mut left = stream.random::<f64>() * total;
    let mut last = 0;
    for (position, weight) in weights.into_iter().enumerate() {
        if weight > 0.0 {
            if left < weight {
                return position;
            }
            last = position;
        }
        left -= weight;
    }
    // Rounding can leave a remainder after the last weight.
    last
}

/// A whole number from `from` to `to`, both included, each as likely.
pub(super) fn whole(stream: &mut ChaCha8Rng, from: u32, to: u32) -> u32 {
    from + (stream.random::<f64>() * f64::from(to - from + 1)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random;

    fn moments(draws: impl Iterator<Item = f64>) -> (f64, f64) {
        let draws: Vec<f64> = draws.collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        (mean, draws.iter().map(|draw| (draw - mean) * (draw - mean)).sum::<f64>() / draws.len() as f64)
    }

    #[test]
    fn poisson_numbers_have_their_mean_as_variance_below_and_above_one_chunk() {
        for expected in [0.3, 7.0, 16.0, 90.0] {
            let mut stream = random::stream(2, &[expected as u64]);
            let (mean, variance) = moments((0..40_000).map(|_| f64::from(poisson(&mut stream, expected))));
            assert!((mean / expected - 1.0).abs() < 0.03, "{expected}: {mean}");
            assert!((variance / expected - 1.0).abs() < 0.05, "{expected}: {variance}");
        }
    }

    #[test]
    fn a_position_without_weight_is_never_drawn() {
        let mut stream = random::stream(3, &[]);
        let mut drawn = [0; 4];
        (0..10_000).for_each(|_| drawn[position(&mut stream, [0.0, 1.0, 3.0, 0.0])] += 1);
        assert_eq!((drawn[0], drawn[3]), (0, 0));
        assert!((drawn[2] as f64 / 10_000.0 - 0.75).abs() < 0.02);
    }

    #[test]
    fn whole_numbers_reach_both_ends() {
        let mut stream = random::stream(4, &[]);
        let drawn: std::collections::BTreeSet<u32> = (0..200).map(|_| whole(&mut stream, 3, 6)).collect();
        assert_eq!(drawn.into_iter().collect::<Vec<_>>(), [3, 4, 5, 6]);
    }
}
