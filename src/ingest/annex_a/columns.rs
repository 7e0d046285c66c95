//! Which list a sheet is, and which of its columns are read.

use super::standard::STANDARD;
use crate::ingest::headers::{Headers, Role, plain};

/// A column that is found by parts of its header: the first of several ways whose parts all occur.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    /// Its name in Ofsted's guidance.
    pub(super) name: &'static str,
    ways: &'static [&'static [&'static str]],
}

pub(super) const fn column(name: &'static str, ways: &'static [&'static [&'static str]]) -> Column {
    Column { name, ways }
}

/// Whose lists they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ingest) enum Form {
    /// Ofsted's Annex A.
    AnnexA,
    /// Views of the standard safeguarding dataset.
    Standard,
}

/// What a list tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Contact,
    EarlyHelp,
    Referral,
    Assessment,
    /// Enquiries, with the conference that followed.
    Section47,
    /// Cases of children in need: need, closure, whether there is a plan.
    Case,
    ProtectionPlan,
    /// Periods of care, with the latest placement.
    Care,
    Conference,
    NeedPlan,
    /// Episodes of care, several a period.
    Episode,
    /// Placements, without the child: episodes name them.
    Placement,
    /// Dates of birth.
    Person,
    /// Immigration status.
    Immigration,
}

/// A list: its dates, of which the first begins what it tells and is needed, and its labels.
#[derive(Debug)]
pub(super) struct List {
    pub(super) form: Form,
    pub(super) kind: Kind,
    /// The column whose text tells of whom a row is.
    pub(super) child: &'static str,
    /// What no other list has, beside its first date.
    pub(super) telling: &'static [&'static [&'static str]],
    pub(super) dates: &'static [Column],
    pub(super) labels: &'static [Column],
}

/// The child's column in every list of Annex A.
const CHILD: &str = "Child Unique ID";

/// The lists that are read. Source: Ofsted, "Annex A", the headings of Lists 1 to 8.
pub(super) const LISTS: [List; 8] = [
    List {
        form: Form::AnnexA,
        kind: Kind::Contact,
        child: CHILD,
        telling: &[&["contact", "source"]],
        dates: &[column("Date of Contact", &[&["dateofcontact"], &["contactdate"], &["datecontact"]])],
        labels: &[column("Contact Source", &[&["contact", "source"]])],
    },
    List {
        form: Form::AnnexA,
        kind: Kind::EarlyHelp,
        child: CHILD,
        telling: &[&["assessment", "complet"]],
        dates: &[
            column("Assessment start date", &[&["assessment", "start"]]),
            column("Assessment completion date", &[&["assessment", "completiondate"], &["assessment", "completed"]]),
        ],
        labels: &[],
    },
    List {
        form: Form::AnnexA,
        kind: Kind::Referral,
        child: CHILD,
        telling: &[&["referral", "source"]],
        dates: &[column("Date of Referral", &[&["dateofreferral"], &["referraldate"], &["date", "referral"]])],
        labels: &[
            column("Referral Source", &[&["referral", "source"]]),
            column("Referral NFA?", &[&["referral", "nfa"], &["nofurtheraction"], &["nfa"]]),
        ],
    },
    List {
        form: Form::AnnexA,
        kind: Kind::Assessment,
        child: CHILD,
        telling: &[&["assessment", "authoris"], &["dateofauthoris"]],
        dates: &[
            column("Continuous Assessment Start Date", &[&["assessment", "start"]]),
            column("Continuous Assessment Date of Authorisation", &[&["date", "authoris"], &["authoris", "date"]]),
        ],
        labels: &[column(
            "Was the child assessed as requiring LA children’s social care support?",
            &[&["assessed", "requiring", "support"], &["requiring", "socialcare"]],
        )],
    },
    List {
        form: Form::AnnexA,
        kind: Kind::Section47,
        child: CHILD,
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
        form: Form::AnnexA,
        kind: Kind::Case,
        child: CHILD,
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
        form: Form::AnnexA,
        kind: Kind::ProtectionPlan,
        child: CHILD,
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
        form: Form::AnnexA,
        kind: Kind::Care,
        child: CHILD,
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
    of_standard(headers).or_else(|| of_annex_a(headers))
}

/// The columns that a list of columns stands in, each by the first of its ways whose parts all occur.
fn places(headers: &Headers, columns: &[Column]) -> Vec<Option<usize>> {
    let written: Vec<String> = (0..headers.len()).map(|column| plain(headers.written(column))).collect();
    let with = |parts: &[&str]| written.iter().position(|header| parts.iter().all(|part| header.contains(part)));
    columns.iter().map(|column| column.ways.iter().find_map(|way| with(way))).collect()
}

fn of_standard(headers: &Headers) -> Option<Found> {
    STANDARD.iter().find_map(|list| {
        let child = headers.position(&plain(list.child))?;
        let dates = places(headers, list.dates);
        (dates[0].is_some()).then(|| Found { list, child, born: None, dates, labels: places(headers, list.labels) })
    })
}

fn of_annex_a(headers: &Headers) -> Option<Found> {
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
    let (dates, labels) = (places(headers, list.dates), places(headers, list.labels));
    Some(Found { list, child, born, dates, labels })
}
