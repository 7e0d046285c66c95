//! Findings on the data, as they may be told to whoever reads a pack or the log of a run.

use serde::Serialize;

use super::protect::rounded;
use super::{Cell, Profile};
use crate::panel::{Finding, Place, Severity};

/// A finding that may be published under a profile; made by [`told`] only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ToldFinding {
    /// Its stable name.
    pub name: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What was found, in a sentence.
    pub what: String,
    /// Where.
    pub place: Place,
    /// How many are concerned; `None` where so few that it isn't told.
    pub count: Option<u64>,
    /// What it means for the forecast.
    pub meaning: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}

/// Applies the profile's rule to a finding.
///
/// A number of records (rows, referrals, episodes, children) is a count of children like any other, and follows the rule
/// of counts: 1 to 7 are not told, others to the nearest 5. Which rows are concerned tells how many there are, and the
/// day of one record tells of one child: neither is told. A number of periods, series or files tells of no child.
pub fn told(profile: Profile, finding: &Finding) -> ToldFinding {
    let Finding { name, severity, what, place, count, meaning, remedy } = finding;
    let (name, severity, meaning, remedy) = (*name, *severity, *meaning, *remedy);
    let exact = || ToldFinding {
        name,
        severity,
        what: what.to_string(),
        place: place.clone(),
        count: Some(*count),
        meaning,
        remedy,
    };
    if profile == Profile::Internal {
        return exact();
    }
    ToldFinding {
        what: what
            .told(|count| number(count).map_or_else(|| "fewer than 8".to_owned(), |near| format!("about {near}"))),
        place: Place { rows: Vec::new(), ..place.clone() },
        count: if what.is_of_records() { number(*count) } else { Some(*count) },
        ..exact()
    }
}

/// A number of records as it may be told.
fn number(count: u64) -> Option<u64> {
    match rounded(count as f64) {
        Cell::Number(near) => Some(near as u64),
        Cell::Suppressed | Cell::Withheld | Cell::Missing => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel::Statement;

    fn finding(what: Statement, count: u64) -> Finding {
        Finding {
            name: "missing-date",
            severity: Severity::Loss,
            what,
            place: Place { file: Some("r.csv".to_owned()), rows: vec![4, 9], ..Place::default() },
            count,
            meaning: "They are left out.",
            remedy: "Complete them.",
        }
    }

    #[test]
    fn a_number_of_records_follows_the_rule_of_counts() {
        let rows = |count| Statement::records(count, "row has", "rows have").then(" no date");
        for (count, said, number) in [
            (1, "Fewer than 8 rows have no date", None),
            (7, "Fewer than 8 rows have no date", None),
            (8, "About 10 rows have no date", Some(10)),
            (1_233, "About 1235 rows have no date", Some(1_235)),
        ] {
            for profile in [Profile::Published, Profile::DfeCin] {
                let told = told(profile, &finding(rows(count), count));
                assert_eq!((told.what.as_str(), told.count), (said, number));
                assert_eq!(told.place.to_string(), "r.csv", "which rows tells how many");
            }
        }
        let exact = told(Profile::Internal, &finding(rows(1), 1));
        assert_eq!((exact.what.as_str(), exact.count, exact.place.rows.len()), ("1 row has no date", Some(1), 2));
    }

    #[test]
    fn periods_are_told_as_they_are_and_the_day_of_a_record_is_not() {
        let what = Statement::from("The last referral is").exactly(" of 2024-03-02,").then(" before the last day");
        let told = told(Profile::Published, &finding(what, 1));
        assert_eq!((told.what.as_str(), told.count), ("The last referral is before the last day", Some(1)));
    }
}
