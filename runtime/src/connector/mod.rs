//! Connectors: how tables read from and write to outside systems. Chosen by the table's `connector` option at start.
//!
//! A source table has one [`SplitSource`] per job (finds splits) and one [`SplitReader`] per thread (reads those
//! assigned to the thread). A sink table has one [`SinkWriter`] per thread and, where its output becomes visible
//! only with a checkpoint, one [`Committer`] per job.

pub mod blackhole;
pub(crate) mod collect;
mod datagen;
pub mod ending;
pub mod filesystem;
mod jdbc;
mod kafka;
pub mod options;
pub mod print;
pub mod registry;
pub(crate) mod staged;
mod trust;
pub mod values;
pub(crate) mod worker_files;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::error::JobError;
use crate::row::batch::{Batch, BatchWriter};

/// A part of a source that is read in order by one thread: a partition, a file, a range.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Split {
    /// Unique in the table and stable across restarts: `topic/3`, a path.
    pub id: String,
    /// Where to read on; the connector's own shape. `null`: from the beginning as the options say.
    pub position: serde_json::Value,
}

/// Finds splits. One per table and job; called from the coordinator.
pub trait SplitSource: Send {
    /// All splits that exist now (also those already known). Called at start and, for unbounded sources that ask
    /// for it, again every `discovery_interval`.
    fn discover(&mut self) -> Result<Vec<Split>, JobError>;

    /// Tells before the first `discover` where a checkpoint left off: what is not among these splits has appeared
    /// since. Not called when the job starts from nothing.
    fn restore(&mut self, _positions: &[Split]) {}

    /// How often to look for new splits; `None`: only at start.
    fn discovery_interval(&self) -> Option<std::time::Duration> {
        None
    }

    /// The source ends when its splits are read.
    fn is_bounded(&self) -> bool;

    /// The source makes watermarks per split, periodically (as Flink's sources with watermark push-down do). False:
    /// a watermark follows each row that moves it by more than the auto-watermark interval.
    fn has_split_watermarks(&self) -> bool {
        false
    }

    /// A reader for one thread.
    fn reader(&self) -> Result<Box<dyn SplitReader>, JobError>;
}

/// What a poll brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Polled {
    /// Rows of this split (position in the order of `assign`) were appended.
    Rows { split: usize },
    /// A split of a bounded source has been read to its end; its rows came before.
    SplitEnd { split: usize },
    /// The source itself says that no earlier row follows in this split (only the `values` test connector does).
    Watermark { split: usize, watermark: sql::Timestamp },
    /// Asks for a checkpoint here; the reader stays idle until `on_committed` (only the `values` test connector does).
    Checkpoint,
    /// Nothing now; ask again.
    Idle,
}

/// Reads the splits of one table on one thread.
pub trait SplitReader: Send {
    /// Adds a split, to be read from `split.position`.
    fn assign(&mut self, split: Split) -> Result<(), JobError>;

    /// Appends at most `rows_max` rows of one split to `output` (columns: the source's read columns). Must not block
    /// longer than a few milliseconds.
    fn poll(&mut self, rows_max: usize, output: &mut BatchWriter) -> Result<Polled, JobError>;

    /// Splits with their positions after the last row appended: what a checkpoint stores.
    fn positions(&self) -> Vec<Split>;

    /// The positions of this checkpoint are durable and committed (Kafka: tell lag tools).
    fn on_committed(&mut self, _positions: &[Split]) {}

    /// Malformed records skipped so far.
    fn skipped(&self) -> u64 {
        0
    }
}

/// Writes one table's rows on one thread.
pub trait SinkWriter: Send {
    fn write(&mut self, batch: &Batch) -> Result<(), JobError>;

    /// The epoch that ends next must stand alone: no later one completes what it begins (the job ends with it, or
    /// another job may start from it).
    fn settle(&mut self) {}

    /// The epoch ends: everything written so far belongs to it. The answer is stored in the checkpoint and handed to
    /// the table's [`Committer`] after the checkpoint has been committed; empty when there is nothing to do then.
    fn end_epoch(&mut self, epoch: u64) -> Result<Vec<u8>, JobError>;

    /// Called between batches: send what waits longer than the sink's flush interval, serve callbacks.
    fn tick(&mut self) -> Result<(), JobError> {
        Ok(())
    }
}

/// The checkpoint that a job starts from, as committers see it.
#[derive(Clone, Copy, Debug)]
pub struct RestoredOutput<'a> {
    pub epoch: u64,
    pub checkpoint_id: &'a str,
    /// All that it staged is known to have been made visible, but for what committers left open.
    pub is_applied: bool,
}

/// Makes staged output of a committed checkpoint visible. Must be idempotent: after a restore it is called again for
/// the checkpoint restored from.
pub trait Committer: Send {
    fn commit(&mut self, epoch: u64, checkpoint_id: &str, staged: Vec<Vec<u8>>) -> Result<(), JobError>;

    /// The job starts, from this checkpoint if any, which holds this output: what it staged may have been applied or
    /// not, and what was begun after it counts for nothing.
    fn recover(
        &mut self,
        restored: Option<RestoredOutput<'_>>,
        staged: Vec<Vec<u8>>,
    ) -> Result<(), JobError> {
        match restored {
            Some(restored) if !staged.is_empty() => {
                self.commit(restored.epoch, restored.checkpoint_id, staged)
            }
            _ => Ok(()),
        }
    }

    /// The job's log says now that all that was committed is visible: a later start is told so (`is_applied`).
    fn recorded(&mut self) -> Result<(), JobError> {
        Ok(())
    }
}

/// A sink system whose own transaction decides whether a checkpoint is committed. At most one per job.
pub trait CommitPoint: Send {
    /// Names the place where this job's tokens lie. A changed statement may have another one than before.
    fn place(&self) -> String;

    /// Fences predecessors, also those whose tokens lie at these `places`, and answers the tokens found there and at
    /// its own place: epoch and checkpoint id. Called before anything is written.
    fn recover(&mut self, places: &[String]) -> Result<Vec<(u64, String)>, JobError>;

    /// Commits the epoch's output together with the token. All writers have ended the epoch and the checkpoint is
    /// durable.
    fn commit(&mut self, epoch: u64, checkpoint_id: &str) -> Result<(), JobError>;
}

/// What opening all sinks of a job gives.
pub struct Sinks {
    /// In the order of the sink nodes of the job.
    pub tables: Vec<SinkTable>,
    /// The sink system that decides about checkpoints, if there is one.
    pub commit_point: Option<Box<dyn CommitPoint>>,
}

/// One sink table: a writer for each thread, and what makes its staged output visible.
pub struct SinkTable {
    pub table: Arc<dyn SinkTableFactory>,
    pub committer: Option<Box<dyn Committer>>,
}

/// Makes the writers of a sink table.
pub trait SinkTableFactory: Send + Sync {
    fn writer(&self, thread: usize) -> Result<Box<dyn SinkWriter>, JobError>;
}
