//! Seasonal naive: each period repeats the last value of its position in the season.

use serde::{Deserialize, Serialize};

use super::spec::family_defaults;
use crate::forecast::{FittedSeries, ModelError, SeriesHistory, SeriesModel};
use crate::panel::Regressors;

/// The family's id.
pub(super) const ID: &str = "seasonal_naive";

/// The family's options as they ship.
pub(super) const DEFAULTS: &str = include_str!("../../models/seasonal_naive.toml");

/// How the naive forecast repeats.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeasonalNaiveOptions {
    /// Whether the last season is repeated; the last value is where not.
    pub seasonal: bool,
}

impl Default for SeasonalNaiveOptions {
    fn default() -> SeasonalNaiveOptions {
        family_defaults(DEFAULTS)
    }
}

/// Repeats the last season; where less than one season was observed, or some position of it never was, the last value.
///
/// Method: a random walk for each position of the season (Hyndman and Athanasopoulos 2021, section 5.2): a path takes
/// each step's innovation on top of its own value one season before.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SeasonalNaive {
    options: SeasonalNaiveOptions,
}

impl SeasonalNaive {
    /// The model's id.
    pub const ID: &str = ID;

    /// A model with the options.
    pub fn new(options: SeasonalNaiveOptions) -> SeasonalNaive {
        SeasonalNaive { options }
    }
}

impl SeriesModel for SeasonalNaive {
    fn id(&self) -> &str {
        ID
    }

    fn fit(&self, history: SeriesHistory<'_>) -> Result<Box<dyn FittedSeries>, ModelError> {
        let values = history.values;
        if history.observed() == 0 {
            return Err(ModelError::TooShort { model: ID.to_owned(), needed: 1, found: 0 });
        }
        let season = if self.options.seasonal { history.season_length() } else { 1 };
        Ok(Box::new(
            FittedNaive::new(values, season).or_else(|| FittedNaive::new(values, 1)).ok_or_else(|| {
                ModelError::NoFit { model: ID.to_owned(), reason: "it has no finite value".to_owned() }
            })?,
        ))
    }
}

#[derive(Debug)]
struct FittedNaive {
    /// The last value of each position, that of the first step first.
    last: Vec<f64>,
    residuals: Vec<f64>,
}

impl FittedNaive {
    /// `None` where some position of the season was never observed.
    fn new(values: &[f64], season: usize) -> Option<FittedNaive> {
        let mut last: Vec<Option<f64>> = vec![None; season];
        let mut residuals = vec![f64::NAN; values.len()];
        for (t, (value, residual)) in values.iter().zip(&mut residuals).enumerate() {
            if value.is_finite() {
                if let Some(before) = last[t % season] {
                    *residual = value - before;
                }
                last[t % season] = Some(*value);
            }
        }
        correct(&mut residuals, 0.0, true);
        let mut last: Vec<f64> = last.into_iter().collect::<Option<_>>()?;
        last.rotate_left(values.len() % season);
        Some(FittedNaive { last, residuals })
    }
}

impl FittedSeries for FittedNaive {
    fn residuals(&self) -> &[f64] {
        &self.residuals
    }

    fn path(&self, _future: Regressors<'_>, innovations: &[f64], path: &mut [f64]) {
        for step in 0..path.len().min(innovations.len()) {
            let before = step.checked_sub(self.last.len()).map_or_else(|| self.last[step], |back| path[back]);
            path[step] = before + innovations[step];
        }
    }

    fn describe(&self) -> String {
        match self.last.len() {
            1 => "the last value".to_owned(),
            periods => format!("the last {periods} periods"),
        }
    }
}

/// The mean of the observed values for ever: for constants, and for series too short for anything else.
#[derive(Debug)]
pub(super) struct FittedMean {
    mean: f64,
    residuals: Vec<f64>,
}

impl FittedMean {
    pub(super) fn new(values: &[f64]) -> FittedMean {
        let observed = || values.iter().copied().filter(|value| !value.is_nan());
        let count = observed().count() as f64;
        let mean = match observed().next() {
            Some(first) if is_constant(values) => first,
            // Divided first: the sum of huge values has no end.
            _ => observed().map(|value| value / count).sum(),
        };
        let mut residuals: Vec<f64> = values.iter().map(|value| value - mean).collect();
        correct(&mut residuals, 1.0, true);
        FittedMean { mean, residuals }
    }
}

impl FittedSeries for FittedMean {
    fn residuals(&self) -> &[f64] {
        &self.residuals
    }

    fn path(&self, _future: Regressors<'_>, innovations: &[f64], path: &mut [f64]) {
        path.iter_mut().zip(innovations).for_each(|(value, innovation)| *value = self.mean + innovation);
    }

    fn describe(&self) -> String {
        "the mean".to_owned()
    }
}

/// Whether all observed values are the same.
pub(super) fn is_constant(values: &[f64]) -> bool {
    let mut observed = values.iter().filter(|value| !value.is_nan());
    let first = observed.next();
    observed.all(|value| Some(value) == first)
}

/// The mean size of the observed values, which a model scales them by.
///
/// # Errors
/// Where nothing was observed, or the values are too large to add up.
pub(super) fn mean_size(history: SeriesHistory<'_>, id: &str) -> Result<f64, ModelError> {
    let observed = history.observed();
    if observed == 0 {
        return Err(ModelError::TooShort { model: id.to_owned(), needed: 1, found: 0 });
    }
    let sizes = history.values.iter().filter(|value| !value.is_nan()).map(|value| value.abs());
    let size = sizes.sum::<f64>() / observed as f64;
    if !size.is_finite() {
        let reason = "its values are too large to add up".to_owned();
        return Err(ModelError::NoFit { model: id.to_owned(), reason });
    }
    Ok(size)
}

/// Makes residuals as wide as errors not yet seen: divided by the root of the share of degrees of freedom left (at
/// least a quarter of them), around zero for additive errors.
pub(super) fn correct(residuals: &mut [f64], parameters: f64, centre: bool) {
    let observed = residuals.iter().filter(|residual| !residual.is_nan()).count() as f64;
    if observed == 0.0 {
        return;
    }
    let sum: f64 = residuals.iter().filter(|residual| !residual.is_nan()).map(|value| value / observed).sum();
    let mean = if centre { sum } else { 0.0 };
    let left = (observed - parameters).max(observed / 4.0);
    let factor = (observed / left).sqrt();
    residuals.iter_mut().for_each(|residual| *residual = (*residual - mean) * factor);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::hostile::{fit, path, point, survives};
    use crate::time::Frequency;

    #[test]
    fn hostile_series_get_finite_forecasts_near_the_data() {
        survives(&SeasonalNaive::default());
        survives(&SeasonalNaive::new(SeasonalNaiveOptions { seasonal: false }));
    }

    #[test]
    fn the_last_value_of_each_position_is_repeated() {
        let values = [1.0, 2.0, 3.0, 4.0, 5.0, f64::NAN, 7.0];
        let forecast = point(&SeasonalNaive::default(), Frequency::Quarter, &values, 6);
        assert_eq!(forecast, [4.0, 5.0, 2.0, 7.0, 4.0, 5.0]);
    }

    #[test]
    fn under_one_season_the_last_value_is_repeated() {
        assert_eq!(point(&SeasonalNaive::default(), Frequency::Month, &[1.0, 2.0, 9.0], 2), [9.0; 2]);
    }

    #[test]
    fn a_path_walks_from_season_to_season() {
        let fitted = fit(&SeasonalNaive::default(), Frequency::Quarter, &[1.0, 2.0, 3.0, 4.0]).expect("a season");
        let path = path(&*fitted, Frequency::Quarter, &[0.5, 0.0, 0.0, 0.0, 0.25]);
        assert_eq!(path, [1.5, 2.0, 3.0, 4.0, 1.75]);
    }

    #[test]
    fn residuals_are_centred_and_as_wide_as_new_errors() {
        let mut residuals = [1.0, f64::NAN, 3.0, 2.0, 2.0];
        correct(&mut residuals, 2.0, true);
        // By hand: around the mean of 2, times the root of 4 / (4 - 2).
        let wide = 2.0_f64.sqrt();
        assert!(residuals[1].is_nan());
        assert_eq!([residuals[0], residuals[2], residuals[3]], [-wide, wide, 0.0]);
    }
}
