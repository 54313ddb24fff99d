//! Copies columns of rows into rows of another shape.

use crate::job::Column;
use crate::row::{BatchWriter, RowRef};
use crate::state::key::is_fixed;

/// Copies some columns, in their order.
pub(super) struct ColumnCopy {
    /// Position in the rows read, and whether the slot holds all of the value.
    columns: Vec<(usize, bool)>,
}

impl ColumnCopy {
    /// Columns of these types that stand in the rows read from `first` on.
    pub(super) fn from_position(first: usize, columns: &[Column]) -> Self {
        let column = |(i, column): (usize, &Column)| (first + i, is_fixed(&column.ty.kind));
        ColumnCopy {
            columns: columns.iter().enumerate().map(column).collect(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.columns.len()
    }

    /// Fills the first columns of the open row.
    #[inline]
    pub(super) fn put(&self, writer: &mut BatchWriter, row: RowRef<'_>) {
        for (to, &(from, fixed)) in self.columns.iter().enumerate() {
            if fixed {
                writer.copy_fixed(to, row, from);
            } else {
                writer.copy_variable(to, row, from);
            }
        }
    }
}
