//! The scores of one forecast of one value.

use crate::forecast::{Level, Levels};

/// The interval score of a central interval: its width, and a fine for each unit that the truth lies outside.
///
/// Unit: that of the values. Method: Gneiting and Raftery (2007), section 6.2.
///
/// ```
/// use groundswell::evaluate::interval_score;
/// use groundswell::forecast::Level;
/// // Ten wide, and three outside at 2 / 0.2 each.
/// assert!((interval_score(Level::try_from(80)?, 10.0, 20.0, 23.0) - 40.0).abs() < 1e-12);
/// # Ok::<(), groundswell::forecast::LevelError>(())
/// ```
pub fn interval_score(level: Level, low: f64, high: f64, truth: f64) -> f64 {
    let outside = (low - truth).max(0.0) + (truth - high).max(0.0);
    high - low + 2.0 / (1.0 - level.share()) * outside
}

/// The weighted interval score over the published levels and the median; for many levels it nears the continuous
/// ranked probability score.
///
/// `low` and `high` hold one bound a level. Unit: that of the values. Method: Bracher, Ray, Gneiting and Reich (2021),
/// equation 1, with weight one half for the median and half of 1 - level for each interval.
///
/// ```
/// use groundswell::evaluate::weighted_interval_score;
/// use groundswell::forecast::{Level, Levels};
/// let half = Levels::try_from(vec![Level::try_from(50)?])?;
/// // (|12 - 10| / 2 + 0.5 / 2 * (4 + 2 / 0.5 * 0)) / 1.5
/// assert!((weighted_interval_score(&half, 10.0, &[8.0], &[12.0], 12.0) - 2.0 / 1.5).abs() < 1e-12);
/// # Ok::<(), groundswell::forecast::LevelError>(())
/// ```
pub fn weighted_interval_score(levels: &Levels, median: f64, low: &[f64], high: &[f64], truth: f64) -> f64 {
    let count = levels.iter().len() as f64;
    let intervals = levels.iter().zip(low.iter().zip(high));
    let weighted: f64 = intervals
        .map(|(level, (low, high))| (1.0 - level.share()) / 2.0 * interval_score(level, *low, *high, truth))
        .sum();
    (0.5 * (truth - median).abs() + weighted) / (count + 0.5)
}

/// The pinball loss of a quantile: what is missed, weighed by the probability where the truth lies above it and by the
/// rest where it lies below.
///
/// Unit: that of the values. Method: Koenker and Bassett (1978).
///
/// ```
/// use groundswell::evaluate::pinball_loss;
/// assert_eq!(pinball_loss(0.75, 8.0, 10.0), 1.5);
/// assert_eq!(pinball_loss(0.75, 8.0, 6.0), 0.5);
/// ```
pub fn pinball_loss(probability: f64, quantile: f64, truth: f64) -> f64 {
    if truth >= quantile { probability * (truth - quantile) } else { (1.0 - probability) * (quantile - truth) }
}

/// The mean pinball loss over the median and the bounds of the levels: half their weighted interval score.
///
/// `low` and `high` hold one bound a level. Unit: that of the values. Over [`naive_error`] it is the scaled pinball loss
/// that intermittent series are judged by: an all-zero forecast, best by absolute error where most periods are zero, pays
/// for every demand above its upper quantiles. Method: Makridakis, Spiliotis and Assimakopoulos (2022), The M5 uncertainty
/// competition.
pub fn mean_pinball_loss(levels: &Levels, median: f64, low: &[f64], high: &[f64], truth: f64) -> f64 {
    let bounds = levels.iter().zip(low.iter().zip(high));
    let of_bounds = bounds.map(|(level, (low, high))| {
        let (below, above) = level.bounds();
        pinball_loss(below, *low, truth) + pinball_loss(above, *high, truth)
    });
    (pinball_loss(0.5, median, truth) + of_bounds.sum::<f64>()) / (2.0 * levels.iter().len() as f64 + 1.0)
}

/// The mean absolute difference of neighbours from the first value above zero on, where both were observed. `None` where
/// that leaves nothing, or only differences of zero.
///
/// Method: the scale of the M5 competition, Makridakis, Spiliotis and Assimakopoulos (2022).
pub fn naive_error(history: &[f64]) -> Option<f64> {
    let first = history.iter().position(|value| *value > 0.0)?;
    mean_difference(&history[first..], 1).filter(|error| *error > 0.0)
}

/// The mean absolute difference of values one season apart: what errors are measured in. Where no two observed values
/// are a season apart, neighbours are compared. `None` where that leaves nothing, or only differences of zero.
///
/// Method: the scale of Hyndman and Koehler (2006).
pub fn seasonal_naive_error(history: &[f64], season_length: usize) -> Option<f64> {
    let neighbours = || mean_difference(history, 1);
    mean_difference(history, season_length.max(1)).or_else(neighbours).filter(|error| *error > 0.0)
}

/// The mean absolute difference of observed values so many periods apart.
fn mean_difference(history: &[f64], lag: usize) -> Option<f64> {
    let pairs = history.iter().zip(history.get(lag..)?).filter(|(then, now)| !then.is_nan() && !now.is_nan());
    let (sum, count) = pairs.fold((0.0, 0.0), |(sum, count), (then, now)| (sum + (now - then).abs(), count + 1.0));
    (count > 0.0).then(|| sum / count)
}

/// Where the truth fell in a predictive distribution: the probability of less, and of at most as much.
///
/// For counts the two differ by the probability of exactly that count, which is what makes the histogram of [`Transform`]s
/// flat for a calibrated forecast. Method: Czado, Gneiting and Held (2009).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transform {
    /// The share of paths below the truth.
    pub below: f64,
    /// The share of paths at or below the truth.
    pub at_most: f64,
}

impl Transform {
    /// The transform of the truth in a sample.
    pub fn of(sample: impl IntoIterator<Item = f64>, truth: f64) -> Transform {
        let (mut below, mut at_most, mut count) = (0.0, 0.0, 0.0);
        for value in sample {
            below += f64::from(u8::from(value < truth));
            at_most += f64::from(u8::from(value <= truth));
            count += 1.0;
        }
        Transform { below: below / count, at_most: at_most / count }
    }

    /// The share of this transform that falls below a probability: 0 up to `below`, 1 from `at_most` on.
    pub fn share_below(self, probability: f64) -> f64 {
        let width = self.at_most - self.below;
        if width > 0.0 {
            ((probability - self.below) / width).clamp(0.0, 1.0)
        } else {
            f64::from(u8::from(probability > self.below || probability >= 1.0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same score by its other definition, the mean of pinball losses.
    fn mean_pinball(quantiles: &[(f64, f64)], truth: f64) -> f64 {
        let loss = |(probability, quantile): &(f64, f64)| {
            if truth >= *quantile {
                2.0 * probability * (truth - quantile)
            } else {
                2.0 * (1.0 - probability) * (quantile - truth)
            }
        };
        quantiles.iter().map(loss).sum::<f64>() / quantiles.len() as f64
    }

    #[test]
    fn the_weighted_interval_score_is_the_mean_pinball_loss() {
        let (low, high) = ([8.0, 6.0, 1.0], [13.0, 15.0, 22.0]);
        let quantiles = [(0.025, 1.0), (0.1, 6.0), (0.25, 8.0), (0.5, 10.0), (0.75, 13.0), (0.9, 15.0), (0.975, 22.0)];
        for truth in [0.0, 7.0, 10.0, 14.0, 30.0] {
            let score = weighted_interval_score(&Levels::default(), 10.0, &low, &high, truth);
            assert!((score - mean_pinball(&quantiles, truth)).abs() < 1e-12, "{truth}: {score}");
        }
    }

    #[test]
    fn the_mean_pinball_loss_is_that_of_its_quantiles() {
        let (low, high) = ([0.0, 0.0, 0.0], [1.0, 2.0, 5.0]);
        // By hand for 3: below it 0 of 0.025, 0.1, 0.25 and 0.5, 1 of 0.75 and 2 of 0.9; above it 5 of 0.975.
        let by_hand = (0.875 * 3.0 + 0.75 * 2.0 + 0.9 + 0.025 * 2.0) / 7.0;
        assert!((mean_pinball_loss(&Levels::default(), 0.0, &low, &high, 3.0) - by_hand).abs() < 1e-12);
    }

    #[test]
    fn the_scale_of_pinball_losses_starts_at_the_first_demand() {
        // Differences of 2, 0 and 3 after the two leading zeros; the pair with a gap is passed over.
        assert_eq!(naive_error(&[0.0, 0.0, 2.0, 0.0, 0.0, 3.0, f64::NAN, 9.0]), Some(5.0 / 3.0));
        assert_eq!(naive_error(&[0.0; 12]), None);
        assert_eq!(naive_error(&[0.0, 4.0]), None);
        assert_eq!(naive_error(&[4.0; 3]), None);
    }

    #[test]
    fn the_scale_skips_what_was_not_observed() {
        let history = [1.0, 2.0, f64::NAN, 4.0, 6.0, 9.0];
        // Pairs two apart that are both observed: (2, 4), (4, 9).
        assert_eq!(seasonal_naive_error(&history, 2), Some(3.5));
    }

    #[test]
    fn a_history_of_less_than_a_season_is_scaled_by_its_neighbours() {
        assert_eq!(seasonal_naive_error(&[1.0, 4.0, 2.0], 12), Some(2.5));
        assert_eq!(seasonal_naive_error(&[5.0; 30], 12), None);
        assert_eq!(seasonal_naive_error(&[5.0], 12), None);
    }

    #[test]
    fn the_transform_of_a_count_spreads_over_its_own_probability() {
        let transform = Transform::of([0.0, 1.0, 1.0, 2.0], 1.0);
        assert_eq!((transform.below, transform.at_most), (0.25, 0.75));
        assert_eq!(transform.share_below(0.5), 0.5);
        assert_eq!(transform.share_below(0.2), 0.0);
        assert_eq!(transform.share_below(0.8), 1.0);
    }
}
