//! Teunter, Syntetos and Babai's method: the size of demands and the probability of one, smoothed apart.

use serde::{Deserialize, Serialize};

use super::intermittent::{Demands, FittedIntermittent, smoothed};
use super::spec::family_defaults;
use crate::forecast::{FittedSeries, ModelError, SeriesHistory, SeriesModel};

/// The family's id.
pub(super) const ID: &str = "tsb";

/// The family's options as they ship.
pub(super) const DEFAULTS: &str = include_str!("../../models/tsb.toml");

/// How sizes and the probability are smoothed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TsbOptions {
    /// How much of each new size is taken in, between 0 and 1.
    pub size_smoothing: f64,
    /// How much of each period with or without a demand the probability takes in, between 0 and 1.
    pub probability_smoothing: f64,
}

impl Default for TsbOptions {
    fn default() -> TsbOptions {
        family_defaults(DEFAULTS)
    }
}

/// Demand a period as mean size times the probability of a demand, which learns in every period: the forecast falls
/// where demands stop coming.
///
/// Periods not observed are passed over. A history of zeros is forecast as zero.
///
/// Method: Teunter, Syntetos and Babai (2011).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tsb {
    options: TsbOptions,
}

impl Tsb {
    /// The model with these options; smoothings outside 0 to 1 are moved to the nearest of the two.
    pub fn new(options: TsbOptions) -> Tsb {
        Tsb {
            options: TsbOptions {
                size_smoothing: options.size_smoothing.clamp(0.0, 1.0),
                probability_smoothing: options.probability_smoothing.clamp(0.0, 1.0),
            },
        }
    }
}

impl SeriesModel for Tsb {
    fn id(&self) -> &str {
        ID
    }

    fn fit(&self, history: SeriesHistory<'_>) -> Result<Box<dyn FittedSeries>, ModelError> {
        let demands = Demands::of(ID, history)?;
        let TsbOptions { size_smoothing, probability_smoothing } = self.options;
        let came: Vec<f64> = demands.observed.iter().map(|value| f64::from(u8::from(*value > 0.0))).collect();
        let probability = smoothed(&came, probability_smoothing);
        let size = smoothed(&demands.sizes, size_smoothing);
        let rate = probability * size;
        let description = format!("{rate:.2} a period: demands of {size:.1} with probability {probability:.2}");
        Ok(Box::new(FittedIntermittent::new(history.values, &demands, rate, size_smoothing, description)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::hostile::{point, survives};
    use crate::time::Frequency;

    #[test]
    fn hostile_series_get_finite_forecasts_near_the_data() {
        survives(&Tsb::default());
        survives(&Tsb::new(TsbOptions { size_smoothing: 1.0, probability_smoothing: 1.0 }));
        survives(&Tsb::new(TsbOptions { size_smoothing: 0.0, probability_smoothing: 0.0 }));
    }

    #[test]
    fn the_forecast_falls_by_the_smoothing_in_every_period_without_a_demand() {
        let model = Tsb::new(TsbOptions { size_smoothing: 0.1, probability_smoothing: 0.2 });
        let mut values = vec![2.0; 12];
        values.extend([0.0; 3]);
        let forecast = point(&model, Frequency::Month, &values, 2);
        assert!((forecast[1] - 2.0 * 0.8_f64.powi(3)).abs() < 1e-12, "{forecast:?}");
    }
}
