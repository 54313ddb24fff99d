//! What flows between nodes, and what worker threads and the coordinator tell each other.
//! Invariant: between two nodes messages keep their order; a barrier divides them into epochs.

use std::sync::Arc;

use sql::Timestamp;

use crate::connector::Split;
use crate::error::JobError;
use crate::row::Batch;

/// The watermark after which nothing follows: all bounded input has been read.
pub const WATERMARK_END: Timestamp = Timestamp::from_micros(i64::MAX);

/// The watermark before the first one.
pub(crate) const WATERMARK_NONE: Timestamp = Timestamp::from_micros(i64::MIN);

/// Divides the flow into epochs; what came before it belongs to `epoch`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Barrier {
    pub(crate) epoch: u64,
    /// State is written as a whole, not only what changed.
    pub(crate) full: bool,
    /// Nothing is read after it.
    pub(crate) last: bool,
}

/// One item on an edge.
#[derive(Clone, Debug)]
pub(crate) enum Message {
    Batch(Arc<Batch>),
    Watermark(Timestamp),
    /// No watermark is to be waited for from here until `Active`.
    Idle,
    Active,
    Barrier(Barrier),
}

impl Message {
    /// What the message counts for in bounds on bytes; only rows count, so that barriers always pass.
    pub(crate) fn size_bytes(&self) -> usize {
        match self {
            Message::Batch(batch) => batch.size_bytes(),
            _ => 0,
        }
    }
}

/// From the coordinator to a worker thread.
pub(crate) enum Command {
    /// Splits of the source node at this position in the job. Those found together come together: if one was
    /// read before another is known, its watermark would make the other's rows late.
    Assign { node: usize, splits: Vec<Split> },
    /// All splits that will ever come have been assigned: the source ends with them.
    NoMoreSplits { node: usize },
    /// Sources put this barrier into the flow now.
    Barrier(Barrier),
    /// The checkpoint of this epoch is committed.
    Committed { epoch: u64 },
    /// Bytes of a part have been stored; there is room for another.
    PartStored,
    /// End; everything that matters is in a committed checkpoint.
    Finish,
}

/// From a worker thread (or an upload) to the coordinator.
pub(crate) enum Report {
    /// Part of the thread's state at the epoch, to be stored.
    Part(Part),
    /// Everything of this thread that belongs to the checkpoint has been handed over.
    EpochEnded(EpochEnd),
    /// The control has something new.
    Asked,
    /// A source asks for a checkpoint at its position.
    CheckpointWanted,
    /// All sources of the thread have been read to their ends and the final watermark has passed all nodes.
    SourcesEnded {
        thread: usize,
    },
    /// An upload ended.
    Stored {
        epoch: u64,
        /// The thread whose part it is; none: staged output.
        part_of: Option<usize>,
        result: Result<(), JobError>,
    },
    /// The folder of a savepoint has been prepared.
    SavepointOpened {
        result: Result<(), JobError>,
    },
    /// A part of a savepoint has been copied.
    Copied {
        thread: usize,
        result: Result<(), JobError>,
    },
    /// A savepoint has its manifest.
    SavepointWritten {
        result: Result<(), JobError>,
    },
    /// The latest generation in the job's log; `None` if it could not be read.
    SuccessorSought {
        generation: Option<u64>,
    },
    Failed(JobError),
}

/// State entries of one thread, one object in checkpoint storage.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) epoch: u64,
    pub(crate) thread: usize,
    /// Counts the parts of the thread in this epoch.
    pub(crate) number: usize,
    pub(crate) full: bool,
    pub(crate) bytes: Vec<u8>,
}

/// What ends a thread's epoch.
#[derive(Debug)]
pub(crate) struct EpochEnd {
    pub(crate) epoch: u64,
    pub(crate) thread: usize,
    pub(crate) parts: usize,
    /// Positions of the splits, by source node.
    pub(crate) positions: Vec<(usize, Vec<Split>)>,
    /// What sink writers staged, by sink node.
    pub(crate) staged: Vec<(usize, Vec<u8>)>,
}
