//! Where reading starts and where it ends: `scan.startup.*` and `scan.bounded.*`.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerContext};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use super::external;
use crate::connector::options::Options;
use crate::error::JobError;

/// Longest wait for a broker's answer.
pub(super) const ANSWER_MAX: Duration = Duration::from_secs(30);

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
    Ok(
        match options.get("scan.startup.mode").unwrap_or("group-offsets") {
            "earliest-offset" => Point::Earliest,
            "latest-offset" => Point::Latest,
            "group-offsets" => Point::Group,
            "timestamp" => Point::TimestampMs(timestamp(options, "scan.startup.timestamp-millis")?),
            "specific-offsets" => Point::Specific(specific(options, "scan.startup.specific-offsets")?),
            other => {
                return Err(options.error(
                "scan.startup.mode",
                format!(
                    "expected one of earliest-offset, latest-offset, group-offsets, timestamp, specific-offsets, \
                     found '{other}'"
                ),
            ));
            }
        },
    )
}

/// `scan.bounded.mode`; `None`: unbounded.
pub(super) fn bound(options: &Options) -> Result<Option<Point>, JobError> {
    Ok(Some(
        match options.get("scan.bounded.mode").unwrap_or("unbounded") {
            "unbounded" => return Ok(None),
            "latest-offset" => Point::Latest,
            "group-offsets" => Point::Group,
            "timestamp" => Point::TimestampMs(timestamp(options, "scan.bounded.timestamp-millis")?),
            "specific-offsets" => Point::Specific(specific(options, "scan.bounded.specific-offsets")?),
            other => {
                return Err(options.error(
                "scan.bounded.mode",
                format!(
                    "expected one of unbounded, latest-offset, group-offsets, timestamp, specific-offsets, found '{other}'"
                ),
            ));
            }
        },
    ))
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

/// The offset a point stands for in one partition, now.
pub(super) fn resolve<C: ConsumerContext>(
    point: &Point,
    consumer: &BaseConsumer<C>,
    topic: &str,
    partition: i32,
    options: &Options,
) -> Result<i64, JobError> {
    let watermarks = || {
        consumer
            .fetch_watermarks(topic, partition, ANSWER_MAX)
            .map_err(external)
    };
    match point {
        Point::Earliest => Ok(watermarks()?.0),
        Point::Latest => Ok(watermarks()?.1),
        Point::Specific(offsets) => match offsets.get(&partition) {
            Some(offset) => Ok(*offset),
            // As Flink: a partition that is not named goes by the group's offset.
            None => resolve(&Point::Group, consumer, topic, partition, options),
        },
        Point::TimestampMs(millis) => {
            let mut list = TopicPartitionList::new();
            list.add_partition_offset(topic, partition, Offset::Offset(*millis))
                .map_err(external)?;
            let found = consumer.offsets_for_times(list, ANSWER_MAX).map_err(external)?;
            match found
                .find_partition(topic, partition)
                .map(|element| element.offset())
            {
                Some(Offset::Offset(offset)) => Ok(offset),
                _ => Ok(watermarks()?.1),
            }
        }
        Point::Group => {
            let mut list = TopicPartitionList::new();
            list.add_partition(topic, partition);
            let found = consumer.committed_offsets(list, ANSWER_MAX).map_err(external)?;
            match found.find_partition(topic, partition).map(|element| element.offset()) {
                Some(Offset::Offset(offset)) => Ok(offset),
                _ => match options.get("properties.auto.offset.reset") {
                    Some("earliest") => Ok(watermarks()?.0),
                    Some("latest") => Ok(watermarks()?.1),
                    _ => Err(options.error(
                        "scan.startup.mode",
                        format!(
                            "'group-offsets' (the default) finds no committed offset for {topic}/{partition}: set \
                             'properties.auto.offset.reset' or 'scan.startup.mode' = 'earliest-offset'"
                        ),
                    )),
                },
            }
        }
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
