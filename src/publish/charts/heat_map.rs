//! Months across, rows down, and in each cell how much is there: the calendar of data quality.
//!
//! Colour is never the only difference: the less is there, the lower a cell is filled, and what is missing is struck
//! through.

use super::axis::{Frame, PERIODS, axis_type, draw_periods};
use super::canvas::{Anchor, Area, Canvas, LABEL, Type};
use super::typeface::shortened;
use super::{Plot, key};
use crate::publish::theme::Ink;
use crate::time::Period;

/// More rows than this can't be labelled.
pub(super) const MOST_ROWS: usize = 24;

/// What a cell shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    /// All of it is there.
    Full,
    /// It is there, and differs from what was published before.
    Revised,
    /// Nearly all is there.
    Most,
    /// At least half is there.
    Half,
    /// Less than half is there.
    Little,
    /// The period isn't over, or not all records of it have arrived.
    Part,
    /// Nothing is there.
    Empty,
    /// Nobody can say: there was nothing that could be complete.
    Unknown,
}

impl Mark {
    /// The class of a share that is complete.
    pub fn of(share: f64) -> Mark {
        match share {
            share if share >= 0.995 => Mark::Full,
            share if share >= 0.9 => Mark::Most,
            share if share >= 0.5 => Mark::Half,
            share if share > 0.0 => Mark::Little,
            _ => Mark::Empty,
        }
    }

    /// How high the cell is filled, and with what.
    fn fill(self) -> (f64, Ink) {
        match self {
            Mark::Full | Mark::Revised => (1.0, Ink::InnerBand),
            Mark::Most => (0.8, Ink::InnerBand),
            Mark::Half => (0.55, Ink::BandEdge),
            Mark::Little => (0.3, Ink::Third),
            Mark::Part => (0.5, Ink::Fourth),
            Mark::Empty | Mark::Unknown => (0.0, Ink::Paper),
        }
    }

    fn draw(self, canvas: &mut Canvas<'_>, area: Area) {
        if self == Mark::Unknown {
            let middle = (area.top + area.bottom) / 2.0;
            canvas.line(&[(area.left, middle), (area.right, middle)], Ink::Outline, 2);
            return;
        }
        let (share, ink) = self.fill();
        canvas.rectangle(area, Ink::Paper);
        if share > 0.0 {
            canvas.rectangle(Area { top: area.bottom - share * area.height(), ..area }, ink);
        }
        let edge = if self == Mark::Empty { Ink::Outline } else { Ink::BandEdge };
        canvas.outline(area, edge, if share < 1.0 { 2 } else { 1 });
        if self == Mark::Empty {
            // A long run is struck through as often as it is wide, or the line would be taken for a slope.
            let strikes = (area.width() / (2.0 * area.height())).round().max(1.0);
            let wide = area.width() / strikes;
            for left in (0..strikes as usize).map(|strike| area.left + strike as f64 * wide) {
                canvas.line(&[(left, area.bottom), (left + wide, area.top)], Ink::Outline, 3);
            }
        }
        if self == Mark::Revised {
            let middle = (area.top + area.bottom) / 2.0;
            canvas.dashed(&[(area.left, middle), (area.right, middle)], Ink::First, 6);
        }
    }
}

/// A row and its marks, one a period from the first on.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub name: String,
    pub marks: Vec<Mark>,
}

/// Rows of marks with a key that says what each is.
#[derive(Debug, Clone)]
pub(super) struct HeatMap {
    pub rows: Vec<Row>,
    pub first: Period,
    pub last: Period,
    /// What the marks mean, in the order of the key.
    pub key: Vec<(Mark, String)>,
}

impl Plot for HeatMap {
    fn draw(&self, canvas: &mut Canvas<'_>, area: Area) {
        let names = self.key.iter().map(|(_, name)| name.as_str());
        let below =
            key::draw(canvas, area, names, 38.0, |canvas, place, swatch| self.key[place].0.draw(canvas, swatch));
        let top = below + 12.0;
        let row = ((area.bottom - top - PERIODS) / self.rows.len().max(1) as f64).clamp(4.0, 70.0);
        let kind = axis_type().sized((row * 0.9).clamp(24.0, LABEL));
        let widest = self.rows.iter().map(|row| kind.width(&row.name)).fold(0.0, f64::max);
        let names = widest.min(area.width() * 0.34);
        let periods = self.last.periods_since(self.first) + 1;
        let bottom = top + row * self.rows.len() as f64;
        let frame = Frame {
            area: Area { left: area.left + names + 16.0, top, right: area.right - 4.0, bottom },
            across: (-0.5, f64::from(periods) - 0.5),
            top: 1.0,
        };
        for (place, one) in self.rows.iter().enumerate() {
            let above = top + place as f64 * row;
            let name = shortened(&one.name, kind.size, kind.weight, names);
            canvas.text_if_free(&name, frame.area.left - 12.0, above + row / 2.0 + kind.centre(), Anchor::End, kind);
            let gap = (row * 0.08).max(2.0);
            let mut start = 0;
            for run in one.marks.chunk_by(|a, b| a == b) {
                let end = start + run.len();
                let (left, right) = (frame.x(start as f64 - 0.5), frame.x(end as f64 - 0.5));
                run[0].draw(canvas, Area { left, top: above + gap, right, bottom: above + row - gap });
                start = end;
            }
        }
        draw_periods(canvas, &frame, self.first, self.last, axis_type());
    }

    fn height(&self, width: f64) -> f64 {
        let kind = Type::label(Ink::Words);
        let names = self.key.iter().map(|(_, name)| name.as_str());
        key::height(names, 38.0, width, kind) + LABEL + 50.0 + self.rows.len() as f64 * 40.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_rounds_to_all_is_full_and_only_nothing_is_empty() {
        let marks = [1.0, 0.994, 0.9, 0.89, 0.5, 0.49, 0.001, 0.0].map(Mark::of);
        let expected =
            [Mark::Full, Mark::Most, Mark::Most, Mark::Half, Mark::Half, Mark::Little, Mark::Little, Mark::Empty];
        assert_eq!(marks, expected);
    }

    #[test]
    fn no_two_marks_differ_in_colour_alone() {
        let marks = [Mark::Full, Mark::Most, Mark::Half, Mark::Little, Mark::Part, Mark::Empty];
        for (place, one) in marks.iter().enumerate() {
            for other in &marks[place + 1..] {
                assert!((one.fill().0 - other.fill().0).abs() > 0.04, "{one:?} and {other:?}");
            }
        }
    }
}
