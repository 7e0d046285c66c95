//! Returns from the first byte to events and findings.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::document::Heading;
use super::reader::{Window, window};
use super::{events, is_census};
use crate::ingest::error::IngestError;
use crate::ingest::events::{Event, Events};
use crate::ingest::table::ReadThrough;
use crate::time::Date;

const HEAD: &str = "<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>2024</Year>\
                    <ReferenceDate>2024-03-31</ReferenceDate></CollectionDetails><Source><LEA>201</LEA></Source>\
                    </Header>\n<Children>\n";
const TAIL: &str = "</Children></Message>";

fn child(identifier: &str, details: &str) -> String {
    format!(
        "<Child><ChildIdentifiers><LAchildID>{identifier}</LAchildID><PersonBirthDate>2015-03-27</PersonBirthDate>\
         </ChildIdentifiers>{details}</Child>\n"
    )
}

fn case(referral: &str, rest: &str) -> String {
    format!(
        "<CINdetails><CINreferralDate>{referral}</CINreferralDate><ReferralSource>6</ReferralSource>{rest}\
         <ReferralNFA>0</ReferralNFA></CINdetails>"
    )
}

fn read(text: impl AsRef<[u8]>) -> Result<(Vec<Event>, ReadThrough), IngestError> {
    let read = events(Path::new("return.xml"), Box::new(std::io::Cursor::new(text.as_ref().to_vec())));
    read.map(told)
}

fn told(read: ReadThrough) -> (Vec<Event>, ReadThrough) {
    let (events, through) = read.events_apart();
    (events.expect("events").1, through)
}

fn message(text: impl AsRef<[u8]>) -> String {
    read(text).expect_err("a document that is refused").to_string()
}

/// Findings as `name count [lines]`.
fn noted(through: &ReadThrough) -> Vec<String> {
    let note = |note: &crate::panel::Finding| format!("{} {} {:?}", note.name, note.count, note.place.rows);
    through.notes.iter().map(note).collect()
}

#[test]
fn a_case_gives_every_event_that_it_holds() {
    let rest = "<PrimaryNeedCode>N4</PrimaryNeedCode><CINclosureDate>2024-02-27</CINclosureDate>\
                <DateOfInitialCPC>2023-12-06</DateOfInitialCPC>\
                <Assessments><AssessmentActualStartDate>2023-10-07</AssessmentActualStartDate>\
                <AssessmentAuthorisationDate>2023-11-01</AssessmentAuthorisationDate></Assessments>\
                <CINPlanDates><CINPlanStartDate>2023-11-02</CINPlanStartDate></CINPlanDates>\
                <Section47><S47ActualStartDate>2023-11-20</S47ActualStartDate>\
                <DateOfInitialCPC>2023-12-06</DateOfInitialCPC><ICPCnotRequired>false</ICPCnotRequired></Section47>\
                <ChildProtectionPlans><CPPstartDate>2023-12-06</CPPstartDate>\
                <InitialCategoryOfAbuse>PHY</InitialCategoryOfAbuse><LatestCategoryOfAbuse>NEG</LatestCategoryOfAbuse>\
                </ChildProtectionPlans>";
    let (found, through) = read(format!("{HEAD}{}{TAIL}", child("A1", &case("2023-10-06", rest)))).expect("valid");
    // The conference stands under the case and under its enquiry, and was held once.
    assert_eq!(found.iter().filter(|event| matches!(event, Event::Conference(_))).count(), 1);
    let (found, _) = Events::merged(vec![found]);
    let referral = &found.referrals[0];
    assert_eq!(referral.date, Date::constant(2023, 10, 6));
    assert_eq!((referral.source.as_deref(), referral.need.as_deref()), (Some("6"), Some("N4")));
    assert_eq!(
        (referral.born, referral.closed),
        (Some(Date::constant(2015, 3, 27)), Some(Date::constant(2024, 2, 27)))
    );
    assert_eq!(found.assessments[0].authorised, Some(Date::constant(2023, 11, 1)));
    assert_eq!(found.section_47s[0].started, Date::constant(2023, 11, 20));
    assert_eq!(found.conferences[0].held, Date::constant(2023, 12, 6));
    let categories: Vec<Option<&str>> = found.plans.iter().map(|plan| plan.category.as_deref()).collect();
    assert_eq!(categories, [None, Some("NEG")]);
    assert!(noted(&through).is_empty(), "{:?}", noted(&through));
}

#[test]
fn the_window_is_the_return_s_year() {
    let heading =
        |year: &str, date: &str| Heading { year: year.into(), reference_date: date.into(), ..Heading::default() };
    let days = |first: (i16, i8, i8), last: (i16, i8, i8), agreed| {
        let date = |(year, month, day)| Date::constant(year, month, day);
        Some(Window { first: date(first), last: date(last), agreed })
    };
    assert_eq!(window(&heading("2024", "2024-03-31")), days((2023, 4, 1), (2024, 3, 31), true));
    assert_eq!(window(&heading("2023", "2023-03-28")), days((2022, 4, 1), (2023, 3, 28), true));
    assert_eq!(window(&heading("2023", "2024-03-31")), days((2023, 4, 1), (2024, 3, 31), false));
    assert_eq!(window(&heading("2022", "2022-07-21")), days((2021, 4, 1), (2022, 3, 31), false));
    assert_eq!(window(&heading("2022", "")), days((2021, 4, 1), (2022, 3, 31), true));
    assert_eq!(window(&heading("", "")), None);
}

#[test]
fn what_is_odd_is_counted_with_its_lines() {
    let text = format!(
        "{HEAD}{}{}{}{}{TAIL}",
        child("A", &case("2022-01-05", "")),
        child("B", &case("2024-04-02", "")),
        child("C", &case("2023-06-01", "<CINclosureDate>2023-05-01</CINclosureDate><Surprise/>")),
        child(
            "D",
            &case(
                "2023-06-01",
                "<Assessments><AssessmentActualStartDate>soon</AssessmentActualStartDate></Assessments>"
            )
        ),
    );
    let (found, through) = read(text).expect("valid");
    assert_eq!(found.len(), 3, "the referral after the return is left out");
    assert_eq!(
        noted(&through),
        [
            "referral-before-return 1 [3]",
            "date-after-extract 1 [4]",
            "unreadable-date 1 [6]",
            "unknown-element 1 [5]",
            "impossible-order 1 [5]",
        ]
    );
}

#[test]
fn entities_and_document_types_are_refused() {
    let bomb =
        "<?xml version=\"1.0\"?>\n<!DOCTYPE Message [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]>\n<Message/>";
    assert!(message(bomb).contains("document type (DTD)"), "{}", message(bomb));
    let outside = "<!DOCTYPE Message SYSTEM \"file:///etc/passwd\"><Message/>";
    assert!(message(outside).contains("document type (DTD)"));
    let entity = format!("{HEAD}{}{TAIL}", child("&canary;", &case("2023-06-01", "")));
    assert!(message(&entity).contains("entity of its own") && !message(&entity).contains("canary"));
}

#[test]
fn a_document_cut_anywhere_is_an_error_and_not_a_shorter_return() {
    let whole = format!("{HEAD}{}{TAIL}", child("CANARY", &case("2023-06-01", "")));
    assert!(read(&whole).is_ok());
    for end in 1..whole.len() {
        let said = message(&whole[..end]);
        assert!(!said.contains("CANARY") && said.lines().count() == 1, "{end}: {said}");
    }
}

#[test]
fn damaged_bytes_are_named_by_their_line() {
    let zero = format!("{HEAD}{}{TAIL}", child("A\0", &case("2023-06-01", "")));
    assert_eq!(message(&zero), "return.xml: line 3 holds a zero byte; the file is damaged or no text: export it again");
    let endless = format!("{HEAD}<Child><LAchildID>{}", "x".repeat(3 << 20));
    assert!(message(&endless).contains("longer than 1 MB"), "{}", message(&endless));
    let comment = format!("{HEAD}<!-- {}", "> ".repeat(2 << 20));
    assert!(message(&comment).contains("longer than 1 MB"), "{}", message(&comment));
    let deep = format!("{HEAD}{}", "<a>".repeat(100));
    assert!(message(&deep).contains("too deep"), "{}", message(&deep));
}

#[test]
fn other_documents_are_told_apart() {
    assert!(message("<EXPSSDA903><CHILD/></EXPSSDA903>").contains("without the root element `Message`"));
    assert!(message(HEAD.replace(">CIN<", ">SWF<") + TAIL).contains("another collection than CIN"));
    assert!(is_census(b"\xEF\xBB\xBF\n <Message>") && is_census(b"<?xml") && is_census(b"\xFF\xFE<\0M\0"));
    assert!(is_census(b"<header>") && !is_census(b"a,b\n"));
}

#[test]
fn windows_and_utf_16_returns_say_the_same() {
    let text =
        format!("<?xml version=\"1.0\" encoding=\"utf-16\"?>{HEAD}{}{TAIL}", child("\u{c9}1", &case("2023-06-01", "")));
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let windows: Vec<u8> = text.chars().map(|letter| letter as u32 as u8).collect();
    let plain = read(&text).expect("valid").0;
    assert_eq!(read(utf16).expect("valid").0, plain);
    assert_eq!(read(windows).expect("valid").0, plain);
}

#[test]
fn the_later_return_says_how_a_referral_was() {
    let earlier = HEAD.replace("2024", "2023");
    let earlier = read(format!("{earlier}{}{TAIL}", child("A", &case("2023-03-06", "")))).expect("valid").0;
    let closed = case("2023-03-06", "<CINclosureDate>2023-05-01</CINclosureDate>");
    let later = read(format!("{HEAD}{}{TAIL}", child("A", &closed))).expect("valid").0;
    let (found, repeated) = Events::merged(vec![earlier, later]);
    assert_eq!((found.referrals.len(), repeated), (1, 1));
    assert_eq!(found.referrals[0].closed, Some(Date::constant(2023, 5, 1)));
}

/// The shared examples: how many referrals, assessments, enquiries and plans each holds, and what is noticed.
#[test]
fn every_shared_example_gives_its_events_or_findings() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/formats/cin-census");
    if !folder.is_dir() {
        let _ = writeln!(std::io::stderr(), "skipped: there is no {}", folder.display());
        return;
    }
    let mut seen = 0;
    for entry in fs::read_dir(&folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let text = fs::read_to_string(&path).expect("text");
        let file = fs::File::open(&path).expect("a file");
        let (found, through) = told(events(&path, Box::new(file)).expect("a return"));
        // Counted in the text itself: each case that has a referral date within the return or before it.
        let cases = text.matches("<CINdetails>").count() as u64;
        let left_out: u64 =
            through.notes.iter().filter(|note| note.name == "date-after-extract").map(|n| n.count).sum();
        let referrals = found.iter().filter(|event| matches!(event, Event::Referral(_))).count() as u64;
        assert_eq!((through.rows, referrals + left_out), (cases, cases), "{}", path.display());
        seen += 1;
    }
    assert_eq!(seen, 8);
}
