//! A session cluster of a test's own: a manager and workers as processes.
//!
//! In: applications, faults. Out: statuses, processes of jobs. Invariant: no process outlives its value.

#![allow(dead_code, reason = "each test binary uses a part")]

use std::collections::BTreeMap;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use xtask::services::process;

use super::api::Api;
use super::{millstream, succeed};

/// Other tests may be busy building.
const START_MAX: Duration = Duration::from_secs(60);
const STATUS_MAX: Duration = Duration::from_secs(180);
const TOKEN: &str = "token-of-the-test";

pub(crate) struct Cluster {
    folder: tempfile::TempDir,
    /// Of the manager that is in charge, and of the one that stands by.
    ports: [u16; 2],
    /// Of managers that stand by for each other.
    catalogue: Option<String>,
    manager: Option<Child>,
    standby: Option<Child>,
    worker: Option<Child>,
    /// By name.
    others: BTreeMap<String, Child>,
    worker_arguments: Vec<String>,
}

impl Cluster {
    /// `worker`: further arguments of the worker.
    pub(crate) fn start(worker: &[&str]) -> Cluster {
        let mut cluster = Cluster::new(None, worker);
        cluster.start_manager();
        cluster.start_worker();
        cluster
    }

    /// A manager; workers come by name.
    pub(crate) fn without_workers() -> Cluster {
        let mut cluster = Cluster::new(None, &[]);
        cluster.start_manager();
        cluster
    }

    /// Two managers with one catalogue in PostgreSQL.
    pub(crate) fn start_with_standby(catalogue: &str) -> Cluster {
        let mut cluster = Cluster::new(Some(catalogue.to_owned()), &[]);
        cluster.start_manager();
        cluster.standby = Some(cluster.spawn_manager(1));
        cluster.start_worker();
        cluster
    }

    fn new(catalogue: Option<String>, worker: &[&str]) -> Cluster {
        let port = || process::free_port().expect("there are free ports");
        Cluster {
            folder: tempfile::tempdir().expect("a temporary folder"),
            ports: [port(), port()],
            catalogue,
            manager: None,
            standby: None,
            worker: None,
            others: BTreeMap::new(),
            worker_arguments: worker.iter().map(|argument| (*argument).to_owned()).collect(),
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports[0])
    }

    pub(crate) fn port(&self) -> u16 {
        self.ports[0]
    }

    fn log(&self, name: &str) -> std::fs::File {
        let path = self.folder().join(format!("{name}.log"));
        std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .expect("a log")
    }

    fn spawn(&self, mut command: Command, name: &str) -> Child {
        let log = self.log(name);
        command
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log)
            .stdin(Stdio::null());
        command.spawn().expect("millstream can be started")
    }

    pub(crate) fn start_manager(&mut self) {
        self.manager = Some(self.spawn_manager(0));
        self.await_manager();
    }

    fn spawn_manager(&self, number: usize) -> Child {
        let listen = format!("127.0.0.1:{}", self.ports[number]);
        let mut command = millstream(&["manager", "--listen", &listen, "--worker-timeout", "5"]);
        let data = match number {
            0 => self.folder().join("manager"),
            _ => self.folder().join("standby"),
        };
        command.arg("--data").arg(data).args(["--token", TOKEN]);
        command.arg("--key-file").arg(self.folder().join("cluster.key"));
        command
            .arg("--storage")
            .arg(format!("file://{}", self.folder().join("storage").display()));
        command.arg("--files-root").arg(self.folder());
        if let Some(catalogue) = &self.catalogue {
            command.env("MILLSTREAM_CATALOGUE", catalogue);
        }
        self.spawn(command, "manager")
    }

    pub(crate) fn await_manager(&self) {
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.ports[0])).is_err() {
            assert!(started.elapsed() < START_MAX, "{}", self.logs());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The manager in charge is killed, the other one takes over.
    pub(crate) fn fail_over(&mut self) {
        self.begin_fail_over();
        self.await_manager();
    }

    /// The other one has not taken over yet.
    pub(crate) fn begin_fail_over(&mut self) {
        self.kill_manager();
        self.manager = self.standby.take();
        self.ports.swap(0, 1);
    }

    pub(crate) fn start_worker(&mut self) {
        let mut command = millstream(&["worker", "--manager", &self.url()]);
        command
            .arg("--manager")
            .arg(format!("http://127.0.0.1:{}", self.ports[1]));
        command.arg("--data").arg(self.folder().join("worker"));
        command.arg("--key-file").arg(self.folder().join("cluster.key"));
        command.args(&self.worker_arguments);
        self.worker = Some(self.spawn(command, "worker"));
    }

    /// A worker with a folder of its own that reaches the manager at this URL.
    pub(crate) fn add_worker(&mut self, name: &str, url: &str) {
        let mut command = millstream(&["worker", "--manager", url, "--slots", "2"]);
        command.arg("--data").arg(self.folder().join(name));
        command.arg("--key-file").arg(self.folder().join("cluster.key"));
        let worker = self.spawn(command, name);
        self.others.insert(name.to_owned(), worker);
    }

    pub(crate) fn kill_manager(&mut self) {
        super::kill(self.manager.take().expect("the manager runs"));
    }

    pub(crate) fn kill_worker(&mut self) {
        super::kill(self.worker.take().expect("the worker runs"));
    }

    pub(crate) fn manager_id(&self) -> u32 {
        self.manager.as_ref().expect("the manager runs").id()
    }

    /// Process ids of the jobs of this cluster's worker, in no order that matters.
    pub(crate) fn jobs(&self) -> Vec<u32> {
        self.jobs_of("worker")
    }

    /// The same of the worker with this name.
    pub(crate) fn jobs_of(&self, worker: &str) -> Vec<u32> {
        let artifacts = self.folder().join(worker).join("artifacts").canonicalize();
        let Ok(artifacts) = artifacts else {
            return Vec::new();
        };
        let processes = std::fs::read_dir("/proc").expect("there are processes");
        let ids = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
        let is_job = |id: &u32| {
            std::fs::read_link(format!("/proc/{id}/exe")).is_ok_and(|exe| exe.starts_with(&artifacts))
        };
        ids.filter(is_job).collect()
    }

    /// The process of a deployment, if there is one now.
    pub(crate) fn job_of(&self, deployment: &str) -> Option<u32> {
        let is_its = |id: &u32| {
            std::fs::read_link(format!("/proc/{id}/cwd")).is_ok_and(|folder| folder.ends_with(deployment))
        };
        let others = self.others.keys().flat_map(|worker| self.jobs_of(worker));
        self.jobs().into_iter().chain(others).find(is_its)
    }

    /// Queries do not wait for a worker.
    pub(crate) fn await_workers(&self, count: usize) {
        let api = self.api();
        super::script::eventually("the workers are connected", || {
            api.get("/overview")["taskmanagers"] == count
        });
    }

    pub(crate) fn api(&self) -> Api {
        Api::new(self.url(), TOKEN)
    }

    /// `millstream … --url … --token …`
    pub(crate) fn client(&self, arguments: &[&str]) -> Command {
        let mut command = millstream(arguments);
        command.args(["--url", &self.url(), "--token", TOKEN]);
        command
    }

    /// An application as one script, deployed and running.
    pub(crate) fn deploy(&self, name: &str, sql: &str, arguments: &[&str]) {
        let path = self.script(name, sql);
        let mut command = self.client(&["deploy"]);
        succeed(command.arg(path).args(arguments));
    }

    pub(crate) fn script(&self, name: &str, sql: &str) -> PathBuf {
        let path = self.folder().join(format!("{name}.sql"));
        std::fs::write(&path, sql).expect("the script can be written");
        path
    }

    /// The newest deployment of an application.
    pub(crate) fn deployment(&self, application: &str) -> Option<Value> {
        let output = self
            .client(&["deployment", "get", application, "--json"])
            .output();
        let output = output.expect("millstream can be started");
        serde_json::from_slice(&output.stdout).ok()
    }

    pub(crate) fn status(&self, application: &str) -> String {
        let deployment = self.deployment(application);
        let status = deployment.as_ref().and_then(|one| one["status"].as_str());
        status.unwrap_or("unknown").to_owned()
    }

    pub(crate) fn await_status(&self, application: &str, expected: &str) -> Value {
        let started = Instant::now();
        loop {
            let deployment = self.deployment(application);
            if let Some(one) = deployment.as_ref().filter(|one| one["status"] == expected) {
                return one.clone();
            }
            let is_late = started.elapsed() > STATUS_MAX;
            assert!(
                !is_late,
                "{application} is {deployment:?}, not {expected}\n{}",
                self.logs()
            );
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    pub(crate) fn logs(&self) -> String {
        let read = |name: &str| std::fs::read_to_string(self.folder().join(name)).unwrap_or_default();
        let others = self.others.keys();
        let others = others.map(|name| format!("\n{name}:\n{}", read(&format!("{name}.log"))));
        format!(
            "manager:\n{}\nworker:\n{}{}",
            read("manager.log"),
            read("worker.log"),
            others.collect::<String>()
        )
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Jobs end with their worker.
        let others = std::mem::take(&mut self.others).into_values();
        let cluster = [self.worker.take(), self.manager.take(), self.standby.take()];
        for child in cluster.into_iter().flatten().chain(others) {
            super::kill(child);
        }
    }
}
