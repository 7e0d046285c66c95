//! The last forecasts against what happened.

use super::axis::{Frame, PERIODS, axis_type, draw_counts, short_name, ticks_from_zero};
use super::canvas::{Anchor, Area, Canvas};
use super::{Chart, Plot, Words, key, nothing};
use crate::disclosure::Cell;
use crate::forecast::Level;
use crate::publish::contents::{PackContents, cell};
use crate::publish::held::{holds, record};
use crate::publish::sentences::{Verdict, spoken_level, verdict};
use crate::publish::series::{Range, drawn};
use crate::publish::sheet::{Sheet, Value};
use crate::publish::theme::Ink;
use crate::publish::words::{about, capitalised, counted, headline, odds, spoken, times};
use crate::time::Period;

/// More forecasts than this are not drawn; the newest are.
const MOST_FORECASTS: usize = 24;

struct Forecast {
    period: Period,
    made: Period,
    range: Range,
    came: Cell,
    held: Option<bool>,
}

struct LastForecasts {
    forecasts: Vec<Forecast>,
    level: Level,
}

impl Plot for LastForecasts {
    fn draw(&self, canvas: &mut Canvas<'_>, area: Area) {
        let kind = axis_type();
        let figures = self.forecasts.iter().flat_map(|one| {
            let bounds = one.range.of(self.level).map(|(_, high)| high);
            bounds.into_iter().chain([one.range.median, one.came])
        });
        let ticks = ticks_from_zero(figures.filter_map(drawn).fold(0.0, f64::max), 5);
        let top = self.draw_key(canvas, area);
        let frame = Frame::new(
            Area { top, right: area.right - 10.0, bottom: area.bottom - PERIODS, ..area },
            &ticks,
            kind,
            (-0.6, self.forecasts.len() as f64 - 0.4),
        );
        draw_counts(canvas, &frame, &ticks, kind);
        let apart = frame.area.width() / self.forecasts.len().max(1) as f64;
        let half = (apart * 0.3).min(26.0);
        for (place, one) in self.forecasts.iter().enumerate() {
            let x = frame.x(place as f64);
            if let Some((low, high)) = one.range.of(self.level)
                && let (Some(low), Some(high)) = (drawn(low), drawn(high))
            {
                let area = Area { left: x - half, top: frame.y(high), right: x + half, bottom: frame.y(low) };
                canvas.rectangle(area, Ink::InnerBand);
                canvas.outline(area, Ink::BandEdge, 2);
            }
            if let Some(median) = drawn(one.range.median) {
                canvas.line(&[(x - half, frame.y(median)), (x + half, frame.y(median))], Ink::BandEdge, 4);
            }
            if let Some(came) = drawn(one.came) {
                draw_outcome(canvas, (x, frame.y(came)), one.held, one.came == Cell::Suppressed);
            }
        }
        let every = (kind.width("Mar 2025 ") / apart).ceil().max(1.0) as usize;
        // Counted from the newest, which is always named.
        for (place, one) in self.forecasts.iter().enumerate().rev().step_by(every) {
            let name = short_name(one.period);
            let half = kind.width(&name) / 2.0;
            let x = frame.x(place as f64).min(canvas.whole().right - half - 4.0);
            canvas.text_if_free(&name, x, frame.area.bottom + 16.0 + kind.size, Anchor::Middle, kind);
        }
    }
}

/// Inside the range a dot, outside it a diamond: colour isn't the only difference.
fn draw_outcome(canvas: &mut Canvas<'_>, (x, y): (f64, f64), held: Option<bool>, hidden: bool) {
    if hidden {
        canvas.ring((x, y), 9, Ink::First, 3);
    } else if held == Some(false) {
        let diamond = |size: f64| [(x, y - size), (x + size, y), (x, y + size), (x - size, y)];
        canvas.polygon(&diamond(17.0), Ink::Paper);
        canvas.polygon(&diamond(14.0), Ink::Third);
    } else {
        canvas.dot((x, y), 10, Ink::First);
    }
}

impl LastForecasts {
    /// What the marks are; returns where the plot may start.
    fn draw_key(&self, canvas: &mut Canvas<'_>, area: Area) -> f64 {
        let range = format!("Forecast, {}% range", self.level);
        let names = [range.as_str(), "What came: inside", "What came: outside"];
        let below = key::draw(canvas, area, names.into_iter(), 28.0, |canvas, place, swatch| {
            let middle = ((swatch.left + swatch.right) / 2.0, (swatch.top + swatch.bottom) / 2.0);
            if place > 0 {
                return draw_outcome(canvas, middle, Some(place == 1), false);
            }
            canvas.rectangle(swatch, Ink::InnerBand);
            canvas.outline(swatch, Ink::BandEdge, 2);
            canvas.line(&[(swatch.left, middle.1), (swatch.right, middle.1)], Ink::BandEdge, 4);
        });
        below + 26.0
    }
}

/// The chart.
pub(super) fn chart(contents: &PackContents) -> Chart {
    const ID: &str = "last-forecasts";
    let table = &contents.recent;
    let level = spoken_level(contents);
    let dates = |column: &str| table.dates(column).unwrap_or_default();
    let mut forecasts: Vec<Forecast> = dates("ds")
        .iter()
        .zip(dates("made"))
        .enumerate()
        .map(|(row, (ds, made))| {
            let range = Range::read(table, contents, row);
            let came = cell(table, "y", row);
            let held = range.of(level).and_then(|(low, high)| holds(low, high, came));
            let period = |date| Period::containing(contents.frequency, date);
            Forecast { period: period(*ds), made: period(*made), range, came, held }
        })
        .collect();
    forecasts.drain(..forecasts.len().saturating_sub(MOST_FORECASTS));
    let (Some(first), Some(last)) = (forecasts.first(), forecasts.last()) else {
        if verdict(contents) != Verdict::Untested {
            let why = "The total has periods without figures, so that forecasts were tested series by series.";
            return nothing(contents, ID, "No past forecasts of the total to compare", why);
        }
        let why = "There is too little history to compare past forecasts with what happened.";
        return nothing(contents, ID, "No past forecasts to compare yet", why);
    };
    let noun = contents.frequency.noun();
    let kept = record(contents);
    // The chart's own, where each of them can be judged by what it shows; else the record of all tests.
    let drawn: Vec<bool> = forecasts.iter().filter_map(|one| one.held).collect();
    let all_drawn = drawn.len() == forecasts.len();
    let (held, judged) = match all_drawn {
        true => (drawn.iter().filter(|held| **held).count(), drawn.len()),
        false => (kept.held, kept.judged),
    };
    let outside: Vec<String> = forecasts
        .iter()
        .filter(|one| one.held == Some(false))
        .map(|one| {
            // An observed total that is not shown may be a little more than seven.
            let came = if one.came == Cell::Suppressed { "too few to be shown".to_owned() } else { spoken(one.came) };
            let median = about(one.range.median);
            format!("{}: {came} came, {median} was forecast", one.period.spoken())
        })
        .collect();
    let outside = if outside.is_empty() { String::new() } else { format!(" Outside: {}.", outside.join("; ")) };
    let shown = match all_drawn {
        true if kept.judged > judged => format!(", and {} in the {judged} that the chart shows", times(held)),
        false if kept.judged > drawn.len() => {
            format!("; of the newest, the chart shows for {} whether it held", counted(drawn.len(), "forecast"))
        }
        _ => String::new(),
    };
    let words = Words {
        headline: headline([
            match judged {
                1 => {
                    format!("The range {} in the one forecast judged", if held == 1 { "held" } else { "did not hold" })
                }
                _ if all_drawn => format!("The range held in {held} of the last {judged} forecasts"),
                _ => format!("The range held in {held} of {judged} tests"),
            },
            "The last forecasts against what happened".to_owned(),
        ]),
        subtitle: format!(
            "{} a {noun}, {}, {} to {}, as forecast at the time",
            capitalised(&contents.measure),
            contents.area(),
            first.period.spoken(),
            last.period.spoken()
        ),
        description: format!(
            "Chart of past forecasts of {} a {noun} and what happened, {}, {} to {}. The range that should hold in {} forecasts held {} \
             in {}{shown}.{outside}",
            contents.measure,
            contents.area(),
            first.period.spoken(),
            last.period.spoken(),
            odds(level),
            times(kept.held),
            counted(kept.judged, "forecast"),
        ),
        note: forecasts.iter().find_map(|one| match one.came {
            Cell::Suppressed => Some("Rings: too few to be shown.".to_owned()),
            Cell::Withheld => Some("No mark: what came is not shown, to protect children.".to_owned()),
            Cell::Number(_) | Cell::Missing => None,
        }),
    };
    let (low, high) = PackContents::bound_columns(level);
    let mut sheet = Sheet::new(["period", "known_to", "median"]);
    sheet.columns.extend([low, high, "observed".to_owned(), "inside".to_owned()]);
    for one in &forecasts {
        let (low, high) = one.range.of(level).unwrap_or((Cell::Missing, Cell::Missing));
        let inside = one.held.map_or("unknown", |held| if held { "yes" } else { "no" });
        let texts = [one.period, one.made].map(Value::Period);
        let figures = [one.range.median, low, high, one.came].map(Value::Figure);
        sheet.rows.push(texts.into_iter().chain(figures).chain([Value::Text(inside.to_owned())]).collect());
    }
    super::chart(contents, ID, Box::new(LastForecasts { forecasts, level }), sheet, words)
}
