//! The folder for what can be made again: the compiled runtime, build folders, artifacts.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use sha2::{Digest, Sha256};

/// `$MILLSTREAM_CACHE`, else `millstream` in the user's cache folder.
pub fn folder(name: &str) -> Result<PathBuf> {
    let base = match (
        std::env::var_os("MILLSTREAM_CACHE"),
        std::env::var_os("XDG_CACHE_HOME"),
    ) {
        (Some(folder), _) => PathBuf::from(folder),
        (None, Some(folder)) => PathBuf::from(folder).join("millstream"),
        (None, None) => {
            PathBuf::from(std::env::var_os("HOME").context("HOME is not set")?).join(".cache/millstream")
        }
    };
    let folder = base.join(name);
    std::fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    Ok(folder)
}

/// A content hash as file names carry it.
pub fn hash<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut sha = Sha256::new();
    for part in parts {
        sha.update((part.len() as u64).to_le_bytes());
        sha.update(part);
    }
    hex::encode(&sha.finalize()[..16])
}

/// Makes `folder` by `fill`, once: complete or not at all, also when several processes make it at a time.
pub fn once(folder: &Path, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let unfinished = folder.with_extension(format!("unfinished-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&unfinished);
    std::fs::create_dir_all(&unfinished)?;
    let filled = fill(&unfinished);
    if filled.is_err() {
        let _ = std::fs::remove_dir_all(&unfinished);
        return filled;
    }
    match std::fs::rename(&unfinished, folder) {
        Err(_) if folder.is_dir() => Ok(std::fs::remove_dir_all(&unfinished)?),
        result => Ok(result?),
    }
}
