//! The order of the stages: the only place that knows two rooms at a time.
//!
//! In: a checked [`RunPlan`], or the arguments of a command. Out: a published pack
//! ([`run`]) and what stands there ([`status`], [`verify_pack`], [`rerun`]), findings ([`check`]), a project file ([`init`]), or forecasts and scores of a plain table
//! ([`forecast_table`], [`backtest_table`]). Statistics live in the rooms; this module hands data from one to the next
//! and composes their errors.

mod assurance;
mod care;
mod codes;
mod compare;
mod completeness;
mod desk;
mod dimensions;
mod earlier;
mod error;
mod event_counts;
mod explain;
mod figures;
mod file_names;
mod flat;
mod futures;
mod idle_levers;
mod judge;
mod looked_after;
mod monthly;
mod pack;
mod pathway;
mod recipe;
mod scenario;
mod scores;
mod short_history;
mod shown;
mod simulated;
mod standing;
mod vintages;
mod what_if;
mod work;

pub use codes::MappingFile;
pub use compare::{Compared, Comparison, compare_packs, compare_scenarios};
pub use desk::{Checked, CheckedFile, Initialised, check, init};
pub use dimensions::IdDimensions;
pub use error::{Error, Fault};
pub use event_counts::EventCounts;
pub use explain::{Explanation, explain};
pub use flat::{FlatForecast, FlatSummary, FlatTable, forecast_table, rehearse_table};
pub use looked_after::LookedAfter;
pub use monthly::{PackState, Rehearsal, RunOutcome, rehearse, run};
pub use pathway::scenarios::WorkLine;
pub use recipe::forecaster;
pub use scenario::{LedgerLine, ScenarioResult, Scenarios, list_scenarios, scenarios};
pub use scores::{FlatBacktest, OriginChoice, ScoreLine, TableScores, backtest_table};
pub use simulated::{SimulationChanges, simulate};
pub use standing::Standing;
pub use vintages::{Rerun, Status, VerifiedPack, Vintage, rerun, status, verify_pack};

pub use crate::publish::tables::WideFormat;

use std::path::Path;

use crate::disclosure::{Profile, told};
use crate::ingest::{self, History, IngestError, Ingested, InputOptions, TimeLabels};
use crate::panel::{Finding, Severity, findings_together};
use crate::project::RunPlan;
use crate::time::Closures;

/// Where a command stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Files are read.
    Read,
    /// Models are fitted and paths drawn.
    Fit,
    /// The recipe is tried on the past.
    Backtest,
    /// Outputs are written.
    Publish,
}

/// How far a stage has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The stage.
    pub stage: Stage,
    /// Steps done.
    pub done: u64,
    /// Steps in all; 0 where that isn't known.
    pub of: u64,
}

impl From<ingest::Progress<'_>> for Progress {
    fn from(read: ingest::Progress<'_>) -> Progress {
        Progress { stage: Stage::Read, done: read.bytes, of: read.size.unwrap_or(0) }
    }
}

/// Logs what was noticed about the data, under the rule of whoever reads the log: what may change a forecast as a warning,
/// the rest as detail.
fn log_findings<'a>(profile: Profile, findings: impl IntoIterator<Item = &'a Finding>) {
    for finding in &findings_together(findings) {
        let finding = told(profile, finding);
        let (name, count) = (finding.name, finding.count);
        let place = Some(finding.place.to_string()).filter(|place| !place.is_empty());
        match finding.severity {
            Severity::Note => tracing::debug!(finding = name, count, place, "{}", finding.what),
            Severity::Warning | Severity::Loss => tracing::warn!(finding = name, count, place, "{}", finding.what),
        }
    }
}

/// Reads input files, tells how far it has come, and looks for changes that the closures don't explain.
fn read_input(
    options: &InputOptions,
    base: &Path,
    closures: &Closures,
    listener: Listener<'_>,
) -> Result<Ingested, Error> {
    Ok(with_changes(ingest::read(options, base, &mut |read| listener(read.into()))?, closures))
}

/// As [`read_input`], and in the same pass all that happened, where the files tell it.
fn read_with_history(
    options: &InputOptions,
    base: &Path,
    closures: &Closures,
    listener: Listener<'_>,
) -> (Result<Ingested, Error>, Option<History>) {
    let mut history = None;
    let ingested = ingest::read_with_history(options, base, &mut history, &mut |read| listener(read.into()));
    (ingested.map(|ingested| with_changes(ingested, closures)).map_err(Error::from), history)
}

fn with_changes(mut ingested: Ingested, closures: &Closures) -> Ingested {
    if ingested.time_labels != TimeLabels::Number {
        ingested.findings.extend(ingest::sudden_changes(&ingested.panel, closures));
    }
    let frequency = ingested.panel.span().frequency();
    ingested.findings.extend(ingest::shifted_years(ingested.time_labels, frequency));
    ingested
}

/// Reads the input of a plan; what the project file asks for and isn't there is told with its line.
fn read_planned(plan: &RunPlan, closures: &Closures, listener: Listener<'_>) -> Result<Ingested, Error> {
    read_input(plan.input(), plan.base(), closures, listener).map_err(|error| asked(plan, error))
}

/// What the project file asks for and isn't there, with its line; any other error as it is.
fn asked(plan: &RunPlan, error: Error) -> Error {
    let option = match &error {
        Error::Ingest(IngestError::UnknownArea { .. }) => "areas",
        Error::Ingest(IngestError::Options(what)) if what.contains("dimension") => "dimensions",
        Error::Ingest(IngestError::Options(what)) if what.contains("`frequency`") => "frequency",
        _ => return error,
    };
    Error::Asked(format!("{}: {error}", plan.place(&["input", option])))
}

/// Who hears of progress.
pub type Listener<'a> = &'a mut dyn FnMut(Progress);
