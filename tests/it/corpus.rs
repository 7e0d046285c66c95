//! Every input that fuzzing saved, read by the same functions as the fuzz targets read theirs by (`fuzz/README.md`).

use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

#[path = "../../fuzz/src/promises/mod.rs"]
mod promises;

/// How much may be saved in all, in bytes: the corpus is for remembering, not for searching.
const MOST: u64 = 1 << 20;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

/// The names in a folder, without their endings.
fn names(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(fuzz().join(folder)).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned()).collect()
}

#[test]
fn every_saved_input_keeps_its_promise() {
    let (mut broken, mut size) = (Vec::new(), 0);
    for (name, keeps) in promises::ALL {
        let folder = fuzz().join("corpus").join(name);
        let mut inputs: Vec<PathBuf> =
            fs::read_dir(&folder).expect("saved inputs").map(|entry| entry.expect("an entry").path()).collect();
        inputs.sort();
        assert!(!inputs.is_empty(), "{} is empty", folder.display());
        for path in inputs {
            let bytes = fs::read(&path).expect("an input");
            size += bytes.len() as u64;
            // The panic has been printed.
            if catch_unwind(AssertUnwindSafe(|| keeps(&bytes))).is_err() {
                broken.push(path.display().to_string());
            }
        }
    }
    assert!(broken.is_empty(), "promises are broken for\n{}", broken.join("\n"));
    assert!(size <= MOST, "the saved inputs have grown to {size} bytes; minimise them (fuzz/README.md)");
}

#[test]
fn every_promise_has_a_target_a_dictionary_and_saved_inputs() {
    let promised: BTreeSet<String> = promises::ALL.iter().map(|(name, _)| (*name).to_owned()).collect();
    for folder in ["fuzz_targets", "dictionaries", "corpus"] {
        assert_eq!(names(folder), promised, "{folder}");
    }
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).expect("a manifest");
    let manifest: toml::Table = manifest.parse().expect("TOML");
    let targets = manifest["bin"].as_array().expect("binaries");
    let named: BTreeSet<String> = targets.iter().filter_map(|bin| Some(bin["name"].as_str()?.to_owned())).collect();
    assert_eq!(named, promised);
}
