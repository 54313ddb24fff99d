//! Exchange: splits a batch by the thread that owns the key group of each row.
//!
//! In: a batch; out: one batch per thread, rows of one key in their order.

use crate::job::Column;
use crate::row::{Batch, BatchWriter};
use crate::state::key::{KeyEncoder, thread_of};

/// Splits batches for an exchange on some columns.
pub struct Partitioner {
    /// Without columns every row has the empty key and goes to the thread of its group, where its state is,
    /// too.
    keys: KeyEncoder,
    writers: Vec<BatchWriter>,
}

impl Partitioner {
    pub fn new(keys: &[usize], input: &[Column], threads: usize) -> Self {
        Partitioner {
            keys: KeyEncoder::new(keys, input, 0),
            writers: (0..threads).map(|_| BatchWriter::new(input.len())).collect(),
        }
    }

    /// Hands each thread's part, if it has rows, to `send`.
    pub fn split(&mut self, input: &Batch, mut send: impl FnMut(usize, Batch)) {
        let threads = self.writers.len();
        for (kind, row) in input.rows() {
            let key_group = self.keys.key_group(row);
            self.writers[thread_of(key_group, threads)].push(kind, row);
        }
        for (thread, writer) in self.writers.iter_mut().enumerate() {
            if !writer.is_empty() {
                send(thread, writer.take());
            }
        }
    }
}
