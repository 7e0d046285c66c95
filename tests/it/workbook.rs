//! The workbook and the dictionary of a pack, as someone who reads it in another program finds them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::Path;

use calamine::{Data, Reader, Xlsx, open_workbook};
use polars::prelude::{ParquetReader, SerReader};
use tempfile::TempDir;

use crate::commands::{complaint, folder_with, groundswell, output, two_series};

/// A project with the pathway on, and of no more work than the tables need.
fn project() -> TempDir {
    let (folder, _) = folder_with("series.csv", &two_series());
    output(groundswell(folder.path()).args(["init", "series.csv"]), 0);
    change(folder.path(), "[pathway]\non = false", "[pathway]\non = true");
    change(folder.path(), "paths = 1000 ", "paths = 100 ");
    change(folder.path(), "origins = 10 ", "origins = 2 ");
    folder
}

fn change(folder: &Path, from: &str, to: &str) {
    let file = folder.join("groundswell.toml");
    let text = fs::read_to_string(&file).expect("a project file");
    let changed = text.replace(from, to);
    assert_ne!(changed, text, "{from} is not in the project file");
    fs::write(file, changed).expect("a file");
}

/// Runs, and gives the folder of the pack that `latest.json` names, as a reader finds it.
fn run(folder: &Path) -> std::path::PathBuf {
    output(groundswell(folder).args(["run", "--quiet"]), 0);
    let packs = folder.join("packs");
    let latest = fs::read_to_string(packs.join("latest.json")).expect("a pointer");
    let latest: serde_json::Value = serde_json::from_str(&latest).expect("JSON");
    packs.join(latest["pack"].as_str().expect("a name"))
}

/// Columns of every CSV and Parquet file of a pack by path; of Parquet with their types.
fn columns(pack: &Path) -> BTreeMap<String, Vec<String>> {
    let mut columns = BTreeMap::new();
    for (folder, prefix) in [(pack.to_path_buf(), ""), (pack.join("charts"), "charts/")] {
        for entry in fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry")) {
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if name.ends_with(".csv") {
                let text = fs::read_to_string(entry.path()).expect("text");
                let header = text.lines().next().unwrap_or_default();
                columns.insert(name, header.split(',').map(str::to_owned).collect());
            } else if name.ends_with(".parquet") {
                let frame = ParquetReader::new(File::open(entry.path()).expect("a file")).finish().expect("a table");
                let types = frame.schema().iter().map(|(name, kind)| format!("{name}: {kind}")).collect();
                columns.insert(name, types);
            }
        }
    }
    columns
}

#[test]
fn the_forms_of_the_workbook_are_those_that_the_project_file_names() {
    let folder = project();
    let forms = |pack: &Path| ["workbook.xlsx", "workbook.ods"].map(|name| pack.join(name).is_file());
    assert_eq!(forms(&run(folder.path())), [true, false]);
    change(folder.path(), "workbook = [\"xlsx\"]", "workbook = [\"ods\"]");
    assert_eq!(forms(&run(folder.path())), [false, true]);
    change(folder.path(), "workbook = [\"ods\"]", "workbook = []");
    assert_eq!(forms(&run(folder.path())), [false, false]);
    change(folder.path(), "workbook = []", "workbook = [\"docx\"]");
    let message = complaint(groundswell(folder.path()).arg("run"), 78);
    assert!(message.contains("groundswell.toml:") && message.contains("it may be `xlsx` or `ods`"), "{message}");
    change(folder.path(), "workbook = [\"docx\"]", "workbook = [\"xlsx\", \"xlsx\"]");
    let message = complaint(groundswell(folder.path()).arg("run"), 78);
    assert!(message.contains("[publish] workbook names `xlsx` twice"), "{message}");
}

#[test]
fn tables_keep_their_names_and_types_from_one_run_to_the_next_and_the_dictionary_has_them_all() {
    let folder = project();
    let first = columns(&run(folder.path()));
    let more = "north,2023-01-01,120\nsouth,2023-01-01,70\n";
    fs::write(folder.path().join("series.csv"), two_series() + more).expect("a file");
    let pack = run(folder.path());
    let second = columns(&pack);
    assert!(pack.ends_with("2023-01") && second.len() > 40, "{} with {} files", pack.display(), second.len());
    assert_eq!(first, second);
    let frame = ParquetReader::new(File::open(pack.join("dictionary.parquet")).expect("a file")).finish();
    let frame = frame.expect("a table");
    let texts = |name: &str| -> Vec<String> {
        let column = frame.column(name).expect("a column").str().expect("texts").clone();
        column.iter().map(|text| text.expect("a text").to_owned()).collect()
    };
    let told: BTreeSet<(String, String)> = texts("files")
        .iter()
        .zip(texts("column"))
        .flat_map(|(files, column)| {
            files.split("; ").map(|file| (file.to_owned(), column.clone())).collect::<Vec<(String, String)>>()
        })
        .filter(|(file, _)| !file.ends_with(".json"))
        .collect();
    let written: BTreeSet<(String, String)> = second
        .iter()
        .flat_map(|(file, columns)| {
            columns.iter().map(|column| (file.clone(), column.split(": ").next().unwrap_or_default().to_owned()))
        })
        .filter(|(_, column)| !column.is_empty())
        .collect();
    assert_eq!(told, written);
    assert!(texts("meaning").iter().all(|meaning| meaning != "not described"));
}

#[test]
fn a_workbook_has_a_sheet_for_each_table_of_the_pack_with_as_many_rows() {
    let folder = project();
    let pack = run(folder.path());
    let mut book: Xlsx<_> = open_workbook(pack.join("workbook.xlsx")).expect("a workbook");
    let sheets: BTreeMap<String, calamine::Range<Data>> = book.worksheets().into_iter().collect();
    let mut seen = 0;
    for entry in fs::read_dir(&pack).expect("a folder").map(|entry| entry.expect("an entry")) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(stem) = name.strip_suffix(".csv") else { continue };
        let lines = fs::read_to_string(entry.path()).expect("text").lines().count();
        if lines > 1 {
            let sheet = &sheets[if stem == "history" { "history-table" } else { stem }];
            assert_eq!(sheet.height(), lines, "{stem}");
            assert!(sheet.cells().all(|(_, _, cell)| *cell != Data::Empty), "{stem} has a blank cell");
            seen += 1;
        }
    }
    assert!(seen > 15 && sheets.len() == seen + 3, "{seen} of {:?}", sheets.keys());
}
