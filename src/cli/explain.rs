//! `groundswell explain`: one series.

use std::path::PathBuf;

use clap::Args;
use groundswell::pipeline;
use groundswell::project::RunPlan;

use super::exit::{Exit, Failure};
use super::screen::Screen;

/// Explain one series: model, weights, what lockdowns did to it, what the forecast is made of, and why
///
/// For the analyst's own desk: figures are exact and marked, whatever the project file publishes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The series, such as `Schools` or `North/Schools`
    #[arg(value_name = "SERIES")]
    series: String,

    /// The project file
    #[arg(default_value = "groundswell.toml", value_name = "PROJECT")]
    project: PathBuf,

    /// Print the explanation as JSON
    #[arg(long)]
    json: bool,
}

impl Arguments {
    pub fn execute(self, screen: &Screen) -> Result<Exit, Failure> {
        let plan = RunPlan::load(&self.project).map_err(pipeline::Error::from)?;
        let explanation = pipeline::explain(&plan, &self.series, &mut screen.progress())?;
        screen.result(&if self.json { super::table::json(&explanation)? } else { explanation.to_string() })?;
        Ok(Exit::Done)
    }
}
