//! Leads the worker threads: assigns splits, triggers and commits checkpoints, ends the job.
//!
//! In: reports of the threads and of uploads, the control. Out: commands. Invariant: one checkpoint at a
//! time, committed in order; a job ends well only after a last epoch that nothing follows has been committed.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};

use super::build::Plan;
use super::channel::Wakers;
use super::commit::{JobSinks, JobWorld, fresh_id};
use super::limits::COORDINATOR_TICK;
use super::message::{Barrier, Command, Report};
use super::metrics::MetricsFile;
use super::pending::{Pending, Uploader};
use super::run::{Control, Summary};
use super::values::VALUES_SPLIT;
use super::worker::Shared;
use crate::checkpoint::collect::Collector;
use crate::checkpoint::manifest::{Manifest, OperatorState};
use crate::checkpoint::protocol::{self, Tenure};
use crate::connector::{Split, SplitSource};
use crate::error::JobError;
use crate::state::key::KEY_GROUPS;

/// A source node with what finds its splits; VALUES has one split and needs nobody to find it.
pub(crate) struct OpenSource {
    pub(crate) node: usize,
    pub(crate) source: Option<Box<dyn SplitSource>>,
    known: BTreeSet<String>,
    last_discovery: Option<Instant>,
    is_complete: bool,
}

impl OpenSource {
    pub(crate) fn new(node: usize, source: Option<Box<dyn SplitSource>>) -> Self {
        OpenSource {
            node,
            source,
            known: BTreeSet::new(),
            last_discovery: None,
            is_complete: false,
        }
    }
}

/// A job's checkpoints and its right to add to them.
pub(crate) struct Storage {
    pub(crate) world: JobWorld,
    pub(crate) operators: Vec<OperatorState>,
    pub(crate) tenure: Tenure,
    pub(crate) collector: Collector,
    /// The last committed checkpoint.
    pub(crate) last: Option<Manifest>,
    /// Epochs up to this one have been used by earlier instances.
    pub(crate) used_epoch: u64,
}

pub(crate) struct Coordinator<'a> {
    plan: Plan<'a>,
    control: &'a Control,
    commands: Vec<Sender<Command>>,
    wakers: Wakers,
    shared: Shared,
    pub(crate) report_sender: Option<Sender<Report>>,
    pub(crate) storage: Option<Storage>,
    /// Of a job without storage.
    pub(crate) sinks: Option<JobSinks>,
    /// Stands in the ids of checkpoints where there is no storage.
    run_id: String,
    pub(crate) sources: Vec<OpenSource>,
    pub(crate) metrics: Option<MetricsFile>,
    pending: Option<Pending>,
    /// Last epoch triggered.
    epoch: u64,
    last_trigger: Instant,
    last_completed: Instant,
    wanted: bool,
    requests_seen: u64,
    threads_at_end: BTreeSet<usize>,
    is_finished: bool,
    checkpoints: u64,
    last_checkpoint: Option<u64>,
    restored: Option<u64>,
}

impl<'a> Coordinator<'a> {
    pub(crate) fn new(
        plan: Plan<'a>,
        control: &'a Control,
        commands: Vec<Sender<Command>>,
        wakers: Wakers,
        shared: Shared,
        epoch: u64,
    ) -> Self {
        let now = Instant::now();
        Coordinator {
            plan,
            control,
            commands,
            wakers,
            shared,
            report_sender: None,
            storage: None,
            sinks: None,
            run_id: fresh_id(),
            sources: Vec::new(),
            metrics: None,
            pending: None,
            epoch,
            last_trigger: now,
            last_completed: now,
            wanted: false,
            requests_seen: 0,
            threads_at_end: BTreeSet::new(),
            is_finished: false,
            checkpoints: 0,
            last_checkpoint: plan.restored.map(|manifest| manifest.epoch),
            restored: plan.restored.map(|manifest| manifest.epoch),
        }
    }

    /// Until the job is finished, cancelled or failed.
    pub(crate) fn lead(&mut self, reports: &Receiver<Report>) -> Result<(), JobError> {
        while !self.is_finished {
            if self.control.kill.load(Ordering::Acquire) {
                return Err(JobError::Cancelled);
            }
            self.discover()?;
            self.check_timeout()?;
            self.trigger_if_due();
            let summary = self.summary();
            if let Some(metrics) = &mut self.metrics {
                metrics.write_if_due(&summary, "running");
            }
            match reports.recv_timeout(COORDINATOR_TICK) {
                Ok(report) => self.on_report(report)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => unreachable!("the coordinator holds a sender"),
            }
        }
        Ok(())
    }

    /// Lets the threads end, well or at once.
    pub(crate) fn end_threads(&mut self, well: bool) {
        if !well {
            self.shared.abandon.store(true, Ordering::Release);
        }
        for thread in 0..self.commands.len() {
            self.send(thread, Command::Finish);
        }
    }

    pub(crate) fn summary(&self) -> Summary {
        Summary {
            rows_read: self.shared.rows_read.load(Ordering::Relaxed),
            rows_written: self.shared.rows_written.load(Ordering::Relaxed),
            rows_skipped: self.shared.rows_skipped.load(Ordering::Relaxed),
            rows_late: self.shared.rows_late.load(Ordering::Relaxed),
            checkpoints: self.checkpoints,
            last_checkpoint: self.last_checkpoint,
            restored: self.restored,
        }
    }

    /// After the threads have ended.
    pub(crate) fn write_last_metrics(&mut self, well: bool) {
        let summary = self.summary();
        if let Some(metrics) = &mut self.metrics {
            metrics.write(&summary, if well { "finished" } else { "failed" });
        }
    }

    fn on_report(&mut self, report: Report) -> Result<(), JobError> {
        match report {
            Report::Part(part) => {
                let storage = self.storage.as_ref().expect("only jobs with storage write parts");
                let reports = self.report_sender.as_ref().expect("set at start");
                let uploader = uploader(storage, self.plan.settings.tolerable_failures, reports);
                let pending = self
                    .pending
                    .as_mut()
                    .expect("parts belong to the checkpoint under way");
                assert_eq!(part.epoch, pending.barrier.epoch, "one checkpoint at a time");
                pending.add_part(part, &uploader);
            }
            Report::EpochEnded(end) => {
                let reports = self.report_sender.as_ref().expect("set at start");
                let failures = self.plan.settings.tolerable_failures;
                let uploader = self
                    .storage
                    .as_ref()
                    .map(|storage| uploader(storage, failures, reports));
                let pending = self
                    .pending
                    .as_mut()
                    .expect("ends belong to the checkpoint under way");
                assert_eq!(end.epoch, pending.barrier.epoch, "one checkpoint at a time");
                pending.end_thread(end, self.plan.job, uploader.as_ref());
                self.complete_if_prepared()?;
            }
            Report::Stored {
                epoch,
                part_of,
                result,
            } => {
                result?;
                let pending = self
                    .pending
                    .as_mut()
                    .expect("uploads belong to the checkpoint under way");
                assert_eq!(epoch, pending.barrier.epoch, "one checkpoint at a time");
                pending.on_stored();
                if let Some(thread) = part_of {
                    self.send(thread, Command::PartStored);
                }
                self.complete_if_prepared()?;
            }
            Report::CheckpointWanted => self.wanted = true,
            Report::SourcesEnded { thread } => {
                self.threads_at_end.insert(thread);
            }
            Report::Failed(error) => return Err(error),
        }
        Ok(())
    }

    fn trigger_if_due(&mut self) {
        if self.pending.is_some() || self.is_finished {
            return;
        }
        let requests = self.control.checkpoints.load(Ordering::Acquire);
        self.wanted |= requests != self.requests_seen;
        self.requests_seen = requests;
        let last =
            self.control.stop.load(Ordering::Acquire) || self.threads_at_end.len() == self.commands.len();
        let settings = self.plan.settings;
        let is_time = settings.checkpoint_interval.is_some_and(|interval| {
            self.last_trigger.elapsed() >= interval
                && self.last_completed.elapsed() >= settings.checkpoint_min_pause
        });
        if last || self.wanted || is_time {
            self.trigger(last);
        }
    }

    fn trigger(&mut self, last: bool) {
        self.wanted = false;
        self.epoch += 1;
        self.last_trigger = Instant::now();
        let previous = self.storage.as_ref().and_then(|storage| storage.last.as_ref());
        let full = previous.is_none_or(|manifest| {
            let (base, deltas) = manifest.base_and_delta_bytes();
            deltas > base
        });
        let barrier = Barrier {
            epoch: self.epoch,
            full,
            last,
        };
        let (generation, storage_id) = match &self.storage {
            Some(storage) => (storage.tenure.generation, &storage.world.storage_id),
            None => (0, &self.run_id),
        };
        let threads = self.commands.len();
        let mut manifest = Manifest::new(self.epoch, generation, storage_id, threads, KEY_GROUPS);
        if let Some(storage) = &self.storage {
            manifest.operators.clone_from(&storage.operators);
        }
        self.pending = Some(Pending::new(barrier, manifest, previous));
        for thread in 0..self.commands.len() {
            self.send(thread, Command::Barrier(barrier));
        }
    }

    fn complete_if_prepared(&mut self) -> Result<(), JobError> {
        let Some(mut pending) = self.pending.take_if(|pending| pending.is_prepared()) else {
            return Ok(());
        };
        let epoch = pending.barrier.epoch;
        pending.settle();
        if let Some(sinks) = &mut self.sinks {
            let staged = pending.take_staged(self.plan.job);
            sinks.apply(epoch, &pending.manifest.id, staged)?;
        }
        if let Some(storage) = &mut self.storage {
            protocol::commit(&mut storage.world, &mut storage.tenure, &pending.manifest)?;
            storage
                .collector
                .on_committed(&storage.world.store, pending.manifest.clone())?;
            storage.last = Some(pending.manifest);
            self.checkpoints += 1;
            self.last_checkpoint = Some(epoch);
            let taken_ms = pending.started.elapsed().as_millis();
            eprintln!(
                "checkpoint {epoch} completed in {taken_ms} ms, {}",
                size_text(pending.bytes)
            );
        }
        self.last_completed = Instant::now();
        for thread in 0..self.commands.len() {
            self.send(thread, Command::Committed { epoch });
        }
        self.is_finished = pending.barrier.last;
        Ok(())
    }

    fn check_timeout(&mut self) -> Result<(), JobError> {
        let timeout = self.plan.settings.checkpoint_timeout;
        let Some(pending) = &mut self.pending else {
            return Ok(());
        };
        if pending.started.elapsed() < timeout * (pending.timeouts + 1) {
            return Ok(());
        }
        pending.timeouts += 1;
        let (epoch, waits_for) = (pending.barrier.epoch, pending.waits_for());
        let message = format!(
            "checkpoint {epoch} is not complete after {}: {waits_for}",
            seconds(pending.started)
        );
        if pending.timeouts > self.plan.settings.tolerable_failures {
            return Err(JobError::Checkpoint(message));
        }
        eprintln!("{message}");
        Ok(())
    }

    /// Looks for splits where it is time to, and assigns new ones.
    fn discover(&mut self) -> Result<(), JobError> {
        for at in 0..self.sources.len() {
            let open = &self.sources[at];
            let interval = open
                .source
                .as_ref()
                .and_then(|source| source.discovery_interval());
            let is_due = match (open.last_discovery, interval) {
                (None, _) => true,
                (Some(last), Some(interval)) => !open.is_complete && last.elapsed() >= interval,
                (Some(_), None) => false,
            };
            if is_due {
                self.discover_splits(at)?;
            }
        }
        Ok(())
    }

    fn discover_splits(&mut self, at: usize) -> Result<(), JobError> {
        let node = self.sources[at].node;
        let is_first_look = self.sources[at].last_discovery.is_none();
        let restored = self.restored_positions(node).filter(|_| is_first_look);
        let open = &mut self.sources[at];
        let mut splits = match &mut open.source {
            Some(source) => {
                restored.iter().for_each(|positions| source.restore(positions));
                source.discover()?
            }
            None => vec![Split {
                id: VALUES_SPLIT.to_owned(),
                position: serde_json::Value::Null,
            }],
        };
        splits.sort_by(|a, b| a.id.cmp(&b.id));
        take_over_positions(restored.unwrap_or_default(), &mut splits);
        open.last_discovery = Some(Instant::now());
        let is_bounded = open.source.as_ref().is_none_or(|source| source.is_bounded());
        let mut assigned: Vec<Vec<Split>> = vec![Vec::new(); self.commands.len()];
        for split in splits {
            if open.known.insert(split.id.clone()) {
                // Sources start at different threads, so that those with one split do not all meet on the
                // first.
                assigned[(at + open.known.len() - 1) % self.commands.len()].push(split);
            }
        }
        let completes = is_bounded && !std::mem::replace(&mut open.is_complete, is_bounded);
        for (thread, splits) in assigned.into_iter().enumerate() {
            // At first also to threads that get none: only then do they know that others need not wait for them.
            if is_first_look || !splits.is_empty() {
                self.send(thread, Command::Assign { node, splits });
            }
        }
        if completes {
            (0..self.commands.len()).for_each(|thread| self.send(thread, Command::NoMoreSplits { node }));
        }
        Ok(())
    }

    /// What the restored checkpoint says of a source; `None` where there is none.
    fn restored_positions(&self, node: usize) -> Option<&'a [Split]> {
        let uid = self.plan.job.nodes[node].uid;
        self.plan.restored?.sources.get(uid).map(Vec::as_slice)
    }

    /// A thread that has ended has reported why; its commands do not matter any more.
    fn send(&self, thread: usize, command: Command) {
        if self.commands[thread].send(command).is_ok() {
            self.wakers.wake(thread);
        }
    }
}

/// Splits of the checkpoint go on where they were; those that are not found any more are asked for all the same, so
/// that the connector says what is missing.
fn take_over_positions(restored: &[Split], splits: &mut Vec<Split>) {
    for saved in restored {
        match splits.iter_mut().find(|split| split.id == saved.id) {
            Some(split) => split.position = saved.position.clone(),
            None => splits.push(saved.clone()),
        }
    }
}

fn uploader<'a>(storage: &'a Storage, tolerable_failures: u32, reports: &'a Sender<Report>) -> Uploader<'a> {
    Uploader {
        store: &storage.world.store,
        attempts: tolerable_failures + 1,
        reports,
    }
}

fn seconds(since: Instant) -> String {
    format!("{} s", since.elapsed().max(Duration::from_secs(1)).as_secs())
}

/// Bytes for people: three digits at most.
pub(crate) fn size_text(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["bytes", "kB", "MB", "GB"] {
        if value < 1_000.0 {
            return if unit == "bytes" {
                format!("{bytes} bytes")
            } else {
                format!("{value:.1} {unit}")
            };
        }
        value /= 1_000.0;
    }
    format!("{value:.1} TB")
}
