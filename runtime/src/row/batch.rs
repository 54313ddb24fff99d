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

    /// All rows with their kinds, in order.
    #[inline]
    pub fn rows(&self) -> impl Iterator<Item = (RowKind, RowRef<'_>)> {
        (0..self.len()).map(|i| (self.kind(i), self.row(i)))
    }
}
