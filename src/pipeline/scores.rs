//! The engine alone, tried on the past of a table's series.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

use super::flat::{FlatTable, design_of};
use super::judge::{self, Trial};
use super::{Error, IdDimensions, Listener};
use crate::disclosure::Profile;
use crate::evaluate::{ScoreRow, Scorecard, Stratum, Summary};
use crate::forecast::{Draws, Levels, RollingOrigins, unobserved};
use crate::ingest::TimeLabels;
use crate::panel::{Panel, PanelError, SeriesKey};
use crate::project::LineUp;
use crate::publish::csv_field;
use crate::time::{Date, Frequency, Period, WorkingCalendar};

/// Where a backtest stands.
#[derive(Debug, Clone)]
pub enum OriginChoice {
    /// So many origins, so many periods apart, the newest with a whole horizon after it.
    Last {
        /// How many.
        count: usize,
        /// Periods between two of them.
        stride: usize,
    },
    /// These last known periods, such as `2019-03`, or `2019-03-01`, or a number where periods are numbered.
    At(Vec<String>),
}

/// What `groundswell backtest` is asked for.
#[derive(Debug, Clone)]
pub struct FlatBacktest {
    /// The table.
    pub table: FlatTable,
    /// The line-ups.
    pub models: Vec<LineUp>,
    /// Whether the members of the line-ups are scored beside them.
    pub members: bool,
    /// The origins.
    pub origins: OriginChoice,
    /// Names of runs of origins, `NAME=FIRST..LAST`.
    pub strata: Vec<String>,
    /// How many periods ahead.
    pub horizon: usize,
    /// The levels scored.
    pub levels: Levels,
    /// Paths and seed.
    pub draws: Draws,
    /// How ids are divided into dimensions; sums over them are scored beside the series. `None`: the series alone.
    pub dimensions: Option<IdDimensions>,
    /// Where the forecasts that were scored go, as CSV.
    pub forecasts: Option<PathBuf>,
}

/// One row of scores.
#[derive(Debug, Clone, Serialize)]
pub struct ScoreLine {
    /// The line-up or model.
    pub model: String,
    /// The stratum; `all` for all origins together, `others` for those in none that is named.
    pub stratum: String,
    /// The dimensions that the series scored don't add up; absent where the table has no hierarchy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// Forecasts scored.
    pub forecasts: usize,
    /// Mean weighted interval score over the in-sample error of seasonal naive.
    pub scaled_wis: f64,
    /// Mean absolute error over the same.
    pub mase: f64,
    /// Mean pinball loss over the in-sample error of naive from the first demand on: the score for intermittent series.
    /// `NaN`, which JSON writes as null, where no series has such an error.
    pub scaled_pinball: f64,
    /// Mean of forecast less truth over the same.
    pub bias: f64,
    /// Share inside each level's range.
    pub coverage: Vec<f64>,
}

/// The scores of a table's backtest.
#[derive(Debug, Clone, Serialize)]
pub struct TableScores {
    /// Series scored.
    pub series: usize,
    /// The last known periods of the origins.
    pub origins: Vec<String>,
    /// The levels in per cent.
    pub levels: Levels,
    /// Scores: all origins first, then stratum by stratum; the line-ups first in each.
    pub scores: Vec<ScoreLine>,
}

/// A table that lines up.
impl fmt::Display for TableScores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} series, {} origins: {}", self.series, self.origins.len(), self.origins.join(", "))?;
        writeln!(f, "WIS and MASE are over the in-sample error of seasonal naive: lower is better.")?;
        writeln!(
            f,
            "SPL, the scaled pinball loss, is for series with many zeros, where MASE favours a forecast of zero.\n"
        )?;
        let width = self.scores.iter().map(|line| line.model.chars().count()).max().unwrap_or(0).max(5);
        let strata = self.scores.iter().map(|line| line.stratum.chars().count()).max().unwrap_or(0).max(7);
        let level = |line: &ScoreLine| line.level.clone().unwrap_or_default();
        let levels = self.scores.iter().map(|line| level(line).chars().count()).max().unwrap_or(0);
        let levels = if levels == 0 { 0 } else { levels.max(8) };
        write!(f, "{:width$}  {:strata$}  ", "model", "origins")?;
        if levels > 0 {
            write!(f, "{:levels$}  ", "level")?;
        }
        write!(f, "forecasts     WIS    MASE     SPL    bias")?;
        self.levels.iter().try_for_each(|level| write!(f, "  in {level}%"))?;
        writeln!(f)?;
        for line in &self.scores {
            let ScoreLine { model, stratum, level: _, forecasts, scaled_wis, mase, scaled_pinball, bias, coverage } =
                line;
            write!(f, "{model:width$}  {stratum:strata$}  ")?;
            if levels > 0 {
                write!(f, "{:levels$}  ", level(line))?;
            }
            write!(f, "{forecasts:9}  {scaled_wis:6.4}  {mase:6.4}  {scaled_pinball:6.4}  {bias:6.3}")?;
            coverage.iter().try_for_each(|share| write!(f, "  {share:6.3}"))?;
            writeln!(f)?;
        }
        Ok(())
    }
}

/// Scores line-ups, their members and seasonal naive on the past of a table's series.
///
/// # Errors
/// Where the table or an origin can't be used, or the history is too short for a single origin.
pub fn backtest_table(job: &FlatBacktest, listener: Listener<'_>) -> Result<TableScores, Error> {
    let table = job.table.read(listener)?;
    super::log_findings(Profile::Internal, table.findings());
    // Pools and calibrations see all series at once, so that scores don't depend on how a table is cut.
    let block = table.blocks(table.len()).next().ok_or(PanelError::Empty)??;
    let divided = job.dimensions.as_ref().map(|dimensions| dimensions.divide(&block.panel)).transpose()?;
    let panel = divided.as_ref().unwrap_or(&block.panel);
    let nodes = divided.as_ref().map(IdDimensions::nodes).unwrap_or_default();
    let calendar = WorkingCalendar::england_and_wales();
    let design = design_of(&block, table.time_labels(), job.horizon, &calendar)?;
    let frequency = panel.span().frequency();
    let origins = match &job.origins {
        OriginChoice::Last { count, stride } => {
            RollingOrigins::last(panel, *count, *stride, job.horizon, judge::least_known(panel))
        }
        OriginChoice::At(texts) => {
            let periods = texts.iter().map(|text| origin(text, frequency, panel)).collect::<Result<Vec<_>, _>>()?;
            RollingOrigins::at(panel, &periods, job.horizon)
        }
    };
    let strata = job.strata.iter().map(|text| stratum(text, frequency, panel)).collect::<Result<Vec<_>, _>>()?;
    let mut line_ups = job.models.clone();
    if job.members {
        line_ups.extend(job.models.iter().flat_map(LineUp::members));
        let mut seen = BTreeSet::new();
        line_ups.retain(|line_up| seen.insert(line_up.name.clone()));
    }
    let (levels, draws) = (&job.levels, job.draws);
    let trial = Trial { panel, known: &design, totals: &nodes, origins: &origins, strata, levels, draws };
    let card = trial.judge(&line_ups, listener)?;
    let card = card.ok_or_else(|| {
        let (known, least) = (panel.span().len() - unobserved(panel), judge::least_known(panel));
        Error::TooShort { known, least, horizon: job.horizon, noun: frequency.noun() }
    })?;
    if let Some(path) = &job.forecasts {
        let text = forecasts(&card, table.time_labels());
        std::fs::write(path, text).map_err(|source| Error::CantCreate { path: path.clone(), source })?;
    }
    Ok(TableScores {
        series: card.rows().iter().map(|row| &row.key).collect::<BTreeSet<&SeriesKey>>().len(),
        origins: origins.iter().map(|origin| origin.last_known.to_string()).collect(),
        levels: job.levels.clone(),
        scores: lines(&card, job.dimensions.as_ref()),
    })
}

/// What all origins together are called, and those that no stratum names beside it.
const ALL: &str = "all";
const OTHERS: &str = "others";

fn lines(card: &Scorecard, dimensions: Option<&IdDimensions>) -> Vec<ScoreLine> {
    let level = |row: &ScoreRow| dimensions.map(|dimensions| dimensions.level(&row.key));
    let levels: BTreeSet<Option<String>> = card.rows().iter().map(level).collect();
    let strata = card.strata();
    let mut parts = vec![(ALL.to_owned(), card.clone())];
    if strata != [ALL] {
        let named = |stratum: &str| if stratum == ALL { OTHERS } else { stratum }.to_owned();
        parts.extend(strata.iter().map(|stratum| (named(stratum), card.only(|row| row.stratum == *stratum))));
    }
    let mut lines = Vec::new();
    for (stratum, part) in parts {
        for at in &levels {
            let part = part.only(|row| level(row) == *at);
            let line = |model: &String| {
                let Summary { forecasts, scaled_wis, mase, scaled_pinball, bias, coverage, .. } = part.of(model)?;
                let (model, stratum, level) = (model.clone(), stratum.clone(), at.clone());
                Some(ScoreLine { model, stratum, level, forecasts, scaled_wis, mase, scaled_pinball, bias, coverage })
            };
            lines.extend(card.models().iter().filter_map(line));
        }
    }
    lines
}

/// The forecasts that were scored, as CSV: one row a model, origin, series and period.
fn forecasts(card: &Scorecard, labels: TimeLabels) -> String {
    let mut text = "model,origin,unique_id,ds,y,median".to_owned();
    card.levels().iter().for_each(|level| text.push_str(&format!(",lo_{level},hi_{level}")));
    for row in card.rows() {
        let (model, id) = (csv_field(&row.model), csv_field(&row.key.to_string()));
        let ds = match labels {
            TimeLabels::Number => row.period.ordinal().to_string(),
            _ => labels.date(row.period).unwrap_or(row.period.first_day()).to_string(),
        };
        let (origin, truth, median) = (row.origin.last_known, row.truth, row.median);
        text.push_str(&format!("\n{model},{origin},{id},{ds},{truth},{median}"));
        row.low.iter().zip(&row.high).for_each(|(low, high)| text.push_str(&format!(",{low},{high}")));
    }
    text.push('\n');
    text
}

/// `2020-03`, `2020-03-23`, `2020-Q1`, `2020`, or a number on a numbered calendar.
fn period(text: &str, frequency: Frequency, panel: &Panel) -> Result<Period, Error> {
    let text = text.trim();
    let spelled = panel.span().periods().find(|period| period.to_string() == text);
    let numbered = || text.parse().ok().map(|number| Period::numbered(frequency, number));
    let dated = || text.parse::<Date>().ok().map(|date| Period::containing(frequency, date));
    let first = || format!("{text}-01").parse::<Date>().ok().map(|date| Period::containing(frequency, date));
    spelled.or_else(dated).or_else(first).or_else(numbered).ok_or_else(|| {
        Error::Usage(format!("`{text}` is no period of this table: write {} or the like", panel.span().start()))
    })
}

/// The last known period of an origin, with something known up to it and something to compare with after it.
fn origin(text: &str, frequency: Frequency, panel: &Panel) -> Result<Period, Error> {
    let period = period(text, frequency, panel)?;
    let span = panel.span();
    let (first, last) = (span.period(unobserved(panel)), span.last().unwrap_or(span.start()));
    let why = match period {
        period if period < first || period > last => format!("is outside the data, which run from {first} to {last}"),
        period if period == last => "is where the data end: nothing comes after it to compare with".to_owned(),
        _ => return Ok(period),
    };
    Err(Error::Usage(format!("the origin `{}` {why}; name periods from {first} on and before {last}", text.trim())))
}

/// `before=2016-03..2019-03`.
fn stratum(text: &str, frequency: Frequency, panel: &Panel) -> Result<Stratum, Error> {
    let parts = text.split_once('=').and_then(|(name, span)| Some((name, span.split_once("..")?)));
    let Some((name, (from, to))) = parts else {
        return Err(Error::Usage(format!("`{text}` is no stratum: write NAME=FIRST..LAST")));
    };
    if [ALL, OTHERS].contains(&name) {
        return Err(Error::Usage(format!(
            "a stratum can't be called `{name}`, which stands for origins of any; choose another name"
        )));
    }
    let (from, to) = (period(from, frequency, panel)?, period(to, frequency, panel)?);
    if from > to {
        return Err(Error::Usage(format!("the stratum `{name}` ends before it begins: write NAME=FIRST..LAST")));
    }
    Ok(Stratum { name: name.to_owned(), from, to })
}
