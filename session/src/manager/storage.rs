//! Checkpoint storage as the manager sees it: a disk or an object store.
//!
//! In: URLs. Out: texts of manifests; folders that are gone. Invariant: credentials come from the environment, as those
//! of jobs do, and stand in no message.

use std::sync::Arc;

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::TryStreamExt as _;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use serde::Deserialize;

const MANIFEST: &str = "manifest.json";

/// The manifest that a URL names, itself or by its folder.
pub(super) async fn manifest(url: &str) -> Result<String> {
    let (store, path) = open(folder(url))?;
    let object = store
        .get(&path.join(MANIFEST))
        .await
        .with_context(|| format!("reading {url}"))?;
    Ok(String::from_utf8(object.bytes().await?.into())?)
}

/// The folder of a manifest, by whichever of the two it is named.
pub(super) fn folder(url: &str) -> &str {
    url.strip_suffix(MANIFEST).unwrap_or(url).trim_end_matches('/')
}

/// The folder of the job whose checkpoint a URL names.
pub(super) fn job_folder(url: &str) -> Option<&str> {
    let (checkpoints, _id) = folder(url).rsplit_once('/')?;
    checkpoints.strip_suffix("/checkpoints")
}

/// An entry of a job's log, as far as it matters here.
#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum LogEntry {
    Claim {},
    Commit { checkpoint: String },
    Reset {},
}

/// A checkpoint that a job's log names.
pub(super) struct Committed {
    /// Of its manifest.
    pub(super) url: String,
    /// All of its output is known to be visible, but for what its committer left open.
    pub(super) is_applied: bool,
}

/// The checkpoint that a job has committed last, by its log. A checkpoint that a transaction has decided on
/// without a mark in the log is not known here; the job that takes over finds it.
pub(super) async fn last_committed(job: &str) -> Result<Option<Committed>> {
    let (store, path) = open(job)?;
    let log = store.list(Some(&path.clone().join("log")));
    let mut entries: Vec<Path> = log.map_ok(|object| object.location).try_collect().await?;
    // Names are numbers with leading zeros.
    entries.sort();
    let mut committed = None;
    let mut is_first = true;
    for entry in entries {
        let bytes = match store.get(&entry).await {
            Ok(object) => object.bytes().await?,
            // Trimmed since: it is not needed.
            Err(object_store::Error::NotFound { .. }) => continue,
            Err(error) => return Err(error).with_context(|| format!("reading the log of {job}")),
        };
        let entry = serde_json::from_slice(&bytes).with_context(|| format!("the log of {job}"))?;
        follow(&mut committed, entry, is_first);
        is_first = false;
    }
    Ok(committed.map(|(id, is_applied)| Committed {
        url: format!("{job}/checkpoints/{id}/{MANIFEST}"),
        is_applied,
    }))
}

/// The last commit that an entry leaves, and whether it is known to be applied: only then is the log trimmed to it.
fn follow(committed: &mut Option<(String, bool)>, entry: LogEntry, is_first: bool) {
    match entry {
        LogEntry::Claim {} => {}
        LogEntry::Commit { checkpoint } => *committed = Some((checkpoint, is_first)),
        LogEntry::Reset {} => *committed = None,
    }
}

/// Removes everything below a URL, on a disk the folders too. `own`: how its path ends, so that nothing else can go.
pub(super) async fn remove(url: &str, own: &str) -> Result<()> {
    let (store, path) = open(url)?;
    let is_own = own.contains('/') && format!("/{path}").ends_with(&format!("/{own}"));
    ensure!(is_own, "{url} is not removed: it does not end with {own}");
    if url.starts_with("file:") {
        let folder = std::path::Path::new("/").join(path.as_ref());
        return match tokio::fs::remove_dir_all(&folder).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("removing {url}"))
            }
            _ => Ok(()),
        };
    }
    let objects = store.list(Some(&path));
    objects
        .try_for_each(|object| {
            let store = Arc::clone(&store);
            async move { store.delete(&object.location).await }
        })
        .await
        .with_context(|| format!("removing {url}"))
}

/// Whether a URL names a place in the one way in which jobs write it, too.
pub(super) fn check(url: &str) -> Result<()> {
    parts(url).map(drop)
}

/// Scheme and path of a URL. Jobs read a path as it stands: what URLs know beyond paths (escapes, queries, fragments)
/// would name one place here and another one there, and so would detours.
fn parts(url: &str) -> Result<(&str, &str)> {
    let (scheme, path) = url
        .split_once("://")
        .with_context(|| format!("{url} is not a URL"))?;
    match scheme {
        "file" => ensure!(path.starts_with('/'), "{url}: expected file:///PATH"),
        "s3" | "s3a" => ensure!(
            !path.contains(['?', '#', '%']),
            "{url}: '?', '#' and '%' have no place in it"
        ),
        _ => bail!("{url}: expected file:///PATH or s3://BUCKET/PREFIX"),
    }
    let path = path.trim_start_matches('/');
    let path = path.strip_suffix('/').unwrap_or(path);
    let is_detour = |part: &str| matches!(part, "" | "." | "..");
    ensure!(
        path.is_empty() || !path.split('/').any(is_detour),
        "{url}: '.', '..' and '//' have no place in it"
    );
    Ok((scheme, path))
}

pub(super) fn open(url: &str) -> Result<(Arc<dyn ObjectStore>, Path)> {
    let (scheme, path) = parts(url)?;
    if scheme == "file" {
        return Ok((Arc::new(LocalFileSystem::new()), Path::parse(path)?));
    }
    // An error means that the process has chosen its cryptography already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let parsed = url.parse().with_context(|| format!("{url} is not a URL"))?;
    let variables = std::env::vars().map(|(key, value)| (key.to_ascii_lowercase(), value));
    let (store, path) = object_store::parse_url_opts(&parsed, variables)?;
    Ok((Arc::from(store), path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn manifests_are_found_by_folder_and_by_name_and_folders_can_go() {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let inner = folder.path().join("a/b");
        std::fs::create_dir_all(&inner).expect("created");
        std::fs::write(inner.join(MANIFEST), "{}").expect("written");
        let url = format!("file://{}", inner.display());
        for given in [url.clone(), format!("{url}/"), format!("{url}/{MANIFEST}")] {
            assert_eq!(manifest(&given).await.expect("it is there"), "{}");
        }
        let whole = format!("file://{}/a", folder.path().display());
        for (url, own) in [
            (url.as_str(), "b"),
            (&url, "x/b"),
            (&url, "/b"),
            (&whole, "a/b"),
            ("file:///", "a/b"),
            ("s3://bucket/", "a/b"),
        ] {
            let refused = remove(url, own).await.expect_err("it is not its own");
            assert!(refused.to_string().contains("is not removed"), "{refused:#}");
        }
        for _ in 0..2 {
            remove(&url, "a/b").await.expect("what is gone already is gone");
        }
        assert!(!inner.exists() && folder.path().join("a").exists() && manifest(&url).await.is_err());
    }

    #[tokio::test]
    async fn a_folder_with_an_odd_name_is_that_folder() {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let store_of = |name: &str| folder.path().join(name);
        for name in ["ms", "ms#1", "ms?x", "ms%41", "msA", "m s"] {
            let inner = store_of(name).join("checkpoints/1");
            std::fs::create_dir_all(&inner).expect("created");
            std::fs::write(inner.join(MANIFEST), name).expect("written");
        }
        for name in ["ms#1", "ms?x", "ms%41", "m s"] {
            let url = format!("file://{}/checkpoints/1", store_of(name).display());
            assert_eq!(manifest(&url).await.expect("it is there"), name);
            remove(&url, "checkpoints/1").await.expect("removed");
            assert!(!store_of(name).join("checkpoints/1").exists());
        }
        for other in ["ms", "msA"] {
            assert!(store_of(other).join("checkpoints/1").exists(), "{other}");
        }
    }

    #[test]
    fn a_place_has_one_name() {
        for good in [
            "file:///",
            "file:///a/b/",
            "file:///a #?%2e",
            "s3://bucket",
            "s3a://bucket/a/b",
        ] {
            check(good).expect("it is one");
        }
        for bad in [
            "/a",
            "file://a",
            "file:///a/./b",
            "file:///a/../b",
            "file:///a//b",
            "file:////a//",
            "s3://bucket/a/../b",
            "s3://bucket/a%2fb",
            "s3://bucket/a?b",
            "s3://bucket/a#b",
            "http://host/a",
            "FILE:///a",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_last_commit_of_a_log_counts() {
        let sample = include_str!("../../../golden/protocol/log.jsonl");
        let mut committed = None;
        let mut seen = Vec::new();
        for (at, line) in sample.lines().enumerate() {
            let entry = serde_json::from_str(line).expect("the sample is of entries");
            follow(&mut committed, entry, at == 0);
            seen.push(committed.clone());
        }
        let (third, fourth) = (
            Some(("3-1-5e1f00c4".to_owned(), false)),
            Some(("4-2-5e1f00c4".to_owned(), false)),
        );
        assert_eq!(seen, [None, third.clone(), third, fourth, None]);
        let commit = sample.lines().nth(1).expect("a commit");
        let commit = serde_json::from_str(commit).expect("the sample is of entries");
        follow(&mut committed, commit, true);
        assert_eq!(committed, Some(("3-1-5e1f00c4".to_owned(), true)));
    }

    #[tokio::test]
    async fn a_job_without_a_log_has_committed_nothing() {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let job = format!("file://{}/job", folder.path().display());
        let nothing = last_committed(&job).await.expect("nothing is no error");
        assert!(nothing.is_none());
        let log = folder.path().join("job/log");
        std::fs::create_dir_all(&log).expect("created");
        for (name, checkpoint) in [
            ("00000000000000000009", "9-1-a"),
            ("00000000000000000010", "10-1-a"),
        ] {
            let entry = format!(
                "{{\"event\":\"commit\",\"generation\":1,\"epoch\":1,\"checkpoint\":\"{checkpoint}\"}}"
            );
            std::fs::write(log.join(format!("{name}.json")), entry).expect("written");
        }
        let found = last_committed(&job).await.expect("the log is read");
        let found = found.expect("there is one");
        assert_eq!(found.url, format!("{job}/checkpoints/10-1-a/manifest.json"));
        assert!(!found.is_applied, "the log would begin with it");
        assert_eq!(job_folder(&found.url), Some(job.as_str()));
    }
}
