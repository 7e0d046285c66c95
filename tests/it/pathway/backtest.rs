//! England's yearly figures: plan starts, looked-after children and plans against holding the last value.

use std::collections::BTreeMap;
use std::fs;

use groundswell::forecast::{Draws, Forecast};
use groundswell::panel::SeriesKey;
use groundswell::pathway::{FlowRatios, RatioOptions, YearlyFlow, YearlyStock};
use groundswell::time::{Frequency, Period, Span};
use ndarray::Array3;

use crate::commands::rows;
use crate::placements::shared;

/// A column by authority and year.
fn column(file: &str, name: &str, only: Option<(&str, &str)>) -> Option<BTreeMap<String, BTreeMap<i32, f64>>> {
    let path = shared(&format!("dfe/{file}"))?;
    let text = fs::read_to_string(path).expect("a file");
    let table = rows(text.trim_start_matches('\u{feff}'));
    let place = |name: &str| table[0].iter().position(|header| header == name).expect("a column");
    let mut figures = BTreeMap::<String, BTreeMap<i32, f64>>::new();
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

/// Mean absolute error of logs, of the model and of holding the last value, and how often the 80% range held.
#[derive(Default)]
struct Score {
    model: f64,
    last_value: f64,
    held: f64,
    count: f64,
}

impl Score {
    fn add(&mut self, paths: &Forecast, row: usize, step: usize, last_value: f64, truth: f64) {
        let mut sorted: Vec<f64> = paths.series(row).column(step).to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let distance = |value: f64| ((value + 0.5) / (truth + 0.5)).ln().abs();
        let tenth = sorted.len() / 10;
        self.model += distance(sorted[sorted.len() / 2]);
        self.last_value += distance(last_value);
        self.held += f64::from(u8::from(truth >= sorted[tenth] && truth <= sorted[sorted.len() - 1 - tenth]));
        self.count += 1.0;
    }

    #[expect(clippy::print_stderr, reason = "the figures are what the backtest is for")]
    fn told(&self, what: &str) -> (f64, f64) {
        let (ratio, held) = (self.model / self.last_value, self.held / self.count);
        let errors = (100.0 * self.model / self.count, 100.0 * self.last_value / self.count);
        eprintln!(
            "{what}: {} forecasts, mean absolute log error {:.2}% against {:.2}%, ratio {ratio:.3}, 80% range held {held:.3}",
            self.count, errors.0, errors.1
        );
        (ratio, held)
    }
}

fn history(figures: &BTreeMap<i32, f64>, first: i32, last: i32) -> Vec<f64> {
    (first..=last).map(|year| figures.get(&year).copied().unwrap_or(f64::NAN)).collect()
}

fn held_referrals(level: f64, last: i32, years: usize) -> Forecast {
    let span = Span::new(Period::numbered(Frequency::Year, last + 1), years);
    Forecast::new(vec![SeriesKey::new(["referrals"])], span, Array3::from_elem((1, 200, years), level)).expect("finite")
}

/// Plan starts one and two years on, from origins in the given years; referrals are held at their last value.
fn plan_starts(origins: std::ops::RangeInclusive<i32>, options: RatioOptions) -> Option<[Score; 2]> {
    let starts = column("d1_child_protection_plans_2013_to_2024.csv", "CPP_start", None)?;
    let referrals = column("c1_children_in_need_referrals_and_rereferrals_2013_to_2024.csv", "Referrals", None)?;
    let mut scores = [Score::default(), Score::default()];
    for (area, starts) in &starts {
        let Some(referrals) = referrals.get(area) else { continue };
        for last in origins.clone() {
            let (Some(held), Some(level)) = (starts.get(&last), referrals.get(&last)) else { continue };
            let flow = YearlyFlow { name: "plan starts".into(), values: history(starts, 2013, last) };
            let period = Period::numbered(Frequency::Year, last);
            let fit = FlowRatios::fit(&history(referrals, 2013, last), &[flow], period, options).expect("a fit");
            let paths = fit.simulate(&held_referrals(*level, last, 2), 7).expect("paths");
            for (step, score) in scores.iter_mut().enumerate() {
                if let Some(truth) = starts.get(&(last + 1 + step as i32)) {
                    score.add(&paths, 0, step, *held, *truth);
                }
            }
        }
    }
    Some(scores)
}

#[test]
fn plan_starts_are_forecast_no_worse_than_by_their_last_value() {
    let Some(scores) = plan_starts(2019..=2023, RatioOptions::default()) else { return };
    for (score, what) in scores.iter().zip(["plan starts, one year on", "plan starts, two years on"]) {
        let (ratio, held) = score.told(what);
        assert!(ratio < 1.0, "{what}: {ratio}");
        assert!((0.70..=0.90).contains(&held), "{what}: {held}");
    }
}

/// Stocks one to three years on by starts, ends and stock.
fn stocks(
    files: [Option<BTreeMap<String, BTreeMap<i32, f64>>>; 3],
    first: i32,
    origins: std::ops::RangeInclusive<i32>,
    options: RatioOptions,
) -> Option<[Score; 3]> {
    let [Some(stocks), Some(starts), Some(ends)] = files else { return None };
    let mut scores: [Score; 3] = Default::default();
    for (area, stock) in &stocks {
        let (Some(starts), Some(ends)) = (starts.get(area), ends.get(area)) else { continue };
        for last in origins.clone() {
            let years = |figures| history(figures, first, last);
            let Some(held) = stock.get(&last) else { continue };
            let Ok(fit) = YearlyStock::fit(&years(stock), &years(starts), &years(ends), options) else { continue };
            let draws = Draws { paths: 200, seed: 7 };
            let paths = fit.simulate(Period::numbered(Frequency::Year, last), 3, draws).expect("paths");
            for (step, score) in scores.iter_mut().enumerate() {
                if let Some(truth) = stock.get(&(last + 1 + step as i32)) {
                    score.add(&paths, 2, step, *held, *truth);
                }
            }
        }
    }
    Some(scores)
}

#[test]
fn looked_after_children_and_plans_are_forecast_beside_their_last_value() {
    const LOOKED_AFTER: &str = "cla_number_and_rate_per_10k_children.csv";
    let cla = |what| column(LOOKED_AFTER, "children_count", Some(("population_type", what)));
    let looked_after = [
        cla("Children looked after on 31 March each year"),
        cla("Children starting to be looked after each year"),
        cla("Children ceasing to be looked after each year"),
    ];
    let Some(scores) = stocks(looked_after, 2021, 2021..=2024, RatioOptions::default()) else { return };
    for (score, what) in scores.iter().zip(["looked after, 1 year", "looked after, 2 years", "looked after, 3 years"]) {
        let (_, held) = score.told(what);
        assert!((0.60..=0.95).contains(&held), "{what}: {held}");
    }
    const PLANS: &str = "d1_child_protection_plans_2013_to_2024.csv";
    let plans = ["CPP_At31", "CPP_start", "CPP_end"].map(|name| column(PLANS, name, None));
    let Some(scores) = stocks(plans, 2013, 2019..=2023, RatioOptions::default()) else { return };
    for (score, what) in scores.iter().zip(["on plan, 1 year", "on plan, 2 years", "on plan, 3 years"]) {
        let (ratio, _) = score.told(what);
        assert!(ratio < 1.2, "{what}: {ratio}");
    }
}
