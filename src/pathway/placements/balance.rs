//! The rate of exits at which the number of looked-after children stands still.

use std::collections::BTreeMap;

use super::rates::PlacementRates;

/// Exits are made more or fewer by no more than this factor.
const MOST: f64 = 2.5;

const MONTHS: usize = 12;

/// The children of one age and with these shares of placement groups.
struct Cohort {
    age_years: f64,
    shares: Vec<f64>,
    children: f64,
}

/// The expected course of a year: today's children, and those who come in evenly through it.
pub(super) struct Balance<'a> {
    rates: &'a PlacementRates,
    /// State x (moves to each group, then exit), a child and month.
    monthly: Vec<Vec<f64>>,
    residents: Vec<Cohort>,
    entrants: Vec<Cohort>,
}

impl<'a> Balance<'a> {
    /// `residents` have an age in days and a group; `entries` is how many come in within the year.
    pub fn new(
        rates: &'a PlacementRates,
        residents: impl Iterator<Item = (i32, usize)>,
        entries: f64,
        prior_events: f64,
    ) -> Balance<'a> {
        let (bands, kinds) = (rates.groups.bands(), rates.groups.len());
        let mean = |state: usize, to: usize| {
            let (events, days) = rates.leaving_posterior(state, to, prior_events);
            if to == state % kinds { 0.0 } else { 365.25 / MONTHS as f64 * events / days }
        };
        let monthly = (0..bands * kinds).map(|state| (0..=kinds).map(|to| mean(state, to)).collect()).collect();
        // Children of one month of age and group have one future, so they are followed together.
        let mut by_age: BTreeMap<(i32, usize), f64> = BTreeMap::new();
        residents.for_each(|(age, group)| *by_age.entry((months(age), group)).or_default() += 1.0);
        let cohort = |((age, group), children): ((i32, usize), f64)| {
            let shares = (0..kinds).map(|kind| f64::from(u8::from(kind == group))).collect();
            Cohort { age_years: years(age), shares, children }
        };
        let residents = by_age.into_iter().map(cohort).collect();
        let all = rates.all_entries();
        let mut entrants = Vec::new();
        for (band, ages) in rates.entry_ages.iter().enumerate().filter(|(_, ages)| !ages.is_empty()) {
            let shares: Vec<f64> = (0..kinds)
                .map(|kind| rates.entry(band, kind) * f64::from(rates.window().days()) / ages.len() as f64)
                .collect();
            let mut by_age: BTreeMap<i32, f64> = BTreeMap::new();
            ages.iter().for_each(|age| *by_age.entry(months(*age)).or_default() += entries / all);
            entrants.extend(by_age.into_iter().map(|(age, children)| Cohort {
                age_years: years(age),
                shares: shares.clone(),
                children,
            }));
        }
        Balance { rates, monthly, residents, entrants }
    }

    /// The log of what exits must be multiplied by for as many children to be there in a year as today.
    pub fn standing_level(&self) -> f64 {
        let today: f64 = self.residents.iter().map(|cohort| cohort.children).sum();
        let (mut low, mut high) = (-libm::log(MOST), libm::log(MOST));
        // More exits, fewer children; forty halvings leave nothing.
        for _ in 0..40 {
            let middle = 0.5 * (low + high);
            if self.in_a_year(libm::exp(middle)) > today { low = middle } else { high = middle }
        }
        0.5 * (low + high)
    }

    /// Children expected to be looked after in a year, where exits are multiplied.
    fn in_a_year(&self, exits: f64) -> f64 {
        let residents = self.residents.iter().map(|cohort| cohort.children * self.there(cohort, exits)[MONTHS]);
        let entrants = self.entrants.iter().map(|cohort| {
            // They come in evenly, so their mean stay is that of every length up to a year.
            let there = self.there(cohort, exits);
            let ends = 0.5 * (there[0] + there[MONTHS]);
            cohort.children * (ends + there[1..MONTHS].iter().sum::<f64>()) / MONTHS as f64
        });
        residents.chain(entrants).sum()
    }

    /// The share of a cohort still looked after at the start and after each month.
    fn there(&self, cohort: &Cohort, exits: f64) -> [f64; MONTHS + 1] {
        let kinds = self.rates.groups.len();
        let mut shares = cohort.shares.clone();
        let mut there = [0.0; MONTHS + 1];
        there[0] = shares.iter().sum();
        for month in 0..MONTHS {
            let age = cohort.age_years + (month as f64 + 0.5) / MONTHS as f64;
            let Some(band) = self.rates.groups.band_at(age) else { break };
            let mut next = vec![0.0; kinds];
            for (group, share) in shares.iter().enumerate() {
                let rates = &self.monthly[band * kinds + group];
                let leaving = rates[..kinds].iter().sum::<f64>() + exits * rates[kinds];
                let stay = libm::exp(-leaving);
                next[group] += share * stay;
                if leaving > 0.0 {
                    let left = share * (1.0 - stay) / leaving;
                    rates[..kinds].iter().zip(&mut next).for_each(|(rate, next)| *next += left * rate);
                }
            }
            shares = next;
            there[month + 1] = shares.iter().sum();
        }
        there
    }
}

/// Whole months of an age in days.
fn months(days: i32) -> i32 {
    (f64::from(days) / 365.25 * 12.0).floor() as i32
}

/// The middle of a month of age, in years.
fn years(months: i32) -> f64 {
    (f64::from(months) + 0.5) / 12.0
}
