//! Kafka and PostgreSQL for all tests that run at the same time.
//!
//! In: nothing. Out: one broker and one database, topics and tables under names of their own. Invariant: they end with
//! the last test that holds them.

use std::sync::{Arc, Mutex, Weak};

use xtask::services::postgres::{self, Address};
use xtask::services::process::Daemon;

use super::support;
use super::support::broker::Broker;

pub(crate) struct Servers {
    pub(crate) broker: Broker,
    pub(crate) address: Address,
    _database: Daemon,
    _folder: tempfile::TempDir,
}

impl Servers {
    /// Those that run, else new ones.
    pub(crate) fn get() -> Arc<Servers> {
        static RUNNING: Mutex<Weak<Servers>> = Mutex::new(Weak::new());
        // A test that failed while it waited for servers says nothing about them.
        let mut running = RUNNING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(servers) = running.upgrade() {
            return servers;
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (database, address) =
            postgres::start(&folder.path().join("postgres")).expect("PostgreSQL starts");
        let servers = Arc::new(Servers {
            broker: Broker::start(),
            address,
            _database: database,
            _folder: folder,
        });
        *running = Arc::downgrade(&servers);
        servers
    }

    /// Rows as text, columns with a blank between, sorted.
    pub(crate) fn rows(&self, sql: &str) -> Vec<String> {
        let rows = support::postgres(&self.address, sql).into_iter();
        let text = |value: Option<String>| value.unwrap_or_else(|| "NULL".to_owned());
        let mut rows: Vec<String> = rows
            .map(|row| row.into_iter().map(text).collect::<Vec<_>>().join(" "))
            .collect();
        rows.sort();
        rows
    }

    /// Committed values of a topic, sorted.
    pub(crate) fn values(&self, topic: &str) -> Vec<String> {
        let messages = support::read_committed(&self.broker.servers, topic);
        let mut values: Vec<String> = messages.into_iter().filter_map(|(_, value)| value).collect();
        values.sort();
        values
    }

    /// Options of a table in this broker.
    pub(crate) fn kafka(&self, topic: &str) -> String {
        let servers = &self.broker.servers;
        format!("'connector' = 'kafka', 'properties.bootstrap.servers' = '{servers}', 'topic' = '{topic}'")
    }

    /// Of a source that is read from its beginning.
    pub(crate) fn source_topic(&self, topic: &str, format: &str) -> String {
        let table = self.kafka(topic);
        format!("{table}, 'format' = '{format}', 'scan.startup.mode' = 'earliest-offset'")
    }

    /// Of a sink that writes in transactions.
    pub(crate) fn sink_topic(&self, topic: &str, format: &str) -> String {
        let table = self.kafka(topic);
        format!(
            "{table}, 'format' = '{format}', 'sink.delivery-guarantee' = 'exactly-once',
             'sink.transactional-id-prefix' = '{topic}'"
        )
    }

    /// Options of a table in this database.
    pub(crate) fn jdbc(&self, table: &str) -> String {
        let (url, user) = (&self.address.jdbc_url, &self.address.user);
        format!("'connector' = 'jdbc', 'url' = '{url}', 'username' = '{user}', 'table-name' = '{table}'")
    }
}

pub(crate) fn kill_process(id: u32) {
    // It may end by itself in this moment.
    let _ = std::process::Command::new("kill")
        .args(["-9", &id.to_string()])
        .output();
}
