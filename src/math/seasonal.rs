//! Season by season: gaps filled for looking at the season, classical decomposition, and a test for a season.

/// How a season joins the level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joining {
    /// Added to the level; indices sum to zero.
    Additive,
    /// Multiplied with the level; indices have mean one.
    Multiplicative,
}

/// The values with gaps (`NaN`) closed by the mean of the neighbours one season away, else by a straight line between
/// the nearest observed values. All `NaN` where nothing was observed.
pub fn gaps_filled(values: &[f64], period: usize) -> Vec<f64> {
    let mut filled = values.to_vec();
    let at = |place: Option<usize>| place.and_then(|place| values.get(place)).copied().filter(|v| !v.is_nan());
    for place in 0..values.len() {
        if values[place].is_nan() && period > 1 {
            filled[place] = match (at(place.checked_sub(period)), at(Some(place + period))) {
                (Some(before), Some(after)) => 0.5 * (before + after),
                (Some(one), None) | (None, Some(one)) => one,
                (None, None) => f64::NAN,
            };
        }
    }
    let mut last: Option<usize> = None;
    for place in 0..filled.len() {
        if filled[place].is_nan() {
            continue;
        }
        let from = last.map_or(filled[place], |last| filled[last]);
        let start = last.map_or(0, |last| last + 1);
        let (gap, to) = (place + 1 - start, filled[place]);
        for (step, cell) in filled[start..place].iter_mut().enumerate() {
            *cell = from + (to - from) * (step + 1) as f64 / gap as f64;
        }
        last = Some(place);
    }
    if let Some(last) = last {
        let value = filled[last];
        filled[last + 1..].fill(value);
    }
    filled
}

/// The season of a series: one index a position (place modulo the period), and how well each is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Indices {
    /// How they join the level.
    pub joining: Joining,
    /// One a position: sum zero, or mean one.
    pub values: Vec<f64>,
    /// The sampling variance of an index: that of the irregular part over the seasons seen.
    pub variance: f64,
}

impl Indices {
    /// The indices by classical decomposition; `None` under two full seasons, where there is a gap (`NaN`), or where a
    /// multiplicative index has no meaning because values or trend are not above zero.
    ///
    /// Method: centred moving average, means of the detrended values by position, normalised (Makridakis, Wheelwright
    /// and Hyndman 1998, chapter 3).
    pub fn classical(values: &[f64], period: usize, joining: Joining) -> Option<Indices> {
        if period < 2 || values.len() < 2 * period || values.iter().any(|value| value.is_nan()) {
            return None;
        }
        let half = period / 2;
        let detrended: Vec<f64> = (half..values.len() - half)
            .map(|place| {
                let window = &values[place - half..=place + half];
                let total: f64 = window.iter().sum();
                // An even period has half a value at each end.
                let ends = if period.is_multiple_of(2) { 0.5 * (window[0] + window[period]) } else { 0.0 };
                let trend = (total - ends) / period as f64;
                match joining {
                    Joining::Additive => values[place] - trend,
                    Joining::Multiplicative if trend > 0.0 => values[place] / trend,
                    Joining::Multiplicative => f64::NAN,
                }
            })
            .collect();
        let mut sums = vec![(0.0, 0.0); period];
        for (place, value) in detrended.iter().enumerate() {
            let (sum, count) = &mut sums[(place + half) % period];
            *sum += value;
            *count += 1.0;
        }
        let mut indices: Vec<f64> = sums.iter().map(|(sum, count)| sum / count).collect();
        let irregular: f64 =
            detrended.iter().enumerate().map(|(place, value)| (value - indices[(place + half) % period]).powi(2)).sum();
        let count = detrended.len() as f64;
        let spare = (count - period as f64).max(1.0);
        let variance = irregular / spare * period as f64 / count;
        let mean = indices.iter().sum::<f64>() / period as f64;
        match joining {
            Joining::Additive => indices.iter_mut().for_each(|index| *index -= mean),
            Joining::Multiplicative => indices.iter_mut().for_each(|index| *index /= mean),
        }
        let finite = variance.is_finite() && indices.iter().all(|index| index.is_finite());
        finite.then_some(Indices { joining, values: indices, variance })
    }

    /// The indices drawn toward no season, the more so the less they stand out from their sampling noise.
    ///
    /// Method: the positive part estimator of James and Stein (1961), as Miller and Williams (2003) use it for
    /// seasonal factors. Shorter seasons than four positions stay as they are.
    pub fn shrunk(mut self) -> Indices {
        let centre = match self.joining {
            Joining::Additive => 0.0,
            Joining::Multiplicative => 1.0,
        };
        let spread: f64 = self.values.iter().map(|index| (index - centre) * (index - centre)).sum();
        let freedom = self.values.len().saturating_sub(3) as f64;
        let share = if spread > 0.0 { (freedom * self.variance / spread).min(1.0) } else { 0.0 };
        self.values.iter_mut().for_each(|index| *index -= share * (*index - centre));
        self
    }
}

/// Autocorrelations at lags 1 to `lags` of values without gaps; zeros for a constant.
pub fn autocorrelations(values: &[f64], lags: usize) -> Vec<f64> {
    let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
    let variance: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    let at_lag = |lag: usize| -> f64 {
        let pairs = values.iter().zip(values.get(lag..).unwrap_or_default());
        pairs.map(|(early, late)| (early - mean) * (late - mean)).sum()
    };
    (1..=lags).map(|lag| if variance > 0.0 { at_lag(lag) / variance } else { 0.0 }).collect()
}

/// Whether values without gaps have a season of the given period: the autocorrelation at one season lies outside the
/// limits of `quantile` standard errors (1.645 for 90%). Never under two full seasons.
///
/// Method: Bartlett's formula for the standard error, as Assimakopoulos and Nikolopoulos (2000) and Fiorucci et al.
/// (2016) test before they take the season out.
pub fn has_season(values: &[f64], period: usize, quantile: f64) -> bool {
    if period < 2 || values.len() < 2 * period {
        return false;
    }
    let correlations = autocorrelations(values, period);
    let Some((own, before)) = correlations.split_last() else { return false };
    let squares: f64 = before.iter().map(|value| value * value).sum();
    own.abs() > quantile * ((1.0 + 2.0 * squares) / values.len() as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line with a season of four on it.
    fn line_with_season(joining: Joining) -> Vec<f64> {
        (0..24)
            .map(|t| match (joining, t % 4) {
                (Joining::Additive, season) => 10.0 + 0.5 * f64::from(t) + [2.0, -1.0, 0.0, -1.0][season as usize],
                (Joining::Multiplicative, season) => 10.0 * [1.2, 0.9, 1.0, 0.9][season as usize],
            })
            .collect()
    }

    #[test]
    fn indices_of_a_known_season_are_found() {
        for (joining, truth) in
            [(Joining::Additive, [2.0, -1.0, 0.0, -1.0]), (Joining::Multiplicative, [1.2, 0.9, 1.0, 0.9])]
        {
            let indices = Indices::classical(&line_with_season(joining), 4, joining).expect("six years").values;
            assert!(indices.iter().zip(truth).all(|(a, b)| (a - b).abs() < 1e-12), "{indices:?}");
        }
    }

    #[test]
    fn a_clear_season_stays_and_a_noisy_one_shrinks() {
        let indices = |variance| Indices { joining: Joining::Additive, values: vec![1.0, -1.0, 1.0, -1.0], variance };
        assert_eq!(indices(0.0).shrunk().values, [1.0, -1.0, 1.0, -1.0]);
        // By hand: one degree of freedom x variance 2 over a spread of 4 takes half away.
        assert_eq!(indices(2.0).shrunk().values, [0.5, -0.5, 0.5, -0.5]);
        assert_eq!(indices(9.0).shrunk().values, [0.0; 4]);
    }

    #[test]
    fn there_is_no_multiplicative_season_round_zero() {
        assert_eq!(Indices::classical(&[0.0; 24], 4, Joining::Multiplicative), None);
        assert_eq!(Indices::classical(&[1.0; 7], 4, Joining::Additive), None);
    }

    #[test]
    fn a_gap_takes_the_season_of_its_neighbours() {
        let mut values = line_with_season(Joining::Additive);
        let truth = values[9];
        values[9] = f64::NAN;
        assert!((gaps_filled(&values, 4)[9] - truth).abs() < 1e-12);
        assert_eq!(gaps_filled(&[f64::NAN, 1.0, f64::NAN, 3.0, f64::NAN], 1), [1.0, 1.0, 2.0, 3.0, 3.0]);
    }

    #[test]
    fn a_season_is_found_where_there_is_one_only() {
        assert!(has_season(&line_with_season(Joining::Multiplicative), 4, 1.645));
        let noise: Vec<f64> = (0..48_u32).map(|t| f64::from(t.wrapping_mul(2_654_435_761) >> 8 & 0xFFFF)).collect();
        assert!(!has_season(&noise, 12, 1.645));
        assert!(!has_season(&[5.0; 48], 12, 1.645));
    }
}
