//! The front door: files that analysts hold become a panel and a list of what was noticed.
//!
//! In: CSV, Parquet and Arrow files, Excel workbooks and XML returns, recognised by their content: child-level referrals (one row each),
//! the children in need census, Annex A's lists, counts (one row a series and period), and the Department for Education's monthly
//! statistics; tables of looked-after children's returns, which hold events and no referrals. Out: [`Ingested`], a
//! [`Panel`] of whole periods with [`Finding`]s, a [`SeriesTable`] for the engine alone, or a [`History`]. The
//! identifiers of children are hashed as they are read and go no further. This room fits nothing, fills no gap and
//! rounds nothing.
//!
//! The way through: [`table`](self) opens a file and hands out batches of columns; a reader for each format turns them
//! into codes and counts; `merge` and `history` make one panel of several files. A reader of another format makes a
//! table of its referrals (`made`) and so joins the same way; [`read_events`] gives all that happened, as [`events`].

mod age_bands;
mod amounts;
mod annex_a;
mod cases;
mod categories;
mod cin_census;
mod columns;
mod completeness;
mod counts;
mod coverage;
mod dates;
mod dfe_areas;
mod dfe_monthly;
mod dimension;
mod encoding;
mod error;
mod event_files;
mod event_groups;
pub mod events;
mod extract;
mod findings;
mod frames;
mod handover;
mod headers;
mod history;
mod labels;
mod made;
mod mapping;
mod merge;
mod numbers;
mod options;
mod period_findings;
mod period_text;
mod periods;
mod recognise;
mod referral_rows;
mod referrals;
mod rows;
mod series;
mod signatures;
mod source;
mod ssda903;
mod sudden;
mod sums;
mod table;
mod text;
mod tidy;
mod time_labels;
mod workbook;
mod workbook_table;
mod xml_text;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use serde::Serialize;

pub use annex_a::fingerprint_of_folder;
pub use completeness::{Completeness, FieldCompleteness};
pub use error::{Fault, IngestError};
pub use event_files::{History, read_events, read_events_of};
pub use event_groups::EventGroups;
pub use events::Events;
pub use mapping::{Mapping, MappingLine, Unmapped, Writable, mapping_text, writable};
pub use options::{AreaLabels, Columns, DateOrder, Format, InputOptions, Level};
pub use recognise::{HeaderRemedy, Recognition, RoleColumn, format_of, recognise, recognise_source};
pub use series::{SeriesBlock, SeriesColumns, SeriesTable, read_series};
pub use source::Source;
pub use sudden::sudden_changes;
pub use time_labels::{TimeLabels, shifted_years};

use self::event_files::EventFiles;
use self::headers::Headers;
use self::referrals::ReferralReader;
use self::table::{ReadThrough, Table};
use self::tidy::Tidy;
use crate::panel::{Finding, Panel, ValueKind};
use crate::time::Period;

/// How far reading has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress<'a> {
    /// The file that is being read.
    pub path: &'a Path,
    /// Its number, from 1.
    pub file: usize,
    /// How many files there are.
    pub files: usize,
    /// Bytes read of it, where its container tells.
    pub bytes: u64,
    /// Its size.
    pub size: Option<u64>,
    /// Rows read of it.
    pub rows: u64,
}

/// A file that was read, for the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InputFile {
    /// The path as given.
    pub path: PathBuf,
    /// The hash of its bytes.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// Rows under the header.
    pub rows: u64,
}

impl InputFile {
    fn of(path: &Path, through: &ReadThrough) -> InputFile {
        InputFile { path: path.to_path_buf(), sha256: through.sha256.clone(), bytes: through.bytes, rows: through.rows }
    }
}

/// What the files hold, ready to be forecast.
#[derive(Debug)]
pub struct Ingested {
    /// Histories of whole periods.
    pub panel: Panel,
    /// What the files were.
    pub format: Format,
    /// How the files write periods.
    pub time_labels: TimeLabels,
    /// What was noticed, in the order of the files.
    pub findings: Vec<Finding>,
    /// The files, in the order given.
    pub inputs: Vec<InputFile>,
    /// The last period that is complete in the data: the panel's last.
    pub last_complete: Period,
    /// Which fields of referrals are filled in, period by period; nothing for counts.
    pub completeness: Option<Completeness>,
    /// Spellings of code lists that no code, label or mapping catches.
    pub unmapped: Vec<Unmapped>,
}

/// Reads the files that the options name; relative paths start at `base`. `by` is told how far reading has come.
///
/// ```
/// use groundswell::ingest::{InputOptions, read};
/// # let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("counts.csv"), "area,month,referrals\nNorth,2024-01,12\nNorth,2024-02,15\n")?;
/// let options = InputOptions { files: vec!["counts.csv".into()], ..InputOptions::default() };
/// let ingested = read(&options, folder.path(), &mut |_| {})?;
/// assert_eq!(ingested.panel.series(0).to_vec(), [12.0, 15.0]);
/// assert_eq!(ingested.last_complete.to_string(), "2024-02");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Where a file can't be read or used, files don't belong together, or the options ask for what isn't there. See
/// [`IngestError::fault`] for whose fault it is.
pub fn read(options: &InputOptions, base: &Path, by: &mut dyn FnMut(Progress<'_>)) -> Result<Ingested, IngestError> {
    let (sources, mapping) = (files_of(options, base)?, mapping_of(options, base)?);
    ingest(options, &sources, mapping.as_ref().map(|(path, mapping)| (path.as_path(), mapping)), None, by)
}

/// As [`read`], and in the same pass all that happened, where the files tell it: `history` has it once they have been read
/// to their end, whether or not they can be counted.
///
/// # Errors
/// As for [`read`].
pub fn read_with_history(
    options: &InputOptions,
    base: &Path,
    history: &mut Option<History>,
    by: &mut dyn FnMut(Progress<'_>),
) -> Result<Ingested, IngestError> {
    let (sources, mapping) = (files_of(options, base)?, mapping_of(options, base)?);
    let mapping = mapping.as_ref().map(|(path, mapping)| (path.as_path(), mapping));
    ingest(options, &sources, mapping, Some(history), by)
}

/// As [`read`], of files or of bytes in memory: the sources stand in the place of the options' files, and the mapping, with
/// its path, in that of their mapping file.
///
/// # Errors
/// As for [`read`].
pub fn read_sources(
    options: &InputOptions,
    sources: &[Source],
    mapping: Option<(&Path, &Mapping)>,
    by: &mut dyn FnMut(Progress<'_>),
) -> Result<Ingested, IngestError> {
    ingest(options, sources, mapping, None, by)
}

/// The files that the options name.
fn files_of(options: &InputOptions, base: &Path) -> Result<Vec<Source>, IngestError> {
    if let Some(twice) = (1..options.files.len()).find(|at| options.files[..*at].contains(&options.files[*at])) {
        let message = format!("the file {} stands twice in `files`", options.files[twice].display());
        return Err(IngestError::Options(message));
    }
    Ok(options.files.iter().map(|path| Source::File(base.join(path))).collect())
}

/// The mapping that the options name, with its path.
fn mapping_of(options: &InputOptions, base: &Path) -> Result<Option<(PathBuf, Mapping)>, IngestError> {
    let path = options.mapping.as_ref().map(|path| base.join(path));
    path.map(|path| Mapping::read(&path).map(|mapping| (path, mapping))).transpose()
}

fn ingest(
    options: &InputOptions,
    sources: &[Source],
    mapping: Option<(&Path, &Mapping)>,
    history: Option<&mut Option<History>>,
    by: &mut dyn FnMut(Progress<'_>),
) -> Result<Ingested, IngestError> {
    if sources.is_empty() {
        return Err(IngestError::NoFiles);
    }
    if let (Some(from), Some(to)) = (options.from, options.to)
        && from > to
    {
        return Err(IngestError::Options(format!("`from` ({from}) comes after `to` ({to})")));
    }
    let mut reading = Reading {
        files: sources.len(),
        inputs: Vec::new(),
        findings: Vec::new(),
        completeness: None,
        unmapped: Vec::new(),
        history,
        by,
    };
    let mut format = None;
    let mut tables = Vec::new();
    for (position, source) in sources.iter().enumerate() {
        let table = Table::open(source.clone())?;
        let found = match table.known() {
            Some(format) => format,
            None => recognise::detect(&Headers::new(table.headers()), table.path(), options)?,
        };
        if found == Format::Ssda903 {
            return Err(IngestError::NoReferrals { path: table.path().to_path_buf(), format: found.noun() });
        }
        let first = *format.get_or_insert(found);
        if found != first {
            return Err(IngestError::OtherCalendar {
                path: table.path().to_path_buf(),
                found: found.noun().into(),
                expected: first.noun().into(),
            });
        }
        // Only the first is kept open: each holds its first block in memory.
        tables.push(if position == 0 { Some(table) } else { None });
    }
    let format = format.unwrap_or_default();
    let open = |position: usize| Table::open(sources[position].clone());
    let mut files = tables.into_iter().enumerate().map(|(position, table)| table.map_or_else(|| open(position), Ok));
    let (panel, time_labels) = match format {
        Format::DfeMonthly => reading.dfe_monthly(options, &mut files)?,
        Format::Counts => reading.counts(options, &mut files)?,
        Format::Referrals | Format::CinCensus | Format::AnnexA | Format::Ssd | Format::Ssda903 | Format::Auto => {
            reading.referrals(options, mapping, &mut files)?
        }
    };
    let last_complete = panel.span().last().unwrap_or(panel.span().start());
    let Reading { inputs, findings, completeness, unmapped, .. } = reading;
    Ok(Ingested { panel, format, time_labels, findings, inputs, last_complete, completeness, unmapped })
}

type Tables<'t> = &'t mut dyn Iterator<Item = Result<Table, IngestError>>;

/// What is gathered while files are read.
struct Reading<'b> {
    files: usize,
    inputs: Vec<InputFile>,
    findings: Vec<Finding>,
    completeness: Option<Completeness>,
    unmapped: Vec<Unmapped>,
    /// Where all that happened is wanted.
    history: Option<&'b mut Option<History>>,
    by: &'b mut dyn FnMut(Progress<'_>),
}

impl Reading<'_> {
    /// Reads one table with `read`, which is given a function to call with bytes and rows; notes the file.
    fn one<T>(
        &mut self,
        table: Table,
        read: impl FnOnce(Table, &mut dyn FnMut(u64, u64)) -> Result<T, IngestError>,
        through: impl FnOnce(&T) -> &ReadThrough,
    ) -> Result<T, IngestError> {
        let (path, size, file) = (table.file().to_path_buf(), table.size(), self.inputs.len() + 1);
        let files = self.files;
        let by = &mut self.by;
        let done = read(table, &mut |bytes, rows| by(Progress { path: &path, file, files, bytes, size, rows }))?;
        self.inputs.push(InputFile::of(&path, through(&done)));
        Ok(done)
    }

    fn referrals(
        &mut self,
        options: &InputOptions,
        mapping: Option<(&Path, &Mapping)>,
        tables: Tables<'_>,
    ) -> Result<(Panel, TimeLabels), IngestError> {
        let mut reader = ReferralReader::new(options, mapping)?;
        let mut told: Option<EventFiles> = None;
        for table in tables {
            let table = table?;
            let events = self.history.is_some() && table.known().is_some();
            let path = table.file().to_path_buf();
            let read = |table: Table, progress: &mut dyn FnMut(u64, u64)| reader.read(table, events, progress);
            let through = self.one(table, read, |through| through)?;
            if events {
                told.get_or_insert_default().take(&path, through);
            }
        }
        if let (Some(history), Some(told)) = (&mut self.history, told) {
            **history = Some(told.history());
        }
        reader.check_areas()?;
        if reader.crosses(cin_census::SOURCE_BREAK) {
            self.findings.push(cin_census::source_break());
        }
        let merged = merge::merge(reader, options)?;
        self.findings.extend(merged.findings);
        (self.completeness, self.unmapped) = (Some(merged.completeness), merged.unmapped);
        Ok((merged.panel, TimeLabels::FirstDay))
    }

    fn counts(&mut self, options: &InputOptions, tables: Tables<'_>) -> Result<(Panel, TimeLabels), IngestError> {
        let mut histories = Vec::new();
        let mut calendar = None;
        let mut kind = ValueKind::Count;
        let mut names = Vec::new();
        for table in tables {
            let table = table?;
            let headers = Headers::new(table.headers());
            let (columns, dimensions) = counts::columns(&headers, table.path(), options)?;
            let read = |table: Table, progress: &mut dyn FnMut(u64, u64)| {
                Tidy::read(table, &columns, counts::time_reading(options), progress)
            };
            let mut tidy = self.one(table, read, |tidy| &tidy.through)?;
            let own = (tidy.frequency, tidy.labels == TimeLabels::Number);
            let (expected, _) = *calendar.get_or_insert((own, tidy.labels));
            if own != expected || (!names.is_empty() && names != dimensions) {
                let noun = |(frequency, numbered): (crate::time::Frequency, bool), dimensions: &[String]| {
                    let numbered = if numbered { "numbered " } else { "" };
                    format!("{numbered}{}s by {}", frequency.noun(), dimensions.join(", "))
                };
                return Err(IngestError::OtherCalendar {
                    path: tidy.path,
                    found: noun(own, &dimensions),
                    expected: noun(expected, &names),
                });
            }
            if tidy.kind == ValueKind::Amount {
                kind = ValueKind::Amount;
            }
            self.findings.append(&mut tidy.findings);
            histories.push(counts::history(&tidy));
            names = dimensions;
        }
        let ((frequency, _), labels) = calendar.ok_or(IngestError::NoFiles)?;
        let panel = history::join(names, histories, frequency, kind, options, &mut self.findings)?;
        Ok((sums::without_sums(panel, &mut self.findings), labels))
    }

    fn dfe_monthly(&mut self, options: &InputOptions, tables: Tables<'_>) -> Result<(Panel, TimeLabels), IngestError> {
        use crate::time::Frequency;
        if let Some(frequency) = options.frequency.filter(|frequency| *frequency != Frequency::Month) {
            return Err(IngestError::Options(format!("DfE's monthly file holds months, not {}s", frequency.noun())));
        }
        if !options.dimensions.iter().all(|name| name == "area") {
            return Err(IngestError::Options("DfE's monthly file has one dimension, `area`".into()));
        }
        let mut histories = Vec::new();
        for table in tables {
            let read = |table: Table, progress: &mut dyn FnMut(u64, u64)| dfe_monthly::read(table, options, progress);
            let file = self.one(table?, read, |file| &file.through)?;
            self.findings.extend(file.findings);
            histories.push(file.history);
        }
        let dimensions = vec!["area".to_string()];
        let panel =
            history::join(dimensions, histories, Frequency::Month, ValueKind::Count, options, &mut self.findings)?;
        Ok((panel, TimeLabels::FirstDay))
    }
}
