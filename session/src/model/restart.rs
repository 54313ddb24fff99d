//! How a failed job is started again, with Flink's parameters and defaults.
//!
//! In: the moments of failures. Out: when to start again, or that it is over. Invariant: time is given, never read.

use std::time::Duration;

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum RestartStrategy {
    None,
    FixedDelay {
        attempts: u32,
        delay: Duration,
    },
    FailureRate {
        /// More than this many in the interval are too many.
        max_failures: u32,
        interval: Duration,
        delay: Duration,
    },
    ExponentialDelay {
        initial: Duration,
        max: Duration,
        multiplier: f64,
        /// After this long from a restart to the next failure the delay is the initial one again.
        reset: Duration,
        jitter: f64,
        /// More restarts than this before the delay is the initial one again are too many.
        attempts: u32,
    },
}

/// What strategies remember of failures: bounded, unlike the failures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failures {
    /// Those within the interval of a failure rate, in milliseconds since 1970, the newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recent_ms: Vec<i64>,
    /// Restarts since the delay was the initial one.
    #[serde(default)]
    pub backoffs: u32,
    /// When the last of them was due.
    #[serde(default)]
    pub due_ms: Option<i64>,
}
