//! `groundswell status`: what stands in the folder of the packs.

use clap::Args;
use groundswell::pipeline::{self, Standing};

use super::exit::{Exit, Failure};
use super::project::Project;
use super::screen::Screen;

/// Say which packs are there, which is current and intact, and whether a run would publish a new one
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    project: Project,

    /// Print the status as JSON
    #[arg(long)]
    json: bool,

    /// Tell by the exit code: 10 a run would publish a new pack, 12 nothing new
    #[arg(long)]
    detailed_exitcode: bool,
}

impl Arguments {
    pub fn execute(self, screen: &Screen) -> Result<Exit, Failure> {
        let plan = self.project.plan()?;
        let status = pipeline::status(&plan)?;
        screen.result(&if self.json { super::table::json(&status)? } else { status.to_string() })?;
        Ok(match status.standing {
            _ if !status.is_sound() => Exit::BadData,
            _ if !self.detailed_exitcode => Exit::Done,
            Standing::UpToDate => Exit::Unchanged,
            _ => Exit::Changed,
        })
    }
}
