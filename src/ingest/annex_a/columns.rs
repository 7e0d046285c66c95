//! Which list a sheet is, and which of its columns are read.

use crate::ingest::headers::{Headers, Role, plain};

/// A column that is found by parts of its header: the first of several ways whose parts all occur.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    /// Its name in Ofsted's guidance.
    pub(super) name: &'static str,
    ways: &'static [&'static [&'static str]],
}

const fn column(name: &'static str, ways: &'static [&'static [&'static str]]) -> Column {
    Column { name, ways }
}

/// A list: its dates, of which the first begins what it tells and is needed, and its labels.
#[derive(Debug)]
pub(super) struct List {
    /// Its number in Annex A.
    pub(super) number: u8,
    /// What no other list has, beside its first date.
    telling: &'static [&'static [&'static str]],
    pub(super) dates: &'static [Column],
    pub(super) labels: &'static [Column],
}

/// The lists that are read. Source: Ofsted, "Annex A", the headings of Lists 1 to 8.
pub(super) const LISTS: [List; 8] = [
    List {
        number: 1,
        telling: &[&["contact", "source"]],
        dates: &[column("Date of Contact", &[&["dateofcontact"], &["contactdate"], &["datecontact"]])],
        labels: &[column("Contact Source", &[&["contact", "source"]])],
    },
    List {
        number: 2,
        telling: &[&["assessment", "complet"]],
        dates: &[
            column("Assessment start date", &[&["assessment", "start"]]),
            column("Assessment completion date", &[&["assessment", "completiondate"], &["assessment", "completed"]]),
        ],
        labels: &[],
    },
    List {
        number: 3,
        telling: &[&["referral", "source"]],
        dates: &[column("Date of Referral", &[&["dateofreferral"], &["referraldate"], &["date", "referral"]])],
        labels: &[
            column("Referral Source", &[&["referral", "source"]]),
            column("Referral NFA?", &[&["referral", "nfa"], &["nofurtheraction"], &["nfa"]]),
        ],
    },
    List {
        number: 4,
        telling: &[&["assessment", "authoris"], &["dateofauthoris"]],
        dates: &[
            column("Continuous Assessment Start Date", &[&["assessment", "start"]]),
            column("Continuous Assessment Date of Authorisation", &[&["date", "authoris"], &["authoris", "date"]]),
        ],
        labels: &[],
    },
    List {
        number: 5,
        telling: &[&["initialchildprotectionconference"], &["icpc"]],
        dates: &[
            column(
                "Strategy discussion initiating Section 47 Enquiry Start Date",
                &[&["section47", "startdate"], &["s47", "startdate"], &["strategydiscussion", "date"]],
            ),
            column(
                "Date of Initial Child Protection Conference",
                &[&["dateofinitialchildprotectionconference"], &["dateoficpc"], &["icpcdate"]],
            ),
        ],
        labels: &[column(
            "Was an Initial Child Protection Conference deemed unnecessary?",
            &[&["conference", "unnecessary"], &["icpc", "unnecessary"], &["icpc", "notrequired"]],
        )],
    },
    List {
        number: 6,
        telling: &[&["primaryneed"], &["casestatus"]],
        dates: &[
            column("CIN Start Date", &[&["cinstartdate"], &["childinneedstartdate"]]),
            column("CIN Closure Date", &[&["cinclosuredate"], &["closuredate"]]),
        ],
        labels: &[
            column("Primary Need Code", &[&["primaryneed"]]),
            column("Reason for Closure", &[&["reason", "closure"]]),
            column("Case Status", &[&["casestatus"]]),
        ],
    },
    List {
        number: 7,
        telling: &[&["categoryofabuse"]],
        dates: &[
            column("Child Protection Plan Start Date", &[&["childprotectionplan", "start"], &["cpp", "start"]]),
            column("Child Protection Plan End Date", &[&["childprotectionplan", "end"], &["cpp", "end"]]),
        ],
        labels: &[
            column("Latest Category of Abuse", &[&["latest", "categoryofabuse"]]),
            column("Initial Category of Abuse", &[&["initial", "categoryofabuse"]]),
        ],
    },
    List {
        number: 8,
        telling: &[&["legalstatus"], &["placementtype"]],
        dates: &[
            column("Date Started to be Looked After", &[&["started", "lookedafter"], &["startedtobelookedafter"]]),
            column("Date Ceased to be Looked After", &[&["dateceased"]]),
            column("Start Date of Most Recent Placement", &[&["start", "recentplacement"], &["placementstart"]]),
        ],
        labels: &[
            column("Child's Category of Need", &[&["categoryofneed"]]),
            column("Reason Ceased to be Looked After", &[&["reasonceased"]]),
            column("Child's Legal Status", &[&["childs", "legalstatus"], &["childlegalstatus"]]),
            column("Placement Type", &[&["placementtype"]]),
            column("Placement Provider", &[&["placementprovider"]]),
            column("Unaccompanied Asylum Seeking Child (UASC)", &[&["unaccompanied"], &["uasc"]]),
        ],
    },
];

/// Where the columns of a list stand.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) list: &'static List,
    pub(super) child: usize,
    pub(super) born: Option<usize>,
    pub(super) dates: Vec<Option<usize>>,
    pub(super) labels: Vec<Option<usize>>,
}

/// The list that these headers are those of, if any: it has the child, its first date and what tells it from others.
pub(super) fn found(headers: &Headers) -> Option<Found> {
    let path = std::path::Path::new("");
    let child = headers.usual(path, Role::Child).ok().flatten()?;
    let born = headers.usual(path, Role::DateOfBirth).ok().flatten();
    let written: Vec<String> = (0..headers.len()).map(|column| plain(headers.written(column))).collect();
    let with = |parts: &[&str]| written.iter().position(|header| parts.iter().all(|part| header.contains(part)));
    let place = |column: &Column| column.ways.iter().find_map(|way| with(way));
    // From the last: an assessment that is authorised is none of early help.
    let list = LISTS
        .iter()
        .rev()
        .find(|list| list.telling.iter().any(|way| with(way).is_some()) && place(&list.dates[0]).is_some())?;
    let places = |columns: &[Column]| columns.iter().map(place).collect();
    Some(Found { list, child, born, dates: places(list.dates), labels: places(list.labels) })
}
