//! What the report's template shows, as plain texts and tables.

use serde::Serialize;

use super::assurance::{Log, log};
pub(super) use super::figures::{Column, Figure, Table, figure, table};
use super::findings::{FindingCard, findings};
use super::one_by_one::{OneByOne, one_by_one};
use super::questions::{Questions, Scenarios, of_scenarios, questions, scenarios};
use crate::disclosure::Cell;
use crate::publish::PublishError;
use crate::publish::charts::{Chart, model_name, score_text, short_name};
use crate::publish::contents::{ALL_ORIGINS, NEXT_YEAR, PackContents, cell, text};
use crate::publish::held::record;
use crate::publish::sentences::{
    Answer, Verdict, earlier_packs, limits, next_period, next_year, spoken_level, verdict, verdict_sentence,
};
use crate::publish::series::PackSeries;
use crate::publish::sheet::{Sheet, Value};
use crate::publish::words::{between, capitalised, counted, headline, odds, per_cent, shown, spoken, times};

/// Everything on the page.
#[derive(Debug, Serialize)]
pub(super) struct Page {
    title: String,
    authority: String,
    measure: String,
    marking: Option<&'static str>,
    lead: String,
    /// The three questions, first of all.
    questions: Option<Questions>,
    scenarios: Option<Scenarios>,
    answers: Vec<AnswerCard>,
    trust: Trust,
    /// "Month by month".
    each_period: String,
    years: Option<Table>,
    limits: Vec<String>,
    total: Option<Figure>,
    next_year: Option<Figure>,
    groups: Vec<Group>,
    season: Option<Figure>,
    pathway: Option<super::pathway::Section>,
    placements: Option<super::placements::Section>,
    checks: Vec<Figure>,
    backtest: Option<Table>,
    quality: Option<Figure>,
    completeness: Option<Figure>,
    findings: Vec<FindingCard>,
    method: Vec<String>,
    models: Option<Table>,
    log: Log,
    disclosure: &'static str,
    facts: Vec<(String, String)>,
    inputs: Option<Table>,
}

#[derive(Debug, Serialize)]
struct AnswerCard {
    question: String,
    figure: String,
    range: Option<String>,
    sentences: String,
}

#[derive(Debug, Serialize)]
struct Trust {
    heading: String,
    sentences: Vec<String>,
    is_warning: bool,
}

#[derive(Debug, Serialize)]
struct Group {
    id: String,
    heading: String,
    figure: Figure,
    /// Each of its series on its own.
    one_by_one: Option<OneByOne>,
}

pub(super) fn page(contents: &PackContents, series: &PackSeries, charts: &[Chart]) -> Result<Page, PublishError> {
    let one = |id: &str| charts.iter().find(|chart| chart.id == id).map(|chart| figure(contents, chart)).transpose();
    let mut groups = Vec::new();
    let grouped = charts.iter().filter(|chart| chart.id.starts_with("by-"));
    let dimensions = (0..contents.dimensions.len()).filter(|dimension| series.margin(*dimension).len() > 1);
    for (chart, dimension) in grouped.zip(dimensions) {
        let heading = chart.summary.as_ref().and_then(|sheet| sheet.columns.first()).cloned().unwrap_or_default();
        let figure = figure(contents, chart)?;
        let one_by_one = one_by_one(contents, series, dimension, &chart.id)?;
        groups.push(Group { id: chart.id.clone(), heading: format!("By {heading}"), figure, one_by_one });
    }
    let mut checks = Vec::new();
    for id in ["last-forecasts", "backtest", "coverage"] {
        checks.extend(one(id)?);
    }
    let several =
        |ids: &[&str]| ids.iter().filter_map(|id| one(id).transpose()).collect::<Result<Vec<Figure>, PublishError>>();
    let asked = several(&["how-much-comes-back", "another-lockdown", "new-normal"])?;
    let supposed = several(&of_scenarios(charts))?;
    let total = series.total();
    let period = total.and_then(|total| next_period(contents, total));
    let year = total.and_then(|total| next_year(contents, total));
    // Where a period is a year, both are about the same one.
    let answers = match (period, year) {
        (Some(period), Some(year)) if period.question == year.question => {
            vec![Answer { sentences: format!("{}{}", year.sentences, period.tested), ..year }]
        }
        (period, year) => period.into_iter().chain(year).collect(),
    };
    let answers = answers.into_iter().map(|answer: Answer| AnswerCard {
        question: answer.question,
        figure: answer.figure,
        range: answer.range,
        sentences: answer.sentences,
    });
    let noun = contents.frequency.noun();
    Ok(Page {
        title: contents.title.clone(),
        authority: contents.authority.clone(),
        measure: contents.measure.clone(),
        marking: contents.profile.marking(),
        lead: format!(
            "{} in {}: what to expect over the next {}, made with figures up to {}.",
            capitalised(&contents.measure),
            contents.area(),
            counted(contents.horizon, noun),
            contents.origin.spoken()
        ),
        questions: questions(contents, asked),
        scenarios: scenarios(contents, supposed),
        answers: answers.collect(),
        trust: trust(contents),
        each_period: format!("{0} by {noun}", capitalised(noun)),
        years: years(contents),
        limits: limits(contents, series),
        total: one("history-and-forecast")?,
        next_year: one("next-year")?,
        groups,
        season: one("seasonal-pattern")?,
        pathway: super::pathway::section(contents, charts)?,
        placements: super::placements::section(contents, charts)?,
        checks,
        backtest: backtest(contents),
        quality: one("data-quality")?,
        completeness: one("completeness")?,
        findings: findings(contents),
        method: contents.method.clone(),
        models: models(contents),
        log: log(contents),
        disclosure: contents.profile.note(),
        facts: vec![
            ("Made for".to_owned(), contents.authority.clone()),
            (format!("Last {noun} known"), contents.origin.spoken()),
            ("Horizon".to_owned(), counted(contents.horizon, noun)),
            (
                "Ranges published".to_owned(),
                contents.levels.iter().map(|level| format!("{level}%")).collect::<Vec<_>>().join(", "),
            ),
            ("Disclosure control".to_owned(), contents.profile.to_string()),
            ("Line-up of models".to_owned(), contents.model.clone()),
            ("Engine".to_owned(), format!("Groundswell {}", contents.engine_version)),
        ],
        inputs: inputs(contents),
    })
}

/// Whether the forecast is worth trusting: the verdict and the record.
fn trust(contents: &PackContents) -> Trust {
    let (verdict, record) = (verdict(contents), record(contents));
    let heading = match verdict {
        Verdict::Better(_) => "It does better than repeating last year",
        Verdict::Level => "It does no better than repeating last year",
        Verdict::Worse(_) => "It does worse than repeating last year",
        Verdict::Untested if record.judged > 0 => "It has not been compared with repeating last year",
        Verdict::Untested => "It has not been tested on the past",
    };
    let mut sentences = vec![verdict_sentence(contents)];
    if record.judged > 0 {
        sentences.push(format!(
            "The range that should hold in {} forecasts held {} in the last {}, one for each {}.",
            odds(spoken_level(contents)),
            times(record.held),
            counted(record.judged, "forecast"),
            contents.frequency.noun()
        ));
    }
    sentences.extend(earlier_packs(contents));
    Trust { heading: headline([heading.to_owned()]), sentences, is_warning: !matches!(verdict, Verdict::Better(_)) }
}

/// The total's financial and other years, beside the year from the origin on.
fn years(contents: &PackContents) -> Option<Table> {
    let series = PackSeries::read(contents);
    let level = spoken_level(contents);
    let total = series.total()?;
    let rows: Vec<Vec<String>> = total
        .years
        .iter()
        .filter(|year| year.window != NEXT_YEAR)
        .map(|year| {
            let known = contents.origin.periods_since(year.first) + 1;
            let length = year.last.periods_since(year.first) + 1;
            let known = match known {
                ..=0 => "all forecast".to_owned(),
                known if known >= length => "all known".to_owned(),
                known => format!("{} known, the rest forecast", counted(known as usize, contents.frequency.noun())),
            };
            let range = year.range.of(level).and_then(|(low, high)| between(low, high));
            let dates = format!("{} to {}", short_name(year.first), short_name(year.last));
            let name = format!("{} ({dates})", year.window);
            vec![name, spoken(year.range.median), range.unwrap_or_default(), known]
        })
        .collect();
    // So few that a phone shows them all.
    let columns = ["Year", "Forecast", "Range", "Made of"];
    (!rows.is_empty()).then(|| Table {
        caption: format!(
            "Expected {} by year, with the range that holds in {} similar forecasts",
            contents.measure,
            odds(level)
        ),
        columns: columns.map(|name| Column { name: name.to_owned(), is_figure: name == "Forecast" }).into(),
        rows,
        cut: None,
        is_long: false,
    })
}

fn backtest(contents: &PackContents) -> Option<Table> {
    let table = &contents.backtest;
    let mut columns =
        vec!["Model", "When", "Interval score", "MASE", "Bias"].into_iter().map(str::to_owned).collect::<Vec<_>>();
    columns.extend(contents.levels.iter().map(|level| format!("{level}% range held")));
    let rows: Vec<Vec<String>> = (0..table.rows())
        .map(|row| {
            let stratum = match text(table, "stratum", row) {
                ALL_ORIGINS => "all tests".to_owned(),
                "before" => "before the shock".to_owned(),
                "in" => "during the shock".to_owned(),
                "after" => "after the shock".to_owned(),
                other => other.to_owned(),
            };
            let mut values = vec![model_name(text(table, "model", row)), stratum];
            values.extend(["scaled_wis", "mase", "bias"].map(|column| score_text(cell(table, column, row))));
            values.extend(contents.levels.iter().map(|level| {
                let share: Cell = cell(table, &format!("coverage_{level}"), row);
                share.number().map_or_else(|| shown(share), per_cent)
            }));
            values
        })
        .collect();
    (!rows.is_empty()).then(|| Table {
        caption: "Errors of each model in tests on the past; smaller scores are better".to_owned(),
        columns: columns.into_iter().enumerate().map(|(place, name)| Column { name, is_figure: place > 1 }).collect(),
        rows,
        cut: None,
        is_long: false,
    })
}

fn models(contents: &PackContents) -> Option<Table> {
    let mut columns: Vec<&str> = contents.dimensions.iter().map(String::as_str).collect();
    columns.extend(["model", "description"]);
    let mut sheet = Sheet::new(columns.clone());
    for row in 0..contents.models.rows() {
        let values = columns.iter().map(|column| {
            let value = text(&contents.models, column, row);
            Value::Text(match (*column, value) {
                ("model", id) => model_name(id),
                (_, "*") => "All".to_owned(),
                (_, other) => other.to_owned(),
            })
        });
        sheet.rows.push(values.collect());
    }
    // Where the same was done to all, it is said once.
    let of_models = |row: &Vec<Value>| row[contents.dimensions.len()..].to_vec();
    if sheet.rows.len() > 1 && sheet.rows.iter().all(|row| of_models(row) == of_models(&sheet.rows[0])) {
        let name = Value::Text(format!("All {} series", sheet.rows.len()));
        let first = sheet.rows.swap_remove(0);
        let mut once = Sheet::new(["series", "model", "description"]);
        once.rows.push(std::iter::once(name).chain(of_models(&first)).collect());
        sheet = once;
    }
    table(contents, "What was fitted to each series".to_owned(), &sheet, "models.csv")
}

fn inputs(contents: &PackContents) -> Option<Table> {
    let rows: Vec<Vec<String>> =
        contents.inputs.iter().map(|input| vec![input.name.clone(), input.sha256.clone()]).collect();
    (!rows.is_empty()).then(|| Table {
        caption: "What this report was made from".to_owned(),
        columns: ["File", "SHA-256"].map(|name| Column { name: name.to_owned(), is_figure: false }).into(),
        rows,
        cut: None,
        is_long: true,
    })
}
