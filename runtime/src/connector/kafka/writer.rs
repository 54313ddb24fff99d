//! Writing rows to a topic on one thread: encoded into an arena, given to librdkafka in batches per partition.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseRecord, Producer as _};

use super::carried::{Carried, Envelope};
use super::client::{Encoded, ProducerTopic};
use super::offsets::patiently;
use super::partitioner::{self, Partitioner};
use super::producer::{self, Patience, Producer};
use super::transaction::{KafkaCommitPoint, Transactions};
use super::{columns, config, external};
use crate::connector::options::{JobEnvironment, Options};
use crate::connector::registry::SinkRequest;
use crate::connector::{CommitPoint, SinkTable, SinkTableFactory, SinkWriter};
use crate::error::JobError;
use crate::format::{self, EncodeColumn, Encoder};
use crate::job::WriteColumn;
use crate::log;
use crate::row::{Batch, RowKind, RowRef};

/// Encoded bytes that are handed over at the latest.
const ARENA_BYTES_MAX: usize = 1 << 20;

/// Longest wait for the last messages of a job that gives no guarantee.
const LAST_MESSAGES_MAX: Duration = Duration::from_secs(10);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Guarantee {
    None,
    AtLeastOnce,
    ExactlyOnce,
}

/// How a table's messages leave the process; shared by all threads. Fields are dropped in their order, and topic
/// handles must go before their producers.
enum Delivery {
    Plain {
        topic: ProducerTopic,
        producer: Producer,
        guarantee: Guarantee,
    },
    /// A topic handle per producer that takes turns.
    Transactional {
        topics: Vec<ProducerTopic>,
        transactions: Arc<Transactions>,
    },
}

/// A sink table with all that its writers share.
struct KafkaTable {
    options: Options,
    topic: String,
    partitions: i32,
    partitioner: Partitioner,
    is_upsert: bool,
    key: Option<Vec<EncodeColumn>>,
    value: Vec<EncodeColumn>,
    value_prefix: &'static str,
    carried: Carried,
    delivery: Arc<Delivery>,
}

/// Opens all Kafka sinks of a job. Those with exactly-once share one pair of producers, so they must be of one
/// cluster; the commit point is theirs.
pub(crate) fn open_sinks(
    requests: &[&SinkRequest<'_>],
    environment: &JobEnvironment,
) -> Result<(Vec<SinkTable>, Option<Box<dyn CommitPoint>>), JobError> {
    let mut shared: Option<(String, Arc<Transactions>)> = None;
    let mut commit_point: Option<Box<dyn CommitPoint>> = None;
    let mut tables = Vec::new();
    for request in requests {
        let options = &request.options;
        let ending = &environment.ending;
        config::check_sink(options)?;
        let topic = match config::topics(options).as_slice() {
            [topic] => topic.clone(),
            _ => return Err(options.error("topic", "a sink writes to exactly one topic")),
        };
        let delivery = if guarantee(options)? == Guarantee::ExactlyOnce {
            let cluster = options.required("properties.bootstrap.servers")?.to_owned();
            let prefix = transaction_prefix(options, environment);
            let transactions = match &shared {
                Some((first, transactions)) if *first == cluster => transactions.clone(),
                Some((first, _)) => {
                    return Err(options.error(
                        "sink.delivery-guarantee",
                        format!("exactly-once sinks of one job must be in one cluster; another one writes to {first}"),
                    ));
                }
                None => {
                    let transactions = Arc::new(Transactions::new(options, &prefix, ending)?);
                    let point =
                        KafkaCommitPoint::new(transactions.clone(), options, &prefix, &topic, ending)?;
                    commit_point = Some(Box::new(point));
                    shared = Some((cluster, transactions.clone()));
                    transactions
                }
            };
            let topics: Result<_, _> = transactions
                .producers()
                .iter()
                .map(|producer| topic_of(producer, &topic))
                .collect();
            Delivery::Transactional {
                topics: topics?,
                transactions,
            }
        } else {
            let producer = producer::create(&config::producer(options)?, ending.clone())?;
            let handle = topic_of(&producer, &topic)?;
            Delivery::Plain {
                topic: handle,
                producer,
                guarantee: guarantee(options)?,
            }
        };
        let table = KafkaTable::new(request, topic, delivery)?;
        tables.push(SinkTable {
            table: Arc::new(table),
            committer: None,
        });
    }
    Ok((tables, commit_point))
}

/// Names the transactions and the group of the token: the option where the user gives it, as Flink asks for. Without
/// it the checkpoint storage is part of the name, since two applications of the same name must not fence each other;
/// transactions that a job with other storage left open are aborted by the broker after their timeout.
fn transaction_prefix(options: &Options, environment: &JobEnvironment) -> String {
    let JobEnvironment {
        job_id, storage_id, ..
    } = environment;
    match options.get("sink.transactional-id-prefix") {
        Some(given) => format!("{given}-{job_id}"),
        None => format!("millstream-{job_id}-{storage_id}"),
    }
}

fn topic_of(producer: &Producer, topic: &str) -> Result<ProducerTopic, JobError> {
    ProducerTopic::new(producer, topic).ok_or_else(|| external(format!("topic name '{topic}' is not usable")))
}

/// Whether the table's sink writes by transactions.
pub(crate) fn is_transactional(options: &Options) -> Result<bool, JobError> {
    Ok(guarantee(options)? == Guarantee::ExactlyOnce)
}

fn guarantee(options: &Options) -> Result<Guarantee, JobError> {
    let choices = [
        ("none", Guarantee::None),
        ("at-least-once", Guarantee::AtLeastOnce),
        ("exactly-once", Guarantee::ExactlyOnce),
    ];
    options.choice("sink.delivery-guarantee", &choices, Guarantee::AtLeastOnce)
}

impl Delivery {
    fn producer(&self, turn: usize) -> Result<(&Producer, &ProducerTopic), JobError> {
        match self {
            Delivery::Plain { producer, topic, .. } => Ok((producer, topic)),
            Delivery::Transactional { transactions, topics } => {
                Ok((transactions.open(turn)?, &topics[turn % topics.len()]))
            }
        }
    }

    /// The same without beginning a transaction: to serve callbacks.
    fn idle_producer(&self, turn: usize) -> &Producer {
        match self {
            Delivery::Plain { producer, .. } => producer,
            Delivery::Transactional { transactions, .. } => {
                let producers = transactions.producers();
                &producers[turn % producers.len()]
            }
        }
    }
}

impl Drop for Delivery {
    /// Without guarantee nobody waited for the last messages so far; a client that goes drops what it holds.
    fn drop(&mut self) {
        if let Delivery::Plain {
            producer,
            guarantee: Guarantee::None,
            ..
        } = self
            && let Err(error) = producer.flush(LAST_MESSAGES_MAX)
        {
            log::warn(format_args!("kafka: the last messages may be lost: {error}"));
        }
    }
}

impl KafkaTable {
    fn new(request: &SinkRequest<'_>, topic: String, delivery: Delivery) -> Result<KafkaTable, JobError> {
        let options = &request.options;
        let is_upsert = options.get("connector") == Some("upsert-kafka");
        let written = request.spec.write.iter().enumerate();
        let physical: Vec<usize> = written
            .filter(|(_, column)| matches!(column, WriteColumn::Physical))
            .map(|(i, _)| i)
            .collect();
        let names: Vec<&str> = physical.iter().map(|i| request.columns[*i].name).collect();
        let position = |column: &usize| physical.iter().position(|i| i == column);
        let primary_key: Vec<usize> = request.spec.primary_key.iter().filter_map(position).collect();
        if is_upsert && primary_key.is_empty() {
            return Err(options.error("connector", "upsert-kafka needs a PRIMARY KEY"));
        }
        let parts = columns::split(options, &names, is_upsert.then_some(&primary_key))?;
        let column = |(position, name): &(usize, String)| EncodeColumn {
            name: name.clone(),
            ty: request.columns[physical[*position]].ty.clone(),
            source: physical[*position],
        };
        let producer = delivery.idle_producer(0);
        let metadata = patiently(producer, |wait| {
            producer.client().fetch_metadata(Some(&topic), wait)
        })?;
        let partitions = metadata
            .topics()
            .first()
            .map_or(0, |topic| topic.partitions().len());
        if partitions == 0 {
            return Err(external(format!(
                "table {}: topic '{topic}' does not exist",
                options.table
            )));
        }
        Ok(KafkaTable {
            topic,
            partitions: i32::try_from(partitions).map_err(external)?,
            partitioner: partitioner(options)?,
            is_upsert,
            key: parts.key.map(|key| key.iter().map(column).collect()),
            value: parts.value.iter().map(column).collect(),
            value_prefix: parts.value_prefix,
            carried: Carried::new(request)?,
            delivery: Arc::new(delivery),
            options: options.clone(),
        })
    }
}

fn partitioner(options: &Options) -> Result<Partitioner, JobError> {
    let choices = [
        ("default", Partitioner::Default),
        ("fixed", Partitioner::Fixed),
        ("round-robin", Partitioner::RoundRobin),
    ];
    options.choice("sink.partitioner", &choices, Partitioner::Default)
}

impl SinkTableFactory for KafkaTable {
    fn writer(&self, thread: usize) -> Result<Box<dyn SinkWriter>, JobError> {
        let key = match &self.key {
            Some(columns) => Some(format::open_encoder(&self.options, "key.", columns.clone())?),
            None => None,
        };
        Ok(Box::new(KafkaWriter {
            table: self.options.table.clone(),
            topic: self.topic.clone(),
            partitions: self.partitions,
            partitioner: self.partitioner,
            is_upsert: self.is_upsert,
            key,
            value: format::open_encoder(&self.options, self.value_prefix, self.value.clone())?,
            carried: self.carried.clone(),
            delivery: self.delivery.clone(),
            turn: 0,
            thread,
            next_partition: i32::try_from(thread).unwrap_or(0) % self.partitions,
            arena: Vec::new(),
            pending: BTreeMap::new(),
        }))
    }
}

struct KafkaWriter {
    table: String,
    topic: String,
    partitions: i32,
    partitioner: Partitioner,
    is_upsert: bool,
    key: Option<Box<dyn Encoder>>,
    value: Box<dyn Encoder>,
    carried: Carried,
    delivery: Arc<Delivery>,
    /// Counts epochs: which of the two transactional producers writes.
    turn: usize,
    thread: usize,
    next_partition: i32,
    arena: Vec<u8>,
    /// Messages not handed over yet, by partition, in order.
    pending: BTreeMap<i32, Vec<Encoded>>,
}

impl KafkaWriter {
    fn encode(&mut self, kind: RowKind, row: RowRef<'_>) -> Result<Encoded, JobError> {
        let failed =
            |error: format::FormatError| external(format!("table {}: {}", self.table, error.message));
        let mut encoded = Encoded {
            key: None,
            value: None,
        };
        if let Some(key) = &mut self.key {
            let start = self.arena.len();
            key.encode(RowKind::Insert, row, &mut self.arena)
                .map_err(failed)?;
            encoded.key = Some((start, self.arena.len()));
        }
        // As in Flink, a -U that reaches an upsert sink deletes: its +U may have been filtered out.
        if !self.is_upsert || kind.is_addition() {
            let start = self.arena.len();
            let kind = if self.is_upsert { RowKind::Insert } else { kind };
            self.value.encode(kind, row, &mut self.arena).map_err(failed)?;
            encoded.value = Some((start, self.arena.len()));
        }
        Ok(encoded)
    }

    fn partition(&mut self, encoded: &Encoded) -> i32 {
        match (self.partitioner, encoded.key) {
            (Partitioner::Default, Some((start, end))) => {
                partitioner::of_key(&self.arena[start..end], self.partitions)
            }
            (Partitioner::Default, None) => self.next_partition,
            (Partitioner::Fixed, _) => i32::try_from(self.thread).unwrap_or(0) % self.partitions,
            (Partitioner::RoundRobin, _) => {
                self.next_partition = (self.next_partition + 1) % self.partitions;
                self.next_partition
            }
        }
    }

    fn flush(&mut self) -> Result<(), JobError> {
        if self.arena.is_empty() && self.pending.is_empty() {
            return Ok(());
        }
        let (producer, topic) = self.delivery.producer(self.turn)?;
        for (partition, messages) in &mut self.pending {
            let mut rest = messages.as_slice();
            let mut patience = Patience::new(producer);
            loop {
                let taken = topic.produce(*partition, &self.arena, rest).map_err(external)?;
                rest = &rest[taken..];
                if rest.is_empty() {
                    break;
                }
                patience.wait()?;
            }
            producer.poll(Duration::ZERO);
            producer::check(producer)?;
            messages.clear();
        }
        self.arena.clear();
        if self.key.is_none() && self.partitioner == Partitioner::Default {
            self.next_partition = (self.next_partition + 1) % self.partitions;
        }
        Ok(())
    }

    /// One message with a timestamp or headers of its own: batches cannot carry them.
    fn send_alone(&self, encoded: &Encoded, partition: i32, envelope: Envelope) -> Result<(), JobError> {
        let (producer, _) = self.delivery.producer(self.turn)?;
        let part = |range: Option<(usize, usize)>| range.map(|(start, end)| &self.arena[start..end]);
        let mut record: BaseRecord<'_, [u8], [u8]> = BaseRecord::to(&self.topic).partition(partition);
        record.key = part(encoded.key);
        record.payload = part(encoded.value);
        record.timestamp = envelope.millis;
        record.headers = envelope.headers;
        let mut patience = Patience::new(producer);
        loop {
            match producer.send(record) {
                Ok(()) => return producer::check(producer),
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), refused)) => {
                    record = refused;
                    patience.wait()?;
                }
                Err((error, _)) => return Err(external(error)),
            }
        }
    }
}

impl SinkWriter for KafkaWriter {
    fn write(&mut self, batch: &Batch) -> Result<(), JobError> {
        for (kind, row) in batch.rows() {
            let encoded = self.encode(kind, row)?;
            let partition = self.partition(&encoded);
            if self.carried.is_empty() {
                self.pending.entry(partition).or_default().push(encoded);
            } else {
                self.send_alone(&encoded, partition, self.carried.of(row))?;
                self.arena.clear();
            }
            if self.arena.len() >= ARENA_BYTES_MAX {
                self.flush()?;
            }
        }
        self.flush()
    }

    fn end_epoch(&mut self, _epoch: u64) -> Result<Vec<u8>, JobError> {
        self.flush()?;
        match self.delivery.as_ref() {
            Delivery::Plain {
                guarantee: Guarantee::None,
                ..
            } => {}
            Delivery::Plain { producer, .. } => producer::drain(producer)?,
            // Before the first record of the next epoch leaves through the other producer, this epoch's are in the
            // log: the order inside partitions is that of the rows.
            Delivery::Transactional { transactions, .. } => {
                producer::drain(&transactions.producers()[self.turn % transactions.producers().len()])?;
                self.turn += 1;
            }
        }
        Ok(Vec::new())
    }

    fn tick(&mut self) -> Result<(), JobError> {
        let producer = self.delivery.idle_producer(self.turn);
        producer.poll(Duration::ZERO);
        producer::check(producer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same application elsewhere has other storage; a prefix that the user gives is kept as it is.
    #[test]
    fn jobs_of_one_name_do_not_fence_each_other() {
        let environment = |storage: &str| JobEnvironment {
            job_id: "j".to_owned(),
            storage_id: storage.to_owned(),
            ..JobEnvironment::default()
        };
        let none: [(&str, &str); 0] = [];
        let options = Options::new("t", none);
        assert_eq!(transaction_prefix(&options, &environment("a")), "millstream-j-a");
        assert_eq!(transaction_prefix(&options, &environment("b")), "millstream-j-b");
        let given = Options::new("t", [("sink.transactional-id-prefix", "mine")]);
        assert_eq!(transaction_prefix(&given, &environment("a")), "mine-j");
    }
}
