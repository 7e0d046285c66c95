//! What leads from the forecast to a scenario, lever by lever: a waterfall.

use super::View;
use super::signed;
use crate::disclosure::Cell;
use crate::publish::charts::axis::{tick_texts, with_commas};
use crate::publish::charts::canvas::{Anchor, Area, Canvas, LABEL, Type};
use crate::publish::charts::panels::file_stem;
use crate::publish::charts::typeface::wrapped;
use crate::publish::charts::{Chart, Plot, Words, chart as finished};
use crate::publish::contents::{cell, text};
use crate::publish::futures::{HORIZON, SupposedScenario};
use crate::publish::sheet::{Sheet, Value};
use crate::publish::theme::Ink;
use crate::publish::words::{capitalised, headline, periods as counted_periods, spoken};

/// More levers than this can't be labelled on one chart.
const MOST_LEVERS: usize = 12;

/// One step from the forecast to the scenario.
struct Step {
    name: String,
    figure: Cell,
}

struct Waterfall {
    /// The forecast as it is.
    start: Step,
    /// What each lever adds or takes.
    levers: Vec<Step>,
    /// What that comes to.
    end: Step,
}

impl Waterfall {
    fn rows(&self) -> usize {
        self.levers.len() + 2
    }

    /// Where each lever starts and ends; one too small to show moves nothing.
    fn levels(&self) -> Vec<(f64, f64)> {
        let mut level = self.start.figure.number().unwrap_or(0.0);
        let step = |lever: &Step| {
            let from = level;
            level += lever.figure.number().unwrap_or(0.0);
            (from, level)
        };
        self.levers.iter().map(step).collect()
    }
}

/// "−165", "+85", "0", "under 8".
fn with_sign(figure: Cell) -> String {
    match figure {
        Cell::Number(value) if value > 0.0 => format!("+{}", with_commas(value)),
        Cell::Number(value) => with_commas(value),
        Cell::Suppressed => "under 8".to_owned(),
        Cell::Withheld => "not shown".to_owned(),
        Cell::Missing => "not available".to_owned(),
    }
}

impl Plot for Waterfall {
    fn draw(&self, canvas: &mut Canvas<'_>, area: Area) {
        let kind = Type::label(Ink::Words);
        let names = area.width() * 0.36;
        let texts = self.levers.iter().map(|lever| with_sign(lever.figure));
        let ends = [&self.start, &self.end].map(|step| spoken(step.figure));
        let widest = texts.chain(ends).map(|text| kind.bold().width(&text)).fold(0.0, f64::max);
        let (left, right) = (area.left + names + 24.0, area.right - widest - 28.0);
        let height = ((area.bottom - area.top - LABEL - 34.0) / self.rows() as f64).min(130.0);
        let levels = self.levels();
        let ends = [self.start.figure, self.end.figure].into_iter().filter_map(Cell::number);
        let all: Vec<f64> = levels.iter().flat_map(|(from, to)| [*from, *to]).chain(ends).collect();
        let (least, most) =
            (all.iter().copied().fold(f64::INFINITY, f64::min), all.iter().copied().fold(f64::NEG_INFINITY, f64::max));
        let ticks = signed::ticks(least, most, 4, 1.0);
        let (low, high) = (ticks[0], ticks[ticks.len() - 1]);
        let x = |value: f64| left + (value - low) / (high - low) * (right - left);
        let bottom = area.top + height * self.rows() as f64;
        for (tick, text) in ticks.iter().zip(tick_texts(&ticks)) {
            canvas.line(&[(x(*tick), area.top), (x(*tick), bottom)], Ink::Grid, 2);
            canvas.text_if_free(&text, x(*tick), bottom + 12.0 + kind.size, Anchor::Middle, kind);
        }
        let middle = |row: usize| area.top + (row as f64 + 0.5) * height;
        let half = (height * 0.3).min(28.0);
        for (place, ((from, to), lever)) in levels.iter().zip(&self.levers).enumerate() {
            let y = middle(place + 1);
            // The step before reaches down to where this one starts.
            canvas.line(&[(x(*from), middle(place)), (x(*from), y)], Ink::Outline, 2);
            let (a, b) = (x(*from), x(*to));
            if (a - b).abs() < 2.0 {
                canvas.line(&[(a, y - half), (a, y + half)], Ink::Outline, 4);
            } else {
                let bar = Area { left: a.min(b), top: y - half, right: a.max(b), bottom: y + half };
                canvas.rectangle(bar, if to < from { Ink::Third } else { Ink::Second });
                draw_arrow(canvas, bar, to < from);
            }
            draw_row(canvas, (area.left + names, area.right), y, (&lever.name, &with_sign(lever.figure)), kind);
        }
        if let Some((_, last)) = levels.last() {
            canvas.line(&[(x(*last), middle(levels.len())), (x(*last), middle(levels.len() + 1))], Ink::Outline, 2);
        }
        for (row, step) in [(0, &self.start), (self.rows() - 1, &self.end)] {
            if let Some(figure) = step.figure.number() {
                canvas.dot((x(figure), middle(row)), 12, Ink::First);
            }
            let words = (step.name.as_str(), &*spoken(step.figure));
            draw_row(canvas, (area.left + names, area.right), middle(row), words, kind.bold());
        }
    }

    fn height(&self, width: f64) -> f64 {
        self.rows() as f64 * if width > 1_000.0 { 100.0 } else { 128.0 } + 80.0
    }
}

/// A light arrowhead in a bar: colour isn't what tells more from less.
fn draw_arrow(canvas: &mut Canvas<'_>, bar: Area, is_less: bool) {
    let size = (bar.width() / 3.0).min(bar.height() / 3.0);
    if size < 4.0 {
        return;
    }
    let y = (bar.top + bar.bottom) / 2.0;
    let (tip, back) = if is_less {
        (bar.left + 0.5 * size, bar.left + 1.6 * size)
    } else {
        (bar.right - 0.5 * size, bar.right - 1.6 * size)
    };
    canvas.polygon(&[(tip, y), (back, y - size), (back, y + size)], Ink::Paper);
}

/// A row's name at the left and its figure at the right.
fn draw_row(canvas: &mut Canvas<'_>, (names, right): (f64, f64), y: f64, (name, figure): (&str, &str), kind: Type) {
    let lines = wrapped(name, kind.size, kind.weight, names - 8.0, 3);
    let mut baseline = y + kind.centre() - (lines.len() as f64 - 1.0) * LABEL * 0.57;
    for line in lines {
        canvas.text_if_free(&line, names, baseline, Anchor::End, kind);
        baseline += LABEL * 1.14;
    }
    canvas.text(figure, right, y + kind.centre(), Anchor::End, kind.bold());
}

/// The charts: one for each scenario of several levers, in the order of the tables.
pub(super) fn charts(view: &View<'_>) -> Vec<Chart> {
    view.futures.supposed.iter().filter_map(|one| chart(view, one)).collect()
}

fn chart(view: &View<'_>, one: &SupposedScenario) -> Option<Chart> {
    let contents = view.contents;
    let table = &view.futures.ledger;
    let is_line = |row: &usize| {
        text(table, "scenario", *row) == one.name && text(table, "window", *row) == HORIZON && view.is_ours(table, *row)
    };
    let step = |row: usize| Step { name: text(table, "lever", row).to_owned(), figure: cell(table, "mean", row) };
    let mut levers: Vec<Step> = (0..table.rows()).filter(is_line).map(step).collect();
    // The first line is the forecast, the last what the levers lead to; with one lever there is nothing to add up.
    if levers.len() < 4 || levers.len() > MOST_LEVERS + 2 {
        return None;
    }
    let end = Step { name: format!("With {}", if levers.len() == 4 { "both" } else { "all of it" }), ..levers.pop()? };
    let start = Step { name: "As forecast".to_owned(), ..levers.remove(0) };
    let largest = levers.iter().max_by(|a, b| size(a).total_cmp(&size(b)))?;
    let span = counted_periods(contents.horizon, contents.frequency);
    let told: Vec<String> = levers.iter().map(|lever| format!("{} {}", lever.name, with_sign(lever.figure))).collect();
    let (from, to) = (spoken(start.figure), spoken(end.figure));
    let words = Words {
        headline: if size(largest) > 0.0 {
            headline([
                format!("{}: {} of {from}", largest.name, with_sign(largest.figure)),
                format!("From {from} to {to}, lever by lever"),
            ])
        } else {
            headline(["No lever is large enough to show".to_owned()])
        },
        subtitle: format!(
            "{} over {span}, on average, under “{}”, {}",
            capitalised(&contents.measure),
            one.title,
            contents.area()
        ),
        description: format!(
            "Waterfall chart of what leads from the forecast to the scenario “{}”: {} over {span}, {}, to {}. As \
             forecast {from}; {}; together {to}.",
            one.title,
            contents.measure,
            contents.area(),
            contents.origin.plus(contents.horizon as i32).spoken(),
            told.join("; ")
        ),
        note: Some(
            "Means, rounded one by one and added up; arrows point to more or less. The scale does not start at zero."
                .to_owned(),
        ),
    };
    let mut sheet = Sheet::new(["step", "mean"]);
    for step in std::iter::once(&start).chain(&levers).chain([&end]) {
        sheet.rows.push(vec![Value::Text(step.name.clone()), Value::Figure(step.figure)]);
    }
    let id = format!("ledger-{}", file_stem(&one.name));
    Some(finished(contents, &id, Box::new(Waterfall { start, levers, end }), sheet, words))
}

fn size(step: &Step) -> f64 {
    step.figure.number().map_or(0.0, f64::abs)
}
