//! Versions become executables.
//!
//! In: a deployment that is INITIALIZING. Out: an artifact in the manager's folder, named by its hash. Invariant: an
//! artifact is complete or not there; what is served under a hash has it.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::program;
use super::transition::Event;
use crate::build::{self, Profile, cache};
use crate::model::Version;
use crate::model::deployment::Artifact;

/// Compiles and builds; blocks, for seconds if nothing is cached.
pub(super) fn build(version: &Version, artifacts: &Path) -> Event {
    let compiled = match program::compile(version) {
        Ok(compiled) => compiled,
        Err(refusal) => return Event::BuildFailed(refusal.errors.join("; ")),
    };
    match executable(&compiled.rust, Profile::Release, artifacts) {
        Ok(artifact) => Event::Built(artifact),
        Err(error) => Event::BuildFailed(format!("building failed: {error:#}")),
    }
}

/// Builds, and puts the executable where workers get it.
pub(super) fn executable(rust: &str, profile: Profile, artifacts: &Path) -> Result<Artifact> {
    let built = build::build(rust, profile)?;
    let size_bytes = std::fs::metadata(&built.executable)?.len();
    store(&built.executable, &built.sha256, artifacts)?;
    Ok(Artifact {
        sha256: built.sha256,
        size_bytes,
    })
}

pub(super) fn path(artifacts: &Path, sha256: &str) -> PathBuf {
    artifacts.join(sha256)
}

fn store(executable: &Path, sha256: &str, artifacts: &Path) -> Result<()> {
    let target = path(artifacts, sha256);
    if target.is_file() {
        cache::touch(&target);
        return Ok(());
    }
    std::fs::create_dir_all(artifacts).with_context(|| format!("creating {}", artifacts.display()))?;
    let unfinished = cache::unfinished(&target);
    // A link costs nothing; the cache may lie on another file system.
    if std::fs::hard_link(executable, &unfinished).is_err() {
        std::fs::copy(executable, &unfinished)
            .with_context(|| format!("copying {}", executable.display()))?;
    }
    // After a power cut a name must not stand for half a file.
    File::open(&unfinished)?.sync_all()?;
    Ok(std::fs::rename(&unfinished, &target)?)
}
