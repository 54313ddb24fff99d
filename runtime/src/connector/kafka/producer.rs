//! A producer: what became of its messages, and how long it waits for brokers that are away.
//!
//! In: librdkafka's callbacks, the job's ending. Out: the first failure. Invariant: an epoch with a message that was
//! not delivered is not committed; nobody who ends the job waits longer than [`LAST_WAIT_MAX`] for brokers.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use rdkafka::client::ClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::error::KafkaError;
use rdkafka::message::DeliveryResult;
use rdkafka::producer::{BaseProducer, Producer as _, ProducerContext};

use super::client::QuietContext;
use super::complaint::Complaints;
use super::offsets::{Asking, EVENTS_MAX};
use super::{external, refused};
use crate::connector::ending::Ending;
use crate::error::JobError;
use crate::log;

/// Longest wait for a transaction call: a broker that restarts takes some seconds.
const TRANSACTION_MAX: Duration = Duration::from_secs(60);
/// Longest wait without any message getting through when the job is to end. Otherwise `message.timeout.ms` decides.
const LAST_WAIT_MAX: Duration = Duration::from_secs(20);
/// After so much of it the wait is told.
const LAST_WAIT_TOLD: Duration = Duration::from_secs(1);

/// Keeps the first failed delivery: with it the epoch must not be committed.
#[derive(Default)]
pub(super) struct DeliveryContext {
    failure: Mutex<Option<String>>,
    pub(super) complaints: Complaints,
    ending: Ending,
}

impl DeliveryContext {
    /// Longest wait for the answer to a transaction call.
    pub(super) fn answer_max(&self) -> Duration {
        if self.ending.is_near() {
            LAST_WAIT_MAX
        } else {
            TRANSACTION_MAX
        }
    }
}

impl ClientContext for DeliveryContext {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        QuietContext::default().log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        if self.complaints.note(&error, reason) {
            log::warn(format_args!("kafka: {error}: {reason}"));
        }
    }
}

impl ProducerContext for DeliveryContext {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, _opaque: ()) {
        if let Err((error, _)) = result {
            let mut failure = self.failure.lock().expect("no holder of the lock panics");
            failure.get_or_insert_with(|| error.to_string());
        }
    }
}

pub(super) type Producer = BaseProducer<DeliveryContext>;

impl Asking for Producer {
    fn serve(&self) {
        (0..EVENTS_MAX).for_each(|_| self.poll(Duration::ZERO));
    }

    fn complaints(&self) -> &Complaints {
        &self.client().context().complaints
    }
}

pub(super) fn create(config: &ClientConfig, ending: Ending) -> Result<Producer, JobError> {
    let context = DeliveryContext {
        ending,
        ..DeliveryContext::default()
    };
    config.create_with_context(context).map_err(refused)
}

/// Waits until everything handed to the producer is acknowledged. rust-rdkafka's own flush waits in steps of 100 ms.
pub(super) fn drain(producer: &Producer) -> Result<(), JobError> {
    let mut patience = Patience::new(producer);
    while producer.in_flight_count() > 0 {
        patience.wait()?;
    }
    check(producer)
}

/// Reports a delivery that failed, and a connection that will never come.
pub(super) fn check(producer: &Producer) -> Result<(), JobError> {
    let context = producer.client().context();
    let failure = context
        .failure
        .lock()
        .expect("no holder of the lock panics")
        .take();
    match failure {
        Some(failure) => Err(external(format!("a message was not delivered: {failure}"))),
        None => context.complaints.check(),
    }
}

/// Waiting for brokers to take messages.
pub(super) struct Patience<'a> {
    producer: &'a Producer,
    /// The fewest messages on their way, and since when; counted once the job is to end. The library counts events
    /// that wait for `poll` with them, so the number goes up and down without any message getting through.
    fewest: Option<(i32, Instant)>,
    is_told: bool,
}

impl<'a> Patience<'a> {
    pub(super) fn new(producer: &'a Producer) -> Patience<'a> {
        Patience {
            producer,
            fewest: None,
            is_told: false,
        }
    }

    /// A step of the wait; fails when there is no sense in another one.
    pub(super) fn wait(&mut self) -> Result<(), JobError> {
        self.producer.poll(Duration::from_millis(1));
        check(self.producer)?;
        let ending = &self.producer.client().context().ending;
        if ending.is_now() {
            return Err(external("the job ends; messages on their way are given up"));
        }
        if !ending.is_near() {
            return Ok(());
        }
        let left = self.producer.in_flight_count();
        let (_, since) = *match &mut self.fewest {
            Some(fewest) if fewest.0 <= left => fewest,
            fewest => fewest.insert((left, Instant::now())),
        };
        let seconds = LAST_WAIT_MAX.as_secs();
        if since.elapsed() > LAST_WAIT_MAX {
            return Err(external(format!(
                "no broker has taken the last {left} messages for {seconds} s, so there is no final checkpoint; the \
                 next start goes on from the last one"
            )));
        }
        if since.elapsed() > LAST_WAIT_TOLD && !self.is_told {
            self.is_told = true;
            log::warn(format_args!(
                "kafka: no broker takes the last {left} messages; waiting {seconds} s for one at most"
            ));
        }
        Ok(())
    }
}
