//! One keyed table of an operator's state: keys and values are words, found by hash, changed in place.
//!
//! In: changes from the operator, between batches `begin_snapshot` and `snapshot_step` from the dataflow;
//! out: records. Invariant: a snapshot holds exactly what the table held at `begin_snapshot` (or, for a
//! delta, what differs from the snapshot before), each entry once: an entry about to change before its turn
//! is written first.

use hashbrown::HashTable;

use super::arena::{Arena, Header};
use super::key::{KeyGroupRange, hash_key};
use super::snapshot::{Scope, Snapshot, push_tombstone, read_record, write_entry};
use crate::error::JobError;

/// Where an entry lies; valid until the entry is removed or replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(u32);

/// Rows by key.
pub struct StateTable {
    /// `low half of the hash << 32 | offset` per entry.
    index: HashTable<u64>,
    arena: Arena,
    /// Stamp of the changes made now; greater than that of every snapshot begun.
    epoch: u32,
    /// Blocks stamped in this epoch, each once, also where the entry has gone since.
    dirty: Vec<u32>,
    /// Keys removed in this epoch that some snapshot may hold.
    tombstones: Vec<u64>,
    snapshot: Option<Snapshot>,
}

impl Default for StateTable {
    fn default() -> Self {
        Self::new()
    }
}

/// The hash as the index sees it, from the half that a slot keeps.
#[inline]
fn spread(hash: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(hash)
}

/// Word by word: keys are too short for a call.
#[inline]
fn equal(left: &[u64], right: &[u64]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| left == right)
}

impl StateTable {
    pub fn new() -> Self {
        StateTable {
            index: HashTable::new(),
            arena: Arena::default(),
            epoch: 1,
            dirty: Vec::new(),
            tombstones: Vec::new(),
            snapshot: None,
        }
    }

    /// Entries.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// Memory held, with what is free inside.
    pub fn size_bytes(&self) -> usize {
        let lists = self.dirty.capacity() * 4 + self.tombstones.capacity() * 8;
        self.arena.size_bytes() + self.index.capacity() * 9 + lists
    }

    /// The entry of a key; `hash` is [`hash_key`] of it.
    #[inline]
    pub fn find(&self, hash: u64, key: &[u64]) -> Option<EntryId> {
        let half = hash as u32;
        self.index
            .find(spread(half), |&slot| {
                (slot >> 32) as u32 == half && equal(self.arena.key(slot as u32), key)
            })
            .map(|&slot| EntryId(slot as u32))
    }

    /// Adds an entry for a key that has none.
    pub fn insert(&mut self, hash: u64, key_group: u8, key: &[u64], value: &[u64]) -> EntryId {
        debug_assert!(self.find(hash, key).is_none(), "the key has an entry");
        let at = self.allocate(key_group, 0, key, value);
        let slot = u64::from(hash as u32) << 32 | u64::from(at);
        self.index
            .insert_unique(spread(hash as u32), slot, |&slot| spread((slot >> 32) as u32));
        EntryId(at)
    }

    pub fn key(&self, entry: EntryId) -> &[u64] {
        self.arena.key(entry.0)
    }

    pub fn key_group(&self, entry: EntryId) -> u8 {
        self.arena.header(entry.0).expect("the entry is live").key_group
    }

    #[inline]
    pub fn value(&self, entry: EntryId) -> &[u64] {
        self.arena.value(entry.0)
    }

    /// The value, about to be changed in place.
    #[inline]
    pub fn value_mut(&mut self, entry: EntryId) -> &mut [u64] {
        if self.arena.epoch(entry.0) != self.epoch {
            self.touch(entry.0);
        }
        self.arena.value_mut(entry.0)
    }

    /// Gives the entry another value, of any length. The entry may move.
    pub fn replace(&mut self, entry: EntryId, value: &[u64]) -> EntryId {
        self.touch(entry.0);
        let header = self.arena.header(entry.0).expect("the entry is live");
        if self.arena.fits(entry.0, value.len()) {
            let value_words = value.len();
            self.arena.set_header(
                entry.0,
                Header {
                    value_words,
                    ..header
                },
            );
            self.arena.value_mut(entry.0).copy_from_slice(value);
            return entry;
        }
        let key = self.arena.key(entry.0).to_vec();
        let at = self.allocate(header.key_group, header.written, &key, value);
        let half = hash_key(&key) as u32;
        let slot = self
            .index
            .find_mut(spread(half), |&slot| slot as u32 == entry.0)
            .expect("a live entry is indexed");
        *slot = u64::from(half) << 32 | u64::from(at);
        self.arena.release(entry.0);
        EntryId(at)
    }

    pub fn remove(&mut self, entry: EntryId) {
        self.save_for_snapshot(entry.0);
        let header = self.arena.header(entry.0).expect("the entry is live");
        if header.written != 0 {
            push_tombstone(&mut self.tombstones, header.key_group, self.arena.key(entry.0));
        }
        self.forget(entry.0);
    }

    /// All entries, in the order of the arena: the same after the same operations.
    pub fn entries(&self) -> impl Iterator<Item = EntryId> + '_ {
        let mut at = 0;
        std::iter::from_fn(move || {
            while at < self.arena.end() {
                let here = at;
                at = self.arena.next(at);
                if self.arena.header(here).is_some() {
                    return Some(EntryId(here));
                }
            }
            None
        })
    }

    /// Cuts the state off at the end of an epoch. `full`: all of it is written, else what changed since the
    /// snapshot before. `epoch` counts up from 1 over the life of the job, restarts included.
    pub fn begin_snapshot(&mut self, epoch: u64, full: bool) {
        assert!(self.snapshot.is_none(), "one snapshot at a time");
        let epoch = u32::try_from(epoch).expect("a job has fewer than 2^32 checkpoints");
        assert!(epoch >= self.epoch, "epoch {epoch} comes after {}", self.epoch);
        let list = std::mem::take(&mut self.dirty);
        let tombstones = std::mem::take(&mut self.tombstones);
        let (scope, tombstones) = if full {
            let end = self.arena.end();
            (Scope::Full { cursor: 0, end }, Vec::new())
        } else {
            (Scope::Delta { list, cursor: 0 }, tombstones)
        };
        self.snapshot = Some(Snapshot {
            cut: self.epoch,
            epoch,
            scope,
            tombstones,
            tombstone_cursor: 0,
            early: Vec::new(),
        });
        self.epoch = epoch + 1;
    }

    /// Appends about `max_entries` records to `out`; true when the snapshot is complete.
    pub fn snapshot_step(&mut self, max_entries: usize, out: &mut Vec<u8>) -> bool {
        let Some(mut snapshot) = self.snapshot.take() else {
            return true;
        };
        out.append(&mut snapshot.early);
        let tombstones = snapshot.write_tombstones(max_entries, out);
        let scanned = self.write_entries(&mut snapshot, max_entries - tombstones, out);
        let done = scanned && snapshot.tombstones_done();
        if !done {
            self.snapshot = Some(snapshot);
        }
        done
    }

    /// Gives up a snapshot under way. What it lacked is in no snapshot, so the next one must be full.
    pub fn abort_snapshot(&mut self) {
        self.snapshot = None;
    }

    /// Applies records of one snapshot, those of the given key groups. Snapshots come base first, then
    /// deltas in order; their parts in any order.
    pub fn restore(&mut self, mut records: &[u8], own: KeyGroupRange) -> Result<(), JobError> {
        while !records.is_empty() {
            let record = read_record(&mut records)?;
            self.epoch = self.epoch.max(record.epoch + 1);
            if !own.contains(record.key_group) {
                continue;
            }
            let hash = hash_key(&record.key);
            let existing = self.find(hash, &record.key).map(|entry| entry.0);
            let existing_epoch = existing.map_or(0, |at| self.arena.epoch(at));
            let outdated = match record.value {
                // A key removed and added in one epoch: the entry counts, wherever the tombstone stands.
                None => existing_epoch >= record.epoch,
                Some(_) => existing_epoch > record.epoch,
            };
            if outdated {
                continue;
            }
            if let Some(at) = existing {
                self.forget(at);
            }
            if let Some(value) = record.value {
                self.insert_restored(hash, record.epoch, record.key_group, &record.key, &value);
            }
        }
        Ok(())
    }

    fn insert_restored(&mut self, hash: u64, epoch: u32, key_group: u8, key: &[u64], value: &[u64]) {
        let header = Header {
            epoch,
            written: epoch,
            key_words: key.len(),
            value_words: value.len(),
            key_group,
        };
        let (at, _) = self.arena.allocate(header, key, value);
        let slot = u64::from(hash as u32) << 32 | u64::from(at);
        self.index
            .insert_unique(spread(hash as u32), slot, |&slot| spread((slot >> 32) as u32));
    }

    /// A block stamped with this epoch and listed as changed.
    fn allocate(&mut self, key_group: u8, written: u32, key: &[u64], value: &[u64]) -> u32 {
        let header = Header {
            epoch: self.epoch,
            written,
            key_words: key.len(),
            value_words: value.len(),
            key_group,
        };
        let (at, previous_epoch) = self.arena.allocate(header, key, value);
        if previous_epoch != self.epoch {
            self.dirty.push(at);
        }
        at
    }

    /// Stamps an entry that is about to change.
    fn touch(&mut self, at: u32) {
        if self.arena.epoch(at) == self.epoch {
            return;
        }
        self.save_for_snapshot(at);
        let header = self.arena.header(at).expect("the entry is live");
        let epoch = self.epoch;
        self.arena.set_header(at, Header { epoch, ..header });
        self.dirty.push(at);
    }

    /// Writes an entry that is about to change or go, if the snapshot under way still needs it.
    fn save_for_snapshot(&mut self, at: u32) {
        if let Some(snapshot) = &mut self.snapshot {
            let (cut, epoch) = (snapshot.cut, snapshot.epoch);
            if lacks(snapshot, &self.arena, at) {
                write(&mut self.arena, at, cut, epoch, &mut snapshot.early);
            }
        }
    }

    /// Drops an entry from index and arena.
    fn forget(&mut self, at: u32) {
        let half = hash_key(self.arena.key(at)) as u32;
        let slot = self.index.find_entry(spread(half), |&slot| slot as u32 == at);
        slot.expect("a live entry is indexed").remove();
        self.arena.release(at);
    }

    /// Visits up to `max` blocks that the snapshot covers; true when none is left.
    fn write_entries(&mut self, snapshot: &mut Snapshot, max: usize, out: &mut Vec<u8>) -> bool {
        for _ in 0..max {
            let at = match &mut snapshot.scope {
                Scope::Full { cursor, end } => {
                    if cursor == end {
                        return true;
                    }
                    let at = *cursor;
                    *cursor = self.arena.next(at);
                    at
                }
                Scope::Delta { list, cursor } => {
                    let Some(&at) = list.get(*cursor) else {
                        return true;
                    };
                    *cursor += 1;
                    at
                }
            };
            if lacks(snapshot, &self.arena, at) {
                write(&mut self.arena, at, snapshot.cut, snapshot.epoch, out);
            }
        }
        match &snapshot.scope {
            Scope::Full { cursor, end } => cursor == end,
            Scope::Delta { list, cursor } => *cursor == list.len(),
        }
    }
}

fn lacks(snapshot: &Snapshot, arena: &Arena, at: u32) -> bool {
    arena
        .header(at)
        .is_some_and(|header| snapshot.lacks(header.epoch, header.written))
}

/// Appends an entry's record and stamps the entry as written.
fn write(arena: &mut Arena, at: u32, cut: u32, epoch: u32, out: &mut Vec<u8>) {
    let header = arena.header(at).expect("the entry is live");
    write_entry(epoch, header.key_group, arena.key(at), arena.value(at), out);
    arena.set_header(
        at,
        Header {
            written: cut,
            ..header
        },
    );
}

#[cfg(test)]
mod tests;
