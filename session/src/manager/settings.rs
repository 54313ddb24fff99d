//! What the operator decides about a manager.

use std::path::PathBuf;
use std::time::Duration;

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
}

impl Settings {
    /// Everything in one folder.
    pub fn in_folder(data: PathBuf) -> Settings {
        Settings {
            storage: format!("file://{}", data.display()),
            data,
            worker_timeout: Duration::from_secs(15),
            builds_max: 2,
        }
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
