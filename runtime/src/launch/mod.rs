//! The entry of a generated executable.
//!
//! In: the job, the command line, signals. Out: an exit code; progress on standard error, rows of a bare
//! query on standard output. Invariant: a job that fails says why in exactly one message and ends with code
//! 1.

pub mod deployment;
mod describe;
mod session;
mod signals;

use std::path::PathBuf;
use std::process::ExitCode;

pub use deployment::Deployment;

use crate::dataflow::{self, Control, Summary};
use crate::error::JobError;
use crate::job::Job;
use crate::log;

const USAGE: &str = "usage: --deployment FILE   run the job as the JSON file says
       --session SOCKET    run for the worker of a session cluster that listens there
       --describe          print the operators of the job as JSON";

/// What the command line asks for.
#[derive(Debug, PartialEq)]
enum Request {
    Run(PathBuf),
    Serve(PathBuf),
    Describe,
}

/// Runs the job as the command line says.
pub fn main(job: Job) -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match parse(&arguments) {
        Some(Request::Describe) => describe::describe(&job).map(|text| println!("{text}")),
        Some(Request::Run(path)) => launch(&job, &path),
        Some(Request::Serve(socket)) => session::run(&job, &socket).map(|summary| finished(&summary)),
        None => Err(JobError::Configuration(USAGE.to_owned())),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Whoever cancelled it knows.
            let say = match error {
                JobError::Cancelled => log::info,
                _ => log::error,
            };
            say(format_args!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn parse(arguments: &[String]) -> Option<Request> {
    match arguments {
        [flag, path] if flag == "--deployment" => Some(Request::Run(path.into())),
        [flag, socket] if flag == "--session" => Some(Request::Serve(socket.into())),
        [flag] if flag == "--describe" => Some(Request::Describe),
        _ => None,
    }
}

fn launch(job: &Job, path: &std::path::Path) -> Result<(), JobError> {
    let deployment = Deployment::read(path)?;
    let control = Control::default();
    signals::watch(control.clone())?;
    let summary = dataflow::run(job, &deployment, &control)?;
    finished(&summary);
    Ok(())
}

fn finished(summary: &Summary) {
    log::info(format_args!("{}", finished_text(summary)));
}

fn finished_text(summary: &Summary) -> String {
    let mut text = format!(
        "finished: {} rows read, {} rows written",
        grouped(summary.rows_read),
        grouped(summary.rows_written)
    );
    if summary.rows_skipped > 0 {
        text += &format!(", {} malformed records skipped", grouped(summary.rows_skipped));
    }
    if summary.rows_late > 0 {
        text += &format!(", {} late rows dropped", grouped(summary.rows_late));
    }
    text
}

/// `1234567` as `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_one_of_three() {
        let parsed = |text: &str| parse(&text.split(' ').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(parsed("--deployment d.json"), Some(Request::Run("d.json".into())));
        assert_eq!(parsed("--session s"), Some(Request::Serve("s".into())));
        assert_eq!(parsed("--describe"), Some(Request::Describe));
        assert_eq!(parsed("--deployment"), None);
        assert_eq!(parsed("--describe --deployment"), None);
    }

    #[test]
    fn the_last_line_says_what_was_done() {
        let mut summary = Summary {
            rows_read: 1_234_567,
            rows_written: 12,
            ..Summary::default()
        };
        assert_eq!(
            finished_text(&summary),
            "finished: 1,234,567 rows read, 12 rows written"
        );
        (summary.rows_skipped, summary.rows_late) = (3, 1_000);
        let expected = ", 3 malformed records skipped, 1,000 late rows dropped";
        assert!(finished_text(&summary).ends_with(expected));
    }
}
