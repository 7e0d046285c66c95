//! Exit codes, and the failure that carries one.

use std::fmt;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use groundswell::pipeline::{self, Fault};

/// The exit codes as the help shows them.
pub const TABLE: &str = "\
Exit codes: 0 done; 64 usage; 65 bad data; 66 no input; 70 internal error; 73 can't create output; 74 input/output \
error; 75 locked, try again later; 78 project file not valid. With --detailed-exitcode: 10 data changed, 11 coverage \
alert, 12 nothing new. Output that its reader closes early, such as `| head`, ends a command quietly with 0.";

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Done, and the data had changed since the last pack (with `--detailed-exitcode`).
    Changed = 10,
    /// Done, and the backtest's coverage is off (with `--detailed-exitcode`).
    Alert = 11,
    /// Nothing new to do (with `--detailed-exitcode`).
    Unchanged = 12,
    /// The command line was wrong.
    Usage = 64,
    /// The data can't be used.
    BadData = 65,
    /// There is no input.
    NoInput = 66,
    /// The program is at fault.
    Internal = 70,
    /// The output can't be created.
    CantCreate = 73,
    /// Reading or writing failed.
    Io = 74,
    /// Another run holds the lock.
    Locked = 75,
    /// The project file is wrong.
    Configuration = 78,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

/// What ended a command early: a chain of causes, and the exit code it means.
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// The chain of causes.
    pub error: anyhow::Error,
}

impl Failure {
    /// A failure with its exit code.
    pub fn new(exit: Exit, error: impl Into<anyhow::Error>) -> Failure {
        Failure { exit, error: error.into() }
    }

    /// A file that stands where an output should go, and may not be written over without being asked.
    pub fn is_there(path: &Path) -> Failure {
        let message = format!("{} is there already; --force writes over it", path.display());
        Failure::new(Exit::CantCreate, anyhow::anyhow!(message))
    }

    /// A wrong command line, in words.
    pub fn usage(message: impl fmt::Display) -> Failure {
        Failure { exit: Exit::Usage, error: anyhow::anyhow!("{message}") }
    }

    /// Whether whoever read the output has closed it.
    pub fn is_closed_pipe(&self) -> bool {
        let kind = |cause: &(dyn std::error::Error + 'static)| cause.downcast_ref::<io::Error>().map(io::Error::kind);
        self.error.chain().any(|cause| kind(cause) == Some(io::ErrorKind::BrokenPipe))
    }

    /// Output that can't be written.
    pub fn output(error: io::Error, what: impl fmt::Display) -> Failure {
        Failure { exit: Exit::Io, error: anyhow::Error::new(error).context(format!("can't write {what}")) }
    }
}

impl From<pipeline::Error> for Failure {
    fn from(error: pipeline::Error) -> Failure {
        let exit = match error.fault() {
            Fault::Usage => Exit::Usage,
            Fault::BadData => Exit::BadData,
            Fault::NoInput => Exit::NoInput,
            Fault::Internal => Exit::Internal,
            Fault::CantCreate => Exit::CantCreate,
            Fault::Io => Exit::Io,
            Fault::Locked => Exit::Locked,
            Fault::Configuration => Exit::Configuration,
        };
        Failure { exit, error: error.into() }
    }
}

/// The chain of causes on one line.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut last = String::new();
        for (depth, cause) in self.error.chain().enumerate() {
            let cause = cause.to_string().replace('\n', " ");
            // Some libraries repeat their cause in their own message.
            if depth > 0 && last.contains(&cause) {
                continue;
            }
            if depth > 0 {
                f.write_str(": ")?;
            }
            f.write_str(cause.trim_end())?;
            last = cause;
        }
        Ok(())
    }
}
