//! What can be found about a return: one function each, so that all their words stand in one place.

use std::path::Path;

use crate::ingest::text::RowCount;
use crate::panel::{Finding, Place, Severity, Statement};

fn lines_in(path: &Path, column: Option<&str>, lines: &RowCount) -> Place {
    Place {
        file: Some(path.display().to_string()),
        column: column.map(ToString::to_string),
        rows: lines.first.clone(),
        ..Place::default()
    }
}

/// Referrals from before the year of the return.
pub(super) fn before_return(path: &Path, lines: &RowCount) -> Finding {
    Finding {
        name: "referral-before-return",
        severity: Severity::Note,
        what: Statement::records(lines.count, "referral is from", "referrals are from")
            .then(" before the year of the return"),
        place: lines_in(path, Some("CINreferralDate"), lines),
        count: lines.count,
        meaning: "They are cases that were still open; the months before the return are counted from the returns of \
                  those years only.",
        remedy: "Name the earlier years' returns too, where there are any.",
    }
}

/// Referrals from after the return's last day.
pub(super) fn after_return(path: &Path, lines: &RowCount) -> Finding {
    Finding {
        name: "date-after-extract",
        severity: Severity::Loss,
        what: Statement::records(lines.count, "referral is", "referrals are").then(" after the last day of the return"),
        place: lines_in(path, Some("CINreferralDate"), lines),
        count: lines.count,
        meaning: "Nothing can have been referred after the return was made; these referrals are left out.",
        remedy: "Correct the dates, or the return's year and reference date.",
    }
}

/// A date that comes before one it must follow.
pub(super) fn impossible_order(path: &Path, column: &'static str, after: &'static str, lines: &RowCount) -> Finding {
    Finding {
        name: "impossible-order",
        severity: Severity::Warning,
        what: Statement::from(format!("{column} lies before {after} in ")).then_records(lines.count, "case", "cases"),
        place: lines_in(path, Some(column), lines),
        count: lines.count,
        meaning: "Referrals are counted all the same; durations that end before they begin are of no use.",
        remedy: "Correct the dates in the source system.",
    }
}

/// Dates other than of referral that can't be read.
pub(super) fn unreadable_dates(path: &Path, lines: &RowCount) -> Finding {
    Finding {
        name: "unreadable-date",
        severity: Severity::Loss,
        what: Statement::records(lines.count, "entry has", "entries have").then(" a date that can't be read"),
        place: lines_in(path, None, lines),
        count: lines.count,
        meaning: "These entries of cases are left out; referrals are counted by their own date.",
        remedy: "Write dates as 2024-03-31.",
    }
}

/// Entries whose start is missing.
pub(super) fn missing_starts(path: &Path, lines: &RowCount) -> Finding {
    Finding {
        name: "missing-date",
        severity: Severity::Loss,
        what: Statement::records(
            lines.count,
            "assessment, enquiry or plan has",
            "assessments, enquiries or plans have",
        )
        .then(" no start"),
        place: lines_in(path, None, lines),
        count: lines.count,
        meaning: "These entries of cases are left out; referrals are counted by their own date.",
        remedy: "Complete the dates in the source system.",
    }
}

/// Year and reference date say different things.
pub(super) fn year_disagrees(path: &Path, first: String, last: String) -> Finding {
    Finding {
        name: "return-year-disagrees",
        severity: Severity::Warning,
        what: format!("Year and reference date of the return don't belong together; it is read as {first} to {last}")
            .into(),
        place: lines_in(path, Some("ReferenceDate"), &RowCount::default()),
        count: 1,
        meaning: "Referrals outside this window are not counted.",
        remedy: "Correct the header of the return.",
    }
}

/// A part of the header that is there and can't be read.
pub(super) fn unreadable_header(path: &Path, element: &'static str, first: String, last: String) -> Finding {
    Finding {
        name: "unreadable-header",
        severity: Severity::Warning,
        what: format!("{element} in the header can't be read; the return is read as {first} to {last}").into(),
        place: lines_in(path, Some(element), &RowCount::default()),
        count: 1,
        meaning: "Referrals outside this window are not counted.",
        remedy: "Correct the header: the year as 2024, the reference date as 2024-03-31.",
    }
}

/// Elements that no return of any year has.
pub(super) fn unknown_elements(path: &Path, lines: &RowCount) -> Finding {
    Finding {
        name: "unknown-element",
        severity: Severity::Note,
        what: Statement::records(lines.count, "element", "elements").then(" that no return of 2017 to 2026 has"),
        place: lines_in(path, None, lines),
        count: lines.count,
        meaning: "They are passed over.",
        remedy: "Check that the file follows the census's specification.",
    }
}

/// Early help referrals have a code of their own from the return of 2023 on.
pub(in crate::ingest) fn source_break() -> Finding {
    Finding {
        name: "source-series-break",
        severity: Severity::Warning,
        what: "The returns lie on both sides of April 2022, from when on source 5D (early help) stands beside 5A to 5C"
            .into(),
        place: Place { series: Some("2022-04".into()), ..Place::default() },
        count: 1,
        meaning: "A step in sources that recorded early help otherwise may be a change of recording and not of demand.",
        remedy: "Read the series of sources before and after the step with care, or start after it with `from`.",
    }
}
