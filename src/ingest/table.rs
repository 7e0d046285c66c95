//! An opened table, whatever its container: headers first, then the wanted columns batch by batch.

use std::io::{Read, SeekFrom};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;

use sha2::{Digest, Sha256};

use super::annex_a::{self, Extract, Form, ReferralList};
use super::cin_census::{CensusReturn, HEADERS, is_census};
use super::encoding::hexadecimal;
use super::error::IngestError;
use super::events::Event;
use super::frames::{Cells, Container, Frame, ReadAs, Stored, read_text};
use super::handover::{Handover, Kept};
use super::made::{MadeRows, RowMaker};
use super::options::Format;
use super::signatures::{check_end, is_web_page, known_otherwise};
use super::source::{ReadAgain, Source, broken, open_file, read_start, start_of};
use super::text::{Block, MOST_COLUMNS, RowCount, RowNumbers, TextBlocks};
use super::workbook::{self, Workbook};
use super::workbook_table::SheetTable;
use crate::panel::Finding;

/// A table of so few bytes makes no more than one batch, and is read and taken on one thread.
const SMALL: u64 = 256 << 10;

/// Some rows of the wanted columns.
#[derive(Debug)]
pub(super) struct Batch {
    /// In the order in which the columns were wanted.
    pub(super) columns: Vec<Cells>,
    pub(super) rows: RowNumbers,
    /// Bytes read so far; zero where the container doesn't tell.
    pub(super) bytes: u64,
}

impl Batch {
    /// How many rows.
    pub(super) fn len(&self) -> usize {
        self.columns.first().map_or(0, Cells::len)
    }
}

/// What reading a whole table showed.
#[derive(Debug, Default)]
pub(super) struct ReadThrough {
    /// Rows under the header, with those that were set aside.
    pub(super) rows: u64,
    pub(super) bytes: u64,
    pub(super) sha256: String,
    /// Rows with another number of fields than the header.
    pub(super) ragged: RowCount,
    /// The encoding that was converted to Unicode, if any.
    pub(super) converted: Option<&'static str>,
    /// What the reader of a format noticed about more than single cells.
    pub(super) notes: Vec<Finding>,
    /// The first and last days that the file covers by its nature, as a year's return does; none where its rows tell.
    pub(super) covers: Vec<(i32, i32)>,
    /// What happened, where the file tells it and it was asked for.
    pub(super) events: Option<FileEvents>,
}

/// Events of a file, behind the day by which it is told from others, in days since 1 January 1970.
pub(super) type DatedEvents = (Option<i32>, Vec<Event>);

/// What a file tells of beside its rows.
#[derive(Debug)]
pub(super) struct FileEvents {
    pub(super) events: Vec<Event>,
    /// The day by which a newer file is told from an older one, in days since 1 January 1970.
    pub(super) last: Option<i32>,
    /// Entries that were read.
    pub(super) rows: u64,
    /// What was noticed on the way.
    pub(super) notes: Vec<Finding>,
    /// The encoding that was converted to Unicode, if any.
    pub(super) converted: Option<&'static str>,
}

impl ReadThrough {
    /// The events with the day by which the file is told from others, and what reading it for them showed.
    pub(super) fn events_apart(mut self) -> (Option<DatedEvents>, ReadThrough) {
        let Some(FileEvents { events, last, rows, notes, converted }) = self.events.take() else { return (None, self) };
        (Some((last, events)), ReadThrough { rows, notes, converted, ..self })
    }

    /// What reading separated text to its end showed; `rows` are those that have as many fields as the header.
    pub(super) fn of_text(rows: u64, blocks: &TextBlocks<'_>) -> ReadThrough {
        let ragged = blocks.ragged.clone();
        ReadThrough {
            rows: rows + ragged.count,
            bytes: blocks.bytes(),
            sha256: blocks.sha256(),
            ragged,
            converted: blocks.converted,
            ..ReadThrough::default()
        }
    }
}

enum Opened {
    Text(TextBlocks<'static>),
    /// Rows that the reader of a format makes.
    Made(Format, &'static str, Box<dyn RowMaker>),
    Frame(Container, Frame, Box<dyn ReadAgain>),
}

/// A table that was opened: its headers are known, its rows not yet read.
pub(super) struct Table {
    /// The file.
    file: PathBuf,
    /// The file and, of a workbook, the sheet, as messages name them.
    path: PathBuf,
    headers: Vec<String>,
    opened: Opened,
    size: Option<u64>,
    /// How large it is unpacked, where that is known.
    unpacked: Option<u64>,
}

impl Table {
    /// Opens a table by what its first bytes show.
    ///
    /// # Errors
    /// Where there is no such file, it is no table, or its header can't be read.
    pub(super) fn open(source: Source) -> Result<Table, IngestError> {
        let path = source.path().to_path_buf();
        if let Some(folder) = source.folder_of_lists() {
            return Table::of_extract(&path, Extract::of_folder(folder)?);
        }
        let (mut input, size) = source.input()?;
        let start = start_of(&path, &mut input)?;
        if start.is_empty() {
            return Err(IngestError::Empty { path });
        }
        if is_census(&start) && !is_web_page(&start) {
            let census = CensusReturn::open(&path, Box::new(input))?;
            let headers = HEADERS.iter().map(ToString::to_string).collect();
            let opened = Opened::Made(Format::CinCensus, "XML", Box::new(census));
            return Ok(Table { file: path.clone(), path, headers, opened, size, unpacked: size });
        }
        if workbook::is_archive(&start) {
            let table = match Extract::of_book(Workbook::open(&path, &mut input)?)? {
                Ok(extract) => return Table::of_extract(&path, extract),
                Err(book) => SheetTable::of_book(book)?,
            };
            let (headers, shown) = (table.headers().to_vec(), table.shown());
            let unpacked = Some(table.unpacked());
            let opened = Opened::Made(Format::Auto, "Excel", Box::new(table));
            return Ok(Table { file: path, path: shown, headers, opened, size, unpacked });
        }
        let container = match &start[..] {
            [b'P', b'A', b'R', b'1', ..] => Some(Container::Parquet),
            [b'A', b'R', b'R', b'O', b'W', b'1', ..] => Some(Container::Arrow),
            start => {
                if let Some((what, remedy)) = known_otherwise(start) {
                    return Err(IngestError::NotATable { path, what, remedy });
                }
                None
            }
        };
        let (headers, opened) = match container {
            None => {
                let blocks = TextBlocks::open(&path, input)?;
                (blocks.headers().to_vec(), Opened::Text(blocks))
            }
            Some(container) => {
                check_end(container, &mut input, size).map_err(|detail| undecodable(&path, container, detail))?;
                let stored = match source {
                    Source::File(path) => Stored::File(open_file(&path)?),
                    Source::Bytes(_, bytes) => Stored::Bytes(bytes),
                };
                let frame = Frame::open(container, stored).map_err(|detail| undecodable(&path, container, detail))?;
                if frame.names().len() > MOST_COLUMNS {
                    return Err(IngestError::TooManyColumns { path, found: frame.names().len(), limit: MOST_COLUMNS });
                }
                (frame.names().to_vec(), Opened::Frame(container, frame, input))
            }
        };
        let unpacked = size.filter(|_| container.is_none());
        Ok(Table { file: path.clone(), path, headers, opened, size, unpacked })
    }

    /// The referrals of an extract of lists.
    fn of_extract(path: &Path, extract: Extract) -> Result<Table, IngestError> {
        let (format, without) = match extract.form() {
            Form::AnnexA => (Format::AnnexA, "Annex A lists without List 3"),
            Form::Standard => (Format::Ssd, "SSD views without ssd_cin_episodes"),
        };
        if !extract.has_referrals() {
            return Err(IngestError::NoReferrals { path: path.to_path_buf(), format: without });
        }
        let (size, unpacked, container) = (Some(extract.size()), Some(extract.unpacked()), extract.container());
        let headers = annex_a::HEADERS.iter().map(ToString::to_string).collect();
        let shown = extract.shown_referrals().unwrap_or_else(|| path.to_path_buf());
        let opened = Opened::Made(format, container, Box::new(ReferralList(extract)));
        Ok(Table { file: path.to_path_buf(), path: shown, headers, opened, size, unpacked })
    }

    /// The file's path, without a sheet.
    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    /// The file's path, or the name given to the bytes.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The columns' headers in order.
    pub(super) fn headers(&self) -> &[String] {
        &self.headers
    }

    /// What the file holds, where its container says so and its columns needn't.
    pub(super) fn known(&self) -> Option<Format> {
        match &self.opened {
            Opened::Made(format, ..) => Some(*format).filter(|format| *format != Format::Auto),
            _ => None,
        }
    }

    /// How large the file is, where that is known.
    pub(super) fn size(&self) -> Option<u64> {
        self.size
    }

    /// The container as a person calls it.
    pub(super) fn container(&self) -> &'static str {
        match &self.opened {
            Opened::Text(_) => "CSV",
            Opened::Made(_, container, _) => container,
            Opened::Frame(container, ..) => container.noun(),
        }
    }

    /// Reads the wanted columns, and where they are asked for the events of a file that tells any; every batch goes to
    /// `each` in the file's order, while the next of a large file is being read, until it has seen enough.
    ///
    /// # Errors
    /// Where the file can't be read on, or `each` fails.
    pub(super) fn read(
        self,
        wanted: &[(usize, ReadAs)],
        events: bool,
        each: &mut dyn FnMut(Batch) -> Result<ControlFlow<()>, IngestError>,
    ) -> Result<ReadThrough, IngestError> {
        let path = self.path.clone();
        let gave_up =
            |_| Err(IngestError::Undecodable { path, container: "table", detail: "the decoder gave up".into() });
        if self.unpacked.is_some_and(|bytes| bytes <= SMALL) {
            let kept = Kept::default();
            let taker = Handover::Kept(kept.clone());
            let read = catch_unwind(AssertUnwindSafe(|| self.make(wanted, events, taker))).unwrap_or_else(gave_up);
            return take(kept.all().into_iter(), each).and(read);
        }
        let (sender, receiver) = sync_channel(2);
        std::thread::scope(|scope| {
            let reader = scope.spawn(move || self.make(wanted, events, Handover::Across(sender)));
            let taken = take(receiver.iter(), each);
            // With the receiver gone, a reader that is still at work stops at its next batch.
            drop(receiver);
            taken.and(reader.join().unwrap_or_else(gave_up))
        })
    }

    /// Makes all batches, until they are not wanted any more.
    fn make(self, wanted: &[(usize, ReadAs)], events: bool, taker: Handover) -> Result<ReadThrough, IngestError> {
        match self.opened {
            Opened::Text(blocks) => read_blocks(&self.path, blocks, wanted, &taker),
            Opened::Made(_, _, maker) => {
                let columns = wanted.iter().map(|(column, _)| *column).collect();
                maker.make(&mut MadeRows::new(columns, events, taker))
            }
            Opened::Frame(container, frame, input) => read_frame(&self.path, container, frame, input, wanted, taker),
        }
    }
}

/// Hands batches on until enough were seen.
fn take(
    batches: impl Iterator<Item = Batch>,
    each: &mut dyn FnMut(Batch) -> Result<ControlFlow<()>, IngestError>,
) -> Result<(), IngestError> {
    for batch in batches {
        if each(batch)?.is_break() {
            break;
        }
    }
    Ok(())
}

fn undecodable(path: &Path, container: Container, detail: String) -> IngestError {
    IngestError::Undecodable { path: path.to_path_buf(), container: container.noun(), detail }
}

fn read_blocks(
    path: &Path,
    mut blocks: TextBlocks<'_>,
    wanted: &[(usize, ReadAs)],
    taker: &Handover,
) -> Result<ReadThrough, IngestError> {
    let columns: Vec<usize> = wanted.iter().map(|(column, _)| *column).collect();
    let (separator, count) = (blocks.separator(), blocks.headers().len());
    let mut rows = 0;
    while let Some(mut block) = blocks.next()? {
        let read = |block: &Block| read_text(&block.text, separator, count, &columns, block.count);
        let mut cells = read(&block);
        if cells.is_none() {
            // Polars sees other rows than the scan did: now every row is written in the one form that has no doubt.
            block = blocks.tidied(&block);
            cells = read(&block);
        }
        let columns = cells.ok_or_else(|| IngestError::Undecodable {
            path: path.to_path_buf(),
            container: "CSV",
            detail: format!("row {} or one after it is not separated text", block.rows.of(0)),
        })?;
        let batch = Batch { columns, rows: block.rows, bytes: blocks.bytes() };
        rows += batch.len() as u64;
        if !taker.give(batch) {
            break;
        }
    }
    Ok(ReadThrough::of_text(rows, &blocks))
}

fn read_frame(
    path: &Path,
    container: Container,
    frame: Frame,
    mut input: Box<dyn ReadAgain>,
    wanted: &[(usize, ReadAs)],
    taker: Handover,
) -> Result<ReadThrough, IngestError> {
    let (sha256, bytes) = hash_of(&mut input).map_err(|error| broken(path, error))?;
    let rows = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&rows);
    let hand_over = move |columns: Vec<Cells>| {
        let mut batch = Batch { columns, rows: RowNumbers::From(0), bytes: 0 };
        // Row 1 of a spreadsheet is the header.
        batch.rows = RowNumbers::From(2 + counted.fetch_add(batch.len() as u64, Ordering::Relaxed));
        !taker.give(batch)
    };
    frame.read(wanted, hand_over).map_err(|detail| undecodable(path, container, detail))?;
    let rows = rows.load(Ordering::Relaxed);
    Ok(ReadThrough { rows, bytes, sha256, ..ReadThrough::default() })
}

/// The hash of all bytes of a file, and how many they are.
fn hash_of(input: &mut dyn ReadAgain) -> std::io::Result<(String, u64)> {
    input.seek(SeekFrom::Start(0))?;
    let (hash, bytes) = digest_of(input)?;
    Ok((hexadecimal(&hash), bytes))
}

/// SHA-256 of all bytes that are still to be read, and how many they are.
pub(super) fn digest_of(input: &mut dyn Read) -> std::io::Result<(Vec<u8>, u64)> {
    let (mut hash, mut buffer, mut bytes) = (Sha256::new(), vec![0; 1 << 20], 0);
    loop {
        let read = read_start(input, &mut buffer)?;
        if read == 0 {
            return Ok((hash.finalize().to_vec(), bytes));
        }
        hash.update(&buffer[..read]);
        bytes += read as u64;
    }
}
