//! Excel workbooks: what a file inflates to is checked first, then its sheets are read row by row.
//!
//! In: the bytes of an `.xlsx` file. Out: rows of cells, numbered as Excel numbers them. Nothing is ever unpacked to a
//! disk, no formula is worked out (the value that Excel stored counts) and no link is followed.

mod archive;
mod cells;
mod shared_texts;
mod sheets;

#[cfg(test)]
pub(in crate::ingest) mod made_by_hand;
#[cfg(test)]
mod tests;

pub(super) use cells::{Cell, SheetRow};
pub(super) use sheets::Workbook;

/// Whether the start of a file is that of a zip archive, as workbooks are.
pub(super) fn is_archive(start: &[u8]) -> bool {
    matches!(start, [b'P', b'K', 3, 4, ..])
}
