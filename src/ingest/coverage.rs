//! Which periods the extracts cover whole: windows of days, joined where they touch, area by area.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::dates::{date_of, days_since_epoch};
use super::extract::Extract;
use super::merge::Names;
use super::options::InputOptions;
use super::period_findings;
use crate::panel::Finding;
use crate::time::{Frequency, Period, Span, WorkingCalendar};

/// How many referrals would have been expected before the first one, where the extract covered its whole period, for
/// the period to count as incomplete: by chance none come with a probability of exp(-7), once in a thousand.
const SURPRISING_REFERRALS: f64 = 7.0;

/// Which periods are covered whole, area by area.
pub(super) struct Coverage {
    pub(super) span: Option<Span>,
    by_area: Vec<BTreeSet<Period>>,
}

impl Coverage {
    pub(super) fn of(
        extracts: &[Extract],
        names: &Names,
        options: &InputOptions,
        frequency: Frequency,
        notes: &mut Vec<Finding>,
    ) -> Coverage {
        let calendar = WorkingCalendar::england_and_wales();
        let newest = extracts.len().saturating_sub(1);
        let mut windows: Vec<Vec<Window>> = vec![Vec::new(); names.area_count];
        for (position, extract) in extracts.iter().enumerate() {
            let Some((first, last)) = extract.window() else { continue };
            let mut met = vec![false; names.area_count];
            for record in extract.days.values().flatten() {
                met[names.area_of_combination[record.combination as usize]] = true;
            }
            for (first, last) in &extract.covers {
                let first = options.from.map_or(*first, |from| days_since_epoch(from).max(*first));
                let last = options.to.map_or(*last, |to| days_since_epoch(to).min(*last));
                let window = Window { first, last, given: true, a_day: f64::MAX };
                let areas = windows.iter_mut().zip(&met).filter(|(_, met)| **met && first <= last);
                areas.for_each(|(windows, _)| windows.push(window));
            }
            if !extract.covers.is_empty() {
                continue;
            }
            let given = options.extract_date.filter(|_| position == newest);
            let last = given.map_or(last, |date| days_since_epoch(date).max(last));
            let last = options.to.map_or(last, |to| last.min(days_since_epoch(to)));
            let worked = working_days(&calendar, first, last).max(1);
            let window =
                Window { first, last, given: given.is_some(), a_day: extract.referrals() as f64 / worked as f64 };
            windows.iter_mut().zip(met).filter(|(_, met)| *met).for_each(|(windows, _)| windows.push(window));
        }
        note_sparse_returns(extracts, frequency, notes);
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
                notes.push(period_findings::incomplete_first(named(began), date_of(begin.first).to_string()));
            }
            let ended = Period::containing(frequency, date_of(end.last));
            if span.last().is_some_and(|last| ended > last) {
                notes.push(period_findings::incomplete_last(named(ended), date_of(end.last).to_string(), end.given));
            }
        }
        Coverage { span, by_area }
    }

    pub(super) fn observed(&self, area: usize, period: Period) -> bool {
        self.by_area[area].contains(&period)
    }

    pub(super) fn observed_by_any(&self, period: Period) -> bool {
        self.by_area.iter().any(|periods| periods.contains(&period))
    }
}

/// A period in a sentence; a week's label alone would be a day.
fn named(period: Period) -> String {
    match period.frequency() {
        Frequency::Week => format!("the week of {period}"),
        Frequency::Month | Frequency::Quarter | Frequency::Year => period.to_string(),
    }
}

/// Notes returns with fewer than a referral a period, or than a tenth of what the others hold on average.
fn note_sparse_returns(extracts: &[Extract], frequency: Frequency, notes: &mut Vec<Finding>) {
    const SPARSE_SHARE: f64 = 0.1;
    let held: Vec<(&Extract, u64, usize)> = extracts
        .iter()
        .filter_map(|extract| {
            let (first, last) = (extract.covers.first()?.0, extract.covers.last()?.1);
            let period = |day| Period::containing(frequency, date_of(day));
            let referrals = extract.days.range(first..=last).map(|(_, records)| records.len() as u64).sum();
            Some((extract, referrals, Span::inclusive(period(first), period(last)).len()))
        })
        .collect();
    let all: u64 = held.iter().map(|(_, referrals, _)| referrals).sum();
    for (extract, referrals, periods) in &held {
        let others = (all - referrals) as f64 / (held.len() as f64 - 1.0).max(1.0);
        if *referrals < *periods as u64 || (*referrals as f64) < SPARSE_SHARE * others {
            notes.push(period_findings::sparse_return(&extract.path, *referrals, *periods, frequency.noun()));
        }
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
    if first > last { 0 } else { calendar.working_days_between(date_of(first), date_of(last)) }
}
