//! What a machine is told of a run, and the files that start one every month.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::commands::{complaint, folder_with, groundswell, output, two_series};

/// The lines of standard error as JSON objects.
fn events(said: &str) -> Vec<Value> {
    let line = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    let events: Vec<Value> = said.lines().map(line).collect();
    for event in &events {
        let timestamp = event["timestamp"].as_str().expect("a time");
        assert!(timestamp.ends_with('Z') && timestamp.len() == 27, "{timestamp}");
        assert!(["INFO", "WARN", "ERROR"].contains(&event["level"].as_str().expect("a level")), "{event}");
    }
    events
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).expect("a file")).expect("JSON")
}

fn named<'a>(events: &'a [Value], name: &str) -> Vec<&'a Value> {
    events.iter().filter(|event| event["event"] == name).collect()
}

#[test]
fn a_machine_hears_of_a_run_from_start_to_exit_code() {
    let (folder, _) = folder_with("series.csv", &two_series());
    output(groundswell(folder.path()).args(["init", "series.csv"]), 0);
    let run = |more: &[&str], code: i32| {
        let command = ["run", "--log-format", "json"];
        events(&complaint(groundswell(folder.path()).args(command).args(more), code))
    };
    let said = run(&[], 0);
    assert_eq!(said[0]["event"], "started");
    assert_eq!(said[0]["project"], "groundswell.toml");
    let stages: Vec<&str> = named(&said, "stage").iter().filter_map(|event| event["stage"].as_str()).collect();
    assert_eq!(stages, ["read", "fit", "backtest", "publish"]);
    let published = named(&said, "published");
    let report = published[0]["report"].as_str().expect("a path");
    assert!(Path::new(report).is_file(), "{report}");
    let last = said.last().expect("events");
    assert_eq!((&last["event"], &last["exit"]), (&Value::from("ended"), &Value::from(0)));
    let again = run(&["--detailed-exitcode"], 12);
    assert_eq!(named(&again, "unchanged").len(), 1);
    assert_eq!(again.last().expect("events")["exit"], 12);
    fs::remove_file(folder.path().join("series.csv")).expect("removed");
    let failed = run(&[], 66);
    let error = failed.iter().find(|event| event["level"] == "ERROR").expect("an error");
    assert_eq!(error["exit"], 66);
    assert!(error["message"].as_str().is_some_and(|message| message.contains("series.csv")), "{error}");
    assert_eq!(failed.last().expect("events")["exit"], 66);
}

#[test]
fn quiet_and_text_have_no_events() {
    let (folder, _) = folder_with("series.csv", &two_series());
    output(groundswell(folder.path()).args(["init", "series.csv"]), 0);
    let said = complaint(groundswell(folder.path()).args(["run", "--dry-run", "--quiet", "--log-format", "json"]), 0);
    assert_eq!(said, "");
    let said = complaint(groundswell(folder.path()).args(["run", "--dry-run"]), 0);
    assert!(!said.contains("event"), "{said}");
}

#[test]
fn an_internal_pack_has_a_folder_of_its_own() {
    let (folder, _) = folder_with("series.csv", &two_series());
    output(groundswell(folder.path()).args(["init", "series.csv"]), 0);
    let project = folder.path().join("groundswell.toml");
    let text = fs::read_to_string(&project).expect("a project file");
    assert!(text.contains("profile = \"published\""));
    fs::write(&project, text.replace("profile = \"published\"", "profile = \"internal\"")).expect("a file");
    let said = output(groundswell(folder.path()).args(["run", "--quiet"]), 0);
    assert!(said.contains("packs-OFFICIAL-SENSITIVE"), "{said}");
    assert!(!folder.path().join("packs").exists(), "an exact pack lies beside those that may go out");
    let packs = folder.path().join("packs-OFFICIAL-SENSITIVE");
    let pointer: Value = json(&packs.join("latest.json"));
    assert_eq!(pointer["marking"], "OFFICIAL-SENSITIVE");
    let pack = packs.join(pointer["pack"].as_str().expect("a name"));
    assert_eq!(json(&pack.join("manifest.json"))["marking"], "OFFICIAL-SENSITIVE");
    let mut texts = 0;
    for file in ["", "charts"].iter().flat_map(|of| fs::read_dir(pack.join(of)).expect("a folder")) {
        let path = file.expect("an entry").path();
        // What the program is made of tells nothing about a child; pictures and packed tables have tests of their own.
        let is_text =
            path.extension().is_some_and(|kind| ["csv", "json", "html", "svg"].iter().any(|text| kind == *text));
        let is_empty = || fs::read_to_string(&path).expect("a text").lines().count() < 2;
        if is_text && !path.ends_with("sbom.cdx.json") && !is_empty() {
            let text = fs::read_to_string(&path).expect("a text");
            assert!(text.contains("OFFICIAL-SENSITIVE"), "{} is not marked", path.display());
            texts += 1;
        }
    }
    assert!(texts > 20, "too few files: {texts}");
    let said = output(groundswell(folder.path()).arg("status"), 0);
    assert!(said.contains("intact  OFFICIAL-SENSITIVE"), "{said}");
    // A pack that may go out carries none.
    fs::write(&project, text).expect("a file");
    output(groundswell(folder.path()).args(["run", "--quiet"]), 0);
    assert!(json(&folder.path().join("packs/latest.json"))["marking"].is_null());
}

#[test]
fn systemd_finds_nothing_wrong_with_its_files() {
    let packaging = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/systemd");
    let there = Command::new("systemd-analyze").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !there.is_ok_and(|status| status.success()) {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    for name in ["groundswell.service", "groundswell.timer"] {
        // The program isn't installed here.
        let text = fs::read_to_string(packaging.join(name)).expect("a unit");
        let text = text.replace("/usr/local/bin/groundswell", env!("CARGO_BIN_EXE_groundswell"));
        fs::write(folder.path().join(name), text).expect("a file");
    }
    let verify = Command::new("systemd-analyze")
        .arg("verify")
        .args(["groundswell.service", "groundswell.timer"].map(|name| folder.path().join(name)))
        .output()
        .expect("systemd-analyze starts");
    let said = String::from_utf8_lossy(&verify.stderr);
    assert!(verify.status.success() && !said.contains("groundswell.service"), "{said}");
}
