//! England's yearly figures: plan starts, looked-after children, plans and children in need against holding the last value.
//!
//! Options were chosen on the first half of the authorities; what is tested here is how they do on the second.

use std::collections::BTreeMap;
use std::fs;
use std::ops::RangeInclusive;

use groundswell::forecast::{Draws, Forecast};
use groundswell::panel::SeriesKey;
use groundswell::pathway::{FlowRatios, RatioOptions, YearlyFlow, YearlyStock};
use groundswell::time::{Frequency, Period, Span};
use ndarray::Array3;

use crate::commands::rows;
use crate::placements::shared;
use crate::score::{Judged, Score};

/// A figure by authority and year.
pub type Figures = BTreeMap<String, BTreeMap<i32, f64>>;

/// Half of England's authorities, by their codes' last digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// Even: options are chosen here.
    First,
    /// Odd: they are judged here.
    Second,
}

impl Half {
    /// Whether an authority belongs to it.
    pub fn has(self, area: &str) -> bool {
        let odd = area.bytes().last().is_some_and(|digit| digit % 2 == 1);
        odd == (self == Half::Second)
    }
}

const PATHS: usize = 500;

fn column(file: &str, name: &str, only: Option<(&str, &str)>) -> Option<Figures> {
    let path = shared(&format!("dfe/{file}"))?;
    let text = fs::read_to_string(path).expect("a file");
    let table = rows(text.trim_start_matches('\u{feff}'));
    let place = |name: &str| table[0].iter().position(|header| header == name).expect("a column");
    let mut figures = Figures::new();
    for row in table.iter().skip(1).filter(|row| row[place("geographic_level")] == "Local authority") {
        if only.is_none_or(|(column, value)| row[place(column)] == value)
            && let Ok(value) = row[place(name)].parse::<f64>()
        {
            let year = row[0].parse().expect("a year");
            figures.entry(row[place("new_la_code")].clone()).or_default().insert(year, value);
        }
    }
    Some(figures)
}

/// Looked-after children on 31 March, starts and ends of the year, from 2021 on.
pub fn looked_after_figures() -> Option<[Figures; 3]> {
    const FILE: &str = "cla_number_and_rate_per_10k_children.csv";
    let of = |what| column(FILE, "children_count", Some(("population_type", what)));
    Some([
        of("Children looked after on 31 March each year")?,
        of("Children starting to be looked after each year")?,
        of("Children ceasing to be looked after each year")?,
    ])
}

fn history(figures: &BTreeMap<i32, f64>, first: i32, last: i32) -> Vec<f64> {
    (first..=last).map(|year| figures.get(&year).copied().unwrap_or(f64::NAN)).collect()
}

fn held_referrals(level: f64, last: i32, years: usize) -> Forecast {
    let span = Span::new(Period::numbered(Frequency::Year, last + 1), years);
    let paths = Array3::from_elem((1, PATHS, years), level);
    Forecast::new(vec![SeriesKey::new(["referrals"])], span, paths).expect("finite")
}

/// Tells each year's score of a half; the second's must be no worse than the last value, and ranges hold about 80%.
fn judged(scores: &[Score], half: Half, what: &str, fits: impl Fn(Judged) -> bool) {
    for (years, score) in (1..).zip(scores) {
        let judged = score.told(&format!("{what}, {half:?} half, {years} years on"));
        assert!(half == Half::First || fits(judged), "{what}, {years} years on: {judged:?}");
    }
}

/// Plan starts one to three years on, from origins in the given years; referrals are held at their last value.
fn plan_starts(origins: RangeInclusive<i32>, half: Half) -> Option<[Score; 3]> {
    let starts = column("d1_child_protection_plans_2013_to_2024.csv", "CPP_start", None)?;
    let referrals = column("c1_children_in_need_referrals_and_rereferrals_2013_to_2024.csv", "Referrals", None)?;
    let mut scores: [Score; 3] = Default::default();
    for (area, starts) in starts.iter().filter(|(area, _)| half.has(area)) {
        let Some(referrals) = referrals.get(area) else { continue };
        for last in origins.clone() {
            let (Some(held), Some(level)) = (starts.get(&last), referrals.get(&last)) else { continue };
            let flow = YearlyFlow { name: "plan starts".into(), values: history(starts, 2013, last) };
            let period = Period::numbered(Frequency::Year, last);
            let options = RatioOptions::default();
            let fit = FlowRatios::fit(&history(referrals, 2013, last), &[flow], period, options).expect("a fit");
            let paths = fit.simulate(&held_referrals(*level, last, 3), 7).expect("paths");
            for (step, score) in scores.iter_mut().enumerate() {
                if let Some(truth) = starts.get(&(last + 1 + step as i32)) {
                    score.add(paths.series(0).column(step).iter().copied(), *held, *truth);
                }
            }
        }
    }
    Some(scores)
}

#[test]
fn plan_starts_are_forecast_better_than_by_their_last_value() {
    for half in [Half::First, Half::Second] {
        let Some(scores) = plan_starts(2015..=2023, half) else { return };
        judged(&scores, half, "plan starts", |judged| judged.ratio < 0.98 && (0.75..=0.90).contains(&judged.held));
    }
}

/// Stocks one to three years on by stocks, starts and ends.
fn stocks([stocks, starts, ends]: &[Figures; 3], first: i32, origins: RangeInclusive<i32>, half: Half) -> [Score; 3] {
    let mut scores: [Score; 3] = Default::default();
    for (area, stock) in stocks.iter().filter(|(area, _)| half.has(area)) {
        let (Some(starts), Some(ends)) = (starts.get(area), ends.get(area)) else { continue };
        for last in origins.clone() {
            let years = |figures| history(figures, first, last);
            let Some(held) = stock.get(&last) else { continue };
            let options = RatioOptions::default();
            let Ok(fit) = YearlyStock::fit(&years(stock), &years(starts), &years(ends), options) else { continue };
            let draws = Draws { paths: PATHS, seed: 7 };
            let paths = fit.simulate(Period::numbered(Frequency::Year, last), 3, draws).expect("paths");
            for (step, score) in scores.iter_mut().enumerate() {
                if let Some(truth) = stock.get(&(last + 1 + step as i32)) {
                    score.add(paths.series(2).column(step).iter().copied(), *held, *truth);
                }
            }
        }
    }
    scores
}

#[test]
fn looked_after_children_are_forecast_no_worse_than_by_their_last_value() {
    let Some(figures) = looked_after_figures() else { return };
    for half in [Half::First, Half::Second] {
        let scores = stocks(&figures, 2021, 2021..=2024, half);
        judged(&scores, half, "looked after", |judged| judged.ratio < 1.03 && (0.75..=0.92).contains(&judged.held));
    }
}

#[test]
fn plans_and_children_in_need_are_forecast_better_than_by_their_last_value() {
    const PLANS: &str = "d1_child_protection_plans_2013_to_2024.csv";
    let [Some(on_plan), Some(starts), Some(ends)] =
        ["CPP_At31", "CPP_start", "CPP_end"].map(|name| column(PLANS, name, None))
    else {
        return;
    };
    let plans = [on_plan, starts, ends];
    let in_need = column("b4_children_in_need_duration_of_open_episode_2013_to_2024.csv", "At31_episodes", None);
    let closed = column("b5_children_in_need_duration_of_ended_episode_2013_to_2024.csv", "Ended_episodes", None);
    let (Some(in_need), Some(closed)) = (in_need, closed) else { return };
    // Episodes that began are in no table: they are those that ended and by how many more there are.
    let began = |(area, ended): (&String, &BTreeMap<i32, f64>)| {
        let there = in_need.get(area)?;
        let of = |(year, ended): (&i32, &f64)| {
            let began = ended + there.get(year)? - there.get(&(year - 1))?;
            (began > 0.0).then_some((*year, began))
        };
        Some((area.clone(), ended.iter().filter_map(of).collect()))
    };
    let began: Figures = closed.iter().filter_map(began).collect();
    let in_need = [in_need, began, closed];
    for half in [Half::First, Half::Second] {
        let scores = stocks(&plans, 2013, 2015..=2023, half);
        judged(&scores, half, "on plan", |judged| judged.ratio < 0.98 && (0.72..=0.87).contains(&judged.held));
        let scores = stocks(&in_need, 2013, 2015..=2023, half);
        judged(&scores, half, "in need", |judged| judged.ratio < 1.0 && (0.72..=0.94).contains(&judged.held));
    }
}
