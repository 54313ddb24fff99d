//! What the operator decides about a manager.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;

use super::storage;
use crate::validation::FilesAccess;

#[derive(Clone, Debug)]
pub struct Settings {
    /// Folder of this manager: artifacts, and checkpoints where no other place is given.
    pub data: PathBuf,
    /// URL below which checkpoints and savepoints are kept.
    pub storage: String,
    /// A worker that is silent for so long is lost, and its jobs start elsewhere.
    pub worker_timeout: Duration,
    /// Builds at a time.
    pub builds_max: usize,
    /// Files that tables may be.
    pub files: FilesAccess,
    /// Executables that no deployment needs are kept up to this size, on disk and in the storage.
    pub artifact_cache_bytes: u64,
}

impl Settings {
    /// Everything in one folder.
    pub fn in_folder(data: PathBuf) -> Settings {
        Settings {
            storage: format!("file://{}", data.display()),
            data,
            worker_timeout: Duration::from_secs(15),
            builds_max: 2,
            files: FilesAccess::default(),
            artifact_cache_bytes: 2 << 30,
        }
        .with_files_roots(Vec::new())
    }

    /// Opens these folders to tables, but nothing of the cluster's own.
    pub fn with_files_roots(mut self, roots: Vec<PathBuf>) -> Settings {
        let storage = self.storage.strip_prefix("file://").map(PathBuf::from);
        self.files = FilesAccess {
            open: roots,
            closed: [Some(self.data.clone()), storage].into_iter().flatten().collect(),
        };
        self.files.closed.dedup();
        self
    }

    /// Whether manager and jobs read the storage's URL alike.
    pub fn check_storage(&self) -> anyhow::Result<()> {
        storage::check(&self.storage).context("--storage")
    }

    /// Where executables are kept that every manager finds; none where the storage is this manager's own folder, which
    /// has them already.
    pub fn artifacts_url(&self) -> Option<String> {
        let own = format!("file://{}", self.data.display());
        let storage = self.storage.trim_end_matches('/');
        (storage != own).then(|| format!("{storage}/artifacts"))
    }

    /// Where jobs keep their checkpoints, each in a folder with the deployment's id.
    pub fn checkpoints_url(&self) -> String {
        format!("{}/checkpoints", self.storage.trim_end_matches('/'))
    }

    /// Where a savepoint of a deployment is written.
    pub fn savepoint_url(&self, deployment: &str, savepoint: &str) -> String {
        format!(
            "{}/savepoints/{deployment}/{savepoint}",
            self.storage.trim_end_matches('/')
        )
    }
}
