//! What the words of report and charts say beside one another: one figure, one statistic, one rounding.

use super::pack::Sample;
use super::told::Told;
use super::{charts_of, with_page};
use crate::disclosure::{Cell, FigureColumn, Figures, LabelColumn, Profile, protect};
use crate::publish::charts::Chart;
use crate::publish::contents::cell;
use crate::publish::{ALL_ORIGINS, NEWEST, PackContents};

fn chart(contents: &PackContents, id: &str) -> Chart {
    charts_of(contents).into_iter().find(|chart| chart.id == id).expect("the chart")
}

/// The pack with so many tests of the 80% range, of the newest forecasts and of all of them.
fn tested(contents: PackContents, newest: (f64, f64), all: (f64, f64)) -> PackContents {
    let rows = [(NEWEST, newest), (ALL_ORIGINS, all)];
    let labels =
        vec![LabelColumn::text("stratum", rows.map(|row| row.0)), LabelColumn::numbers("level", rows.map(|_| 80))];
    let columns = vec![
        FigureColumn::shares("inside", rows.map(|row| row.1.0 / row.1.1).into()),
        FigureColumn::scores("forecasts", rows.map(|row| row.1.1).into()),
    ];
    let coverage = Figures::new("coverage", labels, columns).expect("the columns fit");
    PackContents { coverage: protect(contents.profile, coverage), ..contents }
}

#[test]
fn the_record_counts_months_whose_figures_are_not_shown() {
    let contents = tested(Sample::tiny().pack(), (60.0, 66.0), (364.0, 396.0));
    with_page(&contents, |_, page| {
        assert!(page.contains("Tested on 66 past months, each forecast 1 month ahead, it held 60 times."));
        assert!(page.contains("8 of 10 forecasts held 60 times in the last 66 forecasts, one for each month."));
        assert!(page.contains("In all 396 tests on the past, at every distance ahead, the 8 of 10 range held 92%"));
    });
    assert_eq!(chart(&contents, "last-forecasts").headline, "The range held in 60 of 66 tests");
}

#[test]
fn a_chart_of_some_forecasts_says_how_many_of_them_held() {
    let contents = tested(Sample::usual().pack(), (45.0, 66.0), (300.0, 396.0));
    let chart = chart(&contents, "last-forecasts");
    assert_eq!(chart.headline, "The range held in 9 of the last 12 forecasts");
    let told = "held 45 times in 66 forecasts, and 9 times in the 12 that the chart shows. Outside: ";
    assert!(chart.description.contains(told), "{}", chart.description);
}

#[test]
fn what_was_tested_is_not_called_untested() {
    let usual = Sample::usual().pack();
    let alone = PackContents { benchmark: usual.model.clone(), ..usual.clone() };
    with_page(&alone, |_, page| {
        assert!(page.contains("It has not been compared with repeating last year"));
        assert!(!page.contains("has not been tested"));
    });
    // Authorities that merge leave gaps in the total: forecasts are tested series by series.
    let empty = Sample::empty().pack();
    let by_series = PackContents { recent: empty.recent.clone(), ..usual };
    let told = chart(&by_series, "last-forecasts").headline;
    assert_eq!(told, "No past forecasts of the total to compare");
    assert_eq!(chart(&empty, "last-forecasts").headline, "No past forecasts to compare yet");
}

#[test]
fn scenarios_and_what_they_change_are_told_by_the_statistic_of_their_ledger() {
    let mut contents = Sample::usual().pack();
    let told = Told {
        origin: contents.origin,
        level: 406.0,
        profile: Profile::Published,
        groups: Vec::new(),
        suffix: "",
        force: 1.0,
    };
    contents.futures = Some(told.futures());
    let futures = contents.futures.as_ref().expect("futures");
    let scenarios = chart(&contents, "scenarios");
    assert!(scenarios.subtitle.contains("on average") && scenarios.sheet.columns.contains(&"mean".to_owned()));
    let mean = cell(&futures.differences, "mean", 0);
    let Cell::Number(mean) = mean else { panic!("a change that is shown") };
    with_page(&contents, |_, page| {
        assert!(page.contains(&format!("that is on average about {} fewer referrals than forecast", mean.abs())));
    });
}

#[test]
fn tables_say_once_what_is_the_same_and_hold_on_a_phone() {
    with_page(&Sample::usual().pack(), |_, page| {
        assert!(page.contains("All 9 series") && page.matches("0.3 calendar regression").count() == 1);
        assert!(page.contains(">2024-25 (Apr 2024 to Mar 2025)<"));
        // What was lost, with the file that lost it and by the rule of counts.
        assert!(
            page.contains("About 15 rows have a date that can’t be read (referrals-2025-03.csv, column referral_date)")
        );
    });
}

#[test]
fn the_grid_of_the_data_says_no_more_gaps_than_there_are() {
    let one = chart(&Sample::areas(1).pack(), "data-quality");
    assert!(one.description.contains(" None is missing; "), "{}", one.description);
    let many = chart(&Sample::areas(60).pack(), "data-quality");
    assert!(many.subtitle.contains(" of 60 series, all with gaps among them"), "{}", many.subtitle);
}

#[test]
fn the_shape_of_the_year_is_an_average_in_the_rounding_of_counts() {
    let season = chart(&Sample::usual().pack(), "seasonal-pattern");
    assert!(season.headline.starts_with("On average "), "{}", season.headline);
    let means = season.sheet.rows.iter().map(|row| match &row[2] {
        crate::publish::sheet::Value::Figure(Cell::Number(mean)) => *mean,
        other => panic!("no figure: {other:?}"),
    });
    assert!(means.clone().count() == 12 && means.into_iter().all(|mean| mean % 5.0 == 0.0));
}
