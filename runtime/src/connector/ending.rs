//! Whether the job is about to end. A sink waits long for a system that is away, but not when somebody waits for the
//! job to end.
//!
//! In: the flags of the job's control. Out: how near the end is. Invariant: an end that has come near stays so.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Shared by all connectors of a job.
#[derive(Clone, Default)]
pub struct Ending {
    stop: Arc<AtomicBool>,
    kill: Arc<AtomicBool>,
    abandoned: Arc<AtomicBool>,
}

impl Ending {
    /// `stop`: after a final checkpoint; `kill`: at once.
    pub fn new(stop: Arc<AtomicBool>, kill: Arc<AtomicBool>) -> Ending {
        Ending {
            stop,
            kill,
            abandoned: Arc::default(),
        }
    }

    /// The job has failed: what is not done is not to be done any more.
    pub fn abandon(&self) {
        self.abandoned.store(true, Ordering::Release);
    }

    /// Somebody waits for the end.
    pub fn is_near(&self) -> bool {
        self.stop.load(Ordering::Acquire) || self.is_now()
    }

    /// Nothing that is still to be done counts.
    pub fn is_now(&self) -> bool {
        self.kill.load(Ordering::Acquire) || self.abandoned.load(Ordering::Acquire)
    }
}
