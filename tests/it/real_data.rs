//! The Department for Education's open file, where it is at hand: skipped with a message elsewhere.

use std::fs;
use std::path::{Path, PathBuf};

use groundswell::features::{FeatureOptions, calendar_design, closure_design};
use groundswell::forecast::Draws;
use groundswell::panel::{Panel, SeriesKey, ValueKind};
use groundswell::pipeline;
use groundswell::project::LineUp;
use groundswell::time::{Closures, Period, Span, WorkingCalendar};
use tempfile::TempDir;

use crate::commands::{groundswell, output, rows};

/// The columns of counts of the open file, in the order of its years.
pub const MONTHS: [&str; 12] = [
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
    "January",
    "February",
    "March",
];

/// The open file, if this machine has it.
pub fn monthly_referrals() -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/data/dfe/c6_children_in_need_referrals_by_month_2013_to_2024.csv");
    path.exists().then_some(path)
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn one_authority_of_the_open_file_is_published() {
    let Some(path) = monthly_referrals() else {
        eprintln!("skipped: the open DfE file is not at ../shared/data/dfe");
        return;
    };
    let folder = TempDir::new().expect("a temporary folder");
    let path = path.display().to_string();
    output(groundswell(folder.path()).args(["init", &path, "--area", "Leeds"]), 0);
    output(groundswell(folder.path()).args(["run"]), 0);
    let latest = fs::read_to_string(folder.path().join("packs/latest.json")).expect("a pointer");
    let latest: serde_json::Value = serde_json::from_str(&latest).expect("JSON");
    let pack = folder.path().join("packs").join(latest["pack"].as_str().expect("a name"));

    // The file's own numbers, read here without the engine.
    let text = fs::read_to_string(&path).expect("the file");
    let table = rows(text.trim_start_matches('\u{feff}'));
    let column = |name: &str| table[0].iter().position(|header| header == name).expect("a column");
    let row = table.iter().find(|row| row[column("la_name")] == "Leeds" && row[0] == "2024").expect("a row");
    let march: f64 = row[column("March")].parse().expect("a count");
    let shown = (march / 5.0 + 0.5).floor() * 5.0;

    let history = rows(&fs::read_to_string(pack.join("history.csv")).expect("the history"));
    let last = history.iter().rfind(|row| row.contains(&"2024-03-01".to_owned())).expect("the last month");
    assert!(last.iter().any(|cell| cell.parse() == Ok(shown)), "{last:?} does not show {shown}");
}

/// Standing in June 2020: England's year to March 2021 came to 597,760 referrals (DfE, table C6, rounded by month).
#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn the_year_of_the_lockdown_lies_in_the_range_of_june_2020() {
    let Some(path) = monthly_referrals() else {
        eprintln!("skipped: the open DfE file is not at ../shared/data/dfe");
        return;
    };
    let table = rows(fs::read_to_string(path).expect("the file").trim_start_matches('\u{feff}'));
    let column = |name: &str| table[0].iter().position(|header| header == name).expect("a column");
    let mut counts: Vec<(i16, Vec<f64>)> = table[1..]
        .iter()
        .filter(|row| row[column("geographic_level")] == "National")
        .map(|row| {
            let year = row[0].parse().expect("a year");
            (year, MONTHS.map(|month| row[column(month)].parse().expect("a count")).to_vec())
        })
        .collect();
    counts.sort_by_key(|(year, _)| *year);
    let all: Vec<f64> = counts.iter().flat_map(|(_, year)| year.clone()).collect();
    let first = counts[0].0 - 1;
    let known = usize::try_from((2020 - first) * 12 + 3).expect("after the first year");
    let span = Span::new(Period::month(first, 4), known);
    let values = ndarray::Array2::from_shape_vec((1, known), all[..known].to_vec()).expect("one row");
    let history = Panel::new(vec!["area".into()], vec![SeriesKey::new(["England"])], span, values, ValueKind::Count)
        .expect("a panel");
    let calendar = WorkingCalendar::england_and_wales();
    let design = calendar_design(span.extended(9), Some(&calendar), &FeatureOptions::default()).expect("a design");
    let design = closure_design(design, &calendar, &Closures::england()).expect("a design");
    let recipe = pipeline::forecaster(&LineUp::load("referrals", Path::new("")).expect("ships"));
    let fitted = recipe.fit(&history, &design.slice(0, known)).expect("a fit");
    let forecast = fitted.forecast(&design.slice(known, 9), Draws { paths: 1000, seed: 1 }).expect("a forecast");
    let came: f64 = all[known - 3..known].iter().sum();
    let mut years: Vec<f64> = forecast.series(0).rows().into_iter().map(|path| came + path.sum()).collect();
    years.sort_by(f64::total_cmp);
    eprintln!("90% range of the year: {:.0} to {:.0}, median {:.0}", years[50], years[949], years[500]);
    assert!((years[50]..=years[949]).contains(&597_760.0), "{:.0} to {:.0}", years[50], years[949]);
}
