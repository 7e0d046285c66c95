//! The method in common use, to compare with: the mean of the last months, held, with a range from its own past misses.

use ndarray::{Array2, Array3};

use super::apply::Ground;
use crate::forecast::Forecast;

/// The mean of the last months of each series, held over the horizon; paths miss it as the same rule missed at every
/// period of the history.
///
/// Method: rolling origins. At each origin the rule's relative misses are followed over the horizon, for all series
/// together, so that sums keep the right width. Each miss counts upwards and downwards, so that the rule's own figure
/// stays in the middle and its past bias widens the range. Paths are matched to those of the baseline by how many come
/// in all: both tell of the same future. A rule that could never be tried has no range.
pub(super) fn held(ground: Ground<'_>, months: u32) -> Result<Forecast, String> {
    let (history, baseline) = (ground.history, ground.baseline);
    let per_month = history.span().frequency().season_length() as f64 / 12.0;
    let periods = (f64::from(months) * per_month).round().max(1.0) as usize;
    let (known, (series, draws, steps)) = (history.span().len(), baseline.paths().dim());
    // Origins by how many periods are known; where none leaves a whole horizon, those that leave any.
    let whole = known.saturating_sub(steps);
    let until = if whole >= periods { whole } else { known.saturating_sub(1) };
    let origins: Vec<usize> = (periods..=until).collect();
    let mut rates = Vec::with_capacity(series);
    let mut misses = Array3::zeros((origins.len(), series, steps));
    for (row, key) in baseline.keys().iter().enumerate() {
        let place = history.keys().binary_search(key).map_err(|_| format!("{key} has no history"))?;
        let values = history.series(place).to_vec();
        let rate = rate(&values, periods).ok_or_else(|| format!("{key} has no observed period to take a rate from"))?;
        rates.push(rate);
        for (origin, from) in origins.iter().enumerate() {
            let Some(then) = rate_then(&values[..*from], periods) else { continue };
            let mut miss = 0.0;
            for step in 0..steps {
                // What is not observed is missed as the period before it was.
                if let Some(value) = values.get(from + step).filter(|value| !value.is_nan()) {
                    miss = value / then - 1.0;
                }
                misses[(origin, row, step)] = rate * miss;
            }
        }
    }
    let futures =
        by_size(origins.len() * 2, |future| side(future) * misses.index_axis(ndarray::Axis(0), future / 2).sum());
    let ranks = by_size(draws, |path| baseline.paths().index_axis(ndarray::Axis(1), path).sum());
    let mut paths = Array3::from_shape_fn((series, draws, steps), |(row, _, _)| rates[row]);
    if !futures.is_empty() {
        for (rank, path) in ranks.into_iter().enumerate() {
            let future = futures[(2 * rank + 1) * futures.len() / (2 * draws)];
            for ((row, step), cell) in paths.index_axis_mut(ndarray::Axis(1), path).indexed_iter_mut() {
                *cell += side(future) * misses[(future / 2, row, step)];
            }
        }
    }
    centre(&mut paths, &rates);
    let held = Forecast::new(baseline.keys().to_vec(), baseline.span(), paths).map_err(|error| error.to_string())?;
    Ok(held.shaped_like(history.kind()))
}

/// The mean of the last observed values.
fn rate(values: &[f64], periods: usize) -> Option<f64> {
    let recent: Vec<f64> = values.iter().rev().copied().filter(|value| !value.is_nan()).take(periods).collect();
    (!recent.is_empty()).then(|| recent.iter().sum::<f64>() / recent.len() as f64)
}

/// The rate as the rule had it at an origin, where there was anything to hold.
fn rate_then(values: &[f64], periods: usize) -> Option<f64> {
    rate(values, periods).filter(|rate| *rate > 0.0)
}

/// Even futures miss as the past did, odd ones the other way.
fn side(future: usize) -> f64 {
    if future.is_multiple_of(2) { 1.0 } else { -1.0 }
}

/// The numbers below `count`, by the size of what is asked of each.
fn by_size(count: usize, of: impl Fn(usize) -> f64) -> Vec<usize> {
    let sizes: Vec<f64> = (0..count).map(of).collect();
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|a, b| sizes[*a].total_cmp(&sizes[*b]));
    order
}

/// Keeps paths at or above zero, and their mean at the rate.
fn centre(paths: &mut Array3<f64>, rates: &[f64]) {
    let (_, draws, steps) = paths.dim();
    paths.mapv_inplace(|value| value.max(0.0));
    let means: Array2<f64> = paths.sum_axis(ndarray::Axis(1)) / draws.max(1) as f64;
    for (row, rate) in rates.iter().enumerate() {
        for step in 0..steps {
            let scale = if means[(row, step)] > 0.0 { rate / means[(row, step)] } else { 1.0 };
            paths.slice_mut(ndarray::s![row, .., step]).mapv_inplace(|value| value * scale);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel::{Panel, SeriesKey, ValueKind};
    use crate::time::{Period, Span};

    const DRAWS: usize = 400;

    /// One series of amounts, and a baseline whose paths differ.
    fn ground(values: &[f64], steps: usize) -> (Panel, Forecast) {
        let keys = vec![SeriesKey::new(["a"])];
        let span = Span::new(Period::month(2015, 1), values.len());
        let counts = Array2::from_shape_vec((1, values.len()), values.to_vec()).expect("one row");
        let history = Panel::new(vec!["area".into()], keys.clone(), span, counts, ValueKind::Amount).expect("valid");
        let paths = Array3::from_shape_fn((1, DRAWS, steps), |(_, path, _)| 50.0 + ((path * 7) % DRAWS) as f64);
        (history, Forecast::new(keys, span.following(steps), paths).expect("finite"))
    }

    fn held_over(values: &[f64], steps: usize) -> Forecast {
        let (history, baseline) = ground(values, steps);
        held(Ground { history: &history, baseline: &baseline }, 3).expect("held")
    }

    #[test]
    fn the_range_is_as_wide_as_the_rule_has_missed() {
        // A fifth up or down in turn, four months long: the rule misses by up to half.
        let values: Vec<f64> = (0..96).map(|month| if month / 4 % 2 == 0 { 120.0 } else { 80.0 }).collect();
        let held = held_over(&values, 6);
        let rate = values[93..].iter().sum::<f64>() / 3.0;
        for step in 0..6 {
            let paths: Vec<f64> = held.series(0).column(step).to_vec();
            assert!((paths.iter().sum::<f64>() / DRAWS as f64 - rate).abs() < 1e-9);
            let most = paths.iter().copied().fold(0.0, f64::max);
            assert!((0.45..0.55).contains(&(most / rate - 1.0)), "{most}");
        }
        // By hand: months that miss by nothing, 20/120, 40/120, 40/80, 20/80 and so on; none misses by more than half.
        let calm = held_over(&[100.0; 96], 6);
        assert!(calm.paths().iter().all(|value| (value - 100.0).abs() < 1e-9));
    }

    #[test]
    fn more_comes_in_the_paths_in_which_more_is_forecast() {
        let values: Vec<f64> = (0..96).map(|month| 100.0 + f64::from((month * 37 % 23) as u8)).collect();
        let (history, baseline) = ground(&values, 6);
        let held = held(Ground { history: &history, baseline: &baseline }, 3).expect("held");
        let total = |forecast: &Forecast, path: usize| forecast.series(0).row(path).sum();
        let mut pairs: Vec<(f64, f64)> = (0..DRAWS).map(|path| (total(&baseline, path), total(&held, path))).collect();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        assert!(pairs.windows(2).all(|pair| pair[0].1 <= pair[1].1 + 1.0) && pairs[0].1 < pairs[DRAWS - 1].1);
    }

    #[test]
    fn a_short_history_gives_what_range_it_can() {
        assert!(held_over(&[10.0, 12.0, 11.0], 6).paths().iter().all(|value| (value - 11.0).abs() < 1e-9));
        let some = held_over(&[10.0, 12.0, 11.0, 22.0], 6);
        assert!(some.paths().iter().any(|value| (value - 15.0).abs() > 1.0));
    }
}
