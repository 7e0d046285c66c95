//! The command line: what each subcommand takes, and how its outcome becomes output and an exit code.
//!
//! Primary output goes to standard output, everything else to standard error. No statistics here: each subcommand
//! hands its arguments to [`groundswell::pipeline`].

mod backtest;
mod check;
mod compare;
mod completions;
mod events;
mod exit;
mod explain;
mod forecast;
mod init;
mod man;
mod project;
mod reference;
mod rerun;
mod run;
mod scenario;
mod screen;
mod simulate;
mod status;
mod table;
mod verify;

use std::ffi::OsString;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use exit::{Exit, Failure};
use screen::Screen;

/// Demand forecasting for children's services.
///
/// Reads referral histories, forecasts them with honest ranges, and publishes a pack: tables, charts and a report.
/// Nothing leaves the machine: the program opens no network connection.
#[derive(Debug, Parser)]
#[command(name = "groundswell", version, propagate_version = true, arg_required_else_help = true)]
#[command(after_help = exit::TABLE)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,

    #[command(flatten)]
    global: Global,
}

/// Options of every subcommand.
#[derive(Debug, Args)]
pub struct Global {
    /// Print nothing but results and errors
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    quiet: bool,

    /// Say more about what is done; twice says everything
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    verbose: u8,

    /// How messages on standard error are written
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, value_name = "FORMAT")]
    log_format: LogFormat,

    /// How many threads to use; results are the same for any number [default: one a processor]
    #[arg(long, short, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
}

/// How messages are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Lines for people
    Text,
    /// One JSON object a line, for machines
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Arguments),
    Status(status::Arguments),
    Verify(verify::Arguments),
    Rerun(rerun::Arguments),
    Init(init::Arguments),
    Check(check::Arguments),
    Forecast(forecast::Arguments),
    Backtest(backtest::Arguments),
    Scenario(scenario::Arguments),
    Compare(compare::Arguments),
    Explain(explain::Arguments),
    Simulate(simulate::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
    Reference(reference::Arguments),
}

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    // The reader catches what Polars panics over in damaged files and makes an error of it; the hook keeps the text of a
    // panic, which may hold a value from the file, off the screen.
    std::panic::set_hook(Box::new(|panic| tracing::trace!("{panic}")));
    std::panic::catch_unwind(|| run_with(std::env::args_os())).unwrap_or_else(|_| {
        let message = "groundswell: internal error; please report what you ran, with what it says under -vv";
        // When standard error is gone there is nobody left to tell.
        drop(writeln!(std::io::stderr(), "{message}"));
        Exit::Internal.into()
    })
}

fn run_with(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers, not errors; clap prints them to standard output.
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
            return match error.print() {
                Ok(()) => exit.into(),
                Err(error) if error.kind() == ErrorKind::BrokenPipe => exit.into(),
                Err(_) => Exit::Io.into(),
            };
        }
    };
    let screen = Screen::new(&cli.global);
    screen.start_log();
    let exit = cli.global.threads().and_then(|()| cli.command.execute(&screen)).unwrap_or_else(|failure| {
        // Whoever reads has read enough: that is no failure.
        if failure.is_closed_pipe() {
            screen.clear();
            return Exit::Done;
        }
        screen.failure(&failure);
        failure.exit
    });
    screen.events.tell("ended", serde_json::json!({ "exit": exit as u8 }));
    exit.into()
}

impl Command {
    fn execute(self, screen: &Screen) -> Result<Exit, Failure> {
        match self {
            Command::Run(arguments) => arguments.execute(screen),
            Command::Status(arguments) => arguments.execute(screen),
            Command::Verify(arguments) => arguments.execute(screen),
            Command::Rerun(arguments) => arguments.execute(screen),
            Command::Init(arguments) => arguments.execute(screen),
            Command::Check(arguments) => arguments.execute(screen),
            Command::Forecast(arguments) => arguments.execute(screen),
            Command::Backtest(arguments) => arguments.execute(screen),
            Command::Scenario(arguments) => arguments.execute(screen),
            Command::Compare(arguments) => arguments.execute(screen),
            Command::Explain(arguments) => arguments.execute(screen),
            Command::Simulate(arguments) => arguments.execute(screen),
            Command::Completions(arguments) => arguments.execute(screen),
            Command::Man(arguments) => arguments.execute(screen),
            Command::Reference(arguments) => arguments.execute(screen),
        }
    }
}

impl Global {
    /// Sets how many threads the fits use.
    fn threads(&self) -> Result<(), Failure> {
        let threads = self.jobs.map_or(0, usize::from);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
        pool.map_err(|error| Failure::new(Exit::Internal, anyhow::Error::new(error).context("can't start the threads")))
    }
}

/// The whole command line as clap sees it, for the manual, the completions and the reference.
fn command() -> clap::Command {
    Cli::command()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        super::command().debug_assert();
    }
}
