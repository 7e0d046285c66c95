//! The adjusted forecaster as a whole: nothing to do means nothing done, levers do what they say, parts add up.

use groundswell::features::closure_design;
use groundswell::forecast::{Draws, FittedForecaster, Forecast, Forecaster, ModelError, Skipped};
use groundswell::panel::{Design, Panel, SeriesKey, ValueKind};
use groundswell::shock::{FittedShockAdjusted, KINDS, Part, ReturnDelay, ShockAdjusted, ShockChanges, ShockOptions};
use groundswell::time::{Closures, Period, Span, WorkingCalendar};
use ndarray::{Array2, Array3};

/// Forecasts the mean of the last year, one per cent up or down by path.
#[derive(Debug)]
struct YearMean;

#[derive(Debug)]
struct FittedYearMean(Vec<SeriesKey>, Vec<f64>);

impl Forecaster for YearMean {
    fn id(&self) -> &str {
        "year_mean"
    }

    fn fit(&self, history: &Panel, known: &Design) -> Result<Box<dyn FittedForecaster>, ModelError> {
        assert!(
            known.names().all(|name| !name.starts_with("closed_")),
            "closures are hidden from the inner forecaster"
        );
        let mean = |row: ndarray::ArrayView1<'_, f64>| {
            let last: Vec<f64> = row.iter().rev().take(12).copied().filter(|value| !value.is_nan()).collect();
            last.iter().sum::<f64>() / last.len() as f64
        };
        let means = history.values().rows().into_iter().map(mean).collect();
        Ok(Box::new(FittedYearMean(history.keys().to_vec(), means)))
    }
}

impl FittedForecaster for FittedYearMean {
    fn forecast(&self, future: &Design, draws: Draws) -> Result<Forecast, ModelError> {
        let shape = (self.0.len(), draws.paths, future.span().len());
        let paths =
            Array3::from_shape_fn(shape, |(row, path, _)| self.1[row] * if path % 2 == 0 { 1.01 } else { 0.99 });
        Ok(Forecast::new(self.0.clone(), future.span(), paths).expect("finite"))
    }

    fn residuals(&self) -> Vec<(&SeriesKey, &[f64])> {
        Vec::new()
    }

    fn skipped(&self) -> &[Skipped] {
        &[]
    }

    fn describe(&self, _: &SeriesKey) -> Option<String> {
        Some("year mean".to_owned())
    }
}

const DRAWS: Draws = Draws { paths: 200, seed: 5 };
const STEPS: usize = 12;

/// Two series of 200 a month with a fixed pattern of chance, a fifth lower in April to June 2020; the first so many months
/// from April 2015, and the design over them and a year more.
fn data(months: usize) -> (Panel, Design) {
    let span = Span::new(Period::month(2015, 4), months);
    let calendar = WorkingCalendar::england_and_wales();
    let design =
        closure_design(Design::empty(span.extended(STEPS)), &calendar, &Closures::england()).expect("a design");
    let values = Array2::from_shape_fn((2, months), |(row, month)| {
        let chance = ((month * 37 + row * 11) % 23) as f64 - 11.0;
        let usual = 200.0 + 2.0 * chance;
        if (60..63).contains(&month) { 0.8 * usual } else { usual }
    });
    let keys = vec![SeriesKey::new(["a"]), SeriesKey::new(["b"])];
    (Panel::new(vec!["area".into()], keys, span, values.mapv(f64::round), ValueKind::Count).expect("valid"), design)
}

fn fitted(months: usize) -> (FittedShockAdjusted, Design) {
    let (panel, design) = data(months);
    let adjusted = ShockAdjusted::new(Box::new(YearMean), ShockOptions::default());
    (adjusted.fit_adjusted(&panel, &design.slice(0, months)).expect("a fit"), design.slice(months, STEPS))
}

/// The design of a year that is closed throughout.
fn closed(future: &Design) -> Design {
    Design::empty(future.span()).with_shared("closed_schools", vec![1.0; STEPS]).expect("finite")
}

#[test]
fn before_the_shock_the_forecast_is_the_inner_one_byte_for_byte() {
    let (panel, design) = data(50);
    let known = Design::empty(panel.span());
    let inner =
        YearMean.fit(&panel, &known).expect("a fit").forecast(&Design::empty(panel.span().following(STEPS)), DRAWS);
    // A year on from May 2019 lies the spring of 2020, which nobody knew of yet.
    let adjusted = ShockAdjusted::new(Box::new(YearMean), ShockOptions::default());
    let fitted = adjusted.fit(&panel, &design.slice(0, 50)).expect("a fit");
    let forecast = fitted.forecast(&design.slice(50, STEPS), DRAWS).expect("a forecast");
    assert_eq!(forecast.paths(), inner.expect("a forecast").paths());
}

#[test]
fn no_changes_are_the_forecast_byte_for_byte_and_its_parts_add_up() {
    for months in [61, 63, 66, 72, 90] {
        let (fitted, future) = fitted(months);
        let plain = fitted.forecast(&future, DRAWS).expect("a forecast");
        let (same, parts) = fitted.forecast_with(&future, DRAWS, &ShockChanges::default()).expect("a forecast");
        assert_eq!(plain.paths(), same.paths());
        let whole = parts.whole();
        assert!(whole.iter().zip(&plain.mean()).all(|(sum, mean)| (sum - mean).abs() < 1e-9 * mean.abs().max(1.0)));
    }
}

#[test]
fn another_lockdown_lowers_the_forecast_and_what_it_hides_returns_as_told() {
    let (fitted, future) = fitted(90);
    let plain = fitted.forecast(&future, DRAWS).expect("a forecast").mean();
    let lower = fitted.forecast(&closed(&future), DRAWS).expect("a forecast").mean();
    assert!(lower.iter().zip(&plain).all(|(lower, plain)| *lower < 0.97 * plain));
    // Nothing is suppressed: no change but what still returns from 2020, which is next to nothing.
    let none = ShockChanges { suppression: Some(vec![[Some(0.0); KINDS.len()]; 2]), ..ShockChanges::default() };
    let (same, _) = fitted.forecast_with(&closed(&future), DRAWS, &none).expect("a forecast");
    assert!(same.mean().iter().zip(&plain).all(|(same, plain)| (same / plain - 1.0).abs() < 0.01));
}

#[test]
fn all_of_what_one_month_hides_returns_in_the_next_where_a_lever_says_so() {
    let (fitted, future) = fitted(90);
    let mut shares = vec![0.0; STEPS];
    shares[3] = 1.0;
    let one = Design::empty(future.span()).with_shared("closed_schools", shares).expect("finite");
    let changes = ShockChanges {
        return_share: Some(1.0),
        delay: Some(ReturnDelay::Curve(vec![0.0, 2.0])),
        suppression: Some(vec![[Some(0.5), Some(0.0), Some(0.0)]; 2]),
        ..ShockChanges::default()
    };
    let (_, parts) = fitted.forecast_with(&one, DRAWS, &changes).expect("a forecast");
    let (suppressed, returning) = (parts.part(Part::Suppressed), parts.part(Part::Returning));
    for row in 0..2 {
        assert!(suppressed[(row, 3)] < -50.0);
        assert!((suppressed[(row, 3)] + returning[(row, 4)]).abs() < 1e-9);
    }
}

#[test]
fn new_need_is_added_to_every_path() {
    let (fitted, future) = fitted(90);
    let need = Array2::from_elem((2, STEPS), 7.0);
    let changes = ShockChanges { new_need: Some(need), ..ShockChanges::default() };
    let (more, parts) = fitted.forecast_with(&future, DRAWS, &changes).expect("a forecast");
    let plain = fitted.forecast(&future, DRAWS).expect("a forecast");
    assert!(more.paths().iter().zip(plain.paths()).all(|(more, plain)| (more - plain - 7.0).abs() < 1e-9));
    assert!(parts.part(Part::NewNeed).iter().all(|need| *need == 7.0));
}

#[test]
fn a_factor_on_the_level_multiplies_every_path_and_counts_as_new_normal() {
    let (fitted, future) = fitted(90);
    let mut level = Array2::ones((2, STEPS));
    level[(1, 4)] = 1.5;
    let changes = ShockChanges { level: Some(level), ..ShockChanges::default() };
    let (more, parts) = fitted.forecast_with(&future, DRAWS, &changes).expect("a forecast");
    let (plain, before) = fitted.forecast_with(&future, DRAWS, &ShockChanges::default()).expect("a forecast");
    for ((place, more), plain) in more.paths().indexed_iter().zip(plain.paths()) {
        // What still returns from 2020 is not multiplied, and little.
        let factor = if (place.0, place.2) == (1, 4) { 1.5 } else { 1.0 };
        assert!((more / (factor * plain) - 1.0).abs() < 0.01, "{place:?}");
    }
    let moved = parts.part(Part::NewNormal)[(1, 4)] - before.part(Part::NewNormal)[(1, 4)];
    assert!((moved / plain.mean()[(1, 4)] - 0.5).abs() < 0.01);
}
