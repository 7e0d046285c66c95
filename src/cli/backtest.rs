//! `groundswell backtest`: rolling-origin scores and coverage of the engine on a table of series.

use std::path::PathBuf;

use clap::{ArgAction, Args};
use groundswell::forecast::Draws;
use groundswell::pipeline::{self, FlatBacktest, IdDimensions, OriginChoice};

use super::exit::{Exit, Failure};
use super::forecast::{EngineArguments, TableArguments};
use super::screen::Screen;

/// Try the engine on the past of a table's series and score it
///
/// At each origin the whole recipe is fitted to what was known then, and its forecast held against what came. The
/// members of the line-up and seasonal naive stand beside it. Scores: the weighted interval score and the mean absolute
/// error, both over the in-sample error of seasonal naive (lower is better), the scaled pinball loss for series with many
/// zeros, bias, and how often each range held.
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub struct Arguments {
    #[command(flatten)]
    table: TableArguments,

    /// How many periods ahead
    #[arg(short = 'h', long, default_value_t = 12, value_name = "PERIODS", value_parser = clap::value_parser!(u16).range(1..=1200))]
    horizon: u16,

    /// How many origins, counted back from the newest that leaves a whole horizon; or the last known periods
    /// themselves, such as 2019-03,2020-06
    #[arg(long, value_delimiter = ',', default_value = "10", value_name = "N|PERIODS")]
    origins: Vec<String>,

    /// How many periods lie between two counted origins
    #[arg(long, default_value_t = 6, value_name = "PERIODS", value_parser = clap::value_parser!(u16).range(1..=120))]
    stride: u16,

    /// Divide the origins by name: NAME=FIRST..LAST, such as before=2016-03..2019-03; may be given several times
    #[arg(long = "stratum", value_name = "NAME=FIRST..LAST")]
    strata: Vec<String>,

    /// Leave the members of the line-up out: only the line-up and seasonal naive are scored
    #[arg(long)]
    no_members: bool,

    /// Divide ids into dimensions, such as `region/area` for ids like `North East/Northtown`; sums over them are scored
    /// too
    #[arg(long, value_name = "NAME/NAME")]
    dimensions: Option<String>,

    /// Write the forecasts that were scored as CSV
    #[arg(long, value_name = "FILE")]
    forecasts: Option<PathBuf>,

    #[command(flatten)]
    engine: EngineArguments,

    /// Print the scores as JSON
    #[arg(long)]
    json: bool,

    /// Print help
    #[arg(long, action = ArgAction::Help)]
    help: Option<bool>,
}

impl Arguments {
    pub fn execute(self, screen: &Screen) -> Result<Exit, Failure> {
        let origins = match self.origins.as_slice() {
            [one] if one.parse::<u16>().is_ok_and(|count| count > 0 && count < 1000) => {
                OriginChoice::Last { count: one.parse().unwrap_or(1), stride: usize::from(self.stride) }
            }
            periods => OriginChoice::At(periods.to_vec()),
        };
        let job = FlatBacktest {
            table: self.table.into(),
            models: self.engine.choice()?,
            members: !self.no_members,
            origins,
            strata: self.strata,
            horizon: usize::from(self.horizon),
            levels: self.engine.levels()?,
            draws: Draws { paths: self.engine.paths as usize, seed: self.engine.seed },
            dimensions: self.dimensions.as_deref().map(IdDimensions::parse).transpose()?,
            forecasts: self.forecasts,
        };
        let scores = pipeline::backtest_table(&job, &mut screen.progress())?;
        screen.result(&if self.json { super::table::json(&scores)? } else { scores.to_string() })?;
        Ok(Exit::Done)
    }
}
