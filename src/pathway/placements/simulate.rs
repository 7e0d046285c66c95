//! Placements ahead: sample paths of children by age band and placement group.

use std::sync::Arc;

use jiff::civil::Date;
use ndarray::Array3;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::history::{CareHistory, CareStay};
use super::population::{PathRates, Population, PopulationCounts};
use super::rates::{PlacementRates, days_from};
use super::scenario::RateLevers;
use crate::forecast::{Draws, Forecast};
use crate::math::random;
use crate::panel::{SeriesKey, ValueKind};
use crate::pathway::PathwayError;
use crate::pathway::draw::{exponential, gamma, normal, uniform};
use crate::pathway::lever::PathwayLever;
use crate::pathway::simulate::counts;
use crate::pathway::stock::{Days, StockCount};
use crate::time::{Frequency, Span};

/// The options that ship with the engine.
const SHIPPED: &str = include_str!("../../../models/pathway/placements.toml");

/// What a stream of random numbers is for: the first part of its key.
mod purpose {
    pub const RATES: u64 = 0x91A1;
    pub const MONTHS: u64 = 0x91A2;
    pub const ARRIVALS: u64 = 0x91A3;
    pub const RESIDENT: u64 = 0x91A4;
    pub const ARRIVED: u64 = 0x91A5;
}

/// How rates and their uncertainty are used.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlacementOptions {
    /// Events that the rate of all ages counts for beside an age band's own.
    pub prior_events: f64,
    /// Standard deviation of a year's wandering of the log of entries.
    pub entry_drift_per_year: f64,
    /// The same of leaving rates.
    pub leaving_drift_per_year: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OptionsFile {
    prior_events: f64,
    entry_drift_per_year: f64,
    leaving_drift_per_year: f64,
}

impl Default for PlacementOptions {
    fn default() -> PlacementOptions {
        #[expect(clippy::expect_used, reason = "the text is compiled in and every test of this file reads it")]
        let file: OptionsFile = toml::from_str(SHIPPED).expect("the shipped options are valid");
        let OptionsFile { prior_events, entry_drift_per_year, leaving_drift_per_year } = file;
        PlacementOptions { prior_events, entry_drift_per_year, leaving_drift_per_year }
    }
}

/// Looked-after children by age band and placement group, path by path.
///
/// Invariant: in every path, state and month arrivals less departures are the change in stock, entries less exits that
/// of care as a whole, and states add up to it.
#[derive(Debug, Clone)]
pub struct PlacementForecast {
    /// Children at the end of the month, by age band and placement group.
    pub stocks: Forecast,
    /// Children who come into a state, by entry, move or birthday.
    pub arrivals: Forecast,
    /// Children who leave a state, by exit, move or birthday.
    pub departures: Forecast,
    /// Care as a whole: `entries`, `exits` and `looked after` at the end of the month.
    pub care: Forecast,
    /// Days of care by placement group: what [`Costs::pounds`](crate::pathway::Costs::pounds) prices.
    pub child_days: Forecast,
    /// Children looked after on the day before the horizon.
    pub opening: u64,
}

impl PlacementRates {
    /// Follows today's children and those still to come through the months of a span.
    ///
    /// Those with a stay that began before the horizon and has not ended by its first day are looked after then; what
    /// histories know of later days is not used.
    ///
    /// Method: rates are drawn once a path from their gamma posteriors; entries are a Poisson process whose monthly rate
    /// varies as past months did (gamma-mixed, Pearson's dispersion) and wanders from year to year; leaving rates wander
    /// alike. Children come in at ages at which children came in.
    ///
    /// # Errors
    /// Where the span isn't by months, an option is impossible, or a lever names what isn't there.
    pub fn simulate(
        &self,
        histories: &[CareHistory],
        span: Span,
        draws: Draws,
        options: &PlacementOptions,
        levers: &[PathwayLever],
    ) -> Result<PlacementForecast, PathwayError> {
        if span.frequency() != Frequency::Month || span.is_empty() {
            return Err(PathwayError::option("placements.span", "is not by months"));
        }
        for (name, value) in [
            ("prior_events", options.prior_events),
            ("entry_drift_per_year", options.entry_drift_per_year),
            ("leaving_drift_per_year", options.leaving_drift_per_year),
        ] {
            if !(value.is_finite() && (0.0..=100.0).contains(&value)) {
                return Err(PathwayError::option(format!("placements.{name}"), "must lie between 0 and 100"));
            }
        }
        let origin = span.start().first_day();
        let run = Run {
            rates: self,
            groups: Arc::new(self.groups.clone()),
            levers: RateLevers::of(levers, &self.groups, span)?,
            days: Arc::new(Days::of(span)),
            residents: self.residents(histories, origin),
            options: *options,
            seed: draws.seed,
            origin,
        };
        let paths: Vec<PopulationCounts> = (0..draws.paths).into_par_iter().map(|path| run.path(path as u64)).collect();
        self.collect(&paths, span)
    }

    /// Birthday, group and first day of those looked after when the horizon starts, sorted.
    fn residents(&self, histories: &[CareHistory], origin: Date) -> Vec<(Date, usize, i32)> {
        let here = histories.iter().filter_map(|history| {
            let here = |stay: &&CareStay| stay.start < origin && stay.end.is_none_or(|end| end >= origin);
            let stay = history.stays().iter().find(here)?;
            let known = stay.group < self.groups.len() && self.groups.band_on(history.born(), origin).is_some();
            known.then(|| (history.born(), stay.group, days_from(origin, stay.start)))
        });
        let mut here: Vec<_> = here.collect();
        here.sort_unstable();
        here
    }

    fn collect(&self, paths: &[PopulationCounts], span: Span) -> Result<PlacementForecast, PathwayError> {
        let (ages, labels, kinds) = (self.groups.ages(), self.groups.labels(), self.groups.len());
        let name = |state: usize| SeriesKey::new([ages[state / kinds].as_str(), labels[state % kinds].as_str()]);
        for (path, count) in paths.iter().enumerate() {
            let named = count.states.iter().enumerate().map(|(state, stock)| (name(state).to_string(), stock));
            for (stock, count) in named.chain([("looked after".to_owned(), &count.care)]) {
                if let Some(step) = count.unbalanced() {
                    return Err(PathwayError::NotConserved { stock, path, period: span.period(step).to_string() });
                }
            }
        }
        let mut states: Vec<(SeriesKey, usize)> = (0..ages.len() * kinds).map(|state| (name(state), state)).collect();
        states.sort_unstable();
        let by_state = |of: fn(&StockCount) -> &[i64]| {
            let shape = (states.len(), paths.len(), span.len());
            let values =
                Array3::from_shape_fn(shape, |(row, path, step)| of(&paths[path].states[states[row].1])[step] as f64);
            let keys = states.iter().map(|(key, _)| key.clone()).collect();
            Ok::<_, PathwayError>(Forecast::new(keys, span, values)?.shaped_like(ValueKind::Count))
        };
        let care = counts(&["entries", "exits", "looked after"], span, paths, |path, row, step| match row {
            0 => path.care.entries[step],
            1 => path.care.exits[step],
            _ => path.care.present[step],
        })?;
        let mut groups: Vec<(&str, usize)> = labels.iter().map(String::as_str).zip(0..).collect();
        groups.sort_unstable();
        let names: Vec<&str> = groups.iter().map(|(name, _)| *name).collect();
        let child_days = counts(&names, span, paths, |path, row, step| {
            (0..ages.len()).map(|band| path.states[band * kinds + groups[row].1].child_days[step]).sum()
        })?;
        Ok(PlacementForecast {
            stocks: by_state(|stock| &stock.present)?,
            arrivals: by_state(|stock| &stock.entries)?,
            departures: by_state(|stock| &stock.exits)?,
            care,
            child_days,
            opening: paths.first().map_or(0, |path| path.care.opening as u64),
        })
    }
}

struct Run<'a> {
    rates: &'a PlacementRates,
    groups: Arc<super::PlacementGroups>,
    levers: RateLevers,
    days: Arc<Days>,
    residents: Vec<(Date, usize, i32)>,
    options: PlacementOptions,
    seed: u64,
    origin: Date,
}

impl Run<'_> {
    fn path(&self, path: u64) -> PopulationCounts {
        let mut stream = random::stream(self.seed, &[purpose::RATES, path]);
        let rates = Arc::new(self.leaving_rates(&mut stream));
        let entries: Vec<f64> = (0..self.groups.bands() * self.groups.len())
            .map(|state| {
                let (shape, days) = self.rates.entry_posterior(state);
                gamma(&mut stream, shape) / days
            })
            .collect();
        let mut population = Population::new(self.groups.clone(), rates, self.days.clone(), self.origin);
        for (number, (born, group, since)) in self.residents.iter().enumerate() {
            let stream = random::stream(self.seed, &[purpose::RESIDENT, path, number as u64]);
            population.add(*born, *group, f64::from(*since), stream);
        }
        let months = self.month_factors(path);
        for (state, rate) in entries.iter().enumerate() {
            self.arrivals(&mut population, path, state, *rate, &months);
        }
        population.finish()
    }

    /// Leaving rates drawn from their posteriors, with the years' wandering and the levers.
    fn leaving_rates(&self, stream: &mut ChaCha8Rng) -> PathRates {
        let (bands, kinds) = (self.groups.bands(), self.groups.len());
        let drawn: Vec<Vec<f64>> = (0..bands * kinds)
            .map(|state| {
                let draw = |to: usize| {
                    if to == state % kinds {
                        return 0.0;
                    }
                    let (shape, days) = self.rates.leaving_posterior(state, to, self.options.prior_events);
                    gamma(stream, shape) / days
                };
                (0..=kinds).map(draw).collect()
            })
            .collect();
        let years = self.days.steps().div_ceil(12);
        let mut wandered = 0.0;
        let factors: Vec<f64> = (0..years)
            .map(|_| {
                wandered += self.options.leaving_drift_per_year * normal(stream);
                libm::exp(wandered)
            })
            .collect();
        let mut from_day: Vec<i32> =
            (0..years).map(|year| self.days.first_day[year * 12]).chain(self.levers.days()).collect();
        from_day.sort_unstable();
        from_day.dedup();
        from_day.retain(|day| *day < self.days.len());
        let set = |day: &i32| {
            let year = (0..years).rfind(|year| self.days.first_day[year * 12] <= *day).unwrap_or(0);
            let rate = |(state, rates): (usize, &Vec<f64>)| {
                let with_levers = |(to, rate): (usize, &f64)| {
                    if to == state % kinds {
                        return 0.0;
                    }
                    let to = (to < kinds).then_some(to);
                    self.levers.leaving(*day, state / kinds, state % kinds, to, rate * factors[year])
                };
                rates.iter().enumerate().map(with_levers).collect()
            };
            drawn.iter().enumerate().map(rate).collect()
        };
        PathRates { leaving: from_day.iter().map(set).collect(), from_day }
    }

    /// What each month's entries are multiplied by: chance beyond Poisson, and the wandering of years.
    fn month_factors(&self, path: u64) -> Vec<f64> {
        let mut stream = random::stream(self.seed, &[purpose::MONTHS, path]);
        let beyond = self.rates.entry_dispersion - 1.0;
        let entries = self.rates.all_entries();
        // The mean level is as uncertain as so many over-dispersed entries leave it.
        let level =
            if beyond > 0.0 && entries > 0.0 { gamma(&mut stream, entries / beyond) * beyond / entries } else { 1.0 };
        let a_month = entries / f64::from(self.rates.window().days()) * 365.25 / 12.0;
        let drift = self.options.entry_drift_per_year / libm::sqrt(12.0);
        let mut wandered = 0.0;
        (0..self.days.steps())
            .map(|_| {
                wandered += drift * normal(&mut stream);
                let chance = if beyond > 0.0 && a_month > 0.0 {
                    gamma(&mut stream, a_month / beyond) * beyond / a_month
                } else {
                    1.0
                };
                level * chance * libm::exp(wandered)
            })
            .collect()
    }

    /// Children who enter a state, one after the other: the number and the luck of each don't depend on levers.
    fn arrivals(&self, population: &mut Population, path: u64, state: usize, rate: f64, months: &[f64]) {
        let kinds = self.groups.len();
        let (band, group) = (state / kinds, state % kinds);
        let ages = &self.rates.entry_ages[band];
        let mut stream = random::stream(self.seed, &[purpose::ARRIVALS, path, state as u64]);
        let mut due = exponential(&mut stream);
        let mut number = 0;
        for (month, factor) in months.iter().enumerate() {
            let (first, after) = (self.days.first_day[month], self.days.first_day[month + 1]);
            // A lever that starts within a month changes the days after it only.
            let mut day = first;
            while day < after {
                let today = self.levers.entry(day, band, group, rate * factor);
                let mut gone = 0.0;
                while due <= today - gone {
                    gone += due;
                    let mut own = random::stream(self.seed, &[purpose::ARRIVED, path, state as u64, number]);
                    let place = uniform(&mut own);
                    let age = self.entry_age(band, ages, place);
                    let at = f64::from(day) + (gone / today).min(1.0 - 1e-9);
                    let entered = self.origin.saturating_add(jiff::Span::new().days(i64::from(day)));
                    let born = entered.saturating_sub(jiff::Span::new().days(i64::from(age)));
                    population.add(born, group, at, own);
                    number += 1;
                    due = exponential(&mut stream);
                }
                due -= today - gone;
                day += 1;
            }
        }
    }

    /// The age in days of a child who enters: one of those at which children entered in the window.
    fn entry_age(&self, band: usize, ages: &[i32], place: f64) -> i32 {
        if ages.is_empty() {
            // A lever brought children into a band that nobody entered: its first day.
            return days_from(self.origin, self.groups.birthday(self.origin, band)).max(0) * i32::from(band > 0);
        }
        ages[(place * ages.len() as f64) as usize]
    }
}
