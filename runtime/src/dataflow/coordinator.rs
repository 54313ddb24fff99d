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
use super::control::{Control, Summary};
use super::discovery::OpenSource;
use super::event::Event;
use super::limits::{COORDINATOR_TICK, COORDINATOR_TICK_MIN};
use super::message::{Barrier, Command, Report};
use super::metrics::Metering;
use super::pending::{Pending, Uploader};
use super::savepoint::Savepoint;
use super::successor::Look;
use super::worker::Shared;
use crate::checkpoint::collect::Collector;
use crate::checkpoint::manifest::{Manifest, OperatorState};
use crate::checkpoint::protocol::{self, Tenure};
use crate::error::JobError;
use crate::log;
use crate::state::key::KEY_GROUPS;

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
    pub(super) plan: Plan<'a>,
    pub(super) control: &'a Control,
    pub(super) commands: Vec<Sender<Command>>,
    wakers: Wakers,
    shared: Shared,
    pub(crate) report_sender: Option<Sender<Report>>,
    pub(crate) storage: Option<Storage>,
    /// Of a job without storage.
    pub(crate) sinks: Option<JobSinks>,
    /// Stands in the ids of checkpoints where there is no storage.
    run_id: String,
    pub(crate) sources: Vec<OpenSource>,
    pub(crate) metering: Metering,
    pub(super) savepoint: Option<Savepoint>,
    /// URL of the savepoint that the job was stopped with.
    pub(super) stopped_with: Option<String>,
    pub(super) look: Look,
    pending: Option<Pending>,
    /// Last epoch triggered.
    epoch: u64,
    last_trigger: Instant,
    last_completed: Instant,
    wanted: bool,
    requests_seen: u64,
    threads_at_end: BTreeSet<usize>,
    /// The last epoch has been committed.
    is_last_committed: bool,
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
            metering: Metering::new(None),
            savepoint: None,
            stopped_with: None,
            look: Look::new(),
            pending: None,
            epoch,
            last_trigger: now,
            last_completed: now,
            wanted: false,
            requests_seen: 0,
            threads_at_end: BTreeSet::new(),
            is_last_committed: false,
            checkpoints: 0,
            last_checkpoint: None,
            restored: plan.restored.map(|restored| restored.manifest.epoch),
        }
    }

    /// Until the job is finished, cancelled or failed.
    pub(crate) fn lead(&mut self, reports: &Receiver<Report>) -> Result<(), JobError> {
        let mut is_running = false;
        self.control
            .attach(self.report_sender.clone().expect("set at start"));
        while !self.is_finished() {
            if self.control.is_killed() {
                return Err(JobError::Cancelled);
            }
            self.discover()?;
            if !std::mem::replace(&mut is_running, true) {
                let restored = self.plan.restored.map(|restored| restored.url.clone());
                self.control.tell(Event::Running { restored });
            }
            self.check_timeout()?;
            self.open_savepoint();
            self.trigger_if_due();
            self.seek_successor_if_due();
            self.report_figures_if_due();
            match reports.recv_timeout(self.tick()) {
                Ok(report) => self.on_report(report)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => unreachable!("the coordinator holds a sender"),
            }
        }
        Ok(())
    }

    /// How long nothing is due unless somebody reports or asks.
    fn tick(&self) -> Duration {
        let discoveries = self.sources.iter().filter_map(OpenSource::discovery_interval);
        let checkpoint = self.plan.settings.checkpoint_interval;
        let checkpoint = checkpoint
            .filter(|_| self.pending.is_none())
            .map(|interval| interval.saturating_sub(self.last_trigger.elapsed()));
        let due = discoveries.chain(checkpoint).min().unwrap_or(COORDINATOR_TICK);
        due.clamp(COORDINATOR_TICK_MIN, COORDINATOR_TICK)
    }

    fn is_finished(&self) -> bool {
        self.is_last_committed && self.savepoint.is_none()
    }

    /// The last barrier is in the flow: nothing can be saved after it.
    pub(super) fn has_last_epoch(&self) -> bool {
        self.is_last_committed || self.pending.as_ref().is_some_and(|pending| pending.barrier.last)
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
            last_checkpoint: self
                .last_checkpoint
                .or_else(|| self.storage.as_ref()?.last.as_ref().map(|last| last.epoch)),
            restored: self.restored,
            savepoint: self.stopped_with.clone(),
        }
    }

    fn report_figures_if_due(&mut self) {
        let summary = self.summary();
        self.metering.write_file_if_due(&summary);
        if self.control.has_listener() && self.metering.is_event_due() {
            self.report_figures(&summary);
        }
    }

    fn report_figures(&self, summary: &Summary) {
        let operators = self.shared.operators.totals(self.plan.job);
        let figures = self.metering.figures(summary, operators);
        self.control.tell(Event::Metrics(figures));
    }

    /// After the threads have ended.
    pub(crate) fn report_last_figures(&mut self, well: bool) {
        let summary = self.summary();
        self.metering.write_last_file(&summary, well);
        self.refuse_savepoints();
        if self.control.has_listener() {
            self.report_figures(&summary);
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
                let epoch = pending.barrier.epoch;
                if let Some(savepoint) = self.savepoint.as_mut().filter(|one| one.is_of(epoch)) {
                    savepoint.add_copy();
                }
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
            Report::Asked => {}
            Report::CheckpointWanted => self.wanted = true,
            Report::SourcesEnded { thread } => {
                self.threads_at_end.insert(thread);
            }
            Report::SavepointOpened { result } => self.on_savepoint_opened(result),
            Report::Copied { thread, result } => {
                self.send(thread, Command::PartStored);
                self.on_copied(result);
            }
            Report::SavepointWritten { result } => self.on_savepoint_written(result)?,
            Report::SuccessorSought { generation } => self.on_successor_sought(generation)?,
            Report::Failed(error) => return Err(error),
        }
        Ok(())
    }

    fn trigger_if_due(&mut self) {
        if self.pending.is_some() || self.is_last_committed {
            return;
        }
        let requests = self.control.checkpoints_wanted();
        self.wanted |= requests != self.requests_seen;
        self.requests_seen = requests;
        let last = self.control.is_stopped() || self.threads_at_end.len() == self.commands.len();
        let settings = self.plan.settings;
        let is_time = settings.checkpoint_interval.is_some_and(|interval| {
            self.last_trigger.elapsed() >= interval
                && self.last_completed.elapsed() >= settings.checkpoint_min_pause
        });
        let savepoint = self.savepoint.as_ref();
        let stops = savepoint.is_some_and(|savepoint| savepoint.is_ready() && savepoint.request.stops);
        let saves = savepoint.is_some_and(Savepoint::is_ready);
        if last && savepoint.is_some_and(Savepoint::is_opening) {
            // After the last epoch it could not be written.
            return;
        }
        if stops {
            // Connectors wait no longer than one wants to wait for an end.
            self.control.stop();
        }
        if last || self.wanted || is_time || saves {
            self.trigger(last || stops);
        }
    }

    fn trigger(&mut self, last: bool) {
        self.wanted = false;
        self.epoch += 1;
        self.last_trigger = Instant::now();
        let previous = self.storage.as_ref().and_then(|storage| storage.last.as_ref());
        let operators = self.storage.as_ref().map(|storage| &storage.operators);
        let full = previous.is_none_or(|manifest| {
            let (base, deltas) = manifest.base_and_delta_bytes();
            // Parts of a manifest with other operators hold state that was dropped; it must not come back.
            deltas > base || Some(&manifest.operators) != operators
        });
        let epoch = self.epoch;
        let savepoint = self.savepoint.as_mut().filter(|savepoint| savepoint.is_ready());
        let copies = savepoint.map(|savepoint| savepoint.begin(epoch));
        let barrier = Barrier {
            epoch: self.epoch,
            full: full || copies.is_some(),
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
        self.pending = Some(Pending::new(barrier, manifest, previous, copies));
        for thread in 0..self.commands.len() {
            self.send(thread, Command::Barrier(barrier));
        }
    }

    fn complete_if_prepared(&mut self) -> Result<(), JobError> {
        let Some(mut pending) = self.pending.take_if(|pending| pending.is_prepared()) else {
            return Ok(());
        };
        pending.settle();
        if let Err(error) = self.commit(&mut pending) {
            self.pending = Some(pending);
            return Err(error);
        }
        let epoch = pending.barrier.epoch;
        self.last_completed = Instant::now();
        self.look.is_done();
        for thread in 0..self.commands.len() {
            self.send(thread, Command::Committed { epoch });
        }
        self.is_last_committed = pending.barrier.last;
        self.write_savepoint_if_copied();
        Ok(())
    }

    fn commit(&mut self, pending: &mut Pending) -> Result<(), JobError> {
        let epoch = pending.barrier.epoch;
        if let Some(sinks) = &mut self.sinks {
            let staged = pending.take_staged(self.plan.job);
            sinks.apply(epoch, &pending.manifest.id, staged)?;
        }
        if let Some(storage) = &mut self.storage {
            protocol::commit(&mut storage.world, &mut storage.tenure, &pending.manifest)?;
            storage
                .collector
                .on_committed(&storage.world.store, pending.manifest.clone())?;
            let completed = pending.completed(&storage.world.store);
            self.control.tell(Event::CheckpointCompleted(completed));
            if let Some(savepoint) = self.savepoint.as_mut().filter(|one| one.is_of(epoch)) {
                savepoint.on_committed(&pending.manifest);
            }
            storage.last = Some(pending.manifest.clone());
            self.checkpoints += 1;
            self.last_checkpoint = Some(epoch);
            let taken_ms = pending.started.elapsed().as_millis();
            log::debug(format_args!(
                "checkpoint {epoch} completed in {taken_ms} ms, {}",
                size_text(pending.bytes)
            ));
        }
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
        log::warn(format_args!("{message}"));
        self.control
            .tell(Event::CheckpointFailed(pending.failed(message)));
        Ok(())
    }

    /// The job has failed: so has the checkpoint that was being taken.
    pub(crate) fn fail_pending(&mut self, error: &JobError) {
        let is_failure = !matches!(error, JobError::Cancelled);
        if let Some(pending) = self.pending.take().filter(|_| is_failure) {
            self.control
                .tell(Event::CheckpointFailed(pending.failed(error.to_string())));
        }
    }

    /// A thread that has ended has reported why; its commands do not matter any more.
    pub(super) fn send(&self, thread: usize, command: Command) {
        if self.commands[thread].send(command).is_ok() {
            self.wakers.wake(thread);
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
