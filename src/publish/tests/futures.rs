//! Made-up answers, parts and scenarios of a made-up pack.

use super::pack::Sample;
use super::ranges::ranges;
use crate::disclosure::{FigureColumn, Figures, LabelColumn, Profile, ProtectedTable, protect};
use crate::publish::{BASELINE, Futures, HORIZON, PERIOD, SupposedScenario};
use crate::time::{Date, Period};

const ORIGIN: fn() -> Period = || Period::month(2025, 3);

/// The futures of a sample's total.
pub fn futures(sample: &Sample) -> Futures {
    let profile = sample.profile;
    let level: f64 = sample.sources.iter().map(|(_, level)| level).sum();
    let months = |first: i32, count: i32| (first..first + count).map(|step| ORIGIN().plus(step).first_day());
    let total = |rows: usize| LabelColumn::text("source", vec!["*"; rows]);
    let scenario_months: Vec<(&str, f64)> =
        [(BASELINE, 1.0), ("second-lockdown", 0.8)].into_iter().flat_map(|one| [one; 12]).collect();
    let of_scenarios = |labels: Vec<LabelColumn>, factors: &[f64]| {
        let medians: Vec<f64> = factors.iter().map(|factor| factor * level).collect();
        let spreads: Vec<f64> = medians.iter().map(|median| median * 0.1).collect();
        protect(profile, Figures::new("scenarios", labels, ranges(&medians, &spreads)).expect("the columns fit"))
    };
    let window = |rows: usize, first: i32, last: i32| {
        let days = |step: i32| std::iter::repeat_n(ORIGIN().plus(step).first_day(), rows);
        vec![LabelColumn::dates("from", days(first)), LabelColumn::dates("to", days(last))]
    };
    let named = |name: &'static str, rows: &[&'static str]| LabelColumn::text(name, rows.iter().copied());
    let scenarios = of_scenarios(
        vec![
            total(24),
            LabelColumn::dates("ds", months(1, 12).chain(months(1, 12))),
            LabelColumn::text("scenario", scenario_months.iter().map(|(name, _)| *name)),
        ],
        &scenario_months.iter().map(|(_, factor)| *factor).collect::<Vec<f64>>(),
    );
    let years = [
        vec![total(2), named("window", &[HORIZON; 2])],
        window(2, 1, 12),
        vec![named("scenario", &[BASELINE, "second-lockdown"])],
    ];
    let differences = [
        vec![total(2), named("scenario", &["second-lockdown"; 2]), named("window", &[PERIOD, HORIZON])],
        window(2, 1, 12),
    ];
    Futures {
        answers: answers(profile),
        decomposition: decomposition(profile, level, months(-1, 4).collect()),
        returns: returns(profile, level, months(-1, 4).collect()),
        scenario_years: of_scenarios(years.concat(), &[12.0, 9.6]),
        ledger: ledger(profile, level, [total(3), named("scenario", &["second-lockdown"; 3])], window(3, 1, 12)),
        differences: of_scenarios(differences.concat(), &[0.2, 2.4]),
        scenarios,
        supposed: vec![SupposedScenario {
            name: "second-lockdown".to_owned(),
            title: "Another lockdown".to_owned(),
            description: "Schools close for three months.".to_owned(),
            sources: vec!["made up".to_owned()],
            idle: Vec::new(),
            closures: Vec::new(),
        }],
        saw_a_closure: true,
        returning: true,
    }
}

fn answers(profile: Profile) -> ProtectedTable {
    let questions = ["returns", "delay", "lockdown", "new-normal"];
    let text = |name: &str, of: &dyn Fn(&str) -> &'static str| LabelColumn::text(name, questions.map(of));
    let labels = vec![
        LabelColumn::text("question", questions),
        text("of", &|_| "*"),
        text("unit", &|question| if question == "delay" { "months" } else { "share" }),
        text("told_by", &|question| if question == "delay" { "prior" } else { "data" }),
        text("sentence", &|_| "A sentence, with a comma and a \"quotation\"."),
    ];
    let column = |name: &str, value: f64| FigureColumn::scores(name, vec![value, value * 10.0, -value, value / 2.0]);
    let columns = ["prior", "prior_lo_80", "prior_hi_80", "posterior", "lo_80", "hi_80", "moved_sd", "left_open"];
    let columns = (1..).zip(columns).map(|(place, name)| column(name, f64::from(place) * 0.1));
    protect(profile, Figures::new("answers", labels, columns.collect()).expect("the columns fit"))
}

fn decomposition(profile: Profile, level: f64, months: Vec<Date>) -> ProtectedTable {
    let parts = [
        ("baseline", 1.0),
        ("season", 0.1),
        ("new-normal", -0.05),
        ("suppressed", -0.1),
        ("returning", 0.05),
        ("expected", 1.0),
    ];
    let rows: Vec<(Date, &str, f64)> =
        months.iter().flat_map(|month| parts.map(|(part, share)| (*month, part, share * level))).collect();
    let state = |date: &Date| if *date > ORIGIN().first_day() { "forecast" } else { "observed" };
    let labels = vec![
        LabelColumn::text("source", vec!["*"; rows.len()]),
        LabelColumn::dates("ds", rows.iter().map(|row| row.0)),
        LabelColumn::text("state", rows.iter().map(|row| state(&row.0))),
        LabelColumn::text("part", rows.iter().map(|row| row.1)),
    ];
    let values = FigureColumn::changes("value", rows.iter().map(|row| row.2).collect());
    protect(profile, Figures::new("decomposition", labels, vec![values]).expect("the columns fit"))
}

fn returns(profile: Profile, level: f64, months: Vec<Date>) -> ProtectedTable {
    let labels = vec![
        LabelColumn::text("source", vec!["*"; months.len()]),
        LabelColumn::dates("ds", months.iter().copied()),
        LabelColumn::text("state", ["observed", "observed", "forecast", "forecast"]),
    ];
    let sums = |name: &str, share: f64| {
        FigureColumn::counts(name, (1..=4).map(|step| share * level * f64::from(step)).collect())
    };
    let columns = vec![sums("kept_away_so_far", 1.0), sums("came_back_so_far", 0.3)];
    protect(profile, Figures::new("returns", labels, columns).expect("the columns fit"))
}

fn ledger(profile: Profile, level: f64, first: [LabelColumn; 2], window: Vec<LabelColumn>) -> ProtectedTable {
    let mut labels = first.to_vec();
    labels.push(LabelColumn::text("window", [HORIZON; 3]));
    labels.extend(window);
    labels.push(LabelColumn::numbers("line", [0, 1, 2]));
    labels.push(LabelColumn::text("lever", [BASELINE, "lockdown of three months", "Another lockdown"]));
    let means = FigureColumn::changes("mean", vec![12.0 * level, -2.4 * level, 9.6 * level]);
    protect(profile, Figures::new("ledger", labels, vec![means]).expect("the columns fit"))
}
