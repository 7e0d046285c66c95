//! Effects of a count regression by iteratively reweighted least squares.

use ndarray::{Array2, ArrayView1};

use super::CountDistribution;
use super::likelihood::{Scatter, dispersion};
use crate::math::cholesky::solve_in_place;

/// Steps of one search, halvings of one step, rounds of effects and dispersion in turn.
const STEPS: usize = 50;
const HALVINGS: usize = 30;
const ROUNDS: usize = 30;

/// A search ends where a step gains less than this share of the likelihood's size.
const TOLERANCE: f64 = 1e-12;

/// Rounds of effects and dispersion end where the logarithm of the dispersion moves less than this.
const DISPERSION_TOLERANCE: f64 = 1e-7;

/// What is fitted: counts, and the columns that explain the logarithm of their means.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counts<'a> {
    /// Periods x effects, the intercept first.
    pub rows: &'a Array2<f64>,
    /// One a period; `NaN` = not observed. At least one is above zero.
    pub values: &'a [f64],
    /// What is added to the logarithm of the mean, one a period.
    pub offset: &'a [f64],
    /// Every effect but the intercept is drawn to zero by so many observations of unit size and average weight.
    pub ridge: f64,
    /// How many effects can be told apart, the intercept with them.
    pub free: usize,
}

/// Effects, scatter and how well they explain the counts.
#[derive(Debug, Clone)]
pub(super) struct Fit {
    pub effects: Vec<f64>,
    pub scatter: Scatter,
    pub aicc: f64,
}

impl Counts<'_> {
    /// The effects and scatter of the distribution; for [`CountDistribution::Auto`] of the one with the lower AICc.
    ///
    /// Method: Fisher scoring of the penalised likelihood with step halving (McCullagh and Nelder 1989; Marschner 2011
    /// on halving); dispersion by maximum likelihood in turn with the effects (Lawless 1987). `start` are effects to
    /// start from, empty for none.
    pub(super) fn fit(&self, distribution: CountDistribution, start: &[f64]) -> Fit {
        let poisson = || {
            let effects = self.search(Scatter::Poisson, self.starting(start));
            self.judged(effects, Scatter::Poisson)
        };
        match distribution {
            CountDistribution::Poisson => poisson(),
            CountDistribution::NegativeBinomial => self.negative_binomial(self.starting(start)),
            CountDistribution::Auto => {
                let poisson = poisson();
                let other = self.negative_binomial(poisson.effects.clone());
                // With too few counts for either AICc the one with fewer parameters stays.
                if other.aicc < poisson.aicc { other } else { poisson }
            }
        }
    }

    fn negative_binomial(&self, mut effects: Vec<f64>) -> Fit {
        let mut size = dispersion(&self.pairs(&effects));
        for _ in 0..ROUNDS {
            effects = self.search(Scatter::NegativeBinomial(size), effects);
            let next = dispersion(&self.pairs(&effects));
            let moved = libm::log(next / size).abs();
            size = next;
            if moved < DISPERSION_TOLERANCE {
                break;
            }
        }
        self.judged(effects, Scatter::NegativeBinomial(size))
    }

    /// Observed counts with the rows and offsets of their periods.
    fn observed(&self) -> impl Iterator<Item = (f64, ArrayView1<'_, f64>, f64)> {
        let of_period = self.values.iter().zip(self.rows.rows()).zip(self.offset);
        of_period.filter(|((value, _), _)| !value.is_nan()).map(|((value, row), offset)| (*value, row, *offset))
    }

    /// Counts with their means.
    fn pairs(&self, effects: &[f64]) -> Vec<(f64, f64)> {
        self.observed().map(|(count, row, offset)| (count, libm::exp(offset + along(row, effects)))).collect()
    }

    /// Effects that give every period the same rate.
    fn starting(&self, start: &[f64]) -> Vec<f64> {
        if start.len() == self.rows.ncols() {
            return start.to_vec();
        }
        let sums = self
            .observed()
            .fold((0.0, 0.0), |(counts, exposure), (count, _, offset)| (counts + count, exposure + libm::exp(offset)));
        let mut effects = vec![0.0; self.rows.ncols()];
        effects[0] = libm::log(sums.0 / sums.1);
        effects
    }

    /// The penalty in units of the likelihood.
    fn penalty(&self, scatter: Scatter) -> f64 {
        let (sum, count) = self.observed().fold((0.0, 0.0), |(sum, count), (value, _, _)| (sum + value, count + 1.0));
        // A speck is left so that columns without variance have no effect rather than any.
        self.ridge.max(1e-9) * scatter.weight(sum / count)
    }

    /// Log-likelihood less penalty; minus infinity where a mean can't be a number.
    fn objective(&self, scatter: Scatter, penalty: f64, effects: &[f64]) -> f64 {
        let likelihood: f64 =
            self.observed().map(|(count, row, offset)| scatter.kernel(count, offset + along(row, effects))).sum();
        let drawn: f64 = effects[1..].iter().map(|effect| effect * effect).sum();
        let value = likelihood - 0.5 * penalty * drawn;
        if value.is_finite() { value } else { f64::NEG_INFINITY }
    }

    /// The effects that the counts make likeliest, given how they scatter.
    fn search(&self, scatter: Scatter, mut effects: Vec<f64>) -> Vec<f64> {
        let size = effects.len();
        let penalty = self.penalty(scatter);
        let mut reached = self.objective(scatter, penalty, &effects);
        let (mut product, mut step, mut trial) = (vec![0.0; size * size], vec![0.0; size], effects.clone());
        for _ in 0..STEPS {
            product.fill(0.0);
            step.fill(0.0);
            for (count, row, offset) in self.observed() {
                let mean = libm::exp(offset + along(row, &effects));
                let weight = scatter.weight(mean);
                let surprise = if mean > 0.0 { weight * (count - mean) / mean } else { 0.0 };
                for (effect, x) in row.iter().enumerate() {
                    step[effect] += surprise * x;
                    let scaled = weight * x;
                    let cells = &mut product[effect * size..=effect * size + effect];
                    cells.iter_mut().zip(row).for_each(|(cell, other)| *cell += scaled * other);
                }
            }
            for effect in 1..size {
                step[effect] -= penalty * effects[effect];
                product[effect * size + effect] += penalty;
            }
            solve_in_place(&mut product, &mut step);
            let mut share = 1.0;
            let mut gain = f64::NEG_INFINITY;
            for _ in 0..HALVINGS {
                for (trial, (effect, step)) in trial.iter_mut().zip(effects.iter().zip(&step)) {
                    *trial = effect + share * step;
                }
                gain = self.objective(scatter, penalty, &trial) - reached;
                if gain >= 0.0 {
                    break;
                }
                share *= 0.5;
            }
            if gain.is_nan() || gain < 0.0 {
                break;
            }
            effects.copy_from_slice(&trial);
            reached += gain;
            if gain <= TOLERANCE * (1.0 + reached.abs()) {
                break;
            }
        }
        effects
    }

    fn judged(&self, effects: Vec<f64>, scatter: Scatter) -> Fit {
        let (likelihood, count) = self.observed().fold((0.0, 0.0), |(sum, count), (value, row, offset)| {
            (sum + scatter.log_likelihood(value, offset + along(row, &effects)), count + 1.0)
        });
        let estimated = (self.free + usize::from(scatter != Scatter::Poisson)) as f64;
        let spare = count - estimated - 1.0;
        let correction = if spare > 0.0 { 2.0 * estimated * (estimated + 1.0) / spare } else { f64::INFINITY };
        Fit { effects, scatter, aicc: 2.0 * (estimated - likelihood) + correction }
    }
}

fn along(row: ArrayView1<'_, f64>, effects: &[f64]) -> f64 {
    row.iter().zip(effects).map(|(x, effect)| x * effect).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts<'a>(rows: &'a Array2<f64>, values: &'a [f64], offset: &'a [f64], ridge: f64) -> Counts<'a> {
        Counts { rows, values, offset, ridge, free: rows.ncols() }
    }

    #[test]
    fn two_groups_have_the_logarithms_of_their_means() {
        let rows = ndarray::array![[1.0, 0.0], [1.0, 0.0], [1.0, 1.0], [1.0, 1.0], [1.0, 1.0]];
        let values = [3.0, 5.0, 20.0, 30.0, f64::NAN];
        for distribution in [CountDistribution::Poisson, CountDistribution::NegativeBinomial] {
            let effects = counts(&rows, &values, &[0.0; 5], 0.0).fit(distribution, &[]).effects;
            // With one mean for each group the likeliest is the average, whatever the scatter.
            assert!((effects[0] - f64::ln(4.0)).abs() < 1e-6, "{effects:?}");
            assert!((effects[1] - f64::ln(25.0 / 4.0)).abs() < 1e-6, "{effects:?}");
        }
    }

    #[test]
    fn an_offset_is_exposure() {
        let rows = ndarray::array![[1.0], [1.0], [1.0]];
        let offset = [1.0, 2.0, 5.0].map(f64::ln);
        let effects = counts(&rows, &[3.0, 6.0, 15.0], &offset, 0.0).fit(CountDistribution::Poisson, &[]).effects;
        assert!((effects[0] - f64::ln(3.0)).abs() < 1e-9, "{effects:?}");
    }

    #[test]
    fn a_group_without_a_count_does_not_drive_its_effect_to_infinity() {
        let rows = Array2::from_shape_fn((20, 2), |(row, column)| if column == 0 || row % 2 == 0 { 1.0 } else { 0.0 });
        let values: Vec<f64> = (0..20).map(|row| if row % 2 == 0 { 0.0 } else { 10.0 }).collect();
        for distribution in [CountDistribution::Poisson, CountDistribution::Auto] {
            let effects = counts(&rows, &values, &[0.0; 20], 1.0).fit(distribution, &[]).effects;
            assert!((-6.0..-1.0).contains(&effects[1]), "{effects:?}");
        }
    }

    #[test]
    fn a_column_of_zeros_has_no_effect_and_repeated_columns_share_theirs() {
        let rows = ndarray::array![[1.0, 0.0, 1.0, 1.0], [1.0, 0.0, -1.0, -1.0], [1.0, 0.0, 2.0, 2.0]];
        let effects = counts(&rows, &[8.0, 2.0, 16.0], &[0.0; 3], 0.001).fit(CountDistribution::Poisson, &[]).effects;
        assert!(effects[1].abs() < 1e-12 && (effects[2] - effects[3]).abs() < 1e-9, "{effects:?}");
        assert!((effects[2] - 0.5 * f64::ln(2.0)).abs() < 0.01, "{effects:?}");
    }

    #[test]
    fn the_choice_between_the_two_is_that_of_their_scatter() {
        let rows = Array2::ones((60, 1));
        let calm: Vec<f64> = (0..60).map(|t| 100.0 + f64::from(t * 7 % 19) - 9.0).collect();
        let wild: Vec<f64> = (0..60).map(|t| 10.0 + f64::from(t * 37 % 61) * 3.0).collect();
        let chosen = |values: &[f64]| counts(&rows, values, &[0.0; 60], 1.0).fit(CountDistribution::Auto, &[]).scatter;
        assert_eq!(chosen(&calm), Scatter::Poisson);
        let Scatter::NegativeBinomial(dispersion) = chosen(&wild) else { panic!("counts scatter more than Poisson") };
        // By moments: mean 100, variance about 2,800.
        assert!((1.5..8.0).contains(&dispersion), "{dispersion}");
    }
}
