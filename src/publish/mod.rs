//! What goes out: tables, charts and the report of a pack.
//!
//! In: [`PackContents`], whose every figure is in a [`ProtectedTable`]. Out: the
//! files of a pack in a folder ([`write()`]), and wide forecasts of many series, block by block ([`tables`]). Charts,
//! sentences and alternative text are made here from protected cells only. The same contents give the same bytes.
//!
//! This room works out no forecast, decides nothing about disclosure, and doesn't publish atomically: whoever calls it
//! names a folder that no reader looks into yet.

mod charts;
mod contents;
mod earlier;
mod futures;
mod parquet;
mod pathway;
mod placements;
mod report;
mod sentences;
mod series;
mod sheet;
pub mod tables;
#[cfg(test)]
mod tests;
mod text_files;
mod words;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub use contents::{ALL_ORIGINS, Input, Lockdown, NEXT_YEAR, PackContents, findings_table};
pub use pathway::{PathwayContents, RestsOn};
pub use placements::PlacementContents;

pub use futures::{BASELINE, Futures, HORIZON, PERIOD, SupposedScenario};

use crate::disclosure::{Profile, ProtectedTable};
pub use earlier::{EarlierForecast, EarlierPack, read_earlier};
pub use sentences::holds;
pub use text_files::field as csv_field;

use series::PackSeries;
use sheet::Sheet;

/// Why a pack can't be written.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// A table follows another rule than the pack.
    #[error("table `{table}` is protected as `{table_profile}`, the pack is `{pack_profile}`; protect both alike")]
    Profile {
        /// The table.
        table: String,
        /// Its profile.
        table_profile: Profile,
        /// The pack's profile.
        pack_profile: Profile,
    },
    /// A table lacks a column that the pack reads, or has it as another type.
    #[error("table `{table}` has no column `{column}` of the type that a pack needs; see `PackContents`")]
    Column {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A file or folder can't be written.
    #[error("`{path}` can't be written: {source}; check that the folder exists, is writable and has room")]
    Write {
        /// The path.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A table can't be turned into Parquet, Arrow or CSV.
    #[error("the table for `{path}` can't be written: {reason}")]
    Table {
        /// The path, or `-` for a stream.
        path: PathBuf,
        /// Why, as the table library says it.
        reason: String,
    },
    /// An earlier pack can't be read back.
    #[error("`{path}` of an earlier pack can't be read: {reason}")]
    Earlier {
        /// The table's file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A chart can't be drawn.
    #[error("chart `{chart}` can't be drawn: {reason}")]
    Chart {
        /// The chart.
        chart: String,
        /// Why.
        reason: String,
    },
    /// The report can't be made.
    #[error("the report can't be made: {0}")]
    Report(#[from] minijinja::Error),
}

/// How a pack is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishOptions {
    /// How many pixels wide the PNG charts are.
    pub png_width_pixels: u32,
}

impl Default for PublishOptions {
    /// 300 dots an inch at 159 mm.
    fn default() -> PublishOptions {
        PublishOptions { png_width_pixels: 1_878 }
    }
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedFile {
    /// Its path below the pack's folder.
    pub path: PathBuf,
    /// Its media type.
    pub media_type: &'static str,
}

const CSV: &str = "text/csv; charset=utf-8";
const JSON: &str = "application/json";
const PARQUET: &str = "application/vnd.apache.parquet";
const SVG: &str = "image/svg+xml";
const PNG: &str = "image/png";
const HTML: &str = "text/html; charset=utf-8";

/// Writes the tables, charts and report of a pack into a folder that exists, and lists what was written.
///
/// Tables: `forecasts` and `history` as CSV, Parquet and JSON, `findings` as CSV and JSON, `yearly`, `backtest`,
/// `vintages` and `models` as CSV; where there are scenarios, `answers`, `decomposition`, `returns`, `scenarios`, `scenario-years`, `ledger` and
/// `differences` as CSV and Parquet; `charts/*` as SVG, PNG and the figures behind them as CSV; `report.html`.
///
/// # Errors
/// Where a table lacks a column or follows another profile than the pack, or a file can't be written.
pub fn write(
    dir: &Path,
    contents: &PackContents,
    options: &PublishOptions,
) -> Result<Vec<PublishedFile>, PublishError> {
    contents.check()?;
    let mut pack = Pack { dir, files: Vec::new() };
    for (stem, table) in [("forecasts", &contents.forecast), ("history", &contents.history)] {
        let sheet = Sheet::of(table);
        pack.file(&format!("{stem}.csv"), CSV, text_files::csv(&sheet).as_bytes())?;
        pack.parquet(&format!("{stem}.parquet"), table)?;
        pack.file(&format!("{stem}.json"), JSON, text_files::json(stem, contents.profile, &sheet).as_bytes())?;
    }
    for (stem, table) in [
        ("yearly", &contents.yearly),
        ("backtest", &contents.backtest),
        ("coverage", &contents.coverage),
        ("recent", &contents.recent),
        ("vintages", &contents.vintages),
        ("models", &contents.models),
        ("findings", &contents.findings),
    ] {
        pack.file(&format!("{stem}.csv"), CSV, text_files::csv(&Sheet::of(table)).as_bytes())?;
    }
    for (stem, table) in contents.futures.iter().flat_map(Futures::tables) {
        let sheet = Sheet::of(table);
        pack.file(&format!("{stem}.csv"), CSV, text_files::csv(&sheet).as_bytes())?;
        pack.parquet(&format!("{stem}.parquet"), table)?;
        if ["answers", "scenarios", "scenario-years"].contains(&stem) {
            pack.file(&format!("{stem}.json"), JSON, text_files::json(stem, contents.profile, &sheet).as_bytes())?;
        }
    }
    let findings = text_files::json("findings", contents.profile, &Sheet::of(&contents.findings));
    pack.file("findings.json", JSON, findings.as_bytes())?;

    if let Some(pathway) = &contents.pathway {
        pathway.write(&mut pack, contents)?;
    }
    if let Some(placements) = &contents.placements {
        placements.write(&mut pack, contents)?;
    }

    let series = PackSeries::read(contents);
    let charts = charts::all(contents, &series);
    let folder = dir.join("charts");
    fs::create_dir_all(&folder).map_err(|source| PublishError::Write { path: folder, source })?;
    for chart in &charts {
        let failed = |reason: String| PublishError::Chart { chart: chart.id.clone(), reason };
        let svg = chart.file().map_err(|error| failed(error.to_string()))?.svg;
        let png = charts::rasterised(&svg, options.png_width_pixels)
            .map_err(|error: charts::PngError| failed(error.to_string()))?;
        pack.file(&format!("charts/{}.svg", chart.id), SVG, svg.as_bytes())?;
        pack.file(&format!("charts/{}.png", chart.id), PNG, &png)?;
        pack.file(&format!("charts/{}.csv", chart.id), CSV, text_files::csv(&chart.sheet).as_bytes())?;
    }
    let page = report::html(contents, &series, &charts)?;
    pack.file("report.html", HTML, page.as_bytes())?;
    Ok(pack.files)
}

/// The folder of a pack and what is in it so far.
struct Pack<'a> {
    dir: &'a Path,
    files: Vec<PublishedFile>,
}

impl Pack<'_> {
    fn file(&mut self, path: &str, media_type: &'static str, bytes: &[u8]) -> Result<(), PublishError> {
        let full = self.dir.join(path);
        fs::write(&full, bytes).map_err(|source| PublishError::Write { path: full, source })?;
        self.files.push(PublishedFile { path: path.into(), media_type });
        Ok(())
    }

    fn parquet(&mut self, path: &str, table: &ProtectedTable) -> Result<(), PublishError> {
        parquet::write(&self.dir.join(path), table)?;
        self.files.push(PublishedFile { path: path.into(), media_type: PARQUET });
        Ok(())
    }
}
