//! Reading partitions on one thread: batches of borrowed messages, decoded straight into rows.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{CommitMode, Consumer as _};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use sql::DataType;

use super::client::{BatchConsumer, Fetched, Record, TopicHandle};
use super::metadata::Metadata;
use super::offsets::{self, Asker, BOUNDED, Point};
use super::splits::Position;
use super::{columns, external, refused};
use crate::connector::options::Options;
use crate::connector::{Polled, Split, SplitReader};
use crate::error::JobError;
use crate::format::{self, DecodeColumn, Decoded, Decoder};
use crate::job::{ReadColumn, ReadFrom, SourceSpec};
use crate::log;
use crate::row::{BatchWriter, RowKind};

/// Longest wait for messages in one poll: short, so that a thread with nothing to read serves its other work.
const WAIT_MAX: Duration = Duration::from_millis(2);
/// Polls in a row that brought nothing, after which none waits any more: the thread sleeps longer by itself.
const WAITS_IN_VAIN_MAX: u32 = 500;
/// Skipped messages that are logged one by one; later ones only each thousandth.
const LOGGED_MAX: u64 = 10;

/// What all readers of a table share.
pub(super) struct ReaderPlan {
    config: ClientConfig,
    options: Options,
    key: Option<Vec<DecodeColumn>>,
    /// Of upsert-kafka: the key as a message without value has it, which deletes the row.
    deletes: Option<Deletion>,
    value: Vec<DecodeColumn>,
    value_prefix: &'static str,
    metadata: Vec<(usize, DataType, Metadata)>,
    commits_offsets: bool,
    bound: Option<Point>,
}

/// What a message without value tells of the row that it deletes.
struct Deletion {
    key: Vec<DecodeColumn>,
    /// Columns that it does not tell.
    unknown: Vec<usize>,
}

impl ReaderPlan {
    pub(super) fn new(
        spec: &SourceSpec,
        options: &Options,
        config: ClientConfig,
    ) -> Result<ReaderPlan, JobError> {
        let names: Vec<&str> = spec.physical.iter().map(|column| column.name).collect();
        let is_upsert = options.get("connector") == Some("upsert-kafka");
        let parts = columns::split(options, &names, is_upsert.then_some(spec.primary_key.as_slice()))?;
        let target = |physical: usize| {
            spec.read
                .iter()
                .position(|read| matches!(read.from, ReadFrom::Physical(p) if p == physical))
        };
        let column = |(position, name): &(usize, String), wanted: bool| DecodeColumn {
            name: name.clone(),
            ty: spec.physical[*position].ty.clone(),
            target: target(*position).filter(|_| wanted),
        };
        let deletes = parts.key.as_ref().filter(|_| is_upsert).map(|key| {
            let is_unknown = |read: &ReadColumn| match read.from {
                ReadFrom::Physical(physical) => !spec.primary_key.contains(&physical),
                ReadFrom::Metadata(_) | ReadFrom::Partition(_) => false,
            };
            Deletion {
                key: key.iter().map(|part| column(part, true)).collect(),
                unknown: (0..spec.read.len())
                    .filter(|i| is_unknown(&spec.read[*i]))
                    .collect(),
            }
        });
        let in_value = |position: usize| parts.value.iter().any(|(p, _)| *p == position);
        // A column in both is the value's, as in Flink; a key nobody reads is not decoded.
        let key: Option<Vec<DecodeColumn>> = parts
            .key
            .map(|key| key.iter().map(|part| column(part, !in_value(part.0))).collect());
        let mut metadata = Vec::new();
        for (i, read) in spec.read.iter().enumerate() {
            if let ReadFrom::Metadata(name) = read.from {
                metadata.push((i, read.column.ty.clone(), Metadata::from_key(options, name)?));
            }
        }
        Ok(ReaderPlan {
            config,
            key: key.filter(|key| key.iter().any(|column| column.target.is_some())),
            deletes,
            value: parts.value.iter().map(|part| column(part, true)).collect(),
            value_prefix: parts.value_prefix,
            metadata,
            commits_offsets: options.get("properties.group.id").is_some(),
            bound: offsets::bound(options)?,
            options: options.clone(),
        })
    }
}

struct Partition {
    topic: String,
    number: i32,
    position: Position,
    ended: bool,
    /// The topic has been deleted: there is no position any more.
    is_gone: bool,
}

impl Partition {
    /// Does the message before offset `next` belong to the job?
    fn wants(&self, next: i64) -> bool {
        !self.ended && self.position.stop.is_none_or(|stop| next <= stop)
    }

    /// Everything before offset `next` has been read; true when that is the end of a bounded source.
    fn pass(&mut self, next: i64) -> bool {
        if self.ended {
            return false;
        }
        self.position.offset = self.position.offset.max(next);
        self.ended = self.position.stop.is_some_and(|stop| next >= stop);
        self.ended
    }
}

impl ReaderPlan {
    /// What becomes of a message: malformed ones end the job, or are counted and logged where the format skips them.
    fn judge(
        &self,
        decoded: Result<Decoded, format::FormatError>,
        partition: &Partition,
        offset: i64,
        skipped: &mut u64,
    ) -> Result<(), JobError> {
        let place = || {
            format!(
                "topic {}, partition {}, offset {offset}",
                partition.topic, partition.number
            )
        };
        match decoded {
            Ok(Decoded::Rows | Decoded::Empty) => {}
            Ok(Decoded::Skipped) => {
                *skipped += 1;
                if *skipped <= LOGGED_MAX || skipped.is_multiple_of(1_000) {
                    let table = &self.options.table;
                    log::warn(format_args!(
                        "table {table}: {}: malformed record skipped ({skipped} so far)",
                        place()
                    ));
                }
            }
            Err(error) => {
                let table = self.options.table.clone();
                return Err(JobError::Malformed {
                    table,
                    place: place(),
                    message: error.message,
                });
            }
        }
        Ok(())
    }
}

struct Decoders {
    key: Option<Box<dyn Decoder>>,
    /// Of the keys of messages that delete.
    deleted: Option<Box<dyn Decoder>>,
    value: Box<dyn Decoder>,
}

pub(super) struct KafkaReader {
    plan: Arc<ReaderPlan>,
    consumer: BatchConsumer,
    decoders: Decoders,
    partitions: Vec<Partition>,
    by_handle: PartitionIndex,
    /// Bounded partitions whose end has been reached and not yet told.
    ends: Vec<usize>,
    /// Polls since the last message.
    waits_in_vain: u32,
    skipped: u64,
}

impl KafkaReader {
    pub(super) fn new(plan: Arc<ReaderPlan>) -> Result<KafkaReader, JobError> {
        let of_key = |columns: Option<&Vec<DecodeColumn>>| {
            let open =
                |columns: &Vec<DecodeColumn>| format::open_decoder(&plan.options, "key.", columns.clone());
            columns.map(open).transpose()
        };
        let decoders = Decoders {
            key: of_key(plan.key.as_ref())?,
            deleted: of_key(plan.deletes.as_ref().map(|deletion| &deletion.key))?,
            value: format::open_decoder(&plan.options, plan.value_prefix, plan.value.clone())?,
        };
        Ok(KafkaReader {
            consumer: BatchConsumer::new(&plan.config).map_err(refused)?,
            decoders,
            partitions: Vec::new(),
            by_handle: PartitionIndex::default(),
            ends: Vec::new(),
            waits_in_vain: 0,
            skipped: 0,
            plan,
        })
    }
}

/// Topic handle and partition number → position of the partition in the order of `assign`.
#[derive(Default)]
struct PartitionIndex {
    known: HashMap<(TopicHandle, i32), usize>,
    /// What was found last: messages of one partition come one after another.
    last: Option<((TopicHandle, i32), usize)>,
}

impl PartitionIndex {
    #[inline]
    fn find(&mut self, partitions: &[Partition], topic: TopicHandle, number: i32) -> usize {
        match self.last {
            Some((handle, position)) if handle == (topic, number) => position,
            _ => self.look_up(partitions, topic, number),
        }
    }

    fn look_up(&mut self, partitions: &[Partition], topic: TopicHandle, number: i32) -> usize {
        let handle = (topic, number);
        let position = *self.known.entry(handle).or_insert_with(|| {
            let name = topic.name();
            let found = partitions
                .iter()
                .position(|p| p.number == number && p.topic == name);
            found.expect("messages come from assigned partitions")
        });
        self.last = Some((handle, position));
        position
    }
}

/// Appends the row of a message, if it has one.
fn append(
    plan: &ReaderPlan,
    decoders: &mut Decoders,
    record: Record<'_>,
    topic: &str,
    output: &mut BatchWriter,
) -> Result<Decoded, format::FormatError> {
    let metadata = |row: &mut BatchWriter| {
        for (column, ty, key) in &plan.metadata {
            key.put(row, *column, ty, record, topic);
        }
    };
    let Decoders { key, deleted, value } = decoders;
    let Some(payload) = record.payload() else {
        let (Some(deletion), Some(deleted)) = (&plan.deletes, deleted) else {
            return Ok(Decoded::Empty);
        };
        output.begin(RowKind::Delete);
        let filled = deleted.fill(record.key().unwrap_or_default(), output);
        deletion
            .unknown
            .iter()
            .for_each(|column| output.put_null(*column));
        metadata(output);
        return closed(filled, output);
    };
    let Some(key) = key else {
        return value.decode(payload, output, &mut |row| metadata(row));
    };
    output.begin(RowKind::Insert);
    let filled = value.fill(payload, output).and_then(|decoded| match decoded {
        Decoded::Rows => key.fill(record.key().unwrap_or_default(), output),
        other => Ok(other),
    });
    metadata(output);
    closed(filled, output)
}

/// Closes the open row, or drops it when the record did not fill it.
fn closed(
    filled: Result<Decoded, format::FormatError>,
    output: &mut BatchWriter,
) -> Result<Decoded, format::FormatError> {
    if filled == Ok(Decoded::Rows) {
        output.finish();
    } else {
        output.cancel();
    }
    filled
}

impl KafkaReader {
    /// Where reading ends. A restarted job keeps the end it found when it began; one that had come to its end, or had
    /// none, gets the end that this run was given.
    fn stop(&self, position: &Position, topic: &str, number: i32) -> Result<Option<i64>, JobError> {
        let Some(bound) = &self.plan.bound else {
            return Ok(None);
        };
        if position.stop.is_some_and(|stop| position.offset < stop) {
            return Ok(position.stop);
        }
        let asker = Asker {
            consumer: &self.consumer.consumer,
            reads: true,
        };
        offsets::resolve(bound, BOUNDED, asker, topic, number, &self.plan.options).map(Some)
    }
}

impl KafkaReader {
    /// A partition is gone for good. Topics of a pattern come and go; what the table names must be there.
    fn lose(&mut self, topic: &str, number: i32) -> Result<(), JobError> {
        let options = &self.plan.options;
        let what = format!(
            "table {}: topic {topic}, partition {number} does not exist (any more)",
            options.table
        );
        if options.get("topic-pattern").is_none() {
            let remedy = "create the topic again, or begin anew with --from-scratch";
            return Err(external(format!("{what}; {remedy}")));
        }
        self.consumer.missing.give_up(topic, number);
        let mut partitions = self.partitions.iter_mut();
        let found = partitions.position(|one| one.number == number && one.topic == topic && !one.is_gone);
        let Some(at) = found else { return Ok(()) };
        log::warn(format_args!("kafka: {what}; the job goes on without it"));
        let mut list = TopicPartitionList::new();
        list.add_partition(topic, number);
        self.consumer
            .consumer
            .incremental_unassign(&list)
            .map_err(external)?;
        let partition = &mut self.partitions[at];
        partition.is_gone = true;
        if !std::mem::replace(&mut partition.ended, true) {
            self.ends.push(at);
        }
        Ok(())
    }
}

impl SplitReader for KafkaReader {
    fn assign(&mut self, split: Split) -> Result<(), JobError> {
        let malformed = || {
            external(format!(
                "split {} has an unusable position {}",
                split.id, split.position
            ))
        };
        let mut position: Position =
            serde_json::from_value(split.position.clone()).map_err(|_| malformed())?;
        let (topic, number) = split.id.rsplit_once('/').ok_or_else(malformed)?;
        let number: i32 = number.parse().map_err(|_| malformed())?;
        position.stop = self.stop(&position, topic, number)?;
        let ended = position.stop.is_some_and(|stop| position.offset >= stop);
        if ended {
            self.ends.push(self.partitions.len());
        } else {
            let mut list = TopicPartitionList::new();
            list.add_partition_offset(topic, number, Offset::Offset(position.offset))
                .map_err(external)?;
            self.consumer
                .consumer
                .incremental_assign(&list)
                .map_err(external)?;
        }
        self.partitions.push(Partition {
            topic: topic.to_owned(),
            number,
            position,
            ended,
            is_gone: false,
        });
        Ok(())
    }

    fn poll(&mut self, rows_max: usize, output: &mut BatchWriter) -> Result<Polled, JobError> {
        if let Some(split) = self.ends.pop() {
            return Ok(Polled::SplitEnd { split });
        }
        let mut current = None;
        for _ in 0..rows_max {
            let wait = match current {
                None if self.waits_in_vain < WAITS_IN_VAIN_MAX => WAIT_MAX,
                _ => Duration::ZERO,
            };
            let Self {
                consumer,
                partitions,
                by_handle,
                ..
            } = self;
            let mut at = |topic, number| by_handle.find(partitions, topic, number);
            let (split, next, record) = match consumer.peek(wait) {
                None if current.is_none() => {
                    self.waits_in_vain = self.waits_in_vain.saturating_add(1);
                    break;
                }
                None => break,
                Some(Fetched::Gone { topic, partition }) => {
                    self.lose(&topic, partition)?;
                    break;
                }
                Some(Fetched::Error(message)) => {
                    return Err(external(format!("table {}: {message}", self.plan.options.table)));
                }
                Some(Fetched::End {
                    topic,
                    partition,
                    offset,
                }) => (at(topic, partition), offset, None),
                Some(Fetched::Record(record)) => (
                    at(record.topic(), record.partition()),
                    record.offset() + 1,
                    Some(record),
                ),
            };
            if current.is_some_and(|current| current != split) {
                break;
            }
            let partition = &mut partitions[split];
            if let Some(record) = record.filter(|_| partition.wants(next)) {
                current = Some(split);
                let decoded = append(&self.plan, &mut self.decoders, record, &partition.topic, output);
                self.plan.judge(decoded, partition, next - 1, &mut self.skipped)?;
            }
            if partition.pass(next) {
                self.ends.push(split);
            }
            self.waits_in_vain = 0;
            self.consumer.advance();
        }
        Ok(current.map_or(Polled::Idle, |split| Polled::Rows { split }))
    }

    fn positions(&self) -> Vec<Split> {
        let position = |partition: &Partition| Split {
            id: format!("{}/{}", partition.topic, partition.number),
            position: serde_json::to_value(partition.position).expect("a position is plain data"),
        };
        let there = self.partitions.iter().filter(|partition| !partition.is_gone);
        there.map(position).collect()
    }

    /// Tells lag tools; what the job restores from is in the checkpoint alone, so a failure here only is logged.
    fn on_committed(&mut self, positions: &[Split]) {
        if !self.plan.commits_offsets {
            return;
        }
        let mut list = TopicPartitionList::new();
        for split in positions {
            let position: Option<Position> = serde_json::from_value(split.position.clone()).ok();
            let place = split
                .id
                .rsplit_once('/')
                .and_then(|(topic, number)| Some((topic, number.parse().ok()?)));
            if let (Some(position), Some((topic, number))) = (position, place) {
                list.add_partition_offset(topic, number, Offset::Offset(position.offset))
                    .unwrap_or_default();
            }
        }
        if list.count() > 0
            && let Err(error) = self.consumer.consumer.commit(&list, CommitMode::Async)
        {
            log::warn(format_args!("kafka: offsets were not committed: {error}"));
        }
    }

    fn skipped(&self) -> u64 {
        self.skipped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads `a1/0` and `a2/0` of a broker that nobody reaches.
    fn reader(topics: (&str, &str)) -> KafkaReader {
        let options = Options::new("t", [("connector", "kafka"), ("format", "json"), topics]);
        let spec = SourceSpec {
            table: "t",
            read: vec![],
            compute: None,
            watermark: None,
            physical: vec![],
            primary_key: vec![],
        };
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", "127.0.0.1:1")
            .set("group.id", "g");
        let plan = ReaderPlan::new(&spec, &options, config).expect("valid");
        let mut reader = KafkaReader::new(Arc::new(plan)).expect("a consumer");
        for id in ["a1/0", "a2/0"] {
            let split = Split {
                id: id.to_owned(),
                position: serde_json::json!({"offset": 7}),
            };
            reader.assign(split).expect("assigned");
        }
        reader
    }

    fn places(reader: &KafkaReader) -> Vec<String> {
        reader.positions().into_iter().map(|split| split.id).collect()
    }

    #[test]
    fn a_topic_that_is_deleted_ends_its_splits_where_a_pattern_names_it_and_the_job_elsewhere() {
        let mut of_pattern = reader(("topic-pattern", "a.*"));
        for _ in 0..2 {
            of_pattern.lose("a1", 0).expect("the other topic goes on");
            assert_eq!(places(&of_pattern), ["a2/0"]);
        }
        let mut output = BatchWriter::new(0);
        let mut poll = || of_pattern.poll(10, &mut output).expect("nobody complains yet");
        assert_eq!(poll(), Polled::SplitEnd { split: 0 });
        assert_eq!(poll(), Polled::Idle, "it ends once");
        let mut named = reader(("topic", "a1;a2"));
        let error = named.lose("a1", 0).expect_err("it must be there").to_string();
        let expected = "topic a1, partition 0 does not exist (any more); create the topic again";
        assert!(error.contains(expected), "{error}");
        assert_eq!(places(&named), ["a1/0", "a2/0"]);
    }
}
