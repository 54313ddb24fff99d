//! The values an aggregate saw, per group, with how often: for DISTINCT, and for MIN and MAX over input that retracts.
//!
//! In: a group's key, a value, +1 or -1; out: counts, the extreme values, all values of a group in order. The counts
//! are state; the order is derived from it and rebuilt after a restore.

use std::collections::BTreeSet;
use std::ops::Bound;

use super::scalar::{Scalar, ScalarKind};
use crate::state::{StateTable, hash_key};

pub(super) struct ValueSet {
    /// Key: words of the group's key, the key, the value as ordered words. Value: the count, not zero.
    pub(super) table: StateTable,
    /// The keys of `table`, where someone asks for order or for all values of a group.
    order: Option<BTreeSet<Box<[u64]>>>,
    kind: ScalarKind,
    key: Vec<u64>,
    bytes: Vec<u8>,
}

impl ValueSet {
    pub(super) fn new(kind: ScalarKind, ordered: bool) -> Self {
        ValueSet {
            table: StateTable::new(),
            order: ordered.then(BTreeSet::new),
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
            self.table.insert(hash, key_group, &self.key, &[delta as u64]);
            if let Some(order) = &mut self.order {
                order.insert(self.key.as_slice().into());
            }
            return (0, delta);
        };
        let before = self.table.value(entry)[0] as i64;
        let after = before + delta;
        if after == 0 {
            self.table.remove(entry);
            if let Some(order) = &mut self.order {
                order.remove(self.key.as_slice());
            }
        } else {
            self.table.value_mut(entry)[0] = after as u64;
        }
        (before, after)
    }

    /// The least or greatest value of a group.
    pub(super) fn extreme(&mut self, group: &[u64], greatest: bool) -> Option<Scalar<'_>> {
        set_prefix(&mut self.key, group);
        let prefix = self.key.len();
        let mut found = range(self.order.as_ref().expect("the set is ordered"), &self.key);
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

    /// The values of a group that are present, as ordered words, in order.
    pub(super) fn values<'a>(&'a self, group: &[u64]) -> impl Iterator<Item = &'a [u64]> + use<'a> {
        let mut prefix = Vec::new();
        set_prefix(&mut prefix, group);
        let order = self.order.as_ref().expect("the set is ordered");
        let length = prefix.len();
        let present: Vec<&[u64]> = range(order, &prefix)
            .filter(|key| count(&self.table, key) > 0)
            .collect();
        present.into_iter().map(move |key| &key[length..])
    }

    /// Forgets a group.
    pub(super) fn remove_group(&mut self, group: &[u64]) {
        set_prefix(&mut self.key, group);
        let order = self.order.as_mut().expect("the set is ordered");
        let keys: Vec<Box<[u64]>> = range(order, &self.key).map(Into::into).collect();
        for key in keys {
            order.remove(&key);
            let entry = self.table.find(hash_key(&key), &key);
            self.table
                .remove(entry.expect("the order lists the table's keys"));
        }
    }

    pub(super) fn rebuild_order(&mut self) {
        if let Some(order) = &mut self.order {
            *order = self.table.entries().map(|e| self.table.key(e).into()).collect();
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
