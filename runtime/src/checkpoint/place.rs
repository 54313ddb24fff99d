//! Finds a checkpoint or savepoint by the URL of its manifest.
//!
//! In: a URL as it was reported, wherever the folder lies now. Out: the manifest and the place that its paths are
//! relative to. Invariant: nothing is changed, and nothing created but the folder of a job.
//!
//! A savepoint is a folder of its own: paths are relative to it, so it can be moved. A checkpoint belongs to the
//! storage of a job: `STORAGE/JOB/checkpoints/ID/manifest.json`, paths relative to `STORAGE/JOB`. Where one wants
//! whatever a job has committed last, `STORAGE/JOB/checkpoints` names it.

use tokio::runtime::Handle;

use super::manifest::{MANIFEST, Manifest};
use super::store::CheckpointStore;
use crate::error::JobError;

/// What a URL names.
pub(crate) enum Found {
    Savepoint {
        manifest: Manifest,
        store: CheckpointStore,
    },
    /// A checkpoint of the job whose storage this is. It may have been collected since: a later one counts then.
    Checkpoint {
        id: String,
        job_id: String,
        store: CheckpointStore,
    },
    /// Whatever the job has committed last, if anything.
    Job { job_id: String, store: CheckpointStore },
}

/// The folder of a manifest's URL; the URL may name the folder itself.
fn folder_of(url: &str) -> &str {
    let url = url.trim_end_matches('/');
    url.strip_suffix(MANIFEST)
        .and_then(|folder| folder.strip_suffix('/'))
        .unwrap_or(url)
}

/// Storage of the job, the job's id and the checkpoint's, where the URL has the form of a checkpoint's.
fn checkpoint_parts(folder: &str) -> Option<(&str, &str, &str)> {
    let (rest, id) = folder.rsplit_once('/')?;
    let job = rest.strip_suffix("/checkpoints")?;
    let (_, job_id) = job.rsplit_once('/')?;
    Some((job, job_id, id))
}

/// Storage of the job and the job's id, where the URL names the folder of a job's checkpoints.
fn job_parts(folder: &str) -> Option<(&str, &str)> {
    let job = folder.strip_suffix("/checkpoints")?;
    let (_, job_id) = job.rsplit_once('/')?;
    Some((job, job_id))
}

/// Whether anything can be read there: a manifest, or an entry of the job's log.
pub(crate) fn holds_anything(url: &str, log: &str, runtime: &Handle) -> bool {
    let folder = folder_of(url);
    let job = job_parts(folder).or(checkpoint_parts(folder).map(|(job, job_id, _)| (job, job_id)));
    let has_log = |job: &str| {
        let store = CheckpointStore::open_existing(job, runtime.clone())?;
        Ok::<bool, JobError>(!store.list(log)?.0.is_empty())
    };
    let has_manifest = || {
        let store = CheckpointStore::open_existing(folder, runtime.clone())?;
        Ok::<bool, JobError>(store.get_if_exists(MANIFEST)?.is_some())
    };
    // What cannot be reached holds nothing that could be restored now.
    job.is_some_and(|(job, _)| has_log(job).unwrap_or(false)) || has_manifest().unwrap_or(false)
}

pub(crate) fn find(url: &str, runtime: &Handle) -> Result<Found, JobError> {
    let folder = folder_of(url);
    let nothing = |why: String| JobError::Checkpoint(format!("there is nothing to restore at {url}{why}"));
    // A detour would be taken for the job's id, and its output applied under another identity.
    let (_, path) = folder.split_once("://").unwrap_or(("", folder));
    if path
        .trim_start_matches('/')
        .split('/')
        .any(|part| matches!(part, "" | "." | ".."))
    {
        return Err(nothing(": '.', '..' and '//' have no place in it".to_owned()));
    }
    let bytes = match CheckpointStore::open_existing(folder, runtime.clone()) {
        Ok(store) => store.get_if_exists(MANIFEST)?.map(|bytes| (store, bytes)),
        Err(_) => None,
    };
    if let Some((store, bytes)) = bytes {
        let manifest = Manifest::from_bytes(&bytes)?;
        if manifest.self_contained {
            return Ok(Found::Savepoint { manifest, store });
        }
    }
    if let Some((job, job_id)) = job_parts(folder) {
        // A job that was given up before it wrote anything has no folder yet, and is to write nothing there later.
        let store = CheckpointStore::open(job, runtime.clone())?;
        return Ok(Found::Job {
            job_id: job_id.to_owned(),
            store,
        });
    }
    let Some((job, job_id, id)) = checkpoint_parts(folder) else {
        return Err(nothing(String::new()));
    };
    let store = CheckpointStore::open_existing(job, runtime.clone())
        .map_err(|error| nothing(format!(": {error}")))?;
    Ok(Found::Checkpoint {
        id: id.to_owned(),
        job_id: job_id.to_owned(),
        store,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_a_manifest_or_its_folder() {
        for url in [
            "s3://b/p/savepoint-1/manifest.json",
            "s3://b/p/savepoint-1/",
            "s3://b/p/savepoint-1",
        ] {
            assert_eq!(folder_of(url), "s3://b/p/savepoint-1", "{url}");
        }
        assert_eq!(
            checkpoint_parts("file:///c/job/checkpoints/3-1-a"),
            Some(("file:///c/job", "job", "3-1-a"))
        );
        assert_eq!(checkpoint_parts("s3://b/p/savepoint-1"), None);
        assert_eq!(
            job_parts("s3://b/p/job/checkpoints"),
            Some(("s3://b/p/job", "job"))
        );
        assert_eq!(job_parts("s3://b/p/job/checkpoints/3-1-a"), None);
    }

    #[test]
    fn what_is_not_there_is_not_made() {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
        let directory = tempfile::tempdir().expect("a temporary directory");
        let missing = directory.path().join("savepoint-1");
        let url = format!("file://{}", missing.display());
        let error = find(&url, runtime.handle()).err().expect("nothing is there");
        assert_eq!(
            error.to_string(),
            format!("checkpoint: there is nothing to restore at {url}")
        );
        assert!(!missing.exists());
        for detour in [
            "job/./checkpoints/7",
            "job//checkpoints/7",
            "job/x/../checkpoints/7",
        ] {
            let url = format!("file://{}/{detour}", directory.path().display());
            let error = find(&url, runtime.handle()).err().expect("it has another name");
            assert!(error.to_string().contains("have no place"), "{error}");
        }
    }
}
