//! The children in need census: one XML return a year, 1 April to 31 March, read child by child.
//!
//! In: a return of 2017 to 2026 as a stream. Out: referrals as rows for the readers of referrals, or all events of
//! children. A return holds every case that was open in its year: referrals before it are those that were still open,
//! so only the return's own year is counted. The same child and date of referral in two returns is one referral, as
//! the later return has it.

mod details;
mod document;
mod findings;
mod reader;
mod tags;

#[cfg(test)]
mod tests;

use crate::time::Date;

/// The first day of the return that had source 5D.
/// Source: Department for Education, "Children in need census 2022 to 2023: specification".
pub(super) const SOURCE_BREAK: Date = Date::constant(2022, 4, 1);

pub(super) use findings::source_break;
pub(super) use reader::{CensusReturn, HEADERS, events, is_census};
