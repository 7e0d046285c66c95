//! Episodes of care, as a return has them.

use crate::ingest::dates::Written;
use crate::ingest::events::{ChildIdentifier, Label};
use crate::time::Date;

/// The reason of an episode's end that says that care goes on.
pub(super) const CARE_GOES_ON: &str = "X1";
/// The reason for a new episode that says that care begins.
pub(super) const CARE_BEGINS: &str = "S";

/// What a row says beside its dates. Codes are in capitals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Codes {
    pub(super) why_new: Option<Label>,
    pub(super) legal_status: Option<Label>,
    pub(super) need: Option<Label>,
    pub(super) kind: Option<Label>,
    pub(super) provider: Option<Label>,
    pub(super) end_reason: Option<Label>,
}

/// A row whose dates wait for the order of day and month of their columns.
#[derive(Debug)]
pub(super) struct WrittenEpisode {
    pub(super) child: ChildIdentifier,
    pub(super) authority: Option<Label>,
    /// The year that the row names.
    pub(super) year: Option<i16>,
    pub(super) started: Written,
    pub(super) ended: Option<Written>,
    pub(super) codes: Codes,
    pub(super) row: u64,
}

/// An episode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Episode {
    pub(super) child: ChildIdentifier,
    pub(super) authority: Option<Label>,
    pub(super) started: Date,
    pub(super) ended: Option<Date>,
    pub(super) codes: Codes,
    /// The year in which its return ends.
    pub(super) year: i16,
    /// The file's number, from 0, and the row in it.
    pub(super) file: usize,
    pub(super) row: u64,
}

impl Episode {
    /// Whether the row says that care goes on after it.
    pub(super) fn says_care_goes_on(&self) -> bool {
        self.codes.end_reason.as_deref() == Some(CARE_GOES_ON)
    }

    /// Whether the row says that care ends with it.
    pub(super) fn says_care_ends(&self) -> bool {
        self.codes.end_reason.as_deref().is_some_and(|reason| reason != CARE_GOES_ON)
    }
}

/// The codes of a column that returns of any year have had, in capitals.
/// Source: Department for Education, "Children looked-after by local authorities in England: guide to the SSDA903
/// collection", editions of 2017 to 2026.
pub(super) fn is_known(column: &str, code: &str) -> bool {
    let known: &[&str] = match column {
        "RNE" => &["S", "L", "P", "T", "B", "U"],
        "LS" => &["C1", "C2", "D1", "E1", "V2", "V3", "V4", "L1", "L2", "L3", "J1", "J2", "J3"],
        "CIN" => &["N1", "N2", "N3", "N4", "N5", "N6", "N7", "N8"],
        "PLACE" => &[
            "U1", "U2", "U3", "U4", "U5", "U6", "A3", "A4", "A5", "A6", "P1", "P2", "P3", "H5", "K1", "K2", "K3", "R1",
            "R2", "R3", "R5", "S1", "T0", "T1", "T2", "T3", "T4", "Z1", "Z11", "Z12", "Z13", "Z14",
        ],
        "PLACE_PROVIDER" => &["PR0", "PR1", "PR2", "PR3", "PR4", "PR5"],
        _ => &[
            "X1", "E11", "E12", "E2", "E3", "E4A", "E4B", "E13", "E41", "E43", "E44", "E45", "E46", "E47", "E48", "E5",
            "E6", "E7", "E8", "E9", "E14", "E15", "E16", "E17",
        ],
    };
    known.contains(&code)
}
