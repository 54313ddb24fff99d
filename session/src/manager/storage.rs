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

/// Removes everything below a URL, on a disk the folders too.
pub(super) async fn remove(url: &str) -> Result<()> {
    let (store, path) = open(url)?;
    anyhow::ensure!(path.parts().count() >= 2, "{url} holds more than one job's bytes");
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
        assert!(!folder.path().join("a").exists() && manifest(&url).await.is_err());
        remove(&format!("file://{}/a", folder.path().display()))
            .await
            .expect("what is gone already is gone");
        for whole in ["file:///", "file:///tmp", "s3://bucket/"] {
            assert!(remove(whole).await.is_err(), "{whole}");
        }
    }
}
