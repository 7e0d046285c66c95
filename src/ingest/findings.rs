//! What can be found about rows and cells: one function each, so that all their words stand in one place.

use std::path::Path;

use super::text::RowCount;
use crate::panel::{Finding, Place, Severity, Statement};

fn rows_in(path: &Path, column: Option<&str>, rows: &RowCount) -> Place {
    Place {
        file: Some(path.display().to_string()),
        column: column.map(ToString::to_string),
        rows: rows.first.clone(),
        ..Place::default()
    }
}

pub(super) fn plural(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Rows with another number of fields than the header.
pub(super) fn ragged_rows(path: &Path, rows: &RowCount) -> Finding {
    Finding {
        name: "ragged-row",
        severity: Severity::Loss,
        what: Statement::records(rows.count, "row has", "rows have").then(" more or fewer fields than the header"),
        place: rows_in(path, None, rows),
        count: rows.count,
        meaning: "These rows are left out, so their periods may be counted too low.",
        remedy: "Export the file again, or put fields that hold the separator in quotation marks.",
    }
}

/// Events that files tell differently.
pub(super) fn disagreeing_events(count: u64) -> Finding {
    Finding {
        name: "conflicting-event",
        severity: Severity::Warning,
        what: Statement::records(count, "event is told", "events are told").then(" differently by two files"),
        place: Place::default(),
        count,
        meaning: "Each is taken as the newest file has it.",
        remedy: "Check why the extracts differ; where the newest is right, there is nothing to do.",
    }
}

/// Sheets of a workbook that hold tables beside the one that is read.
pub(super) fn unread_sheets(path: &Path, count: u64) -> Finding {
    Finding {
        name: "unread-sheet",
        severity: Severity::Warning,
        what: format!(
            "{} a table too and {} not read",
            plural(count, "other sheet holds", "other sheets hold"),
            if count == 1 { "is" } else { "are" }
        )
        .into(),
        place: rows_in(path, None, &RowCount::default()),
        count,
        meaning: "Only the first sheet with a table is counted.",
        remedy: "Put all rows on one sheet, or save each sheet as a file of its own.",
    }
}

/// Text that was not Unicode.
pub(super) fn converted_encoding(path: &Path, encoding: &'static str) -> Finding {
    Finding {
        name: "converted-encoding",
        severity: Severity::Note,
        what: format!("The file is not UTF-8; it was read as {encoding}").into(),
        place: rows_in(path, None, &RowCount::default()),
        count: 1,
        meaning: "Letters with accents may be wrong; counts are not affected.",
        remedy: "Save the file as CSV UTF-8 if labels look wrong.",
    }
}

/// Cells that hold no date.
pub(super) fn missing_dates(path: &Path, column: &str, rows: &RowCount) -> Finding {
    Finding {
        name: "missing-date",
        severity: Severity::Loss,
        what: Statement::records(rows.count, "row has", "rows have").then(" no date"),
        place: rows_in(path, Some(column), rows),
        count: rows.count,
        meaning: "These rows can't be placed in a period and are left out.",
        remedy: "Complete the dates in the source system.",
    }
}

/// Cells that hold something else than a date.
pub(super) fn unreadable_dates(path: &Path, column: &str, rows: &RowCount) -> Finding {
    Finding {
        name: "unreadable-date",
        severity: Severity::Loss,
        what: Statement::records(rows.count, "row has", "rows have").then(" a date that can't be read"),
        place: rows_in(path, Some(column), rows),
        count: rows.count,
        meaning: "These rows can't be placed in a period and are left out.",
        remedy: "Write dates as 2024-03-31 or 31/03/2024.",
    }
}

/// Numeric dates whose order nothing in the column decides.
pub(super) fn ambiguous_dates(path: &Path, column: &str, rows: &RowCount) -> Finding {
    Finding {
        name: "ambiguous-date",
        severity: Severity::Warning,
        what: Statement::records(rows.count, "date was", "dates were")
            .then(" read day first; nothing in the column says so"),
        place: rows_in(path, Some(column), rows),
        count: rows.count,
        meaning: "If the file is month first, these rows are counted in the wrong month.",
        remedy: "Write dates as 2024-03-31, or set `date_order`.",
    }
}

/// Dates so far from all others that they are slips.
pub(super) fn stray_dates(path: &Path, column: &str, rows: &RowCount) -> Finding {
    Finding {
        name: "stray-date",
        severity: Severity::Loss,
        what: Statement::records(rows.count, "row has", "rows have")
            .then(" a date more than a year away from all others"),
        place: rows_in(path, Some(column), rows),
        count: rows.count,
        meaning: "These rows are taken for typing errors and left out; else the years between would count as empty.",
        remedy: "Correct the dates, or set `from` and `to` to the window that you mean.",
    }
}

/// Dates behind the end of all others.
pub(super) fn future_dates(path: &Path, column: &str, rows: &RowCount) -> Finding {
    Finding {
        name: "future-date",
        severity: Severity::Loss,
        what: Statement::records(rows.count, "row has", "rows have")
            .then(" a date weeks after all others, in which many referrals were to be expected"),
        place: rows_in(path, Some(column), rows),
        count: rows.count,
        meaning: "These rows are taken for typing errors, most likely of days to come, and left out; else the months \
                  between would count as empty.",
        remedy: "Correct the dates; set `extract_date` to the last day that the extract covers.",
    }
}

/// Dates after the day of the extract.
pub(super) fn dates_after_extract(path: &Path, column: &str, rows: &RowCount) -> Finding {
    Finding {
        name: "date-after-extract",
        severity: Severity::Loss,
        what: Statement::records(rows.count, "row has", "rows have").then(" a date after the extract date"),
        place: rows_in(path, Some(column), rows),
        count: rows.count,
        meaning: "Nothing can have been referred after the extract was made; these rows are left out.",
        remedy: "Correct the dates, or `extract_date`.",
    }
}

/// Rows before `from` or after `to`.
pub(super) fn outside_window(path: &Path, count: u64) -> Finding {
    Finding {
        name: "outside-window",
        severity: Severity::Note,
        what: Statement::records(count, "row lies", "rows lie").then(" before `from` or after `to`"),
        place: rows_in(path, None, &RowCount::default()),
        count,
        meaning: "Left out, as asked.",
        remedy: "Nothing, if the window is meant.",
    }
}

/// Rows that `areas` or `filters` leave out.
pub(super) fn filtered_rows(path: &Path, count: u64) -> Finding {
    Finding {
        name: "filtered-row",
        severity: Severity::Note,
        what: Statement::records(count, "row is", "rows are").then(" left out by `areas` or `filters`"),
        place: rows_in(path, None, &RowCount::default()),
        count,
        meaning: "Left out, as asked.",
        remedy: "Nothing, if the selection is meant.",
    }
}

/// Labels of sources or needs that map to no group.
pub(super) fn unmapped_labels(path: &Path, column: &str, spellings: u64, rows: &RowCount) -> Finding {
    Finding {
        name: "unmapped-label",
        severity: Severity::Warning,
        what: Statement::records(spellings, "spelling", "spellings")
            .then(" that no group is known for, in ")
            .then_records(rows.count, "row", "rows"),
        place: rows_in(path, Some(column), rows),
        count: rows.count,
        meaning: "These rows are counted under `Unknown`, so the forecasts by group are too low.",
        remedy: "Write them to a mapping file with `groundswell check --write-mapping`, fill it in and set `mapping`.",
    }
}

/// Cells of a dimension that are empty.
pub(super) fn missing_labels(path: &Path, column: &str, rows: &RowCount) -> Finding {
    Finding {
        name: "missing-label",
        severity: Severity::Note,
        what: Statement::records(rows.count, "row has", "rows have").then(" nothing in this column"),
        place: rows_in(path, Some(column), rows),
        count: rows.count,
        meaning: "These rows are counted under `Unknown`.",
        remedy: "Complete the column in the source system.",
    }
}

/// Rows without a child's identifier.
pub(super) fn missing_identifiers(path: &Path, column: &str, rows: &RowCount) -> Finding {
    Finding {
        name: "missing-identifier",
        severity: Severity::Note,
        what: Statement::records(rows.count, "row has", "rows have").then(" no child identifier"),
        place: rows_in(path, Some(column), rows),
        count: rows.count,
        meaning: "Such rows are counted, but duplicates among them can't be found.",
        remedy: "Export the identifier (or a pseudonym) with every row.",
    }
}

/// No column of identifiers at all.
pub(super) fn no_identifier_column(path: &Path) -> Finding {
    Finding {
        name: "no-identifier",
        severity: Severity::Note,
        what: "There is no column for the child's identifier".into(),
        place: rows_in(path, None, &RowCount::default()),
        count: 1,
        meaning: "Rows that stand in the file twice, or in two extracts, are counted twice.",
        remedy: "Export the identifier (or a pseudonym) and name it in `columns.child`.",
    }
}

/// Referrals of the same child on the same day.
pub(super) fn duplicates(path: Option<&Path>, count: u64) -> Finding {
    Finding {
        name: "duplicate-row",
        severity: Severity::Note,
        what: match path {
            Some(_) => Statement::records(count, "row repeats", "rows repeat")
                .then(" the child and day of another row of the same file"),
            None => Statement::records(count, "referral stands", "referrals stand").then(" in more than one extract"),
        },
        place: Place { file: path.map(|path| path.display().to_string()), ..Place::default() },
        count,
        meaning: "Each child is counted once a day; the newer extract is kept.",
        remedy: "Nothing, where extracts overlap; else look for rows that the export multiplied.",
    }
}

/// Duplicates that say different things.
pub(super) fn conflicts(count: u64) -> Finding {
    Finding {
        name: "conflicting-row",
        severity: Severity::Warning,
        what: Statement::records(count, "pair", "pairs").then(" of the same child and day with different labels"),
        place: Place::default(),
        count,
        meaning: "The newer extract is kept; within one file the label that comes first in the alphabet.",
        remedy: "Check how the source system corrects referrals.",
    }
}

/// Values that stand for "not published".
pub(super) fn missing_values(path: &Path, column: &str, rows: &RowCount) -> Finding {
    Finding {
        name: "missing-value",
        severity: Severity::Note,
        what: Statement::records(rows.count, "value is", "values are").then(" empty or a symbol for not available"),
        place: rows_in(path, Some(column), rows),
        count: rows.count,
        meaning: "Treated as not observed, never as zero.",
        remedy: "Nothing, where the source suppressed them.",
    }
}

/// Counts that aren't published, given a share of what the year's total leaves.
pub(super) fn shared_out(path: &Path, column: &str, rows: &RowCount) -> Finding {
    Finding {
        name: "suppressed-month",
        severity: Severity::Note,
        what: Statement::records(rows.count, "month has", "months have")
            .then(" no published count, but a year's total"),
        place: rows_in(path, Some(column), rows),
        count: rows.count,
        meaning: "Counts of 1 to 5 aren't published. What the total leaves is shared evenly among these months; leaving \
                  them out would make the forecast too high.",
        remedy: "Nothing. With the authority's own extract no month is missing.",
    }
}

/// Values that are no number.
pub(super) fn unreadable_numbers(path: &Path, column: &str, rows: &RowCount) -> Finding {
    Finding {
        name: "unreadable-number",
        severity: Severity::Loss,
        what: Statement::records(rows.count, "value is", "values are").then(" not a number"),
        place: rows_in(path, Some(column), rows),
        count: rows.count,
        meaning: "Treated as not observed, never as zero.",
        remedy: "Write counts as plain numbers.",
    }
}

/// Counts under zero or without bound.
pub(super) fn impossible_counts(path: &Path, column: &str, rows: &RowCount) -> Finding {
    Finding {
        name: "impossible-count",
        severity: Severity::Loss,
        what: Statement::records(rows.count, "value is", "values are").then(" negative or infinite"),
        place: rows_in(path, Some(column), rows),
        count: rows.count,
        meaning: "Treated as not observed, never as zero.",
        remedy: "Correct the source; counts start at zero.",
    }
}

/// Rows without the name of a series.
pub(super) fn missing_series(path: &Path, column: &str, rows: &RowCount) -> Finding {
    Finding {
        name: "missing-series",
        severity: Severity::Loss,
        what: Statement::records(rows.count, "row names", "rows name").then(" no series"),
        place: rows_in(path, Some(column), rows),
        count: rows.count,
        meaning: "These rows belong to no series and are left out.",
        remedy: "Complete the column.",
    }
}

fn period_of_a_series(count: u64) -> Statement {
    Statement::records(count, "period of a series stands", "periods of series stand")
}

/// The same series and period with the same value, twice.
pub(super) fn repeated_values(path: Option<&Path>, count: u64) -> Finding {
    Finding {
        name: "duplicate-row",
        severity: Severity::Note,
        what: match path {
            Some(_) => period_of_a_series(count).then(" again with the same value"),
            None => period_of_a_series(count).then(" in more than one file with the same value"),
        },
        place: Place { file: path.map(|path| path.display().to_string()), ..Place::default() },
        count,
        meaning: "Each is counted once.",
        remedy: "Nothing, where extracts overlap.",
    }
}

/// Months that don't add up to the year's total.
pub(super) fn total_disagrees(path: &Path, column: &str, rows: &RowCount) -> Finding {
    Finding {
        name: "total-disagrees",
        severity: Severity::Warning,
        what: Statement::from("In ")
            .then_records(rows.count, "row", "rows")
            .then(" the months do not add up to the year's total"),
        place: rows_in(path, Some(column), rows),
        count: rows.count,
        meaning: "The months are used as they stand.",
        remedy: "Check the file against its publisher's.",
    }
}

/// Events that stand in more than one file.
pub(super) fn repeated_events(count: u64) -> Finding {
    Finding {
        name: "duplicate-event",
        severity: Severity::Note,
        what: Statement::records(count, "event stands", "events stand").then(" in more than one file"),
        place: Place::default(),
        count,
        meaning: "Each is counted once, as the newest file has it.",
        remedy: "Nothing, where files overlap.",
    }
}
