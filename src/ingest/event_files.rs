//! Files of any format that tells what happened, as events.

use std::path::{Path, PathBuf};

use super::error::IngestError;
use super::events::{Event, Events};
use super::signatures::known_otherwise;
use super::source::{Source, start_of};
use super::table::{DatedEvents, ReadThrough};
use super::{InputFile, annex_a, cases, cin_census, dates, findings, ssda903, workbook};
use crate::panel::Finding;

/// What happened to the children of the files, for what follows journeys and not only counts.
#[derive(Debug)]
pub struct History {
    /// Events of all files; what stands in several is kept as the newest file has it.
    pub events: Events,
    /// What was noticed, in the order of the files.
    pub findings: Vec<Finding>,
    /// The files, in the order given.
    pub inputs: Vec<InputFile>,
    /// The first and the last day of which returns of looked-after children tell, where there are any.
    pub care_covers: Option<[jiff::civil::Date; 2]>,
}

/// Reads the events of children in need census returns (XML), of Annex A's lists (workbooks, folders of CSV) and of the
/// tables of looked-after children's returns (SSDA903), in any order; what stands in several returns is taken as the latest has it.
///
/// # Errors
/// Where a file can't be read or is no return.
pub fn read_events(files: &[PathBuf], base: &Path) -> Result<History, IngestError> {
    let sources: Vec<Source> = files.iter().map(|file| Source::File(base.join(file))).collect();
    read_events_of(&sources)
}

/// As [`read_events`], of files or of bytes in memory.
///
/// # Errors
/// Where a source can't be read or is no return.
pub fn read_events_of(sources: &[Source]) -> Result<History, IngestError> {
    if sources.is_empty() {
        return Err(IngestError::NoFiles);
    }
    let mut files = EventFiles::default();
    for source in sources {
        let path = source.path();
        if let Some(folder) = source.folder_of_lists() {
            files.take(path, annex_a::events_of_folder(folder)?);
            continue;
        }
        let (mut input, _) = source.input()?;
        let start = start_of(path, &mut input)?;
        if workbook::is_archive(&start) {
            files.take(path, annex_a::events_of_book(path, &mut input)?);
        } else if let Some((what, remedy)) = known_otherwise(&start) {
            return Err(IngestError::NotATable { path: path.to_path_buf(), what, remedy });
        } else if cin_census::is_census(&start) {
            files.take(path, cin_census::events(path, Box::new(input))?);
        } else {
            let through = files.care.read(path, Box::new(input))?;
            files.take(path, through);
        }
    }
    Ok(files.history())
}

/// What files tell, one after another.
#[derive(Debug, Default)]
pub(super) struct EventFiles {
    all: Vec<DatedEvents>,
    findings: Vec<Finding>,
    inputs: Vec<InputFile>,
    care: ssda903::CareReader,
}

impl EventFiles {
    /// Takes what reading a file showed: its own events, or those that the reader of returns keeps.
    pub(super) fn take(&mut self, path: &Path, through: ReadThrough) {
        let (events, mut through) = through.events_apart();
        self.all.extend(events);
        if through.ragged.count > 0 {
            self.findings.push(findings::ragged_rows(path, &through.ragged));
        }
        if let Some(encoding) = through.converted {
            self.findings.push(findings::converted_encoding(path, encoding));
        }
        self.findings.append(&mut through.notes);
        self.inputs.push(InputFile::of(path, &through));
    }

    /// All that happened; what stands in several files is kept as the newest has it.
    pub(super) fn history(self) -> History {
        let EventFiles { mut all, mut findings, inputs, care } = self;
        let mut care = care.finish();
        findings.append(&mut care.findings);
        all.push((care.last.map(dates::days_since_epoch), care.events));
        all.sort_by_key(|(last, _)| *last);
        let ended = cases::close_unlisted(&mut all);
        if ended > 0 {
            findings.push(cases::invented_closures(ended));
        }
        let all: Vec<Vec<Event>> = all.into_iter().map(|(_, events)| events).collect();
        let disagreeing = Events::disagreeing(&all);
        if disagreeing > 0 {
            findings.push(findings::disagreeing_events(disagreeing));
        }
        let (events, repeated) = Events::merged(all);
        if repeated > 0 {
            findings.push(findings::repeated_events(repeated));
        }
        History { events, findings, inputs, care_covers: care.covers }
    }
}
