//! The files: the same bytes each time, and what the dictionary says they hold.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

type Writer = fn(&Simulated, &mut Vec<u8>) -> std::io::Result<()>;

fn bytes(simulated: &Simulated) -> Vec<Vec<u8>> {
    let writers: [Writer; 5] = [
        |simulated, to| write_referrals_csv(simulated, to),
        |simulated, to| write_monthly_csv(simulated, to),
        |simulated, to| write_truth_json(simulated, to),
        |simulated, to| write_dictionary(&simulated.truth.options, to),
        |simulated, to| write_readme(simulated, to),
    ];
    let written = |write: &Writer| {
        let mut to = Vec::new();
        write(simulated, &mut to).expect("memory takes everything");
        to
    };
    writers.iter().map(written).collect()
}

/// The shipped folder is the shipped authority: after a change of either, `groundswell simulate` writes it anew. The
/// same bytes on every platform.
#[test]
fn the_sample_data_are_what_the_default_options_make() {
    let shipped: [(&str, &[u8]); 5] = [
        ("referrals.csv", include_bytes!("../../../sample-data/referrals.csv")),
        ("monthly.csv", include_bytes!("../../../sample-data/monthly.csv")),
        ("truth.json", include_bytes!("../../../sample-data/truth.json")),
        ("DICTIONARY.md", include_bytes!("../../../sample-data/DICTIONARY.md")),
        ("README.md", include_bytes!("../../../sample-data/README.md")),
    ];
    for ((name, shipped), made) in shipped.iter().zip(bytes(&SHIPPED)) {
        assert!(made == *shipped, "sample-data/{name} is stale: write it anew with `groundswell simulate`");
    }
    assert!(shipped[0].1.len() < 6_000_000, "referrals.csv has grown past 6 MB");
}

#[test]
fn the_same_seed_makes_the_same_bytes_and_another_seed_others() {
    let once = small("seed = 5");
    assert!(bytes(&once) == bytes(&small("seed = 5")));
    assert!(once.referrals != small("seed = 6").referrals);
}

#[test]
fn the_monthly_file_counts_the_referrals_file() {
    let files = bytes(&SHIPPED);
    let text = |file: usize| String::from_utf8(files[file].clone()).expect("text");
    let mut counted: BTreeMap<String, u64> = BTreeMap::new();
    for line in text(0).lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        assert_eq!(cells.len(), 18, "{line}");
        *counted.entry(format!("{}-01,{},{}", &cells[1][..7], cells[3], cells[5])).or_default() += 1;
    }
    let monthly = text(1);
    let mut keys = BTreeSet::new();
    for line in monthly.lines().skip(1) {
        let (key, count) = line.rsplit_once(',').expect("four cells");
        assert_eq!(counted.get(key).copied().unwrap_or(0), count.parse::<u64>().expect("a count"), "{key}");
        assert!(keys.insert(key));
    }
    assert_eq!(keys.len(), 120 * 11 * 5);
    assert!(counted.keys().all(|key| keys.contains(key.as_str())));
}

#[test]
fn the_dictionary_names_every_column_of_every_file() {
    let files = bytes(&SHIPPED);
    let dictionary = String::from_utf8(files[3].clone()).expect("text");
    for file in &files[..2] {
        let header = file.split(|byte| *byte == b'\n').next().expect("a header");
        for column in String::from_utf8(header.to_vec()).expect("text").split(',') {
            assert!(dictionary.contains(&format!("| `{column}` |")), "{column}");
        }
    }
    let truth: serde_json::Value = serde_json::from_slice(&files[2]).expect("JSON");
    for source in truth["sources"][0].as_object().expect("an object").keys().filter(|key| *key != "label") {
        assert!(dictionary.contains(&format!("| `sources[].{source}` |")), "{source}");
    }
}

#[test]
fn the_folder_takes_its_files_and_keeps_others() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("groundswell.toml"), "kept").expect("written");
    let written = write_folder(&small(""), folder.path()).expect("written");
    assert_eq!(written.len(), 5);
    assert!(written.iter().all(|path| path.metadata().is_ok_and(|file| file.len() > 500)));
    assert!(folder.path().join("groundswell.toml").is_file());
    let error = write_folder(&small(""), &folder.path().join("groundswell.toml")).expect_err("a file is no folder");
    assert!(error.to_string().contains("groundswell.toml"), "{error}");
}
