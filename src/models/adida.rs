//! Aggregate, forecast, disaggregate: demand in buckets long enough to hold about one.

use serde::{Deserialize, Serialize};

use super::intermittent::{Demands, FittedIntermittent, best_smoothing, bounds, smoothed};
use super::spec::family_defaults;
use crate::forecast::{FittedSeries, ModelError, SeriesHistory, SeriesModel};

/// The family's id.
pub(super) const ID: &str = "adida";

/// The family's options as they ship.
pub(super) const DEFAULTS: &str = include_str!("../../models/adida.toml");

/// How the buckets are smoothed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdidaOptions {
    /// The least and the most smoothing of the buckets; it is fitted between them.
    pub smoothing_bounds: [f64; 2],
}

impl Default for AdidaOptions {
    fn default() -> AdidaOptions {
        family_defaults(DEFAULTS)
    }
}

/// Simple exponential smoothing of buckets as long as the mean interval between demands, spread evenly over the bucket's
/// periods.
///
/// Periods not observed are passed over. A history of zeros is forecast as zero.
///
/// Method: Nikolopoulos, Syntetos, Boylan, Petropoulos and Assimakopoulos (2011), with buckets that hold one demand on average.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Adida {
    options: AdidaOptions,
}

impl Adida {
    /// The model with these options; smoothings outside 0 to 1 are moved to the nearest of the two.
    pub fn new(options: AdidaOptions) -> Adida {
        Adida { options: AdidaOptions { smoothing_bounds: bounds(options.smoothing_bounds) } }
    }
}

impl SeriesModel for Adida {
    fn id(&self) -> &str {
        ID
    }

    fn fit(&self, history: SeriesHistory<'_>) -> Result<Box<dyn FittedSeries>, ModelError> {
        let demands = Demands::of(ID, history)?;
        let periods = demands.mean_interval().max(1);
        let buckets = demands.buckets(periods);
        let smoothing = best_smoothing(&buckets, self.options.smoothing_bounds);
        let rate = smoothed(&buckets, smoothing);
        let description = format!("{rate:.2} a period, from buckets of {periods} smoothed by {smoothing:.2}");
        Ok(Box::new(FittedIntermittent::new(history.values, &demands, rate, smoothing, description)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::hostile::{fit, point, survives};
    use crate::time::Frequency;

    #[test]
    fn hostile_series_get_finite_forecasts_near_the_data() {
        survives(&Adida::default());
        survives(&Adida::new(AdidaOptions { smoothing_bounds: [0.0, 1.0] }));
    }

    #[test]
    fn buckets_hold_one_demand_on_average() {
        // Demands at the third, sixth and so on: three periods a bucket, each with a mean of 2.
        let values: Vec<f64> = (1..=36).map(|period| if period % 3 == 0 { 6.0 } else { 0.0 }).collect();
        assert_eq!(point(&Adida::default(), Frequency::Month, &values, 2), [2.0; 2]);
        let fitted = fit(&Adida::default(), Frequency::Month, &values).expect("a fit");
        assert!(fitted.describe().starts_with("2.00 a period, from buckets of 3"), "{}", fitted.describe());
    }
}
