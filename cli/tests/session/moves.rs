//! Jobs that move: to another worker when theirs dies, to another manager together with it.
//!
//! In: faults. Out: rows in topics and tables. Invariant: each number is there once.

use std::time::{Duration, Instant};

use serde_json::json;

use super::servers::Servers;
use super::support::api::{Application, text};
use super::support::cluster::Cluster;
use super::support::script::eventually;

const NO_RESTARTS: &str = "SET 'restart-strategy.type' = 'none';";
const RESTARTS: &str = "SET 'restart-strategy.type' = 'fixed-delay';
    SET 'restart-strategy.fixed-delay.attempts' = '10'; SET 'restart-strategy.fixed-delay.delay' = '100 ms';";

const NUMBERS: &str =
    "CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '100',
    'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '1000000')";

/// Numbers from 1 on, into a topic and into a table.
struct Numbers<'a> {
    servers: &'a Servers,
    application: Application<'a>,
    deployment: String,
    name: &'static str,
}

impl<'a> Numbers<'a> {
    fn deploy(
        servers: &'a Servers,
        application: Application<'a>,
        name: &'static str,
        strategy: &str,
    ) -> Numbers<'a> {
        servers.broker.topic(name, 1);
        servers.rows(&format!("CREATE TABLE {name} (n bigint)"));
        let topic = format!(
            "CREATE TABLE topic (n BIGINT) WITH ({})",
            servers.sink_topic(name, "csv")
        );
        let table = format!("CREATE TABLE target (n BIGINT) WITH ({})", servers.jdbc(name));
        let statement = format!(
            "SET 'execution.checkpointing.interval' = '300 ms'; {strategy}
             EXECUTE STATEMENT SET BEGIN
             INSERT INTO topic SELECT n FROM numbers; INSERT INTO target SELECT n FROM numbers; END"
        );
        let version = application.version(&[NUMBERS], &[&topic, &table], &statement);
        let deployment = application.deploy(&version, &json!({}));
        application.await_status(&deployment, "RUNNING");
        Numbers {
            servers,
            application,
            deployment,
            name,
        }
    }

    fn written(&self) -> usize {
        let rows = self.servers.rows(&format!("SELECT COUNT(*) FROM {}", self.name));
        rows[0].parse().expect("a number")
    }

    fn await_more(&self, more: usize) {
        let before = self.written();
        eventually("rows go on", || self.written() >= before + more);
    }

    fn stop(&self) {
        self.application.ask(&self.deployment, "stop");
        self.application.await_status(&self.deployment, "FINISHED");
    }

    /// From 1 to the last, each once, the same in both.
    fn check(&self) {
        let numbers = |texts: Vec<String>| {
            let mut numbers: Vec<usize> = texts
                .iter()
                .map(|text| text.trim().parse().expect("a number"))
                .collect();
            numbers.sort_unstable();
            numbers
        };
        let table = numbers(self.servers.rows(&format!("SELECT n FROM {}", self.name)));
        let topic = numbers(self.servers.values(self.name));
        assert!(!table.is_empty());
        assert_eq!(
            table,
            (1..=table.len()).collect::<Vec<_>>(),
            "{}: the table",
            self.name
        );
        assert_eq!(topic, table, "{}: the topic", self.name);
    }
}

/// The loss of a worker is nobody's failure: with a strategy of no restarts the job moves all the same.
#[test]
fn jobs_of_a_dead_worker_go_on_elsewhere() {
    let servers = Servers::get();
    let mut cluster = Cluster::start(&["--slots", "2"]);
    let api = cluster.api();
    let first = Numbers::deploy(
        &servers,
        api.application("left", &json!({})),
        "moved_left",
        NO_RESTARTS,
    );
    let second = Numbers::deploy(
        &servers,
        api.application("right", &json!({})),
        "moved_right",
        NO_RESTARTS,
    );
    let both = [&first, &second];
    assert_eq!(cluster.jobs().len(), 2);
    let url = cluster.url();
    cluster.add_worker("second", &url);
    cluster.await_workers(2);
    for numbers in both {
        numbers.await_more(50);
    }
    let left_behind = cluster.jobs();
    cluster.kill_worker();
    eventually("jobs do not outlive their worker", || {
        left_behind
            .iter()
            .all(|id| !xtask::services::process::is_alive(id.cast_signed()))
    });
    for numbers in both {
        let moved = numbers
            .application
            .await_deployment(&numbers.deployment, "it has moved", |one| {
                one["status"] == "RUNNING" && one["attempt"] == 2
            });
        let restart = &moved["restarts"][0];
        assert!(text(restart, "reason").contains("worker"), "{moved:#}");
        assert_eq!(restart["is_failure"], false, "{moved:#}");
        numbers.await_more(50);
    }
    assert_eq!(cluster.jobs_of("second").len(), 2, "{}", cluster.logs());
    for numbers in both {
        numbers.stop();
        numbers.check();
    }
}

/// Lease of the manager's catalogue, a look by the one that stands by, and time for a busy machine.
const TAKE_OVER_MAX: Duration = Duration::from_secs(10 + 3 + 10);

/// The manager in charge and the job die in the same moment: the one that stood by starts the job again.
#[test]
fn a_standby_manager_restores_what_died_with_the_other() {
    let servers = Servers::get();
    servers.rows("CREATE DATABASE catalogue");
    let address = &servers.address;
    let url = format!(
        "postgres://{}@{}:{}/catalogue",
        address.user, address.host, address.port
    );
    let mut cluster = Cluster::start_with_standby(&url);
    let api = cluster.api();
    let numbers = Numbers::deploy(
        &servers,
        api.application("numbers", &json!({})),
        "taken_over",
        RESTARTS,
    );
    let (id, application) = (numbers.deployment.clone(), numbers.application.id.clone());
    numbers.await_more(50);
    let died = Instant::now();
    let job = cluster.job_of(&id).expect("it has a process");
    cluster.begin_fail_over();
    super::servers::kill_process(job);
    cluster.await_manager();
    let taken_over = died.elapsed();
    assert!(taken_over < TAKE_OVER_MAX, "{taken_over:?}");
    eprintln!("the manager that stood by answers after {taken_over:?}");
    let api = cluster.api();
    let numbers = Numbers {
        application: Application {
            api: &api,
            id: application,
        },
        ..numbers
    };
    numbers
        .application
        .await_deployment(&id, "it is restored", |one| {
            one["status"] == "RUNNING" && one["attempt"] == 2
        });
    numbers.await_more(50);
    numbers.stop();
    numbers.check();
}
