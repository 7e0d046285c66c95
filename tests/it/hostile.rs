//! Wrong, empty, truncated and hostile input: the right exit code and a message that helps, never a panic.

use std::fs;

use tempfile::TempDir;

use crate::commands::{complaint, ended, folder_with, groundswell, two_series};

/// What each command that takes a file says about a bad one.
fn refused(name: &str, bytes: &[u8], code: i32, says: &str) {
    let folder = TempDir::new().expect("a temporary folder");
    fs::write(folder.path().join(name), bytes).expect("a file");
    for command in ["forecast", "backtest", "check", "init"] {
        let complaint = complaint(groundswell(folder.path()).args([command, name]), code);
        assert!(complaint.contains(says), "{command}: {complaint}");
        assert!(!complaint.contains("panicked"), "{command}: {complaint}");
        assert_eq!(complaint.lines().count(), 1, "{command}: {complaint}");
    }
}

#[test]
fn an_empty_file_is_bad_data() {
    refused("empty.csv", b"", 65, "empty");
}

#[test]
fn a_header_without_rows_is_bad_data() {
    refused("header.csv", b"unique_id,ds,y\n", 65, "no row");
}

#[test]
fn a_zero_byte_is_bad_data() {
    refused("zero.csv", b"unique_id,ds,y\na,2020-01-01,1\na,2020-\0-01,2\n", 65, "zero byte");
}

#[test]
fn a_truncated_parquet_file_is_bad_data() {
    refused("cut.parquet", b"PAR1\x15\x04\x15\x10\x15\x14", 65, "cut.parquet");
}

#[test]
fn a_picture_is_bad_data() {
    refused("picture.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01", 65, "not a CSV");
}

#[test]
fn an_xml_document_with_entities_is_bad_data() {
    let bomb =
        b"<?xml version=\"1.0\"?>\n<!DOCTYPE m [<!ENTITY a \"aa\"><!ENTITY b \"&a;&a;\">]>\n<Message>&b;</Message>";
    refused("bomb.xml", bomb, 65, "document type (DTD)");
    refused("outside.xml", b"<!DOCTYPE m SYSTEM \"file:///etc/passwd\"><Message/>", 65, "document type (DTD)");
}

#[test]
fn an_endless_line_is_bad_data() {
    let mut bytes = b"unique_id,ds,y\n".to_vec();
    bytes.resize(80 << 20, b'x');
    refused("line.csv", &bytes, 65, "row 2");
}

#[test]
fn a_million_columns_are_bad_data() {
    let header: String = (0..1_000_000).map(|column| format!("c{column},")).collect();
    refused("wide.csv", format!("{header}\n{}\n", ",".repeat(1_000_000)).as_bytes(), 65, "columns");
}

#[test]
fn a_missing_file_is_no_input() {
    let folder = TempDir::new().expect("a temporary folder");
    for command in ["forecast", "backtest", "check", "init"] {
        let complaint = complaint(groundswell(folder.path()).args([command, "nowhere.csv"]), 66);
        assert!(complaint.contains("nowhere.csv"), "{complaint}");
    }
    let complaint = complaint(groundswell(folder.path()).args(["run", "nowhere.toml"]), 78);
    assert!(complaint.contains("groundswell init"), "{complaint}");
}

#[test]
fn a_folder_is_no_input() {
    let folder = TempDir::new().expect("a temporary folder");
    assert!(complaint(groundswell(folder.path()).args(["forecast", "."]), 66).contains("folder"));
}

#[test]
fn a_wrong_command_line_is_usage() {
    let folder = TempDir::new().expect("a temporary folder");
    for arguments in [
        &["forecst"][..],
        &["forecast"],
        &["forecast", "a.csv", "-h", "0"],
        &["forecast", "a.csv", "--levels", "120"],
        &["run", "--quiet", "--verbose"],
        &["simulate"],
    ] {
        complaint(groundswell(folder.path()).args(arguments), 64);
    }
    let (folder, _) = folder_with("series.csv", &two_series());
    let complaint = complaint(groundswell(folder.path()).args(["forecast", "series.csv", "--models", "magic"]), 64);
    assert!(complaint.contains("there is no model `magic`"), "{complaint}");
}

#[test]
fn a_wrong_project_file_is_configuration() {
    let (folder, _) = folder_with("groundswell.toml", "schema = 1\n[project]\ntitel = \"T\"\n");
    let complaint = complaint(groundswell(folder.path()).args(["run"]), 78);
    assert!(
        complaint.contains("groundswell.toml:3:1: [project] has no option `titel`; did you mean `title`?"),
        "{complaint}"
    );
}

#[test]
fn a_destination_that_is_a_file_can_not_be_created() {
    let (folder, _) = folder_with("series.csv", &two_series());
    ended(groundswell(folder.path()).args(["init", "series.csv"]), 0);
    fs::write(folder.path().join("packs"), "in the way").expect("a file");
    let complaint = complaint(groundswell(folder.path()).args(["run"]), 73);
    assert!(complaint.contains("packs"), "{complaint}");
}

#[test]
fn a_child_s_value_is_in_no_message() {
    let text = "child_id,referral_date,referral_source\nCANARY-1,CANARY-DATE,CANARY-SOURCE\nCANARY-2,2020-13-45,6\n";
    let (folder, _) = folder_with("referrals.csv", text);
    for command in ["check", "init", "forecast"] {
        let output = groundswell(folder.path()).args([command, "referrals.csv"]).output().expect("the program starts");
        let said = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
        assert!(!String::from_utf8_lossy(&said).contains("CANARY"), "{command} repeats a value");
    }
}
