//! The table that may be published.

use super::{FigureKind, LabelColumn, Labels, Profile};
use crate::time::Date;

/// Why a cell shows no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// `[c]`: a small count, or a figure that would reveal one, such as the total of very few.
    Suppressed,
    /// `[x]`: not available.
    Missing,
}

impl Mark {
    /// The mark as the Government Analysis Function writes it in tables.
    pub fn symbol(self) -> &'static str {
        match self {
            Mark::Suppressed => "[c]",
            Mark::Missing => "[x]",
        }
    }
}

/// One published cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell {
    /// A number that may be shown.
    Number(f64),
    /// `[c]`: suppressed to protect children.
    Suppressed,
    /// `[c]` too, of a count that may be of any size: not shown because a small one could be worked out from it, or
    /// because it is small itself.
    Withheld,
    /// `[x]`: not available.
    Missing,
}

impl Cell {
    /// The number, where one may be shown.
    pub fn number(self) -> Option<f64> {
        match self {
            Cell::Number(value) => Some(value),
            Cell::Suppressed | Cell::Withheld | Cell::Missing => None,
        }
    }

    /// Why there is no number.
    pub fn mark(self) -> Option<Mark> {
        match self {
            Cell::Number(_) => None,
            Cell::Suppressed | Cell::Withheld => Some(Mark::Suppressed),
            Cell::Missing => Some(Mark::Missing),
        }
    }
}

/// A column of published figures.
#[derive(Debug, Clone, PartialEq)]
pub struct ProtectedColumn {
    pub(super) name: String,
    pub(super) kind: FigureKind,
    pub(super) cells: Vec<Cell>,
}

impl ProtectedColumn {
    /// The column's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the figures are.
    pub fn kind(&self) -> FigureKind {
        self.kind
    }

    /// One cell a row.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }
}

/// A table whose every figure may be shown under its profile; made by [`protect`](super::protect) only.
///
/// Invariant under [`Profile::Published`]: every count is zero or a multiple of 5 from 10 up, and no count can be bounded
/// more tightly with the totals than without them. A total is the true sum to the nearest 5 where that holds, and else the
/// nearest multiple of 5 for which it does; a total of suppressed counts alone that is up to [`MOST_HIDDEN`] is suppressed.
/// Of totals that cut across one another the smaller are added up from published figures. Parts that are not available
/// add nothing.
///
/// Invariant under [`Profile::DfeCin`]: observed counts of 1 to 5 are not shown, and nor are so many others that the sums
/// in the table, together with those that earlier packs showed, leave each of these every value from 1 to 5 and the others
/// five values at least, as a linear programme sees it. Counts of regions and the nation are rounded to the nearest 10.
///
/// [`MOST_HIDDEN`]: super::MOST_HIDDEN
#[derive(Debug, Clone, PartialEq)]
pub struct ProtectedTable {
    pub(super) name: String,
    pub(super) profile: Profile,
    pub(super) labels: Vec<LabelColumn>,
    pub(super) figures: Vec<ProtectedColumn>,
    pub(super) rows: usize,
    pub(super) given_away: usize,
}

impl ProtectedTable {
    /// The table's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The rule that the figures follow.
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// How many counts that are not shown lie within narrower bounds than the rule allows, whatever this table hides,
    /// because of what earlier packs showed.
    pub fn given_away(&self) -> usize {
        self.given_away
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The label columns, in output order.
    pub fn labels(&self) -> &[LabelColumn] {
        &self.labels
    }

    /// The figure columns, in output order after the labels.
    pub fn figures(&self) -> &[ProtectedColumn] {
        &self.figures
    }

    /// The table without the figures of some rows, one entry a row, because a table beside it doesn't show what they are
    /// about.
    pub fn without(mut self, rows: &[bool]) -> ProtectedTable {
        for column in &mut self.figures {
            let hidden = column.cells.iter_mut().zip(rows).filter(|(cell, hidden)| **hidden && **cell != Cell::Missing);
            hidden.for_each(|(cell, _)| *cell = Cell::Withheld);
        }
        self
    }

    /// The texts of a label column; `None` where there is no such column of texts.
    pub fn text(&self, column: &str) -> Option<&[String]> {
        match self.label(column)? {
            Labels::Text(values) => Some(values),
            Labels::Dates(_) | Labels::Numbers(_) => None,
        }
    }

    /// The dates of a label column; `None` where there is no such column of dates.
    pub fn dates(&self, column: &str) -> Option<&[Date]> {
        match self.label(column)? {
            Labels::Dates(values) => Some(values),
            Labels::Text(_) | Labels::Numbers(_) => None,
        }
    }

    /// The whole numbers of a label column; `None` where there is no such column of numbers.
    pub fn numbers(&self, column: &str) -> Option<&[i64]> {
        match self.label(column)? {
            Labels::Numbers(values) => Some(values),
            Labels::Text(_) | Labels::Dates(_) => None,
        }
    }

    /// The cells of a figure column; `None` where there is no such column.
    pub fn cells(&self, column: &str) -> Option<&[Cell]> {
        self.figures.iter().find(|figures| figures.name == column).map(|figures| figures.cells.as_slice())
    }

    fn label(&self, column: &str) -> Option<&Labels> {
        self.labels.iter().find(|labels| labels.name == column).map(|labels| &labels.labels)
    }
}
