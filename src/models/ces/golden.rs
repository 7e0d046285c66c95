//! Complex exponential smoothing against numbers of another implementation: `tests/golden/ces.json` says which and how.

use serde::Deserialize;

use super::fitted::{FittedCes, Scale};
use super::form::{Form, Season};
use super::recursion::{Smoother, Weights};
use super::search::{Fit, Search};
use crate::models::golden::{Golden, GoldenSeries};
use crate::models::hostile::path;
use crate::time::Frequency;

#[derive(Deserialize)]
struct Theirs {
    form: Season,
    alpha_0: f64,
    alpha_1: f64,
    beta_0: Option<f64>,
    beta_1: Option<f64>,
    /// The last states, oldest first: level, hidden component, then those of the season.
    last: Vec<Vec<f64>>,
    sum_of_squares: f64,
    forecast: Vec<f64>,
}

/// Our way of writing a complex weight: the slow root of the transition is `1 - fade`.
fn weights(real: f64, imaginary: f64) -> Weights {
    let fade = 0.5 * (real - (real * real - 4.0 * (1.0 - imaginary)).sqrt());
    Weights { smoothing: real - 1.0, fade }
}

impl Theirs {
    fn smoothers(&self, periods: usize) -> Vec<Smoother> {
        let count = self.last.len();
        // Their rows start with the slot of the first step, ours with that of the first period.
        let turned = |column: usize, hidden: Option<usize>| {
            let mut slots = vec![(0.0, 0.0); count];
            for (row, states) in self.last.iter().enumerate() {
                slots[(periods + row) % count] = (states[column], hidden.map_or(0.0, |hidden| states[hidden]));
            }
            slots
        };
        let level = weights(self.alpha_0, self.alpha_1);
        let newest = &self.last[count - 1];
        let one = Smoother { weights: level, slots: vec![(newest[0], newest[1])] };
        let smoothing = self.beta_0.unwrap_or_default();
        match self.form {
            Season::None => vec![one],
            Season::Simple => vec![Smoother { weights: level, slots: turned(0, Some(1)) }],
            Season::Partial => {
                vec![one, Smoother { weights: Weights { smoothing, fade: 0.0 }, slots: turned(2, None) }]
            }
            Season::Full => {
                let season = weights(smoothing, self.beta_1.unwrap_or_default());
                vec![one, Smoother { weights: season, slots: turned(2, Some(3)) }]
            }
        }
    }
}

fn golden() -> Vec<GoldenSeries<Theirs>> {
    let golden: Golden<Theirs> =
        serde_json::from_str(include_str!("../../../tests/golden/ces.json")).expect("a golden file");
    assert_eq!(golden.series.len(), 2);
    golden.series
}

#[test]
fn forecasts_agree_at_the_same_weights_and_states() {
    let scale = Scale { size: 1.0, logarithm: false, relative: false };
    for series in golden() {
        for theirs in &series.fits {
            let smoothers = theirs.smoothers(series.values.len());
            let form = Form { season: theirs.form, drift: true };
            let fit = Fit { form, parameters: 0, initial: smoothers.clone(), last: smoothers, aicc: 0.0 };
            let fitted = FittedCes::new(vec![(1.0, fit)], &series.values, scale);
            for (ours, value) in path(&fitted, Frequency::Month, &[0.0; 12]).iter().zip(&theirs.forecast) {
                assert!((ours - value).abs() < 1e-8 * value, "{} {form}: {ours} {value}", series.name);
            }
        }
    }
}

#[test]
fn no_form_fits_worse_than_theirs() {
    for series in golden() {
        let mut search = Search::new(&series.values, series.season_length, (-0.05, 0.05));
        for theirs in &series.fits {
            let form = Form { season: theirs.form, drift: true };
            let fit = search.fit(form, &[]).expect("a fit");
            let mut sum = 0.0;
            fit.means(&series.values, |t, mean| sum += (series.values[t] - mean).powi(2));
            let (name, theirs) = (&series.name, theirs.sum_of_squares);
            assert!(sum < 1.02 * theirs, "{name} {form}: {sum} {theirs}");
        }
    }
}
