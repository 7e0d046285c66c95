//! Rates of entry, exit and moves by age band and placement group, from the child-days of a reference window.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::groups::PlacementGroups;
use super::history::CareHistory;
use super::trend::CareTrend;
use crate::pathway::PathwayError;
use crate::time::{Frequency, Period};

/// The days that rates are taken from, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReferenceWindow {
    /// The first day.
    pub first: Date,
    /// The last day.
    pub last: Date,
}

impl ReferenceWindow {
    /// How many days.
    pub fn days(self) -> i32 {
        days_from(self.first, self.last) + 1
    }
}

/// Days from one day to another.
pub(super) fn days_from(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

/// Events and child-days of every state (age band x placement group) in a reference window.
///
/// A rate is events over child-days. Real birthdays move children from band to band, so ageing has no rate; leaving at
/// the birthday on which care ends is ageing out and no exit.
#[derive(Debug, Clone)]
pub struct PlacementRates {
    pub(super) groups: PlacementGroups,
    window: ReferenceWindow,
    /// Child-days by state.
    exposure: Vec<f64>,
    /// Entries by state.
    entries: Vec<f64>,
    /// By state: moves to each group, then exits.
    leavings: Vec<Vec<f64>>,
    aged_out: u64,
    /// Age in days of every entry, by band.
    pub(super) entry_ages: Vec<Vec<i32>>,
    /// How many times the Poisson variance monthly entries have.
    pub(super) entry_dispersion: f64,
    /// What the years known say about those ahead; `None` where the window's rates simply go on.
    pub(super) trend: Option<CareTrend>,
}

/// Entries more scattered than this many times the Poisson variance have no common rate.
const MOST_DISPERSION: f64 = 15.0;

impl PlacementRates {
    /// Counts events and child-days. Stays that have not ended last at least through the window.
    ///
    /// # Errors
    /// Where no child was looked after in the window.
    pub fn estimate(
        histories: &[CareHistory],
        window: ReferenceWindow,
        groups: PlacementGroups,
    ) -> Result<PlacementRates, PathwayError> {
        let (bands, kinds) = (groups.bands(), groups.len());
        let mut rates = PlacementRates {
            window,
            exposure: vec![0.0; bands * kinds],
            entries: vec![0.0; bands * kinds],
            leavings: vec![vec![0.0; kinds + 1]; bands * kinds],
            aged_out: 0,
            entry_ages: vec![Vec::new(); bands],
            entry_dispersion: 1.0,
            trend: None,
            groups,
        };
        let mut monthly = std::collections::BTreeMap::<Period, f64>::new();
        for history in histories {
            rates.add(history, &mut monthly);
        }
        rates.entry_ages.iter_mut().for_each(|ages| ages.sort_unstable());
        if rates.exposure.iter().sum::<f64>() <= 0.0 {
            return Err(PathwayError::NoExposure { first: window.first, last: window.last });
        }
        rates.entry_dispersion = dispersion(&monthly, window);
        Ok(rates)
    }

    fn add(&mut self, history: &CareHistory, monthly: &mut std::collections::BTreeMap<Period, f64>) {
        let (window, born) = (self.window, history.born());
        let inside = |day: Date| day >= window.first && day <= window.last;
        let kinds = self.groups.len();
        let adult = self.groups.birthday(born, self.groups.bands());
        for (place, stay) in history.stays().iter().enumerate() {
            if stay.group >= kinds || stay.start >= adult {
                continue;
            }
            let follows = place > 0 && history.stays()[place - 1].end == Some(stay.start);
            if !follows
                && inside(stay.start)
                && let Some(band) = self.groups.band_on(born, stay.start)
            {
                self.entries[band * kinds + stay.group] += 1.0;
                self.entry_ages[band].push(days_from(born, stay.start).max(0));
                *monthly.entry(Period::containing(Frequency::Month, stay.start)).or_default() += 1.0;
            }
            // The window's last day counts whole.
            let after = window.last.tomorrow().unwrap_or(Date::MAX);
            let end = stay.end.unwrap_or(Date::MAX).min(adult);
            for band in 0..self.groups.bands() {
                let birthday = if band == 0 { Date::MIN } else { self.groups.birthday(born, band) };
                let from = stay.start.max(window.first).max(birthday);
                let to = end.min(after).min(self.groups.birthday(born, band + 1));
                self.exposure[band * kinds + stay.group] += f64::from(days_from(from, to).max(0));
            }
            match stay.end {
                Some(day) if day < adult && inside(day) => {
                    let next = history.stays().get(place + 1).filter(|next| next.start == day && next.group < kinds);
                    if let Some(band) = self.groups.band_on(born, day) {
                        self.leavings[band * kinds + stay.group][next.map_or(kinds, |next| next.group)] += 1.0;
                    }
                }
                _ if end == adult && inside(adult) => self.aged_out += 1,
                _ => {}
            }
        }
    }

    /// The groups and ages.
    pub fn groups(&self) -> &PlacementGroups {
        &self.groups
    }

    /// The reference window.
    pub fn window(&self) -> ReferenceWindow {
        self.window
    }

    /// Child-days in a state.
    pub fn child_days(&self, band: usize, group: usize) -> f64 {
        self.exposure[self.state(band, group)]
    }

    /// Entries a day to a state.
    pub fn entry(&self, band: usize, group: usize) -> f64 {
        self.entries[self.state(band, group)] / f64::from(self.window.days())
    }

    /// Exits a child and day from a state, before the birthday on which care ends; 0 without child-days.
    pub fn exit(&self, band: usize, group: usize) -> f64 {
        self.rate(self.state(band, group), self.groups.len())
    }

    /// Moves a child and day from one group to another; 0 without child-days.
    pub fn transfer(&self, band: usize, group: usize, to: usize) -> f64 {
        self.rate(self.state(band, group), to)
    }

    /// Events behind a rate: moves to a group, or exits where `to` is `None`.
    pub fn events(&self, band: usize, group: usize, to: Option<usize>) -> f64 {
        self.leavings[self.state(band, group)][to.unwrap_or(self.groups.len())]
    }

    /// Children who left on the birthday on which care ends.
    pub fn aged_out(&self) -> u64 {
        self.aged_out
    }

    fn state(&self, band: usize, group: usize) -> usize {
        band * self.groups.len() + group
    }

    fn rate(&self, state: usize, to: usize) -> f64 {
        if self.exposure[state] > 0.0 { self.leavings[state][to] / self.exposure[state] } else { 0.0 }
    }

    /// Shape and rate of the gamma posterior of a leaving rate. Method: gamma-Poisson conjugacy; the prior is the same
    /// move's rate over all ages, worth `prior_events`.
    pub(super) fn leaving_posterior(&self, state: usize, to: usize, prior_events: f64) -> (f64, f64) {
        let kinds = self.groups.len();
        let same = (0..self.groups.bands()).map(|band| band * kinds + state % kinds);
        let (events, days) = same
            .fold((0.0, 0.0), |(events, days), state| (events + self.leavings[state][to], days + self.exposure[state]));
        posterior(self.leavings[state][to], self.exposure[state], events, days, prior_events)
    }

    /// Shape and rate of the gamma posterior of a state's entries a day. Where nobody ever entered, nobody will.
    pub(super) fn entry_posterior(&self, state: usize) -> (f64, f64) {
        (self.entries[state], f64::from(self.window.days()))
    }

    /// Child-days by state.
    pub(super) fn exposure(&self) -> &[f64] {
        &self.exposure
    }

    /// How many times the Poisson variance the entries of the window's months have.
    pub fn entry_dispersion(&self) -> f64 {
        self.entry_dispersion
    }

    /// Entries in the window.
    pub fn all_entries(&self) -> f64 {
        self.entries.iter().sum()
    }

    /// Entries a year, over the window.
    pub(super) fn yearly_entries(&self) -> f64 {
        self.all_entries() / f64::from(self.window.days()) * 365.25
    }
}

fn posterior(events: f64, days: f64, all_events: f64, all_days: f64, prior_events: f64) -> (f64, f64) {
    if all_events <= 0.0 {
        return (0.0, 1.0);
    }
    (events + prior_events, days + prior_events * all_days / all_events)
}

/// Pearson's dispersion of monthly entries over the whole months of a window.
pub(super) fn dispersion(monthly: &std::collections::BTreeMap<Period, f64>, window: ReferenceWindow) -> f64 {
    let of = |day| Period::containing(Frequency::Month, day);
    let first = if window.first.day() == 1 { of(window.first) } else { of(window.first).plus(1) };
    let last = if of(window.last).last_day() == window.last { of(window.last) } else { of(window.last).plus(-1) };
    let months = last.periods_since(first) + 1;
    if months < 6 {
        return 1.0;
    }
    let counts: Vec<f64> = (0..months).map(|month| monthly.get(&first.plus(month)).copied().unwrap_or(0.0)).collect();
    let mean = counts.iter().sum::<f64>() / counts.len() as f64;
    if mean <= 0.0 {
        return 1.0;
    }
    let squares: f64 = counts.iter().map(|count| (count - mean).powi(2)).sum();
    (squares / (counts.len() as f64 - 1.0) / mean).clamp(1.0, MOST_DISPERSION)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pathway::placements::CareStay;

    fn day(year: i16, month: i8, day: i8) -> Date {
        Date::constant(year, month, day)
    }

    const WINDOW: ReferenceWindow =
        ReferenceWindow { first: Date::constant(2024, 1, 1), last: Date::constant(2024, 12, 31) };

    fn rates(born: Date, stays: &[(Date, Option<Date>, usize)]) -> PlacementRates {
        let stays = stays.iter().map(|(start, end, group)| CareStay { start: *start, end: *end, group: *group });
        let history = CareHistory::new(0, born, stays.collect()).expect("valid");
        PlacementRates::estimate(&[history], WINDOW, PlacementGroups::shipped()).expect("child-days")
    }

    #[test]
    fn child_days_are_split_at_the_birthday_and_cut_at_the_window() {
        // Tenth birthday on 1 March 2024; from 1 December 2023 on: 60 days of January and February, 306 after.
        let rates = rates(day(2014, 3, 1), &[(day(2023, 12, 1), None, 0)]);
        assert_eq!((rates.child_days(2, 0), rates.child_days(3, 0)), (60.0, 306.0));
        assert_eq!(rates.entry(2, 0), 0.0);
    }

    #[test]
    fn a_move_is_a_transfer_and_a_gap_is_an_exit_and_an_entry() {
        let born = day(2012, 1, 1);
        let stays = [
            (day(2024, 2, 1), Some(day(2024, 3, 1)), 0),
            (day(2024, 3, 1), Some(day(2024, 4, 1)), 1),
            (day(2024, 4, 2), None, 1),
        ];
        let rates = rates(born, &stays);
        // February 2024 has 29 days; residential 31 days of March and 274 from 2 April.
        assert_eq!(rates.transfer(3, 0, 1), 1.0 / 29.0);
        assert_eq!(rates.exit(3, 1), 1.0 / 305.0);
        assert_eq!((rates.entry(3, 0), rates.entry(3, 1)), (1.0 / 366.0, 1.0 / 366.0));
        assert_eq!(rates.exit(3, 0), 0.0);
    }

    #[test]
    fn leaving_at_eighteen_is_ageing_out_and_no_exit() {
        let rates = rates(day(2006, 7, 1), &[(day(2023, 1, 1), Some(day(2024, 9, 1)), 2)]);
        assert_eq!((rates.child_days(4, 2), rates.exit(4, 2), rates.aged_out()), (182.0, 0.0, 1));
    }

    #[test]
    fn a_window_without_children_is_refused() {
        let history = CareHistory::new(0, day(2010, 1, 1), vec![]).expect("valid");
        let error = PlacementRates::estimate(&[history], WINDOW, PlacementGroups::shipped()).expect_err("nobody");
        assert!(error.to_string().contains("between 2024-01-01 and 2024-12-31"));
    }
}
