//! A checkpoint in the making.
//!
//! In: parts, ends of the threads' epochs, ends of uploads. Out: the manifest when all is durable. Invariant:
//! the manifest lists parts in the order in which they must be read, whatever order uploads end in.

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crossbeam_channel::Sender;
use object_store::PutPayload;

use super::event::{CompletedCheckpoint, FailedCheckpoint};
use super::message::{Barrier, EpochEnd, Part, Report};
use super::savepoint::CopyTarget;
use crate::checkpoint::manifest::{Manifest, PartRef, directory, manifest_path};
use crate::checkpoint::store::CheckpointStore;
use crate::error::JobError;
use crate::job::{Job, OperatorSpec};
use crate::state::key::KeyGroupRange;

pub(crate) struct Pending {
    pub(crate) barrier: Barrier,
    pub(crate) started: Instant,
    pub(crate) manifest: Manifest,
    /// Bytes of this checkpoint alone.
    pub(crate) bytes: u64,
    /// How often the time for a checkpoint has run out.
    pub(crate) timeouts: u32,
    /// Threads that have not ended the epoch.
    threads_left: Vec<usize>,
    uploads: usize,
    /// Staged output by sink and thread; kept in memory where there is no storage.
    staged: BTreeMap<(usize, usize), Vec<u8>>,
    /// Parts are copied into a savepoint, too.
    copies: Option<CopyTarget>,
}

/// Where uploads go, how often they are tried, and who learns of their end.
pub(crate) struct Uploader<'a> {
    pub(crate) store: &'a CheckpointStore,
    pub(crate) attempts: u32,
    pub(crate) reports: &'a Sender<Report>,
}

/// Wait before another attempt to store an object: long enough for a short outage to pass.
const RETRY_DELAY: Duration = Duration::from_millis(500);

impl Pending {
    pub(crate) fn new(
        barrier: Barrier,
        mut manifest: Manifest,
        previous: Option<&Manifest>,
        copies: Option<CopyTarget>,
    ) -> Self {
        if let Some(previous) = previous.filter(|_| !barrier.full) {
            manifest.parent = Some(previous.id.clone());
            manifest.parts.clone_from(&previous.parts);
        }
        Pending {
            barrier,
            started: Instant::now(),
            bytes: 0,
            timeouts: 0,
            threads_left: (0..manifest.parallelism).collect(),
            manifest,
            uploads: 0,
            staged: BTreeMap::new(),
            copies,
        }
    }

    pub(crate) fn add_part(&mut self, part: Part, uploader: &Uploader<'_>) {
        let path = format!(
            "{}/part-{}-{}",
            directory(&self.manifest.id),
            part.thread,
            part.number
        );
        let range = KeyGroupRange::of_thread(part.thread, self.manifest.parallelism);
        self.manifest.parts.push(PartRef {
            path: path.clone(),
            epoch: part.epoch,
            full: part.full,
            key_groups: (range.start, range.end),
            size_bytes: part.bytes.len() as u64,
        });
        self.upload(path, part.thread, part.bytes, uploader);
    }

    pub(crate) fn end_thread(&mut self, end: EpochEnd, job: &Job, uploader: Option<&Uploader<'_>>) {
        self.threads_left.retain(|thread| *thread != end.thread);
        for (node, positions) in end.positions {
            let uid = job.nodes[node].uid.to_owned();
            self.manifest.sources.entry(uid).or_default().extend(positions);
        }
        for (node, staged) in end.staged.into_iter().filter(|(_, staged)| !staged.is_empty()) {
            match uploader {
                None => {
                    self.staged.insert((node, end.thread), staged);
                }
                Some(uploader) => {
                    let path = format!("{}/staged-{node}-{}", directory(&self.manifest.id), end.thread);
                    let table = staged_table(job, node).to_owned();
                    self.manifest.staged.entry(table).or_default().push(path.clone());
                    self.upload(path, end.thread, staged, uploader);
                }
            }
        }
    }

    pub(crate) fn on_stored(&mut self) {
        self.uploads -= 1;
    }

    /// All threads have ended the epoch and all they handed over is durable.
    pub(crate) fn is_prepared(&self) -> bool {
        self.threads_left.is_empty() && self.uploads == 0
    }

    /// Puts what threads handed over in any order into its order.
    pub(crate) fn settle(&mut self) {
        self.manifest
            .parts
            .sort_by(|a, b| (a.epoch, &a.path).cmp(&(b.epoch, &b.path)));
        for splits in self.manifest.sources.values_mut() {
            splits.sort_by(|a, b| a.id.cmp(&b.id));
        }
        self.manifest.staged.values_mut().for_each(|paths| paths.sort());
    }

    /// Staged output by table, threads in order.
    pub(crate) fn take_staged(&mut self, job: &Job) -> BTreeMap<String, Vec<Vec<u8>>> {
        let mut by_table: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
        for ((node, _), staged) in std::mem::take(&mut self.staged) {
            let table = staged_table(job, node).to_owned();
            by_table.entry(table).or_default().push(staged);
        }
        by_table
    }

    /// What is told of it when it is committed.
    pub(crate) fn completed(&self, store: &CheckpointStore) -> CompletedCheckpoint {
        let (triggered_at_ms, duration_ms) = self.times_ms();
        let (base_bytes, delta_bytes) = self.manifest.base_and_delta_bytes();
        CompletedCheckpoint {
            id: self.manifest.id.clone(),
            epoch: self.barrier.epoch,
            url: store.url_of(&manifest_path(&self.manifest.id)),
            triggered_at_ms,
            duration_ms,
            size_bytes: self.bytes,
            full_size_bytes: base_bytes + delta_bytes,
        }
    }

    /// What is told of it when it is given up, or is late.
    pub(crate) fn failed(&self, message: String) -> FailedCheckpoint {
        let (triggered_at_ms, duration_ms) = self.times_ms();
        FailedCheckpoint {
            epoch: self.barrier.epoch,
            message,
            triggered_at_ms,
            duration_ms,
        }
    }

    /// When it was triggered, since 1970, and how long ago that is.
    fn times_ms(&self) -> (i64, u64) {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let duration_ms = self.started.elapsed().as_millis() as u64;
        (since_epoch.as_millis() as i64 - duration_ms as i64, duration_ms)
    }

    /// What the checkpoint waits for, for messages.
    pub(crate) fn waits_for(&self) -> String {
        let threads: Vec<String> = self.threads_left.iter().map(usize::to_string).collect();
        match (threads.is_empty(), self.uploads) {
            (true, uploads) => format!("{uploads} uploads have not ended"),
            (false, _) => format!(
                "the barrier has not passed all operators of threads {}",
                threads.join(", ")
            ),
        }
    }

    fn upload(&mut self, path: String, thread: usize, bytes: Vec<u8>, uploader: &Uploader<'_>) {
        self.uploads += 1;
        self.bytes += bytes.len() as u64;
        let (store, reports) = (uploader.store.clone(), uploader.reports.clone());
        let attempts = uploader.attempts;
        let epoch = self.barrier.epoch;
        let is_part = path.contains("/part-");
        let copies = self.copies.clone().filter(|_| is_part);
        uploader.store.runtime().spawn(async move {
            let payload = PutPayload::from(bytes);
            let result = stored(&store, &path, payload.clone(), attempts).await;
            // A part that is copied, too, takes its place in memory until that has ended.
            let part_of = (is_part && copies.is_none()).then_some(thread);
            let report = Report::Stored {
                epoch,
                part_of,
                result,
            };
            // Nobody listens any more when the job has ended.
            let _ = reports.send(report);
            if let Some(copies) = copies {
                let result = copies.copy(&path, payload, attempts).await;
                let _ = reports.send(Report::Copied { thread, result });
            }
        });
    }
}

/// Puts an object, more than once if need be.
pub(crate) async fn stored(
    store: &CheckpointStore,
    path: &str,
    payload: PutPayload,
    attempts: u32,
) -> Result<(), JobError> {
    let mut result = store.put(path, payload.clone()).await;
    for _ in 1..attempts {
        if result.is_ok() {
            break;
        }
        tokio::time::sleep(RETRY_DELAY).await;
        result = store.put(path, payload.clone()).await;
    }
    result
}

/// The table that a sink's staged output is for. Not the sink's uid: a changed statement gives the sink another one,
/// and what was decided but not yet written before the change is still to be written.
fn staged_table(job: &Job, node: usize) -> &'static str {
    match &job.nodes[node].operator {
        OperatorSpec::Sink(spec) => spec.table.unwrap_or_default(),
        _ => unreachable!("only sinks stage output"),
    }
}
