//! Two packs side by side, read from what they published.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{Compared, Comparison};
use crate::batch;
use crate::panel::TOTAL;
use crate::pipeline::Error;
use crate::pipeline::scenario::{LedgerLine, with_sign};
use crate::publish::{NEXT_YEAR, TableOfPack, read_table};

/// The forecasts of a pack.
type Table = TableOfPack<Row>;

/// A row of `forecasts`.
#[derive(Debug, Deserialize)]
struct Row {
    unique_id: String,
    ds: String,
    mean: Option<f64>,
    median: Option<f64>,
}

/// A row of `yearly`.
#[derive(Debug, Deserialize)]
struct Year {
    unique_id: String,
    window: String,
    from: String,
    to: String,
    mean: Option<f64>,
}

/// What a ledger calls the part of a change that no shown figure tells of.
const NOT_TOLD: &str = "not shown, and rounding";

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
    let mut rows = Vec::new();
    for ds in &shared {
        let median = |table: &Table| table.total(ds).and_then(|row| row.median);
        rows.push(compared(ds.get(..7).unwrap_or(ds), [median(&first), median(&second)]));
    }
    let totals = totals([(&first, &first_path), (&second, &second_path)], &shared);
    let (ledger, note) = match totals {
        Some(totals) => ledger([&first, &second], &shared, totals),
        None => (Vec::new(), "The packs don't show the total of these periods, so nothing is said of the series."),
    };
    let name = |path: &PathBuf| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    Ok(Comparison {
        marking: first.marking,
        measure: "forecast".to_owned(),
        sides: [name(&first_path), name(&second_path)],
        level: None,
        rows,
        ledgers: if ledger.is_empty() { Vec::new() } else { vec![ledger] },
        work: Vec::new(),
        note: format!("Middles of the forecasts of the periods that both packs have. {note}"),
    })
}

impl Table {
    /// The row of all series together in a period.
    fn total(&self, ds: &str) -> Option<&Row> {
        let alone = self.rows.iter().map(|row| row.unique_id.as_str()).collect::<BTreeSet<_>>().len() == 1;
        let is_total = |id: &str| alone || id.split('/').all(|label| label == TOTAL);
        self.rows.iter().find(|row| row.ds == ds && is_total(&row.unique_id))
    }

    /// The means of the series below all totals, by series and period, as far as they are shown.
    fn leaves(&self) -> BTreeMap<(&str, &str), f64> {
        let is_leaf = |id: &str| id.split('/').all(|label| label != TOTAL);
        let leaves = self.rows.iter().filter(|row| is_leaf(&row.unique_id));
        leaves.filter_map(|row| Some(((row.unique_id.as_str(), row.ds.as_str()), row.mean?))).collect()
    }
}

/// The published totals of the periods that both packs have, on average: those of the year ahead where it is those very
/// periods, which are rounded once, or else the sums of the months. `None` where a month's total isn't shown.
fn totals(packs: [(&Table, &PathBuf); 2], shared: &[String]) -> Option<[f64; 2]> {
    let years = packs.map(|(table, path)| {
        let id = table.total(shared.first()?)?.unique_id.clone();
        year_ahead(path, &id).filter(|(from, to, _)| Some(from) == shared.first() && Some(to) == shared.last())
    });
    if let [Some((.., first)), Some((.., second))] = years {
        return Some([first, second]);
    }
    let sum = |table: &Table| shared.iter().map(|ds| table.total(ds)?.mean).sum::<Option<f64>>();
    Some([sum(packs[0].0)?, sum(packs[1].0)?])
}

/// First and last day of the year ahead in a pack's table of years, and the mean of a series in it; `None` where the pack
/// shows none or has no such file.
fn year_ahead(pack: &Path, id: &str) -> Option<(String, String, f64)> {
    let years: TableOfPack<Year> = read_table(pack, "yearly").ok()?;
    let year = years.rows.into_iter().find(|year| year.unique_id == id && year.window == NEXT_YEAR)?;
    Some((year.from, year.to, year.mean?))
}

/// What leads from one total to the other: by series, the periods that both packs show, and last what can't be told.
fn ledger(tables: [&Table; 2], shared: &[String], totals: [f64; 2]) -> (Vec<LedgerLine>, &'static str) {
    let [first, second] = tables.map(Table::leaves);
    let mut changes: BTreeMap<&str, f64> = BTreeMap::new();
    for (key, before) in &first {
        if let Some(after) = second.get(key).filter(|_| shared.iter().any(|ds| ds == key.1)) {
            *changes.entry(key.0).or_default() += after - before;
        }
    }
    let told: f64 = changes.values().sum();
    let mut lines = vec![line("A", totals[0])];
    lines.extend(changes.iter().filter(|(_, change)| **change != 0.0).map(|(series, change)| line(series, *change)));
    let left = totals[1] - totals[0] - told;
    if left != 0.0 {
        lines.push(line(NOT_TOLD, left));
    }
    lines.push(line("B", totals[1]));
    let note = "Below them, from the one total to the other as the packs publish them: by series, the figures that both \
                packs show, and in one line what comes of figures that aren't shown and of rounding.";
    (lines, note)
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
    read_table(pack, "forecasts").map_err(|source| Error::Unreadable { path: pack.join("forecasts.json"), source })
}
