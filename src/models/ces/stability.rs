//! Whether errors of the past die out.

use super::recursion::Smoother;

/// Room for the polynomials of one check.
#[derive(Debug, Default)]
pub(super) struct Polynomials {
    errors: Vec<f64>,
    own: Vec<f64>,
}

/// How fast the influence of an old value may grow, at most: a level and a season beside it share a constant that no
/// value tells apart, and where the level drifts up this constant moves by a ten-thousandth or so a step.
const MOST_GROWTH: f64 = 1.002;

impl Polynomials {
    /// Whether the smoothers, fed by the same errors, forget: all roots of the polynomial in the backshift operator
    /// that turns values into errors lie outside the unit circle.
    ///
    /// Method: with `P` a smoother's transition polynomial and `Q` its discounted one (Svetunkov et al. 2022, section
    /// 3.2) two smoothers together have `Q1 P2 + Q2 P1 - P1 P2`; its roots are looked at by the step-down recursion of
    /// Schur and Cohn.
    pub(super) fn are_stable(&mut self, smoothers: &[Smoother]) -> bool {
        let polynomials = |smoother: &Smoother| {
            let (real, imaginary) = (smoother.weights.real(), smoother.weights.imaginary());
            let transition = [1.0, real - 2.0, 2.0 - real - imaginary];
            let discounted =
                [1.0, 2.0 * real - imaginary - 2.0, 2.0 - 3.0 * real + real * real + imaginary * imaginary - imaginary];
            (smoother.slots.len(), transition, discounted)
        };
        let degree: usize = smoothers.iter().map(|smoother| 2 * smoother.slots.len()).sum();
        self.errors.clear();
        self.errors.resize(degree + 1, 0.0);
        match smoothers {
            [one] => {
                let (lag, _, discounted) = polynomials(one);
                discounted.iter().enumerate().for_each(|(power, value)| self.errors[power * lag] += value);
            }
            [one, two] => {
                let ((lag, transition, discounted), (other_lag, other_transition, other_discounted)) =
                    (polynomials(one), polynomials(two));
                for power in 0..3 {
                    for other in 0..3 {
                        self.errors[power * lag + other * other_lag] += discounted[power] * other_transition[other]
                            + transition[power] * (other_discounted[other] - other_transition[other]);
                    }
                }
            }
            _ => return false,
        }
        let mut shrink = 1.0;
        for coefficient in &mut self.errors {
            *coefficient *= shrink;
            shrink /= MOST_GROWTH;
        }
        self.roots_lie_outside()
    }

    /// Whether all roots of `errors`, which starts with one, lie outside the unit circle.
    fn roots_lie_outside(&mut self) -> bool {
        for degree in (1..self.errors.len()).rev() {
            let reflection = self.errors[degree];
            if reflection.is_nan() || reflection.abs() >= 1.0 {
                return false;
            }
            if reflection != 0.0 {
                self.own.clear();
                self.own.extend_from_slice(&self.errors[..=degree]);
                let scale = 1.0 / (1.0 - reflection * reflection);
                for power in 1..degree {
                    self.errors[power] = (self.own[power] - reflection * self.own[degree - power]) * scale;
                }
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::recursion::{Weights, walk};
    use super::*;

    /// By how much a disturbed start grows each step in the long run: by walking alone.
    fn growth(smoothers: &[Smoother]) -> f64 {
        let mut disturbed = smoothers.to_vec();
        disturbed[0].slots.iter_mut().for_each(|slot| *slot = (1.0, 0.3));
        if let Some(season) = disturbed.get_mut(1) {
            (season.slots[0], season.slots[1]) = ((0.5, 0.2), (-0.5, 0.1));
        }
        let (mut early, mut late): (f64, f64) = (1e-280, 1e-280);
        walk(&[0.0; 1000], &mut disturbed, |t, _, mean| match t {
            380..400 => early = early.max(mean.abs()),
            980..1000 => late = late.max(mean.abs()),
            _ => (),
        });
        if late.is_finite() { libm::pow(late / early, 1.0 / 600.0) } else { f64::INFINITY }
    }

    #[test]
    fn what_is_called_stable_forgets_its_start_and_nothing_else_does() {
        let smoother = |smoothing, fade, slots: usize| Smoother::at_rest(Weights { smoothing, fade }, vec![0.0; slots]);
        let mut polynomials = Polynomials::default();
        let mut found = [0, 0];
        for smoothing in [-0.3, -0.05, 0.1, 0.5, 0.9, 1.1, 1.4] {
            for fade in [-0.05, 0.0, 0.05] {
                // Where nothing fades the hidden component doesn't show in the mean: walking can't see it grow.
                if fade == 0.0 && smoothing > 1.0 {
                    continue;
                }
                let level = smoother(smoothing, fade, 1);
                let mut check = |smoothers: &[Smoother]| {
                    let (stable, growth) = (polynomials.are_stable(smoothers), growth(smoothers));
                    // Walking can't tell what lies at the limit.
                    if (growth - MOST_GROWTH).abs() > 0.001 {
                        assert_eq!(stable, growth < MOST_GROWTH, "{smoothers:?} {growth}");
                        found[usize::from(stable)] += 1;
                    }
                };
                check(std::slice::from_ref(&level));
                check(&[smoother(smoothing, fade, 4)]);
                for season in [0.1, 0.6, 1.5] {
                    check(&[level.clone(), smoother(season, 0.02, 4)]);
                }
            }
        }
        assert!(found[0] > 20 && found[1] > 20, "{found:?}");
    }
}
