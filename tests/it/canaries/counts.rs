//! Numbers of records in findings: what `check` tells whoever holds the files, and what a run tells whoever reads its pack
//! or its log.

use std::fs;

use groundswell::simulate::{Dirt, FileFormat, SimulationOptions, simulate, write_format};
use serde_json::Value;
use tempfile::TempDir;

use super::{files, texts};
use crate::commands::{groundswell, inputs};

/// What `check --json` said of one finding about records.
struct Exact {
    name: String,
    what: String,
    /// The rows, as a place names them.
    rows: Option<String>,
}

/// Things that a finding may count in the open, as no child is told by them.
const OPEN: [&str; 14] = [
    "period", "periods", "series", "month", "months", "level", "levels", "area", "areas", "other", "sheet", "sheets",
    "file", "files",
];

/// The findings whose number of records must not be told as it is: of 1 to 7, or no multiple of 5.
fn exact(checked: &Value) -> Vec<Exact> {
    let findings = checked["findings"].as_array().expect("findings").iter();
    let hidden = findings.filter(|finding| {
        let count = finding["count"].as_u64().expect("a number");
        let what = finding["what"].as_str().expect("a sentence");
        let words: Vec<&str> = what.split_whitespace().collect();
        let number = count.to_string();
        let place = words.iter().position(|word| *word == number);
        let is_open = place.is_some_and(|place| words.get(place + 1).is_some_and(|noun| OPEN.contains(noun)));
        place.is_some() && !is_open && (count < 8 || !count.is_multiple_of(5))
    });
    let rows = |finding: &Value| {
        let rows: Vec<String> = finding["place"]["rows"].as_array()?.iter().map(Value::to_string).collect();
        (rows.len() > 1).then(|| format!("rows {}", rows.join(", ")))
    };
    let of = |finding: &Value| Exact {
        name: finding["name"].as_str().expect("a name").to_owned(),
        what: finding["what"].as_str().expect("a sentence").to_owned(),
        rows: rows(finding),
    };
    hidden.map(of).collect()
}

/// Asserts that none of them stands in what was said, place by place.
fn stand_nowhere(exact: &[Exact], places: &[(String, Vec<String>)]) {
    for (place, texts) in places {
        for finding in exact {
            // Not as the end of others: "5 rows" stands in "about 35 rows", and "8 rows" in "fewer than 8 rows".
            let alone = |text: &String, words: &str| {
                let is_told =
                    |before: &str| before.ends_with("than ") || before.ends_with(|end: char| end.is_ascii_digit());
                text.match_indices(words).any(|(at, _)| !is_told(&text[..at]))
            };
            let says = |words: &str| texts.iter().any(|text| alone(text, words));
            assert!(!says(&finding.what), "{place} tells an exact number: {}", finding.what);
            let rows = finding.rows.as_deref();
            assert!(!rows.is_some_and(says), "{place} tells which rows: {}", finding.name);
        }
    }
}

/// Asserts that the manifest's findings and the events of a run give numbers of records as the rule has them, and gives how
/// many it looked at.
fn are_rounded(exact: &[Exact], manifest: &Value, events: &str) -> usize {
    let events: Vec<Value> = events.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let told = |event: &&Value| event["finding"].is_string();
    let events = events.iter().filter(told).map(|event| (event["finding"].as_str(), &event["count"]));
    let findings = manifest["findings"].as_array().expect("findings").iter();
    let findings = findings.map(|finding| {
        assert!(finding["place"]["rows"].is_null(), "the manifest tells which rows: {}", finding["name"]);
        (finding["name"].as_str(), &finding["count"])
    });
    let of_records = |name: Option<&str>| exact.iter().any(|finding| Some(finding.name.as_str()) == name);
    let mut seen = 0;
    for (name, count) in findings.chain(events).filter(|(name, _)| of_records(*name)) {
        let is_rounded = count.as_u64().is_none_or(|count| count >= 10 && count.is_multiple_of(5));
        assert!(is_rounded, "{count} of {name:?}");
        seen += 1;
    }
    seen
}

/// Checks and publishes files with faults, and gives how many numbers must not be told and how many were found rounded.
fn told_of(format: FileFormat) -> (usize, usize) {
    let options = "first_month = '2019-04'\nmonths = 36\nreferrals_per_month = 60.0\nseed = 5";
    let simulated = simulate(&SimulationOptions::from_toml(options).expect("valid")).expect("simulated");
    let (source, desk) = (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
    let written = write_format(&simulated, format, &Dirt::of_each(0.03), source.path()).expect("written");
    let said = |arguments: &[&str]| {
        let mut command = groundswell(desk.path());
        command.args(arguments);
        if arguments[0] != "run" {
            command.args(inputs(format, &written.files));
        }
        let output = command.output().expect("the program starts");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    };
    let [checked, _] = said(&["check", "--json"]);
    said(&["init"]);
    // As little work as shows the findings.
    let project = desk.path().join("groundswell.toml");
    let text = fs::read_to_string(&project).expect("a project file");
    let text = text.replace("paths = 1000 ", "paths = 100 ").replace("origins = 10 ", "origins = 1 ");
    fs::write(&project, text.replace("line_up = \"referrals\" ", "line_up = \"fast\" ")).expect("a file");
    let [rehearsed, _] = said(&["run", "--dry-run", "--json"]);
    let [outcome, events] = said(&["run", "--verbose", "--log-format", "json"]);
    let exact = exact(&serde_json::from_str(&checked).expect("JSON"));
    let mut places = vec![("run".to_owned(), vec![rehearsed, outcome, events.clone()])];
    let packs = files(&desk.path().join("packs"));
    places.extend(packs.iter().map(|path| (path.display().to_string(), texts(path))));
    stand_nowhere(&exact, &places);
    let manifest = places.iter().find(|(place, _)| place.ends_with("manifest.json")).expect("a manifest");
    let rounded = are_rounded(&exact, &serde_json::from_str(&manifest.1[0]).expect("JSON"), &events);
    (exact.len(), rounded)
}

#[test]
fn a_run_tells_no_exact_number_of_records() {
    let (mut hidden, mut rounded) = (0, 0);
    for format in [FileFormat::Tidy, FileFormat::CinCensus, FileFormat::AnnexA] {
        let of_format = told_of(format);
        (hidden, rounded) = (hidden + of_format.0, rounded + of_format.1);
    }
    assert!(hidden > 10 && rounded > 20, "too few numbers to tell: {hidden} exact, {rounded} rounded");
}
