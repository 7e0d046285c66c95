//! The only place that speaks to Polars: blocks of CSV text, Parquet and Arrow files become columns of cells.

use std::fs::File;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use polars::io::csv::read::_csv_read_internal::read_chunk;
use polars::prelude::*;

use crate::math::spelling::on_one_line;

/// What a column's cells are read as, where the file leaves a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReadAs {
    /// Labels and identifiers.
    Text,
    /// Dates or numbers of periods.
    Time,
    /// Amounts.
    Number,
}

/// The cells of one column of a batch.
#[derive(Debug, Clone)]
pub(super) enum Cells {
    /// Text as written.
    Text(StringChunked),
    /// Days since 1 January 1970.
    Days(Int32Chunked),
    /// Numbers.
    Numbers(Float64Chunked),
}

impl Cells {
    /// How many cells.
    pub(super) fn len(&self) -> usize {
        match self {
            Cells::Text(cells) => cells.len(),
            Cells::Days(cells) => cells.len(),
            Cells::Numbers(cells) => cells.len(),
        }
    }
}

/// A file with a schema of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Container {
    Parquet,
    Arrow,
}

impl Container {
    /// The container as a message names it.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Container::Parquet => "Parquet",
            Container::Arrow => "Arrow",
        }
    }
}

/// Where a file with a schema lies.
#[derive(Debug)]
pub(super) enum Stored {
    File(File),
    Bytes(Vec<u8>),
}

/// How many rows of a file with a schema come at a time.
const BATCH_ROWS: usize = 1 << 17;

/// A file with a schema, opened and not yet read.
pub(super) struct Frame {
    lazy: LazyFrame,
    names: Vec<String>,
    types: Vec<DataType>,
}

/// Runs Polars code; its errors and panics come back as a sentence.
fn guarded<T>(work: impl FnOnce() -> PolarsResult<T>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(short(&error.to_string())),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            Err(short(text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("the decoder gave up")))
        }
    }
}

/// The first line of a decoder's message, cut to a length that fits a sentence.
fn short(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    line.chars().take(160).collect::<String>().trim_end_matches(['.', ':', ' ']).to_string()
}

impl Frame {
    /// Opens a Parquet or Arrow file and reads its schema.
    ///
    /// # Errors
    /// What the decoder said.
    pub(super) fn open(container: Container, stored: Stored) -> Result<Frame, String> {
        guarded(move || {
            let sources = match stored {
                Stored::File(file) => ScanSources::Files(Arc::new([file])),
                Stored::Bytes(bytes) => ScanSources::Buffers(Arc::new([bytes.into()])),
            };
            let mut lazy = match container {
                Container::Parquet => {
                    let options = ScanArgsParquet {
                        glob: false,
                        cache: false,
                        hive_options: HiveOptions::new_disabled(),
                        ..ScanArgsParquet::default()
                    };
                    LazyFrame::scan_parquet_sources(sources, options)?
                }
                Container::Arrow => {
                    let options = UnifiedScanArgs {
                        glob: false,
                        cache: false,
                        hive_options: HiveOptions::new_disabled(),
                        ..UnifiedScanArgs::default()
                    };
                    LazyFrame::scan_ipc_sources(sources, IpcScanOptions::default(), options)?
                }
            };
            let schema = lazy.collect_schema()?;
            let names = schema.iter_names().map(|name| on_one_line(name).into_owned()).collect();
            let types = schema.iter_values().cloned().collect();
            Ok(Frame { lazy, names, types })
        })
    }

    /// The columns' names.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Hands the wanted columns to `each` in batches, in the file's order, until it says stop (`true`).
    ///
    /// # Errors
    /// What the decoder said.
    pub(super) fn read(
        self,
        wanted: &[(usize, ReadAs)],
        each: impl Fn(Vec<Cells>) -> bool + Send + Sync + 'static,
    ) -> Result<(), String> {
        let columns: Vec<Expr> = wanted
            .iter()
            .enumerate()
            .map(|(place, (column, read_as))| {
                let cell = nth(*column as i64).as_expr();
                cast(cell, &self.types[*column], *read_as).alias(placed(place))
            })
            .collect();
        guarded(move || {
            let callback = PlanCallback::new(move |frame: DataFrame| Ok(each(cells(frame)?)));
            let query = self.lazy.select(columns).sink_batches(callback, true, NonZeroUsize::new(BATCH_ROWS))?;
            query.collect_with_engine(Engine::Streaming).map(|_| ())
        })
    }
}

/// A name for the column at a place among those wanted: one column may be wanted twice.
fn placed(place: usize) -> PlSmallStr {
    PlSmallStr::from_string(format!("p{place}"))
}

fn cast(cell: Expr, held: &DataType, read_as: ReadAs) -> Expr {
    match (held, read_as) {
        (DataType::String, _) => cell,
        (DataType::Date, _) => cell.cast(DataType::Int32),
        (DataType::Datetime(..), _) => cell.cast(DataType::Date).cast(DataType::Int32),
        (number, ReadAs::Time | ReadAs::Number) if number.is_primitive_numeric() => cell.cast(DataType::Float64),
        _ => cell.cast(DataType::String),
    }
}

fn cells(frame: DataFrame) -> PolarsResult<Vec<Cells>> {
    frame
        .columns()
        .iter()
        .map(|column| {
            let series = column.as_materialized_series().rechunk();
            Ok(match series.dtype() {
                DataType::Int32 => Cells::Days(series.i32()?.clone()),
                DataType::Float64 => Cells::Numbers(series.f64()?.clone()),
                _ => Cells::Text(series.str()?.clone()),
            })
        })
        .collect()
}

/// The wanted columns of a block of separated text, which has no header, `rows` rows and the same number of fields in
/// each; nothing where Polars can't take the text or sees another number of rows.
///
/// Goes to the parser behind Polars' scan itself, since the scan would count the lines again, which takes a fifth of the
/// time, and would start and stop its engine for each block. Polars' version is pinned exactly.
pub(super) fn read_text(
    text: &[u8],
    separator: u8,
    columns: usize,
    wanted: &[usize],
    rows: usize,
) -> Option<Vec<Cells>> {
    let options = CsvParseOptions {
        separator,
        // Without quotation marks to look out for, Polars is faster.
        quote_char: text.contains(&b'"').then_some(b'"'),
        ..CsvParseOptions::default()
    };
    let name = |position: usize| PlSmallStr::from_string(format!("c{position}"));
    let schema: Schema = (0..columns).map(|position| Field::new(name(position), DataType::String)).collect();
    let mut projection = wanted.to_vec();
    projection.sort_unstable();
    projection.dedup();
    let read = guarded(|| {
        let frame =
            read_chunk(text, &options, &schema, false, &projection, 0, rows, None, usize::MAX, text.len(), Some(0))?;
        cells(frame)
    });
    let read = read.ok().filter(|cells| cells.iter().all(|cells| cells.len() == rows))?;
    wanted
        .iter()
        .map(|column| projection.binary_search(column).ok().and_then(|place| read.get(place)).cloned())
        .collect()
}
