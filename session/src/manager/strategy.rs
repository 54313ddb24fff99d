//! What the configuration says about restarts and memory: Flink's keys, else the session cluster's own, else defaults.
//!
//! In: a service's user_config, a program's configuration. Out: a restart strategy, a memory limit, the configuration
//! of the job. Invariant: what a statement SETs wins over what its session cluster says.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};

use super::quantity;
use crate::model::restart::RestartStrategy;

type Config = BTreeMap<String, String>;

/// Flink's defaults.
const DELAY: Duration = Duration::from_secs(1);
const FIXED_ATTEMPTS: u32 = 1;
const RATE_FAILURES: u32 = 1;
const RATE_INTERVAL: Duration = Duration::from_secs(60);
const BACKOFF_MAX: Duration = Duration::from_secs(60);
const BACKOFF_MULTIPLIER: f64 = 1.5;
const BACKOFF_RESET: Duration = Duration::from_secs(3_600);
const BACKOFF_JITTER: f64 = 0.1;

/// A job without checkpoints could not continue; Flink's own default is none.
const CHECKPOINT_INTERVAL: (&str, &str) = ("execution.checkpointing.interval", "10 s");
/// Keys of the session cluster in milliseconds, and Flink's.
const CHECKPOINTING: [(&str, &str); 2] = [
    (
        "execution_checkpointing_interval_ms",
        "execution.checkpointing.interval",
    ),
    (
        "execution_checkpointing_timeout_ms",
        "execution.checkpointing.timeout",
    ),
];
const MEMORY: &str = "taskmanager.memory.process.size";

/// The configuration of a job: defaults, the session cluster's, the statement's.
pub(super) fn job_config(user_config: &Map<String, Value>, statement: &Config) -> Config {
    let mut config = Config::new();
    config.insert(CHECKPOINT_INTERVAL.0.to_owned(), CHECKPOINT_INTERVAL.1.to_owned());
    for (key, flink_key) in CHECKPOINTING {
        if let Some(millis) = user_config.get(key).and_then(Value::as_u64) {
            config.insert(flink_key.to_owned(), format!("{millis} ms"));
        }
    }
    config.extend(statement.iter().map(|(key, value)| (key.clone(), value.clone())));
    config
}

/// `None`: the worker's own limit.
pub(super) fn memory_limit_bytes(config: &Config) -> Option<u64> {
    config.get(MEMORY).and_then(|text| quantity::bytes(text))
}

/// Keys whose values cannot be read, in words.
pub(super) fn unreadable(statement: &Config) -> Vec<String> {
    let mut found = Vec::new();
    for (key, value) in statement {
        let expected = match key.strip_prefix("restart-strategy.") {
            Some("type") => kind(value)
                .is_none()
                .then_some("none, fixed-delay, failure-rate or exponential-delay"),
            Some(rest) if is_duration(rest) => quantity::duration(value)
                .is_none()
                .then_some("a duration as in '10 s'"),
            Some(_) => value.parse::<f64>().is_err().then_some("a number"),
            None if key == MEMORY => quantity::bytes(value)
                .is_none()
                .then_some("a size as in '512 mb'"),
            None => None,
        };
        if let Some(expected) = expected {
            found.push(format!("'{key}': expected {expected}, found '{value}'"));
        }
    }
    found
}

fn is_duration(key: &str) -> bool {
    ["delay", "interval", "backoff", "threshold"]
        .iter()
        .any(|end| key.ends_with(end))
        && !key.ends_with("attempts-before-reset-backoff")
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    None,
    FixedDelay,
    FailureRate,
    ExponentialDelay,
}

fn kind(text: &str) -> Option<Kind> {
    match text.trim().to_ascii_lowercase().as_str() {
        "none" | "off" | "disable" => Some(Kind::None),
        "fixed-delay" | "fixeddelay" => Some(Kind::FixedDelay),
        "failure-rate" | "failurerate" => Some(Kind::FailureRate),
        "exponential-delay" | "exponentialdelay" => Some(Kind::ExponentialDelay),
        _ => None,
    }
}

/// Reads values of the statement, then of the session cluster.
struct Reader<'a> {
    user_config: &'a Map<String, Value>,
    statement: &'a Config,
}

impl Reader<'_> {
    fn flink(&self, key: &str) -> Option<&str> {
        self.statement
            .get(&format!("restart-strategy.{key}"))
            .map(String::as_str)
    }

    fn number(&self, key: &str, own_key: &str, default: u32) -> u32 {
        let own = || self.user_config.get(own_key).and_then(Value::as_u64);
        let given = self
            .flink(key)
            .and_then(|text| text.trim().parse().ok())
            .or_else(own);
        given.map_or(default, |number| u32::try_from(number).unwrap_or(u32::MAX))
    }

    fn duration(&self, key: &str, own: Option<(&str, u64)>, default: Duration) -> Duration {
        let own = || {
            let (key, unit_sec) = own?;
            let count = self.user_config.get(key).and_then(Value::as_u64)?;
            Some(Duration::from_secs(count.saturating_mul(unit_sec)))
        };
        self.flink(key)
            .and_then(quantity::duration)
            .or_else(own)
            .unwrap_or(default)
    }

    fn fraction(&self, key: &str, default: f64) -> f64 {
        let given = self.flink(key).and_then(|text| text.trim().parse().ok());
        given
            .filter(|number: &f64| number.is_finite() && *number >= 0.0)
            .unwrap_or(default)
    }
}

pub(super) fn restart_strategy(user_config: &Map<String, Value>, statement: &Config) -> RestartStrategy {
    let reader = Reader {
        user_config,
        statement,
    };
    let own = || {
        user_config
            .get("restart_strategy")
            .and_then(Value::as_str)
            .and_then(kind)
    };
    let kind = reader
        .flink("type")
        .and_then(kind)
        .or_else(own)
        .unwrap_or(Kind::FailureRate);
    let delay = Some(("restart_strategy_delay_sec", 1));
    let interval = Some(("restart_strategy_failure_rate_interval_min", 60));
    let failures = "restart_strategy_max_failures";
    match kind {
        Kind::None => RestartStrategy::None,
        Kind::FixedDelay => RestartStrategy::FixedDelay {
            attempts: reader.number("fixed-delay.attempts", failures, FIXED_ATTEMPTS),
            delay: reader.duration("fixed-delay.delay", delay, DELAY),
        },
        Kind::FailureRate => RestartStrategy::FailureRate {
            max_failures: reader.number("failure-rate.max-failures-per-interval", failures, RATE_FAILURES),
            interval: reader.duration("failure-rate.failure-rate-interval", interval, RATE_INTERVAL),
            delay: reader.duration("failure-rate.delay", delay, DELAY),
        },
        Kind::ExponentialDelay => RestartStrategy::ExponentialDelay {
            initial: reader.duration("exponential-delay.initial-backoff", None, DELAY),
            max: reader.duration("exponential-delay.max-backoff", None, BACKOFF_MAX),
            multiplier: reader.fraction("exponential-delay.backoff-multiplier", BACKOFF_MULTIPLIER),
            reset: reader.duration("exponential-delay.reset-backoff-threshold", None, BACKOFF_RESET),
            jitter: reader.fraction("exponential-delay.jitter-factor", BACKOFF_JITTER),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn strategy(user_config: Value, statement: &[(&str, &str)]) -> RestartStrategy {
        let statement = statement
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let user_config = user_config.as_object().expect("an object").clone();
        restart_strategy(&user_config, &statement.collect())
    }

    fn failure_rate(max_failures: u32, interval_sec: u64, delay_sec: u64) -> RestartStrategy {
        RestartStrategy::FailureRate {
            max_failures,
            interval: Duration::from_secs(interval_sec),
            delay: Duration::from_secs(delay_sec),
        }
    }

    #[test]
    fn the_statement_wins_over_the_session_cluster() {
        assert_eq!(strategy(json!({}), &[]), failure_rate(1, 60, 1));
        let own = json!({"restart_strategy_max_failures": 5, "restart_strategy_failure_rate_interval_min": 3,
                         "restart_strategy_delay_sec": 10});
        assert_eq!(strategy(own.clone(), &[]), failure_rate(5, 180, 10));
        let set = [("restart-strategy.failure-rate.max-failures-per-interval", "7")];
        assert_eq!(strategy(own.clone(), &set), failure_rate(7, 180, 10));
        let fixed = RestartStrategy::FixedDelay {
            attempts: 5,
            delay: Duration::from_secs(2),
        };
        let set = [
            ("restart-strategy.type", "fixed-delay"),
            ("restart-strategy.fixed-delay.delay", "2 s"),
        ];
        assert_eq!(strategy(own, &set), fixed);
        for off in ["off", "none", "disable"] {
            assert_eq!(
                strategy(json!({ "restart_strategy": off }), &[]),
                RestartStrategy::None
            );
        }
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let statement = [
            ("restart-strategy.type", "sometimes"),
            ("restart-strategy.fixed-delay.delay", "long"),
            ("restart-strategy.fixed-delay.attempts", "3"),
            ("taskmanager.memory.process.size", "big"),
        ];
        let statement = statement
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let expected = [
            "'restart-strategy.fixed-delay.delay': expected a duration as in '10 s', found 'long'",
            "'restart-strategy.type': expected none, fixed-delay, failure-rate or exponential-delay, found 'sometimes'",
            "'taskmanager.memory.process.size': expected a size as in '512 mb', found 'big'",
        ];
        assert_eq!(unreadable(&statement.collect()), expected);
    }
}
