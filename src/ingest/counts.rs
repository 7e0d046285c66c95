//! Tables of counts: one row a series and period.

use std::path::Path;

use super::dimension::find;
use super::error::IngestError;
use super::headers::{Headers, Role};
use super::history::{History, label};
use super::options::InputOptions;
use super::tidy::{PART, Tidy, TidyColumns, TimeReading};
use crate::panel::SeriesKey;

/// The columns of a table of counts, and the names of its dimensions.
///
/// # Errors
/// Where a column is missing.
pub(super) fn columns(
    headers: &Headers,
    path: &Path,
    options: &InputOptions,
) -> Result<(TidyColumns, Vec<String>), IngestError> {
    let needed = |role: Role, wanted: &str| {
        find(headers, path, role, options)?.ok_or_else(|| IngestError::MissingColumn {
            path: path.to_path_buf(),
            role: role.noun(),
            wanted: wanted.to_string(),
            columns: headers.listed(),
        })
    };
    let (time, value) = (needed(Role::Time, "ds")?, needed(Role::Value, "y")?);
    let mut keys = Vec::new();
    let mut dimensions = Vec::new();
    if options.dimensions.is_empty() {
        for role in suggested(headers, path, options)? {
            keys.push(role);
            dimensions.push(headers.written(role).to_string());
        }
    }
    // A table without labels is one series, and is named as one where nothing else is.
    let unnamed = headers.position("series").is_none() && options.dimensions == ["series"];
    for name in options.dimensions.iter().filter(|_| !unnamed) {
        let column = match headers.named(path, "a dimension", name) {
            Err(missing @ IngestError::MissingColumn { .. }) => {
                let role = [Role::Area, Role::Source, Role::Need, Role::Age].into_iter().find(|role| {
                    matches!(
                        (role, name.as_str()),
                        (Role::Area, "area")
                            | (Role::Source, "source")
                            | (Role::Need, "need")
                            | (Role::Age, "age_band")
                    )
                });
                let usual = role.map(|role| find(headers, path, role, options)).transpose()?.flatten();
                usual.ok_or(missing)?
            }
            found => found?,
        };
        if column == time || column == value || keys.contains(&column) {
            return Err(IngestError::Options(format!(
                "the dimension `{name}` is a column that is used already, as the period, the count or another dimension"
            )));
        }
        keys.push(column);
        dimensions.push(name.clone());
    }
    let mut filters = Vec::new();
    if !options.areas.is_empty() {
        let area = find(headers, path, Role::Area, options)?.or_else(|| keys.first().copied());
        let column = area.ok_or_else(|| IngestError::MissingColumn {
            path: path.to_path_buf(),
            role: Role::Area.noun(),
            wanted: "area".into(),
            columns: headers.listed(),
        })?;
        filters.push(("areas".to_string(), column, options.areas.clone()));
    }
    for (header, kept) in &options.filters {
        let column = headers.named(path, "a filter", header)?;
        filters.push((format!("filters.{header}"), column, kept.clone()));
    }
    if dimensions.is_empty() {
        dimensions.push("series".to_string());
    }
    Ok((TidyColumns { keys, time, value, filters }, dimensions))
}

/// The columns that name the series where the options don't: the series column, or those of areas, sources, ages and
/// needs.
fn suggested(headers: &Headers, path: &Path, options: &InputOptions) -> Result<Vec<usize>, IngestError> {
    if let Some(series) = find(headers, path, Role::Series, options)? {
        return Ok(vec![series]);
    }
    let mut columns = Vec::new();
    for role in [Role::Area, Role::Source, Role::Age, Role::Need, Role::NoFurtherAction] {
        columns.extend(find(headers, path, role, options)?.filter(|column| !columns.contains(column)));
    }
    Ok(columns)
}

/// How the options want times to be read.
pub(super) fn time_reading(options: &InputOptions) -> TimeReading {
    TimeReading { order: options.date_order, excel_1904: options.excel_1904, frequency: options.frequency }
}

/// A tidy table as a history.
pub(super) fn history(tidy: &Tidy) -> History {
    let series = tidy.series.iter().enumerate().map(|(position, name)| {
        let key = SeriesKey::new(name.split(PART).map(label));
        let rows = tidy.rows(position).map(|row| (tidy.periods.get(row), tidy.amounts.get(row)));
        (key, rows.collect())
    });
    History { path: tidy.path.clone(), series: series.collect() }
}
