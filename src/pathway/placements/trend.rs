//! What the years known say about the years ahead: levels of entries and exits, and how far each year may be off them.

use jiff::civil::Date;

use super::balance::Balance;
use super::history::CareHistory;
use super::options::PlacementOptions;
use super::rates::{PlacementRates, ReferenceWindow, days_from};
use super::years::CareYears;

/// Levels and spreads of the years ahead.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct CareTrend {
    /// Log of the level of entries over the reference window's mean.
    pub entry_level: f64,
    /// The same of the rate of exits.
    pub exit_level: f64,
    /// Standard deviation of a year's surprise in the log of entries.
    pub entry_spread: f64,
    /// The same of the rates of exits and moves.
    pub exit_spread: f64,
    pub move_spread: f64,
}

impl CareTrend {
    /// Nothing known but the window's rates.
    pub fn none(options: &PlacementOptions) -> CareTrend {
        CareTrend {
            entry_level: 0.0,
            exit_level: 0.0,
            entry_spread: options.entry_drift_per_year,
            exit_spread: options.leaving_drift_per_year,
            move_spread: options.leaving_drift_per_year,
        }
    }
}

impl PlacementRates {
    /// The rates as they are expected to go on, learnt from every whole year of the days that histories cover.
    ///
    /// Method: entries start from a smoothed level of the years'. Exits are those at which the number of children changes
    /// as it can be counted on to: hardly at all, unless the years show a change far beyond what authorities see. What
    /// years are off their level, chance taken off and shrunk to what is usual among authorities, is how far the years ahead may be
    /// off it. Where a project sets its own reference window its rates are taken at their word.
    pub fn carried_on(
        mut self,
        histories: &[CareHistory],
        known: ReferenceWindow,
        options: &PlacementOptions,
    ) -> PlacementRates {
        let years = CareYears::of(histories, known, &self.groups);
        let mut trend = CareTrend::none(options);
        [trend.exit_spread, trend.move_spread] = years.leaving_spreads(options);
        if let Some((level, spread)) = years.entries(self.entry_dispersion, options) {
            trend.entry_spread = spread;
            let mean = self.all_entries() / f64::from(self.window().days()) * 365.25;
            if options.reference.is_none() && mean > 0.0 {
                trend.entry_level = libm::log(level.max(0.5) / mean);
                let after = known.last.tomorrow().unwrap_or(Date::MAX);
                let residents = self.residents(histories, after);
                let ages = residents.iter().map(|(born, group, _)| (days_from(*born, after), *group));
                let balance = Balance::new(&self, ages, level, options.prior_events);
                trend.exit_level = balance.exit_level(years.lasting_change(options));
            }
        }
        self.trend = Some(trend);
        self
    }
}
