//! How much comes back, and when: what closures kept away, and what came back of it.

use super::signed::{self, SignedFrame};
use super::{PartsOf, View, draw_key};
use crate::disclosure::Cell;
use crate::publish::charts::axis::{Frame, axis_type, draw_periods};
use crate::publish::charts::canvas::{Area, Canvas, LABEL};
use crate::publish::charts::palette::{MID_GREY, PLUM, TURQUOISE};
use crate::publish::charts::{Chart, Plot, Words, chart as finished, nothing};
use crate::publish::sheet::{Sheet, Value};
use crate::publish::words::{capitalised, headline, per_cent, spoken};

const ID: &str = "how-much-comes-back";

struct Returns {
    periods: Vec<PartsOf>,
}

impl Plot for Returns {
    fn draw(&self, canvas: &mut Canvas<'_>, area: Area) {
        let kind = axis_type();
        let top = draw_key(canvas, area, &[(PLUM, "Kept away"), (TURQUOISE, "Came back or will come back")]);
        let values = |name: &str| self.periods.iter().map(|one| one.sum(&[name])).collect::<Vec<f64>>();
        let (suppressed, returning) = (values("suppressed"), values("returning"));
        let all = || suppressed.iter().chain(&returning).copied();
        let ticks = signed::ticks(all().fold(0.0, f64::min), all().fold(0.0, f64::max), 5, 1.0);
        let frame = SignedFrame {
            area: Area {
                left: area.left + signed::width(&ticks, kind),
                top: top + LABEL * 0.4,
                right: area.right,
                bottom: area.bottom - LABEL - 30.0,
            },
            across: (-0.6, self.periods.len() as f64 - 0.4),
            up: (ticks[0], ticks[ticks.len() - 1]),
        };
        frame.draw_figures(canvas, &ticks, kind);
        let half = (frame.area.width() / self.periods.len().max(1) as f64 * 0.42).max(2.0);
        let zero = frame.y(0.0);
        for (place, (suppressed, returning)) in suppressed.iter().zip(&returning).enumerate() {
            let x = frame.x(place as f64);
            // What adds during a closure stands under what returns.
            let above = suppressed.max(0.0);
            for (from, to, colour) in [(0.0, *suppressed, PLUM), (above, above + returning, TURQUOISE)] {
                let (a, b) = (frame.y(from), frame.y(to));
                if (a - b).abs() >= 0.5 {
                    canvas.rectangle(Area { left: x - half, top: a.min(b), right: x + half, bottom: a.max(b) }, colour);
                }
            }
        }
        if let (Some(first), Some(last)) = (self.periods.first(), self.periods.last()) {
            if let Some(ahead) = self.periods.iter().position(|one| one.is_forecast) {
                let x = frame.x(ahead as f64 - 0.5);
                canvas.line(&[(x, frame.area.top), (x, frame.area.bottom)], MID_GREY, 3);
            }
            let counts = Frame { area: frame.area, across: frame.across, top: 1.0 };
            draw_periods(canvas, &counts, first.period, last.period, kind);
        }
        canvas.line(&[(frame.area.left, zero), (frame.area.right, zero)], MID_GREY, 2);
    }
}

/// The chart.
pub(super) fn chart(view: &View<'_>) -> Option<Chart> {
    let contents = view.contents;
    let periods = view.shown_parts();
    let any = periods.iter().any(|one| one.sum(&["suppressed"]) != 0.0);
    if !any {
        let why = "No lockdown lies in the years shown, or its effect is too small to show.";
        return Some(nothing(contents, ID, "Nothing was kept away that could come back", why));
    }
    let share = view.figure("returns", "posterior")?;
    let (low, high) = (view.figure("returns", "lo_80")?, view.figure("returns", "hi_80")?);
    let told = view.is_told("returns");
    let (kept, back): (f64, f64) = periods
        .iter()
        .fold((0.0, 0.0), |(kept, back), one| (kept - one.sum(&["suppressed"]), back + one.sum(&["returning"])));
    let deepest = periods.iter().min_by(|a, b| a.sum(&["suppressed"]).total_cmp(&b.sum(&["suppressed"])))?;
    let range = format!("{} to {}", per_cent(low), per_cent(high));
    let words = Words {
        headline: if told {
            headline([format!("About {} of what lockdowns kept away comes back", per_cent(share))])
        } else {
            headline(["Your data can’t tell how much comes back".to_owned()])
        },
        subtitle: format!(
            "{} kept away by closures and coming back, by {}, {}",
            capitalised(&contents.measure),
            contents.frequency.noun(),
            contents.area()
        ),
        description: format!(
            "Column chart. In the time shown, closures kept away about {} {} and about {} come back. The deepest {} is {} \
             with about {} fewer. The share that returns is {} in the middle, in 8 of 10 cases {range}; {}.",
            spoken(Cell::Number(kept.round())),
            contents.measure,
            spoken(Cell::Number(back.round())),
            contents.frequency.noun(),
            deepest.period.spoken(),
            spoken(Cell::Number((-deepest.sum(&["suppressed"])).round())),
            per_cent(share),
            if told { "the data narrowed it down" } else { "the data can’t tell, so it rests on national evidence" }
        ),
        note: Some("Estimated middles; parts too small to show are left out.".to_owned()),
    };
    let mut sheet = Sheet::new(["period", "state", "suppressed", "returning"]);
    for one in &periods {
        let state = if one.is_forecast { "forecast" } else { "observed" };
        sheet.rows.push(vec![
            Value::Period(one.period),
            Value::Text(state.to_owned()),
            Value::Figure(one.part("suppressed")),
            Value::Figure(one.part("returning")),
        ]);
    }
    Some(finished(contents, ID, Box::new(Returns { periods }), sheet, words))
}
