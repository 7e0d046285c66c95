//! Workbooks from the door to the panel.

use super::*;
use crate::ingest::workbook::made_by_hand::Made::{Date, Number, Text};
use crate::ingest::workbook::made_by_hand::{Made, workbook};
use crate::ingest::{Format, recognise};

#[test]
fn a_tidy_table_on_a_sheet_is_read_as_a_csv_file_is() {
    let title: &[Made<'_>] = &[Text("Referrals by month")];
    let header: &[Made<'_>] = &[Text("Area"), Text("Month"), Text("Referrals")];
    let one: &[Made<'_>] = &[Text("North"), Date(45_292.0), Number(12.0)];
    let two: &[Made<'_>] = &[Text("North"), Date(45_323.0), Number(15.0)];
    let book = workbook(&[("Notes", &[&[Text("read me")]]), ("Data", &[title, &[], header, one])], false);
    let folder = Folder::with("book.xlsx", book);
    let options = InputOptions { files: vec!["book.xlsx".into()], ..InputOptions::default() };
    let found = recognise(&folder.path().join("book.xlsx")).expect("recognised");
    assert_eq!((found.format, found.container), (Format::Counts, "Excel"));
    let ingested = read(&options, folder.path(), &mut |_| {}).expect("counts");
    assert_eq!(ingested.panel.series(0).to_vec(), [12.0]);
    assert_eq!(ingested.inputs[0].path, folder.path().join("book.xlsx"), "the file, and not its sheet");
    folder.write(
        "book.xlsx",
        workbook(&[("Data", &[header, one, two, &[Text("North"), Text("soon"), Number(1.0)]])], false),
    );
    let ingested = read(&options, folder.path(), &mut |_| {}).expect("counts");
    let place = ingested.findings[0].place.to_string();
    assert!(place.ends_with("book.xlsx, sheet `Data`, column Month, rows 4"), "{place}");
}

#[test]
fn extracts_of_annex_a_are_merged_and_cut_by_source_and_need() {
    let folder = Folder::new();
    let header: &[Made<'_>] =
        &[Text("Child Unique ID"), Text("Date of Birth"), Text("Date of Referral"), Text("Referral Source")];
    let cases: &[Made<'_>] = &[Text("Child Unique ID"), Text("CIN Start Date"), Text("Primary Need Code")];
    let referral = |child, day| [Number(child), Date(40_000.0), Date(day), Text("q) 6: Police")];
    let (one, two, last) = (referral(1.0, 45_292.0), referral(2.0, 45_300.0), referral(3.0, 45_351.0));
    let need: &[Made<'_>] = &[Number(1.0), Date(45_292.0), Text("N4")];
    folder.write("old.xlsx", workbook(&[("List 3", &[header, &one, &two])], false));
    folder.write("new.xlsx", workbook(&[("List 6", &[cases, need]), ("List 3", &[header, &one, &last])], false));
    let options = InputOptions {
        files: vec!["old.xlsx".into(), "new.xlsx".into()],
        dimensions: vec!["need".into()],
        ..InputOptions::default()
    };
    let ingested = read(&options, folder.path(), &mut |_| {}).expect("referrals");
    assert_eq!(ingested.format, Format::AnnexA);
    let labels: Vec<String> = ingested.panel.keys().iter().map(|key| key.to_string()).collect();
    assert_eq!(labels, ["Family in acute stress", "Unknown"]);
    assert_eq!(ingested.panel.series(0)[0], 1.0, "the same child and day stands in both extracts");
    assert!(
        ingested.findings.iter().any(|finding| finding.name == "duplicate-row" || finding.name.contains("overlap"))
    );
}

#[test]
fn lists_without_referrals_are_named() {
    let header: &[Made<'_>] = &[Text("Child Unique ID"), Text("Date of Contact"), Text("Contact Source")];
    let folder =
        Folder::with("c.xlsx", workbook(&[("List 1", &[header, &[Number(1.0), Date(45_292.0), Text("6")]])], false));
    let error = recognise(&folder.path().join("c.xlsx")).expect_err("no referrals");
    assert!(error.to_string().contains("Annex A lists without List 3"), "{error}");
}
