//! Wide forecasts of many series as Parquet, Arrow and CSV.
//!
//! In: blocks of forecasts. Out: a file or any stream, to which [`WideWriter`] appends them.
//!
//! The flat engine forecasts any table that its user names, on that user's desk, and has no hierarchy to protect
//! across; a million series of eighteen steps make 150 million cells. So it hands over borrowed columns of `f64` in
//! [`WideBlock`]s rather than a
//! [`ProtectedTable`](crate::disclosure::ProtectedTable), whose cells are twice the size. Nothing from here enters a pack.
//!
//! In Parquet and Arrow a figure that isn't there is null, texts are as given. In CSV it is an empty field, and a text
//! that a spreadsheet would take for a formula begins with an apostrophe, unless it is a number (CWE-1236).

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use polars::prelude::{
    ArrowSchema, Column, CompatLevel, CsvWriter, DataFrame, DataType, IntoColumn, IpcWriter, NamedFrom,
    ParquetCompression, ParquetWriter, PolarsError, PolarsResult, Schema, SerWriter, Series,
};
use polars_arrow::io::ipc::write::{StreamWriter, WriteOptions, default_ipc_fields};

use super::PublishError;
use super::text_files::is_formula;
use crate::forecast::Levels;
use crate::time::Date;

/// Dates as days since 1 January 1970.
pub(super) fn dates_column(name: &str, dates: &[Date]) -> PolarsResult<Column> {
    const EPOCH: Date = Date::constant(1970, 1, 1);
    let days: Vec<i32> = dates.iter().map(|date| EPOCH.until(*date).map_or(0, |span| span.get_days())).collect();
    Ok(Series::new(name.into(), days).cast(&DataType::Date)?.into_column())
}

/// How wide forecasts are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WideFormat {
    /// UTF-8 with a header.
    Csv,
    /// Parquet, one row group a block.
    Parquet,
    /// Arrow's streaming format, one batch a block.
    ArrowStream,
    /// Arrow's file format (Feather version 2), one batch a block.
    ArrowFile,
}

impl WideFormat {
    /// The format that a path's ending names; `None` where it names none.
    pub fn of(path: &Path) -> Option<WideFormat> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "csv" => Some(WideFormat::Csv),
            "parquet" | "pq" => Some(WideFormat::Parquet),
            "arrows" => Some(WideFormat::ArrowStream),
            "arrow" | "feather" | "ipc" => Some(WideFormat::ArrowFile),
            _ => None,
        }
    }
}

/// The time column of a block, one entry a row.
#[derive(Debug, Clone, Copy)]
pub enum WideTimes<'a> {
    /// First days of periods.
    Dates(&'a [Date]),
    /// Positions on a calendar without dates.
    Numbers(&'a [i64]),
}

/// Forecasts of some series: a column a figure, all of one length.
#[derive(Debug, Clone)]
pub struct WideBlock<'a> {
    /// The series of each row.
    pub unique_id: Vec<&'a str>,
    /// The period of each row.
    pub ds: WideTimes<'a>,
    /// The model of each row.
    pub model: Vec<&'a str>,
    /// In the order of [`WideWriter::figure_columns`]; `NaN` = not available.
    pub figures: Vec<&'a [f64]>,
}

/// Appends blocks of wide forecasts to a file or stream:
/// `unique_id, ds, model, mean, median, lo_50, hi_50, lo_80, ...`.
///
/// The first block fixes the type of `ds`. [`finish`](WideWriter::finish) completes the file; without a block it has
/// its columns and no row.
pub struct WideWriter {
    path: PathBuf,
    sink: Sink,
    format: WideFormat,
    figure_columns: Vec<String>,
    state: State,
}

/// A stream that outlives the library's writer, so that the last flush can be seen to succeed.
#[derive(Clone)]
struct Sink(Arc<Mutex<Box<dyn Write + Send>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).flush()
    }
}

enum State {
    /// Before the first block the schema isn't known.
    Fresh,
    Csv,
    Parquet(Box<polars::io::parquet::write::BatchedWriter<Sink>>),
    ArrowStream(Box<StreamWriter<Sink>>),
    ArrowFile(Box<polars::io::ipc::BatchedWriter<Sink>>),
}

impl WideWriter {
    /// A writer to a stream; `path` names it in messages (`-` for a standard stream).
    pub fn new(path: &Path, sink: Box<dyn Write + Send>, format: WideFormat, levels: &Levels) -> WideWriter {
        let mut figure_columns = vec!["mean".to_owned(), "median".to_owned()];
        figure_columns.extend(levels.iter().flat_map(|level| [format!("lo_{level}"), format!("hi_{level}")]));
        let sink = Sink(Arc::new(Mutex::new(sink)));
        WideWriter { path: path.to_owned(), sink, format, figure_columns, state: State::Fresh }
    }

    /// A writer to a new file.
    ///
    /// # Errors
    /// Where the file can't be made.
    pub fn create(path: &Path, format: WideFormat, levels: &Levels) -> Result<WideWriter, PublishError> {
        let file = File::create(path).map_err(|source| PublishError::Write { path: path.to_owned(), source })?;
        Ok(WideWriter::new(path, Box::new(BufWriter::new(file)), format, levels))
    }

    /// The figure columns that each block must bring, in order.
    pub fn figure_columns(&self) -> &[String] {
        &self.figure_columns
    }

    /// Appends a block.
    ///
    /// # Errors
    /// Where the block's columns don't fit together or can't be written.
    pub fn write(&mut self, block: &WideBlock<'_>) -> Result<(), PublishError> {
        let frame = self.frame(block).map_err(|error| self.failed(&error))?;
        if matches!(self.state, State::Fresh) {
            self.state = self.started(&frame).map_err(|error| self.failed(&error))?;
        }
        let result = match &mut self.state {
            State::Fresh => Ok(()),
            State::Csv => CsvWriter::new(&mut self.sink).include_header(false).finish(&mut frame.clone()),
            State::Parquet(writer) => writer.write_batch(&frame),
            State::ArrowFile(writer) => writer.write_batch(&frame),
            State::ArrowStream(writer) => {
                frame.iter_chunks(CompatLevel::oldest(), false).try_for_each(|batch| writer.write(&batch, None))
            }
        };
        result.map_err(|error| self.failed(&error))
    }

    /// Completes and flushes the file.
    ///
    /// # Errors
    /// Where what is left can't be written.
    pub fn finish(mut self) -> Result<(), PublishError> {
        if matches!(self.state, State::Fresh) {
            let figures = self.figure_columns.iter().map(|_| &[] as &[f64]).collect();
            self.write(&WideBlock { unique_id: vec![], ds: WideTimes::Dates(&[]), model: vec![], figures })?;
        }
        let result = match &mut self.state {
            State::Fresh | State::Csv => Ok(()),
            State::Parquet(writer) => writer.finish().map(|_| ()),
            State::ArrowFile(writer) => writer.finish(),
            State::ArrowStream(writer) => writer.finish(),
        };
        result.map_err(|error| self.failed(&error))?;
        self.sink.flush().map_err(|source| PublishError::Write { path: self.path.clone(), source })
    }

    fn failed(&self, error: &PolarsError) -> PublishError {
        // A reader who has read enough is told apart by whoever called.
        if let PolarsError::IO { error, .. } = error {
            let source = io::Error::new(error.kind(), error.to_string());
            return PublishError::Write { path: self.path.clone(), source };
        }
        PublishError::Table { path: self.path.clone(), reason: error.to_string() }
    }

    fn frame(&self, block: &WideBlock<'_>) -> PolarsResult<DataFrame> {
        if block.figures.len() != self.figure_columns.len() {
            let (found, expected) = (block.figures.len(), self.figure_columns.len());
            let reason = format!("a block has {found} figure columns where {expected} are expected");
            return Err(PolarsError::ShapeMismatch(reason.into()));
        }
        let texts = |name: &str, texts: &[&str]| {
            if self.format == WideFormat::Csv {
                let defused: Vec<Cow<'_, str>> = texts.iter().map(|text| defused(text)).collect();
                Column::new(name.into(), defused.iter().map(|text| &**text).collect::<Vec<&str>>())
            } else {
                Column::new(name.into(), texts)
            }
        };
        let mut columns = vec![
            texts("unique_id", &block.unique_id),
            match block.ds {
                WideTimes::Dates(dates) => dates_column("ds", dates)?,
                WideTimes::Numbers(numbers) => Column::new("ds".into(), numbers),
            },
            texts("model", &block.model),
        ];
        for (name, figures) in self.figure_columns.iter().zip(&block.figures) {
            let numbers: Vec<Option<f64>> = figures.iter().map(|value| (!value.is_nan()).then_some(*value)).collect();
            columns.push(Column::new(name.as_str().into(), numbers));
        }
        DataFrame::new(block.unique_id.len(), columns)
    }

    /// Writes what comes before the first block.
    fn started(&self, first: &DataFrame) -> PolarsResult<State> {
        let mut sink = self.sink.clone();
        let schema: &Schema = first.schema();
        let state = match self.format {
            WideFormat::Csv => {
                CsvWriter::new(&mut sink).finish(&mut first.clear())?;
                State::Csv
            }
            WideFormat::Parquet => {
                let writer = ParquetWriter::new(sink).with_compression(ParquetCompression::Snappy).set_parallel(false);
                State::Parquet(Box::new(writer.batched(schema)?))
            }
            WideFormat::ArrowStream => {
                let mut writer = StreamWriter::new(sink, WriteOptions { compression: None });
                writer.start(&arrow_schema(schema), None)?;
                State::ArrowStream(Box::new(writer))
            }
            WideFormat::ArrowFile => {
                let writer = IpcWriter::new(sink).with_compat_level(CompatLevel::oldest());
                State::ArrowFile(Box::new(
                    writer.batched(schema, default_ipc_fields(arrow_schema(schema).iter_values()))?,
                ))
            }
        };
        Ok(state)
    }
}

/// The oldest form of each type, which every reader of Arrow knows.
fn arrow_schema(schema: &Schema) -> ArrowSchema {
    let oldest = CompatLevel::oldest();
    schema.iter().map(|(name, kind)| (name.clone(), kind.to_arrow_field(name.clone(), oldest))).collect()
}

/// A text that a spreadsheet takes for what it is.
fn defused(text: &str) -> Cow<'_, str> {
    if is_formula(text) && text.parse::<f64>().is_err() { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use polars::prelude::{CsvReader, IpcReader, ParquetReader, SerReader};

    use super::*;
    use crate::forecast::Level;

    const MARCH: Date = Date::constant(2025, 3, 1);

    fn levels() -> Levels {
        Levels::try_from(vec![Level::try_from(80).expect("a level")]).expect("levels")
    }

    /// Two blocks of one series each, and the frame read back from the file.
    fn written(format: WideFormat, read: impl Fn(File) -> PolarsResult<DataFrame>) -> DataFrame {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("wide");
        let mut writer = WideWriter::create(&path, format, &levels()).expect("a file");
        for (id, value) in [("a", 10.5), ("b", f64::NAN)] {
            let figures = [[value, 2.0], [1.0, value], [0.0, 1.0], [4.0, 5.0]];
            writer
                .write(&WideBlock {
                    unique_id: vec![id, id],
                    ds: WideTimes::Dates(&[MARCH, Date::constant(2025, 4, 1)]),
                    model: vec!["ets", "ets"],
                    figures: figures.iter().map(|column| column.as_slice()).collect(),
                })
                .expect("a block");
        }
        writer.finish().expect("finished");
        read(File::open(&path).expect("the file")).expect("the frame")
    }

    fn expect_both_blocks(frame: &DataFrame) {
        let names: Vec<&str> = frame.get_column_names().iter().map(|name| name.as_str()).collect();
        assert_eq!(names, ["unique_id", "ds", "model", "mean", "median", "lo_80", "hi_80"]);
        let column = |name: &str| frame.column(name).expect("the column").clone();
        assert_eq!(
            column("unique_id").str().expect("texts").iter().flatten().collect::<Vec<_>>(),
            ["a", "a", "b", "b"]
        );
        let mean: Vec<Option<f64>> = column("mean").f64().expect("numbers").iter().collect();
        assert_eq!(mean, [Some(10.5), Some(2.0), None, Some(2.0)]);
    }

    #[test]
    fn blocks_appended_to_parquet_are_read_back_as_one_table_with_nulls_and_dates() {
        let frame = written(WideFormat::Parquet, |file| ParquetReader::new(file).finish());
        expect_both_blocks(&frame);
        // 20,148 days lie between 1 January 1970 and 1 March 2025.
        let days = frame.column("ds").expect("ds").cast(&DataType::Int32).expect("days");
        assert_eq!(days.i32().expect("whole numbers").get(0), Some(20_148));
    }

    #[test]
    fn blocks_appended_to_an_arrow_file_are_read_back_as_one_table() {
        expect_both_blocks(&written(WideFormat::ArrowFile, |file| IpcReader::new(file).finish()));
    }

    #[test]
    fn an_arrow_stream_begins_with_a_schema_and_ends_with_a_marker() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("stream.arrows");
        WideWriter::create(&path, WideFormat::ArrowStream, &levels()).expect("a file").finish().expect("finished");
        let bytes = fs::read(&path).expect("the file");
        // Arrow's streaming format: continuation marker first, and the marker with length zero last.
        assert_eq!(bytes[..4], [0xFF; 4]);
        assert_eq!(bytes[bytes.len() - 8..], [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]);
    }

    #[test]
    fn csv_has_one_header_and_empty_fields_for_what_is_not_there() {
        let frame = written(WideFormat::Csv, |file| CsvReader::new(file).finish());
        expect_both_blocks(&frame);
    }

    #[test]
    fn csv_defuses_names_that_look_like_formulas_and_leaves_numbers() {
        assert_eq!(defused("=1+1"), "'=1+1");
        assert_eq!(defused("-12"), "-12");
        assert_eq!(defused("Police"), "Police");
    }

    #[test]
    fn a_table_without_blocks_has_its_columns() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("none.csv");
        WideWriter::create(&path, WideFormat::Csv, &levels()).expect("a file").finish().expect("finished");
        assert_eq!(fs::read_to_string(&path).expect("text"), "unique_id,ds,model,mean,median,lo_80,hi_80\n");
    }

    #[test]
    fn a_block_with_too_few_columns_is_refused() {
        let mut writer = WideWriter::new(Path::new("-"), Box::new(io::sink()), WideFormat::Csv, &levels());
        let block = WideBlock { unique_id: vec![], ds: WideTimes::Numbers(&[]), model: vec![], figures: vec![] };
        assert!(matches!(writer.write(&block), Err(PublishError::Table { .. })));
    }
}
