//! What can be found about lists: one function each, so that all their words stand in one place.

use std::path::Path;

use super::columns::Form;
use crate::ingest::findings::plural;
use crate::ingest::text::RowCount;
use crate::panel::{Finding, Place, Severity, Statement};

/// A column of a list, and rows of it.
fn rows_in(list: &Place, column: Option<&str>, rows: &RowCount) -> Place {
    Place { column: column.map(ToString::to_string), rows: rows.first.clone(), ..list.clone() }
}

/// Sheets or files that are none of the lists that are read.
pub(super) fn other_sheets(path: &Path, form: Form, count: u64) -> Finding {
    let lists = match form {
        Form::AnnexA => "Annex A's Lists 1 to 8",
        Form::Standard => "the standard dataset's views that are read",
    };
    Finding {
        name: "other-sheet",
        severity: Severity::Note,
        what: format!("{} none of {lists}", plural(count, "sheet or file is", "sheets or files are")).into(),
        place: Place { file: Some(path.display().to_string()), ..Place::default() },
        count,
        meaning: "They are passed over; care leavers, adoption, visits and reviews are not forecast.",
        remedy: "Nothing, unless a list is missing from what was found: then check its headers.",
    }
}

/// Rows of a list without a child.
pub(super) fn missing_children(list: &Place, column: &str, rows: &RowCount) -> Finding {
    Finding {
        name: "missing-identifier",
        severity: Severity::Loss,
        what: Statement::records(rows.count, "row has", "rows have").then(" no child's identifier"),
        place: rows_in(list, Some(column), rows),
        count: rows.count,
        meaning: "What they tell is left out of journeys; referrals are counted all the same.",
        remedy: "Complete the identifiers in the source system.",
    }
}

/// Rows of a list without the date that begins what they tell.
pub(super) fn missing_starts(list: &Place, column: &str, rows: &RowCount) -> Finding {
    Finding {
        name: "missing-date",
        severity: Severity::Loss,
        what: Statement::records(rows.count, "row has", "rows have").then(" no date that can be used"),
        place: rows_in(list, Some(column), rows),
        count: rows.count,
        meaning: "These rows tell nothing that can be placed in time and are left out.",
        remedy: "Complete the dates in the source system.",
    }
}

/// Cells that hold something else than a date.
pub(super) fn unreadable_dates(list: &Place, column: &str, rows: &RowCount) -> Finding {
    Finding {
        name: "unreadable-date",
        severity: Severity::Loss,
        what: Statement::records(rows.count, "row has", "rows have").then(" a date that can't be read"),
        place: rows_in(list, Some(column), rows),
        count: rows.count,
        meaning: "The date is taken as not given; a row without its first date is left out.",
        remedy: "Write dates as 2024-03-31 or 31/03/2024, or as dates of Excel.",
    }
}

/// Numeric dates whose order nothing in the column decides.
pub(super) fn ambiguous_dates(list: &Place, column: &str, rows: &RowCount) -> Finding {
    Finding {
        name: "ambiguous-date",
        severity: Severity::Warning,
        what: Statement::records(rows.count, "date was", "dates were")
            .then(" read day first; nothing in the column says so"),
        place: rows_in(list, Some(column), rows),
        count: rows.count,
        meaning: "If the list is month first, these rows are counted in the wrong month.",
        remedy: "Write dates as 2024-03-31, or as dates of Excel.",
    }
}

/// A date that comes before one it must follow.
pub(super) fn impossible_order(list: &Place, column: &str, after: &str, rows: &RowCount) -> Finding {
    Finding {
        name: "impossible-order",
        severity: Severity::Warning,
        what: Statement::from(format!("{column} lies before {after} in ")).then_records(rows.count, "row", "rows"),
        place: rows_in(list, Some(column), rows),
        count: rows.count,
        meaning: "What it began is counted all the same; durations that end before they begin are of no use.",
        remedy: "Correct the dates in the source system.",
    }
}

/// Cells with an error of Excel.
pub(super) fn error_cells(list: &Place, rows: &RowCount) -> Finding {
    Finding {
        name: "error-cell",
        severity: Severity::Warning,
        what: Statement::records(rows.count, "row has", "rows have")
            .then(" an error such as #N/A in a column that is read"),
        place: rows_in(list, None, rows),
        count: rows.count,
        meaning: "These cells are taken as empty.",
        remedy: "Correct the formulas, or paste their values.",
    }
}
