//! `groundswell compare`: two scenarios or two packs side by side.

use std::path::{Path, PathBuf};

use clap::Args;
use groundswell::pipeline;
use groundswell::project::{RunPlan, load_scenario};

use super::exit::{Exit, Failure};
use super::screen::Screen;

/// Set two scenarios of a project, or two packs, side by side, with the ledger that leads from one to the other
///
/// Two folders are packs (or hold packs, of which the current one is taken); anything else is a scenario: a name that
/// ships, `baseline`, a TOML file, or several joined by +.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The first scenario or pack
    #[arg(value_name = "A")]
    first: String,

    /// The second scenario or pack
    #[arg(value_name = "B")]
    second: String,

    /// The project file whose forecast the scenarios are laid on
    #[arg(default_value = "groundswell.toml", value_name = "PROJECT")]
    project: PathBuf,

    /// Print the outcome as JSON
    #[arg(long)]
    json: bool,
}

impl Arguments {
    pub fn execute(self, screen: &Screen) -> Result<Exit, Failure> {
        let (first, second) = (Path::new(&self.first), Path::new(&self.second));
        let outcome = match (first.is_dir(), second.is_dir()) {
            (true, true) => pipeline::compare_packs([first, second])?,
            (true, false) | (false, true) => {
                return Err(Failure::usage("a pack can be compared with a pack only, and a scenario with a scenario"));
            }
            (false, false) => {
                let plan = RunPlan::load(&self.project).map_err(pipeline::Error::from)?;
                let load = |name: &str| load_scenario(name, Path::new("")).map_err(pipeline::Error::from);
                let (first, second) = (load(&self.first)?, load(&self.second)?);
                if first.name() == second.name() {
                    return Err(Failure::usage("the two scenarios are the same"));
                }
                pipeline::compare_scenarios(&plan, [&first, &second], &mut screen.progress())?
            }
        };
        screen.result(&if self.json { super::table::json(&outcome)? } else { outcome.to_string() })?;
        Ok(Exit::Done)
    }
}
