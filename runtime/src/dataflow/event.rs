//! What a running job tells whoever started it.
//!
//! In: what happened. Out: values with the JSON of the lines between worker and job. Invariant: the shape is the one
//! that `session::protocol::job::Report` reads; both sides are tested over the same sample.

use serde::Serialize;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "report", rename_all = "snake_case")]
pub enum Event {
    /// Sources are open and rows flow.
    Running {
        /// URL of the checkpoint or savepoint that was restored.
        restored: Option<String>,
    },
    CheckpointCompleted(CompletedCheckpoint),
    CheckpointFailed(FailedCheckpoint),
    SavepointCompleted(CompletedCheckpoint),
    SavepointFailed {
        /// Of the request.
        url: String,
        message: String,
    },
    /// Once a second, and at the end.
    Metrics(Metrics),
    /// The last one of a job that ended well.
    Finished {
        savepoint: Option<String>,
    },
    /// The last one of a job that failed.
    Failed {
        message: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CompletedCheckpoint {
    pub id: String,
    pub epoch: u64,
    /// Of its manifest: what can be given as a place to restore from.
    pub url: String,
    /// Milliseconds since 1970.
    pub triggered_at_ms: i64,
    pub duration_ms: u64,
    /// Written for this one.
    pub size_bytes: u64,
    /// All that a restore reads.
    pub full_size_bytes: u64,
}

/// A checkpoint that was not complete in time, or whose job failed while it was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailedCheckpoint {
    pub epoch: u64,
    pub message: String,
    /// Milliseconds since 1970.
    pub triggered_at_ms: i64,
    /// Until it failed.
    pub duration_ms: u64,
}

/// Figures of a job, counted from the start of the process.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Metrics {
    pub uptime_ms: u64,
    pub rows_read: u64,
    pub rows_written: u64,
    /// Malformed records.
    pub rows_skipped: u64,
    pub rows_late: u64,
    pub operators: Vec<OperatorMetrics>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OperatorMetrics {
    pub name: String,
    pub uid: String,
    pub rows_in: u64,
    pub rows_out: u64,
    /// Milliseconds since 1970; none before the first.
    pub watermark_ms: Option<i64>,
    /// Bytes of its state; none where it has none.
    pub state_bytes: Option<u64>,
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// The lines that the session crate reads in its own test.
    const SAMPLE: &str = include_str!("../../../golden/protocol/job.jsonl");

    fn checkpoint(id: &str, url: &str) -> CompletedCheckpoint {
        CompletedCheckpoint {
            id: id.to_owned(),
            epoch: 17,
            url: url.to_owned(),
            triggered_at_ms: 1_700_000_000_000,
            duration_ms: 12,
            size_bytes: 345,
            full_size_bytes: 6_789,
        }
    }

    fn metrics() -> Metrics {
        let operator = |name: &str, watermark_ms, state_bytes| OperatorMetrics {
            name: name.to_owned(),
            uid: format!("uid of {name}"),
            rows_in: 10,
            rows_out: 9,
            watermark_ms,
            state_bytes,
        };
        Metrics {
            uptime_ms: 1_000,
            rows_read: 10,
            rows_written: 9,
            rows_skipped: 1,
            rows_late: 2,
            operators: vec![
                operator("source", None, None),
                operator("totals", Some(-5), Some(64)),
            ],
        }
    }

    #[test]
    fn events_are_the_lines_of_the_sample() {
        let message = || "why".to_owned();
        let savepoint = "file:///savepoints/savepoint-5e1f00c4/manifest.json";
        let events = [
            Event::Running { restored: None },
            Event::Running {
                restored: Some(savepoint.to_owned()),
            },
            Event::CheckpointCompleted(checkpoint(
                "17-3-5e1f00c4",
                "s3://bucket/job/checkpoints/17-3-5e1f00c4/manifest.json",
            )),
            Event::CheckpointFailed(FailedCheckpoint {
                epoch: 18,
                message: message(),
                triggered_at_ms: 1_700_000_000_000,
                duration_ms: 600_000,
            }),
            Event::SavepointCompleted(checkpoint("savepoint-5e1f00c4", savepoint)),
            Event::SavepointFailed {
                url: "file:///savepoints".to_owned(),
                message: message(),
            },
            Event::Metrics(metrics()),
            Event::Finished { savepoint: None },
            Event::Finished {
                savepoint: Some(savepoint.to_owned()),
            },
            Event::Failed { message: message() },
        ];
        let lines = SAMPLE.lines().filter(|line| line.contains("\"report\""));
        let lines = lines.filter(|line| !line.contains("\"rows\":[{"));
        let expected: Vec<Value> = lines
            .map(|line| serde_json::from_str(line).expect("the sample is JSON"))
            .collect();
        let written: Vec<Value> = events
            .iter()
            .map(|event| serde_json::to_value(event).expect("events are plain data"))
            .collect();
        assert_eq!(written, expected);
    }
}
