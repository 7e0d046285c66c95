//! The Department for Education's monthly referrals (table C6 of "Characteristics of children in need"): one row an
//! area and year to March, one column a month.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::columns::each_text;
use super::dfe_areas::{AreaYear, choose, labels, month_of, note_code_changes, without_parts};
use super::error::IngestError;
use super::findings;
use super::frames::{Cells, ReadAs};
use super::headers::{Headers, listed, plain};
use super::history::{History, label};
use super::numbers::{self, Number};
use super::options::{InputOptions, Level};
use super::period_findings;
use super::table::{ReadThrough, Table};
use super::text::RowCount;
use crate::math::spelling::on_one_line;
use crate::panel::{Finding, SeriesKey};
use crate::time::Period;

/// The columns of months, in the order of the year to March.
const MONTHS: [&str; 12] = [
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "january",
    "february",
    "march",
];

/// How far the months of a rounded row may be from its total: regions and England are rounded to the nearest ten, so
/// twelve months and the total are each up to five off.
const ROUNDING: f64 = 65.0;

/// Which of the file's columns are which.
#[derive(Debug, Clone)]
struct Layout {
    year: usize,
    level: usize,
    name: usize,
    code: Option<usize>,
    /// The Department's own three-digit number of an authority, which stays when a code changes.
    number: Option<usize>,
    total: Option<usize>,
    months: [usize; 12],
}

/// What a DfE file lacks to be one; nothing where it is complete.
pub(super) fn missing(headers: &Headers) -> Vec<&'static str> {
    let has = |wanted: &str| headers.position(wanted).is_some();
    let mut missing = Vec::new();
    if !has("timeperiod") {
        missing.push("the year (time_period)");
    }
    if !has("geographiclevel") {
        missing.push("the level (geographic_level)");
    }
    if !MONTHS.iter().all(|month| has(month)) {
        missing.push("each month from April to March");
    }
    missing
}

fn layout(headers: &Headers, path: &Path, level: Level) -> Result<Layout, IngestError> {
    let named = |role: &'static str, wanted: &str| headers.named(path, role, wanted);
    let (name, code) = match level {
        Level::Authority => ("la_name", "new_la_code"),
        Level::Region => ("region_name", "region_code"),
        Level::National => ("country_name", "country_code"),
    };
    let mut months = [0; 12];
    for (column, month) in months.iter_mut().zip(MONTHS) {
        *column = named("a month", month)?;
    }
    Ok(Layout {
        year: named("the year", "time_period")?,
        level: named("the level", "geographic_level")?,
        name: named("the area", name)?,
        code: headers.position(&plain(code)),
        number: headers.position("oldlacode").filter(|_| level == Level::Authority),
        total: headers.position("referrals").or_else(|| headers.position("total")),
        months,
    })
}

/// One file read: its history, what was noticed, and the file's bytes.
pub(super) struct DfeFile {
    pub(super) history: History,
    pub(super) findings: Vec<Finding>,
    pub(super) through: ReadThrough,
}

/// Reads one file.
///
/// # Errors
/// Where columns are missing, no row can be used, or an area that was asked for isn't there.
pub(super) fn read(
    table: Table,
    options: &InputOptions,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<DfeFile, IngestError> {
    let path = table.path().to_path_buf();
    let headers = Headers::new(table.headers());
    let layout = layout(&headers, &path, options.level)?;
    let mut filters = Vec::new();
    for (header, kept) in &options.filters {
        let column = headers.named(&path, "a filter", header)?;
        filters.push((column, kept.iter().map(|value| plain(value)).collect::<Vec<_>>()));
    }
    let mut reader = Reader {
        layout: &layout,
        level: options.level,
        filters,
        rows: Vec::new(),
        unreadable_years: RowCount::default(),
        too_large: RowCount::default(),
        too_large_month: None,
        filtered: 0,
    };
    let wanted = reader.wanted();
    let through = table.read(&wanted, false, &mut |batch| {
        progress(batch.bytes, batch.rows.of(0));
        let cells: Vec<Vec<Option<String>>> = batch.columns.iter().map(texts).collect();
        (0..batch.len()).for_each(|position| {
            let cell = |place: usize| cells[place][position].as_deref();
            reader.take(batch.rows.of(position), &cell);
        });
        Ok(ControlFlow::Continue(()))
    })?;
    if through.rows == 0 {
        return Err(IngestError::NoRows { path });
    }
    let Reader { rows, unreadable_years, filtered, too_large, too_large_month, .. } = reader;
    if let (Some(row), Some(month)) = (too_large.first.first(), too_large_month) {
        let column = headers.written(layout.months[month]).to_string();
        return Err(IngestError::CountTooLarge { path, column, row: *row, count: too_large.count });
    }
    if rows.is_empty() {
        return Err(if filtered > 0 {
            IngestError::NothingLeft { path, option: "level and filters".into() }
        } else {
            let reasons = format!("{} without a year in column `time_period`", unreadable_years.count);
            IngestError::NoUsableRows { path, rows: through.rows, reasons }
        });
    }
    let mut notes = Vec::new();
    if through.ragged.count > 0 {
        notes.push(findings::ragged_rows(&path, &through.ragged));
    }
    if unreadable_years.count > 0 {
        notes.push(findings::unreadable_dates(&path, headers.written(layout.year), &unreadable_years));
    }
    let history = assemble(path, rows, options, &headers, &layout, &mut notes)?;
    Ok(DfeFile { history, findings: notes, through })
}

fn texts(cells: &Cells) -> Vec<Option<String>> {
    let mut texts = Vec::with_capacity(cells.len());
    each_text(cells, |text| texts.push(text.map(|text| on_one_line(text).into_owned())));
    texts
}

/// The state of reading one file.
struct Reader<'a> {
    layout: &'a Layout,
    level: Level,
    filters: Vec<(usize, Vec<String>)>,
    rows: Vec<AreaYear>,
    unreadable_years: RowCount,
    too_large: RowCount,
    too_large_month: Option<usize>,
    filtered: u64,
}

impl Reader<'_> {
    /// The columns that are read: year, level, name, code, number, total, the months, and those of filters. A column
    /// that isn't there is read as the name, and not looked at.
    fn wanted(&self) -> Vec<(usize, ReadAs)> {
        let layout = self.layout;
        let name = layout.name;
        let or_name = |column: Option<usize>| column.unwrap_or(name);
        let head =
            [layout.year, layout.level, name, or_name(layout.code), or_name(layout.number), or_name(layout.total)];
        let filters = self.filters.iter().map(|(column, _)| *column);
        head.into_iter().chain(layout.months).chain(filters).map(|column| (column, ReadAs::Text)).collect()
    }

    fn take<'c>(&mut self, row: u64, cell: &dyn Fn(usize) -> Option<&'c str>) {
        let level = match self.level {
            Level::Authority => "localauthority",
            Level::Region => "regional",
            Level::National => "national",
        };
        let kept = |(position, (_, wanted)): (usize, &(usize, Vec<String>))| {
            cell(18 + position).is_some_and(|text| wanted.contains(&plain(text)))
        };
        let at_level = cell(1).is_some_and(|text| plain(text) == level);
        if !at_level || !self.filters.iter().enumerate().all(kept) {
            self.filtered += 1;
            return;
        }
        let (Some(year), Some(name)) = (cell(0).and_then(year_to_march), cell(2)) else {
            self.unreadable_years.add(row);
            return;
        };
        let code = self.layout.code.and_then(|_| cell(3)).unwrap_or_default();
        let number = self.layout.number.and_then(|_| cell(4));
        let number_of = |place: usize| cell(place).map_or(Number::Missing, numbers::read);
        let months: [Number; 12] = std::array::from_fn(|month| number_of(6 + month));
        if let Some(month) = months.iter().position(|number| *number == Number::TooLarge) {
            self.too_large.add(row);
            self.too_large_month.get_or_insert(month);
        }
        self.rows.push(AreaYear {
            row,
            year,
            name: name.to_string(),
            code: code.to_string(),
            identity: number.or((!code.is_empty()).then_some(code)).unwrap_or(name).to_string(),
            months,
            total: if self.layout.total.is_some() { number_of(5) } else { Number::Missing },
            shared_out: 0,
        });
    }
}

/// The year that ends in March: `2024`, or `202324` for the year 2023/24.
fn year_to_march(text: &str) -> Option<i16> {
    let text = text.strip_suffix(".0").unwrap_or(text);
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let year = match digits.len() {
        4 => digits.parse::<i16>().ok()?,
        6 => {
            let (begins, ends) = digits.split_at(4);
            let begins: i16 = begins.parse().ok()?;
            (ends.parse::<i16>().ok()? == (begins + 1) % 100).then_some(begins + 1)?
        }
        _ => return None,
    };
    (1990..=2200).contains(&year).then_some(year)
}

fn assemble(
    path: PathBuf,
    mut rows: Vec<AreaYear>,
    options: &InputOptions,
    headers: &Headers,
    layout: &Layout,
    notes: &mut Vec<Finding>,
) -> Result<History, IngestError> {
    rows.sort_by(|one, other| (&one.identity, one.year, one.row).cmp(&(&other.identity, other.year, other.row)));
    if let Some(pair) = rows.windows(2).find(|pair| {
        pair[0].identity == pair[1].identity && pair[0].year == pair[1].year && pair[0].months != pair[1].months
    }) {
        let used = |column: usize| {
            [layout.year, layout.level, layout.name].contains(&column)
                || layout.months.contains(&column)
                || [layout.code, layout.number, layout.total].contains(&Some(column))
        };
        let others: Vec<&str> =
            (0..headers.len()).filter(|column| !used(*column)).map(|column| headers.written(column)).collect();
        return Err(IngestError::Contradiction {
            path,
            count: 1,
            series: pair[1].name.clone(),
            period: format!("the year to March {}", pair[1].year),
            others: listed(others.into_iter()),
        });
    }
    if options.level == Level::Authority {
        rows.iter_mut().for_each(AreaYear::share_out);
    }
    let areas: Vec<&[AreaYear]> = rows.chunk_by(|one, other| one.identity == other.identity).collect();
    let labels = labels(&areas, options.area_labels, notes);
    let mut chosen = choose(&areas, &labels, options)?;
    without_parts(&labels, options, &mut chosen, notes);
    note_values(
        &path,
        areas.iter().zip(&chosen).filter(|(_, chosen)| **chosen).flat_map(|(rows, _)| *rows),
        options,
        notes,
    );
    let last_months = areas.iter().zip(&chosen).map(|(rows, chosen)| (*chosen, last_month(rows)));
    let last = last_months.clone().filter_map(|(_, last)| last).max();
    let last_chosen = last_months.filter(|(chosen, _)| *chosen).filter_map(|(_, last)| last).max();
    if let (Some(last), Some(ended)) = (last, last_chosen.filter(|ended| Some(*ended) < last)) {
        let names = labels.iter().zip(&chosen).filter(|(_, chosen)| **chosen).map(|(name, _)| name.clone());
        notes.push(period_findings::file_goes_on(&names.collect::<Vec<_>>(), &ended.to_string(), &last.to_string()));
    }
    let mut series: BTreeMap<SeriesKey, Vec<(i32, f64)>> = BTreeMap::new();
    for ((rows, name), _) in areas.iter().zip(&labels).zip(&chosen).filter(|(_, chosen)| **chosen) {
        note_code_changes(rows, name, notes);
        let cells = series.entry(SeriesKey::new([label(name)])).or_default();
        for row in *rows {
            for (month, number) in row.months.iter().enumerate() {
                let amount = if let Number::Value(amount) = number { *amount } else { f64::NAN };
                cells.push((month_of(row.year, month).ordinal(), amount));
            }
        }
        cells.dedup_by_key(|(period, _)| *period);
    }
    Ok(History { path, series: series.into_iter().collect() })
}

/// The last month for which an area has a number.
fn last_month(rows: &[AreaYear]) -> Option<Period> {
    let months =
        rows.iter().flat_map(|row| row.months.iter().enumerate().map(|(month, number)| (row.year, month, number)));
    months.filter(|(.., number)| matches!(number, Number::Value(_))).map(|(year, month, _)| month_of(year, month)).max()
}

fn note_values<'a>(
    path: &Path,
    rows: impl Iterator<Item = &'a AreaYear>,
    options: &InputOptions,
    notes: &mut Vec<Finding>,
) {
    const COLUMNS: &str = "April to March";
    let mut counts = [RowCount::default(), RowCount::default(), RowCount::default()];
    let (mut disagreeing, mut shared_out) = (RowCount::default(), RowCount::default());
    let mut sorted: Vec<&AreaYear> = rows.collect();
    sorted.sort_by_key(|row| row.row);
    for row in sorted {
        if row.shared_out > 0 {
            shared_out.add(row.row);
            shared_out.count += row.shared_out - 1;
        }
        let mut is_whole = true;
        for number in row.months {
            let rows = match number {
                Number::Value(_) => continue,
                Number::Missing => &mut counts[0],
                Number::Unreadable => &mut counts[1],
                // Too large a number ended the reading.
                Number::Impossible | Number::TooLarge => &mut counts[2],
            };
            is_whole = false;
            if rows.first.last() == Some(&row.row) { rows.count += 1 } else { rows.add(row.row) }
        }
        let allowed = if options.level == Level::Authority { 0.0 } else { ROUNDING };
        if let Number::Value(total) = row.total
            && is_whole
            && (row.known() - total).abs() > allowed
        {
            disagreeing.add(row.row);
        }
    }
    let makers = [findings::missing_values, findings::unreadable_numbers, findings::impossible_counts];
    for (rows, make) in counts.iter().zip(makers).filter(|(rows, _)| rows.count > 0) {
        notes.push(make(path, COLUMNS, rows));
    }
    if shared_out.count > 0 {
        notes.push(findings::shared_out(path, COLUMNS, &shared_out));
    }
    if disagreeing.count > 0 {
        notes.push(findings::total_disagrees(path, "Referrals", &disagreeing));
    }
}
