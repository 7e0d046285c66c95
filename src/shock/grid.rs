//! The grid of return shares and delays, with their prior.

use super::priors::ShockPriors;
use super::stock::delay_weights;

/// Return shares that are tried. Those near zero, where the evidence lies, are closer.
const SHARES: [f64; 14] = [0.0, 0.04, 0.08, 0.12, 0.16, 0.2, 0.26, 0.33, 0.42, 0.52, 0.64, 0.76, 0.88, 1.0];

/// Mean delays that are tried, in months.
const DELAYS_MONTHS: [f64; 7] = [1.0, 2.0, 3.0, 4.5, 6.5, 9.0, 13.0];

/// Slices of a cell over which the prior is summed.
const SLICES: usize = 50;

/// How the posterior of the return share is told: so many times as wide as the grid has it ...
///
/// Source of both: `docs/methods/shock.md`, "Synthetic recovery": with them, 80% ranges hold in about 80% of made-up cases
/// whose truth is known, from one series to panels of 150.
const WIDENED: f64 = 1.5;

/// ... and this standard deviation besides, which no number of series takes away.
const FLOOR: f64 = 0.06;

/// One return share and delay, and how likely it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct GridPoint {
    pub share: f64,
    /// Position among the delays.
    pub delay: usize,
    pub delay_months: f64,
    /// Probability before the data speak; all together are one.
    pub prior: f64,
}

/// Every pair, shares first.
pub(super) fn points(priors: &ShockPriors) -> Vec<GridPoint> {
    let (share, delay) = (priors.return_share(), priors.delay());
    let beta = |x: f64| libm::pow(x, share.alpha - 1.0) * libm::pow(1.0 - x, share.beta - 1.0);
    let whole: f64 = cell_sum(0.0, 1.0, SLICES * SHARES.len(), &beta);
    let of_share = |place: usize| {
        let (low, high) = cell(&SHARES, place, 0.0, 1.0);
        share.uniform * (high - low) + (1.0 - share.uniform) * cell_sum(low, high, SLICES, &beta) / whole
    };
    let log_delays = DELAYS_MONTHS.map(|months| libm::log(months / delay.median) / delay.log_sd);
    let normal = |x: f64| libm::exp(-0.5 * x * x);
    let of_delay = |place: usize| {
        let (low, high) = cell(&log_delays, place, log_delays[0] - 1.0, log_delays[log_delays.len() - 1] + 1.0);
        cell_sum(low, high, SLICES, &normal)
    };
    let mut points: Vec<GridPoint> = Vec::with_capacity(SHARES.len() * DELAYS_MONTHS.len());
    for (place, share) in SHARES.into_iter().enumerate() {
        for (delay, delay_months) in DELAYS_MONTHS.into_iter().enumerate() {
            points.push(GridPoint { share, delay, delay_months, prior: of_share(place) * of_delay(delay) });
        }
    }
    let total: f64 = points.iter().map(|point| point.prior).sum();
    points.iter_mut().for_each(|point| point.prior /= total);
    points
}

/// The share that each point stands for in the posterior: the grid's own, moved away from the posterior's mean within 0
/// and 1, until the variance is that of [`WIDENED`] and [`FLOOR`] together, though no more than the prior's.
///
/// What the grid takes as known (season, levels and dispersion of each series as fitted, delays between the points) leaves
/// it surer of itself than it is right to be; of this, some shrinks with the panel and some doesn't.
pub(super) fn widened(points: &[GridPoint], weights: &[f64]) -> Vec<f64> {
    // Within a cell a share is as likely as any other, so that one that holds all the weight is no certainty.
    let within = |place: usize| {
        let (low, high) = cell(&SHARES, place / DELAYS_MONTHS.len(), 0.0, 1.0);
        (high - low).powi(2) / 12.0
    };
    let moments = |weight: &dyn Fn(usize) -> f64| {
        let mean: f64 = points.iter().enumerate().map(|(place, point)| weight(place) * point.share).sum();
        let square =
            |(place, point): (usize, &GridPoint)| weight(place) * ((point.share - mean).powi(2) + within(place));
        (mean, points.iter().enumerate().map(square).sum::<f64>())
    };
    let (_, before) = moments(&|place| points[place].prior);
    let (mean, now) = moments(&|place| weights[place]);
    let told = (WIDENED * WIDENED * now + FLOOR * FLOOR).min(before);
    let factor = (told / now).sqrt().max(1.0);
    points.iter().map(|point| (mean + factor * (point.share - mean)).clamp(0.0, 1.0)).collect()
}

/// The weights of each delay that is tried, for periods that last so many years.
pub(super) fn delays(years: f64) -> Vec<Vec<f64>> {
    DELAYS_MONTHS.iter().map(|months| delay_weights(months / (12.0 * years))).collect()
}

/// The cell of a place on a grid: half-way to its neighbours.
fn cell(grid: &[f64], place: usize, least: f64, most: f64) -> (f64, f64) {
    let low = if place == 0 { least } else { 0.5 * (grid[place - 1] + grid[place]) };
    let high = if place + 1 == grid.len() { most } else { 0.5 * (grid[place] + grid[place + 1]) };
    (low, high)
}

/// The integral of a density over a cell, by midpoints.
fn cell_sum(low: f64, high: f64, slices: usize, density: &dyn Fn(f64) -> f64) -> f64 {
    let width = (high - low) / slices as f64;
    (0..slices).map(|slice| width * density(low + (slice as f64 + 0.5) * width)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shock::ShippedPriors;

    #[test]
    fn the_prior_has_the_mean_of_its_mixture() {
        let points = points(&ShockPriors::shipped(ShippedPriors::England));
        let mean: f64 = points.iter().map(|point| point.prior * point.share).sum();
        // By hand: nine tenths of 1.5 / 9 and one tenth of a half.
        assert!((mean - 0.2).abs() < 0.01, "{mean}");
        assert!((points.iter().map(|point| point.prior).sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_prior_delay_has_its_median() {
        let points = points(&ShockPriors::shipped(ShippedPriors::England));
        let below: f64 = points.iter().filter(|point| point.delay_months < 4.0).map(|point| point.prior).sum();
        assert!((0.35..0.5).contains(&below), "{below}");
    }

    /// The weights of a posterior that lies evenly on the shares of a range.
    fn even_on(points: &[GridPoint], (low, high): (f64, f64)) -> Vec<f64> {
        let of = |point: &GridPoint| if (low..=high).contains(&point.share) { 1.0 } else { 0.0 };
        let total: f64 = points.iter().map(of).sum();
        points.iter().map(|point| of(point) / total).collect()
    }

    #[test]
    fn a_narrow_posterior_is_told_wider_about_its_mean() {
        let points = points(&ShockPriors::shipped(ShippedPriors::England));
        let mean_of = |shares: &[f64], weights: &[f64]| -> f64 { shares.iter().zip(weights).map(|(s, w)| s * w).sum() };
        let plain: Vec<f64> = points.iter().map(|point| point.share).collect();
        // By hand. Of 0.33, 0.42 and 0.52: cells 0.08, 0.095 and 0.11 wide, variances 0.00602 between and 0.00077 within.
        let weights = even_on(&points, (0.33, 0.52));
        let told = widened(&points, &weights);
        assert!((mean_of(&told, &weights) - mean_of(&plain, &weights)).abs() < 1e-9);
        let factor = (told[9 * 7] - told[7 * 7]) / (0.52 - 0.33);
        assert!((factor - ((2.25 * 0.00679 + 0.0036) / 0.00679f64).sqrt()).abs() < 0.01, "{factor}");
        // All on one share: its cell is known, and the floor is told besides.
        let told = widened(&points, &even_on(&points, (0.2, 0.2)));
        let factor = (told[6 * 7] - told[5 * 7]) / 0.06;
        assert!((factor - ((2.25 * 0.05f64.powi(2) / 12.0 + 0.0036) / (0.05f64.powi(2) / 12.0)).sqrt()).abs() < 0.01);
    }

    #[test]
    fn what_is_as_wide_as_the_prior_is_told_as_it_is() {
        let points = points(&ShockPriors::shipped(ShippedPriors::England));
        let prior: Vec<f64> = points.iter().map(|point| point.prior).collect();
        for weights in [prior, even_on(&points, (0.0, 1.0))] {
            let told = widened(&points, &weights);
            assert!(told.iter().zip(&points).all(|(told, point)| (told - point.share).abs() < 1e-12));
        }
    }
}
