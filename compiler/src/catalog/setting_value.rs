//! Values that SET takes.
//!
//! In: a key and a value. Out: what was expected where the value is none of the key's, or what this version does not
//! do. Invariant: keys without an entry take any text, since nothing reads it.

use sql::setting::{parse_duration, parse_time_zone};

/// What a value may be.
enum Kind {
    Duration,
    /// A whole number, at least this.
    Number(u64),
    Boolean,
    TimeZone,
    /// One of these words, in any case.
    Word(&'static [&'static str]),
}

/// Keys whose values somebody reads, here or in Flink.
const KINDS: &[(&str, Kind)] = &[
    ("execution.checkpointing.interval", Kind::Duration),
    ("execution.checkpointing.min-pause", Kind::Duration),
    ("execution.checkpointing.timeout", Kind::Duration),
    (
        "execution.checkpointing.max-concurrent-checkpoints",
        Kind::Number(1),
    ),
    ("execution.checkpointing.num-retained", Kind::Number(1)),
    (
        "execution.checkpointing.tolerable-failed-checkpoints",
        Kind::Number(0),
    ),
    ("execution.checkpointing.incremental", Kind::Boolean),
    ("execution.checkpointing.unaligned.enabled", Kind::Boolean),
    (
        "execution.checkpointing.mode",
        Kind::Word(&["EXACTLY_ONCE", "AT_LEAST_ONCE"]),
    ),
    (
        "execution.runtime-mode",
        Kind::Word(&["STREAMING", "BATCH", "AUTOMATIC"]),
    ),
    ("execution.state-recovery.ignore-unclaimed-state", Kind::Boolean),
    ("parallelism.default", Kind::Number(1)),
    ("pipeline.auto-watermark-interval", Kind::Duration),
    ("pipeline.max-parallelism", Kind::Number(1)),
    ("pipeline.object-reuse", Kind::Boolean),
    ("restart-strategy.fixed-delay.attempts", Kind::Number(0)),
    ("restart-strategy.fixed-delay.delay", Kind::Duration),
    ("restart-strategy.failure-rate.delay", Kind::Duration),
    (
        "restart-strategy.failure-rate.failure-rate-interval",
        Kind::Duration,
    ),
    (
        "restart-strategy.failure-rate.max-failures-per-interval",
        Kind::Number(1),
    ),
    (
        "restart-strategy.exponential-delay.initial-backoff",
        Kind::Duration,
    ),
    ("restart-strategy.exponential-delay.max-backoff", Kind::Duration),
    ("table.exec.mini-batch.allow-latency", Kind::Duration),
    ("table.exec.mini-batch.enabled", Kind::Boolean),
    (
        "table.exec.sink.not-null-enforcer",
        Kind::Word(&["ERROR", "DROP"]),
    ),
    (
        "table.exec.sink.nested-constraint-enforcer",
        Kind::Word(&["IGNORE", "ROWS", "ROWS_AND_COLLECTIONS"]),
    ),
    (
        "table.exec.sink.type-length-enforcer",
        Kind::Word(&["IGNORE", "TRIM_PAD", "ERROR"]),
    ),
    (
        "table.exec.sink.upsert-materialize",
        Kind::Word(&["AUTO", "FORCE", "NONE"]),
    ),
    (
        "table.exec.legacy-cast-behaviour",
        Kind::Word(&["ENABLED", "DISABLED"]),
    ),
    ("table.exec.source.idle-timeout", Kind::Duration),
    ("table.exec.state.ttl", Kind::Duration),
    ("table.local-time-zone", Kind::TimeZone),
];

/// Values that Flink takes and that would change the answer, if this version did what they say.
const NOT_DONE: [(&str, &str, &str); 2] = [
    (
        "execution.runtime-mode",
        "BATCH",
        "batch execution; a bounded job ends by itself, and its sinks get every change",
    ),
    (
        "table.exec.legacy-cast-behaviour",
        "ENABLED",
        "casts as before Flink 1.15; TRY_CAST gives NULL where a cast fails",
    ),
];

/// What the key takes, when the value is nothing of the kind.
pub fn expected(key: &str, value: &str) -> Option<String> {
    let (_, kind) = KINDS.iter().find(|(known, _)| *known == key)?;
    let value = value.trim();
    match kind {
        Kind::Duration => parse_duration(value)
            .is_none()
            .then(|| "a duration such as '10 s' or '5 min'".to_owned()),
        Kind::Number(least) => {
            let is_number = value.parse::<u64>().is_ok_and(|number| number >= *least);
            (!is_number).then(|| format!("a whole number from {least}"))
        }
        Kind::Boolean => {
            let is_boolean = ["true", "false"].contains(&value.to_ascii_lowercase().as_str());
            (!is_boolean).then(|| "true or false".to_owned())
        }
        Kind::TimeZone => parse_time_zone(value)
            .is_none()
            .then(|| "a time zone such as 'Europe/Vienna', 'UTC' or 'GMT+02:00'".to_owned()),
        Kind::Word(words) => {
            let is_word = words.iter().any(|word| word.eq_ignore_ascii_case(value));
            (!is_word).then(|| words.join(", "))
        }
    }
}

/// What the value asks for, when this version does not do it.
pub fn not_done(key: &str, value: &str) -> Option<&'static str> {
    let is_it =
        |(known, word, _): &&(&str, &str, &str)| *known == key && word.eq_ignore_ascii_case(value.trim());
    NOT_DONE.iter().find(is_it).map(|(_, _, what)| *what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::setting::is_known;

    #[test]
    fn values_are_of_their_keys() {
        for (key, value, is_right) in [
            ("table.local-time-zone", "Europe/Vienna", true),
            ("table.local-time-zone", "Mars", false),
            ("execution.checkpointing.interval", "10 s", true),
            ("execution.checkpointing.interval", "soon", false),
            ("parallelism.default", "2", true),
            ("parallelism.default", "0", false),
            ("parallelism.default", "-1", false),
            ("pipeline.object-reuse", "TRUE", true),
            ("pipeline.object-reuse", "yes", false),
            ("table.exec.sink.type-length-enforcer", "trim_pad", true),
            ("table.exec.sink.type-length-enforcer", "TRIM", false),
            ("pipeline.name", "anything", true),
        ] {
            assert_eq!(expected(key, value).is_none(), is_right, "{key} {value}");
        }
    }

    #[test]
    fn keys_with_kinds_are_known() {
        for (key, _) in KINDS {
            assert!(is_known(key), "{key}");
        }
        assert!(not_done("execution.runtime-mode", "batch").is_some());
        assert!(not_done("execution.runtime-mode", "streaming").is_none());
    }
}
