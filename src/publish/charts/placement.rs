//! Where texts go: the one routine that every label of every chart passes, so that none is cut and no two touch.

use super::axis::Frame;
use super::canvas::{Anchor, Area, Canvas, LABEL, Type};

/// A text that belongs at one place may stand this many steps above or below it.
const STEPS: i32 = 8;

/// So much of its size is a step.
const STEP: f64 = 0.25;

/// Texts on one line are so much of their size apart, or they would be read as one.
const APART: f64 = 0.25;

/// Where a text may stand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spot {
    pub x: f64,
    /// The baseline.
    pub y: f64,
    pub anchor: Anchor,
}

/// The first spot where a text touches nothing taken and lies on the sheet, with its box.
pub(crate) fn first_free(
    text: &str,
    kind: Type,
    spots: impl IntoIterator<Item = Spot>,
    sheet: Area,
    taken: &[Area],
) -> Option<(Spot, Area)> {
    let boxed = |spot: Spot| (spot, kind.area(text, spot.x, spot.y, spot.anchor));
    let is_free = |area: Area| {
        let roomy = Area { left: area.left - APART * kind.size, right: area.right + APART * kind.size, ..area };
        area.inside(sheet) && !taken.iter().any(|other| other.overlaps(roomy))
    };
    spots.into_iter().map(boxed).find(|(_, area)| is_free(*area))
}

impl Canvas<'_> {
    /// Writes a text at the first of the spots where it is free; says where. Nothing is written where none is.
    pub fn place(&mut self, text: &str, kind: Type, spots: impl IntoIterator<Item = Spot>) -> Option<Area> {
        let (spot, area) = first_free(text, kind, spots, self.whole(), self.taken())?;
        self.write(text, spot, kind, area);
        Some(area)
    }

    /// Writes a text that belongs at one place: there, or moved onto the sheet, or a little above or below. Where
    /// something else fills all of that, it is left out.
    pub fn text(&mut self, text: &str, x: f64, y: f64, anchor: Anchor, kind: Type) -> bool {
        let (whole, area) = (self.whole(), kind.area(text, x, y, anchor));
        let into = |low: f64, high: f64, from: f64, to: f64| (from - low).max(0.0) + (to - high).min(0.0);
        let (across, down) = (
            into(area.left, area.right, whole.left, whole.right),
            into(area.top, area.bottom, whole.top, whole.bottom),
        );
        let nudges = (1..=STEPS).flat_map(|step| [-step, step]);
        let spots = std::iter::once(0).chain(nudges).map(|step| Spot {
            x: x + across,
            y: y + down + f64::from(step) * STEP * kind.size,
            anchor,
        });
        text.is_empty() || self.place(text, kind, spots).is_some()
    }

    /// Writes a text at its place and nowhere else, if it is free there; says whether it was.
    pub fn text_if_free(&mut self, text: &str, x: f64, y: f64, anchor: Anchor, kind: Type) -> bool {
        text.is_empty() || self.place(text, kind, [Spot { x, y, anchor }]).is_some()
    }
}

/// How wide the widest of such labels is.
pub(crate) fn labels_width(labels: &[(f64, impl AsRef<str>, Type)]) -> f64 {
    labels.iter().map(|(_, text, kind)| kind.width(text.as_ref())).fold(0.0, f64::max)
}

/// Labels beside the ends of lines, from top to bottom: where each belongs, the text, how it looks; `apart` from the
/// frame's edge.
pub(crate) fn draw_end_labels(
    canvas: &mut Canvas<'_>,
    frame: &Frame,
    labels: &[(f64, impl AsRef<str>, Type)],
    apart: f64,
) {
    let wanted: Vec<f64> = labels.iter().map(|(figure, _, kind)| frame.y(*figure) + kind.centre()).collect();
    let placed = spread(&wanted, LABEL * 1.25, frame.area.top + LABEL, frame.area.bottom - 4.0);
    for ((_, text, kind), y) in labels.iter().zip(placed) {
        canvas.text(text.as_ref(), frame.area.right + apart, y, Anchor::Start, *kind);
    }
}

/// Labels beside a line's end: baselines as near as possible to where they belong, at least `apart` from one another,
/// between `top` and `bottom`. In the order given, which must be from top to bottom.
fn spread(wanted: &[f64], apart: f64, top: f64, bottom: f64) -> Vec<f64> {
    let mut placed: Vec<f64> = Vec::with_capacity(wanted.len());
    for place in wanted {
        let earliest = placed.last().map_or(top, |last| last + apart);
        placed.push(place.max(earliest));
    }
    let mut latest = bottom;
    for place in placed.iter_mut().rev() {
        *place = place.min(latest);
        latest = *place - apart;
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::theme::Ink;

    #[test]
    fn spread_labels_keep_their_distance_and_their_room() {
        let placed = spread(&[10.0, 12.0, 14.0, 95.0], 20.0, 0.0, 100.0);
        assert!(placed.windows(2).all(|pair| pair[1] - pair[0] >= 20.0), "{placed:?}");
        assert!(placed[0] >= 0.0 && placed[3] <= 100.0, "{placed:?}");
    }

    #[test]
    fn a_text_stands_at_the_first_spot_that_is_free_and_on_the_sheet() {
        let sheet = Area { left: 0.0, top: 0.0, right: 300.0, bottom: 100.0 };
        let taken = [Area { left: 0.0, top: 0.0, right: 150.0, bottom: 100.0 }];
        let spot = |x: f64| Spot { x, y: 50.0, anchor: Anchor::Start };
        let kind = Type::label(Ink::Words);
        let found = first_free("Observed", kind, [100.0, 290.0, 160.0, 155.0].map(spot), sheet, &taken);
        assert_eq!(found.map(|(spot, _)| spot.x), Some(160.0));
        assert_eq!(first_free("Observed", kind, [spot(100.0)], sheet, &taken), None);
    }
}
