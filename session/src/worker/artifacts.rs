//! Executables that the worker has fetched.
//!
//! In: hashes. Out: files. Invariant: a file in the folder that has a hash for a name is complete, executable, and has
//! that hash; each is fetched once however many attempts wait for it, and others go on meanwhile; one in use is never
//! removed, and what is not in use takes no more than it may.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncWriteExt as _;

use super::Link;
use super::link::{Download, Parts, is_away};
use crate::build::cache;

/// Tries, and the pause before the second, which doubles.
const TRIES: u32 = 6;
const PAUSE: Duration = Duration::from_millis(300);
/// A manager that has lost the executable makes it again, for which it may need all of the runtime.
const MAKING_MAX: Duration = Duration::from_secs(15 * 60);

pub(super) struct Artifacts {
    folder: PathBuf,
    link: Link,
    bytes_max: u64,
    /// Before the second try, and before the manager is asked once more.
    pause: Duration,
    known: Mutex<BTreeMap<String, Weak<Artifact>>>,
    /// Held while files are looked at or removed, so that nobody begins to use what is removed.
    disk: Arc<tokio::sync::Mutex<()>>,
}

/// An executable that somebody waits for or uses; it stays while this lives.
pub(super) struct Artifact {
    sha256: String,
    path: PathBuf,
    /// Held while it is fetched.
    fetching: tokio::sync::Mutex<()>,
}

impl Artifact {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Artifacts {
    pub(super) fn new(folder: PathBuf, link: Link, bytes_max: u64) -> Artifacts {
        Artifacts {
            folder,
            link,
            bytes_max,
            pause: PAUSE,
            known: Mutex::default(),
            disk: Arc::default(),
        }
    }

    /// Whoever drops the future gives the fetch up.
    pub(super) async fn fetch(&self, sha256: &str) -> Result<Arc<Artifact>> {
        let artifact = self.artifact(sha256);
        let fetched = self.fetch_once(&artifact).await;
        fetched.with_context(|| format!("the artifact {sha256} cannot be fetched"))?;
        if let Err(error) = self.collect().await {
            eprintln!("worker: old artifacts are not removed: {error:#}");
        }
        Ok(artifact)
    }

    async fn fetch_once(&self, artifact: &Artifact) -> Result<()> {
        let _one_at_a_time = artifact.fetching.lock().await;
        if self.is_there(artifact).await? {
            return Ok(());
        }
        self.fetch_patiently(artifact).await
    }

    /// If it is, it is used now.
    async fn is_there(&self, artifact: &Artifact) -> Result<bool> {
        let disk = Arc::clone(&self.disk).lock_owned().await;
        let path = artifact.path.clone();
        on_disk(move || {
            let _disk = disk;
            let is_there = path.is_file();
            if is_there {
                cache::touch(&path);
            }
            Ok(is_there)
        })
        .await
    }

    fn artifact(&self, sha256: &str) -> Arc<Artifact> {
        let mut known = self.known.lock().expect("nobody panics while holding it");
        known.retain(|_, artifact| artifact.strong_count() > 0);
        if let Some(artifact) = known.get(sha256).and_then(Weak::upgrade) {
            return artifact;
        }
        let artifact = Arc::new(Artifact {
            sha256: sha256.to_owned(),
            path: self.folder.join(sha256),
            fetching: tokio::sync::Mutex::default(),
        });
        known.insert(sha256.to_owned(), Arc::downgrade(&artifact));
        artifact
    }

    async fn collect(&self) -> Result<()> {
        let disk = Arc::clone(&self.disk).lock_owned().await;
        let used: BTreeSet<String> = {
            let known = self.known.lock().expect("nobody panics while holding it");
            let used = known.iter().filter(|(_, artifact)| artifact.strong_count() > 0);
            used.map(|(sha256, _)| sha256.clone()).collect()
        };
        let (folder, bytes_max) = (self.folder.clone(), self.bytes_max);
        on_disk(move || {
            let _disk = disk;
            cache::trim(&folder, bytes_max, |name| used.contains(name))
        })
        .await
    }

    async fn fetch_patiently(&self, artifact: &Artifact) -> Result<()> {
        let started = Instant::now();
        let mut pause = self.pause;
        let mut tries = 0;
        loop {
            match self.try_to_fetch(artifact).await {
                Ok(true) => return Ok(()),
                Ok(false) if started.elapsed() > MAKING_MAX => bail!("the manager is still building it"),
                Ok(false) => tokio::time::sleep(self.pause).await,
                // That is not for the job to suffer from.
                Err(error) if is_away(&error) => tokio::time::sleep(self.pause).await,
                Err(error) => {
                    tries += 1;
                    if tries == TRIES {
                        return Err(error.context(format!("given up after {TRIES} tries")));
                    }
                    eprintln!("worker: artifact {}: {error:#}; once more", artifact.sha256);
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
            }
        }
    }

    /// False: the manager does not have it yet.
    async fn try_to_fetch(&self, artifact: &Artifact) -> Result<bool> {
        let Some(download) = self.link.artifact(&artifact.sha256).await? else {
            return Ok(false);
        };
        let unfinished = Unfinished(cache::unfinished(&artifact.path));
        save(download, &artifact.sha256, &unfinished.0).await?;
        let renamed = tokio::fs::rename(&unfinished.0, &artifact.path).await;
        renamed.with_context(|| format!("renaming {}", unfinished.0.display()))?;
        Ok(true)
    }
}

/// Removed unless it has got its name.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        // It is not there if it was renamed or never made.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Runs what waits for the disk where nobody else waits for it.
async fn on_disk<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await?
}

/// Makes a file of what comes, if it has the hash.
async fn save(download: Download, expected: &str, target: &Path) -> Result<()> {
    let (own, sha256) = (target.to_owned(), expected.to_owned());
    match download {
        Download::File(path) => on_disk(move || link_or_copy(&path, &sha256, &own)).await,
        Download::Parts(parts) => {
            let file = on_disk(move || create(&own)).await?;
            let found = save_parts(parts, file, target).await?;
            check(&found, expected)
        }
    }
}

/// The hash of what came.
async fn save_parts(mut parts: Parts, file: File, target: &Path) -> Result<String> {
    let writing = || format!("writing {}", target.display());
    let mut file = tokio::fs::File::from_std(file);
    let mut sha256 = Sha256::new();
    while let Some(bytes) = parts.next().await? {
        sha256.update(&bytes);
        file.write_all(&bytes).await.with_context(writing)?;
    }
    // After a power cut a name must not stand for half a file.
    file.sync_all().await.with_context(writing)?;
    Ok(hex::encode(sha256.finalize()))
}

/// One more name for a file of the manager, whose names are hashes as those of the worker, and which has checked it.
/// There is none on another file system.
fn link_or_copy(source: &Path, expected: &str, target: &Path) -> Result<()> {
    let folder = target.parent().expect("artifacts lie in a folder");
    std::fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    if std::fs::hard_link(source, target).is_ok() {
        return Ok(());
    }
    let bytes = std::fs::read(source).with_context(|| format!("reading {}", source.display()))?;
    check(&hex::encode(Sha256::digest(&bytes)), expected)?;
    let mut file = create(target)?;
    let written = file.write_all(&bytes).and_then(|()| file.sync_all());
    written.with_context(|| format!("writing {}", target.display()))
}

/// A new file that can be executed.
fn create(target: &Path) -> Result<File> {
    let folder = target.parent().expect("artifacts lie in a folder");
    std::fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    let mut options = File::options();
    let file = options.write(true).create_new(true).mode(0o755).open(target);
    file.with_context(|| format!("creating {}", target.display()))
}

fn check(found: &str, expected: &str) -> Result<()> {
    if found != expected {
        bail!("what came has the hash {found}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::Router;
    use axum::http::StatusCode;
    use axum::response::{IntoResponse as _, Response};
    use axum::routing::get;

    use super::*;
    use crate::manager::ClusterKey;

    fn hash(bytes: &[u8]) -> String {
        hex::encode(Sha256::digest(bytes))
    }

    /// A manager that answers the first call, the second, … like this.
    async fn artifacts(
        folder: &Path,
        answer: impl Fn(usize) -> Response + Clone + Send + Sync + 'static,
    ) -> Artifacts {
        let calls = Arc::new(AtomicUsize::new(0));
        let route = get(async move || answer(calls.fetch_add(1, Ordering::SeqCst)));
        let router = Router::new().route("/internal/artifact/{sha256}", route);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let link = Link::http(&[url], ClusterKey::new("key"), None).expect("a link");
        Artifacts {
            pause: Duration::from_millis(1),
            ..Artifacts::new(folder.join("artifacts"), link, 1 << 30)
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder.join("artifacts")).expect("the folder is there");
        entries
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect()
    }

    #[tokio::test]
    async fn a_broken_download_is_tried_again_and_a_right_one_is_kept() {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let answer = |call| match call {
            0 => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            1 => StatusCode::ACCEPTED.into_response(),
            2..9 => StatusCode::SERVICE_UNAVAILABLE.into_response(),
            9 => "jo".into_response(),
            _ => "job".into_response(),
        };
        let artifacts = artifacts(folder.path(), answer).await;
        let fetched = artifacts.fetch(&hash(b"job")).await.expect("it comes at last");
        assert_eq!(std::fs::read(fetched.path()).expect("it is there"), b"job");
        let metadata = std::fs::metadata(fetched.path()).expect("it is there");
        assert_eq!(metadata.permissions().mode() & 0o111, 0o111);
        assert_eq!(names(folder.path()), [hash(b"job")], "nothing else is left");
    }

    #[tokio::test]
    async fn a_file_of_the_manager_is_linked_where_it_can_be_and_copied_where_not() {
        use std::os::unix::fs::MetadataExt as _;
        let folder = tempfile::tempdir().expect("a temporary directory");
        let manager = folder.path().join("manager");
        std::fs::write(&manager, "job").expect("written");
        let inode = |path: &Path| std::fs::metadata(path).expect("it is there").ino();
        let linked = folder.path().join("worker/linked");
        let file = || Download::File(manager.clone());
        save(file(), &hash(b"job"), &linked).await.expect("it is linked");
        assert_eq!(inode(&linked), inode(&manager));
        // No link crosses file systems.
        let memory = tempfile::tempdir_in("/dev/shm").expect("a file system of its own");
        let copied = memory.path().join("copied");
        save(file(), &hash(b"job"), &copied).await.expect("it is copied");
        assert_eq!(std::fs::read(&copied).expect("it is there"), b"job");
        let wrong = memory.path().join("wrong");
        assert!(save(file(), &hash(b"other"), &wrong).await.is_err());
    }

    #[tokio::test]
    async fn a_manager_that_is_away_is_waited_for() {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let mut artifacts = artifacts(folder.path(), |_| "job".into_response()).await;
        let nobody = "http://127.0.0.1:9".to_owned();
        artifacts.link = Link::http(&[nobody], ClusterKey::new("key"), None).expect("a link");
        let wait = Duration::from_millis(200);
        let sha256 = hash(b"job");
        let fetching = tokio::time::timeout(wait, artifacts.fetch(&sha256));
        assert!(fetching.await.is_err(), "it goes on asking");
    }

    #[tokio::test]
    async fn what_never_comes_right_is_told() {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let artifacts = artifacts(folder.path(), |_| "another".into_response()).await;
        let error = artifacts.fetch(&hash(b"job")).await.err().expect("it is wrong");
        let expected = format!(
            "the artifact {} cannot be fetched: given up after {TRIES} tries: what came has the hash {}",
            hash(b"job"),
            hash(b"another")
        );
        assert_eq!(format!("{error:#}"), expected);
        assert!(names(folder.path()).is_empty());
    }

    #[tokio::test]
    async fn a_fetch_that_is_given_up_leaves_nothing_and_holds_nobody_up() {
        let folder = tempfile::tempdir().expect("a temporary directory");
        // A body that begins and does not go on.
        let answer = |call| match call {
            0 => {
                let begun = futures_util::stream::once(async { Ok::<_, std::io::Error>("j") });
                let stuck = futures_util::StreamExt::chain(begun, futures_util::stream::pending());
                axum::body::Body::from_stream(stuck).into_response()
            }
            _ => "other".into_response(),
        };
        let artifacts = artifacts(folder.path(), answer).await;
        let stuck = "0".repeat(64);
        let mut stuck = Box::pin(artifacts.fetch(&stuck));
        let wait = Duration::from_millis(300);
        assert!(tokio::time::timeout(wait, &mut stuck).await.is_err());
        assert_eq!(names(folder.path()).len(), 1);
        artifacts
            .fetch(&hash(b"other"))
            .await
            .expect("it does not wait for the first");
        drop(stuck);
        assert_eq!(names(folder.path()), [hash(b"other")]);
    }

    #[tokio::test]
    async fn old_ones_go_and_those_in_use_stay() {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let mut artifacts = artifacts(folder.path(), |_| "new".into_response()).await;
        artifacts.bytes_max = 0;
        std::fs::create_dir_all(folder.path().join("artifacts")).expect("created");
        let (used, unused) = ("1".repeat(64), "2".repeat(64));
        for name in [&used, &unused] {
            std::fs::write(folder.path().join("artifacts").join(name), "old").expect("written");
        }
        let held = artifacts.fetch(&used).await.expect("it is there");
        let old = std::time::SystemTime::now() - Duration::from_secs(3600);
        for name in [&used, &unused] {
            let file = File::open(folder.path().join("artifacts").join(name)).expect("there");
            file.set_modified(old).expect("it is ours");
        }
        artifacts.fetch(&hash(b"new")).await.expect("it comes");
        let mut expected = [used, hash(b"new")];
        expected.sort();
        let mut left = names(folder.path());
        left.sort();
        assert_eq!(left, expected);
        drop(held);
    }
}
