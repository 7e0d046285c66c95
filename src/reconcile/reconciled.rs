//! A forecaster whose parts know what the totals' own forecasts say.

use std::collections::BTreeMap;

use ndarray::{Array2, Axis, concatenate};
use serde::{Deserialize, Serialize};

use super::projection::Projection;
use crate::forecast::{Draws, FittedForecaster, Forecast, Forecaster, ModelError, SharedDates, Skipped};
use crate::panel::{Design, Hierarchy, Panel, SeriesKey, Total};

/// The id.
const ID: &str = "reconcile";

/// How forecasts of parts and totals are made to agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReconcileMethod {
    /// Totals are the sums of their parts' forecasts and are not forecast themselves.
    #[default]
    BottomUp,
    /// Totals are forecast too; parts move by what the totals know, each by what its errors say it owes.
    Mint,
}

/// How forecasts of parts and totals are made to agree.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReconcileOptions {
    /// The method.
    pub method: ReconcileMethod,
}

/// Forecasts the parts of a panel by the inner forecaster, and moves each path by what the same forecaster, fitted to
/// the totals over the panel's dimensions, says of the sums. Paths stay at least zero. Totals are not handed out: add up
/// the parts ([`Forecast::totals`]).
///
/// Base paths of parts and totals share the dates of their innovations, so that paths with the same number belong
/// together. The covariance of one-step errors is read off the inner forecasters' own first steps, one path a date:
/// innovations live on whatever scale a model has, first steps are in the panel's unit and as wide as the whole recipe
/// makes them.
///
/// Method: minimum trace with shrinkage (Wickramasuriya, Athanasopoulos and Hyndman 2019), path by path as
/// Panagiotelis, Gamakumara, Athanasopoulos and Hyndman (2023) reconcile samples; at least zero as in Wickramasuriya,
/// Turlach and Hyndman (2020).
#[derive(Debug)]
pub struct Reconciled {
    inner: Box<dyn Forecaster>,
    options: ReconcileOptions,
}

impl Reconciled {
    /// The inner forecaster, reconciled.
    pub fn new(inner: Box<dyn Forecaster>, options: ReconcileOptions) -> Reconciled {
        Reconciled { inner, options }
    }
}

impl Forecaster for Reconciled {
    fn id(&self) -> &str {
        ID
    }

    fn fit(&self, history: &Panel, known: &Design) -> Result<Box<dyn FittedForecaster>, ModelError> {
        let parts = self.inner.fit(history, known)?;
        let totals = match self.options.method {
            ReconcileMethod::BottomUp => None,
            ReconcileMethod::Mint => self.fit_totals(history, known),
        };
        Ok(Box::new(FittedReconciled { periods: history.span().len(), keys: history.keys().to_vec(), parts, totals }))
    }
}

impl Reconciled {
    /// The inner forecaster fitted to the totals that were observed for two seasons or more; `None` where there is no
    /// such total or it can't be fitted to any: then the parts stand as they are.
    fn fit_totals(&self, history: &Panel, known: &Design) -> Option<FittedTotals> {
        let least = (2 * history.span().frequency().season_length()).max(8);
        let mut totals = Hierarchy::of(history).sums();
        let panel = history.totals(&totals).ok()?;
        let observed = |row: usize| panel.series(row).iter().filter(|value| !value.is_nan()).count() >= least;
        let rows: Vec<usize> = (0..totals.len()).filter(|row| observed(*row)).collect();
        totals = rows.iter().map(|row| totals[*row].clone()).collect();
        if totals.is_empty() {
            return None;
        }
        let fitted = self.inner.fit(&panel.select(&rows), &known.totals(&totals)).ok()?;
        Some(FittedTotals { totals, fitted })
    }
}

#[derive(Debug)]
struct FittedTotals {
    /// The totals; their leaves are rows of the history.
    totals: Vec<Total>,
    fitted: Box<dyn FittedForecaster>,
}

#[derive(Debug)]
struct FittedReconciled {
    /// Periods of the history.
    periods: usize,
    keys: Vec<SeriesKey>,
    parts: Box<dyn FittedForecaster>,
    totals: Option<FittedTotals>,
}

impl FittedForecaster for FittedReconciled {
    fn forecast(&self, future: &Design, draws: Draws) -> Result<Forecast, ModelError> {
        let parts = self.parts.forecast(future, draws)?;
        let Some(FittedTotals { totals, fitted }) = &self.totals else { return Ok(parts) };
        if future.span().is_empty() {
            return Ok(parts);
        }
        let future_of_totals = future.totals(totals);
        let sums = fitted.forecast(&future_of_totals, draws)?;
        // A total counts where it and every one of its parts were forecast.
        let whole = |total: &Total| {
            let row = sums.row(&total.key)?;
            let leaves =
                total.leaves.iter().map(|leaf| parts.row(&self.keys[*leaf])).collect::<Option<Vec<usize>>>()?;
            Some((row, Total { key: total.key.clone(), leaves }))
        };
        let (rows, whole): (Vec<usize>, Vec<Total>) = totals.iter().filter_map(whole).unzip();
        if whole.is_empty() {
            return Ok(parts);
        }
        let of_parts = self.first_steps(&*self.parts, future, draws.seed, parts.keys())?;
        let keys: Vec<SeriesKey> = whole.iter().map(|total| total.key.clone()).collect();
        let of_totals = self.first_steps(&**fitted, &future_of_totals, draws.seed, &keys)?;
        let no_fit = |reason: String| ModelError::NoFit { model: ID.to_owned(), reason };
        let errors =
            concatenate(Axis(0), &[of_parts.view(), of_totals.view()]).map_err(|error| no_fit(error.to_string()))?;
        let projection = Projection::minimum_trace(parts.keys().len(), &whole, errors.view());
        let mut reconciled = projection.reconcile(flat(&parts, None).view(), flat(&sums, Some(&rows)).view());
        projection.lift(&mut reconciled);
        let paths = reconciled.into_shape_with_order(parts.paths().dim()).map_err(|error| no_fit(error.to_string()))?;
        Forecast::new(parts.keys().to_vec(), parts.span(), paths).map_err(|error| no_fit(error.to_string()))
    }

    fn residuals(&self) -> Vec<(&SeriesKey, &[f64])> {
        self.parts.residuals()
    }

    fn skipped(&self) -> &[Skipped] {
        self.parts.skipped()
    }

    fn describe(&self, key: &SeriesKey) -> Option<String> {
        let inner = self.parts.describe(key)?;
        Some(match &self.totals {
            None => inner,
            Some(totals) => format!("{inner}; reconciled with {} totals", totals.totals.len()),
        })
    }
}

impl FittedReconciled {
    /// What a forecaster says of the first period ahead under the innovations of each date of the history, keys x dates;
    /// `NaN` where the series has no innovation of its own on the date.
    fn first_steps(
        &self,
        fitted: &dyn FittedForecaster,
        future: &Design,
        seed: u64,
        keys: &[SeriesKey],
    ) -> Result<Array2<f64>, ModelError> {
        // As many paths as dates: balanced draws meet each date once.
        let once = Draws { paths: self.periods, seed };
        let forecast = fitted.forecast(&future.slice(0, 1), once)?;
        let dates = SharedDates::draw(once, self.periods, 1);
        let innovations: BTreeMap<&SeriesKey, &[f64]> = fitted.residuals().into_iter().collect();
        let mut steps = Array2::from_elem((keys.len(), self.periods), f64::NAN);
        for (mut steps, key) in steps.rows_mut().into_iter().zip(keys) {
            let Some(row) = forecast.row(key) else { continue };
            for (path, value) in forecast.series(row).column(0).iter().enumerate() {
                let date = dates.position(path, 0);
                let own = innovations.get(key).and_then(|innovations| innovations.get(date));
                if own.is_none_or(|innovation| innovation.is_finite()) {
                    steps[date] = value.max(0.0);
                }
            }
        }
        Ok(steps)
    }
}

/// Paths of the rows asked for (all where none are), rows x (draws and steps), at least zero as they will be published.
fn flat(forecast: &Forecast, rows: Option<&[usize]>) -> Array2<f64> {
    let paths = rows.map_or_else(|| forecast.paths().to_owned(), |rows| forecast.paths().select(Axis(0), rows));
    let (series, draws, steps) = paths.dim();
    let paths = paths.as_standard_layout().into_owned().into_shape_with_order((series, draws * steps));
    #[expect(clippy::expect_used, reason = "the standard layout has any shape of the same size")]
    let paths = paths.expect("as many values");
    paths.mapv_into(|value| value.max(0.0))
}
