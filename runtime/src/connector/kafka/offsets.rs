//! Where reading starts and where it ends: `scan.startup.*` and `scan.bounded.*`.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use super::client::QuietContext;
use super::complaint::Complaints;
use super::external;
use crate::connector::options::Options;
use crate::error::JobError;

/// Longest wait for a broker's answer.
pub(super) const ANSWER_MAX: Duration = Duration::from_secs(30);
const ASK_AGAIN_AFTER: Duration = Duration::from_millis(100);
/// First wait for an answer; each further one is twice as long. Between them a client tells why none comes.
const FIRST_ANSWER_MAX: Duration = Duration::from_secs(2);

/// The option that says where to start.
pub(super) const STARTUP: &str = "scan.startup.mode";
/// The option that says where to end.
pub(super) const BOUNDED: &str = "scan.bounded.mode";

/// A point in a partition that is looked up when the job starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Point {
    Earliest,
    Latest,
    /// The group's committed offset, else `auto.offset.reset`.
    Group,
    /// The first message with this or a later timestamp; none: the end.
    TimestampMs(i64),
    Specific(BTreeMap<i32, i64>),
}

/// `scan.startup.mode`.
pub(super) fn startup(options: &Options) -> Result<Point, JobError> {
    Ok(match options.get(STARTUP).unwrap_or("group-offsets") {
        "earliest-offset" => Point::Earliest,
        "latest-offset" => Point::Latest,
        "group-offsets" => Point::Group,
        "timestamp" => Point::TimestampMs(timestamp(options, "scan.startup.timestamp-millis")?),
        "specific-offsets" => Point::Specific(specific(options, "scan.startup.specific-offsets")?),
        other => {
            return Err(options.error(
                STARTUP,
                format!(
                    "expected one of earliest-offset, latest-offset, group-offsets, timestamp, specific-offsets, \
                     found '{other}'"
                ),
            ));
        }
    })
}

/// `scan.bounded.mode`; `None`: unbounded.
pub(super) fn bound(options: &Options) -> Result<Option<Point>, JobError> {
    Ok(Some(match options.get(BOUNDED).unwrap_or("unbounded") {
        "unbounded" => return Ok(None),
        "latest-offset" => Point::Latest,
        "group-offsets" => Point::Group,
        "timestamp" => Point::TimestampMs(timestamp(options, "scan.bounded.timestamp-millis")?),
        "specific-offsets" => Point::Specific(specific(options, "scan.bounded.specific-offsets")?),
        other => {
            return Err(options.error(
                BOUNDED,
                format!(
                    "expected one of unbounded, latest-offset, group-offsets, timestamp, specific-offsets, found '{other}'"
                ),
            ));
        }
    }))
}

fn timestamp(options: &Options, key: &str) -> Result<i64, JobError> {
    options
        .integer(key)?
        .ok_or_else(|| options.error(key, "is required"))
}

/// `partition:0,offset:42;partition:1,offset:300`.
fn specific(options: &Options, key: &str) -> Result<BTreeMap<i32, i64>, JobError> {
    let text = options.required(key)?;
    let parse = |entry: &str| {
        let (partition, offset) = entry.trim().split_once(',')?;
        let partition = partition.trim().strip_prefix("partition:")?.trim().parse().ok()?;
        Some((
            partition,
            offset.trim().strip_prefix("offset:")?.trim().parse().ok()?,
        ))
    };
    text.split(';')
        .filter(|entry| !entry.trim().is_empty())
        .map(parse)
        .collect::<Option<_>>()
        .ok_or_else(|| {
            options.error(
                key,
                format!("expected 'partition:0,offset:42;partition:1,offset:300', found '{text}'"),
            )
        })
}

/// Events taken between two attempts. A poll takes one, and does not tell a line of the log from nothing.
pub(super) const EVENTS_MAX: usize = 64;

/// A client that asks brokers.
pub(super) trait Asking {
    /// Takes what the client has to say about its connections.
    fn serve(&self);

    fn complaints(&self) -> &Complaints;
}

/// A consumer that asks. The events of one that also reads are taken with its messages, not here.
#[derive(Clone, Copy)]
pub(super) struct Asker<'a> {
    pub(super) consumer: &'a BaseConsumer<QuietContext>,
    pub(super) reads: bool,
}

impl<'a> Asker<'a> {
    pub(super) fn new(consumer: &'a BaseConsumer<QuietContext>) -> Asker<'a> {
        Asker {
            consumer,
            reads: false,
        }
    }
}

impl Asking for Asker<'_> {
    fn serve(&self) {
        if !self.reads {
            (0..EVENTS_MAX).for_each(|_| drop(self.consumer.poll(Duration::ZERO)));
        }
    }

    fn complaints(&self) -> &Complaints {
        &self.consumer.client().context().complaints
    }
}

/// Asks again while a broker starts or a leader moves: that passes within seconds. `ask` gets the time it may take.
pub(super) fn patiently<T>(
    client: &dyn Asking,
    mut ask: impl FnMut(Duration) -> KafkaResult<T>,
) -> Result<T, JobError> {
    let started = Instant::now();
    let mut wait = FIRST_ANSWER_MAX;
    loop {
        let left = ANSWER_MAX.saturating_sub(started.elapsed());
        let answer = ask(wait.min(left).max(ASK_AGAIN_AFTER));
        client.serve();
        match answer {
            Ok(answer) => return Ok(answer),
            Err(error) => {
                client.complaints().check()?;
                if !may_pass(&error) || started.elapsed() >= ANSWER_MAX {
                    return Err(client.complaints().explain(&error));
                }
                std::thread::sleep(ASK_AGAIN_AFTER);
                wait *= 2;
            }
        }
    }
}

fn may_pass(error: &KafkaError) -> bool {
    use RDKafkaErrorCode as Code;
    matches!(
        error.rdkafka_error_code(),
        Some(
            Code::NotCoordinator
                | Code::CoordinatorNotAvailable
                | Code::CoordinatorLoadInProgress
                | Code::LeaderNotAvailable
                | Code::NotLeaderForPartition
                | Code::RequestTimedOut
                | Code::OperationTimedOut
                | Code::BrokerTransportFailure
        )
    )
}

/// The offset a point stands for in one partition, now. `option` is the one that names the point.
pub(super) fn resolve(
    point: &Point,
    option: &str,
    asker: Asker<'_>,
    topic: &str,
    partition: i32,
    options: &Options,
) -> Result<i64, JobError> {
    let consumer = asker.consumer;
    let watermarks = || patiently(&asker, |wait| consumer.fetch_watermarks(topic, partition, wait));
    match point {
        Point::Earliest => Ok(watermarks()?.0),
        Point::Latest => Ok(watermarks()?.1),
        Point::Specific(offsets) => match offsets.get(&partition) {
            Some(offset) => Ok(*offset),
            // As Flink: a partition that is not named goes by the group's offset, else from its beginning.
            None => match committed(asker, topic, partition)? {
                Some(offset) => Ok(offset),
                None if option == STARTUP => Ok(watermarks()?.0),
                None => {
                    let message = format!("names no offset for {topic}/{partition}");
                    Err(options.error("scan.bounded.specific-offsets", message))
                }
            },
        },
        Point::TimestampMs(millis) => match at_time(asker, topic, partition, *millis)? {
            Some(offset) => Ok(offset),
            None => Ok(watermarks()?.1),
        },
        Point::Group => match committed(asker, topic, partition)? {
            Some(offset) => Ok(offset),
            None => match options.get("properties.auto.offset.reset") {
                Some("earliest") => Ok(watermarks()?.0),
                Some("latest") => Ok(watermarks()?.1),
                _ => Err(options.error(option, no_committed_offset(option, topic, partition))),
            },
        },
    }
}

fn no_committed_offset(option: &str, topic: &str, partition: i32) -> String {
    let (name, instead) = match option {
        STARTUP => ("'group-offsets' (the default)", "earliest-offset"),
        _ => ("'group-offsets'", "latest-offset"),
    };
    format!(
        "{name} finds no committed offset for {topic}/{partition}: set 'properties.auto.offset.reset' or \
         '{option}' = '{instead}'"
    )
}

/// The offset that the consumer's group has committed.
fn committed(asker: Asker<'_>, topic: &str, partition: i32) -> Result<Option<i64>, JobError> {
    let mut list = TopicPartitionList::new();
    list.add_partition(topic, partition);
    let found = patiently(&asker, |wait| {
        asker.consumer.committed_offsets(list.clone(), wait)
    })?;
    Ok(offset_in(&found, topic, partition))
}

/// The offset of the first message with this or a later timestamp.
fn at_time(asker: Asker<'_>, topic: &str, partition: i32, millis: i64) -> Result<Option<i64>, JobError> {
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(topic, partition, Offset::Offset(millis))
        .map_err(external)?;
    let found = patiently(&asker, |wait| {
        asker.consumer.offsets_for_times(list.clone(), wait)
    })?;
    Ok(offset_in(&found, topic, partition))
}

fn offset_in(list: &TopicPartitionList, topic: &str, partition: i32) -> Option<i64> {
    match list.find_partition(topic, partition)?.offset() {
        Offset::Offset(offset) => Some(offset),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specific_offsets_as_flink_writes_them() {
        let key = "scan.startup.specific-offsets";
        let options = Options::new("t", [(key, "partition:0,offset:42;partition:1,offset:300")]);
        assert_eq!(
            specific(&options, key).expect("valid"),
            BTreeMap::from([(0, 42), (1, 300)])
        );
        let options = Options::new("t", [(key, "0:42")]);
        assert!(specific(&options, key).is_err());
    }

    #[test]
    fn unknown_modes_are_refused_with_the_known_ones() {
        let options = Options::new("t", [("scan.startup.mode", "earliest")]);
        let error = startup(&options).expect_err("unknown").to_string();
        assert!(error.contains("earliest-offset"), "{error}");
    }
}
