//! Checks of derivatives, for the tests of both likelihoods.

use crate::math::optimise::LeastSquares;

/// Values that look like noise, the same everywhere.
pub(super) fn made_up(periods: u32) -> Vec<f64> {
    (0..periods).map(|t| libm::sin(f64::from(t * t)) + 0.5 * libm::cos(f64::from(3 * t))).collect()
}

/// Asserts that sums and normal equations are those of central differences of the residuals.
pub(super) fn differences_match(problem: &mut impl LeastSquares, at: &[f64], residuals: impl Fn(&[f64]) -> Vec<f64>) {
    let count = at.len();
    let (mut product, mut gradient) = (vec![0.0; count * count], vec![0.0; count]);
    problem.normal_equations(at, &mut product, &mut gradient);
    let here = residuals(at);
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    assert!((problem.sum_of_squares(at) / dot(&here, &here) - 1.0).abs() < 1e-12);
    let slopes: Vec<Vec<f64>> = (0..count)
        .map(|index| {
            let (mut up, mut down) = (at.to_vec(), at.to_vec());
            up[index] += 1e-6;
            down[index] -= 1e-6;
            residuals(&up).iter().zip(residuals(&down)).map(|(up, down)| (up - down) / 2e-6).collect()
        })
        .collect();
    for index in 0..count {
        let by_difference = dot(&slopes[index], &here);
        let error = (by_difference - gradient[index]).abs();
        assert!(error < 1e-5 * (1.0 + by_difference.abs()), "{index}: {} {by_difference}", gradient[index]);
        for other in 0..count {
            let (ours, theirs) = (product[index * count + other], dot(&slopes[index], &slopes[other]));
            assert!((ours - theirs).abs() < 1e-5 * (1.0 + theirs.abs()), "{index} {other}: {ours} {theirs}");
        }
    }
}
