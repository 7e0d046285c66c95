//! `groundswell simulate`: a synthetic authority with known truth.

use std::path::PathBuf;

use clap::Args;
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
    #[arg(long, value_name = "FORMAT", value_parser = format_named)]
    format: Option<FileFormat>,

    /// With --format: the share of rows in which each kind of fault is planted
    #[arg(long, value_name = "SHARE")]
    dirt: Option<f64>,
}

/// The format of a name.
fn format_named(name: &str) -> Result<FileFormat, String> {
    let known = || FileFormat::ALL.map(FileFormat::name).join(", ");
    let found = FileFormat::ALL.into_iter().find(|format| format.name() == name);
    found.ok_or_else(|| format!("the formats are {}", known()))
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
