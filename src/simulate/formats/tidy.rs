//! One table of referrals with a header of plain names.

use std::io::Write;

use super::dirt::{Fault, Planter};
use super::{Output, Sheet, workbook};
use crate::simulate::columns::REFERRALS;
use crate::simulate::{ReferralRow, SimulateError, Simulated};

/// The columns that faults change.
const CHILD: &str = "child_id";
const DATE: &str = "referral_date";
const SOURCE: &str = "referral_source";

/// As text with commas.
pub(super) fn write(simulated: &Simulated, planter: &mut Planter<'_>, to: &mut Output) -> Result<(), SimulateError> {
    let table = table(simulated, planter);
    to.file("referrals.csv", |to| table.write_csv(to))
}

/// As the one sheet of a workbook.
pub(super) fn write_workbook(
    simulated: &Simulated,
    planter: &mut Planter<'_>,
    to: &mut Output,
) -> Result<(), SimulateError> {
    let table = table(simulated, planter);
    to.file("referrals.xlsx", |to| to.write_all(&workbook::bytes(&[table], simulated.truth.extract_date)?))
}

fn table(simulated: &Simulated, planter: &mut Planter<'_>) -> Sheet {
    let extract = simulated.truth.extract_date;
    // The code stands for the source too; without it a spelling that nobody knows has nothing to fall back on.
    let columns = || REFERRALS.iter().filter(|column| column.name != "referral_source_code");
    let header = columns().map(|column| column.name).collect();
    let mut rows = Vec::with_capacity(simulated.referrals.len());
    for row in &simulated.referrals {
        let fault = planter.fault(&Fault::OF_REFERRALS);
        let cells = columns().map(|column| (column.name, cell(column.write, row)));
        rows.push(faulty(cells, fault, &|| extract.saturating_add(jiff::Span::new().days(30)).to_string()));
        match fault {
            Some(Fault::MissingChild) => planter.found("missing-identifier"),
            Some(Fault::UnmappedCode) => planter.found("unmapped-label"),
            Some(Fault::DuplicateRow) => {
                rows.extend(rows.last().cloned());
                planter.found("duplicate-row");
            }
            Some(lost) => {
                planter.found(match lost {
                    Fault::MissingDate => "missing-date",
                    Fault::UnreadableDate => "unreadable-date",
                    _ => "date-after-extract",
                });
                planter.lost(row.referral_date);
            }
            None => {}
        }
    }
    Sheet { name: "Referrals".to_owned(), title: format!("Referrals to {extract}"), header, rows }
}

fn cell(write: fn(&ReferralRow, &mut String), row: &ReferralRow) -> String {
    let mut cell = String::new();
    write(row, &mut cell);
    cell
}

fn faulty(
    cells: impl Iterator<Item = (&'static str, String)>,
    fault: Option<Fault>,
    future: &dyn Fn() -> String,
) -> Vec<String> {
    let faulty = |(name, cell): (&str, String)| match (fault, name) {
        (Some(Fault::MissingChild), CHILD) | (Some(Fault::MissingDate), DATE) => String::new(),
        (Some(Fault::UnreadableDate), DATE) => "2020-02-31".to_owned(),
        (Some(Fault::FutureDate), DATE) => future(),
        (Some(Fault::UnmappedCode), SOURCE) => "zz-7391".to_owned(),
        _ => cell,
    };
    cells.map(faulty).collect()
}
