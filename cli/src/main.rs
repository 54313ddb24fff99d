//! `millstream`: run, build and explain streaming SQL applications.

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::command::Arguments::from_command_line().run() {
        Ok(code) => code,
        Err(error) => cli::failure::end(&error, cli::failure::wants_json()),
    }
}
