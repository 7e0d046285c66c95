//! `groundswell verify`: is a pack as it was published?

use std::path::PathBuf;

use clap::Args;
use groundswell::pipeline;

use super::exit::{Exit, Failure};
use super::screen::Screen;

/// Hash a pack's files again and compare them with its manifest; exit code 65 where one differs
#[derive(Debug, Args)]
pub struct Arguments {
    /// Folders of packs; the folder that holds them all stands for the current one
    #[arg(required = true, value_name = "PACK")]
    packs: Vec<PathBuf>,

    /// Print the outcome as JSON
    #[arg(long)]
    json: bool,
}

impl Arguments {
    pub fn execute(self, screen: &Screen) -> Result<Exit, Failure> {
        let packs = self.packs.iter().map(|pack| pipeline::verify_pack(pack)).collect::<Result<Vec<_>, _>>()?;
        let text = || packs.iter().map(ToString::to_string).collect::<String>();
        screen.result(&if self.json { super::table::json(&packs)? } else { text() })?;
        let intact = packs.iter().all(|pack| pack.differences.is_empty());
        Ok(if intact { Exit::Done } else { Exit::BadData })
    }
}
