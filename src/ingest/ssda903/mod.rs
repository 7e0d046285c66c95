//! Returns of looked-after children (SSDA903): CSV tables of one year, or of several years and authorities in one.
//!
//! In: the tables Header, Episodes and UASC of any number of years, and the regional layout, in which the columns `LA`
//! and `YEAR` say whose and which return a row is from. Out: periods of care and placements as events, and every
//! repair that they needed as a counted finding. The other tables of the return are recognised and passed over.
//!
//! Which year a return is of, its dates say: the last one, from 1 April to 31 March, in which more than one in a hundred
//! of them lie. An episode that stands in several returns is taken as the latest one has it. Then episodes of a child
//! are made continuous (`repair`), and those without a gap between them are one period of care.

mod episodes;
mod findings;
mod parts;
mod periods;
mod reader;
mod repair;
mod years;

#[cfg(test)]
mod tests;

pub(super) use parts::part;
pub(super) use reader::CareReader;
