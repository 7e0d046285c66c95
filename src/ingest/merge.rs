//! Overlapping extracts become one history: each child once a day, the newer extract first, counted by period.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use ndarray::Array2;
use rayon::prelude::*;

use super::categories::AgeBands;
use super::columns::MISSING;
use super::dates::{date_of, days_since_epoch};
use super::error::IngestError;
use super::extract::{Extract, NO_BIRTH, Record};
use super::findings;
use super::options::InputOptions;
use super::referrals::{Dimension, ReferralReader};
use crate::panel::{Finding, Panel, SeriesKey, TOTAL, ValueKind};
use crate::time::{Frequency, Period, Span, WorkingCalendar};

/// How many cells a panel may have: 512 MB of numbers.
pub(super) const MOST_CELLS: usize = 1 << 26;

/// How many referrals would have been expected before the first one, where the extract covered its whole period, for
/// the period to count as incomplete: by chance none come with a probability of exp(-7), once in a thousand.
const SURPRISING_REFERRALS: f64 = 7.0;

/// The last period with all its days, and what was noticed on the way.
#[derive(Debug)]
pub(super) struct Merged {
    pub(super) panel: Panel,
    pub(super) findings: Vec<Finding>,
}

/// Counts the referrals of all files.
///
/// # Errors
/// Where no complete period is left, or the series are too many to hold.
pub(super) fn merge(mut reader: ReferralReader<'_>, options: &InputOptions) -> Result<Merged, IngestError> {
    let mut notes = std::mem::take(&mut reader.findings);
    let frequency = options.frequency.unwrap_or(Frequency::Month);
    let mut extracts = std::mem::take(&mut reader.extracts);
    // Newest last: by its latest referral, then by its place in the list.
    extracts.sort_by_key(|extract| extract.window().map(|(_, last)| last));
    let (Some(first), Some(last)) = (
        extracts.iter().filter_map(Extract::window).map(|(first, _)| first).min(),
        extracts.iter().filter_map(Extract::window).map(|(_, last)| last).max(),
    ) else {
        let path = options.files.first().cloned().unwrap_or_default();
        return Err(IngestError::NothingLeft { path, option: "from, to, areas and filters".into() });
    };
    let names = Names::new(&reader)?;
    let coverage = Coverage::of(&extracts, &names, &reader, options, frequency, &mut notes);
    let Some(span) = coverage.span else {
        return Err(IngestError::NoCompletePeriod {
            period: frequency.noun(),
            first: date_of(first).to_string(),
            last: date_of(last).to_string(),
        });
    };
    if names.keys.len().saturating_mul(span.len()) > MOST_CELLS {
        return Err(IngestError::TooLarge { series: names.keys.len(), periods: span.len() });
    }
    let columns = count(&extracts, &names, span);
    note_duplicates(&extracts, &columns, &mut notes);
    let unobserved: Vec<String> =
        span.periods().filter(|period| !coverage.observed_by_any(*period)).map(|period| period.to_string()).collect();
    if !unobserved.is_empty() {
        notes.push(findings::unobserved(&unobserved));
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
    let keys = rows.iter().map(|row| names.keys[*row].clone()).collect();
    let values = values.select(ndarray::Axis(0), &rows);
    let panel = Panel::new(names.dimensions, keys, span, values, ValueKind::Count)?;
    Ok(Merged { panel, findings: notes })
}

/// The series that combinations of labels belong to.
struct Names {
    dimensions: Vec<String>,
    keys: Vec<SeriesKey>,
    /// For each series the number of its area; 0 where areas are not told apart.
    areas: Vec<usize>,
    /// For each combination its series, or one for each age band and one for an unknown age.
    series: Vec<Vec<u32>>,
    /// For each combination the number of its area.
    area_of_combination: Vec<usize>,
    area_count: usize,
    bands: Vec<i32>,
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
        Ok(Names { dimensions, keys, areas, series, area_of_combination, area_count, bands })
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

/// Which periods are covered whole, area by area.
struct Coverage {
    span: Option<Span>,
    by_area: Vec<BTreeSet<Period>>,
}

impl Coverage {
    fn of(
        extracts: &[Extract],
        names: &Names,
        reader: &ReferralReader<'_>,
        options: &InputOptions,
        frequency: Frequency,
        notes: &mut Vec<Finding>,
    ) -> Coverage {
        debug_assert_eq!(names.area_of_combination.len(), reader.combinations.len(), "one area a combination");
        let calendar = WorkingCalendar::england_and_wales();
        let newest = extracts.len().saturating_sub(1);
        let mut windows: Vec<Vec<Window>> = vec![Vec::new(); names.area_count];
        for (position, extract) in extracts.iter().enumerate() {
            let Some((first, last)) = extract.window() else { continue };
            let given = options.extract_date.filter(|_| position == newest);
            let last = given.map_or(last, |date| days_since_epoch(date).max(last));
            let last = options.to.map_or(last, |to| last.min(days_since_epoch(to)));
            let worked = working_days(&calendar, first, last).max(1);
            let window =
                Window { first, last, given: given.is_some(), a_day: extract.referrals() as f64 / worked as f64 };
            let mut met = vec![false; names.area_count];
            for record in extract.days.values().flatten() {
                met[names.area_of_combination[record.combination as usize]] = true;
            }
            windows.iter_mut().zip(met).filter(|(_, met)| *met).for_each(|(windows, _)| windows.push(window));
        }
        let judge = Judge { calendar: &calendar, options, frequency };
        let by_area: Vec<BTreeSet<Period>> = windows.iter().map(|windows| judge.complete(windows)).collect();
        let first = by_area.iter().filter_map(|periods| periods.first()).min().copied();
        let last = by_area.iter().filter_map(|periods| periods.last()).max().copied();
        let span = first.zip(last).map(|(first, last)| Span::inclusive(first, last));
        let all = || windows.iter().flatten();
        if let (Some(span), Some(begin), Some(end)) =
            (span, all().min_by_key(|window| window.first), all().max_by_key(|window| (window.last, window.given)))
        {
            let began = Period::containing(frequency, date_of(begin.first));
            if began < span.start() {
                notes.push(findings::incomplete_first(began.to_string(), date_of(begin.first).to_string()));
            }
            let ended = Period::containing(frequency, date_of(end.last));
            if span.last().is_some_and(|last| ended > last) {
                notes.push(findings::incomplete_last(ended.to_string(), date_of(end.last).to_string(), end.given));
            }
        }
        Coverage { span, by_area }
    }

    fn observed(&self, area: usize, period: Period) -> bool {
        self.by_area[area].contains(&period)
    }

    fn observed_by_any(&self, period: Period) -> bool {
        self.by_area.iter().any(|periods| periods.contains(&period))
    }
}

/// The days that an extract covers.
#[derive(Debug, Clone, Copy)]
struct Window {
    first: i32,
    last: i32,
    /// Whether the last day was given and not taken from the latest referral.
    given: bool,
    /// Referrals a working day.
    a_day: f64,
}

struct Judge<'a> {
    calendar: &'a WorkingCalendar,
    options: &'a InputOptions,
    frequency: Frequency,
}

impl Judge<'_> {
    /// The periods that the windows cover whole, windows that touch taken together.
    fn complete(&self, windows: &[Window]) -> BTreeSet<Period> {
        let mut sorted = windows.to_vec();
        sorted.sort_by_key(|window| (window.first, Reverse(window.last)));
        let mut joined: Vec<Window> = Vec::new();
        for window in sorted {
            match joined.last_mut() {
                // Nothing was worked between the two: the later one goes on where the earlier one ended.
                Some(before) if working_days(self.calendar, before.last + 1, window.first - 1) == 0 => {
                    before.last = before.last.max(window.last);
                }
                _ => joined.push(window),
            }
        }
        let mut periods = BTreeSet::new();
        let mut before = None;
        for window in joined {
            let first = Period::containing(self.frequency, date_of(window.first));
            let last = Period::containing(self.frequency, date_of(window.last));
            // A window that ended within the same period left a gap in it.
            let broken = before.replace(last) == Some(first);
            let first = if !broken && self.starts_whole(first, &window) { first } else { first.plus(1) };
            let last = if self.ends_whole(last, &window) { last } else { last.plus(-1) };
            periods.extend(Span::inclusive(first, last).periods());
        }
        periods
    }

    fn starts_whole(&self, period: Period, window: &Window) -> bool {
        let begin = days_since_epoch(period.first_day());
        if let Some(from) = self.options.from.map(days_since_epoch)
            && from <= window.first
            && Period::containing(self.frequency, date_of(from)) == period
        {
            // Whoever names the window's first day says that the file covers it from there.
            return working_days(self.calendar, begin, from - 1) == 0;
        }
        let without = working_days(self.calendar, begin, window.first - 1) as f64;
        without * window.a_day <= SURPRISING_REFERRALS
    }

    fn ends_whole(&self, period: Period, window: &Window) -> bool {
        let end = days_since_epoch(period.last_day());
        working_days(self.calendar, window.last + 1, end) == 0
    }
}

/// Working days from the first to the last day, both included.
fn working_days(calendar: &WorkingCalendar, first: i32, last: i32) -> usize {
    (first..=last).filter(|day| calendar.is_working_day(date_of(*day))).count()
}

/// One period's counts by series, and what was merged.
struct PeriodCounts {
    counts: Vec<u32>,
    /// For each extract, rows that repeat another row of the same extract.
    repeated: Vec<u64>,
    /// Referrals that stand in more than one extract.
    overlapping: u64,
    /// Children and days with more than one combination of labels.
    conflicting: u64,
}

fn count(extracts: &[Extract], names: &Names, span: Span) -> Vec<PeriodCounts> {
    let periods: Vec<Period> = span.periods().collect();
    periods.par_iter().map(|period| count_period(extracts, names, *period)).collect()
}

fn count_period(extracts: &[Extract], names: &Names, period: Period) -> PeriodCounts {
    let mut counted = PeriodCounts {
        counts: vec![0; names.keys.len()],
        repeated: vec![0; extracts.len()],
        overlapping: 0,
        conflicting: 0,
    };
    let first = days_since_epoch(period.first_day());
    let last = days_since_epoch(period.last_day());
    let identified = extracts.iter().any(|extract| extract.has_identifiers);
    let mut met: Vec<(u64, Reverse<usize>, Record)> = Vec::new();
    for day in first..=last {
        if !identified {
            for record in extracts.iter().filter_map(|extract| extract.days.get(&day)).flatten() {
                counted.counts[names.series_of(record, day) as usize] += 1;
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
                counted.counts[names.series_of(record, day) as usize] += 1;
                continue;
            }
            same.sort_unstable_by_key(|(_, age, _)| *age);
            let newest = same[0].1;
            let of_newest = same.iter().take_while(|(_, age, _)| *age == newest);
            let series = of_newest.map(|(.., record)| names.series_of(record, day));
            // Within one extract the order of rows must not matter: the first series by its labels is kept.
            let kept = series.min_by_key(|series| &names.keys[*series as usize]);
            counted.counts[kept.unwrap_or_default() as usize] += 1;
            let mut files = 0;
            for of_one in same.chunk_by(|one, other| one.1 == other.1) {
                counted.repeated[of_one[0].1.0] += of_one.len() as u64 - 1;
                files += 1;
            }
            counted.overlapping += u64::from(files > 1);
            let differs = |(.., record): &(u64, Reverse<usize>, Record)| Some(names.series_of(record, day)) != kept;
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
