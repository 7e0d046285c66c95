//! Looked-after children along one path, day by day, from event to event.

use std::sync::Arc;

use jiff::civil::Date;
use rand_chacha::ChaCha8Rng;

use super::groups::PlacementGroups;
use super::rates::days_from;
use crate::pathway::draw::{exponential, uniform};
use crate::pathway::stock::{Days, StockCount};

/// Leaving rates of one path, constant between changes.
#[derive(Debug, Clone)]
pub(super) struct PathRates {
    /// The day from which each set holds; the first is 0.
    pub from_day: Vec<i32>,
    /// Set x state x (moves to each group, then exit), a child and day.
    pub leaving: Vec<Vec<Vec<f64>>>,
}

impl PathRates {
    fn set_on(&self, day: f64) -> usize {
        self.from_day.partition_point(|from| f64::from(*from) <= day).max(1) - 1
    }
}

/// One child who is, or will be, looked after in the horizon.
#[derive(Debug, Clone)]
struct Child {
    born: Date,
    group: usize,
    band: usize,
    /// The day on which the present state began; negative before the horizon.
    since: i32,
    /// The day from which the child was continuously looked after.
    care_since: i32,
    /// When the next thing happens, in days of the horizon.
    next: f64,
    /// Whether that is a move or exit; otherwise a birthday or a change of rates.
    leaves: bool,
    /// What is left of the waiting time, in units of its mean.
    clock: f64,
    stream: ChaCha8Rng,
    gone: bool,
}

/// The children looked after along one path.
///
/// Each child has a stream of its own and meets its events in continuous time, so it makes no difference by which steps
/// the population is moved on: thirty steps of a day are one step of thirty days, exactly.
///
/// Method: competing exponential waiting times with rates that are constant within an age band and between changes of
/// rates (a Markov jump process simulated by its next event, Gillespie 1977); birthdays are real.
#[derive(Debug, Clone)]
pub struct Population {
    groups: Arc<PlacementGroups>,
    rates: Arc<PathRates>,
    days: Arc<Days>,
    /// The horizon's first day.
    origin: Date,
    day: i32,
    children: Vec<Child>,
    pub(super) counts: PopulationCounts,
}

/// What a path counted: every state, and care as a whole.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PopulationCounts {
    pub states: Vec<StockCount>,
    pub care: StockCount,
}

impl Population {
    pub(super) fn new(
        groups: Arc<PlacementGroups>,
        rates: Arc<PathRates>,
        days: Arc<Days>,
        origin: Date,
    ) -> Population {
        let states = vec![StockCount::new(days.steps()); groups.bands() * groups.len()];
        let counts = PopulationCounts { states, care: StockCount::new(days.steps()) };
        Population { groups, rates, days, origin, day: 0, children: Vec::new(), counts }
    }

    /// Adds a child who is looked after from a day (negative before the horizon). Nobody who has come of age is added.
    pub(super) fn add(&mut self, born: Date, group: usize, start: f64, mut stream: ChaCha8Rng) {
        let day = start.floor() as i32;
        let from = self.origin.saturating_add(jiff::Span::new().days(i64::from(day.max(0))));
        let Some(band) = self.groups.band_on(born, from) else { return };
        let clock = exponential(&mut stream);
        let mut child = Child {
            born,
            group,
            band,
            since: day,
            care_since: day,
            next: 0.0,
            leaves: false,
            clock,
            stream,
            gone: false,
        };
        self.plan(&mut child, start.max(0.0));
        self.children.push(child);
    }

    /// The day of the horizon up to which the population has been moved on.
    pub fn day(&self) -> i32 {
        self.day
    }

    /// How many children are looked after at the end of the day reached.
    pub fn len(&self) -> usize {
        self.children.iter().filter(|child| !child.gone && child.since < self.day.max(1)).count()
    }

    /// Whether nobody is looked after.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Moves the population on by so many days.
    pub fn advance(&mut self, days: u32) {
        self.day = (self.day + days as i32).min(self.days.len());
        let until = f64::from(self.day);
        let mut children = std::mem::take(&mut self.children);
        for child in &mut children {
            while !child.gone && child.next < until {
                self.meet(child);
            }
        }
        self.children = children;
    }

    /// Moves the population to the end of the horizon and counts everybody.
    pub(super) fn finish(mut self) -> PopulationCounts {
        self.advance((self.days.len() - self.day) as u32);
        let beyond = self.days.len();
        let children = std::mem::take(&mut self.children);
        for child in children.iter().filter(|child| !child.gone) {
            self.leave_state(child, beyond);
            self.counts.care.stay(&self.days, (child.care_since, beyond));
        }
        self.counts
    }

    /// Finds what happens next to a child who is in a state from a time on.
    fn plan(&self, child: &mut Child, from: f64) {
        let birthday = f64::from(days_from(self.origin, self.groups.birthday(child.born, child.band + 1)));
        let set = self.rates.set_on(from);
        let change = self.rates.from_day.get(set + 1).map_or(f64::INFINITY, |day| f64::from(*day));
        let boundary = birthday.min(change);
        let rates = &self.rates.leaving[set][child.band * self.groups.len() + child.group];
        let hazard: f64 = rates.iter().sum();
        let needed = (boundary - from).max(0.0) * hazard;
        if child.clock < needed {
            child.next = from + child.clock / hazard;
            child.leaves = true;
        } else {
            child.clock -= needed;
            child.next = boundary;
            child.leaves = false;
        }
    }

    /// Lets a child meet what happens next.
    fn meet(&mut self, child: &mut Child) {
        let (at, kinds) = (child.next, self.groups.len());
        let day = at.floor() as i32;
        if child.leaves {
            let rates = &self.rates.leaving[self.rates.set_on(at)][child.band * kinds + child.group];
            let mut left = uniform(&mut child.stream) * rates.iter().sum::<f64>();
            let to = rates.iter().position(|rate| {
                left -= rate;
                left < 0.0
            });
            // Rounding can leave a remainder after the last rate.
            let to = to.or_else(|| rates.iter().rposition(|rate| *rate > 0.0)).unwrap_or(kinds);
            child.clock = exponential(&mut child.stream);
            self.leave_state(child, day);
            child.since = day;
            if to == kinds {
                self.leave_care(child, day);
                return;
            }
            child.group = to;
        } else if self.groups.birthday(child.born, child.band + 1) <= self.date(day) {
            self.leave_state(child, day);
            child.since = day;
            child.band += 1;
            if child.band == self.groups.bands() {
                self.leave_care(child, day);
                return;
            }
        }
        self.plan(child, at);
    }

    fn date(&self, day: i32) -> Date {
        self.origin.saturating_add(jiff::Span::new().days(i64::from(day)))
    }

    fn leave_state(&mut self, child: &Child, day: i32) {
        let state = child.band * self.groups.len() + child.group;
        self.counts.states[state].stay(&self.days, (child.since, day));
    }

    fn leave_care(&mut self, child: &mut Child, day: i32) {
        self.counts.care.stay(&self.days, (child.care_since, day));
        child.gone = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random;
    use crate::time::{Period, Span};

    const ORIGIN: Date = Date::constant(2025, 1, 1);

    /// Children of one age in fostering, with one exit rate and one rate of moves to residential.
    fn population(children: u64, born: Date, exit: f64, transfer: f64) -> Population {
        let groups = Arc::new(PlacementGroups::shipped());
        let states = groups.bands() * groups.len();
        let mut leaving = vec![vec![0.0; groups.len() + 1]; states];
        for band in 0..groups.bands() {
            leaving[band * groups.len()][1] = transfer;
            leaving[band * groups.len()][groups.len()] = exit;
        }
        let rates = PathRates { from_day: vec![0, 400], leaving: vec![leaving.clone(), leaving] };
        let days = Days::of(Span::new(Period::month(2025, 1), 24));
        let mut population = Population::new(groups, Arc::new(rates), Arc::new(days), ORIGIN);
        (0..children).for_each(|child| population.add(born, 0, -10.0, random::stream(4, &[child])));
        population
    }

    #[test]
    fn thirty_steps_of_a_day_are_one_step_of_thirty_days() {
        let mut daily = population(300, Date::constant(2012, 6, 1), 0.003, 0.002);
        let mut monthly = daily.clone();
        for _ in 0..24 {
            monthly.advance(30);
            (0..30).for_each(|_| daily.advance(1));
            assert_eq!((daily.len(), daily.day()), (monthly.len(), monthly.day()));
        }
        assert_eq!(daily.finish(), monthly.finish());
    }

    #[test]
    fn a_population_without_entries_decays_as_its_exit_rate_says() {
        let mut population = population(20_000, Date::constant(2012, 6, 1), 0.002, 0.0);
        population.advance(365);
        let expected = 20_000.0 * (-0.002f64 * 365.0).exp();
        let standard_error = (expected * (1.0 - expected / 20_000.0)).sqrt();
        assert!((population.len() as f64 - expected).abs() < 4.0 * standard_error, "{}", population.len());
    }

    #[test]
    fn everyone_leaves_on_the_eighteenth_birthday() {
        // Eighteen on 1 July 2025, day 181.
        let mut population = population(50, Date::constant(2007, 7, 1), 0.0, 0.0);
        population.advance(181);
        assert_eq!(population.len(), 50);
        population.advance(1);
        assert!(population.is_empty());
        let counts = population.finish();
        assert_eq!((counts.care.exits[6], counts.care.present[5], counts.care.present[6]), (50, 50, 0));
    }

    #[test]
    fn nobody_is_lost_on_the_way_through_states() {
        let counts = population(500, Date::constant(2014, 12, 1), 0.002, 0.004).finish();
        assert_eq!(counts.care.unbalanced(), None);
        assert!(counts.states.iter().all(|state| state.unbalanced().is_none()));
        for step in 0..24 {
            let states: i64 = counts.states.iter().map(|state| state.present[step]).sum();
            assert_eq!(states, counts.care.present[step]);
        }
        // The tenth birthday, on 1 December 2024, lies before the horizon: all are in the fourth band from its start.
        assert_eq!(counts.states.iter().map(|state| state.opening).sum::<i64>(), 500);
    }
}
