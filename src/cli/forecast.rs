//! `groundswell forecast`: the engine alone, from a table of series to a table of forecasts.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};
use groundswell::forecast::{Draws, Level, Levels};
use groundswell::pipeline::{self, FlatForecast, FlatTable, WideFormat};
use groundswell::project::{LineUp, ProjectError};
use groundswell::time::Frequency;

use super::exit::{Exit, Failure};
use super::screen::Screen;

/// Forecast every series of a table
///
/// The table has one row a series and period (CSV, Parquet or Arrow). The output has one row a series, future period
/// and model: unique_id, ds, model, mean, median, lo_50, hi_50, lo_80, hi_80, lo_95, hi_95.
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub struct Arguments {
    #[command(flatten)]
    table: TableArguments,

    /// How many periods ahead
    #[arg(short = 'h', long, default_value_t = 12, value_name = "PERIODS", value_parser = clap::value_parser!(u16).range(1..=1200))]
    horizon: u16,

    /// Where the forecasts go: `.csv`, `.parquet`, `.arrow` or `.arrows` (a stream); `-` for standard output as CSV
    #[arg(short, long, default_value = "-", value_name = "FILE")]
    output: PathBuf,

    /// The output's format, where the file's ending doesn't tell
    #[arg(long, value_enum, value_name = "FORMAT")]
    output_format: Option<Format>,

    #[command(flatten)]
    engine: EngineArguments,

    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,

    /// Print a summary as JSON; -o must name a file
    #[arg(long)]
    json: bool,

    /// Print help
    #[arg(long, action = ArgAction::Help)]
    help: Option<bool>,
}

/// The table of series, and how its columns are called.
#[derive(Debug, Args)]
pub struct TableArguments {
    /// The table: CSV, Parquet or Arrow IPC; `-` for standard input
    #[arg(value_name = "TABLE")]
    pub table: PathBuf,

    /// The column that names the series [default: unique_id, or found by its usual names]
    #[arg(long, value_name = "COLUMN")]
    pub id: Option<String>,

    /// The column of dates or period numbers [default: ds]
    #[arg(long, value_name = "COLUMN")]
    pub time: Option<String>,

    /// The column of values [default: y]
    #[arg(long, value_name = "COLUMN")]
    pub target: Option<String>,

    /// How far apart the periods are [default: seen from the dates; numbered periods are months]
    #[arg(long, value_enum, value_name = "FREQUENCY")]
    pub freq: Option<FrequencyArgument>,
}

/// The models and the draws.
#[derive(Debug, Args)]
pub struct EngineArguments {
    /// Model ids, each forecast on its own, in place of the line-up: see `models/`
    #[arg(long, value_delimiter = ',', value_name = "ID")]
    pub models: Vec<String>,

    /// The line-up: a name from models/line-ups, or a TOML file
    #[arg(long, default_value = "general", value_name = "NAME|FILE", conflicts_with = "models")]
    pub line_up: String,

    /// The levels of the intervals in per cent
    #[arg(long, value_delimiter = ',', default_value = "50,80,95", value_name = "LEVELS")]
    pub levels: Vec<Level>,

    /// How many sample paths a series
    #[arg(long, default_value_t = 500, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    pub paths: u32,

    /// The seed of every random choice
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub seed: u64,
}

/// How far apart the periods of a table are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FrequencyArgument {
    /// Weeks, from the weekday that the dates fall on
    #[value(alias = "W")]
    Week,
    /// Calendar months
    #[value(alias = "M", alias = "MS", alias = "ME")]
    Month,
    /// Calendar quarters
    #[value(alias = "Q", alias = "QS", alias = "QE")]
    Quarter,
    /// Calendar years
    #[value(alias = "Y", alias = "YS", alias = "A")]
    Year,
}

impl From<FrequencyArgument> for Frequency {
    fn from(argument: FrequencyArgument) -> Frequency {
        match argument {
            FrequencyArgument::Week => Frequency::Week,
            FrequencyArgument::Month => Frequency::Month,
            FrequencyArgument::Quarter => Frequency::Quarter,
            FrequencyArgument::Year => Frequency::Year,
        }
    }
}

/// The format of the forecasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Comma-separated values
    Csv,
    /// Apache Parquet
    Parquet,
    /// Arrow IPC file, also known as Feather
    Arrow,
    /// Arrow IPC stream, for pipes
    ArrowStream,
}

impl From<Format> for WideFormat {
    fn from(format: Format) -> WideFormat {
        match format {
            Format::Csv => WideFormat::Csv,
            Format::Parquet => WideFormat::Parquet,
            Format::Arrow => WideFormat::ArrowFile,
            Format::ArrowStream => WideFormat::ArrowStream,
        }
    }
}

impl From<TableArguments> for FlatTable {
    fn from(arguments: TableArguments) -> FlatTable {
        FlatTable {
            path: (arguments.table.as_os_str() != "-").then_some(arguments.table),
            id: arguments.id,
            time: arguments.time,
            target: arguments.target,
            frequency: arguments.freq.map(Frequency::from),
        }
    }
}

impl EngineArguments {
    /// The models asked for.
    pub fn choice(&self) -> Result<Vec<LineUp>, Failure> {
        let here = std::path::Path::new("");
        let line_ups: Result<Vec<LineUp>, ProjectError> = match self.models.as_slice() {
            [] => LineUp::load(&self.line_up, here).map(|line_up| vec![line_up]),
            ids => ids.iter().map(|id| LineUp::of_model(id)).collect(),
        };
        Ok(line_ups.map_err(pipeline::Error::from)?)
    }

    /// The levels asked for.
    pub fn levels(&self) -> Result<Levels, Failure> {
        Levels::try_from(self.levels.clone()).map_err(Failure::usage)
    }
}

impl Arguments {
    pub fn execute(self, screen: &Screen) -> Result<Exit, Failure> {
        let to_screen = self.output.as_os_str() == "-";
        if self.json && to_screen {
            return Err(Failure::usage(
                "--json prints a summary on standard output; name a file with -o for the forecasts",
            ));
        }
        let format = match (self.output_format, WideFormat::of(&self.output)) {
            (Some(format), _) => format.into(),
            (None, Some(format)) => format,
            (None, None) if to_screen || self.output.extension().is_none() => WideFormat::Csv,
            (None, None) => {
                let path = self.output.display();
                let message =
                    format!("the ending of {path} tells no format: use .csv, .parquet, .arrow or --output-format");
                return Err(Failure::usage(message));
            }
        };
        let job = FlatForecast {
            models: self.engine.choice()?,
            levels: self.engine.levels()?,
            draws: Draws { paths: self.engine.paths as usize, seed: self.engine.seed },
            table: self.table.into(),
            horizon: usize::from(self.horizon),
            output: (!to_screen).then(|| self.output.clone()),
            format,
        };
        if self.dry_run {
            let summary = pipeline::rehearse_table(&job, &mut screen.progress())?;
            screen.result(&summary.to_string())?;
            return Ok(Exit::Done);
        }
        let summary = pipeline::forecast_table(&job, &mut screen.progress())?;
        screen.clear();
        if self.json {
            screen.result(&super::table::json(&summary)?)?;
        }
        Ok(Exit::Done)
    }
}
