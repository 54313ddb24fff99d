//! Group aggregate: one row per key, kept up to date as rows come and go.
//!
//! In: rows of any kind; out: per input row what changed, as Flink emits it without mini-batch: `+I` for a
//! new key,
//! `-U +U` for another result, nothing for the same result, `-D` when the last row of a key is retracted. A
//! retraction for an unknown key is ignored. Without aggregates it is DISTINCT.

use super::aggregate::{AggregateNeeds, Aggregates};
use super::copy::ColumnCopy;
use super::{Context, Operator};
use crate::error::JobError;
use crate::job::{Column, GroupAggSpec, Node};
use crate::row::{Batch, BatchWriter, RowKind, RowRef};
use crate::state::{EntryId, KeyEncoder, StateTable, hash_key};

pub(super) struct GroupAgg {
    name: &'static str,
    keys: KeyEncoder,
    key_copy: ColumnCopy,
    aggregates: Aggregates,
    table: StateTable,
    input_retracts: bool,
    emit_update_before: bool,
    writer: BatchWriter,
    /// The row that stood for the key before the change.
    previous: BatchWriter,
}

impl GroupAgg {
    pub(super) fn new(node: &Node, spec: &GroupAggSpec, input: &[Column]) -> Result<Self, JobError> {
        let needs = AggregateNeeds {
            input_retracts: spec.input_retracts,
            groups_end: false,
        };
        Ok(GroupAgg {
            name: node.name,
            keys: KeyEncoder::new(&spec.keys, input, 0),
            key_copy: ColumnCopy::from_position(0, &node.columns[..spec.keys.len()]),
            aggregates: Aggregates::new(node.name, &spec.aggregates, input, needs)?,
            table: StateTable::new(),
            input_retracts: spec.input_retracts,
            emit_update_before: spec.emit_update_before,
            writer: BatchWriter::new(node.columns.len()),
            previous: BatchWriter::new(node.columns.len()),
        })
    }

    fn first_row(&mut self, hash: u64, row: RowRef<'_>) {
        let key_group = self.keys.key_group(row);
        let (key, initial) = (self.keys.encoded(), self.aggregates.initial());
        let entry = self.table.insert(hash, key_group, key, initial);
        let entry = self.aggregates.apply(&mut self.table, entry, row, false);
        self.write(entry, RowKind::Insert);
    }

    fn next_row(&mut self, entry: EntryId, row: RowRef<'_>, retract: bool) {
        self.previous.truncate(0);
        put(
            &mut self.previous,
            RowKind::UpdateBefore,
            entry,
            &self.table,
            &self.key_copy,
            &self.aggregates,
        );
        let entry = self.aggregates.apply(&mut self.table, entry, row, retract);
        if self.input_retracts && Aggregates::row_count(self.table.value(entry)) == 0 {
            self.writer.push(RowKind::Delete, self.previous.row(0));
            self.aggregates.remove_group(self.table.key(entry));
            self.table.remove(entry);
            return;
        }
        let rows = self.writer.len();
        if self.emit_update_before {
            self.writer.push(RowKind::UpdateBefore, self.previous.row(0));
        }
        self.write(entry, RowKind::UpdateAfter);
        let after = self.writer.row(self.writer.len() - 1);
        if after.words() == self.previous.row(0).words() {
            self.writer.truncate(rows);
        }
    }

    fn write(&mut self, entry: EntryId, kind: RowKind) {
        put(
            &mut self.writer,
            kind,
            entry,
            &self.table,
            &self.key_copy,
            &self.aggregates,
        );
    }
}

/// Writes the row that stands for an entry.
fn put(
    writer: &mut BatchWriter,
    kind: RowKind,
    entry: EntryId,
    table: &StateTable,
    key_copy: &ColumnCopy,
    aggregates: &Aggregates,
) {
    writer.begin(kind);
    key_copy.put(writer, RowRef::of(table.key(entry), key_copy.len()));
    aggregates.put_results(table.value(entry), writer, key_copy.len());
    writer.finish();
}

impl Operator for GroupAgg {
    fn on_batch(&mut self, input: &Batch, cx: &mut Context) -> Result<(), JobError> {
        for (kind, row) in input.rows() {
            let retract = !kind.is_addition();
            let key = self.keys.encode(&[], row);
            let hash = hash_key(key);
            match self.table.find(hash, key) {
                Some(entry) if self.input_retracts || !self.aggregates.is_empty() => {
                    self.next_row(entry, row, retract);
                }
                None if !retract => self.first_row(hash, row),
                _ => {}
            }
        }
        self.aggregates.check(self.name)?;
        cx.emit(&mut self.writer);
        Ok(())
    }

    fn state(&mut self) -> Vec<&mut StateTable> {
        std::iter::once(&mut self.table)
            .chain(self.aggregates.tables())
            .collect()
    }

    fn on_restored(&mut self) -> Result<(), JobError> {
        self.aggregates.on_restored(&self.table)
    }
}

#[cfg(test)]
mod tests;
