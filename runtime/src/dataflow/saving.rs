//! Leads savepoints from the request to the manifest, one at a time.
//!
//! In: requests, reports about the savepoint under way. Out: events. Invariant: every request is answered by one event;
//! a job that has put its last barrier into the flow for a savepoint fails if the savepoint does.

use super::coordinator::Coordinator;
use super::event::Event;
use super::savepoint::Savepoint;
use crate::error::JobError;
use crate::log;

impl Coordinator<'_> {
    /// Opens the next savepoint that is asked for.
    pub(super) fn open_savepoint(&mut self) {
        if self.savepoint.is_some() || self.has_last_epoch() {
            return;
        }
        let Some(request) = self.control.next_savepoint() else {
            return;
        };
        let url = request.url.clone();
        let reports = self.report_sender.clone().expect("set at start");
        let opened = match &self.storage {
            Some(storage) => Savepoint::open(request, storage.world.store.runtime(), reports),
            None => Err(JobError::Checkpoint(
                "a job without a place for checkpoints writes no savepoint".to_owned(),
            )),
        };
        match opened {
            Ok(savepoint) => self.savepoint = Some(savepoint),
            Err(error) => self.refuse_savepoint(&url, &error),
        }
    }

    pub(super) fn on_savepoint_opened(&mut self, result: Result<(), JobError>) {
        match result {
            Ok(()) => self.under_way().on_opened(),
            Err(error) => {
                let savepoint = self.savepoint.take().expect("the savepoint is under way");
                self.refuse_savepoint(&savepoint.request.url, &error);
            }
        }
    }

    pub(super) fn on_copied(&mut self, result: Result<(), JobError>) {
        self.under_way().on_copied(result);
        self.write_savepoint_if_copied();
    }

    pub(super) fn write_savepoint_if_copied(&mut self) {
        let reports = self.report_sender.clone().expect("set at start");
        if let Some(savepoint) = &mut self.savepoint {
            savepoint.write_if_copied(&reports);
        }
    }

    pub(super) fn on_savepoint_written(&mut self, result: Result<(), JobError>) -> Result<(), JobError> {
        let savepoint = self.savepoint.take().expect("the savepoint is under way");
        match result {
            Ok(()) => {
                let completed = savepoint.completed();
                log::info(format_args!("savepoint {} written", completed.url));
                if savepoint.request.stops {
                    self.stopped_with = Some(completed.url.clone());
                }
                self.control.tell(Event::SavepointCompleted(completed));
                Ok(())
            }
            Err(error) => {
                self.refuse_savepoint(&savepoint.request.url, &error);
                match savepoint.is_last() {
                    true => Err(error),
                    false => Ok(()),
                }
            }
        }
    }

    /// Answers what can no longer be answered otherwise.
    pub(super) fn refuse_savepoints(&mut self) {
        let ended = JobError::Checkpoint("the job has ended before the savepoint was written".to_owned());
        let mut open: Vec<_> = self.savepoint.take().map(|one| one.request).into_iter().collect();
        open.extend(std::iter::from_fn(|| self.control.next_savepoint()));
        for request in open {
            self.refuse_savepoint(&request.url, &ended);
        }
    }

    fn refuse_savepoint(&self, url: &str, error: &JobError) {
        let message = error.to_string();
        log::warn(format_args!("savepoint failed: {message}"));
        let url = url.to_owned();
        self.control.tell(Event::SavepointFailed { url, message });
    }

    fn under_way(&mut self) -> &mut Savepoint {
        self.savepoint.as_mut().expect("the savepoint is under way")
    }
}
