//! `groundswell simulate`: a synthetic authority in a folder.

use std::fs;
use std::path::{Path, PathBuf};

use super::Error;
use crate::simulate::{self, Dirt, FileFormat, SimulationOptions};

/// What the command line changes of the simulator's options.
#[derive(Debug, Clone, Default)]
pub struct SimulationChanges {
    /// A file of options; absent: the shipped authority.
    pub options: Option<PathBuf>,
    /// The seed.
    pub seed: Option<u64>,
    /// Mean referrals a month.
    pub referrals_per_month: Option<f64>,
    /// The share of hidden demand that returns.
    pub return_share: Option<f64>,
    /// The format of the files; absent: the folder of the sample data.
    pub format: Option<FileFormat>,
    /// Share of rows in which each kind of fault is planted.
    pub dirt: Option<f64>,
}

/// Simulates an authority and writes it into a folder; gives a line to print.
///
/// # Errors
/// Where the options describe no authority or the folder can't be written.
pub fn simulate(changes: &SimulationChanges, folder: &Path) -> Result<String, Error> {
    let mut options = match &changes.options {
        None => SimulationOptions::default(),
        Some(path) => {
            let text = fs::read_to_string(path).map_err(|source| Error::Unreadable { path: path.clone(), source })?;
            SimulationOptions::from_toml(&text)?
        }
    };
    options.seed = changes.seed.unwrap_or(options.seed);
    options.referrals_per_month = changes.referrals_per_month.unwrap_or(options.referrals_per_month);
    options.returning.share = changes.return_share.unwrap_or(options.returning.share);
    let simulated = simulate::simulate(&options)?;
    let (rows, seed, place) = (simulated.referrals.len(), options.seed, folder.display());
    let Some(format) = changes.format else {
        if changes.dirt.is_some() {
            return Err(Error::Usage("faults are planted in files of a format: name it with --format".to_owned()));
        }
        let files = simulate::write_folder(&simulated, folder)?;
        return Ok(format!("{rows} synthetic referrals (seed {seed}) in {} files: {place}\n", files.len()));
    };
    let dirt = changes.dirt.map_or_else(Dirt::none, Dirt::of_each);
    let written = simulate::write_format(&simulated, format, &dirt, folder)?;
    let told = simulate::write_truth(&simulated, &written.planted, folder)?;
    let (files, faults) = (written.files.len() + told.len(), written.planted.findings.values().sum::<u64>());
    Ok(format!("{rows} synthetic referrals (seed {seed}) in {files} files, with {faults} faults: {place}\n"))
}
