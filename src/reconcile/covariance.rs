//! The covariance of the one-step errors of many series, from few dates.

use ndarray::{Array2, ArrayView1, ArrayView2};

/// The least share that the diagonal keeps. Errors of series that always err together would leave totals and parts no
/// room to differ.
const LEAST_SHRINKAGE: f64 = 1e-3;

/// Fewer errors than this tell nothing of a series' ties to others.
const LEAST_ERRORS: usize = 3;

/// Variances as measured, correlations shrunk towards zero: a diagonal plus a product of `dates` factors, so that
/// nothing of size series x series is ever formed.
///
/// Method: Schäfer and Strimmer (2005), target D (unequal variances, no correlations), with their shrinkage intensity.
#[derive(Debug, Clone)]
pub struct ErrorCovariance {
    /// What each series varies on its own, one a series.
    own: Vec<f64>,
    /// Series x dates: the covariance of two series is the product of their rows.
    factors: Array2<f64>,
    shrinkage: f64,
}

impl ErrorCovariance {
    /// The covariance of `errors`, series x dates; `NaN` where a series has none. Errors are taken about their mean.
    ///
    /// A date on which one of two series has no error adds nothing to what ties them. A series with fewer than three
    /// errors, or always the same one, has no variance: it counts as known.
    pub fn of(errors: ArrayView2<'_, f64>) -> ErrorCovariance {
        let (series, dates) = errors.dim();
        let mut standardised = Array2::zeros((series, dates));
        let mut variances = vec![0.0; series];
        for ((mut to, from), variance) in standardised.rows_mut().into_iter().zip(errors.rows()).zip(&mut variances) {
            *variance = standardise(from, &mut to);
        }
        let shrinkage = shrinkage(standardised.view());
        let kept = if dates > 1 { (1.0 - shrinkage) / (dates - 1) as f64 } else { 0.0 };
        let mut own = variances;
        let mut factors = standardised;
        for (own, mut factors) in own.iter_mut().zip(factors.rows_mut()) {
            let deviation = own.sqrt();
            factors.mapv_inplace(|value| value * deviation * kept.sqrt());
            *own = (*own - factors.dot(&factors)).max(0.0);
        }
        ErrorCovariance { own, factors, shrinkage }
    }

    /// How far correlations were shrunk: 0 as measured, 1 to nothing.
    pub fn shrinkage(&self) -> f64 {
        self.shrinkage
    }

    /// The covariance of two series.
    pub fn between(&self, one: usize, other: usize) -> f64 {
        let together: f64 = self.factors.row(one).iter().zip(self.factors.row(other)).map(|(a, b)| a * b).sum();
        if one == other { together + self.own[one] } else { together }
    }

    /// What a series varies on its own, beside its factors.
    pub(super) fn own(&self, series: usize) -> f64 {
        self.own[series]
    }

    /// The factors of one series, one a date.
    pub(super) fn factors(&self, series: usize) -> ArrayView1<'_, f64> {
        self.factors.row(series)
    }
}

/// Writes errors about their mean over their standard deviation, zero where there is none; returns the variance.
fn standardise(errors: ArrayView1<'_, f64>, to: &mut ndarray::ArrayViewMut1<'_, f64>) -> f64 {
    let seen = || errors.iter().filter(|error| error.is_finite());
    let count = seen().count();
    if count < LEAST_ERRORS {
        return 0.0;
    }
    let mean = seen().sum::<f64>() / count as f64;
    let variance = seen().map(|error| (error - mean) * (error - mean)).sum::<f64>() / (count - 1) as f64;
    // Less than rounding leaves of a constant.
    if variance <= 1e-20 * mean * mean {
        return 0.0;
    }
    let deviation = variance.sqrt();
    let about = |error: &f64| if error.is_finite() { (error - mean) / deviation } else { 0.0 };
    to.iter_mut().zip(errors).for_each(|(cell, error)| *cell = about(error));
    variance
}

/// The shrinkage intensity of standardised errors, series x dates.
///
/// Method: Schäfer and Strimmer (2005), equation 10 on correlations: the sum of the variances of the measured
/// correlations over the sum of their squares, both without the diagonal. With `w` the product of two series' errors of
/// one date, the sums over all pairs of series are sums over pairs of dates:
/// `sum over i, j of (sum over k of w)² = sum over k, l of (product of the errors of dates k and l)²`.
fn shrinkage(standardised: ArrayView2<'_, f64>) -> f64 {
    let dates = standardised.ncols();
    if dates < LEAST_ERRORS {
        return 1.0;
    }
    let by_date = standardised.t().as_standard_layout().into_owned();
    let mut squares = 0.0;
    for (date, errors) in by_date.rows().into_iter().enumerate() {
        for (other, others) in by_date.rows().into_iter().take(date + 1).enumerate() {
            let product: f64 = errors.iter().zip(others).map(|(a, b)| a * b).sum();
            squares += if other < date { 2.0 } else { 1.0 } * product * product;
        }
    }
    let fourths = |errors: ArrayView1<'_, f64>| errors.iter().map(|error| error.powi(4)).sum::<f64>();
    let square = |errors: ArrayView1<'_, f64>| errors.iter().map(|error| error * error).sum::<f64>();
    // What the pairs of a series with itself add to either sum.
    let own: f64 = standardised.rows().into_iter().map(|errors| square(errors) * square(errors)).sum();
    let own_products: f64 = standardised.rows().into_iter().map(fourths).sum();
    let products = by_date.rows().into_iter().map(|errors| square(errors) * square(errors)).sum::<f64>() - own_products;
    let squares = squares - own;
    let count = dates as f64;
    // Var(r) = n / (n - 1)³ (sum of w² - n mean²), and r² = (n / (n - 1))² mean².
    let variance = count / (count - 1.0).powi(3) * (products - squares / count);
    let correlation = squares / ((count - 1.0) * (count - 1.0));
    let intensity = if correlation > 0.0 { variance / correlation } else { 1.0 };
    intensity.clamp(LEAST_SHRINKAGE, 1.0)
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;
    use crate::math::random::stream;

    /// Series that share a part of their errors.
    fn errors(series: usize, dates: usize) -> Array2<f64> {
        let mut rng = stream(5, &[series as u64]);
        let mut uniform = || rng.random::<f64>() - 0.5;
        let shared: Vec<f64> = (0..dates).map(|_| uniform()).collect();
        Array2::from_shape_fn((series, dates), |(row, date)| (row + 1) as f64 * (shared[date] + uniform()))
    }

    /// Variances and covariances pair by pair, and the intensity as the paper writes it.
    fn by_pairs(errors: &Array2<f64>) -> (Array2<f64>, f64) {
        let (series, dates) = errors.dim();
        let n = dates as f64;
        let centred = errors - &errors.mean_axis(ndarray::Axis(1)).expect("dates").insert_axis(ndarray::Axis(1));
        let covariance =
            |i: usize, j: usize| (0..dates).map(|k| centred[(i, k)] * centred[(j, k)]).sum::<f64>() / (n - 1.0);
        let measured = Array2::from_shape_fn((series, series), |(i, j)| covariance(i, j));
        let (mut above, mut below) = (0.0, 0.0);
        for i in 0..series {
            for j in (0..series).filter(|j| *j != i) {
                let deviations = (measured[(i, i)] * measured[(j, j)]).sqrt();
                let w: Vec<f64> = (0..dates).map(|k| centred[(i, k)] * centred[(j, k)] / deviations).collect();
                let mean = w.iter().sum::<f64>() / n;
                above += n / (n - 1.0).powi(3) * w.iter().map(|w| (w - mean).powi(2)).sum::<f64>();
                below += (n / (n - 1.0) * mean).powi(2);
            }
        }
        (measured, above / below)
    }

    #[test]
    fn correlations_are_shrunk_by_the_papers_intensity() {
        let errors = errors(5, 40);
        let (measured, intensity) = by_pairs(&errors);
        assert!((0.05..0.9).contains(&intensity), "{intensity}");
        let covariance = ErrorCovariance::of(errors.view());
        assert!((covariance.shrinkage() - intensity).abs() < 1e-12, "{} {intensity}", covariance.shrinkage());
        for ((i, j), measured) in measured.indexed_iter() {
            let expected = if i == j { *measured } else { (1.0 - intensity) * measured };
            assert!((covariance.between(i, j) - expected).abs() < 1e-10 * measured.abs().max(1.0));
        }
    }

    #[test]
    fn a_missing_error_ties_nothing_and_keeps_the_variance() {
        let mut some = errors(3, 30);
        some[(1, 4)] = f64::NAN;
        let seen: Vec<f64> = some.row(1).iter().copied().filter(|error| !error.is_nan()).collect();
        let mean = seen.iter().sum::<f64>() / 29.0;
        let variance = seen.iter().map(|error| (error - mean).powi(2)).sum::<f64>() / 28.0;
        let covariance = ErrorCovariance::of(some.view());
        assert!((covariance.between(1, 1) - variance).abs() < 1e-12);
        assert!(covariance.own(1) > 0.0);
    }

    #[test]
    fn a_series_without_errors_counts_as_known() {
        let mut some = errors(3, 30);
        some.row_mut(0).fill(7.0);
        some.row_mut(2).fill(f64::NAN);
        let covariance = ErrorCovariance::of(some.view());
        for row in [0, 2] {
            assert!((0..3).all(|other| covariance.between(row, other) == 0.0));
        }
        assert!(covariance.between(1, 1) > 0.0);
    }

    #[test]
    fn two_dates_leave_variances_alone() {
        let covariance = ErrorCovariance::of(errors(4, 2).view());
        assert_eq!((covariance.shrinkage(), covariance.between(0, 1)), (1.0, 0.0));
    }
}
