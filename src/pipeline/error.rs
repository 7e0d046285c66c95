//! The errors of all stages, composed; and whose fault each is.

use std::path::PathBuf;

use crate::batch::BatchError;
use crate::disclosure::FigureError;
use crate::evaluate::EvaluateError;
use crate::forecast::{ForecastError, LevelError, ModelError};
use crate::ingest::{self, IngestError};
use crate::panel::{DesignError, PanelError};
use crate::pathway::PathwayError;
use crate::project::ProjectError;
use crate::publish::PublishError;
use crate::scenario::ScenarioError;
use crate::simulate::SimulateError;
use crate::time::{CalendarError, ClosureError};

/// Whose fault an [`Error`] is: the command line turns it into an exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The arguments of the command.
    Usage,
    /// The data.
    BadData,
    /// A file that isn't there or may not be read.
    NoInput,
    /// The program.
    Internal,
    /// The destination can't be made.
    CantCreate,
    /// Reading or writing broke off.
    Io,
    /// Another run is at work.
    Locked,
    /// The project file, a line-up, a calendar or a mapping.
    Configuration,
}

/// Why a command ended early.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The project file.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// The input.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// The calendar file.
    #[error("{}: {source}", path.display())]
    Calendar {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: CalendarError,
    },
    /// The file of closures.
    #[error("{}: {source}", path.display())]
    Closures {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: ClosureError,
    },
    /// A file that the run needs beside its input.
    #[error("can't read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// An input changed while it was read.
    #[error("{}: the file changed while it was read; run again when whatever writes it has ended", path.display())]
    InputChanged {
        /// The file.
        path: PathBuf,
    },
    /// An output file can't be made.
    #[error("can't create {}: {source}", path.display())]
    CantCreate {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The panel.
    #[error(transparent)]
    Panel(#[from] PanelError),
    /// The regressors.
    #[error(transparent)]
    Design(#[from] DesignError),
    /// The models.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The sample paths.
    #[error(transparent)]
    Forecast(#[from] ForecastError),
    /// The levels.
    #[error(transparent)]
    Level(#[from] LevelError),
    /// The backtest.
    #[error(transparent)]
    Evaluate(#[from] EvaluateError),
    /// Figures on their way to disclosure control.
    #[error(transparent)]
    Figures(#[from] FigureError),
    /// The pathway from referrals to people and money.
    #[error("the pathway: {0}")]
    Pathway(#[from] PathwayError),
    /// The outputs.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// The destination, the lock or a pack.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// A scenario.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// Closures that a scenario asks for.
    #[error(transparent)]
    ScenarioClosures(#[from] ClosureError),
    /// The simulator.
    #[error(transparent)]
    Simulate(#[from] SimulateError),
    /// There are no returns of looked-after children where they should be.
    #[error("{}: there is no episode of care here; name the Header and Episodes tables of looked-after children's returns (SSDA903), or a folder of them", path.display())]
    NoReturns {
        /// The file or folder.
        path: PathBuf,
    },
    /// The project file asks for what can't be had.
    #[error("{0}")]
    Asked(String),
    /// The history is too short for a backtest.
    #[error(
        "{known} {noun}s of history are too few for a backtest {horizon} {noun}s ahead: it takes {}, {least} to learn from \
         and {horizon} to compare with{}",
        least + horizon,
        shorter(*known, *least)
    )]
    TooShort {
        /// Periods known.
        known: usize,
        /// Periods to learn from.
        least: usize,
        /// Periods to compare with.
        horizon: usize,
        /// Week, month, quarter or year.
        noun: &'static str,
    },
    /// Arguments that can't be served.
    #[error("{0}")]
    Usage(String),
}

/// The longest horizon that a backtest has room for.
fn shorter(known: usize, least: usize) -> String {
    let most = known.saturating_sub(least);
    if most == 0 { String::new() } else { format!("; -h {most} or less leaves room") }
}

impl Error {
    /// Whose fault it is.
    pub fn fault(&self) -> Fault {
        match self {
            Error::Ingest(error) => match error.fault() {
                ingest::Fault::BadInput => Fault::BadData,
                ingest::Fault::NoInput => Fault::NoInput,
                ingest::Fault::InputOutput => Fault::Io,
                ingest::Fault::Configuration => Fault::Configuration,
            },
            Error::Project(ProjectError::NoScenarioFile { .. }) => Fault::NoInput,
            Error::Project(ProjectError::NoModel { .. }) | Error::Usage(_) | Error::Level(_) => Fault::Usage,
            Error::Project(_)
            | Error::Asked(_)
            | Error::Calendar { .. }
            | Error::Closures { .. }
            | Error::Scenario(_)
            | Error::ScenarioClosures(_) => Fault::Configuration,
            Error::Unreadable { .. } | Error::NoReturns { .. } => Fault::NoInput,
            Error::InputChanged { .. } => Fault::Io,
            Error::CantCreate { .. } => Fault::CantCreate,
            Error::TooShort { .. } | Error::Panel(_) | Error::Model(_) | Error::Evaluate(_) => Fault::BadData,
            Error::Design(_) | Error::Forecast(_) | Error::Figures(_) => Fault::Internal,
            Error::Pathway(error) => match error {
                PathwayError::Option { .. } | PathwayError::File { .. } | PathwayError::Lever { .. } => {
                    Fault::Configuration
                }
                PathwayError::NotConserved { .. } | PathwayError::Forecast(_) => Fault::Internal,
                _ => Fault::BadData,
            },
            Error::Publish(PublishError::Write { .. } | PublishError::Table { .. }) => Fault::Io,
            Error::Publish(_) => Fault::Internal,
            Error::Batch(error) => match error {
                BatchError::CantCreate { .. } => Fault::CantCreate,
                BatchError::Locked { .. } => Fault::Locked,
                BatchError::BadName { .. } => Fault::Internal,
                BatchError::NotAPack { .. } => Fault::NoInput,
                BatchError::Io { .. } | BatchError::Unpublishable { .. } => Fault::Io,
            },
            Error::Simulate(SimulateError::Write { .. }) => Fault::CantCreate,
            Error::Simulate(_) => Fault::Configuration,
        }
    }
}
