//! Interactive queries: a look at a table or a statement without touching a sink.
//!
//! In: SQL, where to begin, bounds. Out: rows with their changelog kind as they appear. Invariant: a query leaves
//! nothing behind: no checkpoint, no offset, no group, no process, no record in the catalogue.

pub mod local;
pub mod process;
pub mod registry;
pub mod start;

use std::time::Duration;

pub use process::Process;
pub use registry::Queries;
pub use start::Start;

/// Rows of an answer unless the caller says otherwise, and at most.
pub const MAX_ROWS_DEFAULT: u64 = 100;
pub const MAX_ROWS_MAX: u64 = 10_000;
/// How long a query lives unless the caller says otherwise, and at most.
pub const TTL_DEFAULT: Duration = Duration::from_secs(5 * 60);
pub const TTL_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// Where an answer ends at the latest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    pub max_rows: u64,
    pub ttl: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds {
            max_rows: MAX_ROWS_DEFAULT,
            ttl: TTL_DEFAULT,
        }
    }
}

/// Why an answer has no more rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// All sources were read to their end.
    Finished,
    MaxRows,
    /// The rows are too large together.
    MaxBytes,
    TimeToLive,
    /// On request.
    Canceled,
    Failed(String),
}

impl End {
    /// As the API writes it.
    pub fn name(&self) -> &'static str {
        match self {
            End::Finished => "finished",
            End::MaxRows => "max_rows",
            End::MaxBytes => "max_bytes",
            End::TimeToLive => "job_ttl",
            End::Canceled => "canceled",
            End::Failed(_) => "failed",
        }
    }
}

/// `30 s`, `5 min`, `1h`.
pub fn time_to_live(text: &str) -> Result<Duration, String> {
    let duration: Option<Duration> = text
        .parse::<jiff::SignedDuration>()
        .ok()
        .and_then(|duration| duration.try_into().ok());
    duration
        .filter(|duration| !duration.is_zero() && *duration <= TTL_MAX)
        .ok_or_else(|| {
            format!(
                "expected a time such as '30 s' or '5 min', at most {} h",
                TTL_MAX.as_secs() / 3600
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_to_live_is_a_duration_within_bounds() {
        for (text, seconds) in [("30 s", Some(30)), ("5min", Some(300)), ("24 h", Some(86_400))] {
            assert_eq!(
                time_to_live(text).ok().map(|ttl| ttl.as_secs()),
                seconds,
                "{text}"
            );
        }
        for text in ["", "5", "0 s", "-1 s", "25 h", "soon"] {
            assert!(time_to_live(text).is_err(), "{text}");
        }
    }
}
