//! What the user_config of a service may hold, and which of it has an effect here.
//!
//! In: a configuration. Out: what is wrong with a value, JSON schemas, notices of what is kept without an effect.
//! Invariant: keys that nobody knows are kept: a client that sends one gets it back.

use serde_json::{Map, Value, json};

use super::access;
use crate::refusal::Refusal;

/// The key of an integration's user_config that a connection to PostgreSQL takes over.
const STRING_TYPE: &str = "stringtype";

/// A key of the user_config of a session cluster.
struct Key {
    name: &'static str,
    title: &'static str,
    kind: Kind,
    /// Given at creation and never changed.
    is_fixed: bool,
    /// Why nothing follows from it here.
    idle: Option<&'static str>,
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
        idle: None,
    }
}

const STRATEGIES: &[&str] = &["failure-rate", "fixed-delay", "exponential-delay", "none", "off"];
pub(super) const VERSIONS: &[&str] = &["1.16", "1.19", "1.20", "2.0", "2.1", "2.2"];
const NETWORKS_MAX: usize = 8_000;

const KEYS: [Key; 15] = [
    Key {
        is_fixed: true,
        idle: Some("SQL is that of Flink 2.2, whatever it says"),
        ..key("flink_version", "Flink major version", Kind::Word(VERSIONS))
    },
    key(
        "number_of_task_slots",
        "Task slots of the session cluster",
        Kind::Integer(1, 1024),
    ),
    key(
        "parallelism_default",
        "Parallelism of deployments that name none",
        Kind::Integer(1, 128),
    ),
    Key {
        idle: Some("processes of a session cluster call each other over HTTP, not Pekko"),
        ..key(
            "pekko_ask_timeout_s",
            "Timeout of calls between processes",
            Kind::Integer(5, 60),
        )
    },
    Key {
        idle: Some("processes of a session cluster call each other over HTTP, not Pekko"),
        ..key(
            "pekko_framesize_b",
            "Largest message between processes",
            Kind::Integer(1_048_576, 52_428_800),
        )
    },
    Key {
        is_fixed: true,
        idle: Some("there is no Java here that could run a JAR"),
        ..key("custom_code", "Whether custom JARs may run", Kind::Boolean)
    },
    key("ip_filter", "Networks that are let in", Kind::Networks),
    key("service_log", "Whether lines of logs are kept", Kind::Boolean),
    Key {
        idle: Some("addresses are those of the machines that manager and workers run on"),
        ..key("static_ips", "Whether addresses are static", Kind::Boolean)
    },
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
        if let Some(why) = self.idle {
            schema["description"] = format!("Kept without an effect: {why}").into();
        }
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

/// JSON schemas of the keys of a session cluster.
pub(super) fn properties() -> impl Iterator<Item = (String, Value)> {
    KEYS.iter().map(|key| (key.name.to_owned(), key.schema()))
}

/// What is kept of a service's configuration without an effect, in words.
pub(super) fn notices(service_type: &str, given: &Map<String, Value>) -> Vec<String> {
    let is_said = |value: &Value| !matches!(value, Value::Null | Value::Bool(false));
    let said = given.iter().filter(|(_, value)| is_said(value));
    said.filter_map(|(name, _)| Some((name, idle(service_type, name)?)))
        .map(|(name, why)| notice(name, why))
        .collect()
}

fn idle(service_type: &str, name: &str) -> Option<&'static str> {
    if service_type != "flink" {
        return Some("the service is a connection, which has no configuration");
    }
    match KEYS.iter().find(|key| key.name == name) {
        Some(key) => key.idle,
        None => Some("the key is not known"),
    }
}

/// What is kept of an integration without an effect, in words. `is_database`: it leads to PostgreSQL.
pub(super) fn notices_of_integration(
    integration_type: &str,
    given: &Map<String, Value>,
    is_database: bool,
) -> Vec<String> {
    if !integration_type.starts_with("flink") {
        return vec![format!(
            "integrations of the type '{integration_type}' are kept without an effect: nothing is forwarded by them"
        )];
    }
    let has_effect = |name: &str| is_database && name == STRING_TYPE;
    let idle = given
        .iter()
        .filter(|(name, value)| !value.is_null() && !has_effect(name));
    let why = "of the keys of an integration only 'stringtype' of one with PostgreSQL has one";
    idle.map(|(name, _)| notice(name, why)).collect()
}

/// One line each for the operator.
pub(super) fn tell(owner: &str, notices: &[String]) {
    for notice in notices {
        eprintln!("{owner}: {notice}");
    }
}

fn notice(name: &str, why: &str) -> String {
    format!("'user_config.{name}' is kept without an effect: {why}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_effect_is_told() {
        let notices =
            |service_type: &str, config: Value| notices(service_type, config.as_object().expect("an object"));
        let idle = json!({"pekko_ask_timeout_s": 10, "number_of_task_slots": 2, "custom_code": false,
                          "static_ips": null, "new_key": 1});
        assert_eq!(
            notices("flink", idle),
            [
                "'user_config.pekko_ask_timeout_s' is kept without an effect: processes of a session cluster call each \
                 other over HTTP, not Pekko",
                "'user_config.new_key' is kept without an effect: the key is not known",
            ]
        );
        assert_eq!(notices("kafka", json!({"kafka_rest": true})).len(), 1);
        let config = json!({"stringtype": "unspecified", "other": 1});
        let of_integration = |integration_type: &str, is_database: bool| {
            let config = config.as_object().expect("an object");
            notices_of_integration(integration_type, config, is_database).len()
        };
        assert_eq!(of_integration("flink", true), 1);
        assert_eq!(of_integration("flink", false), 2);
        assert_eq!(of_integration("logs", false), 1);
    }

    #[test]
    fn every_key_stands_in_the_documentation() {
        let page = include_str!("../../../docs/session.md");
        for key in &KEYS {
            let line = page
                .lines()
                .find(|line| line.starts_with(&format!("| `{}` |", key.name)));
            let line = line.unwrap_or_else(|| panic!("{} is not in the table", key.name));
            assert_eq!(line.ends_with("| none |"), key.idle.is_some(), "{line}");
        }
    }

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
                json!({"parallelism_default": 129}),
                "expected a number from 1 to 128, found 129",
            ),
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
