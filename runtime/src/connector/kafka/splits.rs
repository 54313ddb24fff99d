//! Finding partitions and where to start and stop in them.

use std::sync::Arc;
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::metadata::Metadata;
use serde::{Deserialize, Serialize};
use sql::Session;
use sql::function::regex::java::translate;

use super::client::QuietContext;
use super::offsets::{self, Asker, BOUNDED, Point, STARTUP, patiently};
use super::reader::{KafkaReader, ReaderPlan};
use super::{config, external, refused};
use crate::connector::options::{JobEnvironment, Options};
use crate::connector::{Split, SplitReader, SplitSource};
use crate::error::JobError;
use crate::job::SourceSpec;
use crate::log;

/// Longest wait for the answer when partitions are looked for again.
const LATER_LOOK_MAX: Duration = Duration::from_secs(2);

/// Position of a split: the next offset to read, and the offset at which a bounded source ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Position {
    pub(super) offset: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) stop: Option<i64>,
}

struct KafkaSplits {
    options: Options,
    topics: Topics,
    consumer: BaseConsumer<QuietContext>,
    startup: Point,
    bound: Option<Point>,
    interval: Option<Duration>,
    /// Partitions found so far.
    known: Vec<Split>,
    /// Partitions that appear after the checkpoint, or after the first look, are read from their beginning.
    is_restored: bool,
    has_looked: bool,
    plan: Arc<ReaderPlan>,
}

enum Topics {
    Named(Vec<String>),
    /// A Java pattern that the whole name must match.
    Pattern(String),
}

/// Opens the source side of a table.
pub(crate) fn open_source(
    spec: &SourceSpec,
    options: &Options,
    environment: &JobEnvironment,
) -> Result<Box<dyn SplitSource>, JobError> {
    let from_the_beginning = from_the_beginning(options)?;
    let options = from_the_beginning.as_ref().unwrap_or(options);
    config::check_source(options)?;
    let consumer_config = config::consumer(options, &environment.job_id)?;
    let consumer = consumer_config
        .create_with_context(QuietContext::default())
        .map_err(refused)?;
    let bound = offsets::bound(options)?;
    let interval = match options.duration("scan.topic-partition-discovery.interval")? {
        Some(interval) if interval.is_zero() => None,
        Some(interval) => Some(interval),
        None => Some(Duration::from_secs(5 * 60)),
    };
    Ok(Box::new(KafkaSplits {
        topics: topics(options)?,
        consumer,
        startup: offsets::startup(options)?,
        interval: interval.filter(|_| bound.is_none()),
        bound,
        known: Vec::new(),
        is_restored: false,
        has_looked: false,
        plan: Arc::new(ReaderPlan::new(spec, options, consumer_config)?),
        options: options.clone(),
    }))
}

/// The options of an upsert-kafka table: it is a table only when all of its topic is read.
fn from_the_beginning(options: &Options) -> Result<Option<Options>, JobError> {
    if options.get("connector") != Some("upsert-kafka") {
        return Ok(None);
    }
    if options.get(STARTUP).is_some() {
        return Err(options.error(STARTUP, "upsert-kafka reads a topic from its beginning"));
    }
    let mut options = options.clone();
    options
        .values
        .insert(STARTUP.to_owned(), "earliest-offset".to_owned());
    Ok(Some(options))
}

fn topics(options: &Options) -> Result<Topics, JobError> {
    match (config::topics(options), options.get("topic-pattern")) {
        (names, None) if !names.is_empty() => Ok(Topics::Named(names)),
        (names, Some(pattern)) if names.is_empty() => {
            let whole = format!("^(?:{pattern})$");
            if Session::utc().pattern(&whole, translate).is_none() {
                return Err(options.error(
                    "topic-pattern",
                    format!("'{pattern}' is not a regular expression"),
                ));
            }
            Ok(Topics::Pattern(whole))
        }
        (_, None) => Err(options.error("topic", "is required (or 'topic-pattern')")),
        (_, Some(_)) => Err(options.error("topic-pattern", "cannot stand beside 'topic'")),
    }
}

impl KafkaSplits {
    /// Later looks must not hold up the coordinator for long.
    fn metadata(&self, topic: Option<&str>) -> Result<Metadata, JobError> {
        if self.has_looked {
            return self
                .consumer
                .fetch_metadata(topic, LATER_LOOK_MAX)
                .map_err(external);
        }
        patiently(&Asker::new(&self.consumer), |wait| {
            self.consumer.fetch_metadata(topic, wait)
        })
    }

    fn partitions(&self) -> Result<Vec<(String, i32)>, JobError> {
        let mut found = Vec::new();
        match &self.topics {
            Topics::Named(names) => {
                for name in names {
                    let metadata = self.metadata(Some(name))?;
                    let topic = metadata.topics().first();
                    let partitions = topic.map(|topic| topic.partitions()).unwrap_or_default();
                    if partitions.is_empty() {
                        return Err(external(format!(
                            "table {}: topic '{name}' does not exist",
                            self.options.table
                        )));
                    }
                    found.extend(partitions.iter().map(|p| (name.clone(), p.id())));
                }
            }
            Topics::Pattern(pattern) => {
                let pattern = Session::utc()
                    .pattern(pattern, translate)
                    .expect("checked at start");
                let matches = |name: &str| pattern.is_match(name).unwrap_or(false);
                let metadata = self.metadata(None)?;
                for topic in metadata.topics().iter().filter(|topic| matches(topic.name())) {
                    found.extend(
                        topic
                            .partitions()
                            .iter()
                            .map(|p| (topic.name().to_owned(), p.id())),
                    );
                }
            }
        }
        found.sort();
        Ok(found)
    }

    fn position(&self, topic: &str, partition: i32, is_first_look: bool) -> Result<Position, JobError> {
        let point = if is_first_look {
            &self.startup
        } else {
            &Point::Earliest
        };
        let asker = Asker::new(&self.consumer);
        let offset = offsets::resolve(point, STARTUP, asker, topic, partition, &self.options)?;
        let stop = match &self.bound {
            Some(bound) => Some(offsets::resolve(
                bound,
                BOUNDED,
                asker,
                topic,
                partition,
                &self.options,
            )?),
            None => None,
        };
        Ok(Position { offset, stop })
    }
}

impl SplitSource for KafkaSplits {
    fn discover(&mut self) -> Result<Vec<Split>, JobError> {
        let found = match self.partitions() {
            // The partitions that are known are read all the same; a broker that is away comes back.
            Err(error) if self.has_looked => {
                log::warn(format_args!(
                    "table {}: looking for partitions: {error}",
                    self.options.table
                ));
                return Ok(self.known.clone());
            }
            found => found?,
        };
        let is_first_look = !self.has_looked && !self.is_restored;
        self.has_looked = true;
        for (topic, partition) in found {
            let id = format!("{topic}/{partition}");
            if !self.known.iter().any(|split| split.id == id) {
                let position = self.position(&topic, partition, is_first_look)?;
                let position = serde_json::to_value(position).expect("a position is plain data");
                self.known.push(Split { id, position });
            }
        }
        Ok(self.known.clone())
    }

    fn restore(&mut self, positions: &[Split]) {
        self.known = positions.to_vec();
        self.is_restored = true;
    }

    fn discovery_interval(&self) -> Option<Duration> {
        self.interval
    }

    fn is_bounded(&self) -> bool {
        self.bound.is_some()
    }

    fn has_split_watermarks(&self) -> bool {
        true
    }

    fn reader(&self) -> Result<Box<dyn SplitReader>, JobError> {
        Ok(Box::new(KafkaReader::new(self.plan.clone())?))
    }
}
