//! The backtest: how large each model's errors were, beside those of the benchmark.

use super::canvas::{Anchor, Area, Canvas, LABEL, Type};
use super::typeface::shortened;
use super::{Chart, Plot, Words, nothing};
use crate::disclosure::Cell;
use crate::publish::contents::{ALL_ORIGINS, PackContents, cell, text};
use crate::publish::sentences::{Verdict, verdict, verdict_sentence};
use crate::publish::sheet::{Sheet, Value};
use crate::publish::theme::Ink;
use crate::publish::words::{headline, per_cent};

/// More models than this are not drawn; the best are, and the pack's own and the benchmark.
const MOST_MODELS: usize = 9;

struct Bar {
    name: String,
    score: f64,
    role: Role,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Own,
    Benchmark,
    Other,
}

struct Scores {
    bars: Vec<Bar>,
}

impl Plot for Scores {
    fn draw(&self, canvas: &mut Canvas<'_>, area: Area) {
        let plain = Type::label(Ink::Words);
        let kind = |bar: &Bar| if bar.role == Role::Other { plain } else { plain.bold() };
        let row = ((area.height() - LABEL - 20.0) / self.bars.len().max(1) as f64).min(140.0);
        let widest = self.bars.iter().map(|bar| kind(bar).width(&bar.name)).fold(0.0, f64::max);
        let above = self.names_above(area.width());
        let names = if above { area.width() } else { widest };
        let left = if above { area.left + 2.0 } else { area.left + names + 18.0 };
        let right = area.right - plain.bold().width("0.000") - 16.0;
        let largest = self.bars.iter().map(|bar| bar.score).fold(0.0, f64::max);
        let x = |score: f64| if largest > 0.0 { left + score / largest * (right - left) } else { left };
        let bottom = area.top + row * self.bars.len() as f64;
        if let Some(benchmark) = self.bars.iter().find(|bar| bar.role == Role::Benchmark) {
            let x = x(benchmark.score);
            canvas.dashed(&[(x, area.top), (x, bottom)], Ink::Third, 3);
        }
        for (place, bar) in self.bars.iter().enumerate() {
            let middle = area.top + (place as f64 + if above { 0.7 } else { 0.5 }) * row;
            let half = (row * if above { 0.22 } else { 0.32 }).min(30.0);
            let box_area = Area { left, top: middle - half, right: x(bar.score), bottom: middle + half };
            canvas.rectangle(box_area, if bar.role == Role::Own { Ink::First } else { Ink::Pale });
            if bar.role != Role::Own {
                canvas.outline(box_area, Ink::Outline, 2);
            }
            let kind = kind(bar);
            let baseline = middle + kind.centre();
            let name = shortened(&bar.name, kind.size, kind.weight, names);
            if above {
                draw_on_paper(canvas, &name, area.left, middle - half - 12.0, kind);
            } else {
                canvas.text(&name, left - 14.0, baseline, Anchor::End, kind);
            }
            draw_on_paper(canvas, &format!("{:.3}", bar.score), x(bar.score) + 10.0, baseline, kind);
        }
        if !above {
            canvas.line(&[(left, area.top), (left, bottom)], Ink::Words, 3);
        }
        canvas.text_if_free("Smaller is better", left, bottom + 12.0 + plain.size, Anchor::Start, plain);
    }

    fn height(&self, width: f64) -> f64 {
        self.bars.len() as f64 * if self.names_above(width) { 112.0 } else { 84.0 } + LABEL + 20.0
    }
}

impl Scores {
    /// Names stand above their bars where they would take too much of the width.
    fn names_above(&self, width: f64) -> bool {
        let kind = Type::label(Ink::Words).bold();
        self.bars.iter().any(|bar| kind.width(&bar.name) > width * 0.42)
    }
}

/// A text that the benchmark's line passes behind.
fn draw_on_paper(canvas: &mut Canvas<'_>, text: &str, x: f64, baseline: f64, kind: Type) {
    let area = kind.area(text, x, baseline, Anchor::Start);
    canvas.rectangle(Area { left: area.left - 4.0, right: area.right + 4.0, ..area }, Ink::Paper);
    canvas.text(text, x, baseline, Anchor::Start, kind);
}

/// A model's id as a person reads it.
pub(crate) fn model_name(id: &str) -> String {
    match id {
        "ets" => "ETS".to_owned(),
        "arima" => "ARIMA".to_owned(),
        "ces" => "Complex smoothing".to_owned(),
        _ => super::super::words::capitalised(&id.replace(['-', '_'], " ")),
    }
}

/// The chart.
pub(super) fn chart(contents: &PackContents) -> Chart {
    const ID: &str = "backtest";
    let table = &contents.backtest;
    let rows: Vec<usize> = (0..table.rows()).filter(|row| text(table, "stratum", *row) == ALL_ORIGINS).collect();
    let mut bars: Vec<Bar> = rows
        .iter()
        .filter_map(|row| {
            let id = text(table, "model", *row);
            let (role, suffix) = if id == contents.model {
                (Role::Own, " (this forecast)")
            } else if id == contents.benchmark {
                (Role::Benchmark, " (last year again)")
            } else {
                (Role::Other, "")
            };
            let score = cell(table, "scaled_wis", *row).number()?;
            Some(Bar { name: format!("{}{suffix}", model_name(id)), score, role })
        })
        .collect();
    bars.sort_by(|a, b| a.score.total_cmp(&b.score).then_with(|| a.name.cmp(&b.name)));
    while bars.len() > MOST_MODELS {
        let Some(worst) = bars.iter().rposition(|bar| bar.role == Role::Other) else { break };
        bars.remove(worst);
    }
    if bars.is_empty() {
        let why = "There is too little history to test the forecast on the past.";
        return nothing(contents, ID, "No test on the past yet", why);
    }
    let told: Vec<String> = bars.iter().map(|bar| format!("{} {:.3}", bar.name, bar.score)).collect();
    let words = Words {
        headline: headline([match verdict(contents) {
            Verdict::Better(ratio) => {
                format!("Forecast errors {} smaller than repeating last year", per_cent(1.0 - ratio))
            }
            Verdict::Level => "No better than repeating last year’s figures".to_owned(),
            Verdict::Worse(_) => "This forecast did not beat repeating last year".to_owned(),
            Verdict::Untested => "Errors of past forecasts by model".to_owned(),
        }]),
        subtitle: format!("Error score (scaled weighted interval score), {}, all series and tests", contents.area()),
        description: format!(
            "Bar chart of the error score of each model in tests on past {}s of {}, {}; smaller is better. {}. {}",
            contents.frequency.noun(),
            contents.measure,
            contents.area(),
            told.join("; "),
            verdict_sentence(contents)
        ),
        note: bars
            .iter()
            .any(|bar| bar.role == Role::Benchmark)
            .then(|| "Dashed line: the score of repeating last year’s figures.".to_owned()),
    };
    let mut sheet = Sheet::new(["model", "scaled_wis", "mase", "bias"]);
    for row in rows {
        let figures = ["scaled_wis", "mase", "bias"].map(|column| Value::Figure(cell(table, column, row)));
        let model = Value::Text(text(table, "model", row).to_owned());
        sheet.rows.push(std::iter::once(model).chain(figures).collect());
    }
    super::chart(contents, ID, Box::new(Scores { bars }), sheet, words)
}

/// A score as a table of the report shows it.
pub(crate) fn score_text(cell: Cell) -> String {
    cell.number().map_or_else(|| super::super::words::shown(cell), |score| format!("{score:.3}"))
}
