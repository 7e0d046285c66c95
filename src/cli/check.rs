//! `groundswell check`: data-quality findings, nothing fitted.

use std::path::PathBuf;

use clap::Args;
use groundswell::panel::Severity;
use groundswell::pipeline;

use super::exit::{Exit, Failure};
use super::screen::Screen;

/// Look at files, or at a project's inputs, and say what was found; nothing is fitted or published
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

    /// Write the spellings of source, need and no further action that mean nothing yet, as a mapping file to fill in
    #[arg(long, value_name = "MAPPING")]
    write_mapping: Option<PathBuf>,

    /// Write over a mapping file that is there already
    #[arg(long, requires = "write_mapping")]
    force: bool,
}

impl Arguments {
    pub fn execute(self, screen: &Screen) -> Result<Exit, Failure> {
        if let Some(path) = self.write_mapping.as_ref().filter(|path| !self.force && path.exists()) {
            return Err(Failure::is_there(path));
        }
        let checked = pipeline::check(&self.files, &mut screen.progress())?;
        let mapping = self.write_mapping.as_ref().map(|path| Ok::<_, Failure>((path, checked.mapping_file()?)));
        let mapping = mapping.transpose()?;
        screen.result(&if self.json { super::table::json(&checked)? } else { checked.to_string() })?;
        if let Some((path, mapping)) = mapping {
            std::fs::write(path, &mapping.text)
                .map_err(|error| Failure { exit: Exit::CantCreate, ..Failure::output(error, path.display()) })?;
            tracing::info!(
                "Wrote {}: {mapping}. Fill it in, and name it in the project file's [input]: mapping",
                path.display()
            );
        }
        let lost = checked.findings.iter().any(|finding| finding.severity == Severity::Loss);
        Ok(if self.strict && lost { Exit::BadData } else { Exit::Done })
    }
}
