//! The monthly job's safety: one run at a time, whole packs only, the same job once.
//!
//! In: a destination folder, what decides the outputs ([`Job`]: inputs, plan, engine, seed) and a closure that writes
//! them. Out: a pack, which is a folder that appears whole or not at all, with a `manifest.json` that names and hashes
//! every file in it, and `latest.json` beside the packs, which always names a whole one.
//!
//! ```text
//! destination/
//!   latest.json            which pack is current
//!   2024-03/               a pack: outputs, manifest.json, and run.json (timings; the only file not hashed)
//!   2024-03-1a2b3c4d/      the same month again from other inputs: origin month and short key
//!   .groundswell.lock      held by the run that is writing
//!   .groundswell-staging-… the pack being written; the next run clears what a killed one left
//! ```
//!
//! This room doesn't forecast, doesn't know what is in a pack, reads no clock and turns no error into an exit code:
//! [`BatchError`] tells apart what the command line reports as 73, 74 and 75.
//!
//! ```
//! use groundswell::batch::{self, BatchError, Job, Lock, Published, Record};
//!
//! # let folder = tempfile::tempdir().expect("temporary folder");
//! # let destination = folder.path().join("packs");
//! let lock = Lock::acquire(&destination)?;
//! let job = Job { engine: "groundswell 0.1.0".into(), plan: serde_json::json!({"horizon": 12}), seed: 1, inputs: vec![] };
//! let write = |staging: &std::path::Path| -> Result<Record, BatchError> {
//!     std::fs::write(staging.join("forecast.csv"), "unique_id,ds,median\n")
//!         .map_err(|source| BatchError::Io { action: "write", path: staging.join("forecast.csv"), source })?;
//!     Ok(Record::default())
//! };
//! let first = batch::publish(&lock, "2024-03", &job, write)?;
//! assert!(matches!(first, Published::New { .. }));
//! // The same inputs, plan, engine and seed a second time: nothing to do, and the closure isn't called.
//! let second = batch::publish(&lock, "2024-03", &job, write)?;
//! assert!(matches!(second, Published::Unchanged(_)));
//! # Ok::<(), BatchError>(())
//! ```

mod durable;
mod error;
mod job;
mod lock;
mod manifest;
mod pack;
mod publish;
mod retire;

pub use error::BatchError;
pub use job::{Input, Job, Key};
pub use lock::Lock;
pub use manifest::{Record, SCHEMA};
pub use pack::{
    Fault, Latest, Pack, Verification, beside, differences, find, job, latest, pack_or_current, packs, verify,
};
pub use publish::{Published, publish};
pub use retire::retire;
