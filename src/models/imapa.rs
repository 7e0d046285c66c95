//! Multiple aggregation for intermittent demand: the mean of forecasts from buckets of every length up to the mean
//! interval between demands.

use serde::{Deserialize, Serialize};

use super::intermittent::{Demands, FittedIntermittent, best_smoothing, bounds, smoothed};
use super::spec::family_defaults;
use crate::forecast::{FittedSeries, ModelError, SeriesHistory, SeriesModel};

/// The family's id.
pub(super) const ID: &str = "imapa";

/// The family's options as they ship.
pub(super) const DEFAULTS: &str = include_str!("../../models/imapa.toml");

/// How the buckets are smoothed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImapaOptions {
    /// The least and the most smoothing of the buckets; it is fitted between them for each length.
    pub smoothing_bounds: [f64; 2],
}

impl Default for ImapaOptions {
    fn default() -> ImapaOptions {
        family_defaults(DEFAULTS)
    }
}

/// Simple exponential smoothing of buckets of one period, two, and so on up to the mean interval between demands; the
/// mean of what they say a period.
///
/// Periods not observed are passed over. A history of zeros is forecast as zero.
///
/// Method: Petropoulos and Kourentzes (2015), with simple exponential smoothing at every length.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Imapa {
    options: ImapaOptions,
}

impl Imapa {
    /// The model with these options; smoothings outside 0 to 1 are moved to the nearest of the two.
    pub fn new(options: ImapaOptions) -> Imapa {
        Imapa { options: ImapaOptions { smoothing_bounds: bounds(options.smoothing_bounds) } }
    }
}

impl SeriesModel for Imapa {
    fn id(&self) -> &str {
        ID
    }

    fn fit(&self, history: SeriesHistory<'_>) -> Result<Box<dyn FittedSeries>, ModelError> {
        let demands = Demands::of(ID, history)?;
        let longest = demands.mean_interval().max(1);
        let (mut rate, mut mean_smoothing) = (0.0, 0.0);
        for periods in 1..=longest {
            let buckets = demands.buckets(periods);
            let smoothing = best_smoothing(&buckets, self.options.smoothing_bounds);
            rate += smoothed(&buckets, smoothing) / longest as f64;
            mean_smoothing += smoothing / longest as f64;
        }
        let description = format!("{rate:.2} a period, from buckets of 1 to {longest}");
        Ok(Box::new(FittedIntermittent::new(history.values, &demands, rate, mean_smoothing, description)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::hostile::{point, survives};
    use crate::time::Frequency;

    #[test]
    fn hostile_series_get_finite_forecasts_near_the_data() {
        survives(&Imapa::default());
        survives(&Imapa::new(ImapaOptions { smoothing_bounds: [0.0, 1.0] }));
    }

    #[test]
    fn the_forecast_is_the_mean_over_bucket_lengths() {
        // By hand with smoothing 0.5: singles 0, 4, 0, 4 end at 2.5; pairs at 2 and 2.
        let model = Imapa::new(ImapaOptions { smoothing_bounds: [0.5, 0.5] });
        assert_eq!(point(&model, Frequency::Month, &[0.0, 4.0, 0.0, 4.0], 1), [(2.5 + 2.0) / 2.0]);
    }
}
