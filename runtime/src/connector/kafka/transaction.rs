//! One transaction per epoch for all exactly-once Kafka sinks of a job, and the token that makes it the commit point.
//!
//! Two producers take turns: while epoch N is made durable and committed, epoch N + 1 is written by the other one.
//! The token is the offset of partition 0 of the first sink topic in the job's own consumer group (offset = epoch,
//! metadata = checkpoint id), sent within the transaction: committed with the output or not at all. Topic and group are
//! the token's place; the checkpoint log keeps the places of earlier instances, whose statement may have had another
//! first sink. The protocol and the traps it avoids were tried against 280 kills.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::producer::Producer as _;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use super::client::QuietContext;
use super::config;
use super::offsets::{Asker, patiently};
use super::producer::{self, Producer, drain};
use super::{external, refused};
use crate::connector::CommitPoint;
use crate::connector::ending::Ending;
use crate::connector::options::Options;
use crate::error::JobError;

/// Producers of a job; more than two would bring nothing, since epochs commit in order.
const PRODUCERS: usize = 2;

/// The two producers and whether each has an open transaction.
pub(super) struct Transactions {
    producers: Vec<Producer>,
    is_open: [AtomicBool; PRODUCERS],
    opening: Mutex<()>,
}

impl Transactions {
    pub(super) fn new(options: &Options, prefix: &str, ending: &Ending) -> Result<Transactions, JobError> {
        let id = |i: usize| config::transactional(options, &format!("{prefix}-{i}"));
        let producers = (0..PRODUCERS)
            .map(|i| producer::create(&id(i)?, ending.clone()))
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
            let _one_at_a_time = self.opening.lock().expect("no holder of the lock panics");
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
            let start = |producer| scope.spawn(move || init(producer));
            let running: Vec<_> = self.producers.iter().map(start).collect();
            for handle in running {
                handle.join().expect("librdkafka does not panic")?;
            }
            Ok(())
        })
    }
}

fn init(producer: &Producer) -> Result<(), JobError> {
    let context = producer.client().context();
    let initialised = producer.init_transactions(context.answer_max());
    initialised.map_err(|error| context.complaints.explain(&error))
}

/// Where a token lies: partition 0 of a topic in a group, which is also the prefix of the transactional ids. As text
/// `topic/group`; names of topics have no slash.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    topic: String,
    group: String,
}

impl Place {
    fn parse(text: &str) -> Result<Place, JobError> {
        let malformed = || JobError::Checkpoint(format!("'{text}' is no place of a Kafka token"));
        let (topic, group) = text.split_once('/').ok_or_else(malformed)?;
        Ok(Place {
            topic: topic.to_owned(),
            group: group.to_owned(),
        })
    }
}

/// Decides about checkpoints by committing the epoch's transaction.
pub(super) struct KafkaCommitPoint {
    transactions: Arc<Transactions>,
    options: Options,
    ending: Ending,
    /// Holds the group; never subscribes.
    consumer: BaseConsumer<QuietContext>,
    place: Place,
    turn: usize,
}

impl KafkaCommitPoint {
    pub(super) fn new(
        transactions: Arc<Transactions>,
        options: &Options,
        prefix: &str,
        token_topic: &str,
        ending: &Ending,
    ) -> Result<KafkaCommitPoint, JobError> {
        let place = Place {
            topic: token_topic.to_owned(),
            group: prefix.to_owned(),
        };
        Ok(KafkaCommitPoint {
            transactions,
            consumer: group_holder(options, &place.group)?,
            options: options.clone(),
            ending: ending.clone(),
            place,
            turn: 0,
        })
    }

    /// Only the token: offsets of sources may be of another cluster, which would refuse the whole transaction.
    fn token(&self, epoch: u64, checkpoint_id: &str) -> Result<TopicPartitionList, JobError> {
        let offset = i64::try_from(epoch).map_err(external)?;
        let mut list = TopicPartitionList::new();
        let mut token = list.add_partition(&self.place.topic, 0);
        token.set_offset(Offset::Offset(offset)).map_err(external)?;
        token.set_metadata(checkpoint_id);
        Ok(list)
    }
}

/// A consumer that holds a group's offsets and never joins it.
fn group_holder(options: &Options, group: &str) -> Result<BaseConsumer<QuietContext>, JobError> {
    let mut consumer = config::client(options)?;
    consumer
        .set("group.id", group)
        .set("isolation.level", "read_committed")
        .set("enable.auto.commit", "false");
    consumer
        .create_with_context(QuietContext::default())
        .map_err(refused)
}

/// Epoch and checkpoint id of the token in the consumer's group.
fn read_token(consumer: &BaseConsumer<QuietContext>, topic: &str) -> Result<Option<(u64, String)>, JobError> {
    let mut list = TopicPartitionList::new();
    list.add_partition(topic, 0);
    let found = patiently(&Asker::new(consumer), |wait| {
        consumer.committed_offsets(list.clone(), wait)
    })?;
    let token = found.find_partition(topic, 0);
    Ok(token.and_then(|token| match token.offset() {
        Offset::Offset(epoch) => Some((u64::try_from(epoch).ok()?, token.metadata().to_owned())),
        _ => None,
    }))
}

impl CommitPoint for KafkaCommitPoint {
    fn place(&self) -> String {
        format!("{}/{}", self.place.topic, self.place.group)
    }

    /// All producers are fenced before any token is read: after that no token can change.
    fn recover(&mut self, places: &[String]) -> Result<Vec<(u64, String)>, JobError> {
        let mut places: BTreeSet<Place> = places
            .iter()
            .map(|text| Place::parse(text))
            .collect::<Result<_, _>>()?;
        places.insert(self.place.clone());
        self.transactions.fence()?;
        let groups: BTreeSet<&str> = places.iter().map(|place| place.group.as_str()).collect();
        let mut holders = Vec::new();
        for group in groups {
            if group != self.place.group {
                // These producers end here: fencing is all they are for.
                Transactions::new(&self.options, group, &self.ending)?.fence()?;
            }
            holders.push((group, group_holder(&self.options, group)?));
        }
        let mut tokens = Vec::new();
        for place in &places {
            let holder = holders.iter().find(|(group, _)| *group == place.group);
            let (_, consumer) = holder.expect("every group has a holder");
            tokens.extend(read_token(consumer, &place.topic)?);
        }
        Ok(tokens)
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
        let context = producer.client().context();
        producer
            .send_offsets_to_transaction(&token, &group, context.answer_max())
            .and_then(|()| producer.commit_transaction(context.answer_max()))
            .map_err(|error| context.complaints.explain(&error))?;
        self.transactions.is_open[self.turn % PRODUCERS].store(false, Ordering::Release);
        self.turn += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_back_whatever_the_group_is_called() {
        let place = Place {
            topic: "a.b-c_d".to_owned(),
            group: "team/x-job".to_owned(),
        };
        let text = format!("{}/{}", place.topic, place.group);
        assert_eq!(Place::parse(&text).expect("a place"), place);
        assert!(Place::parse("nothing").is_err());
    }
}
