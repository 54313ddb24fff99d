//! Jobs of a session cluster under faults: killed jobs, workers and managers; hunger for memory; stop and go on.

mod support;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use support::cluster::Cluster;
use support::succeed;
use xtask::services::{Kind, Services};

/// Numbers from 1 into a folder of files, each once.
fn numbers(folder: &Path, application: &str) -> String {
    format!(
        "SET 'execution.checkpointing.interval' = '500 ms';
SET 'restart-strategy.type' = 'fixed-delay';
SET 'restart-strategy.fixed-delay.attempts' = '1000';
SET 'restart-strategy.fixed-delay.delay' = '100 ms';
CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '20',
  'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '1000000');
CREATE TABLE written (n BIGINT) WITH ('connector' = 'filesystem', 'path' = '{}', 'format' = 'csv');
INSERT INTO written SELECT n FROM numbers;
",
        folder.join(application).display()
    )
}

/// All numbers in the files of a folder.
fn written(folder: &Path) -> Vec<u64> {
    let files = std::fs::read_dir(folder).expect("the job has written");
    let files = files.map(|entry| entry.expect("a file").path());
    let visible = files.filter(|path| {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        path.is_file() && !name.starts_with(['.', '_'])
    });
    let texts = visible.map(|path| std::fs::read_to_string(path).expect("text"));
    let lines: Vec<String> = texts
        .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    lines.iter().map(|line| line.parse().expect("a number")).collect()
}

fn assert_each_once(folder: &Path) -> usize {
    let numbers = written(folder);
    let different: BTreeSet<u64> = numbers.iter().copied().collect();
    let last = *different.last().expect("something was written");
    assert_eq!(
        different.len(),
        numbers.len(),
        "{} has numbers twice",
        folder.display()
    );
    assert_eq!(different.len() as u64, last, "{} lacks numbers", folder.display());
    numbers.len()
}

/// The same sequence in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        // Knuth's linear congruential generator; the upper bits are the random ones.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

fn kill_process(id: u32) {
    // It may end by itself in this moment.
    let _ = std::process::Command::new("kill")
        .args(["-9", &id.to_string()])
        .output();
}

#[test]
fn ten_deployments_lose_nothing_when_jobs_workers_and_managers_are_killed() {
    const APPLICATIONS: usize = 10;
    const FAULTS: usize = 30;
    let mut cluster = Cluster::start(&["--slots", "10"]);
    let output = tempfile::tempdir().expect("a temporary folder");
    let names: Vec<String> = (0..APPLICATIONS).map(|number| format!("app{number}")).collect();
    for name in &names {
        cluster.deploy(name, &numbers(output.path(), name), &[]);
    }
    let mut random = Random(20_261_122);
    let mut faults = [0; 3];
    for _ in 0..FAULTS {
        let kind = [0, 0, 0, 1, 2][random.below(5)];
        faults[kind] += 1;
        match kind {
            0 => {
                let jobs = cluster.jobs();
                if !jobs.is_empty() {
                    kill_process(jobs[random.below(jobs.len())]);
                }
            }
            1 => {
                cluster.kill_worker();
                cluster.start_worker();
            }
            _ => {
                cluster.kill_manager();
                std::thread::sleep(Duration::from_millis(random.below(2_000) as u64));
                cluster.start_manager();
            }
        }
        std::thread::sleep(Duration::from_millis(200 + random.below(1_500) as u64));
    }
    assert!(faults.iter().all(|count| *count > 0), "{faults:?}");
    for name in &names {
        cluster.await_status(name, "RUNNING");
        let mut stop = cluster.client(&["deployment", "stop", name]);
        succeed(&mut stop);
    }
    for name in &names {
        let deployment = cluster.await_status(name, "FINISHED");
        assert!(deployment["last_savepoint"].is_string(), "{deployment}");
        let rows = assert_each_once(&output.path().join(name));
        eprintln!("{name}: {rows} rows, attempts until {}", deployment["attempt"]);
    }
    assert!(cluster.jobs().is_empty(), "jobs are left behind");
}

#[test]
fn a_deployment_goes_on_from_its_savepoint() {
    let cluster = Cluster::start(&[]);
    let output = tempfile::tempdir().expect("a temporary folder");
    let sql = numbers(output.path(), "app");
    cluster.deploy("app", &sql, &[]);
    let mut stop = cluster.client(&["deployment", "stop", "app"]);
    succeed(&mut stop);
    cluster.await_status("app", "FINISHED");
    let before = assert_each_once(&output.path().join("app"));
    cluster.deploy("app", &sql, &["--from", "latest"]);
    std::thread::sleep(Duration::from_secs(2));
    succeed(&mut cluster.client(&["deployment", "stop", "app"]));
    cluster.await_status("app", "FINISHED");
    let after = assert_each_once(&output.path().join("app"));
    assert!(after > before, "{after} rows after {before}");
}

#[test]
fn a_job_over_its_memory_limit_is_ended_and_restarted_and_others_do_not_notice() {
    let cluster = Cluster::start(&[]);
    let output = tempfile::tempdir().expect("a temporary folder");
    cluster.deploy("modest", &numbers(output.path(), "modest"), &[]);
    // Every group is kept for ever.
    let hungry = "SET 'taskmanager.memory.process.size' = '200 mb';
SET 'restart-strategy.type' = 'fixed-delay';
SET 'restart-strategy.fixed-delay.attempts' = '1';
SET 'restart-strategy.fixed-delay.delay' = '1 s';
CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '100000000',
  'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '10000000000');
CREATE TABLE counted (n BIGINT, c BIGINT, PRIMARY KEY (n) NOT ENFORCED) WITH ('connector' = 'blackhole');
INSERT INTO counted SELECT n, COUNT(*) FROM numbers GROUP BY n;
";
    let path = cluster.script("hungry", hungry);
    let mut deploy = cluster.client(&["deploy"]);
    deploy.arg(path).output().expect("millstream can be started");
    let failed = cluster.await_status("hungry", "FAILED");
    let reason = failed["error_msg"].as_str().unwrap_or_default();
    let expected = "memory limit of 200 MiB exceeded (the restart strategy allows 1 restarts)";
    assert_eq!(reason, expected, "{}", cluster.logs());
    let modest = cluster.await_status("modest", "RUNNING");
    assert_eq!(modest["restarts"].as_array().map_or(0, Vec::len), 0, "{modest}");
    succeed(&mut cluster.client(&["deployment", "stop", "modest"]));
    cluster.await_status("modest", "FINISHED");
    assert_each_once(&output.path().join("modest"));
}

#[test]
fn another_manager_takes_over_when_the_one_in_charge_dies() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let services = Services::start(&[Kind::Postgres], folder.path()).expect("PostgreSQL starts");
    let address = services.addresses.postgres.clone().expect("it was started");
    let url = format!(
        "postgres://{}@{}:{}/{}",
        address.user, address.host, address.port, address.database
    );
    let mut cluster = Cluster::start_with_standby(&url);
    let output = tempfile::tempdir().expect("a temporary folder");
    cluster.deploy("app", &numbers(output.path(), "app"), &[]);
    let jobs = cluster.jobs();
    assert_eq!(jobs.len(), 1);
    cluster.fail_over();
    let deployment = cluster.await_status("app", "RUNNING");
    assert_eq!(
        cluster.jobs(),
        jobs,
        "the job has not noticed: {deployment}\n{}",
        cluster.logs()
    );
    kill_process(jobs[0]);
    std::thread::sleep(Duration::from_secs(1));
    cluster.await_status("app", "RUNNING");
    succeed(&mut cluster.client(&["deployment", "stop", "app"]));
    cluster.await_status("app", "FINISHED");
    assert_each_once(&output.path().join("app"));
}
