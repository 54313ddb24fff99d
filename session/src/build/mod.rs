//! Generated source → artifact: a native executable and its manifest, by content. What was built once is not built
//! again; a cached build runs no compiler.

pub mod application;
pub mod artifact;
pub mod cache;
pub mod deployable;
pub mod deployment;
pub mod job_crate;
pub mod progress;
pub mod redact;
pub mod sdk;
pub mod texts;

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

pub use artifact::Artifact;
use sdk::Sdk;

/// Of the executables in the cache, unless `MILLSTREAM_CACHE_MIB` says otherwise.
const JOBS_MIB_MAX: u64 = 8 << 10;

/// How much the compiler optimises the generated crate; the runtime is always optimised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Profile {
    /// For deployments
    Release,
    /// Quick to build, for interactive use
    Preview,
}

impl Profile {
    pub fn name(self) -> &'static str {
        match self {
            Profile::Release => "release",
            Profile::Preview => "preview",
        }
    }

    fn opt_level(self) -> &'static str {
        match self {
            Profile::Release => "3",
            Profile::Preview => "0",
        }
    }
}

/// What a build did.
pub struct Built {
    /// Key of the cache entry: hash of source, runtime, compiler and profile.
    pub key: String,
    pub executable: PathBuf,
    /// Of the executable, in hexadecimal digits.
    pub sha256: String,
    pub was_cached: bool,
    pub time: Duration,
    pub runtime_build_id: String,
    pub rustc_version: String,
}

/// Builds the executable of a generated source, or finds it in the cache.
pub fn build(rust: &str, profile: Profile) -> Result<Built> {
    let started = Instant::now();
    let sdk = Sdk::find()?;
    let runtime_build_id = sdk.build_id()?;
    let rustc_version = sdk.rustc_version()?;
    let parts = [rust, &runtime_build_id, &rustc_version, profile.name()];
    let key = cache::hash(parts.map(str::as_bytes));
    let jobs = cache::folder("jobs")?;
    let folder = jobs.join(&key);
    let was_cached = folder.is_dir();
    if !was_cached {
        let libraries = sdk.libraries(&runtime_build_id)?;
        cache::once(&folder, |target| {
            job_crate::compile(rust, profile, &key, &libraries, target)
        })?;
    }
    let executable = folder.join("job");
    cache::touch(&executable);
    if !was_cached && let Err(error) = cache::trim(&jobs, jobs_bytes_max(), |name| name == key) {
        eprintln!("warning: old executables are not removed: {error:#}");
    }
    Ok(Built {
        key,
        sha256: sha256(&executable)?,
        executable,
        was_cached,
        time: started.elapsed(),
        runtime_build_id,
        rustc_version,
    })
}

fn jobs_bytes_max() -> u64 {
    let given = std::env::var("MILLSTREAM_CACHE_MIB").ok();
    given
        .and_then(|mib| mib.trim().parse().ok())
        .unwrap_or(JOBS_MIB_MAX)
        .saturating_mul(1 << 20)
}

/// In pieces: a manager would keep the memory of the whole.
fn hashed(file: &Path) -> std::io::Result<String> {
    let mut file = File::open(file)?;
    let mut sha256 = Sha256::new();
    let mut piece = vec![0; 64 << 10];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hex::encode(sha256.finalize())),
            length => sha256.update(&piece[..length]),
        }
    }
}

/// Kept beside the executable: hashing tens of megabytes takes longer than starting them.
fn sha256(executable: &Path) -> Result<String> {
    let kept = executable.with_extension("sha256");
    if let Ok(sha256) = std::fs::read_to_string(&kept) {
        return Ok(sha256);
    }
    let sha256 = hashed(executable).with_context(|| format!("reading {}", executable.display()))?;
    let unfinished = executable.with_extension(format!("sha256-{}", crate::model::fresh_id()));
    std::fs::write(&unfinished, &sha256)?;
    std::fs::rename(&unfinished, &kept)?;
    Ok(sha256)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_in_pieces_is_that_of_the_whole() {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let file = folder.path().join("job");
        for size_bytes in [0, 1, 64 << 10, (64 << 10) + 7] {
            let bytes: Vec<u8> = (0..size_bytes).map(|at: usize| at as u8).collect();
            std::fs::write(&file, &bytes).expect("written");
            let whole = hex::encode(Sha256::digest(&bytes));
            assert_eq!(hashed(&file).expect("it is read"), whole);
        }
    }
}
