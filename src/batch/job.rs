//! What decides the outputs, and its fingerprint.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::BatchError;

/// One input file as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// The file as the project file names it; no part of the key, so a moved folder is the same job.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// The SHA-256 of its bytes, in lower-case hexadecimal.
    pub sha256: String,
    /// How many rows were read, once that is known; no part of the key.
    pub rows: Option<u64>,
}

impl Input {
    /// Reads a file once for its size and fingerprint, whatever its size in little memory.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn of_file(name: impl Into<String>, path: &Path) -> Result<Input, BatchError> {
        let (bytes, sha256) = fingerprint(path)?;
        Ok(Input { name: name.into(), bytes, sha256, rows: None })
    }
}

/// What decides a pack's outputs: the same job gives the same bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// The program and its version.
    pub engine: String,
    /// The plan as resolved.
    pub plan: Value,
    /// The seed of every random stream.
    pub seed: u64,
    /// The inputs, in the plan's order.
    pub inputs: Vec<Input>,
}

impl Job {
    /// The job's fingerprint: SHA-256 over the inputs' fingerprints, the plan, the engine and the seed.
    ///
    /// The order of names inside the plan doesn't matter; the order of the inputs does.
    pub fn key(&self) -> Key {
        let mut hasher = Sha256::new();
        // Names the encoding below, so that a later one can't collide with it.
        absorb_text(&mut hasher, "groundswell job 1");
        absorb_text(&mut hasher, &self.engine);
        absorb_text(&mut hasher, &self.seed.to_string());
        hasher.update((self.inputs.len() as u64).to_le_bytes());
        for input in &self.inputs {
            absorb_text(&mut hasher, &input.sha256);
        }
        absorb(&mut hasher, &self.plan);
        Key(hexadecimal(&hasher.finalize()))
    }
}

/// A job's fingerprint: 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(String);

impl Key {
    #[cfg(test)]
    pub(super) fn of(digits: &str) -> Key {
        Key(digits.to_owned())
    }

    /// The first eight digits, which tell packs of one month apart.
    pub fn short(&self) -> &str {
        self.0.get(..8).unwrap_or(&self.0)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Adds a value to the fingerprint: a tag for its kind, a length before what has one, names in order.
fn absorb(hasher: &mut Sha256, value: &Value) {
    match value {
        Value::Null => hasher.update(b"n"),
        Value::Bool(yes) => hasher.update(if *yes { b"t" } else { b"f" }),
        Value::Number(number) => {
            hasher.update(b"d");
            absorb_text(hasher, &number.to_string());
        }
        Value::String(text) => {
            hasher.update(b"s");
            absorb_text(hasher, text);
        }
        Value::Array(items) => {
            hasher.update(b"a");
            hasher.update((items.len() as u64).to_le_bytes());
            items.iter().for_each(|item| absorb(hasher, item));
        }
        Value::Object(entries) => {
            hasher.update(b"o");
            hasher.update((entries.len() as u64).to_le_bytes());
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by_key(|(name, _)| *name);
            for (name, item) in entries {
                absorb_text(hasher, name);
                absorb(hasher, item);
            }
        }
    }
}

fn absorb_text(hasher: &mut Sha256, text: &str) {
    hasher.update((text.len() as u64).to_le_bytes());
    hasher.update(text.as_bytes());
}

/// A file's size in bytes and SHA-256 in lower-case hexadecimal.
pub(super) fn fingerprint(path: &Path) -> Result<(u64, String), BatchError> {
    let mut file = File::open(path).map_err(BatchError::io("read", path))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    let mut bytes = 0;
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok((bytes, hexadecimal(&hasher.finalize()))),
            Ok(read) => {
                hasher.update(&buffer[..read]);
                bytes += read as u64;
            }
            Err(source) if source.kind() == io::ErrorKind::Interrupted => {}
            Err(source) => return Err(BatchError::io("read", path)(source)),
        }
    }
}

/// The SHA-256 of bytes in lower-case hexadecimal.
pub(super) fn fingerprint_of(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn input(sha256: &str) -> Input {
        Input { name: "referrals.csv".into(), bytes: 3, sha256: sha256.into(), rows: None }
    }

    fn job() -> Job {
        Job { engine: "groundswell 0.1.0".into(), plan: json!({"horizon": 12}), seed: 7, inputs: vec![input("aa")] }
    }

    #[test]
    fn a_file_has_the_published_fingerprint_of_its_bytes() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("abc");
        std::fs::write(&path, "abc").expect("file");
        let input = Input::of_file("abc", &path).expect("input");
        // FIPS 180-4's example: SHA-256 of "abc".
        assert_eq!(input.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(input.bytes, 3);
    }

    #[test]
    fn every_part_of_the_job_changes_its_key() {
        let base = job();
        let others = [
            Job { engine: "groundswell 0.2.0".into(), ..job() },
            Job { seed: 8, ..job() },
            Job { plan: json!({"horizon": 13}), ..job() },
            Job { inputs: vec![input("ab")], ..job() },
            Job { inputs: vec![input("aa"), input("aa")], ..job() },
            Job { inputs: vec![], ..job() },
        ];
        let mut keys: Vec<String> = others.iter().chain([&base]).map(|job| job.key().to_string()).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), 7);
    }

    #[test]
    fn neither_a_moved_file_nor_its_row_count_nor_the_order_of_names_changes_the_key() {
        let plan = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
        let one = Job { plan: plan(r#"{"a": 1, "b": {"c": 2, "d": 3}}"#), ..job() };
        let moved = Input { name: "/elsewhere/referrals.csv".into(), rows: Some(9), ..input("aa") };
        let two = Job { plan: plan(r#"{"b": {"d": 3, "c": 2}, "a": 1}"#), inputs: vec![moved], ..job() };
        assert_eq!(one.key(), two.key());
    }

    #[test]
    fn values_that_read_alike_when_strung_together_have_different_keys() {
        let key = |plan: Value| Job { plan, ..job() }.key();
        // `s` is the tag before a text.
        assert_ne!(key(json!(["as", "b"])), key(json!(["a", "sb"])));
        assert_ne!(key(json!(1)), key(json!("1")));
        assert_ne!(key(json!([[1], 2])), key(json!([[1, 2]])));
        assert_ne!(key(json!(null)), key(json!({})));
    }

    #[test]
    fn the_short_key_is_the_first_eight_digits() {
        let key = job().key();
        assert_eq!(key.to_string().len(), 64);
        assert!(key.to_string().starts_with(key.short()));
        assert_eq!(key.short().len(), 8);
    }
}
