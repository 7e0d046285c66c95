//! A table ready to be written: columns, and rows of texts and cells.

use crate::disclosure::{Cell, Labels, Profile, ProtectedTable};
use crate::time::Period;

/// One value of a written table.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    Whole(i64),
    Period(Period),
    Figure(Cell),
}

/// Columns, and rows of one value a column.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Sheet {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Value>>,
}

/// The column that marks every row under a profile with a handling marking.
pub(super) const MARKING_COLUMN: &str = "marking";

impl Sheet {
    /// A sheet without rows.
    pub fn new<C: Into<String>>(columns: impl IntoIterator<Item = C>) -> Sheet {
        Sheet { columns: columns.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    /// The whole table; under a profile with a marking, that is its last column.
    pub fn of(table: &ProtectedTable) -> Sheet {
        let labels = table.labels().iter().map(|column| column.name.as_str());
        let mut sheet = Sheet::new(labels.chain(table.figures().iter().map(|column| column.name())));
        for row in 0..table.rows() {
            let labels = table.labels().iter().map(|column| match &column.labels {
                Labels::Numbers(values) => Value::Whole(values[row]),
                texts => Value::Text(texts.text(row)),
            });
            let figures = table.figures().iter().map(|column| Value::Figure(column.cells()[row]));
            sheet.rows.push(labels.chain(figures).collect());
        }
        sheet.marked(table.profile())
    }

    /// The sheet with the profile's marking in its last column.
    pub fn marked(mut self, profile: Profile) -> Sheet {
        if let Some(marking) = profile.marking() {
            self.columns.push(MARKING_COLUMN.to_owned());
            self.rows.iter_mut().for_each(|row| row.push(Value::Text(marking.to_owned())));
        }
        self
    }
}
