//! A deployment: one version, running or ended, with its attempts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::restart::Failures;
use super::status::Status;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deployment {
    pub id: String,
    pub application_id: String,
    pub version_id: String,
    /// The version's number, which outlives the version; 0 where it was not kept.
    #[serde(default)]
    pub version: u32,
    pub parallelism: u32,
    pub restart_enabled: bool,
    /// As given by the caller.
    pub starting_savepoint: Option<String>,
    /// URL of what the first attempt restores: the savepoint, or what `restore: latest` found.
    pub restore_from: Option<String>,
    /// What `restore: latest` told its job to look at, newest first; `restore_from` is what was there when it was
    /// created.
    #[serde(default)]
    pub predecessors: Vec<String>,
    /// Something of them was committed for certain: the job fails when it finds nothing.
    #[serde(default)]
    pub must_restore: bool,
    /// The caller has agreed that output is dropped which a predecessor had decided on and no table takes.
    #[serde(default)]
    pub may_lose_output: bool,
    pub last_savepoint: Option<String>,
    pub status: Status,
    pub created_at: String,
    pub created_by: String,
    /// Since it got its present status.
    pub status_since: String,
    /// Why it waits, restarts or has failed, in words.
    pub error_msg: Option<String>,
    /// Flink-shaped id of the job (32 hexadecimal digits), from the start of the first attempt.
    pub job_id: Option<String>,
    pub artifact: Option<Artifact>,
    /// Counts starts; a worker's report of an older attempt is ignored.
    pub attempt: u32,
    /// When the present attempt was given to its worker.
    #[serde(default)]
    pub placed_at: Option<String>,
    /// The worker that has the present attempt.
    pub worker: Option<String>,
    /// The start of the worker's process that the attempt was given to: with it the attempt ends.
    #[serde(default)]
    pub incarnation: Option<String>,
    /// Attempts of which nobody has said that they ended: their workers are not heard of. They may write until a later
    /// attempt has claimed the job's generation.
    #[serde(default)]
    pub strays: Vec<Stray>,
    /// The present attempt reads and writes nothing: it takes from strays the right to write.
    #[serde(default)]
    pub is_fence: bool,
    /// What `error_msg` will be when the strays can write no more and the deployment has ended.
    #[serde(default)]
    pub end_message: Option<String>,
    /// Not before this moment does the next attempt start.
    #[serde(default)]
    pub restart_at: Option<String>,
    /// How long it waits for that: when the clock says that it is longer, the clock has gone back.
    #[serde(default)]
    pub restart_delay_ms: Option<i64>,
    /// What the present attempt is asked to do, by rising numbers.
    #[serde(default)]
    pub requests: Vec<Request>,
    #[serde(default)]
    pub last_request: u64,
    /// Attempts that failed by themselves, since the deployment was created.
    #[serde(default)]
    pub failures: u32,
    /// Attempts in a row that were lost with their workers, without a checkpoint between.
    #[serde(default)]
    pub losses: u32,
    /// What its restart strategy remembers of them.
    #[serde(default)]
    pub failed: Failures,
    pub started_at: Option<String>,
    pub ended_at: Option<String>,
    /// Per operator: reused, migrated, reset. Only of deployments that restore.
    #[serde(default)]
    pub state_plan: Vec<OperatorPlan>,
    /// The newest last; bounded.
    #[serde(default)]
    pub restarts: Vec<Restart>,
    /// The newest last; bounded.
    #[serde(default)]
    pub failed_checkpoints: Vec<FailedCheckpoint>,
    /// All that ever failed.
    #[serde(default)]
    pub failed_checkpoints_total: u64,
    /// Attempts that began with a checkpoint or savepoint.
    #[serde(default)]
    pub restores: u32,
    /// What the last of them began with.
    #[serde(default)]
    pub restored: Option<Restored>,
    /// When it last got into each of Flink's states, by their names.
    #[serde(default)]
    pub state_times: BTreeMap<String, String>,
}

/// What an attempt began with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    pub attempt: u32,
    pub url: String,
    /// 0 where it is not known.
    pub epoch: u64,
    pub is_savepoint: bool,
    pub at: String,
}

/// A checkpoint that was not complete in time, or whose job failed while it was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedCheckpoint {
    pub attempt: u32,
    pub epoch: u64,
    pub reason: String,
    pub triggered_at: String,
    /// Until it failed.
    pub duration_ms: u64,
}

impl Deployment {
    /// Not built yet, of parallelism 1, starting from nothing.
    pub fn new(id: &str, application_id: &str, version_id: &str, user: &str, now: String) -> Deployment {
        Deployment {
            id: id.to_owned(),
            application_id: application_id.to_owned(),
            version_id: version_id.to_owned(),
            version: 0,
            parallelism: 1,
            restart_enabled: true,
            starting_savepoint: None,
            restore_from: None,
            predecessors: Vec::new(),
            must_restore: false,
            may_lose_output: false,
            last_savepoint: None,
            status: Status::Initializing,
            created_at: now.clone(),
            created_by: user.to_owned(),
            status_since: now,
            error_msg: None,
            job_id: None,
            artifact: None,
            attempt: 0,
            placed_at: None,
            worker: None,
            incarnation: None,
            strays: Vec::new(),
            is_fence: false,
            end_message: None,
            restart_at: None,
            restart_delay_ms: None,
            requests: Vec::new(),
            last_request: 0,
            failures: 0,
            losses: 0,
            failed: Failures::default(),
            started_at: None,
            ended_at: None,
            state_plan: Vec::new(),
            restarts: Vec::new(),
            failed_checkpoints: Vec::new(),
            failed_checkpoints_total: 0,
            restores: 0,
            restored: None,
            state_times: BTreeMap::new(),
        }
    }
}

/// An attempt whose worker was lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stray {
    pub attempt: u32,
    pub worker: String,
    pub incarnation: String,
    /// For people.
    pub host: String,
}

/// Something that a running job is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    pub number: u64,
    pub kind: RequestKind,
    /// The savepoint is written below this URL.
    pub savepoint_url: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RequestKind {
    /// A savepoint; the job goes on.
    Savepoint,
    /// A savepoint, then the end.
    Stop,
}

/// What a worker fetches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artifact {
    /// sha256 of the executable, in hexadecimal digits.
    pub sha256: String,
    pub size_bytes: u64,
}

/// What becomes of an operator's state when a deployment restores.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OperatorPlan {
    pub name: String,
    pub uid: String,
    pub state: StateFate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum StateFate {
    /// Taken over as it is.
    Reused,
    /// Taken over in another form.
    Migrated,
    /// An operator of the version that starts without state.
    Reset,
    /// State of the savepoint that no operator of the version claims.
    Dropped,
}

/// Why an attempt ended before the deployment did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Restart {
    pub at: String,
    pub attempt: u32,
    pub reason: String,
    /// The job failed by itself: counts for the restart strategy. The loss of a worker does not.
    #[serde(default)]
    pub is_failure: bool,
}
