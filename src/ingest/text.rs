//! Text of a file as blocks of whole rows: encodings, line ends, ragged rows and limits.

use std::io::Read;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::encoding::{Encoding, hexadecimal, to_unicode};
use super::error::IngestError;
use super::rows::{self, Scanned};
use crate::math::spelling::on_one_line;

/// How much is read at a time: a few of these fit the processor's cache.
const BLOCK_BYTES: usize = 4 << 20;

/// How long one row may be.
const MOST_ROW_BYTES: usize = 16 << 20;

/// How many columns a table may have: as many as a sheet of Excel.
pub(super) const MOST_COLUMNS: usize = 16_384;

/// Rows that were set aside before they became a table: how many, and the first few.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct RowCount {
    pub(super) count: u64,
    pub(super) first: Vec<u64>,
}

/// How many row numbers a finding lists.
pub(super) const ROWS_LISTED: usize = 5;

impl RowCount {
    /// Counts one row by its number.
    pub(super) fn add(&mut self, row: u64) {
        self.count += 1;
        if self.first.len() < ROWS_LISTED {
            self.first.push(row);
        }
    }
}

/// Whole rows of text with the same number of fields each.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) text: Vec<u8>,
    pub(super) rows: RowNumbers,
    /// How many rows.
    pub(super) count: usize,
}

/// The numbers of a block's rows, as a spreadsheet counts them.
#[derive(Debug, Clone)]
pub(super) enum RowNumbers {
    /// Consecutive from here.
    From(u64),
    /// Listed, because rows between were set aside.
    Listed(Vec<u64>),
}

impl RowNumbers {
    /// The number of the block's `position`th row.
    pub(super) fn of(&self, position: usize) -> u64 {
        match self {
            RowNumbers::From(first) => first + position as u64,
            RowNumbers::Listed(rows) => rows.get(position).copied().unwrap_or(0),
        }
    }
}

/// A table written as text, handed out block by block.
pub(super) struct TextBlocks<'a> {
    path: PathBuf,
    input: Box<dyn Read + Send + 'a>,
    hash: Sha256,
    bytes: u64,
    encoding: Encoding,
    /// Whether lines end in a carriage return alone.
    carriage_returns: bool,
    /// Bytes read and not yet decoded.
    raw: Vec<u8>,
    /// Text decoded and not yet handed out.
    pending: Vec<u8>,
    ended: bool,
    separator: u8,
    headers: Vec<String>,
    next_row: u64,
    /// Rows with another number of fields than the header.
    pub(super) ragged: RowCount,
    /// Whether some text was not Unicode and was read as Windows-1252.
    pub(super) converted: Option<&'static str>,
}

impl<'a> TextBlocks<'a> {
    /// Reads the first block and the header.
    ///
    /// # Errors
    /// Where the file is empty, not text, or its header is out of bounds.
    pub(super) fn open(path: &Path, input: Box<dyn Read + Send + 'a>) -> Result<TextBlocks<'a>, IngestError> {
        let mut blocks = TextBlocks {
            path: path.to_path_buf(),
            input,
            hash: Sha256::new(),
            bytes: 0,
            encoding: Encoding::Bytes,
            carriage_returns: false,
            raw: Vec::new(),
            pending: Vec::new(),
            ended: false,
            separator: b',',
            headers: Vec::new(),
            next_row: 1,
            ragged: RowCount::default(),
            converted: None,
        };
        blocks.read_raw()?;
        blocks.recognise_encoding();
        blocks.carriage_returns =
            blocks.encoding == Encoding::Bytes && blocks.raw.contains(&b'\r') && !blocks.raw.contains(&b'\n');
        blocks.decode()?;
        blocks.read_header()?;
        Ok(blocks)
    }

    /// The headers, as written but for spaces around them.
    pub(super) fn headers(&self) -> &[String] {
        &self.headers
    }

    /// The byte between fields.
    pub(super) fn separator(&self) -> u8 {
        self.separator
    }

    /// How many bytes were read so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The hash of all bytes, once every block was handed out.
    pub(super) fn sha256(&self) -> String {
        hexadecimal(&self.hash.clone().finalize())
    }

    /// The next whole rows; `None` at the end.
    ///
    /// # Errors
    /// Where reading breaks off, or the text is out of bounds.
    pub(super) fn next(&mut self) -> Result<Option<Block>, IngestError> {
        let mut starved = false;
        loop {
            if !self.ended && (self.pending.len() < BLOCK_BYTES || starved) {
                self.read_raw()?;
                self.decode()?;
            }
            if self.pending.is_empty() {
                return Ok(None);
            }
            let block = self.cut()?;
            starved = block.is_none();
            if block.as_ref().is_none_or(|block| block.count == 0) && !(self.ended && self.pending.is_empty()) {
                continue;
            }
            return Ok(block.filter(|block| block.count > 0));
        }
    }

    fn read_raw(&mut self) -> Result<(), IngestError> {
        let before = self.raw.len();
        let read = (&mut self.input).take(BLOCK_BYTES as u64).read_to_end(&mut self.raw);
        let read = read.map_err(|source| match source.kind() {
            std::io::ErrorKind::IsADirectory => IngestError::Folder { path: self.path.clone() },
            _ => IngestError::Broken { path: self.path.clone(), source },
        })?;
        self.ended = read == 0;
        self.bytes += read as u64;
        self.hash.update(&self.raw[before..]);
        Ok(())
    }

    fn recognise_encoding(&mut self) {
        let zero_at = |parity: usize| {
            let sample = &self.raw[..self.raw.len().min(64)];
            sample.len() >= 4 && sample.iter().skip(parity).step_by(2).all(|byte| *byte == 0)
        };
        let (encoding, mark) = match &self.raw[..] {
            [0xEF, 0xBB, 0xBF, ..] => (Encoding::Bytes, 3),
            [0xFF, 0xFE, ..] => (Encoding::Utf16 { big_endian: false }, 2),
            [0xFE, 0xFF, ..] => (Encoding::Utf16 { big_endian: true }, 2),
            _ if zero_at(1) => (Encoding::Utf16 { big_endian: false }, 0),
            _ if zero_at(0) => (Encoding::Utf16 { big_endian: true }, 0),
            _ => (Encoding::Bytes, 0),
        };
        self.encoding = encoding;
        if let Encoding::Utf16 { .. } = encoding {
            self.converted = Some("UTF-16");
        }
        self.raw.drain(..mark);
    }

    /// Moves what was read into `pending`, decoded as far as it goes.
    fn decode(&mut self) -> Result<(), IngestError> {
        match self.encoding {
            Encoding::Bytes if self.pending.is_empty() => std::mem::swap(&mut self.pending, &mut self.raw),
            Encoding::Bytes => self.pending.append(&mut self.raw),
            Encoding::Utf16 { big_endian } => {
                let unit = |pair: &[u8]| {
                    let pair = [pair[0], pair[1]];
                    if big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
                };
                let mut whole = self.raw.len() / 2 * 2;
                // The first half of a pair of surrogates waits for the second.
                if whole >= 2 && !self.ended && (0xD800..0xDC00).contains(&unit(&self.raw[whole - 2..whole])) {
                    whole -= 2;
                }
                let units = self.raw[..whole].chunks_exact(2).map(unit);
                let mut utf8 = [0; 4];
                for character in char::decode_utf16(units) {
                    let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
                    self.pending.extend_from_slice(character.encode_utf8(&mut utf8).as_bytes());
                }
                self.raw.drain(..whole);
            }
        }
        if self.carriage_returns {
            self.pending.iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
        }
        if self.pending.contains(&0) {
            let zero = self.pending.iter().position(|byte| *byte == 0).unwrap_or(0);
            let row = self.next_row + rows::count(&self.pending[..zero], b'\n') as u64;
            let path = self.path.clone();
            return Err(if row == 1 {
                let remedy = "name the table itself, or export it as CSV";
                IngestError::NotATable { path, what: "a binary file", remedy }
            } else {
                IngestError::ZeroByte { path, row }
            });
        }
        Ok(())
    }

    fn read_header(&mut self) -> Result<(), IngestError> {
        if self.pending.iter().all(u8::is_ascii_whitespace) {
            return Err(IngestError::Empty { path: self.path.clone() });
        }
        // Excel writes and reads a first line `sep=;` that names the separator.
        let line = self.pending.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let named = match line.trim_ascii() {
            [s, e, p, b'=', separator] if [*s, *e, *p].eq_ignore_ascii_case(b"sep") => Some(*separator),
            _ => None,
        };
        if named.is_some() {
            let end = (line.len() + 1).min(self.pending.len());
            self.pending.drain(..end);
            self.next_row += 1;
        }
        loop {
            if self.pending.is_empty() {
                return Err(IngestError::Empty { path: self.path.clone() });
            }
            self.separator = named.unwrap_or_else(|| rows::separator(&self.pending));
            let row = match rows::scan(&self.pending, 0, self.separator) {
                Scanned::Whole(row) => row,
                Scanned::Cut(_) | Scanned::Open if !self.ended && self.pending.len() < MOST_ROW_BYTES => {
                    self.read_raw()?;
                    self.decode()?;
                    continue;
                }
                Scanned::Cut(row) if self.ended => row,
                Scanned::Open if self.ended => {
                    return Err(IngestError::OpenQuote { path: self.path.clone(), row: self.next_row });
                }
                Scanned::Cut(_) | Scanned::Open => return Err(self.long_row(self.next_row)),
            };
            self.next_row += 1;
            if row.blank && row.next < self.pending.len() {
                self.pending.drain(..row.next);
                continue;
            }
            if row.fields > MOST_COLUMNS {
                return Err(IngestError::TooManyColumns {
                    path: self.path.clone(),
                    found: row.fields,
                    limit: MOST_COLUMNS,
                });
            }
            let mut header: Vec<u8> = self.pending.drain(..row.next).collect();
            self.converted = self.converted.or(to_unicode(&mut header));
            self.headers = rows::fields(&header, self.separator);
            self.headers.iter_mut().for_each(|header| *header = on_one_line(header.trim()).into_owned());
            return Ok(());
        }
    }

    fn long_row(&self, row: u64) -> IngestError {
        IngestError::LongRow { path: self.path.clone(), row, limit_megabytes: MOST_ROW_BYTES >> 20 }
    }

    /// Takes all whole rows out of `pending`.
    fn cut(&mut self) -> Result<Option<Block>, IngestError> {
        if self.ended && self.pending.last() != Some(&b'\n') {
            self.pending.push(b'\n');
        }
        let first_row = self.next_row;
        let mut tidy = None;
        let quoted = self.pending.contains(&b'"');
        let end = if quoted {
            let (end, tidied) = self.scan_rows(self.pending.len())?;
            tidy = tidied;
            end
        } else {
            let end = self.pending.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
            let uniform = rows::uniform(&self.pending[..end], self.separator, self.headers.len());
            // A blank row of a table of one column looks like any other row.
            if let Some(rows) = uniform.filter(|_| self.headers.len() > 1) {
                self.next_row += rows as u64;
            } else {
                tidy = self.scan_rows(end)?.1;
            }
            end
        };
        if end == 0 {
            if self.pending.len() >= MOST_ROW_BYTES {
                return Err(self.long_row(self.next_row));
            }
            return Ok(None);
        }
        let rest = self.pending.split_off(end);
        let mut text = std::mem::replace(&mut self.pending, rest);
        let mut count = (self.next_row - first_row) as usize;
        let mut numbers = RowNumbers::From(first_row);
        if let Some((tidied, rows)) = tidy {
            text = tidied;
            count = rows.len();
            numbers = RowNumbers::Listed(rows);
        }
        self.converted = self.converted.or(to_unicode(&mut text));
        Ok(Some(Block { text, rows: numbers, count }))
    }

    /// A block again, each row looked at and written in the strict form.
    pub(super) fn tidied(&mut self, block: &Block) -> Block {
        let mut text = Vec::with_capacity(block.text.len());
        let mut numbers = Vec::with_capacity(block.count);
        let (mut at, mut position) = (0, 0);
        while let Scanned::Whole(row) = rows::scan(&block.text, at, self.separator) {
            let number = block.rows.of(position);
            if row.fields == self.headers.len() && !row.blank {
                let fields = rows::fields(&block.text[at..row.next], self.separator);
                rows::write_strictly(&fields, self.separator, &mut text);
                numbers.push(number);
            } else if !row.blank {
                self.ragged.add(number);
            }
            (at, position) = (row.next, position + 1);
        }
        Block { text, count: numbers.len(), rows: RowNumbers::Listed(numbers) }
    }

    /// Walks the rows up to `limit`; where some have to be set aside or rewritten, gives the text without them and
    /// the numbers of the rows that stay. Advances the row counter.
    #[expect(clippy::type_complexity, reason = "a text and its row numbers, once")]
    fn scan_rows(&mut self, limit: usize) -> Result<(usize, Option<(Vec<u8>, Vec<u64>)>), IngestError> {
        let columns = self.headers.len();
        let mut tidy: Option<(Vec<u8>, Vec<u64>)> = None;
        let (first_row, mut at) = (self.next_row, 0);
        while at < limit {
            let row = match rows::scan(&self.pending[..limit], at, self.separator) {
                Scanned::Whole(row) => row,
                Scanned::Open if self.ended => {
                    return Err(IngestError::OpenQuote { path: self.path.clone(), row: self.next_row });
                }
                Scanned::Cut(_) | Scanned::Open => break,
            };
            let strict = row.fields == columns && !row.stray_quote && !row.blank;
            if !strict && tidy.is_none() {
                tidy = Some((self.pending[..at].to_vec(), (first_row..self.next_row).collect()));
            }
            if let Some((text, numbers)) = &mut tidy {
                if strict {
                    text.extend_from_slice(&self.pending[at..row.next]);
                    numbers.push(self.next_row);
                } else if row.fields == columns && !row.blank {
                    rows::write_strictly(
                        &rows::fields(&self.pending[at..row.next], self.separator),
                        self.separator,
                        text,
                    );
                    numbers.push(self.next_row);
                } else if !row.blank {
                    self.ragged.add(self.next_row);
                }
            }
            self.next_row += 1;
            at = row.next;
        }
        Ok((at, tidy))
    }
}
