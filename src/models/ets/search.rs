//! Fits every wanted form to one series and keeps the one with the lowest corrected information criterion.

use super::form::{Form, Season, Trend};
use super::likelihood::{Likelihood, Room};
use super::recursion::{Layout, Smoothing, State, walk};
use crate::math::optimise::{LeastSquares, Stopping, Workspace, least_squares};
use crate::math::seasonal::{Indices, Joining, gaps_filled};
use crate::models::criterion;

/// One form fitted to one series.
#[derive(Debug, Clone)]
pub(super) struct Fit {
    pub(super) form: Form,
    pub(super) smoothing: Smoothing,
    /// Before the first value.
    pub(super) initial: State,
    /// After the last value.
    pub(super) last: State,
    /// Akaike's information criterion, corrected for short series, but for a constant of the series.
    pub(super) aicc: f64,
}

// The usual region of the smoothing parameters: Hyndman, Koehler, Ord and Snyder (2008), section 2.5.
const ALPHA: (f64, f64) = (1e-4, 0.9999);
const SHARE: (f64, f64) = (0.0, 1.0);
// Stronger damping than 0.8 hides the trend, weaker than 0.98 can't be told from none: the same, section 7.1.1
// and Hyndman and Athanasopoulos (2021), section 8.2.
const PHI: (f64, f64) = (0.8, 0.98);

/// Smoothing parameters of the level from which a search may start; the likelihood often has one minimum for a slow
/// level and one for a fast one.
const ALPHA_STARTS: [f64; 4] = [0.05, 0.2, 0.5, 0.85];

/// Where the other smoothing parameters start: with a slope and a season that hardly move. A second minimum with a
/// fast slope is sometimes lower, but forecasts no better (see the card), and is not searched for.
const BETA_START: f64 = 0.01;
const GAMMA_START: f64 = 0.02;
const PHI_START: f64 = 0.95;

/// Searches end once the logarithm of the likelihood would rise by less than this.
const LIKELIHOOD_TOLERANCE: f64 = 2e-4;
const MOST_STEPS: usize = 40;

/// Where a search for the forms of one season starts.
#[derive(Debug, Clone)]
struct Start {
    /// The mean of the first seasons, where the level starts without a trend.
    mean: f64,
    /// Before the first value, where it starts with one.
    intercept: f64,
    slope: f64,
    season: Vec<f64>,
}

/// A series as the search sees it: scaled to a mean size of one.
pub(super) struct Search<'a> {
    values: &'a [f64],
    season_length: usize,
    observed: usize,
    positive: bool,
    room: Room,
    work: Workspace,
    starts: [Option<Start>; 3],
}

impl<'a> Search<'a> {
    /// `season_length` below 2 means no season. The values are scaled and at least one is observed.
    pub(super) fn new(values: &'a [f64], season_length: usize) -> Search<'a> {
        let observed = values.iter().filter(|value| !value.is_nan()).count();
        let lowest = values.iter().copied().fold(f64::INFINITY, f64::min);
        let mut search = Search {
            values,
            season_length: season_length.max(1),
            observed,
            positive: lowest > LOWEST_SHARE,
            room: Room::default(),
            work: Workspace::default(),
            starts: [const { None }; 3],
        };
        search.starts = [Season::None, Season::Additive, Season::Multiplicative].map(|season| search.start(season));
        search
    }

    /// The wanted forms that the series can hold, weighted by [`criterion::weighted`]. Empty where the series is too
    /// short for every form.
    pub(super) fn weighted(&mut self, wanted: impl Fn(Form) -> bool, averaging: f64) -> Vec<(f64, Fit)> {
        let mut fits: Vec<Fit> = Vec::new();
        for form in Form::admissible().filter(|form| wanted(*form)) {
            if let Some(fit) = self.fit(form, &fits) {
                fits.push(fit);
            }
        }
        criterion::weighted(fits, |fit| fit.aicc, averaging)
    }

    /// One form; `None` where the series is too short for it, has no season or values it can't hold, or where it has
    /// no stable fit. `before` are fits to start from.
    pub(super) fn fit(&mut self, form: Form, before: &[Fit]) -> Option<Fit> {
        let start = self.starts[form.season as usize].clone()?;
        if form.needs_positive() && !self.positive {
            return None;
        }
        // The error's variance is a parameter too.
        let parameters = form.parameters(self.season_length) + 1;
        let penalty = criterion::penalty(self.observed, parameters)?;
        let layout = Layout::new(form.trend, form.season, start.season.len());
        let fixed = start.season.last().copied();
        let heuristic = match form.trend {
            Trend::None => State { level: start.mean, slope: 0.0, season: start.season },
            _ => State { level: start.intercept, slope: start.slope, season: start.season },
        };
        let mut likelihood = Likelihood::new(form, self.values, heuristic.clone(), &mut self.room);
        let mut best = (f64::INFINITY, vec![0.0; layout.count], fixed);
        let mut trial = vec![0.0; layout.count];
        for alpha in ALPHA_STARTS {
            let smoothing = Smoothing { alpha, beta_share: BETA_START, gamma_share: GAMMA_START, phi: PHI_START };
            layout.write_parameters(smoothing, &heuristic, &mut trial);
            let sum = likelihood.sum_of_squares(&trial);
            if sum < best.0 {
                best.0 = sum;
                best.1.copy_from_slice(&trial);
            }
        }
        for fit in before.iter().filter(|fit| fit.form.season == form.season) {
            if let Some(last) = likelihood.initial.season.last_mut() {
                *last = fit.initial.season[fit.initial.season.len() - 1];
            }
            let smoothing = Smoothing { phi: fit.smoothing.phi.clamp(PHI.0, PHI.1), ..fit.smoothing };
            layout.write_parameters(smoothing, &fit.initial, &mut trial);
            let sum = likelihood.sum_of_squares(&trial);
            if sum < best.0 {
                best = (sum, trial.clone(), fit.initial.season.last().copied());
            }
        }
        if !best.0.is_finite() {
            return None;
        }
        if let (Some(slot), Some(fixed)) = (likelihood.initial.season.last_mut(), best.2) {
            *slot = fixed;
        }
        let mut at = best.1;
        let mut bounds = vec![(f64::NEG_INFINITY, f64::INFINITY); layout.count];
        bounds[0] = ALPHA;
        for (place, bound) in [(layout.beta, SHARE), (layout.gamma, SHARE), (layout.phi, PHI)] {
            if let Some(place) = place {
                bounds[place] = bound;
            }
        }
        let stopping = Stopping { tolerance: 2.0 * LIKELIHOOD_TOLERANCE / self.observed as f64, steps: MOST_STEPS };
        least_squares(&mut likelihood, &mut at, &bounds, stopping, &mut self.work);
        let sum = likelihood.sum_of_squares(&at);
        let fit = Fit {
            form,
            smoothing: layout.smoothing(&at),
            initial: likelihood.initial.clone(),
            last: likelihood.final_state().clone(),
            aicc: criterion::of_squares(self.observed, sum, penalty),
        };
        (fit.aicc.is_finite() && self.is_sound(&fit)).then_some(fit)
    }

    /// Whether the point forecast of a multiplicative form stays above zero and near the data over two seasons.
    fn is_sound(&self, fit: &Fit) -> bool {
        if !fit.form.needs_positive() {
            return true;
        }
        let highest = self.values.iter().copied().fold(0.0, f64::max);
        let mut state = fit.last.clone();
        if !state.season.is_empty() {
            let turn = self.values.len() % state.season.len();
            state.season.rotate_left(turn);
        }
        let (mut level, mut slope) = (state.level, state.slope);
        (0..(2 * self.season_length).max(12)).all(|step| {
            slope *= fit.smoothing.phi;
            level += slope;
            let season = state.season.get(step % self.season_length).copied();
            let mean = match fit.form.season {
                Season::None => level,
                Season::Additive => level + season.unwrap_or(0.0),
                Season::Multiplicative => level * season.unwrap_or(1.0),
            };
            mean > 0.0 && mean < EXPLOSION * highest
        })
    }

    /// Where a search for forms with this season starts: level and slope of the first seasons without their season.
    fn start(&self, season: Season) -> Option<Start> {
        let period = self.season_length;
        let indices = match season {
            Season::None => vec![],
            _ if period < 2 || self.observed < 2 * period || self.misses_a_position() => return None,
            Season::Multiplicative if !self.positive => return None,
            _ => {
                let joining = if season == Season::Additive { Joining::Additive } else { Joining::Multiplicative };
                let mut indices = Indices::classical(&gaps_filled(self.values, period), period, joining)?.values;
                if season == Season::Multiplicative {
                    indices.iter_mut().for_each(|index| *index = index.max(0.01));
                }
                indices
            }
        };
        let without_season = |t: usize| match season {
            Season::None => self.values[t],
            Season::Additive => self.values[t] - indices[t % period],
            Season::Multiplicative => self.values[t] / indices[t % period],
        };
        // As many values as Hyndman et al. (2008), section 2.6.1, take: ten or two seasons.
        let early: Vec<(f64, f64)> = (0..self.values.len())
            .map(|t| ((t + 1) as f64, without_season(t)))
            .filter(|(_, value)| !value.is_nan())
            .take((2 * period).max(10))
            .collect();
        let count = early.len() as f64;
        let middle = early.iter().map(|(t, _)| t).sum::<f64>() / count;
        let mean = early.iter().map(|(_, value)| value).sum::<f64>() / count;
        let (mut squares, mut products) = (0.0, 0.0);
        for (t, value) in &early {
            squares += (t - middle) * (t - middle);
            products += (t - middle) * (value - mean);
        }
        let slope = if squares > 0.0 { products / squares } else { 0.0 };
        Some(Start { mean, intercept: mean - slope * middle, slope, season: indices })
    }

    /// Whether some position of the season was never observed.
    fn misses_a_position(&self) -> bool {
        let period = self.season_length;
        (0..period).any(|position| self.values.iter().skip(position).step_by(period).all(|value| value.is_nan()))
    }
}

/// A value below this share of the mean size is as good as zero: shares of it mean nothing.
const LOWEST_SHARE: f64 = 1e-3;

/// A multiplicative form whose point forecast comes to this many times the highest value runs away.
const EXPLOSION: f64 = 4.0;

impl Fit {
    /// Hands the mean of each observed value to `see(t, mean)`.
    pub(super) fn means(&self, values: &[f64], mut see: impl FnMut(usize, f64)) {
        let mut state = self.initial.clone();
        walk(self.form.trend, self.form.season, values, self.smoothing, &mut state, |t, _, mean| see(t, mean));
    }
}
