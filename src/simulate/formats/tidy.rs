//! One table of referrals with a header of plain names.

use std::io::Write;

use super::Output;
use super::dirt::{Fault, Planter};
use crate::simulate::columns::REFERRALS;
use crate::simulate::{ReferralRow, SimulateError, Simulated};

/// The columns that faults change.
const CHILD: &str = "child_id";
const DATE: &str = "referral_date";
const SOURCE: &str = "referral_source";

pub(super) fn write(simulated: &Simulated, planter: &mut Planter<'_>, to: &mut Output) -> Result<(), SimulateError> {
    let extract = simulated.truth.extract_date;
    to.file("referrals.csv", |to| {
        // The code stands for the source too; without it a spelling that nobody knows has nothing to fall back on.
        let columns = || REFERRALS.iter().filter(|column| column.name != "referral_source_code");
        writeln!(to, "{}", columns().map(|column| column.name).collect::<Vec<_>>().join(","))?;
        for row in &simulated.referrals {
            let fault = planter.fault(&Fault::OF_REFERRALS);
            let line = line(columns().map(|column| (column.name, cell(column.write, row))), fault, &|| {
                extract.saturating_add(jiff::Span::new().days(30)).to_string()
            });
            writeln!(to, "{line}")?;
            match fault {
                Some(Fault::MissingChild) => planter.found("missing-identifier"),
                Some(Fault::UnmappedCode) => planter.found("unmapped-label"),
                Some(Fault::DuplicateRow) => {
                    writeln!(to, "{line}")?;
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
        Ok(())
    })
}

fn cell(write: fn(&ReferralRow, &mut String), row: &ReferralRow) -> String {
    let mut cell = String::new();
    write(row, &mut cell);
    cell
}

fn line(
    cells: impl Iterator<Item = (&'static str, String)>,
    fault: Option<Fault>,
    future: &dyn Fn() -> String,
) -> String {
    let faulty = |(name, cell): (&str, String)| match (fault, name) {
        (Some(Fault::MissingChild), CHILD) | (Some(Fault::MissingDate), DATE) => String::new(),
        (Some(Fault::UnreadableDate), DATE) => "2020-02-31".to_owned(),
        (Some(Fault::FutureDate), DATE) => future(),
        (Some(Fault::UnmappedCode), SOURCE) => "zz-7391".to_owned(),
        _ => cell,
    };
    cells.map(faulty).collect::<Vec<_>>().join(",")
}
