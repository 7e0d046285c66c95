//! `groundswell simulate`: a synthetic authority with known truth.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use groundswell::pipeline;
use groundswell::simulate::FileFormat;

use super::exit::{Exit, Failure};
use super::screen::Screen;

/// Make a synthetic authority with known truth
///
/// Writes child-level referrals, monthly counts, the truth behind them and a data dictionary. No child in them exists.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The folder to write into; made where it is missing
    #[arg(short, long, value_name = "FOLDER")]
    output: PathBuf,

    /// Options in TOML: see models/simulator/authority.toml for all of them
    #[arg(long, value_name = "FILE")]
    options: Option<PathBuf>,

    /// The seed: the same seed gives the same bytes
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// Mean referrals a month
    #[arg(long, value_name = "N")]
    referrals: Option<f64>,

    /// The share of the demand hidden by lockdowns that returns, 0 to 1
    #[arg(long, value_name = "SHARE")]
    return_share: Option<f64>,

    /// Write files of this format, the truth, and what was planted, in place of the sample's tables
    #[arg(long, value_name = "FORMAT", value_parser = formats())]
    format: Option<FileFormat>,

    /// With --format: the share of rows in which each kind of fault is planted
    #[arg(long, value_name = "SHARE")]
    dirt: Option<f64>,
}

/// The names of formats, listed in the help.
fn formats() -> impl TypedValueParser<Value = FileFormat> {
    let named = |name: String| FileFormat::ALL.into_iter().find(|format| format.name() == name);
    PossibleValuesParser::new(FileFormat::ALL.map(FileFormat::name))
        .try_map(move |name| named(name).ok_or("there is no such format"))
}

impl Arguments {
    pub fn execute(self, screen: &Screen) -> Result<Exit, Failure> {
        let changes = pipeline::SimulationChanges {
            options: self.options,
            seed: self.seed,
            referrals_per_month: self.referrals,
            return_share: self.return_share,
            format: self.format,
            dirt: self.dirt,
        };
        let summary = pipeline::simulate(&changes, &self.output)?;
        screen.result(&summary)?;
        Ok(Exit::Done)
    }
}
