//! Who a worker is.
//!
//! In: its folder. Out: an id that stays and one of this start. Invariant: one process at a time works in a folder.

use std::fs::File;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::model::fresh_id;

pub(super) struct Identity {
    pub(super) id: String,
    pub(super) incarnation: String,
    pub(super) host: String,
    /// Held as long as the worker lives.
    _lock: File,
}

impl Identity {
    pub(super) fn open(folder: &Path) -> Result<Identity> {
        std::fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
        let lock = File::create(folder.join("worker.lock"))?;
        if lock.try_lock().is_err() {
            bail!("{} is used by another worker", folder.display());
        }
        let file = folder.join("worker.id");
        let id = match std::fs::read_to_string(&file) {
            Ok(id) => id.trim().to_owned(),
            Err(_) => {
                let id = fresh_id();
                std::fs::write(&file, &id).with_context(|| format!("writing {}", file.display()))?;
                id
            }
        };
        Ok(Identity {
            id,
            incarnation: fresh_id(),
            host: host_name(),
            _lock: lock,
        })
    }
}

/// The name of this machine; empty where it has none.
pub(crate) fn host_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    name.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_keeps_its_id_and_gets_a_new_incarnation() {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let first = Identity::open(folder.path()).expect("it opens");
        let error = Identity::open(folder.path())
            .err()
            .expect("it is in use")
            .to_string();
        assert!(error.ends_with("is used by another worker"), "{error}");
        let (id, incarnation) = (first.id.clone(), first.incarnation.clone());
        drop(first);
        let second = Identity::open(folder.path()).expect("it is free again");
        assert_eq!(second.id, id);
        assert_ne!(second.incarnation, incarnation);
    }
}
