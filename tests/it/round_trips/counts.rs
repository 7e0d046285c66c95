//! Files as monthly counts: what was simulated, month by month, and every planted fault.

use std::collections::BTreeMap;
use std::path::Path;

use groundswell::ingest::{Ingested, InputOptions, read};
use groundswell::simulate::{Dirt, Fault, FileFormat, Planted, Simulated, write_format};
use tempfile::TempDir;

use crate::commands::inputs;

use super::{authority, by_month, more, without};

fn round_trip(simulated: &Simulated, format: FileFormat, dirt: &Dirt) -> (Ingested, Planted) {
    let folder = TempDir::new().expect("a temporary folder");
    let written = write_format(simulated, format, dirt, folder.path()).expect("written");
    let options = InputOptions {
        files: inputs(format, &written.files),
        dimensions: vec!["source".to_owned()],
        extract_date: matches!(format, FileFormat::Tidy | FileFormat::TidyWorkbook)
            .then_some(simulated.truth.extract_date),
        ..InputOptions::default()
    };
    (read(&options, Path::new(""), &mut |_| {}).expect("readable"), written.planted)
}

/// Referrals of all series by month; months without any are left out.
fn counts(ingested: &Ingested) -> BTreeMap<String, u64> {
    let panel = &ingested.panel;
    let values = panel.values();
    let totals = values.columns().into_iter().map(|column| column.iter().sum::<f64>() as u64);
    let months = panel.span().periods().map(|period| period.to_string());
    months.zip(totals).filter(|(_, count)| *count > 0).collect()
}

fn truth(simulated: &Simulated) -> BTreeMap<String, u64> {
    by_month(simulated.referrals.iter().map(|row| row.referral_date))
}

fn clean_gives_the_truth(format: FileFormat) {
    let simulated = authority();
    let (clean, _) = round_trip(&simulated, format, &Dirt::none());
    assert_eq!(counts(&clean), truth(&simulated), "{}", format.name());
    for (key, series) in clean.panel.keys().iter().zip(clean.panel.values().rows()) {
        let label = key.to_string();
        let simulated = simulated.referrals.iter().filter(|row| *row.source == *label).count();
        assert_eq!(series.sum() as usize, simulated, "{} of {label}", format.name());
    }
}

fn dirty_gives_every_fault(format: FileFormat) {
    let simulated = authority();
    let (clean, _) = round_trip(&simulated, format, &Dirt::none());
    // Lists of Annex A don't say when they were made, so a date after that day is one like any other.
    let future = if matches!(format, FileFormat::AnnexA | FileFormat::AnnexAWorkbook) { 0.0 } else { 0.01 };
    let (dirty, planted) = round_trip(&simulated, format, &Dirt::of_each(0.01).with(Fault::FutureDate, future));
    assert!(planted.findings.len() >= 5 && planted.findings.values().all(|count| *count >= 5), "{planted:?}");
    assert_eq!(more(&dirty.findings, &clean.findings), planted.findings, "{}", format.name());
    assert_eq!(counts(&dirty), without(truth(&simulated), &planted.lost), "{}", format.name());
}

#[test]
fn clean_tables_give_the_truth() {
    clean_gives_the_truth(FileFormat::Tidy);
    clean_gives_the_truth(FileFormat::TidyWorkbook);
}

#[test]
fn clean_census_returns_give_the_truth() {
    clean_gives_the_truth(FileFormat::CinCensus);
}

#[test]
fn clean_annex_a_lists_give_the_truth() {
    clean_gives_the_truth(FileFormat::AnnexA);
    clean_gives_the_truth(FileFormat::AnnexAWorkbook);
}

#[test]
fn every_fault_planted_in_a_table_is_found() {
    dirty_gives_every_fault(FileFormat::Tidy);
    dirty_gives_every_fault(FileFormat::TidyWorkbook);
}

#[test]
fn every_fault_planted_in_census_returns_is_found() {
    dirty_gives_every_fault(FileFormat::CinCensus);
}

#[test]
fn every_fault_planted_in_annex_a_lists_is_found() {
    dirty_gives_every_fault(FileFormat::AnnexA);
    dirty_gives_every_fault(FileFormat::AnnexAWorkbook);
}
