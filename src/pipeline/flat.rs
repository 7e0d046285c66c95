//! The engine alone: a table of series in, a table of forecasts or scores out, block by block.

use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{Error, Listener, Progress, Stage, recipe};
use crate::features::{FeatureOptions, calendar_design};
use crate::forecast::{Draws, Forecaster, Levels, ModelError};
use crate::ingest::{self, SeriesBlock, SeriesNames, Source};
use crate::panel::{Design, Finding};
use crate::project::LineUp;
use crate::publish::{WideFormat, WideWriter};
use crate::time::{Frequency, Span, WorkingCalendar};

/// How many series go through at a time. Pools and calibrations see one block; larger ones cost memory only.
const BLOCK: usize = 4096;

/// A table of series: where it is and how its columns are called.
#[derive(Debug, Clone)]
pub struct FlatTable {
    /// The file; `None` is standard input.
    pub path: Option<PathBuf>,
    /// The column that names the series.
    pub id: String,
    /// The column of dates or period numbers.
    pub time: String,
    /// The column of values.
    pub target: String,
    /// How long a period is, where the dates don't show it.
    pub frequency: Option<Frequency>,
}

impl FlatTable {
    fn source(&self) -> Result<Source, Error> {
        Ok(match &self.path {
            Some(path) => Source::File(path.clone()),
            None => Source::standard_input(io::stdin().lock())?,
        })
    }

    fn names(&self) -> SeriesNames {
        SeriesNames { id: self.id.clone(), time: self.time.clone(), target: self.target.clone() }
    }
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
