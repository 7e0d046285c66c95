//! Returns of looked-after children as `check` shows them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::Error;
use super::care::files_in;
use crate::ingest::{self, Format, History};

/// What tables of looked-after children's returns hold together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LookedAfter {
    /// Children with at least one episode.
    pub children: usize,
    /// Periods of care.
    pub periods: usize,
    /// Episodes, after those that stood more than once were taken as one.
    pub episodes: usize,
    /// Periods of care that go on.
    pub still: usize,
    /// The first day of care and the last on which a period started, if there is any.
    pub starts: Option<[String; 2]>,
}

impl LookedAfter {
    pub(super) fn of(history: &History) -> LookedAfter {
        let care = &history.events.care;
        let starts = care.first().zip(care.last());
        LookedAfter {
            children: care.iter().map(|period| period.child).collect::<BTreeSet<_>>().len(),
            periods: care.len(),
            episodes: history.events.placements.len(),
            still: care.iter().filter(|period| period.ended.is_none()).count(),
            starts: starts.map(|(first, last)| [first.started.to_string(), last.started.to_string()]),
        }
    }

    /// One line for the screen.
    pub(super) fn line(&self) -> String {
        let LookedAfter { children, periods, episodes, still, .. } = self;
        let starts = self.starts.as_ref().map_or(String::new(), |[first, last]| format!(", from {first} to {last}"));
        format!(
            "{children} looked-after children: {periods} periods of care in {episodes} episodes{starts}; {still} go on"
        )
    }
}

/// Files of looked-after children's returns, and all others, each in the order given.
pub(super) fn apart(files: &[PathBuf]) -> Result<(Vec<PathBuf>, Vec<PathBuf>), Error> {
    let (mut looked_after, mut others) = (Vec::new(), Vec::new());
    for file in files {
        // A folder of lists or views is recognised as such; another folder may hold returns of several years.
        let is_return = match ingest::format_of(file) {
            Ok(format) => format == Format::Ssda903,
            Err(_) if holds_returns(file) => true,
            Err(error) => return Err(error.into()),
        };
        let list = if is_return { &mut looked_after } else { &mut others };
        list.push(file.clone());
    }
    Ok((looked_after, others))
}

/// Whether a folder holds a table of looked-after children's returns.
fn holds_returns(folder: &Path) -> bool {
    folder.is_dir() && files_in(&[folder.to_owned()], Path::new("")).is_ok()
}

/// Reads tables of returns: what they hold, and how they were read.
pub(super) fn read(files: &[PathBuf]) -> Result<(LookedAfter, History), Error> {
    let history = ingest::read_events(&files_in(files, Path::new(""))?, Path::new(""))?;
    Ok((LookedAfter::of(&history), history))
}
