use super::{Folder, lines, span};
use crate::ingest::{IngestError, SeriesColumns, SeriesTable, Source, TimeLabels, read_series};
use crate::panel::ValueKind;
use crate::time::Frequency;

#[test]
fn a_tidy_table_is_read_with_its_usual_names_or_others() {
    for (text, options) in [
        ("unique_id,ds,y\nb,2024-01-01,1\na,2024-01-01,2\na,2024-02-01,3\n", ""),
        ("Team;Month ending;Referrals\nb;31/01/2024;1\na;31/01/2024;2\na;29/02/2024;3\n", ""),
        (
            "what\twhen\thow many\nb\tJan-24\t1\na\tJan-24\t2\na\tFeb-24\t3\n",
            "columns = { series = 'what', time = 'when', value = 'How many' }",
        ),
    ] {
        let folder = Folder::with("c.csv", text);
        let ingested = folder.read(&format!("files = ['c.csv']\n{options}")).expect("readable");
        assert_eq!(lines(&ingested), ["a: 2 3", "b: 1 -"], "{text}");
        assert_eq!(span(&ingested), "2024-01 to 2024-02");
    }
}

#[test]
fn several_columns_may_name_the_series() {
    let text = "area,source,month,count\nN,6,2024-01,1\nN,2A,2024-01,2\nN,6,2024-02,4\n,6,2024-02,4\n";
    let folder = Folder::with("c.csv", text);
    let ingested = folder.read("files = ['c.csv']").expect("readable");
    assert_eq!(ingested.panel.dimensions(), ["area", "source"]);
    assert_eq!(lines(&ingested), ["N/2A: 2 -", "N/6: 1 4"]);
    let message = folder.message("files = ['c.csv']\ndimensions = ['area']");
    assert_eq!(
        message,
        "c.csv: a period of a series has more than one value (1 times), as `N` in 2024-01; the column that tells these rows apart is \
         missing from `dimensions` (others there are: `source`)"
    );
    let ingested =
        folder.read("files = ['c.csv']\ndimensions = ['area']\nfilters = { source = ['6'] }").expect("readable");
    assert_eq!(lines(&ingested), ["N: 1 4"]);
    assert_eq!(folder.findings(&ingested.findings)[0], "missing-series 1 [5]: 1 row names no series");
}

#[test]
fn a_missing_row_is_not_observed_and_symbols_are_not_zero() {
    let text = "ds,y\n2024-01-01,1\n2024-02-01,c\n2024-04-01,\"1,200\"\n2024-05-01,-3\n2024-06-01,many\n2024-07-01,2\n,5\nsoon,6\n";
    let folder = Folder::with("c.csv", text);
    let ingested = folder.read("files = ['c.csv']").expect("readable");
    assert_eq!(lines(&ingested), ["Total: 1 - - 1200 - - 2"]);
    assert_eq!(
        folder.findings(&ingested.findings),
        [
            "missing-date 1 [8]: 1 row has no date",
            "unreadable-date 1 [9]: 1 row has a date that can't be read",
            "missing-value 1 [3]: 1 value is empty or a symbol for not available",
            "unreadable-number 1 [6]: 1 value is not a number",
            "impossible-count 1 [5]: 1 value is negative or infinite",
            "unobserved-month 4 []: 4 periods inside the window are in no file: 2024-02; 2024-03; 2024-05; 2024-06",
        ]
    );
}

#[test]
fn amounts_are_told_from_counts() {
    let whole = Folder::with("c.csv", "ds,y\n2024-01,1\n2024-02,2.0\n").read("files = ['c.csv']").expect("readable");
    assert_eq!(whole.panel.kind(), ValueKind::Count);
    let text = "ds,y\n2024-01,1\n2024-02,0.1\n2024-03,123456789.25\n";
    let fractions = Folder::with("c.csv", text).read("files = ['c.csv']").expect("readable");
    assert_eq!(fractions.panel.kind(), ValueKind::Amount);
    assert_eq!(fractions.panel.series(0).to_vec(), [1.0, 0.1, 123_456_789.25]);
}

#[test]
fn periods_after_the_extract_are_left_out() {
    let folder = Folder::with("c.csv", "ds,y\n2024-01,1\n2024-02,2\n2024-03,1\n");
    let ingested = folder.read("files = ['c.csv']\nextract_date = 2024-03-10").expect("readable");
    assert_eq!(lines(&ingested), ["Total: 1 2"]);
    assert_eq!(
        folder.findings(&ingested.findings),
        ["incomplete-last-month 1 []: 1 period was not over on 2024-03-10, the day of the extract: 2024-03"]
    );
    let ingested = folder.read("files = ['c.csv']\nfrom = 2024-01-15\nto = 2024-02-29").expect("readable");
    assert_eq!(lines(&ingested), ["Total: 2"]);
}

#[test]
fn series_that_ended_or_never_began_are_findings() {
    let mut text = "unique_id,ds,y\nnever,2024-01,x\n".to_string();
    for month in 0..24 {
        text.push_str(&format!("on,{}-{:02},1\n", 2022 + month / 12, month % 12 + 1));
        if month < 12 {
            text.push_str(&format!("off,2022-{:02},1\n", month + 1));
        }
    }
    let folder = Folder::with("c.csv", text);
    let ingested = folder.read("files = ['c.csv']").expect("readable");
    assert_eq!(ingested.panel.keys().len(), 2);
    assert_eq!(
        folder.findings(&ingested.findings),
        [
            "missing-value 1 [2]: 1 value is empty or a symbol for not available",
            "unobserved-end 1 []: 1 period at the end of the files has no value at all: 2024-01",
            "ended-series 1 []: 1 series has no value in the last year to 2023-12: off",
            "empty-series 1 []: 1 series has no value at all: never",
        ]
    );
}

fn series(text: &str, frequency: Option<Frequency>) -> Result<SeriesTable, IngestError> {
    read_series(Source::Bytes("standard input".into(), text.into()), &SeriesColumns::default(), frequency)
}

#[test]
fn series_of_different_ends_stand_side_by_side() {
    let table = series("unique_id,ds,y\nb,7,5\na,1,1\na,2,2\na,4,4\nb,6,3\n", None).expect("readable");
    assert_eq!((table.len(), table.dated(), table.time_labels()), (2, false, TimeLabels::Number));
    let block = table.blocks(10).next().expect("a block").expect("a panel");
    assert_eq!(block.panel.series(0).iter().map(|value| value.to_string()).collect::<Vec<_>>(), ["1", "2", "NaN", "4"]);
    assert_eq!(
        block.panel.series(1).iter().map(|value| value.to_string()).collect::<Vec<_>>(),
        ["NaN", "NaN", "3", "5"]
    );
    assert_eq!(block.ends.iter().map(|end| end.ordinal()).collect::<Vec<_>>(), [4, 7]);
    assert!(!block.dated);
}

#[test]
fn blocks_hold_all_series_once_in_order() {
    let mut text = "unique_id,ds,y\n".to_string();
    for row in 0..300 {
        text.push_str(&format!("s{:02},2024-{:02}-01,{row}\n", 24 - row % 25, row / 25 + 1));
    }
    let table = series(&text, None).expect("readable");
    assert!(table.dated());
    assert_eq!((table.frequency(), table.kind()), (Frequency::Month, ValueKind::Count));
    let mut names = Vec::new();
    let mut sum = 0.0;
    for block in table.blocks(7) {
        let block = block.expect("a panel");
        names.extend(block.panel.keys().iter().map(ToString::to_string));
        sum += block.panel.values().sum();
        assert_eq!(block.panel.span().last().expect("a period").to_string(), "2024-12");
    }
    assert_eq!(names, (0..25).map(|number| format!("s{number:02}")).collect::<Vec<_>>());
    assert_eq!(sum, (0..300).sum::<i32>() as f64);
}

#[test]
fn rows_in_any_order_give_the_same_blocks() {
    let rows = ["a,2024-01,1", "a,2024-02,2", "b,2024-01,3", "b,2024-02,4", "c,2024-02,5"];
    let text = |order: [usize; 5]| format!("unique_id,ds,y\n{}\n", order.map(|row| rows[row]).join("\n"));
    let first = series(&text([0, 1, 2, 3, 4]), None).expect("readable");
    let other = series(&text([4, 3, 0, 2, 1]), None).expect("readable");
    let show =
        |table: &SeriesTable| format!("{:?}", table.blocks(2).map(|block| block.expect("a panel")).collect::<Vec<_>>());
    assert_eq!(show(&first), show(&other));
}

#[test]
fn financial_years_are_refused_and_a_month_of_that_form_is_not() {
    let table = |years: &[&str]| {
        let rows: String = years.iter().map(|year| format!("a,{year},100\n")).collect();
        series(&format!("unique_id,ds,y\n{rows}"), None)
    };
    // Up to 2011/12 the second part could be a month.
    for years in [&["2005/06", "2006/07"][..], &["2010-11", "2011-12", "2012-13"], &["2022/2023", "2023/2024"]] {
        let error = table(years).expect_err("financial years").to_string();
        assert!(error.contains("column `ds` holds financial years (as in row 2)"), "{error}");
    }
    assert_eq!(table(&["2005-05", "2005-06", "2005-07"]).expect("months").frequency(), Frequency::Month);
}

#[test]
fn a_series_says_one_thing_about_a_period() {
    let same = series("unique_id,ds,y\na,1,2\na,1,2\na,2,3\n", None).expect("the same twice");
    assert_eq!(same.findings()[0].name, "duplicate-row");
    assert_eq!(same.blocks(1).next().expect("a block").expect("a panel").panel.series(0).to_vec(), [2.0, 3.0]);
    let error = series("unique_id,ds,y\na,1,2\na,1,5\n", None).expect_err("a contradiction");
    assert_eq!(
        error.to_string(),
        "standard input: a period of a series has more than one value (1 times), as `a` in 1; the column that tells these rows apart \
         is missing from `dimensions` (others there are: none)"
    );
}

#[test]
fn columns_of_series_that_are_not_there_are_named() {
    let error = series("id,ds,volume\na,1,2\n", None).expect("found by usual names");
    assert_eq!(error.len(), 1);
    let error = series("name_of,ds,y\na,1,2\n", None).expect_err("no series");
    assert_eq!(
        error.to_string(),
        "standard input: there is no column `unique_id` for the series. The columns are: `name_of`, `ds`, `y`"
    );
    let columns = SeriesColumns { time: Some("when".into()), ..SeriesColumns::default() };
    let source = Source::Bytes("standard input".into(), b"unique_id,ds,y\na,1,2\n".to_vec());
    let error = read_series(source, &columns, None).expect_err("no such column");
    assert_eq!(
        error.to_string(),
        "standard input: there is no column `when` for the period. The columns are: `unique_id`, `ds`, `y`"
    );
}
