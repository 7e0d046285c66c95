//! What a shock does to several series together, such as an authority with all its sources.

use super::answers::{Answer, Belief};
use super::exposure::KINDS;
use super::fit::{ShockFit, unit};
use super::pool::{Effects, inner, multiply};
use super::priors::{EFFECTS, NEW_NORMAL};

/// How one series' logarithm adds to that of the sum.
#[derive(Clone, Copy)]
enum Turned {
    /// The effect takes away: gamma.
    Down,
    /// The effect adds: nu.
    Up,
}

impl ShockFit {
    /// How far a closure with these shares of each kind ([`KINDS`]) suppresses all series together: gamma of the sum.
    /// `sizes` has the usual demand of each series, in any unit.
    ///
    /// Method: the logarithm of the sum, linear about the means (delta method); groups are independent, series of a group
    /// share its mean.
    pub fn closure_together(&self, sizes: &[f64], shares: [f64; KINDS.len()]) -> Answer {
        self.together(sizes, &std::array::from_fn(|effect| shares.get(effect).copied().unwrap_or(0.0)), Turned::Down)
    }

    /// The new normal of all series together: the logarithm of the level after over before. `sizes` and method as in
    /// [`ShockFit::closure_together`].
    pub fn new_normal_together(&self, sizes: &[f64]) -> Answer {
        self.together(sizes, &unit(Some(NEW_NORMAL)), Turned::Up)
    }

    fn together(&self, sizes: &[f64], along: &Effects, turned: Turned) -> Answer {
        let groups = self.group_labels().len();
        let square = |effects: &Effects| -> f64 { along.iter().zip(effects).map(|(a, b)| a * a * b).sum() };
        let means: Vec<f64> =
            (0..sizes.len()).map(|row| inner(along, &self.priors[self.groups.of_series[row]].mean)).collect();
        let (mean, pulls) = joined(sizes, &means, turned);
        let mut of_group = vec![0.0; groups];
        let mut variance = 0.0;
        for (row, pull) in pulls.iter().enumerate() {
            let group = self.groups.of_series[row];
            of_group[group] += pull;
            variance += pull * pull * square(&self.priors[group].between);
        }
        variance +=
            of_group.iter().zip(&self.priors).map(|(pull, prior)| pull * pull * square(&prior.variance)).sum::<f64>();
        Answer { prior: Belief::normal(mean, variance), posterior: self.joined_posterior(sizes, along, turned) }
    }

    fn joined_posterior(&self, sizes: &[f64], along: &Effects, turned: Turned) -> Belief {
        let groups = self.group_labels().len();
        let (mut first, mut second) = (0.0, 0.0);
        for (point, weight) in self.weights.iter().enumerate().filter(|(_, weight)| **weight > 1e-9) {
            let posteriors = &self.posteriors[point];
            let of = |row: usize| (&posteriors[self.groups.of_series[row]], self.likelihood(row, point));
            let means: Vec<f64> = (0..sizes.len())
                .map(|row| {
                    let (group, likelihood) = of(row);
                    inner(along, &group.series_given(&likelihood, &group.mean))
                })
                .collect();
            let (mean, pulls) = joined(sizes, &means, turned);
            // How the group's mean moves the sum, by group; and what series leave open given it.
            let mut moved: Vec<Effects> = vec![[0.0; EFFECTS]; groups];
            let mut variance = 0.0;
            for (row, pull) in pulls.iter().enumerate() {
                let (group, likelihood) = of(row);
                let (own, gain) = group.given(&likelihood);
                variance += pull * pull * inner(along, &multiply(&own, along));
                for (place, cell) in moved[self.groups.of_series[row]].iter_mut().enumerate() {
                    *cell += pull * (0..EFFECTS).map(|effect| along[effect] * gain[effect][place]).sum::<f64>();
                }
            }
            for (moved, group) in moved.iter().zip(posteriors) {
                variance += inner(moved, &multiply(&group.covariance, moved));
            }
            first += weight * mean;
            second += weight * (mean * mean + variance);
        }
        Belief::normal(first, second - first * first)
    }
}

/// The effect of the sum, and how far each series' own moves it.
fn joined(sizes: &[f64], effects: &[f64], turned: Turned) -> (f64, Vec<f64>) {
    let sign = match turned {
        Turned::Down => -1.0,
        Turned::Up => 1.0,
    };
    let left: Vec<f64> = sizes.iter().zip(effects).map(|(size, effect)| size * libm::exp(sign * effect)).collect();
    let (all, before): (f64, f64) = (left.iter().sum(), sizes.iter().sum());
    if all <= 0.0 || before <= 0.0 {
        return (0.0, vec![0.0; sizes.len()]);
    }
    (sign * libm::log(all / before), left.into_iter().map(|left| left / all).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel::{Design, Panel, SeriesKey, ValueKind};
    use crate::shock::ShockPriors;
    use crate::time::{Period, Span};

    fn believed(labels: &[&str]) -> ShockFit {
        let mut labels = labels.to_vec();
        labels.sort_unstable();
        let keys: Vec<SeriesKey> = labels.iter().map(|label| SeriesKey::new([*label])).collect();
        let span = Span::new(Period::month(2019, 1), 12);
        let counts = ndarray::Array2::from_elem((keys.len(), 12), 50.0);
        let panel = Panel::new(vec!["source".into()], keys, span, counts, ValueKind::Count).expect("valid");
        ShockFit::believed(&panel, &Design::empty(span), &ShockPriors::shipped(super::super::ShippedPriors::England))
    }

    #[test]
    fn the_sum_of_one_series_is_the_series() {
        let fit = believed(&["Schools"]);
        let (one, all) = (fit.closure(0, [1.0, 0.0, 0.0]), fit.closure_together(&[7.0], [1.0, 0.0, 0.0]));
        for (one, all) in [(one.prior, all.prior), (one.posterior, all.posterior)] {
            assert!((one.mean - all.mean).abs() < 1e-12 && (one.sd - all.sd).abs() < 1e-9, "{one:?} {all:?}");
        }
    }

    #[test]
    fn a_source_that_falls_takes_its_share_of_the_sum() {
        let fit = believed(&["Police", "Schools"]);
        let schools = fit.closure(1, [1.0, 0.0, 0.0]).prior.mean;
        let all = fit.closure_together(&[80.0, 20.0], [1.0, 0.0, 0.0]).prior;
        // Police are believed to be as before.
        assert!((all.mean + (0.8 + 0.2 * (-schools).exp()).ln()).abs() < 1e-12, "{}", all.mean);
        let pull = 0.2 * (-schools).exp() / (0.8 + 0.2 * (-schools).exp());
        let sd_of_schools = fit.closure(1, [1.0, 0.0, 0.0]).prior.sd;
        assert!(all.sd > pull * sd_of_schools && all.sd < sd_of_schools);
    }
}
