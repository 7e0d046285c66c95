//! How much comes back, and when: what closures have kept away so far, and how much of it has come back.

use super::View;
use crate::disclosure::Cell;
use crate::publish::charts::axis::{Frame, PERIODS, axis_type, draw_counts, draw_periods, short_name, ticks_from_zero};
use crate::publish::charts::canvas::{Anchor, Area, Canvas, LABEL, Type};
use crate::publish::charts::placement::{draw_end_labels, labels_width};
use crate::publish::charts::{Chart, Plot, Words, chart as finished, nothing};
use crate::publish::contents::{cell, text};
use crate::publish::series::drawn;
use crate::publish::sheet::{Sheet, Value};
use crate::publish::theme::Ink;
use crate::publish::words::{capitalised, headline, per_cent, spoken};
use crate::time::Period;

const ID: &str = "how-much-comes-back";

/// So many years before the origin are shown at most.
const YEARS: usize = 7;

struct Sum {
    period: Period,
    is_forecast: bool,
    kept: Cell,
    back: Cell,
}

struct Returns {
    sums: Vec<Sum>,
}

impl Plot for Returns {
    fn draw(&self, canvas: &mut Canvas<'_>, area: Area) {
        let kind = axis_type();
        let figures = self.sums.iter().flat_map(|sum| [sum.kept, sum.back]).filter_map(drawn);
        let ticks = ticks_from_zero(figures.fold(0.0, f64::max), 5);
        let Some(last) = self.sums.last() else { return };
        // Names stand beside the lines' ends; turquoise is too pale for text.
        let mut labels: Vec<(f64, &str, Type)> = [
            (last.kept, "Kept away", Type::label(Ink::Third).bold()),
            (last.back, "Came back", Type::label(Ink::Words).bold()),
        ]
        .into_iter()
        .filter_map(|(figure, text, kind)| Some((drawn(figure)?, text, kind)))
        .collect();
        labels.sort_by(|a, b| b.0.total_cmp(&a.0));
        let room = labels_width(&labels) + 24.0;
        let frame = Frame::new(
            Area { top: area.top + LABEL + 14.0, right: area.right - room, bottom: area.bottom - PERIODS, ..area },
            &ticks,
            kind,
            (-0.6, self.sums.len() as f64 - 0.4),
        );
        draw_counts(canvas, &frame, &ticks, kind);
        if let Some(first) = self.sums.first() {
            draw_periods(canvas, &frame, first.period, last.period, kind);
        }
        if let Some(ahead) = self.sums.iter().position(|sum| sum.is_forecast) {
            let x = frame.x(ahead as f64 - 0.5);
            canvas.line(&[(x, area.top), (x, frame.area.bottom)], Ink::Outline, 3);
            let name = format!("Forecast from {}", short_name(self.sums[ahead].period));
            canvas.text_if_free(&name, x - 10.0, area.top + kind.size, Anchor::End, kind);
        }
        let points = |of: fn(&Sum) -> Cell| -> Vec<(f64, f64)> {
            let sums = self.sums.iter().enumerate();
            sums.filter_map(|(at, sum)| Some((frame.x(at as f64), frame.y(drawn(of(sum))?)))).collect()
        };
        canvas.line(&points(|sum| sum.kept), Ink::Third, 7);
        canvas.line(&points(|sum| sum.back), Ink::Second, 7);
        draw_end_labels(canvas, &frame, &labels, 14.0);
    }
}

/// The sums so far worth showing: from half a year before the first closure on, of the last years.
fn sums(view: &View<'_>) -> Vec<Sum> {
    let table = &view.futures.returns;
    let Some(dates) = table.dates("ds") else { return Vec::new() };
    let season = view.contents.frequency.season_length() as i32;
    let oldest = view.contents.origin.plus(1 - YEARS as i32 * season);
    let all: Vec<Sum> = (0..dates.len())
        .filter(|row| view.is_ours(table, *row))
        .map(|row| Sum {
            period: Period::containing(view.contents.frequency, dates[row]),
            is_forecast: text(table, "state", row) == "forecast",
            kept: cell(table, "kept_away_so_far", row),
            back: cell(table, "came_back_so_far", row),
        })
        .collect();
    let first = all.iter().find(|sum| sum.kept != Cell::Number(0.0)).map(|sum| sum.period.plus(-season / 2));
    let from = first.map_or(oldest, |first| first.max(oldest));
    all.into_iter().filter(|sum| sum.period >= from).collect()
}

/// The chart.
pub(super) fn chart(view: &View<'_>) -> Option<Chart> {
    let contents = view.contents;
    let sums = sums(view);
    let end = sums.last().map(|sum| (sum.kept, sum.back));
    let Some((Cell::Number(kept), back)) = end.filter(|(kept, _)| *kept != Cell::Number(0.0)) else {
        let why = "No lockdown lies in the history, or its effect is too small to show.";
        return Some(nothing(contents, ID, "Nothing was kept away that could come back", why));
    };
    let share = view.figure("returns", "posterior")?;
    let (low, high) = (view.figure("returns", "lo_80")?, view.figure("returns", "hi_80")?);
    let told = view.is_told("returns");
    let known = sums.iter().rfind(|sum| !sum.is_forecast).map_or(Cell::Missing, |sum| sum.back);
    let range = format!("{} to {}", per_cent(low), per_cent(high));
    let words = Words {
        headline: if told {
            headline([format!("About {} of what lockdowns kept away comes back", per_cent(share))])
        } else {
            headline(["Your data can’t tell how much comes back".to_owned()])
        },
        subtitle: format!(
            "{} kept away by closures and come back, added up so far, {}",
            capitalised(&contents.measure),
            contents.area()
        ),
        description: format!(
            "Line chart of sums so far, {}. By {}, closures have kept away about {} {} and {} come back; by the end of the \
             forecast {} come back. The share that returns is {} in the middle, in 8 of 10 cases {range}; {}.",
            contents.area(),
            contents.origin.spoken(),
            spoken(Cell::Number(kept)),
            contents.measure,
            spoken(known),
            spoken(back),
            per_cent(share),
            if told { "the data narrowed it down" } else { "the data can’t tell, so it rests on national evidence" }
        ),
        note: Some(format!(
            "Estimated middles; {range} of it returns in 8 of 10 cases. A sum from 1 to 7 is drawn at 5."
        )),
    };
    let mut sheet = Sheet::new(["period", "state", "kept_away_so_far", "came_back_so_far"]);
    for sum in &sums {
        let state = if sum.is_forecast { "forecast" } else { "observed" };
        sheet.rows.push(vec![
            Value::Period(sum.period),
            Value::Text(state.to_owned()),
            Value::Figure(sum.kept),
            Value::Figure(sum.back),
        ]);
    }
    Some(finished(contents, ID, Box::new(Returns { sums }), sheet, words))
}
