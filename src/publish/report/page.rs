//! What the report's template shows, as plain texts and tables.

use serde::Serialize;

use super::questions::{Questions, Scenarios, of_scenarios, questions, scenarios};
use crate::disclosure::Cell;
use crate::publish::PublishError;
use crate::publish::charts::{Chart, Shape, model_name, score_text, short_name};
use crate::publish::contents::{ALL_ORIGINS, NEXT_YEAR, PackContents, cell, text};
use crate::publish::sentences::{
    Answer, Verdict, earlier_packs, limits, next_period, next_year, record, spoken_level, verdict, verdict_sentence,
};
use crate::publish::series::PackSeries;
use crate::publish::sheet::{Sheet, Value};
use crate::publish::words::{between, capitalised, counted, headline, odds, per_cent, shown, spoken, times};

/// Longer tables are cut in the report; the CSV beside it has all rows.
const MOST_ROWS: usize = 240;

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
    years: Option<Table>,
    limits: Vec<String>,
    total: Option<Figure>,
    next_year: Option<Figure>,
    groups: Vec<Group>,
    season: Option<Figure>,
    pathway: Option<super::pathway::Section>,
    checks: Vec<Figure>,
    backtest: Option<Table>,
    quality: Option<Figure>,
    completeness: Option<Figure>,
    findings: Vec<FindingCard>,
    method: Vec<String>,
    models: Option<Table>,
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
}

#[derive(Debug, Serialize)]
pub(super) struct Figure {
    id: String,
    headline: String,
    subtitle: String,
    wide: String,
    narrow: String,
    note: Option<String>,
    source: String,
    table: Option<Table>,
}

#[derive(Debug, Serialize)]
struct FindingCard {
    name: String,
    severity: String,
    what: String,
    place: String,
    count: String,
    meaning: String,
    remedy: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Table {
    pub caption: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<String>>,
    pub cut: Option<String>,
    /// Whether its texts may be broken anywhere, as check sums must be.
    pub is_long: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct Column {
    pub name: String,
    pub is_figure: bool,
}

pub(super) fn page(contents: &PackContents, series: &PackSeries, charts: &[Chart]) -> Result<Page, PublishError> {
    let one = |id: &str| charts.iter().find(|chart| chart.id == id).map(|chart| figure(contents, chart)).transpose();
    let mut groups = Vec::new();
    for chart in charts.iter().filter(|chart| chart.id.starts_with("by-")) {
        let heading = chart.summary.as_ref().and_then(|sheet| sheet.columns.first()).cloned().unwrap_or_default();
        let figure = figure(contents, chart)?;
        groups.push(Group { id: chart.id.clone(), heading: format!("By {heading}"), figure });
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
    let answers =
        [total.and_then(|total| next_period(contents, total)), total.and_then(|total| next_year(contents, total))];
    let answers = answers.into_iter().flatten().map(|answer: Answer| AnswerCard {
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
        years: years(contents),
        limits: limits(contents, series),
        total: one("history-and-forecast")?,
        next_year: one("next-year")?,
        groups,
        season: one("seasonal-pattern")?,
        pathway: super::pathway::section(contents, charts)?,
        checks,
        backtest: backtest(contents),
        quality: one("data-quality")?,
        completeness: one("completeness")?,
        findings: findings(contents),
        method: contents.method.clone(),
        models: models(contents),
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
            ("Forecast by".to_owned(), model_name(&contents.model)),
            ("Engine".to_owned(), format!("Groundswell {}", contents.engine_version)),
        ],
        inputs: inputs(contents),
    })
}

pub(super) fn figure(contents: &PackContents, chart: &Chart) -> Result<Figure, PublishError> {
    let draw = |shape: Shape| {
        let failed = |error: std::io::Error| PublishError::Chart { chart: chart.id.clone(), reason: error.to_string() };
        chart.inline(shape).map(|picture| picture.svg).map_err(failed)
    };
    let caption = format!("{}. {}", chart.headline, chart.subtitle);
    let sheet = chart.summary.as_ref().unwrap_or(&chart.sheet);
    Ok(Figure {
        id: chart.id.clone(),
        headline: chart.headline.clone(),
        subtitle: chart.subtitle.clone(),
        wide: draw(Shape::Wide)?,
        narrow: draw(Shape::Narrow)?,
        note: chart.note.clone(),
        source: chart.source.clone(),
        table: table(contents, caption, sheet, &format!("charts/{}.csv", chart.id)),
    })
}

/// A sheet as a table of texts; `None` where it has no rows.
pub(super) fn table(contents: &PackContents, caption: String, sheet: &Sheet, file: &str) -> Option<Table> {
    let first = sheet.rows.first()?;
    let kept: Vec<usize> =
        (0..sheet.columns.len()).filter(|place| sheet.columns[*place] != super::super::sheet::MARKING_COLUMN).collect();
    let is_figure =
        |place: usize| sheet.rows.iter().any(|row| matches!(row[place], Value::Figure(_) | Value::Whole(_)));
    let columns = kept
        .iter()
        .map(|place| Column { name: column_name(contents, &sheet.columns[*place]), is_figure: is_figure(*place) });
    let value = |column: &str, value: &Value| match value {
        Value::Text(text) => text.clone(),
        Value::Whole(number) => number.to_string(),
        Value::Period(period) => short_name(*period),
        Value::Figure(cell) if column == "inside" => cell.number().map_or_else(|| shown(*cell), per_cent),
        Value::Figure(cell) if ["scaled_wis", "mase", "bias"].contains(&column) => score_text(*cell),
        Value::Figure(cell) => shown(*cell),
    };
    // Time runs forward, so it is the newest rows that are kept.
    let in_time = first.iter().any(|value| matches!(value, Value::Period(_)));
    let rows = match sheet.rows.len().checked_sub(MOST_ROWS) {
        Some(over) if in_time => &sheet.rows[over..],
        Some(_) => &sheet.rows[..MOST_ROWS],
        None => &sheet.rows[..],
    };
    let cut = (rows.len() < sheet.rows.len())
        .then(|| format!("{} of {} rows are shown; all are in {file}.", rows.len(), sheet.rows.len()));
    let rows = rows.iter().map(|row| kept.iter().map(|place| value(&sheet.columns[*place], &row[*place])).collect());
    Some(Table { caption, columns: columns.collect(), rows: rows.collect(), cut, is_long: false })
}

/// A column's name as a reader knows it.
fn column_name(contents: &PackContents, column: &str) -> String {
    if let Some(level) = column.strip_prefix("lo_") {
        return format!("{level}% low");
    }
    if let Some(level) = column.strip_prefix("hi_") {
        return format!("{level}% high");
    }
    match column {
        "period" | "ds" => capitalised(contents.frequency.noun()),
        "median" | "forecast_median" => "Forecast".to_owned(),
        "mean" => "Average".to_owned(),
        "scaled_wis" => "Interval score".to_owned(),
        "mase" => "MASE".to_owned(),
        "known_to" => "Made with figures to".to_owned(),
        "level" => "Range, %".to_owned(),
        "inside" => "Held".to_owned(),
        other => capitalised(&other.replace('_', " ")),
    }
}

/// Whether the forecast is worth trusting: the verdict and the record.
fn trust(contents: &PackContents) -> Trust {
    let verdict = verdict(contents);
    let heading = match verdict {
        Verdict::Better(_) => "It does better than repeating last year",
        Verdict::Level => "It does no better than repeating last year",
        Verdict::Worse(_) => "It does worse than repeating last year",
        Verdict::Untested => "It has not been tested on the past",
    };
    let mut sentences = vec![verdict_sentence(contents)];
    let record = record(contents);
    if record.judged > 0 {
        sentences.push(format!(
            "The range that should hold in {} forecasts held {} in the last {}.",
            odds(spoken_level(contents)),
            times(record.held),
            counted(record.judged, "forecast")
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
            vec![year.window.clone(), dates, spoken(year.range.median), range.unwrap_or_default(), known]
        })
        .collect();
    let columns = ["Year", "Months", "Forecast", "Range", "Made of"];
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

fn findings(contents: &PackContents) -> Vec<FindingCard> {
    let table = &contents.findings;
    let severity = |row: usize| match text(table, "severity", row) {
        "loss" => "Left out",
        "warning" => "Warning",
        _ => "Note",
    };
    (0..table.rows())
        .map(|row| FindingCard {
            name: text(table, "name", row).to_owned(),
            severity: severity(row).to_owned(),
            what: text(table, "what", row).to_owned(),
            place: text(table, "where", row).to_owned(),
            count: shown(cell(table, "count", row)),
            meaning: text(table, "meaning", row).to_owned(),
            remedy: text(table, "remedy", row).to_owned(),
        })
        .collect()
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
