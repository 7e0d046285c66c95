//! `groundswell init`: a project file that runs, written from the files themselves.

use std::path::PathBuf;

use clap::Args;
use groundswell::pipeline;

use super::exit::{Exit, Failure};
use super::screen::Screen;

/// Look at files and write a commented project file that runs
#[derive(Debug, Args)]
pub struct Arguments {
    /// Files as the council holds them
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Where the project file goes; `-` for standard output
    #[arg(short, long, default_value = "groundswell.toml", value_name = "PROJECT")]
    output: PathBuf,

    /// For files of many authorities: the one to forecast, by name or code [default: all]
    #[arg(long, value_name = "NAME|CODE")]
    area: Option<String>,

    /// Write over a project file that is there already
    #[arg(long)]
    force: bool,
}

impl Arguments {
    pub fn execute(self, screen: &Screen) -> Result<Exit, Failure> {
        let to_screen = self.output.as_os_str() == "-";
        if !to_screen && !self.force && self.output.exists() {
            return Err(Failure::is_there(&self.output));
        }
        let folder = if to_screen { None } else { self.output.parent().map(PathBuf::from) };
        let project = pipeline::init(&self.files, self.area.as_deref(), &folder.unwrap_or_default())?;
        if to_screen {
            screen.result(&project.text)?;
            return Ok(Exit::Done);
        }
        std::fs::write(&self.output, &project.text)
            .map_err(|error| Failure { exit: Exit::CantCreate, ..Failure::output(error, self.output.display()) })?;
        let path = self.output.display();
        screen.result(&format!("{}\nWrote {path}. Next: groundswell run {path}\n", project.summary))?;
        Ok(Exit::Done)
    }
}
