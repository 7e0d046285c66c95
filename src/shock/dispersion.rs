//! How dispersed each series is, and how far the panel's levels wander.

use rayon::prelude::*;

use super::ShockOptions;
use super::baseline::{Baseline, Frame, Sample};
use super::estimate::SeriesState;
use super::grid::GridPoint;
use super::pooled_season::PooledSeason;

/// How a series' dispersion may differ from the usual one.
const DISPERSIONS: [f64; 5] = [0.2, 0.45, 1.0, 2.2, 5.0];

/// How a panel's levels may wander, against the usual.
const WANDERS: [f64; 4] = [0.05, 0.25, 1.0, 3.5];

/// Standard deviation of the logarithm of a wander before the data speak.
const WANDER_LOG_SD: f64 = 1.2;

/// How dispersed each series is, and how far the panel's levels wander.
///
/// Method: maximum likelihood over a grid, with lognormal priors; periods under closures left out.
pub(super) fn learn_dispersion(
    states: &mut [SeriesState],
    frame: &Frame,
    pooled: &PooledSeason,
    options: &mut ShockOptions,
    point: &GridPoint,
) {
    let (usual, usual_wander) = (options.dispersion, options.wander);
    let of_state = |state: &SeriesState| -> Vec<[f64; DISPERSIONS.len()]> {
        let calm = |at: usize| state.shock.shares[at].iter().all(|share| *share == 0.0);
        let pairs = state.sample.at.iter().zip(&state.sample.values).filter(|(at, _)| calm(**at));
        let (at, values) = pairs.map(|(at, value)| (*at, *value)).unzip();
        let sample = Sample { at, values, ..state.sample.clone() };
        let factor = state.log_factor(frame, point);
        let mut baseline = state.baseline.clone();
        let mut likelihood = |wander: f64| {
            DISPERSIONS.map(|relative| {
                baseline.dispersion = usual * relative;
                baseline.wander = usual_wander * wander;
                let solved = baseline.solve(&sample, frame, pooled, options, &[]);
                let prior = -0.5 * (libm::log(relative) / options.dispersion_log_sd).powi(2);
                solved.map_or(f64::NEG_INFINITY, |solved| Baseline::log_likelihood(&solved, &sample, &factor) + prior)
            })
        };
        WANDERS.iter().map(|wander| likelihood(*wander)).collect()
    };
    let found: Vec<Vec<[f64; DISPERSIONS.len()]>> = states.par_iter().map(of_state).collect();
    let most = |values: &[f64]| values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let scores: Vec<f64> = WANDERS
        .iter()
        .enumerate()
        .map(|(place, wander)| {
            let prior = -0.5 * (libm::log(*wander) / WANDER_LOG_SD).powi(2);
            prior + found.iter().map(|state| most(&state[place])).filter(|value| value.is_finite()).sum::<f64>()
        })
        .collect();
    let chosen = peak(&WANDERS, &scores);
    let nearest = (0..WANDERS.len())
        .min_by(|a, b| {
            let distance = |place: usize| libm::log(WANDERS[place] / chosen).abs();
            distance(*a).total_cmp(&distance(*b))
        })
        .unwrap_or(0);
    options.wander = usual_wander * chosen;
    for (state, found) in states.iter_mut().zip(&found) {
        state.baseline.dispersion = usual * peak(&DISPERSIONS, &found[nearest]);
        state.baseline.wander = options.wander;
    }
}

/// The place of the highest score on a grid of positive numbers, by a parabola through its neighbours on the log scale.
fn peak(grid: &[f64], scores: &[f64]) -> f64 {
    let mut best = 0;
    for place in 0..scores.len() {
        if scores[place] > scores[best] {
            best = place;
        }
    }
    if !scores[best].is_finite() {
        return 1.0;
    }
    if best == 0 || best + 1 == grid.len() {
        return grid[best];
    }
    let x = [best - 1, best, best + 1].map(|place| libm::log(grid[place]));
    let y = [best - 1, best, best + 1].map(|place| scores[place]);
    let (left, right) = ((y[1] - y[0]) / (x[1] - x[0]), (y[2] - y[1]) / (x[2] - x[1]));
    let curve = (right - left) / (x[2] - x[0]);
    if curve >= 0.0 || !curve.is_finite() {
        return grid[best];
    }
    let top = 0.5 * (x[0] + x[1]) - left / (2.0 * curve);
    libm::exp(top.clamp(x[0], x[2]))
}
