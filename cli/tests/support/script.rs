//! SQL scripts under test. In: SQL, options of a deployment. Out: the rows that `print` tables show, messages, exit
//! codes; running jobs whose output can be awaited. Invariant: a job started here does not outlive its value.

#![allow(dead_code, reason = "each test binary uses a part")]

use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::millstream;

/// Longest wait for a line of a running job, and for its end. Other tests may be busy building.
const LINE_MAX: Duration = Duration::from_secs(60);

/// A script in a folder of its own, with its checkpoints beside it.
pub(crate) struct Script {
    folder: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

/// What a run showed.
pub(crate) struct Shown {
    /// Lines of standard output, sorted.
    pub(crate) rows: Vec<String>,
    pub(crate) log: String,
    pub(crate) code: Option<i32>,
}

impl Script {
    pub(crate) fn new(sql: &str, environment: &[(&str, &str)]) -> Script {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("job.sql"), sql).expect("the script can be written");
        let environment = environment
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Script {
            environment: environment.collect(),
            folder,
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The application is edited; it keeps its name and its checkpoints.
    pub(crate) fn edit(&self, sql: &str) {
        std::fs::write(self.path(), sql).expect("the script can be written");
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("job.sql")
    }

    /// `set`: `KEY=VALUE` of the deployment; what begins with `--` is an argument by itself.
    fn command(&self, set: &[&str]) -> Command {
        let mut command = millstream(&["run", "--profile", "preview"]);
        command.arg(self.path());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        for argument in set {
            match argument.starts_with("--") {
                true => command.args(argument.split(' ')),
                false => command.arg("--set").arg(argument),
            };
        }
        command
    }

    /// Runs to the end, whatever that is.
    pub(crate) fn run(&self, set: &[&str]) -> Shown {
        let mut command = self.command(set);
        Shown::new(command.output().expect("millstream can be started"))
    }

    /// Runs from nothing to a good end and answers the rows.
    pub(crate) fn rows(&self, set: &[&str]) -> Vec<String> {
        let shown = self.run(&[&["--from-scratch"], set].concat());
        assert_eq!(shown.code, Some(0), "{set:?}:\n{}", shown.log);
        shown.rows
    }

    /// Runs from nothing to the failure that is expected and answers the one line that says why.
    pub(crate) fn failure(&self, set: &[&str]) -> String {
        let shown = self.run(&[&["--from-scratch"], set].concat());
        assert_eq!(shown.code, Some(1), "{set:?}: {:?}\n{}", shown.rows, shown.log);
        let errors = shown.log.lines().filter(|line| line.starts_with("error: "));
        let errors: Vec<&str> = errors.collect();
        assert_eq!(errors.len(), 1, "one message says why:\n{}", shown.log);
        errors[0].to_owned()
    }

    /// Starts a job that goes on until it is told to stop.
    pub(crate) fn start(&self, set: &[&str]) -> Running {
        // Building may take longer than anybody waits for a row; what is built already takes no time.
        let mut build = millstream(&["build", "--profile", "preview", "--out"]);
        super::succeed(build.arg(self.folder().join("built")).arg(self.path()));
        let mut command = self.command(set);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("millstream can be started");
        let (rows, log) = (lines(child.stdout.take()), lines(child.stderr.take()));
        Running {
            child,
            rows,
            log,
            seen: Vec::new(),
        }
    }
}

impl Shown {
    fn new(output: Output) -> Shown {
        let stdout = String::from_utf8(output.stdout).expect("output is UTF-8");
        let mut rows: Vec<String> = stdout.lines().map(str::to_owned).collect();
        rows.sort();
        Shown {
            rows,
            log: String::from_utf8(output.stderr).expect("output is UTF-8"),
            code: output.status.code(),
        }
    }
}

fn lines(stream: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let stream = stream.expect("the stream is a pipe");
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines() {
            if sender.send(line.expect("output is UTF-8")).is_err() {
                break;
            }
        }
    });
    receiver
}

/// A job that runs.
pub(crate) struct Running {
    child: Child,
    rows: Receiver<String>,
    log: Receiver<String>,
    seen: Vec<String>,
}

impl Running {
    /// Waits for a row that contains the text.
    pub(crate) fn row(&mut self, text: &str) -> String {
        match await_line(&self.rows, text, &mut Vec::new()) {
            Some(row) => row,
            None => panic!("no row with '{text}'; the log:\n{}", self.log_so_far()),
        }
    }

    /// Waits for a line of the log that contains the text.
    pub(crate) fn logged(&mut self, text: &str) -> String {
        match await_line(&self.log, text, &mut self.seen) {
            Some(line) => line,
            None => panic!("nothing of '{text}' in the log:\n{}", self.log_so_far()),
        }
    }

    fn log_so_far(&mut self) -> String {
        self.seen.extend(self.log.try_iter());
        self.seen.join("\n")
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child
            .try_wait()
            .expect("the process can be awaited")
            .is_none()
    }

    /// Sends a signal (`TERM`, `INT`) and waits for the end: exit code and all of the log.
    pub(crate) fn signal(self, name: &str) -> (Option<i32>, String) {
        self.send(name);
        self.end()
    }

    pub(crate) fn send(&self, signal: &str) {
        let pid = self.child.id().to_string();
        let status = Command::new("kill").arg(format!("-{signal}")).arg(pid).status();
        assert!(status.expect("kill can be run").success());
    }

    /// Waits for the end: exit code and all of the log.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let started = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("the process can be awaited") {
                break status;
            }
            assert!(
                started.elapsed() < LINE_MAX,
                "it does not end:\n{}",
                self.log_so_far()
            );
            std::thread::sleep(Duration::from_millis(10));
        };
        self.seen.extend(self.log.iter());
        (status.code(), self.seen.join("\n"))
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("the process can be killed");
        self.child.wait().expect("the process can be awaited");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn await_line(lines: &Receiver<String>, text: &str, seen: &mut Vec<String>) -> Option<String> {
    let started = Instant::now();
    loop {
        match lines.recv_timeout(LINE_MAX.saturating_sub(started.elapsed())) {
            Ok(line) => {
                seen.push(line.clone());
                if line.contains(text) {
                    return Some(line);
                }
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return None,
        }
    }
}

/// Waits until the condition holds.
pub(crate) fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(started.elapsed() < LINE_MAX, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
