//! Rows that stand in the statement, as a bounded source with one split.
//!
//! In: literal rows. Out: the same rows, once. Invariant: the position is the number of rows read, so that a
//! restored job does not repeat them.

use serde_json::json;

use crate::connector::{Polled, Split, SplitReader};
use crate::error::JobError;
use crate::row::{Batch, BatchWriter};

/// The only split of a VALUES node.
pub(crate) const VALUES_SPLIT: &str = "values";

pub(crate) struct ValuesReader {
    rows: Batch,
    /// Rows read; none before the split is assigned.
    read: Option<usize>,
    ended: bool,
}

impl ValuesReader {
    pub(crate) fn new(rows: Batch) -> Self {
        ValuesReader {
            rows,
            read: None,
            ended: false,
        }
    }
}

impl SplitReader for ValuesReader {
    fn assign(&mut self, split: Split) -> Result<(), JobError> {
        self.read = Some(split.position.as_u64().unwrap_or(0) as usize);
        Ok(())
    }

    fn poll(&mut self, rows_max: usize, output: &mut BatchWriter) -> Result<Polled, JobError> {
        let Some(read) = self.read.filter(|_| !self.ended) else {
            return Ok(Polled::Idle);
        };
        if read >= self.rows.len() {
            self.ended = true;
            return Ok(Polled::SplitEnd { split: 0 });
        }
        let end = self.rows.len().min(read + rows_max);
        for row in read..end {
            output.push(self.rows.kind(row), self.rows.row(row));
        }
        self.read = Some(end);
        Ok(Polled::Rows { split: 0 })
    }

    fn positions(&self) -> Vec<Split> {
        let split = |read: usize| Split {
            id: VALUES_SPLIT.to_owned(),
            position: json!(read),
        };
        self.read.map(split).into_iter().collect()
    }
}
