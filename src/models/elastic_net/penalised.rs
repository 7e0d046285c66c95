//! Effects under a penalty, fitted by linfa.

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_elasticnet::ElasticNetParams;
use ndarray::{Array1, Array2, ArrayView2, Axis};

/// The search ends where an effect moves less than this share of the largest and the gap to the best is as small.
const TOLERANCE: f64 = 1e-5;

/// Rounds over all effects at most: those that nearly repeat each other share their effect slowly.
const MOST_ROUNDS: u32 = 500;

/// Effects of columns on how far a value lies from the level.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Effects {
    /// What is expected where every column is zero.
    pub constant: f64,
    /// One a column.
    pub slopes: Vec<f64>,
}

impl Effects {
    pub(super) fn none(columns: usize) -> Effects {
        Effects { constant: 0.0, slopes: vec![0.0; columns] }
    }

    /// How many effects stayed.
    pub(super) fn kept(&self) -> usize {
        self.slopes.iter().filter(|slope| **slope != 0.0).count()
    }

    /// What the columns of a period announce, without the constant.
    pub(super) fn announced(&self, columns: impl IntoIterator<Item = f64>) -> f64 {
        self.slopes.iter().zip(columns).map(|(slope, x)| slope * x).sum()
    }
}

/// Rows of observed periods, their columns centred and of unit variance, ready for any penalty.
#[derive(Debug)]
pub(super) struct Standardised {
    data: DatasetBase<Array2<f64>, Array1<f64>>,
    means: Vec<f64>,
    /// Zero for a column that doesn't vary.
    deviations: Vec<f64>,
    mean: f64,
    lasso_share: f64,
}

/// A column that varies less than this share of its size doesn't vary.
const LEAST_VARIATION: f64 = 1e-9;

impl Standardised {
    /// Rows x columns and one target a row; `None` without a row or a column that varies.
    pub(super) fn new(rows: ArrayView2<'_, f64>, targets: &[f64], lasso_share: f64) -> Option<Standardised> {
        let count = targets.len() as f64;
        let mean = targets.iter().sum::<f64>() / count;
        let mut x = rows.to_owned();
        let (mut means, mut deviations) = (Vec::new(), Vec::new());
        for mut column in x.axis_iter_mut(Axis(1)) {
            let centre = column.sum() / count;
            let size = column.iter().fold(0.0_f64, |size, value| size.max(value.abs()));
            let deviation =
                (column.iter().map(|value| (value - centre) * (value - centre)).sum::<f64>() / count).sqrt();
            let varies = deviation > LEAST_VARIATION * size;
            column.mapv_inplace(|value| if varies { (value - centre) / deviation } else { 0.0 });
            means.push(centre);
            deviations.push(if varies { deviation } else { 0.0 });
        }
        let y = Array1::from_iter(targets.iter().map(|target| target - mean));
        let varies = deviations.iter().any(|deviation| *deviation > 0.0);
        let data = DatasetBase::from((x, y));
        varies.then_some(Standardised { data, means, deviations, mean, lasso_share: lasso_share.clamp(0.01, 1.0) })
    }

    /// The smallest penalty that drops every effect.
    fn all_dropped(&self) -> f64 {
        let targets = self.data.targets();
        let most =
            self.data.records().columns().into_iter().map(|column| column.dot(targets).abs()).fold(0.0, f64::max);
        most / (targets.len() as f64 * self.lasso_share)
    }

    /// Effects under the penalty, given as a share of the one that drops them all.
    ///
    /// Method: coordinate descent (Friedman, Hastie and Tibshirani 2010) on half the mean squared error plus
    /// `penalty (lasso |b| + (1 - lasso) b^2 / 2)`.
    pub(super) fn effects(&self, share: f64) -> Result<Effects, String> {
        let mut effects = Effects { constant: self.mean, ..Effects::none(self.means.len()) };
        let penalty = share * self.all_dropped();
        if share >= 1.0 || penalty <= 0.0 {
            return Ok(effects);
        }
        let params = ElasticNetParams::<f64>::new()
            .penalty(penalty)
            .l1_ratio(self.lasso_share)
            .with_intercept(false)
            .tolerance(TOLERANCE)
            .max_iterations(MOST_ROUNDS);
        let fitted = params.fit(&self.data).map_err(|error| error.to_string())?;
        for (column, slope) in fitted.hyperplane().iter().enumerate() {
            if *slope != 0.0 {
                effects.slopes[column] = slope / self.deviations[column];
                effects.constant -= effects.slopes[column] * self.means[column];
            }
        }
        let finite = effects.constant.is_finite() && effects.slopes.iter().all(|slope| slope.is_finite());
        if finite { Ok(effects) } else { Err("an effect is not finite".to_owned()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_effect_is_shrunk_as_the_formula_says() {
        // One centred column of unit variance with covariance 4: (4 - penalty lasso) / (1 + penalty (1 - lasso)).
        let rows = ndarray::array![[1.0], [-1.0], [1.0], [-1.0]];
        let fit = Standardised::new(rows.view(), &[7.0, -1.0, 7.0, -1.0], 0.5).expect("it varies");
        // All is dropped at 4 / 0.5 = 8; a quarter of it is 2.
        let effects = fit.effects(0.25).expect("a fit");
        assert!((effects.slopes[0] - 3.0 / 2.0).abs() < 1e-9 && (effects.constant - 3.0).abs() < 1e-9, "{effects:?}");
        assert_eq!(fit.effects(1.0).expect("a fit"), Effects { constant: 3.0, slopes: vec![0.0] });
    }

    #[test]
    fn units_of_a_column_do_not_matter() {
        let row = |scale: f64| {
            Array2::from_shape_fn((12, 2), |(t, c)| if c == 0 { 5.0 + scale * t as f64 } else { (t % 3) as f64 })
        };
        let targets: Vec<f64> = (0..12).map(|t| f64::from(t) + f64::from(t % 3)).collect();
        let effects =
            |scale| Standardised::new(row(scale).view(), &targets, 0.5).expect("varies").effects(0.1).expect("a fit");
        let (one, thousand) = (effects(1.0), effects(1000.0));
        assert!((one.slopes[0] / thousand.slopes[0] - 1000.0).abs() < 1e-3, "{one:?} {thousand:?}");
        assert!((one.slopes[1] - thousand.slopes[1]).abs() < 1e-6, "{one:?} {thousand:?}");
    }

    #[test]
    fn columns_that_do_not_vary_are_left_out() {
        let rows = Array2::from_elem((5, 2), 3.0);
        assert!(Standardised::new(rows.view(), &[1.0, 2.0, 3.0, 4.0, 5.0], 0.5).is_none());
        let mut rows = rows;
        rows[(0, 1)] = 9.0;
        let effects = Standardised::new(rows.view(), &[8.0, 2.0, 3.0, 2.0, 3.0], 0.5).expect("one varies").effects(0.1);
        let effects = effects.expect("a fit");
        assert!(effects.slopes[0] == 0.0 && effects.slopes[1] > 0.5, "{effects:?}");
    }
}
