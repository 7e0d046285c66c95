//! Penalised least squares with autoregressive errors, fitted by linfa.

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_linear::LinearRegression;
use ndarray::{Array1, Array2};

use super::MOST_AUTOCORRELATION;

/// Effects of the columns of `rows` (periods x effects, the intercept first) on the target; periods whose target is
/// `NaN` are left out. Every effect but the intercept is drawn to zero by `ridge` observations of unit size.
pub(super) fn penalised(
    rows: &Array2<f64>,
    target: &[f64],
    autocorrelation: f64,
    ridge: f64,
) -> Result<Vec<f64>, String> {
    let effects = rows.ncols();
    let observed: Vec<usize> = (0..target.len()).filter(|period| !target[*period].is_nan()).collect();
    // The penalty is written as observations of zero, one an effect but for the intercept.
    let mut x = Array2::<f64>::zeros((observed.len() + effects - 1, effects));
    let mut y = Array1::<f64>::zeros(observed.len() + effects - 1);
    let first_weight = (1.0 - autocorrelation * autocorrelation).sqrt();
    for (place, period) in observed.iter().enumerate() {
        let follows = place > 0 && observed[place - 1] + 1 == *period;
        let mut row = x.row_mut(place);
        row.assign(&rows.row(*period));
        if follows {
            row.scaled_add(-autocorrelation, &rows.row(period - 1));
            y[place] = target[*period] - autocorrelation * target[period - 1];
        } else {
            row *= first_weight;
            y[place] = first_weight * target[*period];
        }
    }
    // Quasi-differences are smaller than values by the root of this; the penalty keeps its worth in observations.
    let worth = if autocorrelation > 0.0 { 1.0 - autocorrelation } else { 1.0 };
    for effect in 1..effects {
        x[(observed.len() + effect - 1, effect)] = ridge.max(1e-8).sqrt() * worth;
    }
    let model = LinearRegression::new().with_intercept(false);
    let fitted = model.fit(&DatasetBase::from((x, y))).map_err(|error| error.to_string())?;
    let effects = fitted.params().to_vec();
    if effects.iter().all(|effect| effect.is_finite()) {
        Ok(effects)
    } else {
        Err("an effect is not finite; leave out regressors that repeat each other".to_owned())
    }
}

/// The correlation of neighbouring errors, between 0 and [`MOST_AUTOCORRELATION`]; 0 where there are too few to tell.
pub(super) fn autocorrelation(errors: &[f64]) -> f64 {
    let pairs = || errors.windows(2).filter(|pair| !pair[0].is_nan() && !pair[1].is_nan());
    let (products, squares) = pairs()
        .fold((0.0, 0.0), |(products, squares), pair| (products + pair[0] * pair[1], squares + pair[0] * pair[0]));
    if pairs().count() < 8 || squares <= 0.0 { 0.0 } else { (products / squares).clamp(0.0, MOST_AUTOCORRELATION) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_penalty_the_line_through_the_points_is_found() {
        let rows = ndarray::array![[1.0, 0.0], [1.0, 1.0], [1.0, 2.0], [1.0, 3.0]];
        let effects = penalised(&rows, &[1.0, 3.0, f64::NAN, 7.0], 0.0, 0.0).expect("a fit");
        assert!((effects[0] - 1.0).abs() < 1e-6 && (effects[1] - 2.0).abs() < 1e-6, "{effects:?}");
    }

    #[test]
    fn the_penalty_counts_as_so_many_observations() {
        // One column of ones and minus ones: the least squares effect is 4, shrunk by n / (n + ridge).
        let rows = ndarray::array![[1.0, 1.0], [1.0, -1.0], [1.0, 1.0], [1.0, -1.0]];
        let effects = penalised(&rows, &[4.0, -4.0, 4.0, -4.0], 0.0, 4.0).expect("a fit");
        assert!((effects[1] - 2.0).abs() < 1e-6, "{effects:?}");
    }

    #[test]
    fn repeated_columns_share_their_effect() {
        let rows = ndarray::array![[1.0, 1.0, 1.0], [1.0, -1.0, -1.0], [1.0, 2.0, 2.0]];
        let effects = penalised(&rows, &[2.0, -2.0, 4.0], 0.0, 0.001).expect("a fit");
        assert!((effects[1] - effects[2]).abs() < 1e-6 && (effects[1] - 1.0).abs() < 0.01, "{effects:?}");
    }

    #[test]
    fn neighbouring_errors_that_repeat_are_correlated() {
        let errors: Vec<f64> = (0..40).map(|period| if period / 10 % 2 == 0 { 1.0 } else { -1.0 }).collect();
        // 39 pairs, 3 of them of opposite sign.
        assert!((autocorrelation(&errors) - 33.0 / 39.0).abs() < 1e-12);
        assert_eq!(autocorrelation(&[1.0, 1.0, 1.0]), 0.0);
    }
}
