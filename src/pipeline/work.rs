//! What a run works on: history, calendar, closures, and the part of the history that is forecast.

use std::fs;
use std::path::{Path, PathBuf};

use super::care::{self, CareRecords};
use super::{Error, Listener, judge, read_planned};
use crate::features::{calendar_design, closure_design};
use crate::forecast::RollingOrigins;
use crate::ingest::{Format, Ingested, InputFile, TimeLabels};
use crate::panel::{Design, Finding, Panel};
use crate::project::RunPlan;
use crate::publish::Lockdown;
use crate::time::{Closures, Span, WorkingCalendar};

/// What a run works on: the history, its regressors, and the part of it that is forecast.
pub(super) struct Work {
    pub ingested: Ingested,
    /// The series that go on: those with an observation in the last season.
    pub active: Panel,
    /// The design over the active panel and the horizon after it.
    pub design: Design,
    pub origins: RollingOrigins,
    /// Closures to shade in the charts.
    pub lockdowns: Vec<Lockdown>,
    /// Returns of looked-after children, where the project has any.
    pub care: Option<CareRecords>,
}

impl Work {
    pub fn prepare(plan: &RunPlan, listener: Listener<'_>) -> Result<Work, Error> {
        let calendar = calendar(plan)?;
        let closures = closures(plan)?;
        let care = care::read(plan)?;
        let ingested = match &care {
            Some(care) if care::is_all_there_is(plan) => care.entries(plan)?,
            _ => read_planned(plan, &closures, listener)?,
        };
        let panel = &ingested.panel;
        let active = still_alive(panel);
        let horizon = plan.forecast().horizon;
        let span = panel.span().extended(horizon);
        let dated = (ingested.time_labels != TimeLabels::Number).then_some(&calendar);
        let design = calendar_design(span, dated, &plan.calendar().features)?;
        let design = match dated {
            Some(calendar) => closure_design(design, calendar, &closures)?,
            None => design,
        };
        let (count, stride) = (plan.backtest().origins, plan.backtest().stride);
        let origins = RollingOrigins::last(&active, count, stride, horizon, judge::least_known(&active));
        let lockdowns = if dated.is_some() { lockdowns(&closures, span) } else { Vec::new() };
        Ok(Work { active, design, origins, ingested, lockdowns, care })
    }

    /// Whether returns of looked-after children are all there is: who came into care is the history then.
    pub fn is_care_alone(&self) -> bool {
        self.ingested.format == Format::Ssda903
    }

    /// Every file that was read, in the order in which a job names them.
    pub fn inputs(&self) -> impl Iterator<Item = &InputFile> {
        self.ingested.inputs.iter().chain(self.beside().flat_map(|care| &care.inputs))
    }

    /// What was noticed about the data.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.ingested.findings.iter().chain(self.beside().flat_map(|care| &care.findings))
    }

    /// Returns beside other inputs.
    fn beside(&self) -> impl Iterator<Item = &CareRecords> {
        self.care.iter().filter(|_| !self.is_care_alone())
    }
}

/// The calendar of the plan.
pub(super) fn calendar(plan: &RunPlan) -> Result<WorkingCalendar, Error> {
    let Some(file) = &plan.calendar().file else { return Ok(WorkingCalendar::england_and_wales()) };
    let (path, text) = beside(plan, file)?;
    WorkingCalendar::from_toml(&text).map_err(|source| Error::Calendar { path, source })
}

/// The closures of the plan.
pub(super) fn closures(plan: &RunPlan) -> Result<Closures, Error> {
    let Some(file) = &plan.calendar().closures else { return Ok(Closures::england()) };
    let (path, text) = beside(plan, file)?;
    Closures::from_toml(&text).map_err(|source| Error::Closures { path, source })
}

/// The closures that fall into the history or the horizon, as runs of closed days.
fn lockdowns(closures: &Closures, span: Span) -> Vec<Lockdown> {
    let (first, last) = (span.start().first_day(), span.last().unwrap_or(span.start()).last_day());
    let runs: Vec<_> = closures.runs().into_iter().filter(|(from, to)| *to >= first && *from <= last).collect();
    let label = |place: usize| match (runs.len(), place) {
        (1, _) => "Lockdown".to_owned(),
        (_, 0) => "1st lockdown".to_owned(),
        (_, 1) => "2nd lockdown".to_owned(),
        (_, 2) => "3rd lockdown".to_owned(),
        _ => format!("{}th lockdown", place + 1),
    };
    let runs = runs.iter().enumerate();
    runs.map(|(place, (from, to))| Lockdown { label: label(place), first_day: *from, last_day: *to }).collect()
}

/// A text file that the project file names.
fn beside(plan: &RunPlan, file: &Path) -> Result<(PathBuf, String), Error> {
    let path = plan.base().join(file);
    let text = fs::read_to_string(&path).map_err(|source| Error::Unreadable { path: path.clone(), source })?;
    Ok((path, text))
}

/// The series that go on: something was observed of them in the last season. An authority that was merged away must not
/// be forecast beside the one that took it in; the reader has a finding for each.
fn still_alive(panel: &Panel) -> Panel {
    let season = panel.span().frequency().season_length().max(2);
    let from = panel.span().len().saturating_sub(season);
    let goes_on = |row: &usize| panel.series(*row).iter().skip(from).any(|value| !value.is_nan());
    panel.select(&(0..panel.keys().len()).filter(goes_on).collect::<Vec<usize>>())
}
