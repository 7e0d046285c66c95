//! How much more than usual chance moved the periods of a shock.

use rayon::prelude::*;

use super::ShockOptions;
use super::baseline::Frame;
use super::estimate::SeriesState;
use super::grid::GridPoint;
use super::pool::GroupPrior;
use super::pooled_season::PooledSeason;
use super::priors::EFFECTS;

/// How many series' worth of evidence "no more than usual" carries in each period.
const CALM_WORTH: f64 = 10.0;

/// Speeds of fading that are tried.
const FADINGS: [f64; 5] = [0.3, 0.5, 0.7, 0.8, 0.9];

/// No month is believed to be wilder than this.
const WILDEST: f64 = 4.0;

/// Factors on the usual standard deviation from the first closed month on: three months of their own, then 1 + (s2 - 1)
/// fading^j.
///
/// Method: Lenza and Primiceri (2022), How to estimate a vector autoregression after March 2020.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Volatility {
    /// The factors of the first three months.
    pub first: [f64; 3],
    /// How fast what is left of it fades, by month.
    pub fading: f64,
}

impl Volatility {
    /// The factor so many months after the shock began.
    pub fn after(&self, months: f64) -> f64 {
        let place = months.max(0.0) as usize;
        match self.first.get(place) {
            Some(factor) => *factor,
            None => 1.0 + (self.first[2] - 1.0) * libm::pow(self.fading, months - 2.0),
        }
    }

    /// The factor of each period; one before the earliest closure of any series. Periods last `1 / per_month` months.
    pub(super) fn by_period(&self, states: &[SeriesState], periods: usize, per_month: f64) -> Vec<f64> {
        let start = states.iter().filter_map(|state| state.shock.first()).min().unwrap_or(periods);
        let factor = |period: usize| match period.checked_sub(start) {
            Some(since) => self.after(since as f64 / per_month),
            None => 1.0,
        };
        (0..periods).map(factor).collect()
    }
}

/// No more than usual.
const CALM: Volatility = Volatility { first: [1.0; 3], fading: 0.5 };

/// The volatility of the shock, pooled over series.
///
/// Method: moments. A period's weight in the inverse covariance, squared over its expectation, is one on average where
/// chance is as usual; what it is more is laid on the period's own variance. The shock's effects, which fit these
/// very periods, are part of the covariance at their prior spread.
pub(super) fn estimate(
    states: &[SeriesState],
    frame: &Frame,
    pooled: &PooledSeason,
    options: &ShockOptions,
    point: &GridPoint,
    priors: &[GroupPrior],
) -> Volatility {
    let Some(start) = states.iter().filter_map(|state| state.shock.first()).min() else { return CALM };
    let reach = ((18.0 / (12.0 * frame.years)) as usize).min(frame.periods() - start);
    if !options.volatility || reach == 0 {
        return CALM;
    }
    let of_state = |state: &SeriesState| -> Vec<(f64, f64)> {
        let mut sums = vec![(0.0, 0.0); reach];
        let mut factor = vec![0.0; frame.periods()];
        let mut derivatives: [Vec<f64>; EFFECTS] = std::array::from_fn(|_| vec![0.0; frame.periods()]);
        let baseline = state.log_baseline(frame);
        let shape = (point.share, point.delay);
        state.shock.log_factor(&baseline, &state.effects, shape, &mut factor, Some(&mut derivatives));
        let variance = priors[state.group].between;
        let unsure: Vec<(Vec<f64>, f64)> = derivatives
            .iter()
            .zip(variance)
            .filter(|(column, _)| column.iter().any(|value| *value != 0.0))
            .map(|(column, variance)| (state.sample.at.iter().map(|at| column[*at]).collect(), variance))
            .collect();
        let Some(solved) = state.baseline.solve(&state.sample, frame, pooled, options, &unsure) else { return sums };
        let inverse = solved.factor.inverse();
        let mut weights: Vec<f64> =
            solved.response.iter().zip(&state.sample.at).map(|(response, at)| response - factor[*at]).collect();
        solved.factor.solve(&mut weights);
        let size = weights.len();
        for (place, at) in state.sample.at.iter().enumerate() {
            let Some(sum) = at.checked_sub(start).and_then(|since| sums.get_mut(since)) else { continue };
            let diagonal = inverse[place * size + place];
            // Expected square of the weight: diagonal + diagonal^2 (s^2 - 1) own variance.
            let own = diagonal * state.baseline.dispersion;
            let ratio = (weights[place] * weights[place] / diagonal - 1.0).min(WILDEST * WILDEST);
            *sum = (ratio * own, own * own);
        }
        sums
    };
    let all: Vec<Vec<(f64, f64)>> = states.par_iter().map(of_state).collect();
    // What one period of one series usually weighs, so that the prior counts in series.
    let mut sums = vec![(0.0, 0.0); reach];
    let mut seen = 0.0;
    for state in &all {
        for (sum, own) in sums.iter_mut().zip(state) {
            *sum = (sum.0 + own.0, sum.1 + own.1);
            seen += if own.1 > 0.0 { 1.0 } else { 0.0 };
        }
    }
    let usual = sums.iter().map(|sum| sum.1).sum::<f64>() / f64::max(seen, 1.0);
    let excess: Vec<f64> = sums.iter().map(|sum| (sum.0 / (sum.1 + CALM_WORTH * usual).max(1e-12)).max(0.0)).collect();
    let factor = |excess: f64| (1.0 + excess).sqrt().min(WILDEST);
    let per_month = 1.0 / (12.0 * frame.years);
    let first = std::array::from_fn(|month| {
        excess.get((month as f64 * per_month) as usize).map_or(1.0, |excess| factor(*excess))
    });
    let mut best = (f64::INFINITY, CALM);
    for fading in FADINGS {
        let tried = Volatility { first, fading };
        let misfit: f64 = excess
            .iter()
            .enumerate()
            .map(|(since, excess)| (factor(*excess) - tried.after(since as f64 / per_month)).powi(2))
            .sum();
        if misfit < best.0 {
            best = (misfit, tried);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_after_three_months_fades_to_the_usual() {
        let volatility = Volatility { first: [3.0, 2.0, 1.5], fading: 0.5 };
        assert_eq!([0.0, 1.0, 2.0, 3.0, 4.0].map(|month| volatility.after(month)), [3.0, 2.0, 1.5, 1.25, 1.125]);
    }
}
