//! A protected table as Parquet.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use polars::prelude::{Column, DataFrame, ParquetCompression, ParquetWriter, PolarsError, PolarsResult};

use super::PublishError;
use super::sheet::MARKING_COLUMN;
use super::tables::dates_column;
use super::text_files::{MARKS_COLUMN, marks};
use crate::disclosure::{Labels, ProtectedTable};

/// Writes a protected table as Parquet: labels, figures (null where `[c]` or `[x]`), then `marks`, which says why
/// figures of the row are null (`lo_80:c y:x`; null where none is), and `marking` under a profile that has one.
///
/// # Errors
/// Where the file can't be written.
pub(super) fn write(path: &Path, table: &ProtectedTable) -> Result<(), PublishError> {
    let file = File::create(path).map_err(|source| PublishError::Write { path: path.to_owned(), source })?;
    let failed = |error: PolarsError| PublishError::Table { path: path.to_owned(), reason: error.to_string() };
    let mut frame = frame(table).map_err(failed)?;
    let mut file = BufWriter::new(file);
    let writer = ParquetWriter::new(&mut file).set_parallel(false);
    writer.with_compression(ParquetCompression::Snappy).finish(&mut frame).map_err(failed)?;
    file.flush().map_err(|source| PublishError::Write { path: path.to_owned(), source })
}

fn frame(table: &ProtectedTable) -> PolarsResult<DataFrame> {
    let mut columns: Vec<Column> = Vec::new();
    for column in table.labels() {
        columns.push(labels_column(&column.name, &column.labels)?);
    }
    for figures in table.figures() {
        let numbers: Vec<Option<f64>> = figures.cells().iter().map(|cell| cell.number()).collect();
        columns.push(Column::new(figures.name().into(), numbers));
    }
    let row_marks: Vec<Option<String>> = (0..table.rows())
        .map(|row| marks(table.figures().iter().map(|figures| (figures.name(), figures.cells()[row]))))
        .collect();
    columns.push(Column::new(MARKS_COLUMN.into(), row_marks));
    if let Some(marking) = table.profile().marking() {
        columns.push(Column::new(MARKING_COLUMN.into(), vec![marking; table.rows()]));
    }
    DataFrame::new(table.rows(), columns)
}

fn labels_column(name: &str, labels: &Labels) -> PolarsResult<Column> {
    Ok(match labels {
        Labels::Text(texts) => Column::new(name.into(), texts),
        Labels::Numbers(numbers) => Column::new(name.into(), numbers),
        Labels::Dates(dates) => dates_column(name, dates)?,
    })
}

#[cfg(test)]
mod tests {
    use polars::prelude::{ParquetReader, SerReader};

    use super::*;
    use crate::disclosure::{FigureColumn, Figures, LabelColumn, Profile, protect};
    use crate::time::Date;

    const MARCH: Date = Date::constant(2025, 3, 1);

    #[test]
    fn a_protected_table_in_parquet_has_null_and_a_mark_where_nothing_may_be_shown() {
        let labels = vec![LabelColumn::text("source", ["Police", "Housing"]), LabelColumn::dates("ds", [MARCH, MARCH])];
        let figures =
            vec![FigureColumn::counts("y", vec![112.0, 3.0]), FigureColumn::counts("mean", vec![f64::NAN, 20.0])];
        let table = protect(Profile::Published, Figures::new("t", labels, figures).expect("valid"));
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("t.parquet");
        write(&path, &table).expect("written");
        let frame = ParquetReader::new(File::open(&path).expect("the file")).finish().expect("the frame");
        let y: Vec<Option<f64>> = frame.column("y").expect("y").f64().expect("numbers").iter().collect();
        assert_eq!(y, [Some(110.0), None]);
        let marks: Vec<Option<&str>> = frame.column("marks").expect("marks").str().expect("texts").iter().collect();
        assert_eq!(marks, [Some("mean:x"), Some("y:c")]);
    }
}
