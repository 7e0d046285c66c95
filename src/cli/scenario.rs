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

    /// A scenario: a name that ships, a TOML file of your own, or several joined by + to act together; may be given
    /// several times
    #[arg(short, long, value_name = "NAME|FILE", required_unless_present = "list")]
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
        if !self.project.exists() && self.project.extension().is_none_or(|ending| ending != "toml") {
            let project = self.project.display();
            let message = "is taken for the project file, and isn't there; give each scenario a -s of its own";
            return Err(Failure::usage(format!("{project} {message}")));
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
