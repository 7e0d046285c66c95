//! Exponential smoothing against numbers of another implementation: `tests/golden/ets.json` says which and how.

use serde::Deserialize;

use super::fitted::FittedEts;
use super::form::{Form, Season, Trend};
use super::likelihood::{Likelihood, Room};
use super::recursion::{Smoothing, State};
use super::search::{Fit, Search};
use crate::math::optimise::LeastSquares;
use crate::models::golden::{Golden, GoldenSeries};
use crate::models::hostile::path;
use crate::time::Frequency;

#[derive(Deserialize)]
struct Theirs {
    form: String,
    aicc: f64,
    alpha: f64,
    beta: Option<f64>,
    gamma: Option<f64>,
    phi: Option<f64>,
    level: f64,
    slope: Option<f64>,
    season: Vec<f64>,
    forecast: Vec<f64>,
}

impl Theirs {
    fn form(&self) -> Form {
        Form::admissible().find(|form| form.to_string() == self.form).expect("a form we have")
    }

    fn smoothing(&self) -> Smoothing {
        Smoothing {
            alpha: self.alpha,
            beta_share: self.beta.unwrap_or(0.0) / self.alpha,
            gamma_share: self.gamma.unwrap_or(0.0) / (1.0 - self.alpha),
            phi: self.phi.unwrap_or(1.0),
        }
    }

    /// The usual region, which their search doesn't keep to.
    fn is_usual(&self) -> bool {
        self.beta.unwrap_or(0.0) <= self.alpha && self.gamma.unwrap_or(0.0) <= 1.0 - self.alpha
    }
}

fn golden() -> Vec<GoldenSeries<Theirs>> {
    let golden: Golden<Theirs> =
        serde_json::from_str(include_str!("../../../tests/golden/ets.json")).expect("a golden file");
    assert_eq!(golden.series.len(), 3);
    golden.series
}

impl GoldenSeries<Theirs> {
    fn scale(&self) -> f64 {
        self.values.iter().sum::<f64>() / self.values.len() as f64
    }

    fn scaled(&self) -> Vec<f64> {
        self.values.iter().map(|value| value / self.scale()).collect()
    }

    /// AICc in the series' units from ours of the scaled values.
    fn in_units(&self, aicc: f64) -> f64 {
        aicc + 2.0 * self.values.len() as f64 * self.scale().ln()
    }

    fn forecast(&self, fit: Fit) -> Vec<f64> {
        let fitted = FittedEts::new(vec![(1.0, fit)], &self.scaled(), self.scale(), self.season_length);
        path(&fitted, Frequency::Month, &[0.0; 8])
    }
}

#[test]
fn likelihood_and_forecast_agree_at_the_same_parameters() {
    for series in golden() {
        let values = series.scaled();
        for theirs in &series.fits {
            let form = theirs.form();
            let in_season = if form.season == Season::Additive { series.scale() } else { 1.0 };
            let initial = State {
                level: theirs.level / series.scale(),
                slope: theirs.slope.unwrap_or(0.0) / series.scale(),
                season: theirs.season.iter().map(|season| season / in_season).collect(),
            };
            let mut room = Room::default();
            let mut likelihood = Likelihood::new(form, &values, initial.clone(), &mut room);
            let mut parameters = vec![0.0; likelihood.layout.count];
            likelihood.layout.write_parameters(theirs.smoothing(), &initial, &mut parameters);
            let sum = likelihood.sum_of_squares(&parameters);
            let (count, fitted) = (values.len() as f64, form.parameters(series.season_length) as f64 + 1.0);
            let penalty = 2.0 * fitted + 2.0 * fitted * (fitted + 1.0) / (count - fitted - 1.0);
            let aicc = series.in_units(count * sum.ln() + penalty);
            assert!((aicc - theirs.aicc).abs() < 1e-6, "{} {form}: {aicc} {}", series.name, theirs.aicc);
            let last = likelihood.final_state().clone();
            let fit = Fit { form, smoothing: theirs.smoothing(), initial, last, aicc };
            // statsforecast 2.1.1 damps the second step like the first, so that its damped forecasts drift off from
            // there: f(2) - f(1) = phi x slope where the model says phi^2 x slope.
            let steps = if form.trend == Trend::Damped { 1 } else { 8 };
            for (ours, value) in series.forecast(fit).iter().zip(&theirs.forecast).take(steps) {
                assert!((ours - value).abs() < 1e-8 * value, "{} {form}: {ours} {value}", series.name);
            }
        }
    }
}

#[test]
fn hardly_a_form_is_fitted_worse_and_like_fits_forecast_alike() {
    let (mut alike, mut compared, mut worse) = (0, 0, 0);
    for series in golden() {
        let values = series.scaled();
        let mut search = Search::new(&values, series.season_length);
        let mut before = Vec::new();
        for theirs in &series.fits {
            let fit = search.fit(theirs.form(), &before).expect("a fit");
            before.push(fit.clone());
            let aicc = series.in_units(fit.aicc);
            if theirs.is_usual() {
                compared += 1;
                worse += usize::from(aicc > theirs.aicc + 0.01);
                assert!(aicc <= theirs.aicc + 2.5, "{} {}: {aicc} {}", series.name, theirs.form, theirs.aicc);
            }
            if (aicc - theirs.aicc).abs() < 0.5 {
                alike += 1;
                for (ours, value) in series.forecast(fit).iter().zip(&theirs.forecast) {
                    assert!((ours / value - 1.0).abs() < 0.03, "{} {}: {ours} {value}", series.name, theirs.form);
                }
            }
        }
    }
    assert!(alike >= 10 && compared >= 25, "{alike} of {compared} fits are like theirs");
    // A fit may stay in another minimum than theirs.
    assert!(worse <= 2, "{worse} of {compared} fits have a higher AICc");
}

#[test]
fn damping_keeps_to_its_range() {
    for series in golden() {
        let values = series.scaled();
        let mut search = Search::new(&values, series.season_length);
        for form in Form::admissible().filter(|form| form.trend == Trend::Damped) {
            if let Some(fit) = search.fit(form, &[]) {
                assert!((0.8..=0.98).contains(&fit.smoothing.phi), "{} {form}", series.name);
            }
        }
    }
}
