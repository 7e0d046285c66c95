//! One extract: the sheets of a workbook or the files of a folder that are lists.

use std::io::Read;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::columns::{Form, Found, Kind, found};
use super::findings;
use crate::ingest::encoding::hexadecimal;
use crate::ingest::error::IngestError;
use crate::ingest::headers::Headers;
use crate::ingest::rows::{self, Scanned};
use crate::ingest::source::open_file;
use crate::ingest::table::{ReadThrough, digest_of};
use crate::ingest::text::TextBlocks;
use crate::ingest::workbook::{SheetRow, Workbook};
use crate::math::spelling::on_one_line;
use crate::panel::{Finding, Place};

/// How many rows may stand above the header.
pub(in crate::ingest) const MOST_TITLES: usize = 30;

/// How many files of a folder are looked at.
const MOST_FILES: usize = 500;

enum Holder {
    Book(Box<Workbook>),
    Folder,
}

/// One list of an extract.
pub(super) struct Part {
    /// The name of its sheet, or its file.
    name: String,
    pub(super) found: Found,
    /// The row of its header.
    header: u64,
}

/// A workbook or folder whose lists are known.
pub(in crate::ingest) struct Extract {
    path: PathBuf,
    holder: Holder,
    pub(super) parts: Vec<Part>,
    /// How many sheets or files hold something else.
    others: u64,
    bytes: u64,
    sha256: String,
    pub(super) converted: Option<&'static str>,
}

/// Whether a path is a folder with at least one CSV file.
pub(in crate::ingest) fn is_folder_of_lists(path: &Path) -> bool {
    path.is_dir() && tables_in(path).is_ok_and(|files| !files.is_empty())
}

fn tables_in(folder: &Path) -> Result<Vec<PathBuf>, IngestError> {
    let unreadable = |source| IngestError::Unreadable { path: folder.to_path_buf(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let is_table = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
        if is_table && path.is_file() {
            files.push(path);
        }
        if files.len() > MOST_FILES {
            return Err(IngestError::Folder { path: folder.to_path_buf() });
        }
    }
    files.sort();
    Ok(files)
}

impl Extract {
    /// Finds the lists of a workbook; the workbook is given back where it has none or is a table of another kind.
    ///
    /// # Errors
    /// Where a sheet can't be read.
    pub(in crate::ingest) fn of_book(mut book: Workbook) -> Result<Result<Extract, Workbook>, IngestError> {
        let mut parts = Vec::new();
        let (mut others, mut numbered) = (0, false);
        for sheet in book.sheets() {
            let mut titles = Vec::new();
            book.each_row(&sheet, &mut |row| see(&mut titles, row))?;
            match list_of(&titles) {
                Some((header, found)) => {
                    // A sheet that is called after its list is no table that merely looks like one.
                    numbered |= sheet.to_lowercase().contains("list") || found.list.form == Form::Standard;
                    parts.push(Part { name: sheet, found, header });
                }
                None => others += u64::from(!titles.is_empty()),
            }
        }
        let mut kinds: Vec<Kind> = parts.iter().map(|part| part.found.list.kind).collect();
        kinds.dedup();
        if parts.is_empty() || (kinds.len() < 2 && !numbered) {
            return Ok(Err(book));
        }
        let (bytes, sha256) = book.fingerprint();
        let (path, sha256) = (book.path().to_path_buf(), sha256.to_string());
        Ok(Ok(Extract { path, holder: Holder::Book(Box::new(book)), parts, others, bytes, sha256, converted: None }))
    }

    /// Finds the lists among the CSV files of a folder.
    ///
    /// # Errors
    /// Where a file can't be read or none is a list.
    pub(in crate::ingest) fn of_folder(folder: &Path) -> Result<Extract, IngestError> {
        let (mut parts, mut others, mut bytes) = (Vec::new(), 0, 0);
        let mut hash = Sha256::new();
        for path in tables_in(folder)? {
            let mut content = Vec::new();
            let read = open_file(&path)?.take(4 << 20).read_to_end(&mut content);
            read.map_err(|source| IngestError::Broken { path: path.clone(), source })?;
            if content.is_empty() {
                others += 1;
                continue;
            }
            let mut titles = Vec::new();
            each_field_row(&path, Box::new(&content[..]), &mut |row| see(&mut titles, row)).map(drop).or_else(
                |error| {
                    // The rest of a long file is missing from its beginning.
                    if titles.is_empty() { Err(error) } else { Ok(()) }
                },
            )?;
            match list_of(&titles) {
                Some((header, found)) => {
                    let digest = digest_of(&mut open_file(&path)?);
                    let (sha256, size) = digest.map_err(|source| IngestError::Broken { path: path.clone(), source })?;
                    bytes += size;
                    hash.update(sha256);
                    parts.push(Part { name: path.display().to_string(), found, header });
                }
                None => others += 1,
            }
        }
        if parts.is_empty() {
            return Err(IngestError::Folder { path: folder.to_path_buf() });
        }
        let sha256 = hexadecimal(&hash.finalize());
        let (path, holder) = (folder.to_path_buf(), Holder::Folder);
        Ok(Extract { path, holder, parts, others, bytes, sha256, converted: None })
    }

    /// The container as a person calls it.
    pub(in crate::ingest) fn container(&self) -> &'static str {
        match self.holder {
            Holder::Book(_) => "Excel",
            Holder::Folder => "CSV",
        }
    }

    /// Whose lists they are: of the first that is there.
    pub(in crate::ingest) fn form(&self) -> Form {
        self.parts.first().map_or(Form::AnnexA, |part| part.found.list.form)
    }

    /// How large all lists are.
    pub(in crate::ingest) fn size(&self) -> u64 {
        self.bytes
    }

    /// How many bytes they are unpacked.
    pub(in crate::ingest) fn unpacked(&self) -> u64 {
        match &self.holder {
            Holder::Book(book) => book.unpacked(),
            Holder::Folder => self.bytes,
        }
    }

    /// Whether referrals are among the lists.
    pub(in crate::ingest) fn has_referrals(&self) -> bool {
        self.parts.iter().any(|part| part.found.list.kind == Kind::Referral)
    }

    /// Where the referrals stand, as the path of an error names it.
    pub(in crate::ingest) fn shown_referrals(&self) -> Option<PathBuf> {
        let part = self.parts.iter().position(|part| part.found.list.kind == Kind::Referral)?;
        Some(self.shown(part))
    }

    /// Whether day numbers count from 1904.
    pub(super) fn counts_from_1904(&self) -> bool {
        matches!(&self.holder, Holder::Book(book) if book.counts_from_1904())
    }

    /// Where a list stands.
    pub(super) fn place(&self, part: usize) -> Place {
        let name = on_one_line(&self.parts[part].name).into_owned();
        match self.holder {
            Holder::Book(_) => {
                Place { file: Some(self.path.display().to_string()), sheet: Some(name), ..Place::default() }
            }
            Holder::Folder => Place { file: Some(name), ..Place::default() },
        }
    }

    /// A list's place as the path of an error names it.
    pub(super) fn shown(&self, part: usize) -> PathBuf {
        let name = &self.parts[part].name;
        match self.holder {
            Holder::Book(_) => format!("{}, sheet `{}`", self.path.display(), on_one_line(name)).into(),
            Holder::Folder => name.into(),
        }
    }

    /// Hands on the rows under the header of a list.
    ///
    /// # Errors
    /// Where it can't be read on.
    pub(super) fn each_row(
        &mut self,
        part: usize,
        each: &mut dyn FnMut(&Found, SheetRow) -> ControlFlow<()>,
    ) -> Result<(), IngestError> {
        let Part { name, found, header } = &self.parts[part];
        let mut under = |row: SheetRow| if row.number > *header { each(found, row) } else { ControlFlow::Continue(()) };
        match &mut self.holder {
            Holder::Book(book) => book.each_row(name, &mut under),
            Holder::Folder => {
                let path = Path::new(name);
                let converted = each_field_row(path, Box::new(open_file(path)?), &mut under)?;
                self.converted = self.converted.or(converted);
                Ok(())
            }
        }
    }

    /// What reading the extract showed.
    pub(super) fn through(&self, rows: u64, mut notes: Vec<Finding>) -> ReadThrough {
        if self.others > 0 {
            notes.push(findings::other_sheets(&self.path, self.form(), self.others));
        }
        ReadThrough {
            rows,
            bytes: self.bytes,
            sha256: self.sha256.clone(),
            converted: self.converted,
            notes,
            ..ReadThrough::default()
        }
    }
}

fn see(titles: &mut Vec<SheetRow>, row: SheetRow) -> ControlFlow<()> {
    titles.push(row);
    if titles.len() >= MOST_TITLES { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

/// The list that begins in one of these rows: the row of its header, and its columns.
fn list_of(titles: &[SheetRow]) -> Option<(u64, Found)> {
    titles.iter().enumerate().find_map(|(at, row)| {
        header_ways(titles, at).into_iter().find_map(|headers| Some((row.number, found(&Headers::new(&headers))?)))
    })
}

/// The headers that a row may stand for: its own, and those of the row above where a cell that is merged over both
/// rows leaves none of its own.
pub(in crate::ingest) fn header_ways(titles: &[SheetRow], at: usize) -> Vec<Vec<String>> {
    let own = titles[at].headers();
    let above = at.checked_sub(1).map(|above| titles[above].headers()).unwrap_or_default();
    let text = |column: usize, rows: &Vec<String>| rows.get(column).cloned().unwrap_or_default();
    let merged = (0..own.len().max(above.len())).map(|column| {
        let own = text(column, &own);
        if own.is_empty() { text(column, &above) } else { own }
    });
    let merged: Vec<String> = merged.collect();
    vec![own, merged]
}

/// Size in bytes and SHA-256 of the lists in a folder, as reading them gives both.
///
/// # Errors
/// Where a file can't be read or none is a list.
pub fn fingerprint_of_folder(folder: &Path) -> Result<(u64, String), IngestError> {
    Extract::of_folder(folder).map(|extract| (extract.bytes, extract.sha256))
}

/// Hands on the rows of separated text, the header included, that hold anything; gives the encoding that was converted.
fn each_field_row(
    path: &Path,
    input: Box<dyn Read + Send + '_>,
    each: &mut dyn FnMut(SheetRow) -> ControlFlow<()>,
) -> Result<Option<&'static str>, IngestError> {
    let mut blocks = TextBlocks::open(path, input)?;
    let header = SheetRow::of_fields(1, blocks.headers().to_vec());
    if each(header).is_break() {
        return Ok(blocks.converted);
    }
    let separator = blocks.separator();
    while let Some(block) = blocks.next()? {
        let mut at = 0;
        for position in 0..block.count {
            let (Scanned::Whole(row) | Scanned::Cut(row)) = rows::scan(&block.text, at, separator) else { break };
            let fields = rows::fields(&block.text[at..row.next], separator);
            at = row.next;
            let row = SheetRow::of_fields(block.rows.of(position), fields);
            if !row.is_blank() && each(row).is_break() {
                return Ok(blocks.converted);
            }
        }
    }
    Ok(blocks.converted)
}
