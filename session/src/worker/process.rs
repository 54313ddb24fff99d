//! A job as a child process.
//!
//! In: an executable, parameters, orders. Out: reports, lines, how it ended. Invariant: it has a process group, a
//! folder and an environment of its own; parameters travel over the socket only; when this function returns no process
//! of the group is left.

use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::process::{Child, Command as ProcessCommand};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::attempt::{self, Order, Orders, Status};
use super::{Shared, lines, usage};
use crate::protocol::Level;
use crate::protocol::job::{Command, Report};
use crate::protocol::worker::{Assignment, NumberedCommand, State};
use crate::socket::Socket;

/// How often memory is looked at.
const WATCH: Duration = Duration::from_millis(250);
/// The same for a job that is near its limit.
const WATCH_CLOSELY: Duration = Duration::from_millis(20);
/// Longest wait for a new process to call back.
const CONNECT_MAX: Duration = Duration::from_secs(30);
/// For a cancelled job to leave outside systems in order.
const CANCEL_MAX: Duration = Duration::from_secs(4);
/// For a line to the job, which reads all the time.
const WRITE_MAX: Duration = Duration::from_secs(5);
/// A job that says more in one report is out of its mind.
const REPORT_BYTES_MAX: usize = 16 << 20;
/// For output that is still in the pipes of a process that has ended.
const DRAIN_MAX: Duration = Duration::from_secs(1);

/// What a job may see of the worker's environment: access to storage, certificates, folders for temporary files.
const ENVIRONMENT: [&str; 6] = [
    "PATH",
    "TMPDIR",
    "TZ",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "RUST_BACKTRACE",
];
const ENVIRONMENT_PREFIX: &str = "AWS_";

pub(super) async fn run(
    executable: &Path,
    assignment: &Assignment,
    shared: &Shared,
    status: &Arc<Status>,
    orders: Orders,
) -> State {
    let folder = shared.settings.data.join("jobs").join(&assignment.deployment);
    let end = match start(executable, &folder, status).await {
        Ok(process) => process.attend(assignment, shared, status, orders).await,
        Err(error) => State::Failed {
            message: format!("the job does not start: {error:#}"),
        },
    };
    // Only an empty one can be removed: what the job has written stays.
    let _ = tokio::fs::remove_dir(&folder).await;
    end
}

struct Process {
    child: Child,
    id: u32,
    output: Vec<JoinHandle<()>>,
    listener: UnixListener,
    _socket: Socket,
}

async fn start(executable: &Path, folder: &Path, status: &Arc<Status>) -> Result<Process> {
    let created = tokio::fs::create_dir_all(folder).await;
    created.with_context(|| format!("creating {}", folder.display()))?;
    let socket = tokio::task::spawn_blocking(Socket::new).await??;
    let path = socket.path();
    let listener = UnixListener::bind(path).with_context(|| format!("listening on {}", path.display()))?;
    let mut command = ProcessCommand::new(executable);
    command
        .arg("--session")
        .arg(path)
        .current_dir(folder)
        .env_clear()
        .envs(environment());
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    // Signals of a terminal are for the worker, which ends its jobs in order.
    let child = command.process_group(0).kill_on_drop(true).spawn();
    let mut child = child.with_context(|| format!("starting {}", executable.display()))?;
    let id = child.id().context("it ended at once")?;
    status.started(id);
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let output = vec![
        tokio::spawn(forward(stdout.expect("it is piped"), Arc::clone(status), rows)),
        tokio::spawn(forward(
            stderr.expect("it is piped"),
            Arc::clone(status),
            Level::of_line,
        )),
    ];
    Ok(Process {
        child,
        id,
        output,
        listener,
        _socket: socket,
    })
}

fn environment() -> impl Iterator<Item = (std::ffi::OsString, std::ffi::OsString)> {
    std::env::vars_os().filter(|(name, _)| {
        let name = name.to_string_lossy();
        ENVIRONMENT.contains(&name.as_ref()) || name.starts_with(ENVIRONMENT_PREFIX)
    })
}

/// Standard output is nobody's but the rows'.
fn rows(line: &[u8]) -> (Level, &[u8]) {
    (Level::Info, line)
}

/// Output becomes lines; a line without end is cut, and what is no text is shown as far as it is.
async fn forward(
    output: impl AsyncRead + Unpin,
    status: Arc<Status>,
    level_of: impl Fn(&[u8]) -> (Level, &[u8]),
) {
    let mut output = BufReader::new(output);
    let mut line = Vec::new();
    loop {
        line.clear();
        let mut bounded = (&mut output).take(lines::LINE_BYTES_MAX as u64);
        match bounded.read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {
                let (level, text) = level_of(&line);
                status.log(level, String::from_utf8_lossy(text).trim_end().to_owned());
            }
        }
    }
}

/// Why the worker has ended a process.
#[derive(Clone, Debug, PartialEq)]
enum Cause {
    Unwanted,
    /// The worker ends before the job runs.
    Leaving,
    Memory {
        limit_bytes: u64,
    },
    Silent,
}

/// The connection, once it is there.
struct Session {
    reports: BufReader<OwnedReadHalf>,
    commands: OwnedWriteHalf,
}

/// What is going on with a process.
struct Course {
    session: Option<Session>,
    /// The job may still say something.
    is_talking: bool,
    /// Commands for a job that does not run yet.
    waiting: Vec<Order>,
    /// What the job has said about its end.
    said: Option<State>,
    cause: Option<Cause>,
    /// It was told to end with this savepoint by whom its end matters to, and does not start again.
    stops_with: Option<String>,
    /// It is to end because the worker does: what it is asked for from now on is for the next attempt.
    is_leaving: bool,
    kill_at: Option<Instant>,
    line: Vec<u8>,
}

impl Process {
    async fn attend(
        mut self,
        assignment: &Assignment,
        shared: &Shared,
        status: &Status,
        orders: Orders,
    ) -> State {
        let limit_bytes = memory_limit_bytes(assignment, shared);
        let Orders { waiting, mut orders } = orders;
        let mut course = Course::new(waiting);
        let mut look_at = Instant::now() + WATCH;
        let exit = loop {
            tokio::select! {
                exit = self.child.wait() => break exit,
                accepted = self.listener.accept(), if course.session.is_none() => {
                    if let Ok((stream, _)) = accepted {
                        course.connect(stream, &parameters(assignment, &shared.closed)).await;
                    }
                }
                report = next_report(&mut course.session, &mut course.line), if course.is_talking => {
                    course.take_in(report, status).await;
                }
                Some(order) = orders.recv() => course.obey(order, status).await,
                () = sleep_until(course.kill_at), if course.kill_at.is_some() => {
                    course.kill_at = None;
                    course.cause.get_or_insert(Cause::Silent);
                    self.kill();
                }
                () = tokio::time::sleep_until(look_at) => {
                    let memory_bytes = usage::memory_bytes(self.id);
                    status.used(memory_bytes, usage::cpu_ms(self.id));
                    if memory_bytes > limit_bytes {
                        course.cause.get_or_insert(Cause::Memory { limit_bytes });
                        self.kill();
                    }
                    let is_near = memory_bytes > limit_bytes / 2;
                    look_at = Instant::now() + if is_near { WATCH_CLOSELY } else { WATCH };
                }
            }
        };
        course.drain(status).await;
        self.leave().await;
        course.end(exit, status)
    }

    fn kill(&self) {
        // It may have ended in this moment.
        let _ = killpg(Pid::from_raw(self.id.cast_signed()), Signal::SIGKILL);
    }

    /// The child has ended; so does what it has started, and its output is read to the end.
    async fn leave(self) {
        self.kill();
        for output in self.output {
            // What still holds the pipes open is no longer of the group.
            let _ = tokio::time::timeout(DRAIN_MAX, output).await;
        }
    }
}

/// What the job is told. The manager closes what is its own to tables; what belongs to this worker it does not know.
fn parameters(assignment: &Assignment, own: &[PathBuf]) -> Value {
    let mut parameters = assignment.parameters.clone();
    if let Some(closed) = parameters
        .pointer_mut("/files/closed")
        .and_then(Value::as_array_mut)
    {
        closed.extend(own.iter().map(|path| serde_json::json!(path)));
    }
    parameters
}

fn memory_limit_bytes(assignment: &Assignment, shared: &Shared) -> u64 {
    let slots = assignment.parameters["parallelism"].as_u64().unwrap_or(1).max(1);
    let share = shared.memory_per_slot_bytes.saturating_mul(slots);
    assignment.memory_limit_bytes.unwrap_or(share)
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// The next line of the job. What has come of a line when the call is given up stays in `line`.
async fn next_report(session: &mut Option<Session>, line: &mut Vec<u8>) -> Result<Option<Report>> {
    let Some(session) = session else { return Ok(None) };
    loop {
        // A killed process resets the connection if it has not read all; how it ended says more than that.
        let available = session.reports.fill_buf().await.unwrap_or_default();
        if available.is_empty() {
            return Ok(None);
        }
        let end = available.iter().position(|byte| *byte == b'\n');
        let taken = end.map_or(available.len(), |at| at + 1);
        line.extend_from_slice(&available[..taken]);
        session.reports.consume(taken);
        if line.len() > REPORT_BYTES_MAX {
            bail!("a report is longer than {REPORT_BYTES_MAX} bytes");
        }
        if end.is_some() {
            let report = serde_json::from_slice(line).context("a report cannot be read");
            line.clear();
            return report.map(Some);
        }
    }
}

impl Course {
    fn new(waiting: Vec<Order>) -> Course {
        Course {
            session: None,
            is_talking: false,
            waiting,
            said: None,
            cause: None,
            stops_with: None,
            is_leaving: false,
            kill_at: Some(Instant::now() + CONNECT_MAX),
            line: Vec::new(),
        }
    }

    /// The job has called back and gets its parameters.
    async fn connect(&mut self, stream: UnixStream, parameters: &Value) {
        let (reports, commands) = stream.into_split();
        self.session = Some(Session {
            reports: BufReader::new(reports),
            commands,
        });
        self.is_talking = true;
        self.kill_at = None;
        let mut line = parameters.to_string();
        line.push('\n');
        self.say(&line).await;
        if matches!(self.cause, Some(Cause::Unwanted | Cause::Leaving)) {
            self.cancel().await;
        }
    }

    /// A job that does not read ends by what follows: it is killed, or its end is noticed.
    async fn say(&mut self, line: &str) {
        let Some(session) = &mut self.session else { return };
        let written = tokio::time::timeout(WRITE_MAX, session.commands.write_all(line.as_bytes())).await;
        if !matches!(written, Ok(Ok(()))) {
            self.kill_at.get_or_insert(Instant::now() + CANCEL_MAX);
        }
    }

    async fn take_in(&mut self, report: Result<Option<Report>>, status: &Status) {
        match report {
            Ok(Some(report)) => {
                self.stop_failed(&report).await;
                if let Some(end) = status.report(report) {
                    self.said = Some(end);
                }
                if status.is_cut() && self.cause.is_none() {
                    self.cause = Some(Cause::Unwanted);
                    self.cancel().await;
                }
                if status.is_running() {
                    for order in std::mem::take(&mut self.waiting) {
                        self.pass_on(order, status).await;
                    }
                }
            }
            // It has closed the socket: it is about to end, and is made to if it does not.
            Ok(None) => {
                self.is_talking = false;
                self.kill_at.get_or_insert(Instant::now() + CANCEL_MAX);
            }
            Err(error) => {
                self.said.get_or_insert(State::Failed {
                    message: format!("{error:#}"),
                });
                self.is_talking = false;
                self.kill_at = Some(Instant::now());
            }
        }
    }

    async fn obey(&mut self, order: Order, status: &Status) {
        match order {
            Order::End => {
                self.cause.get_or_insert(Cause::Unwanted);
                self.cancel().await;
            }
            Order::Leave if !status.is_running() => {
                self.cause.get_or_insert(Cause::Leaving);
                self.cancel().await;
            }
            order if status.is_running() => self.pass_on(order, status).await,
            order => self.waiting.push(order),
        }
    }

    async fn pass_on(&mut self, order: Order, status: &Status) {
        match order {
            // The job ends before it could answer; the manager keeps a wish that was not passed on.
            Order::Command(_) if self.is_leaving => {}
            Order::Command(NumberedCommand { number, command }) => {
                if let Command::Stop { savepoint } = &command {
                    self.stops_with.clone_from(savepoint);
                }
                self.say(&attempt::line(&command)).await;
                status.passed_on(number);
            }
            Order::Leave => {
                self.is_leaving = true;
                // A last savepoint is under way otherwise, and ends the job.
                if self.stops_with.is_none() {
                    self.take_last_checkpoint().await;
                }
            }
            Order::End => unreachable!("the end waits for nothing"),
        }
    }

    async fn take_last_checkpoint(&mut self) {
        self.say(&attempt::line(&Command::Stop { savepoint: None })).await;
    }

    /// A job whose last savepoint fails goes on, and is to be told again that it should end.
    async fn stop_failed(&mut self, report: &Report) {
        if let Report::SavepointFailed { url, .. } = report
            && self.stops_with.take_if(|stops_with| stops_with == url).is_some()
            && self.is_leaving
        {
            self.take_last_checkpoint().await;
        }
    }

    async fn cancel(&mut self) {
        match &self.session {
            Some(_) => {
                self.kill_at = Some(Instant::now() + CANCEL_MAX);
                self.say(&attempt::line(&Command::Cancel)).await;
            }
            None => self.kill_at = Some(Instant::now()),
        }
    }

    /// What the job has said before it ended is still in the socket.
    async fn drain(&mut self, status: &Status) {
        let all = async {
            while self.is_talking {
                let report = next_report(&mut self.session, &mut self.line).await;
                self.take_in(report, status).await;
            }
        };
        // A process that the job has left behind may hold the socket open.
        let _ = tokio::time::timeout(DRAIN_MAX, all).await;
    }

    fn end(self, exit: std::io::Result<ExitStatus>, status: &Status) -> State {
        let failed = |message: String| State::Failed { message };
        match (self.cause, self.said) {
            (Some(Cause::Unwanted), _) => State::Canceled,
            (Some(Cause::Leaving), _) => State::Left,
            // A source that has ended in this moment ends once more elsewhere.
            (_, None | Some(State::Finished { savepoint: None })) if self.is_leaving => State::Left,
            (Some(Cause::Memory { limit_bytes }), _) => {
                failed(format!("memory limit of {} MiB exceeded", limit_bytes >> 20))
            }
            (_, Some(said)) => said,
            (Some(Cause::Silent), None) => failed("the job process does not answer".to_owned()),
            (None, None) => failed(format!(
                "the job process {}{}",
                exit_text(exit),
                status.last_line()
            )),
        }
    }
}

fn exit_text(exit: std::io::Result<ExitStatus>) -> String {
    match exit {
        Ok(exit) => match (exit.signal(), exit.code()) {
            (Some(signal), _) => {
                let name = Signal::try_from(signal).map_or("?", Signal::as_str);
                format!("was ended by signal {signal} ({name})")
            }
            (None, code) => format!("ended with code {} without a report", code.unwrap_or_default()),
        },
        Err(error) => format!("cannot be waited for: {error}"),
    }
}

#[cfg(test)]
mod tests;
