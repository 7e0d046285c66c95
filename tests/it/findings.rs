//! Each fault that a file may have, planted and found by the command: what, where, how many, what it means, what to do.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::commands::{groundswell, output};

/// What `check` says of some files, by the names of its findings.
fn findings(folder: &Path, files: &[&str]) -> Vec<Value> {
    let mut command = groundswell(folder);
    command.arg("check").args(files).arg("--json");
    let checked: Value = serde_json::from_str(&output(&mut command, 0)).expect("JSON");
    checked["findings"].as_array().expect("findings").clone()
}

/// The finding of that name, with all that a reader needs.
fn found(folder: &Path, files: &[&str], name: &str) -> Value {
    let all = findings(folder, files);
    let Some(finding) = all.iter().find(|finding| finding["name"] == name) else {
        panic!("no {name} among {all:?}");
    };
    for part in ["what", "meaning", "remedy"] {
        assert!(finding[part].as_str().is_some_and(|text| text.len() > 10), "{name} has no {part}: {finding}");
    }
    assert!(finding["count"].as_u64() > Some(0) && finding["place"].is_object(), "{finding}");
    finding.clone()
}

fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).expect("a file");
}

/// Rows of referrals of whole months: `day` tells source and need of each.
fn referrals(from: i32, months: i32, mut row: impl FnMut(i32, i32, &str) -> Option<String>) -> String {
    let mut text = "referral_date,child_id,source,need\n".to_string();
    for month in from..from + months {
        for day in 1..=28 {
            let date = format!("{}-{:02}-{day:02}", month / 12, month % 12 + 1);
            text += &row(month, day, &date).unwrap_or(format!("{date},{month}x{day},Police,N1\n"));
        }
        text += &format!("{}-{:02}-{},{month}x31,Police,N1\n", month / 12, month % 12 + 1, last_day(month));
    }
    text
}

fn last_day(month: i32) -> i32 {
    [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][(month % 12) as usize]
}

const JANUARY_2022: i32 = 2022 * 12;

#[test]
fn faults_of_rows_and_months() {
    let folder = TempDir::new().expect("a temporary folder");
    let here = folder.path();
    let cut = referrals(JANUARY_2022, 18, |month, day, _| (month == JANUARY_2022 + 17 && day > 10).then(String::new));
    let cut = cut.replace("2023-06-30,24281x31,Police,N1\n", "");
    write(here, "cut.csv", &cut);
    assert_eq!(found(here, &["cut.csv"], "incomplete-last-month")["place"]["series"], "2023-06");

    write(here, "early.csv", &referrals(JANUARY_2022, 6, |_, _, _| None));
    write(here, "late.csv", &referrals(JANUARY_2022 + 9, 6, |_, _, _| None));
    assert_eq!(found(here, &["early.csv", "late.csv"], "unobserved-month")["count"], 3);

    let whole = referrals(JANUARY_2022, 18, |_, _, _| None);
    write(here, "future.csv", &(whole.clone() + "2023-10-02,99,Police,N1\n"));
    let future = found(here, &["future.csv"], "future-date");
    assert_eq!((future["count"].as_u64(), future["place"]["rows"][0].as_u64()), (Some(1), Some(524)));
    // However many they are: a month in which nothing came lies between.
    let many: String = (0..10).map(|row| format!("2023-08-31,{row}x9,Police,N1\n")).collect();
    write(here, "many.csv", &(whole.clone() + &many));
    assert_eq!(found(here, &["many.csv"], "future-date")["count"], 10);
    write(here, "stray.csv", &(whole.clone() + "2043-10-02,99,Police,N1\n"));
    assert_eq!(found(here, &["stray.csv"], "stray-date")["count"], 1);

    write(here, "whole.csv", &whole);
    write(
        here,
        "newer.csv",
        &referrals(JANUARY_2022 + 12, 8, |month, day, date| Some(format!("{date},{month}x{day},Housing,N1\n"))),
    );
    assert_eq!(found(here, &["whole.csv", "newer.csv"], "conflicting-row")["count"], 6 * 28);
    assert_eq!(found(here, &["whole.csv", "newer.csv"], "duplicate-row")["count"], 6 * 29);

    let ambiguous: String = (1..=12).map(|day| format!("0{}/03/2023,{day},Police\n", day % 9 + 1)).collect();
    write(
        here,
        "ambiguous.csv",
        &format!("referral_date,child_id,source\n{ambiguous}01/02/2023,c,Police\n12/05/2023,d,Police\n"),
    );
    assert_eq!(found(here, &["ambiguous.csv"], "ambiguous-date")["place"]["column"], "referral_date");

    write(here, "unmapped.csv", &whole.replace(",Police,N1\n2022-02-0", ",Talkshop,N1\n2022-02-0"));
    assert_eq!(found(here, &["unmapped.csv"], "unmapped-label")["place"]["column"], "source");

    write(
        here,
        "fields.csv",
        &referrals(JANUARY_2022, 18, |month, day, date| {
            let need = if month == JANUARY_2022 + 9 { "" } else { "N1" };
            Some(format!("{date},{month}x{day},{},{need}\n", if day % 2 == 0 { "" } else { "6" }))
        }),
    );
    assert_eq!(found(here, &["fields.csv"], "completeness-fall")["place"]["series"], "2022-10");
    assert_eq!(found(here, &["fields.csv"], "incomplete-field")["place"]["series"], "source");
}

/// Five years of monthly counts with some noise, changed by `change`.
fn counts(change: impl Fn(i32) -> f64) -> String {
    let mut text = "unique_id,ds,y\n".to_string();
    for month in 0..60 {
        let mean = 200.0 + f64::from((month * 37) % 23) - 11.0 - if month % 12 == 7 { 60.0 } else { 0.0 };
        let value = (mean * change(month)).round();
        text += &format!("north,{}-{:02}-01,{value}\n", 2014 + month / 12, month % 12 + 1);
    }
    text
}

#[test]
fn sudden_changes_of_counts() {
    let folder = TempDir::new().expect("a temporary folder");
    let here = folder.path();
    write(here, "plain.csv", &counts(|_| 1.0));
    assert_eq!(findings(here, &["plain.csv"]), Vec::<Value>::new());
    write(here, "fall.csv", &counts(|month| if month == 30 { 0.2 } else { 1.0 }));
    assert_eq!(found(here, &["fall.csv"], "sudden-fall")["place"]["series"], "north 2016-07");
    write(here, "jump.csv", &counts(|month| if month == 30 { 3.0 } else { 1.0 }));
    assert_eq!(found(here, &["jump.csv"], "sudden-jump")["place"]["series"], "north 2016-07");
    write(here, "level.csv", &counts(|month| if month < 30 { 1.0 } else { 0.4 }));
    assert_eq!(found(here, &["level.csv"], "level-shift")["place"]["series"], "north 2016-07");
    write(here, "revised.csv", &counts(|month| if month == 40 { 0.95 } else { 1.0 }));
    assert_eq!(found(here, &["plain.csv", "revised.csv"], "changed-history")["count"], 1);
}

#[test]
fn breaks_between_years_and_authorities() {
    let folder = TempDir::new().expect("a temporary folder");
    let here = folder.path();
    for year in [2022, 2023] {
        let mut text = format!(
            "<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>{year}</Year>\
             <ReferenceDate>{year}-03-31</ReferenceDate></CollectionDetails></Header><Children>\n"
        );
        for case in 0..48 {
            let (month, day) = (case % 12 + 1, case % 28 + 1);
            let of = if month < 4 { year } else { year - 1 };
            let closed = if case == 5 { "<CINclosureDate>2001-01-01</CINclosureDate>" } else { "" };
            text += &format!(
                "<Child><ChildIdentifiers><LAchildID>{year}c{case}</LAchildID></ChildIdentifiers><CINdetails>\
                 <CINreferralDate>{of}-{month:02}-{day:02}</CINreferralDate><ReferralSource>6</ReferralSource>{closed}\
                 </CINdetails></Child>\n"
            );
        }
        write(here, &format!("{year}.xml"), &(text + "</Children></Message>"));
    }
    assert_eq!(found(here, &["2022.xml", "2023.xml"], "source-series-break")["count"], 1);
    assert!(found(here, &["2022.xml", "2023.xml"], "impossible-order")["count"].as_u64() >= Some(1));

    let header = "time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,\
                  old_la_code,new_la_code,la_name,category,Referrals,April,May,June,July,August,September,October,\
                  November,December,January,February,March\n";
    let year = |year: &str, code: &str| {
        format!(
            "{year},Reporting year,Local authority,E92000001,England,E12000009,South West,838,{code},Dorset,Month,120,{}\n",
            ["10"; 12].join(",")
        )
    };
    write(here, "c6.csv", &format!("{header}{}{}", year("2019", "E10000009"), year("2020", "E06000059")));
    assert_eq!(found(here, &["c6.csv"], "authority-code-change")["place"]["series"], "Dorset");
}

#[test]
fn lists_that_cover_no_month_say_so_among_all_that_was_found() {
    let folder = TempDir::new().expect("a temporary folder");
    let here = folder.path();
    fs::create_dir(here.join("extract")).expect("a folder");
    let list =
        "Child Unique ID,Date of Referral,Referral Source,Referral NFA?\n1,10/01/2024,6,No\n2,17/01/2024,2A,No\n";
    write(here, "extract/list3.csv", list);
    let assessed = "Child Unique ID,Continuous Assessment Start Date,Continuous Assessment Date of Authorisation\n\
                    1,20/01/2024,13/01/2024\n";
    write(here, "extract/list4.csv", assessed);
    let finding = found(here, &["extract"], "no-complete-month");
    assert!(finding["what"].as_str().is_some_and(|what| what.contains("2024-01-10 to 2024-01-17")), "{finding}");
    assert_eq!(found(here, &["extract"], "impossible-order")["count"], 1);
    output(groundswell(here).args(["check", "extract", "--strict"]), 65);
}

#[test]
fn years_from_april_are_told_as_such() {
    let folder = TempDir::new().expect("a temporary folder");
    let here = folder.path();
    let years =
        |day: &str| (2012..2024).map(|year| format!("north,{year}-{day},{}\n", 900 + year % 7)).collect::<String>();
    write(here, "april.csv", &format!("unique_id,ds,y\n{}", years("04-01")));
    write(here, "march.csv", &format!("unique_id,ds,y\n{}", years("03-31")));
    write(here, "january.csv", &format!("unique_id,ds,y\n{}", years("01-01")));
    let what = |file: &str| found(here, &[file], "shifted-years")["what"].as_str().expect("a sentence").to_owned();
    assert!(what("april.csv").starts_with("The years are dated in April,"));
    assert!(what("march.csv").starts_with("The years are dated in March,"));
    assert_eq!(findings(here, &["january.csv"]), Vec::<Value>::new());
}

#[test]
fn a_fault_of_several_files_is_told_once_with_a_line_a_file() {
    let folder = TempDir::new().expect("a temporary folder");
    let here = folder.path();
    for (extract, from) in [("jan", JANUARY_2022), ("feb", JANUARY_2022 + 18)] {
        fs::create_dir(here.join(extract)).expect("a folder");
        write(here, &format!("{extract}/referrals.csv"), &(referrals(from, 18, |_, _, _| None) + ",1x40,Police,N1\n"));
    }
    let files = ["jan/referrals.csv", "feb/referrals.csv"];
    let said = output(groundswell(here).arg("check").args(files), 0);
    assert!(said.contains("loss: 2 rows have no date (missing-date)\n"), "{said}");
    assert_eq!(said.matches("(missing-date)").count(), 1, "{said}");
    assert!(said.contains("  where: jan/referrals.csv, column referral_date, rows "), "{said}");
    assert!(said.contains("\n         feb/referrals.csv, column referral_date, rows "), "{said}");

    output(groundswell(here).arg("init").args(files), 0);
    let project = fs::read_to_string(here.join("groundswell.toml")).expect("a project");
    write(here, "groundswell.toml", &project.replace("on = true", "on = false"));
    output(groundswell(here).args(["run", "--quiet"]), 0);
    // The pack tells the two apart, and nobody where they are kept.
    let pack = here.join("packs/2024-12");
    let published = fs::read_to_string(pack.join("findings.csv")).expect("a table");
    assert!(published.contains("2 files, such as jan/referrals.csv"), "{published}");
    let report = fs::read_to_string(pack.join("report.html")).expect("a report");
    assert!(report.contains(">feb/referrals.csv<") || report.contains("feb&#x2f;referrals.csv"), "the inputs");
    for text in [&published, &report] {
        assert!(!text.contains(&*here.to_string_lossy()), "a folder of the analyst's");
    }
}
