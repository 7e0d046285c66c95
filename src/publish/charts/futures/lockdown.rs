//! What if there is another lockdown: the forecast with one beside the forecast without.

use super::View;
use crate::disclosure::Cell;
use crate::publish::changes::Change;
use crate::publish::charts::axis::{Frame, PERIODS, axis_type, draw_counts, draw_periods, ticks_from_zero};
use crate::publish::charts::canvas::{Anchor, Area, Canvas, LABEL, Type};
use crate::publish::charts::placement::{draw_end_labels, labels_width};
use crate::publish::charts::{Chart, Plot, Words, chart as finished};
use crate::publish::contents::{PackContents, cell, text};
use crate::publish::futures::{BASELINE, HORIZON, SupposedScenario};
use crate::publish::sentences::spoken_level;
use crate::publish::series::drawn;
use crate::publish::sheet::{Sheet, Value};
use crate::publish::theme::Ink;
use crate::publish::words::{capitalised, headline, periods as counted_periods};
use crate::time::{Date, Period};

const ID: &str = "another-lockdown";

struct Step {
    period: Period,
    baseline: Cell,
    middle: Cell,
    bounds: (Cell, Cell),
}

struct Lockdown {
    steps: Vec<Step>,
    closed: (Date, Date),
    level: String,
}

impl Plot for Lockdown {
    fn draw(&self, canvas: &mut Canvas<'_>, area: Area) {
        let kind = axis_type();
        let figures = self.steps.iter().flat_map(|step| [step.baseline, step.middle, step.bounds.1]);
        let ticks = ticks_from_zero(figures.filter_map(drawn).fold(0.0, f64::max), 5);
        let labels = self.end_labels();
        let room = labels_width(&labels) + 24.0;
        let frame = Frame::new(
            Area { top: area.top + LABEL + 14.0, right: area.right - room, bottom: area.bottom - PERIODS, ..area },
            &ticks,
            kind,
            (-0.4, self.steps.len() as f64 - 0.6),
        );
        self.draw_closure(canvas, &frame, area.top);
        draw_counts(canvas, &frame, &ticks, kind);
        if let (Some(first), Some(last)) = (self.steps.first(), self.steps.last()) {
            draw_periods(canvas, &frame, first.period, last.period, kind);
        }
        let points = |of: fn(&Step) -> Cell| -> Vec<(f64, f64)> {
            let steps = self.steps.iter().enumerate();
            steps.filter_map(|(at, step)| Some((frame.x(at as f64), frame.y(drawn(of(step))?)))).collect()
        };
        let (low, high) = (points(|step| step.bounds.0), points(|step| step.bounds.1));
        let around: Vec<(f64, f64)> = high.iter().copied().chain(low.iter().rev().copied()).collect();
        canvas.polygon(&around, Ink::InnerBand);
        canvas.line(&low, Ink::BandEdge, 2);
        canvas.line(&high, Ink::BandEdge, 2);
        canvas.line(&points(|step| step.baseline), Ink::First, 5);
        canvas.dashed(&points(|step| step.middle), Ink::Third, 6);
        draw_end_labels(canvas, &frame, &labels, 14.0);
    }
}

impl Lockdown {
    /// The supposed closure as a labelled band.
    fn draw_closure(&self, canvas: &mut Canvas<'_>, frame: &Frame, top: f64) {
        let Some(first) = self.steps.first() else { return };
        let position = |day: Date| {
            let period = Period::containing(first.period.frequency(), day);
            let gone = period.days().take_while(|other| *other < day).count() as f64;
            let days = period.days().count().max(1) as f64;
            f64::from(period.periods_since(first.period)) - 0.5 + gone / days
        };
        let edge = |day: Date| frame.x(position(day)).clamp(frame.area.left, frame.area.right);
        let (left, right) = (edge(self.closed.0), edge(self.closed.1.tomorrow().unwrap_or(self.closed.1)));
        canvas.rectangle(Area { left, top, right, bottom: frame.area.bottom }, Ink::Shade);
        let kind = axis_type();
        canvas.text_if_free("Lockdown", (left + right) / 2.0, top + kind.size, Anchor::Middle, kind);
    }

    fn end_labels(&self) -> Vec<(f64, String, Type)> {
        let Some(last) = self.steps.last() else { return Vec::new() };
        let mut labels: Vec<(f64, String, Type)> = [
            (last.baseline, "Without".to_owned(), Type::label(Ink::First).bold()),
            (last.middle, "With lockdown".to_owned(), Type::label(Ink::Third).bold()),
            (last.bounds.1, format!("{} range", self.level), Type::label(Ink::BandEdge)),
        ]
        .into_iter()
        .filter_map(|(figure, text, kind)| Some((drawn(figure)?, text, kind)))
        .collect();
        labels.sort_by(|a, b| b.0.total_cmp(&a.0));
        labels
    }
}

/// The scenario that supposes a closure: the first one.
pub(super) fn supposed<'a>(view: &View<'a>) -> Option<&'a SupposedScenario> {
    view.futures.supposed.iter().find(|one| !one.closures.is_empty())
}

/// The chart; `None` where no scenario supposes a closure.
pub(super) fn chart(view: &View<'_>) -> Option<Chart> {
    let contents = view.contents;
    let scenario = supposed(view)?;
    let first = scenario.closures.iter().map(|closure| closure.first).min()?;
    let last = scenario.closures.iter().map(|closure| closure.last).max()?;
    let level = spoken_level(contents);
    let (low, high) = PackContents::bound_columns(level);
    let steps = steps(view, &scenario.name, (&low, &high));
    if steps.is_empty() {
        return None;
    }
    let ends = (steps.first()?.period, steps.last()?.period);
    let differences = &view.futures.differences;
    let whole = view.row(differences, &scenario.name, HORIZON)?;
    let change = Change::read(contents, differences, whole);
    let span = counted_periods(steps.len(), contents.frequency);
    let effect = view.is_told("lockdown");
    let words = Words {
        headline: match change.size() {
            Some(size) => headline([format!("Another lockdown: {size} over {span}")]),
            None => headline([format!("Another lockdown would change little over {span}")]),
        },
        subtitle: format!(
            "{} by {}, with and without a lockdown, {}",
            capitalised(&contents.measure),
            contents.frequency.noun(),
            contents.area()
        ),
        description: format!(
            "Line chart of {} by {}, {}, {} to {}: the forecast with and without another lockdown. {} {} {}",
            contents.measure,
            contents.frequency.noun(),
            contents.area(),
            ends.0.spoken(),
            ends.1.spoken(),
            scenario.description,
            change.sentence(&span, &contents.measure),
            if effect {
                "The data narrowed the effect of closures down."
            } else {
                "The data can’t tell what such a closure does; this rests on national evidence."
            }
        ),
        note: Some(format!("{}. {}", scenario.title, scenario.description)),
    };
    let mut sheet = Sheet::new(["period".to_owned(), "without_median".to_owned(), "with_median".to_owned(), low, high]);
    for step in &steps {
        let figures = [step.baseline, step.middle, step.bounds.0, step.bounds.1].map(Value::Figure);
        sheet.rows.push(std::iter::once(Value::Period(step.period)).chain(figures).collect());
    }
    let plot = Lockdown { steps, closed: (first, last), level: format!("{level}%") };
    Some(finished(contents, ID, Box::new(plot), sheet, words))
}

/// Both forecasts, period by period.
fn steps(view: &View<'_>, scenario: &str, (low, high): (&str, &str)) -> Vec<Step> {
    let table = &view.futures.scenarios;
    let Some(dates) = table.dates("ds") else { return Vec::new() };
    let rows_of = |name: &str| -> Vec<usize> {
        (0..table.rows()).filter(|row| text(table, "scenario", *row) == name && view.is_ours(table, *row)).collect()
    };
    let (before, under) = (rows_of(BASELINE), rows_of(scenario));
    before
        .into_iter()
        .zip(under)
        .map(|(before, under)| Step {
            period: Period::containing(view.contents.frequency, dates[under]),
            baseline: cell(table, "median", before),
            middle: cell(table, "median", under),
            bounds: (cell(table, low, under), cell(table, high, under)),
        })
        .collect()
}
