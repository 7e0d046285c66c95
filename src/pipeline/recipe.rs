//! From a line-up to the forecaster that it describes.

use crate::ensemble::{Calibrated, Ensemble};
use crate::forecast::Forecaster;
use crate::models::{Local, ModelSpec, PooledSeason};
use crate::project::{Group, LineUp};
use crate::reconcile::Reconciled;
use crate::shock::ShockAdjusted;

/// The whole recipe: members, combined, their season pooled, their ranges calibrated, parts and totals reconciled, all of
/// it behind the shock.
pub fn forecaster(line_up: &LineUp) -> Box<dyn Forecaster> {
    let mut groups: Vec<Box<dyn Forecaster>> = line_up.group.iter().map(|group| of_group(group, line_up)).collect();
    let combined = match groups.len() {
        1 => groups.remove(0),
        _ => Box::new(Ensemble::new(groups, line_up.ensemble.clone())),
    };
    let calibrated = match &line_up.calibrate {
        Some(options) => Box::new(Calibrated::new(combined, options.clone())),
        None => combined,
    };
    let reconciled: Box<dyn Forecaster> = match &line_up.reconcile {
        Some(options) => Box::new(Reconciled::new(calibrated, options.clone())),
        None => calibrated,
    };
    // Outermost: the trials of the calibration, and the totals, see a history without the shock too.
    match &line_up.shock {
        Some(options) => Box::new(ShockAdjusted::new(reconciled, options.clone())),
        None => reconciled,
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
