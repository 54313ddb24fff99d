//! Lines between a worker and a job that it started.
//!
//! The worker starts `job --session SOCKET`; the job connects and reads its deployment as the first line (the JSON of
//! `--deployment`). Then commands come from the worker and reports from the job, one JSON object a line. Invariant:
//! secrets travel only here, never in arguments, the environment or files.

use serde::{Deserialize, Serialize};

/// Worker → job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Take a checkpoint now.
    Checkpoint,
    /// Write a savepoint below this URL and go on.
    Savepoint { url: String },
    /// Take a last checkpoint, write a savepoint of it below this URL if one is given, and end.
    Stop { savepoint: Option<String> },
    /// End at once; nothing final is done.
    Cancel,
}

/// Job → worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "report", rename_all = "snake_case")]
pub enum Report {
    /// Sources are open and rows flow.
    Running {
        /// URL of the checkpoint or savepoint that was restored.
        restored: Option<String>,
    },
    CheckpointCompleted(Checkpoint),
    CheckpointFailed(FailedCheckpoint),
    SavepointCompleted(Checkpoint),
    SavepointFailed {
        /// Of the request.
        url: String,
        message: String,
    },
    /// Once a second, and at the end.
    Metrics(Metrics),
    /// Rows of an interactive query.
    Rows {
        rows: Vec<Row>,
    },
    /// The last report of a job that ended well.
    Finished {
        savepoint: Option<String>,
    },
    /// The last report of a job that failed.
    Failed {
        message: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedCheckpoint {
    pub epoch: u64,
    pub message: String,
    /// Milliseconds since 1970.
    pub triggered_at_ms: i64,
    /// Until it failed.
    pub duration_ms: u64,
}

/// Figures of a job, counted from the start of the process.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    pub uptime_ms: u64,
    pub rows_read: u64,
    pub rows_written: u64,
    /// Malformed records.
    pub rows_skipped: u64,
    pub rows_late: u64,
    pub operators: Vec<OperatorMetrics>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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

/// A row of an interactive query.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// `+I`, `-U`, `+U`, `-D`.
    pub kind: String,
    /// By column, as the JSON format writes values, but DECIMAL as text: no digit is lost in doubles.
    pub data: Vec<serde_json::Value>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_that_the_runtime_writes_is_understood() {
        let sample = include_str!("../../../golden/protocol/job.jsonl");
        let (mut commands, mut reports) = (0, 0);
        for line in sample.lines() {
            let given: serde_json::Value = serde_json::from_str(line).expect("the sample is JSON");
            let written = if given.get("command").is_some() {
                commands += 1;
                let command: Command = serde_json::from_str(line).expect("a command");
                serde_json::to_value(command)
            } else {
                reports += 1;
                let report: Report = serde_json::from_str(line).expect("a report");
                serde_json::to_value(report)
            };
            assert_eq!(written.expect("plain data"), given);
        }
        assert_eq!((commands, reports), (5, 11));
    }
}
