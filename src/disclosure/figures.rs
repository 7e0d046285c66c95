//! Raw figures on their way to disclosure control.

use std::collections::BTreeSet;

use super::Cell;
use crate::time::Date;

/// What a column of figures is, and so which rule it falls under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FigureKind {
    /// Children, referrals or other events as they were counted; at least zero.
    Observed,
    /// Children, referrals or other events as they are forecast or estimated; at least zero.
    Count,
    /// What is added to counts or taken from them: a part of a forecast, the difference that a lever makes. Any sign.
    Change,
    /// A measure of quality or size that no count can be read from, such as an error score.
    Score,
    /// A share between 0 and 1.
    Share,
}

/// What names the rows of a table: one value a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Labels {
    /// Dimension labels, models, measures, sentences.
    Text(Vec<String>),
    /// First days of periods.
    Dates(Vec<Date>),
    /// Steps ahead, levels or positions on a calendar without dates.
    Numbers(Vec<i64>),
}

impl Labels {
    /// How many rows.
    pub fn len(&self) -> usize {
        match self {
            Labels::Text(values) => values.len(),
            Labels::Dates(values) => values.len(),
            Labels::Numbers(values) => values.len(),
        }
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The label of a row as text; a date is `2024-03-01`.
    pub fn text(&self, row: usize) -> String {
        match self {
            Labels::Text(values) => values[row].clone(),
            Labels::Dates(values) => values[row].to_string(),
            Labels::Numbers(values) => values[row].to_string(),
        }
    }
}

/// A named column of labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelColumn {
    /// The column's name in every output.
    pub name: String,
    /// One label a row.
    pub labels: Labels,
}

impl LabelColumn {
    /// A column of texts.
    pub fn text<L: Into<String>>(name: &str, labels: impl IntoIterator<Item = L>) -> LabelColumn {
        LabelColumn { name: name.to_owned(), labels: Labels::Text(labels.into_iter().map(Into::into).collect()) }
    }

    /// A column of dates.
    pub fn dates(name: &str, labels: impl IntoIterator<Item = Date>) -> LabelColumn {
        LabelColumn { name: name.to_owned(), labels: Labels::Dates(labels.into_iter().collect()) }
    }

    /// A column of whole numbers.
    pub fn numbers(name: &str, labels: impl IntoIterator<Item = i64>) -> LabelColumn {
        LabelColumn { name: name.to_owned(), labels: Labels::Numbers(labels.into_iter().collect()) }
    }
}

/// A named column of figures.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureColumn {
    /// The column's name in every output.
    pub name: String,
    /// Which rule the figures fall under.
    pub kind: FigureKind,
    /// One figure a row; `NaN` = not available.
    pub values: Vec<f64>,
    /// Where shares are shares of children: the counts they were taken of, one a row.
    pub denominators: Option<Vec<f64>>,
}

impl FigureColumn {
    /// A column without denominators.
    pub fn new(name: &str, kind: FigureKind, values: Vec<f64>) -> FigureColumn {
        FigureColumn { name: name.to_owned(), kind, values, denominators: None }
    }

    /// Counts as they were observed.
    pub fn observed(name: &str, values: Vec<f64>) -> FigureColumn {
        FigureColumn::new(name, FigureKind::Observed, values)
    }

    /// Forecast or estimated counts.
    pub fn counts(name: &str, values: Vec<f64>) -> FigureColumn {
        FigureColumn::new(name, FigureKind::Count, values)
    }

    /// What is added to counts or taken from them.
    pub fn changes(name: &str, values: Vec<f64>) -> FigureColumn {
        FigureColumn::new(name, FigureKind::Change, values)
    }

    /// Scores.
    pub fn scores(name: &str, values: Vec<f64>) -> FigureColumn {
        FigureColumn::new(name, FigureKind::Score, values)
    }

    /// Shares of something that isn't children, such as forecasts inside their range.
    pub fn shares(name: &str, values: Vec<f64>) -> FigureColumn {
        FigureColumn::new(name, FigureKind::Share, values)
    }

    /// Shares of children, with the counts they were taken of.
    pub fn shares_of(name: &str, values: Vec<f64>, denominators: Vec<f64>) -> FigureColumn {
        FigureColumn { denominators: Some(denominators), ..FigureColumn::shares(name, values) }
    }
}

/// A row that adds up other rows of observed counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotalRow {
    /// The row of the total.
    pub row: usize,
    /// The rows it adds up, none of them a total itself.
    pub parts: Vec<usize>,
}

/// Why a table of figures is refused. Never names a figure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FigureError {
    /// A column has another length than the first.
    #[error("table `{table}`: column `{column}` has {found} rows where {expected} are expected")]
    Length {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// Rows there are.
        found: usize,
        /// Rows of the first column.
        expected: usize,
    },
    /// Two columns have one name.
    #[error("table `{table}` has two columns named `{column}`; rename one of them")]
    Duplicate {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A figure is outside its kind: a negative count, a share outside 0 to 1, or infinite.
    #[error(
        "table `{table}`, column `{column}`, row {row}: counts start at zero, shares lie between 0 and 1 and all \
         figures are finite"
    )]
    Value {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The row, counted from 0.
        row: usize,
    },
    /// A total names a row that isn't there, itself, or another total.
    #[error("table `{table}`: the total in row {row} adds up row {part}, which is no row of its own")]
    Total {
        /// The table.
        table: String,
        /// The row of the total.
        row: usize,
        /// The part.
        part: usize,
    },
}

/// A table of raw figures: label columns, then figure columns, all of one length.
///
/// Invariant: column names are unique, counts are at least zero, shares lie between 0 and 1, no figure is infinite;
/// totals add up rows that are no totals.
#[derive(Debug, Clone)]
pub struct Figures {
    name: String,
    labels: Vec<LabelColumn>,
    figures: Vec<FigureColumn>,
    totals: Vec<TotalRow>,
    wide: Vec<bool>,
    earlier: Vec<Vec<Option<Cell>>>,
    rows: usize,
}

/// What a table of figures is made of.
pub(super) struct Parts {
    pub name: String,
    pub labels: Vec<LabelColumn>,
    pub figures: Vec<FigureColumn>,
    pub totals: Vec<TotalRow>,
    pub wide: Vec<bool>,
    pub earlier: Vec<Vec<Option<Cell>>>,
    pub rows: usize,
}

impl Figures {
    /// A table of raw figures without totals.
    ///
    /// ```
    /// use groundswell::disclosure::{FigureColumn, Figures, LabelColumn};
    /// let labels = vec![LabelColumn::text("source", ["Police", "Schools"])];
    /// let figures = vec![FigureColumn::observed("y", vec![112.0, 6.0])];
    /// assert_eq!(Figures::new("history", labels, figures)?.rows(), 2);
    /// # Ok::<(), groundswell::disclosure::FigureError>(())
    /// ```
    ///
    /// # Errors
    /// Where an invariant of the type doesn't hold.
    pub fn new(name: &str, labels: Vec<LabelColumn>, figures: Vec<FigureColumn>) -> Result<Figures, FigureError> {
        let lengths = labels.iter().map(|column| (&column.name, column.labels.len()));
        let lengths = lengths.chain(figures.iter().flat_map(|column| {
            let denominators = column.denominators.as_ref().map(|counts| (&column.name, counts.len()));
            std::iter::once((&column.name, column.values.len())).chain(denominators)
        }));
        let mut rows = None;
        for (column, found) in lengths {
            let expected = *rows.get_or_insert(found);
            if found != expected {
                return Err(FigureError::Length { table: name.to_owned(), column: column.clone(), found, expected });
            }
        }
        let mut names = BTreeSet::new();
        for column in labels.iter().map(|column| &column.name).chain(figures.iter().map(|column| &column.name)) {
            if !names.insert(column) {
                return Err(FigureError::Duplicate { table: name.to_owned(), column: column.clone() });
            }
        }
        for column in &figures {
            let allowed = |value: &f64| match column.kind {
                FigureKind::Observed | FigureKind::Count => value.is_nan() || (value.is_finite() && *value >= 0.0),
                FigureKind::Score | FigureKind::Change => !value.is_infinite(),
                FigureKind::Share => value.is_nan() || (0.0..=1.0).contains(value),
            };
            let wrong = column.values.iter().position(|value| !allowed(value));
            let of_wrong = column.denominators.iter().flatten().position(|count| *count < 0.0 || count.is_infinite());
            if let Some(row) = wrong.or(of_wrong) {
                return Err(FigureError::Value { table: name.to_owned(), column: column.name.clone(), row });
            }
        }
        let rows = rows.unwrap_or(0);
        let (totals, wide, earlier) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Figures { name: name.to_owned(), labels, figures, totals, wide, earlier, rows })
    }

    /// Says which rows are totals of which: their counts are then added up again from what may be shown.
    ///
    /// # Errors
    /// Where a total names a row that isn't there, itself, or another total.
    pub fn with_totals(mut self, totals: Vec<TotalRow>) -> Result<Figures, FigureError> {
        let total_rows: BTreeSet<usize> = totals.iter().map(|total| total.row).collect();
        for total in &totals {
            let wrong = |part: &usize| *part >= self.rows || total_rows.contains(part);
            if let Some(part) =
                total.parts.iter().copied().find(wrong).or((total.row >= self.rows).then_some(total.row))
            {
                return Err(FigureError::Total { table: self.name, row: total.row, part });
            }
        }
        self.totals = totals;
        Ok(self)
    }

    /// Says which rows are a region or the nation and no single authority, one entry a row.
    ///
    /// # Errors
    /// Where there are more or fewer entries than rows.
    pub fn with_wide(mut self, wide: Vec<bool>) -> Result<Figures, FigureError> {
        self.check_rows("region or nation", wide.len())?;
        self.wide = wide;
        Ok(self)
    }

    /// Says what earlier packs showed of the observed counts of each row, one list a pack; `None` where a pack had no such
    /// row. A count that may be worked out from these and from this table together is exposed too.
    ///
    /// # Errors
    /// Where a list has more or fewer entries than there are rows.
    pub fn with_earlier(mut self, packs: Vec<Vec<Option<Cell>>>) -> Result<Figures, FigureError> {
        packs.iter().try_for_each(|pack| self.check_rows("earlier packs", pack.len()))?;
        self.earlier = packs;
        Ok(self)
    }

    fn check_rows(&self, column: &str, found: usize) -> Result<(), FigureError> {
        let (table, expected) = (self.name.clone(), self.rows);
        if found == expected {
            return Ok(());
        }
        Err(FigureError::Length { table, column: column.to_owned(), found, expected })
    }

    /// The table's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Everything inside, for the one function that may look.
    pub(super) fn into_parts(self) -> Parts {
        let Figures { name, labels, figures, totals, wide, earlier, rows } = self;
        Parts { name, labels, figures, totals, wide, earlier, rows }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(counts: Vec<f64>) -> Result<Figures, FigureError> {
        let labels = vec![LabelColumn::text("source", (0..counts.len()).map(|row| row.to_string()))];
        Figures::new("history", labels, vec![FigureColumn::counts("y", counts)])
    }

    #[test]
    fn a_negative_count_is_refused_with_its_place() {
        let error = figures(vec![1.0, -2.0]).err();
        assert_eq!(error, Some(FigureError::Value { table: "history".into(), column: "y".into(), row: 1 }));
    }

    #[test]
    fn columns_of_two_lengths_are_refused() {
        let columns = vec![FigureColumn::counts("y", vec![1.0]), FigureColumn::counts("z", vec![1.0, 2.0])];
        assert!(matches!(Figures::new("t", vec![], columns), Err(FigureError::Length { found: 2, expected: 1, .. })));
    }

    #[test]
    fn one_name_names_one_column() {
        let labels = vec![LabelColumn::text("y", ["a"])];
        let error = Figures::new("t", labels, vec![FigureColumn::counts("y", vec![1.0])]).err();
        assert_eq!(error, Some(FigureError::Duplicate { table: "t".into(), column: "y".into() }));
    }

    #[test]
    fn a_total_may_not_add_up_a_total() {
        let totals = vec![TotalRow { row: 0, parts: vec![1, 2] }, TotalRow { row: 1, parts: vec![2] }];
        let error = figures(vec![2.0, 1.0, 1.0]).expect("valid").with_totals(totals).err();
        assert_eq!(error, Some(FigureError::Total { table: "history".into(), row: 0, part: 1 }));
    }

    #[test]
    fn a_share_above_one_is_refused() {
        let columns = vec![FigureColumn::shares("inside", vec![1.2])];
        assert!(matches!(Figures::new("t", vec![], columns), Err(FigureError::Value { row: 0, .. })));
    }
}
