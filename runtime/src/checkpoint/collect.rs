//! Removes objects that no checkpoint needs.
//!
//! In: manifests that are kept. Out: deletions. Invariant: an object that a kept manifest names is never
//! deleted, and neither is a checkpoint that may still be in the making by this job.

use std::collections::BTreeSet;

use super::manifest::{Manifest, directory, generation_of, manifest_path};
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
        generation: u64,
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
        // A successor may have started in the meantime; what it writes is not ours to judge.
        for id in directories
            .iter()
            .filter(|id| generation_of(id).is_some_and(|found| found < generation))
        {
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_start_removes_what_predecessors_left_and_nothing_of_successors() {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
        let memory = Arc::new(object_store::memory::InMemory::new());
        let store = CheckpointStore::with_store(memory, runtime.handle().clone());
        let put = |path: &str| assert!(store.create(path, Vec::new()).expect("memory takes it"), "{path}");
        let mut restored = Manifest::new(4, 1, "a", 1, 128);
        restored
            .staged
            .insert("sink".to_owned(), vec!["checkpoints/4-1-a/staged-0-0".to_owned()]);
        assert!(
            store
                .create(&manifest_path("4-1-a"), restored.to_bytes())
                .expect("memory takes it")
        );
        put("checkpoints/4-1-a/staged-0-0");
        put("checkpoints/4-1-a/part-0-0");
        put("checkpoints/5-1-a/part-0-0");
        put("checkpoints/5-3-a/part-0-0");
        Collector::start(&store, Some(&restored), 2, 1).expect("it is collected");
        let left = |id| store.list(&directory(id)).expect("listed").0;
        assert_eq!(left("4-1-a"), ["manifest.json", "staged-0-0"]);
        assert!(
            left("5-1-a").is_empty(),
            "prepared by a predecessor, never committed"
        );
        assert_eq!(left("5-3-a"), ["part-0-0"], "a successor is writing it");
    }
}
