//! Lists from workbooks and folders to events and findings.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::{events_of_book, events_of_folder};
use crate::ingest::error::IngestError;
use crate::ingest::events::{Event, Events, PlanKind};
use crate::ingest::table::ReadThrough;
use crate::ingest::workbook::made_by_hand::Made::{Date as Day, Empty, Error, Number, Text};
use crate::ingest::workbook::made_by_hand::{Made, workbook};
use crate::time::Date;

type Sheets<'a> = [(&'a str, &'a [&'a [Made<'a>]])];

fn read(sheets: &Sheets<'_>, from_1904: bool) -> (Vec<Event>, ReadThrough) {
    told(events_of_book(Path::new("a.xlsx"), &mut &workbook(sheets, from_1904)[..]))
}

fn told(read: Result<ReadThrough, IngestError>) -> (Vec<Event>, ReadThrough) {
    let (events, through) = read.expect("an extract").events_apart();
    (events.expect("events").1, through)
}

/// Findings as `name count sheet [rows]`.
fn noted(through: &ReadThrough) -> Vec<String> {
    let note = |note: &crate::panel::Finding| {
        format!("{} {} {} {:?}", note.name, note.count, note.place.sheet.as_deref().unwrap_or("-"), note.place.rows)
    };
    through.notes.iter().map(note).collect()
}

const REFERRALS: &[Made<'_>] = &[
    Text("Child Unique ID"),
    Text("Date of Birth"),
    Text("Date of\nReferral"),
    Text("REFERRAL SOURCE"),
    Text("Referral NFA?"),
];

#[test]
fn lists_are_known_by_their_headers_and_give_their_events() {
    let (found, through) = read(
        &[
            (
                "Contacts",
                &[
                    &[Text("Child Unique ID"), Text("Date of Contact"), Text("Contact Source")],
                    &[Number(1.0), Day(45_300.0), Text("6")],
                ],
            ),
            (
                "x",
                &[
                    &[Text("Child Unique ID"), Text("Assessment start date"), Text("Assessment completion date")],
                    &[Number(1.0), Day(45_301.0), Empty],
                ],
            ),
            ("Sheet3", &[REFERRALS, &[Number(1.0), Day(42_094.0), Day(45_382.0), Text("q) 6: Police"), Text("b) No")]]),
            (
                "4",
                &[
                    &[
                        Text("Child Unique ID"),
                        Text("Continuous Assessment Start Date"),
                        Text("Continuous Assessment Date of Authorisation"),
                    ],
                    &[Number(1.0), Day(45_383.0), Day(45_400.0)],
                ],
            ),
            (
                "5",
                &[
                    &[
                        Text("Child Unique ID"),
                        Text("Strategy discussion initiating Section 47 Enquiry Start Date"),
                        Text("Was an Initial Child Protection Conference deemed unnecessary?"),
                        Text("Date of Initial Child Protection Conference"),
                        Text("Did the Initial Child Protection Conference Result in a Child Protection Plan"),
                    ],
                    &[Number(1.0), Day(45_390.0), Text("b) No"), Day(45_400.0), Text("Yes")],
                ],
            ),
            (
                "6",
                &[
                    &[
                        Text("Child Unique ID"),
                        Text("CIN Start Date"),
                        Text("Primary Need Code"),
                        Text("CIN Closure Date"),
                        Text("Reason for Closure"),
                        Text("Case Status"),
                    ],
                    &[
                        Number(1.0),
                        Day(45_382.0),
                        Text("N1"),
                        Day(45_500.0),
                        Text("RC7"),
                        Text("c) Child in need plan"),
                    ],
                ],
            ),
            (
                "7",
                &[
                    &[
                        Text("Child Unique ID"),
                        Text("Child Protection Plan Start Date"),
                        Text("Initial Category of Abuse"),
                        Text("Latest Category of Abuse"),
                        Text("Child Protection Plan End Date"),
                    ],
                    &[Number(1.0), Day(45_400.0), Text("a) Neglect"), Text("d) Emotional"), Empty],
                ],
            ),
            (
                "8",
                &[
                    &[
                        Text("Child Unique ID"),
                        Text("Unaccompanied Asylum Seeking Child (UASC) within the Last 12 Months"),
                        Text("Date Started to be Looked After"),
                        Text("Child's Category of Need"),
                        Text("Start date of current legal status"),
                        Text("Child's Legal Status"),
                        Text("Date Ceased to be Looked After"),
                        Text("Reason Ceased to be Looked After"),
                        Text("Start Date of Most Recent Placement"),
                        Text("Placement Type"),
                        Text("Placement Provider"),
                    ],
                    &[
                        Number(1.0),
                        Text("a) Yes"),
                        Day(45_410.0),
                        Text("N1"),
                        Day(45_411.0),
                        Text("C2"),
                        Empty,
                        Empty,
                        Day(45_420.0),
                        Text("U4"),
                        Text("PR1"),
                    ],
                ],
            ),
            ("List 9", &[&[Text("Child Unique ID"), Text("Eligibility Category")], &[Number(1.0), Text("x")]]),
        ],
        false,
    );
    assert_eq!(noted(&through), ["other-sheet 1 - []"]);
    assert_eq!(through.rows, 8);
    let (all, _) = Events::merged(vec![found]);
    let day = Date::constant;
    assert_eq!((all.contacts[0].date, all.early_help[0].started), (day(2024, 1, 9), day(2024, 1, 10)));
    let referral = &all.referrals[0];
    assert_eq!((referral.date, referral.born), (day(2024, 3, 31), Some(day(2015, 3, 31))));
    assert_eq!((referral.source.as_deref(), referral.need.as_deref()), (Some("q) 6: Police"), Some("N1")));
    assert_eq!((referral.closed, referral.closure_reason.as_deref()), (Some(day(2024, 7, 27)), Some("RC7")));
    assert_eq!(all.assessments[0].authorised, Some(day(2024, 4, 18)));
    assert_eq!((all.section_47s[0].started, all.conferences[0].held), (day(2024, 4, 8), day(2024, 4, 18)));
    let plans: Vec<(PlanKind, Option<&str>)> =
        all.plans.iter().map(|plan| (plan.kind, plan.category.as_deref())).collect();
    assert_eq!(plans, [(PlanKind::ChildInNeed, None), (PlanKind::ChildProtection, Some("d) Emotional"))]);
    let (care, placement) = (&all.care[0], &all.placements[0]);
    assert_eq!((care.started, care.ended, care.unaccompanied), (day(2024, 4, 28), None, true));
    assert_eq!((placement.started, placement.kind.as_deref()), (day(2024, 5, 8), Some("U4")));
    assert_eq!((placement.legal_status.as_deref(), placement.provider.as_deref()), (Some("C2"), Some("PR1")));
}

#[test]
fn titles_merged_headers_and_blank_rows_do_not_matter() {
    let (found, through) = read(
        &[(
            "List 3",
            &[
                &[Text("Annex A"), Text("OFFICIAL SENSITIVE")],
                &[],
                &[Text("Child Unique ID"), Text("Date of Birth"), Text("Referral")],
                &[Empty, Empty, Text("Date of Referral"), Text("Referral Source"), Text("Referral NFA?")],
                &[Number(7.0), Empty, Text("31/03/2024"), Text("6"), Empty],
                &[],
                &[Empty, Empty, Text(" ")],
            ],
        )],
        false,
    );
    assert_eq!((found.len(), through.rows, noted(&through).len()), (1, 1, 0), "{:?}", noted(&through));
}

#[test]
fn dates_of_1904_numbers_and_text_are_the_same_day() {
    let row = |date| [Text("A"), Empty, date, Text("6"), Empty];
    let (one, two, three) = (row(Day(43_920.0)), row(Number(43_920.0)), row(Text("31 March 2024")));
    let (found, _) = read(&[("List 3", &[REFERRALS, &one, &two, &three])], true);
    assert!(found.iter().all(|event| event.key().2 == Date::constant(2024, 3, 31)), "{found:?}");
    assert_eq!(found.len(), 3);
}

#[test]
fn what_is_odd_is_counted_with_its_sheet_and_rows() {
    let (found, through) = read(
        &[
            (
                "List 3",
                &[
                    REFERRALS,
                    &[Empty, Empty, Day(45_382.0), Text("6"), Empty],
                    &[Text("A"), Empty, Empty, Text("6"), Empty],
                    &[Text("B"), Empty, Text("soon"), Text("6"), Empty],
                    &[Text("C"), Empty, Day(45_382.0), Error("#REF!"), Empty],
                ],
            ),
            (
                "List 4",
                &[
                    &[Text("Child Unique ID"), Text("Continuous Assessment Start Date"), Text("Date of Authorisation")],
                    &[Text("C"), Day(45_390.0), Day(45_380.0)],
                ],
            ),
        ],
        false,
    );
    assert_eq!(found.len(), 2);
    assert_eq!(
        noted(&through),
        [
            "missing-identifier 1 List 3 [2]",
            "error-cell 1 List 3 [5]",
            "unreadable-date 1 List 3 [4]",
            "missing-date 2 List 3 [3, 4]",
            "impossible-order 1 List 4 [2]",
        ]
    );
}

#[test]
fn a_folder_of_lists_gives_what_a_workbook_gives() {
    let folder = tempfile::tempdir().expect("a folder");
    let text =
        "Child Unique ID;Date of Birth;Date of Referral;Referral Source;Referral NFA?\n1;;31/03/2024;Caf\u{e9};No\n";
    let windows: Vec<u8> = text.chars().map(|letter| letter as u32 as u8).collect();
    std::fs::write(folder.path().join("three.csv"), windows).expect("written");
    std::fs::write(folder.path().join("notes.csv"), "a,b\n1,2\n").expect("written");
    let (found, through) = told(events_of_folder(folder.path()));
    let [Event::Referral(referral)] = &found[..] else { panic!("{found:?}") };
    assert_eq!((referral.date, referral.source.as_deref()), (Date::constant(2024, 3, 31), Some("Caf\u{e9}")));
    assert_eq!((through.converted, noted(&through).len()), (Some("Windows-1252"), 1));
}

#[test]
fn extracts_that_disagree_are_counted() {
    let extract = |source: &'static str, ended: Made<'static>| {
        let plan = [Text("A"), Day(45_300.0), Text("a) Neglect"), Empty, ended];
        let header = [
            Text("Child Unique ID"),
            Text("Child Protection Plan Start Date"),
            Text("Initial Category of Abuse"),
            Text("Latest Category of Abuse"),
            Text("Child Protection Plan End Date"),
        ];
        let referral = [Text("A"), Empty, Day(45_290.0), Text(source), Empty];
        read(&[("List 3", &[REFERRALS, &referral]), ("List 7", &[&header, &plan])], false).0
    };
    let (older, newer) = (extract("6", Empty), extract("6", Day(45_400.0)));
    assert_eq!(Events::disagreeing(&[older.clone(), newer]), 0, "a plan that has ended since is no disagreement");
    assert_eq!(Events::disagreeing(&[older, extract("2A", Empty)]), 1);
}

/// The shared examples: rows of Lists 1 to 8 and events of each kind, counted by hand in the workbooks.
#[test]
fn every_shared_example_gives_its_events() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/formats/annex-a");
    let folder = if folder.is_dir() { folder } else { PathBuf::from("/work/shared/data/formats/annex-a") };
    if !folder.is_dir() {
        let _ = writeln!(std::io::stderr(), "skipped: there is no {}", folder.display());
        return;
    }
    for name in ["Annex_A.xlsx", "Annex_A_2024_Jan.xlsx"] {
        let mut book = std::fs::File::open(folder.join(name)).expect("a workbook");
        let (found, through) = told(events_of_book(Path::new(name), &mut book));
        let count = |is: fn(&Event) -> bool| found.iter().filter(|event| is(event)).count();
        let counts = [
            count(|event| matches!(event, Event::Contact(_))),
            count(|event| matches!(event, Event::EarlyHelp(_))),
            count(|event| matches!(event, Event::Referral(_))),
            count(|event| matches!(event, Event::Assessment(_))),
            count(|event| matches!(event, Event::Section47(_))),
            count(|event| matches!(event, Event::Conference(_))),
            count(|event| matches!(event, Event::Plan(_))),
            count(|event| matches!(event, Event::Care(_))),
            count(|event| matches!(event, Event::Placement(_))),
        ];
        assert_eq!((counts, through.rows), ([5, 5, 6, 5, 5, 3, 12, 5, 5], 43), "{name}");
    }
}
