//! `groundswell man`: the manual pages.

use std::fs;
use std::path::PathBuf;

use clap::Args;

use super::exit::{Exit, Failure};
use super::screen::Screen;

/// Print the manual page (roff); with --output, write a page for every command
#[derive(Debug, Args)]
pub struct Arguments {
    /// The folder to write `groundswell.1`, `groundswell-run.1` and the others into; made where it is missing
    #[arg(short, long, value_name = "FOLDER")]
    output: Option<PathBuf>,
}

impl Arguments {
    pub fn execute(self, screen: &Screen) -> Result<Exit, Failure> {
        match self.output {
            Some(folder) => fs::create_dir_all(&folder)
                .and_then(|()| clap_mangen::generate_to(super::command(), &folder))
                .map_err(|error| Failure::output(error, format!("manual pages into {}", folder.display())))?,
            None => {
                let mut page = Vec::new();
                clap_mangen::Man::new(super::command())
                    .render(&mut page)
                    .map_err(|error| Failure::output(error, "the manual page"))?;
                screen.result(&String::from_utf8_lossy(&page))?;
            }
        }
        Ok(Exit::Done)
    }
}
