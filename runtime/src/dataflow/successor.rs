//! The look for a successor: a job that was replaced ends although it commits nothing.
//!
//! In: the job's log, time. Out: an error once a later generation is there. Invariant: a commit finds that out by
//! itself; storage that cannot be read is no reason to end, and nobody waits for it.

use std::time::Instant;

use super::commit::LOG;
use super::coordinator::Coordinator;
use super::limits::SUCCESSOR_LOOK;
use super::message::Report;
use crate::checkpoint::protocol::LogEntry;
use crate::error::JobError;

/// When it was looked for last.
pub(super) struct Look {
    last: Instant,
    is_under_way: bool,
}

impl Look {
    pub(super) fn new() -> Self {
        Look {
            last: Instant::now(),
            is_under_way: false,
        }
    }

    /// A commit has just looked.
    pub(super) fn is_done(&mut self) {
        self.last = Instant::now();
    }
}

impl Coordinator<'_> {
    pub(super) fn seek_successor_if_due(&mut self) {
        let Some(storage) = &self.storage else { return };
        if self.look.is_under_way || self.look.last.elapsed() < SUCCESSOR_LOOK {
            return;
        }
        self.look.is_under_way = true;
        let reports = self.report_sender.clone().expect("set at start");
        let store = storage.world.store.clone();
        storage.world.store.runtime().spawn(async move {
            let last = store.last(LOG).await.ok().flatten();
            let entry = last.and_then(|bytes| serde_json::from_slice::<LogEntry>(&bytes).ok());
            let generation = entry.map(|entry| entry.generation());
            // Nobody listens any more when the job has ended.
            let _ = reports.send(Report::SuccessorSought { generation });
        });
    }

    pub(super) fn on_successor_sought(&mut self, found: Option<u64>) -> Result<(), JobError> {
        self.look = Look::new();
        let storage = self.storage.as_ref().expect("only jobs with storage look");
        let generation = storage.tenure.generation;
        match found {
            Some(successor) if successor > generation => Err(JobError::Fenced {
                generation,
                successor,
            }),
            _ => Ok(()),
        }
    }
}
