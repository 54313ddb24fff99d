//! Checkpoint storage as the manager sees it: a disk or an object store.
//!
//! In: URLs. Out: texts of manifests; folders that are gone. Invariant: credentials come from the environment, as those
//! of jobs do, and stand in no message.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use futures_util::TryStreamExt as _;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};

const MANIFEST: &str = "manifest.json";

/// The manifest that a URL names, itself or by its folder.
pub(super) async fn manifest(url: &str) -> Result<String> {
    let folder = url.strip_suffix(MANIFEST).unwrap_or(url).trim_end_matches('/');
    let (store, path) = open(folder)?;
    let object = store
        .get(&path.join(MANIFEST))
        .await
        .with_context(|| format!("reading {url}"))?;
    Ok(String::from_utf8(object.bytes().await?.into())?)
}

/// Removes everything below a URL.
pub(super) async fn remove(url: &str) -> Result<()> {
    let (store, path) = open(url)?;
    let objects = store.list(Some(&path));
    objects
        .try_for_each(|object| {
            let store = Arc::clone(&store);
            async move { store.delete(&object.location).await }
        })
        .await
        .with_context(|| format!("removing {url}"))
}

pub(super) fn open(url: &str) -> Result<(Arc<dyn ObjectStore>, Path)> {
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
        remove(&format!("file://{}/a", folder.path().display()))
            .await
            .expect("removed");
        assert!(!inner.join(MANIFEST).exists() && manifest(&url).await.is_err());
    }
}
