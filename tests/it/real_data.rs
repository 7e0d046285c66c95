//! The Department for Education's open file, where it is at hand: skipped with a message elsewhere.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::commands::{groundswell, output, rows};

/// The open file, if this machine has it.
fn monthly_referrals() -> Option<PathBuf> {
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
