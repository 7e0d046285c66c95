//! From a line-up to the forecaster that it describes.

use crate::ensemble::{Calibrated, Ensemble};
use crate::forecast::{FittedForecaster, Forecaster, ModelError};
use crate::models::{Local, ModelSpec, PooledSeason};
use crate::panel::{Design, Panel};
use crate::project::{Group, LineUp};
use crate::reconcile::Reconciled;
use crate::shock::{FittedShockAdjusted, ShockAdjusted};

/// The whole recipe: members, combined, their season pooled, their ranges calibrated, parts and totals reconciled, all of
/// it behind the shock.
pub fn forecaster(line_up: &LineUp) -> Box<dyn Forecaster> {
    let unshocked = unshocked(line_up);
    // Outermost: the trials of the calibration, and the totals, see a history without the shock too.
    match &line_up.shock {
        Some(options) => Box::new(ShockAdjusted::new(unshocked, options.clone())),
        None => unshocked,
    }
}

/// A recipe that was fitted, and its shock within reach where it has one.
#[derive(Debug)]
pub enum Fitted {
    /// Behind a shock.
    Adjusted(Box<FittedShockAdjusted>),
    /// Without one.
    Plain(Box<dyn FittedForecaster>),
}

impl Fitted {
    /// Fits the recipe of a line-up.
    ///
    /// # Errors
    /// Where a model can't be fitted.
    pub fn of(line_up: &LineUp, history: &Panel, known: &Design) -> Result<Fitted, ModelError> {
        let unshocked = unshocked(line_up);
        Ok(match &line_up.shock {
            Some(options) => {
                Fitted::Adjusted(Box::new(ShockAdjusted::new(unshocked, options.clone()).fit_adjusted(history, known)?))
            }
            None => Fitted::Plain(unshocked.fit(history, known)?),
        })
    }

    /// The fitted forecaster, whatever it is.
    pub fn forecaster(&self) -> &dyn FittedForecaster {
        match self {
            Fitted::Adjusted(fitted) => &**fitted,
            Fitted::Plain(fitted) => &**fitted,
        }
    }

    /// What knows of the shock.
    pub fn adjusted(&self) -> Option<&FittedShockAdjusted> {
        match self {
            Fitted::Adjusted(fitted) => Some(fitted),
            Fitted::Plain(_) => None,
        }
    }
}

/// The recipe inside the shock.
fn unshocked(line_up: &LineUp) -> Box<dyn Forecaster> {
    let mut groups: Vec<Box<dyn Forecaster>> = line_up.group.iter().map(|group| of_group(group, line_up)).collect();
    let combined = match groups.len() {
        1 => groups.remove(0),
        _ => Box::new(Ensemble::new(groups, line_up.ensemble.clone())),
    };
    let calibrated = match &line_up.calibrate {
        Some(options) => Box::new(Calibrated::new(combined, options.clone())),
        None => combined,
    };
    match &line_up.reconcile {
        Some(options) => Box::new(Reconciled::new(calibrated, options.clone())),
        None => calibrated,
    }
}

fn of_group(group: &Group, line_up: &LineUp) -> Box<dyn Forecaster> {
    let mut members: Vec<Box<dyn Forecaster>> = group.members.iter().map(local).collect();
    let combined = match members.len() {
        1 => members.remove(0),
        _ => Box::new(Ensemble::new(members, line_up.ensemble.clone())),
    };
    match &group.pooled_season {
        Some(options) => Box::new(PooledSeason::new(combined, options.clone())),
        None => combined,
    }
}

fn local(model: &ModelSpec) -> Box<dyn Forecaster> {
    Box::new(Local::from(model.build()))
}
