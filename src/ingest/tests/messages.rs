//! Every sentence that reading can say, word for word.

use std::io::{Error, ErrorKind};
use std::path::Path;

use crate::ingest::text::RowCount;
use crate::ingest::{Fault, IngestError, findings as f, period_findings as p};
use crate::panel::{Finding, PanelError};

fn one_and_three() -> [RowCount; 2] {
    [RowCount { count: 1, first: vec![7] }, RowCount { count: 3, first: vec![7, 8, 9] }]
}

fn said(findings: impl IntoIterator<Item = Finding>) -> String {
    let mut text = String::new();
    for finding in findings {
        let place = serde_json::to_string(&finding.place).expect("serialisable");
        text.push_str(&format!(
            "{} {:?} {} {place}\n  {}. {} {}\n",
            finding.name, finding.severity, finding.count, finding.what, finding.meaning, finding.remedy
        ));
    }
    text
}

#[test]
fn findings_about_rows_and_cells() {
    let path = Path::new("r.csv");
    let [one, three] = one_and_three();
    let findings = [
        f::ragged_rows(path, &three),
        f::converted_encoding(path, "UTF-16"),
        f::missing_dates(path, "Date", &one),
        f::unreadable_dates(path, "Date", &three),
        f::ambiguous_dates(path, "Date", &three),
        f::stray_dates(path, "Date", &one),
        f::dates_after_extract(path, "Date", &one),
        f::outside_window(path, 3),
        f::filtered_rows(path, 1),
        f::unmapped_labels(path, "Source", 2, &three),
        f::missing_labels(path, "Source", &one),
        f::missing_identifiers(path, "Child", &one),
        f::no_identifier_column(path),
        f::duplicates(Some(path), 1),
        f::duplicates(None, 3),
        f::conflicts(1),
        f::missing_values(path, "y", &three),
        f::unreadable_numbers(path, "y", &one),
        f::impossible_counts(path, "y", &one),
        f::missing_series(path, "id", &three),
        f::repeated_values(Some(path), 1),
        f::repeated_values(None, 3),
    ];
    assert_eq!(said(findings), ROWS);
}

#[test]
fn findings_about_periods_and_series() {
    let names = |count: usize| (0..count).map(|number| format!("s{number}")).collect::<Vec<_>>();
    let findings = [
        p::incomplete_last("2024-03".into(), "2024-03-14".into(), false),
        p::incomplete_last("2024-03".into(), "2024-03-14".into(), true),
        p::incomplete_first("2024-01".into(), "2024-01-16".into()),
        p::incomplete_periods(&names(1), "2024-03-10".into()),
        p::unobserved(&names(1)),
        p::unobserved(&names(10)),
        p::changed_history(1),
        p::authority_code_change("York".into(), "E1", "E2", "2023-04"),
        p::authority_reorganised("Dorset".into(), "Dorset (E1)".into(), "2019-04"),
        p::ended_series(&names(2), "2024-03"),
        p::empty_series(&names(1)),
        p::file_goes_on(&names(1), "2019-03", "2024-03"),
        p::late_series(&names(2), "2024-03"),
        p::unobserved_end(&names(1)),
        p::sparse_return(Path::new("2024.xml"), 3, 12, "month"),
        f::total_disagrees(Path::new("c6.csv"), "Referrals", &one_and_three()[1]),
    ];
    assert_eq!(said(findings), PERIODS);
}

#[test]
fn errors_that_no_file_in_these_tests_can_cause() {
    let denied = || Error::new(ErrorKind::PermissionDenied, "permission denied");
    let path = || Path::new("r.csv").to_path_buf();
    for (error, message, fault) in [
        (
            IngestError::Unreadable { path: path(), source: denied() },
            "r.csv: the file can't be opened: permission denied",
            Fault::NoInput,
        ),
        (
            IngestError::Broken { path: path(), source: denied() },
            "r.csv: reading broke off: permission denied",
            Fault::InputOutput,
        ),
        (
            IngestError::TooLarge { series: 1_000_000, periods: 120 },
            "1000000 series over 120 periods make a table too large to hold; use fewer dimensions, or `from` and `to`, \
             or correct a period that lies far from all others",
            Fault::BadInput,
        ),
        (
            IngestError::CountTooLarge { path: path(), column: "y".into(), row: 7, count: 2 },
            "r.csv: column `y`, row 7: a number above 1,000,000,000,000,000 is no count (2 such); correct the file or \
             export it again",
            Fault::BadInput,
        ),
        (
            IngestError::Panel(PanelError::Empty),
            "there is nothing to forecast: no series has an observed period",
            Fault::BadInput,
        ),
    ] {
        assert_eq!(error.to_string(), message);
        assert_eq!(error.fault(), fault);
    }
}

const ROWS: &str = r#"ragged-row Loss 3 {"file":"r.csv","rows":[7,8,9]}
  3 rows have more or fewer fields than the header. These rows are left out, so their periods may be counted too low. Export the file again, or put fields that hold the separator in quotation marks.
converted-encoding Note 1 {"file":"r.csv"}
  The file is not UTF-8; it was read as UTF-16. Letters with accents may be wrong; counts are not affected. Save the file as CSV UTF-8 if labels look wrong.
missing-date Loss 1 {"file":"r.csv","column":"Date","rows":[7]}
  1 row has no date. These rows can't be placed in a period and are left out. Complete the dates in the source system.
unreadable-date Loss 3 {"file":"r.csv","column":"Date","rows":[7,8,9]}
  3 rows have a date that can't be read. These rows can't be placed in a period and are left out. Write dates as 2024-03-31 or 31/03/2024.
ambiguous-date Warning 3 {"file":"r.csv","column":"Date","rows":[7,8,9]}
  3 dates were read day first; nothing in the column says so. If the file is month first, these rows are counted in the wrong month. Write dates as 2024-03-31, or set `date_order`.
stray-date Loss 1 {"file":"r.csv","column":"Date","rows":[7]}
  1 row has a date more than a year away from all others. These rows are taken for typing errors and left out; else the years between would count as empty. Correct the dates, or set `from` and `to` to the window that you mean.
date-after-extract Loss 1 {"file":"r.csv","column":"Date","rows":[7]}
  1 row has a date after the extract date. Nothing can have been referred after the extract was made; these rows are left out. Correct the dates, or `extract_date`.
outside-window Note 3 {"file":"r.csv"}
  3 rows lie before `from` or after `to`. Left out, as asked. Nothing, if the window is meant.
filtered-row Note 1 {"file":"r.csv"}
  1 row is left out by `areas` or `filters`. Left out, as asked. Nothing, if the selection is meant.
unmapped-label Warning 3 {"file":"r.csv","column":"Source","rows":[7,8,9]}
  2 spellings that no group is known for, in 3 rows. These rows are counted under `Unknown`, so the forecasts by group are too low. Write them to a mapping file with `groundswell check --write-mapping`, fill it in and set `mapping`.
missing-label Note 1 {"file":"r.csv","column":"Source","rows":[7]}
  1 row has nothing in this column. These rows are counted under `Unknown`. Complete the column in the source system.
missing-identifier Note 1 {"file":"r.csv","column":"Child","rows":[7]}
  1 row has no child identifier. Such rows are counted, but duplicates among them can't be found. Export the identifier (or a pseudonym) with every row.
no-identifier Note 1 {"file":"r.csv"}
  There is no column for the child's identifier. Rows that stand in the file twice, or in two extracts, are counted twice. Export the identifier (or a pseudonym) and name it in `columns.child`.
duplicate-row Note 1 {"file":"r.csv"}
  1 row repeats the child and day of another row of the same file. Each child is counted once a day; the newer extract is kept. Nothing, where extracts overlap; else look for rows that the export multiplied.
duplicate-row Note 3 {}
  3 referrals stand in more than one extract. Each child is counted once a day; the newer extract is kept. Nothing, where extracts overlap; else look for rows that the export multiplied.
conflicting-row Warning 1 {}
  1 pair of the same child and day with different labels. The newer extract is kept; within one file the label that comes first in the alphabet. Check how the source system corrects referrals.
missing-value Note 3 {"file":"r.csv","column":"y","rows":[7,8,9]}
  3 values are empty or a symbol for not available. Treated as not observed, never as zero. Nothing, where the source suppressed them.
unreadable-number Loss 1 {"file":"r.csv","column":"y","rows":[7]}
  1 value is not a number. Treated as not observed, never as zero. Write counts as plain numbers.
impossible-count Loss 1 {"file":"r.csv","column":"y","rows":[7]}
  1 value is negative or infinite. Treated as not observed, never as zero. Correct the source; counts start at zero.
missing-series Loss 3 {"file":"r.csv","column":"id","rows":[7,8,9]}
  3 rows name no series. These rows belong to no series and are left out. Complete the column.
duplicate-row Note 1 {"file":"r.csv"}
  1 period of a series stands again with the same value. Each is counted once. Nothing, where extracts overlap.
duplicate-row Note 3 {}
  3 periods of series stand in more than one file with the same value. Each is counted once. Nothing, where extracts overlap.
"#;

const PERIODS: &str = r#"incomplete-last-month Warning 1 {"series":"2024-03"}
  The last referral is of 2024-03-14, before the last working day of 2024-03. The period is left out of fitting; forecasts start with it. If the period is complete, set `extract_date` to the day of the extract.
incomplete-last-month Warning 1 {"series":"2024-03"}
  The extract was made on 2024-03-14, before the last working day of 2024-03. The period is left out of fitting; forecasts start with it. If the period is complete, set `extract_date` to the day of the extract.
incomplete-first-month Warning 1 {"series":"2024-01"}
  The first referral is of 2024-01-16, too late in 2024-01 to be chance. The extract seems to start within the period, which is left out. If the period is complete, set `from` to its first day.
incomplete-last-month Warning 1 {"series":"s0"}
  1 period was not over on 2024-03-10, the day of the extract: s0. The period is left out of fitting; forecasts start with it. If the period is complete, correct `extract_date`.
unobserved-month Warning 1 {"series":"s0"}
  1 period inside the window is in no file: s0. Treated as not observed, never as zero. Add the extract that covers them.
unobserved-month Warning 10 {"series":"s0"}
  10 periods inside the window are in no file: s0; s1; s2; s3; s4; s5; s6; s7 and 2 more. Treated as not observed, never as zero. Add the extract that covers them.
changed-history Warning 1 {}
  1 period of a series stands in two files with different values. The newer file is kept. Check whether the older figures were revised.
authority-code-change Note 1 {"series":"York"}
  York is E1 before 2023-04 and E2 from then on; both are read as one series. The authority kept its number at the Department for Education, so its history goes on. Check that its area did not change.
authority-reorganised Warning 1 {"series":"Dorset"}
  Dorset was made anew in 2019-04; the authority of that name before it is read as Dorset (E1). The two cover different areas, so their histories are not joined. Keep the one that you mean with `areas`.
ended-series Warning 2 {"series":"s0"}
  2 series have no value in the last year to 2024-03: s0; s1. They ended (as when an authority was merged or renamed) or their data is missing: they are shown and not forecast, so that none is counted beside its successor. Add their data where they go on; nothing otherwise.
empty-series Loss 1 {"series":"s0"}
  1 series has no value at all: s0. A series without values can't be forecast and is left out. Add their data.
ended-area Warning 1 {"series":"s0"}
  1 area has no figure after 2019-03, while the file goes on to 2024-03: s0. An authority that was merged, divided or renamed ends like this, or its later figures are missing: the forecast goes on from its last figure, which may be long ago. Name its successor in `areas`, or add the figures that are missing.
late-series Warning 2 {"series":"s0"}
  2 series have no value for the last periods to 2024-03: s0; s1. The missing values are treated as not observed, never as zero; forecasts of these series look further ahead than those of the others, and totals are not known for these periods. Add the values, or end the window before them with `to`.
unobserved-end Warning 1 {"series":"s0"}
  1 period at the end of the files has no value at all: s0. The history ends before them, and forecasts start with the first of them. Add the values where they are known.
sparse-return Warning 3 {"file":"2024.xml"}
  The file holds 3 referrals for the 12 months that it covers. Periods without a referral are counted as zero; a return that was cut short, filtered or made as an example looks the same. Check that the file is whole; leave it out if not.
total-disagrees Warning 3 {"file":"c6.csv","column":"Referrals","rows":[7,8,9]}
  In 3 rows the months do not add up to the year's total. The months are used as they stand. Check the file against its publisher's.
"#;
