//! How often a series is differenced, and what differences do.

use crate::math::seasonal::{Indices, Joining};

/// So many differences from one period to the next, and from one season to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Differencing {
    /// Differences of neighbours: d.
    pub(super) ordinary: usize,
    /// Differences of the same position in neighbouring seasons: D.
    pub(super) seasonal: usize,
    /// Periods in a season; 1 for none.
    pub(super) season_length: usize,
}

/// The limit of the test for level stationarity at 5%: Kwiatkowski, Phillips, Schmidt and Shin (1992), table 1.
const KPSS_LIMIT: f64 = 0.463;

/// Most differences of neighbours: Hyndman and Khandakar (2008), section 3.1.
const MOST_ORDINARY: usize = 2;

impl Differencing {
    /// Periods lost at the start.
    pub(super) fn reach(self) -> usize {
        self.ordinary + self.season_length * self.seasonal
    }

    /// Whether a constant may be fitted: under two differences it is a mean or a drift, beyond it would be a parabola.
    pub(super) fn allows_constant(self) -> bool {
        self.ordinary + self.seasonal < 2
    }

    /// The lags and coefficients of a value's continuation by its own past: `1 - (1-B)^d (1-B^m)^D`.
    pub(super) fn terms(self) -> Vec<(usize, f64)> {
        let mut polynomial = vec![0.0; self.reach() + 1];
        polynomial[0] = 1.0;
        for lag in [(1, self.ordinary), (self.season_length, self.seasonal)]
            .into_iter()
            .flat_map(|(lag, times)| std::iter::repeat_n(lag, times))
        {
            for place in (lag..polynomial.len()).rev() {
                polynomial[place] -= polynomial[place - lag];
            }
        }
        let past = polynomial.into_iter().enumerate().skip(1);
        past.filter(|(_, coefficient)| *coefficient != 0.0).map(|(lag, coefficient)| (lag, -coefficient)).collect()
    }

    /// The differenced series: `reach` values shorter.
    pub(super) fn apply(self, values: &[f64]) -> Vec<f64> {
        let terms = self.terms();
        (self.reach()..values.len())
            .map(|t| values[t] - terms.iter().map(|(lag, coefficient)| coefficient * values[t - lag]).sum::<f64>())
            .collect()
    }

    /// The differences that values without gaps need: one of seasons where the season is stronger than `strength`,
    /// then of neighbours until a level is plausible.
    ///
    /// Method: Hyndman and Khandakar (2008), section 3.1: repeated tests of Kwiatkowski, Phillips, Schmidt and Shin
    /// (1992); for seasons the strength of Wang, Smith and Hyndman (2006) from a classical decomposition, with the
    /// variances' degrees of freedom.
    pub(super) fn choose(values: &[f64], season_length: usize, strength: f64) -> Differencing {
        let mut chosen = Differencing { ordinary: 0, seasonal: 0, season_length };
        if seasonal_strength(values, season_length) > strength {
            chosen.seasonal = 1;
        }
        while chosen.ordinary < MOST_ORDINARY {
            let differenced = chosen.apply(values);
            if is_flat(&differenced) || kpss(&differenced) <= KPSS_LIMIT {
                break;
            }
            chosen.ordinary += 1;
        }
        chosen
    }
}

/// The share of the detrended variance that the season explains, 0 under two full seasons.
fn seasonal_strength(values: &[f64], period: usize) -> f64 {
    let Some(indices) = Indices::classical(values, period, Joining::Additive) else { return 0.0 };
    // Back from the sampling variance of an index to that of the irregular part.
    let count = (values.len() - 2 * (period / 2)) as f64;
    let irregular = indices.variance * count / period as f64;
    let season = indices.values.iter().map(|index| index * index).sum::<f64>() / period as f64;
    if irregular + season > 0.0 { (1.0 - irregular / (irregular + season)).max(0.0) } else { 0.0 }
}

/// Whether values hardly differ, against their size.
pub(super) fn is_flat(values: &[f64]) -> bool {
    let (low, high) = values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)));
    high - low <= 1e-10
}

/// The statistic of Kwiatkowski, Phillips, Schmidt and Shin (1992) for a level, with Bartlett's weights over
/// `3 sqrt(n) / 13` lags.
fn kpss(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let lags = (3.0 * count.sqrt() / 13.0) as usize;
    let (mut total, mut squares) = (0.0, 0.0);
    for value in values {
        total += value - mean;
        squares += total * total;
    }
    let at_lag = |lag: usize| -> f64 {
        values.iter().zip(&values[lag..]).map(|(early, late)| (early - mean) * (late - mean)).sum()
    };
    let weighted = (1..=lags).map(|lag| 2.0 * (1.0 - lag as f64 / (lags + 1) as f64) * at_lag(lag));
    let long_run = at_lag(0) + weighted.sum::<f64>();
    squares / (count * long_run)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_those_of_the_definition() {
        let both = Differencing { ordinary: 1, seasonal: 1, season_length: 4 };
        let values: Vec<f64> = (0..12).map(|t| f64::from(t * t * t % 17)).collect();
        let by_hand: Vec<f64> = (5..12).map(|t| values[t] - values[t - 1] - values[t - 4] + values[t - 5]).collect();
        assert_eq!(both.apply(&values), by_hand);
        assert_eq!(both.terms(), [(1, 1.0), (4, 1.0), (5, -1.0)]);
    }

    #[test]
    fn the_statistic_of_a_short_series_is_that_worked_by_hand() {
        // Deviations -1, 0, 1; sums -1, -1, 0; squares 2; no lag; variance 2: 2 / (3 x 2).
        assert!((kpss(&[1.0, 2.0, 3.0]) - 1.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn a_walk_is_differenced_and_noise_is_not() {
        let noise: Vec<f64> =
            (0..80_u32).map(|t| f64::from(t.wrapping_mul(2_654_435_761) >> 16 & 0xFF) / 256.0).collect();
        let mut level = 0.0;
        let walk: Vec<f64> = noise
            .iter()
            .map(|step| {
                level += step - 0.3;
                level
            })
            .collect();
        assert_eq!(Differencing::choose(&noise, 12, 0.64).ordinary, 0);
        assert_eq!(Differencing::choose(&walk, 12, 0.64).ordinary, 1);
    }

    #[test]
    fn a_strong_season_is_differenced_and_a_weak_one_is_not() {
        let noise = |t: u32| f64::from(t.wrapping_mul(2_654_435_761) >> 16 & 0xFF) / 256.0;
        let with = |height: f64| -> Vec<f64> { (0..60).map(|t| height * f64::from(t % 4) + noise(t)).collect() };
        assert_eq!(Differencing::choose(&with(1.0), 4, 0.64).seasonal, 1);
        assert_eq!(Differencing::choose(&with(0.05), 4, 0.64).seasonal, 0);
    }
}
