//! Why an authority can't be simulated.

use std::path::PathBuf;

use crate::math::spelling::on_one_line;

/// Why an authority can't be simulated, or its files not written.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// The text is no description of an authority.
    #[error("the authority's description is not valid: {}", on_one_line(.0.message()))]
    Invalid(#[from] toml::de::Error),
    /// An option has a value that describes no authority.
    #[error("the simulator's option `{option}` {problem}")]
    Option {
        /// The option as it stands in the file, such as `areas[2].share`.
        option: String,
        /// What is wrong and what to write instead.
        problem: String,
    },
    /// A file can't be written.
    #[error("can't write {}: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
}

impl SimulateError {
    pub(super) fn option(option: impl Into<String>, problem: impl Into<String>) -> SimulateError {
        SimulateError::Option { option: option.into(), problem: problem.into() }
    }
}
