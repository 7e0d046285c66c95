//! Faults: which there are, how often each is planted, and what was planted.

use std::collections::BTreeMap;

use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::FileFormat;
use crate::math::random;
use crate::simulate::{SimulateError, draw, purpose};
use crate::time::{Date, Frequency, Period};

/// A fault of the kind that real files have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// No child is named.
    MissingChild,
    /// The date that places the row is left out.
    MissingDate,
    /// That date is none: the 31st of February.
    UnreadableDate,
    /// That date lies after the day on which the file was made.
    FutureDate,
    /// A code that no list holds.
    UnmappedCode,
    /// The row stands twice.
    DuplicateRow,
    /// Something ends before it starts.
    ImpossibleOrder,
    /// An episode has no end though another follows.
    OpenEpisode,
    /// An episode reaches past the start of the next.
    OverlappingEpisode,
}

impl Fault {
    /// All of them.
    pub const ALL: [Fault; 9] = [
        Fault::MissingChild,
        Fault::MissingDate,
        Fault::UnreadableDate,
        Fault::FutureDate,
        Fault::UnmappedCode,
        Fault::DuplicateRow,
        Fault::ImpossibleOrder,
        Fault::OpenEpisode,
        Fault::OverlappingEpisode,
    ];

    /// Those that a row of a list of referrals can have.
    pub(super) const OF_REFERRALS: [Fault; 6] = [
        Fault::MissingChild,
        Fault::MissingDate,
        Fault::UnreadableDate,
        Fault::FutureDate,
        Fault::UnmappedCode,
        Fault::DuplicateRow,
    ];
}

/// How often each fault is planted: shares of the rows that can have it, at most one fault a row.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Dirt(BTreeMap<Fault, f64>);

impl Dirt {
    /// Clean files.
    pub fn none() -> Dirt {
        Dirt::default()
    }

    /// Every fault in this share of rows.
    pub fn of_each(share: f64) -> Dirt {
        Dirt(Fault::ALL.map(|fault| (fault, share)).into())
    }

    /// Also this fault in this share of rows.
    #[must_use]
    pub fn with(mut self, fault: Fault, share: f64) -> Dirt {
        self.0.insert(fault, share);
        self
    }

    pub(super) fn check(&self) -> Result<(), SimulateError> {
        let total: f64 = self.0.values().sum();
        if self.0.values().all(|share| (0.0..=1.0).contains(share)) && total <= 1.0 {
            return Ok(());
        }
        Err(SimulateError::option("dirt", "must be shares of rows, from 0 to 1, which add up to at most 1"))
    }
}

/// What was planted in files.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Planted {
    /// How often a reader must find what, by the finding's name.
    pub findings: BTreeMap<&'static str, u64>,
    /// Referrals, or starts of care, that a reader can't count, by month.
    pub lost: BTreeMap<String, u64>,
}

/// Plants faults while rows are written.
pub(super) struct Planter<'a> {
    dirt: &'a Dirt,
    stream: ChaCha8Rng,
    planted: Planted,
}

impl<'a> Planter<'a> {
    pub(super) fn new(dirt: &'a Dirt, seed: u64, format: FileFormat) -> Planter<'a> {
        let stream = random::stream(seed, &[purpose::FILES, format as u64]);
        Planter { dirt, stream, planted: Planted::default() }
    }

    /// The fault of the next row, of those that it can have.
    pub(super) fn fault(&mut self, possible: &[Fault]) -> Option<Fault> {
        let drawn = self.whole(0, 999_999);
        let mut left = f64::from(drawn) / 1_000_000.0;
        for fault in possible {
            let share = self.dirt.0.get(fault).copied().unwrap_or(0.0);
            if left < share {
                return Some(*fault);
            }
            left -= share;
        }
        None
    }

    /// A whole number, both ends included.
    pub(super) fn whole(&mut self, from: u32, to: u32) -> u32 {
        draw::whole(&mut self.stream, from, to)
    }

    /// Notes that a reader must find something once more.
    pub(super) fn found(&mut self, finding: &'static str) {
        *self.planted.findings.entry(finding).or_default() += 1;
    }

    /// Notes that something of this day can't be counted.
    pub(super) fn lost(&mut self, day: Date) {
        let month = Period::containing(Frequency::Month, day).to_string();
        *self.planted.lost.entry(month).or_default() += 1;
    }

    pub(super) fn planted(self) -> Planted {
        self.planted
    }
}
