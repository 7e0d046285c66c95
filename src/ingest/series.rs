//! Many series for the engine alone: columns in memory, panels block by block, series of different ends side by side.

use ndarray::Array2;

use super::InputFile;
use super::dimension::find;
use super::error::IngestError;
use super::headers::{Headers, Role};
use super::merge::check_size;
use super::options::{Columns, InputOptions};
use super::source::Source;
use super::table::Table;
use super::tidy::{Tidy, TidyColumns, TimeReading};
use super::time_labels::TimeLabels;
use crate::panel::{Finding, Panel, SeriesKey, TOTAL, ValueKind};
use crate::time::{Frequency, Period, Span};

/// Headers of the three columns of a table of series; those not named are found by their usual names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeriesColumns {
    /// The series' name.
    pub series: Option<String>,
    /// The period.
    pub time: Option<String>,
    /// The amount.
    pub value: Option<String>,
}

/// Series as read: compact columns, 6 to 12 bytes a row.
#[derive(Debug)]
pub struct SeriesTable {
    tidy: Tidy,
    name: String,
    /// The last period that any series has.
    last: i32,
    dated: bool,
    input: InputFile,
}

/// Consecutive series of a table, right-aligned: the last column is the last period of each.
#[derive(Debug)]
pub struct SeriesBlock {
    /// The histories; shorter ones begin with `NaN`.
    pub panel: Panel,
    /// The last period of each series, by row of the panel.
    pub ends: Vec<Period>,
    /// Whether the panel's calendar is that of every series. Where series end in different periods it is not: its
    /// columns count periods back from each series' end, and only `ends` tells dates.
    pub dated: bool,
}

/// Reads a table of series (`unique_id, ds, y`).
///
/// ```
/// use groundswell::ingest::{SeriesColumns, Source, read_series};
/// let text = "unique_id,ds,y\na,2024-01-01,3\na,2024-02-01,5\nb,2024-01-01,1\n";
/// let source = Source::Bytes("standard input".into(), text.into());
/// let table = read_series(source, &SeriesColumns::default(), None)?;
/// let block = table.blocks(10).next().expect("one block")?;
/// assert_eq!(block.panel.series(0).to_vec(), [3.0, 5.0]);
/// assert_eq!(block.ends[1].to_string(), "2024-01");
/// # Ok::<(), groundswell::ingest::IngestError>(())
/// ```
///
/// # Errors
/// Where the table can't be read, has no such columns, or rows contradict each other.
pub fn read_series(
    source: Source,
    columns: &SeriesColumns,
    frequency: Option<Frequency>,
) -> Result<SeriesTable, IngestError> {
    let table = Table::open(source)?;
    let path = table.path().to_path_buf();
    let headers = Headers::new(table.headers());
    let named = columns.clone();
    let options = InputOptions {
        columns: Columns { series: named.series, time: named.time, value: named.value, ..Columns::default() },
        ..InputOptions::default()
    };
    let needed = |role: Role, wanted: &str| {
        find(&headers, &path, role, &options)?.ok_or_else(|| IngestError::MissingColumn {
            path: path.clone(),
            role: role.noun(),
            wanted: wanted.to_string(),
            columns: headers.listed(),
        })
    };
    let key = needed(Role::Series, "unique_id")?;
    let columns = TidyColumns {
        keys: vec![key],
        time: needed(Role::Time, "ds")?,
        value: needed(Role::Value, "y")?,
        filters: Vec::new(),
    };
    let reading = TimeReading { frequency, ..TimeReading::default() };
    let tidy = Tidy::read(table, &columns, reading, &mut |_, _| {})?;
    let end = |series: usize| tidy.periods.get(tidy.starts[series + 1] - 1);
    let last = (0..tidy.series.len()).map(end).max().unwrap_or(0);
    let dated = (0..tidy.series.len()).all(|series| end(series) == last);
    let input = InputFile::of(&path, &tidy.through);
    Ok(SeriesTable { name: headers.written(key).to_string(), last, dated, input, tidy })
}

impl SeriesTable {
    /// How many series.
    pub fn len(&self) -> usize {
        self.tidy.series.len()
    }

    /// Whether there is no series.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The names of series with fewer rows than this.
    pub fn shorter_than(&self, rows: usize) -> Vec<String> {
        let short = (0..self.len()).filter(|series| self.tidy.rows(*series).len() < rows);
        short.map(|series| self.tidy.series[series].to_string()).collect()
    }

    /// How long each period is.
    pub fn frequency(&self) -> Frequency {
        self.tidy.frequency
    }

    /// How periods are written.
    pub fn time_labels(&self) -> TimeLabels {
        self.tidy.labels
    }

    /// Whether all values are whole.
    pub fn kind(&self) -> ValueKind {
        self.tidy.kind
    }

    /// Whether all series end in the same period, so that panels carry the real calendar.
    pub fn dated(&self) -> bool {
        self.dated
    }

    /// What was noticed.
    pub fn findings(&self) -> &[Finding] {
        &self.tidy.findings
    }

    /// The file that was read.
    pub fn input(&self) -> &InputFile {
        &self.input
    }

    /// The series in blocks of at most `size`, sorted by name. A block is the same whatever the order of rows in the
    /// file was; memory holds one block besides the table.
    pub fn blocks(&self, size: usize) -> impl Iterator<Item = Result<SeriesBlock, IngestError>> + '_ {
        let size = size.max(1);
        (0..self.len()).step_by(size).map(move |first| self.block(first..(first + size).min(self.len())))
    }

    fn block(&self, series: std::ops::Range<usize>) -> Result<SeriesBlock, IngestError> {
        let tidy = &self.tidy;
        let length = |series: usize| {
            let rows = tidy.rows(series);
            (tidy.periods.get(rows.end - 1) - tidy.periods.get(rows.start) + 1) as usize
        };
        let longest = series.clone().map(length).max().unwrap_or(0);
        check_size(series.len(), longest)?;
        let frequency = tidy.frequency;
        let mut values = Array2::from_elem((series.len(), longest), f64::NAN);
        let mut keys = Vec::with_capacity(series.len());
        let mut ends = Vec::with_capacity(series.len());
        for (position, number) in series.enumerate() {
            let rows = tidy.rows(number);
            let end = tidy.periods.get(rows.end - 1);
            let mut row = values.row_mut(position);
            for cell in rows {
                row[longest - 1 - (end - tidy.periods.get(cell)) as usize] = tidy.amounts.get(cell);
            }
            let name = &*tidy.series[number];
            keys.push(SeriesKey::new([if name == TOTAL { "(*)" } else { name }]));
            ends.push(Period::numbered(frequency, end));
        }
        let span = Span::new(Period::numbered(frequency, self.last).plus(1 - longest as i32), longest);
        let panel = Panel::new(vec![self.name.clone()], keys, span, values, tidy.kind)?;
        Ok(SeriesBlock { panel, ends, dated: self.dated })
    }
}
