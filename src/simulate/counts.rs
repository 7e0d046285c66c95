//! How many families are referred, on which days.

use jiff::civil::Date;

use super::draw::{poisson, position};
use super::intensity::{Expected, Intensity, SourceMonth};
use super::noise::{Multipliers, Split};
use super::options::SimulationOptions;
use super::purpose;
use crate::math::random;
use crate::time::Span;

/// A family's referral.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Event {
    pub day: Date,
    pub area: usize,
    pub source: usize,
    /// Counted from 0 within month, area and source.
    pub number: u64,
    /// How many children are referred.
    pub children: usize,
}

/// All referrals of families in the months, in order of days.
pub(super) fn events(
    options: &SimulationOptions,
    intensity: &Intensity,
    multipliers: &Multipliers,
    split: &Split,
    months: Span,
) -> Vec<Event> {
    let mut events = Vec::new();
    for (t, period) in months.periods().enumerate() {
        // The intensity may begin before the months.
        let row = period.periods_since(intensity.span.start()) as usize;
        let days: Vec<Date> = period.days().collect();
        for source in 0..options.sources.len() {
            let multiplier = multipliers.authority[t] * multipliers.sources[source][t];
            for area in 0..options.areas.len() {
                let expected = &intensity.expected[row][source][area];
                let key = [purpose::COUNTS, period.ordinal() as u64, area as u64, source as u64];
                let mut stream = random::stream(options.seed, &key);
                let families = poisson(&mut stream, expected.mean() * multiplier / split.family_size);
                if families == 0 {
                    continue;
                }
                let weights = day_weights(&intensity.sources[row][source], expected);
                for number in 0..u64::from(families) {
                    let children = position(&mut stream, options.children.siblings.iter().copied()) + 1;
                    let day = days[position(&mut stream, weights.iter().copied())];
                    events.push(Event { day, area, source, number, children });
                }
            }
        }
    }
    events.sort_unstable();
    events
}

/// Weight of each day: what closures leave of the usual, and what returns on days that are open.
fn day_weights(month: &SourceMonth, expected: &Expected) -> Vec<f64> {
    let (kept, open): (f64, f64) = (month.kept_days.iter().sum(), month.open_days.iter().sum());
    let usual = expected.baseline + expected.new_normal - expected.flow.suppressed;
    let per_kept = if kept > 0.0 { usual.max(0.0) / kept } else { 0.0 };
    let per_open = if open > 0.0 { expected.flow.returned / open } else { 0.0 };
    let days = month.kept_days.iter().zip(&month.open_days);
    days.map(|(kept, open)| kept * per_kept + open * per_open).collect()
}
