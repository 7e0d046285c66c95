//! Returns of the children in need census from the door to the panel.

use super::{Folder, lines, span};
use crate::ingest::{Fault, Format, recognise};

/// A return with one case a child: identifier, date of referral and source.
fn census(year: i16, cases: &[(&str, &str, &str)]) -> String {
    let mut text = format!(
        "<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>{year}</Year>\
         <ReferenceDate>{year}-03-31</ReferenceDate></CollectionDetails></Header><Children>\n"
    );
    for (child, date, source) in cases {
        text.push_str(&format!(
            "<Child><ChildIdentifiers><LAchildID>{child}</LAchildID></ChildIdentifiers><CINdetails>\
             <CINreferralDate>{date}</CINreferralDate><ReferralSource>{source}</ReferralSource></CINdetails></Child>\n"
        ));
    }
    text + "</Children></Message>"
}

#[test]
fn returns_of_several_years_make_one_monthly_history() {
    let folder = Folder::new();
    folder.write(
        "2024.xml",
        census(2024, &[("A", "2023-03-06", "6"), ("C", "2023-04-20", "6"), ("D", "2019-01-01", "6")]),
    );
    folder.write("2023.xml", census(2023, &[("A", "2023-03-06", "2A"), ("B", "2022-05-10", "6")]));
    let ingested = folder.read("files = ['2024.xml', '2023.xml']\ndimensions = ['source']").expect("readable");
    assert_eq!((ingested.format, span(&ingested)), (Format::CinCensus, "2022-04 to 2024-03".to_string()));
    // The later return says that A was referred by the police, whatever the order of the files.
    assert_eq!(lines(&ingested), ["Police: 0 1 0 0 0 0 0 0 0 0 0 1 1 0 0 0 0 0 0 0 0 0 0 0"]);
    let names: Vec<(&str, u64)> = ingested.findings.iter().map(|finding| (finding.name, finding.count)).collect();
    let expected = [
        ("referral-before-return", 2),
        ("sparse-return", 2),
        ("sparse-return", 1),
        ("duplicate-row", 1),
        ("conflicting-row", 1),
    ];
    assert_eq!(names, expected);
}

#[test]
fn a_return_of_which_nothing_is_counted_says_why() {
    let folder = Folder::with("old.xml", census(2024, &[("A", "2019-05-06", "6"), ("B", "2024-06-01", "6")]));
    let message = folder.message("files = ['old.xml']");
    assert_eq!(message.lines().count(), 1);
    for part in ["old.xml: no referral can be counted", "1 referral is from before the year", "referral-before-return"]
    {
        assert!(message.contains(part), "{message}");
    }
    assert!(message.contains("1 referral is after the last day of the return"), "{message}");
}

#[test]
fn a_return_of_nothing_but_a_few_referrals_is_noted() {
    let full: Vec<(String, String)> = (1..=12)
        .flat_map(|month| (0..5).map(move |child| (format!("{month}-{child}"), month)))
        .map(|(child, month)| {
            let year = if month < 4 { 2023 } else { 2022 };
            (child, format!("{year}-{month:02}-15"))
        })
        .collect();
    let full: Vec<(&str, &str, &str)> = full.iter().map(|(child, date)| (child.as_str(), date.as_str(), "6")).collect();
    let folder = Folder::with("2023.xml", census(2023, &full));
    folder.write("2024.xml", census(2024, &[("Z", "2023-05-06", "6")]));
    let ingested = folder.read("files = ['2023.xml', '2024.xml']").expect("readable");
    assert_eq!(
        folder.findings(&ingested.findings),
        ["sparse-return 1 []: The file holds 1 referral for the 12 months that it covers"]
    );
}

#[test]
fn a_header_that_can_not_be_read_is_noted_and_not_replaced_in_silence() {
    let cases: Vec<(String, String)> = (0..12).map(|child| (child.to_string(), "2023-05-06".to_string())).collect();
    let cases: Vec<(&str, &str, &str)> =
        cases.iter().map(|(child, date)| (child.as_str(), date.as_str(), "6")).collect();
    for (written, wrong, element) in [
        ("<Year>2024<", "<Year>2O24<", "Year"),
        ("<ReferenceDate>2024-03-31<", "<ReferenceDate>31st of March<", "ReferenceDate"),
    ] {
        let folder = Folder::with("return.xml", census(2024, &cases).replace(written, wrong));
        let ingested = folder.read("files = ['return.xml']").expect("readable");
        let found = folder.findings(&ingested.findings);
        let expected = format!("{element} in the header can't be read; the return is read as 2023-04-01 to 2024-03-31");
        assert!(
            found.iter().any(|found| found.starts_with("unreadable-header 1") && found.ends_with(&expected)),
            "{found:?}"
        );
    }
}

#[test]
fn a_return_is_recognised_by_its_content() {
    let folder = Folder::with("return.csv", census(2024, &[("A", "2023-05-06", "6")]));
    let found = recognise(&folder.path().join("return.csv")).expect("known");
    assert_eq!((found.format, found.container), (Format::CinCensus, "XML"));
    assert_eq!(found.dimensions, ["source", "age_band", "need", "no_further_action"]);
}

#[test]
fn no_identifier_reaches_an_error_or_a_finding() {
    let whole = census(2024, &[("CANARY7391", "2023-05-06", "CANARY7391"), ("CANARY7391", "CANARY7391", "6")]);
    let folder = Folder::with("whole.xml", &whole);
    let ingested = folder.read("files = ['whole.xml']\ndimensions = ['source']").expect("readable");
    let said = format!("{ingested:?}");
    assert!(!said.contains("CANARY"), "{said}");
    folder.write("cut.xml", &whole[..whole.len() - 30]);
    let error = folder.read("files = ['cut.xml']").expect_err("cut short");
    assert_eq!(error.fault(), Fault::BadInput);
    assert!(!format!("{error}{error:?}").contains("CANARY"));
}
