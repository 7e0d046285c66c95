//! The Theta family: a smoothed level pulled along by a fraction of a straight line, with the season taken out first.

mod lines;

use serde::{Deserialize, Serialize};

use self::lines::Lines;
use super::naive::{FittedMean, correct, is_constant};
use super::spec::family_defaults;
use crate::forecast::{FittedSeries, ModelError, SeriesHistory, SeriesModel};
use crate::math::seasonal::{Indices, Joining, gaps_filled, has_season};
use crate::panel::Regressors;

/// The family's id; forms other than the default carry their name too.
pub(super) const ID: &str = "theta";

/// The family's options as they ship.
pub(super) const DEFAULTS: &str = include_str!("../../models/theta.toml");

/// Which Theta model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThetaForm {
    /// Theta is 2 and the line is that of the whole history.
    Standard,
    /// Theta is fitted; the line is that of the whole history.
    Optimised,
    /// Theta is 2 and the line moves with each value.
    DynamicStandard,
    /// Theta is fitted and the line moves with each value.
    DynamicOptimised,
}

/// How the season is taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThetaSeason {
    /// By division where a season is found, by subtraction where values or indices come near zero.
    Multiplicative,
    /// By subtraction where a season is found.
    Additive,
    /// Not at all.
    None,
}

/// Which Theta model is fitted, and how it sees the season.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThetaOptions {
    /// The form.
    pub form: ThetaForm,
    /// How the season is taken out.
    pub season: ThetaSeason,
    /// Whether indices are drawn toward no season as far as they may be noise.
    pub shrink_season: bool,
    /// Standard errors that the autocorrelation at one season must pass for the season to be taken out.
    pub season_test: f64,
}

impl Default for ThetaOptions {
    fn default() -> ThetaOptions {
        family_defaults(DEFAULTS)
    }
}

/// The Theta models.
///
/// Method: Assimakopoulos and Nikolopoulos (2000) with the season test and classical decomposition; Fiorucci,
/// Pellegrini, Louzada, Petropoulos and Koehler (2016) for the optimised and dynamic forms. A value not observed moves
/// the level to its own forecast and leaves the line. Where the history is above zero the forecast stays there: a
/// falling line bends before it would halve the lowest level seen.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Theta {
    options: ThetaOptions,
}

impl Theta {
    /// A model with the options.
    pub fn new(options: ThetaOptions) -> Theta {
        Theta { options }
    }
}

/// Fewer observed values than this get the mean, fewer than the second theta at 2 and every error counted.
const FEWEST: usize = 4;
const FEW: usize = 10;

/// The first errors say more of the initial level than of the model: left out of the fit, as forecTheta does
/// (Fiorucci et al. 2016).
const SKIPPED: usize = 3;

/// The weight of the line, `1 - 1/theta`, for a theta of 2.
const STANDARD_WEIGHT: f64 = 0.5;

/// Values or indices below this share of the mean are too near zero to divide by.
const NEAR_ZERO: f64 = 0.05;

/// The forecast level bends where it falls below this share of the lowest level seen.
const BEND: f64 = 0.5;

impl SeriesModel for Theta {
    fn id(&self) -> &str {
        match self.options.form {
            ThetaForm::DynamicOptimised => ID,
            ThetaForm::Standard => "theta_standard",
            ThetaForm::Optimised => "theta_optimised",
            ThetaForm::DynamicStandard => "theta_dynamic_standard",
        }
    }

    fn fit(&self, history: SeriesHistory<'_>) -> Result<Box<dyn FittedSeries>, ModelError> {
        let observed = history.observed();
        if observed == 0 {
            return Err(ModelError::TooShort { model: self.id().to_owned(), needed: 1, found: 0 });
        }
        if observed < FEWEST || is_constant(history.values) {
            return Ok(Box::new(FittedMean::new(history.values)));
        }
        let sizes = history.values.iter().filter(|value| !value.is_nan()).map(|value| value.abs() / observed as f64);
        let scale: f64 = sizes.sum();
        let values: Vec<f64> = history.values.iter().map(|value| value / scale).collect();
        let season = self.season_of(&values, history.season_length());
        let without_season: Vec<f64> = values.iter().enumerate().map(|(t, value)| season.remove(t, *value)).collect();
        let (dynamic, weight) = match self.options.form {
            ThetaForm::Standard => (false, Some(STANDARD_WEIGHT)),
            ThetaForm::Optimised => (false, None),
            ThetaForm::DynamicStandard => (true, Some(STANDARD_WEIGHT)),
            ThetaForm::DynamicOptimised => (true, None),
        };
        let (weight, skipped) = if observed < FEW { (Some(STANDARD_WEIGHT), 0) } else { (weight, SKIPPED) };
        let (lines, mut residuals) = Lines::fit(&without_season, dynamic, weight, skipped);
        let parameters = 2 + usize::from(weight.is_none()) + season.parameters();
        correct(&mut residuals, parameters as f64, true);
        residuals.iter_mut().for_each(|residual| *residual *= scale);
        let lowest = |values: &[f64]| values.iter().copied().fold(f64::INFINITY, f64::min);
        let level = lowest(&without_season);
        Ok(Box::new(FittedTheta {
            lines,
            season,
            first_step: values.len(),
            scale,
            residuals,
            bend: (level > 0.0).then_some(BEND * level),
            floor: if lowest(&values) >= 0.0 { 0.0 } else { f64::NEG_INFINITY },
        }))
    }
}

impl Theta {
    fn season_of(&self, values: &[f64], period: usize) -> Removed {
        let none = Removed(None);
        if self.options.season == ThetaSeason::None {
            return none;
        }
        let filled = gaps_filled(values, period);
        if !has_season(&filled, period, self.options.season_test) {
            return none;
        }
        let indices = |joining| {
            let indices = Indices::classical(&filled, period, joining)?;
            Some(if self.options.shrink_season { indices.shrunk() } else { indices })
        };
        if self.options.season == ThetaSeason::Multiplicative && filled.iter().all(|value| *value > 0.0) {
            let clear = |indices: &Indices| indices.values.iter().all(|index| *index > NEAR_ZERO);
            if let Some(indices) = indices(Joining::Multiplicative).filter(clear) {
                return Removed(Some(indices));
            }
        }
        Removed(indices(Joining::Additive))
    }
}

/// The season taken out, if any.
#[derive(Debug)]
struct Removed(Option<Indices>);

impl Removed {
    /// Free parameters of the season.
    fn parameters(&self) -> usize {
        self.0.as_ref().map_or(0, |indices| indices.values.len() - 1)
    }

    fn remove(&self, t: usize, value: f64) -> f64 {
        match &self.0 {
            None => value,
            Some(Indices { joining: Joining::Additive, values, .. }) => value - values[t % values.len()],
            Some(Indices { joining: Joining::Multiplicative, values, .. }) => value / values[t % values.len()],
        }
    }

    fn put_back(&self, t: usize, value: f64) -> f64 {
        match &self.0 {
            None => value,
            Some(Indices { joining: Joining::Additive, values, .. }) => value + values[t % values.len()],
            Some(Indices { joining: Joining::Multiplicative, values, .. }) => value * values[t % values.len()],
        }
    }
}

#[derive(Debug)]
struct FittedTheta {
    lines: Lines,
    season: Removed,
    /// The position of the first step, counted on from the history.
    first_step: usize,
    scale: f64,
    residuals: Vec<f64>,
    /// Where the falling level bends; never where the history came to zero.
    bend: Option<f64>,
    floor: f64,
}

impl FittedSeries for FittedTheta {
    fn residuals(&self) -> &[f64] {
        &self.residuals
    }

    fn path(&self, _future: Regressors<'_>, innovations: &[f64], path: &mut [f64]) {
        let mut lines = self.lines.clone();
        for (step, (innovation, cell)) in innovations.iter().zip(path.iter_mut()).enumerate() {
            let mean = match self.bend {
                // Continuous with a continuous slope at the bend, and above zero for ever.
                Some(bend) if lines.mean() < bend => bend * libm::exp(lines.mean() / bend - 1.0),
                _ => lines.mean(),
            };
            let value = mean + innovation / self.scale;
            lines.see(value);
            *cell = self.season.put_back(self.first_step + step, value).max(self.floor) * self.scale;
        }
    }

    fn describe(&self) -> String {
        let season = match self.season.0.as_ref().map(|indices| indices.joining) {
            None => "no season",
            Some(Joining::Additive) => "additive season",
            Some(Joining::Multiplicative) => "multiplicative season",
        };
        let kind = if self.lines.dynamic { "dynamic theta" } else { "theta" };
        let theta = 1.0 / (1.0 - self.lines.weight);
        let theta = if theta > 100.0 { "over 100".to_owned() } else { format!("{theta:.2}") };
        format!("{kind} {theta}, level {:.2}, {season}", self.lines.alpha)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::golden::{Golden, GoldenSeries};
    use crate::models::hostile::{fit, path, point, survives};
    use crate::time::Frequency;

    const FORMS: [ThetaForm; 4] =
        [ThetaForm::Standard, ThetaForm::Optimised, ThetaForm::DynamicStandard, ThetaForm::DynamicOptimised];

    fn with(change: impl Fn(&mut ThetaOptions)) -> Theta {
        let mut options = ThetaOptions::default();
        change(&mut options);
        Theta::new(options)
    }

    #[derive(Deserialize)]
    struct Theirs {
        form: ThetaForm,
        decomposed: bool,
        forecast: Vec<f64>,
    }

    #[test]
    fn forecasts_are_those_of_another_implementation() {
        let golden: Golden<Theirs> =
            serde_json::from_str(include_str!("../../tests/golden/theta.json")).expect("golden");
        assert_eq!(golden.series.len(), 3);
        for GoldenSeries { name, season_length, values, fits } in golden.series {
            let frequency = match season_length {
                12 => Frequency::Month,
                4 => Frequency::Quarter,
                _ => Frequency::Year,
            };
            for Theirs { form, decomposed, forecast } in fits {
                let model = with(|options| {
                    options.form = form;
                    options.shrink_season = false;
                    options.season_test = 1.645;
                });
                let fitted = fit(&model, frequency, &values).expect("a fit");
                assert_eq!(!fitted.describe().ends_with("no season"), decomposed, "{name} {form:?}");
                let dynamic = matches!(form, ThetaForm::DynamicStandard | ThetaForm::DynamicOptimised);
                let tolerance = if dynamic { 0.015 } else { 0.005 };
                for (ours, theirs) in path(&*fitted, frequency, &[0.0; 12]).iter().zip(&forecast) {
                    assert!((ours / theirs - 1.0).abs() < tolerance, "{name} {form:?}: {ours} {theirs}");
                }
            }
        }
    }

    #[test]
    fn hostile_series_get_finite_forecasts_near_the_data() {
        for form in FORMS {
            survives(&with(|options| options.form = form));
            survives(&with(|options| (options.form, options.season) = (form, ThetaSeason::Additive)));
        }
    }

    #[test]
    fn constants_and_zeros_go_on_exactly() {
        for form in FORMS {
            for value in [0.0, 7.0, 0.1] {
                assert_eq!(point(&with(|options| options.form = form), Frequency::Month, &[value; 40], 3), [value; 3]);
            }
        }
    }

    #[test]
    fn what_falls_toward_zero_stays_above_it() {
        let values: Vec<f64> = (0..60)
            .map(|t| {
                (200.0 - 3.2 * f64::from(t)) * (1.0 + 0.4 * libm::sin(f64::from(t) * std::f64::consts::TAU / 12.0))
            })
            .collect();
        for form in FORMS {
            let forecast = point(&with(|options| options.form = form), Frequency::Month, &values, 60);
            assert!(forecast.iter().all(|value| *value > 0.0), "{form:?} {forecast:?}");
        }
    }

    #[test]
    fn a_season_with_zeros_is_subtracted() {
        let values: Vec<f64> =
            (0..48).map(|t| [9.0, 0.0, 5.0, 4.0][t % 4] + if t % 7 == 0 { 1.0 } else { 0.0 }).collect();
        let fitted = fit(&Theta::default(), Frequency::Quarter, &values).expect("a fit");
        assert!(fitted.describe().ends_with("additive season"), "{}", fitted.describe());
        let forecast = path(&*fitted, Frequency::Quarter, &[0.0; 4]);
        assert!(forecast.iter().zip([9.0, 0.0, 5.0, 4.0]).all(|(a, b)| (a - b).abs() < 0.6), "{forecast:?}");
    }

    #[test]
    fn a_season_that_nearly_closes_is_subtracted_too() {
        let values: Vec<f64> = (0..48).map(|t| [90.0, 0.5, 50.0, 40.0][t % 4] + (t % 5) as f64).collect();
        let fitted = fit(&Theta::default(), Frequency::Quarter, &values).expect("a fit");
        assert!(fitted.describe().ends_with("additive season"), "{}", fitted.describe());
    }

    #[test]
    fn a_gap_in_a_straight_line_changes_nothing() {
        let whole: Vec<f64> = (0..40).map(|t| 50.0 + 2.0 * f64::from(t)).collect();
        let mut gappy = whole.clone();
        gappy[20..24].fill(f64::NAN);
        for form in FORMS {
            let of = |values: &[f64]| point(&with(|options| options.form = form), Frequency::Year, values, 4);
            for (ours, truth) in of(&gappy).iter().zip(of(&whole)) {
                assert!((ours / truth - 1.0).abs() < 0.02, "{form:?} {ours} {truth}");
            }
        }
    }
}
