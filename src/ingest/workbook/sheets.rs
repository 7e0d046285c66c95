//! A workbook's sheets, streamed row by row.

use std::io::{Cursor, Read};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use calamine::{Reader, Xlsx, XlsxError};
use sha2::{Digest, Sha256};

use super::archive::{self, Refusal};
use super::cells::{Cell, SheetRow};
use crate::ingest::encoding::hexadecimal;
use crate::ingest::error::IngestError;
use crate::ingest::text::MOST_COLUMNS;

/// How large the file itself may be.
const MOST_BYTES: u64 = 256 << 20;

/// How many sheets are looked at.
const MOST_SHEETS: usize = 500;

/// A workbook that was checked and opened.
pub(in crate::ingest) struct Workbook {
    path: PathBuf,
    book: Xlsx<Cursor<Vec<u8>>>,
    from_1904: bool,
    bytes: u64,
    unpacked: u64,
    sha256: String,
}

impl Workbook {
    /// Reads a workbook's bytes, checks what they inflate to, and opens it.
    ///
    /// # Errors
    /// Where it is too large, damaged, encrypted, or no workbook.
    pub(in crate::ingest) fn open(path: &Path, input: &mut dyn Read) -> Result<Workbook, IngestError> {
        let mut bytes = Vec::new();
        let read = input.take(MOST_BYTES + 1).read_to_end(&mut bytes);
        read.map_err(|source| IngestError::Broken { path: path.to_path_buf(), source })?;
        if bytes.len() as u64 > MOST_BYTES {
            return Err(refused(path, Refusal::TooLarge));
        }
        let unpacked = archive::check(&bytes).map_err(|refusal| refused(path, refusal))?;
        let (length, sha256) = (bytes.len() as u64, hexadecimal(&Sha256::digest(&bytes)));
        let opened = catch_unwind(|| Xlsx::new(Cursor::new(bytes)));
        let book = match opened {
            Ok(Ok(book)) => book,
            Ok(Err(error)) => return Err(undecodable(path, &error)),
            Err(_) => return Err(damaged(path, "the decoder gave up")),
        };
        let from_1904 = book.has_1904_epoch();
        let workbook = Workbook { path: path.to_path_buf(), book, from_1904, bytes: length, unpacked, sha256 };
        if workbook.sheets().len() > MOST_SHEETS {
            return Err(damaged(path, "it has more than 500 sheets"));
        }
        Ok(workbook)
    }

    /// The sheets' names, in their order.
    pub(in crate::ingest) fn sheets(&self) -> Vec<String> {
        self.book.sheet_names()
    }

    /// Whether day numbers count from 1904.
    pub(in crate::ingest) fn counts_from_1904(&self) -> bool {
        self.from_1904
    }

    /// The file's size and hash.
    pub(in crate::ingest) fn fingerprint(&self) -> (u64, &str) {
        (self.bytes, &self.sha256)
    }

    /// How many bytes its parts inflate to.
    pub(in crate::ingest) fn unpacked(&self) -> u64 {
        self.unpacked
    }

    /// The workbook's path.
    pub(in crate::ingest) fn path(&self) -> &Path {
        &self.path
    }

    /// Hands on the rows of a sheet that hold anything, until `each` has seen enough; a chart has none.
    ///
    /// # Errors
    /// Where the sheet can't be read on, or has more columns than Excel.
    pub(in crate::ingest) fn each_row(
        &mut self,
        sheet: &str,
        each: &mut dyn FnMut(SheetRow) -> ControlFlow<()>,
    ) -> Result<(), IngestError> {
        let (path, from_1904, book) = (&self.path, self.from_1904, &mut self.book);
        let read = catch_unwind(AssertUnwindSafe(|| {
            let mut cells = match book.worksheet_cells_reader(sheet) {
                Ok(cells) => cells,
                Err(XlsxError::NotAWorksheet(_)) => return Ok(()),
                Err(error) => return Err(undecodable(path, &error)),
            };
            let mut row = SheetRow::default();
            while let Some(cell) = cells.next_cell().map_err(|error| undecodable(path, &error))? {
                let (line, column) = cell.get_position();
                let number = u64::from(line) + 1;
                let Some(stored) = Cell::of(cell.get_value().clone(), from_1904) else { continue };
                if column as usize >= MOST_COLUMNS {
                    let found = column as usize + 1;
                    return Err(IngestError::TooManyColumns { path: path.clone(), found, limit: MOST_COLUMNS });
                }
                if number != row.number {
                    let whole = std::mem::replace(&mut row, SheetRow { number, cells: Vec::new() });
                    if !whole.is_blank() && hand_over(whole, each).is_break() {
                        return Ok(());
                    }
                }
                row.cells.push((column, stored));
                if row.cells.len() > MOST_COLUMNS {
                    let found = row.cells.len();
                    return Err(IngestError::TooManyColumns { path: path.clone(), found, limit: MOST_COLUMNS });
                }
            }
            if !row.is_blank() {
                let _ = hand_over(row, each);
            }
            Ok(())
        }));
        read.unwrap_or_else(|_| Err(damaged(path, "the decoder gave up")))
    }
}

fn hand_over(mut row: SheetRow, each: &mut dyn FnMut(SheetRow) -> ControlFlow<()>) -> ControlFlow<()> {
    row.cells.sort_by_key(|(column, _)| *column);
    row.cells.dedup_by_key(|(column, _)| *column);
    each(row)
}

fn damaged(path: &Path, detail: &str) -> IngestError {
    IngestError::Undecodable { path: path.to_path_buf(), container: "Excel", detail: detail.to_string() }
}

fn refused(path: &Path, refusal: Refusal) -> IngestError {
    let path = path.to_path_buf();
    match refusal {
        Refusal::Damaged(detail) => damaged(&path, detail),
        Refusal::TooLarge => IngestError::LargeWorkbook { path },
        Refusal::Encrypted => IngestError::NotATable {
            path,
            what: "a workbook with a password",
            remedy: "open it and save it without one, where your rules allow",
        },
        Refusal::Other(what, remedy) => IngestError::NotATable { path, what, remedy },
    }
}

/// What the decoder said, in words that hold nothing of the file.
fn undecodable(path: &Path, error: &XlsxError) -> IngestError {
    damaged(
        path,
        match error {
            XlsxError::Password => "it has a password",
            XlsxError::Io(_) | XlsxError::Zip(_) => "a part of it can't be unpacked",
            XlsxError::XmlEof(_) => "a part of it breaks off",
            XlsxError::FileNotFound(_) | XlsxError::RelationshipNotFound | XlsxError::WorksheetNotFound(_) => {
                "a part that it names is missing"
            }
            XlsxError::ColumnNumberOverflow | XlsxError::RowNumberOverflow => "a cell lies outside any sheet of Excel",
            _ => "a part of it breaks the rules of workbooks",
        },
    )
}
