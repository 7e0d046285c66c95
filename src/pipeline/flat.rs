//! The engine alone: a table of series in, a table of forecasts or scores out, block by block.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use ndarray::Axis;
use serde::Serialize;

use super::{Error, Listener, Progress, Stage, recipe, short_history};
use crate::disclosure::Profile;
use crate::features::{FeatureOptions, calendar_design, closure_design};
use crate::forecast::{Draws, Forecast, Forecaster, Levels, ModelError};
use crate::ingest::{self, SeriesBlock, SeriesColumns, SeriesTable, Source, TimeLabels};
use crate::panel::{Design, Finding, SeriesKey};
use crate::project::LineUp;
use crate::publish::PublishError;
use crate::publish::tables::{WideBlock, WideFormat, WideTimes, WideWriter};
use crate::time::{Closures, Date, Frequency, WorkingCalendar};

/// How many series go through at a time. Pools and calibrations see one block: enough series to learn from, and few
/// enough that the paths of a line-up's members (500 of 12 periods a series) stay below the memory that reading takes.
const BLOCK: usize = 1024;

/// A table of series: where it is and how its columns are called.
#[derive(Debug, Clone)]
pub struct FlatTable {
    /// The file; `None` is standard input.
    pub path: Option<PathBuf>,
    /// The column that names the series; `None`: by its usual names.
    pub id: Option<String>,
    /// The column of dates or period numbers.
    pub time: Option<String>,
    /// The column of values.
    pub target: Option<String>,
    /// How long a period is, where the dates don't show it.
    pub frequency: Option<Frequency>,
}

impl FlatTable {
    fn source(&self) -> Result<Source, Error> {
        Ok(match &self.path {
            Some(path) => Source::File(path.clone()),
            None => Source::Bytes(PathBuf::from("standard input"), standard_input()?),
        })
    }

    /// Reads the table.
    pub(super) fn read(&self, listener: Listener<'_>) -> Result<SeriesTable, Error> {
        listener(Progress { stage: Stage::Read, done: 0, of: 0 });
        let columns = SeriesColumns { series: self.id.clone(), time: self.time.clone(), value: self.target.clone() };
        Ok(ingest::read_series(self.source()?, &columns, self.frequency)?)
    }
}

/// Everything on standard input.
fn standard_input() -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let path = || PathBuf::from("standard input");
    io::stdin().lock().read_to_end(&mut bytes).map_err(|source| Error::Unreadable { path: path(), source })?;
    Ok(bytes)
}

/// What `groundswell forecast` is asked for.
#[derive(Debug, Clone)]
pub struct FlatForecast {
    /// The table.
    pub table: FlatTable,
    /// Each is forecast on its own, under its name.
    pub models: Vec<LineUp>,
    /// How many periods ahead.
    pub horizon: usize,
    /// The levels of the intervals.
    pub levels: Levels,
    /// Paths and seed.
    pub draws: Draws,
    /// Where the forecasts go; `None` is standard output.
    pub output: Option<PathBuf>,
    /// Their format.
    pub format: WideFormat,
}

/// What a flat forecast came to.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FlatSummary {
    /// Series read.
    pub series: usize,
    /// Series forecast by at least one model.
    pub forecast: usize,
    /// Series that no model could forecast, with the reason; the first hundred.
    pub lost: Vec<(String, String)>,
    /// The models.
    pub models: Vec<String>,
    /// Periods ahead.
    pub horizon: usize,
    /// What was noticed about the table.
    pub findings: Vec<Finding>,
}

impl fmt::Display for FlatSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            writeln!(f, "Finding: {} ({})", finding.what, finding.name)?;
        }
        let (series, horizon, models) = (self.series, self.horizon, self.models.join(", "));
        writeln!(f, "Would forecast {series} series {horizon} periods ahead by {models}")
    }
}

/// How many lost series a summary names.
const NAMED: usize = 100;

/// What a flat forecast would do: the table is read whole, nothing is fitted or written.
///
/// # Errors
/// Where the table can't be used.
pub fn rehearse_table(job: &FlatForecast, listener: Listener<'_>) -> Result<FlatSummary, Error> {
    let table = job.table.read(listener)?;
    Ok(FlatSummary { series: table.len(), findings: table.findings().to_vec(), ..FlatSummary::of(job) })
}

/// Forecasts every series of a table and writes one row a series, period and model. An output file is written beside its
/// place and renamed when it is whole.
///
/// # Errors
/// Where the table can't be used, no series can be forecast, or the output can't be written.
pub fn forecast_table(job: &FlatForecast, listener: Listener<'_>) -> Result<FlatSummary, Error> {
    let table = job.table.read(listener)?;
    let forecasters: Vec<(&str, Box<dyn Forecaster>)> =
        job.models.iter().map(|line_up| (line_up.name.as_str(), recipe::forecaster(line_up))).collect();
    let calendar = WorkingCalendar::england_and_wales();
    let mut findings = table.findings().to_vec();
    findings.extend(short_history::finding(&table.shorter_than(short_history::LEAST), table.frequency().noun()));
    super::log_findings(Profile::Internal, &findings);
    let mut summary = FlatSummary { findings, ..FlatSummary::of(job) };
    let mut output = Output::open(job)?;
    for block in table.blocks(BLOCK) {
        let block = Block { block: block?, labels: table.time_labels() };
        forecast_block(job, &forecasters, &calendar, &block, &mut output.writer, &mut summary)?;
        listener(Progress { stage: Stage::Fit, done: summary.series as u64, of: table.len() as u64 });
    }
    if summary.forecast == 0 {
        let first = summary.lost.first().map(|(_, reason)| reason.clone()).unwrap_or_default();
        return Err(ModelError::Nothing { model: summary.models.join(", "), first }.into());
    }
    output.finish()?;
    if summary.forecast < summary.series {
        tracing::warn!(series = summary.series, forecast = summary.forecast, "some series could not be forecast");
        summary.lost.iter().for_each(|(series, reason)| tracing::warn!(series, reason, "not forecast"));
    }
    tracing::debug!(series = summary.series, forecast = summary.forecast, "forecast");
    Ok(summary)
}

/// A block of series, and how the table writes their periods.
struct Block {
    block: SeriesBlock,
    labels: TimeLabels,
}

impl FlatSummary {
    fn of(job: &FlatForecast) -> FlatSummary {
        let models = job.models.iter().map(|line_up| line_up.name.clone()).collect();
        FlatSummary { models, horizon: job.horizon, ..FlatSummary::default() }
    }
}

/// The regressors of a block over its history and the horizon: the calendar where all its series end together.
pub(super) fn design_of(
    block: &SeriesBlock,
    labels: TimeLabels,
    horizon: usize,
    calendar: &WorkingCalendar,
) -> Result<Design, Error> {
    let dated = labels != TimeLabels::Number;
    let span = block.panel.span().extended(horizon);
    let calendar = (block.dated && dated).then_some(calendar);
    let design = calendar_design(span, calendar, &FeatureOptions::default())?;
    Ok(match calendar {
        Some(calendar) => closure_design(design, calendar, &Closures::england())?,
        None => design,
    })
}

/// Forecasts one block by every model and writes it.
fn forecast_block(
    job: &FlatForecast,
    forecasters: &[(&str, Box<dyn Forecaster>)],
    calendar: &WorkingCalendar,
    block: &Block,
    writer: &mut WideWriter,
    summary: &mut FlatSummary,
) -> Result<(), Error> {
    let panel = &block.block.panel;
    let known = panel.span().len();
    let design = design_of(&block.block, block.labels, job.horizon, calendar)?;
    let mut lost: BTreeMap<usize, String> = BTreeMap::new();
    let mut reached = vec![false; panel.keys().len()];
    for (name, forecaster) in forecasters {
        let fitted = match forecaster.fit(panel, &design.slice(0, known)) {
            Ok(fitted) => fitted,
            Err(ModelError::Nothing { first, .. }) => {
                (0..panel.keys().len()).for_each(|row| drop(lost.insert(row, first.clone())));
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let forecast = fitted.forecast(&design.slice(known, job.horizon), job.draws)?.shaped_like(panel.kind());
        for (row, key) in panel.keys().iter().enumerate() {
            if forecast.row(key).is_some() {
                reached[row] = true;
            } else {
                let skipped = fitted.skipped().iter().find(|skipped| skipped.key == *key);
                lost.insert(row, skipped.map_or("its forecast is not finite".to_owned(), |skip| skip.reason.clone()));
            }
        }
        write_forecast(job, name, block, &forecast, writer)?;
    }
    summary.series += panel.keys().len();
    summary.forecast += reached.iter().filter(|reached| **reached).count();
    let unreached = lost.into_iter().filter(|(row, _)| !reached[*row]);
    let room = NAMED.saturating_sub(summary.lost.len());
    summary.lost.extend(unreached.take(room).map(|(row, reason)| (panel.keys()[row].to_string(), reason)));
    Ok(())
}

/// Writes one model's forecast of a block.
fn write_forecast(
    job: &FlatForecast,
    model: &str,
    block: &Block,
    forecast: &Forecast,
    writer: &mut WideWriter,
) -> Result<(), Error> {
    let steps = forecast.span().len();
    let rows = forecast.keys().len() * steps;
    let names: Vec<String> = forecast.keys().iter().map(|key| key.to_string()).collect();
    let row = |key: &SeriesKey| block.block.panel.keys().binary_search(key).ok();
    let ends = forecast.keys().iter().filter_map(row).map(|row| block.block.ends[row]);
    let periods = ends.flat_map(|end| (1..=steps as i32).map(move |step| end.plus(step)));
    let (low, high) = forecast.intervals(&job.levels);
    let mut figures =
        vec![forecast.mean().into_raw_vec_and_offset().0, forecast.quantiles(&[0.5]).into_raw_vec_and_offset().0];
    for level in 0..job.levels.iter().len() {
        for bound in [&low, &high] {
            figures.push(bound.index_axis(Axis(1), level).iter().copied().collect());
        }
    }
    let (dates, numbers): (Vec<Date>, Vec<i64>);
    let ds = if block.labels == TimeLabels::Number {
        numbers = periods.map(|period| i64::from(period.ordinal())).collect();
        WideTimes::Numbers(&numbers)
    } else {
        dates = periods.map(|period| block.labels.date(period).unwrap_or(period.first_day())).collect();
        WideTimes::Dates(&dates)
    };
    let unique_id = names.iter().flat_map(|name| std::iter::repeat_n(name.as_str(), steps)).collect();
    let figures = figures.iter().map(Vec::as_slice).collect();
    writer.write(&WideBlock { unique_id, ds, model: vec![model; rows], figures })?;
    Ok(())
}

/// Where forecasts go: standard output, or a file beside its place until it is whole.
struct Output {
    writer: WideWriter,
    file: Option<(tempfile::TempPath, PathBuf)>,
}

impl Output {
    fn open(job: &FlatForecast) -> Result<Output, Error> {
        let Some(path) = &job.output else {
            let sink = Box::new(BufWriter::new(io::stdout()));
            return Ok(Output { writer: WideWriter::new(Path::new("-"), sink, job.format, &job.levels), file: None });
        };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let cant_create = |source: io::Error| Error::CantCreate { path: path.clone(), source };
        if !folder.is_dir() {
            let source = io::Error::new(io::ErrorKind::NotFound, format!("there is no folder {}", folder.display()));
            return Err(cant_create(source));
        }
        if path.is_dir() {
            return Err(cant_create(io::Error::from(io::ErrorKind::IsADirectory)));
        }
        let mut named = tempfile::Builder::new();
        named.prefix(".groundswell-");
        // A temporary file is its owner's alone; what it becomes may be read by whoever may read other new files.
        #[cfg(unix)]
        named.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let (file, temporary) = named
            .tempfile_in(folder)
            .map_err(|error| {
                // The name of the temporary file says nothing to anybody.
                cant_create(io::Error::from(error.kind()))
            })?
            .into_parts();
        let sink: Box<dyn Write + Send> = Box::new(BufWriter::new(file));
        let writer = WideWriter::new(path, sink, job.format, &job.levels);
        Ok(Output { writer, file: Some((temporary, path.clone())) })
    }

    fn finish(self) -> Result<(), Error> {
        self.writer.finish()?;
        let Some((temporary, path)) = self.file else { return Ok(()) };
        temporary.persist(&path).map_err(|error| PublishError::Write { path, source: error.error })?;
        Ok(())
    }
}
