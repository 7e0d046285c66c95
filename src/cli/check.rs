//! `groundswell check`: data-quality findings, nothing fitted.

use std::path::PathBuf;

use clap::Args;
use groundswell::panel::Severity;
use groundswell::pipeline;

use super::exit::{Exit, Failure};
use super::screen::Screen;

/// Look at files, or at a project's inputs, and say what was found; nothing is fitted or written
#[derive(Debug, Args)]
pub struct Arguments {
    /// Files as the council holds them, or one project file (.toml)
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Print the findings as JSON
    #[arg(long)]
    json: bool,

    /// End with exit code 65 where rows or series had to be left out
    #[arg(long)]
    strict: bool,
}

impl Arguments {
    pub fn execute(self, screen: &Screen) -> Result<Exit, Failure> {
        let checked = pipeline::check(&self.files, &mut screen.progress())?;
        screen.result(&if self.json { super::table::json(&checked)? } else { checked.to_string() })?;
        let lost = checked.findings.iter().any(|finding| finding.severity == Severity::Loss);
        Ok(if self.strict && lost { Exit::BadData } else { Exit::Done })
    }
}
