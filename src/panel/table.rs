//! The panel: histories of counts, series by periods.

use ndarray::{Array2, ArrayView1, ArrayView2, s};

use super::{SeriesKey, Total};
use crate::time::Span;

/// What the values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// Whole events: forecasts are whole numbers too.
    Count,
    /// Any amount of at least zero.
    Amount,
}

/// Why a panel can't be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PanelError {
    /// The matrix has another shape than the keys and the span.
    #[error("the panel has {rows} rows and {columns} columns for {series} series and {periods} periods")]
    Shape {
        /// Rows of the matrix.
        rows: usize,
        /// Columns of the matrix.
        columns: usize,
        /// How many keys.
        series: usize,
        /// How many periods.
        periods: usize,
    },
    /// A key has more or fewer labels than there are dimensions.
    #[error("series `{series}` does not have one label for each of the {dimensions} dimensions")]
    Labels {
        /// The key.
        series: String,
        /// How many dimensions.
        dimensions: usize,
    },
    /// A key stands twice.
    #[error("series `{0}` is there twice; each series may have one history only")]
    Duplicate(String),
    /// A value is negative or infinite.
    #[error("series `{series}` has a negative or infinite value in {period}; counts start at zero")]
    Value {
        /// The key.
        series: String,
        /// The period's label.
        period: String,
    },
    /// There is no series or no period.
    #[error("there is nothing to forecast: no series has an observed period")]
    Empty,
}

/// History: counts by series and period.
///
/// Shape: `values()` is series x periods; a value is the count observed in that period, `NaN` where nothing was
/// observed (never zero for that). Invariant: keys are sorted and unique, values finite and at least zero or `NaN`.
#[derive(Debug, Clone)]
pub struct Panel {
    dimensions: Vec<String>,
    keys: Vec<SeriesKey>,
    span: Span,
    values: Array2<f64>,
    kind: ValueKind,
}

impl Panel {
    /// A panel from rows in any order; rows are sorted by key.
    ///
    /// # Errors
    /// Where an invariant of the type doesn't hold.
    pub fn new(
        dimensions: Vec<String>,
        keys: Vec<SeriesKey>,
        span: Span,
        values: Array2<f64>,
        kind: ValueKind,
    ) -> Result<Panel, PanelError> {
        let (rows, columns) = values.dim();
        if rows != keys.len() || columns != span.len() {
            return Err(PanelError::Shape { rows, columns, series: keys.len(), periods: span.len() });
        }
        if values.is_empty() {
            return Err(PanelError::Empty);
        }
        if let Some(key) = keys.iter().find(|key| key.dimensions() != dimensions.len()) {
            return Err(PanelError::Labels { series: key.to_string(), dimensions: dimensions.len() });
        }
        for (key, row) in keys.iter().zip(values.rows()) {
            if let Some(position) = row.iter().position(|value| *value < 0.0 || value.is_infinite()) {
                return Err(PanelError::Value { series: key.to_string(), period: span.period(position).to_string() });
            }
        }
        let sorted = keys.is_sorted();
        let (keys, values) = if sorted {
            (keys, values)
        } else {
            let mut order: Vec<usize> = (0..keys.len()).collect();
            order.sort_by(|a, b| keys[*a].cmp(&keys[*b]));
            let values = values.select(ndarray::Axis(0), &order);
            (order.into_iter().map(|row| keys[row].clone()).collect(), values)
        };
        if let Some(pair) = keys.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(PanelError::Duplicate(pair[0].to_string()));
        }
        Ok(Panel { dimensions, keys, span, values, kind })
    }

    /// The names of the dimensions, in the order of the keys' labels.
    pub fn dimensions(&self) -> &[String] {
        &self.dimensions
    }

    /// The series, sorted.
    pub fn keys(&self) -> &[SeriesKey] {
        &self.keys
    }

    /// The periods of the columns.
    pub fn span(&self) -> Span {
        self.span
    }

    /// Counts, series x periods; `NaN` = not observed.
    pub fn values(&self) -> ArrayView2<'_, f64> {
        self.values.view()
    }

    /// The history of one series, oldest first.
    pub fn series(&self, row: usize) -> ArrayView1<'_, f64> {
        self.values.row(row)
    }

    /// Whether the values are whole events.
    pub fn kind(&self) -> ValueKind {
        self.kind
    }

    /// The same panel as it stood after its first `periods` periods.
    pub fn truncated(&self, periods: usize) -> Panel {
        let span = self.span.first(periods);
        let values = self.values.slice(s![.., ..span.len()]).to_owned();
        Panel { keys: self.keys.clone(), values, span, ..self.clone_frame() }
    }

    /// The same series and periods with other values: each observed value may change, shape and order may not.
    /// Values that a transformation made (not counts any more) keep [`ValueKind::Amount`].
    ///
    /// # Errors
    /// Where the values break an invariant of the type.
    pub fn with_values(&self, values: Array2<f64>) -> Result<Panel, PanelError> {
        Panel::new(self.dimensions.clone(), self.keys.clone(), self.span, values, ValueKind::Amount)
    }

    /// The series at the given rows only, which must be ascending.
    pub fn select(&self, rows: &[usize]) -> Panel {
        debug_assert!(rows.is_sorted(), "rows keep the order of the keys");
        Panel {
            keys: rows.iter().map(|row| self.keys[*row].clone()).collect(),
            values: self.values.select(ndarray::Axis(0), rows),
            ..self.clone_frame()
        }
    }

    /// The histories of totals: sums of the panel's series, not observed where one of them is not.
    ///
    /// # Errors
    /// Where there is no total.
    pub fn totals(&self, totals: &[Total]) -> Result<Panel, PanelError> {
        let mut sums = Array2::zeros((totals.len(), self.span.len()));
        for (mut sum, total) in sums.rows_mut().into_iter().zip(totals) {
            total.leaves.iter().for_each(|leaf| sum += &self.series(*leaf));
        }
        let keys = totals.iter().map(|total| total.key.clone()).collect();
        Panel::new(self.dimensions.clone(), keys, self.span, sums, self.kind)
    }

    /// Everything but keys and values.
    fn clone_frame(&self) -> Panel {
        Panel {
            dimensions: self.dimensions.clone(),
            keys: Vec::new(),
            span: self.span,
            values: Array2::zeros((0, 0)),
            kind: self.kind,
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::time::Period;

    fn panel(keys: [&str; 2], values: Array2<f64>) -> Result<Panel, PanelError> {
        let span = Span::new(Period::month(2020, 1), values.ncols());
        Panel::new(vec!["area".into()], keys.map(|key| SeriesKey::new([key])).to_vec(), span, values, ValueKind::Count)
    }

    #[test]
    fn rows_are_sorted_by_key() {
        let panel = panel(["b", "a"], array![[1.0, 2.0], [3.0, f64::NAN]]).expect("a valid panel");
        assert_eq!(panel.keys()[0], SeriesKey::new(["a"]));
        assert_eq!(panel.series(1).to_vec(), [1.0, 2.0]);
    }

    #[test]
    fn a_series_may_stand_once_only() {
        assert_eq!(panel(["a", "a"], array![[1.0], [2.0]]).err(), Some(PanelError::Duplicate("a".into())));
    }

    #[test]
    fn a_total_is_observed_where_all_its_leaves_are() {
        let panel = panel(["a", "b"], array![[1.0, 2.0, 3.0], [4.0, f64::NAN, 6.0]]).expect("a valid panel");
        let total = Total { key: SeriesKey::grand_total(1), leaves: vec![0, 1] };
        let totals = panel.totals(&[total]).expect("one total");
        assert_eq!((totals.values()[(0, 0)], totals.values()[(0, 2)]), (5.0, 9.0));
        assert!(totals.values()[(0, 1)].is_nan());
        assert_eq!(panel.totals(&[]).err(), Some(PanelError::Empty));
    }

    #[test]
    fn negative_counts_are_refused_with_their_place() {
        let error = panel(["a", "b"], array![[1.0, 2.0], [3.0, -1.0]]).err();
        assert_eq!(error, Some(PanelError::Value { series: "b".into(), period: "2020-02".into() }));
    }
}
