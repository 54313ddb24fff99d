//! In: random changes, snapshots and steps in any order; the table must restore to what a plain map says.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::state::key::key_group_of;

#[derive(Clone, Debug)]
enum Action {
    /// Key, length of the value, its content.
    Put(u64, usize, u64),
    /// Changes the first word of the value in place.
    Bump(u64),
    Remove(u64),
    Begin(bool),
    Step(usize),
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        6 => (0..24u64, 1..40usize, any::<u64>()).prop_map(|(k, n, v)| Action::Put(k, n, v)),
        6 => (0..24u64).prop_map(Action::Bump),
        5 => (0..24u64).prop_map(Action::Remove),
        2 => any::<bool>().prop_map(Action::Begin),
        6 => (1..6usize).prop_map(Action::Step),
    ]
}

type Model = BTreeMap<u64, Vec<u64>>;

fn key(k: u64) -> [u64; 2] {
    [0, k]
}

fn content(table: &StateTable) -> Model {
    let entry = |e| (table.key(e)[1], table.value(e).to_vec());
    table.entries().map(entry).collect()
}

fn put(table: &mut StateTable, k: u64, value: &[u64]) {
    let hash = hash_key(&key(k));
    match table.find(hash, &key(k)) {
        Some(entry) => {
            let entry = table.replace(entry, value);
            assert_eq!(table.find(hash, &key(k)), Some(entry));
        }
        None => {
            table.insert(hash, key_group_of(hash), &key(k), value);
        }
    }
}

/// A table beside its model, and the snapshots taken so far.
#[derive(Default)]
struct Trial {
    table: StateTable,
    model: Model,
    epoch: u64,
    /// The base and the deltas after it.
    chain: Vec<Vec<u8>>,
    current: Vec<u8>,
    expected: Option<Model>,
}

impl Trial {
    fn apply(&mut self, action: &Action) {
        match *action {
            Action::Put(k, n, v) => {
                let value = vec![v; n];
                put(&mut self.table, k, &value);
                self.model.insert(k, value);
            }
            Action::Bump(k) => {
                let found = self.table.find(hash_key(&key(k)), &key(k));
                assert_eq!(found.is_some(), self.model.contains_key(&k));
                if let (Some(entry), Some(value)) = (found, self.model.get_mut(&k)) {
                    let words = self.table.value_mut(entry);
                    words[0] = words[0].wrapping_add(1);
                    value[0] = value[0].wrapping_add(1);
                }
            }
            Action::Remove(k) => {
                if let Some(entry) = self.table.find(hash_key(&key(k)), &key(k)) {
                    self.table.remove(entry);
                }
                self.model.remove(&k);
            }
            Action::Begin(full) if self.expected.is_none() => {
                self.epoch += 1;
                let full = full || self.chain.is_empty();
                self.table.begin_snapshot(self.epoch, full);
                self.expected = Some(self.model.clone());
                if full {
                    self.chain.clear();
                }
            }
            Action::Begin(_) => {}
            Action::Step(n) => {
                let done = self.table.snapshot_step(n, &mut self.current);
                if done && let Some(expected) = self.expected.take() {
                    self.chain.push(std::mem::take(&mut self.current));
                    self.check(&expected);
                }
            }
        }
        assert_eq!(self.table.len(), self.model.len());
    }

    fn check(&self, expected: &Model) {
        assert_eq!(&restored(&self.chain, KeyGroupRange::ALL), expected);
        let mut seen = BTreeSet::new();
        let mut last = self.chain.last().expect("a snapshot was taken").as_slice();
        while !last.is_empty() {
            let record = read_record(&mut last).expect("records are whole");
            assert!(
                record.value.is_none() || seen.insert(record.key),
                "an entry is written once"
            );
        }
        let parts = (0..3).map(|thread| restored(&self.chain, KeyGroupRange::of_thread(thread, 3)));
        let mut union = Model::new();
        for part in parts {
            let before = union.len() + part.len();
            union.extend(part);
            assert_eq!(union.len(), before, "no key has two owners");
        }
        assert_eq!(&union, expected);
    }
}

fn restored(chain: &[Vec<u8>], own: KeyGroupRange) -> Model {
    let mut table = StateTable::new();
    for part in chain {
        table.restore(part, own).expect("records are whole");
    }
    content(&table)
}

proptest! {
    #[test]
    fn snapshots_hold_what_the_table_held(actions in prop::collection::vec(action(), 1..400)) {
        let mut trial = Trial::default();
        for action in &actions {
            trial.apply(action);
        }
        prop_assert_eq!(content(&trial.table), trial.model);
    }

    /// A restored table goes on: its deltas extend the chain it came from.
    #[test]
    fn restored_tables_go_on(
        before in prop::collection::vec(action(), 1..80),
        after in prop::collection::vec(action(), 1..80),
    ) {
        let mut trial = Trial::default();
        before.iter().for_each(|action| trial.apply(action));
        trial.apply(&Action::Step(usize::MAX));
        trial.apply(&Action::Begin(false));
        trial.apply(&Action::Step(usize::MAX));
        let mut table = StateTable::new();
        for part in &trial.chain {
            table.restore(part, KeyGroupRange::ALL).expect("records are whole");
        }
        trial.table = table;
        after.iter().for_each(|action| trial.apply(action));
        trial.apply(&Action::Step(usize::MAX));
        trial.apply(&Action::Begin(false));
        trial.apply(&Action::Step(usize::MAX));
    }
}

#[test]
fn a_delta_holds_changes_only() {
    let mut table = StateTable::new();
    for k in 0..1_000 {
        put(&mut table, k, &[k]);
    }
    let mut base = Vec::new();
    table.begin_snapshot(1, true);
    assert!(table.snapshot_step(usize::MAX, &mut base));
    put(&mut table, 7, &[70]);
    table.begin_snapshot(2, false);
    let mut delta = Vec::new();
    assert!(table.snapshot_step(usize::MAX, &mut delta));
    assert_eq!((base.len(), delta.len()), (1_000 * 40, 40));
}

#[test]
fn churn_without_checkpoints_takes_no_memory() {
    let mut table = StateTable::new();
    for k in 0..10_000 {
        put(&mut table, k, &[k]);
        let entry = table.find(hash_key(&key(k)), &key(k)).expect("just added");
        table.remove(entry);
    }
    assert!(table.size_bytes() < 1_000, "{}", table.size_bytes());
}

#[test]
fn damaged_records_are_errors() {
    let mut table = StateTable::new();
    put(&mut table, 1, &[1]);
    table.begin_snapshot(1, true);
    let mut records = Vec::new();
    table.snapshot_step(10, &mut records);
    let restore = |bytes: &[u8]| StateTable::new().restore(bytes, KeyGroupRange::ALL);
    assert!(restore(&records).is_ok());
    assert!(restore(&records[..records.len() - 1]).is_err());
    records[1] = 9;
    assert!(restore(&records).is_err());
}
