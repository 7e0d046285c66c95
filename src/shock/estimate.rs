//! The estimation: baselines of all series and the shock's effects in turn, then the whole grid of returns.

use rayon::prelude::*;

use super::ShockOptions;
use super::baseline::{Baseline, Frame, Sample, Solved};
use super::dispersion::learn_dispersion;
use super::effect::SeriesShock;
use super::exposure::Exposure;
use super::grid::{GridPoint, delays, points};
use super::interventions::{Intervention, most, most_striking};
use super::pool::{Effects, GroupPosterior, GroupPrior, Likelihood, with_estimated_spread};
use super::pooled_season::{PooledSeason, pooled_season};
use super::priors::{EFFECTS, Groups, ShockPriors};
use super::volatility;
use crate::math::cholesky::dot;
use crate::panel::{Design, Panel, ValueKind};

/// The regressor whose logarithm is an offset.
pub(super) const WORKING_DAYS: &str = "working_days";

/// A period with fewer working days than this counts as having this many.
pub(super) const FEWEST_WORKING_DAYS: f64 = 0.5;

/// Everything known of one series.
#[derive(Debug, Clone)]
pub(super) struct SeriesState {
    pub sample: Sample,
    /// Working days of the average period, where they are known.
    pub average_days: Option<f64>,
    pub shock: SeriesShock,
    pub baseline: Baseline,
    /// Mean effects, by which the shock is linearised.
    pub effects: Effects,
    pub group: usize,
    /// Breaks that are too new to be accepted.
    pub flagged: Vec<Intervention>,
    /// By grid point.
    pub likelihoods: Vec<Likelihood>,
}

impl SeriesState {
    /// The logarithm of what every period would have been without the shock.
    pub fn log_baseline(&self, frame: &Frame) -> Vec<f64> {
        (0..frame.periods()).map(|period| self.baseline.log_without_shock(&self.sample, frame, period)).collect()
    }

    /// The logarithm of the shock's factor at the current effects.
    pub fn log_factor(&self, frame: &Frame, point: &GridPoint) -> Vec<f64> {
        let mut factor = vec![0.0; frame.periods()];
        self.shock.log_factor(&self.log_baseline(frame), &self.effects, (point.share, point.delay), &mut factor, None);
        factor
    }
}

/// The outcome: states of all series, and the posterior of what they share.
#[derive(Debug, Clone)]
pub(super) struct Estimate {
    pub frame: Frame,
    pub states: Vec<SeriesState>,
    /// Posterior probability by grid point.
    pub weights: Vec<f64>,
    /// By grid point and group.
    pub groups: Vec<Vec<GroupPosterior>>,
    pub volatility: volatility::Volatility,
}

/// Estimates the shock in a history. Method: `docs/methods/shock.md`.
pub(super) fn estimate(
    history: &Panel,
    known: &Design,
    exposure: &Exposure,
    groups: &Groups,
    priors: &ShockPriors,
    options: &ShockOptions,
) -> Estimate {
    let span = history.span();
    let season_length = span.frequency().season_length().max(1);
    let mut frame = Frame {
        seasons: span.periods().map(|period| period.season()).collect(),
        season_length,
        years: 1.0 / season_length as f64,
        volatility: vec![1.0; span.len()],
    };
    let points = points(priors);
    let group_priors: Vec<GroupPrior> =
        groups.labels.iter().map(|label| GroupPrior::of(&priors.effects(label))).collect();
    let mut pooled = PooledSeason::unknown(season_length);
    let mut options = options.clone();
    let rows: Vec<usize> = (0..history.keys().len()).collect();
    let mut states: Vec<SeriesState> = rows
        .par_iter()
        .map(|row| first_state(history, known, exposure, *row, groups.of_series[*row], &group_priors, &frame, &options))
        .collect();
    let mut point = nearest(&points, prior_mean(&points), priors.delay().median);

    for _ in 0..2 {
        refit(&mut states, &frame, &pooled, &options, &point, 1);
        pooled = pooled_season(&states, &frame, &point, &options);
    }
    learn_dispersion(&mut states, &frame, &pooled, &mut options, &point);
    refit(&mut states, &frame, &pooled, &options, &point, 1);
    pooled = pooled_season(&states, &frame, &point, &options);

    // Effects at one return only, so that breaks and volatility are told from the shock.
    let mut spread_priors = group_priors.clone();
    let shared = effects_at(&mut states, &frame, &pooled, &options, std::slice::from_ref(&point), &mut spread_priors);
    move_effects(&mut states, &shared, &[1.0]);
    if options.interventions {
        find_interventions(&mut states, &frame, &pooled, &options, &point);
    }
    refit(&mut states, &frame, &pooled, &options, &point, 1);
    pooled = pooled_season(&states, &frame, &point, &options);
    let volatility = volatility::estimate(&states, &frame, &pooled, &options, &point, &spread_priors);
    frame.volatility = volatility.by_period(&states, frame.periods(), 1.0 / (12.0 * frame.years));

    // The whole grid, twice: the second time about what the first found.
    let mut weights = Vec::new();
    let mut shared = Vec::new();
    for _ in 0..2 {
        spread_priors.clone_from(&group_priors);
        let at_point =
            effects_at(&mut states, &frame, &pooled, &options, std::slice::from_ref(&point), &mut spread_priors);
        move_effects(&mut states, &at_point, &[1.0]);
        refit(&mut states, &frame, &pooled, &options, &point, 1);
        shared = effects_at(&mut states, &frame, &pooled, &options, &points, &mut spread_priors.clone());
        weights = posterior_weights(&points, &shared);
        move_effects(&mut states, &shared, &weights);
        let mean = |of: fn(&GridPoint) -> f64| {
            points.iter().zip(&weights).map(|(point, weight)| weight * of(point)).sum::<f64>()
        };
        point = nearest(&points, mean(|point| point.share), mean(|point| point.delay_months));
    }
    // What the grid came to is not exactly at a point of it.
    let share = points.iter().zip(&weights).map(|(point, weight)| weight * point.share).sum();
    refit(&mut states, &frame, &pooled, &options, &GridPoint { share, ..point }, 1);
    Estimate { frame, states, weights, groups: shared, volatility }
}

fn prior_mean(points: &[GridPoint]) -> f64 {
    points.iter().map(|point| point.prior * point.share).sum()
}

/// The grid point next to a share and delay.
fn nearest(points: &[GridPoint], share: f64, delay_months: f64) -> GridPoint {
    let distance = |point: &GridPoint| {
        (point.share - share).abs() + 0.1 * libm::log(point.delay_months / delay_months.max(0.1)).abs()
    };
    let mut best = points[0];
    for point in points {
        if distance(point) < distance(&best) {
            best = *point;
        }
    }
    best
}

#[expect(clippy::too_many_arguments, reason = "each is one thing that a series starts from")]
fn first_state(
    history: &Panel,
    known: &Design,
    exposure: &Exposure,
    row: usize,
    group: usize,
    priors: &[GroupPrior],
    frame: &Frame,
    options: &ShockOptions,
) -> SeriesState {
    let values = history.series(row);
    let at: Vec<usize> =
        (0..values.len()).filter(|period| !values[*period].is_nan() && !exposure.unrecorded(row, *period)).collect();
    let days = known.regressors(row).column(WORKING_DAYS);
    let average_days = days
        .as_ref()
        .map(|days| days.iter().map(|days| days.max(FEWEST_WORKING_DAYS)).sum::<f64>() / days.len().max(1) as f64);
    let log_days = match days.zip(average_days) {
        Some((days, average)) => days.iter().map(|days| libm::log(days.max(FEWEST_WORKING_DAYS) / average)).collect(),
        None => vec![0.0; values.len()],
    };
    let counts = history.kind() == ValueKind::Count;
    let sample = Sample { values: at.iter().map(|at| values[*at]).collect(), at, log_days, counts };
    let shock = SeriesShock::of(exposure, row, &delays(frame.years));
    let usable: Vec<bool> = (0..frame.periods()).map(|period| exposure.deepest(row, period) == 0.0).collect();
    let mut baseline = Baseline::guess(&sample, frame, &usable, options);
    let effects = priors[group].mean;
    // The first guess is of calm periods; closed ones start from what the prior makes of them.
    for period in 0..frame.periods() {
        baseline.mean[period] *= shock.kept(period, &effects);
    }
    SeriesState { sample, average_days, shock, baseline, effects, group, flagged: Vec::new(), likelihoods: Vec::new() }
}

/// Baselines about the current effects.
fn refit(
    states: &mut [SeriesState],
    frame: &Frame,
    pooled: &PooledSeason,
    options: &ShockOptions,
    point: &GridPoint,
    rounds: usize,
) {
    states.par_iter_mut().for_each(|state| {
        for _ in 0..rounds {
            let factor = state.log_factor(frame, point);
            let Some(solved) = state.baseline.solve(&state.sample, frame, pooled, options, &[]) else { return };
            let SeriesState { sample, baseline, .. } = state;
            baseline.update(sample, frame, pooled, options, &solved, &factor);
        }
    });
}

/// What each series' data say at each grid point, and the groups' posteriors there. The spread between series is
/// estimated where there is one point only.
fn effects_at(
    states: &mut [SeriesState],
    frame: &Frame,
    pooled: &PooledSeason,
    options: &ShockOptions,
    points: &[GridPoint],
    priors: &mut [GroupPrior],
) -> Vec<Vec<GroupPosterior>> {
    states.par_iter_mut().for_each(|state| {
        state.likelihoods = match state.baseline.solve(&state.sample, frame, pooled, options, &[]) {
            Some(solved) => likelihoods(state, frame, &solved, points),
            None => vec![Likelihood::default(); points.len()],
        };
    });
    let by_group = |point: usize, group: usize| -> Vec<Likelihood> {
        states.iter().filter(|state| state.group == group).map(|state| state.likelihoods[point]).collect()
    };
    if points.len() == 1 {
        for (group, prior) in priors.iter_mut().enumerate() {
            *prior = with_estimated_spread(prior, &by_group(0, group));
        }
    }
    (0..points.len())
        .into_par_iter()
        .map(|point| {
            priors.iter().enumerate().map(|(group, prior)| GroupPosterior::of(prior, &by_group(point, group))).collect()
        })
        .collect()
}

/// The log likelihood of a series' effects at each grid point, to second order about its current effects.
fn likelihoods(state: &SeriesState, frame: &Frame, solved: &Solved, points: &[GridPoint]) -> Vec<Likelihood> {
    let at = &state.sample.at;
    let size = at.len();
    let log_baseline = state.log_baseline(frame);
    let mut factor = vec![0.0; frame.periods()];
    let mut derivatives: [Vec<f64>; EFFECTS] = std::array::from_fn(|_| vec![0.0; frame.periods()]);
    // Nothing differs between points before the first closure.
    let from = state.shock.first().map_or(size, |first| at.partition_point(|at| *at < first));
    let mut plain = solved.response.clone();
    solved.factor.whiten(&mut plain, 0);
    let mut columns: [Vec<f64>; EFFECTS] = std::array::from_fn(|_| vec![0.0; size]);
    let mut shift = vec![0.0; size];
    let of_point = |point: &GridPoint| {
        state.shock.log_factor(
            &log_baseline,
            &state.effects,
            (point.share, point.delay),
            &mut factor,
            Some(&mut derivatives),
        );
        // The response less what the shock would be at effects of zero, to first order.
        for (place, at) in at.iter().enumerate().skip(from) {
            let slope: f64 = (0..EFFECTS).map(|effect| derivatives[effect][*at] * state.effects[effect]).sum();
            shift[place] = factor[*at] - slope;
        }
        solved.factor.whiten(&mut shift, from);
        let rest: Vec<f64> = plain.iter().zip(&shift).map(|(plain, shift)| plain - shift).collect();
        shift[from..].fill(0.0);
        for (column, derivative) in columns.iter_mut().zip(&derivatives) {
            for (place, at) in at.iter().enumerate().skip(from) {
                column[place] = derivative[*at];
            }
            if column[from..].iter().any(|value| *value != 0.0) {
                solved.factor.whiten(column, from);
            }
        }
        let mut likelihood = Likelihood { constant: -0.5 * dot(&rest, &rest), ..Likelihood::default() };
        for a in 0..EFFECTS {
            likelihood.pull[a] = dot(&columns[a][from..], &rest[from..]);
            for b in 0..=a {
                let value = dot(&columns[a][from..], &columns[b][from..]);
                likelihood.precision[a][b] = value;
                likelihood.precision[b][a] = value;
            }
        }
        likelihood
    };
    points.iter().map(of_point).collect()
}

/// Probabilities of the grid points after the data have spoken.
fn posterior_weights(points: &[GridPoint], groups: &[Vec<GroupPosterior>]) -> Vec<f64> {
    let logs: Vec<f64> = points
        .iter()
        .zip(groups)
        .map(|(point, groups)| libm::log(point.prior) + groups.iter().map(|group| group.evidence).sum::<f64>())
        .collect();
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = logs.iter().map(|log| libm::exp(log - most)).collect();
    let total: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / total).collect()
}

/// Moves every series' effects to their posterior mean.
fn move_effects(states: &mut [SeriesState], groups: &[Vec<GroupPosterior>], weights: &[f64]) {
    states.par_iter_mut().for_each(|state| {
        let mut mean = [0.0; EFFECTS];
        for ((groups, weight), likelihood) in groups.iter().zip(weights).zip(&state.likelihoods) {
            if *weight < 1e-12 {
                continue;
            }
            let group = &groups[state.group];
            let own = group.series_given(likelihood, &group.mean);
            mean.iter_mut().zip(own).for_each(|(mean, own)| *mean += weight * own);
        }
        state.effects = mean;
    });
}

/// Takes outliers and breaks into the baselines, one at a time, the most striking first.
fn find_interventions(
    states: &mut [SeriesState],
    frame: &Frame,
    pooled: &PooledSeason,
    options: &ShockOptions,
    point: &GridPoint,
) {
    states.par_iter_mut().for_each(|state| {
        let years = state.sample.at.len() as f64 * frame.years;
        let (first, last) = (state.shock.first(), state.shock.last());
        let spared = |period: usize| first.zip(last).is_some_and(|(first, last)| (first..=last + 1).contains(&period));
        for _ in 0..most(years) {
            let factor = state.log_factor(frame, point);
            let Some(solved) = state.baseline.solve(&state.sample, frame, pooled, options, &[]) else { return };
            let rest: Vec<f64> =
                solved.response.iter().zip(&state.sample.at).map(|(response, at)| response - factor[*at]).collect();
            let Some(found) = most_striking(&solved, &rest, &state.sample.at, &spared) else { break };
            if !found.accepted {
                state.flagged.push(found);
                break;
            }
            state.baseline.interventions.push(found);
        }
    });
}
