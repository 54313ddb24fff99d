//! Types of services, and what their user_config may hold.
//!
//! In: a configuration. Out: JSON schemas, or what is wrong with a value. Invariant: keys that nobody knows are kept:
//! a client that sends one gets it back.

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::ProjectPath;
use super::{Answer, Api, access};
use crate::refusal::Refusal;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(plan))
}

/// Type and description.
pub(super) const TYPES: [(&str, &str); 4] = [
    ("flink", "Session cluster of streaming SQL"),
    ("kafka", "Connection to a Kafka cluster"),
    ("pg", "Connection to a PostgreSQL server"),
    ("opensearch", "Connection to an OpenSearch cluster"),
];

/// A key of the user_config of a session cluster.
struct Key {
    name: &'static str,
    title: &'static str,
    kind: Kind,
    /// Given at creation and never changed.
    is_fixed: bool,
}

enum Kind {
    Integer(u64, u64),
    Boolean,
    Word(&'static [&'static str]),
    Networks,
}

const fn key(name: &'static str, title: &'static str, kind: Kind) -> Key {
    Key {
        name,
        title,
        kind,
        is_fixed: false,
    }
}

const STRATEGIES: &[&str] = &["failure-rate", "fixed-delay", "exponential-delay", "none", "off"];
pub(super) const VERSIONS: &[&str] = &["1.16", "1.19", "1.20", "2.0", "2.1", "2.2"];
const NETWORKS_MAX: usize = 8_000;

const KEYS: [Key; 14] = [
    Key {
        name: "flink_version",
        title: "Flink major version whose dialect is wanted",
        kind: Kind::Word(VERSIONS),
        is_fixed: true,
    },
    key(
        "number_of_task_slots",
        "Task slots of the session cluster",
        Kind::Integer(1, 1024),
    ),
    key(
        "pekko_ask_timeout_s",
        "Timeout of calls between processes",
        Kind::Integer(5, 60),
    ),
    key(
        "pekko_framesize_b",
        "Largest message between processes",
        Kind::Integer(1_048_576, 52_428_800),
    ),
    Key {
        name: "custom_code",
        title: "Whether custom JARs may run",
        kind: Kind::Boolean,
        is_fixed: true,
    },
    key("ip_filter", "Networks that are let in", Kind::Networks),
    key("service_log", "Whether logs are kept", Kind::Boolean),
    key("static_ips", "Whether addresses are static", Kind::Boolean),
    key(
        "restart_strategy",
        "What happens after a failure of a job",
        Kind::Word(STRATEGIES),
    ),
    key(
        "restart_strategy_max_failures",
        "Failures that are allowed",
        Kind::Integer(1, 128),
    ),
    key(
        "restart_strategy_failure_rate_interval_min",
        "Minutes in which failures are counted",
        Kind::Integer(1, 2880),
    ),
    key(
        "restart_strategy_delay_sec",
        "Seconds before a restart",
        Kind::Integer(1, 3600),
    ),
    key(
        "execution_checkpointing_interval_ms",
        "Time between checkpoints",
        Kind::Integer(100, 3_600_000),
    ),
    key(
        "execution_checkpointing_timeout_ms",
        "Time a checkpoint may take",
        Kind::Integer(100, 86_400_000),
    ),
];

impl Key {
    fn schema(&self) -> Value {
        let mut schema = match &self.kind {
            Kind::Integer(minimum, maximum) => {
                json!({"type": "integer", "minimum": minimum, "maximum": maximum})
            }
            Kind::Boolean => json!({"type": ["boolean", "null"]}),
            Kind::Word(words) => json!({"type": ["string", "null"], "enum": words}),
            Kind::Networks => json!({
                "type": "array", "maxItems": NETWORKS_MAX, "default": ["0.0.0.0/0", "::/0"],
                "items": {"type": ["string", "object"], "title": "CIDR address block"},
            }),
        };
        schema["title"] = self.title.into();
        schema["createOnly"] = self.is_fixed.into();
        schema
    }

    /// What was expected, if the value is wrong.
    fn problem(&self, value: &Value) -> Option<String> {
        let is_right = match &self.kind {
            Kind::Integer(minimum, maximum) => value
                .as_u64()
                .is_some_and(|value| (*minimum..=*maximum).contains(&value)),
            Kind::Boolean => value.is_boolean(),
            Kind::Word(words) => value.as_str().is_some_and(|value| words.contains(&value)),
            Kind::Networks => value.as_array().is_some_and(|networks| {
                networks.len() <= NETWORKS_MAX && networks.iter().all(|one| access::network(one).is_some())
            }),
        };
        if is_right || value.is_null() {
            return None;
        }
        Some(match &self.kind {
            Kind::Integer(minimum, maximum) => format!("a number from {minimum} to {maximum}"),
            Kind::Boolean => "true or false".to_owned(),
            Kind::Word(words) => format!("one of {}", words.join(", ")),
            Kind::Networks => format!("at most {NETWORKS_MAX} networks like \"10.0.0.0/8\""),
        })
    }
}

/// Whether a configuration of a service can be taken; `before` is what it has.
pub(super) fn check(
    service_type: &str,
    config: &Map<String, Value>,
    before: Option<&Map<String, Value>>,
) -> Result<(), Refusal> {
    if service_type != "flink" {
        return Ok(());
    }
    for key in &KEYS {
        let Some(value) = config.get(key.name) else {
            continue;
        };
        if let Some(expected) = key.problem(value) {
            let message = format!(
                "Invalid 'user_config.{}': expected {expected}, found {value}",
                key.name
            );
            return Err(Refusal::invalid(message));
        }
        let is_changed = before.is_some_and(|before| before.get(key.name) != Some(value));
        if key.is_fixed && is_changed {
            let message = format!(
                "Invalid 'user_config.{}': it is given at creation and never changed",
                key.name
            );
            return Err(Refusal::invalid(message));
        }
    }
    Ok(())
}

fn description(name: &str) -> Option<Value> {
    let (_, shown) = TYPES.iter().find(|(known, _)| *known == name)?;
    let mut properties = Map::new();
    if name == "flink" {
        properties.extend(KEYS.iter().map(|key| (key.name.to_owned(), key.schema())));
    }
    Some(json!({
        "description": shown,
        "service_plans": [],
        "user_config_schema": {
            "type": "object",
            "title": format!("{name} user_config"),
            "additionalProperties": true,
            "properties": properties,
        },
    }))
}

#[derive(Serialize, ToSchema)]
struct Types {
    /// By name: description, plans, JSON schema of user_config.
    service_types: Map<String, Value>,
}

#[derive(Deserialize, IntoParams)]
struct TypePath {
    project: String,
    service_type: String,
}

#[derive(Deserialize, IntoParams)]
struct PlanPath {
    project: String,
    service_type: String,
    plan: String,
}

/// Types of services
#[utoipa::path(get, path = "/v1/project/{project}/service_types", tag = "services", params(ProjectPath),
    responses((status = 200, body = Types)))]
async fn list(State(api): State<Api>, Path(path): Path<ProjectPath>) -> Answer<Types> {
    path.check(&api)?;
    let types = TYPES
        .iter()
        .filter_map(|(name, _)| Some(((*name).to_owned(), description(name)?)));
    Ok(Json(Types {
        service_types: types.collect(),
    }))
}

/// A type of services: its description and the JSON schema of its user_config
#[utoipa::path(get, path = "/v1/project/{project}/service-types/{service_type}", tag = "services",
    params(TypePath), responses((status = 200, body = Value)))]
async fn get(State(api): State<Api>, Path(path): Path<TypePath>) -> Answer<Value> {
    api.check_project(&path.project)?;
    let found = description(&path.service_type);
    found.map(Json).ok_or_else(|| unknown(&path.service_type))
}

/// A plan: there are none, what a session cluster may use is up to its workers
#[utoipa::path(get, path = "/v1/project/{project}/service-types/{service_type}/plans/{plan}", tag = "services",
    params(PlanPath), responses((status = 404, body = super::answer::ErrorBody)))]
async fn plan(State(api): State<Api>, Path(path): Path<PlanPath>) -> Answer<Value> {
    api.check_project(&path.project)?;
    let message = format!(
        "Plan not found: {} of service type {}",
        path.plan, path.service_type
    );
    Err(Refusal::not_found(message))
}

pub(super) fn unknown(service_type: &str) -> Refusal {
    let names: Vec<&str> = TYPES.iter().map(|(name, _)| *name).collect();
    let names = names.join(", ");
    Refusal::invalid(format!(
        "Invalid 'service_type': expected one of {names}, found '{service_type}'"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_checked_and_unknown_keys_kept() {
        let check = |config: Value| {
            let config = config.as_object().expect("an object").clone();
            let before = json!({"flink_version": "1.20"});
            check("flink", &config, before.as_object()).map_err(|refusal| refusal.message)
        };
        let right = json!({"number_of_task_slots": 4, "flink_version": "1.20", "custom_code": null, "new_key": [],
                           "ip_filter": ["10.0.0.0/8", {"network": "::1", "description": "me"}]});
        assert_eq!(
            check(right),
            Err("Invalid 'user_config.custom_code': it is given at creation and never changed".to_owned())
        );
        assert_eq!(check(json!({"number_of_task_slots": 4, "new_key": []})), Ok(()));
        for (config, expected) in [
            (
                json!({"number_of_task_slots": "4"}),
                "expected a number from 1 to 1024, found \"4\"",
            ),
            (
                json!({"restart_strategy": "often"}),
                "expected one of failure-rate, fixed-delay",
            ),
            (
                json!({"ip_filter": ["x"]}),
                "expected at most 8000 networks like \"10.0.0.0/8\", found [\"x\"]",
            ),
            (
                json!({"flink_version": "1.19"}),
                "it is given at creation and never changed",
            ),
        ] {
            let error = check(config).expect_err("wrong");
            assert!(error.contains(expected), "{error}");
        }
    }
}
