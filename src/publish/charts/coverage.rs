//! How often the ranges held in tests on the past.

use super::axis::PERIODS;
use super::canvas::{Anchor, Area, Canvas, LABEL, Type};
use super::typeface::shortened;
use super::{Chart, Plot, Words, key, nothing};
use crate::disclosure::Cell;
use crate::forecast::Level;
use crate::publish::contents::{ALL_ORIGINS, PackContents, cell, text};
use crate::publish::sentences::{coverage, spoken_level};
use crate::publish::sheet::{Sheet, Value};
use crate::publish::theme::Ink;
use crate::publish::words::{headline, odds, per_cent, spoken};

struct Row {
    name: String,
    nominal: f64,
    inside: f64,
}

struct Coverage {
    rows: Vec<Row>,
}

impl Plot for Coverage {
    fn draw(&self, canvas: &mut Canvas<'_>, area: Area) {
        let kind = Type::label(Ink::Words);
        let top = self.draw_key(canvas, area);
        let row = ((area.bottom - top - PERIODS) / self.rows.len().max(1) as f64).min(150.0);
        let widest = self.rows.iter().map(|row| kind.width(&row.name)).fold(0.0, f64::max);
        let names = widest.min(area.width() * 0.44);
        let (left, right) = (area.left + names + 18.0, area.right - kind.bold().width("100%") - 20.0);
        let x = |share: f64| left + share * (right - left);
        let bottom = top + row * self.rows.len() as f64;
        for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
            canvas.line(&[(x(tick), top), (x(tick), bottom)], if tick == 0.0 { Ink::Words } else { Ink::Grid }, 2);
            canvas.text_if_free(&per_cent(tick), x(tick), bottom + 12.0 + kind.size, Anchor::Middle, kind);
        }
        for (place, one) in self.rows.iter().enumerate() {
            let middle = top + (place as f64 + 0.5) * row;
            let half = (row * 0.26).min(24.0);
            let bar = Area { left, top: middle - half, right: x(one.inside), bottom: middle + half };
            canvas.rectangle(bar, Ink::Pale);
            canvas.outline(bar, Ink::Outline, 2);
            let should = x(one.nominal);
            canvas.line(&[(should, middle - half - 14.0), (should, middle + half + 14.0)], Ink::First, 7);
            let baseline = middle + kind.centre();
            let name = shortened(&one.name, kind.size, kind.weight, names);
            canvas.text(&name, left - 14.0, baseline, Anchor::End, kind);
            let beside = x(one.inside.max(one.nominal)) + 14.0;
            canvas.text(&per_cent(one.inside), beside, baseline, Anchor::Start, kind.bold());
        }
    }

    fn height(&self, width: f64) -> f64 {
        self.rows.len() as f64 * 92.0 + LABEL + if width > 1_000.0 { 110.0 } else { 150.0 }
    }
}

impl Coverage {
    fn draw_key(&self, canvas: &mut Canvas<'_>, area: Area) -> f64 {
        let names = ["Held", "Should have held"];
        let below = key::draw(canvas, area, names.into_iter(), 30.0, |canvas, place, swatch| {
            if place == 1 {
                let x = (swatch.left + swatch.right) / 2.0;
                canvas.line(&[(x, swatch.top - 4.0), (x, swatch.bottom + 4.0)], Ink::First, 7);
            } else {
                canvas.rectangle(swatch, Ink::Pale);
                canvas.outline(swatch, Ink::Outline, 2);
            }
        });
        below + 20.0
    }
}

/// The chart.
pub(super) fn chart(contents: &PackContents) -> Chart {
    const ID: &str = "coverage";
    let table = &contents.coverage;
    let spoken_of = spoken_level(contents);
    let strata = [("before", "before the shock"), ("in", "during the shock"), ("after", "after the shock")];
    let row = |stratum: &str, level: Level, name: String| {
        coverage(contents, stratum, level).map(|(inside, _)| Row { name, nominal: level.share(), inside })
    };
    let mut rows: Vec<Row> =
        contents.levels.iter().filter_map(|level| row(ALL_ORIGINS, level, format!("{level}% range"))).collect();
    rows.extend(strata.iter().filter_map(|(stratum, name)| row(stratum, spoken_of, format!("{spoken_of}%, {name}"))));
    if rows.is_empty() {
        let why = "There is too little history to test how often the ranges hold.";
        return nothing(contents, ID, "Ranges not tested on the past yet", why);
    }
    let told: Vec<String> = rows
        .iter()
        .map(|row| format!("{}: {} where {} was promised", row.name, per_cent(row.inside), per_cent(row.nominal)))
        .collect();
    let held = coverage(contents, ALL_ORIGINS, spoken_of);
    let tests = held.and_then(|(_, tests)| tests);
    let words = Words {
        headline: headline([
            held.map_or("How often the ranges held".to_owned(), |(inside, _)| {
                format!("The {} range held in {} of tests", odds(spoken_of), per_cent(inside))
            }),
            "How often the ranges held".to_owned(),
        ]),
        subtitle: format!(
            "Share of past forecasts whose range held what came, {}{}",
            contents.area(),
            tests.map_or(String::new(), |tests| format!(", {} forecasts", spoken(Cell::Number(tests))))
        ),
        description: format!(
            "Bar chart of how often the ranges of the forecast of {} held in tests on past {}s, {}. {}.",
            contents.measure,
            contents.frequency.noun(),
            contents.area(),
            told.join("; ")
        ),
        note: None,
    };
    let mut sheet = Sheet::new(["stratum", "level", "inside", "forecasts"]);
    for (row, level) in table.numbers("level").unwrap_or_default().iter().enumerate() {
        let figures = ["inside", "forecasts"].map(|column| Value::Figure(cell(table, column, row)));
        let labels = [Value::Text(text(table, "stratum", row).to_owned()), Value::Whole(*level)];
        sheet.rows.push(labels.into_iter().chain(figures).collect());
    }
    super::chart(contents, ID, Box::new(Coverage { rows }), sheet, words)
}
