//! The season that series share, and how far each series' own lies about it.

use rayon::prelude::*;

use super::ShockOptions;
use super::baseline::Frame;
use super::estimate::SeriesState;
use super::grid::GridPoint;

/// Variance of a season that nothing is known of yet.
const UNKNOWN_SEASON: f64 = 0.15 * 0.15;

/// Residuals further out than this many standard deviations count as that far when the season is pooled.
const FARTHEST: f64 = 3.0;

/// The pooled season: logarithms by place in the year, and the variance of a series' own season about it.
#[derive(Debug, Clone)]
pub(super) struct PooledSeason {
    pub effects: Vec<f64>,
    pub variance: f64,
}

impl PooledSeason {
    /// Before anything is known of it.
    pub(super) fn unknown(season_length: usize) -> PooledSeason {
        let variance = if season_length > 1 { UNKNOWN_SEASON } else { 0.0 };
        PooledSeason { effects: vec![0.0; season_length], variance }
    }
}

/// The season that the series share, from what their levels and the shock leave.
pub(super) fn pooled_season(
    states: &[SeriesState],
    frame: &Frame,
    point: &GridPoint,
    options: &ShockOptions,
) -> PooledSeason {
    if frame.season_length < 2 {
        return PooledSeason { effects: vec![0.0; frame.season_length], variance: 0.0 };
    }
    let of_state = |state: &SeriesState| {
        let factor = state.log_factor(frame, point);
        let mut sums = vec![(0.0, 0.0); frame.season_length];
        let baseline = &state.baseline;
        for (at, value) in state.sample.at.iter().zip(&state.sample.values) {
            // Closed periods would lend their misfit to the season.
            if state.shock.shares[*at].iter().any(|share| *share > 0.0) {
                continue;
            }
            let mean = baseline.mean[*at];
            let chance = if state.sample.counts { 1.0 / mean } else { 0.0 };
            let variance = chance + baseline.dispersion + 1e-9;
            let deviation = ((value - mean) / mean).clamp(-FARTHEST * variance.sqrt(), FARTHEST * variance.sqrt());
            let seasonal = libm::log(mean) + deviation - state.sample.log_days[*at] - baseline.level[*at] - factor[*at];
            let sum = &mut sums[frame.seasons[*at]];
            *sum = (sum.0 + seasonal / variance, sum.1 + 1.0 / variance);
        }
        sums
    };
    let by_state: Vec<Vec<(f64, f64)>> = states.par_iter().map(of_state).collect();
    let mut sums = vec![(0.0, 0.0); frame.season_length];
    for state in &by_state {
        sums.iter_mut().zip(state).for_each(|(sum, own)| *sum = (sum.0 + own.0, sum.1 + own.1));
    }
    // One value's worth of no season keeps places that were never seen at nothing.
    let mut effects: Vec<f64> = sums.iter().map(|(sum, weight)| sum / (weight + 1.0)).collect();
    let mean = effects.iter().sum::<f64>() / effects.len() as f64;
    effects.iter_mut().for_each(|effect| *effect -= mean);
    let between = between(&by_state, &effects).max(options.season_spread.powi(2));
    let unsure = sums.iter().map(|(_, weight)| 1.0 / (weight + 1.0)).sum::<f64>() / sums.len() as f64;
    PooledSeason { effects, variance: between + unsure.min(UNKNOWN_SEASON) }
}

/// The variance of the series' own seasons about what they share, beyond chance; from each series' sums of effects times
/// weight and of weights by season.
///
/// Method: moments, as in the empirical Bayes estimate of Efron and Morris (1975); each series takes part in what they
/// share and so lies closer to it than to the truth.
fn between(by_state: &[Vec<(f64, f64)>], effects: &[f64]) -> f64 {
    let (mut excess, mut total) = (0.0, 0.0);
    for own in by_state {
        let (sum, weight) = own.iter().fold((0.0, 0.0), |(sum, weight), (s, w)| (sum + s, weight + w));
        // A series' mean over the year is its level's, not its season's.
        let mean = if weight > 0.0 { sum / weight } else { 0.0 };
        for ((sum, weight), effect) in own.iter().zip(effects).filter(|((_, weight), _)| *weight > 0.0) {
            let deviation = sum / weight - mean - effect;
            excess += weight * deviation * deviation - 1.0;
            total += weight;
        }
    }
    let series = by_state.len() as f64;
    if series > 1.0 && total > 0.0 { excess / total / (1.0 - 1.0 / series) } else { 0.0 }
}
