//! Executables of deployments: where they lie, how they come back, when they go.
//!
//! In: hashes. Out: bytes. Invariant: what is served under a hash has it; with a storage of its own the manager keeps
//! executables of deployments there before anybody hears of them, so that the manager that takes over finds them; what
//! a deployment that can still start needs is never removed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result, anyhow, bail};
use futures_util::TryStreamExt as _;
use object_store::path::Path as Location;
use object_store::{ObjectMeta, ObjectStoreExt as _};
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;

use super::transition::Event;
use super::{Manager, builds, storage};
use crate::build::cache;
use crate::catalogue::Tables;
use crate::model::deployment::Artifact;
use crate::model::{Deployment, Version};

/// A worker that asks for more is told to come again.
const ANSWER_MAX: Duration = Duration::from_secs(5);
/// An object that is younger may be of a deployment that is still to be stored.
const GRACE: Duration = Duration::from_secs(60 * 60);

/// What is under way, by hash, and how it ended.
pub(super) type Making = Mutex<BTreeMap<String, End>>;
type End = watch::Receiver<Option<Result<(), String>>>;

impl Manager {
    /// Where executables lie, each named by its hash.
    pub(super) fn artifacts(&self) -> PathBuf {
        self.settings().data.join("artifacts")
    }

    /// The file of an executable. None: it is brought back, which takes a while.
    pub async fn artifact_file(&self, sha256: &str) -> Result<Option<PathBuf>> {
        if sha256.len() != 64 || !sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            bail!("'{sha256}' is no hash");
        }
        let path = builds::path(&self.artifacts(), sha256);
        if !is_used(&path).await? {
            if !self.bring_back(sha256).await? {
                return Ok(None);
            }
            is_used(&path).await?;
        }
        Ok(Some(path))
    }

    /// Waits for a moment; false if it takes longer. Whoever asks next hears how it ended.
    async fn bring_back(&self, sha256: &str) -> Result<bool> {
        let mut ended = self.bringing_back(sha256);
        let waiting = tokio::time::timeout(ANSWER_MAX, ended.wait_for(Option::is_some));
        let result = match waiting.await {
            Err(_) => return Ok(false),
            Ok(Ok(result)) => result.clone().expect("it was waited for"),
            Ok(Err(_)) => Err("it was given up".to_owned()),
        };
        self.making().remove(sha256);
        result.map(|()| true).map_err(|message| anyhow!(message))
    }

    fn bringing_back(&self, sha256: &str) -> End {
        let mut making = self.making();
        if let Some(ended) = making.get(sha256) {
            return ended.clone();
        }
        let (end, ended) = watch::channel(None);
        making.insert(sha256.to_owned(), ended.clone());
        let (manager, sha256) = (self.clone(), sha256.to_owned());
        tokio::spawn(async move {
            let result = manager.find(&sha256).await;
            end.send_replace(Some(result.map_err(|error| format!("{error:#}"))));
        });
        ended
    }

    fn making(&self) -> MutexGuard<'_, BTreeMap<String, End>> {
        self.inner.making.lock().expect("nobody panics while holding it")
    }

    /// From the storage, else by building it once more: the same version gives the same bytes.
    async fn find(&self, sha256: &str) -> Result<()> {
        let missing = match self.settings().artifacts_url() {
            Some(url) => match self.download(&url, sha256).await {
                Ok(()) => return Ok(()),
                Err(error) => format!("{error:#}"),
            },
            None => "it is not on this manager's disk".to_owned(),
        };
        let version = self.catalogue.read(|tables| version_of(tables, sha256));
        let Some(version) = version else {
            bail!("there is no such artifact: {missing}");
        };
        let artifacts = self.artifacts();
        let permit = self.inner.preparations.permits().acquire_owned().await;
        let building = tokio::task::spawn_blocking(move || {
            // Held until it is built, also if nobody waits for it any more.
            let _permit = permit;
            builds::build(&version, &artifacts)
        });
        match building.await? {
            Event::Built(artifact) if artifact.sha256 == sha256 => Ok(()),
            Event::BuildFailed(message) => bail!("{missing}; building it once more: {message}"),
            _ => bail!("{missing}; this manager builds another executable of the version"),
        }
    }

    async fn download(&self, url: &str, sha256: &str) -> Result<()> {
        let (store, folder) = storage::open(url)?;
        let object = store.get(&folder.join(sha256)).await;
        let bytes = object
            .with_context(|| format!("reading {url}/{sha256}"))?
            .bytes()
            .await?;
        let target = builds::path(&self.artifacts(), sha256);
        let expected = sha256.to_owned();
        let kept = tokio::task::spawn_blocking(move || {
            if hex::encode(Sha256::digest(&bytes)) != expected {
                bail!("the bytes of the artifact {expected} in the storage have another hash");
            }
            let folder = target.parent().expect("artifacts lie in a folder");
            std::fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
            let unfinished = cache::unfinished(&target);
            std::fs::write(&unfinished, &bytes)
                .with_context(|| format!("writing {}", unfinished.display()))?;
            std::fs::File::open(&unfinished)?.sync_all()?;
            Ok(std::fs::rename(&unfinished, &target)?)
        });
        kept.await?
    }

    /// Puts a built executable where every manager finds it.
    pub(super) async fn share(&self, artifact: Artifact) -> Event {
        let Some(url) = self.settings().artifacts_url() else {
            return Event::Built(artifact);
        };
        match self.upload(&url, &artifact.sha256).await {
            Ok(()) => Event::Built(artifact),
            Err(error) => Event::BuildFailed(format!("the artifact cannot be stored: {error:#}")),
        }
    }

    async fn upload(&self, url: &str, sha256: &str) -> Result<()> {
        let (store, folder) = storage::open(url)?;
        let object = folder.join(sha256);
        if store.head(&object).await.is_ok() {
            return Ok(());
        }
        let path = builds::path(&self.artifacts(), sha256);
        let bytes = tokio::task::spawn_blocking(move || {
            std::fs::read(&path).with_context(|| format!("reading {}", path.display()))
        });
        let put = store.put(&object, bytes.await??.into()).await;
        put.with_context(|| format!("writing {url}/{sha256}")).map(drop)
    }

    /// Old executables that nothing needs go, here and in the storage.
    pub(super) async fn collect_artifacts(&self) -> Result<()> {
        let mut needed = self.catalogue.read(needed);
        needed.extend(self.queries().artifacts());
        let (artifacts, bytes_max) = (self.artifacts(), self.settings().artifact_cache_bytes);
        let here = needed.clone();
        tokio::task::spawn_blocking(move || cache::trim(&artifacts, bytes_max, |name| here.contains(name)))
            .await??;
        let Some(url) = self.settings().artifacts_url() else {
            return Ok(());
        };
        let (store, folder) = storage::open(&url)?;
        let mut objects: Vec<ObjectMeta> = store.list(Some(&folder)).try_collect().await?;
        objects.retain(|object| is_executable(&folder, &object.location));
        let before = SystemTime::now() - GRACE;
        for object in surplus(objects, &needed, bytes_max, before) {
            let deleted = store.delete(&object.location).await;
            deleted.with_context(|| format!("removing {url}/{}", name(&object)))?;
        }
        Ok(())
    }
}

/// Whether the file is there; if so, it is used now.
async fn is_used(path: &std::path::Path) -> Result<bool> {
    let path = path.to_owned();
    let looked = tokio::task::spawn_blocking(move || {
        let is_there = path.is_file();
        if is_there {
            cache::touch(&path);
        }
        is_there
    });
    Ok(looked.await?)
}

/// The version of a deployment with this executable.
fn version_of(tables: &Tables, sha256: &str) -> Option<Arc<Version>> {
    let has_it = |one: &Deployment| {
        one.artifact
            .as_ref()
            .is_some_and(|artifact| artifact.sha256 == sha256)
    };
    let deployment = tables.all::<Deployment>().find(|one| has_it(one))?;
    tables.get::<Version>(&deployment.version_id).cloned()
}

/// Of deployments that run or may start.
fn needed(tables: &Tables) -> BTreeSet<String> {
    let active = tables.all::<Deployment>().filter(|one| !one.status.is_ended());
    active
        .filter_map(|one| Some(one.artifact.as_ref()?.sha256.clone()))
        .collect()
}

fn name(object: &ObjectMeta) -> &str {
    object.location.filename().unwrap_or_default()
}

/// Ours: a hash directly below the folder, where others may keep other things.
fn is_executable(folder: &Location, object: &Location) -> bool {
    let is_directly_below = object.parts_count() == folder.parts_count() + 1;
    let name = object.filename().unwrap_or_default();
    is_directly_below && name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Objects that nothing needs and that are older than `before`, the oldest first, as many as are too much.
fn surplus(
    mut objects: Vec<ObjectMeta>,
    needed: &BTreeSet<String>,
    bytes_max: u64,
    before: SystemTime,
) -> Vec<ObjectMeta> {
    objects.sort_by(|a, b| (a.last_modified, &a.location).cmp(&(b.last_modified, &b.location)));
    let mut bytes: u64 = objects.iter().map(|object| object.size).sum();
    objects.retain(|object| {
        let is_surplus = bytes > bytes_max
            && SystemTime::from(object.last_modified) < before
            && !needed.contains(name(object));
        bytes -= if is_surplus { object.size } else { 0 };
        is_surplus
    });
    objects
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::catalogue::{Catalogue, Lease};
    use crate::manager::Settings;

    async fn manager(data: &Path, storage: &Path) -> Manager {
        let catalogue = Catalogue::in_memory(Lease::default()).await;
        let settings = Settings {
            storage: format!("file://{}", storage.display()),
            ..Settings::in_folder(data.to_owned())
        };
        Manager::new(catalogue, settings)
    }

    fn built(data: &Path, bytes: &[u8]) -> Artifact {
        let artifact = Artifact {
            sha256: hex::encode(Sha256::digest(bytes)),
            size_bytes: bytes.len() as u64,
        };
        std::fs::create_dir_all(data.join("artifacts")).expect("created");
        std::fs::write(data.join("artifacts").join(&artifact.sha256), bytes).expect("written");
        artifact
    }

    #[tokio::test]
    async fn another_manager_finds_in_the_storage_what_the_first_has_built() {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let (a, b, storage) = (
            folder.path().join("a"),
            folder.path().join("b"),
            folder.path().join("storage"),
        );
        std::fs::create_dir_all(&storage).expect("created");
        let first = manager(&a, &storage).await;
        let artifact = built(&a, b"job");
        first.collect_artifacts().await.expect("nothing is stored yet");
        let event = first.share(artifact.clone()).await;
        assert!(matches!(event, Event::Built(_)), "{event:?}");
        let second = manager(&b, &storage).await;
        let file = second.artifact_file(&artifact.sha256).await.expect("it is found");
        let bytes = std::fs::read(file.expect("it is there")).expect("it can be read");
        assert_eq!(bytes, b"job");
        assert!(
            b.join("artifacts").join(&artifact.sha256).is_file(),
            "kept at hand"
        );

        std::fs::remove_dir_all(b.join("artifacts")).expect("removed");
        let stored = storage.join("artifacts").join(&artifact.sha256);
        std::fs::write(stored, "another").expect("written");
        let error = second
            .artifact_file(&artifact.sha256)
            .await
            .expect_err("it is broken")
            .to_string();
        assert!(
            error.contains("in the storage have another hash"),
            "nothing else is served: {error}"
        );
        let error = second
            .artifact_file("../../etc")
            .await
            .expect_err("no hash")
            .to_string();
        assert_eq!(error, "'../../etc' is no hash");
    }

    #[tokio::test]
    async fn the_own_disk_is_no_storage_for_others() {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let own = manager(folder.path(), folder.path()).await;
        assert_eq!(own.settings().artifacts_url(), None);
        let artifact = built(folder.path(), b"job");
        let event = own.share(artifact.clone()).await;
        assert!(matches!(event, Event::Built(_)), "{event:?}");
        own.collect_artifacts().await.expect("there is nothing to remove");
        assert!(
            own.artifact_file(&artifact.sha256)
                .await
                .expect("it is there")
                .is_some()
        );
        let error = own
            .artifact_file(&"0".repeat(64))
            .await
            .expect_err("it is not there")
            .to_string();
        assert_eq!(
            error,
            "there is no such artifact: it is not on this manager's disk"
        );
    }

    #[tokio::test]
    async fn what_is_lost_is_built_again_in_its_turn() {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let manager = manager(folder.path(), folder.path()).await;
        let sha256 = "0".repeat(64);
        let mut deployment = Deployment::new("d", "a", "v", "u", String::new());
        deployment.artifact = Some(Artifact {
            sha256: sha256.clone(),
            size_bytes: 1,
        });
        let version = Version {
            id: "v".to_owned(),
            application_id: "a".to_owned(),
            version: 1,
            created_at: String::new(),
            created_by: String::new(),
            statement: "no SQL".to_owned(),
            sources: Vec::new(),
            sinks: Vec::new(),
        };
        let stored: Result<()> = manager
            .catalogue
            .change(|transaction| {
                transaction.put(deployment);
                transaction.put(version);
                Ok(())
            })
            .await;
        stored.expect("it is stored");
        let all = manager.settings().builds_max as u32;
        let others = manager.inner.preparations.permits().acquire_many_owned(all).await;
        let others = others.expect("nobody builds yet");
        let mut asked = Box::pin(manager.artifact_file(&sha256));
        let waiting = tokio::time::timeout(Duration::from_millis(300), &mut asked).await;
        assert!(waiting.is_err(), "as many as may are built already");
        drop(others);
        let error = asked.await.expect_err("it is no SQL").to_string();
        assert!(error.contains("building it once more: "), "{error}");
    }

    #[test]
    fn the_oldest_that_nothing_needs_are_too_much() {
        let now = SystemTime::now();
        let hours = |count: u64| Duration::from_secs(count * 3600);
        let object = |name: &str, age: u64| ObjectMeta {
            location: Location::from(format!("artifacts/{name}")),
            last_modified: (now - hours(age)).into(),
            size: 10,
            e_tag: None,
            version: None,
        };
        let objects = [
            object("new", 0),
            object("needed", 9),
            object("old", 5),
            object("older", 7),
        ];
        let needed = BTreeSet::from(["needed".to_owned()]);
        for (bytes_max, expected) in [(40, vec![]), (30, vec!["older"]), (0, vec!["older", "old"])] {
            let found = surplus(objects.to_vec(), &needed, bytes_max, now - hours(1));
            let names: Vec<&str> = found.iter().map(name).collect();
            assert_eq!(names, expected, "{bytes_max}");
        }
    }

    #[test]
    fn what_others_keep_in_the_same_folder_is_not_ours() {
        let folder = Location::from("bucket/artifacts");
        let is_ours = |location: &str| is_executable(&folder, &Location::from(location));
        let hash = "0a".repeat(32);
        assert!(is_ours(&format!("bucket/artifacts/{hash}")));
        for other in [
            "release-1.0.tar.gz".to_owned(),
            format!("ci/{hash}"),
            format!("{hash}0"),
        ] {
            assert!(!is_ours(&format!("bucket/artifacts/{other}")), "{other}");
        }
    }
}
