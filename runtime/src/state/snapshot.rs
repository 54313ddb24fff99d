//! One snapshot of a table while it is being written, and the form of its records.
//!
//! A record is whole words, little endian: `epoch << 32 | kind << 8 | key group`, `value words << 32 | key
//! words`, the key, the value. A tombstone has no value. Within one epoch an entry and a tombstone of the
//! same key may stand in any order: the entry is the later truth (a key was removed and came back), so
//! restoring compares epochs.

use crate::error::JobError;

const KIND_ENTRY: u64 = 0;
const KIND_TOMBSTONE: u64 = 1;

/// What is still to be written.
pub(super) enum Scope {
    /// Every entry below `end`, walked in the order of the arena.
    Full { cursor: u32, end: u32 },
    /// The entries changed in the epoch that was cut off.
    Delta { list: Vec<u32>, cursor: usize },
}

pub(super) struct Snapshot {
    /// Entries changed later than this do not belong to the snapshot.
    pub(super) cut: u32,
    /// The checkpoint's epoch, as it stands in records.
    pub(super) epoch: u32,
    pub(super) scope: Scope,
    /// Keys removed in the epoch: key group and length, then the key.
    pub(super) tombstones: Vec<u64>,
    pub(super) tombstone_cursor: usize,
    /// Records of entries that changed before their turn.
    pub(super) early: Vec<u8>,
}

impl Snapshot {
    /// True if an entry with these stamps belongs to the snapshot and is not in it yet.
    #[inline]
    pub(super) fn lacks(&self, entry_epoch: u32, entry_written: u32) -> bool {
        let belongs = match self.scope {
            Scope::Full { .. } => entry_epoch <= self.cut,
            Scope::Delta { .. } => entry_epoch == self.cut,
        };
        belongs && entry_written != self.cut
    }

    /// Writes up to `max` tombstones; how many it wrote.
    pub(super) fn write_tombstones(&mut self, max: usize, out: &mut Vec<u8>) -> usize {
        let mut written = 0;
        while written < max && self.tombstone_cursor < self.tombstones.len() {
            let header = self.tombstones[self.tombstone_cursor];
            let start = self.tombstone_cursor + 1;
            let end = start + (header >> 8) as usize;
            let key = &self.tombstones[start..end];
            write_record(self.epoch, KIND_TOMBSTONE, header as u8, key, &[], out);
            self.tombstone_cursor = end;
            written += 1;
        }
        written
    }

    pub(super) fn tombstones_done(&self) -> bool {
        self.tombstone_cursor == self.tombstones.len()
    }
}

/// Appends a tombstone to a list as [`Snapshot::tombstones`] holds it.
pub(super) fn push_tombstone(list: &mut Vec<u64>, key_group: u8, key: &[u64]) {
    list.push((key.len() as u64) << 8 | u64::from(key_group));
    list.extend_from_slice(key);
}

pub(super) fn write_entry(epoch: u32, key_group: u8, key: &[u64], value: &[u64], out: &mut Vec<u8>) {
    write_record(epoch, KIND_ENTRY, key_group, key, value, out);
}

fn write_record(epoch: u32, kind: u64, key_group: u8, key: &[u64], value: &[u64], out: &mut Vec<u8>) {
    let head = [
        u64::from(epoch) << 32 | kind << 8 | u64::from(key_group),
        (value.len() as u64) << 32 | key.len() as u64,
    ];
    out.reserve((head.len() + key.len() + value.len()) * 8);
    for word in head.iter().chain(key).chain(value) {
        out.extend_from_slice(&word.to_le_bytes());
    }
}

/// A record as it is read back.
pub(super) struct Record {
    pub(super) epoch: u32,
    pub(super) key_group: u8,
    pub(super) key: Vec<u64>,
    /// `None`: a tombstone.
    pub(super) value: Option<Vec<u64>>,
}

/// Takes the first record off `bytes`, which hold whole records.
pub(super) fn read_record(bytes: &mut &[u8]) -> Result<Record, JobError> {
    let head = take_words(bytes, 2)?;
    let key = take_words(bytes, head[1] as u32 as usize)?;
    let value = take_words(bytes, (head[1] >> 32) as usize)?;
    let value = match head[0] >> 8 & 0xFF_FFFF {
        KIND_ENTRY => Some(value),
        KIND_TOMBSTONE => None,
        kind => {
            return Err(JobError::Checkpoint(format!(
                "unknown kind {kind} of a state record"
            )));
        }
    };
    Ok(Record {
        epoch: (head[0] >> 32) as u32,
        key_group: head[0] as u8,
        key,
        value,
    })
}

fn take_words(bytes: &mut &[u8], count: usize) -> Result<Vec<u64>, JobError> {
    let truncated = || JobError::Checkpoint("a state record is cut short".to_owned());
    let length_bytes = count.checked_mul(8).ok_or_else(truncated)?;
    let (words, rest) = bytes.split_at_checked(length_bytes).ok_or_else(truncated)?;
    *bytes = rest;
    let word = |chunk: &[u8]| u64::from_le_bytes(chunk.try_into().expect("chunks have eight bytes"));
    Ok(words.chunks_exact(8).map(word).collect())
}
