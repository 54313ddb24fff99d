//! A job's place in checkpoint storage: a directory or a prefix in an object store.
//!
//! In: a URL and paths relative to it. Out: objects. Invariant: an object is either there as a whole or not
//! at all, and `create` never replaces one.

use std::sync::Arc;

use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload};
use tokio::runtime::Handle;

use crate::error::JobError;

#[derive(Clone)]
pub struct CheckpointStore {
    store: Arc<dyn ObjectStore>,
    prefix: Path,
    /// Runs requests; callers that wait are not its threads.
    runtime: Handle,
    /// For messages.
    url: String,
}

impl CheckpointStore {
    /// Opens `file:///path`, `/path` or `s3://bucket/prefix` (credentials and endpoint from `AWS_*`
    /// variables).
    pub fn open(url: &str, runtime: Handle) -> Result<Self, JobError> {
        Self::open_with(url, runtime, |path| std::fs::create_dir_all(path))
    }

    /// Opens a place that must be there already if it is a directory.
    pub(crate) fn open_existing(url: &str, runtime: Handle) -> Result<Self, JobError> {
        Self::open_with(url, runtime, |_| Ok(()))
    }

    fn open_with(
        url: &str,
        runtime: Handle,
        prepare: impl FnOnce(&str) -> std::io::Result<()>,
    ) -> Result<Self, JobError> {
        let fail = |message: String| JobError::Configuration(format!("checkpoint storage {url}: {message}"));
        let (store, prefix): (Arc<dyn ObjectStore>, &str) = match url.split_once("://") {
            Some(("s3" | "s3a", rest)) => {
                // An error means that the process has chosen its cryptography already.
                let _ = rustls::crypto::ring::default_provider().install_default();
                let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
                if bucket.is_empty() {
                    return Err(fail("expected s3://BUCKET or s3://BUCKET/PREFIX".to_owned()));
                }
                let builder = AmazonS3Builder::from_env().with_bucket_name(bucket);
                let plain = std::env::var("AWS_ENDPOINT_URL").is_ok_and(|url| url.starts_with("http://"));
                let store = builder.with_allow_http(plain).build();
                (Arc::new(store.map_err(|error| fail(error.to_string()))?), prefix)
            }
            Some(("file", path)) => (local(path, prepare).map_err(fail)?, ""),
            None => (local(url, prepare).map_err(fail)?, ""),
            Some((scheme, _)) => return Err(fail(format!("unknown scheme '{scheme}'; use file or s3"))),
        };
        let prefix = Path::parse(prefix.trim_matches('/')).map_err(|error| fail(error.to_string()))?;
        Ok(CheckpointStore {
            store,
            prefix,
            runtime,
            url: url.trim_end_matches('/').to_owned(),
        })
    }

    /// Storage that somebody else has opened.
    pub fn with_store(store: Arc<dyn ObjectStore>, runtime: Handle) -> Self {
        CheckpointStore {
            url: store.to_string(),
            store,
            prefix: Path::default(),
            runtime,
        }
    }

    /// The place of one job below this one.
    pub fn of_job(&self, job_id: &str) -> Self {
        let mut store = self.clone();
        store.prefix = self.prefix.clone().join(job_id);
        store.url = format!("{}/{job_id}", self.url);
        store
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// The URL of an object.
    pub(crate) fn url_of(&self, path: &str) -> String {
        format!("{}/{path}", self.url)
    }

    pub(crate) fn runtime(&self) -> &Handle {
        &self.runtime
    }

    /// Writes an object that nobody else writes.
    pub(crate) async fn put(&self, path: &str, bytes: PutPayload) -> Result<(), JobError> {
        let result = self.store.put(&self.path(path), bytes).await;
        result
            .map(drop)
            .map_err(|error| self.error("writing", path, &error))
    }

    /// Removes an object without blocking.
    pub(crate) async fn remove(&self, path: &str) -> Result<(), JobError> {
        let result = self.store.delete(&self.path(path)).await;
        result.map_err(|error| self.error("deleting", path, &error))
    }

    /// Creates an object; false if there is one.
    pub(crate) fn create(&self, path: &str, bytes: Vec<u8>) -> Result<bool, JobError> {
        let options = PutOptions::from(PutMode::Create);
        let location = self.path(path);
        match self
            .runtime
            .block_on(self.store.put_opts(&location, bytes.into(), options))
        {
            Ok(_) => Ok(true),
            Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => {
                Ok(false)
            }
            Err(error) => Err(self.error("creating", path, &error)),
        }
    }

    pub(crate) fn get(&self, path: &str) -> Result<Vec<u8>, JobError> {
        let missing =
            || JobError::Checkpoint(format!("reading {}/{path}: there is no such object", self.url));
        self.get_if_exists(path)?.ok_or_else(missing)
    }

    pub(crate) fn get_if_exists(&self, path: &str) -> Result<Option<Vec<u8>>, JobError> {
        let location = self.path(path);
        let read = async { self.store.get(&location).await?.bytes().await };
        match self.runtime.block_on(read) {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.error("reading", path, &error)),
        }
    }

    /// Names of the objects and of the directories directly below a directory, each sorted.
    pub(crate) fn list(&self, directory: &str) -> Result<(Vec<String>, Vec<String>), JobError> {
        let location = self.path(directory);
        let listed = self
            .runtime
            .block_on(self.store.list_with_delimiter(Some(&location)));
        let listed = listed.map_err(|error| self.error("listing", directory, &error))?;
        let name = |path: &Path| path.filename().unwrap_or_default().to_owned();
        let mut objects: Vec<_> = listed
            .objects
            .iter()
            .map(|object| name(&object.location))
            .collect();
        let mut directories: Vec<_> = listed.common_prefixes.iter().map(name).collect();
        objects.sort();
        directories.sort();
        Ok((objects, directories))
    }

    /// The last object of a directory by name.
    pub(crate) async fn last(&self, directory: &str) -> Result<Option<Vec<u8>>, JobError> {
        let failed = |error: object_store::Error| self.error("reading", directory, &error);
        let location = self.path(directory);
        let listed = self.store.list_with_delimiter(Some(&location)).await;
        let locations = listed.map_err(failed)?.objects.into_iter();
        let Some(last) = locations.map(|object| object.location).max() else {
            return Ok(None);
        };
        let read = async { self.store.get(&last).await?.bytes().await };
        Ok(Some(read.await.map_err(failed)?.into()))
    }

    /// Removes an object; one that is not there is removed already.
    pub(crate) fn delete(&self, path: &str) -> Result<(), JobError> {
        match self.runtime.block_on(self.store.delete(&self.path(path))) {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.error("deleting", path, &error)),
        }
    }

    fn path(&self, relative: &str) -> Path {
        relative
            .split('/')
            .fold(self.prefix.clone(), |path, part| path.join(part))
    }

    fn error(&self, doing: &str, path: &str, error: &object_store::Error) -> JobError {
        JobError::Checkpoint(format!("{doing} {}/{path}: {error}", self.url))
    }
}

fn local(
    path: &str,
    prepare: impl FnOnce(&str) -> std::io::Result<()>,
) -> Result<Arc<dyn ObjectStore>, String> {
    prepare(path).map_err(|error| error.to_string())?;
    let store = LocalFileSystem::new_with_prefix(path).map_err(|error| error.to_string())?;
    // A commit that a power failure could take back would be none.
    Ok(Arc::new(store.with_automatic_cleanup(true).with_fsync(true)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .build()
            .expect("a runtime starts")
    }

    #[test]
    fn places_that_are_none_are_refused() {
        let runtime = runtime();
        for (url, expected) in [
            ("s3://", "expected s3://BUCKET or s3://BUCKET/PREFIX"),
            ("s3:///prefix", "expected s3://BUCKET or s3://BUCKET/PREFIX"),
            ("ftp://host", "unknown scheme 'ftp'; use file or s3"),
        ] {
            let error = CheckpointStore::open(url, runtime.handle().clone())
                .err()
                .map(|error| error.to_string());
            let error = error.unwrap_or_else(|| panic!("{url} opens"));
            assert!(error.contains(expected), "{url}: {error}");
        }
    }

    #[test]
    fn objects_on_disk_are_created_once_and_listed_in_order() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let runtime = runtime();
        let url = format!("file://{}", directory.path().display());
        let store = CheckpointStore::open(&url, runtime.handle().clone()).expect("the directory opens");
        let store = store.of_job("job 1");
        assert!(store.create("log/2", b"first".to_vec()).expect("created"));
        assert!(!store.create("log/2", b"second".to_vec()).expect("there is one"));
        assert_eq!(store.get("log/2").expect("it is there"), b"first");
        runtime
            .block_on(store.put("log/1", PutPayload::new()))
            .expect("written");
        runtime
            .block_on(store.put("checkpoints/1-1/part", PutPayload::new()))
            .expect("written");
        assert_eq!(store.list("log").expect("listed").0, ["1", "2"]);
        assert_eq!(store.list("checkpoints").expect("listed").1, ["1-1"]);
        assert_eq!(store.list("nothing").expect("listed"), (Vec::new(), Vec::new()));
        store.delete("log/2").expect("deleted");
        store.delete("log/2").expect("deleting twice is no error");
        assert!(
            store
                .get("log/2")
                .expect_err("it is gone")
                .to_string()
                .starts_with("checkpoint: reading")
        );
    }

    #[test]
    fn an_unknown_scheme_is_named() {
        let runtime = runtime();
        let error = CheckpointStore::open("ftp://host/x", runtime.handle().clone()).err();
        let expected = "checkpoint storage ftp://host/x: unknown scheme 'ftp'; use file or s3";
        assert_eq!(error.expect("it is unknown").to_string(), expected);
    }
}
