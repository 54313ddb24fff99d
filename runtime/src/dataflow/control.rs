//! What is asked of a running job from another thread, and whom it tells what happens.
//!
//! In: requests. Out: what the coordinator finds when it looks; events. Invariant: asking never blocks.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use crossbeam_channel::Sender;

use super::event::Event;
use super::message::Report;
use crate::connector::ending::Ending;

/// Who is told what happens; must not block.
pub(crate) type Listener = Arc<dyn Fn(Event) + Send + Sync>;

/// Ends a running job or asks it for a checkpoint, from another thread.
#[derive(Clone, Default)]
pub struct Control {
    requests: Arc<Requests>,
    listener: Option<Listener>,
}

#[derive(Default)]
struct Requests {
    stop: Arc<AtomicBool>,
    kill: Arc<AtomicBool>,
    checkpoints: AtomicU64,
    savepoints: Mutex<VecDeque<SavepointRequest>>,
    /// Wakes the coordinator; none before it leads.
    coordinator: Mutex<Option<Sender<Report>>>,
}

/// A savepoint that somebody wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SavepointRequest {
    /// The folder below which it is to be written.
    pub(crate) url: String,
    /// The job ends with it.
    pub(crate) stops: bool,
}

impl Control {
    /// Tells this listener what happens; it must not block.
    pub fn with_listener(listener: impl Fn(Event) + Send + Sync + 'static) -> Self {
        Control {
            requests: Arc::default(),
            listener: Some(Arc::new(listener)),
        }
    }

    /// Takes a final checkpoint and ends the job.
    pub fn stop(&self) {
        self.requests.stop.store(true, Ordering::Release);
        self.wake();
    }

    /// Ends the job as if its process had died: nothing final is done.
    pub fn kill(&self) {
        self.requests.kill.store(true, Ordering::Release);
        self.wake();
    }

    /// Asks for a checkpoint now.
    pub fn checkpoint(&self) {
        self.requests.checkpoints.fetch_add(1, Ordering::AcqRel);
        self.wake();
    }

    /// Writes a savepoint below this URL, and ends the job with it if `stops`. If it cannot be written the job goes
    /// on.
    pub fn savepoint(&self, url: &str, stops: bool) {
        let url = url.to_owned();
        self.savepoints().push_back(SavepointRequest { url, stops });
        self.wake();
    }

    /// From now on requests wake the coordinator.
    pub(crate) fn attach(&self, coordinator: Sender<Report>) {
        *self.coordinator() = Some(coordinator);
    }

    fn wake(&self) {
        if let Some(coordinator) = &*self.coordinator() {
            // A coordinator that has gone has ended the job.
            let _ = coordinator.send(Report::Asked);
        }
    }

    fn coordinator(&self) -> MutexGuard<'_, Option<Sender<Report>>> {
        let coordinator = self.requests.coordinator.lock();
        coordinator.expect("no holder of the lock panics")
    }

    pub(crate) fn tell(&self, event: Event) {
        if let Some(listener) = &self.listener {
            listener(event);
        }
    }

    pub(crate) fn has_listener(&self) -> bool {
        self.listener.is_some()
    }

    /// What connectors may know of the job's end.
    pub(crate) fn ending(&self) -> Ending {
        Ending::new(self.requests.stop.clone(), self.requests.kill.clone())
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.requests.stop.load(Ordering::Acquire)
    }

    pub(crate) fn is_killed(&self) -> bool {
        self.requests.kill.load(Ordering::Acquire)
    }

    /// How many checkpoints have been asked for.
    pub(crate) fn checkpoints_wanted(&self) -> u64 {
        self.requests.checkpoints.load(Ordering::Acquire)
    }

    pub(crate) fn next_savepoint(&self) -> Option<SavepointRequest> {
        self.savepoints().pop_front()
    }

    fn savepoints(&self) -> MutexGuard<'_, VecDeque<SavepointRequest>> {
        self.requests
            .savepoints
            .lock()
            .expect("no holder of the lock panics")
    }
}

/// What a job did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub rows_read: u64,
    pub rows_written: u64,
    /// Malformed records.
    pub rows_skipped: u64,
    /// Dropped because they came after their time was over.
    pub rows_late: u64,
    pub checkpoints: u64,
    /// Epoch of the last checkpoint committed.
    pub last_checkpoint: Option<u64>,
    /// Epoch of the checkpoint restored.
    pub restored: Option<u64>,
    /// URL of the savepoint that the job was stopped with.
    pub savepoint: Option<String>,
}
