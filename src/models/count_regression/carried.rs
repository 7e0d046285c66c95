//! What recent counts say beyond the regression, carried into the next period.

use super::likelihood::Scatter;

/// A surprise counts for no more than so many standard deviations: one wild month can't move the level for long.
const FARTHEST: f64 = 4.0;

/// Values tried for what is carried on and for how much of it is left after a period.
const SMOOTHINGS: [f64; 6] = [0.05, 0.15, 0.25, 0.35, 0.5, 0.7];
const PERSISTENCES: [f64; 6] = [0.3, 0.6, 0.8, 0.9, 0.97, 1.0];

/// How a level follows the counts about the regression.
///
/// Method: the discounted level of counts of Harvey and Fernandes (1989): the ratio of all counts to all they were
/// expected to be, older ones for less, where an over-dispersed count tells less than its size; its logarithm may fade,
/// as in the observation-driven models of Davis, Dunsmuir and Streett (2003). For equal means and no fading this is
/// simple exponential smoothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Carrying {
    /// Share of the surprise of an average count that is taken in, under one.
    pub smoothing: f64,
    /// Share of the level's logarithm that is left after a period.
    pub persistence: f64,
}

/// The level about the regression.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct State {
    /// Its logarithm.
    pub log_level: f64,
    /// What the counts behind it tell, as weights in the regression.
    information: f64,
}

impl Carrying {
    pub(super) const NOTHING: Carrying = Carrying { smoothing: 0.0, persistence: 0.0 };

    /// Where nothing was seen yet the regression is believed as much as a long series of counts of this mean would be.
    pub(super) fn start(self, mean: f64, scatter: Scatter) -> State {
        State { log_level: 0.0, information: scatter.weight(mean) / self.smoothing.max(0.01) }
    }

    /// The state after a count whose mean was expected with this state in it; a count not observed tells nothing.
    pub(super) fn after(self, state: State, count: f64, mean: f64, scatter: Scatter) -> State {
        if count.is_nan() || mean <= 0.0 || self.smoothing == 0.0 {
            return State { log_level: self.persistence * state.log_level, ..state };
        }
        // What a count tells of the level is told by its mean without the level.
        let told = scatter.weight(mean * libm::exp(-state.log_level));
        let information = (1.0 - self.smoothing) * state.information + told;
        let share = told / information;
        let surprise = (count - mean).min(FARTHEST * scatter.spread(mean)) / mean;
        State { log_level: self.persistence * (state.log_level + libm::log1p(share * surprise)), information }
    }

    /// The states before each count and after the last, for means without a level in them; `mean` is the series'.
    pub(super) fn states(self, counts: &[f64], log_means: &[f64], mean: f64, scatter: Scatter) -> Vec<State> {
        let mut states = Vec::with_capacity(counts.len() + 1);
        let mut state = self.start(mean, scatter);
        for (count, log_mean) in counts.iter().zip(log_means) {
            states.push(state);
            state = self.after(state, *count, libm::exp(log_mean + state.log_level), scatter);
        }
        states.push(state);
        states
    }

    /// The carrying that makes the counts likeliest.
    pub(super) fn likeliest(counts: &[f64], log_means: &[f64], mean: f64, scatter: Scatter) -> Carrying {
        let likelihood = |carrying: Carrying| -> f64 {
            let states = carrying.states(counts, log_means, mean, scatter);
            let seen = counts.iter().zip(log_means).zip(&states).filter(|((count, _), _)| !count.is_nan());
            seen.map(|((count, log_mean), state)| scatter.kernel(*count, log_mean + state.log_level)).sum()
        };
        let mut best = (Carrying::NOTHING, likelihood(Carrying::NOTHING));
        for smoothing in SMOOTHINGS {
            for persistence in PERSISTENCES {
                let carrying = Carrying { smoothing, persistence };
                let reached = likelihood(carrying);
                if reached > best.1 {
                    best = (carrying, reached);
                }
            }
        }
        best.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn for_equal_means_the_level_is_exponential_smoothing() {
        let carrying = Carrying { smoothing: 0.25, persistence: 1.0 };
        let counts = [12.0, 9.0, f64::NAN, 15.0, 8.0];
        let states = carrying.states(&counts, &[f64::ln(10.0); 5], 10.0, Scatter::Poisson);
        let mut level = 10.0;
        for (state, count) in states.iter().zip(counts) {
            assert!((10.0 * state.log_level.exp() - level).abs() < 1e-9, "{states:?}");
            level += if count.is_nan() { 0.0 } else { 0.25 * (count - level) };
        }
    }

    #[test]
    fn for_changing_means_the_level_is_a_ratio_of_discounted_sums() {
        let carrying = Carrying { smoothing: 0.25, persistence: 1.0 };
        let (counts, means) = ([12.0, 0.0, 30.0], [10.0, 0.001, 25.0]);
        let states = carrying.states(&counts, &means.map(f64::ln), 10.0, Scatter::Poisson);
        // The start is worth 40 expected counts.
        let expected = 0.75 * (0.75 * (0.75 * 40.0 + 10.0) + 0.001) + 25.0;
        let seen = 0.75 * (0.75 * (0.75 * 40.0 + 12.0) + 0.0) + 30.0;
        assert!((states[3].log_level.exp() - seen / expected).abs() < 1e-9, "{states:?}");
        // A month that expects nothing says nothing.
        assert!((states[2].log_level - states[1].log_level).abs() < 1e-4, "{states:?}");
    }

    #[test]
    fn a_wild_count_moves_the_state_by_four_standard_deviations_at_most() {
        let carrying = Carrying { smoothing: 0.5, persistence: 1.0 };
        // Mean 100, standard deviation 10: at most 40% of surprise.
        let state = carrying.after(carrying.start(100.0, Scatter::Poisson), 1e9, 100.0, Scatter::Poisson);
        assert!((state.log_level - f64::ln(1.2)).abs() < 1e-12, "{state:?}");
    }

    #[test]
    fn a_shift_of_level_is_carried_and_chance_is_not() {
        let log_means = [f64::ln(50.0); 80];
        let likeliest = |counts: &[f64]| Carrying::likeliest(counts, &log_means, 50.0, Scatter::Poisson);
        let shifted: Vec<f64> = (0..80).map(|t| if t < 40 { 35.0 } else { 65.0 } + f64::from(t * 7 % 5)).collect();
        let found = likeliest(&shifted);
        assert!(found.smoothing >= 0.15 && found.persistence >= 0.9, "{found:?}");
        let turning: Vec<f64> = (0..80).map(|t| if t % 2 == 0 { 40.0 } else { 60.0 }).collect();
        assert_eq!(likeliest(&turning), Carrying::NOTHING);
    }
}
