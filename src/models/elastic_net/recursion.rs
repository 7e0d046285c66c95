//! The history as rows of columns, and the walk from one period to the next that history, validation and paths share.

use ndarray::{Array2, ArrayView1, ArrayView2, Axis, concatenate};

use super::past::Past;
use super::penalised::{Effects, Standardised};

/// The history on the scale of the regression.
#[derive(Debug)]
pub(super) struct Scaled {
    pub past: Past,
    /// One a period, `NaN` where nothing was observed; the first is observed.
    pub values: Vec<f64>,
    /// The level before each period and after the last.
    pub levels: Vec<f64>,
    /// Periods x columns of season and calendar.
    pub terms: Array2<f64>,
    /// Periods x columns of past values.
    lagged: Array2<f64>,
    /// The first period whose past is long enough to learn from.
    pub start: usize,
}

impl Scaled {
    pub(super) fn new(values: Vec<f64>, terms: Array2<f64>, past: Past) -> Scaled {
        let mut lagged = Array2::zeros((values.len(), past.lags.len()));
        let mut levels = Vec::with_capacity(values.len() + 1);
        let mut level = values[0];
        for period in 0..=values.len() {
            let next = past.level(&values[..period]);
            level = if next.is_nan() { level } else { next };
            levels.push(level);
            if period < values.len()
                && let Some(row) = lagged.row_mut(period).into_slice()
            {
                past.write(&values[..period], level, row);
            }
        }
        // A short history can't wait for a whole season to go by.
        let start = past.window.min(values.len() / 2).max(1);
        Scaled { past, values, levels, terms, lagged, start }
    }

    /// Periods before `to` that were observed and have a past to learn from.
    pub(super) fn known(&self, to: usize) -> Vec<usize> {
        (self.start..to).filter(|period| !self.values[*period].is_nan()).collect()
    }

    /// How far the value of a period lies from the level before it.
    pub(super) fn distance(&self, period: usize) -> f64 {
        self.values[period] - self.levels[period]
    }

    /// The rows of the periods, ready for any penalty; `None` where nothing varies.
    pub(super) fn rows(&self, periods: &[usize], lasso_share: f64) -> Option<Standardised> {
        if periods.is_empty() {
            return None;
        }
        let of = |columns: &Array2<f64>| columns.select(Axis(0), periods);
        let rows = concatenate(Axis(1), &[of(&self.lagged).view(), of(&self.terms).view()]).ok()?;
        let targets: Vec<f64> = periods.iter().map(|period| self.distance(*period)).collect();
        Standardised::new(rows.view(), &targets, lasso_share)
    }

    /// What effects expect of a period, how far from the level before it.
    pub(super) fn expected(&self, effects: &Effects, period: usize) -> f64 {
        let columns = self.lagged.row(period).into_iter().chain(self.terms.row(period)).copied();
        effects.constant + effects.announced(columns)
    }

    /// The bounds of a forecast after the first `to` periods.
    pub(super) fn limits(&self, to: usize) -> Limits {
        let start = (f64::INFINITY, f64::NEG_INFINITY);
        let seen = self.values[..to].iter().filter(|value| !value.is_nan());
        let (low, high) = seen.fold(start, |(low, high), value| (low.min(*value), high.max(*value)));
        let farthest = self.known(to).into_iter().map(|period| self.distance(period).abs()).fold(0.0, f64::max);
        Limits {
            farthest,
            // Three times the highest value, a third of the lowest.
            low: libm::log1p(libm::expm1(low) / 3.0).min(low),
            high: libm::log1p(3.0 * libm::expm1(high)).max(high),
        }
    }

    /// The last values that a walk after the first `to` periods looks back on.
    pub(super) fn tail(&self, to: usize) -> &[f64] {
        &self.values[to.saturating_sub(self.past.reach())..to]
    }
}

/// What no forecast leaves, so that effects of past values can't build up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// The farthest that a value lay from the level.
    farthest: f64,
    low: f64,
    high: f64,
}

/// From period to period, each forecast a past value of the next.
#[derive(Debug, Clone, Copy)]
pub(super) struct Walk<'a> {
    pub past: &'a Past,
    pub effects: &'a Effects,
    pub limits: Limits,
    /// The share of the constant that is left after each period.
    pub damping: f64,
    /// The level where the last season has no observed value.
    pub level: f64,
}

impl Walk<'_> {
    /// Calls `visit` with the step and its value, one a row of `terms`; `seen` is what went before, oldest first.
    pub(super) fn go(
        self,
        seen: &[f64],
        terms: ArrayView2<'_, f64>,
        innovation: impl Fn(usize) -> f64,
        mut visit: impl FnMut(usize, f64),
    ) {
        let mut seen = seen.to_vec();
        let mut lagged = vec![0.0; self.past.lags.len()];
        let mut drift = self.effects.constant;
        for (step, row) in terms.rows().into_iter().enumerate() {
            let level = self.past.level(&seen);
            let level = if level.is_nan() { self.level } else { level };
            self.past.write(&seen, level, &mut lagged);
            drift *= self.damping;
            let announced = drift + self.announced(&lagged, row);
            let expected = level + announced.clamp(-self.limits.farthest, self.limits.farthest);
            let value = (expected + innovation(step)).clamp(self.limits.low, self.limits.high);
            seen.push(value);
            visit(step, value);
        }
    }

    fn announced(self, lagged: &[f64], terms: ArrayView1<'_, f64>) -> f64 {
        self.effects.announced(lagged.iter().copied().chain(terms.iter().copied()))
    }
}
