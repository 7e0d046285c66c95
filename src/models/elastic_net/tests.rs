//! The family's behaviour on made-up series.

use super::*;
use crate::models::ahead::{months, path, point, seasonal};
use crate::models::hostile::survives;
use crate::panel::Design;

fn fit(values: &[f64], design: &Design, options: ElasticNetOptions) -> Box<dyn FittedSeries> {
    ElasticNet::new(options).fit(SeriesHistory { values, regressors: design.regressors(0) }).expect("a fit")
}

#[test]
fn hostile_series_get_finite_forecasts_near_the_data() {
    survives(&ElasticNet::default());
    let strong = ElasticNetOptions { penalty: Penalty::Share(0.001), damping: 1.0, ..ElasticNetOptions::default() };
    survives(&ElasticNet::new(ElasticNetOptions { season: SeasonTerms::Positions, ..strong }));
}

#[test]
fn a_season_is_carried_on() {
    let values: Vec<f64> = (0..96).map(seasonal).collect();
    let fit = fit(&values, &Design::empty(months(96)), ElasticNetOptions::default());
    for (step, value) in point(&*fit, &Design::empty(months(96).following(12))).into_iter().enumerate() {
        let truth = seasonal(96 + step);
        assert!((value / truth - 1.0).abs() < 0.03, "step {step}: {value} for {truth}");
    }
}

#[test]
fn a_pattern_of_no_season_is_learnt_from_past_values() {
    // Five quiet months and two busy ones, which no calendar knows.
    let pattern = |period: usize| if period % 7 < 5 { 50.0 } else { 90.0 };
    let values: Vec<f64> = (0..98).map(pattern).collect();
    let fit = fit(&values, &Design::empty(months(98)), ElasticNetOptions::default());
    for (step, value) in point(&*fit, &Design::empty(months(98).following(7))).into_iter().enumerate() {
        assert!((value / pattern(98 + step) - 1.0).abs() < 0.1, "step {step}: {value}");
    }
}

#[test]
fn counts_follow_the_working_days_and_other_regressors() {
    let days: Vec<f64> = (0..80).map(|period| 18.0 + (period * 7 % 5) as f64).collect();
    let closed: Vec<f64> = (0..80).map(|period| f64::from(u8::from(period * 11 % 17 < 4))).collect();
    let truth: Vec<f64> = days.iter().zip(&closed).map(|(days, closed)| 10.0 * days * (1.0 - 0.4 * closed)).collect();
    let design = Design::empty(months(80)).with_shared("working_days", days).expect("finite");
    let design = design.with_shared("closure", closed).expect("finite");
    let fit = fit(&truth[..72], &design.slice(0, 72), ElasticNetOptions::default());
    for (value, truth) in point(&*fit, &design.slice(72, 8)).into_iter().zip(&truth[72..]) {
        assert!((value / truth - 1.0).abs() < 0.06, "{value} for {truth}");
    }
}

#[test]
fn without_effects_the_forecast_is_the_mean_of_the_last_season() {
    let values: Vec<f64> = (0..30).map(|t| if t < 20 { 5.0 } else { 9.0 }).collect();
    let told = ElasticNetOptions { penalty: Penalty::Share(1.0), damping: 0.0, ..ElasticNetOptions::default() };
    let next = point(&*fit(&values, &Design::empty(months(30)), told), &Design::empty(months(30).following(1)))[0];
    // Two months of 5 and ten of 9, averaged on the logarithmic scale.
    let expected = ((2.0 * f64::ln(6.0) + 10.0 * f64::ln(10.0)) / 12.0).exp() - 1.0;
    assert!((next - expected).abs() < 1e-9, "{next} {expected}");
}

#[test]
fn growth_and_wild_innovations_stay_within_reach() {
    let values: Vec<f64> = (0..60).map(|t| 20.0 * (0.08 * f64::from(t)).exp()).collect();
    let told = ElasticNetOptions { penalty: Penalty::Share(0.01), damping: 1.0, ..ElasticNetOptions::default() };
    let fit = fit(&values, &Design::empty(months(60)), told);
    let future = Design::empty(months(60).following(240));
    let calm = point(&*fit, &future);
    assert!(calm[0] > values[59] && calm[239] < 3.01 * values[59], "{} {}", calm[0], calm[239]);
    let wild: Vec<f64> = (0..240).map(|step| if step % 3 == 0 { 50.0 } else { -50.0 }).collect();
    assert!(path(&*fit, &future, &wild).iter().all(|value| (0.0..3.01 * values[59]).contains(value)));
}

#[test]
fn a_single_value_is_its_own_forecast_and_zeros_stay_zero() {
    let future = Design::empty(months(1).following(3));
    let one = point(&*fit(&[7.0], &Design::empty(months(1)), ElasticNetOptions::default()), &future);
    assert!(one.iter().all(|value| (value - 7.0).abs() < 1e-9), "{one:?}");
    let zeros = fit(&[0.0; 40], &Design::empty(months(40)), ElasticNetOptions::default());
    assert_eq!(point(&*zeros, &Design::empty(months(40).following(3))), [0.0; 3]);
}

#[test]
fn gaps_are_fitted_around() {
    let mut values: Vec<f64> = (0..96).map(seasonal).collect();
    (20..35).for_each(|period| values[period] = f64::NAN);
    let fit = fit(&values, &Design::empty(months(96)), ElasticNetOptions::default());
    let next = point(&*fit, &Design::empty(months(96).following(12)));
    assert!((next[3] / seasonal(99) - 1.0).abs() < 0.06, "{}", next[3]);
    assert!(fit.residuals()[20..35].iter().all(|residual| residual.is_nan()));
}
