//! Workbooks and large documents made to do harm: refused by every command in bounded memory, which the operating system
//! holds them to.

use std::fs;
use std::process::Command;

use rust_xlsxwriter::Workbook;
use tempfile::TempDir;

use made_by_hand::{Part, archive};

use crate::commands::two_series;

#[path = "../../src/ingest/workbook/made_by_hand.rs"]
#[allow(dead_code, reason = "the reader's own tests use the rest")]
mod made_by_hand;

/// Address space that a command may take, in kB; a bomb of these tests would take more.
const LIMIT: u64 = 2_500_000;

/// Asserts that each command refuses a file with 65 and one line that says this, within the limit.
fn refused(name: &str, bytes: &[u8], says: &str) {
    let folder = TempDir::new().expect("a temporary folder");
    fs::write(folder.path().join(name), bytes).expect("a file");
    for command in ["forecast", "backtest", "check", "init"] {
        let output = Command::new("sh")
            .current_dir(folder.path())
            .env("NO_COLOR", "1")
            .args(["-c", &format!("ulimit -v {LIMIT}; exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_groundswell")])
            .args([command, name])
            .output()
            .expect("the program starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(65), "{command} {name} said: {said}");
        assert!(said.contains(name) && said.contains(says), "{command} {name} said: {said}");
        assert_eq!(said.lines().count(), 1, "{command} {name} said: {said}");
        let left: Vec<_> = fs::read_dir(folder.path()).expect("a folder").collect();
        assert_eq!(left.len(), 1, "{command} left something behind: {left:?}");
    }
}

/// A workbook of two series as Excel stores one.
fn workbook() -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, line) in (0..).zip(two_series().lines()) {
        for (column, cell) in (0..).zip(line.split(',')) {
            sheet.write(row, column, cell).expect("a cell");
        }
    }
    book.save_to_buffer().expect("a workbook")
}

/// The archive with one name changed for another of the same length.
fn renamed(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = bytes.to_vec();
    let starts: Vec<usize> =
        (0..=bytes.len() - from.len()).filter(|at| &bytes[*at..*at + from.len()] == from.as_bytes()).collect();
    assert!(starts.len() >= 2, "a name stands before its part and in the directory");
    for at in starts {
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    }
    bytes
}

#[test]
fn a_workbook_cut_short_is_bad_data() {
    let whole = workbook();
    refused("cut.xlsx", &whole[..whole.len() / 2], "");
    refused("directory.xlsx", &whole[..whole.len() - 4], "");
}

#[test]
fn a_path_that_leads_outside_is_bad_data() {
    refused("path.xlsx", &renamed(&workbook(), "xl/styles.xml", "../../etc/pwd"), "leads outside the workbook");
    refused("root.xlsx", &renamed(&workbook(), "xl/styles.xml", "/etc/password"), "leads outside the workbook");
}

#[test]
fn a_bomb_is_refused_before_it_takes_memory() {
    let zeros = vec![0_u8; 900 << 20];
    let part = |claims| [Part { name: "xl/workbook.xml", content: &zeros, claims, flags: 0 }];
    refused("honest.xlsx", &archive(&part(None)), "inflates to more than 512 MB");
    refused("liar.xlsx", &archive(&part(Some(1000))), "inflates to another size than it says");
}

#[test]
fn a_workbook_with_a_sheet_of_entities_is_bad_data() {
    let bomb = b"<!DOCTYPE w [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><workbook>&b;</workbook>";
    let part = [Part { name: "xl/workbook.xml", content: bomb, claims: None, flags: 0 }];
    refused("entities.xlsx", &archive(&part), "");
}

/// The reader keeps a bounded part of a document, whatever its length.
#[test]
fn an_endless_element_of_a_census_return_is_bad_data() {
    let mut bytes = b"<?xml version=\"1.0\"?>\n<Message><Children><Child><ChildIdentifiers><LAchildID>".to_vec();
    bytes.resize(600 << 20, b'x');
    refused("endless.xml", &bytes, "");
}
