//! The family's behaviour on made-up series.

use super::*;
use crate::models::ahead::{months, path, point, seasonal};
use crate::models::hostile::survives;
use crate::panel::Design;

fn fit(values: &[f64], design: &Design, options: CountRegressionOptions) -> Box<dyn FittedSeries> {
    CountRegression::new(options).fit(SeriesHistory { values, regressors: design.regressors(0) }).expect("a fit")
}

fn options() -> CountRegressionOptions {
    CountRegressionOptions::default()
}

#[test]
fn hostile_series_get_finite_forecasts_near_the_data() {
    survives(&CountRegression::default());
    let none = CountRegressionOptions { carried: ErrorsCarried::None, damping: 1.0, ..options() };
    survives(&CountRegression::new(CountRegressionOptions { distribution: CountDistribution::Poisson, ..none }));
    let positions = CountRegressionOptions { season: SeasonTerms::Positions, ..options() };
    survives(&CountRegression::new(CountRegressionOptions { carried: ErrorsCarried::Estimated, ..positions }));
}

#[test]
fn a_season_is_carried_on_by_waves_and_by_positions() {
    let values: Vec<f64> = (0..72).map(seasonal).collect();
    for season in [SeasonTerms::Fourier, SeasonTerms::Positions] {
        let fit = fit(&values, &Design::empty(months(72)), CountRegressionOptions { season, ..options() });
        for (step, value) in point(&*fit, &Design::empty(months(72).following(12))).into_iter().enumerate() {
            let truth = seasonal(72 + step);
            assert!((value / truth - 1.0).abs() < 0.04, "{season:?} step {step}: {value} for {truth}");
        }
    }
}

#[test]
fn counts_follow_the_working_days() {
    let days: Vec<f64> = (0..50).map(|period| 18.0 + (period * 7 % 5) as f64).collect();
    let values: Vec<f64> = days[..48].iter().map(|days| 10.0 * days).collect();
    let design = Design::empty(months(50)).with_shared("working_days", days.clone()).expect("finite");
    let fit = fit(&values, &design.slice(0, 48), options());
    for (value, days) in point(&*fit, &design.slice(48, 2)).into_iter().zip(&days[48..]) {
        assert!((value / (10.0 * days) - 1.0).abs() < 0.01, "{value}");
    }
}

#[test]
fn other_regressors_take_part() {
    let closed: Vec<f64> = (0..62).map(|period| f64::from(u8::from(period % 7 == 3 || period == 61))).collect();
    let values: Vec<f64> = closed[..60].iter().map(|closed| 200.0 - 80.0 * closed).collect();
    let design = Design::empty(months(62)).with_shared("closure", closed).expect("finite");
    let fit = fit(&values, &design.slice(0, 60), CountRegressionOptions { ridge: 0.01, ..options() });
    let next = point(&*fit, &design.slice(60, 2));
    assert!((next[0] / 200.0 - 1.0).abs() < 0.02 && (next[1] / 120.0 - 1.0).abs() < 0.03, "{next:?}");
}

#[test]
fn an_empty_month_of_the_year_stays_nearly_empty() {
    let values: Vec<f64> = (0..60).map(|period| if period % 12 == 7 { 0.0 } else { 24.0 }).collect();
    let fit = fit(
        &values,
        &Design::empty(months(60)),
        CountRegressionOptions { season: SeasonTerms::Positions, ridge: 0.1, ..options() },
    );
    let next = point(&*fit, &Design::empty(months(60).following(12)));
    assert!(next[7] < 1.0 && (next[6] / 24.0 - 1.0).abs() < 0.1, "{next:?}");
}

#[test]
fn a_trend_fades_and_does_not_run_away() {
    let regression_alone = || CountRegressionOptions { carried: ErrorsCarried::None, ..options() };
    // One percent a month; with steps that shrink by 15% each, 0.85 / 0.15 = 5.7 months of it are left.
    let values: Vec<f64> = (0..60).map(|period| 1000.0 * (0.01 * period as f64).exp()).collect();
    let damped = fit(&values, &Design::empty(months(60)), regression_alone());
    let path = point(&*damped, &Design::empty(months(60).following(240)));
    let (most, last) = ((0.01_f64 * 5.7).exp(), values[59]);
    // The ridge takes a thirtieth of the slope.
    assert!(path[0] > 0.99 * last && path[239] > 1.02 * last && path[239] < most * last, "{} {}", path[0], path[239]);
    // Steep trends end at three times what was seen.
    let values: Vec<f64> = (0..60).map(|period| 20.0 * (0.3 * period as f64).exp()).collect();
    let steep = fit(&values, &Design::empty(months(60)), CountRegressionOptions { damping: 1.0, ..regression_alone() });
    let path = point(&*steep, &Design::empty(months(60).following(240)));
    assert!((path[239] / values[59] - 3.0).abs() < 0.01, "{}", path[239]);
}

#[test]
fn the_last_level_is_carried_on_and_fades_as_told() {
    let values: Vec<f64> = (0..82).map(|t| if t < 70 { 100.0 } else { 160.0 } + f64::from(t * 7 % 5)).collect();
    let told = |carried, persistence| {
        let told = CountRegressionOptions { trend: false, fourier_pairs: 0, carried, persistence, ..options() };
        let fit = fit(&values, &Design::empty(months(82)), told);
        point(&*fit, &Design::empty(months(82).following(24)))
    };
    let stays = told(ErrorsCarried::Fixed, 1.0);
    assert!(stays[0] > 150.0 && (stays[23] - stays[0]).abs() < 1e-9, "{stays:?}");
    let fades = told(ErrorsCarried::Fixed, 0.8);
    assert!(fades[0] > 115.0 && fades[23] < fades[0] - 5.0, "{fades:?}");
    let chance = told(ErrorsCarried::None, 1.0);
    assert!((chance[0] - values.iter().sum::<f64>() / 82.0).abs() < 1e-6, "{chance:?}");
    assert!(told(ErrorsCarried::Estimated, 0.0)[0] > 150.0);
}

#[test]
fn one_standard_deviation_of_surprise_is_that_of_the_count() {
    // Poisson with mean 100 but for the two parameters: ten up or down.
    let values: Vec<f64> = (0..40).map(|t| if t % 2 == 0 { 104.0 } else { 96.0 }).collect();
    let told = CountRegressionOptions { fourier_pairs: 0, trend: false, carried: ErrorsCarried::None, ..options() };
    let fit = fit(&values, &Design::empty(months(40)), told);
    let path = path(&*fit, &Design::empty(months(40).following(3)), &[1.0, -1.0, -99.0]);
    assert!((path[0] - 110.0).abs() < 1e-6 && (path[1] - 90.0).abs() < 1e-6 && path[2] == 0.0, "{path:?}");
    let root = (40.0_f64 / 39.0).sqrt();
    assert!((fit.residuals()[0] - 0.4 * root).abs() < 1e-9, "{}", fit.residuals()[0]);
}

#[test]
fn a_single_count_is_its_own_forecast() {
    let fit = fit(&[7.0], &Design::empty(months(1)), options());
    let path = point(&*fit, &Design::empty(months(1).following(3)));
    assert!(path.iter().all(|value| (value - 7.0).abs() < 1e-9), "{path:?}");
}

#[test]
fn gaps_and_zeros_are_fitted_around() {
    let mut values: Vec<f64> = (0..60).map(seasonal).collect();
    (10..25).for_each(|period| values[period] = f64::NAN);
    let with_gap = fit(&values, &Design::empty(months(60)), options());
    let path = point(&*with_gap, &Design::empty(months(60).following(12)));
    assert!((path[3] / seasonal(63) - 1.0).abs() < 0.05, "{}", path[3]);
    assert!(with_gap.residuals()[10..25].iter().all(|residual| residual.is_nan()));
    let zeros = fit(&[0.0, f64::NAN, 0.0, 0.0], &Design::empty(months(4)), options());
    assert_eq!(point(&*zeros, &Design::empty(months(4).following(3))), [0.0; 3]);
}
