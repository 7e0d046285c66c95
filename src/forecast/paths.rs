//! A forecast as sample paths.

use ndarray::{Array2, Array3, ArrayView2, ArrayView3, Axis, s};

use super::Levels;
use crate::math::quantile;
use crate::panel::{Panel, SeriesKey, Total, ValueKind};
use crate::time::Span;

/// Why paths are no forecast.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ForecastError {
    /// The array has another shape than keys and span.
    #[error("the forecast has {series} series and {steps} steps for {keys} keys and {periods} periods")]
    Shape {
        /// Series in the array.
        series: usize,
        /// Steps in the array.
        steps: usize,
        /// Keys given.
        keys: usize,
        /// Periods of the span.
        periods: usize,
    },
    /// There is no path.
    #[error("the forecast has no path")]
    NoPath,
    /// A path is not finite.
    #[error("the forecast of `{series}` is not finite in {period}")]
    NotFinite {
        /// The series.
        series: String,
        /// The period's label.
        period: String,
    },
}

/// A forecast: sample paths for each series over the periods of a span.
///
/// Shape: `paths()` is series x draws x steps, in the panel's units. Paths with the same number belong together across
/// series, so that sums of series are sums of paths. Invariant: finite, at least one draw, keys sorted.
#[derive(Debug, Clone)]
pub struct Forecast {
    keys: Vec<SeriesKey>,
    span: Span,
    paths: Array3<f64>,
    /// Whether the paths are whole numbers: quantiles of counts are counts.
    kind: ValueKind,
}

impl Forecast {
    /// A forecast from its paths, series x draws x steps.
    ///
    /// # Errors
    /// Where an invariant of the type doesn't hold.
    pub fn new(keys: Vec<SeriesKey>, span: Span, paths: Array3<f64>) -> Result<Forecast, ForecastError> {
        let (series, draws, steps) = paths.dim();
        if series != keys.len() || steps != span.len() {
            return Err(ForecastError::Shape { series, steps, keys: keys.len(), periods: span.len() });
        }
        if draws == 0 {
            return Err(ForecastError::NoPath);
        }
        for (key, path) in keys.iter().zip(paths.outer_iter()) {
            if let Some(((_, step), _)) = path.indexed_iter().find(|(_, value)| !value.is_finite()) {
                let period = span.period(step).to_string();
                return Err(ForecastError::NotFinite { series: key.to_string(), period });
            }
        }
        debug_assert!(keys.is_sorted(), "forecasts keep the order of the panel's keys");
        Ok(Forecast { keys, span, paths, kind: ValueKind::Amount })
    }

    /// Keys, span and paths, to make another forecast of without a copy.
    pub fn into_parts(self) -> (Vec<SeriesKey>, Span, Array3<f64>) {
        (self.keys, self.span, self.paths)
    }

    /// The series, sorted.
    pub fn keys(&self) -> &[SeriesKey] {
        &self.keys
    }

    /// The periods forecast.
    pub fn span(&self) -> Span {
        self.span
    }

    /// Series x draws x steps.
    pub fn paths(&self) -> ArrayView3<'_, f64> {
        self.paths.view()
    }

    /// The paths of one series, draws x steps.
    pub fn series(&self, row: usize) -> ArrayView2<'_, f64> {
        self.paths.index_axis(Axis(0), row)
    }

    /// Where a series stands among the keys.
    pub fn row(&self, key: &SeriesKey) -> Option<usize> {
        self.keys.binary_search(key).ok()
    }

    /// How many paths a series.
    pub fn draws(&self) -> usize {
        self.paths.len_of(Axis(1))
    }

    /// The mean over paths, series x steps.
    pub fn mean(&self) -> Array2<f64> {
        self.paths.sum_axis(Axis(1)) / self.draws() as f64
    }

    /// Quantiles over paths: series x probabilities x steps. Quantiles of one series and step never cross; those of
    /// counts are whole.
    pub fn quantiles(&self, probabilities: &[f64]) -> Array3<f64> {
        let (series, draws, steps) = self.paths.dim();
        let mut quantiles = Array3::zeros((series, probabilities.len(), steps));
        let mut sorted = vec![0.0; draws];
        for row in 0..series {
            for step in 0..steps {
                sorted.iter_mut().zip(self.paths.slice(s![row, .., step])).for_each(|(cell, value)| *cell = *value);
                sorted.sort_unstable_by(f64::total_cmp);
                for (place, probability) in probabilities.iter().enumerate() {
                    let quantile = quantile::of_sorted(&sorted, *probability);
                    quantiles[(row, place, step)] = match self.kind {
                        ValueKind::Count => quantile.round(),
                        ValueKind::Amount => quantile,
                    };
                }
            }
        }
        quantiles
    }

    /// The lower and upper bounds of each level: two arrays, each series x levels x steps.
    pub fn intervals(&self, levels: &Levels) -> (Array3<f64>, Array3<f64>) {
        let bounds: Vec<(f64, f64)> = levels.iter().map(|level| level.bounds()).collect();
        let probabilities: Vec<f64> =
            bounds.iter().map(|(low, _)| *low).chain(bounds.iter().map(|(_, high)| *high)).collect();
        let both = self.quantiles(&probabilities);
        let half = bounds.len();
        (both.slice(s![.., ..half, ..]).to_owned(), both.slice(s![.., half.., ..]).to_owned())
    }

    /// The forecast of totals: each path is the exact sum of its leaves' paths. Leaves that were not forecast (skipped
    /// by the models) are left out of the sum; a total without any leaf is left out altogether.
    pub fn totals(&self, panel: &Panel, totals: &[Total]) -> Forecast {
        let (_, draws, steps) = self.paths.dim();
        let mut keys = Vec::with_capacity(totals.len());
        let mut sums = Vec::with_capacity(totals.len() * draws * steps);
        for total in totals {
            let mut sum = Array2::<f64>::zeros((draws, steps));
            let rows: Vec<usize> = total.leaves.iter().filter_map(|leaf| self.row(&panel.keys()[*leaf])).collect();
            rows.iter().for_each(|row| sum += &self.series(*row));
            if !rows.is_empty() {
                keys.push(total.key.clone());
                sums.extend(sum);
            }
        }
        #[expect(clippy::expect_used, reason = "draws x steps values were pushed with each key")]
        let paths = Array3::from_shape_vec((keys.len(), draws, steps), sums).expect("one block of paths a key");
        Forecast { keys, span: self.span, paths, kind: self.kind }
    }

    /// Paths as the panel's values are: at least zero, and whole where the panel holds counts.
    pub fn shaped_like(mut self, kind: ValueKind) -> Forecast {
        match kind {
            ValueKind::Count => self.paths.mapv_inplace(|value| value.max(0.0).round()),
            ValueKind::Amount => self.paths.mapv_inplace(|value| value.max(0.0)),
        }
        self.kind = kind;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel::Hierarchy;
    use crate::time::Period;

    fn panel_and_forecast() -> (Panel, Forecast) {
        let keys: Vec<SeriesKey> = ["a", "b"].map(|label| SeriesKey::new([label])).to_vec();
        let history = Span::new(Period::month(2024, 1), 1);
        let counts = Array2::from_elem((2, 1), 1.0);
        let panel = Panel::new(vec!["area".into()], keys.clone(), history, counts, ValueKind::Count).expect("valid");
        let paths = Array3::from_shape_fn((2, 4, 1), |(series, draw, _)| series as f64 * 10.0 + draw as f64 + 0.4);
        (panel, Forecast::new(keys, history.following(1), paths).expect("finite"))
    }

    #[test]
    fn counts_have_whole_paths_and_whole_quantiles() {
        let (panel, forecast) = panel_and_forecast();
        let forecast = forecast.shaped_like(panel.kind());
        assert_eq!(forecast.series(0).column(0).to_vec(), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(forecast.quantiles(&[0.5])[(1, 0, 0)], 12.0);
    }

    #[test]
    fn a_total_is_the_sum_of_its_leaves_in_every_path() {
        let (panel, forecast) = panel_and_forecast();
        let forecast = forecast.shaped_like(panel.kind());
        let totals = forecast.totals(&panel, Hierarchy::of(&panel).totals());
        assert_eq!(totals.keys()[0], SeriesKey::grand_total(1));
        assert_eq!(totals.series(0).column(0).to_vec(), [10.0, 12.0, 14.0, 16.0]);
    }

    #[test]
    fn paths_must_be_finite() {
        let (_, forecast) = panel_and_forecast();
        let mut paths = forecast.paths().to_owned();
        paths[(1, 2, 0)] = f64::NAN;
        let error = Forecast::new(forecast.keys().to_vec(), forecast.span(), paths).err();
        assert_eq!(error, Some(ForecastError::NotFinite { series: "b".into(), period: "2024-02".into() }));
    }
}
