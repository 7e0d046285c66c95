//! Which table of a return a CSV file is, and which of its columns is which.

use std::path::Path;

use crate::ingest::error::IngestError;
use crate::ingest::headers::Headers;

/// A table of a return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ingest) enum Part {
    /// One row a child: date of birth.
    Header,
    /// One row an episode of care.
    Episodes,
    /// One row an unaccompanied asylum-seeking child.
    Unaccompanied,
    /// A table that holds nothing of care or placements.
    Unused(&'static str),
}

/// The table of a return that has these columns; nothing where it is none.
pub(in crate::ingest) fn part(headers: &Headers) -> Option<Part> {
    /// Columns that no other table has; every table also has CHILD.
    const SIGNS: [(&[&str], Part); 11] = [
        (&["decom", "rne", "ls"], Part::Episodes),
        (&["sex", "dob", "ethnic"], Part::Header),
        (&["dob", "duc"], Part::Unaccompanied),
        (&["review", "reviewcode"], Part::Unused("Reviews")),
        (&["sdqscore"], Part::Unused("OC2")),
        (&["intouch", "activ"], Part::Unused("OC3")),
        (&["dateint", "datematch"], Part::Unused("AD1")),
        (&["dateplaced", "dateplacedceased"], Part::Unused("Placed for adoption")),
        (&["prevperm"], Part::Unused("Previous permanence")),
        (&["misstart", "misend"], Part::Unused("Missing")),
        (&["swid", "swdecom"], Part::Unused("Social worker")),
    ];
    let has = |column: &&str| headers.position(column).is_some();
    has(&"child").then(|| SIGNS.iter().find(|(signs, _)| signs.iter().all(has)).map(|(_, part)| *part))?
}

/// Columns of an Episodes table; those that may be missing are optional.
#[derive(Debug, Clone, Copy)]
pub(super) struct EpisodeColumns {
    pub(super) child: usize,
    pub(super) started: usize,
    pub(super) ended: usize,
    pub(super) why_new: usize,
    pub(super) legal_status: usize,
    pub(super) need: Option<usize>,
    pub(super) kind: usize,
    pub(super) provider: Option<usize>,
    pub(super) end_reason: usize,
    pub(super) authority: Option<usize>,
    pub(super) year: Option<usize>,
}

impl EpisodeColumns {
    /// # Errors
    /// Where a column that no episode can do without is missing.
    pub(super) fn of(headers: &Headers, path: &Path) -> Result<EpisodeColumns, IngestError> {
        let needed = |name: &'static str, role| match headers.position(&name.to_ascii_lowercase()) {
            Some(column) => Ok(column),
            None => headers.named(path, role, name),
        };
        Ok(EpisodeColumns {
            child: needed("CHILD", "the child's identifier")?,
            started: needed("DECOM", "the start of the episode")?,
            ended: needed("DEC", "the end of the episode")?,
            why_new: needed("RNE", "the reason for the new episode")?,
            legal_status: needed("LS", "the legal status")?,
            need: headers.position("cin"),
            // Exports of some years call it PL.
            kind: headers.position("pl").map_or_else(|| needed("PLACE", "the type of placement"), Ok)?,
            provider: headers.position("placeprovider"),
            end_reason: needed("REC", "the reason why the episode ended")?,
            authority: headers.position("la"),
            year: headers.position("year"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(written: &str) -> Option<Part> {
        part(&Headers::new(&written.split(',').map(str::to_string).collect::<Vec<_>>()))
    }

    #[test]
    fn every_table_is_known_by_its_columns_whatever_their_case() {
        for (columns, expected) in [
            (
                "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN",
                Part::Episodes,
            ),
            ("Child,Sex,DOB,Ethnic,UPN,Mother,MC_DOB,LA,Year", Part::Header),
            ("CHILD,SEX,DOB,DUC", Part::Unaccompanied),
            ("CHILD,DOB,REVIEW,REVIEW_CODE", Part::Unused("Reviews")),
            ("CHILD,DOB,SW_ID,SW_DECOM,SW_DEC,SW_REASON", Part::Unused("Social worker")),
            ("CHILD,DOB,DATE_PLACED,DATE_PLACED_CEASED,REASON_PLACED_CEASED", Part::Unused("Placed for adoption")),
        ] {
            assert_eq!(of(columns), Some(expected), "{columns}");
        }
    }

    #[test]
    fn referrals_are_no_table_of_a_return() {
        assert_eq!(of("child_id,referral_date,sex,dob,ethnicity"), None);
        assert_eq!(of("child,date,sex,dob"), None);
    }
}
