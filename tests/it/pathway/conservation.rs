//! Children are conserved, ledgers add up, threads and order don't matter: tried on made-up authorities.

use groundswell::forecast::{Forecast, Level, Levels};
use groundswell::panel::SeriesKey;
use groundswell::pathway::{
    Change, Fitted, FittedPathway, Hundredths, Journey, JourneyOptions, Journeys, NationalFigures, PathwayLever,
    PathwayPlan, Referrals, Stage, Step,
};
use groundswell::time::{Period, Span};
use ndarray::Array3;
use proptest::prelude::*;

const ORIGIN: Period = Period::numbered(groundswell::time::Frequency::Month, 2024 * 12 + 11);

/// A referral with any mix of stages that doesn't contradict itself.
fn a_journey() -> impl Strategy<Value = Journey> {
    (0i32..48, 0u16..2, 0u16..2, prop::collection::vec(prop::option::of(0.0f64..1.0), Stage::COUNT)).prop_map(
        |(back, source, need, places)| {
            let seen = (back * 30 + 5) as u32;
            let mut journey = Journey::new(ORIGIN.plus(-back), source, need, seen);
            let day = |place: f64| (place * f64::from(seen)) as u32;
            for (stage, place) in Stage::ALL.into_iter().zip(places) {
                let start = match stage {
                    Stage::PlanEnd => journey.day_of(Stage::Plan),
                    Stage::CareEnd => journey.day_of(Stage::Care),
                    _ => Some(0),
                };
                if let (Some(place), Some(start)) = (place, start) {
                    journey = journey.reaching(stage, day(place).max(start));
                }
            }
            journey
        },
    )
}

fn labels(names: [&str; 2]) -> Vec<String> {
    names.map(str::to_owned).to_vec()
}

fn fitted(rows: Vec<Journey>) -> FittedPathway {
    let journeys = Journeys::new(labels(["Police", "Schools"]), labels(["N1", "N5"]), rows).expect("journeys");
    FittedPathway::fit(journeys, ORIGIN, &NationalFigures::shipped(), &JourneyOptions::default()).expect("a fit")
}

fn referrals(level: f64) -> Forecast {
    let keys = ["Police", "Schools"].map(|name| SeriesKey::new([name])).to_vec();
    let paths = Array3::from_shape_fn((2, 12, 9), |(series, path, step)| {
        (level * (1.0 + 0.1 * ((series * 5 + path * 3 + step) % 7) as f64)).round()
    });
    Forecast::new(keys, Span::new(ORIGIN.plus(1), 9), paths).expect("finite")
}

fn given(forecast: &Forecast) -> Referrals<'_> {
    let history = Span::new(ORIGIN.plus(-35), 36);
    Referrals { forecast, source_dimension: Some(0), history, seed: 4 }
}

fn levers() -> impl Strategy<Value = Vec<PathwayLever>> {
    let step = prop::sample::select(Step::ALL.to_vec());
    let lever = (step, 0.3f64..1.8).prop_map(|(step, factor)| {
        if step.is_conversion() {
            PathwayLever::Conversion { step, source: None, change: Change::Multiply(factor), from: None }
        } else {
            PathwayLever::Duration { step, multiply: factor, from: None }
        }
    });
    prop::collection::vec(lever, 0..3)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn entries_less_exits_are_the_change_in_stock_in_every_path(
        rows in prop::collection::vec(a_journey(), 1..150), level in 0.0f64..40.0, levers in levers()
    ) {
        let open = rows.clone();
        let fitted = fitted(rows);
        let forecast = referrals(level);
        let paths = fitted.simulate(given(&forecast), &levers).expect("paths");
        for stock in 0..3 {
            for path in 0..12 {
                let mut before = paths.opening[stock] as f64;
                for step in 0..9 {
                    let after = paths.stocks.paths()[(stock, path, step)];
                    let change = paths.entries.paths()[(stock, path, step)] - paths.exits.paths()[(stock, path, step)];
                    prop_assert_eq!(before + change, after);
                    prop_assert!(after >= 0.0);
                    before = after;
                }
            }
        }
        // Plans and care open today are counted here from the journeys themselves.
        let runs = |start, end| open.iter().filter(|row| row.reached(start) && !row.reached(end)).count() as u64;
        prop_assert_eq!(paths.opening[1], runs(Stage::Care, Stage::CareEnd));
        prop_assert_eq!(paths.opening[2], runs(Stage::Plan, Stage::PlanEnd));
    }

    #[test]
    fn neither_the_order_of_journeys_nor_the_number_of_threads_changes_a_path(
        rows in prop::collection::vec(a_journey(), 1..80)
    ) {
        let forecast = referrals(12.0);
        let backwards: Vec<Journey> = rows.iter().rev().copied().collect();
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
        let first = one.install(|| fitted(rows).simulate(given(&forecast), &[]).expect("paths"));
        let second = fitted(backwards).simulate(given(&forecast), &[]).expect("paths");
        prop_assert_eq!(first.flows.paths(), second.flows.paths());
        prop_assert_eq!(first.child_days.paths(), second.child_days.paths());
    }

    #[test]
    fn the_ledger_adds_up_to_the_hundredth(levers in levers(), rows in prop::collection::vec(a_journey(), 20..60)) {
        let (plan, pathway, forecast) = (PathwayPlan::default(), fitted(rows), referrals(15.0));
        let models = Fitted { pathway: &pathway, placements: None };
        let mut levers = levers;
        levers.push(PathwayLever::Caseload { change: Change::Multiply(0.9), from: None });
        levers.push(PathwayLever::Inflation { per_year: 0.06 });
        let ledger = plan.ledger(&models, given(&forecast), &levers).expect("a ledger");
        prop_assert_eq!(ledger.entries.len(), levers.len());
        let sum = |of: fn(&groundswell::pathway::Tally) -> Hundredths| {
            of(&ledger.baseline).0 + ledger.entries.iter().map(|entry| of(entry).0).sum::<i64>() - of(&ledger.scenario).0
        };
        prop_assert_eq!((sum(|tally| tally.case_months), sum(|tally| tally.worker_months), sum(|tally| tally.pounds)), (0, 0, 0));
        // Fewer cases a worker need more workers and leave cases alone.
        let caseload = &ledger.entries[levers.len() - 2];
        prop_assert!(caseload.case_months.0 == 0 && caseload.worker_months.0 >= 0);
    }
}

#[test]
fn a_neutral_lever_changes_no_path_and_levers_act_the_way_they_say() {
    let rows: Vec<Journey> = (0..400)
        .map(|row| {
            let journey = Journey::new(ORIGIN.plus(-(row % 40)), (row % 2) as u16, 0, (row % 40) as u32 * 30 + 10);
            journey.reaching(Stage::Assessment, 1)
        })
        .collect();
    let (pathway, forecast) = (fitted(rows), referrals(30.0));
    let run = |levers: &[PathwayLever]| pathway.simulate(given(&forecast), levers).expect("paths");
    let lever =
        |step, factor| PathwayLever::Conversion { step, source: None, change: Change::Multiply(factor), from: None };
    let base = run(&[]);
    let neutral =
        run(&[lever(Step::Plan, 1.0), PathwayLever::Duration { step: Step::PlanEnd, multiply: 1.0, from: None }]);
    assert_eq!(base.flows.paths(), neutral.flows.paths());
    assert_eq!(base.child_days.paths(), neutral.child_days.paths());
    let sum = |forecast: &Forecast, name: &str| {
        forecast.series(forecast.row(&SeriesKey::new([name])).expect("a series")).sum()
    };
    // Shared luck: every path has at most as many plans, and the referrals themselves don't move.
    let fewer = run(&[lever(Step::Plan, 0.5)]);
    assert!(sum(&fewer.flows, "plan starts") < 0.7 * sum(&base.flows, "plan starts"));
    assert_eq!(sum(&fewer.flows, "section 47 enquiries"), sum(&base.flows, "section 47 enquiries"));
    // Half the re-referrals are referrals that never come.
    let spared = run(&[lever(Step::ReReferral, 0.5)]);
    assert!(sum(&spared.flows, "referrals") < sum(&base.flows, "referrals"));
    let lower = base.flows.intervals(&Levels::try_from(vec![Level::try_from(80).expect("a level")]).expect("levels")).0;
    assert!(lower.iter().all(|value| value.fract() == 0.0));
}
