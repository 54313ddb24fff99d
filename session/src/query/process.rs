//! A throw-away job as a child of this process.
//!
//! In: an executable and its parameters. Out: its reports. Invariant: the process ends with its value, and by itself
//! when this process dies: it watches its end of the socket.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde::Serialize;

use crate::protocol::job::Report;
use crate::socket::{self, Socket};

/// Longest wait for a new process to call back, and how often it is looked for.
const START_MAX: Duration = Duration::from_secs(30);
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(1);
/// Reports that wait here; a job that is faster waits.
const QUEUED_MAX: usize = 64;
/// What is kept of a job's own messages.
const LOG_BYTES_MAX: usize = 64 << 10;

pub struct Process {
    child: Child,
    reports: Receiver<Result<Report>>,
    /// Held open: when it closes the job ends.
    _commands: UnixStream,
    log: Option<JoinHandle<String>>,
}

/// What came of waiting.
pub enum Next {
    Report(Report),
    /// The job says no more.
    Closed,
    /// Nothing yet.
    Timeout,
}

impl Process {
    /// Starts the job in `folder`, which relative paths of its tables are relative to.
    pub fn start(executable: &Path, folder: &Path, parameters: &impl Serialize) -> Result<Process> {
        socket::remove_abandoned();
        let socket = Socket::new()?;
        let listener = UnixListener::bind(socket.path())
            .with_context(|| format!("listening on {}", socket.path().display()))?;
        let child = Command::new(executable)
            .arg("--session")
            .arg(socket.path())
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            // Signals of the terminal are for this process, whose end the job notices.
            .process_group(0)
            .spawn()
            .with_context(|| format!("starting {}", executable.display()))?;
        let mut child = Unfinished(Some(child));
        let stderr = child.get().stderr.take().expect("it is piped");
        let log = std::thread::spawn(move || read_log(stderr));
        let mut commands = match accept(&listener, child.get())? {
            Some(stream) => stream,
            None => bail!("the job ended before it began: {}", why(child.get(), log)?),
        };
        let mut line = serde_json::to_vec(parameters)?;
        line.push(b'\n');
        commands.write_all(&line).context("telling the job what to do")?;
        let reports = read_reports(commands.try_clone()?);
        Ok(Process {
            child: child.0.take().expect("it is given away here only"),
            reports,
            _commands: commands,
            log: Some(log),
        })
    }

    /// The next report; waits at most this long.
    pub fn next(&self, wait_max: Duration) -> Result<Next> {
        match self.reports.recv_timeout(wait_max) {
            Ok(report) => report.map(Next::Report),
            Err(RecvTimeoutError::Timeout) => Ok(Next::Timeout),
            Err(RecvTimeoutError::Disconnected) => Ok(Next::Closed),
        }
    }

    /// Why a job that says no more has ended, from its own messages.
    pub fn why(mut self) -> Result<String> {
        let log = self.log.take().expect("it is asked once");
        why(&mut self.child, log)
    }
}

/// Nothing of the job is left when its value is gone.
impl Drop for Process {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

fn end(child: &mut Child) {
    // An error says that it has ended already.
    let _ = child.kill();
    let _ = child.wait();
}

/// Ends a process that did not come to life.
struct Unfinished(Option<Child>);

impl Unfinished {
    fn get(&mut self) -> &mut Child {
        self.0.as_mut().expect("it was not given away")
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            end(child);
        }
    }
}

/// The connection of the job; `None` if it ended before.
fn accept(listener: &UnixListener, child: &mut Child) -> Result<Option<UnixStream>> {
    listener.set_nonblocking(true)?;
    let started = Instant::now();
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false)?;
                return Ok(Some(stream));
            }
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error.into()),
        }
        if child.try_wait()?.is_some() {
            return Ok(None);
        }
        if started.elapsed() > START_MAX {
            bail!("the job did not begin within {START_MAX:?}");
        }
        std::thread::sleep(LOOK_AGAIN_AFTER);
    }
}

fn read_reports(stream: UnixStream) -> Receiver<Result<Report>> {
    let (sender, receiver) = sync_channel(QUEUED_MAX);
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines() {
            let Ok(line) = line else { break };
            let report = serde_json::from_str(&line).with_context(|| format!("the job reports {line}"));
            if sender.send(report).is_err() {
                break;
            }
        }
    });
    receiver
}

/// The end of what a job says; all of it is read, so that the job never waits for its reader.
fn read_log(mut stderr: impl Read) -> String {
    let mut kept = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = stderr.read(&mut buffer) {
        kept.extend_from_slice(&buffer[..count]);
        let surplus = kept.len().saturating_sub(LOG_BYTES_MAX);
        kept.drain(..surplus);
    }
    String::from_utf8_lossy(&kept).into_owned()
}

fn why(child: &mut Child, log: JoinHandle<String>) -> Result<String> {
    let status = child.wait()?;
    Ok(reason(&log.join().unwrap_or_default(), status))
}

/// A job says why it fails in one line.
fn reason(log: &str, status: ExitStatus) -> String {
    let message = log.lines().rev().find_map(|line| line.strip_prefix("error: "));
    message.map_or_else(|| status.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_that_does_not_begin_is_told() {
        let error = Process::start(Path::new("/bin/false"), Path::new("/"), &())
            .err()
            .expect("it ends at once");
        assert_eq!(error.to_string(), "the job ended before it began: exit status: 1");
    }

    #[test]
    fn the_reason_is_what_the_job_says_or_how_it_ended() {
        use std::os::unix::process::ExitStatusExt as _;
        let failed = ExitStatus::from_raw(1 << 8);
        assert_eq!(reason("warning: old\nerror: no topic\nbye\n", failed), "no topic");
        assert_eq!(
            reason("warning: old\n", ExitStatus::from_raw(9)),
            "signal: 9 (SIGKILL)"
        );
    }

    #[test]
    fn only_the_end_of_a_long_log_is_kept() {
        let long = "x".repeat(LOG_BYTES_MAX) + "\nerror: last\n";
        let kept = read_log(long.as_bytes());
        assert!(kept.len() == LOG_BYTES_MAX && kept.ends_with("\nerror: last\n"));
    }
}
