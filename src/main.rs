//! The `groundswell` command: arguments in, an exit code and one error chain out.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
