//! Attacks on whole packs, from the bytes that are published and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use groundswell::math::random::stream;
use rand::RngExt;
use tempfile::TempDir;

use super::reader::{Key, Release, Told, Truth, attack};
use super::tables::Outcome;
use crate::commands::{groundswell, output};

const AREAS: [&str; 3] = ["East", "North", "West"];
const SOURCES: [&str; 4] = ["Education", "Health", "Housing", "Police"];

/// How many months the first pack knows.
const FIRST: usize = 40;

/// A made-up authority: what its extract says of each month, month after month.
struct Authority {
    counts: BTreeMap<(usize, usize, usize), u32>,
    seed: u64,
}

impl Authority {
    fn count(&self, area: usize, source: usize, month: usize) -> u32 {
        let usual = [[140, 37, 3, 260], [90, 23, 2, 170], [8, 4, 1, 31]][area][source];
        let mut random = stream(self.seed, &[area as u64, source as u64, month as u64]);
        let season = [12, 10, 13, 10, 12, 13, 9, 2, 11, 12, 13, 7][month % 12];
        let about = usual * season / 10;
        random.random_range(about * 3 / 4..=about * 5 / 4 + 2)
    }

    /// The extract of a month: two months before it are completed a little.
    fn know(&mut self, months: usize) {
        for area in 0..AREAS.len() {
            for source in 0..SOURCES.len() {
                for month in 0..months {
                    let age = months - 1 - month;
                    let late = u32::from(age < 2 && (area + source + month) % 3 == 0);
                    let count = self.count(area, source, month).saturating_sub(late);
                    self.counts.insert((area, source, month), count);
                }
            }
        }
    }

    fn csv(&self) -> String {
        let mut text = String::from("area,source,month,referrals\n");
        for ((area, source, month), count) in &self.counts {
            text += &format!("{},{},{},{count}\n", AREAS[*area], SOURCES[*source], name(*month));
        }
        text
    }

    fn truth(&self) -> Truth {
        let mut truth = Truth::new();
        for ((area, source, month), count) in &self.counts {
            for (area, source) in
                [(AREAS[*area], SOURCES[*source]), ("*", SOURCES[*source]), (AREAS[*area], "*"), ("*", "*")]
            {
                let key = vec![area.to_owned(), source.to_owned(), format!("{}-01", name(*month))];
                *truth.entry(key).or_default() += f64::from(*count);
            }
        }
        truth
    }
}

fn name(month: usize) -> String {
    format!("{}-{:02}", 2019 + month / 12, month % 12 + 1)
}

/// Publishes so many monthly packs into one folder and attacks each with all of them.
pub fn attack_packs(seed: u64, packs: usize) -> Outcome {
    let folder = TempDir::new().expect("a temporary folder");
    let line_up = "schema = 1\nname = \"short\"\ndescription = \"Last year again.\"\n[[group]]\nmembers = [{ model = \"seasonal_naive\" }]\n";
    let project = "schema = 1\n[project]\ntitle = \"Referrals\"\nauthority = \"Testshire\"\n[input]\nfiles = [\"counts.csv\"]\nformat = \"counts\"\n\
                   dimensions = [\"area\", \"source\"]\n[forecast]\nline_up = \"short.toml\"\npaths = 100\n[backtest]\norigins = 2\n\
                   [publish]\nprofile = \"dfe-cin\"\n";
    fs::write(folder.path().join("short.toml"), line_up).expect("a file");
    fs::write(folder.path().join("groundswell.toml"), project).expect("a file");
    let mut authority = Authority { counts: BTreeMap::new(), seed };
    let (mut releases, mut truths) = (Vec::new(), Vec::new());
    for pack in 0..packs {
        authority.know(FIRST + pack);
        fs::write(folder.path().join("counts.csv"), authority.csv()).expect("a file");
        output(groundswell(folder.path()).args(["--jobs", "1", "run", "--quiet"]), 0);
        let path = current(&folder.path().join("packs"));
        let release = history(&path);
        says_the_same_everywhere(&path, &release);
        tells_no_hidden_number(&path, &release, &authority.truth());
        releases.push(release);
        truths.push(authority.truth());
    }
    let mut outcome = Outcome::default();
    for target in 0..packs {
        let (attacked, exposed) = attack(&releases, &truths, target, &|_| 0.0);
        outcome.attacked += attacked;
        outcome.cells += releases[target].len();
        let (small, large): (Vec<_>, Vec<_>) = exposed.into_iter().partition(|one| one.truth <= 5.0);
        outcome.told += large.len();
        assert!(small.is_empty(), "authority {seed}, pack {target}: {small:?}");
    }
    outcome
}

pub fn current(packs: &Path) -> PathBuf {
    let latest = fs::read_to_string(packs.join("latest.json")).expect("a pointer");
    let latest: serde_json::Value = serde_json::from_str(&latest).expect("JSON");
    packs.join(latest["pack"].as_str().expect("a name"))
}

/// The rows of a CSV file by column name. The made-up labels hold no comma; quoted sentences are not read here.
pub fn csv(path: &Path) -> Vec<BTreeMap<String, String>> {
    let text = fs::read_to_string(path).expect("a file");
    let mut lines = text.lines().filter(|line| !line.contains('"'));
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    lines
        .map(|line| header.iter().map(|name| (*name).to_owned()).zip(line.split(',').map(str::to_owned)).collect())
        .collect()
}

fn told(text: &str) -> Option<Told> {
    match text {
        "[x]" | "" => None,
        "[c]" => Some(Told::Hidden),
        number => Some(Told::Number(number.parse().expect("a number or a mark"))),
    }
}

/// `history.csv`, as it stands.
pub fn history(pack: &Path) -> Release {
    let rows = csv(&pack.join("history.csv"));
    let cell = |row: &BTreeMap<String, String>| {
        let key: Key = ["area", "source", "ds"].map(|column| row[column].clone()).to_vec();
        told(&row["y"]).map(|told| (key, told))
    };
    rows.iter().filter_map(cell).collect()
}

/// Every other table that shows an observed count shows what the history shows.
fn says_the_same_everywhere(pack: &Path, history: &Release) {
    let json = fs::read_to_string(pack.join("history.json")).expect("a table");
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    for row in json["rows"].as_array().expect("rows") {
        let key: Key =
            ["area", "source", "ds"].map(|column| row[column].as_str().expect("a label").to_owned()).to_vec();
        let said = row["y"].as_f64().map(Told::Number).or(row["marks"].as_str().map(|_| Told::Hidden));
        assert_eq!(said.filter(|_| row["marks"] != "y:x"), history.get(&key).copied(), "history.json, {key:?}");
    }
    let total = |date: &str| history.get(&vec!["*".to_owned(), "*".to_owned(), date.to_owned()]).copied();
    let mut compared = 0;
    for row in csv(&pack.join("recent.csv")) {
        assert_eq!(told(&row["y"]), total(&row["ds"]), "recent.csv, {}", row["ds"]);
        compared += 1;
    }
    for row in csv(&pack.join("vintages.csv")) {
        let key: Key = ["area", "source", "ds"].map(|column| row[column].clone()).to_vec();
        assert_eq!(told(&row["y"]), history.get(&key).copied(), "vintages.csv, {key:?}");
    }
    for chart in ["history-and-forecast", "last-forecasts"] {
        for row in csv(&pack.join(format!("charts/{chart}.csv"))).iter().filter(|row| !row["observed"].is_empty()) {
            assert_eq!(
                told(&row["observed"]),
                total(&format!("{}-01", row["period"])),
                "{chart}.csv, {}",
                row["period"]
            );
            compared += 1;
        }
    }
    assert!(compared > 40, "only {compared} figures stand in two places");
}

/// No text of the pack, of any kind of file, holds a number that is hidden and stands nowhere among those shown.
fn tells_no_hidden_number(pack: &Path, history: &Release, truth: &Truth) {
    let mut files = vec![pack.join("report.html")];
    for folder in [pack.to_owned(), pack.join("charts")] {
        let inside = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
        files.extend(
            inside.filter(|path| path.extension().is_some_and(|end| end == "csv" || end == "json" || end == "svg")),
        );
    }
    let shown: BTreeSet<u64> = history
        .values()
        .filter_map(|told| if let Told::Number(number) = told { Some(*number as u64) } else { None })
        .collect();
    // Estimates are multiples of five, and small numbers stand in dates and as counts of things.
    let secret: BTreeSet<u64> = history
        .iter()
        .filter(|(_, told)| **told == Told::Hidden)
        .map(|(key, _)| truth[key] as u64)
        .filter(|number| *number > 31 && number % 5 != 0 && !shown.contains(number))
        .collect();
    for path in files
        .iter()
        .filter(|path| !["manifest.json", "run.json", "sbom.cdx.json"].iter().any(|name| path.ends_with(name)))
    {
        let text = words(&fs::read_to_string(path).expect("text")).replace("SHA-256", "");
        let numbers: BTreeSet<u64> = text
            .split(|letter: char| !letter.is_alphanumeric() && letter != ',' && letter != '.')
            .filter_map(|word| word.trim_matches([',', '.']).replace(',', "").parse().ok())
            .collect();
        let told: Vec<&u64> = numbers.intersection(&secret).collect();
        // Percentages and model names may be the same number by chance; a figure of this size hardly is.
        assert!(told.is_empty(), "{}: {told:?}", path.display());
    }
}

/// What a person reads of a page or picture: text, titles and descriptions, no markup, style or font. Other files are
/// read as they are, their commas as spaces.
fn words(text: &str) -> String {
    if !text.trim_start().starts_with('<') {
        return text.replace(',', " ");
    }
    let mut words = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        words += &rest[..start];
        words.push(' ');
        rest = &rest[start..];
        let closing =
            ["style", "script"].iter().find(|name| rest[1..].starts_with(**name)).map(|name| format!("</{name}>"));
        let end = match closing {
            Some(closing) => rest.find(&closing),
            None => rest.find('>'),
        };
        rest = &rest[end.map_or(rest.len(), |end| end + 1)..];
    }
    words + rest
}
