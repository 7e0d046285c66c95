//! Which share of children take a step: by source, need and time, with right-censoring, shrunk to national figures.

use std::collections::BTreeMap;

use rand::Rng;

use super::delay::DelayCurve;
use super::draw::normal;
use super::journey::Journey;
use super::national::NationalStep;
use super::stage::Step;
use crate::math::cholesky::{solve_in_place, substitute};
use crate::time::Period;

/// What the estimate may use.
#[derive(Debug, Clone, Copy)]
pub(super) struct Freedom {
    pub sources: usize,
    /// 0 where need plays no part.
    pub needs: usize,
    pub trend: bool,
    /// Sources may differ.
    pub by_source: bool,
}

/// Children of one month, source and need: how many took the step, and how many had time to.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cell {
    years: f64,
    source: usize,
    need: usize,
    took: f64,
    had_time: f64,
}

/// The share who take a step.
///
/// Method: each child counts as far as the step's delay curve says that it had time to take it (a referral of last week
/// hardly counts for a plan), so that right-censored cohorts are neither left out nor taken for failures. Logistic
/// regression on time, source and need; the level has the national figure as its prior, the trend the national trend,
/// sources and needs are random effects whose variance is estimated by maximum posterior (expectation-maximisation).
/// Gaussian posterior by Laplace's approximation; over-dispersion of monthly cohorts (siblings, practice) is Pearson's
/// (McCullagh and Nelder 1989) and widens the posterior.
#[derive(Debug, Clone)]
pub struct ConversionFit {
    step: Step,
    freedom: Freedom,
    /// Level, yearly trend, sources, needs; on the logit scale.
    mean: Vec<f64>,
    /// Cholesky factor of the posterior precision, lower triangle row by row.
    factor: Vec<f64>,
    dispersion: f64,
    /// Pearson residual of each month's cohort, unit variance; months without children are missing.
    residuals: BTreeMap<Period, f64>,
    /// Children a month who could take the step, over the last year.
    volume: f64,
    children: f64,
    took: f64,
    drift: f64,
}

/// Expected children of a month below which its residual tells nothing.
const LEAST_VARIANCE: f64 = 1.0;

/// Less than binomial scatter is chance; a floor of 1 would turn that chance into ranges that are too wide on average.
const LEAST_DISPERSION: f64 = 0.7;

/// Cohorts more scattered than this many times the binomial variance have no common share; ranges are wide enough.
const MOST_DISPERSION: f64 = 25.0;

impl ConversionFit {
    /// Fits one step. `origin` is the last month of history, from which years count.
    pub(super) fn estimate(
        step: Step,
        rows: &[Journey],
        curve: &DelayCurve,
        national: &NationalStep,
        freedom: Freedom,
        origin: Period,
    ) -> ConversionFit {
        let mut cells: BTreeMap<(Period, u16, u16), (f64, f64)> = BTreeMap::new();
        for journey in rows {
            let Some(start) = journey.start_of(step) else { continue };
            let had_time = curve.share_by(journey.seen_days.saturating_sub(start));
            let window = curve.longest_days();
            let took = journey.day_of(step.to()).is_some_and(|day| day.saturating_sub(start) <= window);
            let need = if freedom.needs > 0 { journey.need } else { 0 };
            let cell = cells.entry((journey.month, journey.source, need)).or_default();
            cell.0 += f64::from(u8::from(took));
            cell.1 += had_time;
        }
        let months: Vec<Period> = cells.keys().map(|(month, _, _)| *month).collect();
        let cells: Vec<Cell> = cells
            .into_iter()
            .map(|((month, source, need), (took, had_time))| Cell {
                years: f64::from(month.periods_since(origin)) / 12.0,
                source: source.into(),
                need: need.into(),
                took,
                had_time,
            })
            .collect();
        let mut fit = Regression::new(&cells, national, freedom);
        let mut dispersion = 1.0;
        // Variances of sources and needs, and the dispersion, settle within a few rounds.
        for _ in 0..6 {
            fit.solve(dispersion);
            dispersion = fit.dispersion(&months);
            fit.update_variances();
        }
        let factor = fit.solve(dispersion);
        let residuals = fit.residuals(&months, dispersion);
        let recent = cells.iter().filter(|cell| cell.years > -1.0);
        let first_recent = cells.iter().map(|cell| cell.years).fold(0.0, f64::min).max(-11.0 / 12.0);
        let months_recent = 12.0 * -first_recent + 1.0;
        ConversionFit {
            step,
            freedom,
            volume: (recent.map(|cell| cell.had_time).sum::<f64>() / months_recent).max(1.0),
            children: cells.iter().map(|cell| cell.had_time).sum(),
            took: cells.iter().map(|cell| cell.took).sum(),
            mean: fit.parameters,
            factor,
            dispersion,
            residuals,
            drift: national.drift,
        }
    }

    /// The step.
    pub fn step(&self) -> Step {
        self.step
    }

    /// The share of a source's (and need's) children who take the step, in the last month of history.
    pub fn share(&self, source: usize, need: usize) -> f64 {
        logistic(self.logit(&self.mean, source, need, 0.0))
    }

    /// The authority's share in the last month of history, before differences by source and need.
    pub fn overall(&self) -> f64 {
        logistic(self.mean[0])
    }

    /// The posterior standard deviation of the authority's logit in the last month of history.
    pub fn spread(&self) -> f64 {
        let mut right = vec![0.0; self.mean.len()];
        right[0] = 1.0;
        substitute(&self.factor, &mut right);
        libm::sqrt(right[0].max(0.0))
    }

    /// Yearly change of the share's logit.
    pub fn trend(&self) -> f64 {
        self.mean[1]
    }

    /// How many children had time to take the step (part of a child for those who had part of the time).
    pub fn children(&self) -> f64 {
        self.children
    }

    /// How many were seen to take it.
    pub fn took(&self) -> f64 {
        self.took
    }

    /// How many times the binomial variance monthly cohorts have.
    pub fn dispersion(&self) -> f64 {
        self.dispersion
    }

    /// The fit with its level moved by so much on the logit scale, for all sources and needs. Where a spread is given, the
    /// level has that posterior standard deviation and hangs on nothing else.
    pub(super) fn moved(&self, by: f64, spread: Option<f64>) -> ConversionFit {
        let mut moved = self.clone();
        moved.mean[0] += by;
        if let Some(spread) = spread {
            let size = moved.mean.len();
            (1..size).for_each(|row| moved.factor[row * size] = 0.0);
            moved.factor[0] = 1.0 / spread.max(1e-9);
        }
        moved
    }

    /// The posterior means of the parameters.
    pub(super) fn means(&self) -> &[f64] {
        &self.mean
    }

    /// Parameters drawn from the posterior.
    pub(super) fn draw(&self, stream: &mut impl Rng) -> Vec<f64> {
        let size = self.mean.len();
        let mut drawn: Vec<f64> = (0..size).map(|_| normal(stream)).collect();
        // Solves (factor)ᵀ x = z: x has the inverse of the precision as its covariance.
        for row in (0..size).rev() {
            let below: f64 = (row + 1..size).map(|low| self.factor[low * size + row] * drawn[low]).sum();
            let pivot = self.factor[row * size + row];
            drawn[row] = if pivot > 0.0 { (drawn[row] - below) / pivot } else { 0.0 };
        }
        drawn.iter_mut().zip(&self.mean).for_each(|(value, mean)| *value += mean);
        drawn
    }

    /// The logit of the share so many (damped) years after the last month of history.
    pub(super) fn logit(&self, parameters: &[f64], source: usize, need: usize, years: f64) -> f64 {
        let need = if self.freedom.needs > 0 { parameters[2 + self.freedom.sources + need] } else { 0.0 };
        parameters[0] + parameters[1] * years + parameters[2 + source] + need
    }

    /// What a month like the given past one adds to the logit beyond chance, where the share is `share`.
    pub(super) fn month_effect(&self, month: Period, share: f64) -> f64 {
        let Some(residual) = self.residuals.get(&month) else { return 0.0 };
        let beyond = (self.dispersion - 1.0).max(0.0) / (self.volume * share * (1.0 - share)).max(LEAST_VARIANCE);
        (residual * libm::sqrt(beyond)).clamp(-2.0, 2.0)
    }

    /// Standard deviation of a year's wandering of the logit.
    pub(super) fn drift(&self) -> f64 {
        self.drift
    }
}

pub(super) fn logistic(logit: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-logit))
}

pub(super) fn logit(share: f64) -> f64 {
    libm::log(share / (1.0 - share))
}

/// The penalised regression behind a [`ConversionFit`].
struct Regression<'a> {
    cells: &'a [Cell],
    freedom: Freedom,
    prior: Vec<f64>,
    precision: Vec<f64>,
    parameters: Vec<f64>,
    covariance_diagonal: Vec<f64>,
}

/// Variance of sources' and needs' logits before data speak, and the bounds it stays in. Assumption.
const FIRST_VARIANCE: f64 = 0.09;
const VARIANCES: (f64, f64) = (0.0004, 2.25);

impl<'a> Regression<'a> {
    fn new(cells: &'a [Cell], national: &NationalStep, freedom: Freedom) -> Regression<'a> {
        let effects = freedom.sources + freedom.needs;
        let trend = if freedom.trend { national.trend } else { 0.0 };
        let mut prior = vec![logit(national.share), trend];
        let trend_variance = if freedom.trend { national.trend_spread * national.trend_spread } else { 1e-12 };
        let mut precision = vec![1.0 / (national.spread * national.spread), 1.0 / trend_variance];
        prior.resize(2 + effects, 0.0);
        precision.resize(2 + effects, 1.0 / FIRST_VARIANCE);
        if !freedom.by_source {
            precision[2..2 + freedom.sources].fill(1e12);
        }
        let parameters = prior.clone();
        Regression { cells, freedom, covariance_diagonal: vec![0.0; prior.len()], prior, precision, parameters }
    }

    /// The four parameters of a cell and their regressors.
    fn row(&self, cell: &Cell) -> ([usize; 4], [f64; 4]) {
        let need = if self.freedom.needs > 0 { 2 + self.freedom.sources + cell.need } else { 0 };
        let weight = if self.freedom.needs > 0 { 1.0 } else { 0.0 };
        ([0, 1, 2 + cell.source, need], [1.0, cell.years, 1.0, weight])
    }

    fn share(&self, cell: &Cell) -> f64 {
        let (places, values) = self.row(cell);
        let logit: f64 = places.iter().zip(values).map(|(place, value)| self.parameters[*place] * value).sum();
        logistic(logit.clamp(-30.0, 30.0))
    }

    /// Newton's method to the mode; returns the factor of the precision there.
    fn solve(&mut self, dispersion: f64) -> Vec<f64> {
        let size = self.parameters.len();
        let mut factor = vec![0.0; size * size];
        for _ in 0..40 {
            factor.fill(0.0);
            let mut right = vec![0.0; size];
            for place in 0..size {
                factor[place * size + place] = self.precision[place];
                right[place] = self.precision[place] * (self.prior[place] - self.parameters[place]);
            }
            for cell in self.cells {
                let share = self.share(cell);
                let (places, values) = self.row(cell);
                let slope = (cell.took - cell.had_time * share) / dispersion;
                let weight = cell.had_time * share * (1.0 - share) / dispersion;
                for (place, value) in places.iter().zip(values) {
                    right[*place] += slope * value;
                    for (other, other_value) in places.iter().zip(values) {
                        if other <= place {
                            factor[place * size + other] += weight * value * other_value;
                        }
                    }
                }
            }
            // Without needs the fourth parameter of a row is the level's, with weight nothing.
            let mut change = right;
            solve_in_place(&mut factor, &mut change);
            let longest = change.iter().fold(0.0f64, |longest, step| longest.max(step.abs()));
            let damping = if longest > 2.0 { 2.0 / longest } else { 1.0 };
            self.parameters.iter_mut().zip(&change).for_each(|(parameter, step)| *parameter += damping * step);
            if longest < 1e-9 {
                break;
            }
        }
        for place in 0..size {
            let mut unit = vec![0.0; size];
            unit[place] = 1.0;
            substitute(&factor, &mut unit);
            self.covariance_diagonal[place] = unit[place];
        }
        factor
    }

    /// Expectation-maximisation of the variances of sources and needs.
    fn update_variances(&mut self) {
        let (sources, needs) = (self.freedom.sources, self.freedom.needs);
        for (start, len, free) in [(2, sources, self.freedom.by_source), (2 + sources, needs, true)] {
            if len > 0 && free {
                let places = start..start + len;
                let squares =
                    places.clone().map(|place| self.parameters[place].powi(2) + self.covariance_diagonal[place]);
                let variance = (squares.sum::<f64>() / len as f64).clamp(VARIANCES.0, VARIANCES.1);
                self.precision[places].fill(1.0 / variance);
            }
        }
    }

    /// Took less expected, and binomial variance, of each month's cohort.
    fn monthly(&self, months: &[Period]) -> BTreeMap<Period, (f64, f64)> {
        let mut monthly: BTreeMap<Period, (f64, f64)> = BTreeMap::new();
        for (cell, month) in self.cells.iter().zip(months) {
            let share = self.share(cell);
            let entry = monthly.entry(*month).or_default();
            entry.0 += cell.took - cell.had_time * share;
            entry.1 += cell.had_time * share * (1.0 - share);
        }
        monthly.retain(|_, (_, variance)| *variance > LEAST_VARIANCE);
        monthly
    }

    fn dispersion(&self, months: &[Period]) -> f64 {
        let monthly = self.monthly(months);
        // Level and trend took two degrees of freedom.
        let free = monthly.len() as f64 - 2.0;
        if free < 1.0 {
            return 1.0;
        }
        let squares: f64 = monthly.values().map(|(difference, variance)| difference * difference / variance).sum();
        (squares / free).clamp(LEAST_DISPERSION, MOST_DISPERSION)
    }

    fn residuals(&self, months: &[Period], dispersion: f64) -> BTreeMap<Period, f64> {
        let scaled = |(difference, variance): (f64, f64)| difference / libm::sqrt(dispersion * variance);
        self.monthly(months).into_iter().map(|(month, cohort)| (month, scaled(cohort))).collect()
    }
}
