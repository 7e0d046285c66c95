//! The series of a group one at a time: what is expected of each, and what scenarios would change.

use serde::Serialize;

use super::figures::{Column, Table, table};
use crate::disclosure::Cell;
use crate::publish::PublishError;
use crate::publish::charts::{Shape, of_one_series};
use crate::publish::contents::{PackContents, cell, text};
use crate::publish::futures::{BASELINE, Futures, HORIZON};
use crate::publish::sentences::{next_year, of_period, spoken_level};
use crate::publish::series::{PackSeries, Series};
use crate::publish::sheet::{Sheet, Value};
use crate::publish::words::{between, odds, periods, spoken};

/// A page can carry so many series on their own; the tables beside it have all.
const MOST_SERIES: usize = 40;

/// The series of a group.
#[derive(Debug, Serialize)]
pub(super) struct OneByOne {
    /// "source".
    of: String,
    cards: Vec<SeriesCard>,
    /// Id and name of each.
    choices: Vec<(String, String)>,
    cut: Option<String>,
}

/// One series.
#[derive(Debug, Serialize)]
struct SeriesCard {
    id: String,
    name: String,
    sentences: Vec<String>,
    picture: String,
    months: Option<Table>,
    scenarios: Option<Table>,
}

/// The series of a dimension, the largest first; `None` where there are fewer than two with a forecast.
///
/// # Errors
/// Where a chart can't be drawn.
pub(super) fn one_by_one(
    contents: &PackContents,
    series: &PackSeries,
    dimension: usize,
    id: &str,
) -> Result<Option<OneByOne>, PublishError> {
    let margin = series.margin(dimension);
    let mut cards = Vec::new();
    for (place, one) in margin.iter().take(MOST_SERIES).enumerate() {
        cards.extend(card(contents, one, format!("{id}-{}", place + 1))?);
    }
    if cards.len() < 2 {
        return Ok(None);
    }
    let cut = (margin.len() > MOST_SERIES)
        .then(|| format!("The {MOST_SERIES} largest of {} are shown one by one; forecasts.csv has all.", margin.len()));
    let choices = cards.iter().map(|card| (card.id.clone(), card.name.clone())).collect();
    Ok(Some(OneByOne { of: contents.dimensions[dimension].replace('_', " "), cards, choices, cut }))
}

fn card(contents: &PackContents, one: &Series, id: String) -> Result<Option<SeriesCard>, PublishError> {
    let Some(chart) = of_one_series(contents, one, &id).filter(|_| !one.steps.is_empty()) else { return Ok(None) };
    let failed = |error: std::io::Error| PublishError::Chart { chart: id.clone(), reason: error.to_string() };
    let picture = chart.inline(Shape::Narrow).map_err(failed)?.svg;
    let year = next_year(contents, one).map(|answer| answer.sentences);
    // Where a period is a year, the sentence on the year says it all.
    let is_said = year.is_some() && contents.frequency.season_length() == 1;
    let month = one.steps.first().filter(|_| !is_said).map(|step| of_period(contents, step));
    Ok(Some(SeriesCard {
        name: one.name(),
        sentences: month.into_iter().chain(year).collect(),
        picture,
        months: months(contents, one),
        scenarios: contents.futures.as_ref().and_then(|futures| scenarios(contents, futures, one)),
        id,
    }))
}

/// The forecast period by period.
fn months(contents: &PackContents, one: &Series) -> Option<Table> {
    let level = spoken_level(contents);
    let (low, high) = PackContents::bound_columns(level);
    let mut sheet = Sheet::new(["period".to_owned(), "median".to_owned(), low, high]);
    for step in &one.steps {
        let (low, high) = step.range.of(level).unwrap_or((Cell::Missing, Cell::Missing));
        let figures = [step.range.median, low, high].map(Value::Figure);
        sheet.rows.push(std::iter::once(Value::Period(step.period)).chain(figures).collect());
    }
    let caption = format!("{}: forecast by {}", one.name(), contents.frequency.noun());
    table(contents, caption, &sheet, "forecasts.csv")
}

/// The whole horizon under each scenario, beside the forecast.
fn scenarios(contents: &PackContents, futures: &Futures, one: &Series) -> Option<Table> {
    let level = spoken_level(contents);
    let (low, high) = PackContents::bound_columns(level);
    let table = &futures.scenario_years;
    let is_own =
        |row: usize| contents.dimensions.iter().zip(&one.key).all(|(name, label)| text(table, name, row) == label);
    let line = |name: &str, title: &str| {
        let row = (0..table.rows()).find(|row| {
            text(table, "scenario", *row) == name && text(table, "window", *row) == HORIZON && is_own(*row)
        })?;
        let range = between(cell(table, &low, row), cell(table, &high, row)).unwrap_or_default();
        Some(vec![title.to_owned(), spoken(cell(table, "mean", row)), range])
    };
    let supposed = futures.supposed.iter().filter_map(|scenario| line(&scenario.name, &scenario.title));
    let rows: Vec<Vec<String>> = line(BASELINE, "As forecast").into_iter().chain(supposed).collect();
    (rows.len() > 1).then(|| Table {
        caption: format!(
            "{}: {} over {}, with the range that holds in {} similar forecasts",
            one.name(),
            contents.measure,
            periods(contents.horizon, contents.frequency),
            odds(level)
        ),
        columns: [("If", false), ("On average", true), ("Range", false)]
            .map(|(name, is_figure)| Column { name: name.to_owned(), is_figure })
            .into(),
        rows,
        cut: None,
        is_long: false,
    })
}
