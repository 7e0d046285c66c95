//! Why a project file can't be used.

use std::path::PathBuf;

use crate::math::spelling::meant;
use crate::scenario::ScenarioError;

/// Why a project file or line-up can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// The file can't be read.
    #[error("can't read {}: {source}{}", path.display(), hint(source))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file of a scenario can't be read.
    #[error("can't read the scenario {}: {source}; check the path and the name", path.display())]
    NoScenarioFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The text breaks the file's rules.
    #[error("{}: {what}", path.display())]
    Invalid {
        /// The file, with the line and column where they are known.
        path: PathBuf,
        /// What is wrong and what to do.
        what: String,
    },
    /// There is no line-up of this name.
    #[error(
        "there is no line-up `{name}`: use one of {shipped}, or the path of a .toml file{}",
        meant(name, shipped.split(", "))
    )]
    NoLineUp {
        /// The name asked for.
        name: String,
        /// The names that ship with the engine.
        shipped: String,
    },
    /// A scenario can't be used.
    #[error("{source}{}", in_file(name))]
    Scenario {
        /// The scenario as it was asked for.
        name: String,
        /// Why.
        source: ScenarioError,
    },
    /// There is no model of this id.
    #[error("there is no model `{id}`: the ids are {known}{}", meant(id, known.split(", ")))]
    NoModel {
        /// The id asked for.
        id: String,
        /// The ids there are.
        known: String,
    },
}

/// Names the file of a scenario that has one.
fn in_file(name: &str) -> String {
    if name.contains(".toml") { format!(" ({name})") } else { String::new() }
}

fn hint(source: &std::io::Error) -> &'static str {
    match source.kind() {
        std::io::ErrorKind::NotFound => "; `groundswell init FILE` writes a project file",
        _ => "",
    }
}
