//! What the end-to-end tests share: the command under test, and clients of the real services.

#![allow(dead_code, reason = "each test binary uses a part")]

pub(crate) mod api;
pub(crate) mod broker;
pub(crate) mod certificates;
pub(crate) mod cluster;
pub(crate) mod proxy;
pub(crate) mod script;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::Message as _;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

/// Longest wait for an answer of a service.
const ANSWER_MAX: Duration = Duration::from_secs(30);

pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("cli lies in the workspace")
        .to_owned()
}

/// `millstream …`
pub(crate) fn millstream(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_millstream"));
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Runs to the end; panics with the output when the exit code is not 0. Answers standard output and error.
pub(crate) fn succeed(command: &mut Command) -> (String, String) {
    let output = command.output().expect("millstream can be started");
    let stdout = String::from_utf8(output.stdout).expect("output is UTF-8");
    let stderr = String::from_utf8(output.stderr).expect("output is UTF-8");
    assert!(
        output.status.success(),
        "{command:?}: {}\n{stdout}\n{stderr}",
        output.status
    );
    (stdout, stderr)
}

/// Ends a process as a power cut would.
pub(crate) fn kill(mut child: Child) {
    child.kill().expect("the process can be killed");
    child.wait().expect("the process can be awaited");
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime can be made").block_on(future)
}

pub(crate) fn kafka(bootstrap_servers: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", bootstrap_servers);
    config
}

pub(crate) fn create_topics(bootstrap_servers: &str, topics: &[(&str, i32)]) {
    let admin: AdminClient<DefaultClientContext> =
        kafka(bootstrap_servers).create().expect("an admin client");
    let new = topics
        .iter()
        .map(|(name, partitions)| NewTopic::new(name, *partitions, TopicReplication::Fixed(1)));
    let new: Vec<NewTopic<'_>> = new.collect();
    let results = block_on(admin.create_topics(&new, &AdminOptions::new())).expect("the broker answers");
    for result in results {
        result.expect("the topic can be created");
    }
}

/// All committed messages of a topic: key and value.
pub(crate) fn read_committed(bootstrap_servers: &str, topic: &str) -> Vec<(Option<String>, Option<String>)> {
    let mut config = kafka(bootstrap_servers);
    config
        .set("group.id", "test-reader")
        .set("isolation.level", "read_committed")
        .set("enable.auto.commit", "false");
    config.set("enable.partition.eof", "true");
    let consumer: BaseConsumer = config.create().expect("a consumer");
    let metadata = consumer
        .fetch_metadata(Some(topic), ANSWER_MAX)
        .expect("the broker answers");
    let mut open = metadata.topics()[0].partitions().len();
    let mut list = TopicPartitionList::new();
    for partition in metadata.topics()[0].partitions() {
        list.add_partition_offset(topic, partition.id(), Offset::Beginning)
            .expect("an offset");
    }
    consumer.assign(&list).expect("partitions can be assigned");
    let mut messages = Vec::new();
    while open > 0 {
        match consumer.poll(ANSWER_MAX).expect("a message or the end arrives") {
            Ok(message) => {
                let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
                messages.push((message.key().map(text), message.payload().map(text)));
            }
            Err(rdkafka::error::KafkaError::PartitionEOF(_)) => open -= 1,
            Err(error) => panic!("{error}"),
        }
    }
    messages
}

/// Runs SQL in PostgreSQL and answers the rows as text.
pub(crate) fn postgres(address: &xtask::services::postgres::Address, sql: &str) -> Vec<Vec<Option<String>>> {
    let mut config = tokio_postgres::Config::new();
    config
        .host(&address.host)
        .port(address.port)
        .user(&address.user)
        .dbname(&address.database);
    block_on(async {
        let (client, connection) = config
            .connect(tokio_postgres::NoTls)
            .await
            .expect("PostgreSQL answers");
        tokio::spawn(connection);
        let messages = client.simple_query(sql).await.expect("the statement is right");
        let mut rows = Vec::new();
        for message in messages {
            if let tokio_postgres::SimpleQueryMessage::Row(row) = message {
                rows.push((0..row.len()).map(|i| row.get(i).map(str::to_owned)).collect());
            }
        }
        rows
    })
}
