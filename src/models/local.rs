//! Lifts a model of one series to a forecaster of a panel.

use ndarray::parallel::prelude::*;
use ndarray::{Array3, Axis};

use super::few;
use crate::forecast::{
    Draws, FittedForecaster, FittedSeries, Forecast, Forecaster, ModelError, SeriesHistory, SeriesModel, SharedDates,
    Skipped,
};
use crate::panel::{Design, Panel, SeriesKey};
use crate::time::Span;

/// Fits one [`SeriesModel`] to each series of a panel. Owns the only loop over series, the threads, the shared dates
/// and the collection of failures.
#[derive(Debug)]
pub struct Local {
    model: Box<dyn SeriesModel>,
}

impl Local {
    /// A forecaster that fits the model to each series on its own.
    pub fn new(model: impl SeriesModel + 'static) -> Local {
        Local { model: Box::new(model) }
    }
}

impl From<Box<dyn SeriesModel>> for Local {
    fn from(model: Box<dyn SeriesModel>) -> Local {
        Local { model }
    }
}

impl Forecaster for Local {
    fn id(&self) -> &str {
        self.model.id()
    }

    fn fit(&self, history: &Panel, known: &Design) -> Result<Box<dyn FittedForecaster>, ModelError> {
        debug_assert_eq!(history.span(), known.span(), "the design covers the history");
        let fits: Vec<Result<LedFit, ModelError>> =
            (0..history.keys().len()).into_par_iter().map(|row| self.fit_row(history, known, row)).collect();
        let (mut fitted, mut skipped) = (Vec::new(), Vec::new());
        for (row, (key, fit)) in history.keys().iter().zip(fits).enumerate() {
            match fit {
                Ok((lead, fit)) => {
                    let mut residuals = vec![f64::NAN; lead];
                    residuals.extend_from_slice(fit.residuals());
                    let few_counts = few::counts(history, row);
                    fitted.push(FittedRow { key: key.clone(), fit, residuals, few_counts });
                }
                Err(error) => {
                    skipped.push(Skipped { key: key.clone(), model: self.id().to_owned(), reason: error.to_string() });
                }
            }
        }
        if fitted.is_empty() {
            let first = skipped.into_iter().next().map(|skipped| skipped.reason).unwrap_or_default();
            return Err(ModelError::Nothing { model: self.id().to_owned(), first });
        }
        // The future's regressors come by row of the panel; rows that were skipped must not shift the others.
        let rows = fitted.iter().filter_map(|row| history.keys().binary_search(&row.key).ok()).collect();
        Ok(Box::new(FittedLocal { model: self.id().to_owned(), history: history.span(), rows, fitted, skipped }))
    }
}

impl Local {
    /// The fit, and how many unobserved periods come before its first observed one.
    fn fit_row(&self, history: &Panel, known: &Design, row: usize) -> Result<LedFit, ModelError> {
        let values = history.series(row).to_vec();
        let lead = values.iter().position(|value| !value.is_nan()).ok_or_else(|| ModelError::TooShort {
            model: self.id().to_owned(),
            needed: 1,
            found: 0,
        })?;
        let regressors = known.regressors(row).skip(lead);
        Ok((lead, self.model.fit(SeriesHistory { values: &values[lead..], regressors })?))
    }
}

/// A fit, and how many unobserved periods come before its first observed one.
type LedFit = (usize, Box<dyn FittedSeries>);

#[derive(Debug)]
struct FittedRow {
    key: SeriesKey,
    fit: Box<dyn FittedSeries>,
    /// One a period of the panel, `NaN` where there is none.
    residuals: Vec<f64>,
    /// The mean of counts that are too few to tell their scatter.
    few_counts: Option<f64>,
}

#[derive(Debug)]
struct FittedLocal {
    model: String,
    history: Span,
    /// The panel's row of each fitted series.
    rows: Vec<usize>,
    fitted: Vec<FittedRow>,
    skipped: Vec<Skipped>,
}

impl FittedForecaster for FittedLocal {
    fn forecast(&self, future: &Design, draws: Draws) -> Result<Forecast, ModelError> {
        let (periods, steps) = (self.history.len(), future.span().len());
        if future.span().start() != self.history.following(1).start() {
            let reason = format!("the future starts in {}, not after the history", future.span().start());
            return Err(ModelError::Future { model: self.model.clone(), reason });
        }
        let dates = SharedDates::draw(draws, periods, steps);
        let mut paths = Array3::<f64>::zeros((self.fitted.len(), draws.paths, steps));
        paths.axis_iter_mut(Axis(0)).into_par_iter().zip(&self.fitted).zip(&self.rows).for_each(
            |((mut paths, series), row)| {
                let innovations = Innovations::of(&series.residuals);
                let regressors = future.regressors(*row);
                let (mut along, mut path) = (vec![0.0; steps], vec![0.0; steps]);
                for (draw, mut to) in paths.outer_iter_mut().enumerate() {
                    for (step, innovation) in along.iter_mut().enumerate() {
                        *innovation = innovations.of_date(dates.position(draw, step));
                    }
                    series.fit.path(regressors, &along, &mut path);
                    to.iter_mut().zip(&path).for_each(|(cell, value)| *cell = *value);
                }
                if let Some(mean) = series.few_counts {
                    few::widen(paths, mean, &series.key, draws);
                }
            },
        );
        // A series whose paths ran off to infinity is left out here, so that other models can stand in for it.
        let finite: Vec<usize> = (0..self.fitted.len())
            .filter(|row| paths.index_axis(Axis(0), *row).iter().all(|value| value.is_finite()))
            .collect();
        let keys = finite.iter().map(|row| self.fitted[*row].key.clone()).collect();
        if finite.len() < self.fitted.len() {
            paths = paths.select(Axis(0), &finite);
        }
        Forecast::new(keys, future.span(), paths)
            .map_err(|error| ModelError::NoFit { model: self.model.clone(), reason: error.to_string() })
    }

    fn residuals(&self) -> Vec<(&SeriesKey, &[f64])> {
        self.fitted.iter().map(|row| (&row.key, row.residuals.as_slice())).collect()
    }

    fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    fn describe(&self, key: &SeriesKey) -> Option<String> {
        let row = self.fitted.binary_search_by(|row| row.key.cmp(key)).ok()?;
        Some(self.fitted[row].fit.describe())
    }
}

/// Fewer surprises than this are taken in both directions.
const FEW_SURPRISES: usize = 3;

/// The innovations of one series, looked up by date.
struct Innovations<'a> {
    by_date: &'a [f64],
    observed: Vec<f64>,
}

impl<'a> Innovations<'a> {
    fn of(residuals: &'a [f64]) -> Innovations<'a> {
        let mut observed: Vec<f64> = residuals.iter().copied().filter(|value| value.is_finite()).collect();
        // One or two surprises tell how far values stray and not in which direction: taken as they are, every path would
        // be moved to one side.
        if observed.len() < FEW_SURPRISES {
            let other_way: Vec<f64> = observed.iter().map(|value| -value).collect();
            observed.extend(other_way);
            return Innovations { by_date: &[], observed };
        }
        Innovations { by_date: residuals, observed }
    }

    /// The innovation of the date; where the series has none then, one of its own in place of it, always the same.
    fn of_date(&self, position: usize) -> f64 {
        match self.by_date.get(position) {
            Some(value) if value.is_finite() => *value,
            _ if self.observed.is_empty() => 0.0,
            _ => self.observed[position % self.observed.len()],
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::models::{CountRegression, ElasticNet, Regression, RevertingLevel, SeasonalNaive, Theta};
    use crate::panel::ValueKind;
    use crate::time::Period;

    /// The lowest and the highest tenth of the paths of the first month ahead, and their middle.
    fn next(model: Local, values: &[f64], kind: ValueKind) -> (f64, f64, f64) {
        let span = Span::new(Period::month(2024, 1), values.len());
        let panel = Panel::new(
            vec!["source".into()],
            vec![SeriesKey::new(["Police"])],
            span,
            Array2::from_shape_vec((1, values.len()), values.to_vec()).expect("one row"),
            kind,
        );
        let fitted = model.fit(&panel.expect("a valid panel"), &Design::empty(span)).expect("a fit");
        let draws = Draws { paths: 400, seed: 1 };
        let forecast = fitted.forecast(&Design::empty(span.following(3)), draws).expect("a forecast");
        let mut values = forecast.series(0).column(0).to_vec();
        values.sort_unstable_by(f64::total_cmp);
        (values[40], values[200], values[360])
    }

    fn models() -> Vec<Local> {
        vec![
            Local::new(Regression::default()),
            Local::new(CountRegression::default()),
            Local::new(ElasticNet::default()),
            Local::new(RevertingLevel::default()),
            Local::new(SeasonalNaive::default()),
            Local::new(Theta::default()),
        ]
    }

    #[test]
    fn a_handful_of_counts_promises_no_range_narrower_than_chance() {
        // A count about 20 lies within 14 to 26 in eight of ten months by chance alone.
        for values in [&[20.0][..], &[19.0, 21.0], &[20.0, 20.0, 20.0], &[18.0, 20.0, 22.0, 20.0]] {
            for model in models() {
                let name = model.id().to_owned();
                let (low, middle, high) = next(model, values, ValueKind::Count);
                assert!(low < 16.0 && high > 24.0, "{name} on {values:?}: {low} to {high}");
                assert!((15.0..=25.0).contains(&middle), "{name} on {values:?}: {middle}");
            }
        }
    }

    #[test]
    fn one_surprise_is_taken_in_both_directions() {
        let (low, _, high) = next(Local::new(ElasticNet::default()), &[100.0, 140.0], ValueKind::Amount);
        assert!(low < 100.0 && high > 140.0, "{low} to {high}");
    }

    #[test]
    fn zeros_stay_zeros() {
        let (low, middle, high) = next(Local::new(RevertingLevel::default()), &[0.0, 0.0, 0.0], ValueKind::Count);
        assert_eq!((low, middle, high), (0.0, 0.0, 0.0));
    }
}
