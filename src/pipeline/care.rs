//! Returns of looked-after children for a run: their files, histories of care, and who came into care month by month.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ndarray::Array2;

use super::Error;
use super::looked_after::LookedAfter;
use crate::ingest::events::{ChildIdentifier, Placement};
use crate::ingest::{self, Format, History, Ingested, InputFile, TimeLabels};
use crate::panel::{Finding, Panel, Place, SeriesKey, Severity, Statement, ValueKind};
use crate::pathway::placements::{CareHistory, CareStay, PlacementGroups};
use crate::project::RunPlan;
use crate::time::{Date, Frequency, Period, Span, financial_year};

/// Legal statuses of a series of short breaks, whose children the Department's statistics don't count as looked after.
// SSDA903 guide, code set of LS.
const SHORT_BREAKS: [&str; 2] = ["V3", "V4"];

/// What series of children who come into care can be told apart by.
const DIMENSIONS: [&str; 2] = ["age_band", "placement"];

/// What the returns of a project tell.
pub(super) struct CareRecords {
    /// One history a child.
    pub histories: Vec<CareHistory>,
    /// The first day that the returns cover.
    pub first: Date,
    /// The last day.
    pub last: Date,
    /// What the tables hold together, for a person who checks them.
    pub summary: LookedAfter,
    pub inputs: Vec<InputFile>,
    pub findings: Vec<Finding>,
}

/// Whether a project has returns of looked-after children in the place of referrals.
pub(super) fn is_all_there_is(plan: &RunPlan) -> bool {
    let input = plan.input();
    let first = input.files.first().map(|file| plan.base().join(file));
    let found = || first.is_some_and(|file| matches!(ingest::format_of(&file), Ok(Format::Ssda903)));
    input.format == Format::Ssda903 || (input.format == Format::Auto && found())
}

/// The files of a project's returns, each folder replaced by the tables in it; none where the project has no returns.
pub(super) fn files(plan: &RunPlan) -> Result<Vec<PathBuf>, Error> {
    let mut named = if is_all_there_is(plan) { plan.input().files.clone() } else { Vec::new() };
    if plan.pathway().on {
        named.extend(plan.pathway().looked_after.iter().cloned());
    }
    files_in(&named, plan.base())
}

/// Files as they are, and in the place of a folder the tables of returns in it and below, in the order of their names.
pub(super) fn files_in(named: &[PathBuf], base: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for path in named {
        let full = base.join(path);
        if !full.is_dir() {
            files.push(path.clone());
            continue;
        }
        let mut tables = Vec::new();
        tables_below(&full, path, &mut tables)?;
        tables.sort();
        if tables.is_empty() {
            return Err(Error::NoReturns { path: full });
        }
        files.append(&mut tables);
    }
    files.dedup();
    Ok(files)
}

fn tables_below(full: &Path, named: &Path, tables: &mut Vec<PathBuf>) -> Result<(), Error> {
    let unreadable = |source| Error::Unreadable { path: full.to_owned(), source };
    for entry in std::fs::read_dir(full).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let Some(name) = path.file_name() else { continue };
        let named = named.join(name);
        if path.is_dir() {
            tables_below(&path, &named, tables)?;
        } else if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"))
            && matches!(ingest::format_of(&path), Ok(Format::Ssda903))
        {
            tables.push(named);
        }
    }
    Ok(())
}

/// Reads the returns of a project; `None` where it has none.
///
/// # Errors
/// Where a file can't be read, or holds nothing of care.
pub(super) fn read(plan: &RunPlan) -> Result<Option<CareRecords>, Error> {
    let files = files(plan)?;
    if files.is_empty() {
        return Ok(None);
    }
    let history = ingest::read_events(&files, plan.base())?;
    let summary = LookedAfter::of(&history);
    let History { events, mut findings, inputs, care_covers } = history;
    let Some([first, last]) = care_covers else {
        return Err(Error::NoReturns { path: plan.base().join(&files[0]) });
    };
    let born: BTreeMap<ChildIdentifier, Date> =
        events.care.iter().filter_map(|care| Some((care.child, care.born?))).collect();
    let (histories, short_breaks) = histories(&events.placements, &born, last)?;
    if short_breaks > 0 {
        findings.push(Finding {
            name: "short-breaks",
            severity: Severity::Note,
            what: Statement::records(short_breaks, "episode is", "episodes are")
                .then(" of series of short breaks (legal status V3 or V4)"),
            place: Place { column: Some("LS".into()), ..Place::default() },
            count: short_breaks,
            meaning: "They are left out: statistics of looked-after children don't count them.",
            remedy: "Nothing.",
        });
    }
    Ok(Some(CareRecords { histories, first, last, summary, inputs, findings }))
}

/// Birthdays of children of whom none is known: each comes in at an age at which another child did.
///
/// Left out, those of whom a header is missing would take their exits with them: headers that hold today's children alone
/// leave years in which hardly anybody left.
fn ages_given(known: &[(Date, Vec<CareStay>)], nameless: &[Vec<CareStay>]) -> Vec<Date> {
    let first = |stays: &[CareStay]| stays.first().map(|stay| stay.start);
    let age = |(born, stays): &(Date, Vec<CareStay>)| Some(born.until(first(stays)?).ok()?.get_days().max(0));
    let mut ages: Vec<i32> = known.iter().filter_map(age).collect();
    ages.sort_unstable();
    let given = |(row, stays): (usize, &Vec<CareStay>)| {
        // A Weyl sequence goes over all ages evenly, whichever came in first.
        let place = ((row as f64 + 0.5) * 0.618_033_988_749_894_9).fract() * ages.len() as f64;
        let days = jiff::Span::new().days(i64::from(*ages.get(place as usize)?));
        Some(first(stays)?.saturating_sub(days))
    };
    nameless.iter().enumerate().filter_map(given).collect()
}

/// One history a child, and how many episodes of short breaks were left out.
fn histories(
    placements: &[Placement],
    born: &BTreeMap<ChildIdentifier, Date>,
    last: Date,
) -> Result<(Vec<CareHistory>, u64), Error> {
    let groups = PlacementGroups::shipped();
    let mut by_child: BTreeMap<ChildIdentifier, Vec<CareStay>> = BTreeMap::new();
    let mut short_breaks = 0;
    for placement in placements {
        if placement.legal_status.as_deref().is_some_and(|status| SHORT_BREAKS.contains(&status)) {
            short_breaks += 1;
            continue;
        }
        // The code is of the last return that has the episode.
        let told = placement.ended.map_or(last, |ended| ended.min(last)).max(placement.started);
        let group = groups.group_of(placement.kind.as_deref().unwrap_or(""), financial_year(told));
        let stay = CareStay { start: placement.started, end: placement.ended, group };
        by_child.entry(placement.child).or_default().push(stay);
    }
    let (known, nameless): (Vec<_>, Vec<_>) = by_child
        .into_iter()
        .map(|(child, mut stays)| {
            stays.sort_unstable();
            (born.get(&child).copied(), stays)
        })
        .partition(|(born, _)| born.is_some());
    let mut all: Vec<(Date, Vec<CareStay>)> =
        known.into_iter().filter_map(|(born, stays)| Some((born?, stays))).collect();
    let mut nameless: Vec<Vec<CareStay>> = nameless.into_iter().map(|(_, stays)| stays).collect();
    nameless.sort_unstable();
    let given = ages_given(&all, &nameless);
    all.extend(given.into_iter().zip(nameless));
    let mut histories = all
        .into_iter()
        .enumerate()
        .map(|(row, (born, stays))| CareHistory::new(row, born, stays))
        .collect::<Result<Vec<_>, _>>()?;
    // The order of hashed identifiers is nobody's business and must not decide a draw.
    histories.sort_unstable();
    Ok((histories, short_breaks))
}

impl CareRecords {
    /// The whole months between two days.
    pub fn whole_months(first: Date, last: Date) -> Span {
        let of = |day: Date| Period::containing(Frequency::Month, day);
        let first = if first.day() == 1 { of(first) } else { of(first).plus(1) };
        let last = if of(last).last_day() == last { of(last) } else { of(last).plus(-1) };
        Span::inclusive(first, last)
    }

    /// Children who came into care, month by month, as the history that a project with returns alone forecasts.
    ///
    /// # Errors
    /// Where the project file asks for a dimension that there is none of, or nobody came into care.
    pub fn entries(&self, plan: &RunPlan) -> Result<Ingested, Error> {
        let dimensions = plan.input().dimensions.clone();
        if let Some(unknown) = dimensions.iter().find(|name| !DIMENSIONS.contains(&name.as_str())) {
            let known = DIMENSIONS.join(", ");
            let message =
                format!("[input] dimensions names `{unknown}`; returns of looked-after children have {known}");
            return Err(Error::Asked(message));
        }
        let groups = PlacementGroups::shipped();
        let (ages, labels) = (groups.ages(), groups.labels());
        let months = CareRecords::whole_months(self.first, self.last);
        let from = plan.input().from.map_or(months.start(), |day| Period::containing(Frequency::Month, day));
        let to = plan.input().to.map_or(months.last(), |day| Some(Period::containing(Frequency::Month, day)));
        let span = Span::inclusive(
            from.max(months.start()),
            to.or(months.last()).unwrap_or(from).min(months.last().unwrap_or(from)),
        );
        let mut counts: BTreeMap<SeriesKey, Vec<f64>> = BTreeMap::new();
        for (day, band, group) in self.histories.iter().flat_map(|history| history.entries(&groups)) {
            let Some(month) = span.position(Period::containing(Frequency::Month, day)) else { continue };
            let label = |dimension: &String| match dimension.as_str() {
                "placement" => labels[group].as_str(),
                _ => ages[band].as_str(),
            };
            let key = match dimensions.as_slice() {
                [] => SeriesKey::new(["Care starts"]),
                dimensions => SeriesKey::new(dimensions.iter().map(label)),
            };
            counts.entry(key).or_insert_with(|| vec![0.0; span.len()])[month] += 1.0;
        }
        let names = if dimensions.is_empty() { vec!["measure".to_owned()] } else { dimensions };
        let keys: Vec<SeriesKey> = counts.keys().cloned().collect();
        let values = Array2::from_shape_vec((keys.len(), span.len()), counts.into_values().flatten().collect());
        let values = values.unwrap_or_default();
        Ok(Ingested {
            panel: Panel::new(names, keys, span, values, ValueKind::Count)?,
            format: Format::Ssda903,
            time_labels: TimeLabels::FirstDay,
            findings: self.findings.clone(),
            inputs: self.inputs.clone(),
            last_complete: span.last().unwrap_or(span.start()),
            completeness: None,
            unmapped: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_whom_no_header_names_come_in_at_ages_at_which_others_did() {
        let day = |month: i8, day: i8| Date::constant(2024, month, day);
        let stays = |start: Date| vec![CareStay { start, end: None, group: 0 }];
        let years = |years: i64| jiff::Span::new().days(365 * years);
        let known: Vec<_> = [2, 7, 12].map(|age| (day(3, 1).saturating_sub(years(age)), stays(day(3, 1)))).to_vec();
        let nameless: Vec<_> = (1..=27).map(|of| stays(day(5, of))).collect();
        let mut counts = [0; 3];
        for (born, stays) in ages_given(&known, &nameless).into_iter().zip(&nameless) {
            let age = born.until(stays[0].start).expect("an age").get_days() / 365;
            counts[[2, 7, 12].iter().position(|known| *known == age).expect("an age that is known")] += 1;
        }
        assert!(counts.iter().all(|count| (8..=10).contains(count)), "{counts:?}");
        assert!(ages_given(&[], &nameless).is_empty());
    }
}
