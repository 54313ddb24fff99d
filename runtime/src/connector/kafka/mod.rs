//! The `kafka` and `upsert-kafka` connectors.
//!
//! Source: partitions are splits, assigned to threads explicitly (no consumer group is joined); a position is the
//! next offset to read. Sink: rows are encoded into an arena and handed to librdkafka in batches per partition;
//! with `sink.delivery-guarantee` = `exactly-once` all sink tables of the job share one transaction per epoch, and
//! that transaction decides whether the epoch's checkpoint is committed (see [`transaction`]).

mod carried;
mod client;
mod columns;
mod config;
mod metadata;
mod offsets;
mod partitioner;
mod reader;
mod splits;
mod transaction;
mod writer;

pub(super) use splits::open_source;
pub(super) use writer::open_sinks;

use crate::error::JobError;

fn external(error: impl ToString) -> JobError {
    JobError::external("kafka", error)
}
