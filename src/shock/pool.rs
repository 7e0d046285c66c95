//! Effects of series, shrunk towards those of their group, and the group's towards the prior.

#![allow(clippy::needless_range_loop, reason = "one index runs over several arrays")]

use super::priors::{EFFECTS, EffectPrior};

/// One value for each effect of a series.
pub(super) type Effects = [f64; EFFECTS];

/// A symmetric matrix over the effects.
pub(super) type Square = [[f64; EFFECTS]; EFFECTS];

/// How many series' worth of evidence the prior spread between series carries.
const SPREAD_WORTH: f64 = 6.0;

/// Rounds in which the spread between series is estimated.
const ROUNDS: usize = 12;

/// What the data of one series say of its effects: the log likelihood is -effects' precision effects / 2
/// + pull' effects + constant.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Likelihood {
    pub precision: Square,
    pub pull: Effects,
    pub constant: f64,
}

/// The prior of a group: the mean of its effects, and the spread of series about it.
#[derive(Debug, Clone, Copy)]
pub(super) struct GroupPrior {
    pub mean: Effects,
    pub variance: Effects,
    /// Variance of a series about its group.
    pub between: Effects,
}

impl GroupPrior {
    pub fn of(priors: &[EffectPrior; EFFECTS]) -> GroupPrior {
        GroupPrior {
            mean: priors.map(|prior| prior.mean),
            variance: priors.map(|prior| prior.sd * prior.sd),
            between: priors.map(|prior| prior.between * prior.between),
        }
    }

    /// The variance of one series' effects before its data speak.
    pub fn marginal(&self) -> Effects {
        std::array::from_fn(|effect| self.variance[effect] + self.between[effect])
    }
}

/// The posterior of a group: its mean is normal, and each series is normal given it.
///
/// Method: linear mixed model, effects N(group mean, between), group mean N(prior); the group's mean and the series are
/// integrated out exactly (Lindley and Smith 1972).
#[derive(Debug, Clone)]
pub(super) struct GroupPosterior {
    pub mean: Effects,
    pub covariance: Square,
    pub between: Effects,
    /// The logarithm of the evidence: the likelihood with everything integrated out.
    pub evidence: f64,
}

impl GroupPosterior {
    pub fn of(prior: &GroupPrior, series: &[Likelihood]) -> GroupPosterior {
        let inverse_between = prior.between.map(|variance| 1.0 / variance);
        let mut precision = diagonal(&prior.variance.map(|variance| 1.0 / variance));
        let mut pull: Effects = std::array::from_fn(|effect| prior.mean[effect] / prior.variance[effect]);
        let mut evidence = 0.0;
        for effect in 0..EFFECTS {
            evidence -= 0.5 * (pull[effect] * prior.mean[effect] + libm::log(prior.variance[effect]));
        }
        for likelihood in series {
            let own = lower(&plus_diagonal(&likelihood.precision, &inverse_between));
            let inverse = inverse(&own);
            for a in 0..EFFECTS {
                precision[a][a] += inverse_between[a];
                for b in 0..EFFECTS {
                    precision[a][b] -= inverse_between[a] * inverse[a][b] * inverse_between[b];
                }
                evidence -= 0.5 * libm::log(prior.between[a]);
            }
            let shrunk = multiply(&inverse, &likelihood.pull);
            for effect in 0..EFFECTS {
                pull[effect] += inverse_between[effect] * shrunk[effect];
            }
            evidence += likelihood.constant + 0.5 * inner(&likelihood.pull, &shrunk) - 0.5 * log_determinant(&own);
        }
        let factor = lower(&precision);
        let covariance = inverse(&factor);
        let mean = multiply(&covariance, &pull);
        evidence += 0.5 * inner(&pull, &mean) - 0.5 * log_determinant(&factor);
        GroupPosterior { mean, covariance, between: prior.between, evidence }
    }

    /// Mean and covariance of a series' effects, the group's mean integrated out.
    pub fn series(&self, likelihood: &Likelihood) -> (Effects, Square) {
        let (own, gain) = self.given(likelihood);
        let mean = self.series_given(likelihood, &self.mean);
        let mut covariance = own;
        for a in 0..EFFECTS {
            for b in 0..EFFECTS {
                for c in 0..EFFECTS {
                    for d in 0..EFFECTS {
                        covariance[a][b] += gain[a][c] * self.covariance[c][d] * gain[b][d];
                    }
                }
            }
        }
        (mean, covariance)
    }

    /// Covariance of a series' effects given the group's mean, and how the mean moves them.
    pub fn given(&self, likelihood: &Likelihood) -> (Square, Square) {
        let inverse_between = self.between.map(|variance| 1.0 / variance);
        let own = inverse(&lower(&plus_diagonal(&likelihood.precision, &inverse_between)));
        let mut gain = own;
        gain.iter_mut().for_each(|line| line.iter_mut().zip(inverse_between).for_each(|(cell, scale)| *cell *= scale));
        (own, gain)
    }

    /// Mean of a series' effects where its group's mean is known.
    pub fn series_given(&self, likelihood: &Likelihood, group: &Effects) -> Effects {
        let (own, _) = self.given(likelihood);
        let pull = std::array::from_fn(|effect| likelihood.pull[effect] + group[effect] / self.between[effect]);
        multiply(&own, &pull)
    }
}

/// The prior with the spread between series as the data have it.
///
/// Method: expectation maximisation; the prior spread counts as [`SPREAD_WORTH`] series.
pub(super) fn with_estimated_spread(prior: &GroupPrior, series: &[Likelihood]) -> GroupPrior {
    let mut estimated = *prior;
    if series.len() < 2 {
        return estimated;
    }
    for _ in 0..ROUNDS {
        let posterior = GroupPosterior::of(&estimated, series);
        let mut sums: Effects = prior.between.map(|variance| SPREAD_WORTH * variance);
        for likelihood in series {
            let (own, gain) = posterior.given(likelihood);
            let mean = posterior.series_given(likelihood, &posterior.mean);
            for effect in 0..EFFECTS {
                let mut variance = own[effect][effect];
                for c in 0..EFFECTS {
                    for d in 0..EFFECTS {
                        let one = |place: usize| if place == effect { 1.0 } else { 0.0 };
                        variance +=
                            (gain[effect][c] - one(c)) * posterior.covariance[c][d] * (gain[effect][d] - one(d));
                    }
                }
                sums[effect] += (mean[effect] - posterior.mean[effect]).powi(2) + variance;
            }
        }
        estimated.between = sums.map(|sum| (sum / (SPREAD_WORTH + series.len() as f64)).max(1e-6));
    }
    estimated
}

pub(super) fn inner(a: &Effects, b: &Effects) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn diagonal(values: &Effects) -> Square {
    plus_diagonal(&[[0.0; EFFECTS]; EFFECTS], values)
}

fn plus_diagonal(matrix: &Square, values: &Effects) -> Square {
    let mut sum = *matrix;
    (0..EFFECTS).for_each(|place| sum[place][place] += values[place]);
    sum
}

pub(super) fn multiply(matrix: &Square, vector: &Effects) -> Effects {
    std::array::from_fn(|row| inner(&matrix[row], vector))
}

/// The Cholesky factor of a positive definite matrix; a pivot lost to rounding becomes a hair.
pub(super) fn lower(matrix: &Square) -> Square {
    let mut factor = [[0.0; EFFECTS]; EFFECTS];
    for row in 0..EFFECTS {
        for column in 0..=row {
            let sum: f64 = (0..column).map(|k| factor[row][k] * factor[column][k]).sum();
            let rest = matrix[row][column] - sum;
            factor[row][column] = if row == column { rest.max(1e-14).sqrt() } else { rest / factor[column][column] };
        }
    }
    factor
}

fn inverse(factor: &Square) -> Square {
    let mut result = [[0.0; EFFECTS]; EFFECTS];
    for column in 0..EFFECTS {
        let mut right = [0.0; EFFECTS];
        right[column] = 1.0;
        for row in 0..EFFECTS {
            let sum: f64 = (0..row).map(|k| factor[row][k] * right[k]).sum();
            right[row] = (right[row] - sum) / factor[row][row];
        }
        for row in (0..EFFECTS).rev() {
            let sum: f64 = (row + 1..EFFECTS).map(|k| factor[k][row] * right[k]).sum();
            right[row] = (right[row] - sum) / factor[row][row];
        }
        (0..EFFECTS).for_each(|row| result[row][column] = right[row]);
    }
    result
}

fn log_determinant(factor: &Square) -> f64 {
    (0..EFFECTS).map(|place| 2.0 * libm::log(factor[place][place])).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Data that say `value` of every effect with the given precision.
    fn says(value: f64, precision: f64) -> Likelihood {
        let pull = [precision * value; EFFECTS];
        let constant = -0.5 * EFFECTS as f64 * precision * value * value;
        Likelihood { precision: diagonal(&[precision; EFFECTS]), pull, constant }
    }

    const PRIOR: GroupPrior = GroupPrior { mean: [1.0; EFFECTS], variance: [1.0; EFFECTS], between: [0.25; EFFECTS] };

    #[test]
    fn one_series_is_the_mean_of_prior_and_data_by_their_precision() {
        let posterior = GroupPosterior::of(&PRIOR, &[says(2.0, 4.0)]);
        let (mean, covariance) = posterior.series(&says(2.0, 4.0));
        // By hand: prior N(1, 1.25), data N(2, 0.25).
        assert!((mean[0] - (1.0 / 1.25 + 2.0 / 0.25) / (1.0 / 1.25 + 1.0 / 0.25)).abs() < 1e-12);
        assert!((covariance[0][0] - 1.0 / (1.0 / 1.25 + 1.0 / 0.25)).abs() < 1e-12);
        assert!((posterior.mean[0] - (1.0 + 2.0 / 0.5) / (1.0 + 1.0 / 0.5)).abs() < 1e-12);
    }

    #[test]
    fn the_evidence_is_the_density_of_the_data() {
        // One series and unit weights: the data 2 with variance 0.25 come from N(1, 1.25 + 0.25) in each effect.
        let posterior = GroupPosterior::of(&PRIOR, &[says(2.0, 4.0)]);
        let density = -0.5 * (1.0 / 1.5 + 1.5f64.ln()) * EFFECTS as f64;
        // The likelihood leaves out its own norm, the logarithm of its variance.
        let norm = -0.5 * 0.25f64.ln() * EFFECTS as f64;
        assert!((posterior.evidence - (density - norm)).abs() < 1e-12, "{}", posterior.evidence);
    }

    #[test]
    fn series_without_data_take_their_group() {
        let posterior = GroupPosterior::of(&PRIOR, &[says(3.0, 1e6), says(3.0, 1e6), Likelihood::default()]);
        let (mean, covariance) = posterior.series(&Likelihood::default());
        assert!((mean[0] - posterior.mean[0]).abs() < 1e-12 && mean[0] > 2.7);
        assert!(covariance[0][0] > 0.25);
    }

    #[test]
    fn the_spread_between_series_is_found() {
        let series: Vec<Likelihood> = (0..200).map(|k| says(if k % 2 == 0 { 0.5 } else { 1.5 }, 1e4)).collect();
        let spread = with_estimated_spread(&PRIOR, &series).between[0];
        assert!((spread - 0.25).abs() < 0.02, "{spread}");
        let equal: Vec<Likelihood> = (0..200).map(|_| says(1.0, 1e4)).collect();
        assert!(with_estimated_spread(&PRIOR, &equal).between[0] < 0.02);
    }
}
