//! `groundswell scenario`: what if, with the ledger.

use std::path::{Path, PathBuf};

use clap::Args;
use groundswell::pipeline;
use groundswell::project::{RunPlan, load_scenario};

use super::exit::{Exit, Failure};
use super::screen::Screen;

/// Apply scenarios to a project's forecast and show what each lever adds or takes
///
/// Nothing is published; the project file's rule of disclosure control holds for what is shown. `groundswell run`
/// publishes the scenarios that the project file names.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The project file
    #[arg(default_value = "groundswell.toml", value_name = "PROJECT")]
    project: PathBuf,

    /// Scenarios: names that ship, TOML files of your own, or several joined by + to act together
    #[arg(short, long, num_args = 1.., value_name = "NAME|FILE", required_unless_present = "list")]
    scenario: Vec<String>,

    /// List the scenarios that ship
    #[arg(long)]
    list: bool,

    /// Print the outcome as JSON
    #[arg(long)]
    json: bool,
}

impl Arguments {
    pub fn execute(self, screen: &Screen) -> Result<Exit, Failure> {
        if self.list {
            screen.result(&pipeline::list_scenarios()?)?;
            return Ok(Exit::Done);
        }
        let plan = RunPlan::load(&self.project).map_err(pipeline::Error::from)?;
        // Files named on the command line lie where the command was given.
        let load = |name: &String| load_scenario(name, Path::new(""));
        let scenarios: Vec<_> =
            self.scenario.iter().map(load).collect::<Result<_, _>>().map_err(pipeline::Error::from)?;
        let outcome = pipeline::scenarios(&plan, &scenarios, &mut screen.progress())?;
        screen.result(&if self.json { super::table::json(&outcome)? } else { outcome.to_string() })?;
        Ok(Exit::Done)
    }
}
