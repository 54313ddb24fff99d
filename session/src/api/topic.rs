//! Topics of a Kafka connection: list, create, change, delete.
//!
//! In: a service or integration, settings of topics. Out: what the brokers answer. Invariant: the brokers are asked
//! each time, with a short timeout; nothing of a topic is kept here.

mod broker;

use std::time::Instant;

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::{Done, done};
use super::database::{integration_connection, service_connection};
use super::input::null_is_default;
use super::integration::IntegrationPath;
use super::path::{Limit, ServicePath};
use super::{Answer, Api, Input};
use crate::connection::{Connection, Kind};
use crate::refusal::Refusal;
use broker::{Broker, Topic};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(of_service, create))
        .routes(routes!(get, update, delete))
        .routes(routes!(of_integration))
        .routes(routes!(several))
}

#[derive(Deserialize, ToSchema)]
struct NewTopic {
    topic_name: String,
    partitions: Option<i32>,
    replication: Option<i32>,
    #[serde(default, deserialize_with = "null_is_default")]
    config: Map<String, Value>,
    /// As `avn` sends it, beside `config`.
    cleanup_policy: Option<String>,
    #[serde(flatten)]
    older: OlderSettings,
}

#[derive(Deserialize, ToSchema)]
struct TopicUpdate {
    /// May only grow.
    partitions: Option<i32>,
    #[serde(default, deserialize_with = "null_is_default")]
    config: Map<String, Value>,
    #[serde(flatten)]
    older: OlderSettings,
}

/// What older clients send beside `config`.
#[derive(Deserialize, ToSchema)]
struct OlderSettings {
    retention_bytes: Option<i64>,
    retention_hours: Option<i64>,
    min_insync_replicas: Option<i64>,
}

#[derive(Deserialize, ToSchema)]
struct TopicNames {
    topic_names: Vec<String>,
}

#[derive(Serialize, ToSchema)]
struct Topics {
    topics: Vec<TopicSummary>,
}

#[derive(Serialize, ToSchema)]
struct TopicSummary {
    topic_name: String,
    partitions: usize,
    replication: usize,
    state: &'static str,
    cleanup_policy: Option<String>,
    min_insync_replicas: Option<i64>,
    retention_bytes: Option<i64>,
    retention_hours: Option<i64>,
    tags: Vec<Value>,
}

#[derive(Serialize, ToSchema)]
struct OneTopic {
    topic: TopicDetails,
}

#[derive(Serialize, ToSchema)]
struct TopicsDetails {
    topics: Vec<TopicDetails>,
}

#[derive(Serialize, ToSchema)]
struct TopicDetails {
    topic_name: String,
    partitions: Vec<PartitionDetails>,
    replication: usize,
    state: &'static str,
    /// By key: value, source, synonyms.
    config: Map<String, Value>,
    tags: Vec<Value>,
}

#[derive(Serialize, ToSchema)]
struct PartitionDetails {
    partition: i32,
    /// Null where it is not known.
    earliest_offset: Option<i64>,
    latest_offset: Option<i64>,
    /// Why offsets are not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    isr: usize,
    consumer_groups: Vec<Value>,
}

#[derive(Deserialize, IntoParams)]
struct TopicPath {
    project: String,
    service: String,
    topic: String,
}

const STATE: &str = "ACTIVE";
/// Kafka's limit.
const NAME_MAX: usize = 249;
const HOUR_MS: i64 = 3_600_000;

impl TopicPath {
    fn connection(&self, api: &Api) -> Result<Connection, Refusal> {
        let path = ServicePath {
            project: self.project.clone(),
            service: self.service.clone(),
        };
        service_connection(api, &path, Kind::Kafka)
    }
}

/// Topics of a Kafka service
#[utoipa::path(get, path = "/v1/project/{project}/service/{service}/topic", tag = "connections",
    params(ServicePath), responses((status = 200, body = Topics)))]
async fn of_service(State(api): State<Api>, Path(path): Path<ServicePath>, limit: Limit) -> Answer<Topics> {
    list(service_connection(&api, &path, Kind::Kafka)?, limit).await
}

/// Topics that an integration leads to
#[utoipa::path(get, path = "/v1/project/{project}/integration/{integration_id}/topic", tag = "connections",
    params(IntegrationPath), responses((status = 200, body = Topics)))]
async fn of_integration(
    State(api): State<Api>,
    Path(path): Path<IntegrationPath>,
    limit: Limit,
) -> Answer<Topics> {
    list(integration_connection(&api, &path, Kind::Kafka)?, limit).await
}

async fn list(connection: Connection, limit: Limit) -> Answer<Topics> {
    let topics = broker::ask(connection, move |broker| {
        let topics = limit.of(broker.topics()?);
        broker.with_configs(topics)
    });
    let topics = topics.await?.iter().map(summary).collect();
    Ok(Json(Topics { topics }))
}

fn summary(topic: &Topic) -> TopicSummary {
    let number = |key: &str| topic.value(key)?.parse().ok();
    TopicSummary {
        topic_name: topic.name.clone(),
        partitions: topic.partitions.len(),
        replication: topic.replication(),
        state: STATE,
        cleanup_policy: topic.value("cleanup.policy").map(str::to_owned),
        min_insync_replicas: number("min.insync.replicas"),
        retention_bytes: number("retention.bytes"),
        retention_hours: number("retention.ms").map(|ms| if ms < 0 { ms } else { ms / HOUR_MS }),
        tags: Vec::new(),
    }
}

/// A new topic
#[utoipa::path(post, path = "/v1/project/{project}/service/{service}/topic", tag = "connections",
    params(ServicePath), request_body = NewTopic, responses((status = 200, body = Done)))]
async fn create(
    State(api): State<Api>,
    Path(path): Path<ServicePath>,
    Input(body): Input<NewTopic>,
) -> Answer<Done> {
    let connection = service_connection(&api, &path, Kind::Kafka)?;
    check_topic_name(&body.topic_name)?;
    check_counts(&[("partitions", body.partitions), ("replication", body.replication)])?;
    let mut config = broker::settings(&body.config)?;
    let policy = body.cleanup_policy.map(|value| ("cleanup.policy", value));
    add(&mut config, policy);
    add(&mut config, body.older.settings());
    broker::ask(connection, move |broker| {
        let (partitions, replication) = (body.partitions.unwrap_or(1), body.replication.unwrap_or(1));
        broker.create(&body.topic_name, partitions, replication, &config)
    })
    .await?;
    done()
}

impl OlderSettings {
    fn settings(&self) -> impl Iterator<Item = (&'static str, String)> {
        let of_hours = |hours: i64| match hours {
            ..0 => hours,
            _ => hours.saturating_mul(HOUR_MS),
        };
        let settings = [
            ("retention.bytes", self.retention_bytes),
            ("retention.ms", self.retention_hours.map(of_hours)),
            ("min.insync.replicas", self.min_insync_replicas),
        ];
        let given = settings.into_iter();
        given.filter_map(|(key, value)| Some((key, value?.to_string())))
    }
}

/// What Kafka itself would refuse after a while.
fn check_counts(counts: &[(&str, Option<i32>)]) -> Result<(), Refusal> {
    match counts
        .iter()
        .find(|(_, count)| count.is_some_and(|count| count < 1))
    {
        Some((field, _)) => Err(Refusal::invalid(format!(
            "Invalid '{field}': expected a number from 1"
        ))),
        None => Ok(()),
    }
}

fn check_topic_name(name: &str) -> Result<(), Refusal> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || ['.', '-', '_'].contains(&c);
    let is_right = (1..=NAME_MAX).contains(&name.len()) && name.chars().all(is_allowed);
    match is_right && ![".", ".."].contains(&name) {
        true => Ok(()),
        false => Err(Refusal::invalid(format!(
            "Invalid 'topic_name': expected 1 to {NAME_MAX} letters, digits, '.', '-' and '_', found '{name}'"
        ))),
    }
}

fn add(config: &mut Vec<(String, String)>, more: impl IntoIterator<Item = (&'static str, String)>) {
    for (key, value) in more {
        if !config.iter().any(|(known, _)| known == key) {
            config.push((key.to_owned(), value));
        }
    }
}

/// A topic with partitions and configuration
#[utoipa::path(get, path = "/v1/project/{project}/service/{service}/topic/{topic}", tag = "connections",
    params(TopicPath), responses((status = 200, body = OneTopic)))]
async fn get(State(api): State<Api>, Path(path): Path<TopicPath>) -> Answer<OneTopic> {
    let connection = path.connection(&api)?;
    let mut found = details(connection, vec![path.topic.clone()]).await?;
    let topic = found
        .pop()
        .ok_or_else(|| Refusal::not_found(format!("Topic not found: {}", path.topic)))?;
    Ok(Json(OneTopic { topic }))
}

/// Several topics with partitions and configuration; those that do not exist are left out
#[utoipa::path(post, path = "/v2/project/{project}/service/{service}/topic", tag = "connections",
    params(ServicePath), request_body = TopicNames, responses((status = 200, body = TopicsDetails)))]
async fn several(
    State(api): State<Api>,
    Path(path): Path<ServicePath>,
    Input(body): Input<TopicNames>,
) -> Answer<TopicsDetails> {
    let connection = service_connection(&api, &path, Kind::Kafka)?;
    let topics = details(connection, body.topic_names).await?;
    Ok(Json(TopicsDetails { topics }))
}

async fn details(connection: Connection, names: Vec<String>) -> Result<Vec<TopicDetails>, Refusal> {
    broker::ask(connection, move |broker| {
        let mut topics = broker.topics()?;
        topics.retain(|topic| names.contains(&topic.name));
        let topics = broker.with_configs(topics)?;
        let until = Instant::now() + broker::OFFSETS_MAX;
        let topics = topics.iter().map(|topic| detailed(broker, topic, until));
        Ok(topics.collect())
    })
    .await
}

/// What is not known of one partition keeps nothing of the others back.
fn detailed(broker: &Broker, topic: &Topic, until: Instant) -> TopicDetails {
    let partitions = topic.partitions.iter().map(|partition| {
        let offsets = broker.offsets(&topic.name, partition, until);
        let known = offsets.as_ref().ok();
        PartitionDetails {
            partition: partition.id,
            earliest_offset: known.map(|(earliest, _)| *earliest),
            latest_offset: known.map(|(_, latest)| *latest),
            error: offsets.err(),
            isr: partition.in_sync,
            consumer_groups: Vec::new(),
        }
    });
    TopicDetails {
        topic_name: topic.name.clone(),
        partitions: partitions.collect(),
        replication: topic.replication(),
        state: STATE,
        config: broker::shown(&topic.config),
        tags: Vec::new(),
    }
}

/// Changes settings that are named; others stay
#[utoipa::path(put, path = "/v1/project/{project}/service/{service}/topic/{topic}", tag = "connections",
    params(TopicPath), request_body = TopicUpdate, responses((status = 200, body = Done)))]
async fn update(
    State(api): State<Api>,
    Path(path): Path<TopicPath>,
    Input(body): Input<TopicUpdate>,
) -> Answer<Done> {
    let connection = path.connection(&api)?;
    check_counts(&[("partitions", body.partitions)])?;
    let mut config = broker::settings(&body.config)?;
    add(&mut config, body.older.settings());
    broker::ask(connection, move |broker| {
        broker.update(&path.topic, body.partitions, config)
    })
    .await?;
    done()
}

/// Deletes a topic and what is in it
#[utoipa::path(delete, path = "/v1/project/{project}/service/{service}/topic/{topic}", tag = "connections",
    params(TopicPath), responses((status = 200, body = Done)))]
async fn delete(State(api): State<Api>, Path(path): Path<TopicPath>) -> Answer<Done> {
    let connection = path.connection(&api)?;
    broker::ask(connection, move |broker| broker.delete(&path.topic)).await?;
    done()
}
