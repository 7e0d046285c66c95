//! What was observed, by series and period.

use super::axis::{Frame, axis_type, draw_periods};
use super::canvas::{Anchor, Area, Canvas, LABEL, Type};
use super::palette::{BAND_EDGE, DARK_GREY, INNER_BAND, MID_GREY, ORANGE, WHITE};
use super::typeface::shortened;
use super::{Chart, Plot, Words, nothing};
use crate::publish::contents::PackContents;
use crate::publish::series::{PackSeries, Series, State};
use crate::publish::sheet::{Sheet, Value};
use crate::publish::words::{capitalised, counted, headline};
use crate::time::Period;

/// More rows than this can't be labelled; those with the most gaps are drawn.
const MOST_ROWS: usize = 24;

struct Row {
    name: String,
    /// One state a period from the first on.
    states: Vec<State>,
}

struct Quality {
    rows: Vec<Row>,
    first: Period,
    last: Period,
}

impl Plot for Quality {
    fn draw(&self, canvas: &mut Canvas<'_>, area: Area) {
        let top = self.draw_key(canvas, area);
        let row = ((area.bottom - top - LABEL - 30.0) / self.rows.len().max(1) as f64).min(70.0);
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
            canvas.text(&name, frame.area.left - 12.0, above + row / 2.0 + kind.centre(), Anchor::End, kind);
            let gap = (row * 0.08).max(2.0);
            let mut start = 0;
            for run in one.states.chunk_by(|a, b| a == b) {
                let end = start + run.len();
                let (left, right) = (frame.x(start as f64 - 0.5), frame.x(end as f64 - 0.5));
                draw_state(canvas, Area { left, top: above + gap, right, bottom: above + row - gap }, run[0]);
                start = end;
            }
        }
        draw_periods(canvas, &frame, self.first, self.last, axis_type());
    }

    fn height(&self, width: f64) -> f64 {
        let key = if width > 1_000.0 { 56.0 } else { 96.0 };
        key + LABEL + 34.0 + self.rows.len() as f64 * 40.0
    }
}

/// Observed is filled, provisional orange, missing empty and struck through: colour isn't the only difference.
fn draw_state(canvas: &mut Canvas<'_>, area: Area, state: State) {
    match state {
        State::Observed => {
            canvas.rectangle(area, INNER_BAND);
            canvas.outline(area, BAND_EDGE, 1);
        }
        State::Provisional => canvas.rectangle(area, ORANGE),
        State::Missing => {
            canvas.rectangle(area, WHITE);
            canvas.outline(area, MID_GREY, 2);
            canvas.line(&[(area.left, area.bottom), (area.right, area.top)], MID_GREY, 3);
        }
    }
}

impl Quality {
    fn draw_key(&self, canvas: &mut Canvas<'_>, area: Area) -> f64 {
        let kind = Type::label(DARK_GREY);
        let (mut x, mut y) = (area.left, area.top + kind.size);
        for (text, state) in
            [("Observed", State::Observed), ("Provisional", State::Provisional), ("Missing", State::Missing)]
        {
            let wide = 52.0 + kind.width(text);
            if x + wide > area.right && x > area.left {
                (x, y) = (area.left, y + kind.size + 14.0);
            }
            let middle = y - kind.centre();
            draw_state(canvas, Area { left: x, top: middle - 14.0, right: x + 38.0, bottom: middle + 14.0 }, state);
            canvas.text(text, x + 50.0, y, Anchor::Start, kind);
            x += wide + 32.0;
        }
        y + 26.0
    }
}

/// The state of each period from `first` to `last`; a period that the history lacks is missing.
fn states(series: &Series, first: Period, last: Period) -> Vec<State> {
    let mut states = vec![State::Missing; (last.periods_since(first) + 1).max(0) as usize];
    for past in &series.past {
        if let Some(state) = states.get_mut(past.period.periods_since(first).max(0) as usize) {
            *state = past.state;
        }
    }
    states
}

/// The chart.
pub(super) fn chart(contents: &PackContents, series: &PackSeries) -> Chart {
    const ID: &str = "data-quality";
    let leaves: Vec<&Series> = series.leaves().into_iter().filter(|one| !one.past.is_empty()).collect();
    let periods = || leaves.iter().flat_map(|one| one.past.iter().map(|past| past.period));
    let (Some(first), Some(last)) = (periods().min(), periods().max()) else {
        return nothing(contents, ID, "No history to show", "No series has any history, so nothing is drawn here.");
    };
    let all: Vec<Row> = leaves.iter().map(|one| Row { name: one.name(), states: states(one, first, last) }).collect();
    let missing = |row: &Row| row.states.iter().filter(|state| **state == State::Missing).count();
    let (gaps, with_gaps) = (all.iter().map(missing).sum::<usize>(), all.iter().filter(|row| missing(row) > 0).count());
    let provisional =
        (0..all[0].states.len()).filter(|at| all.iter().any(|row| row.states[*at] == State::Provisional)).count();
    let count = all.len();
    let noun = contents.frequency.noun();
    let mut sheet = Sheet::new(["series", "period", "state"]);
    for row in &all {
        for (step, state) in row.states.iter().enumerate() {
            let state = match state {
                State::Observed => "observed",
                State::Provisional => "provisional",
                State::Missing => "missing",
            };
            let period = Value::Period(first.plus(step as i32));
            sheet.rows.push(vec![Value::Text(row.name.clone()), period, Value::Text(state.to_owned())]);
        }
    }
    let mut summary = Sheet::new(["series", "observed", "provisional", "missing"]);
    for row in &all {
        let of = |wanted: State| row.states.iter().filter(|state| **state == wanted).count() as i64;
        let counts = [State::Observed, State::Provisional, State::Missing].map(|state| Value::Whole(of(state)));
        summary.rows.push(std::iter::once(Value::Text(row.name.clone())).chain(counts).collect());
    }
    let mut rows = all;
    if rows.len() > MOST_ROWS {
        rows.sort_by(|a, b| missing(b).cmp(&missing(a)).then_with(|| a.name.cmp(&b.name)));
        rows.truncate(MOST_ROWS);
    }
    let shown = if rows.len() < count {
        format!("the {} series with the most gaps of {count}", rows.len())
    } else {
        format!("{count} series")
    };
    let worst: Vec<String> = rows
        .iter()
        .filter(|row| missing(row) > 0)
        .take(5)
        .map(|row| format!("{} lacks {}", row.name, counted(missing(row), noun)))
        .collect();
    let words = Words {
        headline: headline([match gaps {
            // Not more than is known: nothing is said of what came before or after.
            0 if count == 1 => format!("Every {noun} to {} was observed", last.spoken()),
            0 => format!("All {count} series were observed every {noun} to {}", last.spoken()),
            1 => format!("One {noun} is missing in one of {count} series"),
            _ if with_gaps == 1 => format!("{gaps} {noun}s are missing in one of {count} series"),
            _ => format!("{with_gaps} of {count} series lack at least one {noun}"),
        }]),
        subtitle: format!(
            "{}, {}, {shown}, {} to {}",
            capitalised(&contents.measure),
            contents.area(),
            first.spoken(),
            last.spoken()
        ),
        description: format!(
            "Grid of {shown} by {noun}, {} to {}. {} missing in {with_gaps} of {count} series; {} provisional.{}",
            first.spoken(),
            last.spoken(),
            counted(gaps, &format!("series {noun}")),
            counted(provisional, noun),
            if worst.is_empty() { String::new() } else { format!(" {}.", worst.join("; ")) }
        ),
        note: None,
    };
    Chart {
        summary: Some(summary),
        ..super::chart(contents, ID, Box::new(Quality { rows, first, last }), sheet, words)
    }
}
