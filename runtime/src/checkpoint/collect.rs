//! Removes objects that no checkpoint needs.
//!
//! In: manifests that are kept. Out: deletions. Invariant: an object that a kept manifest names is never
//! deleted, and neither is a checkpoint that may still be in the making by this job.

use std::collections::BTreeSet;

use super::manifest::{Manifest, directory, manifest_path};
use super::store::CheckpointStore;
use crate::error::JobError;

/// The checkpoints that are kept, oldest first.
pub(crate) struct Collector {
    kept: Vec<Manifest>,
    retained: usize,
}

impl Collector {
    /// Takes stock at a start: keeps the checkpoint restored from and those retained before it, removes all
    /// else.
    pub(crate) fn start(
        store: &CheckpointStore,
        restored: Option<&Manifest>,
        retained: usize,
    ) -> Result<Self, JobError> {
        let mut kept = Vec::new();
        let (_, directories) = store.list("checkpoints")?;
        if let Some(restored) = restored {
            for id in &directories {
                let (objects, _) = store.list(&directory(id))?;
                if objects.iter().any(|name| name == "manifest.json") {
                    let manifest = Manifest::from_bytes(&store.get(&manifest_path(id))?)?;
                    if manifest.epoch < restored.epoch {
                        kept.push(manifest);
                    }
                }
            }
            kept.sort_by_key(|manifest| (manifest.epoch, manifest.generation));
            let surplus = (kept.len() + 1).saturating_sub(retained);
            kept.drain(..surplus);
            kept.push(restored.clone());
        }
        let collector = Collector { kept, retained };
        let needed = collector.needed();
        for id in &directories {
            collector.sweep(store, id, &needed)?;
        }
        Ok(collector)
    }

    /// The checkpoint is committed: older ones go when there are enough.
    pub(crate) fn on_committed(
        &mut self,
        store: &CheckpointStore,
        manifest: Manifest,
    ) -> Result<(), JobError> {
        self.kept.push(manifest);
        let surplus = self.kept.len().saturating_sub(self.retained);
        let dropped: Vec<_> = self.kept.drain(..surplus).collect();
        let needed = self.needed();
        for manifest in &dropped {
            // The manifest goes first, so that none is ever seen that lacks parts.
            store.delete(&manifest_path(&manifest.id))?;
            for object in manifest.objects().filter(|object| !needed.contains(*object)) {
                store.delete(object)?;
            }
        }
        Ok(())
    }

    fn needed(&self) -> BTreeSet<String> {
        let objects = self.kept.iter().flat_map(Manifest::objects).map(str::to_owned);
        let manifests = self.kept.iter().map(|manifest| manifest_path(&manifest.id));
        objects.chain(manifests).collect()
    }

    fn sweep(&self, store: &CheckpointStore, id: &str, needed: &BTreeSet<String>) -> Result<(), JobError> {
        let (objects, _) = store.list(&directory(id))?;
        for name in objects {
            let path = format!("{}/{name}", directory(id));
            if !needed.contains(&path) {
                store.delete(&path)?;
            }
        }
        Ok(())
    }
}
