//! Blocks of words for entries of a state table, reused by size.
//!
//! In: how many words an entry's key and value take; out: the offset of a block, stable until it is freed.
//! Invariant: blocks stand back to back from offset 0, each with its header, free or not, so the arena can
//! be walked; a block is never split, merged or moved.

/// Words in front of every block: `epoch << 32 | written`, then the lengths.
const HEADER_WORDS: usize = 2;
/// Value length of a free block.
const FREE: u32 = u32::MAX;
const KEY_WORDS_MAX: usize = (1 << 24) - 1;

/// A block's header, unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Epoch of the last change.
    pub(super) epoch: u32,
    /// Cut of the last snapshot the entry was written to, 0 if none.
    pub(super) written: u32,
    pub(super) key_words: usize,
    pub(super) value_words: usize,
    pub(super) key_group: u8,
}

#[derive(Default)]
pub(super) struct Arena {
    words: Vec<u64>,
    /// Offsets of free blocks by size class.
    free: Vec<Vec<u32>>,
}

/// Size class of a payload and the words a block of the class holds: multiples of two, from 32 on quarters
/// of a power of two.
fn class_of(payload_words: usize) -> (usize, usize) {
    if payload_words <= 32 {
        let class = payload_words.div_ceil(2);
        return (class, class * 2);
    }
    let power = (payload_words - 1).ilog2() as usize;
    let quarter = (1 << power) / 4;
    let quarters = (payload_words - (1 << power)).div_ceil(quarter);
    (16 + (power - 5) * 4 + quarters, (1 << power) + quarters * quarter)
}

impl Arena {
    /// Words used so far, free blocks included: the end of a walk.
    pub(super) fn end(&self) -> u32 {
        self.words.len() as u32
    }

    pub(super) fn size_bytes(&self) -> usize {
        self.words.capacity() * 8
    }

    /// A block for the entry; also answers the epoch that the block's previous owner last changed in, 0 if
    /// it is new.
    pub(super) fn allocate(&mut self, header: Header, key: &[u64], value: &[u64]) -> (u32, u32) {
        let (class, class_words) = class_of(key.len() + value.len());
        let (at, previous_epoch) = match self.free.get_mut(class).and_then(Vec::pop) {
            Some(at) => (at, (self.words[at as usize] >> 32) as u32),
            None => {
                let at = self.words.len();
                let end = at + HEADER_WORDS + class_words;
                assert!(
                    end <= u32::MAX as usize,
                    "a state table holds at most 32 GiB per thread"
                );
                self.words.resize(end, 0);
                (at as u32, 0)
            }
        };
        self.set_header(at, header);
        let start = at as usize + HEADER_WORDS;
        self.words[start..start + key.len()].copy_from_slice(key);
        self.words[start + key.len()..start + key.len() + value.len()].copy_from_slice(value);
        (at, previous_epoch)
    }

    /// Gives a block back. Its epoch stays readable for [`allocate`](Self::allocate).
    pub(super) fn release(&mut self, at: u32) {
        let header = self.header(at).expect("a block is freed once");
        let (class, class_words) = class_of(header.key_words + header.value_words);
        self.words[at as usize + 1] = u64::from(FREE) << 32 | class_words as u64;
        if self.free.len() <= class {
            self.free.resize_with(class + 1, Vec::new);
        }
        self.free[class].push(at);
    }

    /// `None` for a free block.
    #[inline]
    pub(super) fn header(&self, at: u32) -> Option<Header> {
        let (stamps, lengths) = (self.words[at as usize], self.words[at as usize + 1]);
        if (lengths >> 32) as u32 == FREE {
            return None;
        }
        Some(Header {
            epoch: (stamps >> 32) as u32,
            written: stamps as u32,
            key_words: (lengths as usize >> 8) & KEY_WORDS_MAX,
            value_words: (lengths >> 32) as usize,
            key_group: lengths as u8,
        })
    }

    /// Epoch of the last change, without unpacking the rest.
    #[inline]
    pub(super) fn epoch(&self, at: u32) -> u32 {
        (self.words[at as usize] >> 32) as u32
    }

    pub(super) fn set_header(&mut self, at: u32, header: Header) {
        assert!(
            header.key_words <= KEY_WORDS_MAX && header.value_words < FREE as usize,
            "an entry of a state table is too large"
        );
        self.words[at as usize] = u64::from(header.epoch) << 32 | u64::from(header.written);
        self.words[at as usize + 1] =
            (header.value_words as u64) << 32 | (header.key_words as u64) << 8 | u64::from(header.key_group);
    }

    /// True if a value of that many words fits the block as it is.
    pub(super) fn fits(&self, at: u32, value_words: usize) -> bool {
        let header = self.header(at).expect("the entry is live");
        class_of(header.key_words + header.value_words) == class_of(header.key_words + value_words)
    }

    #[inline]
    fn lengths(&self, at: u32) -> (usize, usize) {
        let lengths = self.words[at as usize + 1];
        ((lengths as usize >> 8) & KEY_WORDS_MAX, (lengths >> 32) as usize)
    }

    #[inline]
    pub(super) fn key(&self, at: u32) -> &[u64] {
        let start = at as usize + HEADER_WORDS;
        &self.words[start..start + self.lengths(at).0]
    }

    #[inline]
    pub(super) fn value(&self, at: u32) -> &[u64] {
        let (key_words, value_words) = self.lengths(at);
        let start = at as usize + HEADER_WORDS + key_words;
        &self.words[start..start + value_words]
    }

    #[inline]
    pub(super) fn value_mut(&mut self, at: u32) -> &mut [u64] {
        let (key_words, value_words) = self.lengths(at);
        let start = at as usize + HEADER_WORDS + key_words;
        &mut self.words[start..start + value_words]
    }

    /// Offset of the block after the one at `at`.
    pub(super) fn next(&self, at: u32) -> u32 {
        let lengths = self.words[at as usize + 1];
        let payload_words = if (lengths >> 32) as u32 == FREE {
            lengths as u32 as usize
        } else {
            let (key_words, value_words) = self.lengths(at);
            class_of(key_words + value_words).1
        };
        at + (HEADER_WORDS + payload_words) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_cover_every_size_with_at_most_a_quarter_lost() {
        let mut last = (0, 0);
        for payload in 0..20_000 {
            let (class, words) = class_of(payload);
            assert!(
                words >= payload && words <= payload + payload / 4 + 2,
                "{payload}: {words}"
            );
            assert!(class == last.0 && words == last.1 || class > last.0 && words > last.1 || payload == 0);
            last = (class, words);
        }
    }
}
