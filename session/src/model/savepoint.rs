//! Checkpoints and savepoints of deployments, as the catalogue keeps them.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Savepoint {
    /// `<deployment>/<checkpoint id>` for checkpoints, a UUID for savepoints.
    pub id: String,
    pub deployment_id: String,
    /// Kept here too: a deployment may be deleted before the next one continues from its checkpoint.
    #[serde(default)]
    pub application_id: String,
    /// Key of the session cluster: the application may be deleted too.
    #[serde(default)]
    pub service: String,
    pub kind: SavepointKind,
    pub epoch: u64,
    /// Where it can be restored from.
    pub url: String,
    pub triggered_at: String,
    pub duration_ms: u64,
    /// Written for this checkpoint.
    pub size_bytes: u64,
    /// All that a restore reads.
    pub full_size_bytes: u64,
    /// Collected: the entry is history, its bytes are gone.
    pub is_discarded: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SavepointKind {
    /// Periodic; collected by the job itself.
    Checkpoint,
    /// Asked for; never collected by itself.
    Savepoint,
}
