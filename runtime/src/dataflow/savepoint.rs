//! A savepoint in the making: a full checkpoint whose parts are also copied into a folder of their own.
//!
//! In: a request, the checkpoint that it becomes part of, ends of copies. Out: `URL/savepoint-…/` with parts and a
//! manifest. Invariant: the manifest is written last, after its checkpoint is committed and its output is visible, so
//! nothing is pending in a savepoint; whatever fails here before the last barrier does not harm the job.
//!
//! The folder is opened, and a mark written into it, before the barrier: a job that is to stop with a savepoint at a
//! place that cannot be written goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crossbeam_channel::Sender;
use object_store::PutPayload;

use super::commit::fresh_id;
use super::control::SavepointRequest;
use super::event::CompletedCheckpoint;
use super::message::Report;
use super::pending::stored;
use crate::checkpoint::manifest::{MANIFEST, Manifest};
use crate::checkpoint::store::CheckpointStore;
use crate::error::JobError;

/// The object that stands in the folder until the manifest does.
const MARK: &str = "unfinished";

/// Where parts are copied to.
#[derive(Clone)]
pub(crate) struct CopyTarget {
    store: CheckpointStore,
    has_failed: Arc<AtomicBool>,
}

impl CopyTarget {
    /// Copies one part. After one has failed the others need not be tried.
    pub(crate) async fn copy(&self, path: &str, payload: PutPayload, attempts: u32) -> Result<(), JobError> {
        if self.has_failed.load(Ordering::Relaxed) {
            return Ok(());
        }
        let result = stored(&self.store, file_name(path), payload, attempts).await;
        self.has_failed.fetch_or(result.is_err(), Ordering::Relaxed);
        result
    }
}

pub(crate) struct Savepoint {
    pub(crate) request: SavepointRequest,
    id: String,
    triggered_at_ms: i64,
    begun: Instant,
    target: CopyTarget,
    is_open: bool,
    /// The checkpoint that it becomes part of.
    epoch: Option<u64>,
    copies_left: usize,
    /// Of the savepoint, as soon as the checkpoint is committed.
    manifest: Option<Manifest>,
    is_writing: bool,
    error: Option<JobError>,
}

impl Savepoint {
    /// Begins to prepare the folder; `Report::SavepointOpened` tells how that ended.
    pub(crate) fn open(
        request: SavepointRequest,
        runtime: &tokio::runtime::Handle,
        reports: Sender<Report>,
    ) -> Result<Self, JobError> {
        let id = format!("savepoint-{}", fresh_id());
        let store = CheckpointStore::open(&request.url, runtime.clone())?.of_job(&id);
        let marked = store.clone();
        runtime.spawn(async move {
            let result = marked.put(MARK, PutPayload::new()).await;
            // Nobody listens any more when the job has ended.
            let _ = reports.send(Report::SavepointOpened { result });
        });
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(Savepoint {
            request,
            id,
            triggered_at_ms: since_epoch.as_millis() as i64,
            begun: Instant::now(),
            target: CopyTarget {
                store,
                has_failed: Arc::default(),
            },
            is_open: false,
            epoch: None,
            copies_left: 0,
            manifest: None,
            is_writing: false,
            error: None,
        })
    }

    pub(crate) fn on_opened(&mut self) {
        self.is_open = true;
    }

    /// Its folder is being prepared.
    pub(crate) fn is_opening(&self) -> bool {
        !self.is_open
    }

    /// The next barrier may be its own.
    pub(crate) fn is_ready(&self) -> bool {
        self.is_open && self.epoch.is_none()
    }

    /// The job cannot go on without it any more.
    pub(crate) fn is_last(&self) -> bool {
        self.request.stops && self.epoch.is_some()
    }

    pub(crate) fn is_of(&self, epoch: u64) -> bool {
        self.epoch == Some(epoch)
    }

    /// Becomes part of this checkpoint.
    pub(crate) fn begin(&mut self, epoch: u64) -> CopyTarget {
        self.epoch = Some(epoch);
        self.target.clone()
    }

    pub(crate) fn add_copy(&mut self) {
        self.copies_left += 1;
    }

    pub(crate) fn on_copied(&mut self, result: Result<(), JobError>) {
        self.copies_left -= 1;
        if let Err(error) = result {
            self.error.get_or_insert(error);
        }
    }

    /// The checkpoint is committed and its output is visible.
    pub(crate) fn on_committed(&mut self, checkpoint: &Manifest) {
        let mut manifest = checkpoint.clone();
        manifest.self_contained = true;
        manifest.id.clone_from(&self.id);
        manifest.parent = None;
        manifest.staged.clear();
        for part in &mut manifest.parts {
            part.path = file_name(&part.path).to_owned();
        }
        self.manifest = Some(manifest);
    }

    /// All is there but the manifest: begins to write it. `Report::SavepointWritten` tells how that ended.
    pub(crate) fn write_if_copied(&mut self, reports: &Sender<Report>) {
        let is_due = self.manifest.is_some() && self.copies_left == 0 && !self.is_writing;
        let Some(manifest) = self.manifest.as_ref().filter(|_| is_due) else {
            return;
        };
        self.is_writing = true;
        let (store, reports) = (self.target.store.clone(), reports.clone());
        if let Some(error) = self.error.take() {
            let _ = reports.send(Report::SavepointWritten { result: Err(error) });
            return;
        }
        let bytes = manifest.to_bytes();
        self.target.store.runtime().spawn(async move {
            let written = store.put(MANIFEST, PutPayload::from(bytes)).await;
            let result = match written {
                Ok(()) => store.remove(MARK).await,
                Err(error) => Err(error),
            };
            let _ = reports.send(Report::SavepointWritten { result });
        });
    }

    pub(crate) fn url(&self) -> String {
        self.target.store.url_of(MANIFEST)
    }

    pub(crate) fn completed(&self) -> CompletedCheckpoint {
        let parts = self.manifest.iter().flat_map(|manifest| &manifest.parts);
        let size_bytes = parts.map(|part| part.size_bytes).sum();
        CompletedCheckpoint {
            id: self.id.clone(),
            epoch: self.epoch.unwrap_or_default(),
            url: self.url(),
            triggered_at_ms: self.triggered_at_ms,
            duration_ms: self.begun.elapsed().as_millis() as u64,
            size_bytes,
            full_size_bytes: size_bytes,
        }
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
