use super::{Folder, lines, span};
use crate::ingest::{Format, TimeLabels};
use crate::panel::ValueKind;

/// Two whole months: the first and the last working day of each have a referral.
const TWO_MONTHS: &str = "\
referral_date,child_id,referral_source,area
2024-01-02,1,6,North
2024-01-31,2,2A,North
2024-02-01,3,6,South
2024-02-29,4,6,North
";

#[test]
fn referrals_are_counted_by_month_and_label() {
    let folder = Folder::with("r.csv", TWO_MONTHS);
    let ingested = folder.read("files = ['r.csv']\ndimensions = ['area', 'source']").expect("readable");
    assert_eq!(ingested.format, Format::Referrals);
    assert_eq!(ingested.time_labels, TimeLabels::FirstDay);
    assert_eq!(ingested.panel.kind(), ValueKind::Count);
    assert_eq!(ingested.panel.dimensions(), ["area", "source"]);
    assert_eq!(span(&ingested), "2024-01 to 2024-02");
    assert_eq!(lines(&ingested), ["North/Police: 1 1", "North/Schools: 1 0", "South/Police: 0 1"]);
    assert!(ingested.findings.is_empty(), "{:?}", ingested.findings);
    assert_eq!(ingested.inputs[0].rows, 4);
    assert_eq!(ingested.inputs[0].bytes, TWO_MONTHS.len() as u64);
}

#[test]
fn without_dimensions_there_is_one_series() {
    let folder = Folder::with("r.csv", TWO_MONTHS);
    let ingested = folder.read("files = ['r.csv']").expect("readable");
    assert_eq!(lines(&ingested), ["Referrals: 2 2"]);
    assert_eq!(ingested.panel.dimensions(), ["measure"]);
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let mut rows: Vec<&str> = TWO_MONTHS.lines().collect();
    rows.push("2024-02-29,4,2A,North");
    let ordered = Folder::with("r.csv", rows.join("\n"));
    rows[1..].reverse();
    let reversed = Folder::with("r.csv", rows.join("\n"));
    let options = "files = ['r.csv']\ndimensions = ['source', 'area']";
    let (one, other) = (ordered.read(options).expect("readable"), reversed.read(options).expect("readable"));
    assert_eq!(lines(&one), lines(&other));
    assert_eq!(one.panel.keys(), other.panel.keys());
}

#[test]
fn zeros_lie_inside_the_window_and_nothing_outside() {
    let text = "date,child,source\n2023-11-01,1,6\n2024-02-29,2,6\n";
    let ingested = Folder::with("r.csv", text).read("files = ['r.csv']\ndimensions = ['source']").expect("readable");
    assert_eq!(span(&ingested), "2023-11 to 2024-02");
    assert_eq!(lines(&ingested), ["Police: 1 0 0 1"]);
}

#[test]
fn the_last_month_is_left_out_where_the_extract_ends_within_it() {
    let folder = Folder::with("r.csv", format!("{TWO_MONTHS}2024-03-14,5,6,North\n"));
    let ingested = folder.read("files = ['r.csv']").expect("readable");
    assert_eq!(span(&ingested), "2024-01 to 2024-02");
    assert_eq!(ingested.last_complete.to_string(), "2024-02");
    assert_eq!(
        folder.findings(&ingested.findings),
        ["incomplete-last-month 1 []: The last referral is of 2024-03-14, before the last working day of 2024-03"]
    );
    // Good Friday was on 29 March 2024: with the 28th the month's work was done.
    let ingested = folder.read("files = ['r.csv']\nextract_date = 2024-03-28").expect("readable");
    assert_eq!(span(&ingested), "2024-01 to 2024-03");
    let ingested = folder.read("files = ['r.csv']\nextract_date = 2024-03-27").expect("readable");
    assert_eq!(
        folder.findings(&ingested.findings),
        ["incomplete-last-month 1 []: The extract was made on 2024-03-27, before the last working day of 2024-03"]
    );
}

#[test]
fn the_first_month_is_left_out_where_chance_can_not_explain_its_late_start() {
    let mut text = "date,child,source\n".to_string();
    for (child, day) in (16..=31).enumerate() {
        for twin in 0..3 {
            text.push_str(&format!("2024-01-{day},a{child}{twin},6\n"));
        }
    }
    for (child, day) in (1..=29).enumerate() {
        text.push_str(&format!("2024-02-{day:02},b{child},6\n"));
    }
    let folder = Folder::with("r.csv", text);
    let ingested = folder.read("files = ['r.csv']").expect("readable");
    assert_eq!(span(&ingested), "2024-02 to 2024-02");
    assert_eq!(
        folder.findings(&ingested.findings),
        ["incomplete-first-month 1 []: The first referral is of 2024-01-16, too late in 2024-01 to be chance"]
    );
    let ingested = folder.read("files = ['r.csv']\nfrom = 2024-01-01").expect("readable");
    assert_eq!(lines(&ingested), ["Referrals: 48 29"]);
}

#[test]
fn every_row_that_can_not_be_used_is_counted_with_its_number() {
    let text = "\
Date of Referral,Child Unique ID,Referral Source,Area
02/01/2024,1,6,North
,2,6,North
soon,3,6,North
31/02/2024,4,6,North
31/01/2024,,6,North
30/01/2024,6,Talkshop,North
29/01/2024,7,,North
28/01/2024,8,6
";
    let folder = Folder::with("r.csv", text);
    let ingested = folder.read("files = ['r.csv']\ndimensions = ['source']").expect("readable");
    assert_eq!(lines(&ingested), ["Police: 2", "Unknown: 2"]);
    assert_eq!(
        folder.findings(&ingested.findings),
        [
            "ragged-row 1 [9]: 1 row has more or fewer fields than the header",
            "missing-identifier 1 [6]: 1 row has no child identifier",
            "missing-label 1 [8]: 1 row has nothing in this column",
            "unmapped-label 1 [7]: 1 spelling that no group is known for, in 1 row",
            "missing-date 1 [3]: 1 row has no date",
            "unreadable-date 2 [4 5]: 2 rows have a date that can't be read",
        ]
    );
    for finding in &ingested.findings {
        let text = format!("{finding:?}");
        assert!(!text.contains("soon") && !text.contains("Talkshop"), "a value got out: {text}");
    }
}

#[test]
fn a_mapping_file_names_local_spellings() {
    let folder = Folder::with("r.csv", "date,child,source\n2024-01-02,1,Talkshop\n2024-01-31,2,Talkshop\n");
    folder.write("map.toml", "schema = 1\n[source]\n\"talkshop\" = \"Other\"\n");
    let options = "files = ['r.csv']\ndimensions = ['source']\nmapping = 'map.toml'";
    let ingested = folder.read(options).expect("readable");
    assert_eq!(lines(&ingested), ["Other: 2"]);
    assert!(ingested.findings.is_empty());
    assert!(
        folder
            .message("files = ['r.csv']\nmapping = 'no.toml'")
            .starts_with("no.toml: the mapping file can't be used: ")
    );
    folder.write("map.toml", "schema = 2\n");
    assert_eq!(
        folder.message(options),
        "map.toml: the mapping file can't be used: it has schema 2; this version reads schema 1"
    );
}

#[test]
fn dates_are_read_in_the_order_that_the_whole_column_shows() {
    let month_first = "date,child\n01/02/2024,1\n01/31/2024,2\n";
    let ingested = Folder::with("r.csv", month_first).read("files = ['r.csv']").expect("readable");
    assert_eq!(span(&ingested), "2024-01 to 2024-01");
    let folder = Folder::with("r.csv", "date,child\n01/02/2024,1\n08/02/2024,2\n");
    let ingested = folder.read("files = ['r.csv']\nextract_date = 2024-02-29").expect("readable");
    assert_eq!(span(&ingested), "2024-02 to 2024-02");
    assert_eq!(
        folder.findings(&ingested.findings),
        ["ambiguous-date 2 [2 3]: 2 dates were read day first; nothing in the column says so"]
    );
    let folder = Folder::with("r.csv", "date,child\n13/02/2024,1\n02/14/2024,2\n");
    assert_eq!(
        folder.message("files = ['r.csv']"),
        "r.csv: column `date` has dates that are day first (as in row 2) and dates that are month first (as in row 3); \
         write them in one order, best as 2024-03-31, or set `date_order`"
    );
}

#[test]
fn excel_day_numbers_and_times_of_day_are_dates() {
    for text in [
        "date,child\n45293,1\n45322,2\n",
        "date,child\n45293.25,1\n45322.75,2\n",
        "date,child\n2024-01-02 09:15:00,1\n2024-01-31T23:59:59Z,2\n",
        "date;child\n\"02-Jan-2024\";1\n31/01/24;2\n",
    ] {
        let ingested = Folder::with("r.csv", text).read("files = ['r.csv']").expect("readable");
        assert_eq!(span(&ingested), "2024-01 to 2024-01", "{text}");
        assert_eq!(lines(&ingested), ["Referrals: 2"], "{text}");
    }
}

#[test]
fn ages_become_bands_from_years_or_from_the_date_of_birth() {
    let text = "date,child,age\n2024-01-02,1,0\n2024-01-15,2,17\n2024-01-16,3,unborn\n2024-01-31,4,9\n";
    let ingested = Folder::with("r.csv", text).read("files = ['r.csv']\ndimensions = ['age_band']").expect("readable");
    assert_eq!(lines(&ingested), ["16 and over: 1", "5 to 9: 1", "Unborn: 1", "Under 1: 1"]);
    let text = "\
date,child,dob
2024-01-02,1,2023-06-01
2024-01-15,2,2008-01-15
2024-01-16,3,2008-01-17
2024-01-30,4,2024-04-01
2024-01-31,5,
";
    let folder = Folder::with("r.csv", text);
    let ingested = folder.read("files = ['r.csv']\ndimensions = ['age_band']").expect("readable");
    assert_eq!(lines(&ingested), ["10 to 15: 1", "16 and over: 1", "Unborn: 1", "Under 1: 1", "Unknown: 1"]);
    assert_eq!(folder.findings(&ingested.findings), ["missing-label 1 [6]: 1 row has nothing in this column"]);
}

#[test]
fn areas_and_filters_choose_rows() {
    let folder = Folder::with("r.csv", TWO_MONTHS);
    let ingested = folder.read("files = ['r.csv']\nareas = ['north']").expect("readable");
    assert_eq!(lines(&ingested), ["Referrals: 2 1"]);
    assert_eq!(folder.findings(&ingested.findings), ["filtered-row 1 []: 1 row is left out by `areas` or `filters`"]);
    let ingested = folder.read("files = ['r.csv']\nfilters = { 'Referral Source' = ['police'] }").expect("readable");
    assert_eq!(lines(&ingested), ["Referrals: 1 2"]);
    assert_eq!(folder.message("files = ['r.csv']\nareas = ['Nort']"), "no area is called `Nort`; did you mean North?");
    assert_eq!(
        folder.message("files = ['r.csv']\nfilters = { area = ['West'] }"),
        "r.csv: no row is left after `filters.area`; check its value"
    );
}

#[test]
fn the_same_area_in_capitals_is_the_same_area() {
    let text = TWO_MONTHS.replace("29,4,6,North", "29,4,6,NORTH ");
    let ingested = Folder::with("r.csv", text).read("files = ['r.csv']\ndimensions = ['area']").expect("readable");
    assert_eq!(lines(&ingested), ["North: 2 1", "South: 0 1"]);
}

#[test]
fn a_slip_of_the_pen_does_not_stretch_the_window() {
    let mut text = "date,child\n".to_string();
    for day in 1..=31 {
        text.push_str(&format!("2024-01-{day:02},{day}\n2024-01-{day:02},x{day}\n"));
    }
    let folder = Folder::with("r.csv", format!("{text}2042-01-05,99\n"));
    let ingested = folder.read("files = ['r.csv']").expect("readable");
    assert_eq!(span(&ingested), "2024-01 to 2024-01");
    assert_eq!(
        folder.findings(&ingested.findings),
        ["stray-date 1 [64]: 1 row has a date more than a year away from all others"]
    );
    let ingested = folder.read("files = ['r.csv']\nextract_date = 2024-02-01").expect("readable");
    assert_eq!(
        folder.findings(&ingested.findings)[0],
        "date-after-extract 1 [64]: 1 row has a date after the extract date"
    );
}

#[test]
fn weeks_are_counted_where_weeks_are_asked_for() {
    let text = "date,child\n2024-01-01,1\n2024-01-05,2\n2024-01-08,3\n2024-01-12,4\n";
    let ingested = Folder::with("r.csv", text).read("files = ['r.csv']\nfrequency = 'week'").expect("readable");
    assert_eq!(span(&ingested), "2024-01-01 to 2024-01-08");
    assert_eq!(lines(&ingested), ["Referrals: 2 2"]);
}

#[test]
fn without_identifiers_every_row_counts_and_a_finding_says_so() {
    let folder = Folder::with("r.csv", "date,source\n2024-01-02,6\n2024-01-31,6\n2024-01-31,6\n");
    let ingested = folder.read("files = ['r.csv']").expect("readable");
    assert_eq!(lines(&ingested), ["Referrals: 3"]);
    assert_eq!(
        folder.findings(&ingested.findings),
        ["no-identifier 1 []: There is no column for the child's identifier"]
    );
}

#[test]
fn options_that_can_not_be_are_refused() {
    let folder = Folder::with("r.csv", TWO_MONTHS);
    for (options, message) in [
        ("files = []", "no input file is named: give at least one file"),
        (
            "files = ['r.csv']\ndimensions = ['colour']",
            "the input options can't be used: `colour` is no dimension of referrals; choose among area, source, \
             age_band, need and no_further_action",
        ),
        (
            "files = ['r.csv']\ndimensions = ['area', 'Area']",
            "the input options can't be used: the dimension `Area` stands twice",
        ),
        (
            "files = ['r.csv']\nfrom = 2024-02-01\nto = 2024-01-01",
            "the input options can't be used: `from` (2024-02-01) comes after `to` (2024-01-01)",
        ),
        ("files = ['r.csv', 'r.csv']", "the input options can't be used: the file r.csv stands twice in `files`"),
        (
            "files = ['r.csv']\ndimensions = ['need']",
            "r.csv: there is no column `need` for the primary need. The columns are: `referral_date`, `child_id`, \
             `referral_source`, `area`",
        ),
        (
            "files = ['r.csv']\n[columns]\ndate = 'seen'",
            "r.csv: there is no column `seen` for the date of referral. The columns are: `referral_date`, `child_id`, \
             `referral_source`, `area`",
        ),
        (
            "files = ['r.csv']\nfrom = 2030-01-01",
            "r.csv: no row is left after `from, to, areas and filters`; check its value",
        ),
        (
            "files = ['r.csv']\nfrom = 2024-01-05\nto = 2024-01-31",
            "the data covers no complete month: from 2024-01-31 to 2024-01-31",
        ),
    ] {
        assert_eq!(folder.message(options), message, "{options}");
    }
}

#[test]
fn a_file_without_any_date_says_why() {
    let folder = Folder::with("r.csv", "date,child\n,1\nsoon,2\n");
    assert_eq!(
        folder.message("files = ['r.csv']"),
        "r.csv: none of the 2 rows can be used: 1 without a date in column `date`, 1 with a date that can't be read"
    );
}

#[test]
fn a_dimension_of_free_text_is_refused() {
    let mut text = "date,child,area\n".to_string();
    for row in 0..20_001 {
        text.push_str(&format!("2024-01-02,{row},place {row}\n"));
    }
    let folder = Folder::with("r.csv", text);
    assert_eq!(
        folder.message("files = ['r.csv']\ndimensions = ['area']"),
        "r.csv: column `area` has more than 20000 different values; it looks like free text or an identifier: choose \
         another dimension"
    );
}
