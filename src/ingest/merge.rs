//! Overlapping extracts become one history: each child once a day, the newer extract first, counted by period.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use ndarray::Array2;
use rayon::prelude::*;

use super::age_bands::AgeBands;
use super::columns::MISSING;
use super::completeness::{Completeness, FIELDS};
use super::coverage::Coverage;
use super::dates::{date_of, days_since_epoch};
use super::dimension::Dimension;
use super::error::IngestError;
use super::extract::{Extract, NO_BIRTH, Record};
use super::findings;
use super::mapping::{self, Unmapped};
use super::options::InputOptions;
use super::period_findings;
use super::referrals::{ReferralReader, USABLE};
use crate::panel::{Finding, Panel, SeriesKey, TOTAL, ValueKind};
use crate::time::{Frequency, Period, Span};

/// How many cells a panel may have: 512 MB of numbers.
const MOST_CELLS: usize = 1 << 26;

/// How many periods a panel may have: more than the weeks of three hundred years.
const MOST_PERIODS: usize = 20_000;

/// Checks that a panel isn't too large to hold.
///
/// # Errors
/// Where its periods, or its series and periods together, are too many.
pub(super) fn check_size(series: usize, periods: usize) -> Result<(), IngestError> {
    if periods > MOST_PERIODS || series.saturating_mul(periods) > MOST_CELLS {
        return Err(IngestError::TooLarge { series, periods });
    }
    Ok(())
}

/// The last period with all its days, and what was noticed on the way.
#[derive(Debug)]
pub(super) struct Merged {
    pub(super) panel: Panel,
    pub(super) findings: Vec<Finding>,
    pub(super) completeness: Completeness,
    pub(super) unmapped: Vec<Unmapped>,
}

/// Counts the referrals of all files.
///
/// # Errors
/// Where no complete period is left, or the series are too many to hold.
pub(super) fn merge(mut reader: ReferralReader<'_>, options: &InputOptions) -> Result<Merged, IngestError> {
    let mut notes = std::mem::take(&mut reader.findings);
    let frequency = options.frequency.unwrap_or(Frequency::Month);
    let mut extracts = std::mem::take(&mut reader.extracts);
    let unmapped = mapping::unmapped(std::mem::take(&mut reader.unmapped));
    // Newest last: by the last day that it covers, else its latest referral, then by its place in the list.
    extracts.sort_by_key(Extract::as_of);
    let (Some(first), Some(last)) = (
        extracts.iter().filter_map(Extract::window).map(|(first, _)| first).min(),
        extracts.iter().filter_map(Extract::window).map(|(_, last)| last).max(),
    ) else {
        let path = options.files.first().cloned().unwrap_or_default();
        return Err(IngestError::NothingLeft { path, option: "from, to, areas and filters".into() });
    };
    let names = Names::new(&reader)?;
    let coverage = Coverage::of(&extracts, &names, options, frequency, &mut notes);
    let Some(span) = coverage.span else {
        return Err(IngestError::NoCompletePeriod {
            period: frequency.noun(),
            first: date_of(first).to_string(),
            last: date_of(last).to_string(),
        });
    };
    check_size(names.keys.len(), span.len())?;
    let columns = count(&extracts, &names, span);
    note_duplicates(&extracts, &columns, &mut notes);
    let by_period = columns.iter().map(|column| (column.counts.iter().sum(), column.usable));
    let completeness = Completeness::of(span, &reader.fields, by_period);
    notes.extend(completeness.findings());
    let unobserved: Vec<String> =
        span.periods().filter(|period| !coverage.observed_by_any(*period)).map(|period| period.to_string()).collect();
    if !unobserved.is_empty() {
        notes.push(period_findings::unobserved(&unobserved));
    }
    let mut values = Array2::from_elem((names.keys.len(), span.len()), f64::NAN);
    for (position, (period, column)) in span.periods().zip(&columns).enumerate() {
        for (row, count) in column.counts.iter().enumerate() {
            if coverage.observed(names.areas[row], period) {
                values[[row, position]] = f64::from(*count);
            }
        }
    }
    // A series whose only referrals lie in periods that were left out is no series.
    let rows: Vec<usize> =
        (0..names.keys.len()).filter(|row| values.row(*row).iter().any(|value| *value > 0.0)).collect();
    if rows.is_empty() {
        let path = extracts.first().map(|extract| extract.path.clone()).unwrap_or_default();
        return Err(IngestError::NothingCounted { path, reasons: reasons(&notes) });
    }
    let keys = rows.iter().map(|row| names.keys[*row].clone()).collect();
    let values = values.select(ndarray::Axis(0), &rows);
    let panel = Panel::new(names.dimensions, keys, span, values, ValueKind::Count)?;
    Ok(Merged { panel, findings: notes, completeness, unmapped })
}

/// Why nothing was counted: all that was noticed, and what to do about it.
fn reasons(notes: &[Finding]) -> String {
    if notes.is_empty() {
        return "no row is of a referral within the periods that the file covers".into();
    }
    let told = |note: &Finding| {
        let remedy = note.remedy.trim_end_matches('.');
        format!("{} ({}: {remedy})", note.what, note.name)
    };
    notes.iter().map(told).collect::<Vec<_>>().join("; ")
}

/// The series that combinations of labels belong to.
pub(super) struct Names {
    pub(super) dimensions: Vec<String>,
    pub(super) keys: Vec<SeriesKey>,
    /// For each series the number of its area; 0 where areas are not told apart.
    pub(super) areas: Vec<usize>,
    /// For each combination its series, or one for each age band and one for an unknown age.
    pub(super) series: Vec<Vec<u32>>,
    /// For each combination the number of its area.
    pub(super) area_of_combination: Vec<usize>,
    pub(super) area_count: usize,
    pub(super) bands: Vec<i32>,
    /// For each combination which fields are usable.
    pub(super) usable: Vec<u32>,
}

impl Names {
    fn new(reader: &ReferralReader<'_>) -> Result<Names, IngestError> {
        let dimensions = reader.dimensions();
        let ages = AgeBands::new()?;
        let bands = ages.youngest();
        // The same area in capitals and small letters is one area.
        let canonical: Vec<BTreeMap<String, &str>> = (0..dimensions.len())
            .map(|dimension| {
                let labels = &reader.labels[dimension];
                let mut canonical: BTreeMap<String, &str> = BTreeMap::new();
                for number in 0..labels.len() {
                    let label = labels.text(number as u32);
                    let best = canonical.entry(folded(label)).or_insert(label);
                    *best = label.max(best);
                }
                canonical
            })
            .collect();
        let label = |dimension: usize, number: u32| {
            let text = reader.labels[dimension].text(number);
            match canonical[dimension].get(&folded(text)).copied().unwrap_or(text) {
                TOTAL => "(*)",
                text => text,
            }
        };
        let area = dimensions.iter().position(|dimension| *dimension == Dimension::Area);
        let mut area_numbers: BTreeMap<&str, usize> = BTreeMap::new();
        let mut numbers: BTreeMap<SeriesKey, u32> = BTreeMap::new();
        let mut keys = Vec::new();
        let mut areas = Vec::new();
        let mut series = Vec::new();
        let mut area_of_combination = Vec::new();
        for combination in &reader.combinations {
            let area_label = area.map_or("", |dimension| label(dimension, combination[dimension]));
            let next = area_numbers.len();
            let area_number = *area_numbers.entry(area_label).or_insert(next);
            area_of_combination.push(area_number);
            let mut key_with = |age: &str| {
                let labels = dimensions.iter().enumerate().map(|(dimension, _)| match combination[dimension] {
                    MISSING => age,
                    number => label(dimension, number),
                });
                let key = if dimensions.is_empty() { SeriesKey::new(["Referrals"]) } else { SeriesKey::new(labels) };
                *numbers.entry(key.clone()).or_insert_with(|| {
                    keys.push(key);
                    areas.push(area_number);
                    (keys.len() - 1) as u32
                })
            };
            let by_birth = combination[..dimensions.len()].contains(&MISSING);
            series.push(if by_birth {
                let of_band = bands.iter().map(|years| key_with(ages.of_years(*years)));
                let mut of_band: Vec<u32> = of_band.collect();
                of_band.push(key_with(ages.unknown()));
                of_band
            } else {
                vec![key_with("")]
            });
        }
        let dimensions = if dimensions.is_empty() {
            vec!["measure".to_string()]
        } else {
            dimensions.iter().map(|dimension| dimension.name().to_string()).collect()
        };
        let area_count = area_numbers.len();
        let usable = reader.combinations.iter().map(|combination| combination[USABLE]).collect();
        Ok(Names { dimensions, keys, areas, series, area_of_combination, area_count, bands, usable })
    }

    /// The series of a referral on a day.
    #[inline]
    fn series_of(&self, record: &Record, day: i32) -> u32 {
        let series = &self.series[record.combination as usize];
        if let [only] = series[..] {
            return only;
        }
        if record.birth == NO_BIRTH {
            return series[series.len() - 1];
        }
        let years = age(record.birth, day);
        let band = self.bands.iter().rposition(|youngest| years >= *youngest).unwrap_or(0);
        series[band]
    }
}

fn folded(label: &str) -> String {
    label.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Completed years from birth to a day; -1 before birth.
fn age(birth: i32, day: i32) -> i32 {
    if birth > day {
        return -1;
    }
    let (birth, day) = (date_of(birth), date_of(day));
    let had_birthday = (day.month(), day.day()) >= (birth.month(), birth.day());
    i32::from(day.year()) - i32::from(birth.year()) - i32::from(!had_birthday)
}

/// One period's counts by series, and what was merged.
struct PeriodCounts {
    counts: Vec<u32>,
    /// How many of the counted referrals have a usable value, by field.
    usable: [u32; FIELDS],
    /// For each extract, rows that repeat another row of the same extract.
    repeated: Vec<u64>,
    /// Referrals that stand in more than one extract.
    overlapping: u64,
    /// Children and days with more than one combination of labels.
    conflicting: u64,
}

impl PeriodCounts {
    #[inline]
    fn add(&mut self, series: u32, usable: u32) {
        self.counts[series as usize] += 1;
        for (field, count) in self.usable.iter_mut().enumerate() {
            *count += (usable >> field) & 1;
        }
    }
}

fn count(extracts: &[Extract], names: &Names, span: Span) -> Vec<PeriodCounts> {
    let periods: Vec<Period> = span.periods().collect();
    periods.par_iter().map(|period| count_period(extracts, names, *period)).collect()
}

fn count_period(extracts: &[Extract], names: &Names, period: Period) -> PeriodCounts {
    let mut counted = PeriodCounts {
        counts: vec![0; names.keys.len()],
        usable: [0; FIELDS],
        repeated: vec![0; extracts.len()],
        overlapping: 0,
        conflicting: 0,
    };
    let first = days_since_epoch(period.first_day());
    let last = days_since_epoch(period.last_day());
    let identified = extracts.iter().any(|extract| extract.has_identifiers);
    let mut met: Vec<(u64, Reverse<usize>, Record)> = Vec::new();
    let told = extracts.iter().flat_map(|extract| extract.days.range(first..=last).map(|(day, _)| *day));
    for day in told.collect::<BTreeSet<i32>>() {
        if !identified {
            for record in extracts.iter().filter_map(|extract| extract.days.get(&day)).flatten() {
                counted.add(names.series_of(record, day), names.usable[record.combination as usize]);
            }
            continue;
        }
        met.clear();
        for (age, extract) in extracts.iter().enumerate() {
            let records = extract.days.get(&day).into_iter().flatten();
            met.extend(records.map(|record| (record.child, Reverse(age), *record)));
        }
        met.sort_unstable_by_key(|(child, ..)| *child);
        for same in met.chunk_by_mut(|one, other| one.0 == other.0) {
            if let [(.., record)] = same {
                counted.add(names.series_of(record, day), names.usable[record.combination as usize]);
                continue;
            }
            same.sort_unstable_by_key(|(_, age, _)| *age);
            let newest = same[0].1;
            let of_newest = same.iter().take_while(|(_, age, _)| *age == newest);
            let told =
                of_newest.map(|(.., record)| (names.series_of(record, day), names.usable[record.combination as usize]));
            // Within one extract the order of rows must not matter: the first series by its labels is kept.
            let kept = told.min_by_key(|(series, usable)| (&names.keys[*series as usize], *usable));
            let (kept, usable) = kept.unwrap_or_default();
            counted.add(kept, usable);
            let mut files = 0;
            for of_one in same.chunk_by(|one, other| one.1 == other.1) {
                counted.repeated[of_one[0].1.0] += of_one.len() as u64 - 1;
                files += 1;
            }
            counted.overlapping += u64::from(files > 1);
            let differs = |(.., record): &(u64, Reverse<usize>, Record)| names.series_of(record, day) != kept;
            counted.conflicting += u64::from(same.iter().any(differs));
        }
    }
    counted
}

fn note_duplicates(extracts: &[Extract], columns: &[PeriodCounts], notes: &mut Vec<Finding>) {
    for (position, extract) in extracts.iter().enumerate() {
        let repeated: u64 = columns.iter().map(|column| column.repeated[position]).sum();
        if repeated > 0 {
            notes.push(findings::duplicates(Some(&extract.path), repeated));
        }
    }
    let overlapping: u64 = columns.iter().map(|column| column.overlapping).sum();
    if overlapping > 0 {
        notes.push(findings::duplicates(None, overlapping));
    }
    let conflicting: u64 = columns.iter().map(|column| column.conflicting).sum();
    if conflicting > 0 {
        notes.push(findings::conflicts(conflicting));
    }
}
