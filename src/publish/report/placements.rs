//! The section of the report on where looked-after children live.

use serde::Serialize;

use super::page::{Figure, Table, figure, table};
use super::pathway::{side_by_side, with_titles};
use crate::publish::PublishError;
use crate::publish::charts::{Chart, pounds};
use crate::publish::contents::{PackContents, cell, text};
use crate::publish::placements::PlacementContents;
use crate::publish::sentences::spoken_level;
use crate::publish::series::{PackSeries, Range};
use crate::publish::sheet::Sheet;
use crate::publish::words::{between, odds, periods, spoken};
use crate::time::{Frequency, Period};

/// What the section shows.
#[derive(Debug, Serialize)]
pub(super) struct Section {
    sentences: Vec<String>,
    figures: Vec<Figure>,
    cost: Option<Table>,
    ledger: Option<Table>,
    supposed: Option<Table>,
    scenarios: Option<Table>,
    assumptions: Option<Table>,
}

/// The section; `None` where the pack has no placements.
pub(super) fn section(contents: &PackContents, charts: &[Chart]) -> Result<Option<Section>, PublishError> {
    let Some(placements) = &contents.placements else { return Ok(None) };
    let shown = charts.iter().filter(|chart| PlacementContents::CHARTS.contains(&chart.id.as_str()));
    let figures = shown.map(|chart| figure(contents, chart)).collect::<Result<_, _>>()?;
    let of = |caption: &str, stem: &str, written: &Option<crate::disclosure::ProtectedTable>| {
        let sheet = with_titles(contents, Sheet::of(written.as_ref()?));
        table(contents, caption.to_owned(), &sheet, &format!("{stem}.csv"))
    };
    let supposed = placements.scenarios.as_ref().and_then(|ledgers| {
        let sheet = side_by_side(&with_titles(contents, Sheet::of(ledgers)));
        let caption = "Care and cost over the horizon under each scenario, on average".to_owned();
        table(contents, caption, &sheet, "pathway-scenarios.csv")
    });
    let mut sentences = vec![rests_on(contents, placements)];
    sentences.extend(children(contents, placements));
    sentences.extend(cost(contents, placements));
    let caption = "What placements cost, in pounds".to_owned();
    Ok(Some(Section {
        sentences,
        figures,
        cost: table(contents, caption, &Sheet::of(&placements.cost), "placement-cost.csv"),
        ledger: of(
            "What each lever adds or takes over the horizon, one after the other",
            "pathway-ledger",
            &placements.ledger,
        ),
        supposed,
        scenarios: of("What each lever of each scenario adds or takes", "pathway-scenarios", &placements.scenarios),
        assumptions: of(
            "Assumptions: figures that the project file did not set",
            "assumptions",
            &placements.assumptions,
        ),
    }))
}

fn rests_on(contents: &PackContents, placements: &PlacementContents) -> String {
    let month = |day| Period::containing(Frequency::Month, day).spoken();
    let [first, last] = placements.reference.map(month);
    let entries = match contents.pathway {
        Some(_) => "as many come into care as the pathway says",
        None => "as many come into care as the forecast says",
    };
    format!(
        "Moves and exits follow the rates of {first} to {last} in your returns, by age and placement, birthday by \
         birthday; {entries}, at the ages and into the placements of that time."
    )
}

/// How many children there are, and will be.
fn children(contents: &PackContents, placements: &PlacementContents) -> Option<String> {
    let (history, forecast) = (&placements.history, &placements.forecast);
    let series = PackSeries::of(contents, &PlacementContents::DIMENSIONS, history, forecast, "placements", None);
    let total = series.total()?;
    let (past, step) = (total.past.last()?, total.steps.last()?);
    let level = spoken_level(contents);
    let (low, high) = step.range.of(level)?;
    let range = between(low, high)?;
    Some(format!(
        "{} children were looked after at the end of {}. By {} we expect about {}; in {} similar forecasts {range}.",
        spoken(past.count),
        past.period.spoken(),
        step.period.spoken(),
        spoken(step.range.median),
        odds(level)
    ))
}

/// What placements cost, in words.
fn cost(contents: &PackContents, placements: &PlacementContents) -> Option<String> {
    let table = &placements.cost;
    let is_total = |row: &usize| text(table, "name", *row) == "total" && text(table, "window", *row) == "whole horizon";
    let row = (0..table.rows()).find(is_total)?;
    cell(table, "median", row).number()?;
    let range = Range::read(table, contents, row);
    let level = spoken_level(contents);
    let (low, high) = range.of(level)?;
    Some(format!(
        "Over the next {} placements cost about {}, and in {} similar forecasts between {} and {}.",
        periods(contents.horizon, contents.frequency),
        pounds(range.median),
        odds(level),
        pounds(low),
        pounds(high)
    ))
}
