//! What the years known say about the years ahead: levels of entries and exits, and how far each year may be off them.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::balance::Balance;
use super::history::CareHistory;
use super::options::PlacementOptions;
use super::rates::{PlacementRates, ReferenceWindow, days_from, dispersion};
use super::years::CareYears;
use crate::time::{Frequency, Period};

/// Levels and spreads of the years ahead along a path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct CareCourse {
    /// Log of the level of entries over the reference window's mean.
    pub entry_level: f64,
    /// The same of the rate of exits.
    pub exit_level: f64,
    /// Standard deviation of a year's surprise in the log of entries.
    pub entry_spread: f64,
    /// How many times the Poisson variance monthly entries have, and their mean.
    pub dispersion: f64,
    pub entries_a_month: f64,
    /// The level of entries is as uncertain as so many children leave it, beside what states' own rates are.
    pub level_children: f64,
}

/// What the years known say about those ahead.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct CareTrend {
    /// Where the number of children stands still, or nothing is known but the window.
    pub still: CareCourse,
    /// Where it goes on changing as it did.
    pub moving: CareCourse,
    /// How likely the second is.
    pub goes_on: f64,
    /// Standard deviation of a year's surprise in the logs of the rates of exits and moves.
    pub exit_spread: f64,
    pub move_spread: f64,
}

impl CareTrend {
    /// Nothing known but the window's rates.
    pub fn none(rates: &PlacementRates, options: &PlacementOptions) -> CareTrend {
        let still = CareCourse {
            entry_level: 0.0,
            exit_level: 0.0,
            entry_spread: options.entry_drift_per_year,
            dispersion: rates.entry_dispersion,
            entries_a_month: rates.yearly_entries() / 12.0,
            // Poisson's part is in the states' rates already.
            level_children: rates.all_entries() / (rates.entry_dispersion - 1.0).max(0.0),
        };
        CareTrend {
            still,
            moving: still,
            goes_on: 0.0,
            exit_spread: options.leaving_drift_per_year,
            move_spread: options.leaving_drift_per_year,
        }
    }
}

impl PlacementRates {
    /// The rates as they are expected to go on, learnt from every whole year of the days that histories cover.
    ///
    /// Method: in nearly every path entries start from a smoothed level of the years', and exits are those at which the
    /// number of children stands still. Where the years show a change far beyond what authorities see, the last year's
    /// entries and the window's exits go on instead, in as many paths as that is likely. What years are off their level,
    /// chance taken off and shrunk to what is usual among authorities, is how far the years ahead may be off it. Where a
    /// project sets its own reference window its rates are taken at their word.
    pub fn carried_on(
        mut self,
        histories: &[CareHistory],
        known: ReferenceWindow,
        options: &PlacementOptions,
    ) -> PlacementRates {
        let years = CareYears::of(histories, known, &self.groups);
        let mut trend = CareTrend::none(&self, options);
        [trend.exit_spread, trend.move_spread] = years.leaving_spreads(options);
        if let Some((level, spread)) = years.entries(self.entry_dispersion, options) {
            trend.still.entry_spread = spread;
            let mean = self.yearly_entries();
            if options.reference.is_none() && mean > 0.0 {
                let over_mean = |entries: f64| libm::log(entries.max(0.5) / mean);
                trend.still.entry_level = over_mean(level);
                let after = known.last.tomorrow().unwrap_or(Date::MAX);
                let residents = self.residents(histories, after);
                let ages = residents.iter().map(|(born, group, _)| (days_from(*born, after), *group));
                let balance = Balance::new(&self, ages, level, options.prior_events);
                trend.still.exit_level = balance.standing_level();
                trend.goes_on = years.goes_on(options);
                let (last, dispersion) = self.last_year(histories, known.last);
                // The years' surprises hold the change itself, so they don't say how far the years ahead surprise.
                trend.moving = CareCourse {
                    entry_level: over_mean(last),
                    exit_level: 0.0,
                    entry_spread: options.entry_drift_per_year,
                    dispersion,
                    entries_a_month: last / 12.0,
                    level_children: last.max(0.5) / dispersion,
                };
            }
        }
        self.trend = Some(trend);
        self
    }

    /// Children who came in within the last year, and how many times the Poisson variance its months have.
    fn last_year(&self, histories: &[CareHistory], last: Date) -> (f64, f64) {
        let after = last.tomorrow().unwrap_or(Date::MAX);
        let year = ReferenceWindow { first: after.saturating_sub(jiff::Span::new().years(1)), last };
        let mut monthly = BTreeMap::<Period, f64>::new();
        let days = histories.iter().flat_map(|history| history.entries(&self.groups)).map(|(day, ..)| day);
        for day in days.filter(|day| (year.first..=year.last).contains(day)) {
            *monthly.entry(Period::containing(Frequency::Month, day)).or_default() += 1.0;
        }
        (monthly.values().sum(), dispersion(&monthly, year))
    }
}
