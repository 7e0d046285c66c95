//! `groundswell completions`: a completion script for a shell.

use clap::Args;
use clap_complete::Shell;

use super::exit::{Exit, Failure};
use super::screen::Screen;

/// Print a completion script for a shell
#[derive(Debug, Args)]
pub struct Arguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Arguments {
    pub fn execute(self, screen: &Screen) -> Result<Exit, Failure> {
        // Written whole first: the generator takes a closed pipe for a fault of its own.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut super::command(), "groundswell", &mut script);
        screen.result(&String::from_utf8_lossy(&script))?;
        Ok(Exit::Done)
    }
}
