//! Forecasters made of forecasters: combinations, and calibrated ranges.
//!
//! In: forecasters of any kind. Out: a forecaster that walks rolling origins inside the history it is given, weighs its
//! members or widens its ranges by what it saw there, and then forecasts. [`Calibrated`] lives here and not beside the
//! scores because it is part of a recipe: a backtest fits it anew at each origin like any other member. This room knows
//! no model by name and scores nothing for publication.

mod calibrated;
mod combination;
mod weights;

pub use calibrated::{Calibrated, CalibrationOptions, Width};
pub use combination::Ensemble;
pub use weights::{Combine, EnsembleOptions};

#[cfg(test)]
mod tests {
    //! A forecaster whose every number is known, for the tests of this room.

    use ndarray::{Array2, Array3};

    use crate::forecast::{Draws, FittedForecaster, Forecast, Forecaster, ModelError, Skipped};
    use crate::panel::{Design, Panel, SeriesKey, ValueKind};
    use crate::time::{Period, Span};

    /// How paths differ.
    #[derive(Debug, Clone, Copy, Default)]
    pub(super) enum Noise {
        /// They don't.
        #[default]
        None,
        /// Evenly within this share of the value, another path the highest at each step.
        Even(f64),
        /// The same, within one share for even rows and another for odd ones.
        EvenByRow([f64; 2]),
        /// Half of them this share of the value above it, half as far below.
        EitherWay(f64),
    }

    /// Forecasts one value for ever.
    #[derive(Debug, Clone, Default)]
    pub(super) struct Steady {
        pub id: &'static str,
        pub value: f64,
        pub noise: Noise,
        /// Rows that it can't forecast.
        pub skips: Vec<usize>,
        /// Whether it fails as a whole.
        pub fails: bool,
    }

    #[derive(Debug)]
    struct Fitted {
        model: Steady,
        keys: Vec<SeriesKey>,
        residuals: Vec<f64>,
        skipped: Vec<Skipped>,
    }

    impl Forecaster for Steady {
        fn id(&self) -> &str {
            self.id
        }

        fn fit(&self, history: &Panel, _known: &Design) -> Result<Box<dyn FittedForecaster>, ModelError> {
            if self.fails {
                return Err(ModelError::Nothing { model: self.id.to_owned(), first: "it always does".to_owned() });
            }
            let skip = |row: &usize| self.skips.contains(row);
            let key = |row: usize| history.keys()[row].clone();
            let rows = 0..history.keys().len();
            let skipped = |row| Skipped { key: key(row), model: self.id.to_owned(), reason: "told to".to_owned() };
            Ok(Box::new(Fitted {
                model: self.clone(),
                keys: rows.clone().filter(|row| !skip(row)).map(key).collect(),
                residuals: vec![self.value; history.span().len()],
                skipped: rows.filter(skip).map(skipped).collect(),
            }))
        }
    }

    impl FittedForecaster for Fitted {
        fn forecast(&self, future: &Design, draws: Draws) -> Result<Forecast, ModelError> {
            let shape = (self.keys.len(), draws.paths, future.span().len());
            let paths = Array3::from_shape_fn(shape, |(row, draw, step)| {
                let place = ((draw + 7 * step) % draws.paths) as f64 / (draws.paths.max(2) - 1) as f64;
                let place = 2.0 * place - 1.0;
                let share = match self.model.noise {
                    Noise::None => 0.0,
                    Noise::Even(share) => share * place,
                    Noise::EvenByRow(shares) => shares[row % 2] * place,
                    Noise::EitherWay(share) => share * place.signum(),
                };
                self.model.value * (1.0 + share)
            });
            Ok(Forecast::new(self.keys.clone(), future.span(), paths).expect("finite paths"))
        }

        fn residuals(&self) -> Vec<(&SeriesKey, &[f64])> {
            self.keys.iter().map(|key| (key, self.residuals.as_slice())).collect()
        }

        fn skipped(&self) -> &[Skipped] {
            &self.skipped
        }

        fn describe(&self, key: &SeriesKey) -> Option<String> {
            self.keys.contains(key).then(|| format!("steady {}", self.model.value))
        }
    }

    /// Series of whole counts from January 2014.
    pub(super) fn panel(series: usize, periods: usize, value: impl Fn(usize, usize) -> f64) -> Panel {
        let keys = (0..series).map(|row| SeriesKey::new([format!("area {row:02}")])).collect();
        let span = Span::new(Period::month(2014, 1), periods);
        let values = Array2::from_shape_fn((series, periods), |(row, period)| value(row, period).round());
        Panel::new(vec!["area".into()], keys, span, values, ValueKind::Count).expect("a valid panel")
    }
}
