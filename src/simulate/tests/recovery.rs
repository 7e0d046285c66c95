//! What was planted is found again, by counting rows.

use std::collections::BTreeMap;

use super::*;

/// Twenty authorities in one, hardly any chance beyond siblings, no local shifts: what was planted stands out.
static LARGE: LazyLock<Simulated> = LazyLock::new(|| {
    let options = "seed = 3\nfirst_month = '2018-04'\nmonths = 36\nreferrals_per_month = 6000.0\nlevel_shifts = []\n\
                   noise.dispersion = 6000.0";
    simulate(&SimulationOptions::from_toml(options).expect("valid")).expect("simulated")
});

/// Referrals in a month, of a source or of all.
fn count(simulated: &Simulated, (year, month): (i16, i8), source: Option<&str>) -> f64 {
    let rows = simulated.referrals.iter().filter(|row| {
        (row.referral_date.year(), row.referral_date.month()) == (year, month)
            && source.is_none_or(|source| &*row.source == source)
    });
    rows.count() as f64
}

/// The rows of the year to March 2020: a year later, at the extract, all but care has had its time.
fn year_to_march_2020() -> impl Iterator<Item = &'static ReferralRow> {
    let days = Date::constant(2019, 4, 1)..=Date::constant(2020, 3, 31);
    LARGE.referrals.iter().filter(move |row| days.contains(&row.referral_date))
}

fn share(rows: impl Iterator<Item = &'static ReferralRow>, of: fn(&ReferralRow) -> bool) -> f64 {
    let flags: Vec<bool> = rows.map(of).collect();
    flags.iter().filter(|flag| **flag).count() as f64 / flags.len() as f64
}

/// Shares of DfE table C5, taken back by the planted growth from the middle of the year to March 2020 by one year.
#[test]
fn sources_have_the_means_of_the_national_table() {
    let table = [
        ("Individual", 52_290.0, -0.032_f64),
        ("Schools", 117_010.0, 0.037),
        ("Health services", 96_300.0, 0.005),
        ("LA services", 90_810.0, 0.019),
        ("Police", 184_760.0, 0.021),
        ("Unknown", 9_300.0, -0.162),
    ];
    let months = (4..=12).map(|month| (2018, month)).chain((1..=3).map(|month| (2019, month)));
    let months: Vec<(i16, i8)> = months.collect();
    for (source, referrals, growth) in table {
        let found: f64 = months.iter().map(|month| count(&LARGE, *month, Some(source))).sum();
        let expected = 12.0 * 6000.0 * referrals / 642_980.0 * (-growth).exp();
        // Siblings double the variance; a year has a working day or two, or a school day or three, more or less.
        let tolerance = 4.0 * (2.0 * expected).sqrt() + 0.025 * expected;
        near(source, found, expected, tolerance);
    }
}

/// England's August runs at 0.83 of the average per working day (calculated from DfE table C6); 2018 had 22 working
/// days in August and 253 from April to March.
#[test]
fn august_is_low_because_schools_are_shut() {
    let months = (4..=12).map(|month| (2018, month)).chain((1..=3).map(|month| (2019, month)));
    let year: f64 = months.map(|month| count(&LARGE, month, None)).sum();
    near("August", count(&LARGE, (2018, 8), None) / 22.0 / (year / 253.0), 0.83, 0.03);
    let schools = count(&LARGE, (2018, 8), Some("Schools")) / count(&LARGE, (2018, 11), Some("Schools"));
    assert!(schools < 0.1, "schools in August: {schools}");
}

/// May 2019 had 17 school days and 4 days of half-term, May 2020 15 and 4; schools refer a twentieth in half-term and
/// 76% less when closed; growth of 3.7% a year went on to March 2020, ten months.
#[test]
fn schools_fell_silent_in_may_2020() {
    let open = (0.037_f64 * 10.0 / 12.0).exp() * 15.2 / 17.2;
    let ratio = count(&LARGE, (2020, 5), Some("Schools")) / count(&LARGE, (2019, 5), Some("Schools"));
    near("May 2020 over May 2019", ratio, 0.24 * open, 0.06);
}

/// April 2019 had 20 working days, April 2020 as many; all referrals in England fell 27% in April 2020 and 19% in May.
#[test]
fn spring_2020_fell_by_about_what_england_did() {
    let spring = |year| count(&LARGE, (year, 4), None) + count(&LARGE, (year, 5), None);
    near("April and May 2020", spring(2020) / spring(2019) - 1.0, -0.22, 0.05);
}

#[test]
fn without_closures_spring_2020_is_like_any_other() {
    let options = "lockdown = false\nfirst_month = '2020-04'\nmonths = 2\nreferrals_per_month = 4000.0\n\
                   noise.dispersion = 4000.0\nlevel_shifts = []";
    let simulated = simulate(&SimulationOptions::from_toml(options).expect("valid")).expect("simulated");
    // 39 of the year's 253 working days; England's index of April and May is 1.02 on average.
    near("spring", simulated.referrals.len() as f64, 12.0 * 4000.0 * 39.0 / 253.0 * 1.02, 350.0);
    assert!(simulated.truth.closures.is_empty());
    let hidden = simulated.truth.sources.iter().flat_map(|source| &source.hidden).sum::<f64>();
    assert_eq!(hidden, 0.0);
}

/// Totals of many authorities that differ in nothing but the seed: variance = mean + mean^2 / 46 and lag-1
/// autocorrelation 0.5, month by month about the mean of all.
#[test]
fn monthly_totals_have_the_dispersion_and_autocorrelation_asked_for() {
    const SEEDS: usize = 400;
    let text = "lockdown = false\nlevel_shifts = []\nfirst_month = '2018-04'\nmonths = 12\nreferrals_per_month = 350.0";
    let mut options = SimulationOptions::from_toml(text).expect("valid");
    let (span, split) = (options.span(), Split::of(&options).expect("valid"));
    let intensity = Intensity::of(&options, span, &Closures::none(), &WorkingCalendar::england_and_wales());
    let mut totals = vec![[0.0; 12]; SEEDS];
    for (seed, totals) in totals.iter_mut().enumerate() {
        options.seed = seed as u64;
        let multipliers = Multipliers::draw(&options, &split, span);
        for event in counts::events(&options, &intensity, &multipliers, &split, span) {
            totals[(event.day.month() as usize + 8) % 12] += event.children as f64;
        }
    }
    let mean = |month: usize| totals.iter().map(|totals| totals[month]).sum::<f64>() / SEEDS as f64;
    let means: Vec<f64> = (0..12).map(mean).collect();
    let product = |a: usize, b: usize| {
        let products = totals.iter().map(|totals| (totals[a] / means[a] - 1.0) * (totals[b] / means[b] - 1.0));
        products.sum::<f64>() / (SEEDS - 1) as f64
    };
    let relative: f64 = (0..12).map(|month| product(month, month) - 1.0 / means[month]).sum::<f64>() / 12.0;
    near("phi", 1.0 / relative, 46.0, 6.0);
    let lagged: f64 = (1..12).map(|month| product(month, month - 1)).sum::<f64>() / 11.0;
    let variance: f64 = (0..12).map(|month| product(month, month)).sum::<f64>() / 12.0;
    near("autocorrelation", lagged / variance, 0.5, 0.06);
}

/// 22.4% of referrals are within twelve months of an earlier one (DfE table C1, 2024).
#[test]
fn children_come_back_within_twelve_months_as_often_as_in_england() {
    let mut last: BTreeMap<u32, Date> = BTreeMap::new();
    let (mut again, mut all) = (0, 0);
    for row in &LARGE.referrals {
        let before = last.insert(row.child, row.referral_date);
        // The first year can't show referrals before its start.
        if row.referral_date >= Date::constant(2019, 4, 1) {
            all += 1;
            again += u32::from(
                before.is_some_and(|before| row.referral_date <= before.saturating_add(jiff::Span::new().days(365))),
            );
        }
    }
    near("re-referrals", f64::from(again) / f64::from(all), 0.224, 0.01);
}

/// DfE tables C1, C4 and D1, year to March 2020, as shares of a cohort.
#[test]
fn stages_are_reached_as_often_as_in_england() {
    let with_47 = || year_to_march_2020().filter(|row| row.section_47_start.is_some());
    let with_conference = || year_to_march_2020().filter(|row| row.conference.is_some());
    near("no further action", share(year_to_march_2020(), |row| row.no_further_action), 0.063, 0.006);
    near("section 47", share(year_to_march_2020(), |row| row.section_47_start.is_some()), 0.313, 0.011);
    near("conference", share(with_47(), |row| row.conference.is_some()), 0.385, 0.018);
    near("plan", share(with_conference(), |row| row.plan_start.is_some()), 0.857, 0.02);
    // Children on plans become looked after when the plan ends; a few still will after the extract, some turn 18.
    near("looked after", share(year_to_march_2020(), |row| row.care_start.is_some()), 0.051, 0.006);
}

fn quartiles(mut values: Vec<usize>) -> [usize; 3] {
    values.sort_unstable();
    [1, 2, 3].map(|quarter| values[values.len() * quarter / 4])
}

/// DfE table C2 and C4, 2024: assessments take 19, 34 and 44 working days at the quartiles, from section 47 to
/// conference 13, 14 and 15.
#[test]
fn delays_have_the_quartiles_of_england() {
    let calendar = WorkingCalendar::england_and_wales();
    let working_days = |from: Date, to: Date| {
        let days = std::iter::successors(Some(from), |day| day.tomorrow().ok()).take_while(|day| *day < to);
        days.filter(|day| calendar.is_working_day(*day)).count()
    };
    let of = |from: fn(&ReferralRow) -> Option<Date>, to: fn(&ReferralRow) -> Option<Date>| {
        let both = |row: &ReferralRow| from(row).zip(to(row));
        let dates = year_to_march_2020().filter_map(both);
        quartiles(dates.map(|(from, to)| working_days(from, to)).collect())
    };
    let assessment = of(|row| row.assessment_start, |row| row.assessment_authorised);
    for (found, published) in assessment.into_iter().zip([19, 34, 44]) {
        assert!(found.abs_diff(published) <= 1, "assessment: {assessment:?}");
    }
    assert_eq!(of(|row| row.section_47_start, |row| row.conference), [13, 14, 15]);
}

/// DfE table D7, 2024: 16% of plans that end do so within 3 months, 28% within 6, 71% within a year.
#[test]
fn plans_last_as_long_as_in_england() {
    // Plans that started in the first year: all but a few have ended by the extract.
    let early = |row: &&ReferralRow| row.plan_start.is_some_and(|start| start < Date::constant(2019, 4, 1));
    let ends = LARGE.referrals.iter().filter(early).map(|row| (row.plan_start, row.plan_end));
    let lasted: Vec<i32> =
        ends.map(|(start, end)| start.zip(end).map_or(9999, |(start, end)| (end - start).get_days())).collect();
    for (days, published) in [(91, 0.163), (182, 0.280), (364, 0.713)] {
        let within = lasted.iter().filter(|lasted| **lasted <= days).count() as f64 / lasted.len() as f64;
        near(&format!("within {days} days"), within, published, 0.03);
    }
}

#[test]
fn hidden_demand_is_returned_or_lost_or_still_outstanding() {
    // The later first months begin with hidden demand of closures before them.
    for (first_month, text) in [
        ("2019-10", "returning.share = 0.0"),
        ("2019-10", "returning.share = 0.35\nreturning.delay_months = 7.5"),
        ("2019-10", "returning.share = 1.0"),
        ("2020-07", "returning.share = 1.0"),
        ("2022-01", "returning.share = 1.0"),
    ] {
        for source in &small_from(first_month, text).truth.sources {
            let sum = |values: &[f64]| values.iter().sum::<f64>();
            let left = source.outstanding.last().expect("months");
            let balance =
                source.opening_outstanding + sum(&source.hidden) - sum(&source.returned) - sum(&source.lost) - left;
            assert!(balance.abs() < 1e-9, "{text}: {} is off by {balance}", source.label);
            for t in 0..source.expected.len() {
                let parts = source.baseline[t] + source.new_normal[t] - source.suppressed[t] + source.returned[t];
                assert!((source.expected[t] - parts).abs() < 1e-9);
                assert!(source.outstanding[t] > -1e-9 && source.hidden[t] >= 0.0 && source.returned[t] >= 0.0);
            }
        }
    }
}

#[test]
fn what_returns_is_what_was_asked_for() {
    for (text, share) in [("returning.share = 0.0", 0.0), ("returning.share = 1.0", 1.0), ("", 0.15)] {
        // Thirty months end a year after the last closure: all but a trace of the delays is over.
        let sources = small(text).truth.sources;
        let schools = sources.iter().find(|source| source.label == "Schools").expect("schools");
        let returned = schools.returned.iter().sum::<f64>() / schools.hidden.iter().sum::<f64>();
        near("returned", returned, share, 0.03 * share);
    }
}
