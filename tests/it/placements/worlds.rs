//! Made-up authorities of which everything is known: how often the ranges of all looked-after children hold.

use groundswell::math::random;
use groundswell::pathway::placements::{CareHistory, CareStay};
use groundswell::time::{Date, Period};
use rand::RngExt;

use super::backtest::{AGES, PATHS, carried_on};
use super::jiff_days;
use crate::score::Score;

/// What differs between made-up authorities.
#[derive(Debug, Clone, Copy)]
struct World {
    name: &'static str,
    /// Children who come in, a year.
    entries: f64,
    /// Standard deviation of a year's surprise in the logs of entries and of the rate of exits, and how much of each lasts.
    surprises: [(f64, f64); 2],
    /// Exits a child and year in the first half year of a stay, and after.
    exits: [f64; 2],
    /// What entries of each quarter from April 2015 on are multiplied by; the last goes on.
    quarters: &'static [f64],
    /// Between which shares of 80% ranges hold.
    held: [f64; 2],
}

/// Made-up authorities of each kind.
const SETS: u64 = 24;

/// Nothing but chance.
const CALM: [(f64, f64); 2] = [(0.0, 1.0), (0.0, 1.0)];

/// Entries of the public five-year return by quarter, over those of its first year: it was made of a fixed number of
/// children, and hardly any come in once its second year has begun.
const RUNNING_DRY: &[f64] = &[
    0.1, 0.2, 0.35, 0.5, 0.8, 1.1, 1.5, 2.2, 0.57, 0.53, 0.49, 0.42, 0.055, 0.044, 0.0, 0.067, 0.033, 0.055, 0.0, 0.03,
];

/// As England's authorities surprise (`models/pathway/placements.toml`).
const ENGLAND: [(f64, f64); 2] = [(0.13, 0.6), (0.10, 0.6)];

const WORLDS: [World; 6] = [
    // Ranges that allow for the surprises of England's years are wide where there are none.
    World { name: "settled", entries: 160.0, surprises: CALM, exits: [0.35, 0.35], quarters: &[1.0], held: [0.8, 1.0] },
    World {
        name: "surprised",
        entries: 160.0,
        surprises: ENGLAND,
        exits: [0.35, 0.35],
        quarters: &[1.0],
        held: [0.72, 0.9],
    },
    World {
        name: "small",
        entries: 40.0,
        surprises: ENGLAND,
        exits: [0.35, 0.35],
        quarters: &[1.0],
        held: [0.72, 0.92],
    },
    World {
        name: "short stays",
        entries: 160.0,
        surprises: ENGLAND,
        exits: [0.9, 0.2],
        quarters: &[1.0],
        held: [0.72, 0.95],
    },
    World {
        name: "running dry",
        entries: 360.0,
        surprises: CALM,
        exits: [0.52, 0.52],
        quarters: RUNNING_DRY,
        held: [0.75, 0.95],
    },
    World {
        name: "running dry, small",
        entries: 130.0,
        surprises: CALM,
        exits: [0.52, 0.52],
        quarters: RUNNING_DRY,
        held: [0.75, 0.95],
    },
];

/// Years before 2017 in which the number of children settles.
const BEFORE: i16 = 10;

/// Children of one made-up authority from April 2007 to March 2022, those who were looked after since April 2017.
fn authority(world: &World, seed: u64) -> Vec<CareHistory> {
    let mut stream = random::stream(seed, &[904]);
    let mut uniform = move || stream.random::<f64>().max(1e-12);
    let opens = Date::constant(2017 - BEFORE, 4, 1);
    let years = usize::from(BEFORE as u16) + 6;
    // A level and this year's departure from it, for entries and exits.
    let mut normal = {
        let mut stream = random::stream(seed, &[905]);
        move || {
            let [one, two] = std::array::from_fn(|_| stream.random::<f64>().max(1e-12));
            (-2.0 * one.ln()).sqrt() * (std::f64::consts::TAU * two).cos()
        }
    };
    let mut level = [0.0; 2];
    let factors: Vec<[f64; 2]> = (0..years)
        .map(|year| {
            std::array::from_fn(|of| {
                let (spread, lasting) = world.surprises[of];
                // Levels that had wandered for ten years would be no authority's.
                let surprise = if year + 2 < usize::from(BEFORE as u16) { 0.0 } else { spread * normal() };
                let now: f64 = level[of] + surprise;
                level[of] += lasting * surprise;
                now.exp()
            })
        })
        .collect();
    let known = Date::constant(2017, 4, 1);
    let mut all = Vec::new();
    let mut day = 0.0;
    let last = 365.25 * years as f64;
    // A Poisson process thinned from its highest rate.
    let highest = 4.0 * world.entries / 365.25;
    loop {
        day -= uniform().ln() / highest;
        if day >= last {
            return all;
        }
        let year = (day / 365.25) as usize;
        let quarter = (day / 365.25 * 4.0) as i64 - 4 * i64::from(BEFORE - 2);
        let of_quarter = match world.quarters {
            [constant] => *constant,
            quarters if quarter < 0 => 0.02 * quarters[0],
            quarters => quarters[(quarter as usize).min(quarters.len() - 1)],
        };
        if uniform() * 4.0 > factors[year][0] * of_quarter {
            continue;
        }
        let start = opens.saturating_add(jiff_days(day as i64));
        let mut left = uniform();
        let age = AGES.iter().find(|(_, _, share)| {
            left -= share;
            left < 0.0
        });
        let [from, to] = age.unwrap_or(&AGES[4]).0;
        let born = start.saturating_sub(jiff_days((365.25 * (from + (to - from) * uniform())) as i64));
        let mut clock = -uniform().ln();
        let mut stayed = 0.0;
        let end = loop {
            let year = ((day + stayed) / 365.25) as usize;
            let rate = world.exits[usize::from(stayed > 182.0)] / 365.25 * factors.get(year).map_or(1.0, |of| of[1]);
            clock -= rate;
            stayed += 1.0;
            if clock < 0.0 || stayed > 6600.0 {
                break start.saturating_add(jiff_days(stayed as i64));
            }
        };
        if end < known {
            continue;
        }
        let group = [0, 0, 0, 0, 0, 0, 0, 1, 2, 3][all.len() * 7 % 10];
        let stay = CareStay { start, end: Some(end), group };
        all.push(CareHistory::new(all.len(), born, vec![stay]).expect("a history"));
    }
}

#[test]
fn ranges_of_all_children_hold_as_often_as_they_say_in_worlds_that_are_known() {
    for world in WORLDS {
        let mut scores = <[Score; 2]>::default();
        for seed in 0..SETS {
            let histories = authority(&world, seed);
            for quarter in [0, 4, 8] {
                let start = Period::month(2019, 4).plus(3 * quarter);
                let (rates, known, forecast) = carried_on(&histories, Date::constant(2017, 4, 1), start, 12);
                let there =
                    |histories: &[CareHistory], day| rates.looked_after_on(histories, day).iter().sum::<u64>() as f64;
                let now = there(&known, start.plus(-1).last_day());
                for (place, step) in [5, 11].into_iter().enumerate() {
                    let truth = there(&histories, start.plus(step as i32).last_day());
                    let paths = (0..PATHS).map(|path| forecast.looked_after.paths()[(0, path, step)]);
                    scores[place].add(paths, now, truth);
                }
            }
        }
        for (score, when) in scores.iter().zip(["half a year on", "a year on"]) {
            let judged = score.told(&format!("{}, {when}", world.name));
            let [low, high] = world.held;
            assert!((low..=high).contains(&judged.held), "{}, {when}: {judged:?}", world.name);
        }
    }
}
