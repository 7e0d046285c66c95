//! How batches go from whoever makes them to whoever takes them.

use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::table::Batch;

/// Takes batches.
#[derive(Clone)]
pub(super) enum Handover {
    /// To another thread, which works on one while the next is made.
    Across(SyncSender<Batch>),
    /// Kept until all are made: for tables so small that they make one batch.
    Kept(Kept),
}

impl Handover {
    /// Takes one batch; false where no more are wanted.
    pub(super) fn give(&self, batch: Batch) -> bool {
        match self {
            Handover::Across(sender) => sender.send(batch).is_ok(),
            Handover::Kept(kept) => {
                kept.lock().push(batch);
                true
            }
        }
    }
}

/// Batches of a small table.
#[derive(Clone, Default)]
pub(super) struct Kept(Arc<Mutex<Vec<Batch>>>);

impl Kept {
    /// All that were taken.
    pub(super) fn all(&self) -> Vec<Batch> {
        std::mem::take(&mut self.lock())
    }

    /// A batch is in or it isn't, wherever the maker gave up.
    fn lock(&self) -> MutexGuard<'_, Vec<Batch>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
