//! Croston's method: the size of demands and the interval between them, smoothed apart.

use serde::{Deserialize, Serialize};

use super::intermittent::{Demands, FittedIntermittent, best_smoothing, bounds, smoothed};
use super::spec::family_defaults;
use crate::forecast::{FittedSeries, ModelError, SeriesHistory, SeriesModel};

/// The family's id.
pub(super) const ID: &str = "croston";

/// The family's options as they ship.
pub(super) const DEFAULTS: &str = include_str!("../../models/croston.toml");

/// How the forecast is made of the mean size z and the mean interval q, smoothed by a.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CrostonForm {
    /// z / q, which is too high: the mean of an inverse is not the inverse of the mean. Method: Croston (1972).
    Classic,
    /// (1 - a / 2) z / q. Method: Syntetos and Boylan (2005).
    Sba,
    /// (1 - a / (2 - a)) z / q, for demands that arrive as a Poisson process. Method: Shale, Boylan and Johnston (2006).
    Sbj,
    /// (1 - a / 2) z / (q - a / 2), which takes nothing off a series with a demand in every period. Method: Syntetos
    /// (2001), as compared by Teunter and Sani (2009).
    Syntetos,
}

/// How sizes and intervals are smoothed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrostonOptions {
    /// How the forecast is made of size and interval.
    pub form: CrostonForm,
    /// Whether the smoothing of sizes and that of intervals are fitted between the bounds.
    pub fit_smoothing: bool,
    /// How much of each new size and interval is taken in, between 0 and 1, where it isn't fitted.
    pub smoothing: f64,
    /// The least and the most smoothing, where it is fitted.
    pub smoothing_bounds: [f64; 2],
}

impl Default for CrostonOptions {
    fn default() -> CrostonOptions {
        family_defaults(DEFAULTS)
    }
}

/// Demand a period as mean size over mean interval; both learn only when a demand comes, so the forecast stays where it
/// was after the last one, however long ago that is (see [`Tsb`](super::Tsb) for series that may have ended).
///
/// Periods not observed are passed over. A history of zeros is forecast as zero.
///
/// Method: Croston (1972), with the corrections of [`CrostonForm`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Croston {
    options: CrostonOptions,
}

impl Croston {
    /// The model with these options; smoothings outside 0 to 1 are moved to the nearest of the two.
    pub fn new(options: CrostonOptions) -> Croston {
        let smoothing = options.smoothing.clamp(0.0, 1.0);
        Croston { options: CrostonOptions { smoothing, smoothing_bounds: bounds(options.smoothing_bounds), ..options } }
    }

    fn smoothing(&self, values: &[f64]) -> f64 {
        let CrostonOptions { fit_smoothing, smoothing, smoothing_bounds, .. } = self.options;
        if fit_smoothing { best_smoothing(values, smoothing_bounds) } else { smoothing }
    }
}

impl CrostonForm {
    fn rate(self, size: f64, interval: f64, smoothing: f64) -> f64 {
        match self {
            CrostonForm::Classic => size / interval,
            CrostonForm::Sba => (1.0 - smoothing / 2.0) * size / interval,
            CrostonForm::Sbj => (1.0 - smoothing / (2.0 - smoothing)) * size / interval,
            // Two halves, so that an interval of one gives the size to the last digit.
            CrostonForm::Syntetos => size * ((1.0 - smoothing / 2.0) / (interval - smoothing / 2.0)),
        }
    }
}

impl SeriesModel for Croston {
    fn id(&self) -> &str {
        ID
    }

    fn fit(&self, history: SeriesHistory<'_>) -> Result<Box<dyn FittedSeries>, ModelError> {
        let demands = Demands::of(ID, history)?;
        let (of_sizes, of_intervals) = (self.smoothing(&demands.sizes), self.smoothing(&demands.intervals));
        let size = smoothed(&demands.sizes, of_sizes);
        // At least one period lies between two demands; without a demand there is no interval.
        let interval = smoothed(&demands.intervals, of_intervals).max(1.0);
        let rate = self.options.form.rate(size, interval, of_intervals);
        let description = format!("{rate:.2} a period: demands of {size:.1} every {interval:.1} periods");
        Ok(Box::new(FittedIntermittent::new(history.values, &demands, rate, of_sizes, description)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::hostile::{fit, point, survives};
    use crate::time::Frequency;

    const FORMS: [CrostonForm; 4] = [CrostonForm::Classic, CrostonForm::Sba, CrostonForm::Sbj, CrostonForm::Syntetos];

    fn with(form: CrostonForm, fit_smoothing: bool) -> Croston {
        Croston::new(CrostonOptions { form, fit_smoothing, ..CrostonOptions::default() })
    }

    #[test]
    fn hostile_series_get_finite_forecasts_near_the_data() {
        for form in FORMS {
            survives(&with(form, false));
            survives(&with(form, true));
        }
    }

    #[test]
    fn each_form_takes_off_what_its_source_says() {
        // By hand, smoothing 0.1: sizes 2, 4 give 2.2; intervals 3, 2 give 2.9.
        let values = [0.0, 0.0, 2.0, 0.0, 4.0];
        let expected = [2.2 / 2.9, 0.95 * 2.2 / 2.9, (1.0 - 0.1 / 1.9) * 2.2 / 2.9, 0.95 * 2.2 / 2.85];
        for (form, expected) in FORMS.into_iter().zip(expected) {
            let forecast = point(&with(form, false), Frequency::Month, &values, 1)[0];
            assert!((forecast - expected).abs() < 1e-12, "{form:?}: {forecast} {expected}");
        }
    }

    #[test]
    fn the_forecast_stays_where_the_last_demand_left_it() {
        let mut values = vec![0.0, 3.0, 0.0, 5.0];
        let before = point(&Croston::default(), Frequency::Month, &values, 1);
        values.extend([0.0; 30]);
        assert_eq!(point(&Croston::default(), Frequency::Month, &values, 1), before);
    }

    #[test]
    fn a_person_reads_size_and_interval() {
        let fitted = fit(&with(CrostonForm::Classic, false), Frequency::Month, &[0.0, 4.0, 0.0, 4.0]).expect("a fit");
        assert_eq!(fitted.describe(), "2.00 a period: demands of 4.0 every 2.0 periods");
    }
}
