//! The recursion: one walk over a history, with or without the derivatives of every error.

use super::form::{Season, Trend};

/// Smoothing parameters as the recursion uses them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Smoothing {
    /// Of the level.
    pub(super) alpha: f64,
    /// Of the slope, as a share of the level's.
    pub(super) beta_share: f64,
    /// Of the season, as a share of what the level leaves.
    pub(super) gamma_share: f64,
    /// How much of the slope is kept each step.
    pub(super) phi: f64,
}

impl Smoothing {
    pub(super) fn beta(self) -> f64 {
        self.alpha * self.beta_share
    }

    pub(super) fn gamma(self) -> f64 {
        (1.0 - self.alpha) * self.gamma_share
    }
}

/// Level, slope and seasonal states; the season's slot of the value at `t` is `t` modulo the season's length.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct State {
    pub(super) level: f64,
    pub(super) slope: f64,
    /// Empty for a form without season.
    pub(super) season: Vec<f64>,
}

/// Walks over the values and hands each mean to `see(t, value, mean)`; a value not observed (`NaN`) moves the state on
/// but doesn't update it, and isn't seen. The state is left as it stands after the last value. Returns false where a
/// multiplicative season met a level or season that is not above zero.
///
/// The error type makes no difference here: an error of `value - mean` updates the states by the same amounts whether
/// it is counted in units or as a share of the mean.
pub(super) fn walk(
    trend: Trend,
    season: Season,
    values: &[f64],
    smoothing: Smoothing,
    state: &mut State,
    see: impl FnMut(usize, f64, f64),
) -> bool {
    match (trend, season) {
        (Trend::None, Season::None) => walk_form::<false, NONE>(values, smoothing, state, see),
        (Trend::None, Season::Additive) => walk_form::<false, ADDITIVE>(values, smoothing, state, see),
        (Trend::None, Season::Multiplicative) => walk_form::<false, MULTIPLICATIVE>(values, smoothing, state, see),
        (_, Season::None) => walk_form::<true, NONE>(values, smoothing, state, see),
        (_, Season::Additive) => walk_form::<true, ADDITIVE>(values, smoothing, state, see),
        (_, Season::Multiplicative) => walk_form::<true, MULTIPLICATIVE>(values, smoothing, state, see),
    }
}

const NONE: u8 = 0;
const ADDITIVE: u8 = 1;
const MULTIPLICATIVE: u8 = 2;

fn walk_form<const TREND: bool, const SEASON: u8>(
    values: &[f64],
    smoothing: Smoothing,
    state: &mut State,
    mut see: impl FnMut(usize, f64, f64),
) -> bool {
    let (alpha, beta, gamma, phi) = (smoothing.alpha, smoothing.beta(), smoothing.gamma(), smoothing.phi);
    let (mut level, mut slope) = (state.level, state.slope);
    let mut slot = 0;
    let mut lowest = f64::INFINITY;
    for (t, value) in values.iter().enumerate() {
        let carried = if TREND { phi * slope } else { 0.0 };
        let ahead = level + carried;
        let season = if SEASON == NONE { 0.0 } else { state.season[slot] };
        if value.is_nan() {
            (level, slope) = (ahead, carried);
        } else {
            let (mean, to_level, to_season) = match SEASON {
                NONE => (ahead, value - ahead, 0.0),
                ADDITIVE => {
                    let error = value - ahead - season;
                    (ahead + season, error, error)
                }
                _ => {
                    lowest = lowest.min(ahead).min(season);
                    (ahead * season, value / season - ahead, value / ahead - season)
                }
            };
            see(t, *value, mean);
            level = ahead + alpha * to_level;
            slope = if TREND { carried + beta * to_level } else { 0.0 };
            if SEASON != NONE {
                state.season[slot] = season + gamma * to_season;
            }
        }
        if SEASON != NONE {
            slot += 1;
            if slot == state.season.len() {
                slot = 0;
            }
        }
    }
    (state.level, state.slope) = (level, slope);
    lowest > 0.0
}

/// Where each parameter stands in the parameter vector of a form: smoothing parameters first, then level, slope and
/// all seasonal states but the last, which is fixed because the level can take its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) trend: Trend,
    pub(super) season: Season,
    pub(super) beta: Option<usize>,
    pub(super) gamma: Option<usize>,
    pub(super) phi: Option<usize>,
    pub(super) level: usize,
    pub(super) slope: Option<usize>,
    pub(super) first_season: usize,
    /// How many parameters.
    pub(super) count: usize,
}

impl Layout {
    pub(super) fn new(trend: Trend, season: Season, season_length: usize) -> Layout {
        let mut next = 1;
        let mut take = |wanted: bool| {
            wanted.then(|| {
                next += 1;
                next - 1
            })
        };
        let beta = take(trend != Trend::None);
        let gamma = take(season != Season::None);
        let phi = take(trend == Trend::Damped);
        let level = take(true).unwrap_or_default();
        let slope = take(trend != Trend::None);
        let first_season = next;
        let count = if season == Season::None { first_season } else { first_season + season_length - 1 };
        Layout { trend, season, beta, gamma, phi, level, slope, first_season, count }
    }

    pub(super) fn smoothing(&self, parameters: &[f64]) -> Smoothing {
        let at = |place: Option<usize>, without: f64| place.map_or(without, |place| parameters[place]);
        Smoothing {
            alpha: parameters[0],
            beta_share: at(self.beta, 0.0),
            gamma_share: at(self.gamma, 0.0),
            phi: at(self.phi, 1.0),
        }
    }

    /// Writes the initial state; the last seasonal state is left as it is.
    pub(super) fn write_state(&self, parameters: &[f64], state: &mut State) {
        state.level = parameters[self.level];
        state.slope = self.slope.map_or(0.0, |place| parameters[place]);
        let free = &parameters[self.first_season..];
        state.season.iter_mut().zip(free).for_each(|(season, parameter)| *season = *parameter);
    }

    pub(super) fn write_parameters(&self, smoothing: Smoothing, state: &State, parameters: &mut [f64]) {
        parameters[0] = smoothing.alpha;
        let places = [
            (self.beta, smoothing.beta_share),
            (self.gamma, smoothing.gamma_share),
            (self.phi, smoothing.phi),
            (Some(self.level), state.level),
            (self.slope, state.slope),
        ];
        for (place, value) in places {
            if let Some(place) = place {
                parameters[place] = value;
            }
        }
        parameters[self.first_season..].iter_mut().zip(&state.season).for_each(|(cell, season)| *cell = *season);
    }
}

/// Room for the derivatives of the states by every parameter.
#[derive(Debug, Default)]
pub(super) struct Tangents {
    level: Vec<f64>,
    slope: Vec<f64>,
    /// Season slots x parameters.
    season: Vec<f64>,
}

/// Walks as [`walk`] does and writes the derivatives of each mean by every parameter: `see(value, mean, row)`.
/// `width` is at least the layout's count; columns past it are zero.
pub(super) fn walk_with_tangents(
    layout: &Layout,
    values: &[f64],
    smoothing: Smoothing,
    state: &mut State,
    tangents: &mut Tangents,
    row: &mut [f64],
    see: impl FnMut(f64, f64, &[f64]),
) {
    match (layout.trend, layout.season) {
        (Trend::None, Season::None) => {
            tangent_form::<false, NONE>(layout, values, smoothing, state, tangents, row, see)
        }
        (Trend::None, Season::Additive) => {
            tangent_form::<false, ADDITIVE>(layout, values, smoothing, state, tangents, row, see);
        }
        (Trend::None, Season::Multiplicative) => {
            tangent_form::<false, MULTIPLICATIVE>(layout, values, smoothing, state, tangents, row, see);
        }
        (_, Season::None) => tangent_form::<true, NONE>(layout, values, smoothing, state, tangents, row, see),
        (_, Season::Additive) => tangent_form::<true, ADDITIVE>(layout, values, smoothing, state, tangents, row, see),
        (_, Season::Multiplicative) => {
            tangent_form::<true, MULTIPLICATIVE>(layout, values, smoothing, state, tangents, row, see);
        }
    }
}

fn tangent_form<const TREND: bool, const SEASON: u8>(
    layout: &Layout,
    values: &[f64],
    smoothing: Smoothing,
    state: &mut State,
    tangents: &mut Tangents,
    row: &mut [f64],
    mut see: impl FnMut(f64, f64, &[f64]),
) {
    let width = row.len();
    let Smoothing { alpha, beta_share, gamma_share, phi } = smoothing;
    let (beta, gamma) = (smoothing.beta(), smoothing.gamma());
    for line in [&mut tangents.level, &mut tangents.slope] {
        line.clear();
        line.resize(width, 0.0);
    }
    tangents.season.clear();
    tangents.season.resize(width * state.season.len(), 0.0);
    tangents.level[layout.level] = 1.0;
    if let Some(place) = layout.slope {
        tangents.slope[place] = 1.0;
    }
    for slot in 0..state.season.len().saturating_sub(1) {
        tangents.season[slot * width + layout.first_season + slot] = 1.0;
    }
    let by_level = &mut tangents.level[..width];
    let by_slope = &mut tangents.slope[..width];
    let (mut level, mut slope) = (state.level, state.slope);
    let mut slot = 0;
    for value in values {
        let value = *value;
        let carried = if TREND { phi * slope } else { 0.0 };
        let ahead = level + carried;
        if value.is_nan() {
            if TREND {
                for (level, slope) in by_level.iter_mut().zip(by_slope.iter_mut()) {
                    *slope *= phi;
                    *level += *slope;
                }
                if let Some(place) = layout.phi {
                    by_slope[place] += slope;
                    by_level[place] += slope;
                }
                (level, slope) = (ahead, carried);
            }
        } else {
            let season = if SEASON == NONE { 0.0 } else { state.season[slot] };
            // Derivatives of the mean, and of the errors as level and season see them, by `ahead` and `season`.
            let (mean, to_level, to_season) = match SEASON {
                NONE => (ahead, value - ahead, 0.0),
                ADDITIVE => {
                    let error = value - ahead - season;
                    (ahead + season, error, error)
                }
                _ => (ahead * season, value / season - ahead, value / ahead - season),
            };
            let (mean_by_ahead, mean_by_season, level_by_season, season_by_ahead) = match SEASON {
                NONE => (1.0, 0.0, 0.0, 0.0),
                ADDITIVE => (1.0, 1.0, -1.0, -1.0),
                _ => (season, ahead, -value / (season * season), -value / (ahead * ahead)),
            };
            if SEASON == NONE {
                if TREND {
                    let lines = by_level.iter_mut().zip(by_slope.iter_mut()).zip(row.iter_mut());
                    for ((level, slope), out) in lines {
                        let carried = phi * *slope;
                        let ahead = *level + carried;
                        *out = ahead;
                        *level = ahead - alpha * ahead;
                        *slope = carried - beta * ahead;
                    }
                } else {
                    for (level, out) in by_level.iter_mut().zip(row.iter_mut()) {
                        *out = *level;
                        *level -= alpha * *level;
                    }
                }
            } else {
                let by_season = &mut tangents.season[slot * width..(slot + 1) * width];
                let keep_level = 1.0 - alpha;
                let keep_season = 1.0 - gamma;
                let level_takes = alpha * level_by_season;
                let slope_takes = beta * level_by_season;
                let season_takes = gamma * season_by_ahead;
                if TREND {
                    let lines =
                        by_level.iter_mut().zip(by_slope.iter_mut()).zip(by_season.iter_mut()).zip(row.iter_mut());
                    for (((level, slope), season), out) in lines {
                        let carried = phi * *slope;
                        let ahead = *level + carried;
                        let own = *season;
                        *out = mean_by_ahead * ahead + mean_by_season * own;
                        *level = keep_level * ahead + level_takes * own;
                        *slope = carried - beta * ahead + slope_takes * own;
                        *season = keep_season * own + season_takes * ahead;
                    }
                } else {
                    for ((level, season), out) in by_level.iter_mut().zip(by_season.iter_mut()).zip(row.iter_mut()) {
                        let (ahead, own) = (*level, *season);
                        *out = mean_by_ahead * ahead + mean_by_season * own;
                        *level = keep_level * ahead + level_takes * own;
                        *season = keep_season * own + season_takes * ahead;
                    }
                }
            }
            // What the smoothing parameters change directly.
            if let Some(place) = layout.phi {
                row[place] += mean_by_ahead * slope;
                by_level[place] += (1.0 - alpha) * slope;
                by_slope[place] += (1.0 - beta) * slope;
                if SEASON != NONE {
                    tangents.season[slot * width + place] += gamma * season_by_ahead * slope;
                }
            }
            by_level[0] += to_level;
            if let Some(place) = layout.beta {
                by_slope[0] += beta_share * to_level;
                by_slope[place] += alpha * to_level;
            }
            if let Some(place) = layout.gamma {
                tangents.season[slot * width] -= gamma_share * to_season;
                tangents.season[slot * width + place] += (1.0 - alpha) * to_season;
            }
            see(value, mean, row);
            level = ahead + alpha * to_level;
            slope = if TREND { carried + beta * to_level } else { 0.0 };
            if SEASON != NONE {
                state.season[slot] = season + gamma * to_season;
            }
        }
        if SEASON != NONE {
            slot += 1;
            if slot == state.season.len() {
                slot = 0;
            }
        }
    }
    (state.level, state.slope) = (level, slope);
}
