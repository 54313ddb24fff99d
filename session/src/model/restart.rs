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
        /// After this long without a failure the delay is the initial one again.
        reset: Duration,
        jitter: f64,
    },
}
