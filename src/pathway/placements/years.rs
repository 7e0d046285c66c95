//! What whole years of care tell beyond rates: entries, exits and moves of each, and the children there between them.

use jiff::civil::Date;

use super::groups::PlacementGroups;
use super::history::CareHistory;
use super::options::PlacementOptions;
use super::rates::{ReferenceWindow, days_from};
use crate::pathway::level::Level;

/// Whole years counted back from the last day that is known, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CareYears {
    entries: Vec<f64>,
    exits: Vec<f64>,
    moves: Vec<f64>,
    child_days: Vec<f64>,
    /// Children at the start of the first year, and at the end of each.
    stocks: Vec<f64>,
}

impl CareYears {
    /// Counts the years that lie whole within the days that are known.
    pub fn of(histories: &[CareHistory], known: ReferenceWindow, groups: &PlacementGroups) -> CareYears {
        let after = known.last.tomorrow().unwrap_or(Date::MAX);
        let start = |back: i64| after.saturating_sub(jiff::Span::new().years(back));
        let count = (1..).take_while(|back| start(*back) >= known.first).count();
        let bounds: Vec<Date> = (0..=count as i64).rev().map(start).collect();
        let year = |day: Date| bounds.partition_point(|bound| *bound <= day).checked_sub(1).filter(|at| *at < count);
        let none = vec![0.0; count];
        let mut years = CareYears {
            entries: none.clone(),
            exits: none.clone(),
            moves: none.clone(),
            child_days: none,
            stocks: vec![0.0; count + 1],
        };
        let mut one_more = |of: fn(&mut CareYears) -> &mut Vec<f64>, at: Option<usize>| {
            if let Some(at) = at {
                of(&mut years)[at] += 1.0;
            }
        };
        for history in histories {
            history.entries(groups).for_each(|(day, _, _)| one_more(|years| &mut years.entries, year(day)));
            let adult = groups.birthday(history.born(), groups.bands());
            for (place, stay) in history.stays().iter().enumerate() {
                if let Some(day) = stay.end.filter(|day| *day < adult) {
                    let goes_on = history.stays().get(place + 1).is_some_and(|next| next.start == day);
                    let of: fn(&mut CareYears) -> &mut Vec<f64> =
                        if goes_on { |years| &mut years.moves } else { |years| &mut years.exits };
                    one_more(of, year(day));
                }
            }
        }
        for history in histories {
            let adult = groups.birthday(history.born(), groups.bands());
            for stay in history.stays() {
                let end = stay.end.unwrap_or(Date::MAX).min(adult);
                for (at, bound) in bounds.iter().enumerate() {
                    years.stocks[at] += f64::from(u8::from(stay.start < *bound && end >= *bound && *bound < adult));
                    if let Some(next) = bounds.get(at + 1) {
                        years.child_days[at] += f64::from(days_from(stay.start.max(*bound), end.min(*next)).max(0));
                    }
                }
            }
        }
        years
    }

    /// How many years there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// The level of a year's entries, and by how much they surprise beyond chance; `None` without a year.
    pub fn entries(&self, dispersion: f64, options: &PlacementOptions) -> Option<(f64, f64)> {
        // Half a child more keeps a year without any from an infinite log.
        let logs = self.entries.iter().map(|count| libm::log(count + 0.5));
        let level = Level::of(logs, options.smoothing)?;
        let chance = counting(&self.entries, dispersion, options.smoothing);
        let spread = level.spread(options.entry_drift_per_year, options.drift_years, chance);
        Some((libm::exp(level.value) - 0.5, spread.min(MOST_SPREAD)))
    }

    /// By how much the rate of exits, and that of moves, surprises from year to year beyond chance.
    pub fn leaving_spreads(&self, options: &PlacementOptions) -> [f64; 2] {
        [&self.exits, &self.moves].map(|events| {
            let rates = events.iter().zip(&self.child_days).map(|(events, days)| libm::log((events + 0.5) / days));
            let usual = options.leaving_drift_per_year;
            let chance = counting(events, 1.0, options.smoothing);
            let level = Level::of(rates, options.smoothing);
            level.map_or(usual, |level| level.spread(usual, options.drift_years, chance).min(MOST_SPREAD))
        })
    }

    /// How likely it is that the number of children goes on changing as it did.
    ///
    /// Method: nearly everywhere a stock's changes don't last; in a small share of authorities they do. Of these two normal
    /// distributions about nothing, the years' mean change says how likely the second is (Bayes' rule).
    pub fn goes_on(&self, options: &PlacementOptions) -> f64 {
        let years = self.len() as f64;
        let (Some(first), Some(last)) = (self.stocks.first(), self.stocks.last()) else { return 0.0 };
        let mean_stock = self.child_days.iter().sum::<f64>() / years.max(1.0) / 365.25;
        if self.len() == 0 || mean_stock <= 0.0 {
            return 0.0;
        }
        let change = libm::log((last + 0.5) / (first + 0.5)) / years;
        // Every child who comes or goes is a matter of chance too.
        let passing = (self.entries.iter().sum::<f64>() + self.exits.iter().sum::<f64>()) / years;
        let chance = options.passing_change * options.passing_change + passing / (mean_stock * mean_stock);
        let chance = chance / years;
        let lasting = options.lasting_change * options.lasting_change;
        let density = |variance: f64| libm::exp(-0.5 * change * change / variance) / libm::sqrt(variance);
        let moving = options.lasting_share * density(chance + lasting);
        let still = (1.0 - options.lasting_share) * density(chance);
        if moving > 0.0 { moving / (moving + still) } else { 0.0 }
    }
}

/// Years further off their level than this were counted otherwise: a return that holds part of its year, say.
const MOST_SPREAD: f64 = 0.6;

/// Variance that counting gives the surprise of a year's log: the year's own and that of the level before it.
fn counting(events: &[f64], dispersion: f64, smoothing: f64) -> f64 {
    let mean = events.iter().sum::<f64>() / (events.len().max(1) as f64);
    // A smoothed level of equal variances has smoothing / (2 - smoothing) of one year's (Brown 1959).
    dispersion / (mean + 0.5) * (1.0 + smoothing / (2.0 - smoothing))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pathway::placements::CareStay;

    fn day(year: i16, month: i8, day: i8) -> Date {
        Date::constant(year, month, day)
    }

    fn years(histories: &[CareHistory]) -> CareYears {
        let known = ReferenceWindow { first: day(2021, 6, 1), last: day(2024, 3, 31) };
        CareYears::of(histories, known, &PlacementGroups::shipped())
    }

    #[test]
    fn whole_years_are_counted_back_from_the_last_day() {
        let stay = |start, end, group| CareStay { start, end, group };
        let stays = vec![
            stay(day(2021, 1, 1), Some(day(2022, 5, 1)), 0),
            stay(day(2022, 5, 1), Some(day(2022, 6, 1)), 1),
            stay(day(2023, 4, 1), None, 1),
        ];
        let history = CareHistory::new(0, day(2014, 1, 1), stays).expect("valid");
        let years = years(&[history]);
        // From 1 April 2022: 61 days to 1 June; then the whole leap year from 1 April 2023 on.
        assert_eq!((years.entries.as_slice(), years.exits.as_slice()), ([0.0, 1.0].as_slice(), [1.0, 0.0].as_slice()));
        assert_eq!((years.moves, years.child_days), (vec![1.0, 0.0], vec![61.0, 366.0]));
        assert_eq!(years.stocks, [1.0, 0.0, 1.0]);
    }

    #[test]
    fn a_change_within_what_authorities_see_does_not_go_on_and_a_steep_one_does() {
        let options = PlacementOptions::default();
        let of = |stocks: [f64; 4]| CareYears {
            entries: vec![150.0; 3],
            exits: vec![150.0; 3],
            moves: vec![50.0; 3],
            child_days: stocks[1..].iter().map(|stock| stock * 365.25).collect(),
            stocks: stocks.to_vec(),
        };
        let usual = of([400.0, 420.0, 410.0, 440.0]).goes_on(&options);
        assert!((0.0..0.01).contains(&usual), "{usual}");
        let steep = of([800.0, 600.0, 450.0, 338.0]).goes_on(&options);
        assert!(steep > 0.99, "{steep}");
        let between = of([400.0, 330.0, 290.0, 240.0]).goes_on(&options);
        assert!((0.05..0.95).contains(&between), "{between}");
        assert_eq!(years(&[]).goes_on(&options), 0.0);
    }

    #[test]
    fn spreads_go_from_the_usual_one_to_the_years_own() {
        let options = PlacementOptions::default();
        let of = |entries: [f64; 4]| CareYears {
            entries: entries.to_vec(),
            exits: vec![400.0; 4],
            moves: vec![0.0; 4],
            child_days: vec![200_000.0; 4],
            stocks: vec![550.0; 5],
        };
        let (level, calm) = of([400.0; 4]).entries(1.0, &options).expect("years");
        assert!((level - 400.0).abs() < 1e-9 && calm < options.entry_drift_per_year);
        let (_, wild) = of([400.0, 200.0, 400.0, 200.0]).entries(1.0, &options).expect("years");
        assert!(wild > 1.5 * options.entry_drift_per_year, "{wild}");
        let [exits, moves] = of([400.0; 4]).leaving_spreads(&options);
        assert!(exits < options.leaving_drift_per_year && moves < options.leaving_drift_per_year);
    }
}
