//! A series of one value again and again: regressions have nothing to learn from it and must not drift away from it.

use crate::forecast::{FittedSeries, SeriesHistory};
use crate::panel::Regressors;

/// The fit of a history whose observed values are all the same, two at least; `None` for every other.
pub(super) fn constant(history: SeriesHistory<'_>, model: &'static str) -> Option<Box<dyn FittedSeries>> {
    let mut seen = history.values.iter().copied().filter(|value| !value.is_nan());
    let value = seen.next()?;
    let again = seen.next()?;
    if again != value || seen.any(|other| other != value) {
        return None;
    }
    // Zero where a value was observed, and not known elsewhere.
    let residuals = history.values.iter().map(|other| other - value).collect();
    Some(Box::new(Constant { model, value, residuals }))
}

#[derive(Debug)]
struct Constant {
    model: &'static str,
    value: f64,
    residuals: Vec<f64>,
}

impl FittedSeries for Constant {
    fn residuals(&self) -> &[f64] {
        &self.residuals
    }

    fn path(&self, _: Regressors<'_>, innovations: &[f64], path: &mut [f64]) {
        for (cell, innovation) in path.iter_mut().zip(innovations) {
            *cell = (self.value + innovation).max(0.0);
        }
    }

    fn describe(&self) -> String {
        format!("{}: every value seen is the same, and so is the forecast", self.model)
    }
}

#[cfg(test)]
mod tests {
    use crate::forecast::{SeriesHistory, SeriesModel};
    use crate::models::ahead::{months, point};
    use crate::models::{CountRegression, ElasticNet, Regression};
    use crate::panel::Design;

    fn models() -> [Box<dyn SeriesModel>; 3] {
        [Box::new(Regression::default()), Box::new(CountRegression::default()), Box::new(ElasticNet::default())]
    }

    #[test]
    fn a_series_that_never_changed_does_not_drift() {
        let days: Vec<f64> = (0..66).map(|period| 18.0 + (period * 7 % 5) as f64).collect();
        let design = Design::empty(months(66)).with_shared("working_days", days).expect("finite");
        for model in models() {
            for value in [0.0, 1.0, 7.0, 1e15] {
                let mut values = vec![value; 48];
                values[20] = f64::NAN;
                let known = design.slice(0, 48);
                let history = SeriesHistory { values: &values, regressors: known.regressors(0) };
                let fit = model.fit(history).expect("a fit");
                assert_eq!(point(&*fit, &design.slice(48, 18)), [value; 18], "{} on {value}", model.id());
                assert!(fit.residuals()[20].is_nan() && fit.residuals()[21] == 0.0, "{}", model.id());
            }
        }
    }

    #[test]
    fn one_other_value_is_enough_for_a_model() {
        let mut values = vec![7.0; 40];
        values[11] = 8.0;
        let design = Design::empty(months(40));
        for model in models() {
            let fit = model.fit(SeriesHistory { values: &values, regressors: design.regressors(0) }).expect("a fit");
            assert!(!fit.describe().contains("every value seen is the same"), "{}", model.id());
        }
    }
}
