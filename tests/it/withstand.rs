//! Files of every format with bytes flipped, cut, doubled and swapped for what breaks parsers: every reader ends with
//! events and findings, or with one line that gives no child away. Never a panic.
//!
//! A few hundred broken files run with the other tests, chosen by a fixed seed. More of them:
//!
//! ```sh
//! GROUNDSWELL_WITHSTAND=100000 cargo test --test it withstand -- --ignored --nocapture
//! ```
//!
//! Parquet and Arrow files aren't among them: a flipped size in one can make Polars ask for more memory than there is,
//! which ends a process that safe code can't save (`docs/reliability.md`).

use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};

use groundswell::math::random::stream;
use groundswell::pipeline;
use groundswell::project::{LineUp, RunPlan, load_scenario};
use groundswell::simulate::{Dirt, FileFormat, SimulationOptions, simulate, write_format};
use rand::{Rng, RngExt};
use tempfile::TempDir;

use crate::commands::two_series;

/// What breaks parsers: marks of CSV, XML, TOML and zip, numbers and dates at and beyond their ends, odd text.
const TOKENS: [&[u8]; 30] = [
    b"\"",
    b",",
    b"\n",
    b"\r",
    b"\0",
    b"<",
    b">",
    b"&",
    b"]]>",
    b"<!DOCTYPE a>",
    b"<![CDATA[",
    b"&#0;",
    b"&#xD800;",
    b"</Child>",
    b"<Child>",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xc3",
    b"1e999",
    b"-1",
    b"99999999999999999999",
    b"NaN",
    b"31/02/2020",
    b"9999-12-31",
    b"0000-00-00",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"= [[",
    b"'''",
    b"=1+1",
];

/// How every identifier that the simulator writes begins.
const IDENTIFIER: &str = "SYN-0";

/// A sound file, and by what a broken one is read.
struct Sound {
    name: String,
    bytes: Vec<u8>,
    /// What stands in the folder with it, sound.
    beside: Vec<(String, Vec<u8>)>,
    read: fn(&Path) -> Result<(), String>,
}

fn check(path: &Path) -> Result<(), String> {
    let checked = pipeline::check(&[path.to_owned()], &mut |_| {}).map_err(|error| error.to_string())?;
    // Findings are messages too.
    let findings = checked.to_string();
    if findings.contains(IDENTIFIER) { Err(findings) } else { Ok(()) }
}

/// A list of Annex A, in the folder that holds it.
fn check_folder(path: &Path) -> Result<(), String> {
    check(path.parent().expect("a folder"))
}

fn plan(path: &Path) -> Result<(), String> {
    RunPlan::load(path).map(drop).map_err(|error| error.to_string())
}

fn scenario(path: &Path) -> Result<(), String> {
    load_scenario(&path.to_string_lossy(), Path::new("")).map(drop).map_err(|error| error.to_string())
}

fn line_up(path: &Path) -> Result<(), String> {
    LineUp::load(&path.to_string_lossy(), Path::new("")).map(drop).map_err(|error| error.to_string())
}

/// A file of each kind that a user hands over, small ones.
fn sound_files() -> Vec<Sound> {
    let options = "first_month = '2021-04'\nmonths = 12\nreferrals_per_month = 60.0\nseed = 3";
    let simulated = simulate(&SimulationOptions::from_toml(options).expect("valid")).expect("simulated");
    let mut found = Vec::new();
    for format in FileFormat::ALL {
        let folder = TempDir::new().expect("a temporary folder");
        let written = write_format(&simulated, format, &Dirt::none(), folder.path()).expect("written");
        let all: Vec<(String, Vec<u8>)> = written
            .files
            .iter()
            .map(|path| {
                let name = path.strip_prefix(folder.path()).expect("in the folder").to_string_lossy().into_owned();
                (format!("{}/{name}", format.name()), fs::read(path).expect("a file"))
            })
            .collect();
        for (name, bytes) in &all {
            // A list of Annex A is read with those of its extract.
            let lists = format == FileFormat::AnnexA;
            let folder_of = |name: &str| name.rsplit_once('/').map(|(folder, _)| folder.to_owned());
            let beside = all.iter().filter(|(other, _)| lists && other != name && folder_of(other) == folder_of(name));
            let beside = beside.cloned().collect();
            let read = if lists { check_folder } else { check };
            found.push(Sound { name: name.clone(), bytes: bytes.clone(), beside, read });
        }
    }
    found.push(Sound {
        name: "counts.csv".to_owned(),
        bytes: two_series().into_bytes(),
        beside: Vec::new(),
        read: check,
    });
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (file, read) in [
        ("sample-data/groundswell.toml", plan as fn(&Path) -> Result<(), String>),
        ("models/scenarios/second-lockdown.toml", scenario),
        ("models/line-ups/referrals.toml", line_up),
    ] {
        let name = Path::new(file).file_name().expect("a name").to_string_lossy().into_owned();
        found.push(Sound { name, bytes: fs::read(root.join(file)).expect(file), beside: Vec::new(), read });
    }
    found
}

/// One to four changes.
fn broken(bytes: &[u8], rng: &mut impl Rng) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..rng.random_range(1..5) {
        let at = rng.random_range(0..=bytes.len());
        let end = rng.random_range(at..=bytes.len().min(at + 64));
        match rng.random_range(0..7) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again);
            }
            3 if at < bytes.len() => bytes[at] ^= 1 << rng.random_range(0..8),
            4 if at < bytes.len() => bytes[at] = rng.random(),
            _ => {
                let token = TOKENS[rng.random_range(0..TOKENS.len())];
                bytes.splice(at..at, token.iter().copied());
            }
        }
    }
    bytes
}

/// Reads so many broken files of each kind; gives how many were refused, and how many in all.
fn withstand(each: u64) -> (u64, u64) {
    let folder = TempDir::new().expect("a temporary folder");
    let (mut refused, mut read) = (0, 0);
    for (kind, sound) in (0..).zip(sound_files()) {
        let path: PathBuf = folder.path().join(&sound.name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        for (name, bytes) in &sound.beside {
            fs::write(folder.path().join(name), bytes).expect("a file");
        }
        fs::write(&path, &sound.bytes).expect("a file");
        let whole = (sound.read)(&path);
        assert!(
            whole.is_ok() || whole.as_ref().is_err_and(|said| said.contains("no complete")),
            "{}: {whole:?}",
            sound.name
        );
        for number in 0..each {
            let bytes = broken(&sound.bytes, &mut stream(71, &[kind, number]));
            fs::write(&path, &bytes).expect("a file");
            let result = panic::catch_unwind(AssertUnwindSafe(|| (sound.read)(&path)));
            let result = result.unwrap_or_else(|_| panic!("{}, file {number}: a panic", sound.name));
            read += 1;
            if let Err(said) = result {
                refused += 1;
                assert!(!said.is_empty() && said.len() < 2000, "{}, file {number}: {said}", sound.name);
                assert!(!said.contains(IDENTIFIER), "{}, file {number} gives a child away", sound.name);
            }
        }
    }
    (refused, read)
}

#[test]
fn readers_withstand_a_few_hundred_broken_files() {
    let (refused, read) = withstand(40);
    // Were all refused, nothing would be read past the header; were none, nothing would be looked at.
    assert!(refused > read / 20 && refused < read, "{refused} of {read} were refused");
}

#[test]
#[expect(clippy::print_stderr, reason = "tells the figures of docs/reliability.md")]
#[ignore = "takes minutes: GROUNDSWELL_WITHSTAND says how many broken files of each kind"]
fn readers_withstand_as_many_broken_files_as_are_asked_for() {
    let each = std::env::var("GROUNDSWELL_WITHSTAND").ok().and_then(|text| text.parse().ok()).unwrap_or(10_000);
    let (refused, read) = withstand(each);
    eprintln!("{refused} of {read} broken files were refused, none with a panic");
}
