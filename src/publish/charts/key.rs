//! A key above a plot: marks and what they mean, on as many lines as they need.

use super::canvas::{Anchor, Area, Canvas, Type};
use crate::publish::theme::Ink;

/// Between a mark and its name.
const TO_NAME: f64 = 12.0;

/// Between a name and the next mark.
const APART: f64 = 32.0;

/// Where each entry starts: its left edge and the baseline of its name.
fn starts<'a>(names: impl Iterator<Item = &'a str>, mark: f64, area: Area, kind: Type) -> Vec<(f64, f64)> {
    let (mut x, mut y) = (area.left, area.top + kind.size);
    let mut starts = Vec::new();
    for name in names {
        let wide = mark + TO_NAME + kind.width(name);
        if x + wide > area.right && x > area.left {
            (x, y) = (area.left, y + kind.size + 14.0);
        }
        starts.push((x, y));
        x += wide + APART;
    }
    starts
}

/// Draws a key with marks `mark` wide, each by its place; says how far down it reaches.
pub(super) fn draw<'a>(
    canvas: &mut Canvas<'_>,
    area: Area,
    names: impl Iterator<Item = &'a str> + Clone,
    mark: f64,
    draw: impl Fn(&mut Canvas<'_>, usize, Area),
) -> f64 {
    let kind = Type::label(Ink::Words);
    let starts = starts(names.clone(), mark, area, kind);
    for (place, (name, (x, y))) in names.zip(&starts).enumerate() {
        let middle = y - kind.centre();
        draw(canvas, place, Area { left: *x, top: middle - 14.0, right: x + mark, bottom: middle + 14.0 });
        canvas.text(name, x + mark + TO_NAME, *y, Anchor::Start, kind);
    }
    starts.last().map_or(area.top, |(_, y)| y + 14.0)
}

/// How high a key is at a width.
pub(super) fn height<'a>(names: impl Iterator<Item = &'a str>, mark: f64, width: f64, kind: Type) -> f64 {
    let area = Area { left: 0.0, top: 0.0, right: width, bottom: 0.0 };
    starts(names, mark, area, kind).last().map_or(0.0, |(_, y)| y + 14.0)
}
