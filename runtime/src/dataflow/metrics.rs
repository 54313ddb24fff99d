//! The job's figures, as a file and for the listener.
//!
//! In: counts of the threads and of checkpoints. Out: once a second an event, and a JSON file that is replaced as a
//! whole. Invariant: a reader never sees half of the file; a file that cannot be written is reported once and does not
//! end the job.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::json;

use super::control::Summary;
use super::event::{Metrics, OperatorMetrics};
use crate::log;

/// How often the file is written.
const INTERVAL: Duration = Duration::from_secs(1);

/// Says when figures are due.
pub(crate) struct Metering {
    file: Option<MetricsFile>,
    started: Instant,
    last: Option<Instant>,
}

impl Metering {
    pub(crate) fn new(file: Option<MetricsFile>) -> Self {
        Metering {
            file,
            started: Instant::now(),
            last: None,
        }
    }

    pub(crate) fn write_file_if_due(&mut self, summary: &Summary) {
        if let Some(file) = &mut self.file {
            file.write_if_due(summary, "running");
        }
    }

    pub(crate) fn write_last_file(&mut self, summary: &Summary, well: bool) {
        if let Some(file) = &mut self.file {
            file.write(summary, if well { "finished" } else { "failed" });
        }
    }

    /// A second has passed since this was last true.
    pub(crate) fn is_event_due(&mut self) -> bool {
        let is_due = self.last.is_none_or(|last| last.elapsed() >= INTERVAL);
        if is_due {
            self.last = Some(Instant::now());
        }
        is_due
    }

    pub(crate) fn figures(&self, summary: &Summary, operators: Vec<OperatorMetrics>) -> Metrics {
        Metrics {
            uptime_ms: self.started.elapsed().as_millis() as u64,
            rows_read: summary.rows_read,
            rows_written: summary.rows_written,
            rows_skipped: summary.rows_skipped,
            rows_late: summary.rows_late,
            operators,
        }
    }
}

pub(crate) struct MetricsFile {
    path: PathBuf,
    started: Instant,
    last: Option<Instant>,
    has_failed: bool,
}

impl MetricsFile {
    pub(crate) fn new(path: PathBuf) -> Self {
        MetricsFile {
            path,
            started: Instant::now(),
            last: None,
            has_failed: false,
        }
    }

    pub(crate) fn write_if_due(&mut self, summary: &Summary, state: &str) {
        if self.last.is_none_or(|last| last.elapsed() >= INTERVAL) {
            self.write(summary, state);
        }
    }

    pub(crate) fn write(&mut self, summary: &Summary, state: &str) {
        self.last = Some(Instant::now());
        let figures = json!({
            "state": state,
            "uptime_ms": self.started.elapsed().as_millis() as u64,
            "rows_read": summary.rows_read,
            "rows_written": summary.rows_written,
            "rows_skipped": summary.rows_skipped,
            "rows_late": summary.rows_late,
            "checkpoints": summary.checkpoints,
            "last_checkpoint": summary.last_checkpoint,
            "restored_checkpoint": summary.restored,
        });
        let temporary = self.path.with_extension("new");
        let text = format!("{figures:#}\n");
        let written = std::fs::write(&temporary, text).and_then(|()| std::fs::rename(&temporary, &self.path));
        if let Err(error) = written
            && !std::mem::replace(&mut self.has_failed, true)
        {
            log::warn(format_args!("metrics file {}: {error}", self.path.display()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_replaced_as_a_whole() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("metrics.json");
        let mut file = MetricsFile::new(path.clone());
        let mut summary = Summary::default();
        file.write_if_due(&summary, "running");
        summary.rows_read = 7;
        file.write_if_due(&summary, "running");
        let read =
            || serde_json::from_slice::<serde_json::Value>(&std::fs::read(&path).expect("it is there"));
        assert_eq!(
            read().expect("JSON")["rows_read"],
            0,
            "it is too early to write again"
        );
        file.write(&summary, "finished");
        assert_eq!(read().expect("JSON")["rows_read"], 7);
        assert_eq!(read().expect("JSON")["state"], "finished");
    }
}
