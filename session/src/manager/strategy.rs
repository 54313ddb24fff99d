//! What the configuration says about restarts, memory and parallelism: Flink's keys, else the session cluster's own,
//! else defaults.
//!
//! In: a service's user_config, a program's configuration. Out: a restart strategy, a memory limit, the configuration
//! of the job. Invariant: what a statement SETs wins over what its session cluster says.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
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
/// No end.
const BACKOFF_ATTEMPTS: u32 = i32::MAX as u32;

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
/// Key of the session cluster, and Flink's.
const PARALLELISM_KEYS: (&str, &str) = ("parallelism_default", "parallelism.default");
/// A job has as many threads as there are key groups, at most.
pub(super) const PARALLELISM: RangeInclusive<u32> = 1..=128;
const CHECKPOINT_TIMEOUT_MS: u64 = 600_000;
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

/// Of a deployment whose request names none.
pub(super) fn parallelism(user_config: &Map<String, Value>, statement: &Config) -> u32 {
    let (own, flink) = PARALLELISM_KEYS;
    let of_statement = || statement.get(flink)?.trim().parse().ok();
    let of_cluster = || u32::try_from(user_config.get(own)?.as_u64()?).ok();
    let is_possible = |given: &u32| PARALLELISM.contains(given);
    of_statement()
        .or_else(of_cluster)
        .filter(is_possible)
        .unwrap_or(1)
}

/// `None`: the worker's own limit.
pub(super) fn memory_limit_bytes(config: &Config) -> Option<u64> {
    config.get(MEMORY).and_then(|text| quantity::bytes(text))
}

/// What a key below `restart-strategy.` takes.
enum Shape {
    Type,
    /// A duration, at least this many milliseconds.
    Duration(u64),
    /// A whole number, at least this.
    Count(u32),
    /// A number above 1.
    Factor,
    /// A number from 0 to 1.
    Share,
}

/// Flink's keys below `restart-strategy.`, with its limits.
const KEYS: [(&str, Shape); 12] = [
    ("type", Shape::Type),
    ("fixed-delay.attempts", Shape::Count(0)),
    ("fixed-delay.delay", Shape::Duration(0)),
    ("failure-rate.max-failures-per-interval", Shape::Count(1)),
    ("failure-rate.failure-rate-interval", Shape::Duration(1)),
    ("failure-rate.delay", Shape::Duration(0)),
    ("exponential-delay.initial-backoff", Shape::Duration(1)),
    ("exponential-delay.max-backoff", Shape::Duration(1)),
    ("exponential-delay.backoff-multiplier", Shape::Factor),
    ("exponential-delay.reset-backoff-threshold", Shape::Duration(1)),
    ("exponential-delay.jitter-factor", Shape::Share),
    ("exponential-delay.attempts-before-reset-backoff", Shape::Count(1)),
];
const PREFIX: &str = "restart-strategy.";
/// The older name of the type.
const TYPE_FORMERLY: &str = "restart-strategy";

/// What a configuration says that nobody can follow, in words: a key or a value of Flink's that is none.
pub fn unreadable(statement: &Config) -> Vec<String> {
    let mut found: Vec<String> = statement
        .iter()
        .filter_map(|(key, value)| wrong(key, value))
        .collect();
    if found.is_empty()
        && let RestartStrategy::ExponentialDelay { initial, max, .. } =
            restart_strategy(&Map::new(), statement)
        && initial > max
    {
        found.push(format!(
            "'{PREFIX}exponential-delay.initial-backoff' is longer than '{PREFIX}exponential-delay.max-backoff': \
             {initial:?}, {max:?}"
        ));
    }
    found
}

/// Why a setting cannot be followed, if it is one of restarts, memory or parallelism.
fn wrong(key: &str, value: &str) -> Option<String> {
    let expected = match key.strip_prefix(PREFIX) {
        Some(rest) => match KEYS.iter().find(|(known, _)| *known == rest) {
            Some((_, shape)) => shape.expected(value),
            None => return Some(unknown(key)),
        },
        None if key == TYPE_FORMERLY => Shape::Type.expected(value),
        None if key == MEMORY => quantity::bytes(value)
            .is_none()
            .then(|| "a size as in '512 mb'".to_owned()),
        None if key == PARALLELISM_KEYS.1 => {
            let given = value.trim().parse::<u32>();
            let is_possible = given.is_ok_and(|given| PARALLELISM.contains(&given));
            let expected = || format!("a number from {} to {}", PARALLELISM.start(), PARALLELISM.end());
            (!is_possible).then(expected)
        }
        None => None,
    };
    expected.map(|expected| format!("'{key}': expected {expected}, found '{value}'"))
}

fn unknown(key: &str) -> String {
    let known: Vec<String> = KEYS.iter().map(|(rest, _)| format!("{PREFIX}{rest}")).collect();
    match compiler::base::nearest::nearest(key, known.iter().map(String::as_str)) {
        Some(near) => format!("'{key}': there is no such key; did you mean '{near}'?"),
        None => format!("'{key}': there is no such key; known are {}", known.join(", ")),
    }
}

impl Shape {
    /// What is expected where the value is nothing of the kind.
    fn expected(&self, value: &str) -> Option<String> {
        let value = value.trim();
        let number = || value.parse::<f64>().ok().filter(|number| number.is_finite());
        let (is_right, expected) = match self {
            Shape::Type => (
                kind(value).is_some(),
                "none, fixed-delay, failure-rate or exponential-delay".to_owned(),
            ),
            Shape::Duration(least_ms) => {
                let is_right =
                    quantity::duration(value).is_some_and(|given| given >= Duration::from_millis(*least_ms));
                let least = match least_ms {
                    0 => String::new(),
                    _ => format!(", at least {least_ms} ms"),
                };
                (is_right, format!("a duration as in '10 s'{least}"))
            }
            Shape::Count(least) => {
                let is_right = value
                    .parse::<i32>()
                    .is_ok_and(|given| i64::from(given) >= i64::from(*least));
                (is_right, format!("a whole number from {least} to {}", i32::MAX))
            }
            Shape::Factor => (
                number().is_some_and(|given| given > 1.0),
                "a number above 1".to_owned(),
            ),
            Shape::Share => (
                number().is_some_and(|given| (0.0..=1.0).contains(&given)),
                "a number from 0 to 1".to_owned(),
            ),
        };
        (!is_right).then_some(expected)
    }
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

    fn attempts(&self, key: &str, default: u32) -> u32 {
        let given = self.flink(key).and_then(|text| text.trim().parse().ok());
        given.unwrap_or(default)
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
        .or_else(|| statement.get(TYPE_FORMERLY).map(String::as_str))
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
            attempts: reader.attempts(
                "exponential-delay.attempts-before-reset-backoff",
                BACKOFF_ATTEMPTS,
            ),
        },
    }
}

/// The configuration of a job under Flink's keys: its session cluster's, and over it what its statement SETs.
pub fn effective_config(user_config: &Map<String, Value>, statement: &Config) -> Config {
    let mut config = flink_config(user_config);
    let has_type = [TYPE_FORMERLY, "restart-strategy.type"]
        .iter()
        .any(|key| statement.contains_key(*key));
    if has_type {
        // The session cluster's strategy says nothing to a job with one of its own.
        config.retain(|key, _| !key.starts_with(PREFIX));
    }
    config.extend(statement.iter().map(|(key, value)| (key.clone(), value.clone())));
    config
}

/// How a job takes checkpoints; times in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpointing {
    /// None: no periodic ones.
    pub interval_ms: Option<u64>,
    pub timeout_ms: u64,
    pub min_pause_ms: u64,
    pub tolerable_failures: u64,
}

/// What the configuration of a job says of checkpoints, with Flink's defaults.
pub fn checkpointing(config: &Config) -> Checkpointing {
    let text = |key: &str| config.get(&format!("execution.checkpointing.{key}"));
    let millis = |key: &str| {
        let duration = text(key).and_then(|text| quantity::duration(text));
        duration.map(|duration| duration.as_millis() as u64)
    };
    let tolerable = text("tolerable-failed-checkpoints").and_then(|text| text.trim().parse().ok());
    Checkpointing {
        interval_ms: millis("interval").filter(|interval| *interval > 0),
        timeout_ms: millis("timeout").unwrap_or(CHECKPOINT_TIMEOUT_MS),
        min_pause_ms: millis("min-pause").unwrap_or(0),
        tolerable_failures: tolerable.unwrap_or(0),
    }
}

/// What a session cluster is set to, under Flink's keys, as its jobs take it that SET nothing.
pub fn flink_config(user_config: &Map<String, Value>) -> Config {
    let mut config = job_config(user_config, &Config::new());
    let (_, parallelism_key) = PARALLELISM_KEYS;
    let parallelism = parallelism(user_config, &Config::new());
    config.insert(parallelism_key.to_owned(), parallelism.to_string());
    let (kind, keys) = match restart_strategy(user_config, &Config::new()) {
        RestartStrategy::None => ("none", Vec::new()),
        RestartStrategy::FixedDelay { attempts, delay } => (
            "fixed-delay",
            vec![
                ("attempts", attempts.to_string()),
                ("delay", quantity::text(delay)),
            ],
        ),
        RestartStrategy::FailureRate {
            max_failures,
            interval,
            delay,
        } => (
            "failure-rate",
            vec![
                ("max-failures-per-interval", max_failures.to_string()),
                ("failure-rate-interval", quantity::text(interval)),
                ("delay", quantity::text(delay)),
            ],
        ),
        RestartStrategy::ExponentialDelay {
            initial,
            max,
            multiplier,
            reset,
            jitter,
            attempts,
        } => (
            "exponential-delay",
            vec![
                ("initial-backoff", quantity::text(initial)),
                ("max-backoff", quantity::text(max)),
                ("backoff-multiplier", multiplier.to_string()),
                ("reset-backoff-threshold", quantity::text(reset)),
                ("jitter-factor", jitter.to_string()),
                ("attempts-before-reset-backoff", attempts.to_string()),
            ],
        ),
    };
    config.insert(format!("{PREFIX}type"), kind.to_owned());
    config.extend(
        keys.into_iter()
            .map(|(key, value)| (format!("{PREFIX}{kind}.{key}"), value)),
    );
    config
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

    #[test]
    fn a_session_cluster_is_shown_with_the_keys_of_its_own_strategy() {
        let shown = |user_config: Value| {
            let config = flink_config(user_config.as_object().expect("an object")).into_iter();
            let mut lines: Vec<String> = config.map(|(key, value)| format!("{key}: {value}")).collect();
            lines.retain(|line| line.starts_with(PREFIX));
            lines
        };
        let own = |kind: &str| {
            json!({"restart_strategy": kind, "restart_strategy_max_failures": 5,
                   "restart_strategy_failure_rate_interval_min": 3, "restart_strategy_delay_sec": 90})
        };
        let failure_rate = [
            "restart-strategy.failure-rate.delay: 90 s",
            "restart-strategy.failure-rate.failure-rate-interval: 3 min",
            "restart-strategy.failure-rate.max-failures-per-interval: 5",
            "restart-strategy.type: failure-rate",
        ];
        assert_eq!(shown(own("failure-rate")), failure_rate);
        let fixed_delay = [
            "restart-strategy.fixed-delay.attempts: 5",
            "restart-strategy.fixed-delay.delay: 90 s",
            "restart-strategy.type: fixed-delay",
        ];
        assert_eq!(shown(own("fixed-delay")), fixed_delay);
        assert_eq!(shown(own("off")), ["restart-strategy.type: none"]);
        assert_eq!(shown(own("exponential-delay")).len(), 7);
        assert_eq!(shown(json!({})).len(), 4, "what is not set has a default");
        let config = flink_config(json!({"parallelism_default": 3}).as_object().expect("an object"));
        assert_eq!(config["parallelism.default"], "3");
        assert_eq!(config["execution.checkpointing.interval"], "10 s");
    }

    #[test]
    fn parallelism_is_the_statements_then_the_session_clusters() {
        let parallelism = |own: Value, set: Option<&str>| {
            let statement = set.map(|value| ("parallelism.default".to_owned(), value.to_owned()));
            parallelism(
                own.as_object().expect("an object"),
                &statement.into_iter().collect(),
            )
        };
        assert_eq!(parallelism(json!({}), None), 1);
        assert_eq!(parallelism(json!({"parallelism_default": 3}), None), 3);
        assert_eq!(parallelism(json!({"parallelism_default": 3}), Some(" 4 ")), 4);
        assert_eq!(
            unreadable_of(&[("parallelism.default", "129")]),
            ["'parallelism.default': expected a number from 1 to 128, found '129'"]
        );
    }

    #[test]
    fn checkpoints_are_taken_as_configured() {
        let user_config = json!({"execution_checkpointing_interval_ms": 500});
        let user_config = user_config.as_object().expect("an object");
        let statement = [
            ("execution.checkpointing.timeout", "1 min"),
            ("execution.checkpointing.tolerable-failed-checkpoints", "2"),
        ];
        let statement = statement.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let expected = Checkpointing {
            interval_ms: Some(500),
            timeout_ms: 60_000,
            min_pause_ms: 0,
            tolerable_failures: 2,
        };
        let config = effective_config(user_config, &statement.into());
        assert_eq!(checkpointing(&config), expected);
        let off = Config::from([("execution.checkpointing.interval".to_owned(), "0".to_owned())]);
        assert_eq!(checkpointing(&off).interval_ms, None);
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

    fn unreadable_of(settings: &[(&str, &str)]) -> Vec<String> {
        let settings = settings
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        unreadable(&settings.collect())
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let expected = [
            "'restart-strategy.fixed-delay.delay': expected a duration as in '10 s', found 'long'",
            "'restart-strategy.type': expected none, fixed-delay, failure-rate or exponential-delay, found 'sometimes'",
            "'taskmanager.memory.process.size': expected a size as in '512 mb', found 'big'",
        ];
        let found = unreadable_of(&[
            ("restart-strategy.type", "sometimes"),
            ("restart-strategy.fixed-delay.delay", "long"),
            ("restart-strategy.fixed-delay.attempts", "3"),
            ("taskmanager.memory.process.size", "big"),
        ]);
        assert_eq!(found, expected);
    }

    #[test]
    fn every_key_has_its_limits() {
        let count = "a whole number from 1 to 2147483647";
        for (key, value, expected) in [
            ("fixed-delay.attempts", "0", None),
            (
                "fixed-delay.attempts",
                "-1",
                Some("a whole number from 0 to 2147483647"),
            ),
            ("fixed-delay.attempts", "2147483647", None),
            ("failure-rate.max-failures-per-interval", "0", Some(count)),
            ("failure-rate.max-failures-per-interval", "1.5", Some(count)),
            (
                "failure-rate.failure-rate-interval",
                "0 s",
                Some("a duration as in '10 s', at least 1 ms"),
            ),
            ("failure-rate.delay", "0", None),
            (
                "exponential-delay.backoff-multiplier",
                "1",
                Some("a number above 1"),
            ),
            (
                "exponential-delay.backoff-multiplier",
                "inf",
                Some("a number above 1"),
            ),
            ("exponential-delay.backoff-multiplier", "1.01", None),
            (
                "exponential-delay.jitter-factor",
                "1.1",
                Some("a number from 0 to 1"),
            ),
            (
                "exponential-delay.jitter-factor",
                "NaN",
                Some("a number from 0 to 1"),
            ),
            (
                "exponential-delay.attempts-before-reset-backoff",
                "0",
                Some(count),
            ),
            ("exponential-delay.attempts-before-reset-backoff", "8", None),
        ] {
            let key = format!("{PREFIX}{key}");
            let expected = expected.map(|expected| format!("'{key}': expected {expected}, found '{value}'"));
            assert_eq!(
                unreadable_of(&[(&key, value)]),
                Vec::from_iter(expected),
                "{key} {value}"
            );
        }
    }

    #[test]
    fn unknown_keys_and_settings_that_contradict_each_other_are_named() {
        assert_eq!(
            unreadable_of(&[("restart-strategy.fixed-delay.attempt", "3")]),
            [
                "'restart-strategy.fixed-delay.attempt': there is no such key; did you mean \
              'restart-strategy.fixed-delay.attempts'?"
            ]
        );
        let far = unreadable_of(&[("restart-strategy.mood", "good")]);
        assert!(
            far[0].starts_with(
                "'restart-strategy.mood': there is no such key; known are restart-strategy.type, "
            )
        );
        assert!(
            unreadable_of(&[("execution.mood", "good")]).is_empty(),
            "others are the compiler's"
        );
        let long = [
            ("restart-strategy", "exponential-delay"),
            ("restart-strategy.exponential-delay.initial-backoff", "2 min"),
        ];
        assert_eq!(
            unreadable_of(&long),
            [
                "'restart-strategy.exponential-delay.initial-backoff' is longer than \
              'restart-strategy.exponential-delay.max-backoff': 120s, 60s"
            ]
        );
    }

    #[test]
    fn a_delay_that_grows_has_flinks_defaults() {
        let by_default = RestartStrategy::ExponentialDelay {
            initial: Duration::from_secs(1),
            max: Duration::from_secs(60),
            multiplier: 1.5,
            reset: Duration::from_secs(3_600),
            jitter: 0.1,
            attempts: 2_147_483_647,
        };
        let set = [("restart-strategy.type", "exponential-delay")];
        assert_eq!(strategy(json!({}), &set), by_default);
        let own = json!({"restart_strategy": "exponential-delay", "restart_strategy_max_failures": 5});
        assert_eq!(
            strategy(own, &[]),
            by_default,
            "the session cluster has no keys for it"
        );
    }
}
