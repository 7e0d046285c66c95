//! The pack as a workbook: cover, contents, notes, and one sheet a table.
//!
//! In: the protected tables that the other files of the pack are written from. Out: `workbook.xlsx` and, on request,
//! `workbook.ods`, after the Government Analysis Function's rules for spreadsheets: one marked-up table of a unique name
//! a sheet, beginning in the first cell; one header row; no merged or blank cell; shorthand in square brackets; a title,
//! subject, author and language. The date of the workbook is the end of the period that the forecast knew, so that the
//! same inputs give the same bytes.
//!
//! A table that Excel can't hold is left out, and the contents say where it is.

mod book;
mod front;
mod names;
mod ods;
mod xlsx;

use serde::{Deserialize, Serialize};

use super::catalogue::PackTable;
use super::contents::PackContents;
use crate::disclosure::FigureError;
use book::{Book, BookSheet};
use front::Front;
use names::Names;

/// A form of the workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WorkbookFormat {
    /// Excel's.
    Xlsx,
    /// OpenDocument's.
    Ods,
}

impl WorkbookFormat {
    /// The form as the project file names it, and the ending of the file.
    pub fn name(self) -> &'static str {
        match self {
            WorkbookFormat::Xlsx => "xlsx",
            WorkbookFormat::Ods => "ods",
        }
    }

    /// The file's name in a pack.
    pub fn file(self) -> &'static str {
        match self {
            WorkbookFormat::Xlsx => "workbook.xlsx",
            WorkbookFormat::Ods => "workbook.ods",
        }
    }

    pub(super) fn media_type(self) -> &'static str {
        match self {
            WorkbookFormat::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            WorkbookFormat::Ods => ods::MEDIA_TYPE,
        }
    }
}

/// Why a workbook can't be made.
#[derive(Debug, thiserror::Error)]
pub(super) enum WorkbookError {
    #[error(transparent)]
    Front(#[from] FigureError),
    #[error(transparent)]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    #[error(transparent)]
    Zip(#[from] zip::result::ZipError),
    #[error(transparent)]
    Write(#[from] std::io::Error),
}

/// How much a workbook holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Rows of a table without its header.
    pub rows: usize,
    /// Cells of all tables together.
    pub cells: usize,
}

impl Default for Limits {
    /// Excel's rows less the header; and two million cells, some 7 MB of file: with more, Parquet is the better file.
    fn default() -> Limits {
        Limits { rows: 1_048_575, cells: 2_000_000 }
    }
}

/// What a sheet and its table are called.
#[derive(Debug, Clone, PartialEq, Eq)]
struct SheetNames {
    sheet: String,
    table: String,
}

/// Whether a table is in the workbook, and why not.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Sheet(SheetNames),
    Empty,
    TooLong,
}

/// A table of the pack with its place in the workbook.
type Placed<'a> = (PackTable<'a>, Place);

/// Where each table goes: the smallest are let in first, so that one large table doesn't push out the others.
fn placed<'a>(tables: &[PackTable<'a>], limits: Limits, names: &mut Names) -> Vec<Placed<'a>> {
    let cells =
        |one: &PackTable<'_>| one.table.rows().saturating_mul(one.table.labels().len() + one.table.figures().len());
    let mut order: Vec<usize> = (0..tables.len()).collect();
    order.sort_by_key(|at| (cells(&tables[*at]), *at));
    let mut room = limits.cells;
    let mut fits = vec![false; tables.len()];
    for at in order {
        let size = cells(&tables[at]);
        fits[at] = tables[at].table.rows() <= limits.rows && size <= room;
        room -= if fits[at] { size } else { 0 };
    }
    let place = |(at, one): (usize, &PackTable<'a>)| match cells(one) {
        0 => (*one, Place::Empty),
        _ if fits[at] => (*one, Place::Sheet(names.of(one.stem))),
        _ => (*one, Place::TooLong),
    };
    tables.iter().enumerate().map(place).collect()
}

/// The workbook's bytes in one form.
///
/// # Errors
/// Where a writer refuses, which the checks before it rule out.
pub(super) fn written(
    contents: &PackContents,
    tables: &[PackTable<'_>],
    format: WorkbookFormat,
    limits: Limits,
) -> Result<Vec<u8>, WorkbookError> {
    let mut names = Names::default();
    let front_names = front::NAMES.map(|name| names.of(name));
    let placed = placed(tables, limits, &mut names);
    let front = Front::of(contents, &placed, front_names)?;
    let book = book(contents, &placed, &front);
    match format {
        WorkbookFormat::Xlsx => xlsx::bytes(&book),
        WorkbookFormat::Ods => ods::bytes(&book),
    }
}

fn book<'a>(contents: &PackContents, placed: &[Placed<'a>], front: &'a Front) -> Book<'a> {
    let mut sheets = front.sheets();
    sheets.extend(placed.iter().filter_map(|(one, place)| match place {
        Place::Sheet(names) => Some(BookSheet::of(names, one.title(), one.says(), one.table)),
        Place::Empty | Place::TooLong => None,
    }));
    Book {
        properties: front::properties(contents),
        cover_name: front.cover_name().to_owned(),
        cover: front.cover.clone(),
        sheets,
    }
}
