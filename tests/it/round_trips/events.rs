//! Returns as events: journeys and care, month by month.

use std::path::{Path, PathBuf};

use groundswell::ingest::{History, read_events};
use groundswell::simulate::{Dirt, Fault, FileFormat, ReferralRow, Simulated, WrittenFormat, write_format};
use groundswell::time::Date;
use tempfile::TempDir;

use super::{authority, by_month, more, without};

fn round_trip(simulated: &Simulated, format: FileFormat, dirt: &Dirt) -> (History, WrittenFormat) {
    let folder = TempDir::new().expect("a temporary folder");
    let written = write_format(simulated, format, dirt, folder.path()).expect("written");
    // The order of the files must not matter.
    let files: Vec<PathBuf> = written.files.iter().rev().cloned().collect();
    (read_events(&files, Path::new("")).expect("readable"), written)
}

fn days(simulated: &Simulated, day: fn(&ReferralRow) -> Option<Date>) -> impl Iterator<Item = Date> {
    simulated.referrals.iter().filter_map(day)
}

#[test]
fn every_stage_of_clean_census_returns_is_counted_as_it_was_simulated() {
    let simulated = authority();
    let (history, _) = round_trip(&simulated, FileFormat::CinCensus, &Dirt::none());
    let events = &history.events;
    let referred = events.referrals.iter().map(|event| event.date);
    assert_eq!(by_month(referred), by_month(days(&simulated, |row| Some(row.referral_date))));
    let assessed = events.assessments.iter().map(|event| event.started);
    assert_eq!(by_month(assessed), by_month(days(&simulated, |row| row.assessment_start)));
    let authorised = events.assessments.iter().filter_map(|event| event.authorised);
    assert_eq!(by_month(authorised), by_month(days(&simulated, |row| row.assessment_authorised)));
    let enquired = events.section_47s.iter().map(|event| event.started);
    assert_eq!(by_month(enquired), by_month(days(&simulated, |row| row.section_47_start)));
    let held = events.conferences.iter().map(|event| event.held);
    assert_eq!(by_month(held), by_month(days(&simulated, |row| row.conference)));
    let (started, ended): (Vec<Date>, Vec<Option<Date>>) =
        events.plans.iter().map(|plan| (plan.started, plan.ended)).unzip();
    assert_eq!(by_month(started.into_iter()), by_month(days(&simulated, |row| row.plan_start)));
    assert_eq!(by_month(ended.into_iter().flatten()), by_month(days(&simulated, |row| row.plan_end)));
    let closed = events.referrals.iter().filter_map(|event| event.closed);
    assert_eq!(by_month(closed), by_month(days(&simulated, |row| row.closure)));
}

#[test]
fn care_of_clean_returns_is_what_was_simulated() {
    let simulated = authority();
    let (history, written) = round_trip(&simulated, FileFormat::Ssda903, &Dirt::none());
    assert_eq!(written.files.len(), 9, "three tables a year");
    let care = &history.events.care;
    assert!(care.iter().all(|period| period.start_known && period.born.is_some()));
    let started = by_month(care.iter().map(|period| period.started));
    assert_eq!(started, by_month(days(&simulated, |row| row.care_start)));
    assert_eq!(by_month(care.iter().filter_map(|period| period.ended)), by_month(days(&simulated, |row| row.care_end)));
    assert!(history.events.placements.len() > care.len(), "some children moved");
    assert!(history.findings.iter().all(|finding| finding.name == "repeated-episode"), "{:?}", history.findings);
}

#[test]
fn every_fault_planted_in_returns_of_looked_after_children_is_found() {
    let simulated = authority();
    let (clean, _) = round_trip(&simulated, FileFormat::Ssda903, &Dirt::none());
    // Dates of the next year are slips only where they are few.
    let dirt = Dirt::of_each(0.08).with(Fault::FutureDate, 0.01);
    let (dirty, written) = round_trip(&simulated, FileFormat::Ssda903, &dirt);
    let planted = &written.planted;
    for name in ["missing-child", "missing-date", "unreadable-date", "date-after-extract", "unknown-code"] {
        assert!(planted.findings.contains_key(name), "{name} was not planted: {planted:?}");
    }
    for name in ["duplicate-episode", "open-episode-closed", "overlapping-episode"] {
        assert!(planted.findings.contains_key(name), "{name} was not planted: {planted:?}");
    }
    assert_eq!(more(&dirty.findings, &clean.findings), planted.findings);
    let starts = |history: &History| by_month(history.events.care.iter().map(|period| period.started));
    assert_eq!(starts(&dirty), without(starts(&clean), &planted.lost));
}

#[test]
fn the_same_seed_plants_the_same_faults() {
    let simulated = authority();
    let bytes = || {
        let folder = TempDir::new().expect("a temporary folder");
        let dirt = Dirt::of_each(0.02);
        FileFormat::ALL.map(|format| {
            let written = write_format(&simulated, format, &dirt, folder.path()).expect("written");
            let files: Vec<Vec<u8>> = written.files.iter().map(|file| std::fs::read(file).expect("a file")).collect();
            (files, written.planted)
        })
    };
    assert!(bytes() == bytes());
}

#[test]
fn shares_that_are_none_and_years_that_begin_in_march_are_refused() {
    let folder = TempDir::new().expect("a temporary folder");
    let mut simulated = authority();
    let refused = |simulated: &Simulated, dirt: Dirt, format| {
        let error = write_format(simulated, format, &dirt, folder.path()).expect_err("refused");
        error.to_string()
    };
    let said = refused(&simulated, Dirt::of_each(0.2), FileFormat::Tidy);
    assert_eq!(said, "the simulator's option `dirt` must be shares of rows, from 0 to 1, which add up to at most 1");
    simulated.truth.options.first_month = simulated.truth.options.first_month.plus(-1);
    let said = refused(&simulated, Dirt::none(), FileFormat::CinCensus);
    assert_eq!(
        said,
        "the simulator's option `first_month` must be an April for cin-census, whose files cover years from 1 April"
    );
}
