//! From a scenario's changes to the forecast under them: what `scenario` says, in the words that `shock` knows.

use ndarray::Array2;

use super::Error;
use super::work::{self, Work};
use crate::features::{calendar_design, closure_design};
use crate::forecast::{Draws, Forecast};
use crate::ingest::TimeLabels;
use crate::panel::{Design, Panel};
use crate::project::RunPlan;
use crate::scenario::{Changes, Delay, Ground, Outcome, Scenario, apply};
use crate::shock::{Decomposition, FittedShockAdjusted, KINDS, Part, ReturnDelay, ShockChanges};
use crate::time::{Closures, WorkingCalendar};

/// A fitted recipe, asked what would be otherwise.
pub struct WhatIf<'a> {
    fitted: &'a FittedShockAdjusted,
    history: &'a Panel,
    /// Regressors of the horizon, with the closures that are known.
    future: Design,
    /// The same without closures.
    calendar_only: Design,
    calendar: WorkingCalendar,
    closures: Closures,
    draws: Draws,
    /// The largest share of a month's demand that closures kept away in the history, all series together.
    drop_before: f64,
}

impl<'a> WhatIf<'a> {
    /// `None` where periods have no dates, so that nothing can be closed.
    ///
    /// # Errors
    /// Where the calendar or closures of the plan can't be read.
    pub fn of(plan: &RunPlan, work: &'a Work, fitted: &'a FittedShockAdjusted) -> Result<Option<WhatIf<'a>>, Error> {
        if work.ingested.time_labels == TimeLabels::Number {
            return Ok(None);
        }
        let history = &work.active;
        let (known, horizon) = (history.span().len(), plan.forecast().horizon);
        let calendar = work::calendar(plan)?;
        let span = history.span().following(horizon);
        Ok(Some(WhatIf {
            fitted,
            history,
            future: work.design.slice(known, horizon),
            calendar_only: calendar_design(span, Some(&calendar), &plan.calendar().features)?,
            closures: work::closures(plan)?,
            calendar,
            draws: plan.draws(),
            drop_before: deepest_drop(&fitted.shock().decomposition(history)),
        }))
    }

    /// What the baseline's mean is made of, before the paths are shaped as counts: series x steps.
    ///
    /// # Errors
    /// Where the forecast fails.
    pub fn parts(&self) -> Result<Decomposition, Error> {
        Ok(self.fitted.forecast_with(&self.future, self.draws, &ShockChanges::default())?.1)
    }

    /// A scenario applied to the published forecast of the leaves.
    ///
    /// # Errors
    /// Where a lever can't be, or the forecast fails.
    pub fn outcome(&self, scenario: &Scenario, baseline: &Forecast) -> Result<Outcome, Error> {
        let ground = Ground { history: self.history, baseline };
        apply(scenario, ground, |changes| self.under(changes, baseline))
    }

    /// The forecast of the leaves under changes, with the baseline's own draws.
    fn under(&self, changes: &Changes, baseline: &Forecast) -> Result<Forecast, Error> {
        let future = if changes.closures.is_empty() {
            self.future.clone()
        } else {
            let last = self.history.span().last().unwrap_or(self.history.span().start()).last_day();
            let closures = self.closures.known_on(last, changes.closures.clone())?;
            closure_design(self.calendar_only.clone(), &self.calendar, &closures)?
        };
        let mut told = self.told(changes, baseline);
        if let Some(Delay::ByDrop(_)) = &changes.delay {
            // How deep the drop is doesn't hang on when it returns.
            let (_, parts) = self.fitted.forecast_with(&future, self.draws, &told)?;
            let drop = deepest_drop(&parts).max(self.drop_before);
            told.delay = changes.delay.as_ref().map(|delay| in_time(&delay.for_drop(drop)));
        }
        let (forecast, _) = self.fitted.forecast_with(&future, self.draws, &told)?;
        Ok(forecast.shaped_like(self.history.kind()))
    }

    /// The changes in the shock's words, with a row for each series of the history: those that could not be forecast
    /// have none among the changes.
    fn told(&self, changes: &Changes, baseline: &Forecast) -> ShockChanges {
        let rows: Vec<Option<usize>> = self.history.keys().iter().map(|key| baseline.row(key)).collect();
        let by_step = |values: &Array2<f64>, otherwise: f64| {
            Array2::from_shape_fn((rows.len(), values.ncols()), |(row, step)| {
                rows[row].map_or(otherwise, |row| values[(row, step)])
            })
        };
        let suppression = (!changes.suppression.is_empty()).then(|| {
            let mut by_series = vec![[None; KINDS.len()]; rows.len()];
            for (kind, told) in &changes.suppression {
                let Some(place) = KINDS.iter().position(|known| known == kind) else { continue };
                by_series.iter_mut().zip(&rows).for_each(|(series, row)| {
                    series[place] = row.and_then(|row| told[row]);
                });
            }
            by_series
        });
        let new_normal = changes.new_normal.as_ref();
        ShockChanges {
            return_share: changes.return_share,
            delay: changes.delay.as_ref().filter(|delay| !matches!(delay, Delay::ByDrop(_))).map(in_time),
            suppression,
            new_normal: new_normal.map(|told| rows.iter().map(|row| row.and_then(|row| told[row])).collect()),
            level: changes.level.as_ref().map(|level| by_step(level, 1.0)),
            new_need: changes.new_need.as_ref().map(|need| by_step(need, 0.0)),
        }
    }
}

fn in_time(delay: &Delay) -> ReturnDelay {
    match delay {
        Delay::Months(months) => ReturnDelay::Months(*months),
        Delay::Curve(curve) => ReturnDelay::Curve(curve.clone()),
        Delay::ByDrop(steps) => ReturnDelay::Curve(steps.last().map_or(vec![1.0], |step| step.curve.clone())),
    }
}

/// The largest share of a period's demand that closures kept away, all series together.
fn deepest_drop(parts: &Decomposition) -> f64 {
    let sum = |part: Part, period: usize| -> f64 {
        parts.part(part).column(period).iter().filter(|value| !value.is_nan()).sum()
    };
    let drop = |period: usize| {
        let usual = sum(Part::Baseline, period) + sum(Part::Season, period) + sum(Part::NewNormal, period);
        if usual > 0.0 { -sum(Part::Suppressed, period) / usual } else { 0.0 }
    };
    (0..parts.span().len()).map(drop).fold(0.0, f64::max)
}
