//! What a history or a forecast is made of.

use ndarray::Array2;
use serde::Serialize;

use crate::panel::SeriesKey;
use crate::time::Span;

/// One part of a history or forecast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The level, at the average number of working days.
    Baseline,
    /// What season and working days add or take.
    Season,
    /// What the new normal adds or takes.
    NewNormal,
    /// What closures keep away: below zero, unless they add.
    Suppressed,
    /// What comes back of it.
    Returning,
    /// What a scenario adds.
    NewNeed,
    /// What chance adds or takes; none in a forecast's mean.
    Irregular,
}

impl Part {
    /// Every part, in the order in which they add up.
    pub const ALL: [Part; 7] = [
        Part::Baseline,
        Part::Season,
        Part::NewNormal,
        Part::Suppressed,
        Part::Returning,
        Part::NewNeed,
        Part::Irregular,
    ];
}

/// A history, or the mean of a forecast, divided into parts that add up to it.
///
/// Shape: each part is series x periods, in the units of the series; `NaN` where the history was not observed.
/// Invariant: the parts add up to the whole, to rounding.
#[derive(Debug, Clone)]
pub struct Decomposition {
    keys: Vec<SeriesKey>,
    span: Span,
    parts: [Array2<f64>; Part::ALL.len()],
}

impl Decomposition {
    pub(super) fn zeros(keys: Vec<SeriesKey>, span: Span) -> Decomposition {
        let parts = std::array::from_fn(|_| Array2::zeros((keys.len(), span.len())));
        Decomposition { keys, span, parts }
    }

    /// The series, sorted.
    pub fn keys(&self) -> &[SeriesKey] {
        &self.keys
    }

    /// The periods.
    pub fn span(&self) -> Span {
        self.span
    }

    /// One part, series x periods.
    pub fn part(&self, part: Part) -> &Array2<f64> {
        &self.parts[part as usize]
    }

    pub(super) fn part_mut(&mut self, part: Part) -> &mut Array2<f64> {
        &mut self.parts[part as usize]
    }

    /// The sum of the parts, series x periods.
    pub fn whole(&self) -> Array2<f64> {
        let mut sum = Array2::zeros(self.parts[0].dim());
        self.parts.iter().for_each(|part| sum += part);
        sum
    }
}
