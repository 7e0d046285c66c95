//! What one series would have been without the shock: level, season and working days, and how surely.

use super::ShockOptions;
use super::interventions::Intervention;
use super::pooled_season::PooledSeason;
use crate::math::cholesky::{Cholesky, dot};

/// Everything about the periods that the series have in common.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    /// Place of each period in the year's season.
    pub seasons: Vec<usize>,
    pub season_length: usize,
    /// Years that a period lasts.
    pub years: f64,
    /// Standard deviation of each period's chance, relative to a usual period.
    pub volatility: Vec<f64>,
}

impl Frame {
    pub fn periods(&self) -> usize {
        self.seasons.len()
    }
}

/// The observed part of one series.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    /// Positions of observed periods, ascending.
    pub at: Vec<usize>,
    /// Their values.
    pub values: Vec<f64>,
    /// Logarithm of each period's working days over the average, for all periods.
    pub log_days: Vec<f64>,
    /// Whether values are counts, with the chance of counts.
    pub counts: bool,
}

/// The smallest mean that a count is expected to have: log-linear models know no zero.
const LEAST_MEAN: f64 = 0.3;

/// Variance of the level about the series' mean, and of the effect of an intervention, as logarithms: wide.
const LEVEL_VARIANCE: f64 = 1.0;
const INTERVENTION_VARIANCE: f64 = 0.25;

/// How a series wanders, and what is known of it so far.
#[derive(Debug, Clone)]
pub(super) struct Baseline {
    /// Variance of the chance in one period beyond that of a count, as a logarithm: 1 / phi.
    pub dispersion: f64,
    /// Variance that the level gathers in a year, over `dispersion`.
    pub wander: f64,
    /// Breaks and outliers that were found.
    pub interventions: Vec<Intervention>,
    /// Logarithm of the level of every period.
    pub level: Vec<f64>,
    /// Logarithm of the season, by place in the year.
    pub season: Vec<f64>,
    /// The mean expected of every period, shock included.
    pub mean: Vec<f64>,
}

/// What is common to a solution: the covariance of the working responses, factored, and the responses.
#[derive(Debug, Clone)]
pub(super) struct Solved {
    pub factor: Cholesky,
    /// Working response less working days, pooled season and centre; the shock is still in it.
    pub response: Vec<f64>,
    pub centre: f64,
}

impl Baseline {
    /// A first guess: a moving mean over half a season to both sides; `usable` says which periods to believe.
    pub fn guess(sample: &Sample, frame: &Frame, usable: &[bool], options: &ShockOptions) -> Baseline {
        let reach = (frame.season_length / 2).max(2);
        let periods = frame.periods();
        let per_day: Vec<f64> =
            sample.values.iter().zip(&sample.at).map(|(y, at)| y / libm::exp(sample.log_days[*at])).collect();
        let all = per_day.iter().sum::<f64>() / per_day.len().max(1) as f64;
        let level: Vec<f64> = (0..periods)
            .map(|period| {
                let near = sample.at.iter().zip(&per_day).filter(|(at, _)| at.abs_diff(period) <= reach);
                let (sum, count) = near
                    .filter(|(at, _)| usable[**at])
                    .fold((0.0, 0.0), |(sum, count): (f64, f64), (_, value)| (sum + value, count + 1.0));
                let mean = if count >= 3.0 { sum / count } else { all };
                libm::log(mean.max(if sample.counts { LEAST_MEAN } else { 1e-6 * all.max(1e-300) }))
            })
            .collect();
        let mean = level.iter().zip(&sample.log_days).map(|(level, days)| libm::exp(level + days)).collect();
        Baseline {
            dispersion: options.dispersion,
            wander: options.wander,
            interventions: Vec::new(),
            season: vec![0.0; frame.season_length],
            level,
            mean,
        }
    }

    /// The logarithm of what a period would have been without the shock.
    pub fn log_without_shock(&self, sample: &Sample, frame: &Frame, period: usize) -> f64 {
        self.level[period] + self.season[frame.seasons[period]] + sample.log_days[period]
    }

    /// Working responses and weights at the current means, and the covariance factored.
    ///
    /// Method: iteratively reweighted least squares for a negative binomial count with logarithmic link, variance mu +
    /// mu^2 / phi; the part beyond chance is autocorrelated, the level a random walk, the season normal about the pooled
    /// one. Effects with a normal prior are part of the covariance, so that nothing but the shock is left to estimate.
    pub fn solve(
        &self,
        sample: &Sample,
        frame: &Frame,
        pooled: &PooledSeason,
        options: &ShockOptions,
        extra: &[(Vec<f64>, f64)],
    ) -> Option<Solved> {
        let response: Vec<f64> = sample
            .at
            .iter()
            .zip(&sample.values)
            .map(|(at, value)| {
                let mean = self.mean[*at];
                libm::log(mean) + (value - mean) / mean - sample.log_days[*at] - pooled.effects[frame.seasons[*at]]
            })
            .collect();
        let centre = response.iter().sum::<f64>() / response.len().max(1) as f64;
        let size = sample.at.len();
        let mut matrix = vec![0.0; size * size];
        let persistent = self.persistent(frame, options);
        let walk = self.dispersion * self.wander * frame.years;
        let mean_season = pooled.variance / frame.season_length as f64;
        let steps: Vec<Vec<f64>> = self.interventions.iter().map(|found| found.column(frame.periods())).collect();
        for (i, at) in sample.at.iter().enumerate() {
            let line = &mut matrix[i * size..=i * size + i];
            for (cell, other) in line.iter_mut().zip(&sample.at) {
                let mut covariance = LEVEL_VARIANCE + walk * (*other as f64);
                covariance += persistent[at - other] * frame.volatility[*at] * frame.volatility[*other];
                covariance -= mean_season;
                if frame.seasons[*at] == frame.seasons[*other] {
                    covariance += pooled.variance;
                }
                for step in &steps {
                    covariance += INTERVENTION_VARIANCE * step[*at] * step[*other];
                }
                *cell = covariance;
            }
            let chance = if sample.counts { 1.0 / self.mean[*at] } else { 0.0 };
            let own = self.dispersion * (1.0 - options.persistent_share) * frame.volatility[*at].powi(2);
            line[i] += chance + own + 1e-9;
        }
        for (column, variance) in extra {
            for i in 0..size {
                for j in 0..=i {
                    matrix[i * size + j] += variance * column[i] * column[j];
                }
            }
        }
        let factor = Cholesky::of(matrix, size)?;
        Some(Solved { factor, response: response.iter().map(|value| value - centre).collect(), centre })
    }

    /// Covariance of the persistent part by distance in periods.
    fn persistent(&self, frame: &Frame, options: &ShockOptions) -> Vec<f64> {
        let each = libm::pow(options.persistence, 12.0 * frame.years);
        let start = self.dispersion * options.persistent_share;
        (0..frame.periods()).scan(start, |now, _| Some(std::mem::replace(now, *now * each))).collect()
    }

    /// Level, season and means from a solution; `shock` is the logarithm of what the shock made of each period.
    pub fn update(
        &mut self,
        sample: &Sample,
        frame: &Frame,
        pooled: &PooledSeason,
        options: &ShockOptions,
        solved: &Solved,
        shock: &[f64],
    ) {
        let mut weights: Vec<f64> =
            solved.response.iter().zip(&sample.at).map(|(response, at)| response - shock[*at]).collect();
        solved.factor.solve(&mut weights);
        let total: f64 = weights.iter().sum();
        let walk = self.dispersion * self.wander * frame.years;
        let persistent = self.persistent(frame, options);
        let mut by_season = vec![0.0; frame.season_length];
        sample.at.iter().zip(&weights).for_each(|(at, weight)| by_season[frame.seasons[*at]] += weight);
        self.season = (0..frame.season_length)
            .map(|place| {
                pooled.effects[place] + pooled.variance * (by_season[place] - total / frame.season_length as f64)
            })
            .collect();
        let jumps: Vec<(Vec<f64>, f64)> = self
            .interventions
            .iter()
            .map(|found| {
                let column = found.column(frame.periods());
                let sum: f64 = sample.at.iter().zip(&weights).map(|(at, weight)| column[*at] * weight).sum();
                (column, INTERVENTION_VARIANCE * sum)
            })
            .collect();
        // Sums of weights at or after each period, and of weights times position before it.
        let mut level = vec![solved.centre + LEVEL_VARIANCE * total; frame.periods()];
        let (mut after, mut moment, mut next) = (total, 0.0, 0);
        for (period, level) in level.iter_mut().enumerate() {
            while sample.at.get(next).is_some_and(|at| *at < period) {
                after -= weights[next];
                moment += weights[next] * sample.at[next] as f64;
                next += 1;
            }
            *level += walk * (moment + period as f64 * after);
        }
        let mut means = Vec::with_capacity(frame.periods());
        for period in 0..frame.periods() {
            let lasting: f64 = jumps
                .iter()
                .zip(&self.interventions)
                .map(|((column, size), found)| if found.lasts() { column[period] * size } else { 0.0 })
                .sum();
            let passing: f64 = jumps
                .iter()
                .zip(&self.interventions)
                .map(|((column, size), found)| if found.lasts() { 0.0 } else { column[period] * size })
                .sum();
            level[period] += lasting;
            // The persistent deviation is part of what is expected, though not of the level.
            let deviation: f64 = sample
                .at
                .iter()
                .zip(&weights)
                .map(|(at, weight)| {
                    persistent[at.abs_diff(period)] * frame.volatility[*at] * frame.volatility[period] * weight
                })
                .sum();
            let log = level[period]
                + self.season[frame.seasons[period]]
                + sample.log_days[period]
                + passing
                + deviation
                + shock[period];
            let least = if sample.counts { LEAST_MEAN } else { 1e-12 };
            means.push(libm::exp(log.clamp(-50.0, 50.0)).max(least));
        }
        self.level = level;
        self.mean = means;
    }

    /// The log likelihood of the responses, the shock taken out, up to a constant.
    pub fn log_likelihood(solved: &Solved, sample: &Sample, shock: &[f64]) -> f64 {
        let mut rest: Vec<f64> =
            solved.response.iter().zip(&sample.at).map(|(response, at)| response - shock[*at]).collect();
        solved.factor.whiten(&mut rest, 0);
        -0.5 * (dot(&rest, &rest) + solved.factor.log_determinant())
    }
}
