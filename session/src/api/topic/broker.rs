//! What is asked of Kafka's brokers.
//!
//! In: a connection, names and settings. Out: topics as the brokers know them. Invariant: every question has a
//! timeout; a client lives as long as one request.

use std::time::{Duration, Instant};

use rdkafka::admin::{
    AdminClient, AdminOptions, AlterConfig, ConfigSource, NewPartitions, NewTopic, ResourceSpecifier,
    TopicReplication, TopicResult,
};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::types::RDKafkaErrorCode;
use serde_json::{Map, Value, json};
use tokio::runtime::Handle;

use super::super::database::unreachable;
use crate::connection::{Connection, kafka};
use crate::refusal::Refusal;

const TIMEOUT: Duration = Duration::from_secs(5);
/// For the offsets of all partitions that one answer shows.
pub(super) const OFFSETS_MAX: Duration = Duration::from_secs(15);

pub(super) struct Topic {
    pub(super) name: String,
    pub(super) partitions: Vec<Partition>,
    pub(super) config: Vec<Setting>,
}

pub(super) struct Partition {
    pub(super) id: i32,
    pub(super) in_sync: usize,
    replicas: usize,
    has_leader: bool,
}

/// A setting of a topic.
pub(super) struct Setting {
    key: String,
    value: Option<String>,
    /// Set for this topic, not a default.
    is_own: bool,
}

impl Topic {
    pub(super) fn replication(&self) -> usize {
        self.partitions.first().map_or(0, |partition| partition.replicas)
    }

    pub(super) fn value(&self, key: &str) -> Option<&str> {
        let setting = self.config.iter().find(|setting| setting.key == key)?;
        setting.value.as_deref()
    }
}

pub(super) struct Broker {
    connection: Connection,
    admin: AdminClient<DefaultClientContext>,
    consumer: BaseConsumer,
    runtime: Handle,
}

/// Asks on a thread of its own: parts of the client block.
pub(super) async fn ask<T: Send + 'static>(
    connection: Connection,
    question: impl FnOnce(&Broker) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let runtime = Handle::current();
    let asking = tokio::task::spawn_blocking(move || {
        let config = kafka::client(&connection)?;
        let made = config.create().and_then(|admin| Ok((admin, config.create()?)));
        let (admin, consumer) = made.map_err(|error| unreachable(&connection, error))?;
        let broker = Broker {
            connection,
            admin,
            consumer,
            runtime,
        };
        question(&broker)
    });
    asking
        .await
        .map_err(|panic| anyhow::anyhow!("asking Kafka: {panic}"))?
}

impl Broker {
    /// All but Kafka's own, by name, without their settings.
    pub(super) fn topics(&self) -> Result<Vec<Topic>, Refusal> {
        let metadata = self.consumer.fetch_metadata(None, TIMEOUT);
        let metadata = metadata.map_err(|error| unreachable(&self.connection, error))?;
        let of_users = metadata
            .topics()
            .iter()
            .filter(|topic| !topic.name().starts_with("__"));
        let mut topics: Vec<Topic> = of_users
            .map(|topic| {
                let partition = |partition: &rdkafka::metadata::MetadataPartition| Partition {
                    id: partition.id(),
                    in_sync: partition.isr().len(),
                    replicas: partition.replicas().len(),
                    has_leader: partition.leader() >= 0,
                };
                Topic {
                    name: topic.name().to_owned(),
                    partitions: topic.partitions().iter().map(partition).collect(),
                    config: Vec::new(),
                }
            })
            .collect();
        topics.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(topics)
    }

    pub(super) fn with_configs(&self, mut topics: Vec<Topic>) -> Result<Vec<Topic>, Refusal> {
        let names: Vec<String> = topics.iter().map(|topic| topic.name.clone()).collect();
        let resources: Vec<ResourceSpecifier<'_>> =
            names.iter().map(|name| ResourceSpecifier::Topic(name)).collect();
        if resources.is_empty() {
            return Ok(topics);
        }
        let described = self
            .runtime
            .block_on(self.admin.describe_configs(&resources, &options()));
        let described = described.map_err(|error| unreachable(&self.connection, error))?;
        for (topic, found) in topics.iter_mut().zip(described) {
            // A topic may have gone in between.
            let Ok(found) = found else { continue };
            topic.config = found
                .entries
                .into_iter()
                .map(|entry| Setting {
                    key: entry.name,
                    value: entry.value,
                    is_own: entry.source == ConfigSource::DynamicTopic,
                })
                .collect();
        }
        Ok(topics)
    }

    /// The first offset and the one after the last, or why they are not known. After `until` nobody is asked.
    pub(super) fn offsets(
        &self,
        topic: &str,
        partition: &Partition,
        until: Instant,
    ) -> Result<(i64, i64), String> {
        if !partition.has_leader {
            return Err("the partition has no leader".to_owned());
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err("the brokers took too long to answer for others".to_owned());
        }
        let offsets = self
            .consumer
            .fetch_watermarks(topic, partition.id, left.min(TIMEOUT));
        offsets.map_err(|error| error.to_string())
    }

    pub(super) fn create(
        &self,
        name: &str,
        partitions: i32,
        replication: i32,
        config: &[(String, String)],
    ) -> Result<(), Refusal> {
        let mut topic = NewTopic::new(name, partitions, TopicReplication::Fixed(replication));
        for (key, value) in config {
            topic = topic.set(key, value);
        }
        let created = self
            .runtime
            .block_on(self.admin.create_topics([&topic], &options()));
        self.checked(name, created)
    }

    pub(super) fn delete(&self, name: &str) -> Result<(), Refusal> {
        let deleted = self
            .runtime
            .block_on(self.admin.delete_topics(&[name], &options()));
        self.checked(name, deleted)
    }

    /// Adds partitions and changes settings; Kafka replaces all settings at once, so those there are go along.
    pub(super) fn update(
        &self,
        name: &str,
        partitions: Option<i32>,
        changes: Vec<(String, String)>,
    ) -> Result<(), Refusal> {
        let mut topics = self.topics()?;
        topics.retain(|topic| topic.name == name);
        let topics = self.with_configs(topics)?;
        let topic = topics
            .first()
            .ok_or_else(|| Refusal::not_found(format!("Topic not found: {name}")))?;
        let present = i32::try_from(topic.partitions.len()).unwrap_or(i32::MAX);
        match partitions {
            Some(wanted) if wanted < present => {
                return Err(Refusal::invalid(format!(
                    "Invalid 'partitions': topic {name} has {present}, which cannot become {wanted}"
                )));
            }
            Some(wanted) if wanted > present => {
                let count = usize::try_from(wanted).expect("it is more than there are");
                let new = NewPartitions::new(name, count);
                let added = self
                    .runtime
                    .block_on(self.admin.create_partitions([&new], &options()));
                self.checked(name, added)?;
            }
            _ => {}
        }
        if changes.is_empty() {
            return Ok(());
        }
        let is_kept =
            |setting: &&Setting| setting.is_own && !changes.iter().any(|(key, _)| *key == setting.key);
        let mut config = AlterConfig::new(ResourceSpecifier::Topic(name));
        for setting in topic.config.iter().filter(is_kept) {
            config = config.set(&setting.key, setting.value.as_deref().unwrap_or_default());
        }
        for (key, value) in &changes {
            config = config.set(key, value);
        }
        let altered = self
            .runtime
            .block_on(self.admin.alter_configs([&config], &options()));
        let altered = altered.map_err(|error| unreachable(&self.connection, error))?;
        let refused = altered.into_iter().find_map(Result::err);
        refused.map_or(Ok(()), |(_, code)| Err(refused_by_broker(name, code)))
    }

    fn checked(&self, name: &str, answer: KafkaResult<Vec<TopicResult>>) -> Result<(), Refusal> {
        let answer = answer.map_err(|error| match error {
            KafkaError::AdminOpCreation(message) => Refusal::invalid(format!("Topic {name}: {message}")),
            error => unreachable(&self.connection, error),
        })?;
        let refused = answer.into_iter().find_map(Result::err);
        refused.map_or(Ok(()), |(_, code)| Err(refused_by_broker(name, code)))
    }
}

fn options() -> AdminOptions {
    AdminOptions::new()
        .request_timeout(Some(TIMEOUT))
        .operation_timeout(Some(TIMEOUT))
}

fn refused_by_broker(topic: &str, code: RDKafkaErrorCode) -> Refusal {
    match code {
        RDKafkaErrorCode::TopicAlreadyExists => Refusal::conflict(format!("Topic '{topic}' already exists")),
        RDKafkaErrorCode::UnknownTopicOrPartition | RDKafkaErrorCode::UnknownTopic => {
            Refusal::not_found(format!("Topic not found: {topic}"))
        }
        code => Refusal::invalid(format!("Kafka refuses this for topic '{topic}': {code}")),
    }
}

/// `retention_ms: 1` → `retention.ms=1`; null leaves a default.
pub(super) fn settings(config: &Map<String, Value>) -> Result<Vec<(String, String)>, Refusal> {
    let given = config.iter().filter(|(_, value)| !value.is_null());
    given
        .map(|(key, value)| {
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Number(_) | Value::Bool(_) => value.to_string(),
                _ => {
                    let message = format!("Invalid 'config.{key}': expected text, a number or a boolean");
                    return Err(Refusal::invalid(message));
                }
            };
            Ok((key.replace('_', "."), text))
        })
        .collect()
}

/// Settings by Aiven's keys: value, source, synonyms.
pub(super) fn shown(config: &[Setting]) -> Map<String, Value> {
    let shown = config.iter().filter_map(|setting| {
        let text = setting.value.as_ref()?;
        let source = if setting.is_own {
            "topic_config"
        } else {
            "default_config"
        };
        let value = json!({"value": typed(text), "source": source, "synonyms": []});
        Some((setting.key.replace('.', "_"), value))
    });
    shown.collect()
}

/// Kafka tells everything as text.
fn typed(text: &str) -> Value {
    let number = || text.parse::<i64>().ok().map(Value::from);
    let float = || text.parse::<f64>().ok().map(Value::from);
    let boolean = || text.parse::<bool>().ok().map(Value::from);
    number()
        .or_else(float)
        .or_else(boolean)
        .unwrap_or_else(|| text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_go_to_kafka_and_come_back() {
        let given =
            json!({"cleanup_policy": "compact", "retention_ms": 86_400_000, "preallocate": true, "x": null});
        let expected = [
            ("cleanup.policy", "compact"),
            ("retention.ms", "86400000"),
            ("preallocate", "true"),
        ];
        let settings = settings(given.as_object().expect("an object")).expect("right");
        let settings: Vec<(&str, &str)> = settings.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(settings, expected);
        let back = shown(&expected.map(|(key, value)| Setting {
            key: key.to_owned(),
            value: Some(value.to_owned()),
            is_own: key != "preallocate",
        }));
        let expected = json!({"value": 86_400_000, "source": "topic_config", "synonyms": []});
        assert_eq!(back["retention_ms"], expected);
        assert_eq!(back["preallocate"]["source"], "default_config");
    }
    fn connection(servers: &str) -> Connection {
        let parameters = json!({"bootstrap_servers": servers});
        Connection {
            kind: crate::connection::Kind::Kafka,
            shown: "service 'k'".to_owned(),
            parameters: parameters.as_object().expect("an object").clone(),
            user_config: Map::new(),
        }
    }

    #[tokio::test]
    async fn a_partition_without_leader_says_so_and_the_others_are_known() {
        let cluster = rdkafka::mocking::MockCluster::new(1).expect("a cluster in this process");
        cluster.create_topic("t", 2, 1).expect("a topic");
        cluster.partition_leader("t", 1, None).expect("a partition");
        let known = ask(connection(&cluster.bootstrap_servers()), |broker| {
            let topics = broker.topics()?;
            let partitions = &topics[0].partitions;
            let (later, now) = (Instant::now() + OFFSETS_MAX, Instant::now());
            Ok([
                broker.offsets("t", &partitions[0], later),
                broker.offsets("t", &partitions[1], later),
                broker.offsets("t", &partitions[0], now),
            ])
        });
        let [first, second, late] = known.await.expect("the cluster answers");
        assert_eq!(first, Ok((0, 0)));
        assert_eq!(second, Err("the partition has no leader".to_owned()));
        assert_eq!(
            late,
            Err("the brokers took too long to answer for others".to_owned())
        );
    }
}
