//! Which column is which: headers matched without regard to case, spaces and punctuation.

use std::path::Path;

use super::dates;
use super::error::IngestError;

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Date of referral.
    Date,
    /// The child's identifier.
    Child,
    /// Who referred.
    Source,
    /// Where.
    Area,
    /// Age in years.
    Age,
    /// Date of birth.
    DateOfBirth,
    /// Primary need.
    Need,
    /// Whether no further action was taken.
    NoFurtherAction,
    /// The series' name.
    Series,
    /// The period.
    Time,
    /// The count.
    Value,
}

impl Role {
    /// The role as a message names it.
    pub fn noun(self) -> &'static str {
        match self {
            Role::Date => "the date of referral",
            Role::Child => "the child's identifier",
            Role::Source => "the source of referral",
            Role::Area => "the area",
            Role::Age => "the age",
            Role::DateOfBirth => "the date of birth",
            Role::Need => "the primary need",
            Role::NoFurtherAction => "no further action",
            Role::Series => "the series",
            Role::Time => "the period",
            Role::Value => "the count",
        }
    }

    /// The usual headers, best first, as [`plain`] writes them.
    fn usual(self) -> &'static [&'static str] {
        match self {
            Role::Date => &[
                "referraldate",
                "dateofreferral",
                "cinreferraldate",
                "cinereferraldate",
                "datereferral",
                "referralreceiveddate",
                "datereferralreceived",
                "referralstartdate",
                "referralreceived",
                "dateofcontact",
                "contactdate",
                "datereceived",
                "receiveddate",
                "refdate",
                "date",
            ],
            Role::Child => &[
                "childid",
                "childuniqueid",
                "lachildid",
                "cinepersonid",
                "childidentifier",
                "childsid",
                "uniquechildid",
                "childref",
                "childreference",
                "childreferenceid",
                "childrefid",
                "childrefno",
                "personid",
                "personidentifier",
                "clientid",
                "lcsid",
                "mosaicid",
                "swiftid",
                "frameworkiid",
                "pseudonym",
                "child",
                "upn",
                "uniqueid",
            ],
            Role::Source => &[
                "referralsource",
                "sourceofreferral",
                "contactsource",
                "source",
                "contactandreferralsource",
                "referralsourcecode",
                "cinereferralsourcecode",
                "cinereferralsourcedesc",
                "referralsourcegroup",
                "sourcegroup",
                "referrertype",
                "referredby",
                "referrer",
                "referralagency",
            ],
            Role::Area => &[
                "area",
                "areaname",
                "localauthority",
                "localauthorityname",
                "laname",
                "authority",
                "la",
                "council",
                "district",
                "locality",
                "ward",
                "wardname",
                "team",
                "areacode",
                "lacode",
                "newlacode",
                "lea",
                "region",
            ],
            Role::Age => &[
                "age",
                "ageofchildyears",
                "ageofchild",
                "ageatreferral",
                "ageinyears",
                "ageyears",
                "ageband",
                "agegroup",
            ],
            Role::DateOfBirth => {
                &["dateofbirth", "dob", "birthdate", "personbirthdate", "childdob", "childdateofbirth"]
            }
            Role::Need => &[
                "primaryneed",
                "primaryneedcode",
                "cinecinprimaryneedcode",
                "need",
                "needcode",
                "categoryofneed",
                "childscategoryofneed",
                "primaryneedatreferral",
            ],
            Role::NoFurtherAction => {
                &["referralnfa", "cinereferralnfa", "nfa", "nofurtheraction", "referralnofurtheraction", "nfaflag"]
            }
            Role::Series => &["uniqueid", "seriesid", "series", "seriesname", "id", "key"],
            Role::Time => &[
                "ds",
                "month",
                "period",
                "date",
                "monthstart",
                "startofmonth",
                "monthstarting",
                "monthbeginning",
                "monthend",
                "monthending",
                "monthcommencing",
                "week",
                "weekstarting",
                "weekcommencing",
                "weekstart",
                "weekending",
                "weekbeginning",
                "quarter",
                "year",
                "time",
                "timeperiod",
                "reportingmonth",
                "referralmonth",
                "monthofreferral",
                "yearmonth",
                "monthyear",
            ],
            Role::Value => &[
                "y",
                "value",
                "count",
                "referrals",
                "number",
                "total",
                "n",
                "numberofreferrals",
                "referralcount",
                "counts",
                "cases",
                "volume",
                "noofreferrals",
                "totalreferrals",
                "figure",
                "amount",
            ],
        }
    }
}

/// A header without case, spaces and punctuation.
pub(super) fn plain(header: &str) -> String {
    if header.is_ascii() {
        let kept = header.bytes().filter(u8::is_ascii_alphanumeric);
        return kept.map(|byte| char::from(byte.to_ascii_lowercase())).collect();
    }
    header.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The headers of a table and what they look like without case and punctuation.
#[derive(Debug, Clone)]
pub(super) struct Headers {
    written: Vec<String>,
    plain: Vec<String>,
}

impl Headers {
    pub(super) fn new(written: &[String]) -> Headers {
        Headers { written: written.to_vec(), plain: written.iter().map(|header| plain(header)).collect() }
    }

    /// The header over a column.
    pub(super) fn written(&self, column: usize) -> &str {
        &self.written[column]
    }

    /// The first column whose header has these letters and digits.
    pub(super) fn position(&self, plain: &str) -> Option<usize> {
        self.plain.iter().position(|header| header == plain)
    }

    /// How many columns.
    pub(super) fn len(&self) -> usize {
        self.written.len()
    }

    /// The column under a header that was named: the same letters and digits.
    ///
    /// # Errors
    /// Where there is none, or two.
    pub(super) fn named(&self, path: &Path, role: &'static str, wanted: &str) -> Result<usize, IngestError> {
        // The header exactly as named wins over one that is merely alike.
        let exact = self.written.iter().position(|header| header == wanted);
        let exact_is_single = exact.is_some() && self.written.iter().filter(|header| *header == wanted).count() == 1;
        if let (Some(column), true) = (exact, exact_is_single) {
            return Ok(column);
        }
        let wanted_plain = plain(wanted);
        let mut columns = (0..self.len()).filter(|column| {
            self.plain[*column] == wanted_plain && (!wanted_plain.is_empty() || self.written[*column] == wanted)
        });
        match (columns.next(), columns.next()) {
            (Some(column), None) => Ok(column),
            (Some(first), Some(second)) => Err(self.repeated(path, first, second)),
            (None, _) => Err(IngestError::MissingColumn {
                path: path.to_path_buf(),
                role,
                wanted: wanted.to_string(),
                columns: self.listed(),
            }),
        }
    }

    /// The column whose header is one of the role's usual ones.
    ///
    /// # Errors
    /// Where two columns have the same header.
    pub(super) fn usual(&self, path: &Path, role: Role) -> Result<Option<usize>, IngestError> {
        for usual in role.usual() {
            let mut columns = (0..self.len()).filter(|column| self.plain[*column] == *usual);
            match (columns.next(), columns.next()) {
                (Some(first), Some(second)) => return Err(self.repeated(path, first, second)),
                (Some(column), None) => return Ok(Some(column)),
                (None, _) => {}
            }
        }
        Ok(None)
    }

    fn repeated(&self, path: &Path, first: usize, second: usize) -> IngestError {
        IngestError::RepeatedHeader {
            path: path.to_path_buf(),
            header: self.written[first].clone(),
            first: first + 1,
            second: second + 1,
        }
    }

    /// The headers in a sentence; long lists are cut. Where one of them is a date they are a first row of data, which may
    /// hold what no message may.
    pub(super) fn listed(&self) -> String {
        if self.written.iter().any(|header| dates::read(dates::without_time(header)).is_some()) {
            return format!("{} without headers: the first row reads like data, not like names of columns", self.len());
        }
        listed(self.written.iter().map(String::as_str))
    }
}

/// Names in a sentence, at most twelve of them, each cut to forty characters.
pub(super) fn listed<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    const MOST: usize = 12;
    let more = names.len().saturating_sub(MOST);
    let mut list: Vec<String> = names
        .take(MOST)
        .map(|name| {
            let cut: String = name.chars().filter(|character| !character.is_control()).take(40).collect();
            format!("`{cut}`")
        })
        .collect();
    if more > 0 {
        list.push(format!("and {more} more"));
    }
    if list.is_empty() { "none".into() } else { list.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(written: &[&str]) -> Headers {
        Headers::new(&written.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn a_first_row_of_data_is_not_listed() {
        assert_eq!(headers(&["a", "b"]).listed(), "`a`, `b`");
        let listed = headers(&["Sam Example", "31/03/2024"]).listed();
        assert!(listed.starts_with("2 without headers") && !listed.contains("Sam"), "{listed}");
    }

    #[test]
    fn usual_headers_are_found_however_they_are_written() {
        let headers = headers(&["Child Unique ID", "Date of referral", "Referral Source", "Referral NFA?"]);
        let found = |role| headers.usual("a.csv".as_ref(), role).expect("no header is repeated");
        assert_eq!(found(Role::Child), Some(0));
        assert_eq!(found(Role::Date), Some(1));
        assert_eq!(found(Role::Source), Some(2));
        assert_eq!(found(Role::NoFurtherAction), Some(3));
        assert_eq!(found(Role::Area), None);
    }

    #[test]
    fn the_best_of_several_usual_headers_wins() {
        let headers = headers(&["Date", "Referral date", "unique_id"]);
        assert_eq!(headers.usual("a.csv".as_ref(), Role::Date).expect("single"), Some(1));
    }

    #[test]
    fn a_repeated_header_is_an_error_only_where_it_is_wanted() {
        let headers = headers(&["notes", "date", "notes", "DATE"]);
        let error = headers.usual("a.csv".as_ref(), Role::Time).expect_err("twice");
        assert_eq!(error.to_string(), "a.csv: the header `date` stands over columns 2 and 4; rename one of them");
        assert_eq!(headers.named("a.csv".as_ref(), "the period", "DATE").expect("exact"), 3);
        assert_eq!(headers.usual("a.csv".as_ref(), Role::Value).expect("absent"), None);
    }

    #[test]
    fn a_header_that_is_missing_is_named_with_those_that_are_there() {
        let error = headers(&["a", "b"]).named("t.csv".as_ref(), "the area", "Ward").expect_err("missing");
        assert_eq!(error.to_string(), "t.csv: there is no column `Ward` for the area. The columns are: `a`, `b`");
    }

    #[test]
    fn long_lists_are_cut() {
        let many: Vec<String> = (0..20).map(|number| number.to_string()).collect();
        assert!(Headers::new(&many).listed().ends_with("`11`, and 8 more"));
    }
}
