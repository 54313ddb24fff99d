//! Changelog normalize: upserts by key become a changelog that says what was there before.
//!
//! In: rows of any kind, those of a key in their order; a deletion may hold nothing but its key. Out, as Flink
//! emits it: `+I` for the first row of a key, `-U +U` for another one, nothing for the same row again, `-D` with
//! the whole row that was there; a deletion of a key without row is ignored.
//! Invariant: the state of a key is its latest row.

use super::{Context, Operator};
use crate::error::JobError;
use crate::job::{ChangelogNormalizeSpec, Column, Node};
use crate::row::{Batch, BatchWriter, RowKind, RowRef};
use crate::state::{KeyEncoder, StateTable, hash_key};

pub(super) struct ChangelogNormalize {
    key: KeyEncoder,
    columns: usize,
    /// Latest rows by key.
    table: StateTable,
    emit_update_before: bool,
    writer: BatchWriter,
}

impl ChangelogNormalize {
    pub(super) fn new(node: &Node, spec: &ChangelogNormalizeSpec, input: &[Column]) -> Self {
        ChangelogNormalize {
            key: KeyEncoder::new(&spec.key, input, 0),
            columns: node.columns.len(),
            table: StateTable::new(),
            emit_update_before: spec.emit_update_before,
            writer: BatchWriter::new(node.columns.len()),
        }
    }

    fn put(&mut self, row: RowRef<'_>) {
        let hash = hash_key(self.key.encode(&[], row));
        let Some(entry) = self.table.find(hash, self.key.encoded()) else {
            let key_group = self.key.key_group(row);
            self.table
                .insert(hash, key_group, self.key.encoded(), row.words());
            self.writer.push(RowKind::Insert, row);
            return;
        };
        let before = RowRef::of(self.table.value(entry), self.columns);
        if before.words() == row.words() {
            return;
        }
        if self.emit_update_before {
            self.writer.push(RowKind::UpdateBefore, before);
        }
        self.writer.push(RowKind::UpdateAfter, row);
        self.table.replace(entry, row.words());
    }

    fn remove(&mut self, row: RowRef<'_>) {
        let hash = hash_key(self.key.encode(&[], row));
        if let Some(entry) = self.table.find(hash, self.key.encoded()) {
            let before = RowRef::of(self.table.value(entry), self.columns);
            self.writer.push(RowKind::Delete, before);
            self.table.remove(entry);
        }
    }
}

impl Operator for ChangelogNormalize {
    fn on_batch(&mut self, input: &Batch, cx: &mut Context) -> Result<(), JobError> {
        for (kind, row) in input.rows() {
            if kind.is_addition() {
                self.put(row);
            } else {
                self.remove(row);
            }
        }
        cx.emit(&mut self.writer);
        Ok(())
    }

    fn state(&mut self) -> Vec<&mut StateTable> {
        vec![&mut self.table]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::OperatorSpec;
    use crate::operator::test_rows::{Bench, columns};

    const COLUMNS: &str = "id INT, name STRING";

    fn node(emit_update_before: bool) -> Node {
        Node {
            name: "normalize",
            uid: "normalize",
            state_fingerprint: None,
            inputs: Vec::new(),
            columns: columns(COLUMNS),
            operator: OperatorSpec::ChangelogNormalize(ChangelogNormalizeSpec {
                key: vec![0],
                emit_update_before,
            }),
        }
    }

    #[test]
    fn the_row_before_is_told() {
        let node = node(true);
        let mut bench = Bench::new(&node, &columns(COLUMNS));
        let rows = bench.rows("+U[1, a]\n+I[2, a long name indeed]\n+U[1, b]\n+I[1, b]");
        let expected = ["+I[1, a]", "+I[2, a long name indeed]", "-U[1, a]", "+U[1, b]"];
        assert_eq!(rows, expected, "the same row again is no change");
        assert_eq!(bench.rows("-D[3, NULL]"), [""; 0], "there is none");
        bench.restart(&node);
        let rows =
            bench.rows("-D[2, NULL]\n-D[2, NULL]\n+U[1, longer than the one before]\n-U[1, x]\n+U[2, c]");
        let expected = [
            "-D[2, a long name indeed]",
            "-U[1, b]",
            "+U[1, longer than the one before]",
            "-D[1, longer than the one before]",
            "+I[2, c]",
        ];
        assert_eq!(rows, expected);
        assert_eq!(bench.operator.state()[0].len(), 1);
    }

    #[test]
    fn rows_before_updates_are_left_out_where_nobody_wants_them() {
        let mut bench = Bench::new(&node(false), &columns(COLUMNS));
        assert_eq!(
            bench.rows("+U[1, a]\n+U[1, b]\n-D[1, NULL]"),
            ["+I[1, a]", "+U[1, b]", "-D[1, b]"]
        );
    }
}
