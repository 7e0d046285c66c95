use super::*;
use crate::time::Frequency;

const TRIM: f64 = 0.2;

/// The seasons of a history of whole years from January with equal exposure.
fn seasons_of(values: &Array2<f64>, group_years: GroupYears, known: Option<&KnownSeason>) -> Seasons {
    let months: Vec<usize> = (0..values.ncols()).map(|period| period % 12).collect();
    let exposure = Array2::ones(values.dim());
    let history =
        SeasonHistory { values: values.view(), exposure: exposure.view(), seasons: &months, season_length: 12 };
    seasons(&history, &SeasonOptions { group_years, trim: TRIM, known })
}

/// Their factors where nothing is known beforehand.
fn of(values: &Array2<f64>, years: GroupYears) -> Array2<f64> {
    seasons_of(values, years, None).factors
}

/// 100 a month, but `august` in the eighth.
fn year(august: f64) -> impl Fn(usize) -> f64 {
    move |period| if period % 12 == 7 { august } else { 100.0 }
}

fn panel(series: &[&dyn Fn(usize) -> f64], periods: usize) -> Array2<f64> {
    Array2::from_shape_fn((series.len(), periods), |(row, period)| series[row](period))
}

#[test]
fn a_known_season_is_found_again() {
    let factors = of(&panel(&[&year(50.0)], 60), GroupYears::Fixed(12.0));
    assert!((factors[(0, 7)] / factors[(0, 0)] - 0.5).abs() < 0.01, "{}", factors[(0, 7)] / factors[(0, 0)]);
}

/// The seasons of so many series and whole years of 100 a month and a tenth of a count more in each, but `august`.
fn whole_years(series: usize, years: usize, august: f64, known: Option<&KnownSeason>) -> Seasons {
    let values = Array2::from_shape_fn((series, 12 * years), |(row, period)| year(august)(period) + 0.1 * row as f64);
    seasons_of(&values, GroupYears::Fixed(30.0), known)
}

#[test]
fn a_year_of_data_takes_the_known_season_and_years_that_contradict_it_do_not() {
    let known = ShippedSeason::EnglandReferrals.of(Frequency::Month).expect("months have it");
    let usual = whole_years(1, 1, 85.0, Some(&known));
    assert!((0.8..0.86).contains(&usual.factors[(0, 7)]), "{}", usual.factors);
    assert!((0.01..0.2).contains(&usual.leverage[0]), "{:?}", usual.leverage);
    // No English authority's August is a twentieth of its other months.
    let schools = whole_years(1, 4, 5.0, Some(&known));
    assert!(schools.factors[(0, 7)] < 0.15, "{}", schools.factors);
    assert!(whole_years(1, 1, 85.0, None).factors.iter().all(|factor| *factor == 1.0));
}

#[test]
fn a_season_seen_twice_leaves_half_of_each_deviation() {
    let leverage = |series, years| whole_years(series, years, 50.0, None).leverage[0];
    assert!((leverage(1, 2) - 0.5).abs() < 0.01 && (leverage(1, 10) - 0.1).abs() < 0.01);
    // By hand: of 32 years two are its own, and a fortieth of the group's.
    assert!((leverage(40, 2) - 0.034).abs() < 0.005, "{}", leverage(40, 2));
}

#[test]
fn a_year_of_shock_moves_no_month() {
    let shocked = |period: usize| if (39..45).contains(&period) { 40.0 } else { year(50.0)(period) };
    let factors = of(&panel(&[&shocked], 96), GroupYears::Fixed(12.0));
    let may = factors[(0, 4)] / factors[(0, 11)];
    assert!((may - 1.0).abs() < 0.06, "{may}");
}

#[test]
fn a_series_keeps_half_of_its_own_season_where_the_group_is_worth_as_many_years() {
    // Nine flat series and one with a season; five years; the group worth five large years.
    let flat = |_: usize| 1e6;
    let seasonal = |period: usize| 1e4 * year(50.0)(period);
    let mut series: Vec<&dyn Fn(usize) -> f64> = vec![&flat; 9];
    series.push(&seasonal);
    let values = panel(&series, 60);
    let factors = of(&values, GroupYears::Fixed(5.0));
    let (group, own) = (0.955, 0.52);
    let middle = (group + own) / 2.0;
    assert!((factors[(9, 7)] - middle).abs() < 0.03, "{}", factors[(9, 7)]);
}

#[test]
fn unequal_seasons_make_the_group_worth_little_and_equal_ones_much() {
    // A fixed pattern of disturbances, another in each series and year.
    let noise = |row: usize, period: usize| 1.0 + 0.1 * (((row * 37 + period * 61) % 19) as f64 / 9.0 - 1.0);
    let of_deep = |deep: f64| {
        let values = Array2::from_shape_fn((8, 96), |(row, period)| {
            let august = if row % 2 == 0 { 1000.0 * deep } else { 1000.0 };
            let level = if period % 12 == 7 { august } else { 1000.0 };
            level * noise(row, period)
        });
        of(&values, GroupYears::Estimated(Estimated::Estimated))
    };
    let unequal = of_deep(0.4);
    assert!(unequal[(0, 7)] < 0.55 && unequal[(1, 7)] > 0.9, "{} {}", unequal[(0, 7)], unequal[(1, 7)]);
    let equal = of_deep(1.0);
    assert!((equal[(0, 7)] - equal[(1, 7)]).abs() < 0.03);
}

#[test]
fn a_series_that_stops_in_august_keeps_its_august_beside_others_that_do_not() {
    let schools = |period: usize| if period % 12 == 7 { 5.0 } else { 100.0 };
    let others = |period: usize| 80.0 + (period * 31 % 7) as f64;
    let mut series: Vec<&dyn Fn(usize) -> f64> = vec![&others; 10];
    series.push(&schools);
    let factors = of(&panel(&series, 120), GroupYears::Estimated(Estimated::Estimated));
    assert!(factors[(10, 7)] < 0.2, "{}", factors[(10, 7)]);
    assert!(factors[(0, 7)] > 0.9, "{}", factors[(0, 7)]);
}

#[test]
fn a_series_of_zeros_takes_the_group_season() {
    let values = panel(&[&|_| 0.0, &year(50.0)], 60);
    let factors = of(&values, GroupYears::Fixed(12.0));
    assert!((factors[(0, 7)] / factors[(0, 0)] - 0.5).abs() < 0.02);
    assert!(factors.iter().all(|factor| factor.is_finite() && *factor > 0.0));
}

#[test]
fn gaps_do_not_shift_the_season() {
    let mut values = panel(&[&year(50.0)], 72);
    (20..33).for_each(|period| values[(0, period)] = f64::NAN);
    let factors = of(&values, GroupYears::Fixed(12.0));
    assert!((factors[(0, 7)] / factors[(0, 0)] - 0.5).abs() < 0.02, "{}", factors[(0, 7)]);
}

#[test]
fn a_history_of_a_year_has_no_season() {
    assert!(of(&panel(&[&year(50.0)], 14), GroupYears::Fixed(12.0)).iter().all(|factor| *factor == 1.0));
}

#[test]
fn the_group_years_are_a_number_or_the_word_estimated() {
    #[derive(Deserialize)]
    struct Options {
        group_years: GroupYears,
    }
    let read = |text: &str| toml::from_str::<Options>(text).map(|options| options.group_years);
    assert_eq!(read("group_years = 12.0"), Ok(GroupYears::Fixed(12.0)));
    assert_eq!(read("group_years = 12"), Ok(GroupYears::Fixed(12.0)));
    assert_eq!(read("group_years = \"estimated\""), Ok(GroupYears::Estimated(Estimated::Estimated)));
    assert!(read("group_years = \"guessed\"").is_err());
}
