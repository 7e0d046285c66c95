//! What the new normal is: the level after the lockdowns against before, all together and by source.

use super::View;
use super::signed;
use crate::disclosure::Cell;
use crate::publish::charts::axis::{PERIODS, with_commas};
use crate::publish::charts::canvas::{Anchor, Area, Canvas, Type};
use crate::publish::charts::key;
use crate::publish::charts::typeface::shortened;
use crate::publish::charts::{Chart, Plot, Words, chart as finished};
use crate::publish::contents::{cell, text};
use crate::publish::sheet::{Sheet, Value};
use crate::publish::theme::Ink;
use crate::publish::words::{headline, per_cent};

const ID: &str = "new-normal";

/// More rows than this can't be read.
const MOST_ROWS: usize = 14;

/// A middle and its range, as changes in per cent.
#[derive(Clone, Copy)]
struct Told {
    middle: f64,
    low: f64,
    high: f64,
}

struct Row {
    name: String,
    prior: Told,
    now: Told,
    is_total: bool,
}

struct NewNormal {
    rows: Vec<Row>,
}

impl Plot for NewNormal {
    fn draw(&self, canvas: &mut Canvas<'_>, area: Area) {
        let kind = Type::label(Ink::Words);
        let names = ["Now", "Believed before"];
        let below = key::draw(canvas, area, names.into_iter(), 60.0, |canvas, place, swatch| {
            let middle = (swatch.top + swatch.bottom) / 2.0;
            draw_range(canvas, (swatch.left, swatch.left + 30.0, swatch.right), middle, place == 0);
        });
        let top = below + 8.0;
        let height = ((area.bottom - top - PERIODS) / self.rows.len().max(1) as f64).min(96.0);
        let widest = self.rows.iter().map(|row| kind.bold().width(&row.name)).fold(0.0, f64::max);
        let names = widest.min(area.width() * 0.34);
        let figures = kind.bold().width("+100%") + 24.0;
        let (left, right) = (area.left + names + 24.0, area.right - figures);
        let ends = || self.rows.iter().flat_map(|row| [row.prior.low, row.prior.high, row.now.low, row.now.high]);
        let ticks = signed::ticks(ends().fold(0.0, f64::min), ends().fold(0.0, f64::max), 6, 1.0);
        let (low, high) = (ticks[0], ticks[ticks.len() - 1]);
        let place = |value: f64| left + (value - low) / (high - low) * (right - left);
        let bottom = top + height * self.rows.len() as f64;
        for tick in &ticks {
            let x = place(*tick);
            canvas.line(
                &[(x, top), (x, bottom)],
                if *tick == 0.0 { Ink::Words } else { Ink::Grid },
                if *tick == 0.0 { 3 } else { 2 },
            );
            canvas.text_if_free(
                &format!("{}%", with_commas(*tick)),
                x,
                bottom + 12.0 + kind.size,
                Anchor::Middle,
                kind,
            );
        }
        for (at, row) in self.rows.iter().enumerate() {
            let middle = top + (at as f64 + 0.5) * height;
            let apart = (height * 0.18).min(14.0);
            let ends = |told: Told| (place(told.low), place(told.middle), place(told.high));
            draw_range(canvas, ends(row.prior), middle + apart, false);
            draw_range(canvas, ends(row.now), middle - apart, true);
            let name = if row.is_total { kind.bold() } else { kind };
            let baseline = middle + kind.centre();
            canvas.text(&shortened(&row.name, name.size, name.weight, names), left - 16.0, baseline, Anchor::End, name);
            canvas.text(&signed_per_cent(row.now.middle), area.right, baseline, Anchor::End, kind.bold());
        }
    }

    fn height(&self, width: f64) -> f64 {
        self.rows.len() as f64 * 84.0 + if width > 1_000.0 { 150.0 } else { 190.0 }
    }
}

/// A range with its middle: what is believed now, or what was before.
fn draw_range(canvas: &mut Canvas<'_>, (low, middle, high): (f64, f64, f64), y: f64, is_now: bool) {
    if is_now {
        canvas.line(&[(low, y), (high, y)], Ink::BandEdge, 7);
        canvas.dot((middle, y), 10, Ink::First);
    } else {
        canvas.line(&[(low, y), (high, y)], Ink::Outline, 3);
        canvas.ring((middle, y), 7, Ink::Outline, 3);
    }
}

/// "−3%", "+4%", "0%".
fn signed_per_cent(percent: f64) -> String {
    let text = with_commas(percent.round());
    if percent.round() > 0.0 { format!("+{text}%") } else { format!("{text}%") }
}

/// A share as per cent, whole as the share is.
fn in_per_cent(share: Cell) -> Cell {
    share.number().map_or(share, |share| Cell::Number((100.0 * share).round()))
}

/// The chart.
pub(super) fn chart(view: &View<'_>) -> Option<Chart> {
    let contents = view.contents;
    let table = &view.futures.answers;
    let row = |row: usize| {
        let of = text(table, "of", row);
        let is_total = of == "*";
        let figure = |column: &str| cell(table, column, row).number().map(|value| 100.0 * value);
        let told = |prefix: &str, middle: &str| {
            let (low, high) = (format!("{prefix}lo_80"), format!("{prefix}hi_80"));
            Some(Told { middle: figure(middle)?, low: figure(&low)?, high: figure(&high)? })
        };
        let name = if is_total { "All together".to_owned() } else { of.to_owned() };
        Some(Row { name, prior: told("prior_", "prior")?, now: told("", "posterior")?, is_total })
    };
    let rows = (0..table.rows()).filter(|row| text(table, "question", *row) == "new-normal").filter_map(row);
    let rows: Vec<Row> = rows.take(MOST_ROWS).collect();
    let total = rows.iter().find(|row| row.is_total)?;
    let told = view.is_told("new-normal");
    let middle = total.now.middle;
    let size = per_cent(middle.abs() / 100.0);
    let words = Words {
        headline: if !told {
            headline(["Your data can’t tell the new normal yet".to_owned()])
        } else if total.now.low < 0.0 && total.now.high > 0.0 {
            let (below, above) = (per_cent(-total.now.low / 100.0), per_cent(total.now.high / 100.0));
            headline([format!("After the lockdowns between {below} below and {above} above before")])
        } else {
            let direction = if middle > 0.0 { "above" } else { "below" };
            headline([format!("The level after lockdowns lies {size} {direction} before")])
        },
        subtitle: format!(
            "{} after the lockdowns against before, in per cent, {}",
            crate::publish::words::capitalised(&contents.measure),
            contents.area()
        ),
        description: format!(
            "Range chart of the level of {} after the lockdowns against before, {}, as known in {}. {}",
            contents.measure,
            contents.area(),
            contents.origin.spoken(),
            rows.iter()
                .map(|row| {
                    let [middle, low, high] = [row.now.middle, row.now.low, row.now.high].map(signed_per_cent);
                    format!("{}: {middle}, in 8 of 10 cases {low} to {high}.", row.name)
                })
                .collect::<Vec<_>>()
                .join(" ")
        ),
        note: Some("Lines hold 8 of 10 cases. Sources too small to show are left out.".to_owned()),
    };
    let columns = ["prior", "prior_lo_80", "prior_hi_80", "posterior", "lo_80", "hi_80"];
    let mut sheet = Sheet::new(["of".to_owned()].into_iter().chain(columns.map(|name| format!("{name}_per_cent"))));
    for row in (0..table.rows()).filter(|row| text(table, "question", *row) == "new-normal") {
        let first = Value::Text(text(table, "of", row).to_owned());
        sheet.rows.push(
            std::iter::once(first)
                .chain(columns.map(|name| Value::Figure(in_per_cent(cell(table, name, row)))))
                .collect(),
        );
    }
    Some(finished(contents, ID, Box::new(NewNormal { rows }), sheet, words))
}
