//! `groundswell run`: the monthly job.

use clap::Args;
use groundswell::pipeline::{self, PackState};
use serde_json::json;

use super::exit::{Exit, Failure};
use super::project::Project;
use super::screen::Screen;

/// Read, check, forecast, backtest, protect and publish a pack
///
/// The pack is written whole or not at all; the one before it stands until then. The same inputs, project file and
/// version give the same bytes, and running again is no work.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    project: Project,

    /// Read and check everything, say what would be done, and write nothing
    #[arg(long)]
    dry_run: bool,

    /// Print the outcome as JSON
    #[arg(long)]
    json: bool,

    /// Tell by the exit code what was new: 10 data changed, 11 coverage alert, 12 nothing new
    #[arg(long)]
    detailed_exitcode: bool,
}

impl Arguments {
    pub fn execute(self, screen: &Screen) -> Result<Exit, Failure> {
        let plan = self.project.plan()?;
        if self.dry_run {
            let rehearsal = pipeline::rehearse(&plan, &mut screen.progress())?;
            screen.result(&if self.json { super::table::json(&rehearsal)? } else { rehearsal.to_string() })?;
            return Ok(Exit::Done);
        }
        let (project, folder) = (self.project.project.display().to_string(), plan.destination().display().to_string());
        let version = env!("CARGO_PKG_VERSION");
        screen.events.tell("started", json!({ "project": project, "folder": folder, "version": version }));
        let outcome = pipeline::run(&plan, &mut screen.progress())?;
        for alert in &outcome.alerts {
            screen.events.tell("alert", json!({ "alert": alert }));
        }
        screen.events.tell(
            match outcome.state {
                PackState::Published => "published",
                PackState::Unchanged => "unchanged",
            },
            json!({
                "pack": outcome.pack.display().to_string(),
                "report": outcome.report.display().to_string(),
                "replaced": outcome.replaced,
                "damaged": outcome.damaged,
                "retired": outcome.retired,
            }),
        );
        screen.result(&if self.json { super::table::json(&outcome)? } else { outcome.to_string() })?;
        Ok(match outcome.state {
            _ if !self.detailed_exitcode => Exit::Done,
            PackState::Unchanged => Exit::Unchanged,
            PackState::Published if !outcome.alerts.is_empty() => Exit::Alert,
            PackState::Published if outcome.replaced.is_some() => Exit::Changed,
            PackState::Published => Exit::Done,
        })
    }
}
