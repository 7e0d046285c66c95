//! `groundswell status`: what stands in the folder of the packs.

use std::path::PathBuf;

use clap::Args;
use groundswell::pipeline::{self, Standing};
use groundswell::project::RunPlan;

use super::exit::{Exit, Failure};
use super::screen::Screen;

/// Say which packs are there, which is current and intact, and whether a run would publish a new one
#[derive(Debug, Args)]
pub struct Arguments {
    /// The project file
    #[arg(default_value = "groundswell.toml", value_name = "PROJECT")]
    project: PathBuf,

    /// Look here in place of the folder that the project file names
    #[arg(short, long, value_name = "FOLDER")]
    output: Option<PathBuf>,

    /// Print the status as JSON
    #[arg(long)]
    json: bool,

    /// Tell by the exit code: 10 a run would publish a new pack, 12 nothing new
    #[arg(long)]
    detailed_exitcode: bool,
}

impl Arguments {
    pub fn execute(self, screen: &Screen) -> Result<Exit, Failure> {
        let mut plan = RunPlan::load(&self.project).map_err(pipeline::Error::from)?;
        if let Some(output) = self.output {
            plan.publish_into(output);
        }
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
