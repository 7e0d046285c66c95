//! Authorities that trap naive tools, from the Department for Education's open file where it is at hand: each gets a
//! sensible answer or a clear finding.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::commands::{groundswell, output, rows};
use crate::real_data::{MONTHS, monthly_referrals};

/// The largest fall, a rise, one that was merged away and the one that took it in, two that started late (the second with
/// a single year), one with two codes, and one whose months of two years are blanked below, as an attack on the case
/// system blanked another's.
const AREAS: [&str; 8] = [
    "Enfield",
    "Wakefield",
    "Poole",
    "Bournemouth, Christchurch and Poole",
    "North Northamptonshire",
    "Cumberland",
    "Dorset",
    "Leeds",
];

/// The file with the months of an area and two reporting years not available.
fn blanked(text: &str, area: &str, years: [&str; 2]) -> String {
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let mut out = header.join(",");
    for line in lines {
        let mut cells: Vec<&str> = line.split(',').collect();
        if years.contains(&cells[0]) && cells.contains(&area) {
            for (cell, name) in cells.iter_mut().zip(&header) {
                if MONTHS.contains(name) {
                    *cell = "x";
                }
            }
        }
        out += "\n";
        out += &cells.join(",");
    }
    out + "\n"
}

fn table(pack: &Path, name: &str) -> Vec<BTreeMap<String, String>> {
    let rows = rows(&fs::read_to_string(pack.join(name)).expect(name));
    let header = rows[0].clone();
    rows[1..].iter().map(|row| header.iter().cloned().zip(row.iter().cloned()).collect()).collect()
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn authorities_that_trap_naive_tools_get_a_sensible_answer_or_a_clear_finding() {
    let Some(path) = monthly_referrals() else {
        eprintln!("skipped: the open DfE file is not at ../shared/data/dfe");
        return;
    };
    let folder = TempDir::new().expect("a temporary folder");
    let text = fs::read_to_string(path).expect("the file");
    // Commas in names would end up in two cells of the tests' reader.
    let text = blanked(&text, "Leeds", ["2021", "2022"]);
    fs::write(folder.path().join("monthly.csv"), text).expect("a file");
    let areas: Vec<String> = AREAS.iter().map(|area| format!("\"{area}\"")).collect();
    let project = format!(
        "schema = 1\n[project]\ntitle = \"T\"\nauthority = \"A\"\n[input]\nfiles = [\"monthly.csv\"]\nformat = \"dfe-monthly\"\n\
         dimensions = [\"area\"]\nareas = [{}]\narea_labels = \"code\"\n[forecast]\npaths = 200\n[backtest]\norigins = 1\n\
         [publish]\nprofile = \"internal\"\n",
        areas.join(", ")
    );
    fs::write(folder.path().join("groundswell.toml"), project).expect("a file");
    output(groundswell(folder.path()).args(["run", "--quiet"]), 0);
    let pack = folder.path().join("packs-OFFICIAL-SENSITIVE/2024-03");

    let history = table(&pack, "history.csv");
    let counts = |code: &str| -> Vec<f64> {
        let rows = history.iter().filter(|row| row["unique_id"] == code);
        rows.map(|row| row["y"].parse().unwrap_or(f64::NAN)).collect()
    };
    let findings = fs::read_to_string(pack.join("findings.csv")).expect("findings");
    let years = table(&pack, "scenario-years.csv");
    let ahead = |code: &str| {
        let is_ours = |row: &&BTreeMap<String, String>| {
            row["unique_id"] == code && row["window"] == "horizon" && row["scenario"] == "baseline"
        };
        years
            .iter()
            .find(is_ours)
            .map(|row| ["median", "lo_95", "hi_95"].map(|name| row[name].parse::<f64>().expect(name)))
    };

    // Enfield, Wakefield, the merged authority, North Northamptonshire, Cumberland, Leeds.
    for code in ["E09000010", "E08000036", "E06000058", "E06000061", "E06000063", "E08000035"] {
        let known = counts(code);
        let last: Vec<f64> = known.iter().rev().take(12).copied().filter(|count| !count.is_nan()).collect();
        let [middle, low, high] = ahead(code).unwrap_or_else(|| panic!("{code} is not forecast"));
        assert_eq!(last.len(), 12, "{code}");
        let last: f64 = last.iter().sum();
        assert!((0.6..=1.6).contains(&(middle / last)), "{code}: {middle} after a year of {last}");
        assert!(low < middle && middle < high && high < 4.0 * last && low > 0.2 * last, "{code}: {low} to {high}");
    }

    // Poole was merged away in 2019, and the file has Dorset's old code alone: no forecast, and a finding says so.
    for code in ["E06000029", "E10000009"] {
        assert!(ahead(code).is_none() && findings.contains(code), "{code}: {findings}");
    }

    // The gap is a gap and no zero, and isn't mistaken for the lockdown's doing.
    let leeds = counts("E08000035");
    assert_eq!(leeds.iter().filter(|count| count.is_nan()).count(), 24);
    let parts = table(&pack, "decomposition.csv");
    let of_leeds = parts.iter().filter(|row| row["unique_id"] == "E08000035" && row["part"] == "baseline");
    let levels: Vec<f64> = of_leeds.map(|row| row["value"].parse().expect("a figure")).collect();
    let least = levels.iter().copied().fold(f64::INFINITY, f64::min);
    assert!(least > 200.0, "the level of Leeds falls to {least}");
    for row in &parts {
        assert!(row["value"].parse::<f64>().is_ok_and(f64::is_finite), "{row:?}");
    }
    let answers = table(&pack, "answers.csv");
    assert!(answers.iter().any(|row| row["question"] == "new-normal" && row["of"] == "*"));
}
