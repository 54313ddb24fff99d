//! `millstream`: run, build and explain streaming SQL applications.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match cli::command::Arguments::parse().run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
