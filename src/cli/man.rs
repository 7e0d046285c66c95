//! `groundswell man`: the manual page.

use std::io::stdout;

use clap::Args;

use super::exit::{Exit, Failure};

/// Print the manual page (roff), all subcommands included
#[derive(Debug, Args)]
pub struct Arguments {}

impl Arguments {
    pub fn execute(self) -> Result<Exit, Failure> {
        let written = clap_mangen::Man::new(super::command().flatten_help(true)).render(&mut stdout());
        written.map_err(|error| Failure::output(error, "the manual page"))?;
        Ok(Exit::Done)
    }
}
