//! What goes out: tables, charts and the report of a pack.
//!
//! In: [`PackContents`], whose every figure is in a [`ProtectedTable`]. Out: the
//! files of a pack in a folder ([`write()`]), and wide forecasts of many series, block by block ([`tables`]). Charts,
//! sentences and alternative text are made here from protected cells only. The same contents give the same bytes.
//!
//! This room works out no forecast, decides nothing about disclosure, and doesn't publish atomically: whoever calls it
//! names a folder that no reader looks into yet.

mod assurance;
mod catalogue;
mod changes;
mod charts;
mod contents;
mod dictionary;
mod earlier;
mod futures;
mod held;
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
mod theme;
mod words;
mod workbook;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub use assurance::Assurance;
pub use contents::{ALL_ORIGINS, Input, Lockdown, NEWEST, NEXT_YEAR, PackContents, findings_table};
pub use pathway::{PathwayContents, RestsOn};
pub use placements::PlacementContents;

pub use futures::{BASELINE, Futures, HORIZON, PERIOD, SupposedScenario};

use crate::disclosure::{Profile, ProtectedTable};
pub use earlier::{EarlierForecast, EarlierPack, TableOfPack, read_earlier, read_table};
pub use held::{EarlierRecord, earlier_record, held, shown_to_hold};
pub use text_files::field as csv_field;
pub use theme::{Theme, ThemeError};
pub use words::{doubt_left, per_cent};
pub use workbook::WorkbookFormat;

use catalogue::PackTable;
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
    /// A workbook can't be made.
    #[error("`{file}` can't be made: {reason}; leave it out with `workbook = []` in [publish]")]
    Workbook {
        /// The file.
        file: &'static str,
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
    /// The forms of the workbook.
    pub workbooks: Vec<WorkbookFormat>,
}

impl Default for PublishOptions {
    /// 300 dots an inch at 159 mm; a workbook for Excel.
    fn default() -> PublishOptions {
        PublishOptions { png_width_pixels: 1_878, workbooks: vec![WorkbookFormat::Xlsx] }
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
const CYCLONE_DX: &str = "application/vnd.cyclonedx+json";
const HTML: &str = "text/html; charset=utf-8";

/// The crates that the program is made of, with version, licence and checksum: a bill of materials in CycloneDX's form.
/// `.ci/supply-chain` holds that it is that of `Cargo.lock`.
const MADE_OF: &str = include_str!("../../assets/sbom.cdx.json");

/// Writes the tables, charts and report of a pack into a folder that exists, and lists what was written.
///
/// Each table of `catalogue` as CSV and Parquet, some as JSON too; `charts/*` as SVG, PNG and the figures behind them as
/// CSV; `dictionary` with every column of them; the workbook in the forms asked for; `report.html`;
/// `sbom.cdx.json`, the program's bill of materials.
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
    let mut tables = catalogue::tables(contents);
    for one in &tables {
        pack.table(one, contents.profile)?;
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
    let dictionary = dictionary::dictionary(contents, &tables, &charts)
        .map_err(|error| PublishError::Table { path: dir.join("dictionary.csv"), reason: error.to_string() })?;
    let dictionary = PackTable { stem: dictionary::DICTIONARY, table: &dictionary };
    pack.table(&dictionary, contents.profile)?;
    tables.push(dictionary);
    let limits = workbook::Limits::default();
    for format in &options.workbooks {
        let file = format.file();
        let bytes = workbook::written(contents, &tables, *format, limits)
            .map_err(|error| PublishError::Workbook { file, reason: error.to_string() })?;
        pack.file(file, format.media_type(), &bytes)?;
    }
    pack.file("sbom.cdx.json", CYCLONE_DX, MADE_OF.as_bytes())?;
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

    /// A table in every form that it has.
    fn table(&mut self, one: &PackTable<'_>, profile: Profile) -> Result<(), PublishError> {
        let sheet = Sheet::of(one.table);
        let stem = one.stem;
        self.file(&format!("{stem}.csv"), CSV, text_files::csv(&sheet).as_bytes())?;
        self.parquet(&format!("{stem}.parquet"), one.table)?;
        if one.has_json() {
            self.file(&format!("{stem}.json"), JSON, text_files::json(stem, profile, &sheet).as_bytes())?;
        }
        Ok(())
    }

    fn parquet(&mut self, path: &str, table: &ProtectedTable) -> Result<(), PublishError> {
        parquet::write(&self.dir.join(path), table)?;
        self.files.push(PublishedFile { path: path.into(), media_type: PARQUET });
        Ok(())
    }
}
