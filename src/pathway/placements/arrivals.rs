//! Children who come into care along one path.

use super::population::Population;
use super::rates::days_from;
use super::simulate::{Run, purpose};
use crate::math::random;
use crate::pathway::draw::{exponential, gamma, normal, uniform};
use crate::pathway::level::Wandering;

impl Run<'_> {
    /// Adds everybody who enters; `rates` are the reference window's entries a day to each state, as drawn for the path.
    pub(super) fn enter(&self, population: &mut Population, path: usize, rates: &[f64]) {
        let months = self.month_factors(path);
        let told = if self.given.is_some() { self.untold } else { months.len() };
        for (state, rate) in rates.iter().enumerate() {
            let by_month: Vec<f64> = months.iter().take(told).map(|factor| rate * factor).collect();
            self.arrivals(population, path, state, &by_month, &|_, levered| levered);
        }
        if self.given.is_some() {
            self.given_entries(population, path, rates);
        }
    }

    /// What each month's entries are multiplied by: chance beyond Poisson, the level of the years
    /// known, and each year's surprise.
    fn month_factors(&self, path: usize) -> Vec<f64> {
        let mut stream = random::stream(self.seed, &[purpose::MONTHS, path as u64]);
        let course = self.course(path);
        let beyond = course.dispersion - 1.0;
        // The mean level is as uncertain as so many over-dispersed entries leave it.
        let counted = course.level_children;
        let level = if counted > 0.0 && counted.is_finite() { gamma(&mut stream, counted) / counted } else { 1.0 };
        let a_month = course.entries_a_month;
        let mut years = Wandering::default();
        let mut wandered = 0.0;
        (0..self.days.steps())
            .map(|month| {
                if month % 12 == 0 {
                    wandered = years.year(course.entry_spread * normal(&mut stream), self.options.smoothing);
                }
                let chance = if beyond > 0.0 && a_month > 0.0 {
                    gamma(&mut stream, a_month / beyond) * beyond / a_month
                } else {
                    1.0
                };
                level * chance * libm::exp(course.entry_level + wandered)
            })
            .collect()
    }

    /// Children who enter a state, one after the other: the number and the luck of each don't depend on levers. `rates`
    /// are entries a day from the first month on; `part` is what is taken of a rate before and after levers.
    fn arrivals(
        &self,
        population: &mut Population,
        path: usize,
        state: usize,
        rates: &[f64],
        part: &dyn Fn(f64, f64) -> f64,
    ) {
        let kinds = self.groups.len();
        let (band, group) = (state / kinds, state % kinds);
        let key = [purpose::ARRIVALS, path as u64, state as u64];
        let mut stream = random::stream(self.seed, &key);
        let mut due = exponential(&mut stream);
        let mut number = 0;
        for (month, rate) in rates.iter().enumerate() {
            let (first, after) = (self.days.first_day[month], self.days.first_day[month + 1]);
            // A lever that starts within a month changes the days after it only.
            for day in first..after {
                let today = part(*rate, self.levers.entry(day, band, group, *rate));
                let mut gone = 0.0;
                while due <= today - gone {
                    gone += due;
                    let mut own = random::stream(self.seed, &[purpose::ARRIVED, path as u64, state as u64, number]);
                    let place = uniform(&mut own);
                    let at = f64::from(day) + (gone / today).min(1.0 - 1e-9);
                    population.add(self.born(band, day, place), group, at, own);
                    number += 1;
                    due = exponential(&mut stream);
                }
                due -= today - gone;
            }
        }
    }

    /// As many children as are given for each month, spread over its days and over states as children came in. A lever
    /// that takes entries away leaves out some of them; what one adds comes in beside them.
    fn given_entries(&self, population: &mut Population, path: usize, rates: &[f64]) {
        let Some(given) = &self.given else { return };
        let shares = self.shares(rates);
        let kinds = self.groups.len();
        let mut daily = vec![vec![0.0; self.days.steps()]; rates.len()];
        for month in 0..given.ncols() {
            let step = self.untold + month;
            let (first, after) = (self.days.first_day[step], self.days.first_day[step + 1]);
            let children = given[(path, month)];
            let days = f64::from(after - first);
            daily.iter_mut().zip(&shares).for_each(|(daily, share)| daily[step] = children * share / days);
            for number in 0..children as u64 {
                let key = [purpose::GIVEN, path as u64, month as u64, number];
                let mut own = random::stream(self.seed, &key);
                // Each takes the same count of random numbers, whatever levers do.
                let [which, when, age, stays] = std::array::from_fn(|_| uniform(&mut own));
                let mut left = which;
                let state = shares.iter().position(|share| {
                    left -= share;
                    left < 0.0
                });
                let state = state.or_else(|| shares.iter().rposition(|share| *share > 0.0)).unwrap_or(0);
                let (band, group) = (state / kinds, state % kinds);
                let at = f64::from(first) + when * days;
                let day = at.floor() as i32;
                let usual = daily[state][step];
                if stays * usual < self.levers.entry(day, band, group, usual) {
                    population.add(self.born(band, day, age), group, at, own);
                }
            }
        }
        if self.levers.reach_entries() {
            for (state, daily) in daily.iter().enumerate() {
                self.arrivals(population, path, state, daily, &|usual, levered| (levered - usual).max(0.0));
            }
        }
    }

    /// The share of each state among those who come in; where nobody came in during the window, of those looked after.
    fn shares(&self, rates: &[f64]) -> Vec<f64> {
        let all: f64 = rates.iter().sum();
        if all > 0.0 {
            return rates.iter().map(|rate| rate / all).collect();
        }
        let exposure = self.rates.exposure();
        let all: f64 = exposure.iter().sum();
        exposure.iter().map(|days| days / all).collect()
    }

    /// The birthday of a child who enters on a day: at one of the ages at which children entered in the window.
    fn born(&self, band: usize, day: i32, place: f64) -> jiff::civil::Date {
        let ages = &self.rates.entry_ages[band];
        let age = match ages.as_slice() {
            // A lever brought children into a band that nobody entered: its first day.
            [] => days_from(self.origin, self.groups.birthday(self.origin, band)).max(0) * i32::from(band > 0),
            ages => ages[((place * ages.len() as f64) as usize).min(ages.len() - 1)],
        };
        let days = |count: i32| jiff::Span::new().days(i64::from(count));
        self.origin.saturating_add(days(day)).saturating_sub(days(age))
    }
}
