//! What a person or a log sees while a command works.

use std::io::{IsTerminal, Write, stderr, stdout};

use groundswell::pipeline::{Progress, Stage};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tracing::Level;

use super::events::Events;
use super::exit::Failure;
use super::{Global, LogFormat};

/// Messages, progress and results, as the global options want them.
#[derive(Debug)]
pub struct Screen {
    level: Level,
    format: LogFormat,
    bar: ProgressBar,
    /// What a machine is told.
    pub events: Events,
}

impl Screen {
    /// A screen for the given options; progress bars only where standard error is a terminal.
    pub fn new(options: &Global) -> Screen {
        let level = match (options.quiet, options.verbose) {
            (true, _) => Level::ERROR,
            (false, 0) => Level::INFO,
            (false, 1) => Level::DEBUG,
            (false, _) => Level::TRACE,
        };
        let shown = !options.quiet && options.log_format == LogFormat::Text && stderr().is_terminal();
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{msg:32} {wide_bar} {percent:>3}%") {
            bar.set_style(style);
        }
        let events = Events::new(!options.quiet && options.log_format == LogFormat::Json);
        Screen { level, format: options.log_format, bar, events }
    }

    /// Sends the library's events to standard error.
    pub fn start_log(&self) {
        let colour = stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let builder = tracing_subscriber::fmt().with_writer(stderr).with_max_level(self.level).with_target(false);
        // A subscriber that is there already (tests) may stay.
        let _ = match self.format {
            LogFormat::Json => builder.json().flatten_event(true).try_init(),
            LogFormat::Text => builder.without_time().with_ansi(colour).with_level(false).try_init(),
        };
    }

    /// Shows how far a stage has come.
    pub fn progress(&self) -> impl FnMut(Progress) + '_ {
        let mut stages = self.events.stages();
        move |progress| {
            stages(progress);
            self.bar.set_message(match progress.stage {
                Stage::Read => "reading",
                Stage::Fit => "fitting and forecasting",
                Stage::Backtest => "backtesting",
                Stage::Publish => "publishing",
            });
            self.bar.set_length(progress.of.max(1));
            self.bar.set_position(progress.done);
        }
    }

    /// Takes the progress bar away.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }

    /// Writes a result to standard output.
    pub fn result(&self, text: &str) -> Result<(), Failure> {
        self.clear();
        match stdout().write_all(text.as_bytes()).and_then(|()| stdout().flush()) {
            // Whoever reads has read enough.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            written => written.map_err(|error| Failure::output(error, "to standard output")),
        }
    }

    /// Says why a command ended early: one line.
    pub fn failure(&self, failure: &Failure) {
        self.clear();
        match self.format {
            LogFormat::Json => tracing::error!(exit = failure.exit as u8, "{failure}"),
            // When standard error is gone there is nobody left to tell.
            LogFormat::Text => drop(writeln!(stderr(), "groundswell: {failure}")),
        }
    }
}
