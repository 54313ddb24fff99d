//! One transaction per epoch for all exactly-once Kafka sinks of a job, and the token that makes it the commit point.
//!
//! Two producers take turns: while epoch N is made durable and committed, epoch N + 1 is written by the other one.
//! The token is the offset of partition 0 of the first sink topic in the job's own consumer group (offset = epoch,
//! metadata = checkpoint id), sent within the transaction: committed with the output or not at all. The protocol and
//! the traps it avoids were tried against 280 kills.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use rdkafka::client::ClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::DeliveryResult;
use rdkafka::producer::{BaseProducer, Producer as _, ProducerContext};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use super::client::QuietContext;
use super::config;
use super::offsets::{ANSWER_MAX, patiently};
use super::{external, refused};
use crate::connector::CommitPoint;
use crate::connector::options::Options;
use crate::error::JobError;

/// Longest wait for a transaction call: a broker that restarts takes some seconds.
const TRANSACTION_MAX: Duration = Duration::from_secs(60);
/// Producers of a job; more than two would bring nothing, since epochs commit in order.
const PRODUCERS: usize = 2;

/// Keeps the first failed delivery: with it the epoch must not be committed.
#[derive(Default)]
pub(super) struct DeliveryContext {
    failure: Mutex<Option<String>>,
}

impl ClientContext for DeliveryContext {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        QuietContext.log(level, facility, message);
    }

    fn error(&self, error: rdkafka::error::KafkaError, reason: &str) {
        QuietContext.error(error, reason);
    }
}

impl ProducerContext for DeliveryContext {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, _opaque: ()) {
        if let Err((error, _)) = result {
            lock(&self.failure).get_or_insert_with(|| error.to_string());
        }
    }
}

pub(super) type Producer = BaseProducer<DeliveryContext>;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no holder of the lock panics")
}

pub(super) fn create(config: &ClientConfig) -> Result<Producer, JobError> {
    config
        .create_with_context(DeliveryContext::default())
        .map_err(refused)
}

/// Waits until everything handed to the producer is acknowledged. rust-rdkafka's own flush waits in steps of 100 ms.
pub(super) fn drain(producer: &Producer) -> Result<(), JobError> {
    while producer.in_flight_count() > 0 {
        producer.poll(Duration::from_millis(1));
        check(producer)?;
    }
    check(producer)
}

/// Reports a delivery that failed.
pub(super) fn check(producer: &Producer) -> Result<(), JobError> {
    match lock(&producer.context().failure).take() {
        Some(failure) => Err(external(format!("a message was not delivered: {failure}"))),
        None => Ok(()),
    }
}

/// The two producers and whether each has an open transaction.
pub(super) struct Transactions {
    producers: Vec<Producer>,
    is_open: [AtomicBool; PRODUCERS],
    opening: Mutex<()>,
}

impl Transactions {
    pub(super) fn new(options: &Options, prefix: &str) -> Result<Transactions, JobError> {
        let id = |i: usize| config::transactional(options, &format!("{prefix}-{i}"));
        let producers = (0..PRODUCERS)
            .map(|i| create(&id(i)?))
            .collect::<Result<_, _>>()?;
        Ok(Transactions {
            producers,
            is_open: Default::default(),
            opening: Mutex::new(()),
        })
    }

    pub(super) fn producers(&self) -> &[Producer] {
        &self.producers
    }

    /// The producer of a turn, with a transaction begun.
    pub(super) fn open(&self, turn: usize) -> Result<&Producer, JobError> {
        let turn = turn % PRODUCERS;
        let producer = &self.producers[turn];
        if !self.is_open[turn].load(Ordering::Acquire) {
            let _one_at_a_time = lock(&self.opening);
            if !self.is_open[turn].load(Ordering::Acquire) {
                producer.begin_transaction().map_err(external)?;
                self.is_open[turn].store(true, Ordering::Release);
            }
        }
        Ok(producer)
    }

    /// Aborts or completes what predecessors left and fences them.
    fn fence(&self) -> Result<(), JobError> {
        std::thread::scope(|scope| {
            let start =
                |producer| scope.spawn(move || Producer::init_transactions(producer, TRANSACTION_MAX));
            let running: Vec<_> = self.producers.iter().map(start).collect();
            for handle in running {
                handle
                    .join()
                    .expect("librdkafka does not panic")
                    .map_err(external)?;
            }
            Ok(())
        })
    }
}

/// Decides about checkpoints by committing the epoch's transaction.
pub(super) struct KafkaCommitPoint {
    transactions: Arc<Transactions>,
    /// Holds the group; never subscribes.
    consumer: BaseConsumer<QuietContext>,
    token_topic: String,
    turn: usize,
}

impl KafkaCommitPoint {
    pub(super) fn new(
        transactions: Arc<Transactions>,
        options: &Options,
        prefix: &str,
        token_topic: &str,
    ) -> Result<KafkaCommitPoint, JobError> {
        let mut consumer = config::client(options)?;
        consumer
            .set("group.id", prefix)
            .set("isolation.level", "read_committed")
            .set("enable.auto.commit", "false");
        let consumer = consumer.create_with_context(QuietContext).map_err(refused)?;
        Ok(KafkaCommitPoint {
            transactions,
            consumer,
            token_topic: token_topic.to_owned(),
            turn: 0,
        })
    }

    /// Only the token: offsets of sources may be of another cluster, which would refuse the whole transaction.
    fn token(&self, epoch: u64, checkpoint_id: &str) -> Result<TopicPartitionList, JobError> {
        let offset = i64::try_from(epoch).map_err(external)?;
        let mut list = TopicPartitionList::new();
        let mut token = list.add_partition(&self.token_topic, 0);
        token.set_offset(Offset::Offset(offset)).map_err(external)?;
        token.set_metadata(checkpoint_id);
        Ok(list)
    }
}

impl CommitPoint for KafkaCommitPoint {
    fn recover(&mut self) -> Result<Option<(u64, String)>, JobError> {
        self.transactions.fence()?;
        let mut list = TopicPartitionList::new();
        list.add_partition(&self.token_topic, 0);
        let found = patiently(|| self.consumer.committed_offsets(list.clone(), ANSWER_MAX))?;
        let token = found.find_partition(&self.token_topic, 0);
        Ok(token.and_then(|token| match token.offset() {
            Offset::Offset(epoch) => Some((u64::try_from(epoch).ok()?, token.metadata().to_owned())),
            _ => None,
        }))
    }

    fn commit(&mut self, epoch: u64, checkpoint_id: &str) -> Result<(), JobError> {
        // An epoch without output commits its token all the same.
        let producer = self.transactions.open(self.turn)?;
        drain(producer)?;
        let token = self.token(epoch, checkpoint_id)?;
        let group = self
            .consumer
            .group_metadata()
            .ok_or_else(|| external("the consumer group is unknown"))?;
        producer
            .send_offsets_to_transaction(&token, &group, TRANSACTION_MAX)
            .map_err(external)?;
        producer.commit_transaction(TRANSACTION_MAX).map_err(external)?;
        self.transactions.is_open[self.turn % PRODUCERS].store(false, Ordering::Release);
        self.turn += 1;
        Ok(())
    }
}
