//! `groundswell completions`: a completion script for a shell.

use std::io::stdout;

use clap::Args;
use clap_complete::Shell;

use super::exit::{Exit, Failure};

/// Print a completion script for a shell
#[derive(Debug, Args)]
pub struct Arguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Arguments {
    pub fn execute(self) -> Result<Exit, Failure> {
        clap_complete::generate(self.shell, &mut super::command(), "groundswell", &mut stdout());
        Ok(Exit::Done)
    }
}
