//! Regressors that are known for every period of a span, past or future.

use ndarray::{Array2, ArrayView2};

use super::Total;
use crate::time::Span;

/// Why a regressor can't join a design.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DesignError {
    /// The column has another length than the span, or rows for another number of series than the columns before it.
    #[error("regressor `{name}` has {found} values; {expected} are needed")]
    Length {
        /// The regressor.
        name: String,
        /// Values needed.
        expected: usize,
        /// Values given.
        found: usize,
    },
    /// A value is missing or infinite.
    #[error("regressor `{name}` has no finite value in {period}; a regressor must be known for every period")]
    NotFinite {
        /// The regressor.
        name: String,
        /// The period's label.
        period: String,
    },
    /// The name is taken.
    #[error("regressor `{0}` is there twice")]
    Duplicate(String),
}

#[derive(Debug, Clone)]
enum Values {
    /// One value a period, the same for every series.
    Shared(Vec<f64>),
    /// Series x periods, in the order of the panel's keys.
    Own(Array2<f64>),
}

/// Named regressors over a span: for history when fitting, for the future when forecasting. The span of a future
/// design *is* the horizon.
///
/// Invariant: every column has a finite value for every period of the span.
///
/// ```
/// use groundswell::panel::Design;
/// use groundswell::time::{Period, Span};
/// let span = Span::new(Period::month(2024, 1), 2);
/// let design = Design::empty(span).with_shared("working_days", vec![22.0, 21.0])?;
/// assert_eq!(design.regressors(0).value("working_days", 1), Some(21.0));
/// # Ok::<(), groundswell::panel::DesignError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Design {
    span: Span,
    columns: Vec<(String, Values)>,
}

impl Design {
    /// A design without regressors: only a span.
    pub fn empty(span: Span) -> Design {
        Design { span, columns: Vec::new() }
    }

    /// Adds a regressor with one value a period, the same for every series.
    ///
    /// # Errors
    /// Where an invariant of the type would break.
    pub fn with_shared(self, name: &str, values: Vec<f64>) -> Result<Design, DesignError> {
        let row = ArrayView2::from_shape((1, values.len()), &values).map(|view| self.check(name, view));
        row.unwrap_or_else(|_| Err(DesignError::Duplicate(name.to_owned())))?;
        Ok(self.push(name, Values::Shared(values)))
    }

    /// Adds a regressor with a value for each series and period, rows in the order of the panel's keys.
    ///
    /// # Errors
    /// Where an invariant of the type would break.
    pub fn with_own(self, name: &str, values: Array2<f64>) -> Result<Design, DesignError> {
        self.check(name, values.view())?;
        Ok(self.push(name, Values::Own(values)))
    }

    fn check(&self, name: &str, values: ArrayView2<'_, f64>) -> Result<(), DesignError> {
        if self.names().any(|known| known == name) {
            return Err(DesignError::Duplicate(name.to_owned()));
        }
        if values.ncols() != self.span.len() {
            let (expected, found) = (self.span.len(), values.ncols());
            return Err(DesignError::Length { name: name.to_owned(), expected, found });
        }
        for row in values.rows() {
            if let Some(position) = row.iter().position(|value| !value.is_finite()) {
                let period = self.span.period(position).to_string();
                return Err(DesignError::NotFinite { name: name.to_owned(), period });
            }
        }
        Ok(())
    }

    fn push(mut self, name: &str, values: Values) -> Design {
        self.columns.push((name.to_owned(), values));
        self
    }

    /// The periods that the regressors are known for.
    pub fn span(&self) -> Span {
        self.span
    }

    /// The regressors' names in the order they were added.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.columns.iter().map(|(name, _)| name.as_str())
    }

    /// What one series sees of the design; `row` is its place among the panel's keys.
    pub fn regressors(&self, row: usize) -> Regressors<'_> {
        Regressors { design: self, row, from: 0, to: self.span.len() }
    }

    /// The design of `len` periods from position `from`, cut at the end of the span.
    pub fn slice(&self, from: usize, len: usize) -> Design {
        let to = (from + len).min(self.span.len());
        let from = from.min(to);
        let columns = self.columns.iter().map(|(name, values)| {
            let values = match values {
                Values::Shared(values) => Values::Shared(values[from..to].to_vec()),
                Values::Own(values) => Values::Own(values.slice(ndarray::s![.., from..to]).to_owned()),
            };
            (name.clone(), values)
        });
        Design { span: Span::new(self.span.period(from), to - from), columns: columns.collect() }
    }

    /// The design without the named regressors.
    pub fn without(&self, names: &[&str]) -> Design {
        let columns = self.columns.iter().filter(|(name, _)| !names.contains(&name.as_str()));
        Design { span: self.span, columns: columns.cloned().collect() }
    }

    /// The design of the series at the given rows only, in that order.
    pub fn select(&self, rows: &[usize]) -> Design {
        let columns = self.columns.iter().map(|(name, values)| {
            let values = match values {
                Values::Shared(values) => Values::Shared(values.clone()),
                Values::Own(values) => Values::Own(values.select(ndarray::Axis(0), rows)),
            };
            (name.clone(), values)
        });
        Design { span: self.span, columns: columns.collect() }
    }
}

impl Design {
    /// The design of totals of the panel's series: what each series has of its own is the mean over the leaves.
    pub fn totals(&self, totals: &[Total]) -> Design {
        let mean = |values: &Array2<f64>| {
            let mut means = Array2::zeros((totals.len(), self.span.len()));
            for (mut mean, total) in means.rows_mut().into_iter().zip(totals) {
                total.leaves.iter().for_each(|leaf| mean += &values.row(*leaf));
                mean /= total.leaves.len() as f64;
            }
            means
        };
        let columns = self.columns.iter().map(|(name, values)| {
            let values = match values {
                Values::Shared(values) => Values::Shared(values.clone()),
                Values::Own(values) => Values::Own(mean(values)),
            };
            (name.clone(), values)
        });
        Design { span: self.span, columns: columns.collect() }
    }
}

/// One series' view of a [`Design`].
#[derive(Debug, Clone, Copy)]
pub struct Regressors<'a> {
    design: &'a Design,
    row: usize,
    from: usize,
    to: usize,
}

impl<'a> Regressors<'a> {
    /// The periods of the view.
    pub fn span(self) -> Span {
        Span::new(self.design.span.period(self.from), self.to - self.from)
    }

    /// The regressors' names.
    pub fn names(self) -> impl ExactSizeIterator<Item = &'a str> {
        self.design.names()
    }

    /// The view from a position on.
    pub fn skip(self, periods: usize) -> Regressors<'a> {
        Regressors { from: (self.from + periods).min(self.to), ..self }
    }

    /// A regressor's value at a position of the view; `None` where there is no such regressor or position.
    pub fn value(self, name: &str, position: usize) -> Option<f64> {
        self.column(name)?.get(position).copied()
    }

    /// A regressor's values over the view, oldest first.
    pub fn column(self, name: &str) -> Option<Vec<f64>> {
        let (_, values) = self.design.columns.iter().find(|(known, _)| known == name)?;
        Some(match values {
            Values::Shared(values) => values[self.from..self.to].to_vec(),
            Values::Own(values) => values.slice(ndarray::s![self.row, self.from..self.to]).to_vec(),
        })
    }

    /// All regressors, periods x regressors, in the order of the names.
    pub fn matrix(self) -> Array2<f64> {
        let mut matrix = Array2::zeros((self.to - self.from, self.design.columns.len()));
        for (mut column, (_, values)) in matrix.columns_mut().into_iter().zip(&self.design.columns) {
            match values {
                Values::Shared(values) => {
                    column.iter_mut().zip(&values[self.from..self.to]).for_each(|(cell, value)| *cell = *value);
                }
                Values::Own(values) => column.assign(&values.slice(ndarray::s![self.row, self.from..self.to])),
            }
        }
        matrix
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Period;

    fn months(len: usize) -> Span {
        Span::new(Period::month(2024, 1), len)
    }

    #[test]
    fn a_regressor_must_be_known_for_every_period() {
        let design = Design::empty(months(2));
        let error = design.clone().with_shared("days", vec![1.0, f64::NAN]).err();
        assert_eq!(error, Some(DesignError::NotFinite { name: "days".into(), period: "2024-02".into() }));
        let error = design.with_shared("days", vec![1.0]).err();
        assert_eq!(error, Some(DesignError::Length { name: "days".into(), expected: 2, found: 1 }));
    }

    #[test]
    fn a_total_has_the_mean_of_what_its_leaves_have() {
        let design = Design::empty(months(2)).with_shared("days", vec![20.0, 21.0]).expect("valid");
        let design = design.with_own("closed", ndarray::array![[0.0, 1.0], [1.0, 1.0]]).expect("valid");
        let total = Total { key: crate::panel::SeriesKey::grand_total(1), leaves: vec![0, 1] };
        assert_eq!(design.totals(&[total]).regressors(0).matrix(), ndarray::array![[20.0, 0.5], [21.0, 1.0]]);
    }

    #[test]
    fn a_series_sees_shared_and_its_own_regressors() {
        let design = Design::empty(months(2)).with_shared("days", vec![20.0, 21.0]).expect("valid");
        let design = design.with_own("children", ndarray::array![[1.0, 2.0], [3.0, 4.0]]).expect("valid");
        assert_eq!(design.regressors(1).matrix(), ndarray::array![[20.0, 3.0], [21.0, 4.0]]);
        assert_eq!(design.slice(1, 5).regressors(1).matrix(), ndarray::array![[21.0, 4.0]]);
        assert_eq!(design.regressors(0).skip(1).column("children"), Some(vec![2.0]));
    }
}
