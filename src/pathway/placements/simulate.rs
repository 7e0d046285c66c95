//! Placements ahead: sample paths of children by age band and placement group.

use std::sync::Arc;

use jiff::civil::Date;
use ndarray::{Array2, Array3, Axis};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::history::{CareHistory, CareStay};
use super::options::PlacementOptions;
use super::population::{PathRates, Population, PopulationCounts};
use super::rates::{PlacementRates, days_from};
use super::scenario::RateLevers;
use super::trend::{CareCourse, CareTrend};
use crate::forecast::{Draws, Forecast};
use crate::math::random;
use crate::panel::{SeriesKey, ValueKind};
use crate::pathway::PathwayError;
use crate::pathway::draw::{gamma, normal, uniform};
use crate::pathway::level::Wandering;
use crate::pathway::lever::PathwayLever;
use crate::pathway::simulate::counts;
use crate::pathway::stock::{Days, StockCount};
use crate::time::{Frequency, Span};

/// What a stream of random numbers is for: the first part of its key.
pub(super) mod purpose {
    pub const RATES: u64 = 0x91A1;
    pub const MONTHS: u64 = 0x91A2;
    pub const ARRIVALS: u64 = 0x91A3;
    pub const RESIDENT: u64 = 0x91A4;
    pub const ARRIVED: u64 = 0x91A5;
    pub const GIVEN: u64 = 0x91A6;
    pub const COURSE: u64 = 0x91A7;
}

/// What the model follows children through.
#[derive(Debug, Clone, Copy)]
pub struct Ahead<'a> {
    /// The months of the forecast.
    pub span: Span,
    /// Months before them of which the histories tell nothing any more: they are simulated too, and not told.
    pub untold_months: usize,
    /// How many paths, and their seed.
    pub draws: Draws,
    /// Children who enter in each month and path of the span, all series together, where something else forecasts them;
    /// otherwise as many enter as the rates of the reference window say.
    pub entries: Option<&'a Forecast>,
}

impl Ahead<'_> {
    /// Months right after what the histories tell, with the entries of the reference window.
    pub fn of(span: Span, draws: Draws) -> Ahead<'static> {
        Ahead { span, untold_months: 0, draws, entries: None }
    }

    /// The untold months and those of the forecast.
    fn whole(&self) -> Span {
        Span::new(self.span.start().plus(-(self.untold_months as i32)), self.untold_months + self.span.len())
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
    /// Children who come into care.
    pub entries: Forecast,
    /// Children who leave care, those who come of age included.
    pub exits: Forecast,
    /// Children looked after at the end of the month.
    pub looked_after: Forecast,
    /// Days of care by placement group: what [`Costs::pounds`](crate::pathway::Costs::pounds) prices.
    pub child_days: Forecast,
    /// Children looked after on the day before the horizon; the mean over paths where histories end before.
    pub opening: u64,
}

impl PlacementRates {
    /// Follows today's children and those still to come through the months ahead.
    ///
    /// Those with a stay that began before the first month and has not ended by its first day are looked after then; what
    /// histories know of later days is not used.
    ///
    /// Method: rates are drawn once a path from their gamma posteriors; entries are a Poisson process whose monthly rate
    /// varies as past months did (gamma-mixed, Pearson's dispersion) and surprises from year to year, as do the rates of
    /// exits and moves ([`PlacementRates::carried_on`]). Where entries are given, as many children come in as they say in each path and month. Children come in at
    /// ages and into groups in which children came in.
    ///
    /// # Errors
    /// Where the span isn't by months, the entries are those of other paths or months, an option is impossible, or a
    /// lever names what isn't there.
    pub fn simulate(
        &self,
        histories: &[CareHistory],
        ahead: &Ahead<'_>,
        options: &PlacementOptions,
        levers: &[PathwayLever],
    ) -> Result<PlacementForecast, PathwayError> {
        let (span, draws) = (ahead.span, ahead.draws);
        if span.frequency() != Frequency::Month || span.is_empty() {
            return Err(PathwayError::option("placements.span", "is not by months"));
        }
        options.check()?;
        let given = ahead.entries.map(|entries| given(entries, span, draws)).transpose()?;
        let days = Days::of(ahead.whole());
        let origin = ahead.whole().start().first_day();
        let run = Run {
            rates: self,
            groups: Arc::new(self.groups.clone()),
            levers: RateLevers::of(levers, &self.groups, span, days.first_day[ahead.untold_months])?,
            untold: ahead.untold_months,
            given,
            days: Arc::new(days),
            residents: self.residents(histories, origin),
            options: *options,
            trend: self.trend.unwrap_or_else(|| CareTrend::none(self, options)),
            seed: draws.seed,
            origin,
        };
        let paths: Vec<PopulationCounts> = (0..draws.paths).into_par_iter().map(|path| run.path(path)).collect();
        self.collect(&paths, ahead)
    }

    /// Children by state who are looked after on a day, the last it counts.
    pub fn looked_after_on(&self, histories: &[CareHistory], day: Date) -> Vec<u64> {
        let mut states = vec![0; self.groups.bands() * self.groups.len()];
        for (born, group, _) in self.residents(histories, day.tomorrow().unwrap_or(Date::MAX)) {
            if let Some(band) = self.groups.band_on(born, day) {
                states[band * self.groups.len() + group] += 1;
            }
        }
        states
    }

    /// Birthday, group and first day of those looked after when the horizon starts, sorted.
    pub(super) fn residents(&self, histories: &[CareHistory], origin: Date) -> Vec<(Date, usize, i32)> {
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

    fn collect(&self, paths: &[PopulationCounts], ahead: &Ahead<'_>) -> Result<PlacementForecast, PathwayError> {
        let (span, untold) = (ahead.span, ahead.untold_months);
        let (ages, labels, kinds) = (self.groups.ages(), self.groups.labels(), self.groups.len());
        let name = |state: usize| SeriesKey::new([ages[state / kinds].as_str(), labels[state % kinds].as_str()]);
        for (path, count) in paths.iter().enumerate() {
            let named = count.states.iter().enumerate().map(|(state, stock)| (name(state).to_string(), stock));
            for (stock, count) in named.chain([("looked after".to_owned(), &count.care)]) {
                if let Some(step) = count.unbalanced() {
                    let period = ahead.whole().period(step).to_string();
                    return Err(PathwayError::NotConserved { stock, path, period });
                }
            }
        }
        let mut states: Vec<(SeriesKey, usize)> = (0..ages.len() * kinds).map(|state| (name(state), state)).collect();
        states.sort_unstable();
        let by_state = |of: fn(&StockCount) -> &[i64]| {
            let shape = (states.len(), paths.len(), span.len());
            let values = Array3::from_shape_fn(shape, |(row, path, step)| {
                of(&paths[path].states[states[row].1])[untold + step] as f64
            });
            let keys = states.iter().map(|(key, _)| key.clone()).collect();
            Ok::<_, PathwayError>(Forecast::new(keys, span, values)?.shaped_like(ValueKind::Count))
        };
        let care = |name: &'static str, of: fn(&StockCount) -> &[i64]| {
            counts(&[name], span, paths, move |path, _, step| of(&path.care)[untold + step])
        };
        let mut groups: Vec<(&str, usize)> = labels.iter().map(String::as_str).zip(0..).collect();
        groups.sort_unstable();
        let names: Vec<&str> = groups.iter().map(|(name, _)| *name).collect();
        let child_days = counts(&names, span, paths, |path, row, step| {
            (0..ages.len()).map(|band| path.states[band * kinds + groups[row].1].child_days[untold + step]).sum()
        })?;
        let opening = |count: &PopulationCounts| match untold {
            0 => count.care.opening,
            untold => count.care.present[untold - 1],
        };
        let all: i64 = paths.iter().map(opening).sum();
        Ok(PlacementForecast {
            stocks: by_state(|stock| &stock.present)?,
            arrivals: by_state(|stock| &stock.entries)?,
            departures: by_state(|stock| &stock.exits)?,
            entries: care("entries", |stock| &stock.entries)?,
            exits: care("exits", |stock| &stock.exits)?,
            looked_after: care("looked after", |stock| &stock.present)?,
            child_days,
            opening: (all as f64 / paths.len().max(1) as f64).round() as u64,
        })
    }
}

/// Children who enter, path x month of the span, all series of a forecast together.
fn given(entries: &Forecast, span: Span, draws: Draws) -> Result<Array2<f64>, PathwayError> {
    if entries.span() != span || entries.draws() != draws.paths {
        let problem = "of entries to care has other months or paths than the placements".to_owned();
        return Err(PathwayError::Referrals { problem });
    }
    Ok(entries.paths().sum_axis(Axis(0)).mapv(|children| children.max(0.0).round()))
}

pub(super) struct Run<'a> {
    pub rates: &'a PlacementRates,
    pub groups: Arc<super::PlacementGroups>,
    pub levers: RateLevers,
    /// Months before the forecast's.
    pub untold: usize,
    /// Children who enter, path x month of the forecast.
    pub given: Option<Array2<f64>>,
    pub days: Arc<Days>,
    residents: Vec<(Date, usize, i32)>,
    pub options: PlacementOptions,
    pub trend: CareTrend,
    pub seed: u64,
    pub origin: Date,
}

impl Run<'_> {
    fn path(&self, path: usize) -> PopulationCounts {
        let key = path as u64;
        let mut stream = random::stream(self.seed, &[purpose::RATES, key]);
        let rates = Arc::new(self.leaving_rates(path, &mut stream));
        let entries: Vec<f64> = (0..self.groups.bands() * self.groups.len())
            .map(|state| {
                let (shape, days) = self.rates.entry_posterior(state);
                gamma(&mut stream, shape) / days
            })
            .collect();
        let mut population = Population::new(self.groups.clone(), rates, self.days.clone(), self.origin);
        for (number, (born, group, since)) in self.residents.iter().enumerate() {
            let stream = random::stream(self.seed, &[purpose::RESIDENT, key, number as u64]);
            population.add(*born, *group, f64::from(*since), stream);
        }
        self.enter(&mut population, path, &entries);
        population.finish()
    }

    /// Whether the number of children stands still along a path or goes on changing.
    pub(super) fn course(&self, path: usize) -> &CareCourse {
        // A stream of its own, so that how likely each is moves no other draw.
        let goes_on = uniform(&mut random::stream(self.seed, &[purpose::COURSE, path as u64])) < self.trend.goes_on;
        if goes_on { &self.trend.moving } else { &self.trend.still }
    }

    /// Leaving rates drawn from their posteriors, with the years' wandering and the levers.
    fn leaving_rates(&self, path: usize, stream: &mut ChaCha8Rng) -> PathRates {
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
        let level = self.course(path).exit_level;
        let (mut exits, mut moves) = (Wandering::default(), Wandering::default());
        let factors: Vec<[f64; 2]> = (0..years)
            .map(|_| {
                let [exit, transfer] = [self.trend.exit_spread, self.trend.move_spread].map(|of| of * normal(stream));
                let exit = level + exits.year(exit, self.options.smoothing);
                [libm::exp(exit), libm::exp(moves.year(transfer, self.options.smoothing))]
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
                    let factor = factors[year][usize::from(to < kinds)];
                    let to = (to < kinds).then_some(to);
                    self.levers.leaving(*day, state / kinds, state % kinds, to, rate * factor)
                };
                rates.iter().enumerate().map(with_levers).collect()
            };
            drawn.iter().enumerate().map(rate).collect()
        };
        PathRates { leaving: from_day.iter().map(set).collect(), from_day }
    }
}
