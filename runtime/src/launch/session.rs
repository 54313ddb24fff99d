//! A job of a session cluster: its deployment and its commands come through a socket, its reports leave by it.
//!
//! In: a Unix socket whose first line is the deployment and whose other lines are commands. Out: one report a line.
//! Invariant: the job never waits for the worker to read; when the worker is gone the job ends at once, as in a crash.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use serde::Deserialize;

use super::Deployment;
use crate::connector::collect::{self, Collected};
use crate::connector::options::{JobEnvironment, Options};
use crate::connector::registry::SinkRequest;
use crate::connector::{Sinks, SplitSource};
use crate::dataflow::event::Event;
use crate::dataflow::{Connectors, Control, Registry, Summary, run_with};
use crate::error::JobError;
use crate::job::{Job, SourceSpec};
use crate::log;

/// What the worker asks for.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
#[serde(tag = "command", rename_all = "snake_case")]
enum Command {
    Checkpoint,
    Savepoint { url: String },
    Stop { savepoint: Option<String> },
    Cancel,
}

/// Lines on their way to the worker.
enum Outgoing {
    Event(Event),
    /// Rows of a query.
    Line(Vec<u8>),
    /// All that came before is to be written; nothing follows.
    End,
}

/// Figures are left out while more than this waits for the worker to read.
const BACKLOG_MAX: usize = 1_000;

/// Rows of a query whose deployment does not say how many.
const QUERY_ROWS_MAX: u64 = 10_000;

/// Time for the last lines to be written.
const FLUSH_MAX: Duration = Duration::from_secs(5);

/// Time for the threads to end by themselves after a cancellation.
const CANCEL_MAX: Duration = Duration::from_secs(2);

/// Runs the job for the worker that listens at the socket. Reports how it ended.
pub(super) fn run(job: &Job, socket: &Path) -> Result<Summary, JobError> {
    log::mark_levels();
    let place = format!("session socket {}", socket.display());
    let broken = |error: std::io::Error| JobError::external(place.clone(), error);
    let stream = UnixStream::connect(socket).map_err(broken)?;
    let reports = Reports::start(stream.try_clone().map_err(broken)?).map_err(broken)?;
    let result = serve(job, stream, &reports);
    reports.finish(&result);
    result
}

fn serve(job: &Job, stream: UnixStream, reports: &Reports) -> Result<Summary, JobError> {
    let mut lines = BufReader::new(stream);
    let deployment = read_deployment(&mut lines)?;
    let outgoing = reports.sender.clone();
    let control = Control::with_listener(move |event| {
        if !matches!(event, Event::Metrics(_)) || outgoing.len() < BACKLOG_MAX {
            // A writer that has gone found the socket closed: the reader ends the process.
            let _ = outgoing.send(Outgoing::Event(event));
        }
    });
    let (commanded, ender) = (control.clone(), reports.clone());
    let builder = std::thread::Builder::new().name("commands".to_owned());
    builder
        .stack_size(COMMAND_STACK_BYTES)
        .spawn(move || obey(lines, &commanded, &ender))
        .map_err(|error| JobError::external("operating system", error))?;
    let connectors = SessionConnectors {
        collected: collected(&deployment, &control, reports),
    };
    run_with(job, &deployment, &control, &connectors, None)
}

/// Rows of a query go to the worker; when there are enough the job ends well.
fn collected(deployment: &Deployment, control: &Control, reports: &Reports) -> Arc<Collected> {
    let rows_max = deployment.query.map_or(QUERY_ROWS_MAX, |query| query.max_rows);
    let (outgoing, control) = (reports.sender.clone(), control.clone());
    let deliver = move |line| {
        let _ = outgoing.send(Outgoing::Line(line));
    };
    Collected::new(rows_max, deliver, move || control.stop())
}

/// The usual connectors, but for the sink of a bare query.
struct SessionConnectors {
    collected: Arc<Collected>,
}

impl Connectors for SessionConnectors {
    fn open_source(
        &self,
        spec: &SourceSpec,
        options: &Options,
        environment: &JobEnvironment,
    ) -> Result<Box<dyn SplitSource>, JobError> {
        Registry.open_source(spec, options, environment)
    }

    fn open_sinks(
        &self,
        requests: &[SinkRequest<'_>],
        environment: &JobEnvironment,
    ) -> Result<Sinks, JobError> {
        let mut sinks = Registry.open_sinks(requests, environment)?;
        for (request, table) in requests.iter().zip(&mut sinks.tables) {
            if request.spec.table.is_none() {
                *table = collect::open_sink(request, &self.collected);
            }
        }
        Ok(sinks)
    }

    fn claims(&self, options: &Options) -> Result<bool, JobError> {
        Registry.claims(options)
    }
}

/// These threads only move lines.
const COMMAND_STACK_BYTES: usize = 256 * 1024;

fn read_deployment(lines: &mut BufReader<UnixStream>) -> Result<Deployment, JobError> {
    let mut line = String::new();
    let read = lines.read_line(&mut line);
    read.map_err(|error| JobError::external("session socket", error))?;
    serde_json::from_str(&line).map_err(|error| JobError::Configuration(format!("deployment: {error}")))
}

/// Passes commands on until the socket closes, and with it the job's life.
fn obey(lines: BufReader<UnixStream>, control: &Control, reports: &Reports) {
    for line in lines.lines() {
        let Ok(line) = line else { break };
        match serde_json::from_str(&line) {
            Ok(command) => carry_out(command, control, reports),
            Err(error) => log::warn(format_args!("a command of the worker is not understood: {error}")),
        }
    }
    log::error(format_args!("error: the worker is gone"));
    std::process::exit(1);
}

fn carry_out(command: Command, control: &Control, reports: &Reports) {
    match command {
        Command::Checkpoint => control.checkpoint(),
        Command::Savepoint { url } => control.savepoint(&url, false),
        Command::Stop { savepoint: Some(url) } => control.savepoint(&url, true),
        Command::Stop { savepoint: None } => control.stop(),
        Command::Cancel => {
            control.kill();
            // Whatever waits for an outside system must not hold a cancellation up.
            std::thread::sleep(CANCEL_MAX);
            reports.finish(&Err(JobError::Cancelled));
            log::info(format_args!("error: {}", JobError::Cancelled));
            std::process::exit(1);
        }
    }
}

/// The one thread that writes to the socket.
#[derive(Clone)]
struct Reports {
    sender: Sender<Outgoing>,
    ended: Receiver<()>,
}

impl Reports {
    fn start(stream: UnixStream) -> std::io::Result<Reports> {
        let (sender, outgoing) = unbounded();
        let (end, ended) = bounded(1);
        std::thread::Builder::new()
            .name("reports".to_owned())
            .stack_size(COMMAND_STACK_BYTES)
            .spawn(move || {
                // A socket that takes nothing any more is closed: the reader of commands ends the process.
                let _ = write(stream, &outgoing);
                let _ = end.send(());
            })?;
        Ok(Reports { sender, ended })
    }

    /// Writes the last report and waits until it is on its way.
    fn finish(&self, result: &Result<Summary, JobError>) {
        let last = match result {
            Ok(summary) => Event::Finished {
                savepoint: summary.savepoint.clone(),
            },
            Err(error) => Event::Failed {
                message: error.to_string(),
            },
        };
        for outgoing in [Outgoing::Event(last), Outgoing::End] {
            let _ = self.sender.send(outgoing);
        }
        let _ = self.ended.recv_timeout(FLUSH_MAX);
    }
}

fn write(mut stream: UnixStream, outgoing: &Receiver<Outgoing>) -> std::io::Result<()> {
    for item in outgoing {
        match item {
            Outgoing::Event(event) => {
                let mut line = serde_json::to_vec(&event).expect("events are plain data");
                line.push(b'\n');
                stream.write_all(&line)?;
            }
            Outgoing::Line(line) => stream.write_all(&line)?,
            Outgoing::End => break,
        }
    }
    stream.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_the_lines_of_the_sample() {
        let sample = include_str!("../../../golden/protocol/job.jsonl");
        let lines = sample.lines().filter(|line| line.contains("\"command\""));
        let (mut found, mut written) = (Vec::new(), Vec::new());
        for line in lines.clone() {
            let command: Command = serde_json::from_str(line).expect("the sample is of commands");
            written.push(serde_json::to_string(&command).expect("commands are plain data"));
            found.push(command);
        }
        let expected = [
            Command::Checkpoint,
            Command::Savepoint {
                url: "file:///savepoints".to_owned(),
            },
            Command::Stop { savepoint: None },
            Command::Stop {
                savepoint: Some("s3://bucket/savepoints".to_owned()),
            },
            Command::Cancel,
        ];
        assert_eq!(found, expected);
        assert_eq!(written, lines.collect::<Vec<_>>());
    }

    #[test]
    fn reports_are_written_in_order_and_the_last_one_says_how_it_ended() {
        let (ours, theirs) = UnixStream::pair().expect("a pair of sockets");
        let reports = Reports::start(ours).expect("a thread starts");
        let running = Event::Running { restored: None };
        reports
            .sender
            .send(Outgoing::Event(running))
            .expect("the writer runs");
        reports.finish(&Err(JobError::Cancelled));
        drop(reports);
        let lines: Result<Vec<String>, _> = BufReader::new(theirs).lines().take(2).collect();
        let expected = [
            r#"{"report":"running","restored":null}"#,
            r#"{"report":"failed","message":"the job was cancelled"}"#,
        ];
        assert_eq!(lines.expect("text"), expected);
    }
}
