//! `groundswell rerun`: do a pack's own plan and inputs give the same bytes again?

use std::path::PathBuf;

use clap::Args;
use groundswell::pipeline;

use super::exit::{Exit, Failure};
use super::screen::Screen;

/// Make a pack again from its own plan and compare the bytes; nothing is published
///
/// The plan stands in the pack's manifest; the inputs are read where the project file had them. Ends with exit code 65
/// where a byte differs, and says which inputs, plan or version changed since.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The folder of the pack; the folder that holds all packs stands for the current one
    #[arg(value_name = "PACK")]
    pack: PathBuf,

    /// The folder that the inputs lie in [default: the one that holds the folder of the packs]
    #[arg(long, value_name = "FOLDER")]
    inputs: Option<PathBuf>,

    /// Print the outcome as JSON
    #[arg(long)]
    json: bool,
}

impl Arguments {
    pub fn execute(self, screen: &Screen) -> Result<Exit, Failure> {
        let outcome = pipeline::rerun(&self.pack, self.inputs.as_deref(), &mut screen.progress())?;
        screen.result(&if self.json { super::table::json(&outcome)? } else { outcome.to_string() })?;
        Ok(if outcome.differences.is_empty() { Exit::Done } else { Exit::BadData })
    }
}
