//! Values: the rows that stand in the statement, as one batch of insertions.

use crate::job::{Column, ValuesSpec};
use crate::row::{Batch, BatchWriter, RowKind};

/// The rows of a VALUES node with the columns `columns`.
pub fn values_batch(spec: &ValuesSpec, columns: &[Column]) -> Batch {
    let mut writer = BatchWriter::new(columns.len());
    for row in &spec.rows {
        assert_eq!(
            row.len(),
            columns.len(),
            "every row of VALUES has the node's columns"
        );
        writer.begin(RowKind::Insert);
        for (i, (value, column)) in row.iter().zip(columns).enumerate() {
            writer.put_value(i, value, &column.ty);
        }
        writer.finish();
    }
    writer.take()
}
