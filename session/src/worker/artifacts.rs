//! Executables that the worker has fetched.
//!
//! In: hashes. Out: files. Invariant: a file in the folder is complete, executable, and has the hash that it is named
//! by; each is fetched once however many attempts wait for it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use sha2::{Digest as _, Sha256};
use tokio::sync::Mutex;

use super::Link;

pub(super) struct Artifacts {
    folder: PathBuf,
    link: Link,
    /// Held while one is fetched.
    fetching: Mutex<()>,
}

impl Artifacts {
    pub(super) fn new(folder: PathBuf, link: Link) -> Artifacts {
        Artifacts {
            folder,
            link,
            fetching: Mutex::new(()),
        }
    }

    pub(super) async fn fetch(&self, sha256: &str) -> Result<PathBuf> {
        let path = self.folder.join(sha256);
        let _one_at_a_time = self.fetching.lock().await;
        if path.is_file() {
            return Ok(path);
        }
        let bytes = self
            .link
            .artifact(sha256)
            .await
            .context("fetching the artifact")?;
        let target = path.clone();
        let expected = sha256.to_owned();
        let kept = tokio::task::spawn_blocking(move || keep(&bytes, &expected, &target));
        kept.await.context("keeping the artifact")??;
        Ok(path)
    }
}

fn keep(bytes: &[u8], expected: &str, target: &Path) -> Result<()> {
    let sha256 = hex::encode(Sha256::digest(bytes));
    if sha256 != expected {
        bail!("the artifact {expected} has the hash {sha256}");
    }
    let folder = target.parent().expect("artifacts lie in a folder");
    std::fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    let unfinished = target.with_extension("unfinished");
    std::fs::write(&unfinished, bytes).with_context(|| format!("writing {}", unfinished.display()))?;
    std::fs::set_permissions(&unfinished, std::fs::Permissions::from_mode(0o755))?;
    Ok(std::fs::rename(&unfinished, target)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bytes_with_the_right_hash_are_kept() {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let sha256 = hex::encode(Sha256::digest(b"job"));
        let target = folder.path().join("artifacts").join(&sha256);
        assert!(keep(b"another", &sha256, &target).is_err() && !target.exists());
        keep(b"job", &sha256, &target).expect("the hash is right");
        assert_eq!(std::fs::read(&target).expect("it is there"), b"job");
    }
}
