//! The placement model on days that it had not seen: made-up children of public returns, and England's yearly figures.

use std::collections::BTreeMap;

use groundswell::forecast::Draws;
use groundswell::math::random;
use groundswell::panel::SeriesKey;
use groundswell::pathway::placements::{
    Ahead, CareHistory, CareStay, PlacementForecast, PlacementGroups, PlacementOptions, PlacementRates, ReferenceWindow,
};
use groundswell::time::{Date, Period, Span};
use rand::RngExt;

use super::{histories, jiff_days, regional};
use crate::pathway::backtest::{Half, looked_after_figures};
use crate::score::Score;

pub const PATHS: usize = 100;

/// The model as the monthly job fits it to what was known before a month, carried on for so many months.
pub fn carried_on(
    histories: &[CareHistory],
    first: Date,
    start: Period,
    months: usize,
) -> (PlacementRates, Vec<CareHistory>, PlacementForecast) {
    let last = start.plus(-1).last_day();
    let known: Vec<CareHistory> = histories.iter().map(|history| history.known_on(last)).collect();
    let options = PlacementOptions::default();
    let window = options.window(first, last).expect("a window");
    let rates = PlacementRates::estimate(&known, window, PlacementGroups::shipped()).expect("child-days");
    let rates = rates.carried_on(&known, ReferenceWindow { first, last }, &options);
    let ahead = Ahead::of(Span::new(start, months), Draws { paths: PATHS, seed: 5 });
    let forecast = rates.simulate(&known, &ahead, &options, &[]).expect("paths");
    (rates, known, forecast)
}

/// Children of each placement group on a day.
fn by_group(rates: &PlacementRates, histories: &[CareHistory], day: Date) -> [f64; 4] {
    let states = rates.looked_after_on(histories, day);
    std::array::from_fn(|group| states.iter().skip(group).step_by(4).sum::<u64>() as f64)
}

/// Scores of placement groups and of all children, half a year and a year on.
fn fakes(authorities: &[Vec<CareHistory>]) -> [[Score; 2]; 2] {
    // The returns cover the years from April 2017 to March 2022; earlier episodes are those that were open then. Every
    // quarter from two years later, as long as a year is left to compare with.
    let covered = Date::constant(2017, 4, 1);
    let mut scores = <[[Score; 2]; 2]>::default();
    for (histories, quarter) in authorities.iter().flat_map(|histories| (0..9).map(move |quarter| (histories, quarter)))
    {
        let start = Period::month(2019, 4).plus(3 * quarter);
        let (rates, known, forecast) = carried_on(histories, covered, start, 12);
        let (labels, now) = (rates.groups().labels(), by_group(&rates, &known, start.plus(-1).last_day()));
        for (place, step) in [5, 11].into_iter().enumerate() {
            let truth = by_group(&rates, histories, start.plus(step as i32).last_day());
            for (group, label) in labels.iter().enumerate() {
                let of_group = |key: &&SeriesKey| key.labels().nth(1) == Some(label.as_str());
                let rows: Vec<usize> =
                    forecast.stocks.keys().iter().filter(of_group).filter_map(|key| forecast.stocks.row(key)).collect();
                let sum = |path| rows.iter().map(|row| forecast.stocks.paths()[(*row, path, step)]).sum();
                scores[0][place].add((0..PATHS).map(sum), now[group], truth[group]);
            }
            let total = (0..PATHS).map(|path| forecast.looked_after.paths()[(0, path, step)]);
            scores[1][place].add(total, now.iter().sum(), truth.iter().sum());
        }
    }
    scores
}

#[test]
fn placements_of_made_up_returns_are_forecast_beside_their_last_value() {
    let (Some(chosen_on), Some(unseen)) = (histories(), regional()) else { return };
    for (whose, authorities) in [("the five-year return", vec![chosen_on]), ("three unseen authorities", unseen)] {
        let [groups, all] = fakes(&authorities);
        for (place, when) in ["half a year on", "a year on"].into_iter().enumerate() {
            let judged = all[place].told(&format!("{whose}, all children, {when}"));
            assert!(judged.ratio < 0.3 && judged.held >= 0.75, "{whose}, all children, {when}: {judged:?}");
            let judged = groups[place].told(&format!("{whose}, by placement group, {when}"));
            assert!(judged.ratio < 1.0 && (0.65..=0.9).contains(&judged.held), "{whose}, {when}: {judged:?}");
        }
    }
}

/// Shares of ages in years (from, to) among children looked after, and among those who start to be.
// Made up, near what statistics of looked-after children say; they decide who comes of age, and no total.
pub const AGES: [([f64; 2], f64, f64); 5] = [
    ([0.0, 1.0], 0.05, 0.19),
    ([1.0, 5.0], 0.14, 0.17),
    ([5.0, 10.0], 0.18, 0.17),
    ([10.0, 16.0], 0.38, 0.28),
    ([16.0, 18.0], 0.25, 0.19),
];

/// Made-up children who start and cease to be looked after as often as an authority's did, and of whom as many are
/// there at each year's end: stocks (the first at the start of the first year) and starts by year.
fn children(seed: u64, first: i16, stocks: &[f64], starts: &[f64]) -> Vec<CareHistory> {
    let mut stream = random::stream(seed, &[903]);
    let mut uniform = move || stream.random::<f64>();
    let day = |year: i16, share: f64| {
        Date::constant(2000, 4, 1).saturating_add(jiff_days((365.25 * (f64::from(year - 2000) + share)) as i64))
    };
    // Birthday, start, end.
    let mut all: Vec<(Date, Date, Option<Date>)> = Vec::new();
    let born = |on: Date, starting: bool, uniform: &mut dyn FnMut() -> f64| {
        let mut left = uniform();
        let age = AGES.iter().find(|(_, stock, start)| {
            left -= if starting { *start } else { *stock };
            left < 0.0
        });
        let [from, to] = age.unwrap_or(&AGES[4]).0;
        on.saturating_sub(jiff_days((365.25 * (from + (to - from) * uniform())) as i64))
    };
    for _ in 0..stocks[0] as usize {
        let birthday = born(day(first, 0.0), false, &mut uniform);
        all.push((birthday, birthday.max(day(first - 2, 0.0)), None));
    }
    for (at, (pair, starts)) in stocks.windows(2).zip(starts).enumerate() {
        let year = first + at as i16;
        let (opens, closes) = (day(year, 0.0), day(year + 1, 0.0));
        for _ in 0..*starts as usize {
            let start = day(year, uniform() * 0.999);
            all.push((born(start, true, &mut uniform), start, None));
        }
        let mut leaving = (pair[0] + starts - pair[1]).max(0.0) as usize;
        let adult = |born: Date| born.saturating_add(jiff::Span::new().years(18));
        for child in all.iter_mut().filter(|child| child.2.is_none() && adult(child.0) < closes) {
            if leaving > 0 {
                child.2 = Some(adult(child.0).max(child.1));
                leaving -= 1;
            } else {
                // Fewer leave than come of age: this one is younger.
                child.0 = child.0.saturating_add(jiff::Span::new().years(3)).min(child.1);
            }
        }
        let mut there: Vec<usize> = (0..all.len()).filter(|child| all[*child].2.is_none()).collect();
        for _ in 0..leaving.min(there.len()) {
            let child = &mut all[there.swap_remove((uniform() * there.len() as f64) as usize)];
            let from = child.1.max(opens);
            let days = from.until(closes).expect("dates").get_days().max(1);
            child.2 = Some(from.saturating_add(jiff_days((uniform() * f64::from(days)) as i64)));
        }
    }
    let history = |(row, (born, start, end)): (usize, (Date, Date, Option<Date>))| {
        let group = [0, 0, 0, 0, 0, 0, 0, 1, 2, 3][row * 7 % 10];
        CareHistory::new(row, born, vec![CareStay { start, end, group }]).expect("a history")
    };
    all.into_iter().enumerate().map(history).collect()
}

#[test]
fn the_number_of_looked_after_children_is_forecast_no_worse_than_by_its_last_value() {
    let Some([stocks, starts, ends]) = looked_after_figures() else { return };
    for half in [Half::First, Half::Second] {
        let mut scores = <[Score; 2]>::default();
        for (area, stock) in stocks.iter().filter(|(area, _)| half.has(area)) {
            let of = |figures: &BTreeMap<String, BTreeMap<i32, f64>>| -> Option<Vec<f64>> {
                (2021..=2025).map(|year| figures.get(area)?.get(&year).copied()).collect()
            };
            let (Some(starts), Some(ends)) = (of(&starts), of(&ends)) else { continue };
            let Some(stock) = of(&BTreeMap::from([(area.clone(), stock.clone())])) else { continue };
            let before = (stock[0] - starts[0] + ends[0]).max(0.0);
            let known: Vec<f64> = [before].into_iter().chain(stock.iter().copied()).collect();
            let histories = children(5, 2020, &known, &starts);
            for origin in 2022..=2024i16 {
                let months = 12 * (2025 - origin).min(2) as usize;
                let start = Period::month(origin, 4);
                let (rates, seen, forecast) = carried_on(&histories, Date::constant(2020, 4, 1), start, months);
                let there =
                    |histories: &[CareHistory], day| rates.looked_after_on(histories, day).iter().sum::<u64>() as f64;
                let now = there(&seen, start.plus(-1).last_day());
                for (place, step) in (11..months).step_by(12).enumerate() {
                    let truth = there(&histories, start.plus(step as i32).last_day());
                    let paths = (0..PATHS).map(|path| forecast.looked_after.paths()[(0, path, step)]);
                    scores[place].add(paths, now, truth);
                }
            }
        }
        for (score, what) in scores.iter().zip(["a year on", "two years on"]) {
            let judged = score.told(&format!("looked-after children, {half:?} half, {what}"));
            assert!(judged.ratio < 1.03 && (0.72..=0.88).contains(&judged.held), "{what}: {judged:?}");
        }
    }
}
