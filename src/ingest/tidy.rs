//! Tables with one row a series and period: read into compact columns, sorted by series and period.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::amounts::{Amounts, Chunk, Codes, Ordinals, arrange};
use super::columns::{MISSING, UNREADABLE, each_text, label_codes};
use super::error::IngestError;
use super::findings;
use super::frames::{Cells, ReadAs};
use super::headers::{Headers, listed, plain};
use super::labels::Labels;
use super::numbers::{self, Number};
use super::options::DateOrder;
use super::periods::PeriodColumn;
use super::table::{Batch, ReadThrough, Table};
use super::text::RowCount;
use super::time_labels::TimeLabels;
use crate::math::spelling::on_one_line;
use crate::panel::{Finding, ValueKind};
use crate::time::{Frequency, Period};

/// Parts the labels of a series that is named by several columns.
pub(super) const PART: char = '\u{1F}';

/// Which columns of a tidy table are read, and how.
#[derive(Debug, Clone)]
pub(super) struct TidyColumns {
    /// The columns that name the series; none for a table of one series.
    pub(super) keys: Vec<usize>,
    pub(super) time: usize,
    pub(super) value: usize,
    /// Columns and the values of them that stay.
    pub(super) filters: Vec<(String, usize, Vec<String>)>,
}

/// How times are read.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct TimeReading {
    pub(super) order: DateOrder,
    pub(super) excel_1904: bool,
    pub(super) frequency: Option<Frequency>,
}

/// A tidy table: for each series its periods, ascending, and amounts.
#[derive(Debug)]
pub(super) struct Tidy {
    pub(super) path: PathBuf,
    /// Sorted; labels of several columns with [`PART`] between them.
    pub(super) series: Vec<Box<str>>,
    /// Where each series begins; one more than there are series.
    pub(super) starts: Vec<usize>,
    /// Ordinals of periods.
    pub(super) periods: Ordinals,
    pub(super) amounts: Amounts,
    pub(super) frequency: Frequency,
    pub(super) labels: TimeLabels,
    pub(super) kind: ValueKind,
    pub(super) findings: Vec<Finding>,
    pub(super) through: ReadThrough,
}

impl Tidy {
    /// The periods and positions of one series.
    pub(super) fn rows(&self, series: usize) -> std::ops::Range<usize> {
        self.starts[series]..self.starts[series + 1]
    }

    /// Reads a table.
    ///
    /// # Errors
    /// Where the file can't be read, no row can be used, or rows contradict each other.
    pub(super) fn read(
        table: Table,
        columns: &TidyColumns,
        reading: TimeReading,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Tidy, IngestError> {
        let path = table.path().to_path_buf();
        let headers = Headers::new(table.headers());
        let mut wanted: Vec<(usize, ReadAs)> = columns.keys.iter().map(|column| (*column, ReadAs::Text)).collect();
        wanted.push((columns.time, ReadAs::Time));
        wanted.push((columns.value, ReadAs::Number));
        wanted.extend(columns.filters.iter().map(|(_, column, _)| (*column, ReadAs::Text)));
        let mut rows = Rows::new(columns);
        let through = table.read(&wanted, false, &mut |batch| {
            progress(batch.bytes, batch.rows.of(0));
            rows.take(&batch);
            Ok(ControlFlow::Continue(()))
        })?;
        if through.rows == 0 {
            return Err(IngestError::NoRows { path });
        }
        rows.finish(path, &headers, columns, reading, through)
    }
}

/// One column that says which rows stay.
struct Filter {
    wanted: Vec<String>,
    spellings: Labels,
    /// For each spelling whether its rows stay.
    kept: Vec<bool>,
    codes: Vec<u32>,
}

/// The state of reading one table.
struct Rows {
    keys: usize,
    series: Labels,
    single: Option<u32>,
    times: PeriodColumn,
    chunks: Vec<Chunk>,
    filters: Vec<Filter>,
    filtered: u64,
    missing_series: RowCount,
    missing_times: RowCount,
    unreadable_times: RowCount,
    missing_values: RowCount,
    unreadable_values: RowCount,
    impossible_values: RowCount,
    too_large: RowCount,
    fractions: bool,
    time_codes: Vec<u32>,
    key_codes: Vec<u32>,
    values: Vec<Number>,
}

impl Rows {
    fn new(columns: &TidyColumns) -> Rows {
        Rows {
            keys: columns.keys.len(),
            series: Labels::new(),
            single: None,
            times: PeriodColumn::new(),
            chunks: Vec::new(),
            filters: columns
                .filters
                .iter()
                .map(|(_, _, kept)| Filter {
                    wanted: kept.iter().map(|value| plain(value)).collect(),
                    spellings: Labels::new(),
                    kept: Vec::new(),
                    codes: Vec::new(),
                })
                .collect(),
            filtered: 0,
            missing_series: RowCount::default(),
            missing_times: RowCount::default(),
            unreadable_times: RowCount::default(),
            missing_values: RowCount::default(),
            unreadable_values: RowCount::default(),
            impossible_values: RowCount::default(),
            too_large: RowCount::default(),
            fractions: false,
            time_codes: Vec::new(),
            key_codes: Vec::new(),
            values: Vec::new(),
        }
    }

    fn take(&mut self, batch: &Batch) {
        self.read_keys(&batch.columns[..self.keys], batch.len());
        self.times.codes(&batch.columns[self.keys], &batch.rows, &mut self.time_codes);
        read_values(&batch.columns[self.keys + 1], &mut self.values);
        for (filter, cells) in self.filters.iter_mut().zip(&batch.columns[self.keys + 2..]) {
            label_codes(&mut filter.spellings, cells, usize::MAX >> 1, &mut filter.codes);
            for spelling in filter.kept.len()..filter.spellings.len() {
                filter.kept.push(filter.wanted.contains(&plain(filter.spellings.text(spelling as u32))));
            }
        }
        let mut chunk = Chunk {
            runs: Vec::new(),
            times: Codes::with_capacity(batch.len()),
            amounts: Amounts::Single(Vec::with_capacity(batch.len())),
        };
        for position in 0..batch.len() {
            let stays = |filter: &Filter| filter.kept.get(filter.codes[position] as usize).is_some_and(|kept| *kept);
            if !self.filters.iter().all(stays) {
                self.filtered += 1;
                continue;
            }
            let (series, time) = (self.key_codes[position], self.time_codes[position]);
            if series == MISSING {
                self.missing_series.add(batch.rows.of(position));
                continue;
            }
            if time >= UNREADABLE {
                let row = batch.rows.of(position);
                if time == MISSING {
                    self.missing_times.add(row)
                } else {
                    self.unreadable_times.add(row)
                }
                continue;
            }
            let amount = match self.values[position] {
                Number::Value(value) => value,
                number => {
                    let rows = match number {
                        Number::Missing | Number::Value(_) => &mut self.missing_values,
                        Number::Unreadable => &mut self.unreadable_values,
                        Number::Impossible => &mut self.impossible_values,
                        Number::TooLarge => &mut self.too_large,
                    };
                    rows.add(batch.rows.of(position));
                    f64::NAN
                }
            };
            self.fractions |= amount.fract() > 0.0;
            match chunk.runs.last_mut() {
                Some((same, rows)) if *same == series => *rows += 1,
                _ => chunk.runs.push((series, 1)),
            }
            chunk.times.push(time);
            chunk.amounts.push(amount);
        }
        if !chunk.times.is_empty() {
            self.chunks.push(chunk);
        }
    }

    fn read_keys(&mut self, cells: &[Cells], rows: usize) {
        match cells {
            [] => {
                let single = *self.single.get_or_insert_with(|| self.series.number("Total").0);
                self.key_codes.clear();
                self.key_codes.resize(rows, single);
            }
            [only] => label_codes(&mut self.series, only, usize::MAX >> 1, &mut self.key_codes),
            several => {
                // A row without one of its labels may be a total, so it belongs to no series.
                let mut joined: Vec<Option<String>> = vec![Some(String::new()); rows];
                for (position, cells) in several.iter().enumerate() {
                    let mut rows = joined.iter_mut();
                    each_text(cells, |text| match (rows.next(), text) {
                        (Some(Some(key)), Some(text)) => {
                            if position > 0 {
                                key.push(PART);
                            }
                            key.push_str(&on_one_line(text));
                        }
                        (Some(key), _) => *key = None,
                        (None, _) => {}
                    });
                }
                self.key_codes.clear();
                let number = |key: &Option<String>| key.as_ref().map_or(MISSING, |key| self.series.number(key).0);
                self.key_codes.extend(joined.iter().map(number));
            }
        }
    }

    fn finish(
        mut self,
        path: PathBuf,
        headers: &Headers,
        columns: &TidyColumns,
        reading: TimeReading,
        through: ReadThrough,
    ) -> Result<Tidy, IngestError> {
        if let Some(position) = self.filters.iter().position(|filter| !filter.kept.contains(&true)) {
            return Err(IngestError::NothingLeft { path, option: columns.filters[position].0.clone() });
        }
        if let Some(row) = self.too_large.first.first() {
            let column = headers.written(columns.value).to_string();
            return Err(IngestError::CountTooLarge { path, column, row: *row, count: self.too_large.count });
        }
        let time_header = headers.written(columns.time);
        if self.chunks.is_empty() {
            return Err(IngestError::NoUsableRows { path, rows: through.rows, reasons: self.reasons(time_header) });
        }
        let calendar = self.times.decide(&path, time_header, reading.order, reading.excel_1904, reading.frequency)?;
        // Dates that their column's calendar doesn't have, such as 31/04/2024 once the order is known.
        for (code, _) in calendar.ordinals.iter().enumerate().filter(|(_, ordinal)| ordinal.is_none()) {
            self.unreadable_times.add(self.times.first_row(code as u32));
        }
        let mut ambiguous = RowCount::default();
        calendar.ambiguous.iter().for_each(|code| ambiguous.add(self.times.first_row(*code)));
        let mut findings = self.notes(&path, headers, columns, &through);
        if ambiguous.count > 0 {
            findings.push(findings::ambiguous_dates(&path, time_header, &ambiguous));
        }
        let names = self.series.into_texts();
        let mut order: Vec<u32> = (0..names.len() as u32).collect();
        order.sort_unstable_by(|one, other| names[*one as usize].cmp(&names[*other as usize]));
        let (starts, periods, amounts) = arrange(self.chunks, &order, &calendar.ordinals);
        let mut sorted: Vec<Option<Box<str>>> = names.into_iter().map(Some).collect();
        let series = order.iter().filter_map(|number| sorted[*number as usize].take()).collect();
        let mut tidy = Tidy {
            path,
            series,
            starts,
            periods,
            amounts,
            frequency: calendar.frequency,
            labels: calendar.labels,
            kind: if self.fractions { ValueKind::Amount } else { ValueKind::Count },
            findings,
            through,
        };
        tidy.sort_series(headers, columns)?;
        tidy.drop_empty();
        if tidy.series.is_empty() {
            let reasons = format!("column `{time_header}` holds no date that can be read");
            return Err(IngestError::NoUsableRows { path: tidy.path, rows: tidy.through.rows, reasons });
        }
        Ok(tidy)
    }

    fn reasons(&self, time: &str) -> String {
        let counts = [
            (self.filtered, "left out by filters".to_string()),
            (self.missing_series.count, "without a series".to_string()),
            (self.missing_times.count, format!("without a period in column `{time}`")),
            (self.unreadable_times.count, format!("with a period in column `{time}` that can't be read")),
        ];
        let given: Vec<String> =
            counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        given.join(", ")
    }

    fn notes(&self, path: &Path, headers: &Headers, columns: &TidyColumns, through: &ReadThrough) -> Vec<Finding> {
        let (time, value) = (headers.written(columns.time), headers.written(columns.value));
        let key = columns.keys.first().map_or("", |column| headers.written(*column));
        let mut notes = Vec::new();
        let mut note = |rows: &RowCount, column: &str, make: fn(&Path, &str, &RowCount) -> Finding| {
            if rows.count > 0 {
                notes.push(make(path, column, rows));
            }
        };
        note(&through.ragged, "", |path, _, rows| findings::ragged_rows(path, rows));
        note(&self.missing_series, key, findings::missing_series);
        note(&self.missing_times, time, findings::missing_dates);
        note(&self.unreadable_times, time, findings::unreadable_dates);
        note(&self.missing_values, value, findings::missing_values);
        note(&self.unreadable_values, value, findings::unreadable_numbers);
        note(&self.impossible_values, value, findings::impossible_counts);
        if self.filtered > 0 {
            notes.push(findings::filtered_rows(path, self.filtered));
        }
        if let Some(encoding) = through.converted {
            notes.push(findings::converted_encoding(path, encoding));
        }
        notes
    }
}

fn read_values(cells: &Cells, values: &mut Vec<Number>) {
    values.clear();
    match cells {
        Cells::Numbers(cells) => values.extend(cells.iter().map(|cell| cell.map_or(Number::Missing, numbers::of))),
        Cells::Text(cells) => values.extend(cells.iter().map(|cell| cell.map_or(Number::Missing, numbers::read))),
        Cells::Days(cells) => {
            values.extend(cells.iter().map(|cell| cell.map_or(Number::Missing, |_| Number::Unreadable)))
        }
    }
}

impl Tidy {
    /// Sorts every series by period and drops repeated rows.
    fn sort_series(&mut self, headers: &Headers, columns: &TidyColumns) -> Result<(), IngestError> {
        let mut repeated = 0;
        let mut contradictions = 0;
        let mut first: Option<(usize, i32)> = None;
        let mut write = 0;
        for series in 0..self.series.len() {
            let rows = self.rows(series);
            // Never ahead of what is read, so that rows may be moved up in place.
            self.starts[series] = write;
            let ascending = rows.clone().skip(1).all(|row| self.periods.get(row - 1) < self.periods.get(row));
            if ascending && write == rows.start {
                write = rows.end;
                continue;
            }
            let mut sorted: Vec<(i32, f64)> = rows.map(|row| (self.periods.get(row), self.amounts.get(row))).collect();
            sorted.sort_by_key(|(period, _)| *period);
            for same in sorted.chunk_by(|one, other| one.0 == other.0) {
                let mut observed = same.iter().map(|(_, amount)| *amount).filter(|amount| !amount.is_nan());
                let amount = observed.next().unwrap_or(f64::NAN);
                if observed.any(|other| other != amount) {
                    contradictions += 1;
                    first.get_or_insert((series, same[0].0));
                }
                repeated += same.len() as u64 - 1;
                self.periods.set(write, same[0].0);
                self.amounts.set(write, amount);
                write += 1;
            }
        }
        self.starts[self.series.len()] = write;
        if let Some((series, period)) = first {
            let used: Vec<usize> = columns.keys.iter().chain([&columns.time, &columns.value]).copied().collect();
            let others: Vec<&str> = (0..headers.len())
                .filter(|column| !used.contains(column))
                .map(|column| headers.written(column))
                .collect();
            return Err(IngestError::Contradiction {
                path: self.path.clone(),
                count: contradictions,
                series: self.series[series].replace(PART, "/"),
                period: self.labels.label(Period::numbered(self.frequency, period)),
                others: listed(others.into_iter()),
            });
        }
        if repeated > 0 {
            self.findings.push(findings::repeated_values(Some(&self.path), repeated));
        }
        Ok(())
    }

    /// Drops series all of whose rows were without a period.
    fn drop_empty(&mut self) {
        if (0..self.series.len()).all(|series| !self.rows(series).is_empty()) {
            return;
        }
        let kept: Vec<usize> = (0..self.series.len()).filter(|series| !self.rows(*series).is_empty()).collect();
        let mut starts: Vec<usize> = kept.iter().map(|series| self.starts[*series]).collect();
        starts.extend(self.starts.last());
        self.series = kept.iter().map(|series| self.series[*series].clone()).collect();
        self.starts = starts;
    }
}
