//! A batch: rows of one shape back to back in one arena, each with its changelog kind.

use super::{RowRef, null_words};

pub use super::writer::BatchWriter;

/// What a row does to the table it describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum RowKind {
    /// `+I`
    Insert,
    /// `-U`: the row before an update.
    UpdateBefore,
    /// `+U`: the row after an update.
    UpdateAfter,
    /// `-D`
    Delete,
}

impl RowKind {
    /// `+I` and `+U` add a row.
    pub const fn is_addition(self) -> bool {
        matches!(self, RowKind::Insert | RowKind::UpdateAfter)
    }

    /// Flink's two-character form.
    pub const fn symbol(self) -> &'static str {
        match self {
            RowKind::Insert => "+I",
            RowKind::UpdateBefore => "-U",
            RowKind::UpdateAfter => "+U",
            RowKind::Delete => "-D",
        }
    }
}

/// Rows with `columns` slots each. Made by a [`BatchWriter`], never changed afterwards.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    pub(super) columns: usize,
    pub(super) words: Vec<u64>,
    /// First word of each row, and the end of the last.
    pub(super) starts: Vec<u32>,
    /// Empty when every row is an insertion.
    pub(super) kinds: Vec<RowKind>,
}

impl Batch {
    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Bytes the rows take, for bounds on what is in flight.
    pub fn size_bytes(&self) -> usize {
        self.words.len() * 8
    }

    pub fn is_insert_only(&self) -> bool {
        self.kinds.is_empty()
    }

    #[inline]
    pub fn kind(&self, row: usize) -> RowKind {
        self.kinds.get(row).copied().unwrap_or(RowKind::Insert)
    }

    #[inline]
    pub fn row(&self, row: usize) -> RowRef<'_> {
        let words = &self.words[self.starts[row] as usize..self.starts[row + 1] as usize];
        RowRef::new(words, null_words(self.columns))
    }

    /// Takes the rows from `row` on out of the batch.
    pub fn split_off(&mut self, row: usize) -> Batch {
        let first_word = self.starts[row];
        let starts = self.starts[row..]
            .iter()
            .map(|start| start - first_word)
            .collect();
        self.starts.truncate(row + 1);
        Batch {
            columns: self.columns,
            words: self.words.split_off(first_word as usize),
            starts,
            kinds: self.kinds.split_off(row.min(self.kinds.len())),
        }
    }

    /// All rows with their kinds, in order.
    #[inline]
    pub fn rows(&self) -> impl Iterator<Item = (RowKind, RowRef<'_>)> {
        (0..self.len()).map(|i| (self.kind(i), self.row(i)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_split_between_rows() {
        for with_kinds in [false, true] {
            for at in 0..=4 {
                let mut writer = BatchWriter::new(1);
                for row in 0..4 {
                    let kind = if with_kinds && row == 2 {
                        RowKind::Delete
                    } else {
                        RowKind::Insert
                    };
                    writer.begin(kind);
                    writer.put_text(0, Some(&"text".repeat(row)));
                    writer.finish();
                }
                let whole = writer.take();
                let mut head = whole.clone();
                let tail = head.split_off(at);
                assert_eq!((head.len(), tail.len()), (at, 4 - at));
                let parts = head.rows().chain(tail.rows());
                for ((kind, row), (expected_kind, expected)) in parts.zip(whole.rows()) {
                    assert_eq!((kind, row.words()), (expected_kind, expected.words()));
                }
            }
        }
    }
}
