//! The section of the report on what follows the referrals.

use std::collections::BTreeMap;

use serde::Serialize;

use super::page::{Figure, Table, figure, table};
use crate::publish::PublishError;
use crate::publish::charts::{Chart, pounds};
use crate::publish::contents::{PackContents, text};
use crate::publish::pathway::{PathwayContents, RestsOn};
use crate::publish::sentences::spoken_level;
use crate::publish::series::Range;
use crate::publish::sheet::{Sheet, Value};
use crate::publish::words::{odds, periods};

/// What the section shows.
#[derive(Debug, Serialize)]
pub(super) struct Section {
    sentences: Vec<String>,
    figures: Vec<Figure>,
    ledger: Option<Table>,
    /// What all comes to under each scenario.
    supposed: Option<Table>,
    /// What each lever of each scenario adds.
    scenarios: Option<Table>,
    assumptions: Option<Table>,
}

/// The section; `None` where the pack has no pathway.
pub(super) fn section(contents: &PackContents, charts: &[Chart]) -> Result<Option<Section>, PublishError> {
    let Some(pathway) = &contents.pathway else { return Ok(None) };
    let shown = charts.iter().filter(|chart| PathwayContents::CHARTS.contains(&chart.id.as_str()));
    let figures = shown.map(|chart| figure(contents, chart)).collect::<Result<_, _>>()?;
    let caption = "Assumptions: figures that the project file did not set".to_owned();
    let sheet = Sheet::of(&pathway.assumptions);
    let mut sentences = vec![rests_on(pathway, contents.placements.is_some())];
    sentences.extend(cost(contents, pathway));
    let ledger = pathway.ledger.as_ref().and_then(|ledger| {
        let caption = "What each lever adds or takes over the horizon, one after the other".to_owned();
        table(contents, caption, &Sheet::of(ledger), "pathway-ledger.csv")
    });
    let ledgers = pathway.scenarios.as_ref().map(|ledgers| with_titles(contents, Sheet::of(ledgers)));
    let supposed = ledgers.as_ref().and_then(|ledgers| {
        let caption = "Work and cost over the horizon under each scenario, on average".to_owned();
        table(contents, caption, &side_by_side(ledgers), "pathway-scenarios.csv")
    });
    let scenarios = ledgers.as_ref().and_then(|ledgers| {
        let caption = "What each lever of each scenario adds or takes over the horizon, on average".to_owned();
        table(contents, caption, ledgers, "pathway-scenarios.csv")
    });
    let assumptions = table(contents, caption, &sheet, "assumptions.csv");
    Ok(Some(Section { sentences, figures, ledger, supposed, scenarios, assumptions }))
}

/// The ledgers of scenarios with the titles of these in the place of their names, and no numbers of lines.
pub(super) fn with_titles(contents: &PackContents, ledgers: Sheet) -> Sheet {
    let supposed = contents.futures.iter().flat_map(|futures| &futures.supposed);
    let titles: BTreeMap<&str, &str> = supposed.map(|one| (one.name.as_str(), one.title.as_str())).collect();
    let kept: Vec<usize> = (0..ledgers.columns.len()).filter(|place| ledgers.columns[*place] != "line").collect();
    let mut sheet = Sheet::new(kept.iter().map(|place| ledgers.columns[*place].clone()));
    let value = |place: &usize, row: &[Value]| match &row[*place] {
        Value::Text(name) if ledgers.columns[*place] == "scenario" => {
            Value::Text(titles.get(name.as_str()).map_or(name.as_str(), |title| title).to_owned())
        }
        other => other.clone(),
    };
    sheet.rows = ledgers.rows.iter().map(|row| kept.iter().map(|place| value(place, row)).collect()).collect();
    sheet
}

/// Of ledgers with titles the line that all begin with, once, and the last line of each.
pub(super) fn side_by_side(ledgers: &Sheet) -> Sheet {
    let kept: Vec<usize> = (0..ledgers.columns.len()).filter(|place| ledgers.columns[*place] != "lever").collect();
    let row = |row: &[Value]| kept.iter().map(|place| row[*place].clone()).collect::<Vec<Value>>();
    let scenario = ledgers.columns.iter().position(|column| column == "scenario").unwrap_or_default();
    let mut sheet = Sheet::new(kept.iter().map(|place| ledgers.columns[*place].clone()));
    for (number, lines) in ledgers.rows.chunk_by(|one, other| one[scenario] == other[scenario]).enumerate() {
        if let (0, Some(first)) = (number, lines.first()) {
            let mut first = row(first);
            first[scenario] = Value::Text("As forecast".to_owned());
            sheet.rows.push(first);
        }
        sheet.rows.extend(lines.last().map(|last| row(last)));
    }
    sheet
}

/// What the section was learnt from, in words.
fn rests_on(pathway: &PathwayContents, care_known: bool) -> String {
    match pathway.rests_on {
        RestsOn::Journeys { care: false, .. } if care_known => {
            "What becomes of a referral was learnt from your own records of referrals, assessments, enquiries and plans, \
             and from England’s figures where yours are few. How many come into care, and who is looked after, your \
             returns of looked-after children tell."
                .to_owned()
        }
        RestsOn::NationalFigures if care_known => {
            "Your data here count referrals, and your returns tell of looked-after children. What lies between rests on \
             England’s figures and on how much authorities differ, so the ranges are wide. Children in need census \
             returns would narrow them."
                .to_owned()
        }
        RestsOn::Journeys { care: true, .. } => "What becomes of a referral was learnt from your own records of referrals, \
             assessments, enquiries, plans and care, and from England’s figures where yours are few."
            .to_owned(),
        RestsOn::Journeys { care: false, .. } => {
            "What becomes of a referral was learnt from your own records of referrals, assessments, enquiries and plans, \
             and from England’s figures where yours are few. Your records here hold no care: everything about \
             looked-after children rests on England’s figures."
                .to_owned()
        }
        RestsOn::NationalFigures => {
            "From a table, referrals alone are read. What becomes of them rests on England’s figures and on how much \
             authorities differ, so the ranges are wide. Children in need census returns would narrow them."
                .to_owned()
        }
    }
}

/// What the horizon costs, in words.
fn cost(contents: &PackContents, pathway: &PathwayContents) -> Option<String> {
    let table = &pathway.cost;
    let is_total = |row: &usize| text(table, "name", *row) == "total" && text(table, "window", *row) == "whole horizon";
    let row = (0..table.rows()).find(is_total)?;
    let range = Range::read(table, contents, row);
    let level = spoken_level(contents);
    let (low, high) = range.of(level)?;
    range.median.number()?;
    Some(format!(
        "Over the next {} we expect placements and case-holding social workers to cost about {}. In {} similar forecasts \
         the cost would lie between {} and {}, at the unit costs below.",
        periods(contents.horizon, contents.frequency),
        pounds(range.median),
        odds(level),
        pounds(low),
        pounds(high)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disclosure::Cell;

    #[test]
    fn scenarios_stand_side_by_side_beneath_the_forecast() {
        let mut ledgers = Sheet::new(["scenario", "lever", "pounds"]);
        let text = |text: &str| Value::Text(text.to_owned());
        for (scenario, lever, pounds) in [
            ("One", "as forecast", 900.0),
            ("One", "schools", -50.0),
            ("One", "One", 850.0),
            ("Two", "as forecast", 900.0),
            ("Two", "Two", 900.0),
        ] {
            ledgers.rows.push(vec![text(scenario), text(lever), Value::Figure(Cell::Number(pounds))]);
        }
        let sheet = side_by_side(&ledgers);
        assert_eq!(sheet.columns, ["scenario", "pounds"]);
        let row = |name: &str, pounds: f64| vec![text(name), Value::Figure(Cell::Number(pounds))];
        assert_eq!(sheet.rows, [row("As forecast", 900.0), row("One", 850.0), row("Two", 900.0)]);
    }
}
