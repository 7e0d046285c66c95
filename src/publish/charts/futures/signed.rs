//! Scales that go below zero.

use crate::publish::charts::axis::tick_texts;
use crate::publish::charts::canvas::{Anchor, Area, Canvas, Type};
use crate::publish::theme::Ink;

/// Ticks at round numbers from at most `low` to at least `high`, about `wanted` of them, zero among them where it lies
/// between; steps are at least `least`.
pub(super) fn ticks(low: f64, high: f64, wanted: usize, least: f64) -> Vec<f64> {
    let rough = ((high - low) / wanted.max(1) as f64).max(least);
    let power = libm::pow(10.0, libm::floor(libm::log10(rough)));
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * power).find(|step| *step >= rough * 0.75);
    let step = step.unwrap_or(10.0 * power).max(least);
    let (first, last) = ((low / step - 1e-9).floor() as i64, (high / step + 1e-9).ceil() as i64);
    (first..=last.max(first + 1)).map(|tick| tick as f64 * step).collect()
}

/// A rectangle with periods (or positions) across and figures of any sign up.
#[derive(Debug, Clone, Copy)]
pub(super) struct SignedFrame {
    pub area: Area,
    /// Positions at the left and the right edge.
    pub across: (f64, f64),
    /// The figures at the bottom and the top edge.
    pub up: (f64, f64),
}

impl SignedFrame {
    pub fn x(&self, position: f64) -> f64 {
        let (first, last) = self.across;
        let share = if last > first { (position - first) / (last - first) } else { 0.5 };
        self.area.left + share * self.area.width()
    }

    pub fn y(&self, figure: f64) -> f64 {
        let (low, high) = self.up;
        self.area.bottom - (figure - low) / (high - low) * self.area.height()
    }

    /// The grid with its figures at the left.
    pub fn draw_figures(&self, canvas: &mut Canvas<'_>, ticks: &[f64], kind: Type) {
        for (tick, text) in ticks.iter().zip(tick_texts(ticks)) {
            let y = self.y(*tick);
            let (colour, thickness) = if *tick == 0.0 { (Ink::Words, 3) } else { (Ink::Grid, 2) };
            canvas.line(&[(self.area.left, y), (self.area.right, y)], colour, thickness);
            canvas.text_if_free(&text, self.area.left - 12.0, y + kind.centre(), Anchor::End, kind);
        }
    }
}

/// How wide the figures of ticks are.
pub(super) fn width(ticks: &[f64], kind: Type) -> f64 {
    tick_texts(ticks).iter().map(|text| kind.width(text)).fold(0.0, f64::max) + 16.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_hold_both_ends_and_zero() {
        for (low, high) in [(-130.0, 20.0), (-1.0, 0.0), (0.0, 512.0), (-3.0, 900.0), (0.0, 0.0)] {
            let ticks = ticks(low, high, 5, 1.0);
            assert!(
                ticks[0] <= low && ticks[ticks.len() - 1] >= high && ticks.contains(&0.0),
                "{low} {high}: {ticks:?}"
            );
            assert!((2..=9).contains(&ticks.len()), "{ticks:?}");
        }
    }
}
