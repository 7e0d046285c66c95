//! The recursion: one walk over a history, with or without the derivatives of every mean.

/// How one complex smoother moves.
///
/// The complex smoothing parameter of Svetunkov et al. (2022) is `α0 + iα1`. Here it is written by what it does:
/// `α0 = 1 + smoothing`, and the level left to itself is multiplied by `1 - fade` each step, which gives
/// `α1 = 1 - fade (1 + smoothing - fade)`. Without fade the level is that of simple exponential smoothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Weights {
    /// How much of an error the level takes in.
    pub(super) smoothing: f64,
    /// The share of the level lost each step; below zero it grows.
    pub(super) fade: f64,
}

impl Weights {
    /// The real part of the smoothing parameter.
    pub(super) fn real(self) -> f64 {
        1.0 + self.smoothing
    }

    /// The imaginary part of the smoothing parameter.
    pub(super) fn imaginary(self) -> f64 {
        1.0 - self.fade * self.fast()
    }

    /// What the hidden component loses each step where the level doesn't move.
    pub(super) fn fast(self) -> f64 {
        1.0 + self.smoothing - self.fade
    }

    fn steps(self) -> Steps {
        let (real, imaginary) = (self.real(), self.imaginary());
        Steps {
            level_by_hidden: imaginary - 1.0,
            hidden_by_hidden: 1.0 - real,
            level_by_error: real - imaginary,
            hidden_by_error: real + imaginary,
        }
    }
}

/// The transition of one smoother: what the level keeps of itself is one, and so is what the hidden component takes.
#[derive(Debug, Clone, Copy)]
struct Steps {
    level_by_hidden: f64,
    hidden_by_hidden: f64,
    level_by_error: f64,
    hidden_by_error: f64,
}

/// A complex smoother: its weights, and the level and hidden component of each slot. The slot of the value at `t` is
/// `t` modulo the number of slots; the level of the smoother without season has one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Smoother {
    pub(super) weights: Weights,
    /// Level and hidden component.
    pub(super) slots: Vec<(f64, f64)>,
}

impl Smoother {
    /// A smoother whose levels start as given, with hidden components that leave no short wave in the forecast: the
    /// state lies on the slow direction of the transition, where the level only fades.
    pub(super) fn at_rest(weights: Weights, levels: impl IntoIterator<Item = f64>) -> Smoother {
        Smoother { weights, slots: levels.into_iter().map(|level| (level, level / weights.fast())).collect() }
    }

    /// The slot of the value at `t`, which must be walked in order.
    pub(super) fn level(&self, t: usize) -> f64 {
        self.slots[t % self.slots.len()].0
    }

    /// Moves the slot of the value at `t` by its error.
    pub(super) fn step(&mut self, t: usize, error: f64) {
        let Steps { level_by_hidden, hidden_by_hidden, level_by_error, hidden_by_error } = self.weights.steps();
        let slot = t % self.slots.len();
        let (level, hidden) = self.slots[slot];
        self.slots[slot] = (
            level + level_by_hidden * hidden + level_by_error * error,
            level + hidden_by_hidden * hidden + hidden_by_error * error,
        );
    }
}

/// Walks over the values and hands each mean, the sum of the smoothers' levels, to `see(t, value, mean)`; a value not
/// observed (`NaN`) moves the smoothers on as if it had been its mean, and isn't seen. The smoothers are left as they
/// stand after the last value.
pub(super) fn walk(values: &[f64], smoothers: &mut [Smoother], mut see: impl FnMut(usize, f64, f64)) {
    match smoothers {
        [one] => walk_slots(values, one, None, &mut see),
        [one, two] => walk_slots(values, one, Some(two), &mut see),
        _ => debug_assert!(false, "a form has one smoother or two"),
    }
}

fn walk_slots(
    values: &[f64],
    first: &mut Smoother,
    mut second: Option<&mut Smoother>,
    see: &mut impl FnMut(usize, f64, f64),
) {
    for (t, value) in values.iter().enumerate() {
        let mean = first.level(t) + second.as_ref().map_or(0.0, |second| second.level(t));
        let error = if value.is_nan() { 0.0 } else { value - mean };
        first.step(t, error);
        if let Some(second) = &mut second {
            second.step(t, error);
        }
        if !value.is_nan() {
            see(t, *value, mean);
        }
    }
}

/// Where the parameters of one smoother stand in the parameter vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Places {
    pub(super) smoothing: usize,
    /// None where the smoother doesn't fade.
    pub(super) fade: Option<usize>,
    /// Of the first level; the others follow.
    pub(super) first_level: usize,
    /// How many levels are free; the last of a season beside a level is not, because the level can take its place.
    pub(super) levels: usize,
}

impl Places {
    pub(super) fn weights(&self, parameters: &[f64]) -> Weights {
        let fade = self.fade.map_or(0.0, |place| parameters[place]);
        Weights { smoothing: parameters[self.smoothing], fade }
    }

    /// Writes weights and initial states to a smoother; levels that aren't free stay as they are.
    pub(super) fn write(&self, parameters: &[f64], smoother: &mut Smoother) {
        smoother.weights = self.weights(parameters);
        let fast = smoother.weights.fast();
        let free = &parameters[self.first_level..self.first_level + self.levels];
        smoother.slots.iter_mut().zip(free).for_each(|(slot, level)| slot.0 = *level);
        smoother.slots.iter_mut().for_each(|slot| slot.1 = slot.0 / fast);
    }
}

/// The derivatives of a smoother's states by every parameter: slots x parameters.
#[derive(Debug, Default)]
pub(super) struct Tangents {
    level: Vec<f64>,
    hidden: Vec<f64>,
}

impl Tangents {
    /// At the initial state.
    fn start(&mut self, places: &Places, smoother: &Smoother, width: usize) {
        let slots = smoother.slots.len();
        let fast = smoother.weights.fast();
        for line in [&mut self.level, &mut self.hidden] {
            line.clear();
            line.resize(slots * width, 0.0);
        }
        for (slot, (level, _)) in smoother.slots.iter().enumerate() {
            let row = slot * width;
            if slot < places.levels {
                self.level[row + places.first_level + slot] = 1.0;
                self.hidden[row + places.first_level + slot] = 1.0 / fast;
            }
            self.hidden[row + places.smoothing] -= level / (fast * fast);
            if let Some(fade) = places.fade {
                self.hidden[row + fade] += level / (fast * fast);
            }
        }
    }

    /// Moves the slot's derivatives on, before the smoother itself moves; `by` are the derivatives of the mean, or
    /// `None` where the value wasn't observed.
    fn step(
        &mut self,
        places: &Places,
        smoother: &Smoother,
        slot: usize,
        error: f64,
        by: Option<&[f64]>,
        width: usize,
    ) {
        let Weights { smoothing, fade } = smoother.weights;
        let Steps { level_by_hidden, hidden_by_hidden, level_by_error, hidden_by_error } = smoother.weights.steps();
        let level = &mut self.level[slot * width..(slot + 1) * width];
        let hidden = &mut self.hidden[slot * width..(slot + 1) * width];
        match by {
            Some(by) => {
                for ((level, hidden), mean) in level.iter_mut().zip(hidden.iter_mut()).zip(by) {
                    let (l, h) = (*level, *hidden);
                    *level = l + level_by_hidden * h - level_by_error * mean;
                    *hidden = l + hidden_by_hidden * h - hidden_by_error * mean;
                }
            }
            None => {
                for (level, hidden) in level.iter_mut().zip(hidden.iter_mut()) {
                    let (l, h) = (*level, *hidden);
                    *level = l + level_by_hidden * h;
                    *hidden = l + hidden_by_hidden * h;
                }
            }
        }
        // What the weights change directly: the level by α0 is `error`, by α1 `hidden - error`; the hidden component
        // by α0 is `error - hidden`, by α1 `error`.
        let was = smoother.slots[slot].1;
        level[places.smoothing] += error - fade * (was - error);
        hidden[places.smoothing] += error - was - fade * error;
        if let Some(place) = places.fade {
            let imaginary_by_fade = 2.0 * fade - 1.0 - smoothing;
            level[place] += imaginary_by_fade * (was - error);
            hidden[place] += imaginary_by_fade * error;
        }
    }
}

/// Walks as [`walk`] does and writes the derivatives of each mean by every parameter: `see(value, mean, row)`. Each
/// smoother comes with its places and its tangents; `row` is at least as long as the parameter vector.
pub(super) fn walk_with_tangents(
    values: &[f64],
    places: &[Places],
    smoothers: &mut [Smoother],
    tangents: &mut [Tangents],
    row: &mut [f64],
    mut see: impl FnMut(f64, f64, &[f64]),
) {
    let width = row.len();
    for ((places, smoother), tangents) in places.iter().zip(smoothers.iter()).zip(tangents.iter_mut()) {
        tangents.start(places, smoother, width);
    }
    for (t, value) in values.iter().enumerate() {
        row.fill(0.0);
        let mut mean = 0.0;
        for (smoother, tangents) in smoothers.iter().zip(tangents.iter()) {
            let slot = t % smoother.slots.len();
            mean += smoother.slots[slot].0;
            let by_level = &tangents.level[slot * width..(slot + 1) * width];
            row.iter_mut().zip(by_level).for_each(|(cell, by)| *cell += by);
        }
        let observed = !value.is_nan();
        let error = if observed { value - mean } else { 0.0 };
        for ((places, smoother), tangents) in places.iter().zip(smoothers.iter_mut()).zip(tangents.iter_mut()) {
            let slot = t % smoother.slots.len();
            tangents.step(places, smoother, slot, error, observed.then_some(&*row), width);
            smoother.step(t, error);
        }
        if observed {
            see(*value, mean, row);
        }
    }
}
