//! What a history says of a shock.

use ndarray::Array2;

use super::answers::{Answer, Belief};
use super::decomposition::{Decomposition, Part};
use super::estimate::{Estimate, FEWEST_WORKING_DAYS, WORKING_DAYS, estimate};
use super::exposure::{Exposure, KINDS};
use super::grid::{self, GridPoint, delays};
use super::interventions::Intervention;
use super::pool::{Effects, GroupPosterior, GroupPrior, Likelihood, Square};
use super::priors::{EFFECTS, Groups, NEW_NORMAL, ShockPriors};
use super::stock::{Flow, HiddenStock};
use super::volatility::Volatility;
use super::{Cleaning, ShockOptions};
use crate::panel::{Design, Panel, SeriesKey};
use crate::time::{ClosureKind, Span};

/// What a history says of a shock: suppression, return and new normal with their uncertainty.
///
/// Invariant: the mass of hidden demand is conserved ([`ShockFit::flows`]).
#[derive(Debug, Clone)]
pub struct ShockFit {
    keys: Vec<SeriesKey>,
    span: Span,
    pub(super) exposure: Exposure,
    pub(super) groups: Groups,
    /// Before the data speak.
    pub(super) priors: Vec<GroupPrior>,
    pub(super) points: Vec<GridPoint>,
    /// Posterior probabilities of the points.
    pub(super) weights: Vec<f64>,
    /// The return share that each point stands for in the posterior.
    pub(super) shares: Vec<f64>,
    /// By point and group.
    pub(super) posteriors: Vec<Vec<GroupPosterior>>,
    /// `None` where the history saw no closure.
    pub(super) estimate: Option<Estimate>,
}

impl ShockFit {
    /// Estimates the shock in a history; `known` has the closed shares of its periods. Without closures the answers are
    /// the priors, and the history is divided into baseline, season and chance all the same.
    pub fn estimate(history: &Panel, known: &Design, priors: &ShockPriors, options: &ShockOptions) -> ShockFit {
        let exposure = Exposure::of(known, history.keys().len());
        let groups = Groups::of(history);
        let estimate = estimate(history, known, &exposure, &groups, priors, options);
        let believed = ShockFit::believed(history, known, priors);
        ShockFit {
            shares: grid::widened(&believed.points, &estimate.weights),
            weights: estimate.weights.clone(),
            posteriors: estimate.groups.clone(),
            estimate: Some(estimate),
            ..believed
        }
    }

    /// What is believed of a history that saw no closure; nothing is estimated.
    pub fn believed(history: &Panel, known: &Design, priors: &ShockPriors) -> ShockFit {
        let groups = Groups::of(history);
        let group_priors: Vec<GroupPrior> =
            groups.labels.iter().map(|label| GroupPrior::of(&priors.effects(label))).collect();
        let posterior: Vec<GroupPosterior> = group_priors.iter().map(|prior| GroupPosterior::of(prior, &[])).collect();
        let points = grid::points(priors);
        ShockFit {
            keys: history.keys().to_vec(),
            span: history.span(),
            exposure: Exposure::of(known, history.keys().len()),
            groups,
            priors: group_priors,
            weights: points.iter().map(|point| point.prior).collect(),
            shares: points.iter().map(|point| point.share).collect(),
            posteriors: vec![posterior; points.len()],
            points,
            estimate: None,
        }
    }

    /// The series, sorted.
    pub fn keys(&self) -> &[SeriesKey] {
        &self.keys
    }

    /// The periods of the history.
    pub fn span(&self) -> Span {
        self.span
    }

    /// Whether the history saw a closure, so that the data could speak at all.
    pub fn saw_a_closure(&self) -> bool {
        self.estimate.is_some() && !self.exposure.is_empty()
    }

    /// Whether a period of the history was less than half closed, so that hidden demand could come back in it.
    pub fn is_open(&self, row: usize, period: usize) -> bool {
        self.exposure.open(row, period)
    }

    /// The labels of the groups whose suppression and new normal are shrunk together, sorted.
    pub fn group_labels(&self) -> &[String] {
        &self.groups.labels
    }

    /// The group of a series.
    pub fn group_of(&self, row: usize) -> usize {
        self.groups.of_series[row]
    }

    /// What share of hidden demand returns, shared by all series.
    pub fn return_share(&self) -> Answer {
        let before: Vec<f64> = self.points.iter().map(|point| point.share).collect();
        Answer { prior: self.on_grid(&before, &self.prior()), posterior: self.on_grid(&self.shares, &self.weights) }
    }

    /// After how many months it returns on average, shared by all series.
    pub fn delay_months(&self) -> Answer {
        let months: Vec<f64> = self.points.iter().map(|point| point.delay_months).collect();
        Answer { prior: self.on_grid(&months, &self.prior()), posterior: self.on_grid(&months, &self.weights) }
    }

    fn prior(&self) -> Vec<f64> {
        self.points.iter().map(|point| point.prior).collect()
    }

    /// The belief about what each point stands for, with the points' probabilities.
    fn on_grid(&self, of: &[f64], probabilities: &[f64]) -> Belief {
        let mut values = of.to_vec();
        values.sort_unstable_by(f64::total_cmp);
        values.dedup();
        let mut sums = vec![0.0; values.len()];
        for (value, probability) in of.iter().zip(probabilities) {
            if let Ok(at) = values.binary_search_by(|known| known.total_cmp(value)) {
                sums[at] += probability;
            }
        }
        Belief::on_grid(&values, &sums)
    }

    /// How far a full closure of one kind suppresses a series: gamma, so that exp(-gamma) of its demand is left.
    pub fn suppression(&self, row: usize, kind: ClosureKind) -> Answer {
        self.effect(row, &unit(KINDS.iter().position(|known| *known == kind)))
    }

    /// How far a closure with these shares of each kind ([`KINDS`]) suppresses a series: gamma in all.
    pub fn closure(&self, row: usize, shares: [f64; KINDS.len()]) -> Answer {
        self.effect(row, &std::array::from_fn(|effect| shares.get(effect).copied().unwrap_or(0.0)))
    }

    /// The new normal of a series: the logarithm of its level after the shock over before.
    pub fn new_normal(&self, row: usize) -> Answer {
        self.effect(row, &unit(Some(NEW_NORMAL)))
    }

    /// How far a full closure of one kind suppresses a group's mean.
    pub fn group_suppression(&self, group: usize, kind: ClosureKind) -> Answer {
        self.group_effect(group, &unit(KINDS.iter().position(|known| *known == kind)))
    }

    /// The new normal of a group's mean.
    pub fn group_new_normal(&self, group: usize) -> Answer {
        self.group_effect(group, &unit(Some(NEW_NORMAL)))
    }

    fn effect(&self, row: usize, along: &Effects) -> Answer {
        let group = self.groups.of_series[row];
        let prior = &self.priors[group];
        let moments = |point: usize| self.posteriors[point][group].series(&self.likelihood(row, point));
        Answer { prior: believed(prior.mean, prior.marginal(), along), posterior: self.mixed(along, moments) }
    }

    fn group_effect(&self, group: usize, along: &Effects) -> Answer {
        let prior = &self.priors[group];
        let moments = |point: usize| (self.posteriors[point][group].mean, self.posteriors[point][group].covariance);
        Answer { prior: believed(prior.mean, prior.variance, along), posterior: self.mixed(along, moments) }
    }

    /// A combination of effects over the grid: a mixture of normal distributions, given by its first two moments.
    fn mixed(&self, along: &Effects, moments: impl Fn(usize) -> (Effects, Square)) -> Belief {
        let (mut mean, mut square) = (0.0, 0.0);
        for (point, weight) in self.weights.iter().enumerate().filter(|(_, weight)| **weight > 1e-9) {
            let (means, covariance) = moments(point);
            let own: f64 = along.iter().zip(means).map(|(a, b)| a * b).sum();
            let mut variance = 0.0;
            for a in 0..EFFECTS {
                for b in 0..EFFECTS {
                    variance += along[a] * covariance[a][b] * along[b];
                }
            }
            mean += weight * own;
            square += weight * (own * own + variance);
        }
        Belief::normal(mean, square - mean * mean)
    }

    /// What the data of a series say at a point of the grid; nothing where there was no closure.
    pub(super) fn likelihood(&self, row: usize, point: usize) -> Likelihood {
        let state = self.estimate.as_ref().map(|estimate| &estimate.states[row]);
        state.and_then(|state| state.likelihoods.get(point).copied()).unwrap_or_default()
    }

    /// How much more than usual chance moved the periods of the shock; `None` where nothing was estimated.
    pub fn volatility(&self) -> Option<Volatility> {
        self.estimate.as_ref().map(|estimate| estimate.volatility)
    }

    /// The breaks found in a series, in the order in which they were found; those too new to be accepted come last.
    pub fn interventions(&self, row: usize) -> Vec<Intervention> {
        let state = self.estimate.as_ref().map(|estimate| &estimate.states[row]);
        state
            .map_or_else(Vec::new, |state| state.baseline.interventions.iter().chain(&state.flagged).copied().collect())
    }

    /// Hidden demand of a series over the history, at the posterior mean, in the units of the series. In every period
    /// the sum of `hidden` so far is the sum of `returned` and `lost` so far and what is `held`.
    pub fn flows(&self, row: usize) -> Vec<Flow> {
        let Some(estimate) = &self.estimate else { return vec![Flow::default(); self.span.len()] };
        let state = &estimate.states[row];
        let log_baseline = state.log_baseline(&estimate.frame);
        let hidden: Vec<f64> = (0..self.span.len())
            .map(|period| {
                let usual = libm::exp(log_baseline[period] + self.level_change(row, period));
                if state.sample.at.is_empty() {
                    0.0
                } else {
                    usual * (1.0 - state.shock.kept(period, &state.effects)).max(0.0)
                }
            })
            .collect();
        let mut flows = vec![Flow::default(); self.span.len()];
        for (delay, weights) in delays(estimate.frame.years).iter().enumerate() {
            let points = || (0..self.points.len()).filter(|place| self.points[*place].delay == delay);
            let mass: f64 = points().map(|place| self.weights[place]).sum();
            if mass <= 0.0 {
                continue;
            }
            let share = points().map(|place| self.shares[place] * self.weights[place]).sum::<f64>() / mass;
            let mut stock = HiddenStock::new();
            for (period, flow) in flows.iter_mut().enumerate() {
                let own = stock.period(mass * hidden[period], share, weights, self.exposure.open(row, period));
                flow.hidden += own.hidden;
                flow.returned += own.returned;
                flow.lost += own.lost;
                flow.held += own.held;
            }
        }
        flows
    }

    /// The demand of a series in the last period of the history as it would be without season, shock and chance, in the
    /// units of the series; 0 where nothing was estimated.
    pub fn usual_demand(&self, row: usize) -> f64 {
        let state = self.estimate.as_ref().map(|estimate| &estimate.states[row]);
        let last = state.filter(|state| !state.sample.at.is_empty()).and_then(|state| state.baseline.level.last());
        last.map_or(0.0, |level| libm::exp(level + self.level_change(row, self.span.len().saturating_sub(1))))
    }

    /// The logarithm of the new normal's factor on a period.
    pub(super) fn level_change(&self, row: usize, period: usize) -> f64 {
        let Some(estimate) = &self.estimate else { return 0.0 };
        let state = &estimate.states[row];
        if state.shock.after(period) { state.effects[NEW_NORMAL] } else { 0.0 }
    }

    /// The history divided into what it is made of.
    pub fn decomposition(&self, history: &Panel) -> Decomposition {
        let mut parts = Decomposition::zeros(self.keys.clone(), self.span);
        for row in 0..self.keys.len() {
            let flows = self.flows(row);
            for (period, flow) in flows.iter().enumerate() {
                let value = history.series(row)[period];
                let [baseline, season, new_normal, suppressed] = self.usual(row, period);
                let returning = flow.returned;
                let expected = baseline + season + new_normal + suppressed + returning;
                let known = !value.is_nan();
                let mut set =
                    |part: Part, value: f64| parts.part_mut(part)[(row, period)] = if known { value } else { f64::NAN };
                set(Part::Baseline, baseline);
                set(Part::Season, season);
                set(Part::NewNormal, new_normal);
                set(Part::Suppressed, suppressed);
                set(Part::Returning, returning);
                set(Part::NewNeed, 0.0);
                set(Part::Irregular, value - expected);
            }
        }
        parts
    }

    /// Baseline, season, new normal and suppression of a period.
    fn usual(&self, row: usize, period: usize) -> [f64; 4] {
        let Some(estimate) = &self.estimate else { return [0.0; 4] };
        let state = &estimate.states[row];
        if state.sample.at.is_empty() {
            return [0.0; 4];
        }
        let level = libm::exp(state.baseline.level[period]);
        let usual = libm::exp(state.baseline.log_without_shock(&state.sample, &estimate.frame, period));
        let after = usual * libm::exp(self.level_change(row, period));
        let kept = state.shock.kept(period, &state.effects);
        [level, usual - level, after - usual, after * (kept - 1.0)]
    }

    /// The logarithm of a future period's working days over the average of the history; 0 where they aren't known.
    pub(super) fn log_days(&self, row: usize, future: &Design, step: usize) -> f64 {
        let average = self.estimate.as_ref().and_then(|estimate| estimate.states[row].average_days);
        let days = future.regressors(row).value(WORKING_DAYS, step);
        average.zip(days).map_or(0.0, |(average, days)| libm::log(days.max(FEWEST_WORKING_DAYS) / average))
    }

    /// The logarithm of a place of the season; 0 where nothing was estimated.
    pub(super) fn season(&self, row: usize, season: usize) -> f64 {
        let state = self.estimate.as_ref().map(|estimate| &estimate.states[row]);
        state.and_then(|state| state.baseline.season.get(season).copied()).unwrap_or(0.0)
    }

    /// The history as it would have been without the shock, series x periods, for the forecaster inside; `NaN` where it
    /// can't be known.
    pub(super) fn cleaned(&self, history: &Panel, options: &ShockOptions) -> Array2<f64> {
        let mut values = history.values().to_owned();
        let Some(estimate) = &self.estimate else { return values };
        for (row, mut values) in values.rows_mut().into_iter().enumerate() {
            let state = &estimate.states[row];
            let flows = self.flows(row);
            let log_baseline = state.log_baseline(&estimate.frame);
            for (period, value) in values.iter_mut().enumerate() {
                if self.exposure.unrecorded(row, period) {
                    *value = f64::NAN;
                }
                if value.is_nan() {
                    continue;
                }
                let kept = state.shock.kept(period, &state.effects);
                let level_change = if options.new_normal { self.level_change(row, period) } else { 0.0 };
                let untouched = kept == 1.0 && flows[period].returned == 0.0 && level_change == 0.0;
                if untouched {
                    continue;
                }
                if options.cleaning == Cleaning::LeaveOut && !self.exposure.open(row, period) {
                    *value = f64::NAN;
                    continue;
                }
                let plain = ((*value - flows[period].returned) / kept).max(0.0);
                *value = match options.cleaning {
                    Cleaning::Scale => self.scaled(
                        row,
                        period,
                        plain,
                        libm::exp(log_baseline[period] + self.level_change(row, period)),
                        kept,
                    ),
                    Cleaning::Divide | Cleaning::LeaveOut => plain,
                } * libm::exp(-level_change);
            }
        }
        values
    }

    /// A cleaned value whose distance from what is usual is that of a period of usual chance.
    fn scaled(&self, row: usize, period: usize, plain: f64, usual: f64, kept: f64) -> f64 {
        let Some(estimate) = &self.estimate else { return plain };
        let state = &estimate.states[row];
        let shares = state.shock.shares[period];
        let along = std::array::from_fn(|effect| shares.get(effect).copied().unwrap_or(0.0));
        let unsure = self.effect(row, &along).posterior.sd.powi(2);
        let chance = |mean: f64| if state.sample.counts { 1.0 / mean.max(0.3) } else { 0.0 };
        let dispersion = state.baseline.dispersion;
        let wild = chance(usual * kept) + dispersion * estimate.frame.volatility[period].powi(2) + unsure;
        let calm = chance(usual) + dispersion;
        let scale = (calm / wild.max(1e-12)).sqrt().min(1.0);
        usual * libm::exp(scale * libm::log((plain / usual).max(0.02)))
    }
}

/// A prior along a combination of independent effects.
fn believed(mean: Effects, variance: Effects, along: &Effects) -> Belief {
    let total = along.iter().zip(mean).map(|(a, b)| a * b).sum();
    Belief::normal(total, along.iter().zip(variance).map(|(a, b)| a * a * b).sum())
}

pub(super) fn unit(place: Option<usize>) -> Effects {
    std::array::from_fn(|effect| if Some(effect) == place { 1.0 } else { 0.0 })
}
