//! A session cluster of a test's own. In: what to call. Out: what `millstream` and `avn` show. Invariant: it ends with
//! its value, jobs included.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use xtask::services::avn::Avn;
use xtask::services::process::{free_port, port_is_open};

use super::support::millstream;

pub(crate) const TOKEN: &str = "token-of-a-test";
/// Longest wait for a status: the first build of a machine compiles the runtime.
const STATUS_MAX: Duration = Duration::from_secs(400);

pub(crate) struct Cluster {
    child: Child,
    folder: tempfile::TempDir,
    port: u16,
}

impl Cluster {
    /// `millstream dev`.
    pub(crate) fn start(slots: u32) -> Cluster {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let port = free_port().expect("there are free ports");
        let child = dev(folder.path(), port, slots);
        let mut cluster = Cluster { child, folder, port };
        cluster.await_port();
        cluster
    }

    fn await_port(&mut self) {
        let started = Instant::now();
        while !port_is_open(self.port) {
            let ended = self.child.try_wait().expect("the process can be awaited");
            assert!(ended.is_none(), "it has ended: {ended:?}\n{}", self.log());
            assert!(
                started.elapsed() < Duration::from_secs(60),
                "nobody listens:\n{}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What manager and worker have said.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// `millstream …` against this cluster.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = millstream(arguments);
        command
            .env("MILLSTREAM_URL", self.url())
            .env("MILLSTREAM_TOKEN", TOKEN);
        command
    }

    /// Standard output of a command that must succeed.
    pub(crate) fn millstream(&self, arguments: &[&str]) -> String {
        let output = self
            .command(arguments)
            .output()
            .expect("millstream can be started");
        self.succeeded(&format!("millstream {}", arguments.join(" ")), output)
    }

    /// The JSON that a command answers.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let shown = self.millstream(&[arguments, &["--json"]].concat());
        serde_json::from_str(&shown).unwrap_or_else(|error| panic!("{error}: {shown}"))
    }

    /// A file with this SQL.
    pub(crate) fn script(&self, sql: &str) -> String {
        let path = self.folder.path().join("script.sql");
        std::fs::write(&path, sql).expect("the script can be written");
        path.display().to_string()
    }

    fn succeeded(&self, what: &str, output: Output) -> String {
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        let stderr = String::from_utf8_lossy(&output.stderr);
        let log = self.log();
        assert!(
            output.status.success(),
            "{what}: {}\n{stdout}\n{stderr}\ncluster:\n{log}",
            output.status
        );
        stdout
    }
}

fn dev(folder: &Path, port: u16, slots: u32) -> Child {
    let log = std::fs::File::create(folder.join("log")).expect("the log can be written");
    let address = format!("127.0.0.1:{port}");
    let slots = slots.to_string();
    let mut command = millstream(&["dev", "--listen", &address, "--slots", &slots, "--token", TOKEN]);
    command.arg("--data").arg(folder.join("data"));
    command
        .stdout(log.try_clone().expect("a second handle"))
        .stderr(log);
    command.stdin(Stdio::null());
    command.spawn().expect("millstream can be started")
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // A signal, so that it ends its jobs.
        let pid = self.child.id().to_string();
        let _ = Command::new("kill").arg("-TERM").arg(pid).status();
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(30) {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `avn`, told where the cluster is as its users tell it.
pub(crate) struct Client<'a> {
    avn: Avn,
    cluster: &'a Cluster,
    config: tempfile::TempDir,
}

/// An answer that is no error.
pub(crate) type Refused = String;

impl<'a> Client<'a> {
    pub(crate) fn new(cluster: &'a Cluster) -> Client<'a> {
        Client {
            avn: Avn::find().expect("aiven-client is there"),
            cluster,
            config: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    /// `avn --url … service … --project dev`: standard output, or what it says on standard error.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<String, Refused> {
        self.run_without_project(&[arguments, &["--project", "dev"]].concat())
    }

    /// The same of commands that belong to no project.
    pub(crate) fn run_without_project(&self, arguments: &[&str]) -> Result<String, Refused> {
        let mut command = self.avn.command(self.config.path());
        command.args(["--url", &self.cluster.url(), "--auth-token", TOKEN]);
        command.args(arguments).stdin(Stdio::null());
        let output = command.output().expect("avn can be started");
        match output.status.success() {
            true => Ok(String::from_utf8(output.stdout).expect("output is UTF-8")),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }

    /// The output of a command that must succeed.
    pub(crate) fn text(&self, arguments: &[&str]) -> String {
        let answer = self.run(arguments);
        answer.unwrap_or_else(|error| panic!("avn {arguments:?}: {error}\ncluster:\n{}", self.cluster.log()))
    }

    /// The JSON that a command answers.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let text = self.text(arguments);
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("avn {arguments:?}: {error}: {text}"))
    }

    /// `avn service flink …` on the session cluster.
    pub(crate) fn flink(&self, subcommand: &str, arguments: &[&str]) -> Value {
        self.json(&[&["service", "flink", subcommand, "millstream"], arguments].concat())
    }

    /// What it says against a command that must fail.
    pub(crate) fn refusal(&self, subcommand: &str, arguments: &[&str]) -> Refused {
        let arguments = [&["service", "flink", subcommand, "millstream"], arguments].concat();
        let answer = self.run(&arguments);
        answer.expect_err("it is refused")
    }

    /// Waits until the deployment has the status.
    pub(crate) fn await_status(&self, application: &str, deployment: &str, wanted: &str) -> Value {
        let started = Instant::now();
        let ids = ["--application-id", application, "--deployment-id", deployment];
        loop {
            let found = self.flink("get-application-deployment", &ids);
            if found["status"] == wanted {
                return found;
            }
            let is_over = ["FAILED", "CANCELED", "FINISHED"]
                .iter()
                .any(|status| found["status"] == *status);
            let log = self.cluster.log();
            assert!(
                !is_over && started.elapsed() < STATUS_MAX,
                "not {wanted}: {found:#}\n{log}"
            );
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// An argument that names a file with this content, as `avn` takes it.
    pub(crate) fn file(&self, content: &Value) -> String {
        let path: PathBuf = self.config.path().join("argument.json");
        std::fs::write(&path, content.to_string()).expect("the file can be written");
        format!("@{}", path.display())
    }
}
