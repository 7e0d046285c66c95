//! The decomposition: trend, season and remainder by loess, with weights that leave outliers out.

use crate::math::loess::{Degree, Loess};

/// How a series is taken apart.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Decomposition {
    /// Periods of a season.
    pub(super) period: usize,
    /// Seasons over which a position of the season is smoothed: odd; at least 3.
    pub(super) season_window: usize,
    /// How often season and trend are found in turn, between two looks at the outliers.
    pub(super) inner: usize,
    /// How often outliers are looked for.
    pub(super) outer: usize,
}

/// Trend and season of a series, one value a period; the rest is what they leave.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Parts {
    pub(super) trend: Vec<f64>,
    pub(super) season: Vec<f64>,
}

impl Parts {
    /// Draws the season toward none as far as it may be noise, and returns its free parameters.
    ///
    /// Method: the positive part estimator of James and Stein (1961), as Miller and Williams (2003) use it for seasonal
    /// factors, with the sampling variance that the smoother gives the last season.
    pub(super) fn shrink(&mut self, values: &[f64], weights: &[f64], how: &Decomposition, shrinking: bool) -> f64 {
        let (len, period) = (values.len(), how.period as f64);
        let cycles = vec![1.0; len / how.period];
        let loess = Loess::new(how.season_window, Degree::Constant);
        let influence = |cycle| loess.influence(&cycles, cycle);
        let own: f64 = (0..cycles.len()).filter_map(|cycle| influence(cycle).map(|influence| influence.own)).sum();
        let last = influence(cycles.len() - 1).map_or(1.0, |influence| influence.squares);
        let free = (period - 1.0) * own;
        if !shrinking {
            return free;
        }
        let rest = |t: usize| values[t] - self.trend[t] - self.season[t];
        let squares: f64 = (0..len).map(|t| if weights[t] > 0.0 { rest(t) * rest(t) } else { 0.0 }).sum();
        let counted = weights.iter().filter(|weight| **weight > 0.0).count() as f64;
        // The trend takes about one degree of freedom a window.
        let left = (counted - free - len as f64 / how.trend_window() as f64).max(1.0);
        let spread: f64 = self.season[len - how.period..].iter().map(|season| season * season).sum();
        let noise = (period - 3.0).max(0.0) * last * squares / left;
        let share = if spread > 0.0 { (noise / spread).min(1.0) } else { 0.0 };
        self.season.iter_mut().for_each(|season| *season *= 1.0 - share);
        free * (1.0 - share)
    }
}

impl Decomposition {
    /// The window of the trend: the least odd number above `1.5 period / (1 - 1.5 / season window)`, Cleveland et al.
    /// (1990), section 3.4.
    fn trend_window(&self) -> usize {
        let least = 1.5 * self.period as f64 / (1.0 - 1.5 / self.season_window as f64);
        odd_from(least.ceil() as usize)
    }

    /// Takes values without gaps apart; those with a weight of zero have no say. There are at least two seasons.
    ///
    /// Method: STL of Cleveland, Cleveland, McRae and Terpenning (1990).
    pub(super) fn of(&self, values: &[f64], weights: &[f64]) -> Parts {
        let (period, len) = (self.period, values.len());
        let season_loess = Loess::new(self.season_window, Degree::Constant);
        let trend_loess = Loess::new(self.trend_window(), Degree::Linear);
        let low_pass = Loess::new(odd_from(period + 1), Degree::Linear);
        let mut parts = Parts { trend: vec![0.0; len], season: vec![0.0; len] };
        let mut room = Room::new(len, period);
        let mut counted = weights.to_vec();
        for round in 0..=self.outer {
            for _ in 0..self.inner {
                room.cycles(values, &parts.trend, &counted, period, &season_loess);
                room.smooth_cycles(period, &low_pass, len);
                for (place, season) in parts.season.iter_mut().enumerate() {
                    *season = room.cycle[place + period] - room.low[place];
                    room.rest[place] = values[place] - *season;
                }
                trend_loess.smooth(&room.rest, &counted, &mut parts.trend);
            }
            if round < self.outer {
                robustness(values, &parts, weights, &mut counted, &mut room.rest);
            }
        }
        parts
    }
}

/// The least odd number from `least` on.
fn odd_from(least: usize) -> usize {
    least + usize::from(least.is_multiple_of(2))
}

struct Room {
    /// The smoothed season of every period and of one season before and after.
    cycle: Vec<f64>,
    /// Moving averages of it.
    low: Vec<f64>,
    averages: [Vec<f64>; 2],
    rest: Vec<f64>,
    ones: Vec<f64>,
    own: Vec<f64>,
    own_weights: Vec<f64>,
    own_smooth: Vec<f64>,
}

impl Room {
    fn new(len: usize, period: usize) -> Room {
        Room {
            cycle: vec![0.0; len + 2 * period],
            low: vec![0.0; len],
            averages: [vec![], vec![]],
            rest: vec![0.0; len],
            ones: vec![1.0; len],
            own: vec![],
            own_weights: vec![],
            own_smooth: vec![],
        }
    }

    /// Smooths each position of the season over the seasons, and one season beyond both ends.
    fn cycles(&mut self, values: &[f64], trend: &[f64], weights: &[f64], period: usize, loess: &Loess) {
        for position in 0..period {
            self.own.clear();
            self.own_weights.clear();
            for place in (position..values.len()).step_by(period) {
                self.own.push(values[place] - trend[place]);
                self.own_weights.push(weights[place]);
            }
            let count = self.own.len();
            self.own_smooth.resize(count, 0.0);
            loess.smooth(&self.own, &self.own_weights, &mut self.own_smooth);
            let before = loess.at(&self.own, &self.own_weights, -1.0).unwrap_or(self.own_smooth[0]);
            let after = loess.at(&self.own, &self.own_weights, count as f64).unwrap_or(self.own_smooth[count - 1]);
            self.cycle[position] = before;
            for (cycle, value) in self.own_smooth.iter().enumerate() {
                self.cycle[position + (cycle + 1) * period] = *value;
            }
            self.cycle[position + (count + 1) * period] = after;
        }
    }

    /// What of the cycles is level rather than season.
    fn smooth_cycles(&mut self, period: usize, loess: &Loess, len: usize) {
        let [first, second] = &mut self.averages;
        moving_average(&self.cycle, period, first);
        moving_average(first, period, second);
        moving_average(second, 3, first);
        loess.smooth(first, &self.ones[..len], &mut self.low);
    }
}

/// Averages of all runs of `window` values.
fn moving_average(values: &[f64], window: usize, averages: &mut Vec<f64>) {
    averages.clear();
    let mut sum: f64 = values[..window].iter().sum();
    averages.push(sum / window as f64);
    for (old, new) in values.iter().zip(&values[window..]) {
        sum += new - old;
        averages.push(sum / window as f64);
    }
}

// What is further from the fit than six median absolute residuals doesn't count: Cleveland et al. (1990), section 3.2.
const MEDIANS: f64 = 6.0;

/// Writes each value's weight: less the further it is from what trend and season say (the bisquare).
fn robustness(values: &[f64], parts: &Parts, weights: &[f64], counted: &mut [f64], room: &mut Vec<f64>) {
    let away = |place: usize| (values[place] - parts.trend[place] - parts.season[place]).abs();
    room.clear();
    room.extend((0..values.len()).filter(|place| weights[*place] > 0.0).map(away));
    let middle = room.len() / 2;
    room.sort_unstable_by(f64::total_cmp);
    let median = if room.len().is_multiple_of(2) { 0.5 * (room[middle - 1] + room[middle]) } else { room[middle] };
    let reach = MEDIANS * median;
    for (place, cell) in counted.iter_mut().enumerate() {
        let distance = away(place);
        let share = distance / reach;
        *cell = weights[place]
            * if distance <= 0.001 * reach {
                1.0
            } else if distance <= 0.999 * reach {
                (1.0 - share * share) * (1.0 - share * share)
            } else {
                0.0
            };
    }
    room.resize(values.len(), 0.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Golden {
        series: Vec<Series>,
    }

    #[derive(serde::Deserialize)]
    struct Series {
        name: String,
        period: usize,
        season_window: usize,
        inner: usize,
        outer: usize,
        values: Vec<f64>,
        trend: Vec<f64>,
        season: Vec<f64>,
    }

    #[test]
    fn trend_and_season_are_those_of_another_implementation() {
        let golden: Golden = serde_json::from_str(include_str!("../../../tests/golden/stl.json")).expect("golden");
        assert_eq!(golden.series.len(), 6);
        for Series { name, period, season_window, inner, outer, values, trend, season } in golden.series {
            let parts = Decomposition { period, season_window, inner, outer }.of(&values, &vec![1.0; values.len()]);
            for (ours, theirs) in parts.trend.iter().zip(&trend).chain(parts.season.iter().zip(&season)) {
                assert!((ours - theirs).abs() < 1e-8 * trend[0].abs(), "{name} {outer}: {ours} {theirs}");
            }
        }
    }

    #[test]
    fn a_season_of_noise_shrinks_and_a_clear_one_stays() {
        let noise = |t: usize| libm::sin((t * t) as f64);
        let how = Decomposition { period: 4, season_window: 13, inner: 2, outer: 0 };
        let share = |season: f64| {
            let values: Vec<f64> = (0..48).map(|t| noise(t) + season * [3.0, -1.0, -2.0, 0.0][t % 4]).collect();
            let mut parts = how.of(&values, &[1.0; 48]);
            let before = parts.season[44];
            parts.shrink(&values, &[1.0; 48], &how, true);
            parts.season[44] / before
        };
        assert!(share(10.0) > 0.99, "{}", share(10.0));
        assert!(share(0.0) < 0.9, "{}", share(0.0));
    }
}
