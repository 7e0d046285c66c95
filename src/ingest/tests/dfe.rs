use std::io::Write;
use std::path::Path;

use super::{Folder, lines, span};
use crate::ingest::{Format, IngestError, InputOptions, read, recognise};

const HEADER: &str = "\u{feff}time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,\
old_la_code,new_la_code,la_name,category,Referrals,April,May,June,July,August,September,October,November,December,January,\
February,March\n";

fn authority(year: &str, number: &str, code: &str, name: &str, months: [&str; 12]) -> String {
    let total: i32 = months.iter().filter_map(|month| month.parse::<i32>().ok()).sum();
    format!(
        "{year},Reporting year,Local authority,E92000001,England,E12000001,North East,{number},{code},{name},Month of \
         referral,{total},{}\n",
        months.join(",")
    )
}

const ONES: [&str; 12] = ["1"; 12];

#[test]
fn each_year_runs_from_april_to_march() {
    let months = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"];
    let text = format!(
        "{HEADER}{}{}",
        authority("2024", "815", "E06000065", "York", months),
        authority("2023", "815", "E06000065", "York", ONES)
    );
    let folder = Folder::with("c6.csv", text);
    let ingested = folder.read("files = ['c6.csv']").expect("readable");
    assert_eq!(ingested.format, Format::DfeMonthly);
    assert_eq!(span(&ingested), "2022-04 to 2024-03");
    assert_eq!(lines(&ingested), ["York: 1 1 1 1 1 1 1 1 1 1 1 1 1 2 3 4 5 6 7 8 9 10 11 12"]);
    assert!(ingested.findings.is_empty(), "{:?}", ingested.findings);
}

#[test]
fn months_that_are_not_published_share_what_the_total_leaves() {
    let months = ["12", "6", "c", "c", "7", "0", "11", "c", "6", "c", "c", "c"];
    let row = |total: &str| {
        authority("2024", "201", "E09000001", "City of London", months).replacen(",42,", &format!(",{total},"), 1)
    };
    let read = |total: &str| {
        let folder = Folder::with("c6.csv", format!("{HEADER}{}", row(total)));
        let ingested = folder.read("files = ['c6.csv']").expect("readable");
        (lines(&ingested), folder.findings(&ingested.findings))
    };
    let (series, findings) = read("63");
    assert_eq!(series, ["City of London: 12 6 4 3 7 0 11 4 6 3 4 3"]);
    assert!(findings[0].starts_with("suppressed-month 6 [2]"), "{findings:?}");
    // More than five a month isn't what suppression leaves: these months are not known.
    let (series, findings) = read("102");
    assert_eq!(series, ["City of London: 12 6 - - 7 0 11 - 6"]);
    assert!(findings.iter().all(|finding| !finding.starts_with("suppressed-month")), "{findings:?}");
}

#[test]
fn the_parts_of_london_are_not_counted_beside_it() {
    let region = |name: &str| {
        authority("2024", "", "", "", ONES)
            .replace("Local authority", "Regional")
            .replace("E12000001,North East", &format!("{name},{name}"))
    };
    let text =
        format!("{HEADER}{}{}{}{}", region("London"), region("Inner London"), region("Outer London"), region("East"));
    let folder = Folder::with("c6.csv", text);
    let names = |options: &str| -> Vec<String> {
        let ingested = folder.read(&format!("files = ['c6.csv']\nlevel = 'region'\n{options}")).expect("readable");
        lines(&ingested).iter().map(|line| line.split(':').next().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(names(""), ["East", "London"]);
    assert_eq!(names("areas = ['Inner London', 'Outer London']"), ["Inner London", "Outer London"]);
}

#[test]
fn an_authority_that_ended_before_the_file_is_told_of() {
    let text = format!(
        "{HEADER}{}{}{}",
        authority("2019", "837", "E06000029", "Poole", ONES),
        authority("2019", "815", "E06000065", "York", ONES),
        authority("2020", "815", "E06000065", "York", ONES)
    );
    let folder = Folder::with("c6.csv", text);
    let poole = folder.read("files = ['c6.csv']\nareas = ['Poole']").expect("readable");
    assert_eq!(
        folder.findings(&poole.findings),
        ["ended-area 1 []: 1 area has no figure after 2019-03, while the file goes on to 2020-03: Poole"]
    );
    let york = folder.read("files = ['c6.csv']\nareas = ['York']").expect("readable");
    assert!(york.findings.is_empty(), "{:?}", york.findings);
}

#[test]
fn months_without_a_figure_at_the_end_are_told_of() {
    let end = ["1", "1", "1", "1", "1", "1", "1", "1", "1", "1", "x", "x"];
    let one = authority("2020", "815", "E06000065", "York", end);
    let folder = Folder::with("c6.csv", format!("{HEADER}{one}"));
    let found = folder.findings(&folder.read("files = ['c6.csv']").expect("readable").findings);
    let expected = "unobserved-end 2 []: 2 periods at the end of the files have no value at all: 2020-02; 2020-03";
    assert!(found.contains(&expected.to_string()), "{found:?}");
    let both = format!("{HEADER}{one}{}", authority("2020", "204", "E09000012", "Hackney", ONES));
    let folder = Folder::with("c6.csv", both);
    let found = folder.findings(&folder.read("files = ['c6.csv']").expect("readable").findings);
    let expected = "late-series 1 []: 1 series has no value for the last periods to 2020-03: York";
    assert!(found.contains(&expected.to_string()), "{found:?}");
}

#[test]
fn symbols_are_missing_and_a_gap_stays_a_gap() {
    let suppressed = ["c", "x", "z", "u", "k", "low", "0", "1", "2", "3", "4", "5"];
    let text = format!(
        "{HEADER}{}{}",
        authority("2021", "204", "E09000012", "Hackney", suppressed),
        authority("202223", "204", "E09000012", "Hackney", ONES)
    );
    let folder = Folder::with("c6.csv", text);
    let ingested = folder.read("files = ['c6.csv']").expect("readable");
    assert_eq!(span(&ingested), "2020-10 to 2023-03");
    assert!(lines(&ingested)[0].starts_with("Hackney: 0 1 2 3 4 5 - - - - - - - - - - - - 1 1"));
    assert_eq!(
        folder.findings(&ingested.findings)[0],
        "missing-value 6 [2]: 6 values are empty or a symbol for not available"
    );
}

#[test]
fn a_code_change_joins_and_a_reorganisation_does_not() {
    let text = format!(
        "{HEADER}{}{}{}{}{}",
        authority("2023", "825", "E10000002", "Buckinghamshire", ONES),
        authority("2024", "825", "E06000060", "Buckinghamshire", ONES),
        authority("2023", "835", "E10000009", "Dorset", ONES),
        authority("2024", "838", "E06000059", "Dorset", ONES),
        authority("2024", "839", "E06000058", "\"Bournemouth, Christchurch and Poole\"", ONES),
    );
    let folder = Folder::with("c6.csv", text);
    let ingested = folder.read("files = ['c6.csv']").expect("readable");
    assert_eq!(
        lines(&ingested),
        [
            "Bournemouth, Christchurch and Poole: - - - - - - - - - - - - 1 1 1 1 1 1 1 1 1 1 1 1",
            "Buckinghamshire: 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
            "Dorset: - - - - - - - - - - - - 1 1 1 1 1 1 1 1 1 1 1 1",
            "Dorset (E10000009): 1 1 1 1 1 1 1 1 1 1 1 1 - - - - - - - - - - - -",
        ]
    );
    assert_eq!(
        folder.findings(&ingested.findings),
        [
            "authority-reorganised 1 []: Dorset was made anew in 2023-04; the authority of that name before it is read as \
             Dorset (E10000009)",
            "authority-code-change 1 []: Buckinghamshire is E10000002 before 2023-04 and E06000060 from then on; both are \
             read as one series",
            "ended-series 1 []: 1 series has no value in the last year to 2024-03: Dorset (E10000009)",
        ]
    );
    for area in ["Dorset", "E06000059", "838"] {
        let ingested = folder.read(&format!("files = ['c6.csv']\nareas = ['{area}']")).expect("readable");
        assert_eq!(lines(&ingested), ["Dorset: 1 1 1 1 1 1 1 1 1 1 1 1"], "{area}");
    }
    let ingested =
        folder.read("files = ['c6.csv']\narea_labels = 'code'\nareas = ['Buckinghamshire']").expect("readable");
    assert!(lines(&ingested)[0].starts_with("E06000060: 1 1"));
    let message = folder.message("files = ['c6.csv']\nareas = ['Dorsett']");
    assert_eq!(message, "no local authority is called `Dorsett`; did you mean Dorset?");
}

#[test]
fn months_that_do_not_add_up_are_a_finding() {
    let text = format!("{HEADER}{}", authority("2024", "816", "E06000014", "York", ONES))
        .replace("referral,12,", "referral,13,");
    let folder = Folder::with("c6.csv", text);
    let ingested = folder.read("files = ['c6.csv']").expect("readable");
    assert_eq!(
        folder.findings(&ingested.findings),
        ["total-disagrees 1 [2]: In 1 row the months do not add up to the year's total"]
    );
}

#[test]
fn a_file_of_yearly_figures_names_what_it_lacks() {
    let text =
        "time_period,time_identifier,geographic_level,la_name,Referrals\n2024,Reporting year,Local authority,York,5\n";
    let folder = Folder::with("c1.csv", text);
    assert_eq!(
        folder.message("files = ['c1.csv']"),
        "c1.csv: not recognised as referrals (one row each), counts (one row a series and period), DfE monthly statistics \
         (one column a month); the closest is DfE monthly statistics (one column a month), for which there is no column \
         for each month from April to March. The columns are: `time_period`, `time_identifier`, `geographic_level`, \
         `la_name`, `Referrals`. Rename them (a table of counts needs columns such as `month` and `referrals`), or name them \
         in a project file, under [input.columns]"
    );
}

#[test]
fn options_that_do_not_fit_the_file_are_refused() {
    let folder = Folder::with("c6.csv", format!("{HEADER}{}", authority("2024", "816", "E06000014", "York", ONES)));
    assert_eq!(
        folder.message("files = ['c6.csv']\nlevel = 'region'"),
        "c6.csv: no row is left after `level and filters`; check its value"
    );
    assert_eq!(
        folder.message("files = ['c6.csv']\nfrequency = 'week'"),
        "the input options can't be used: DfE's monthly file holds months, not weeks"
    );
    assert_eq!(
        folder.message("files = ['c6.csv']\ndimensions = ['source']"),
        "the input options can't be used: DfE's monthly file has one dimension, `area`"
    );
}

/// The published file, where it is at hand: half of England's authorities.
fn published() -> Option<&'static Path> {
    let path = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../shared/data/dfe/c6_children_in_need_referrals_by_month_2013_to_2024.csv"
    ));
    if !path.exists() {
        let _ = writeln!(std::io::stderr(), "skipped: there is no {}", path.display());
    }
    path.exists().then_some(path)
}

fn read_published(options: &str) -> Option<Result<crate::ingest::Ingested, IngestError>> {
    let path = published()?;
    let mut options: InputOptions = toml::from_str(options).expect("valid options");
    options.files = vec![path.to_path_buf()];
    Some(read(&options, Path::new("/"), &mut |_| {}))
}

#[test]
fn the_published_file_agrees_with_its_own_totals() {
    let Some(ingested) = read_published("") else { return };
    let ingested = ingested.expect("readable");
    assert_eq!(span(&ingested), "2012-04 to 2024-03");
    assert!(ingested.panel.keys().len() >= 80, "{}", ingested.panel.keys().len());
    let names: Vec<&str> = ingested.findings.iter().map(|finding| finding.name).collect();
    assert!(names.contains(&"authority-code-change"), "{names:?}");
    assert!(!names.contains(&"total-disagrees"), "{names:?}");
    // The oracle: years of the text itself whose twelve months are all numbers.
    let text = std::fs::read_to_string(published().expect("there")).expect("readable");
    let (mut months, mut totals, mut years) = (0.0, 0.0, 0);
    for line in text.lines().skip(1).filter(|line| line.contains("Local authority") && !line.contains('"')) {
        let cells: Vec<Option<f64>> = line.split(',').skip(11).map(|cell| cell.parse().ok()).collect();
        let (year, name) = (line[..4].parse::<i16>().expect("a year"), line.split(',').nth(9).expect("a name"));
        let Some(total) = cells[0].filter(|_| cells.iter().all(Option::is_some)) else { continue };
        let row = ingested.panel.keys().iter().position(|key| key.to_string() == name).expect("the authority is read");
        let first = ingested.panel.span().position(crate::time::Period::month(year - 1, 4)).expect("inside");
        months += ingested.panel.series(row).iter().skip(first).take(12).sum::<f64>();
        totals += total;
        years += 1;
    }
    assert!(years > 900, "{years}");
    assert_eq!(months, totals);
}

#[test]
fn in_the_published_file_authorities_that_began_or_ended_are_not_zero() {
    let Some(ingested) = read_published("") else { return };
    let ingested = ingested.expect("readable");
    let observed = |name: &str| {
        let row = ingested.panel.keys().iter().position(|key| key.to_string() == name);
        row.map(|row| {
            let series = ingested.panel.series(row);
            let first = series.iter().position(|value| !value.is_nan()).expect("some value");
            let last = series.iter().rposition(|value| !value.is_nan()).expect("some value");
            let span = ingested.panel.span();
            format!("{} to {}", span.period(first), span.period(last))
        })
    };
    for (name, window) in [
        ("Bournemouth, Christchurch and Poole", "2019-04 to 2024-03"),
        ("Dorset", "2012-04 to 2019-03"),
        ("Poole", "2012-04 to 2019-03"),
        ("North Northamptonshire", "2021-04 to 2024-03"),
        ("Cumbria", "2012-04 to 2023-03"),
        ("Cumberland", "2023-04 to 2024-03"),
        ("North Yorkshire", "2012-04 to 2024-03"),
    ] {
        if let Some(found) = observed(name) {
            assert_eq!(found, window, "{name}");
        }
    }
    assert!(observed("Cumbria").is_some() && observed("North Yorkshire").is_some());
}

#[test]
fn the_published_file_has_nine_regions_and_one_nation() {
    let Some(regions) = read_published("level = 'region'") else { return };
    assert!((9..=11).contains(&regions.expect("readable").panel.keys().len()));
    let nation = read_published("level = 'national'").expect("at hand").expect("readable");
    assert_eq!(nation.panel.keys()[0].to_string(), "England");
    let one = read_published("areas = ['York']").expect("at hand").expect("readable");
    assert_eq!(one.panel.keys().len(), 1);
    assert_eq!(recognise(published().expect("there")).expect("known").format, Format::DfeMonthly);
}
