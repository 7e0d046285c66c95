//! Akaike's information criterion, corrected for short series, and averages over fits by it.

/// A fit with less weight than this changes little and costs as much as any other.
const LEAST_WEIGHT: f64 = 0.01;

/// Squared errors below this share of the squared scale count as none: fits to the last digit are told apart by their
/// number of parameters.
const LEAST_SQUARE: f64 = 1e-20;

/// What the criterion adds for so many parameters, the variance of the errors among them; `None` where the series is too
/// short for them.
///
/// Method: Hurvich and Tsai (1989).
pub(super) fn penalty(observed: usize, parameters: usize) -> Option<f64> {
    let spare = observed.checked_sub(parameters + 1).filter(|spare| *spare > 0)?;
    let parameters = parameters as f64;
    Some(2.0 * parameters + 2.0 * parameters * (parameters + 1.0) / spare as f64)
}

/// The criterion of a fit by its sum of squared errors, on values scaled to a mean size of one, but for a constant of the
/// series.
pub(super) fn of_squares(observed: usize, squares: f64, penalty: f64) -> f64 {
    let count = observed as f64;
    count * libm::log(squares.max(count * LEAST_SQUARE)) + penalty
}

/// Each fit with its weight: `exp(-difference in AICc / (2 averaging))`, scaled to sum to one, heaviest first. An
/// `averaging` of 0 keeps the fit with the lowest AICc only.
///
/// Method: Akaike's weights (Burnham and Anderson 2002), spread by `averaging`.
pub(super) fn weighted<F>(mut fits: Vec<F>, aicc: impl Fn(&F) -> f64, averaging: f64) -> Vec<(f64, F)> {
    fits.sort_by(|a, b| aicc(a).total_cmp(&aicc(b)));
    if averaging == 0.0 {
        fits.truncate(1);
    }
    let lowest = fits.first().map_or(0.0, &aicc);
    let weigh = |fit: &F| {
        let behind = aicc(fit) - lowest;
        if behind == 0.0 { 1.0 } else { libm::exp(-behind / (2.0 * averaging)) }
    };
    let mut weighted: Vec<(f64, F)> = fits.into_iter().map(|fit| (weigh(&fit), fit)).collect();
    for least in [LEAST_WEIGHT, 0.0] {
        let sum: f64 = weighted.iter().map(|(weight, _)| weight).sum();
        weighted.iter_mut().for_each(|(weight, _)| *weight /= sum);
        weighted.retain(|(weight, _)| *weight >= least);
    }
    weighted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_fall_with_the_criterion_and_sum_to_one() {
        let weights = weighted(vec![12.0, 10.0, 300.0], |aicc| *aicc, 1.0);
        assert_eq!(weights.iter().map(|(_, aicc)| *aicc).collect::<Vec<f64>>(), [10.0, 12.0]);
        assert!((weights[0].0 / weights[1].0 - std::f64::consts::E).abs() < 1e-12);
        assert!((weights[0].0 + weights[1].0 - 1.0).abs() < 1e-12);
    }

    #[test]
    fn without_averaging_one_of_two_that_are_level_stays() {
        assert_eq!(weighted(vec![(5.0, 'a'), (5.0, 'b')], |fit| fit.0, 0.0), [(1.0, (5.0, 'a'))]);
    }

    #[test]
    fn a_series_that_is_too_short_for_its_parameters_has_no_criterion() {
        assert_eq!(penalty(4, 3), None);
        assert_eq!(penalty(5, 3), Some(6.0 + 24.0));
    }
}
