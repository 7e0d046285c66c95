//! Tables from the first byte to events and findings.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::path::Path;

use super::reader::{CareReader, CareRecord};
use crate::ingest::error::IngestError;
use crate::ingest::events::{Care, Event, INVENTED_END, Placement};

const EPISODES: &str = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC\n";
const REGIONAL: &str = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,LA,YEAR\n";
const HEADER: &str = "CHILD,SEX,DOB,ETHNIC\n";

fn read(files: &[(&str, String)]) -> Result<CareRecord, IngestError> {
    let mut reader = CareReader::default();
    for (name, text) in files {
        reader.read(name.as_ref(), Box::new(Cursor::new(text.clone().into_bytes())))?;
    }
    Ok(reader.finish())
}

/// Episodes of one return, `CHILD DECOM RNE DEC REC` each.
fn episodes(rows: &[&str]) -> String {
    let row = |row: &&str| {
        let cells: Vec<&str> = row.split(' ').map(|cell| if cell == "-" { "" } else { cell }).collect();
        format!("{},{},{},C2,N1,U4,PR1,{},{}\n", cells[0], cells[1], cells[2], cells[3], cells[4])
    };
    EPISODES.to_owned() + &rows.iter().map(row).collect::<String>()
}

/// One table of episodes and what was found beside the missing dates of birth.
fn found(rows: &[&str]) -> (Vec<String>, Vec<(&'static str, u64)>) {
    let record = read(&[("e.csv", episodes(rows))]).expect("readable");
    let findings = record.findings.iter().filter(|finding| finding.name != "missing-birth");
    (placements(&record), findings.map(|finding| (finding.name, finding.count)).collect())
}

fn care(record: &CareRecord) -> Vec<&Care> {
    record.events.iter().filter_map(|event| if let Event::Care(care) = event { Some(care) } else { None }).collect()
}

/// Placements as `start to end`.
fn placements(record: &CareRecord) -> Vec<String> {
    let one = |placement: &Placement| {
        let end = placement.ended.map_or("open".to_owned(), |end| end.to_string());
        format!("{} to {end}", placement.started)
    };
    record.events.iter().filter_map(|event| if let Event::Placement(p) = event { Some(one(p)) } else { None }).collect()
}

#[test]
fn episodes_that_touch_are_one_period_of_care() {
    let record = read(&[
        ("h.csv", format!("{HEADER}1,2,27/03/2008,WROM\n")),
        ("u.csv", "CHILD,SEX,DOB,DUC\n1,2,27/03/2008,27/03/2026\n".to_owned()),
        ("e.csv", episodes(&["1 15/04/2017 S 14/08/2017 X1", "1 14/08/2017 P 20/12/2017 E4A", "1 02/02/2018 S - -"])),
    ])
    .expect("readable");
    let periods = care(&record);
    let dates: Vec<(String, Option<String>, Option<&str>)> = periods
        .iter()
        .map(|care| (care.started.to_string(), care.ended.map(|end| end.to_string()), care.end_reason.as_deref()))
        .collect();
    assert_eq!(
        dates,
        [("2017-04-15".to_owned(), Some("2017-12-20".to_owned()), Some("E4A")), ("2018-02-02".to_owned(), None, None)]
    );
    assert!(periods.iter().all(|care| care.unaccompanied && care.start_known));
    assert_eq!(periods[0].born.map(|born| born.to_string()).as_deref(), Some("2008-03-27"));
    assert_eq!(record.findings, []);
    assert_eq!(record.last.map(|day| day.to_string()).as_deref(), Some("2018-03-31"));
}

#[test]
fn an_open_episode_ends_where_the_next_one_starts() {
    let (placements, findings) = found(&["1 15/04/2017 S - -", "1 14/08/2017 P - -"]);
    assert_eq!(placements, ["2017-04-15 to 2017-08-14", "2017-08-14 to open"]);
    assert_eq!(findings, [("open-episode-closed", 1)]);
}

#[test]
fn an_episode_left_open_in_an_earlier_return_ends_with_its_year() {
    let files = [
        ("2017.csv", episodes(&["1 15/04/2017 S - -", "2 15/04/2017 S - -"])),
        ("2018.csv", episodes(&["2 15/04/2017 S - -", "3 15/04/2018 S - -"])),
    ];
    let record = read(&files).expect("readable");
    let mut ends: Vec<(Option<String>, Option<&str>)> =
        care(&record).iter().map(|care| (care.ended.map(|end| end.to_string()), care.end_reason.as_deref())).collect();
    ends.sort();
    assert_eq!(ends, [(None, None), (None, None), (Some("2018-03-31".to_owned()), Some(INVENTED_END))]);
    let invented = record.findings.iter().find(|finding| finding.name == "invented-end").expect("counted");
    assert_eq!((invented.count, invented.place.rows.as_slice()), (1, [2].as_slice()));
}

#[test]
fn rows_that_say_the_same_are_one() {
    let (placements, findings) = found(&["1 15/04/2017 S - -", "1 15/04/2017 S - -", "1 15/04/2017 S - -"]);
    assert_eq!(placements, ["2017-04-15 to open"]);
    assert_eq!(findings, [("duplicate-episode", 2)]);
}

#[test]
fn of_rows_of_one_day_that_differ_the_last_stands() {
    let (placements, findings) = found(&["1 15/04/2017 S - -", "1 15/04/2017 S 01/06/2017 E3"]);
    assert_eq!(placements, ["2017-04-15 to 2017-06-01"]);
    assert_eq!(findings, [("conflicting-episode", 1)]);
}

#[test]
fn overlapping_episodes_are_cut() {
    let (placements, findings) = found(&["1 15/04/2017 S 14/09/2017 E4A", "1 14/08/2017 P 01/10/2017 E4A"]);
    assert_eq!(placements, ["2017-04-15 to 2017-08-14", "2017-08-14 to 2017-10-01"]);
    assert_eq!(findings, [("overlapping-episode", 1)]);
}

#[test]
fn the_latest_return_says_how_an_episode_was_whatever_the_order_of_the_files() {
    let early = ("a.csv", episodes(&["1 15/04/2017 S - -", "2 15/04/2017 S - -"]));
    let late = ("b.csv", episodes(&["1 15/04/2017 S 10/05/2018 E4A", "2 15/04/2017 S 20/05/2018 E4A"]));
    for files in [[early.clone(), late.clone()], [late, early]] {
        let record = read(&files).expect("readable");
        let mut ends = placements(&record);
        ends.sort();
        assert_eq!(ends, ["2017-04-15 to 2018-05-10", "2017-04-15 to 2018-05-20"]);
        assert!(record.findings.iter().any(|finding| (finding.name, finding.count) == ("repeated-episode", 2)));
    }
}

#[test]
fn rows_without_child_or_start_are_counted_and_left_out() {
    let (placements, findings) = found(&[
        "- 15/04/2017 S - -",
        "1 - S - -",
        "1 31/02/2017 S - -",
        "1 15/05/2017 S 31/02/2018 -",
        "2 15/05/2017 S 01/05/2017 X1",
    ]);
    assert_eq!(placements.len(), 2);
    assert!(placements.iter().all(|placement| placement == "2017-05-15 to open"), "{placements:?}");
    let expected = ["missing-child", "missing-date", "unreadable-date", "unreadable-date", "impossible-order"];
    assert_eq!(findings, expected.map(|name| (name, 1)));
}

#[test]
fn reasons_that_dates_contradict_are_named() {
    let (_, findings) =
        found(&["1 15/04/2017 S 14/08/2017 E4A", "1 14/08/2017 P 01/10/2017 X1", "1 11/10/2017 P - E3"]);
    assert_eq!(findings, [("end-contradicted", 1), ("unfollowed-episode", 1), ("end-without-date", 1)]);
}

#[test]
fn what_a_return_cannot_know_is_found() {
    let rows: Vec<String> = (1..=200).map(|child| format!("{child} 15/04/2017 S 14/08/2017 E4A")).collect();
    let mut rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    rows.extend(["301 02/04/2018 S - -", "302 15/04/2017 S 03/05/2018 E4A"]);
    let (placements, findings) = found(&rows);
    assert_eq!(placements.len(), 201);
    assert_eq!(findings, [("date-after-extract", 1), ("end-after-return", 1)]);
}

#[test]
fn the_regional_layout_keeps_authorities_apart() {
    let row = |child, day, end, la, year| format!("{child},{day},S,C2,N1,U4,PR1,{end},,{la},{year}\n");
    let text = REGIONAL.to_owned()
        + &row("7", "2017-04-15", "", "North", 2017)
        + &row("7", "2017-04-15", "", "South", 2017)
        + &row("7", "2017-04-15", "", "South", 2018)
        + &row("8", "2018-06-01", "", "South", 2018);
    let record = read(&[("e.csv", text)]).expect("readable");
    let mut periods: Vec<(&str, Option<String>)> = care(&record)
        .iter()
        .map(|care| (care.authority.as_deref().unwrap_or(""), care.ended.map(|end| end.to_string())))
        .collect();
    periods.sort();
    // North has no later return, in which the child's end would stand: it counts as looked after still.
    assert_eq!(periods, [("North", None), ("South", None), ("South", None)]);
}

#[test]
fn birth_dates_are_the_latest_and_their_faults_are_found() {
    let record = read(&[
        ("h1.csv", format!("{HEADER}1,2,27/03/2008,WROM\n2,1,01/05/2017,WROM\n")),
        ("h2.csv", format!("{HEADER}1,2,28/03/2008,WROM\n,2,28/03/2008,WROM\n")),
        ("e.csv", episodes(&["1 15/04/2017 S - -", "2 15/04/2017 S - -", "3 15/04/2017 S - -"])),
    ])
    .expect("readable");
    let births: BTreeSet<String> =
        care(&record).iter().filter_map(|care| care.born.map(|born| born.to_string())).collect();
    assert_eq!(births.into_iter().collect::<Vec<_>>(), ["2008-03-28", "2017-05-01"]);
    let names: Vec<(&str, u64)> = record.findings.iter().map(|finding| (finding.name, finding.count)).collect();
    assert_eq!(names, [("missing-child", 1), ("impossible-order", 1), ("conflicting-birth", 1), ("missing-birth", 1)]);
}

#[test]
fn a_child_reaches_no_finding_and_no_error() {
    let canary = "CANARY7391";
    let rows = [format!("{canary} {canary} S {canary} X1"), format!("{canary} 15/04/2017 {canary} {canary} {canary}")];
    let record = read(&[("e.csv", episodes(&[&rows[0], &rows[1]]))]).expect("readable");
    let said = format!("{:?}", record.findings);
    assert!(!said.contains("CANARY") && said.contains("unknown-code"), "{said}");
    let mixed = episodes(&[&format!("{canary} 31/01/2017 S - -"), &format!("{canary} 01/31/2017 S - -")]);
    let error = read(&[("e.csv", mixed)]).expect_err("two orders of day and month");
    assert!(matches!(error, IngestError::MixedDates { .. }) && !format!("{error}{error:?}").contains("CANARY"));
}

/// The public example returns, where they are at hand: events and findings counted by a script of its own.
#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn example_returns_give_the_counted_events_and_findings() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/formats");
    if !root.join("ssda903").is_dir() {
        eprintln!("skipped: the example returns are not at ../shared/data/formats");
        return;
    }
    let years = || 2017..=2021;
    let of_years =
        |table: &str| years().map(|year| format!("ssda903-five-years/{year}-{table}.csv")).collect::<Vec<_>>();
    let five: Vec<String> = ["episodes", "header", "uasc"].iter().flat_map(|table| of_years(table)).collect();
    let set = |folder: &str| ["episodes", "header", "uasc"].map(|table| format!("{folder}/{table}.csv")).to_vec();
    // Children, episodes, periods of care; of these, starts known, still open, of unaccompanied children.
    type Expected = (Vec<String>, [usize; 6], Vec<(&'static str, u64)>);
    let cases: [Expected; 3] = [
        (
            set("ssda903"),
            [2123, 5050, 2176, 317, 1403, 104],
            vec![
                ("end-after-return", 12),
                ("end-contradicted", 1),
                ("end-without-date", 347),
                ("open-episode-closed", 10),
                ("overlapping-episode", 62),
                ("unfollowed-episode", 8),
            ],
        ),
        (
            five,
            [820, 2827, 850, 344, 62, 33],
            vec![
                ("end-after-return", 3),
                ("end-without-date", 19),
                ("invented-end", 24),
                ("overlapping-episode", 40),
                ("repeated-episode", 910),
            ],
        ),
        (
            set("ssda903-regional"),
            [820, 2827, 850, 344, 62, 25],
            vec![
                ("end-after-return", 3),
                ("end-without-date", 19),
                ("invented-end", 24),
                ("missing-birth", 248),
                ("overlapping-episode", 40),
                ("repeated-episode", 910),
            ],
        ),
    ];
    for (files, counts, expected) in cases {
        let mut reader = CareReader::default();
        for file in &files {
            let file = std::fs::File::open(root.join(file)).expect("an example");
            reader.read("example.csv".as_ref(), Box::new(file)).expect("readable");
        }
        let record = reader.finish();
        let periods = care(&record);
        let children: BTreeSet<_> = periods.iter().map(|care| care.child).collect();
        let of = |holds: fn(&Care) -> bool| periods.iter().filter(|care| holds(care)).count();
        let met = [
            children.len(),
            placements(&record).len(),
            periods.len(),
            of(|care| care.start_known),
            of(|care| care.ended.is_none()),
            of(|care| care.unaccompanied),
        ];
        assert_eq!(met, counts, "{files:?}");
        let mut findings: BTreeMap<&str, u64> = BTreeMap::new();
        record.findings.iter().for_each(|finding| *findings.entry(finding.name).or_default() += finding.count);
        assert_eq!(findings.into_iter().collect::<Vec<_>>(), expected, "{files:?}");
    }
}
