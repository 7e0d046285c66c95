//! Children in need, on plan and looked after at the end of each month.

use super::panels::Panels;
use super::timeline::{Timeline, bands, joined};
use super::{Chart, Words};
use crate::publish::contents::{PackContents, cell, text};
use crate::publish::pathway::PathwayContents;
use crate::publish::sentences::spoken_level;
use crate::publish::series::{Past, Range, State, Step};
use crate::publish::sheet::{Sheet, Value};
use crate::publish::words::{between, capitalised, headline, odds, spoken};
use crate::time::Period;

/// The stocks in the order in which they are shown.
const SHOWN: [&str; 3] = ["in need", "on plan", "looked after"];

/// The months of one row of a table by its name: what is known today, and what is forecast.
fn timeline(contents: &PackContents, pathway: &PathwayContents, name: &str) -> Option<(Timeline, &'static str)> {
    let table = &pathway.months;
    let dates = table.dates("ds")?;
    let rows = (0..table.rows()).filter(|row| text(table, "measure", *row) == "open cases");
    let (mut past, mut steps, mut state) = (Vec::new(), Vec::new(), "known");
    for row in rows.filter(|row| text(table, "name", *row) == name) {
        let period = Period::containing(contents.frequency, dates[row]);
        match text(table, "state", row) {
            "forecast" => steps.push(Step { period, range: Range::read(table, contents, row) }),
            other => {
                state = if other == "known" {
                    "known"
                } else if other == "given" {
                    "given"
                } else {
                    "assumed"
                };
                past.push(Past { period, count: cell(table, "median", row), state: State::Observed });
            }
        }
    }
    let last = steps.iter().map(|step| step.period).max()?;
    let first = past.iter().map(|past: &Past| past.period).min().unwrap_or(contents.origin);
    let timeline =
        Timeline { past, steps, lockdowns: Vec::new(), first, last, origin: contents.origin, bands: bands(contents) };
    Some((timeline, state))
}

/// The chart; `None` where nothing is forecast.
pub(super) fn chart(contents: &PackContents, pathway: &PathwayContents) -> Option<Chart> {
    let level = spoken_level(contents);
    let mut panels = Vec::new();
    let (mut told, mut assumed) = (Vec::new(), Vec::new());
    for name in SHOWN {
        let (timeline, state) = timeline(contents, pathway, name)?;
        if state == "assumed" {
            assumed.push(name);
        }
        let last = timeline.steps.last()?;
        let range = last.range.of(level).and_then(|(low, high)| between(low, high));
        let when = if state == "assumed" { "today on average" } else { "today" };
        let today = timeline.past.first().map_or(String::new(), |today| format!("{} {when}, ", spoken(today.count)));
        told.push(format!(
            "{}: {today}{} by {}{}",
            capitalised(name),
            spoken(last.range.median),
            last.period.spoken(),
            range.map_or(String::new(), |range| format!(" ({range})"))
        ));
        panels.push((capitalised(name), timeline));
    }
    let (_, need) = panels.first()?;
    let last = need.steps.last()?;
    let assumption = (!assumed.is_empty()).then(|| {
        // A stock's likely sizes lie more often a little under their average than over it.
        format!(
            "How many are {} today is assumed from England’s figures, not known: an average, where the lines are \
                 middles.",
            assumed.join(", ")
        )
    });
    let words = Words {
        headline: headline([
            match last.range.of(level).and_then(|(low, high)| between(low, high)) {
                Some(range) => format!("About {} children in need, {range}", spoken(last.range.median)),
                None => format!("About {} children in need by {}", spoken(last.range.median), last.period.spoken()),
            },
            format!("About {} children in need", spoken(last.range.median)),
        ]),
        subtitle: format!(
            "Children at the end of each {} to {}, {}",
            contents.frequency.noun(),
            last.period.spoken(),
            contents.area()
        ),
        description: format!(
            "Line charts of children in need, on a protection plan and looked after, {}, with the range that holds in \
             {} similar forecasts. {}.",
            contents.area(),
            odds(level),
            told.join("; ")
        ),
        note: joined(
            assumption.iter().map(String::as_str).chain(["In need includes on plan and looked after."]).collect(),
        ),
    };
    let whole = Sheet::of(&pathway.months);
    let mut sheet = Sheet { columns: whole.columns, rows: whole.rows };
    sheet.rows.retain(|row| matches!(row.first(), Some(Value::Text(measure)) if measure == "open cases"));
    let mut chart = super::chart(
        contents,
        "open-cases",
        Box::new(Panels { panels, point: Some("Today") }),
        Sheet::default(),
        words,
    );
    chart.sheet = sheet;
    Some(chart)
}
