//! Fits every wanted form to one series and weighs them by the corrected information criterion.

use super::form::{Form, Season};
use super::likelihood::{Layout, Likelihood, Room};
use super::recursion::{Smoother, Weights, walk};
use crate::math::optimise::{LeastSquares, Stopping, Workspace, least_squares};
use crate::math::seasonal::{Indices, Joining, gaps_filled};
use crate::models::criterion;

/// One form fitted to one series.
#[derive(Debug, Clone)]
pub(super) struct Fit {
    pub(super) form: Form,
    /// Free parameters, without the error's variance.
    pub(super) parameters: usize,
    /// Before the first value.
    pub(super) initial: Vec<Smoother>,
    /// After the last value.
    pub(super) last: Vec<Smoother>,
    /// Akaike's information criterion, corrected for short series, but for a constant of the series.
    pub(super) aicc: f64,
}

/// Smoothing from almost none to almost all of an error.
const SMOOTHING: (f64, f64) = (1e-4, 0.9999);

/// Smoothing of the level from which a search may start.
const SMOOTHING_STARTS: [f64; 4] = [0.05, 0.2, 0.5, 0.85];
const SEASON_START: f64 = 0.05;

/// Searches end once the logarithm of the likelihood would rise by less than this.
const LIKELIHOOD_TOLERANCE: f64 = 2e-4;
const MOST_STEPS: usize = 40;

/// A series as the search sees it: scaled to a mean size of one.
pub(super) struct Search<'a> {
    values: &'a [f64],
    season_length: usize,
    observed: usize,
    /// Bounds of the level's fade a step, and of the season's a cycle.
    fade: (f64, f64),
    room: Room,
    work: Workspace,
    /// The mean of the first seasons, and the season about it; `None` where there is no season to find.
    level: f64,
    season: Option<Vec<f64>>,
}

impl<'a> Search<'a> {
    /// `season_length` below 2 means no season. The values are scaled and at least one is observed.
    pub(super) fn new(values: &'a [f64], season_length: usize, fade: (f64, f64)) -> Search<'a> {
        let season_length = season_length.max(1);
        let observed = values.iter().filter(|value| !value.is_nan()).count();
        let season = (season_length > 1 && observed >= 2 * season_length && every_position_seen(values, season_length))
            .then(|| Indices::classical(&gaps_filled(values, season_length), season_length, Joining::Additive))
            .flatten()
            .map(|indices| indices.values);
        let without_season = |(t, value): (usize, &f64)| value - season.as_ref().map_or(0.0, |s| s[t % season_length]);
        let early: Vec<f64> = values
            .iter()
            .enumerate()
            .filter(|(_, value)| !value.is_nan())
            .map(without_season)
            .take((2 * season_length).max(10))
            .collect();
        let level = early.iter().sum::<f64>() / early.len() as f64;
        let (room, work) = (Room::default(), Workspace::default());
        Search { values, season_length, observed, fade, room, work, level, season }
    }

    /// The wanted forms that the series can hold, weighted by [`criterion::weighted`]. Empty where the series is too
    /// short for every form.
    pub(super) fn weighted(&mut self, wanted: impl Fn(Form) -> bool, averaging: f64) -> Vec<(f64, Fit)> {
        let mut fits: Vec<Fit> = Vec::new();
        for form in Form::all().filter(|form| wanted(*form)) {
            if let Some(fit) = self.fit(form, &fits) {
                fits.push(fit);
            }
        }
        criterion::weighted(fits, |fit| fit.aicc, averaging)
    }

    /// One form; `None` where the series is too short for it or has no season. `before` are fits to start from.
    pub(super) fn fit(&mut self, form: Form, before: &[Fit]) -> Option<Fit> {
        let season = match form.season {
            Season::None => vec![],
            _ => self.season.clone()?,
        };
        let layout = Layout::new(form, self.season_length);
        // The error's variance is a parameter too.
        let parameters = layout.count + 1;
        let penalty = criterion::penalty(self.observed, parameters)?;
        let still = Weights { smoothing: SEASON_START, fade: 0.0 };
        let levels: Vec<Vec<f64>> = match form.season {
            Season::None => vec![vec![self.level]],
            Season::Simple => vec![season.iter().map(|index| self.level + index).collect()],
            Season::Partial | Season::Full => vec![vec![self.level], season],
        };
        let initial = levels.iter().map(|levels| Smoother::at_rest(still, levels.iter().copied())).collect();
        let mut likelihood = Likelihood::new(layout.clone(), self.values, initial, &mut self.room);
        let mut best = (f64::INFINITY, vec![0.0; layout.count]);
        let mut trial = best.1.clone();
        for smoothing in SMOOTHING_STARTS {
            for (which, levels) in levels.iter().enumerate() {
                let smoothing = if which == 0 { smoothing } else { SEASON_START };
                layout.write(which, Weights { smoothing, fade: 0.0 }, levels, &mut trial);
            }
            let sum = likelihood.sum_of_squares(&trial);
            if sum < best.0 {
                best.0 = sum;
                best.1.copy_from_slice(&trial);
            }
        }
        for fit in before.iter().filter(|fit| fit.initial.len() == levels.len() && fit.form.season != Season::Simple) {
            for (which, smoother) in fit.initial.iter().enumerate() {
                let levels: Vec<f64> = smoother.slots.iter().map(|slot| slot.0).collect();
                if levels.len() < layout.places[which].levels {
                    break;
                }
                layout.write(which, smoother.weights, &levels, &mut trial);
            }
            let sum = likelihood.sum_of_squares(&trial);
            if sum < best.0 {
                best.0 = sum;
                best.1.copy_from_slice(&trial);
            }
        }
        if !best.0.is_finite() {
            return None;
        }
        let mut at = best.1;
        let mut bounds = vec![(f64::NEG_INFINITY, f64::INFINITY); layout.count];
        for (which, places) in layout.places.iter().enumerate() {
            bounds[places.smoothing] = SMOOTHING;
            if let Some(fade) = places.fade {
                let cycle = if form.season == Season::Simple { self.season_length as f64 } else { 1.0 };
                bounds[fade] = if which == 0 { (self.fade.0 * cycle, self.fade.1 * cycle) } else { SEASON_FADE };
            }
        }
        let stopping = Stopping { tolerance: 2.0 * LIKELIHOOD_TOLERANCE / self.observed as f64, steps: MOST_STEPS };
        least_squares(&mut likelihood, &mut at, &bounds, stopping, &mut self.work);
        let sum = likelihood.sum_of_squares(&at);
        let aicc = criterion::of_squares(self.observed, sum, penalty);
        let Likelihood { initial, last, layout, .. } = likelihood;
        aicc.is_finite().then_some(Fit { form, parameters: layout.count, initial, last, aicc })
    }
}

/// The season may lose this much a cycle, but never grows.
const SEASON_FADE: (f64, f64) = (0.0, 0.5);

/// Whether every position of the season was observed at least once.
fn every_position_seen(values: &[f64], season_length: usize) -> bool {
    (0..season_length).all(|position| values.iter().skip(position).step_by(season_length).any(|value| !value.is_nan()))
}

impl Fit {
    /// Hands the mean of each observed value to `see(t, mean)`.
    pub(super) fn means(&self, values: &[f64], mut see: impl FnMut(usize, f64)) {
        walk(values, &mut self.initial.clone(), |t, _, mean| see(t, mean));
    }
}
