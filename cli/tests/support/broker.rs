//! A Kafka broker of a test's own. In: topics, messages, groups. Out: what was committed to topics. Invariant: it ends
//! with its value.

#![allow(dead_code, reason = "each test binary uses a part")]

use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer as _};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Message as _};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use xtask::services::kafka;
use xtask::services::process::{self, Daemon};

use super::script::Script;

/// Timestamp of the first message of each partition; later ones follow second by second.
pub(crate) const FIRST_MS: i64 = 1_700_000_000_000;
pub(crate) const WAIT_MAX: Duration = Duration::from_secs(30);

pub(crate) struct Broker {
    pub(crate) servers: String,
    pub(crate) producer: BaseProducer,
    daemon: Daemon,
    ports: (u16, u16),
    folder: tempfile::TempDir,
}

impl Broker {
    pub(crate) fn start() -> Broker {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let port = || process::free_port().expect("there are free ports");
        let ports = (port(), port());
        let daemon = kafka::start_on(folder.path(), ports.0, ports.1, None).expect("Kafka starts");
        let servers = format!("127.0.0.1:{}", ports.0);
        Broker {
            producer: super::kafka(&servers).create().expect("a producer"),
            servers,
            daemon,
            ports,
            folder,
        }
    }

    /// Dies as by a power cut.
    pub(crate) fn kill(&mut self) {
        self.daemon.kill();
    }

    /// Dies as by a power cut and comes back after a while.
    pub(crate) fn fail_for(&mut self, time: Duration) {
        self.daemon.kill();
        std::thread::sleep(time);
        let (port, controller_port) = self.ports;
        self.daemon = kafka::start_on(self.folder.path(), port, controller_port, None).expect("Kafka starts");
    }

    pub(crate) fn topic(&self, name: &str, partitions: i32) {
        super::create_topics(&self.servers, &[(name, partitions)]);
    }

    pub(crate) fn script(&self, sql: &str) -> Script {
        Script::new(sql, &[("KAFKA_BOOTSTRAP_SERVERS", &self.servers)])
    }

    /// Values without key, in one partition, second by second from `FIRST_MS`.
    pub(crate) fn send(&self, topic: &str, partition: i32, values: &[&str]) {
        let records = values.iter().zip(0..).map(|(value, i)| {
            let record = BaseRecord::<(), str>::to(topic).payload(value);
            record.partition(partition).timestamp(FIRST_MS + i * 1_000)
        });
        for record in records {
            self.producer.send(record).expect("the queue has room");
        }
        self.producer.flush(WAIT_MAX).expect("messages are delivered");
    }

    pub(crate) fn commit(&self, group: &str, topic: &str, offsets: &[i64]) {
        let mut config = super::kafka(&self.servers);
        let consumer: BaseConsumer = config.set("group.id", group).create().expect("a consumer");
        let mut list = TopicPartitionList::new();
        for (partition, offset) in (0..).zip(offsets) {
            list.add_partition_offset(topic, partition, Offset::Offset(*offset))
                .expect("an offset");
        }
        consumer
            .commit(&list, CommitMode::Sync)
            .expect("offsets are committed");
    }

    /// Names of the groups that anybody has joined or committed offsets of.
    pub(crate) fn groups(&self) -> Vec<String> {
        let consumer: BaseConsumer = super::kafka(&self.servers).create().expect("a consumer");
        let list = consumer
            .fetch_group_list(None, WAIT_MAX)
            .expect("the broker answers");
        list.groups()
            .iter()
            .map(|group| group.name().to_owned())
            .collect()
    }

    /// All committed messages of a topic, partition by partition.
    pub(crate) fn messages<T>(&self, topic: &str, read: impl Fn(&BorrowedMessage<'_>) -> T) -> Vec<T> {
        let mut config = super::kafka(&self.servers);
        config
            .set("group.id", "reader")
            .set("isolation.level", "read_committed")
            .set("enable.partition.eof", "true");
        let consumer: BaseConsumer = config.create().expect("a consumer");
        let metadata = consumer
            .fetch_metadata(Some(topic), WAIT_MAX)
            .expect("the broker answers");
        let mut list = TopicPartitionList::new();
        for partition in metadata.topics()[0].partitions() {
            list.add_partition_offset(topic, partition.id(), Offset::Beginning)
                .expect("an offset");
        }
        consumer.assign(&list).expect("assigned");
        let (mut found, mut ends) = (Vec::new(), 0);
        while ends < list.count() {
            match consumer.poll(WAIT_MAX).expect("a message or the end") {
                Ok(message) => found.push((message.partition(), message.offset(), read(&message))),
                Err(KafkaError::PartitionEOF(_)) => ends += 1,
                Err(error) => panic!("{error}"),
            }
        }
        found.sort_by_key(|(partition, offset, _)| (*partition, *offset));
        found.into_iter().map(|(_, _, message)| message).collect()
    }
}

pub(crate) fn text(bytes: Option<&[u8]>) -> String {
    bytes.map_or_else(
        || "-".to_owned(),
        |bytes| String::from_utf8_lossy(bytes).into_owned(),
    )
}

/// `partition key value`.
pub(crate) fn line(message: &BorrowedMessage<'_>) -> String {
    format!(
        "{} {} {}",
        message.partition(),
        text(message.key()),
        text(message.payload())
    )
}
