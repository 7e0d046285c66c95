//! Local spellings go out as a mapping file, are filled in, and come back.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::commands::{complaint, groundswell, output};

/// A year of referrals: sources that are known, 30 of a local word, 3 of another, and notes that don't belong there.
fn folder() -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    let mut text = "referral_date,child_id,source,need\n".to_string();
    let mut child = 0;
    let mut row = |month: usize, day: usize, source: &str, need: &str| {
        child += 1;
        text += &format!("2023-{month:02}-{day:02},{child},{source},{need}\n");
    };
    for month in 1..=12 {
        for day in 1..=28 {
            row(month, day, "Police", "N1");
        }
    }
    for referral in 0..30 {
        row(referral % 12 + 1, 2, "Talkshop", "N1");
    }
    for day in 1..=3 {
        row(5, day, "Hearthstone", "N1");
        row(6, day, "6", "Early years worry");
    }
    row(5, 4, "Jane Placeholder", "N1");
    row(5, 5, "rang at night and said that the boy is alone again", "N1");
    row(12, 29, "6", "N1");
    fs::write(folder.path().join("referrals.csv"), text).expect("a file");
    folder
}

fn mapping(folder: &Path) -> String {
    fs::read_to_string(folder.join("codes.toml")).expect("a mapping file")
}

#[test]
fn spellings_go_out_without_small_counts_and_notes_and_come_back_as_groups() {
    let folder = folder();
    let here = folder.path();
    let check = ["check", "referrals.csv", "--write-mapping", "codes.toml"];
    let told = output(groundswell(here).args(check), 0);
    assert!(told.contains("unmapped-label"), "{told}");
    let text = mapping(here);
    for line in ["\"Talkshop\" = \"\"  # about 30 rows", "\"Hearthstone\" = \"\"  # few rows", "# 3 more"] {
        assert!(text.contains(line), "{line} in {text}");
    }
    assert!(text.find("Talkshop") < text.find("Hearthstone"), "the most frequent first: {text}");
    assert!(!text.contains("Placeholder") && !text.contains("boy"), "{text}");
    assert!(!text.contains("worry"), "three rows of words that are in no list: {text}");
    let again = complaint(groundswell(here).args(check), 73);
    assert!(again.contains("codes.toml is there already; --force writes over it"), "{again}");

    output(groundswell(here).args(["init", "referrals.csv"]), 0);
    let project = fs::read_to_string(here.join("groundswell.toml")).expect("a project file");
    assert!(project.contains("# mapping = \"codes.toml\""), "{project}");
    fs::write(here.join("groundswell.toml"), project.replace("# mapping", "mapping")).expect("a project file");
    let empty: serde_json::Value =
        serde_json::from_str(&output(groundswell(here).args(["check", "groundswell.toml", "--json"]), 0))
            .expect("JSON");
    assert_eq!(unmapped_rows(&empty), Some(35), "what nobody decided stays unknown and counted");

    fs::write(here.join("codes.toml"), text.replace("\"Talkshop\" = \"\"", "\"Talkshop\" = \"Schools\""))
        .expect("a file");
    let filled = ["check", "groundswell.toml", "--json", "--write-mapping", "codes.toml", "--force"];
    let filled: serde_json::Value = serde_json::from_str(&output(groundswell(here).args(filled), 0)).expect("JSON");
    assert_eq!(unmapped_rows(&filled), Some(5));
    let text = mapping(here);
    assert!(text.contains("\"Talkshop\" = \"Schools\"\n"), "what was decided stays: {text}");
    assert_eq!(text.matches("Hearthstone").count(), 1, "{text}");
}

fn unmapped_rows(checked: &serde_json::Value) -> Option<u64> {
    let findings = checked["findings"].as_array()?;
    findings.iter().find(|finding| finding["name"] == "unmapped-label")?["count"].as_u64()
}

#[test]
fn a_group_that_is_none_is_refused_and_files_without_codes_have_nothing_to_map() {
    let folder = folder();
    let here = folder.path();
    output(groundswell(here).args(["init", "referrals.csv"]), 0);
    let project = fs::read_to_string(here.join("groundswell.toml")).expect("a project file");
    fs::write(here.join("groundswell.toml"), project.replace("# mapping", "mapping")).expect("a project file");
    fs::write(here.join("codes.toml"), "schema = 1\n[source]\n\"Talkshop\" = \"Shops\"\n").expect("a file");
    let error = complaint(groundswell(here).args(["check", "groundswell.toml"]), 78);
    assert!(error.contains("codes.toml: the mapping file can't be used: `Shops` is no group"), "{error}");
    fs::write(here.join("counts.csv"), "area,month,referrals\nNorth,2024-01,12\nNorth,2024-02,15\n").expect("a file");
    let error = complaint(groundswell(here).args(["check", "counts.csv", "--write-mapping", "new.toml"]), 64);
    assert!(error.contains("no columns of codes"), "{error}");
    assert!(!here.join("new.toml").exists());
}
