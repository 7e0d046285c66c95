//! Tables that a reader makes out of something else than a table: rows of text, handed on in batches.

use polars::prelude::{NewChunkedArray, StringChunked};

use super::error::IngestError;
use super::frames::Cells;
use super::handover::Handover;
use super::table::{Batch, ReadThrough};
use super::text::RowNumbers;

/// Rows a batch.
const BATCH_ROWS: usize = 16_384;

/// Makes the rows of a table.
pub(super) trait RowMaker: Send {
    /// Makes all rows, until they are not wanted any more.
    ///
    /// # Errors
    /// Where the file can't be read on.
    fn make(self: Box<Self>, rows: &mut MadeRows) -> Result<ReadThrough, IngestError>;
}

/// Takes rows and hands them on.
pub(super) struct MadeRows {
    wanted: Vec<usize>,
    columns: Vec<Vec<Box<str>>>,
    numbers: Vec<u64>,
    taker: Handover,
    stopped: bool,
    events: bool,
}

impl MadeRows {
    pub(super) fn new(wanted: Vec<usize>, events: bool, taker: Handover) -> MadeRows {
        let columns = wanted.iter().map(|_| Vec::new()).collect();
        MadeRows { wanted, columns, numbers: Vec::new(), taker, stopped: false, events }
    }

    /// Whether what happened is wanted too, beside the rows.
    pub(super) fn events(&self) -> bool {
        self.events
    }

    /// Takes one row: its number in the file and its cells, empty where there is nothing.
    pub(super) fn push(&mut self, number: u64, cells: &[&str], bytes: u64) {
        for (column, wanted) in self.columns.iter_mut().zip(&self.wanted) {
            column.push(cells.get(*wanted).copied().unwrap_or_default().into());
        }
        self.numbers.push(number);
        if self.numbers.len() >= BATCH_ROWS {
            self.hand_over(bytes);
        }
    }

    /// Whether nobody wants more rows.
    pub(super) fn stopped(&self) -> bool {
        self.stopped
    }

    /// Hands over what is left.
    pub(super) fn finish(&mut self, bytes: u64) {
        if !self.numbers.is_empty() {
            self.hand_over(bytes);
        }
    }

    fn hand_over(&mut self, bytes: u64) {
        let columns = self.columns.iter_mut().map(|column| {
            let cells = StringChunked::from_iter_values("".into(), column.iter().map(|cell| &**cell));
            column.clear();
            Cells::Text(cells)
        });
        let columns = columns.collect();
        let rows = RowNumbers::Listed(std::mem::take(&mut self.numbers));
        self.stopped = self.stopped || !self.taker.give(Batch { columns, rows, bytes });
    }
}
