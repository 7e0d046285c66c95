//! Where the forecast comes from: baseline and season, new normal, what returns, what is suppressed, stacked.

use super::signed::{self, SignedFrame};
use super::{PartsOf, View, draw_key};
use crate::disclosure::Cell;
use crate::publish::charts::axis::{Frame, PERIODS, axis_type, draw_periods, short_name};
use crate::publish::charts::canvas::{Anchor, Area, Canvas, LABEL};
use crate::publish::charts::{Chart, Plot, Words, chart as finished, nothing};
use crate::publish::sheet::{Sheet, Value};
use crate::publish::theme::Ink;
use crate::publish::words::{capitalised, headline, periods as counted_periods, spoken};

const ID: &str = "where-it-comes-from";

struct Composition {
    periods: Vec<PartsOf>,
}

impl Plot for Composition {
    fn draw(&self, canvas: &mut Canvas<'_>, area: Area) {
        let kind = axis_type();
        let key = [
            (Ink::First, "Usual level and season"),
            (Ink::Fourth, "New normal"),
            (Ink::Second, "Returning"),
            (Ink::Third, "Kept away"),
        ];
        let top = draw_key(canvas, area, &key);
        let stacks: Vec<Vec<(f64, f64, Ink)>> = self.periods.iter().map(stack).collect();
        let ends = || stacks.iter().flatten().flat_map(|(from, to, _)| [*from, *to]);
        let ticks = signed::ticks(ends().fold(0.0, f64::min), ends().fold(0.0, f64::max), 5, 1.0);
        let (Some(first), Some(last)) = (self.periods.first(), self.periods.last()) else { return };
        // Periods whose figures aren't shown leave a gap.
        let place = |one: &PartsOf| f64::from(one.period.periods_since(first.period));
        let length = last.period.periods_since(first.period) + 1;
        let frame = SignedFrame {
            area: Area {
                left: area.left + signed::width(&ticks, kind),
                top: top + LABEL + 12.0,
                right: area.right,
                bottom: area.bottom - PERIODS,
            },
            across: (-0.6, f64::from(length) - 0.4),
            up: (ticks[0], ticks[ticks.len() - 1]),
        };
        frame.draw_figures(canvas, &ticks, kind);
        let half = (frame.area.width() / f64::from(length.max(1)) * 0.42).max(2.0);
        for (one, stack) in self.periods.iter().zip(&stacks) {
            let x = frame.x(place(one));
            for (from, to, colour) in stack {
                let (a, b) = (frame.y(*from), frame.y(*to));
                if (a - b).abs() >= 0.5 {
                    canvas
                        .rectangle(Area { left: x - half, top: a.min(b), right: x + half, bottom: a.max(b) }, *colour);
                }
            }
        }
        if let Some(ahead) = self.periods.iter().find(|one| one.is_forecast) {
            let x = frame.x(place(ahead) - 0.5);
            canvas.line(&[(x, top + 8.0), (x, frame.area.bottom)], Ink::Outline, 3);
            let name = format!("Forecast from {}", short_name(ahead.period));
            canvas.text_if_free(&name, x - 10.0, top + 4.0 + kind.size, Anchor::End, kind);
        }
        let counts = Frame { area: frame.area, across: frame.across, top: 1.0 };
        draw_periods(canvas, &counts, first.period, last.period, kind);
    }
}

/// The pieces of a column: what adds goes up one on another, what takes goes down.
fn stack(one: &PartsOf) -> Vec<(f64, f64, Ink)> {
    let parts = [
        (one.sum(&["baseline", "season"]), Ink::First),
        (one.sum(&["new-normal"]), Ink::Fourth),
        (one.sum(&["returning", "new-need"]), Ink::Second),
        (one.sum(&["suppressed"]), Ink::Third),
    ];
    let (mut up, mut down) = (0.0, 0.0);
    let piece = |(value, colour): (f64, Ink)| {
        let from = if value < 0.0 { &mut down } else { &mut up };
        let start = *from;
        *from += value;
        (start, start + value, colour)
    };
    parts.into_iter().map(piece).collect()
}

/// The chart.
pub(super) fn chart(view: &View<'_>) -> Option<Chart> {
    let contents = view.contents;
    let periods = view.shown_parts();
    let ahead: Vec<&PartsOf> = periods.iter().filter(|one| one.is_forecast).collect();
    if ahead.is_empty() {
        return None;
    }
    let over = |names: &[&str]| -> f64 { ahead.iter().map(|one| one.sum(names)).sum() };
    let (usual, new_normal) = (over(&["baseline", "season"]), over(&["new-normal"]));
    if usual == 0.0 && periods.iter().all(|one| stack(one).iter().all(|(from, to, _)| from == to)) {
        let why = "Every part of the forecast is too small to show.";
        return Some(nothing(contents, ID, "The parts of the forecast are too small to show", why));
    }
    let returning = view.returning_ahead().unwrap_or_else(|| over(&["returning"]));
    let suppressed = over(&["suppressed"]);
    let number = |value: f64| spoken(Cell::Number(value.round()));
    let span = counted_periods(ahead.len(), contents.frequency);
    let words = Words {
        headline: if returning == 0.0 && suppressed == 0.0 && new_normal == 0.0 {
            headline(["The forecast is the usual level and season alone".to_owned()])
        } else if returning.abs() + suppressed.abs() >= new_normal.abs() {
            let verb = if view.is_told("returns") { "return" } else { "may return" };
            headline([format!("Of the forecast, {} {verb} from lockdowns", number(returning))])
        } else {
            let direction = match (view.is_told("new-normal"), new_normal > 0.0) {
                (true, true) => "adds",
                (true, false) => "takes",
                (false, true) => "may add",
                (false, false) => "may take",
            };
            headline([format!("The new normal {direction} about {} over {span}", number(new_normal.abs()))])
        },
        subtitle: format!(
            "Expected {} by part, by {}, {}",
            contents.measure,
            contents.frequency.noun(),
            contents.area()
        ),
        description: format!(
            "Stacked column chart of expected {} by part, {}. Over the {span} to {} the usual level and season make up about {} {}, the new normal \
             {}, what returns {}, what closures keep away {}. Columns below zero take away.",
            contents.measure,
            contents.area(),
            contents.origin.plus(ahead.len() as i32).spoken(),
            number(usual),
            contents.measure,
            number(new_normal),
            number(returning),
            number(suppressed)
        ),
        note: Some(format!("{} without chance; parts too small to show are left out.", capitalised(&contents.measure))),
    };
    let names = ["baseline", "season", "new-normal", "suppressed", "returning", "expected"];
    let mut sheet = Sheet::new(["period", "state"].into_iter().chain(names));
    for one in &periods {
        let state = if one.is_forecast { "forecast" } else { "observed" };
        let first = [Value::Period(one.period), Value::Text(state.to_owned())];
        sheet.rows.push(first.into_iter().chain(names.map(|name| Value::Figure(one.part(name)))).collect());
    }
    Some(finished(contents, ID, Box::new(Composition { periods }), sheet, words))
}
