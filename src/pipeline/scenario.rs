//! `groundswell scenario`: scenarios applied to a project's forecast, nothing published.

use std::fmt;

use serde::Serialize;

use super::earlier::Earlier;
use super::futures::{self, Supposed};
use super::pathway::Following;
use super::pathway::scenarios::{self as work, WorkLine};
use super::recipe::Fitted;
use super::shown as history_shown;
use super::what_if::WhatIf;
use super::work::Work;
use super::{Error, Listener, Progress, Stage};
use crate::disclosure::{Cell, ProtectedTable};
use crate::forecast::{FittedForecaster, Forecast};
use crate::panel::SeriesKey;
use crate::project::RunPlan;
use crate::publish::{Futures, HORIZON};
use crate::scenario::Scenario;
use crate::shock::FittedShockAdjusted;
use crate::time::{Period, Span};

/// What scenarios came to, every figure under the project's rule of disclosure control.
#[derive(Debug, Clone, Serialize)]
pub struct Scenarios {
    /// Handling marking, where the rule has one.
    pub marking: Option<&'static str>,
    /// What is counted.
    pub measure: String,
    /// The first and the last forecast period.
    pub periods: [String; 2],
    /// The range that the bounds are of, in per cent.
    pub level: u8,
    /// One a scenario.
    pub scenarios: Vec<ScenarioResult>,
}

/// What one scenario came to for all series together, over the whole horizon.
#[derive(Debug, Clone, Serialize)]
pub struct ScenarioResult {
    /// Its name.
    pub name: String,
    /// Its name in sentences.
    pub title: String,
    /// What is supposed.
    pub description: String,
    /// Where each figure comes from.
    pub sources: Vec<String>,
    /// The middle of the forecast and its bounds: numbers, or marks.
    pub forecast: [String; 3],
    /// Scenario less forecast as it is, path by path: the middle and its bounds.
    pub difference: [String; 3],
    /// What each lever adds, on average; the first line is the forecast as it is, the last one what they add up to.
    pub ledger: Vec<LedgerLine>,
    /// Levers that change nothing here.
    pub idle: Vec<String>,
    /// What each lever adds in cases, workers and pounds, where the project follows its forecast.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub work: Vec<WorkLine>,
}

/// A line of a ledger.
#[derive(Debug, Clone, Serialize)]
pub struct LedgerLine {
    /// The lever.
    pub lever: String,
    /// What it adds: a number, or a mark.
    pub adds: String,
}

/// The names and titles of the scenarios that ship with the engine, as text.
///
/// # Errors
/// Never in practice: they are compiled in.
pub fn list_scenarios() -> Result<String, Error> {
    let mut text = String::new();
    for name in Scenario::names() {
        let scenario = Scenario::shipped(name)?;
        text.push_str(&format!("{name:18} {}\n", scenario.title()));
    }
    Ok(text)
}

/// A project that was read and fitted, ready to be asked what would be otherwise.
pub(super) struct Ready<'a> {
    pub plan: &'a RunPlan,
    pub work: &'a Work,
    pub fitted: &'a FittedShockAdjusted,
    pub what_if: WhatIf<'a>,
    /// The forecast of the leaves as it is published.
    pub leaves: Forecast,
}

impl Ready<'_> {
    /// The protected tables of some scenarios.
    pub fn tables(&self, supposed: &[Supposed]) -> Result<Futures, Error> {
        let shown = history_shown::Shown::of(&history_shown::history(self.plan, self.work, &Earlier::default())?);
        futures::tables(self.plan, self.work, self.fitted, &self.what_if, (&self.leaves, supposed), &shown)
    }

    /// What scenarios come to in cases, workers and pounds; nothing where the project doesn't follow its forecast.
    pub fn work(&self, supposed: &[Supposed]) -> Result<Option<ProtectedTable>, Error> {
        let mut findings = Vec::new();
        let following = Following::fit(self.plan, self.work, &mut findings)?;
        super::log_findings(self.plan.publish().profile, &findings);
        let Some(following) = following else {
            let named = supposed.iter().find(|one| one.scenario.reaches_what_follows());
            return match named {
                None => Ok(None),
                Some(one) => Err(Error::Asked(format!(
                    "scenario `{}` has levers on what follows {}, and the project file leaves that out: set [pathway] on = \
                     true",
                    one.scenario.name(),
                    self.plan.about().measure
                ))),
            };
        };
        let baseline = following.run(&self.leaves, &[])?.tally();
        work::table(&following, &self.leaves, supposed, baseline)
    }

    /// The horizon.
    pub fn horizon(&self) -> Span {
        self.leaves.span()
    }
}

/// Reads and fits a project and hands it on.
pub(super) fn with_ready<T>(
    plan: &RunPlan,
    listener: Listener<'_>,
    ask: impl FnOnce(Ready<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let work = Work::prepare(plan, listener)?;
    super::log_findings(plan.publish().profile, work.findings());
    listener(Progress { stage: Stage::Fit, done: 0, of: 1 });
    let panel = &work.active;
    let known = panel.span().len();
    let recipe = Fitted::of(plan.line_up(), panel, &work.design.slice(0, known))?;
    let Some(fitted) = recipe.adjusted() else {
        let name = &plan.line_up().name;
        return Err(Error::Usage(format!(
            "the line-up `{name}` has no [shock], so that it can't tell what a lockdown does; use `referrals`"
        )));
    };
    let Some(what_if) = WhatIf::of(plan, &work, fitted)? else {
        return Err(Error::Usage("scenarios need periods with dates; these are only numbered".to_owned()));
    };
    let future = work.design.slice(known, plan.forecast().horizon);
    let leaves = fitted.forecast(&future, plan.draws())?.shaped_like(panel.kind());
    listener(Progress { stage: Stage::Fit, done: 1, of: 1 });
    ask(Ready { plan, work: &work, fitted, what_if, leaves })
}

/// Applies scenarios to a project's forecast.
///
/// # Errors
/// Where the input can't be used, the line-up has no `[shock]`, or a lever can't be.
pub fn scenarios(plan: &RunPlan, scenarios: &[Scenario], listener: Listener<'_>) -> Result<Scenarios, Error> {
    with_ready(plan, listener, |ready| {
        let supposed = futures::suppose(&ready.what_if, scenarios, &ready.leaves)?;
        let tables = ready.tables(&supposed)?;
        let work = ready.work(&supposed)?;
        let level = spoken_level(plan);
        let total = SeriesKey::grand_total(ready.work.active.dimensions().len()).to_string();
        let result = |scenario: &Scenario| {
            let of = |table: &ProtectedTable| {
                let row = row_of(table, &total, scenario.name());
                let bound = |side: &str| shown(table, &format!("{side}_{level}"), row);
                [shown(table, "median", row), bound("lo"), bound("hi")]
            };
            let note = tables.supposed.iter().find(|note| note.name == scenario.name());
            ScenarioResult {
                name: scenario.name().to_owned(),
                title: scenario.title().to_owned(),
                description: scenario.description().to_owned(),
                sources: scenario.sources().to_vec(),
                forecast: of(&tables.scenario_years),
                difference: of(&tables.differences),
                ledger: ledger(&tables.ledger, &total, scenario.name()),
                idle: note.map(|note| note.idle.clone()).unwrap_or_default(),
                work: work.as_ref().map(|table| work::lines(table, scenario.name())).unwrap_or_default(),
            }
        };
        let horizon = ready.horizon();
        Ok(Scenarios {
            marking: plan.publish().profile.marking(),
            measure: plan.about().measure.clone(),
            periods: [horizon.start(), horizon.last().unwrap_or(horizon.start())].map(Period::spoken),
            level,
            scenarios: scenarios.iter().map(result).collect(),
        })
    })
}

/// The level that results are told at: 80 where it is published, else the widest.
pub(super) fn spoken_level(plan: &RunPlan) -> u8 {
    let levels = &plan.forecast().levels;
    let eighty = levels.iter().map(u8::from).find(|level| *level == 80);
    eighty.unwrap_or(u8::from(levels.widest()))
}

/// The rows of a series and scenario whose window is the whole horizon.
fn rows_of<'a>(table: &'a ProtectedTable, series: &'a str, scenario: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is = |column: &str, row: usize, wanted: &str| table.text(column).is_some_and(|texts| texts[row] == wanted);
    (0..table.rows()).filter(move |row| {
        is("unique_id", *row, series) && is("scenario", *row, scenario) && is("window", *row, HORIZON)
    })
}

/// The one such row.
pub(super) fn row_of(table: &ProtectedTable, series: &str, scenario: &str) -> Option<usize> {
    rows_of(table, series, scenario).next()
}

/// A cell as text: a number, or its mark.
pub(super) fn shown(table: &ProtectedTable, column: &str, row: Option<usize>) -> String {
    let cell = row.and_then(|row| table.cells(column).map(|cells| cells[row])).unwrap_or(Cell::Missing);
    in_text(cell)
}

/// A cell as text.
pub(super) fn in_text(cell: Cell) -> String {
    match (cell, cell.mark()) {
        (Cell::Number(value), _) => format!("{:.0}", value.round() + 0.0),
        (_, mark) => mark.map_or(String::new(), |mark| mark.symbol().to_owned()),
    }
}

/// The lines of a ledger over the whole horizon.
pub(super) fn ledger(table: &ProtectedTable, series: &str, scenario: &str) -> Vec<LedgerLine> {
    let lever = |row: usize| table.text("lever").map_or(String::new(), |levers| levers[row].clone());
    let rows = rows_of(table, series, scenario);
    rows.map(|row| LedgerLine { lever: lever(row), adds: shown(table, "mean", Some(row)) }).collect()
}

/// A number that is added has its sign.
pub(super) fn with_sign(number: &str) -> String {
    if number.starts_with(|first: char| first.is_ascii_digit()) && number != "0" {
        format!("+{number}")
    } else {
        number.to_owned()
    }
}

/// Writes what levers add in cases, workers and pounds; the columns that there are.
pub(super) fn write_work(f: &mut fmt::Formatter<'_>, lines: &[WorkLine]) -> fmt::Result {
    type Of = fn(&WorkLine) -> Option<&String>;
    let all: [(&str, Of); 4] = [
        ("case months", |line| line.case_months.as_ref()),
        ("worker months", |line| line.worker_months.as_ref()),
        ("care months", |line| line.care_months.as_ref()),
        ("pounds", |line| line.pounds.as_ref()),
    ];
    let columns = all.iter().filter(|(_, of)| lines.iter().any(|line| of(line).is_some()));
    let widest = lines.iter().map(|line| line.lever.chars().count()).max().unwrap_or(0).max(24);
    write!(f, "      {:<widest$}", "")?;
    for (name, _) in columns.clone() {
        write!(f, "  {name:>14}")?;
    }
    writeln!(f)?;
    for (place, line) in lines.iter().enumerate() {
        let is_last = place + 1 == lines.len();
        let sign = if is_last { "= " } else { "  " };
        write!(f, "    {sign}{:<widest$}", line.lever)?;
        for (_, of) in columns.clone() {
            let number = of(line).map_or("", String::as_str);
            let number = if place == 0 || is_last { number.to_owned() } else { with_sign(number) };
            write!(f, "  {number:>14}")?;
        }
        writeln!(f)?;
    }
    Ok(())
}

/// What the ledger of a scenario begins with.
pub(super) const AS_FORECAST: &str = "as forecast, on average";

/// Writes a ledger: what it begins with under the name `first`, what each lever adds, what they add up to.
pub(super) fn write_ledger(f: &mut fmt::Formatter<'_>, first: &str, lines: &[LedgerLine]) -> fmt::Result {
    let widest = lines.iter().map(|line| line.lever.chars().count()).max().unwrap_or(0);
    for (place, line) in lines.iter().enumerate() {
        let (is_first, is_last) = (place == 0, place + 1 == lines.len());
        let name = if is_first { first } else { line.lever.as_str() };
        let number = if is_first || is_last { line.adds.clone() } else { with_sign(&line.adds) };
        let sign = if is_last { "= " } else { "  " };
        writeln!(f, "    {sign}{name:<width$}  {number:>9}", width = widest.max(24))?;
    }
    Ok(())
}

impl fmt::Display for Scenarios {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(marking) = self.marking {
            writeln!(f, "{marking}")?;
        }
        let ([first, last], measure, level) = (&self.periods, &self.measure, self.level);
        for (place, scenario) in self.scenarios.iter().enumerate() {
            if place > 0 {
                writeln!(f)?;
            }
            writeln!(f, "{} ({})", scenario.title, scenario.name)?;
            writeln!(f, "  {}", scenario.description)?;
            let [middle, low, high] = &scenario.forecast;
            writeln!(f, "  {first} to {last}: {middle} {measure}; {level}% range {low} to {high}")?;
            let [middle, low, high] = scenario.difference.each_ref().map(|number| with_sign(number));
            writeln!(f, "  Against the forecast as it is: {middle}; {level}% range {low} to {high}")?;
            write_ledger(f, AS_FORECAST, &scenario.ledger)?;
            if !scenario.work.is_empty() {
                writeln!(f, "  In people and money over these months, on average:")?;
                write_work(f, &scenario.work)?;
            }
            for idle in &scenario.idle {
                writeln!(f, "  \"{idle}\" changes nothing here.")?;
            }
        }
        Ok(())
    }
}
