//! Two packs side by side, read from what they published.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{Compared, Comparison};
use crate::batch;
use crate::panel::TOTAL;
use crate::pipeline::Error;
use crate::pipeline::scenario::{LedgerLine, with_sign};

/// A table of a pack, as its JSON file has it.
#[derive(Debug, Deserialize)]
struct Table {
    profile: String,
    marking: Option<String>,
    rows: Vec<Row>,
}

/// A row of `forecasts.json`.
#[derive(Debug, Deserialize)]
struct Row {
    unique_id: String,
    ds: String,
    mean: Option<f64>,
    median: Option<f64>,
}

/// Two packs side by side: the forecasts of the periods that both have, and by which series they differ. The folder of
/// the packs stands for its current one.
///
/// # Errors
/// Where a folder is no pack, the packs follow different rules of disclosure control, or they share no period.
pub fn compare_packs(folders: [&Path; 2]) -> Result<Comparison, Error> {
    let [first, second] = folders.map(|folder| -> Result<(Table, PathBuf), Error> {
        let pack = batch::pack_or_current(folder)?;
        Ok((read(&pack)?, pack))
    });
    let ((first, first_path), (second, second_path)) = (first?, second?);
    if first.profile != second.profile {
        let (one, other) = (first.profile, second.profile);
        return Err(Error::Usage(format!(
            "one pack is protected as `{one}`, the other as `{other}`; figures of both side by side would undo the rule"
        )));
    }
    let months = |table: &Table| table.rows.iter().map(|row| row.ds.clone()).collect::<BTreeSet<String>>();
    let shared: Vec<String> = months(&first).intersection(&months(&second)).cloned().collect();
    if shared.is_empty() {
        return Err(Error::Usage("the two packs forecast no period in common".to_owned()));
    }
    let is_total = |id: &str| id.split('/').all(|label| label == TOTAL);
    let is_leaf = |id: &str| id.split('/').all(|label| label != TOTAL);
    let total = |table: &Table, ds: &str| {
        let alone = table.rows.iter().map(|row| row.unique_id.as_str()).collect::<BTreeSet<_>>().len() == 1;
        table.rows.iter().find(|row| row.ds == ds && (alone || is_total(&row.unique_id))).and_then(|row| row.median)
    };
    let mut rows = Vec::new();
    for ds in &shared {
        rows.push(compared(ds.get(..7).unwrap_or(ds), [total(&first, ds), total(&second, ds)]));
    }
    // Figures that aren't shown add nothing.
    let by_leaf = |table: &Table| {
        let mut sums: BTreeMap<String, f64> = BTreeMap::new();
        for row in table.rows.iter().filter(|row| is_leaf(&row.unique_id) && shared.contains(&row.ds)) {
            *sums.entry(row.unique_id.clone()).or_default() += row.mean.unwrap_or(0.0);
        }
        sums
    };
    let (before, after) = (by_leaf(&first), by_leaf(&second));
    let mut lines = vec![line("A", before.values().sum())];
    let leaves: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for leaf in leaves {
        let of = |sums: &BTreeMap<String, f64>| sums.get(leaf).copied().unwrap_or(0.0);
        let change = of(&after) - of(&before);
        if change != 0.0 {
            lines.push(line(leaf, change));
        }
    }
    lines.push(line("B", after.values().sum()));
    let name = |path: &PathBuf| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    Ok(Comparison {
        marking: first.marking,
        measure: "forecast".to_owned(),
        sides: [name(&first_path), name(&second_path)],
        level: None,
        rows,
        ledgers: vec![lines],
        work: Vec::new(),
        note: "Middles of the forecasts of the periods that both packs have; below, by series, the means of those \
               figures that may be shown, so that they add up among themselves."
            .to_owned(),
    })
}

fn compared(period: &str, figures: [Option<f64>; 2]) -> Compared {
    let shown = |figure: Option<f64>| figure.map_or("[c]".to_owned(), |value| format!("{:.0}", value.round()));
    let difference = match figures {
        [Some(first), Some(second)] => with_sign(&format!("{:.0}", (second - first).round() + 0.0)),
        _ => "[c]".to_owned(),
    };
    Compared { period: period.to_owned(), figures: figures.map(shown), difference: vec![difference] }
}

fn line(lever: &str, adds: f64) -> LedgerLine {
    LedgerLine { lever: lever.to_owned(), adds: format!("{:.0}", adds.round() + 0.0) }
}

fn read(pack: &Path) -> Result<Table, Error> {
    let path = pack.join("forecasts.json");
    let text = fs::read_to_string(&path).map_err(|source| Error::Unreadable { path: path.clone(), source })?;
    serde_json::from_str(&text).map_err(|error| {
        let source = std::io::Error::new(std::io::ErrorKind::InvalidData, error.to_string());
        Error::Unreadable { path, source }
    })
}
