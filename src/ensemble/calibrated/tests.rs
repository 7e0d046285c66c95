use super::*;
use crate::ensemble::tests::{Noise, Steady, panel};

/// Twelve series of five years whose values lie evenly within 20% of 1000, in another order each.
fn even(series: usize, periods: usize) -> Panel {
    panel(series, periods, |row, period| 800.0 + 400.0 * (((period * 89 + row * 53) % 101) as f64 / 100.0))
}

fn forecast(history: &Panel, inner: Steady, options: CalibrationOptions) -> Forecast {
    let known = Design::empty(history.span());
    let fitted = Calibrated::new(Box::new(inner), options).fit(history, &known).expect("a fit");
    let future = Design::empty(history.span().following(12));
    fitted.forecast(&future, Draws { paths: 500, seed: 3 }).expect("a forecast")
}

fn steady(value: f64, spread: f64) -> Steady {
    Steady { value, noise: Noise::Even(spread), ..Steady::default() }
}

#[test]
fn ranges_become_as_wide_as_the_errors_were() {
    // The inner forecaster is right in the middle but says 1% where 20% is true.
    let forecast = forecast(&even(24, 96), steady(1000.0, 0.01), CalibrationOptions::default());
    let bounds = forecast.quantiles(&[0.1, 0.9]);
    for step in [0, 5, 11] {
        let (low, high) = (bounds[(3, 0, step)], bounds[(3, 1, step)]);
        assert!((low - 840.0).abs() < 25.0 && (high - 1160.0).abs() < 25.0, "step {step}: {low} to {high}");
    }
}

#[test]
fn ranges_that_paths_got_right_for_each_series_are_widened_alike() {
    // Series err by 10% and by 40%, and the inner forecaster knows it but says half as much of each.
    let history = panel(24, 96, |row, period| {
        let share = ((period * 89 + row * 53) % 101) as f64 / 100.0 - 0.5;
        1000.0 * (1.0 + if row % 2 == 0 { 0.2 } else { 0.8 } * share)
    });
    let inner = Steady { value: 1000.0, noise: Noise::EvenByRow([0.05, 0.2]), ..Steady::default() };
    let options = CalibrationOptions { width: Width::Paths, ..CalibrationOptions::default() };
    let bounds = forecast(&history, inner, options).quantiles(&[0.1, 0.9]);
    let width = |row: usize| bounds[(row, 1, 5)] - bounds[(row, 0, 5)];
    // Four fifths of each series' full range.
    assert!((width(0) - 160.0).abs() < 25.0, "{}", width(0));
    assert!((width(1) - 640.0).abs() < 100.0, "{}", width(1));
}

#[test]
fn steps_that_no_origin_saw_are_as_wide_as_the_last_that_one_saw() {
    // Two origins, the older four periods back, see no more than four steps.
    let options = CalibrationOptions { origins: 2, stride: Some(3), ..CalibrationOptions::default() };
    let bounds = forecast(&even(24, 96), steady(1000.0, 0.01), options).quantiles(&[0.1, 0.9]);
    let width = |step: usize| bounds[(0, 1, step)] - bounds[(0, 0, step)];
    assert!(width(3) > 150.0 && (width(11) / width(3) - 1.0).abs() < 0.1, "{} {}", width(11), width(3));
}

#[test]
fn what_was_not_observed_is_no_error() {
    let whole = even(24, 96);
    let mut values = whole.values().to_owned();
    values.iter_mut().skip(5).step_by(7).for_each(|value| *value = f64::NAN);
    let gappy = whole.with_values(values).expect("a valid panel");
    let low = |history: &Panel| {
        let bounds = forecast(history, steady(1000.0, 0.01), CalibrationOptions::default());
        bounds.quantiles(&[0.025])[(0, 0, 5)]
    };
    assert!((low(&whole) - low(&gappy)).abs() < 25.0, "{} {}", low(&whole), low(&gappy));
}

#[test]
fn paths_keep_their_rank() {
    let history = even(24, 96);
    let inner = steady(1000.0, 0.01);
    let known = Design::empty(history.span());
    let (future, draws) = (Design::empty(history.span().following(3)), Draws { paths: 40, seed: 3 });
    let before = inner.fit(&history, &known).expect("a fit").forecast(&future, draws).expect("a forecast");
    let calibrated = Calibrated::new(Box::new(inner), CalibrationOptions::default());
    let after = calibrated.fit(&history, &known).expect("a fit").forecast(&future, draws).expect("a forecast");
    for (a, b) in (0..40).flat_map(|a| (0..40).map(move |b| (a, b))) {
        let lower = |forecast: &Forecast| forecast.paths()[(0, a, 1)] < forecast.paths()[(0, b, 1)];
        assert!(!lower(&before) || after.paths()[(0, a, 1)] <= after.paths()[(0, b, 1)]);
    }
}

#[test]
fn a_history_without_past_errors_gets_the_inner_ranges_widened() {
    // Twenty periods: 1% on either side, times the root of 1 + 1/20 and of 1 + 12/20, in widths that differ by path.
    let bounds = forecast(&even(5, 20), steady(1000.0, 0.01), CalibrationOptions::default()).quantiles(&[0.1, 0.9]);
    let width = |step: usize| bounds[(0, 1, step)] - bounds[(0, 0, step)];
    assert!((width(11) / width(0) - (1.6_f64 / 1.05).sqrt()).abs() < 0.1, "{} {}", width(0), width(11));
    assert!((16.0..20.0).contains(&width(0)), "{}", width(0));
}

#[test]
fn a_handful_of_surprises_has_rarer_ones_beyond_it() {
    // Paths that end in one of two places only: without doubt about their width, 80% and 95% ranges would be the same.
    let inner = Steady { value: 1000.0, noise: Noise::EitherWay(0.1), ..Steady::default() };
    let bounds = forecast(&even(1, 20), inner, CalibrationOptions::default()).quantiles(&[0.025, 0.1, 0.9, 0.975]);
    assert!(bounds[(0, 0, 3)] < bounds[(0, 1, 3)] - 15.0 && bounds[(0, 3, 3)] > bounds[(0, 2, 3)] + 15.0);
}

#[test]
fn one_series_leans_on_the_inner_forecaster_and_many_on_their_errors() {
    let width = |series: usize| {
        let bounds = forecast(&even(series, 60), steady(1000.0, 0.01), CalibrationOptions::default());
        let bounds = bounds.quantiles(&[0.1, 0.9]);
        bounds[(0, 1, 0)] - bounds[(0, 0, 0)]
    };
    let (one, many) = (width(1), width(40));
    assert!(one < 0.4 * many, "{one} against {many}");
    assert!(many > 250.0, "{many}");
}

#[test]
fn a_series_with_larger_errors_gets_wider_ranges() {
    let history = panel(30, 96, |row, period| {
        let share = ((period * 89 + row * 53) % 101) as f64 / 100.0 - 0.5;
        1000.0 * (1.0 + if row == 0 { 0.8 } else { 0.2 } * share)
    });
    let bounds = forecast(&history, steady(1000.0, 0.05), CalibrationOptions::default()).quantiles(&[0.1, 0.9]);
    let width = |row: usize| bounds[(row, 1, 0)] - bounds[(row, 0, 0)];
    assert!(width(0) > 1.25 * width(1), "{} against {}", width(0), width(1));
}

#[test]
fn steps_beyond_the_trial_keep_the_last_width() {
    let options = CalibrationOptions { horizon: Some(3), ..CalibrationOptions::default() };
    let bounds = forecast(&even(24, 96), steady(1000.0, 0.01), options).quantiles(&[0.1, 0.9]);
    let width = |step: usize| bounds[(0, 1, step)] - bounds[(0, 0, step)];
    assert!((width(11) / width(2) - 1.0).abs() < 0.1, "{} {}", width(11), width(2));
}

#[test]
fn a_panel_of_zeros_stays_at_zero() {
    let history = panel(20, 60, |_, _| 0.0);
    let forecast = forecast(&history, steady(0.0, 0.0), CalibrationOptions::default());
    assert!(forecast.paths().iter().all(|value| *value == 0.0));
}
