//! How time columns are read.

use super::*;

fn decide(texts: &[&str], frequency: Option<Frequency>) -> Result<(Frequency, TimeLabels, Vec<String>), IngestError> {
    let mut column = PeriodColumn::new();
    let cells = Cells::Text(texts.iter().map(|text| Some(*text)).collect());
    let mut codes = Vec::new();
    column.codes(&cells, &RowNumbers::From(2), &mut codes);
    assert!(codes.iter().all(|code| *code < UNREADABLE), "{texts:?}");
    let calendar = column.decide("t.csv".as_ref(), "ds", DateOrder::Auto, false, frequency)?;
    let labels = calendar
        .ordinals
        .iter()
        .flatten()
        .map(|ordinal| calendar.labels.label(Period::numbered(calendar.frequency, *ordinal)));
    Ok((calendar.frequency, calendar.labels, labels.collect()))
}

#[test]
fn the_frequency_is_what_the_dates_show() {
    for (texts, frequency, labels) in [
        (["2024-01-01", "2024-02-01", "2024-04-01"], Frequency::Month, TimeLabels::FirstDay),
        (["2024-01-31", "2024-02-29", "2024-03-31"], Frequency::Month, TimeLabels::LastDay),
        (["2024-01-15", "2024-02-15", "2024-03-15"], Frequency::Month, TimeLabels::DayOf { months: 0, day: 15 }),
        (["2024-01-01", "2024-04-01", "2024-10-01"], Frequency::Quarter, TimeLabels::FirstDay),
        (["2022-03-31", "2023-03-31", "2024-03-31"], Frequency::Year, TimeLabels::DayOf { months: 2, day: 32 }),
        (["2024-01-01", "2024-01-08", "2024-01-22"], Frequency::Week, TimeLabels::FirstDay),
        (["2024-01-07", "2024-01-14", "2024-01-21"], Frequency::Week, TimeLabels::LastDay),
        (["2024-01-05", "2024-01-12", "2024-01-19"], Frequency::Week, TimeLabels::Weekday(4)),
        (["2024-Q1", "2024-Q2", "2024-Q3"], Frequency::Quarter, TimeLabels::Label),
        (["2022", "2023", "2024"], Frequency::Year, TimeLabels::Label),
        (["2024-01", "2024-02", "2024-03"], Frequency::Month, TimeLabels::Label),
        (["1", "2", "3"], Frequency::Month, TimeLabels::Number),
    ] {
        let (found, written, back) = decide(&texts, None).expect("a calendar");
        assert_eq!((found, written), (frequency, labels), "{texts:?}");
        assert_eq!(back, texts, "written as it was read");
    }
}

#[test]
fn months_are_read_in_every_usual_form() {
    let expected = ["2024-01", "2024-02", "2024-03"];
    for texts in [
        ["202401", "202402", "202403"],
        ["Jan-24", "Feb-24", "Mar-24"],
        ["January 2024", "February 2024", "March 2024"],
        ["01/2024", "02/2024", "3/2024"],
        ["2024/1", "2024/02", "2024 Mar"],
    ] {
        let (frequency, _, back) = decide(&texts, None).expect("a calendar");
        assert_eq!(frequency, Frequency::Month);
        assert_eq!(back, expected, "{texts:?}");
    }
}

#[test]
fn first_days_of_months_show_the_order_of_day_and_month() {
    let day_first = decide(&["01/02/2024", "01/03/2024", "01/04/2024"], None).expect("a calendar");
    assert_eq!(day_first.2, ["2024-02-01", "2024-03-01", "2024-04-01"]);
    let month_first = decide(&["02/01/2024", "03/01/2024", "04/01/2024"], None).expect("a calendar");
    assert_eq!(month_first.2, day_first.2);
}

#[test]
fn daily_counts_are_refused() {
    let error = decide(&["2024-01-01", "2024-01-02", "2024-01-03"], None).expect_err("daily");
    assert_eq!(
        error.to_string(),
        "t.csv: column `ds` has several dates in one month, as daily counts have; add the rows up to weeks or \
         months first, or give them to a project as referrals, one a row"
    );
    let error = decide(&["2024-01-01", "2024-01-09", "2024-01-15"], None).expect_err("weeks from odd days");
    assert!(
        error.to_string().ends_with("they are one a week: say so with `frequency` (in a project file) or --freq week")
    );
}

#[test]
fn one_column_has_one_form() {
    let error = decide(&["2024-01-01", "7"], None).expect_err("mixed");
    assert_eq!(
        error.to_string(),
        "t.csv: column `ds` mixes dates and numbers (as in rows 2 and 3); write all periods in one form"
    );
}

#[test]
fn a_frequency_that_is_shorter_than_the_dates_are_apart_is_refused() {
    let error = decide(&["2024-01-01", "2024-02-01", "2024-03-01"], Some(Frequency::Week)).expect_err("months");
    assert_eq!(
        error.to_string(),
        "the input options can't be used: column `ds` of t.csv holds dates of months, but `frequency` (--freq) asks for \
         weeks, most of which would be empty; leave it out, or ask for months"
    );
    let years = ["2018-01-01", "2019-01-01", "2020-01-01", "2021-01-01", "2022-01-01", "2023-01-01"];
    assert!(decide(&years, Some(Frequency::Month)).is_err());
    // Weeks of which many are missing are weeks all the same, and three quarters may be months by chance.
    for (texts, asked) in [
        (["2024-01-01", "2024-02-05", "2024-03-04"], Frequency::Week),
        (["2024-01-01", "2024-04-01", "2024-07-01"], Frequency::Month),
    ] {
        assert_eq!(decide(&texts, Some(asked)).expect("a calendar").0, asked);
    }
}

#[test]
fn a_frequency_that_the_labels_contradict_is_refused() {
    let error = decide(&["2024-Q1", "2024-Q2"], Some(Frequency::Month)).expect_err("quarters");
    assert_eq!(
        error.to_string(),
        "the input options can't be used: column `ds` holds quarters, but `frequency` asks for months"
    );
}
