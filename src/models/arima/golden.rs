//! Seasonal ARIMA against numbers of another implementation: `tests/golden/arima.json` says which and how.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::differencing::Differencing;
use super::exact::{Exact, Room};
use super::gaps::Gaps;
use super::order::Orders;
use super::search::{self, Search};
use super::transform::Transform;
use crate::math::optimise::{Stopping, Workspace, least_squares};
use crate::math::seasonal::gaps_filled;

#[derive(Deserialize)]
struct Golden {
    series: BTreeMap<String, Vec<f64>>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    series: String,
    every: usize,
    orders: [usize; 4],
    differences: [usize; 2],
    season_length: usize,
    constant: bool,
    ar: Vec<f64>,
    seasonal_ar: Vec<f64>,
    ma: Vec<f64>,
    seasonal_ma: Vec<f64>,
    mean: f64,
    log_likelihood: f64,
    forecast: Vec<f64>,
}

impl Golden {
    fn load() -> Golden {
        let golden: Golden =
            serde_json::from_str(include_str!("../../../tests/golden/arima.json")).expect("a golden file");
        assert_eq!(golden.cases.len(), 6);
        golden
    }

    /// The case's series, with `NaN` where a value was taken out.
    fn values(&self, case: &Case) -> Vec<f64> {
        let mut values = self.series[&case.series].clone();
        if case.every > 0 {
            values.iter_mut().skip(case.every).step_by(case.every).for_each(|value| *value = f64::NAN);
        }
        values
    }
}

impl Case {
    fn orders(&self) -> Orders {
        let [ar, ma, seasonal_ar, seasonal_ma] = self.orders;
        Orders::new(ar, ma, seasonal_ar, seasonal_ma, self.constant)
    }

    fn differencing(&self) -> Differencing {
        let [ordinary, seasonal] = self.differences;
        Differencing { ordinary, seasonal, season_length: self.season_length }
    }

    /// Their coefficients as partial autocorrelations.
    fn parameters(&self) -> Vec<f64> {
        let turned = |coefficients: &[f64]| partial(coefficients.iter().map(|value| -value).collect());
        let mut all = partial(self.ar.clone());
        all.extend(partial(self.seasonal_ar.clone()));
        all.extend(turned(&self.ma));
        all.extend(turned(&self.seasonal_ma));
        all.extend(self.constant.then_some(self.mean));
        all
    }

    /// The log-likelihood of so many values from our deviance: the variance is concentrated out.
    fn log_likelihood(deviance: f64, observed: usize) -> f64 {
        let count = observed as f64;
        -0.5 * (deviance + count * (std::f64::consts::TAU.ln() + 1.0 - count.ln()))
    }
}

/// The recursion of Durbin and Levinson backwards.
fn partial(mut coefficients: Vec<f64>) -> Vec<f64> {
    let mut found = Vec::new();
    while let Some(last) = coefficients.pop() {
        found.push(last);
        let mirrored: Vec<f64> = coefficients.iter().rev().copied().collect();
        for (value, mirror) in coefficients.iter_mut().zip(mirrored) {
            *value = (*value + last * mirror) / (1.0 - last * last);
        }
    }
    found.reverse();
    found
}

#[test]
fn likelihood_and_forecast_agree_at_the_same_parameters() {
    let golden = Golden::load();
    for case in &golden.cases {
        let values = golden.values(case);
        let gaps = Gaps::of(&values, case.differencing());
        let differenced = case.differencing().apply(&gaps_filled(&values, case.season_length));
        let (orders, mut room) = (case.orders(), Room::default());
        let mut exact =
            Exact { values: &differenced, orders, season_length: case.season_length, gaps: &gaps, room: &mut room };
        // Only what was not observed is fitted.
        let mut at = case.parameters();
        let mut bounds: Vec<(f64, f64)> = at.iter().map(|value| (*value, *value)).collect();
        at.resize(at.len() + gaps.count(), 0.0);
        bounds.resize(at.len(), (f64::NEG_INFINITY, f64::INFINITY));
        least_squares(
            &mut exact,
            &mut at,
            &bounds,
            Stopping { tolerance: 1e-15, steps: 50 },
            &mut Workspace::default(),
        );
        let ours = Case::log_likelihood(exact.deviance(&at), exact.observed());
        assert!(
            (ours - case.log_likelihood).abs() < 1e-6,
            "{} {orders:?}: {ours} {}",
            case.series,
            case.log_likelihood
        );
        let (ahead, theirs) = (room.state[0] + case.mean, case.forecast[0]);
        assert!((ahead - theirs).abs() < 1e-6 * (1.0 + theirs.abs()), "{} {orders:?}: {ahead} {theirs}", case.series);
    }
}

#[test]
fn the_fit_is_as_likely_and_forecasts_alike() {
    let golden = Golden::load();
    for case in &golden.cases {
        let values = golden.values(case);
        let orders = case.orders();
        let mut room = search::Room::default();
        let mut search = Search::new(&values, Transform::None, case.differencing(), &mut room);
        // Half way there, so that the search has something to climb to.
        let start: Vec<f64> = case.parameters().iter().map(|value| 0.5 * value).collect();
        let fit = search.exact(orders, &start).expect("a fit");
        let observed = values.iter().filter(|value| !value.is_nan()).count() - case.differencing().reach();
        let parameters = (orders.parameters() + 1) as f64;
        let penalty = 2.0 * parameters + 2.0 * parameters * (parameters + 1.0) / (observed as f64 - parameters - 1.0);
        let ours = Case::log_likelihood(fit.aicc - penalty, observed);
        assert!(ours > case.log_likelihood - 0.02, "{} {orders:?}: {ours} {}", case.series, case.log_likelihood);
        if ours < case.log_likelihood + 0.02 {
            for (ahead, theirs) in fit.ahead.iter().zip(&case.forecast) {
                let ahead = ahead + fit.constant;
                assert!(
                    (ahead - theirs).abs() < 0.02 * (1.0 + theirs.abs()),
                    "{} {orders:?}: {ahead} {theirs}",
                    case.series
                );
            }
        }
    }
}
