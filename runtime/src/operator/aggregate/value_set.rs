//! The values an aggregate saw, per group, with how often: for DISTINCT, and for MIN and MAX over input
//! that retracts.
//!
//! In: a group's key, a value, +1 or -1; out: counts, the extreme values, all values of a group in order.
//! The counts are state; the order is derived from it and rebuilt after a restore.

use std::collections::BTreeSet;
use std::ops::Bound;

use hashbrown::HashTable;

use super::scalar::{Scalar, ScalarKind};
use crate::state::{EntryId, StateTable, hash_key};

/// How the values of one group are found, beside each value for itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Not at all.
    None,
    /// All of them; values stay until their group goes.
    All,
    /// All of them and the extremes, in order; values may go at any time.
    Ordered,
}

/// What [`Access`] asks for, derived from the table.
enum Members {
    None,
    All(HashTable<Group>),
    /// The keys of the table.
    Ordered(BTreeSet<Box<[u64]>>),
}

/// The entries of one group. Their values never change in length, so that they stay where they are.
struct Group {
    key: Box<[u64]>,
    entries: Vec<EntryId>,
}

pub(super) struct ValueSet {
    /// Key: words of the group's key, the key, the value as ordered words. Value: the count, not zero.
    pub(super) table: StateTable,
    members: Members,
    kind: ScalarKind,
    key: Vec<u64>,
    bytes: Vec<u8>,
}

impl ValueSet {
    pub(super) fn new(kind: ScalarKind, access: Access) -> Self {
        ValueSet {
            table: StateTable::new(),
            members: match access {
                Access::None => Members::None,
                Access::All => Members::All(HashTable::new()),
                Access::Ordered => Members::Ordered(BTreeSet::new()),
            },
            kind,
            key: Vec::new(),
            bytes: Vec::new(),
        }
    }

    pub(super) fn kind(&self) -> ScalarKind {
        self.kind
    }

    /// Adds `delta` to the count of a value; its count before and after. It may be negative: a retraction may
    /// come before what it retracts.
    pub(super) fn change(
        &mut self,
        group: &[u64],
        key_group: u8,
        value: Scalar<'_>,
        delta: i64,
    ) -> (i64, i64) {
        set_prefix(&mut self.key, group);
        value.write_ordered(&mut self.key);
        let hash = hash_key(&self.key);
        let Some(entry) = self.table.find(hash, &self.key) else {
            let entry = self.table.insert(hash, key_group, &self.key, &[delta as u64]);
            self.members.add(group, &self.key, entry);
            return (0, delta);
        };
        let before = self.table.value(entry)[0] as i64;
        let after = before + delta;
        if after == 0 {
            self.table.remove(entry);
            self.members.remove(&self.key);
        } else {
            self.table.value_mut(entry)[0] = after as u64;
        }
        (before, after)
    }

    /// The least or greatest value of a group.
    pub(super) fn extreme(&mut self, group: &[u64], greatest: bool) -> Option<Scalar<'_>> {
        set_prefix(&mut self.key, group);
        let prefix = self.key.len();
        let Members::Ordered(order) = &self.members else {
            unreachable!("extremes are asked of ordered sets");
        };
        let mut found = range(order, &self.key);
        let table = &self.table;
        let present = |key: &&[u64]| count(table, key) > 0;
        let key = if greatest {
            found.rfind(present)
        } else {
            found.find(present)
        }?;
        Some(match self.kind.read_ordered(&key[prefix..], &mut self.bytes) {
            Scalar::Bytes(_) => Scalar::Bytes(&self.bytes),
            scalar => scalar,
        })
    }

    /// Hands the values of a group that are present, as ordered words, to `take`.
    pub(super) fn for_each(&self, group: &[u64], mut take: impl FnMut(&[u64])) {
        let start = group.len() + 1;
        match &self.members {
            Members::None => unreachable!("the set keeps no groups"),
            Members::All(groups) => {
                let found = groups.find(hash_key(group), |g| *g.key == *group);
                for &entry in found.into_iter().flat_map(|g| &g.entries) {
                    take(&self.table.key(entry)[start..]);
                }
            }
            Members::Ordered(order) => {
                let mut prefix = Vec::with_capacity(start);
                set_prefix(&mut prefix, group);
                range(order, &prefix)
                    .filter(|key| count(&self.table, key) > 0)
                    .for_each(|key| take(&key[start..]));
            }
        }
    }

    /// Forgets a group.
    pub(super) fn remove_group(&mut self, group: &[u64]) {
        match &mut self.members {
            Members::None => unreachable!("the set keeps no groups"),
            Members::All(groups) => {
                let found = groups.find_entry(hash_key(group), |g| *g.key == *group);
                let Ok(found) = found else { return };
                for entry in found.remove().0.entries {
                    self.table.remove(entry);
                }
            }
            Members::Ordered(order) => {
                set_prefix(&mut self.key, group);
                let keys: Vec<Box<[u64]>> = range(order, &self.key).map(Into::into).collect();
                for key in keys {
                    order.remove(&key);
                    let entry = self.table.find(hash_key(&key), &key);
                    self.table
                        .remove(entry.expect("the order lists the table's keys"));
                }
            }
        }
    }

    /// Finds the groups of restored values.
    pub(super) fn on_restored(&mut self) {
        for entry in self.table.entries() {
            let key = self.table.key(entry);
            let group = &key[1..1 + key[0] as usize];
            self.members.add(group, key, entry);
        }
    }
}

impl Members {
    fn add(&mut self, group: &[u64], key: &[u64], entry: EntryId) {
        match self {
            Members::None => {}
            Members::All(groups) => groups
                .entry(hash_key(group), |g| *g.key == *group, |g| hash_key(&g.key))
                .or_insert_with(|| Group {
                    key: group.into(),
                    entries: Vec::new(),
                })
                .get_mut()
                .entries
                .push(entry),
            Members::Ordered(order) => {
                order.insert(key.into());
            }
        }
    }

    fn remove(&mut self, key: &[u64]) {
        match self {
            Members::None => {}
            Members::All(_) => unreachable!("values of such sets stay until their group goes"),
            Members::Ordered(order) => {
                order.remove(key);
            }
        }
    }
}

fn set_prefix(key: &mut Vec<u64>, group: &[u64]) {
    key.clear();
    key.push(group.len() as u64);
    key.extend_from_slice(group);
}

fn count(table: &StateTable, key: &[u64]) -> i64 {
    let entry = table.find(hash_key(key), key);
    table.value(entry.expect("the order lists the table's keys"))[0] as i64
}

/// The keys that begin with `prefix`.
fn range<'a>(
    order: &'a BTreeSet<Box<[u64]>>,
    prefix: &[u64],
) -> impl DoubleEndedIterator<Item = &'a [u64]> + use<'a> {
    let mut end = prefix.to_vec();
    // The least words after all with this prefix; the first word is a length, so that it never overflows.
    for word in end.iter_mut().rev() {
        let overflow;
        (*word, overflow) = word.overflowing_add(1);
        if !overflow {
            break;
        }
    }
    let bounds: (Bound<&[u64]>, Bound<&[u64]>) = (Bound::Included(prefix), Bound::Excluded(&end));
    order.range::<[u64], _>(bounds).map(AsRef::as_ref)
}
