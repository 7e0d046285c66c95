//! Known journeys are found again, and ranges hold the truth as often as they say.

use groundswell::math::random;
use groundswell::pathway::{FittedPathway, Journey, JourneyOptions, Journeys, NationalFigures, Referrals, Stage, Step};
use groundswell::simulate::{SimulationOptions, simulate};
use groundswell::time::{Date, Period, Span};
use rand::RngExt;

use super::{journeys, known_referrals};

fn fit(journeys: Journeys, origin: Period, options: &JourneyOptions) -> FittedPathway {
    FittedPathway::fit(journeys, origin, &NationalFigures::shipped(), options).expect("a fit")
}

/// Referrals of five years, of whom 30% have an enquiry some days after an assessment on the day itself, and 40% of
/// those a conference; watched until the end of 2024.
fn planted(seed: u64, referrals_a_month: u32, first_month: i32) -> Journeys {
    let mut stream = random::stream(seed, &[77]);
    let mut uniform = || stream.random::<f64>();
    let last = Period::month(2024, 12);
    let mut rows = Vec::new();
    for back in first_month..=0 {
        let month = last.plus(back);
        for _ in 0..referrals_a_month {
            let day = (uniform() * month.days().count() as f64) as usize;
            let date = month.days().nth(day).expect("a day");
            let seen = super::days(date, last.last_day());
            let mut journey = Journey::new(month, 0, 0, seen).reaching(Stage::Assessment, 0);
            let mut reach = |stage, day: u32, happens: bool| {
                if happens && day <= seen {
                    journey = journey.reaching(stage, day);
                }
                happens
            };
            let enquiry = (uniform() * 40.0) as u32;
            let conference = enquiry + 5 + (uniform() * 21.0) as u32;
            let enquires = reach(Stage::Section47, enquiry, uniform() < 0.3);
            reach(Stage::Conference, conference, uniform() < 0.4 && enquires);
            rows.push(journey);
        }
    }
    Journeys::new(vec!["all".into()], vec!["all".into()], rows).expect("journeys")
}

const STEADY: JourneyOptions =
    JourneyOptions { by_source: false, by_need: false, trend: false, drift: false, conversion_years: 6 };

#[test]
fn planted_conversion_and_delays_are_found_again() {
    let fitted = fit(planted(1, 400, -59), Period::month(2024, 12), &STEADY);
    let enquiries = fitted.conversion(Step::Section47).expect("a conversion");
    // 24,000 children: standard error 0.003; 7,200 enquiries: 0.006.
    assert!((enquiries.overall() - 0.3).abs() < 0.009, "{}", enquiries.overall());
    let conferences = fitted.conversion(Step::Conference).expect("a conversion");
    assert!((conferences.overall() - 0.4).abs() < 0.018, "{}", conferences.overall());
    // Days 0 to 39 and 5 to 25, each as likely: medians 19 and 15.
    assert!(fitted.delay(Step::Section47).median_days().abs_diff(19) <= 1);
    assert!(fitted.delay(Step::Conference).median_days().abs_diff(15) <= 1);
}

#[test]
fn eighty_per_cent_ranges_hold_the_planted_share_about_eight_times_in_ten() {
    let mut held = [0, 0];
    for seed in 0..400 {
        // A year of few referrals, its last months half seen.
        let fitted = fit(planted(seed, 40, -11), Period::month(2024, 12), &STEADY);
        for (place, (step, truth)) in [(Step::Section47, 0.3f64), (Step::Conference, 0.4)].into_iter().enumerate() {
            let conversion = fitted.conversion(step).expect("a conversion");
            let logit = |share: f64| (share / (1.0 - share)).ln();
            // 1.2816: the normal distribution's 90% point.
            let distance = (logit(truth) - logit(conversion.overall())).abs() / conversion.spread();
            held[place] += usize::from(distance < 1.2816);
        }
    }
    for (held, what) in held.iter().zip(["enquiries", "conferences"]) {
        assert!((300..=340).contains(held), "{what}: the 80% range held {held} of 400 times");
    }
}

fn watched_for_a_year(mut journey: Journey) -> Journey {
    journey.seen_days = 365;
    journey
}

#[test]
fn leaving_out_right_censoring_would_matter() {
    // Two months seen to their end only: hardly any child had time for a conference.
    let recent = planted(5, 4000, -1);
    let took = recent.rows().iter().filter(|row| row.reached(Stage::Conference)).count() as f64;
    let enquiries = recent.rows().iter().filter(|row| row.reached(Stage::Section47)).count() as f64;
    let fitted = fit(recent, Period::month(2024, 12), &STEADY);
    let share = fitted.conversion(Step::Conference).expect("a conversion").overall();
    assert!((share - 0.4).abs() < 0.05, "respecting censoring: {share}");
    assert!(took / enquiries < 0.32, "counting the unseen as failures: {}", took / enquiries);

    // The same journeys broken on purpose: as if every child had been watched for a year.
    let rows = planted(5, 4000, -1);
    let as_if = rows.rows().iter().map(|row| watched_for_a_year(*row)).collect();
    let broken = Journeys::new(vec!["all".into()], vec!["all".into()], as_if).expect("journeys");
    let broken = fit(broken, Period::month(2024, 12), &STEADY);
    let broken = broken.conversion(Step::Conference).expect("a conversion").overall();
    assert!(broken < 0.33, "with censoring thrown away the share falls short: {broken}");
    assert!(fitted.delay(Step::Conference).median_days().abs_diff(15) <= 2);
}

#[test]
fn what_the_simulator_planted_is_found_again() {
    let options = SimulationOptions::from_toml("months = 96\nreferrals_per_month = 600.0\nseed = 3").expect("options");
    let simulated = simulate(&options).expect("an authority");
    let last = simulated.truth.extract_date;
    let origin = Period::month(2022, 3);
    assert_eq!(origin.last_day(), last);
    let fitted =
        fit(journeys(&simulated, last), origin, &JourneyOptions { conversion_years: 2, ..JourneyOptions::default() });
    let years = &simulated.truth.journeys;
    let of = |count: fn(&groundswell::simulate::JourneyTruth) -> u32| {
        years.iter().filter(|year| year.year_ending >= 2021).map(|year| f64::from(count(year))).sum::<f64>()
    };
    let referrals = of(|year| year.referrals);
    let nfa = fitted.conversion(Step::NoFurtherAction).expect("a conversion");
    let conference = fitted.conversion(Step::Conference).expect("a conversion");
    for (what, share, truth) in [
        ("no further action", nfa.took() / nfa.children(), of(|year| year.no_further_action) / referrals),
        (
            "conference",
            conference.took() / conference.children(),
            of(|year| year.conference) / of(|year| year.section_47),
        ),
    ] {
        // Families of siblings: about 1.5 children a family share what becomes of them.
        let error = (1.6 * truth * (1.0 - truth) / (referrals * 0.1)).sqrt();
        assert!((share - truth).abs() < 3.0 * error, "{what}: {share} and {truth}, standard error {error}");
    }
    // The middle of the planted plan lengths lies at 261 days: 28% end within half a year, 43.3% in the next half.
    let plan = fitted.delay(Step::PlanEnd).median_days();
    assert!((240..290).contains(&plan), "{plan}");
}

#[test]
fn ranges_of_flows_hold_what_came_about_as_often_as_they_say() {
    // Ten authorities, five origins' half-years each: what came is inside the 80% range of six months' sums.
    let (mut held, mut all) = (0, 0);
    for seed in 0..24 {
        let text = format!("months = 72\nreferrals_per_month = 250.0\nlockdown = false\nseed = {seed}");
        let simulated = simulate(&SimulationOptions::from_toml(&text).expect("options")).expect("an authority");
        let (origin, span) = (Period::month(2018, 12), Span::new(Period::month(2019, 1), 6));
        let known = journeys(&simulated, origin.last_day());
        let truth = journeys(&simulated, simulated.truth.extract_date);
        let referrals = known_referrals(&simulated, &known, span, 200);
        let fitted =
            fit(known, origin, &JourneyOptions { drift: false, conversion_years: 3, ..JourneyOptions::default() });
        let history = Span::inclusive(Period::month(2016, 1), origin);
        let given = Referrals { forecast: &referrals, source_dimension: Some(0), history, seed };
        let forecast = fitted.simulate(given, &[]).expect("paths");
        let (first, last) = (span.start().first_day(), span.period(5).last_day());
        for stage in [Stage::Assessment, Stage::Section47, Stage::Conference, Stage::Plan, Stage::PlanEnd] {
            let row = forecast.flows.keys().iter().position(|key| key.to_string() == stage.flow()).expect("a flow");
            let mut sums: Vec<f64> = forecast.flows.series(row).rows().into_iter().map(|path| path.sum()).collect();
            sums.sort_unstable_by(f64::total_cmp);
            let came = truth.rows().iter().filter(|journey| {
                let day = journey.day_of(stage).map(|day| {
                    let extract = simulated.truth.extract_date;
                    extract.saturating_sub(jiff::Span::new().days(i64::from(journey.seen_days) - i64::from(day)))
                });
                day.is_some_and(|day: Date| day >= first && day <= last)
            });
            let came = came.count() as f64;
            held += usize::from(came >= sums[20] && came <= sums[179]);
            all += 1;
        }
    }
    let share = f64::from(held as u32) / f64::from(all);
    assert!((0.72..=0.90).contains(&share), "80% ranges held {held} of {all}");
}
