//! What a deleted deployment may have left in the storage.

use serde::{Deserialize, Serialize};

/// A deployment that had an attempt and is deleted; its job may have written checkpoints of which nobody has told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remnant {
    pub deployment_id: String,
    pub deleted_at: String,
}
