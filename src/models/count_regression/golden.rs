//! Count regression against numbers of another implementation: `tests/golden/count_regression.json` says which and how.

use ndarray::Array2;
use serde::Deserialize;

use super::CountDistribution;
use super::likelihood::Scatter;
use super::scoring::{Counts, Fit};

#[derive(Deserialize)]
struct Golden {
    series: Vec<Series>,
}

#[derive(Deserialize)]
struct Series {
    name: String,
    exposure: Vec<f64>,
    columns: Vec<Vec<f64>>,
    counts: Vec<f64>,
    poisson: Theirs,
    negative_binomial: Option<Theirs>,
}

#[derive(Deserialize)]
struct Theirs {
    effects: Vec<f64>,
    dispersion: Option<f64>,
    log_likelihood: f64,
}

impl Series {
    fn fit(&self, distribution: CountDistribution) -> Fit {
        let (periods, effects) = (self.counts.len(), self.columns[0].len());
        let rows = Array2::from_shape_fn((periods, effects), |(row, column)| self.columns[row][column]);
        let offset: Vec<f64> = self.exposure.iter().map(|exposure| exposure.ln()).collect();
        Counts { rows: &rows, values: &self.counts, offset: &offset, ridge: 0.0, free: effects }.fit(distribution, &[])
    }

    /// The log-likelihood that the AICc is made of.
    fn log_likelihood(&self, fit: &Fit, parameters: f64) -> f64 {
        let spare = self.counts.len() as f64 - parameters - 1.0;
        parameters + parameters * (parameters + 1.0) / spare - 0.5 * fit.aicc
    }
}

#[test]
fn effects_dispersion_and_likelihood_agree_with_those_of_another_implementation() {
    let golden: Golden =
        serde_json::from_str(include_str!("../../../tests/golden/count_regression.json")).expect("a golden file");
    assert_eq!(golden.series.iter().filter(|series| series.negative_binomial.is_some()).count(), 2);
    for series in &golden.series {
        let of = |distribution, theirs: &Theirs| {
            let fit = series.fit(distribution);
            for (ours, theirs) in fit.effects.iter().zip(&theirs.effects) {
                assert!((ours - theirs).abs() < 1e-5, "{} {distribution:?}: {ours} {theirs}", series.name);
            }
            let parameters = theirs.effects.len() + usize::from(theirs.dispersion.is_some());
            let likelihood = series.log_likelihood(&fit, parameters as f64);
            assert!((likelihood - theirs.log_likelihood).abs() < 1e-6, "{}: {likelihood}", series.name);
            fit
        };
        of(CountDistribution::Poisson, &series.poisson);
        if let Some(theirs) = &series.negative_binomial {
            let fit = of(CountDistribution::NegativeBinomial, theirs);
            let (Scatter::NegativeBinomial(ours), Some(theirs)) = (fit.scatter, theirs.dispersion) else {
                panic!("{}: no dispersion", series.name)
            };
            assert!((ours / theirs - 1.0).abs() < 1e-4, "{}: {ours} {theirs}", series.name);
        }
    }
}
