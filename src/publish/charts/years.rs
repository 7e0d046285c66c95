//! The year from the origin on, beside the same twelve months of years past.

use super::axis::{Frame, axis_type, draw_counts, in_words, short_name, ticks_from_zero};
use super::canvas::{Anchor, Area, Canvas, LABEL, Type};
use super::typeface::wrapped;
use super::{Chart, Plot, Words, nothing};
use crate::disclosure::Cell;
use crate::forecast::Level;
use crate::publish::contents::PackContents;
use crate::publish::sentences::spoken_level;
use crate::publish::series::{PackSeries, Year, drawn};
use crate::publish::sheet::{Sheet, Value};
use crate::publish::theme::Ink;
use crate::publish::words::{about, between, capitalised, headline, odds, periods, spoken, stretch};
use crate::time::Period;

/// So many past years are shown at most.
const MOST_YEARS: usize = 8;

/// The least and the most that a past year can add up to, and the period that it ends with.
struct PastYear {
    last: Period,
    least: f64,
    most: f64,
}

impl PastYear {
    /// "4,275", or "between 40 and 100" where some periods are hidden.
    fn spoken(&self) -> String {
        let (least, most) = (Cell::Number(self.least), Cell::Number(self.most));
        between(least, most).unwrap_or_default()
    }
}

struct Years {
    past: Vec<PastYear>,
    next: Year,
    bands: Vec<Level>,
}

impl Plot for Years {
    fn draw(&self, canvas: &mut Canvas<'_>, area: Area) {
        let kind = axis_type();
        // A column needs room for its figure and for "Mar 2025".
        let most = ((area.width() - 120.0) / 132.0).floor().max(2.0) as usize;
        let past = &self.past[self.past.len().saturating_sub(most - 1)..];
        let bounds = self.bands.iter().filter_map(|level| self.next.range.of(*level));
        let figures = bounds.flat_map(|(low, high)| [low, high]).chain([self.next.range.median]).filter_map(drawn);
        let largest = figures.chain(past.iter().map(|year| year.most)).fold(0.0, f64::max);
        let ticks = ticks_from_zero(largest * 1.08, 5);
        let columns = past.len() + 1;
        let frame = Frame::new(
            Area { top: area.top + LABEL * 0.6, bottom: area.bottom - NAME_LINES as f64 * LABEL * 1.1 - 18.0, ..area },
            &ticks,
            kind,
            (-0.5, columns as f64 - 0.5),
        );
        draw_counts(canvas, &frame, &ticks, kind);
        let apart = frame.area.width() / columns as f64;
        let half = (apart * 0.36).min(70.0);
        for (place, year) in past.iter().enumerate() {
            let x = frame.x(place as f64);
            let (top, least) = (frame.y(year.most), frame.y(year.least));
            let column = Area { left: x - half, top, right: x + half, bottom: frame.area.bottom };
            canvas.rectangle(Area { top: least, ..column }, Ink::First);
            if year.least < year.most {
                let open = Area { bottom: least, ..column };
                canvas.rectangle(open, Ink::Pale);
                canvas.outline(open, Ink::Outline, 2);
            }
            let figure = Type::label(Ink::First);
            let text = [year.least, year.most].map(in_words);
            let text = if year.least < year.most { text.join(" to ") } else { text[0].clone() };
            let lines = wrapped(&text, figure.size, figure.weight, apart - 8.0, 2);
            for (up, line) in lines.iter().rev().enumerate() {
                let y = top - 10.0 - up as f64 * 1.1 * figure.size;
                canvas.text(line, x, y, Anchor::Middle, figure);
            }
            draw_name(canvas, x, frame.area.bottom, apart, &short_name(year.last), kind);
        }
        self.draw_next(canvas, &frame, past.len() as f64, half);
        let name = format!("{} forecast", short_name(self.next.last));
        draw_name(canvas, frame.x(past.len() as f64), frame.area.bottom, apart, &name, kind.bold());
    }
}

impl Years {
    /// The range as nested boxes, the median as a line across with its figure.
    fn draw_next(&self, canvas: &mut Canvas<'_>, frame: &Frame, place: f64, half: f64) {
        let x = frame.x(place);
        let (mut top, mut inner_top) = (frame.area.bottom, frame.area.bottom);
        for (place, level) in self.bands.iter().enumerate().rev() {
            let Some((low, high)) = self.next.range.of(*level) else { continue };
            let (Some(low), Some(high)) = (drawn(low), drawn(high)) else { continue };
            let area = Area { left: x - half, top: frame.y(high), right: x + half, bottom: frame.y(low) };
            canvas.rectangle(area, if place == 0 { Ink::InnerBand } else { Ink::OuterBand });
            canvas.outline(area, Ink::BandEdge, 2);
            top = top.min(area.top);
            inner_top = area.top;
        }
        if let Some(median) = drawn(self.next.range.median) {
            let y = frame.y(median);
            canvas.dashed(&[(x - half, y), (x + half, y)], Ink::First, 6);
            let kind = Type::label(Ink::First).bold();
            let figure = self.next.range.median.number().map_or_else(|| spoken(self.next.range.median), in_words);
            // On its line, where the inner box has room for it: on top of the boxes it would be read as their height.
            let on_line = y - 10.0;
            let fits = kind.width(&figure) <= 2.0 * half && on_line - kind.size >= inner_top;
            canvas.text(&figure, x, if fits { on_line } else { top.min(y) - 10.0 }, Anchor::Middle, kind);
        }
    }
}

/// A name under a column has so many lines at most: "Mar", "2026", "forecast".
const NAME_LINES: usize = 3;

/// A name under a column, on as many lines as it needs.
fn draw_name(canvas: &mut Canvas<'_>, x: f64, base: f64, apart: f64, name: &str, kind: Type) {
    for (place, line) in wrapped(name, kind.size, kind.weight, apart - 8.0, NAME_LINES).iter().enumerate() {
        canvas.text(line, x, base + 12.0 + kind.size * (1.0 + 1.1 * place as f64), Anchor::Middle, kind);
    }
}

/// The chart.
pub(super) fn chart(contents: &PackContents, series: &PackSeries) -> Chart {
    const ID: &str = "next-year";
    let found = series.total().and_then(|total| Some((total, total.next_year()?)));
    let Some((total, next)) = found else {
        let why = "There is no forecast of a whole year for the total, so nothing is drawn here.";
        return nothing(contents, ID, "No yearly total to show", why);
    };
    let length = (next.last.periods_since(next.first) + 1).max(1) as usize;
    let mut past: Vec<PastYear> = (0..MOST_YEARS)
        .map_while(|back| {
            let last = contents.origin.plus(-((back * length) as i32));
            total.past_bounds(last, length).map(|(least, most)| PastYear { last, least, most })
        })
        .collect();
    past.reverse();
    let level = spoken_level(contents);
    let span = stretch(length, contents.frequency);
    let about = about(next.range.median);
    let range = next.range.of(level).and_then(|(low, high)| between(low, high));
    let told: Vec<String> = past.iter().map(|year| format!("{} to {}", year.spoken(), year.last.spoken())).collect();
    let before = if told.is_empty() { String::new() } else { format!(" The {span} before: {}.", told.join("; ")) };
    let words = Words {
        headline: match &range {
            Some(range) => headline([format!("Next {span}: {about}, {range}"), format!("Next {span}: {about}")]),
            None => headline([format!("Next {span}: {about}")]),
        },
        subtitle: match length {
            1 => format!("{} a {span}, {}", capitalised(&contents.measure), contents.area()),
            _ => format!(
                "{} in the {span} to each {} shown, {}",
                capitalised(&contents.measure),
                contents.frequency.noun(),
                contents.area()
            ),
        },
        description: format!(
            "Column chart of {} in {}, {}. Forecast for the {span} to {}: {about}{}.{before}",
            contents.measure,
            periods(length, contents.frequency),
            contents.area(),
            next.last.spoken(),
            range.map_or(String::new(), |range| format!(", {range} in {} similar forecasts", odds(level)))
        ),
        note: Some(format!(
            "The last column is the forecast: its dashed line is the middle, its boxes the {} ranges.{}",
            super::timeline::bands(contents).iter().map(|level| format!("{level}%")).collect::<Vec<_>>().join(" and "),
            if past.iter().any(|year| year.least < year.most) {
                format!(
                    " Pale parts: {noun}s too small to show hold from 1 to 7 each.",
                    noun = contents.frequency.noun()
                )
            } else {
                String::new()
            }
        )),
    };
    let mut sheet = Sheet::new(["year_to", "observed_at_least", "observed_at_most", "median"]);
    let gap = || Value::Text(String::new());
    sheet.columns.extend(contents.levels.iter().flat_map(|level| {
        let (low, high) = PackContents::bound_columns(level);
        [low, high]
    }));
    for year in &past {
        let [least, most] = [year.least, year.most].map(|count| Value::Figure(Cell::Number(count)));
        let first = [Value::Period(year.last), least, most, gap()];
        sheet.rows.push(first.into_iter().chain(contents.levels.iter().flat_map(|_| [gap(), gap()])).collect());
    }
    let bounds = next.range.bounds.iter().flat_map(|(_, low, high)| [Value::Figure(*low), Value::Figure(*high)]);
    let first = [Value::Period(next.last), gap(), gap(), Value::Figure(next.range.median)];
    sheet.rows.push(first.into_iter().chain(bounds).collect());
    let plot = Years { past, next: next.clone(), bands: super::timeline::bands(contents) };
    super::chart(contents, ID, Box::new(plot), sheet, words)
}
