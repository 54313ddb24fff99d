//! The manifest of a checkpoint: what it consists of. Immutable once written.
//!
//! In: what the threads of an epoch handed over. Out: JSON. Invariant: everything the manifest names is
//! durable before the manifest is; reading its parts in order (base, then deltas) gives the state at its
//! epoch.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::connector::Split;
use crate::error::JobError;

/// The shape of manifests and parts; a reader refuses what it does not know.
const FORMAT: u32 = 1;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    format: u32,
    /// A savepoint: paths are relative to the manifest's folder, nothing is pending, nobody collects it.
    #[serde(default)]
    pub self_contained: bool,
    /// Unique: `17-3-5e1f00c4` is epoch 17 of generation 3 in the storage (or, without one, the run) 5e1f00c4.
    pub id: String,
    pub epoch: u64,
    pub generation: u64,
    /// The checkpoint that the first delta after the base leans on, if any.
    pub parent: Option<String>,
    pub parallelism: usize,
    pub key_groups: usize,
    /// Base first, then deltas, by epoch.
    pub parts: Vec<PartRef>,
    /// Positions of all splits, by uid of the source.
    pub sources: BTreeMap<String, Vec<Split>>,
    /// Output staged for the sinks' committers, by table.
    pub staged: BTreeMap<String, Vec<String>>,
    /// Operators with state.
    pub operators: Vec<OperatorState>,
}

/// One object with state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartRef {
    pub path: String,
    pub epoch: u64,
    /// Part of a base: earlier parts are not needed.
    pub full: bool,
    /// Key groups it may hold: first, and one past the last.
    pub key_groups: (usize, usize),
    pub size_bytes: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OperatorState {
    pub uid: String,
    pub name: String,
    /// What the bytes of its state depend on.
    #[serde(default)]
    pub state_fingerprint: Option<String>,
    pub tables: usize,
}

impl Manifest {
    pub(crate) fn new(
        epoch: u64,
        generation: u64,
        storage_id: &str,
        parallelism: usize,
        key_groups: usize,
    ) -> Self {
        Manifest {
            format: FORMAT,
            self_contained: false,
            id: format!("{epoch}-{generation}-{storage_id}"),
            epoch,
            generation,
            parent: None,
            parallelism,
            key_groups,
            parts: Vec::new(),
            sources: BTreeMap::new(),
            staged: BTreeMap::new(),
            operators: Vec::new(),
        }
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("a manifest is plain data");
        bytes.push(b'\n');
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, JobError> {
        let manifest: Manifest = serde_json::from_slice(bytes)
            .map_err(|error| JobError::Checkpoint(format!("the manifest is damaged: {error}")))?;
        if manifest.format != FORMAT {
            let message = format!(
                "checkpoint {} has the unknown format {}",
                manifest.id, manifest.format
            );
            return Err(JobError::Checkpoint(message));
        }
        Ok(manifest)
    }

    /// Bytes of the base and of the deltas after it.
    pub(crate) fn base_and_delta_bytes(&self) -> (u64, u64) {
        let sum = |full| {
            let parts = self.parts.iter().filter(|part| part.full == full);
            parts.map(|part| part.size_bytes).sum()
        };
        (sum(true), sum(false))
    }

    /// All objects the checkpoint needs, its manifest aside.
    pub(crate) fn objects(&self) -> impl Iterator<Item = &str> {
        let parts = self.parts.iter().map(|part| part.path.as_str());
        parts.chain(self.staged.values().flatten().map(String::as_str))
    }
}

/// Name of the manifest in its folder.
pub(crate) const MANIFEST: &str = "manifest.json";

/// Where the objects of a checkpoint lie, relative to the job's place in storage.
pub(crate) fn directory(id: &str) -> String {
    format!("checkpoints/{id}")
}

/// The generation that a checkpoint's id names.
pub(crate) fn generation_of(id: &str) -> Option<u64> {
    id.split('-').nth(1)?.parse().ok()
}

pub(crate) fn manifest_path(id: &str) -> String {
    format!("{}/{MANIFEST}", directory(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_comes_back_as_written_and_unknown_formats_are_refused() {
        let mut manifest = Manifest::new(17, 3, "a", 2, 128);
        let part = |epoch, full, size_bytes| PartRef {
            path: format!("checkpoints/{epoch}-3/part-0-0"),
            epoch,
            full,
            key_groups: (0, 64),
            size_bytes,
        };
        manifest.parts = vec![part(15, true, 100), part(16, false, 7), part(17, false, 8)];
        assert_eq!(manifest.base_and_delta_bytes(), (100, 15));
        assert_eq!(manifest.id, "17-3-a");
        let bytes = manifest.to_bytes();
        assert_eq!(Manifest::from_bytes(&bytes).expect("it is a manifest"), manifest);
        let unknown =
            String::from_utf8(bytes)
                .expect("JSON is text")
                .replacen("\"format\": 1", "\"format\": 2", 1);
        let error = Manifest::from_bytes(unknown.as_bytes()).expect_err("unknown format");
        assert_eq!(
            error.to_string(),
            "checkpoint: checkpoint 17-3-a has the unknown format 2"
        );
    }
}
