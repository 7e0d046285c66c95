//! The project that `run` and `status` work on.

use std::path::PathBuf;

use clap::Args;
use groundswell::pipeline;
use groundswell::project::RunPlan;

use super::exit::Failure;

// Which project, and which folder of packs. A doc comment would become the help of the commands that have it.
#[derive(Debug, Args)]
pub struct Project {
    /// The project file
    #[arg(default_value = "groundswell.toml", value_name = "PROJECT")]
    pub project: PathBuf,

    /// The folder of the packs, in place of the one that the project file names
    #[arg(short, long, value_name = "FOLDER")]
    output: Option<PathBuf>,
}

impl Project {
    /// What the project file asks for.
    pub fn plan(&self) -> Result<RunPlan, Failure> {
        let mut plan = RunPlan::load(&self.project).map_err(pipeline::Error::from)?;
        if let Some(output) = &self.output {
            plan.publish_into(output.clone());
        }
        Ok(plan)
    }
}
