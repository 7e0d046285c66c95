//! Months, designs and paths over them, for the tests of the models that read regressors.

use crate::forecast::FittedSeries;
use crate::panel::Design;
use crate::time::{Period, Span};

/// So many months from January 2015.
pub(super) fn months(len: usize) -> Span {
    Span::new(Period::month(2015, 1), len)
}

/// The point forecast.
pub(super) fn point(fit: &dyn FittedSeries, future: &Design) -> Vec<f64> {
    path(fit, future, &vec![0.0; future.span().len()])
}

/// The path under these innovations.
pub(super) fn path(fit: &dyn FittedSeries, future: &Design, innovations: &[f64]) -> Vec<f64> {
    let mut path = vec![0.0; innovations.len()];
    fit.path(future.regressors(0), innovations, &mut path);
    path
}

/// 300 a month, a third more in spring and less in autumn.
pub(super) fn seasonal(period: usize) -> f64 {
    300.0 * (1.0 + 0.3 * (std::f64::consts::TAU * period as f64 / 12.0).sin())
}
