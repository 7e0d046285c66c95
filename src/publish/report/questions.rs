//! The three questions and the scenarios, as the report shows them.

use serde::Serialize;

use super::page::{Column, Figure, Table};
use crate::disclosure::Cell;
use crate::publish::changes::Change;
use crate::publish::charts::Chart;
use crate::publish::contents::{PackContents, cell, text};
use crate::publish::futures::{Futures, HORIZON};
use crate::publish::sentences::spoken_level;
use crate::publish::words::{about, between, capitalised, doubt_left, odds, per_cent, periods, shown};

/// The three questions, each with its answer.
#[derive(Debug, Serialize)]
pub(super) struct Questions {
    cards: Vec<QuestionCard>,
    figures: Vec<Figure>,
}

/// A question and its answer.
#[derive(Debug, Serialize)]
struct QuestionCard {
    question: &'static str,
    /// Whether the data can't tell.
    is_open: bool,
    /// The plain sentences; where the data can't tell, the first says so.
    sentences: Vec<String>,
    /// What was believed before, what is believed now, how much the data moved it.
    beliefs: Vec<(String, String)>,
}

/// Scenarios side by side, and what leads to each.
#[derive(Debug, Serialize)]
pub(super) struct Scenarios {
    pub figures: Vec<Figure>,
    pub supposed: Vec<SupposedCard>,
    /// Id and title of each.
    choices: Vec<(String, String)>,
}

/// One scenario.
#[derive(Debug, Serialize)]
pub(super) struct SupposedCard {
    id: String,
    title: String,
    description: String,
    result: Option<String>,
    idle: Option<String>,
    sources: Vec<String>,
    ledger: Option<Table>,
}

/// The three questions; `None` where the pack says nothing of them.
pub(super) fn questions(contents: &PackContents, figures: Vec<Figure>) -> Option<Questions> {
    let futures = contents.futures.as_ref()?;
    let cards = [returns(futures), lockdown(contents, futures), new_normal(futures)];
    Some(Questions { cards: cards.into_iter().flatten().collect(), figures })
}

/// The row of an answer for all series together.
fn answer(futures: &Futures, question: &str) -> Option<usize> {
    let table = &futures.answers;
    (0..table.rows()).find(|row| text(table, "question", *row) == question && text(table, "of", *row) == "*")
}

/// What was believed before and now, and how far the data moved it.
fn beliefs(futures: &Futures, row: usize, told: fn(f64) -> String) -> Vec<(String, String)> {
    let number = |column: &str| cell(&futures.answers, column, row).number();
    let range = |columns: [&str; 3]| {
        let [Some(middle), Some(low), Some(high)] = columns.map(number) else { return String::new() };
        format!("{}, in 8 of 10 cases {} to {}", told(middle), told(low), told(high))
    };
    let (moved, left) = (number("moved_sd").unwrap_or(0.0), number("left_open").unwrap_or(1.0));
    // In standard deviations of what was believed before; answers.csv has the figure.
    let how_far = match moved.abs() {
        ..0.1 => "hardly at all",
        ..0.5 => "a little",
        ..1.0 => "clearly",
        _ => "far",
    };
    let moved = match moved {
        moved if moved.abs() < 0.1 => how_far.to_owned(),
        moved => format!("{how_far} {}", if moved > 0.0 { "up" } else { "down" }),
    };
    vec![
        ("Believed before".to_owned(), range(["prior", "prior_lo_80", "prior_hi_80"])),
        ("Believed now".to_owned(), range(["posterior", "lo_80", "hi_80"])),
        ("The data moved it".to_owned(), format!("{moved}; {}", doubt_left(left, "the doubt of before"))),
    ]
}

fn is_open(futures: &Futures, row: usize) -> bool {
    text(&futures.answers, "told_by", row) == "prior"
}

/// "−12%", "+3%", "0%".
fn change(share: f64) -> String {
    let percent = (100.0 * share).round();
    match percent {
        percent if percent > 0.0 => format!("+{percent:.0}%"),
        percent if percent < 0.0 => format!("\u{2212}{:.0}%", percent.abs()),
        _ => "0%".to_owned(),
    }
}

/// Months to tenths, as the table and the sentence have them.
fn months(months: f64) -> String {
    let months = (10.0 * months).round() / 10.0;
    format!("{months} month{}", if months == 1.0 { "" } else { "s" })
}

/// The sentence of an answer, with the apostrophes and minus signs of the page.
fn sentence(futures: &Futures, row: usize) -> String {
    text(&futures.answers, "sentence", row).replace('\'', "’").replace(" -", " \u{2212}")
}

/// How much comes back, and when?
fn returns(futures: &Futures) -> Option<QuestionCard> {
    let row = answer(futures, "returns")?;
    let mut sentences = vec![sentence(futures, row)];
    let mut believed = beliefs(futures, row, per_cent);
    if let Some(delay) = answer(futures, "delay") {
        sentences.push(sentence(futures, delay));
        let mut delays = beliefs(futures, delay, months);
        delays.truncate(2);
        believed.extend(delays.into_iter().map(|(name, what)| (format!("{name}, delay"), what)));
    }
    sentences.push(if !futures.saw_a_closure {
        "These figures saw no closure.".to_owned()
    } else if futures.returning {
        "Some of what closures kept away is still to return; the forecast holds it.".to_owned()
    } else {
        "Nothing of note from past closures is still to return.".to_owned()
    });
    Some(QuestionCard {
        question: "How much comes back, and when?",
        is_open: is_open(futures, row),
        sentences,
        beliefs: believed,
    })
}

/// What if there is another lockdown?
fn lockdown(contents: &PackContents, futures: &Futures) -> Option<QuestionCard> {
    let row = answer(futures, "lockdown")?;
    let mut sentences = vec![sentence(futures, row)];
    let supposed = futures.supposed.iter().find(|one| !one.closures.is_empty());
    if let Some(one) = supposed {
        sentences.push(one.description.clone());
        sentences.extend(result(contents, futures, &one.name));
    }
    Some(QuestionCard {
        question: "What if there is another lockdown?",
        is_open: is_open(futures, row),
        sentences,
        beliefs: beliefs(futures, row, change),
    })
}

/// What is the new normal?
fn new_normal(futures: &Futures) -> Option<QuestionCard> {
    let row = answer(futures, "new-normal")?;
    Some(QuestionCard {
        question: "What is the new normal?",
        is_open: is_open(futures, row),
        sentences: vec![sentence(futures, row)],
        beliefs: beliefs(futures, row, change),
    })
}

/// The row of a table for all series together, a scenario and the whole horizon.
fn row_of(contents: &PackContents, table: &crate::disclosure::ProtectedTable, scenario: &str) -> Option<usize> {
    let rows = || {
        (0..table.rows())
            .filter(|row| text(table, "scenario", *row) == scenario && text(table, "window", *row) == HORIZON)
    };
    let is_total = |row: &usize| contents.dimensions.iter().all(|name| text(table, name, *row) == "*");
    rows().find(is_total).or_else(|| if rows().count() == 1 { rows().next() } else { None })
}

/// What a scenario changes over the whole horizon.
fn result(contents: &PackContents, futures: &Futures, scenario: &str) -> Option<String> {
    let row = row_of(contents, &futures.differences, scenario)?;
    let span = periods(contents.horizon, contents.frequency);
    Some(Change::read(contents, &futures.differences, row).sentence(&span, &contents.measure))
}

/// The charts of the section on scenarios. Of the ledgers the fullest is drawn; every scenario has its own as a table.
pub(super) fn of_scenarios(charts: &[Chart]) -> Vec<&str> {
    let ledgers = charts.iter().filter(|chart| chart.id.starts_with("ledger-")).rev();
    let fullest = ledgers.max_by_key(|chart| chart.sheet.rows.len()).map(|chart| chart.id.as_str());
    ["scenarios"].into_iter().chain(fullest).chain(["where-it-comes-from"]).collect()
}

/// The scenarios; `None` where there is none.
pub(super) fn scenarios(contents: &PackContents, figures: Vec<Figure>) -> Option<Scenarios> {
    let futures = contents.futures.as_ref()?;
    let level = spoken_level(contents);
    let (low, high) = PackContents::bound_columns(level);
    let card = |(place, one): (usize, &crate::publish::futures::SupposedScenario)| {
        let table = &futures.scenario_years;
        let total = row_of(contents, table, &one.name).and_then(|row| {
            let range = between(cell(table, &low, row), cell(table, &high, row))?;
            // The mean, as the ledger and the change beside it are.
            let mean = capitalised(&about(cell(table, "mean", row)));
            Some(format!(
                "{mean} {} in all on average, {range} in {} similar forecasts.",
                contents.measure,
                odds(level)
            ))
        });
        let change = result(contents, futures, &one.name);
        let result: Vec<String> = total.into_iter().chain(change).collect();
        let idle = (!one.idle.is_empty()).then(|| one.idle.join(" "));
        SupposedCard {
            id: format!("scenario-{}", place + 1),
            title: one.title.clone(),
            description: one.description.clone(),
            result: (!result.is_empty()).then(|| result.join(" ")),
            idle,
            sources: one.sources.clone(),
            ledger: ledger(contents, futures, one),
        }
    };
    let supposed: Vec<SupposedCard> = futures.supposed.iter().enumerate().map(card).collect();
    let choices = supposed.iter().map(|one| (one.id.clone(), one.title.clone())).collect();
    (!supposed.is_empty() || !figures.is_empty()).then_some(Scenarios { figures, supposed, choices })
}

/// The ledger of a scenario for all series together over the whole horizon.
fn ledger(
    contents: &PackContents,
    futures: &Futures,
    one: &crate::publish::futures::SupposedScenario,
) -> Option<Table> {
    let table = &futures.ledger;
    let is_total = |row: &usize| {
        contents.dimensions.iter().all(|name| text(table, name, *row) == "*")
            && text(table, "scenario", *row) == one.name
            && text(table, "window", *row) == HORIZON
    };
    let lines: Vec<usize> = (0..table.rows()).filter(is_total).collect();
    let last = lines.len().checked_sub(1)?;
    let line = |(place, row): (usize, &usize)| {
        let figure = cell(table, "mean", *row);
        let adds = match figure {
            Cell::Number(value) if place > 0 && place < last && value > 0.0 => format!("+{}", shown(figure)),
            _ => shown(figure),
        };
        let name = if place == 0 { "As forecast, on average" } else { text(table, "lever", *row) };
        vec![name.to_owned(), adds]
    };
    let told =
        row_of(contents, &futures.scenario_years, &one.name).map(|row| cell(&futures.scenario_years, "mean", row));
    let differs = told.is_some_and(|told| told != cell(table, "mean", lines[last]));
    Some(Table {
        caption: format!("What leads to it, over {}", periods(contents.horizon, contents.frequency)),
        columns: vec![
            Column { name: "Step".to_owned(), is_figure: false },
            Column { name: capitalised(&contents.measure), is_figure: true },
        ],
        rows: lines.iter().enumerate().map(line).collect(),
        cut: differs.then(|| {
            "Each step is rounded by itself, so that the last line differs a little from the figure above.".to_owned()
        }),
        is_long: false,
    })
}
