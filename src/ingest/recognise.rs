//! What a file holds, by its columns.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::columns::each_text;
use super::counts;
use super::dfe_monthly;
use super::dimension::{Dimension, find};
use super::error::IngestError;
use super::frames::ReadAs;
use super::headers::{Headers, Role};
use super::options::{Format, InputOptions};
use super::period_text::{self, Mark};
use super::source::Source;
use super::ssda903;
use super::table::Table;

/// What a file was recognised as.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recognition {
    /// The file.
    pub path: PathBuf,
    /// What it holds.
    pub format: Format,
    /// CSV, Parquet or Arrow.
    pub container: &'static str,
    /// All its headers.
    pub headers: Vec<String>,
    /// The columns that have a role, by header.
    pub columns: Vec<RoleColumn>,
    /// Dimensions that the file can be cut by, those that suit a first run first.
    pub dimensions: Vec<String>,
}

/// A column that has a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoleColumn {
    /// The option that names it (`columns.date` ...).
    pub option: &'static str,
    /// Its header.
    pub header: String,
}

/// Looks at a file's columns: which format it is in, which column is which, and how it can be cut into series.
///
/// # Errors
/// Where the file can't be read or no format fits; the error names the closest format and what it lacks.
pub fn recognise(path: &Path) -> Result<Recognition, IngestError> {
    recognise_source(Source::File(path.to_path_buf()))
}

/// As [`recognise`], of a file or of bytes in memory.
///
/// # Errors
/// As for [`recognise`].
pub fn recognise_source(source: Source) -> Result<Recognition, IngestError> {
    let path = &source.path().to_path_buf();
    let table = Table::open(source)?;
    let headers = Headers::new(table.headers());
    let options = InputOptions::default();
    let format = match table.known() {
        Some(format) => format,
        None => detect(&headers, path, &options)?,
    };
    let container = table.container();
    let written = table.headers().to_vec();
    let mut columns = Vec::new();
    for (role, option) in roles(format) {
        let column = find(&headers, path, *role, &options)?;
        columns.extend(column.map(|column| RoleColumn { option, header: written[column].clone() }));
    }
    let dimensions = match format {
        Format::DfeMonthly => vec!["area".to_string()],
        Format::Counts => counts::columns(&headers, path, &options)?.1,
        Format::CinCensus | Format::AnnexA | Format::Ssd => {
            ["source", "age_band", "need", "no_further_action"].map(str::to_string).to_vec()
        }
        Format::Ssda903 => Vec::new(),
        _ => referral_dimensions(table, &headers, path)?,
    };
    Ok(Recognition { path: path.to_path_buf(), format, container, headers: written, columns, dimensions })
}

/// What a file holds.
///
/// # Errors
/// Where the file can't be read or no format fits.
pub fn format_of(path: &Path) -> Result<Format, IngestError> {
    let table = Table::open(Source::File(path.to_path_buf()))?;
    match table.known() {
        Some(format) => Ok(format),
        None => detect(&Headers::new(table.headers()), path, &InputOptions::default()),
    }
}

fn roles(format: Format) -> &'static [(Role, &'static str)] {
    match format {
        Format::DfeMonthly | Format::Auto | Format::CinCensus | Format::AnnexA | Format::Ssd | Format::Ssda903 => &[],
        Format::Counts => &[(Role::Series, "series"), (Role::Time, "time"), (Role::Value, "value")],
        Format::Referrals => &[
            (Role::Date, "date"),
            (Role::Child, "child"),
            (Role::Source, "source"),
            (Role::Area, "area"),
            (Role::Age, "age"),
            (Role::DateOfBirth, "date_of_birth"),
            (Role::Need, "need"),
            (Role::NoFurtherAction, "no_further_action"),
        ],
    }
}

/// The dimensions that the columns allow: an area only where there is more than one.
fn referral_dimensions(table: Table, headers: &Headers, path: &Path) -> Result<Vec<String>, IngestError> {
    let options = InputOptions::default();
    let has = |role| Ok::<bool, IngestError>(find(headers, path, role, &options)?.is_some());
    let mut dimensions = Vec::new();
    if let Some(area) = find(headers, path, Role::Area, &options)? {
        let mut areas: BTreeSet<String> = BTreeSet::new();
        table.read(&[(area, ReadAs::Text)], false, &mut |batch| {
            each_text(&batch.columns[0], |text| {
                if let Some(text) = text.filter(|_| areas.len() < 2) {
                    areas.insert(text.to_lowercase());
                }
            });
            Ok(if areas.len() < 2 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        })?;
        if areas.len() > 1 {
            dimensions.push(Dimension::Area.name().to_string());
        }
    }
    if has(Role::Source)? {
        dimensions.push(Dimension::Source.name().to_string());
    }
    if has(Role::Age)? || has(Role::DateOfBirth)? {
        dimensions.push(Dimension::AgeBand.name().to_string());
    }
    if has(Role::Need)? {
        dimensions.push(Dimension::Need.name().to_string());
    }
    if has(Role::NoFurtherAction)? {
        dimensions.push(Dimension::NoFurtherAction.name().to_string());
    }
    Ok(dimensions)
}

/// The format of a table with these headers.
///
/// # Errors
/// Where none fits.
pub(super) fn detect(headers: &Headers, path: &Path, options: &InputOptions) -> Result<Format, IngestError> {
    if options.format != Format::Auto {
        return Ok(options.format);
    }
    let dfe = dfe_monthly::missing(headers);
    if dfe.is_empty() {
        return Ok(Format::DfeMonthly);
    }
    if ssda903::part(headers).is_some() {
        return Ok(Format::Ssda903);
    }
    let found = |role| find(headers, path, role, options);
    let (time, value, series) = (found(Role::Time)?, found(Role::Value)?, found(Role::Series)?);
    let (date, child) = (found(Role::Date)?, found(Role::Child)?);
    let person = child.is_some() && child != series;
    let described = [Role::Source, Role::Need, Role::NoFurtherAction, Role::DateOfBirth]
        .into_iter()
        .map(found)
        .collect::<Result<Vec<_>, _>>()?
        .iter()
        .any(Option::is_some);
    if date.is_some() && person {
        return Ok(Format::Referrals);
    }
    // Another of the Department's files: its rows are of several levels, one inside the other.
    let levelled = headers.position("timeperiod").is_some() && headers.position("geographiclevel").is_some();
    if time.is_some() && value.is_some() && !levelled {
        return Ok(Format::Counts);
    }
    if date.is_some() && described {
        return Ok(Format::Referrals);
    }
    let lacks = |column: Option<usize>, role: Role| column.is_none().then(|| role.noun());
    let counts: Vec<&'static str> =
        [lacks(time, Role::Time), lacks(value, Role::Value)].into_iter().flatten().collect();
    let mut referrals: Vec<&'static str> = lacks(date, Role::Date).into_iter().collect();
    if !person && !described {
        referrals.push("the child's identifier or the source of referral");
    }
    let candidates = [(Format::Referrals, referrals), (Format::Counts, counts), (Format::DfeMonthly, dfe)];
    let tried = candidates.iter().map(|(format, _)| format.noun()).collect();
    let closest = candidates.into_iter().min_by_key(|(format, missing)| match format {
        Format::Counts if levelled => usize::MAX,
        _ => missing.len(),
    });
    let (closest, missing) = closest.unwrap_or((Format::Referrals, Vec::new()));
    Err(IngestError::Unrecognised {
        path: path.to_path_buf(),
        tried,
        closest: closest.noun(),
        missing,
        columns: headers.listed(),
        remedy: remedy(headers),
    })
}

/// What is to be done about a table without known columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderRemedy {
    /// Its columns go by other names.
    Name,
    /// It has a column for each period.
    TurnRound,
    /// Something stands above its headers.
    DropTitle,
}

impl fmt::Display for HeaderRemedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            HeaderRemedy::Name => {
                "Rename them (a table of counts needs columns such as `month` and `referrals`), or name them in a project \
                 file, under [input.columns]"
            }
            HeaderRemedy::TurnRound => {
                "It has a column for each period: turn it round, so that each row holds one period, under headers such as \
                 `area`, `month` and `referrals`"
            }
            HeaderRemedy::DropTitle => "Its first row looks like a title: delete what stands above the row of headers",
        })
    }
}

/// Fewer headers that are periods than these don't make a table with a column for each.
const FEWEST_PERIODS: usize = 6;

fn remedy(headers: &Headers) -> HeaderRemedy {
    let of = |test: fn(&str) -> bool| (0..headers.len()).filter(|column| test(headers.written(*column))).count();
    let is_period =
        |header: &str| matches!(period_text::read(header), Some(Mark::Date(_) | Mark::Month(_) | Mark::Quarter(_)));
    if of(is_period) >= FEWEST_PERIODS {
        HeaderRemedy::TurnRound
    } else if headers.len() > 1 && 2 * of(|header| header.trim().is_empty()) >= headers.len() {
        HeaderRemedy::DropTitle
    } else {
        HeaderRemedy::Name
    }
}
