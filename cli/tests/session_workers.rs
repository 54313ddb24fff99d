//! Workers of a session cluster: the way to the manager, the end of a worker, where executables lie.

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use support::certificates::Authority;
use support::{millstream, succeed};
use xtask::services::{process, s3};

/// Other tests may be busy building.
const WAIT_MAX: Duration = Duration::from_secs(90);
const TOKEN: &str = "token-that-nobody-sees";

/// Programs of a cluster. Invariant: none outlives its value.
struct Programs {
    folder: tempfile::TempDir,
    port: u16,
    scheme: &'static str,
    running: BTreeMap<String, Child>,
    environment: Vec<(&'static str, String)>,
}

impl Programs {
    fn new(scheme: &'static str) -> Programs {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(folder.path().join("out")).expect("created");
        Programs {
            folder,
            port: process::free_port().expect("there are free ports"),
            scheme,
            running: BTreeMap::new(),
            environment: Vec::new(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn url(&self) -> String {
        format!("{}://localhost:{}", self.scheme, self.port)
    }

    fn start(&mut self, name: &str, mut command: Command) {
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.path(&format!("{name}.log")));
        let log = log.expect("a log");
        command
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log)
            .envs(self.environment.iter().cloned());
        let child = command.spawn().expect("millstream can be started");
        self.running.insert(name.to_owned(), child);
    }

    fn log(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(&format!("{name}.log"))).unwrap_or_default()
    }

    /// Its data is in a folder of the same name. Silence is no reason to lose a worker in these tests.
    fn manager(&self, name: &str, storage: &str) -> Command {
        let listen = format!("127.0.0.1:{}", self.port);
        let mut command = millstream(&["manager", "--listen", &listen, "--worker-timeout", "120"]);
        command.arg("--data").arg(self.path(name));
        command.arg("--key-file").arg(self.path("cluster.key"));
        command.args(["--storage", storage]);
        command.arg("--files-root").arg(self.path("out"));
        command.env("MILLSTREAM_TOKEN", TOKEN);
        command
    }

    fn worker(&self, name: &str) -> Command {
        let mut command = millstream(&["worker", "--manager", &self.url(), "--slots", "1"]);
        command.arg("--data").arg(self.path(name));
        command.arg("--key-file").arg(self.path("cluster.key"));
        command
    }

    fn client(&self, arguments: &[&str]) -> Command {
        let mut command = millstream(arguments);
        command
            .args(["--url", &self.url()])
            .env("MILLSTREAM_TOKEN", TOKEN);
        if self.scheme == "https" {
            command.env("MILLSTREAM_CA_CERT", self.path("ca.pem"));
        }
        command
    }

    /// Numbers from 1 into files, each once; waits until they flow.
    fn deploy_numbers(&self) {
        let script = self.path("numbers.sql");
        let out = self.path("out");
        let sql = format!(
            "SET 'execution.checkpointing.interval' = '500 ms';
CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '20',
  'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '1000000');
CREATE TABLE written (n BIGINT) WITH ('connector' = 'filesystem', 'path' = '{}', 'format' = 'csv');
INSERT INTO written SELECT n FROM numbers;
",
            out.display()
        );
        std::fs::write(&script, sql).expect("written");
        succeed(self.client(&["deploy"]).arg(script));
    }

    fn deployment(&self) -> Value {
        let output = self.client(&["deployment", "get", "numbers", "--json"]).output();
        let output = output.expect("millstream can be started");
        serde_json::from_slice(&output.stdout).unwrap_or_default()
    }

    fn eventually<T>(&self, what: &str, mut find: impl FnMut() -> Option<T>) -> T {
        let started = Instant::now();
        loop {
            if let Some(found) = find() {
                return found;
            }
            let logs: Vec<String> = self.running.keys().map(|name| self.log(name)).collect();
            assert!(
                started.elapsed() < WAIT_MAX,
                "in vain: {what}\n{}",
                logs.join("\n")
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Process ids of the jobs of a worker.
    fn jobs(&self, worker: &str) -> Vec<u32> {
        let Ok(artifacts) = self.path(worker).join("artifacts").canonicalize() else {
            return Vec::new();
        };
        let processes = std::fs::read_dir("/proc").expect("there are processes");
        let ids = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
        let is_job = |id: &u32| {
            std::fs::read_link(format!("/proc/{id}/exe")).is_ok_and(|exe| exe.starts_with(&artifacts))
        };
        ids.filter(is_job).collect()
    }

    fn id(&self, name: &str) -> u32 {
        self.running[name].id()
    }

    /// As `kill` or a service manager ends it.
    fn terminate(&mut self, name: &str) -> ExitStatus {
        let mut child = self.running.remove(name).expect("it runs");
        let status = Command::new("kill")
            .args(["-TERM", &child.id().to_string()])
            .stdin(Stdio::null())
            .status();
        assert!(status.expect("kill can be run").success());
        child.wait().expect("it ends")
    }
}

impl Drop for Programs {
    fn drop(&mut self) {
        for (_, child) in std::mem::take(&mut self.running) {
            support::kill(child);
        }
    }
}

/// Folders for sockets that a process has made.
fn sockets(process_id: u32) -> usize {
    let folders = [std::env::temp_dir(), PathBuf::from("/tmp")];
    let mut found = std::collections::BTreeSet::new();
    for folder in folders {
        for entry in std::fs::read_dir(folder).expect("a folder for temporary files") {
            let name = entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned();
            let parts: Vec<&str> = name.split('-').collect();
            if parts.len() == 6 && parts[0] == "millstream" && parts[3] == process_id.to_string() {
                found.insert(name);
            }
        }
    }
    found.len()
}

fn read(path: &str) -> String {
    let bytes = std::fs::read(path).unwrap_or_default();
    String::from_utf8_lossy(&bytes).replace('\0', " ")
}

/// Numbers in visible files: from 1 on, each once.
fn assert_each_once(folder: &Path) {
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the job has written") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_file() && !name.starts_with(['.', '_']) {
            let text = std::fs::read_to_string(&path).expect("text");
            numbers.extend(text.lines().map(|line| line.parse::<u64>().expect("a number")));
        }
    }
    numbers.sort_unstable();
    assert!(!numbers.is_empty());
    let expected: Vec<u64> = (1..=numbers.len() as u64).collect();
    assert_eq!(numbers, expected);
}

fn tls(programs: &Programs) -> Command {
    let server = Authority::new("right").server();
    for (name, pem) in [
        ("cert.pem", server.certificate_pem),
        ("key.pem", server.key_pem),
        ("ca.pem", server.authority_pem),
        ("wrong.pem", Authority::new("wrong").pem()),
    ] {
        std::fs::write(programs.path(name), pem).expect("written");
    }
    let storage = format!("file://{}", programs.path("storage").display());
    let mut manager = programs.manager("manager", &storage);
    manager.arg("--tls-certificate").arg(programs.path("cert.pem"));
    manager.arg("--tls-key").arg(programs.path("key.pem"));
    manager
}

#[test]
fn over_tls_a_worker_that_is_told_to_end_gives_its_job_away_and_nobody_sees_a_secret() {
    let mut programs = Programs::new("https");
    std::fs::create_dir_all(programs.path("storage")).expect("created");
    let manager = tls(&programs);
    programs.start("manager", manager);
    programs.eventually("the key", || programs.path("cluster.key").is_file().then_some(()));

    let mut stranger = programs.worker("stranger");
    stranger.arg("--ca-cert").arg(programs.path("wrong.pem"));
    programs.start("stranger", stranger);
    programs.eventually("the stranger's complaint", || {
        let log = programs.log("stranger");
        log.to_lowercase().contains("certificate").then_some(())
    });
    for name in ["a", "b"] {
        let mut worker = programs.worker(name);
        worker.arg("--ca-cert").arg(programs.path("ca.pem"));
        programs.start(name, worker);
    }
    programs.deploy_numbers();
    assert!(programs.jobs("stranger").is_empty());

    let (from, to) = match programs.jobs("a").is_empty() {
        false => ("a", "b"),
        true => ("b", "a"),
    };
    let job = programs.jobs(from)[0];
    let key = std::fs::read_to_string(programs.path("cluster.key")).expect("the key");
    for secret in [TOKEN, key.trim()] {
        for id in [programs.id("manager"), programs.id(from), job] {
            let arguments = read(&format!("/proc/{id}/cmdline"));
            assert!(!arguments.contains(secret), "{arguments}");
        }
        let environment = read(&format!("/proc/{job}/environ"));
        assert!(!environment.contains(secret), "{environment}");
        for name in ["manager", "stranger", "a", "b"] {
            assert!(!programs.log(name).contains(secret), "{}", programs.log(name));
        }
    }

    // Something is to be restored.
    programs.eventually("a checkpoint", || {
        let checkpoints = programs
            .client(&["savepoint", "list", "numbers", "--checkpoints", "--json"])
            .output();
        let text = String::from_utf8(checkpoints.expect("it can be run").stdout).expect("text");
        text.contains("\"checkpoint\"").then_some(())
    });
    let asked = Instant::now();
    assert!(programs.terminate(from).success());
    assert!(programs.jobs(from).is_empty(), "nothing is left behind");
    let moved = programs.eventually("the job runs on the other worker", || {
        let deployment = programs.deployment();
        let is_there = deployment["status"] == "RUNNING" && !programs.jobs(to).is_empty();
        is_there.then_some(deployment)
    });
    eprintln!("moved within {:?}", asked.elapsed());
    assert_eq!(
        moved["restarts"][0]["reason"], "its worker was shut down",
        "{moved}"
    );
    assert_eq!(moved["restarts"][0]["is_failure"], false);
    succeed(&mut programs.client(&["deployment", "stop", "numbers"]));
    assert_each_once(&programs.path("out"));
}

#[test]
fn executables_lie_in_the_object_store_for_the_manager_that_takes_over() {
    let mut programs = Programs::new("http");
    let (_server, address) = s3::start(&programs.path("s3")).expect("the S3 server starts");
    programs.environment = address.environment().to_vec();
    let storage = format!("s3://{}/cluster", address.bucket);
    let manager = programs.manager("manager", &storage);
    programs.start("manager", manager);
    programs.eventually("the key", || programs.path("cluster.key").is_file().then_some(()));
    let worker = programs.worker("worker");
    programs.start("worker", worker);
    programs.deploy_numbers();
    let stored = programs
        .path("s3/data")
        .join(&address.bucket)
        .join("cluster/artifacts");
    let stored: Vec<_> = std::fs::read_dir(stored)
        .expect("they are in the storage")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    let at_worker = programs.path("worker/artifacts");
    let fetched = std::fs::read_dir(&at_worker).expect("it was fetched");
    let fetched: Vec<_> = fetched
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(stored, fetched, "each by its hash");

    // Another machine has the catalogue and the storage, but neither executables nor a compiler.
    let killed = programs.id("worker");
    assert_eq!(sockets(killed), 1);
    support::kill(programs.running.remove("worker").expect("it runs"));
    assert_eq!(sockets(killed), 1, "nobody has removed it");
    assert!(programs.terminate("manager").success());
    std::fs::remove_dir_all(&at_worker).expect("removed");
    std::fs::create_dir(programs.path("other")).expect("created");
    for entry in std::fs::read_dir(programs.path("manager")).expect("its folder") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            let name = path.file_name().expect("a name");
            std::fs::copy(&path, programs.path("other").join(name)).expect("copied");
        }
    }
    let mut other = programs.manager("other", &storage);
    other
        .env("PATH", "/nowhere")
        .env("MILLSTREAM_CACHE", programs.path("empty"));
    programs.start("other", other);
    let worker = programs.worker("worker");
    programs.start("worker", worker);
    programs.eventually("the job runs once more", || {
        let runs = programs.deployment()["status"] == "RUNNING" && !programs.jobs("worker").is_empty();
        runs.then_some(())
    });
    assert_eq!(sockets(killed), 0, "the next worker has removed it");
    assert!(programs.path("other/artifacts").join(&fetched[0]).is_file());
    succeed(&mut programs.client(&["deployment", "stop", "numbers"]));
    assert_each_once(&programs.path("out"));
}
