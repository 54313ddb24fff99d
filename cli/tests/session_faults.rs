//! Jobs of a session cluster under faults: killed jobs, workers and managers; hunger for memory; stop and go on.

mod support;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use support::broker::Broker;
use support::cluster::Cluster;
use support::succeed;
use xtask::services::postgres::{self, Address};
use xtask::services::process::Daemon;

/// Numbers from 1 into files, each once.
fn numbers(folder: &Path, application: &str) -> String {
    let path = folder.join(application);
    numbers_into(&format!(
        "'connector' = 'filesystem', 'path' = '{}', 'format' = 'csv'",
        path.display()
    ))
}

/// Numbers from 1 into a table, each once.
fn numbers_into(options: &str) -> String {
    format!(
        "SET 'execution.checkpointing.interval' = '500 ms';
SET 'restart-strategy.type' = 'fixed-delay';
SET 'restart-strategy.fixed-delay.attempts' = '1000';
SET 'restart-strategy.fixed-delay.delay' = '100 ms';
CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '20',
  'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '1000000');
CREATE TABLE written (n BIGINT) WITH ({options});
INSERT INTO written SELECT n FROM numbers;
"
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
    assert_complete(&folder.display().to_string(), &written(folder))
}

/// All numbers from 1 to the last, each once.
fn assert_complete(name: &str, numbers: &[u64]) -> usize {
    let different: BTreeSet<u64> = numbers.iter().copied().collect();
    let last = *different.last().expect("something was written");
    assert_eq!(different.len(), numbers.len(), "{name} has numbers twice");
    assert_eq!(different.len() as u64, last, "{name} lacks numbers");
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

const APPLICATIONS: usize = 10;
const FAULTS: usize = 30;
const AWAY: Duration = Duration::from_secs(20);

/// Where the ten applications write, and what can fail.
struct World {
    cluster: Cluster,
    broker: Broker,
    database: Option<Daemon>,
    address: Address,
    folder: tempfile::TempDir,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    Job,
    Worker,
    Manager,
    Kafka,
    Postgres,
}

impl World {
    fn start() -> World {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (database, address) =
            postgres::start(&folder.path().join("postgres")).expect("PostgreSQL starts");
        World {
            cluster: Cluster::start(&["--slots", "10"]),
            broker: Broker::start(),
            database: Some(database),
            address,
            folder,
        }
    }

    fn name(number: usize) -> String {
        format!("app{number}")
    }

    /// Four write files, three to Kafka, three to PostgreSQL.
    fn deploy(&self, number: usize) {
        let name = World::name(number);
        let sql = match number {
            0..4 => numbers(self.cluster.folder(), &name),
            4..7 => {
                self.broker.topic(&name, 1);
                numbers_into(&format!(
                    "'connector' = 'kafka', 'properties.bootstrap.servers' = '{}', 'topic' = '{name}', 'format' = 'csv',
                     'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = '{name}'",
                    self.broker.servers
                ))
            }
            _ => {
                support::postgres(&self.address, &format!("CREATE TABLE {name} (n bigint)"));
                let (url, user) = (&self.address.jdbc_url, &self.address.user);
                numbers_into(&format!(
                    "'connector' = 'jdbc', 'url' = '{url}', 'username' = '{user}', 'table-name' = '{name}'"
                ))
            }
        };
        self.cluster.deploy(&name, &sql, &[]);
    }

    fn suffer(&mut self, fault: Fault, random: &mut Random) {
        match fault {
            Fault::Job => {
                let jobs = self.cluster.jobs();
                if !jobs.is_empty() {
                    kill_process(jobs[random.below(jobs.len())]);
                }
            }
            Fault::Worker => {
                self.cluster.kill_worker();
                self.cluster.start_worker();
            }
            Fault::Manager => {
                self.cluster.kill_manager();
                std::thread::sleep(Duration::from_millis(random.below(2_000) as u64));
                self.cluster.start_manager();
            }
            Fault::Kafka => self.broker.fail_for(AWAY),
            Fault::Postgres => {
                drop(self.database.take());
                std::thread::sleep(AWAY);
                let folder = self.folder.path().join("postgres");
                let daemon = postgres::start_on(&folder, self.address.port, None);
                self.database = Some(daemon.expect("PostgreSQL starts again"));
            }
        }
    }

    fn written(&self, number: usize) -> Vec<u64> {
        let name = World::name(number);
        let texts: Vec<String> = match number {
            0..4 => return written(&self.cluster.folder().join(name)),
            4..7 => support::read_committed(&self.broker.servers, &name)
                .into_iter()
                .filter_map(|(_, value)| value)
                .collect(),
            _ => support::postgres(&self.address, &format!("SELECT n FROM {name}"))
                .into_iter()
                .filter_map(|mut row| row.swap_remove(0))
                .collect(),
        };
        texts
            .iter()
            .map(|text| text.trim().parse().expect("a number"))
            .collect()
    }
}

/// Each server is away twice; the rest is chosen at random, and so is the order.
fn faults(random: &mut Random) -> Vec<Fault> {
    let mut faults = vec![Fault::Kafka, Fault::Kafka, Fault::Postgres, Fault::Postgres];
    while faults.len() < FAULTS {
        let kinds = [Fault::Job, Fault::Job, Fault::Job, Fault::Worker, Fault::Manager];
        faults.push(kinds[random.below(kinds.len())]);
    }
    for at in (1..faults.len()).rev() {
        faults.swap(at, random.below(at + 1));
    }
    let kinds: BTreeSet<Fault> = faults.iter().copied().collect();
    assert_eq!(kinds.len(), 5, "{faults:?}");
    faults
}

#[test]
fn ten_deployments_write_everything_once_whatever_fails() {
    let mut world = World::start();
    for number in 0..APPLICATIONS {
        world.deploy(number);
    }
    let mut random = Random(20_261_122);
    for fault in faults(&mut random) {
        world.suffer(fault, &mut random);
        std::thread::sleep(Duration::from_millis(200 + random.below(1_500) as u64));
    }
    let cluster = &world.cluster;
    for number in 0..APPLICATIONS {
        let name = World::name(number);
        cluster.await_status(&name, "RUNNING");
        succeed(&mut cluster.client(&["deployment", "stop", &name]));
    }
    for number in 0..APPLICATIONS {
        let name = World::name(number);
        let deployment = cluster.await_status(&name, "FINISHED");
        assert!(deployment["last_savepoint"].is_string(), "{deployment}");
        let rows = assert_complete(&name, &world.written(number));
        eprintln!("{name}: {rows} rows");
    }
    assert!(cluster.jobs().is_empty(), "jobs are left behind");
}

#[test]
fn a_deployment_goes_on_from_its_savepoint() {
    let cluster = Cluster::start(&[]);
    let sql = numbers(cluster.folder(), "app");
    cluster.deploy("app", &sql, &[]);
    let mut stop = cluster.client(&["deployment", "stop", "app"]);
    succeed(&mut stop);
    cluster.await_status("app", "FINISHED");
    let before = assert_each_once(&cluster.folder().join("app"));
    cluster.deploy("app", &sql, &["--from", "latest"]);
    std::thread::sleep(Duration::from_secs(2));
    succeed(&mut cluster.client(&["deployment", "stop", "app"]));
    cluster.await_status("app", "FINISHED");
    let after = assert_each_once(&cluster.folder().join("app"));
    assert!(after > before, "{after} rows after {before}");
}

#[test]
fn a_job_over_its_memory_limit_is_ended_and_restarted_and_others_do_not_notice() {
    let cluster = Cluster::start(&[]);
    cluster.deploy("modest", &numbers(cluster.folder(), "modest"), &[]);
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
    assert_each_once(&cluster.folder().join("modest"));
}

#[test]
fn another_manager_takes_over_when_the_one_in_charge_dies() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (_database, address) = postgres::start(folder.path()).expect("PostgreSQL starts");
    let url = format!(
        "postgres://{}@{}:{}/{}",
        address.user, address.host, address.port, address.database
    );
    let mut cluster = Cluster::start_with_standby(&url);
    cluster.deploy("app", &numbers(cluster.folder(), "app"), &[]);
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
    assert_each_once(&cluster.folder().join("app"));
}
