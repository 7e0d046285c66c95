//! Scenarios side by side: the whole horizon under each.

use super::View;
use super::signed;
use crate::disclosure::Cell;
use crate::publish::charts::axis::tick_texts;
use crate::publish::charts::canvas::{Anchor, Area, Canvas, LABEL, Type};
use crate::publish::charts::typeface::wrapped;
use crate::publish::charts::{Chart, Plot, Words, chart as finished};
use crate::publish::contents::{PackContents, cell};
use crate::publish::futures::{BASELINE, HORIZON};
use crate::publish::sentences::spoken_level;
use crate::publish::sheet::{Sheet, Value};
use crate::publish::theme::Ink;
use crate::publish::words::{between, capitalised, headline, odds, periods as counted_periods, spoken};

const ID: &str = "scenarios";

struct Row {
    title: String,
    mean: Cell,
    low: Cell,
    high: Cell,
    is_baseline: bool,
}

struct Scenarios {
    rows: Vec<Row>,
}

impl Plot for Scenarios {
    fn draw(&self, canvas: &mut Canvas<'_>, area: Area) {
        let kind = Type::label(Ink::Words);
        let names = area.width() * 0.36;
        let figures = self.rows.iter().map(|row| kind.bold().width(&spoken(row.mean))).fold(0.0, f64::max) + 28.0;
        let (left, right) = (area.left + names + 24.0, area.right - figures);
        let height = ((area.bottom - area.top - LABEL - 34.0) / self.rows.len().max(1) as f64).min(130.0);
        let values = || self.rows.iter().flat_map(|row| [row.mean, row.low, row.high]).filter_map(Cell::number);
        let (least, most) = (values().fold(f64::INFINITY, f64::min), values().fold(0.0, f64::max));
        let ticks = signed::ticks(least.min(most), most, 4, 1.0);
        let (low, high) = (ticks[0], ticks[ticks.len() - 1]);
        let place = |value: f64| left + (value - low) / (high - low) * (right - left);
        let bottom = area.top + height * self.rows.len() as f64;
        for (tick, text) in ticks.iter().zip(tick_texts(&ticks)) {
            let x = place(*tick);
            canvas.line(&[(x, area.top), (x, bottom)], Ink::Grid, 2);
            canvas.text_if_free(&text, x, bottom + 12.0 + kind.size, Anchor::Middle, kind);
        }
        for (at, row) in self.rows.iter().enumerate() {
            let y = area.top + (at as f64 + 0.5) * height;
            if let (Some(low), Some(high)) = (row.low.number(), row.high.number()) {
                canvas.line(&[(place(low), y), (place(high), y)], Ink::BandEdge, 8);
                if low == high {
                    canvas.dot((place(low), y), 6, Ink::BandEdge);
                }
            }
            if let Some(mean) = row.mean.number() {
                canvas.dot((place(mean), y), 12, Ink::First);
                if row.is_baseline {
                    canvas.dashed(&[(place(mean), area.top), (place(mean), bottom)], Ink::First, 2);
                }
            }
            let name = if row.is_baseline { kind.bold() } else { kind };
            let lines = wrapped(&row.title, name.size, name.weight, names, 3);
            let mut baseline = y + name.centre() - (lines.len() as f64 - 1.0) * LABEL * 0.57;
            for line in lines {
                canvas.text(&line, area.left + names, baseline, Anchor::End, name);
                baseline += LABEL * 1.14;
            }
            canvas.text(&spoken(row.mean), area.right, y + kind.centre(), Anchor::End, kind.bold());
        }
    }

    fn height(&self, width: f64) -> f64 {
        self.rows.len() as f64 * if width > 1_000.0 { 100.0 } else { 124.0 } + 80.0
    }
}

/// The chart; `None` where there is no scenario.
pub(super) fn chart(view: &View<'_>) -> Option<Chart> {
    let contents = view.contents;
    let table = &view.futures.scenario_years;
    let level = spoken_level(contents);
    let (low, high) = PackContents::bound_columns(level);
    let row = |name: &str, title: &str, is_baseline: bool| {
        let row = view.row(table, name, HORIZON)?;
        let (mean, low, high) = (cell(table, "mean", row), cell(table, &low, row), cell(table, &high, row));
        Some(Row { title: title.to_owned(), mean, low, high, is_baseline })
    };
    let supposed = view.futures.supposed.iter().filter_map(|one| row(&one.name, &one.title, false));
    let rows: Vec<Row> = row(BASELINE, "As forecast", true).into_iter().chain(supposed).collect();
    if rows.len() < 2 {
        return None;
    }
    let means = || rows.iter().filter_map(|row| row.mean.number());
    let (least, most) = (means().fold(f64::INFINITY, f64::min), means().fold(0.0, f64::max));
    let span = counted_periods(contents.horizon, contents.frequency);
    let number = |value: f64| spoken(Cell::Number(value));
    let words = Words {
        headline: if least.is_finite() && least < most {
            headline([format!("Over {span} scenarios range from {} to {}", number(least), number(most))])
        } else {
            headline([format!("Over {span} the scenarios hardly differ")])
        },
        subtitle: format!(
            "{} over the {span} ahead by scenario, on average, {}",
            capitalised(&contents.measure),
            contents.area()
        ),
        description: format!(
            "Range chart of {} over the {span} to {}, {}. {}",
            contents.measure,
            contents.origin.plus(contents.horizon as i32).spoken(),
            contents.area(),
            rows.iter()
                .map(|row| {
                    let range = between(row.low, row.high);
                    let range =
                        range.map_or(String::new(), |range| format!(", {range} in {} similar forecasts", odds(level)));
                    format!("{}: {} on average{range}.", row.title, spoken(row.mean))
                })
                .collect::<Vec<_>>()
                .join(" ")
        ),
        note: Some(format!("Dots are averages, lines the {level}% ranges. The scale does not start at zero.")),
    };
    let mut sheet = Sheet::new(["scenario".to_owned(), "mean".to_owned(), low, high]);
    for row in &rows {
        let figures = [row.mean, row.low, row.high].map(Value::Figure);
        sheet.rows.push(std::iter::once(Value::Text(row.title.clone())).chain(figures).collect());
    }
    Some(finished(contents, ID, Box::new(Scenarios { rows }), sheet, words))
}
