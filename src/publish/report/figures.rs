//! A chart or table of the report, with all that its template says of it.

use serde::Serialize;

use crate::panel::TOTAL;
use crate::publish::PublishError;
use crate::publish::charts::{Chart, Shape, score_text, short_name};
use crate::publish::contents::PackContents;
use crate::publish::sheet::{Sheet, Value};
use crate::publish::words::{capitalised, per_cent, shown};
use crate::time::{Date, Period};

/// Longer tables are cut in the report; the CSV beside it has all rows.
const MOST_ROWS: usize = 240;

/// A chart with its words, drawn for desktops and for phones.
#[derive(Debug, Serialize)]
pub(super) struct Figure {
    id: String,
    headline: String,
    subtitle: String,
    wide: String,
    narrow: String,
    note: Option<String>,
    source: String,
    table: Option<Table>,
}

/// A table as texts.
#[derive(Debug, Serialize)]
pub(super) struct Table {
    pub caption: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<String>>,
    pub cut: Option<String>,
    /// Whether its texts may be broken anywhere, as check sums must be.
    pub is_long: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct Column {
    pub name: String,
    pub is_figure: bool,
}

/// A chart and the figures behind it.
pub(super) fn figure(contents: &PackContents, chart: &Chart) -> Result<Figure, PublishError> {
    let draw = |shape: Shape| {
        let failed = |error: std::io::Error| PublishError::Chart { chart: chart.id.clone(), reason: error.to_string() };
        chart.inline(shape).map(|picture| picture.svg).map_err(failed)
    };
    let caption = format!("{}. {}", chart.headline, chart.subtitle);
    let sheet = chart.summary.as_ref().unwrap_or(&chart.sheet);
    Ok(Figure {
        id: chart.id.clone(),
        headline: chart.headline.clone(),
        subtitle: chart.subtitle.clone(),
        wide: draw(Shape::Wide)?,
        narrow: draw(Shape::Narrow)?,
        note: chart.note.clone(),
        source: chart.source.clone(),
        table: table(contents, caption, sheet, &format!("charts/{}.csv", chart.id)),
    })
}

/// A sheet as a table of texts; `None` where it has no rows.
pub(super) fn table(contents: &PackContents, caption: String, sheet: &Sheet, file: &str) -> Option<Table> {
    let first = sheet.rows.first()?;
    let kept: Vec<usize> = (0..sheet.columns.len())
        .filter(|place| sheet.columns[*place] != crate::publish::sheet::MARKING_COLUMN)
        .collect();
    let is_figure =
        |place: usize| sheet.rows.iter().any(|row| matches!(row[place], Value::Figure(_) | Value::Whole(_)));
    let columns = kept
        .iter()
        .map(|place| Column { name: column_name(contents, &sheet.columns[*place]), is_figure: is_figure(*place) });
    let day = |text: &str| text.parse::<Date>().ok().map(|day| short_name(Period::containing(contents.frequency, day)));
    let value = |column: &str, value: &Value| match value {
        Value::Text(text) if text == TOTAL => "All".to_owned(),
        // First days of periods.
        Value::Text(text) if ["ds", "from", "to"].contains(&column) => day(text).unwrap_or_else(|| text.clone()),
        Value::Text(text) => text.clone(),
        Value::Whole(number) => number.to_string(),
        Value::Period(period) => short_name(*period),
        Value::Figure(cell) if column == "inside" => cell.number().map_or_else(|| shown(*cell), per_cent),
        Value::Figure(cell) if ["scaled_wis", "mase", "bias"].contains(&column) => score_text(*cell),
        Value::Figure(cell) => shown(*cell),
    };
    // Time runs forward, so it is the newest rows that are kept.
    let in_time = first.iter().any(|value| matches!(value, Value::Period(_)));
    let rows = match sheet.rows.len().checked_sub(MOST_ROWS) {
        Some(over) if in_time => &sheet.rows[over..],
        Some(_) => &sheet.rows[..MOST_ROWS],
        None => &sheet.rows[..],
    };
    let cut = (rows.len() < sheet.rows.len())
        .then(|| format!("{} of {} rows are shown; all are in {file}.", rows.len(), sheet.rows.len()));
    let rows = rows.iter().map(|row| kept.iter().map(|place| value(&sheet.columns[*place], &row[*place])).collect());
    Some(Table { caption, columns: columns.collect(), rows: rows.collect(), cut, is_long: false })
}

/// A column's name as a reader knows it.
fn column_name(contents: &PackContents, column: &str) -> String {
    if let Some(of) = column.strip_suffix("_per_cent") {
        return format!("{}, per cent", column_name(contents, of));
    }
    if let Some(of) = column.strip_prefix("prior_").filter(|of| of.starts_with("lo_") || of.starts_with("hi_")) {
        return format!("Prior, {}", column_name(contents, of));
    }
    if let Some(level) = column.strip_prefix("lo_") {
        return format!("{level}% low");
    }
    if let Some(level) = column.strip_prefix("hi_") {
        return format!("{level}% high");
    }
    match column {
        "period" | "ds" => capitalised(contents.frequency.noun()),
        "median" | "forecast_median" => "Forecast".to_owned(),
        "mean" => "Average".to_owned(),
        "scaled_wis" => "Interval score".to_owned(),
        "mase" => "MASE".to_owned(),
        "known_to" => "Made with figures to".to_owned(),
        "level" => "Range, %".to_owned(),
        "of" => "Series".to_owned(),
        "inside" => "Held".to_owned(),
        other => capitalised(&other.replace('_', " ")),
    }
}
