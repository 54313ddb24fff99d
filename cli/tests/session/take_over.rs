//! A deployment that begins at another's checkpoint, taken while output was decided about and not yet in the database.
//!
//! In: a table that takes no rows for a while, a cancelled job. Out: rows in a topic and in a table. Invariant: each
//! number is in both, once, in the columns it belongs to.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use serde_json::json;
use xtask::services::postgres::Address;

use super::servers::Servers;
use super::support::api::{Application, text};
use super::support::cluster::Cluster;
use super::support::script::eventually;
use super::support::{self};

/// A table that can be read and not be written.
struct Lock {
    release: Option<Sender<()>>,
    holder: Option<JoinHandle<()>>,
}

impl Lock {
    fn take(address: &Address, table: &str) -> Lock {
        let ((held, is_held), (release, released)) = (channel(), channel());
        let (address, table) = (address.clone(), table.to_owned());
        let holder = std::thread::spawn(move || support::block_on(hold(&address, &table, &held, &released)));
        is_held.recv().expect("the table can be locked");
        Lock {
            release: Some(release),
            holder: Some(holder),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.release = None;
        if let Some(holder) = self.holder.take() {
            // Its panic is the failure of `take`.
            let _ = holder.join();
        }
    }
}

async fn hold(address: &Address, table: &str, held: &Sender<()>, released: &Receiver<()>) {
    let mut config = tokio_postgres::Config::new();
    config
        .host(&address.host)
        .port(address.port)
        .user(&address.user)
        .dbname(&address.database);
    let connected = config.connect(tokio_postgres::NoTls).await;
    let (client, connection) = connected.expect("PostgreSQL answers");
    let connection = tokio::spawn(connection);
    let lock = format!("BEGIN; LOCK TABLE {table} IN EXCLUSIVE MODE");
    client.batch_execute(&lock).await.expect("the table is there");
    held.send(()).expect("somebody waits");
    // It blocks the runtime's only thread: nothing else runs there.
    let _ = released.recv();
    drop(client);
    let _ = connection.await;
}

/// Numbers of a topic, into a topic and a table.
struct Copies<'a> {
    servers: &'a Servers,
    application: Application<'a>,
    name: &'static str,
}

impl<'a> Copies<'a> {
    fn new(servers: &'a Servers, application: Application<'a>, name: &'static str) -> Copies<'a> {
        servers.broker.topic(name, 2);
        servers.broker.topic(&format!("{name}_out"), 1);
        servers.rows(&format!("CREATE TABLE {name} (n bigint, negative bigint)"));
        Copies {
            servers,
            application,
            name,
        }
    }

    /// `columns`: of the table in the database, in an order of this version's own.
    fn version(&self, columns: [&str; 2]) -> String {
        let (servers, name) = (self.servers, self.name);
        let source = format!(
            "CREATE TABLE numbers (n STRING) WITH ({})",
            servers.source_topic(name, "raw")
        );
        let topic = servers.sink_topic(&format!("{name}_out"), "csv");
        let topic = format!("CREATE TABLE topic (n BIGINT) WITH ({topic})");
        let declared = columns.map(|column| format!("{column} BIGINT")).join(", ");
        let table = format!("CREATE TABLE target ({declared}) WITH ({})", servers.jdbc(name));
        let values = columns.map(|column| match column {
            "n" => "CAST(n AS BIGINT)",
            _ => "-CAST(n AS BIGINT)",
        });
        let statement = format!(
            "SET 'execution.checkpointing.interval' = '300 ms';
             EXECUTE STATEMENT SET BEGIN
             INSERT INTO topic SELECT CAST(n AS BIGINT) FROM numbers;
             INSERT INTO target SELECT {} FROM numbers; END",
            values.join(", ")
        );
        self.application
            .version(&[&source], &[&topic, &table], &statement)
    }

    /// Numbers of this range, over both partitions.
    fn send(&self, numbers: std::ops::Range<usize>) {
        for partition in 0..2 {
            let of_partition = numbers.clone().filter(|n| n % 2 == partition);
            let texts: Vec<String> = of_partition.map(|n| n.to_string()).collect();
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            self.servers.broker.send(self.name, partition as i32, &texts);
        }
    }

    fn in_table(&self) -> Vec<i64> {
        let rows = self
            .servers
            .rows(&format!("SELECT n FROM {} WHERE negative = -n", self.name));
        sorted(rows)
    }

    fn in_topic(&self) -> Vec<i64> {
        sorted(self.servers.values(&format!("{}_out", self.name)))
    }

    fn await_numbers(&self, count: i64) {
        let expected: Vec<i64> = (0..count).collect();
        eventually("all numbers in the topic", || {
            self.in_topic().len() >= expected.len()
        });
        eventually("all numbers in the table", || {
            self.in_table().len() >= expected.len()
        });
        assert_eq!(self.in_topic(), expected, "the topic");
        assert_eq!(self.in_table(), expected, "the table");
        let all = self
            .servers
            .rows(&format!("SELECT n, negative FROM {}", self.name));
        assert_eq!(all.len(), expected.len(), "no other rows: {all:?}");
    }
}

fn sorted(texts: Vec<String>) -> Vec<i64> {
    let mut numbers: Vec<i64> = texts
        .iter()
        .map(|text| text.trim().parse().expect("a number"))
        .collect();
    numbers.sort_unstable();
    numbers
}

/// `named`: the checkpoint is the caller's choice, else `restore: latest` finds it.
fn takes_over(name: &'static str, is_named: bool, columns: [&str; 2]) {
    let servers = Servers::get();
    let cluster = Cluster::start(&[]);
    let api = cluster.api();
    let restore = if is_named { "none" } else { "latest" };
    let copies = Copies::new(
        &servers,
        api.application(name, &json!({ "restore": restore })),
        name,
    );
    let application = &copies.application;
    let first = application.deploy(&copies.version(["n", "negative"]), &json!({}));
    application.await_status(&first, "RUNNING");
    copies.send(0..100);
    copies.await_numbers(100);

    // The topic's transaction decides about the checkpoint; the table's part waits for the lock.
    let lock = Lock::take(&servers.address, name);
    copies.send(100..150);
    eventually("some of it is decided", || copies.in_topic().len() > 100);
    assert_eq!(copies.in_table().len(), 100, "what is decided is not applied yet");
    application.ask(&first, "cancel");
    application.await_status(&first, "CANCELED");
    let checkpoints = application.savepoints();
    let newest = text(checkpoints.first().expect("checkpoints were taken"), "url");
    assert!(newest.contains("/checkpoints/"), "{newest}");

    let mut parameters = json!({"parallelism": 2});
    if is_named {
        parameters["starting_savepoint"] = newest.into();
    }
    let second = application.deploy(&copies.version(columns), &parameters);
    application.await_deployment(&second, "it has a process", |_| cluster.job_of(&second).is_some());
    drop(lock);
    copies.send(150..180);
    copies.await_numbers(180);
    application.ask(&second, "stop");
    application.await_status(&second, "FINISHED");
    copies.await_numbers(180);
}

#[test]
fn a_named_checkpoint_of_another_deployment_is_finished_in_its_name() {
    takes_over("named", true, ["n", "negative"]);
}

/// The version that takes over names the table's columns in another order; what waits was written by the first.
#[test]
fn what_waits_to_be_applied_keeps_its_columns() {
    takes_over("reordered", false, ["negative", "n"]);
}
