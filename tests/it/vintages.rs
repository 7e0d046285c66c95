//! What stands in the folder of the packs, as a user asks for it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::commands::{complaint, folder_with, groundswell, output, two_series};

fn published() -> (tempfile::TempDir, PathBuf) {
    let (folder, _) = folder_with("series.csv", &two_series());
    output(groundswell(folder.path()).args(["init", "series.csv"]), 0);
    output(groundswell(folder.path()).args(["run", "--quiet"]), 0);
    let packs = folder.path().join("packs");
    (folder, packs)
}

/// The table with a year more.
fn with_another_year() -> String {
    let mut text = two_series();
    for (series, level) in [("north", 100), ("south", 60)] {
        for month in 1..=12 {
            text += &format!("{series},2023-{month:02}-01,{}\n", level + 20 + month % 5);
        }
    }
    text
}

fn current(packs: &Path) -> PathBuf {
    let latest: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(packs.join("latest.json")).expect("a pointer")).expect("JSON");
    packs.join(latest["pack"].as_str().expect("a name"))
}

#[test]
fn the_status_says_what_a_run_would_do() {
    let (folder, _) = folder_with("series.csv", &two_series());
    output(groundswell(folder.path()).args(["init", "series.csv"]), 0);
    let status = |code: i32| output(groundswell(folder.path()).args(["status", "--detailed-exitcode"]), code);
    assert!(status(10).contains("No pack is current"));
    output(groundswell(folder.path()).args(["run", "--quiet"]), 0);
    let text = status(12);
    assert!(text.starts_with("* 2022-12  intact\n1 pack in "), "{text}");
    assert!(text.ends_with("a run would publish nothing new.\n"), "{text}");
    fs::write(folder.path().join("series.csv"), with_another_year()).expect("a file");
    assert!(status(10).ends_with("there changed: series.csv\n"));
}

#[test]
fn a_changed_pack_is_told_by_status_and_verify() {
    let (folder, packs) = published();
    let pack = current(&packs);
    let name = pack.to_string_lossy();
    assert!(output(groundswell(folder.path()).args(["verify", &name]), 0).contains(": intact, "));
    fs::write(pack.join("forecasts.csv"), "better numbers").expect("a file");
    let text = output(groundswell(folder.path()).args(["verify", &name]), 65);
    assert!(text.starts_with("changed: forecasts.csv\n") && text.contains("1 file differs"), "{text}");
    let text = output(groundswell(folder.path()).arg("status"), 65);
    assert!(text.contains("NOT as published") && text.contains("a run would publish it anew"), "{text}");
    assert!(!text.contains("nothing new"), "{text}");
    // The folder of all packs stands for the current one.
    let text = output(groundswell(folder.path()).args(["verify", "packs"]), 65);
    assert!(text.contains("packs/2022-12: NOT as published"), "{text}");
    let message = complaint(groundswell(folder.path()).args(["verify", "."]), 66);
    assert!(message.contains("isn't a published pack"), "{message}");
    // A rehearsal and the run say the same, and why.
    let text = output(groundswell(folder.path()).args(["run", "--dry-run"]), 0);
    assert!(text.contains("Would forecast") && text.contains("a run would publish it anew"), "{text}");
    let text = output(groundswell(folder.path()).args(["run", "--quiet"]), 0);
    assert!(text.contains("The pack 2022-12 is not as it was published, so it was made anew"), "{text}");
    let text = output(groundswell(folder.path()).args(["run", "--dry-run"]), 0);
    assert!(text.contains("a run would publish nothing new") && !text.contains("Would forecast"), "{text}");
}

#[test]
fn a_pack_made_again_from_its_own_plan_has_the_same_bytes() {
    let (folder, packs) = published();
    let pack = current(&packs);
    let name = pack.to_string_lossy();
    // The project file may have changed since: the plan is the pack's own.
    fs::write(folder.path().join("groundswell.toml"), "no longer a project file").expect("a file");
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let text = output(groundswell(elsewhere.path()).args(["rerun", &name]), 0);
    assert!(text.contains("made again, the same bytes in "), "{text}");
    fs::rename(folder.path().join("series.csv"), elsewhere.path().join("series.csv")).expect("moved");
    let inputs = elsewhere.path().to_string_lossy();
    output(groundswell(folder.path()).args(["rerun", &name, "--inputs", &inputs]), 0);
    fs::write(elsewhere.path().join("series.csv"), with_another_year()).expect("a file");
    let text = output(groundswell(folder.path()).args(["rerun", &name, "--inputs", &inputs]), 65);
    assert!(text.contains("changed: forecasts.csv\n"), "{text}");
    assert!(text.contains("Changed since the pack was made: series.csv\n"), "{text}");
}

#[test]
fn a_folder_of_lists_is_an_input_like_a_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = output(groundswell(folder.path()).args(["simulate", "-o", "made", "--format", "annex-a"]), 0);
    assert!(text.contains("with 0 faults"), "{text}");
    let mut extracts: Vec<String> = fs::read_dir(folder.path().join("made"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| format!("made/{}", entry.file_name().to_string_lossy()))
        .collect();
    extracts.sort();
    assert!(extracts.len() > 10, "{extracts:?}");
    let newest: Vec<&str> = extracts.iter().rev().take(10).rev().map(String::as_str).collect();
    output(groundswell(folder.path()).arg("init").args(&newest), 0);
    output(groundswell(folder.path()).args(["run", "--quiet"]), 0);
    output(groundswell(folder.path()).args(["run", "--detailed-exitcode"]), 12);
    assert!(current(&folder.path().join("packs")).join("report.html").is_file());
}

#[test]
fn packs_of_old_origins_go_when_the_project_file_says_so() {
    let (folder, packs) = published();
    let file = folder.path().join("groundswell.toml");
    let text = fs::read_to_string(&file).expect("a project file");
    let kept = text.replace("# keep = 24 ", "keep = 1 ");
    assert_ne!(kept, text);
    fs::write(&file, kept).expect("a file");
    // How many stay decides no byte: the pack is still the current one.
    output(groundswell(folder.path()).args(["run", "--detailed-exitcode"]), 12);
    fs::write(folder.path().join("series.csv"), with_another_year()).expect("a file");
    let text = output(groundswell(folder.path()).arg("run"), 0);
    assert!(text.contains("Removed the old pack 2022-12\n"), "{text}");
    assert_eq!(current(&packs).file_name().expect("a name"), "2023-12");
    assert!(!packs.join("2022-12").exists());
}

#[test]
fn the_next_pack_says_what_became_of_the_last_one() {
    let (folder, packs) = published();
    // A year later: one past month was corrected, and one series is called otherwise.
    let text = with_another_year().replace("2022-11-01,", "2022-11-01,1").replace("south", "south-west");
    fs::write(folder.path().join("series.csv"), text).expect("a file");
    output(groundswell(folder.path()).args(["run", "--quiet"]), 0);
    let pack = current(&packs);
    assert_eq!(pack.file_name().expect("a name"), "2023-12");
    let vintages = fs::read_to_string(pack.join("vintages.csv")).expect("a table");
    let header = "unique_id,pack,made,ds,median,y,lo_50,hi_50,lo_80,hi_80,lo_95,hi_95";
    assert_eq!(vintages.lines().next(), Some(header));
    // Total and north for twelve months each.
    assert_eq!(vintages.lines().count(), 1 + 24, "{vintages}");
    assert!(vintages.lines().skip(1).all(|line| line.contains(",2022-12,2022-12-01,2023-")), "{vintages}");
    let findings = fs::read_to_string(pack.join("findings.csv")).expect("a table");
    assert!(findings.contains("history-revised,warning,"), "{findings}");
    assert!(findings.contains("not in the data now, but forecast in the pack 2022-12: south"), "{findings}");
    let report = fs::read_to_string(pack.join("report.html")).expect("a report");
    assert!(report.contains("The pack made with figures to December 2022 expected about "), "no sentence");
    let manifest = fs::read_to_string(pack.join("manifest.json")).expect("a manifest");
    assert!(manifest.contains("\"pack\": \"2022-12\""));
    output(groundswell(folder.path()).args(["rerun", &pack.to_string_lossy()]), 0);
}

#[test]
fn the_alert_of_drift_and_the_report_tell_one_figure() {
    let (folder, packs) = published();
    fs::write(folder.path().join("series.csv"), with_another_year()).expect("a file");
    let said = output(groundswell(folder.path()).args(["run", "--quiet"]), 0);
    // What the packs say themselves, judged here: of the only earlier pack every month counts once.
    let vintages = fs::read_to_string(current(&packs).join("vintages.csv")).expect("a table");
    let mut lines = vintages.lines().map(|line| line.split(',').collect::<Vec<&str>>());
    let header = lines.next().expect("a header");
    let column = |name: &str| header.iter().position(|column| *column == name).expect("the column");
    let number = |row: &[&str], name: &str| row[column(name)].parse::<f64>().expect("a number");
    let total: Vec<Vec<&str>> = lines.filter(|row| row[0] == "*").collect();
    let held = total.iter().filter(|row| {
        let y = number(row, "y");
        (number(row, "lo_80")..=number(row, "hi_80")).contains(&y)
    });
    let held = held.count();
    assert_eq!(total.len(), 12);
    let alert = format!(
        "of the 12 months known since that earlier packs forecast, the 80% range of the newest forecast of each held in {held};"
    );
    assert!(said.contains(&alert), "{said}");
    let times = ["never", "once", "twice"].get(held).map_or(format!("{held} times"), |times| (*times).to_owned());
    let sentence = format!(
        "Of the 12 months known since that earlier packs forecast, the newest forecast of each month held {times}, by the range"
    );
    let report = fs::read_to_string(current(&packs).join("report.html")).expect("a report");
    assert!(report.contains(&sentence), "{said}");
}
