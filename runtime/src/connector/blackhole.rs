//! `blackhole`: a sink that drops every row. For measuring and for trying a statement.

use std::sync::Arc;

use super::registry::SinkRequest;
use super::{SinkTable, SinkTableFactory, SinkWriter};
use crate::error::JobError;
use crate::row::Batch;

struct Blackhole;

impl SinkTableFactory for Blackhole {
    fn writer(&self, _thread: usize) -> Result<Box<dyn SinkWriter>, JobError> {
        Ok(Box::new(Blackhole))
    }
}

impl SinkWriter for Blackhole {
    fn write(&mut self, _batch: &Batch) -> Result<(), JobError> {
        Ok(())
    }

    fn end_epoch(&mut self, _epoch: u64) -> Result<Vec<u8>, JobError> {
        Ok(Vec::new())
    }
}

pub fn open_sink(request: &SinkRequest<'_>) -> Result<SinkTable, JobError> {
    request.options.check(&[])?;
    Ok(SinkTable {
        table: Arc::new(Blackhole),
        committer: None,
    })
}
