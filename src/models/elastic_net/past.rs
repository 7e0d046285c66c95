//! Past values as columns: how far each lies from the level of the last season.

/// Which past values take part, and over how many the level is the mean.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Past {
    /// Periods back, ascending.
    pub lags: Vec<usize>,
    /// Periods of the level: one season, so that the level has no season, and four at least.
    pub window: usize,
}

/// Fewer periods than this make no level.
const SHORTEST_WINDOW: usize = 4;

impl Past {
    /// The last `lags` values and those of `season_lags` seasons back, none more than a third of the history away.
    pub(super) fn of(periods: usize, season_length: usize, lags: usize, season_lags: usize) -> Past {
        let mut all: Vec<usize> = (1..=lags).collect();
        if season_length > 1 {
            all.extend((1..=season_lags).map(|seasons| seasons * season_length));
        }
        all.retain(|lag| 3 * lag <= periods);
        all.sort_unstable();
        all.dedup();
        Past { lags: all, window: season_length.max(SHORTEST_WINDOW) }
    }

    /// How many past values are looked at.
    pub(super) fn reach(&self) -> usize {
        self.window.max(self.lags.last().copied().unwrap_or(0))
    }

    /// The level after `seen`: the mean of its last window, `NaN` where nothing was observed there.
    pub(super) fn level(&self, seen: &[f64]) -> f64 {
        let last = &seen[seen.len().saturating_sub(self.window)..];
        let (sum, count) = last
            .iter()
            .filter(|value| !value.is_nan())
            .fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
        sum / count
    }

    /// Writes how far each past value lies from the level; nothing is known of what was not observed.
    pub(super) fn write(&self, seen: &[f64], level: f64, columns: &mut [f64]) {
        for (column, lag) in columns.iter_mut().zip(&self.lags) {
            let value = seen.len().checked_sub(*lag).map_or(f64::NAN, |place| seen[place]);
            *column = if value.is_nan() { 0.0 } else { value - level };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lags_are_the_last_values_and_those_of_past_seasons() {
        assert_eq!(Past::of(120, 12, 3, 2).lags, [1, 2, 3, 12, 24]);
        assert_eq!(Past::of(60, 12, 13, 2).lags, (1..=13).collect::<Vec<_>>());
        assert_eq!(Past::of(30, 1, 2, 5).lags, [1, 2]);
        assert_eq!(Past::of(2, 12, 3, 2).lags, [0; 0]);
    }

    #[test]
    fn columns_are_distances_from_the_mean_of_the_last_season() {
        let past = Past { lags: vec![1, 2, 5, 9], window: 4 };
        let seen = [50.0, 7.0, 1.0, f64::NAN, 6.0, 5.0];
        let level = past.level(&seen);
        assert_eq!(level, 4.0);
        let mut columns = [f64::NAN; 4];
        past.write(&seen, level, &mut columns);
        assert_eq!(columns, [1.0, 2.0, 3.0, 0.0]);
        past.write(&seen[..4], 4.0, &mut columns);
        assert_eq!(columns, [0.0, -3.0, 0.0, 0.0]);
    }
}
