//! Keys: some columns of a row as a canonical row of their own, its hash, and the key group the hash names.
//!
//! Exchanges and state use the same functions, so a row always reaches the thread that holds its state.
//! Hashes are part of the checkpoint format: the same key has the same key group in every version.

use sql::TypeKind;

use crate::job::Column;
use crate::row::{RowRef, null_words};

/// Units in which state moves between threads when the parallelism changes.
pub const KEY_GROUPS: usize = 128;

/// Hash of a canonical key. The top seven bits are the key group; an index uses the low ones.
#[inline]
pub fn hash_key(words: &[u64]) -> u64 {
    let mut hash = 0x9E37_79B9_7F4A_7C15 ^ words.len() as u64;
    for &word in words {
        hash = fold(hash ^ word, 0xD6E8_FEB8_6659_FD93);
    }
    fold(hash, 0xA24B_AED4_963E_E407)
}

/// Both halves of the 128-bit product, so that every bit of the input reaches every bit of the result.
#[inline]
fn fold(a: u64, b: u64) -> u64 {
    // The addition keeps zero from being a fixed point.
    let product = u128::from(a.wrapping_add(0xE703_7ED1_A0B4_28DB)) * u128::from(b);
    (product >> 64) as u64 ^ product as u64
}

/// Key group (0 to 127) of a hash.
#[inline]
pub fn key_group_of(hash: u64) -> u8 {
    (hash >> 57) as u8
}

/// Key groups from `start` up to, not including, `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyGroupRange {
    pub start: usize,
    pub end: usize,
}

impl KeyGroupRange {
    pub const ALL: KeyGroupRange = KeyGroupRange {
        start: 0,
        end: KEY_GROUPS,
    };

    /// The key groups of one of `threads` threads.
    pub fn of_thread(thread: usize, threads: usize) -> Self {
        assert!(
            thread < threads && threads <= KEY_GROUPS,
            "thread {thread} of {threads}"
        );
        KeyGroupRange {
            start: (thread * KEY_GROUPS).div_ceil(threads),
            end: ((thread + 1) * KEY_GROUPS).div_ceil(threads),
        }
    }

    pub fn contains(self, key_group: u8) -> bool {
        (self.start..self.end).contains(&usize::from(key_group))
    }
}

/// The thread that owns a key group; the inverse of [`KeyGroupRange::of_thread`].
#[inline]
pub fn thread_of(key_group: u8, threads: usize) -> usize {
    usize::from(key_group) * threads / KEY_GROUPS
}

/// True where a value of the type lies wholly in its slot.
pub fn is_fixed(kind: &TypeKind) -> bool {
    match kind {
        TypeKind::Decimal { precision, .. } => *precision <= 18,
        TypeKind::Timestamp { precision } | TypeKind::TimestampLtz { precision } => *precision <= 6,
        TypeKind::Char { .. } | TypeKind::VarChar { .. } => false,
        TypeKind::Binary { .. } | TypeKind::VarBinary { .. } => false,
        kind => !kind.is_constructed(),
    }
}

/// Turns columns of a row into a canonical key, optionally behind leading numbers (the window).
pub struct KeyEncoder {
    columns: Vec<KeyColumn>,
    leading: usize,
    null_words: usize,
    words: Vec<u64>,
}

#[derive(Clone, Copy)]
struct KeyColumn {
    position: usize,
    fixed: bool,
}

impl KeyEncoder {
    /// Keys made of the columns at `positions` of rows with the columns `input`, behind `leading` numbers.
    pub fn new(positions: &[usize], input: &[Column], leading: usize) -> Self {
        let columns = positions.iter().map(|&position| KeyColumn {
            position,
            fixed: is_fixed(&input[position].ty.kind),
        });
        KeyEncoder {
            columns: columns.collect(),
            leading,
            null_words: null_words(leading + positions.len()),
            words: Vec::new(),
        }
    }

    /// The key of a row, valid until the next call.
    #[inline]
    pub fn encode(&mut self, leading: &[i64], row: RowRef<'_>) -> &[u64] {
        debug_assert_eq!(leading.len(), self.leading);
        let first = self.null_words;
        self.words.clear();
        self.words.resize(first + self.leading + self.columns.len(), 0);
        for (slot, &number) in self.words[first..].iter_mut().zip(leading) {
            *slot = number as u64;
        }
        for i in 0..self.columns.len() {
            let KeyColumn { position, fixed } = self.columns[i];
            let column = self.leading + i;
            if row.is_null(position) {
                self.words[column / 64] |= 1 << (column % 64);
            } else if fixed {
                self.words[first + column] = row.slot(position);
            } else {
                self.append(
                    first + column,
                    row.bytes(position).expect("the column is not NULL"),
                );
            }
        }
        &self.words
    }

    /// Key group of a row with such a key. Rows without keys have one, too: that of the empty key.
    pub fn key_group(&mut self, row: RowRef<'_>) -> u8 {
        debug_assert_eq!(self.leading, 0, "a key group comes from the keys alone");
        key_group_of(hash_key(self.encode(&[], row)))
    }

    /// The key that was encoded last.
    pub fn encoded(&self) -> &[u64] {
        &self.words
    }

    fn append(&mut self, slot: usize, bytes: &[u8]) {
        let start = self.words.len();
        self.words.resize(start + bytes.len().div_ceil(8), 0);
        let target: &mut [u8] = bytemuck::cast_slice_mut(&mut self.words[start..]);
        target[..bytes.len()].copy_from_slice(bytes);
        self.words[slot] = (start as u64 * 8) << 32 | bytes.len() as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_share_all_key_groups() {
        for threads in [1, 2, 3, 5, 7, 64, 100, 128] {
            for group in 0..KEY_GROUPS as u8 {
                let owner = thread_of(group, threads);
                for thread in 0..threads {
                    let range = KeyGroupRange::of_thread(thread, threads);
                    assert_eq!(range.contains(group), thread == owner, "{group} of {threads}");
                }
            }
        }
    }

    #[test]
    fn hashes_are_pinned_and_spread() {
        // A change here makes every checkpoint unreadable at another parallelism.
        let pinned: Vec<u8> = (0..8).map(|n| key_group_of(hash_key(&[0, n]))).collect();
        assert_eq!(pinned, PINNED);
        let mut counts = [0; KEY_GROUPS];
        for n in 0..12_800 {
            counts[usize::from(key_group_of(hash_key(&[0, n])))] += 1;
        }
        assert!(counts.iter().all(|&n| (50..170).contains(&n)), "{counts:?}");
    }
    const PINNED: [u8; 8] = [79, 88, 8, 79, 92, 123, 115, 125];
}
