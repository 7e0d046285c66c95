//! The penalty, chosen by forecasts from origins inside the history.

use ndarray::s;

use super::penalised::Effects;
use super::recursion::{Scaled, Walk};

/// Penalties tried, as shares of the one that drops every effect.
const SHARES: [f64; 8] = [1.0, 0.5, 0.25, 0.125, 0.06, 0.03, 0.015, 0.007];

/// Origins tried, and how many are needed for a choice.
const MOST_ORIGINS: usize = 4;
const FEWEST_ORIGINS: usize = 2;

/// An origin is tried where so many periods before it can be learnt from.
const FEWEST_ROWS: usize = 10;

/// Periods ahead at most.
const MOST_STEPS: usize = 12;

/// The share with the smallest mean absolute error over all origins and steps; `None` where the history is too short to
/// try. At each origin columns, effects and limits are made from what came before it alone.
///
/// Method: rolling origins (Tashman 2000).
pub(super) fn best_share(history: &Scaled, season_length: usize, lasso_share: f64, damping: f64) -> Option<f64> {
    let periods = history.values.len();
    let steps = season_length.clamp(SHORTEST_TRIAL, MOST_STEPS);
    let mut errors = [0.0; SHARES.len()];
    let mut origins = 0;
    for trial in 1..=MOST_ORIGINS {
        let Some(origin) = periods.checked_sub(trial * steps) else { break };
        let known = history.known(origin);
        if known.len() < FEWEST_ROWS.max(season_length.min(MOST_STEPS)) {
            break;
        }
        let Some(rows) = history.rows(&known, lasso_share) else { break };
        let fits: Option<Vec<Effects>> = SHARES.iter().map(|share| rows.effects(*share).ok()).collect();
        let Some(fits) = fits else { break };
        for (error, effects) in errors.iter_mut().zip(&fits) {
            *error += error_from(history, origin, steps, effects, damping);
        }
        origins += 1;
    }
    if origins < FEWEST_ORIGINS {
        return None;
    }
    // Of equals the simplest.
    let best = errors
        .iter()
        .zip(SHARES)
        .fold((f64::INFINITY, 1.0), |best, (error, share)| if *error < best.0 { (*error, share) } else { best });
    Some(best.1)
}

/// A series without season is tried so many periods ahead.
const SHORTEST_TRIAL: usize = 4;

fn error_from(history: &Scaled, origin: usize, steps: usize, effects: &Effects, damping: f64) -> f64 {
    let walk =
        Walk { past: &history.past, effects, limits: history.limits(origin), damping, level: history.levels[origin] };
    let mut error = 0.0;
    let terms = history.terms.slice(s![origin..origin + steps, ..]);
    walk.go(
        history.tail(origin),
        terms,
        |_| 0.0,
        |step, value| {
            let truth = history.values[origin + step];
            error += if truth.is_nan() { 0.0 } else { (truth - value).abs() };
        },
    );
    error
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::elastic_net::past::Past;
    use ndarray::Array2;

    fn history(values: Vec<f64>) -> Scaled {
        let terms = Array2::zeros((values.len(), 0));
        let past = Past::of(values.len(), 1, 3, 0);
        Scaled::new(values, terms, past)
    }

    #[test]
    fn a_pattern_in_past_values_wants_a_small_penalty() {
        // Up and down in turn: the value two periods back says everything.
        let values = (0..60).map(|t| if t % 2 == 0 { 3.0 } else { 4.0 }).collect();
        assert!(best_share(&history(values), 1, 0.5, 1.0).expect("long enough") < 0.03);
    }

    #[test]
    fn a_constant_or_a_short_history_gives_no_choice() {
        assert_eq!(best_share(&history(vec![3.0; 60]), 1, 0.5, 1.0), None);
        assert_eq!(best_share(&history((0..12).map(f64::from).collect()), 1, 0.5, 1.0), None);
    }

    #[test]
    fn what_comes_after_an_origin_does_not_enter_its_fit() {
        let values: Vec<f64> = (0..60).map(|t| f64::from(t * 37 % 23)).collect();
        let mut other = values.clone();
        other[56..].fill(900.0);
        let at = |values: Vec<f64>| {
            let history = history(values);
            let effects = history.rows(&history.known(56), 0.5).expect("rows").effects(0.1).expect("a fit");
            let mut forecast = Vec::new();
            let walk = Walk {
                past: &history.past,
                effects: &effects,
                limits: history.limits(56),
                damping: 1.0,
                level: history.levels[56],
            };
            walk.go(history.tail(56), history.terms.slice(s![56..60, ..]), |_| 0.0, |_, value| forecast.push(value));
            forecast
        };
        assert_eq!(at(values), at(other));
    }
}
