//! What a shock made of one series: the factor on its baseline, and how each effect moves it.

#![allow(clippy::needless_range_loop, reason = "one index runs over several arrays")]

use super::exposure::{Exposure, KINDS};
use super::pool::Effects;
use super::priors::{EFFECTS, NEW_NORMAL};
use super::stock::due_shares;

/// The smallest factor that is told from none.
const LEAST_FACTOR: f64 = 0.02;

/// The last period of which at least this share was closed ends the shock; the new normal starts after it.
const DEEP: f64 = 0.25;

/// The closures of one series over the fitted periods, and when what they hide falls due.
#[derive(Debug, Clone)]
pub(super) struct SeriesShock {
    /// Closed share by period and kind.
    pub shares: Vec<[f64; KINDS.len()]>,
    /// Periods with any closure.
    closed: Vec<usize>,
    /// By delay and closed period: the share that falls due in each period.
    due: Vec<Vec<Vec<f64>>>,
    /// The first period of the new normal: the one after the last deep closure, which may lie after all periods.
    pub new_normal_from: Option<usize>,
}

impl SeriesShock {
    /// The shock of a series over the periods of an exposure; `delays` are the weights of each delay that is considered.
    pub fn of(exposure: &Exposure, row: usize, delays: &[Vec<f64>]) -> SeriesShock {
        let periods = exposure.periods();
        let shares: Vec<[f64; KINDS.len()]> = (0..periods).map(|period| exposure.shares(row, period)).collect();
        let closed: Vec<usize> = (0..periods).filter(|period| exposure.deepest(row, *period) > 0.0).collect();
        let open: Vec<bool> = (0..periods).map(|period| exposure.open(row, period)).collect();
        let due = delays
            .iter()
            .map(|weights| {
                let due_of = |from: &usize| {
                    let mut shares = vec![0.0; periods];
                    due_shares(*from, weights, &open, &mut shares);
                    shares
                };
                closed.iter().map(due_of).collect()
            })
            .collect();
        let last_deep = closed.iter().rev().find(|period| exposure.deepest(row, **period) >= DEEP);
        let new_normal_from = last_deep.map(|last| last + 1);
        SeriesShock { shares, closed, due, new_normal_from }
    }

    /// Periods with any closure.
    pub fn closed(&self) -> &[usize] {
        &self.closed
    }

    /// What comes back in a period if all of it returns, of what was hidden in each closed period.
    pub fn returned(&self, period: usize, delay: usize, hidden: &[f64]) -> f64 {
        self.due[delay].iter().zip(hidden).map(|(due, hidden)| due[period] * hidden).sum()
    }

    /// The first closed period.
    pub fn first(&self) -> Option<usize> {
        self.closed.first().copied()
    }

    /// The last closed period.
    pub fn last(&self) -> Option<usize> {
        self.closed.last().copied()
    }

    /// Whether the new normal holds in the period.
    pub fn after(&self, period: usize) -> bool {
        self.new_normal_from.is_some_and(|from| period >= from)
    }

    /// What is left of demand in a period.
    pub fn kept(&self, period: usize, effects: &Effects) -> f64 {
        libm::exp(-self.shares[period].iter().zip(effects).map(|(share, gamma)| share * gamma).sum::<f64>())
    }

    /// The hidden share of each closed period.
    fn hidden(&self, effects: &Effects) -> Vec<f64> {
        self.closed.iter().map(|period| (1.0 - self.kept(*period, effects)).max(0.0)).collect()
    }

    /// Writes the logarithm of the factor on the baseline of each period, and its derivatives by effect where asked for.
    pub fn log_factor(
        &self,
        log_baseline: &[f64],
        effects: &Effects,
        (share, delay): (f64, usize),
        log_factor: &mut [f64],
        mut derivatives: Option<&mut [Vec<f64>; EFFECTS]>,
    ) {
        log_factor.fill(0.0);
        if let Some(derivatives) = &mut derivatives {
            derivatives.iter_mut().for_each(|column| column.fill(0.0));
        }
        let Some(first) = self.first() else { return };
        let hidden = self.hidden(effects);
        for period in first..log_factor.len() {
            let step = if self.after(period) { 1.0 } else { 0.0 };
            let growth = libm::exp(effects[NEW_NORMAL] * step);
            let kept = self.kept(period, effects);
            let mut returned = 0.0;
            let mut slopes = [0.0; KINDS.len()];
            if share > 0.0 {
                for ((from, hidden), due) in self.closed.iter().zip(&hidden).zip(&self.due[delay]) {
                    if due[period] == 0.0 || *hidden == 0.0 {
                        continue;
                    }
                    let scale = share * due[period] * libm::exp(log_baseline[*from] - log_baseline[period]) / growth;
                    returned += scale * hidden;
                    for (slope, exposed) in slopes.iter_mut().zip(&self.shares[*from]) {
                        *slope += scale * exposed * (1.0 - hidden);
                    }
                }
            }
            let factor = kept + returned;
            if factor <= LEAST_FACTOR {
                log_factor[period] = libm::log(LEAST_FACTOR) + effects[NEW_NORMAL] * step;
                continue;
            }
            log_factor[period] = libm::log(factor) + effects[NEW_NORMAL] * step;
            if let Some(derivatives) = &mut derivatives {
                for kind in 0..KINDS.len() {
                    derivatives[kind][period] = (slopes[kind] - self.shares[period][kind] * kept) / factor;
                }
                derivatives[NEW_NORMAL][period] = step * kept / factor;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::stock::delay_weights;
    use super::*;
    use crate::panel::Design;
    use crate::time::{Period, Span};

    fn shock() -> SeriesShock {
        let mut schools = vec![0.0; 24];
        schools[6..9].copy_from_slice(&[0.4, 1.0, 0.8]);
        let design = Design::empty(Span::new(Period::month(2020, 1), 24)).with_shared("closed_schools", schools);
        SeriesShock::of(&Exposure::of(&design.expect("finite"), 1), 0, &[2.0, 3.0, 4.0].map(delay_weights))
    }

    const EFFECTS_OF_TEST: Effects = [0.5, 0.2, 0.0, 0.1];

    #[test]
    fn derivatives_are_those_of_small_differences() {
        let shock = shock();
        let baseline: Vec<f64> = (0..24).map(|k| 5.0 + 0.1 * f64::from(k % 5)).collect();
        let at = |effects: &Effects| {
            let mut factor = vec![0.0; 24];
            shock.log_factor(&baseline, effects, (0.4, 2), &mut factor, None);
            factor
        };
        let mut derivatives: [Vec<f64>; EFFECTS] = std::array::from_fn(|_| vec![0.0; 24]);
        let mut factor = vec![0.0; 24];
        shock.log_factor(&baseline, &EFFECTS_OF_TEST, (0.4, 2), &mut factor, Some(&mut derivatives));
        let mut nudged = EFFECTS_OF_TEST;
        nudged[0] += 1e-6;
        for (period, (high, low)) in at(&nudged).iter().zip(&factor).enumerate() {
            assert!((derivatives[0][period] - (high - low) / 1e-6).abs() < 1e-5, "period {period}");
        }
    }

    #[test]
    fn the_new_normal_starts_after_the_last_deep_closure() {
        assert_eq!(shock().new_normal_from, Some(9));
        assert_eq!((shock().first(), shock().last()), (Some(6), Some(8)));
    }

    #[test]
    fn all_that_is_hidden_falls_due_in_the_end() {
        let shock = shock();
        let hidden: f64 = [0.4f64, 1.0, 0.8].iter().map(|share| 100.0 * (1.0 - (-0.5 * share).exp())).sum();
        let by_period = [0.4f64, 1.0, 0.8].map(|share| 100.0 * (1.0 - (-0.5 * share).exp()));
        let due: f64 = (0..24).map(|period| shock.returned(period, 1, &by_period)).sum();
        assert!((due / hidden - 1.0).abs() < 0.001, "{due} of {hidden}");
    }
}
