//! The same inputs give the same bytes: for any number of threads and any order of rows.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::commands::{folder_with, groundswell, output, two_series};

/// Every file below a folder by its path, but for the run's own log and the lock, which names its process.
fn bytes_below(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry")) {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            files.extend(bytes_below(&entry.path()).into_iter().map(|(path, bytes)| (format!("{name}/{path}"), bytes)));
        } else if name != "run.json" && name != ".groundswell.lock" {
            files.insert(name, fs::read(entry.path()).expect("a file"));
        }
    }
    files
}

fn pack(project: &Path, jobs: &str) -> BTreeMap<String, Vec<u8>> {
    let folder = TempDir::new().expect("a temporary folder");
    let arguments = ["--jobs", jobs, "run", &project.display().to_string(), "-o", "packs"].map(str::to_owned);
    output(groundswell(folder.path()).args(arguments), 0);
    bytes_below(&folder.path().join("packs"))
}

#[test]
fn one_thread_and_two_publish_the_same_bytes() {
    let (folder, _) = folder_with("series.csv", &two_series());
    output(groundswell(folder.path()).args(["init", "series.csv"]), 0);
    let project = folder.path().join("groundswell.toml");
    let text = fs::read_to_string(&project).expect("the project file");
    fs::write(&project, text.replace("[pathway]\non = false", "[pathway]\non = true")).expect("a file");
    let (one, two) = (pack(&project, "1"), pack(&project, "2"));
    assert!(one.len() > 10, "{} files", one.len());
    assert!(one.keys().any(|path| path.ends_with("pathway.csv")), "the pathway is among them");
    assert_eq!(one.keys().collect::<Vec<_>>(), two.keys().collect::<Vec<_>>());
    for (path, bytes) in &one {
        assert!(two[path] == *bytes, "{path} differs between one thread and two");
    }
}

#[test]
fn the_order_of_rows_changes_no_forecast() {
    let table = two_series();
    let mut lines: Vec<&str> = table.lines().skip(1).collect();
    // A fixed shuffle: a stride that shares no factor with the number of rows.
    lines = (0..lines.len()).map(|row| lines[row * 35 % lines.len()]).collect();
    let shuffled = format!("unique_id,ds,y\n{}\n", lines.join("\n"));
    let forecast = |text: &str, jobs: &str| {
        let (folder, _) = folder_with("series.csv", text);
        output(groundswell(folder.path()).args(["--jobs", jobs, "forecast", "series.csv", "-h", "12"]), 0)
    };
    assert_eq!(forecast(&table, "1"), forecast(&shuffled, "2"));
}
