//! Calls of a worker to its manager.
//!
//! `POST /internal/worker` with what the worker has; the answer, held back until there is news or `hold_ms` are over,
//! says what it should have. Invariant: an attempt that the answer does not name must not run; one that it names runs
//! or has ended and is reported until the manager no longer names it. Events have numbers: what the manager has stored
//! is acknowledged by the last of them, and is neither sent again nor taken in twice.

use serde::{Deserialize, Serialize};

use super::Level;
use super::job::{Checkpoint, Command, FailedCheckpoint, Metrics, Row};

/// Worker → manager.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heartbeat {
    /// Chosen by the worker once and kept in its data folder.
    pub worker: String,
    /// Changes with every start of the worker's process.
    pub incarnation: String,
    /// Counts the calls of this incarnation: of calls that overtake each other the later one counts.
    pub sequence: u64,
    pub host: String,
    pub slots: u32,
    /// Memory of the machine, and what the worker may give to jobs.
    pub memory_bytes: u64,
    pub attempts: Vec<AttemptState>,
    /// Lines of jobs that the manager has not acknowledged.
    pub logs: Vec<LogLine>,
    /// Version of the orders that `attempts` follows: answered at once if there are others.
    pub seen: u64,
    pub hold_ms: u64,
    /// The worker ends its jobs and then itself: it takes nothing new.
    #[serde(default)]
    pub is_leaving: bool,
}

/// One start of a deployment (or an interactive query) on a worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttemptState {
    pub deployment: String,
    pub attempt: u32,
    pub state: State,
    pub process_id: Option<u32>,
    pub memory_bytes: u64,
    /// CPU time used, user and system.
    pub cpu_ms: u64,
    pub metrics: Option<Metrics>,
    /// The last command that was passed on to the job.
    pub commands_seen: u64,
    /// Those that the manager has not acknowledged, as many as fit into a call. An attempt is reported as ended only
    /// when all its events are in this call or acknowledged.
    pub events: Vec<NumberedEvent>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NumberedEvent {
    /// Counted over all attempts of this start of the worker's process.
    pub number: u64,
    pub event: Event,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// Fetching the artifact, starting the process.
    Starting,
    Running,
    Finished {
        savepoint: Option<String>,
    },
    /// Ended because the manager wanted it to.
    Canceled,
    Failed {
        message: String,
    },
    /// Ended because the worker ends: to be started elsewhere.
    Left,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    Restored {
        url: Option<String>,
    },
    Checkpoint(Checkpoint),
    Savepoint(Checkpoint),
    CheckpointFailed(FailedCheckpoint),
    SavepointFailed {
        /// Of the request.
        url: String,
        message: String,
    },
    Rows {
        /// How many rows of the query came before: what comes twice is recognised.
        first: u64,
        rows: Vec<Row>,
    },
    /// The query has more rows than the worker can keep for the manager: no further ones come.
    RowsCut,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogLine {
    /// Counted by incarnation, without holes but for lines that are lost: what comes twice is recognised.
    pub number: u64,
    pub deployment: String,
    /// Microseconds since 1970.
    pub time_us: i64,
    #[serde(default)]
    pub level: Level,
    pub line: String,
    /// Lines of the deployment before this one that the worker could not keep.
    #[serde(default)]
    pub lost_before: u64,
}

/// Manager → worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Orders {
    /// To be sent back as `seen`: a hash of the content, so that another manager gives the same.
    pub version: u64,
    pub attempts: Vec<Assignment>,
    /// Number of the last event that the manager has stored.
    #[serde(default)]
    pub events_seen: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    pub deployment: String,
    pub attempt: u32,
    pub artifact_sha256: String,
    /// The job is killed when it uses more; the worker's own limit where none is given.
    pub memory_limit_bytes: Option<u64>,
    /// First line for the job, with secrets.
    pub parameters: serde_json::Value,
    /// Commands with numbers that rise; each is carried out once.
    pub commands: Vec<NumberedCommand>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NumberedCommand {
    pub number: u64,
    pub command: Command,
}
