//! Puts a shock back into sample paths: suppression of closures to come, what returns, the new normal.

use ndarray::{Array3, ArrayView2};
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::decomposition::{Decomposition, Part};
use super::effect::SeriesShock;
use super::exposure::{Exposure, KINDS};
use super::fit::ShockFit;
use super::grid::delays;
use super::pool::{Effects, lower};
use super::priors::{EFFECTS, NEW_NORMAL};
use super::stock::delay_weights;
use crate::forecast::{Draws, Forecast, ForecastError};
use crate::math::random;
use crate::panel::Design;
use crate::time::{ClosureKind, Period, Span, day_number};

/// The stream of parameters, apart from every other use of the seed.
const PARAMETERS: u64 = 0x5AFE_5A0C;

/// A period of which at least this share was closed belongs to the shock.
const DEEP: f64 = 0.25;

/// A factor on chance below this is as usual.
const NOTICEABLE: f64 = 1.02;

/// When hidden demand comes back.
#[derive(Debug, Clone, PartialEq)]
pub enum ReturnDelay {
    /// After a gamma delay of shape 2 with this mean, in months.
    Months(f64),
    /// By these weights: the share that comes back 0, 1, 2 ... periods after it was hidden. They are made to sum to one.
    Curve(Vec<f64>),
}

/// What is to be otherwise than estimated: the levers of a scenario. Future closures aren't among them: they are the
/// columns of the future's design. Without changes the forecast is the estimated one, byte for byte.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShockChanges {
    /// The share of hidden demand that returns, in place of the estimated one.
    pub return_share: Option<f64>,
    /// When it returns, in place of the estimated delay.
    pub delay: Option<ReturnDelay>,
    /// Suppression of future closures by series and kind ([`KINDS`]), in place of the estimated gamma; `None` where that
    /// holds.
    pub suppression: Option<Vec<[Option<f64>; KINDS.len()]>>,
    /// The logarithm of the level after the shock over before, by series, in place of the estimated one; `None` where that
    /// holds.
    pub new_normal: Option<Vec<Option<f64>>>,
    /// A factor on the level: series x steps.
    pub level: Option<ndarray::Array2<f64>>,
    /// What is added to each series and period, in units of the series: series x steps.
    pub new_need: Option<ndarray::Array2<f64>>,
}

/// The parameters of one path.
#[derive(Debug, Clone)]
struct Parameters {
    share: f64,
    delay: usize,
    /// By series.
    effects: Vec<Effects>,
}

/// The forecast with the shock in it, and what its mean is made of.
pub(super) struct PutBack {
    pub forecast: Result<Forecast, ForecastError>,
    pub parts: Decomposition,
}

/// How the shock is put back.
pub(super) struct Shocked<'a> {
    fit: &'a ShockFit,
    future: &'a Design,
    draws: Draws,
    changes: &'a ShockChanges,
    /// Whether the inner forecast is at the level of before the shock.
    new_normal: bool,
    /// The exposure of the future's periods.
    ahead: Exposure,
}

impl<'a> Shocked<'a> {
    /// `new_normal`: whether the inner forecast is at the level of before the shock.
    pub fn new(
        fit: &'a ShockFit,
        future: &'a Design,
        draws: Draws,
        changes: &'a ShockChanges,
        new_normal: bool,
    ) -> Shocked<'a> {
        let ahead = known_exposure(future, fit.keys().len(), fit.span());
        Shocked { fit, future, draws, changes, new_normal, ahead }
    }

    /// Whether the paths of the inner forecaster are the forecast.
    pub fn nothing_to_do(&self) -> bool {
        *self.changes == ShockChanges::default() && self.fit.exposure.is_empty() && self.ahead.is_empty()
    }

    /// The inner forecast with the shock put back.
    pub fn put_back(&self, inner: &Forecast) -> PutBack {
        let fit = self.fit;
        let (_, paths, steps) = inner.paths().dim();
        let years = 1.0 / fit.span().frequency().season_length().max(1) as f64;
        let joined = fit.exposure.followed_by(&self.ahead);
        let curves = match &self.changes.delay {
            None => delays(years),
            Some(ReturnDelay::Months(months)) => vec![delay_weights(months / (12.0 * years))],
            Some(ReturnDelay::Curve(weights)) => {
                let total: f64 = weights.iter().sum();
                vec![weights.iter().map(|weight| weight / total.max(1e-300)).collect()]
            }
        };
        let parameters = draw_parameters(fit, Draws { paths, ..self.draws });
        let spread = self.spread(inner.span());
        let rows: Vec<usize> = inner.keys().iter().filter_map(|key| fit.keys().binary_search(key).ok()).collect();
        let of_row = |(place, row): (usize, &usize)| {
            let shock = SeriesShock::of(&joined, *row, &curves);
            self.put_back_row(inner.series(place), *row, &shock, &parameters, &spread)
        };
        let by_row: Vec<RowPaths> = rows.par_iter().enumerate().map(of_row).collect();
        let mut all = Array3::zeros((rows.len(), paths, steps));
        let mut parts = Decomposition::zeros(inner.keys().to_vec(), inner.span());
        for (place, row) in by_row.into_iter().enumerate() {
            all.index_axis_mut(ndarray::Axis(0), place)
                .iter_mut()
                .zip(row.paths)
                .for_each(|(cell, value)| *cell = value);
            for (part, values) in row.parts {
                parts.part_mut(part).row_mut(place).iter_mut().zip(values).for_each(|(cell, value)| *cell = value);
            }
        }
        PutBack { forecast: Forecast::new(inner.keys().to_vec(), inner.span(), all), parts }
    }

    fn put_back_row(
        &self,
        clean: ArrayView2<'_, f64>,
        row: usize,
        shock: &SeriesShock,
        parameters: &[Parameters],
        spread: &[f64],
    ) -> RowPaths {
        let fit = self.fit;
        let known = fit.span().len();
        let steps = clean.ncols();
        let log_history = fit.estimate.as_ref().map(|estimate| {
            let state = &estimate.states[row];
            (state.log_baseline(&estimate.frame), state.sample.at.is_empty())
        });
        let hidden_before: Vec<usize> = shock.closed().iter().copied().filter(|period| *period < known).collect();
        let after_from = self.new_normal_from(row, known + steps);
        let estimated = fit.estimate.as_ref().map_or(0.0, |estimate| estimate.states[row].effects[NEW_NORMAL]);
        let means: Vec<f64> = (0..steps).map(|step| clean.column(step).sum() / clean.nrows() as f64).collect();
        let mut paths = Vec::with_capacity(clean.len());
        let mut sums = vec![[0.0; 4]; steps];
        let mut hidden = vec![0.0; shock.closed().len()];
        for (draw, parameters) in parameters.iter().enumerate() {
            let effects = &parameters.effects[row];
            let share = self.changes.return_share.unwrap_or(parameters.share);
            let delay = if self.changes.delay.is_some() { 0 } else { parameters.delay };
            hidden.fill(0.0);
            if let Some((log_baseline, false)) = &log_history {
                for (cell, period) in hidden.iter_mut().zip(&hidden_before) {
                    let usual = libm::exp(log_baseline[*period] + fit.level_change(row, *period));
                    *cell = usual * (1.0 - shock.kept(*period, effects)).max(0.0);
                }
            }
            let mut future = *effects;
            if let Some(changed) = &self.changes.suppression {
                future.iter_mut().zip(changed[row]).for_each(|(gamma, told)| *gamma = told.unwrap_or(*gamma));
            }
            let mut next = hidden_before.len();
            for step in 0..steps {
                let period = known + step;
                let value = (means[step] + spread[step] * (clean[(draw, step)] - means[step])).max(0.0);
                let value = if spread[step] == 1.0 { clean[(draw, step)] } else { value };
                let after = after_from.is_some_and(|from| period >= from);
                let told = self.changes.new_normal.as_ref().and_then(|changed| changed[row]);
                let change = match (told, self.new_normal) {
                    (Some(told), true) if after => told,
                    (Some(told), false) if after => told - estimated,
                    (None, true) if after => effects[NEW_NORMAL],
                    _ => 0.0,
                };
                let level = self.changes.level.as_ref().map_or(1.0, |level| level[(row, step)]);
                let usual = if change == 0.0 { value * level } else { value * libm::exp(change) * level };
                let kept = shock.kept(period, &future);
                if shock.closed().get(next) == Some(&period) {
                    hidden[next] = (usual * (1.0 - kept)).max(0.0);
                    next += 1;
                }
                let returned = share * shock.returned(period, delay, &hidden);
                let need = self.changes.new_need.as_ref().map_or(0.0, |need| need[(row, step)]);
                let suppressed = usual * (kept - 1.0);
                paths.push(usual * kept + returned + need);
                let sum = &mut sums[step];
                sum[0] += usual - value;
                sum[1] += suppressed;
                sum[2] += returned;
                sum[3] += need;
            }
        }
        let count = parameters.len() as f64;
        let mut parts: Vec<(Part, Vec<f64>)> = [Part::NewNormal, Part::Suppressed, Part::Returning, Part::NewNeed]
            .into_iter()
            .enumerate()
            .map(|(place, part)| (part, sums.iter().map(|sum| sum[place] / count).collect()))
            .collect();
        let mut baseline = Vec::with_capacity(steps);
        let mut season = Vec::with_capacity(steps);
        for (step, period) in self.future.span().periods().enumerate() {
            let whole = (0..parameters.len()).map(|draw| paths[draw * steps + step]).sum::<f64>() / count;
            let rest: f64 = sums[step].iter().sum::<f64>() / count;
            // At the level after the shock: what of it is new is told apart here.
            let after = after_from.is_some_and(|from| known + step >= from);
            let new = if after && !self.new_normal { (whole - rest) * -libm::expm1(-estimated) } else { 0.0 };
            parts[0].1[step] += new;
            let usual = whole - rest - new;
            let plain = usual * libm::exp(-fit.season(row, period.season()) - fit.log_days(row, self.future, step));
            baseline.push(plain);
            season.push(usual - plain);
        }
        parts.push((Part::Baseline, baseline));
        parts.push((Part::Season, season));
        RowPaths { paths, parts }
    }

    /// The first period of the new normal, counted from the start of the history; `None` where there was no deep closure
    /// in the history or it goes on to the end.
    fn new_normal_from(&self, row: usize, periods: usize) -> Option<usize> {
        let known = self.fit.span().len();
        let deep = |period: &usize| self.fit.exposure.deepest(row, *period) >= DEEP;
        let last = (0..known).rev().find(deep)?;
        let goes_on = |period: &usize| *period >= known && self.ahead.deepest(row, *period - known) >= DEEP;
        (last + 1..periods).find(|period| !goes_on(period))
    }

    /// How much wider than usual each step is, where the shock's volatility hasn't faded.
    fn spread(&self, span: Span) -> Vec<f64> {
        let start = (0..self.fit.span().len())
            .find(|period| (0..self.fit.keys().len()).any(|row| self.fit.exposure.deepest(row, *period) > 0.0));
        let per_month = span.frequency().season_length() as f64 / 12.0;
        let known = self.fit.span().len();
        let factor = |step: usize| match (start, self.fit.volatility()) {
            (Some(start), Some(volatility)) => volatility.after((known + step - start) as f64 / per_month),
            _ => 1.0,
        };
        (0..span.len()).map(factor).map(|factor| if factor > NOTICEABLE { factor } else { 1.0 }).collect()
    }
}

struct RowPaths {
    /// Draw by draw, each with all its steps.
    paths: Vec<f64>,
    parts: Vec<(Part, Vec<f64>)>,
}

/// The exposure of future periods by closures that had become known when the history ended.
fn known_exposure(future: &Design, series: usize, history: Span) -> Exposure {
    let today = history.last().map_or(0.0, |last: Period| day_number(last.last_day()));
    let unknown = |kind: ClosureKind, period: usize| {
        let announced = future.regressors(0).value(kind.announced_column(), period);
        announced.is_some_and(|day| day > today)
    };
    Exposure::of(future, series).without(unknown)
}

/// Parameters for each path, from the posterior: the same for all series where they are shared.
fn draw_parameters(fit: &ShockFit, draws: Draws) -> Vec<Parameters> {
    // Points of the grid come up as often as their probability has it, which takes sampling noise away.
    let mut order: Vec<usize> = (0..draws.paths).collect();
    order.shuffle(&mut random::stream(draws.seed, &[PARAMETERS]));
    let mut points = vec![0; draws.paths];
    let (mut point, mut below) = (0, fit.weights[0]);
    for (rank, path) in order.into_iter().enumerate() {
        let at = (rank as f64 + 0.5) / draws.paths as f64;
        while below < at && point + 1 < fit.weights.len() {
            point += 1;
            below += fit.weights[point];
        }
        points[path] = point;
    }
    let roots: Vec<Vec<super::pool::Square>> =
        fit.posteriors.iter().map(|groups| groups.iter().map(|group| lower(&group.covariance)).collect()).collect();
    let of_path = |(path, point): (usize, &usize)| {
        let groups = &fit.posteriors[*point];
        let means: Vec<Effects> = groups
            .iter()
            .zip(&roots[*point])
            .enumerate()
            .map(|(place, (group, root))| {
                let mut stream = random::stream(draws.seed, &[PARAMETERS, path as u64, place as u64]);
                shaken(&group.mean, root, &mut stream)
            })
            .collect();
        let of_series = |row: usize| {
            let group = fit.groups.of_series[row];
            let likelihood = fit.likelihood(row, *point);
            let mean = groups[group].series_given(&likelihood, &means[group]);
            let (own, _) = groups[group].given(&likelihood);
            let mut stream = random::stream(draws.seed, &[PARAMETERS, path as u64, u64::MAX, row as u64]);
            shaken(&mean, &lower(&own), &mut stream)
        };
        let effects = (0..fit.keys().len()).map(of_series).collect();
        Parameters { share: fit.shares[*point], delay: fit.points[*point].delay, effects }
    };
    points.par_iter().enumerate().map(of_path).collect()
}

/// A draw from a normal distribution with a mean and the Cholesky factor of a covariance.
fn shaken(mean: &Effects, root: &super::pool::Square, stream: &mut ChaCha8Rng) -> Effects {
    let noise: Effects = std::array::from_fn(|_| random::normal(stream));
    std::array::from_fn(|row| mean[row] + (0..EFFECTS).map(|k| root[row][k] * noise[k]).sum::<f64>())
}
