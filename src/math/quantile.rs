//! Quantiles of samples.

/// The quantile of a sorted sample without `NaN`; `NaN` for an empty one.
///
/// Method: linear interpolation between order statistics, type 7 of Hyndman and Fan (1996).
///
/// ```
/// use groundswell::math::quantile::of_sorted;
/// assert_eq!(of_sorted(&[1.0, 2.0, 4.0], 0.75), 3.0);
/// ```
pub fn of_sorted(sorted: &[f64], probability: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = probability.clamp(0.0, 1.0) * last as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}

/// The median of the values that are not `NaN`; `NaN` where there is none.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.into_iter().filter(|value| !value.is_nan()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    of_sorted(&sorted, 0.5)
}
