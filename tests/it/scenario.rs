//! Scenarios as a user meets them: published beside the forecast, adding up, compared and explained.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::commands::{complaint, groundswell, output, rows};

/// Police and schools by month from April 2014 to September 2020; schools lose most of April and May 2020.
fn counts() -> String {
    let mut text = String::from("source,ds,y\n");
    for (source, level) in [("Police", 220_i64), ("Schools", 120), ("Housing", 5)] {
        for month in 0..78_usize {
            let season: i64 = [4, 9, 8, 6, -18, 2, 5, 7, -6, 3, 0, 6][month % 12];
            let wobble = (month as i64 * 7 + level) % 5;
            let count = level + wobble + season * level / 100;
            let count = if source == "Schools" && (72..74).contains(&month) { count / 4 } else { count };
            text += &format!("{source},{}-{:02}-01,{count}\n", 2014 + (month + 3) / 12, (month + 3) % 12 + 1);
        }
    }
    text
}

/// A project on these counts with a profile and further sections.
fn project(profile: &str, more: &str) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    fs::write(folder.path().join("counts.csv"), counts()).expect("a file");
    let text = format!(
        "schema = 1\n[project]\ntitle = \"T\"\nauthority = \"A\"\n[input]\nfiles = [\"counts.csv\"]\nformat = \"counts\"\n\
         dimensions = [\"source\"]\n[forecast]\npaths = 200\n[backtest]\norigins = 1\n[publish]\nprofile = \"{profile}\"\n\
         {more}"
    );
    fs::write(folder.path().join("groundswell.toml"), text).expect("a file");
    fs::write(
        folder.path().join("nothing.toml"),
        "schema = 1\nname = \"nothing\"\ntitle = \"Nothing\"\ndescription = \"No lever.\"\n",
    )
    .expect("a file");
    folder
}

fn published(folder: &Path) -> PathBuf {
    output(groundswell(folder).args(["run", "--quiet"]), 0);
    let own = folder.join("packs-OFFICIAL-SENSITIVE/2020-09");
    if own.exists() { own } else { folder.join("packs/2020-09") }
}

/// A table of a pack as one map a row.
fn table(pack: &Path, name: &str) -> Vec<BTreeMap<String, String>> {
    let rows = rows(&fs::read_to_string(pack.join(name)).expect(name));
    let header = rows[0].clone();
    rows[1..].iter().map(|row| header.iter().cloned().zip(row.iter().cloned()).collect()).collect()
}

/// Asserts that the rows of each group add up to its last one; a figure that isn't shown adds nothing.
fn adds_up(rows: &[BTreeMap<String, String>], group: &[&str], figure: &str, exactly: bool) {
    let mut groups: BTreeMap<Vec<&str>, Vec<&str>> = BTreeMap::new();
    for row in rows {
        groups.entry(group.iter().map(|name| row[*name].as_str()).collect()).or_default().push(&row[figure]);
    }
    assert!(groups.len() > 10, "{} groups", groups.len());
    for (group, figures) in groups {
        let (whole, parts) = figures.split_last().expect("a group has rows");
        let sum: f64 = parts.iter().filter_map(|figure| figure.parse::<f64>().ok()).sum();
        match whole.parse::<f64>() {
            Ok(whole) => {
                assert!((whole - sum).abs() <= if exactly { 0.0 } else { 1e-6 }, "{group:?}: {sum} is not {whole}")
            }
            Err(_) => assert!(sum.abs() <= 7.0 && *whole == "[c]", "{group:?}: {whole} of {sum}"),
        }
    }
}

#[test]
fn a_scenario_without_levers_is_published_as_the_forecast_itself() {
    let folder = project("internal", "[scenarios]\npublish = [\"nothing.toml\"]\n");
    let pack = published(folder.path());
    let rows = table(&pack, "scenarios.csv");
    let of = |name: &str| -> Vec<BTreeMap<String, String>> {
        let rows = rows.iter().filter(|row| row["scenario"] == name).cloned();
        rows.map(|mut row| {
            row.remove("scenario");
            row
        })
        .collect()
    };
    assert!(of("baseline").len() == 4 * 12 && of("baseline") == of("nothing"));
    let forecasts = table(&pack, "forecasts.csv");
    for (row, forecast) in of("nothing").iter().zip(&forecasts) {
        for column in ["unique_id", "ds", "mean", "median", "lo_95", "hi_95"] {
            assert_eq!(row[column], forecast[column]);
        }
    }
}

#[test]
fn ledgers_and_parts_add_up_in_what_is_published_under_either_rule() {
    for (profile, exactly) in [("published", true), ("internal", false)] {
        let folder =
            project(profile, "[scenarios]\npublish = [\"second-lockdown+all-returns\", \"hold-recent-rate\"]\n");
        let pack = published(folder.path());
        let ledger = table(&pack, "ledger.csv");
        adds_up(&ledger, &["unique_id", "scenario", "window", "from", "to"], "mean", exactly);
        let parts = table(&pack, "decomposition.csv");
        adds_up(&parts, &["unique_id", "ds"], "value", exactly);
        // What chance added would tell an observed count.
        let chance = parts.iter().any(|row| row["part"] == "irregular");
        assert_eq!(chance, profile == "internal");
        // Housing is too small for answers of its own where the figures leave the team.
        let answers = table(&pack, "answers.csv");
        assert_eq!(answers.iter().any(|row| row["of"] == "Housing"), profile == "internal");
        assert!(answers.iter().any(|row| row["question"] == "lockdown" && row["of"] == "Schools"));
        let report = fs::read_to_string(pack.join("report.html")).expect("a report");
        let (questions, expect) = (report.find("id=\"questions\""), report.find("id=\"expect\""));
        assert!(questions.is_some() && questions < expect, "the three questions come first");
        for chart in ["how-much-comes-back", "another-lockdown", "new-normal", "where-it-comes-from", "scenarios"] {
            assert!(pack.join(format!("charts/{chart}.png")).is_file(), "{chart}");
            let svg = fs::read_to_string(pack.join(format!("charts/{chart}.svg"))).expect(chart);
            assert!(svg.contains("<desc") && pack.join(format!("charts/{chart}.csv")).is_file(), "{chart}");
        }
    }
}

#[test]
fn small_counts_reach_no_table_of_scenarios() {
    let folder = project("published", "[scenarios]\npublish = [\"second-lockdown\"]\n");
    let pack = published(folder.path());
    for (name, labels) in [("scenarios.csv", 4), ("scenario-years.csv", 6), ("differences.csv", 6)] {
        for row in &rows(&fs::read_to_string(pack.join(name)).expect(name))[1..] {
            for figure in row[labels..].iter().filter_map(|cell| cell.parse::<f64>().ok()) {
                assert!(figure == 0.0 || (figure.abs() >= 10.0 && figure % 5.0 == 0.0), "{name}: {row:?}");
            }
        }
    }
}

#[test]
fn scenarios_are_shown_compared_and_refused() {
    let folder = project("internal", "");
    let text =
        output(groundswell(folder.path()).args(["scenario", "-s", "second-lockdown+half-returns", "--quiet"]), 0);
    for part in ["OFFICIAL-SENSITIVE", "Schools closed for ten weeks", "Half returns", "as forecast", "= "] {
        assert!(text.contains(part), "{text}");
    }
    let text =
        output(groundswell(folder.path()).args(["compare", "baseline", "second-lockdown", "--json", "--quiet"]), 0);
    let compared: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let rows = compared["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 13);
    // The lockdown starts in the third month: nothing differs before.
    assert!(rows[..2].iter().all(|row| row["difference"][0] == "0"), "{text}");
    assert!(rows[2]["difference"][0].as_str().expect("a figure").starts_with('-'), "{text}");
    let said = complaint(groundswell(folder.path()).args(["scenario", "-s", "tenth-lockdown"]), 78);
    assert!(said.contains("second-lockdown"), "{said}");
    // Each scenario has a -s of its own, before the project file or after it.
    for arguments in [
        ["scenario", "-s", "half-returns", "-s", "none-returns", "groundswell.toml"],
        ["scenario", "groundswell.toml", "-s", "half-returns", "-s", "none-returns"],
    ] {
        let text = output(groundswell(folder.path()).args(arguments).arg("--quiet"), 0);
        assert!(text.contains("(half-returns)") && text.contains("(none-returns)"), "{text}");
    }
    let said = complaint(groundswell(folder.path()).args(["scenario", "-s", "half-returns", "none-returns"]), 64);
    assert!(said.contains("none-returns is taken for the project file"), "{said}");
    let listed = output(groundswell(folder.path()).args(["scenario", "--list"]), 0);
    assert_eq!(listed.lines().count(), 10);
}

#[test]
fn two_packs_are_compared_by_series() {
    let folder = project("published", "[scenarios]\npublish = []\n");
    let first = published(folder.path());
    let kept = folder.path().join("kept");
    fs::rename(&first, &kept).expect("moved");
    let later = counts().replace(",2020-09-01,", ",2020-09-01,1");
    fs::write(folder.path().join("counts.csv"), later).expect("a file");
    let second = published(folder.path());
    let text = output(groundswell(folder.path()).arg("compare").args([&kept, &second]), 0);
    assert!(text.contains("Police") && text.contains("From A to B"), "{text}");
    // What leads from A to B adds up, from the total of the one pack to that of the other.
    let year = |pack: &Path| {
        let yearly = fs::read_to_string(pack.join("yearly.csv")).expect("a table");
        let row = yearly.lines().find(|line| line.starts_with("*,") && line.contains(",next-year,")).expect("a year");
        let at = yearly.lines().next().expect("a header").split(',').position(|name| name == "mean").expect("a mean");
        row.split(',').nth(at).expect("a figure").to_owned()
    };
    let json = output(groundswell(folder.path()).arg("compare").args([&kept, &second]).arg("--json"), 0);
    let compared: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let lines = compared["ledgers"][0].as_array().expect("a ledger");
    let adds = |line: &serde_json::Value| line["adds"].as_str().expect("a figure").parse::<f64>().expect("a number");
    assert_eq!(lines[0]["adds"], year(&kept));
    assert_eq!(lines[lines.len() - 1]["adds"], year(&second));
    let told: f64 = lines[..lines.len() - 1].iter().map(adds).sum();
    assert_eq!(told, adds(&lines[lines.len() - 1]), "{json}");
    let said = complaint(groundswell(folder.path()).args(["compare", "kept", "second-lockdown"]), 64);
    assert!(said.contains("a pack can be compared with a pack only"), "{said}");
}

#[test]
fn one_series_is_explained_for_the_desk() {
    let folder = project("published", "");
    let text = output(groundswell(folder.path()).args(["explain", "schools", "--quiet"]), 0);
    for part in ["OFFICIAL-SENSITIVE", "Schools closed:", "Return, shared by all series", "2021-09", "Why"] {
        assert!(text.contains(part), "{text}");
    }
    // Each of the five answers says once what is believed now, and then what was believed before.
    assert_eq!((text.matches("(Believed before: ").count(), text.matches("; now").count()), (5, 0), "{text}");
    assert!(text.contains(" months were at least half closed and say nothing"), "{text}");
    let said = complaint(groundswell(folder.path()).args(["explain", "Health"]), 64);
    assert!(said.contains("Housing, Police, Schools"), "{said}");
}

#[test]
fn yearly_figures_are_told_by_the_year() {
    let folder = project("published", "");
    let year = |year: i64| {
        let (police, schools) = (2200 + year * 7 % 31, 1200 + year * 11 % 23 - if year == 2020 { 200 } else { 0 });
        format!("Police,{year}-04-01,{police}\nSchools,{year}-04-01,{schools}\n")
    };
    let counts: String = (2008..2024).map(year).collect();
    fs::write(folder.path().join("counts.csv"), format!("source,ds,y\n{counts}")).expect("a file");
    output(groundswell(folder.path()).args(["run", "--quiet"]), 0);
    let report = fs::read_to_string(folder.path().join("packs/2023/report.html")).expect("a report");
    assert!(report.contains("Two months into the forecast, schools close"));
    assert!(!report.contains("month of the forecast"));
    let text = output(groundswell(folder.path()).args(["explain", "police", "--quiet"]), 0);
    assert!(text.contains("The last year saw 2"), "{text}");
}
