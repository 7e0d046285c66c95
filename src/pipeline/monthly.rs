//! The monthly job: read, forecast, judge, protect, publish.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::care;
use super::earlier::Earlier;
use super::judge::{self, Trial};
use super::pack::{Pack, Results};
use super::pathway::{Followed, Following};
use super::recipe::Fitted;
use super::shown::{self, Shown};
use super::standing::Standing;
use super::work::Work;
use super::{Error, Listener, Progress, Stage, futures, idle_levers, pathway, short_history};
use crate::batch::{self, Input, Job, Lock, Published, Record};
use crate::disclosure::{Profile, ToldFinding, told};
use crate::forecast::{FittedForecaster, Forecast, unobserved};
use crate::ingest;
use crate::panel::{Finding, Hierarchy, Panel, Place, SeriesKey, Severity, findings_together};
use crate::project::RunPlan;
use crate::publish;

/// The program and its version, as packs name it.
const ENGINE: &str = concat!("groundswell ", env!("CARGO_PKG_VERSION"));

/// Whether a run had something to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PackState {
    /// A new pack is there.
    Published,
    /// The same inputs, plan and version had been published already.
    Unchanged,
}

/// What a run came to.
#[derive(Debug, Clone, Serialize)]
pub struct RunOutcome {
    /// Whether there was something to do.
    pub state: PackState,
    /// The pack's folder.
    pub pack: PathBuf,
    /// The report in it.
    pub report: PathBuf,
    /// The pack that was current before, where this one replaced it.
    pub replaced: Option<String>,
    /// A pack of the same inputs, plan and version that is no longer as it was published: why this one was made anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub damaged: Option<String>,
    /// Packs of old origins that were removed, as `[publish] keep` asks.
    pub retired: Vec<String>,
    /// What a person should look at before passing the pack on.
    pub alerts: Vec<String>,
}

/// Results that matter come last: the report's place.
impl fmt::Display for RunOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for alert in &self.alerts {
            writeln!(f, "Alert: {alert}")?;
        }
        if let Some(damaged) = &self.damaged {
            writeln!(
                f,
                "The pack {damaged} is not as it was published, so it was made anew; `groundswell verify` says how it \
                 differs"
            )?;
        }
        match self.state {
            PackState::Unchanged => writeln!(f, "Nothing new: these inputs were published already.")?,
            PackState::Published => writeln!(f, "Published {}", self.pack.display())?,
        }
        for retired in &self.retired {
            writeln!(f, "Removed the old pack {retired}")?;
        }
        writeln!(f, "Report: {}", self.report.display())
    }
}

/// What a run would do.
#[derive(Debug, Clone, Serialize)]
pub struct Rehearsal {
    /// How many series would be forecast.
    pub series: usize,
    /// The first and the last month of history.
    pub first: String,
    /// The last period that the forecast would know.
    pub last: String,
    /// How many periods would be forecast.
    pub horizon: usize,
    /// The line-up.
    pub line_up: String,
    /// How many origins the backtest would stand at.
    pub origins: usize,
    /// The folder of the packs.
    pub destination: PathBuf,
    /// What a run would do about the pack that is current there.
    pub standing: Standing,
    /// What was noticed about the data, as the profile lets it be told.
    pub findings: Vec<ToldFinding>,
}

impl fmt::Display for Rehearsal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            writeln!(f, "Finding: {} ({})", finding.what, finding.name)?;
        }
        let (series, first, last, horizon) = (self.series, &self.first, &self.last, self.horizon);
        let would = if self.standing.makes_a_pack() { "Would forecast" } else { "Has forecast" };
        writeln!(f, "{would} {series} series, known from {first} to {last}, {horizon} periods ahead")?;
        let ending = if self.standing.makes_a_pack() { "," } else { "." };
        writeln!(f, "with the line-up `{}`, judged at {} origins{ending}", self.line_up, self.origins)?;
        let destination = self.destination.display();
        match &self.standing {
            Standing::NothingPublished => writeln!(f, "and publish into {destination}"),
            standing if standing.makes_a_pack() => writeln!(f, "and publish into {destination}\n{standing}"),
            standing => writeln!(f, "{standing}\nThe packs are in {destination}"),
        }
    }
}

/// What a run would do: everything is read and checked, nothing fitted or written.
///
/// # Errors
/// Where the input, the calendar or the line-up can't be used.
pub fn rehearse(plan: &RunPlan, listener: Listener<'_>) -> Result<Rehearsal, Error> {
    let work = Work::prepare(plan, listener)?;
    let span = work.active.span();
    let destination = plan.destination();
    // What is wrong with the destination is told when a run locks it.
    let standing = Standing::of(&destination, &job(plan)?).unwrap_or(Standing::NothingPublished);
    Ok(Rehearsal {
        series: work.active.keys().len(),
        first: span.start().to_string(),
        last: span.last().unwrap_or(span.start()).to_string(),
        horizon: plan.forecast().horizon,
        line_up: plan.line_up().name.clone(),
        origins: work.origins.len(),
        destination,
        standing,
        findings: findings_together(work.findings())
            .iter()
            .map(|finding| told(plan.publish().profile, finding))
            .collect(),
    })
}

/// The monthly job. The pack is whole or not there; the last one stands until then. Inputs, plan, seed and version that
/// were published already are no work.
///
/// # Errors
/// Where a stage fails; nothing is published then.
pub fn run(plan: &RunPlan, listener: Listener<'_>) -> Result<RunOutcome, Error> {
    run_after(plan, &plan.destination(), None, listener)
}

/// The monthly job, compared with the earlier packs of any folder. `beside` names the packs that were there when the job
/// was first done; absent: those that are there now.
pub(super) fn run_after(
    plan: &RunPlan,
    earlier: &Path,
    beside: Option<&[String]>,
    listener: Listener<'_>,
) -> Result<RunOutcome, Error> {
    let mut job = job(plan)?;
    let destination = plan.destination();
    if let Some(outcome) = published_already(&destination, &job) {
        return Ok(outcome);
    }
    // What can be wrong with the data is found out before the destination is touched.
    let work = Work::prepare(plan, listener)?;
    for (before, read) in job.inputs.iter_mut().zip(work.inputs()) {
        if before.sha256 != read.sha256 {
            return Err(Error::InputChanged { path: read.path.clone() });
        }
        before.rows = Some(read.rows);
        blur(before, plan.publish().profile);
    }
    super::log_findings(plan.publish().profile, work.findings());
    let lock = Lock::acquire(&destination)?;
    let before = batch::latest(&destination).ok().flatten().map(|latest| latest.pack);
    let span = work.active.span();
    let name = span.last().unwrap_or(span.start()).to_string();
    let mut alerts = Vec::new();
    let key = job.key();
    let published = batch::publish(&lock, &name, &job, |staging: &Path| -> Result<Record, Error> {
        let earlier = Earlier::read(earlier, &name, plan.publish().profile, &plan.forecast().levels)?
            .with_beside(earlier, &key, beside)?;
        let result = forecast_and_judge(plan, &work, earlier, listener)?;
        alerts = result.alerts.clone();
        listener(Progress { stage: Stage::Publish, done: 0, of: 1 });
        let workbooks = plan.publish().workbook.clone();
        let options = publish::PublishOptions { workbooks, ..publish::PublishOptions::default() };
        publish::write(staging, &result.contents, &options)?;
        listener(Progress { stage: Stage::Publish, done: 1, of: 1 });
        Ok(result.record)
    })?;
    let pack = published.pack().path.clone();
    let state = match &published {
        Published::Unchanged(_) => PackState::Unchanged,
        Published::New { .. } | Published::Pointed(_) => PackState::Published,
    };
    tracing::debug!(pack = %published.pack().name, key = %job.key(), "published");
    let damaged = match &published {
        Published::New { damaged, .. } => damaged.as_deref().and_then(Path::file_name),
        Published::Pointed(_) | Published::Unchanged(_) => None,
    };
    let damaged = damaged.map(|name| name.to_string_lossy().into_owned());
    let replaced = before.filter(|before| *before != published.pack().name);
    let retired = retired(&lock, plan.publish().keep);
    Ok(RunOutcome { state, report: pack.join("report.html"), pack, replaced, damaged, retired, alerts })
}

/// The size of an input as a pack may tell it: how many rows are new since last month's pack is how many children.
fn blur(input: &mut Input, profile: Profile) {
    const BYTES: u64 = 1_000;
    const ROWS: u64 = 10;
    if profile != Profile::Internal {
        let nearest = |number: u64, base: u64| (number + base / 2) / base * base;
        input.bytes = nearest(input.bytes, BYTES);
        input.rows = input.rows.map(|rows| nearest(rows, ROWS));
    }
}

/// Removes packs of old origins. The new pack is there by then, so what stands in the way is told and no failure: the
/// next run tries again.
fn retired(lock: &Lock, keep: Option<usize>) -> Vec<String> {
    let Some(keep) = keep else { return Vec::new() };
    batch::retire(lock, keep).unwrap_or_else(|error| {
        tracing::warn!("old packs could not be removed: {error}");
        Vec::new()
    })
}

/// What decides the outputs of a plan at this moment: its inputs are hashed.
pub(super) fn job(plan: &RunPlan) -> Result<Job, Error> {
    let own = if care::is_all_there_is(plan) { &[][..] } else { &plan.input().files };
    let files = own.iter().cloned().chain(care::files(plan)?);
    let inputs = files.map(|file| input(plan, &file)).collect::<Result<Vec<Input>, Error>>()?;
    Ok(Job { engine: ENGINE.to_owned(), plan: plan.resolved(), seed: plan.draws().seed, inputs })
}

/// The outcome of a job whose pack is there already, whole and current: nothing is read again.
/// A destination that can't be read is no reason to stop here: what is wrong with it is told when it is locked.
fn published_already(destination: &Path, job: &Job) -> Option<RunOutcome> {
    let pack = batch::find(destination, &job.key()).ok().flatten()?;
    let latest = batch::latest(destination).ok().flatten()?;
    let (state, report) = (PackState::Unchanged, pack.path.join("report.html"));
    let (retired, alerts) = (Vec::new(), Vec::new());
    let outcome = RunOutcome { state, report, pack: pack.path, replaced: None, damaged: None, retired, alerts };
    (latest.pack == pack.name).then_some(outcome)
}

fn input(plan: &RunPlan, file: &Path) -> Result<Input, Error> {
    let path = plan.base().join(file);
    let name = file.display().to_string();
    // An extract as a folder of lists.
    if path.is_dir() {
        let (bytes, sha256) = ingest::fingerprint_of_folder(&path)?;
        return Ok(Input { name, bytes, sha256, rows: None });
    }
    // That a file isn't there is the reader's to say, in its own words.
    if !path.is_file() {
        ingest::recognise(&path)?;
    }
    Ok(Input::of_file(name, &path)?)
}

fn forecast_and_judge(plan: &RunPlan, work: &Work, earlier: Earlier, listener: Listener<'_>) -> Result<Pack, Error> {
    let panel = &work.active;
    let known = panel.span().len();
    let horizon = plan.forecast().horizon;
    listener(Progress { stage: Stage::Fit, done: 0, of: 1 });
    let recipe = Fitted::of(plan.line_up(), panel, &work.design.slice(0, known))?;
    let fitted = recipe.forecaster();
    let leaves = fitted.forecast(&work.design.slice(known, horizon), plan.draws())?.shaped_like(panel.kind());
    let hierarchy = Hierarchy::of(panel);
    let forecast = leaves.totals(panel, hierarchy.totals());
    let history = shown::history(plan, work, &earlier)?;
    let (futures, supposed) = futures::published(plan, work, &recipe, &leaves, &Shown::of(&history))?;
    listener(Progress { stage: Stage::Fit, done: 1, of: 1 });
    let trial = Trial {
        panel,
        known: &work.design,
        totals: hierarchy.totals(),
        origins: &work.origins,
        strata: Vec::new(),
        levels: &plan.forecast().levels,
        draws: plan.draws(),
    };
    let scorecard = trial.judge(std::slice::from_ref(plan.line_up()), listener)?;
    let mut findings: Vec<Finding> = work.findings().cloned().collect();
    findings.extend(short_history::of_panel(panel));
    findings.extend(idle_levers::findings(plan, panel));
    let following = Following::fit(plan, work, &mut findings)?;
    let Followed { pathway, placements } = pathway::follow(plan, following.as_ref(), &leaves, &supposed)?;
    findings.extend(not_forecast(fitted, panel, &leaves));
    if scorecard.is_none() {
        findings.push(no_backtest(panel, horizon));
    }
    let (hierarchy, forecast) = (&hierarchy, &forecast);
    let results = Results {
        plan,
        work,
        fitted,
        hierarchy,
        forecast,
        scorecard,
        findings,
        history,
        earlier,
        pathway,
        placements,
        futures,
    };
    results.protected()
}

/// The series that no model could forecast, and why.
fn not_forecast(fitted: &dyn FittedForecaster, panel: &Panel, forecast: &Forecast) -> Vec<Finding> {
    let lost = panel.keys().iter().filter(|key| forecast.row(key).is_none());
    let finding = |key: &SeriesKey| {
        let skipped = fitted.skipped().iter().find(|skipped| skipped.key == *key);
        let reason = skipped.map_or("no model had a finite forecast", |skipped| skipped.reason.as_str());
        Finding {
            name: "series-not-forecast",
            severity: Severity::Loss,
            what: format!("{key} is not forecast: {reason}").into(),
            place: Place { series: Some(key.to_string()), ..Place::default() },
            count: 1,
            meaning: "Totals that this series belongs to are forecast without it.",
            remedy: "Give it a longer history, or merge it with another category.",
        }
    };
    lost.map(finding).collect()
}

fn no_backtest(panel: &Panel, horizon: usize) -> Finding {
    let known = panel.span().len() - unobserved(panel);
    let least = judge::least_known(panel);
    let noun = panel.span().frequency().noun();
    Finding {
        name: "no-backtest",
        severity: Severity::Warning,
        what: format!(
            "{known} {noun}s of history are too few to try the forecast on the past: {} are needed, {least} to learn from \
             and {horizon} to compare with",
            least + horizon
        )
        .into(),
        place: Place::default(),
        count: 1,
        meaning: "Nothing shows how well such forecasts have held; treat the ranges with care.",
        remedy: "Give a longer history, or a shorter horizon.",
    }
}
