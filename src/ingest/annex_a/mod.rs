//! The lists of Ofsted's Annex A and the views of the standard safeguarding dataset (SSD): for each extract one workbook
//! with a sheet a list, or a folder with a CSV file a list.
//!
//! In: Lists 1 to 8, or the views of the SSD with persons, contacts, early help, episodes of need, assessments, enquiries,
//! conferences, plans, episodes of care and placements, known by their headers and not by the names or places of their sheets; others are passed over.
//! Out: List 3 as rows for the readers of referrals, with the need of List 6 where both tell of the same child and day;
//! or everything that happened as events. Titles above the headers, blank rows and merged headers don't matter.
//! Source: Ofsted, "Inspecting local authority children's services (ILACS)", annex A.

mod columns;
mod extract;
mod findings;
mod happened;
mod reader;
mod standard;

#[cfg(test)]
mod tests;

pub(super) use columns::Form;
pub use extract::fingerprint_of_folder;
pub(super) use extract::{Extract, MOST_TITLES, header_ways, is_folder_of_lists};
pub(super) use reader::{HEADERS, ReferralList, events_of_book, events_of_folder};
