//! The aggregates of one GROUP BY over one accumulator row per group.
//!
//! In: rows for a group's entry in a state table; out: changed accumulators, results. An accumulator row is
//! the number of rows, the words of each aggregate, then the bytes of strings and the words of lists. The
//! operators that own the entries are
//! `group_agg` and `window_agg`.

mod list;
mod scalar;
mod step;
mod value_set;

use scalar::Scalar;
use step::{Operation, Step};
use value_set::{Access, ValueSet};

use sql::SqlError;

use crate::error::JobError;
use crate::job::{AggregateSpec, Column};
use crate::row::{BatchWriter, RowRef};
use crate::state::{EntryId, StateTable, hash_key};

/// Word of an accumulator row that counts its rows.
const ROW_COUNT: usize = 0;
/// Word that the owner of groups that end uses as it likes.
pub(super) const OWNER: usize = 1;

pub(super) struct Aggregates {
    steps: Vec<Step>,
    sets: Vec<ValueSet>,
    /// The accumulator of no rows.
    initial: Vec<u64>,
    /// True if every step works in place, without sets.
    simple: bool,
    /// A new accumulator row while it is put together.
    scratch: Vec<u64>,
    bytes: Vec<u8>,
    /// An item of a list while it is taken, and a list while it is changed.
    item: BatchWriter,
    list: Vec<u64>,
    /// The first value that an aggregate could not take.
    failure: Option<SqlError>,
}

/// What replaces the variable part of one aggregate.
#[derive(Clone, Copy)]
enum Content<'a> {
    Bytes(Option<&'a [u8]>),
    List(&'a [u64]),
}

/// What the owner of the accumulators needs of them.
#[derive(Clone, Copy)]
pub(super) struct AggregateNeeds {
    pub(super) input_retracts: bool,
    /// Groups end or are merged, so that the values of a group must be found.
    pub(super) groups_end: bool,
}

impl Aggregates {
    pub(super) fn new(
        operator: &str,
        specs: &[AggregateSpec],
        input: &[Column],
        needs: AggregateNeeds,
    ) -> Result<Self, JobError> {
        let mut aggregates = Aggregates {
            steps: Vec::new(),
            sets: Vec::new(),
            initial: vec![0; if needs.groups_end { OWNER + 1 } else { 1 }],
            simple: true,
            scratch: Vec::new(),
            bytes: Vec::new(),
            item: BatchWriter::new(1),
            list: Vec::new(),
            failure: None,
        };
        for spec in specs {
            let argument = spec.argument.map(|column| &input[column].ty);
            let Some(mut step) = Step::new(spec, aggregates.initial.len(), argument, needs.input_retracts)
            else {
                let what = argument.map(|ty| format!(" of {ty}")).unwrap_or_default();
                let message = format!("operator {operator}: there is no {:?}{what}", spec.function);
                return Err(JobError::Configuration(message));
            };
            let extreme = matches!(step.operation, Operation::Extreme { .. });
            if step.distinct || extreme && needs.input_retracts {
                let access = match needs {
                    AggregateNeeds {
                        input_retracts: true, ..
                    } => Access::Ordered,
                    AggregateNeeds { groups_end: true, .. } => Access::All,
                    _ => Access::None,
                };
                step.set = Some(aggregates.sets.len());
                aggregates.sets.push(ValueSet::new(step.kind, access));
            }
            aggregates.simple &= step.set.is_none() && !step.is_variable();
            aggregates
                .initial
                .resize(aggregates.initial.len() + step.width(), 0);
            aggregates.steps.push(step);
        }
        Ok(aggregates)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The accumulator row of a group without rows.
    pub(super) fn initial(&self) -> &[u64] {
        &self.initial
    }

    pub(super) fn row_count(slots: &[u64]) -> i64 {
        slots[ROW_COUNT] as i64
    }

    /// Adds or takes back a row. The entry may move.
    #[inline]
    pub(super) fn apply(
        &mut self,
        table: &mut StateTable,
        entry: EntryId,
        row: RowRef<'_>,
        retract: bool,
    ) -> EntryId {
        let slots = table.value_mut(entry);
        slots[ROW_COUNT] = slots[ROW_COUNT].wrapping_add(if retract { u64::MAX } else { 1 });
        if !self.simple {
            return self.apply_each(table, entry, row, retract);
        }
        for step in &self.steps {
            if step.takes(row) {
                step.apply(slots, step.read(row), retract);
            }
        }
        entry
    }

    fn apply_each(
        &mut self,
        table: &mut StateTable,
        mut entry: EntryId,
        row: RowRef<'_>,
        retract: bool,
    ) -> EntryId {
        for i in 0..self.steps.len() {
            let step = &self.steps[i];
            if !step.takes(row) {
                continue;
            }
            let distinct = step.distinct;
            if step.operation == Operation::List && !distinct {
                entry = self.apply_list(table, entry, i, row, retract);
                continue;
            }
            let argument = step.read(row);
            let Some(set) = step.set else {
                entry = self.apply_one(table, entry, i, argument, retract);
                continue;
            };
            let delta = if retract { -1 } else { 1 };
            let key_group = table.key_group(entry);
            let set = &mut self.sets[set];
            let (before, after) = set.change(table.key(entry), key_group, argument, delta);
            let (appears, vanishes) = (before <= 0 && after > 0, before > 0 && after <= 0);
            if appears || vanishes {
                entry = if self.steps[i].operation == Operation::List {
                    self.apply_list(table, entry, i, row, vanishes)
                } else if distinct || appears {
                    self.apply_one(table, entry, i, argument, vanishes)
                } else {
                    self.replace_extreme(table, entry, i, argument)
                };
            }
        }
        entry
    }

    /// One aggregate takes an argument.
    fn apply_one(
        &mut self,
        table: &mut StateTable,
        entry: EntryId,
        step: usize,
        argument: Scalar<'_>,
        retract: bool,
    ) -> EntryId {
        let step_of = &self.steps[step];
        if !step_of.is_variable() {
            step_of.apply(table.value_mut(entry), argument, retract);
            return entry;
        }
        assert!(
            !retract,
            "extremes that are retracted come from the set of values"
        );
        match argument {
            Scalar::Bytes(bytes) if step_of.improves(table.value(entry), argument) => {
                self.store(table, entry, step, Content::Bytes(Some(bytes)))
            }
            _ => entry,
        }
    }

    /// An aggregate that keeps values takes one, or takes it back.
    fn apply_list(
        &mut self,
        table: &mut StateTable,
        entry: EntryId,
        step: usize,
        row: RowRef<'_>,
        retract: bool,
    ) -> EntryId {
        let step_of = &self.steps[step];
        let list = step_of.list.as_ref().expect("this operation has a list");
        let column = step_of.argument.expect("values are kept of an argument");
        list.encode(row, column, &mut self.item);
        let item = self.item.row(0).words();
        if !retract && list.appends() && step_of.append(table.value_mut(entry), item) {
            return entry;
        }
        let mut words = std::mem::take(&mut self.list);
        words.clear();
        words.extend_from_slice(step_of.list_words(table.value(entry)));
        let changed = list.change(&mut words, item, if retract { -1 } else { 1 });
        let entry = self.store_list(table, entry, step, changed, &words);
        self.list = words;
        entry
    }

    fn store_list(
        &mut self,
        table: &mut StateTable,
        entry: EntryId,
        step: usize,
        changed: Result<bool, SqlError>,
        words: &[u64],
    ) -> EntryId {
        match changed {
            Ok(true) => self.store(table, entry, step, Content::List(words)),
            Ok(false) => entry,
            Err(problem) => {
                self.failure.get_or_insert(problem);
                entry
            }
        }
    }

    /// An error if an aggregate could not take a value since the last time.
    pub(super) fn check(&mut self, operator: &str) -> Result<(), JobError> {
        match self.failure.take() {
            None => Ok(()),
            Some(source) => Err(JobError::Value {
                operator: operator.to_owned(),
                source,
            }),
        }
    }

    /// An extreme lost a value: if it was the answer, the next one is.
    fn replace_extreme(
        &mut self,
        table: &mut StateTable,
        entry: EntryId,
        step: usize,
        gone: Scalar<'_>,
    ) -> EntryId {
        let step_of = &self.steps[step];
        let current = step_of.extreme(table.value(entry));
        // A NaN is equal to nothing, so it is looked up anew.
        if current.is_some_and(|current| current.compare(gone).is_some_and(|order| order.is_ne())) {
            return entry;
        }
        let greatest = step_of.operation == Operation::Extreme { greatest: true };
        let set = step_of.set.expect("extremes that are retracted have a set");
        let next = self.sets[set].extreme(table.key(entry), greatest);
        if let Some(Scalar::Bytes(bytes)) = next {
            let mut next = std::mem::take(&mut self.bytes);
            next.clear();
            next.extend_from_slice(bytes);
            let entry = self.store(table, entry, step, Content::Bytes(Some(&next)));
            self.bytes = next;
            return entry;
        }
        match next {
            Some(value) => step_of.store_extreme(table.value_mut(entry), value),
            None if step_of.is_variable() => return self.store(table, entry, step, Content::Bytes(None)),
            None => step_of.clear_extreme(table.value_mut(entry)),
        }
        entry
    }

    /// Writes the accumulator row anew with other content for one of its strings or lists.
    fn store(
        &mut self,
        table: &mut StateTable,
        entry: EntryId,
        step: usize,
        content: Content<'_>,
    ) -> EntryId {
        let old = table.value(entry);
        self.scratch.clear();
        self.scratch.extend_from_slice(&old[..self.initial.len()]);
        for (i, other) in self.steps.iter().enumerate() {
            if !other.is_variable() {
                continue;
            }
            let content = match (other.operation, i == step) {
                (_, true) => content,
                (Operation::List, false) => Content::List(other.list_words(old)),
                (_, false) => Content::Bytes(match other.extreme(old) {
                    Some(Scalar::Bytes(content)) => Some(content),
                    _ => None,
                }),
            };
            place(&mut self.scratch, other.at, content);
        }
        table.replace(entry, &self.scratch)
    }

    /// Adds the accumulator row `other` to the entry's. DISTINCT aggregates are left alone: see
    /// [`DistinctMerge`].
    pub(super) fn merge(&mut self, table: &mut StateTable, mut entry: EntryId, other: &[u64]) -> EntryId {
        let slots = table.value_mut(entry);
        slots[ROW_COUNT] = slots[ROW_COUNT].wrapping_add(other[ROW_COUNT]);
        for i in 0..self.steps.len() {
            let step = &self.steps[i];
            if step.distinct {
                continue;
            }
            if step.operation == Operation::List {
                let list = step.list.as_ref().expect("this operation has a list");
                let mut words = step.list_words(table.value(entry)).to_vec();
                let merged = list.merge(&mut words, step.list_words(other)).map(|()| true);
                entry = self.store_list(table, entry, i, merged, &words);
            } else if !step.is_variable() {
                step.merge(table.value_mut(entry), other);
            } else if let Some(value) = step.extreme(other) {
                entry = self.apply_one(table, entry, i, value, false);
            }
        }
        entry
    }

    /// Puts the results into the open row, from `column` on.
    #[inline]
    pub(super) fn put_results(&self, slots: &[u64], writer: &mut BatchWriter, column: usize) {
        for (i, step) in self.steps.iter().enumerate() {
            step.put_result(slots, writer, column + i);
        }
    }

    /// A group ends: what is kept beside its accumulator row goes.
    pub(super) fn remove_group(&mut self, key: &[u64]) {
        self.sets.iter_mut().for_each(|set| set.remove_group(key));
    }

    pub(super) fn tables(&mut self) -> impl Iterator<Item = &mut StateTable> {
        self.sets.iter_mut().map(|set| &mut set.table)
    }

    /// Finds again what is derived from the tables; an error if `table` holds accumulators of other aggregates.
    pub(super) fn on_restored(&mut self, table: &StateTable) -> Result<(), JobError> {
        let width = self.initial.len();
        let variable = self.steps.iter().any(Step::is_variable);
        let fits = |words: usize| words == width || variable && words > width;
        if !table.entries().all(|entry| fits(table.value(entry).len())) {
            let message = "the state is that of other aggregates".to_owned();
            return Err(JobError::Checkpoint(message));
        }
        self.sets.iter_mut().for_each(ValueSet::on_restored);
        Ok(())
    }
}

/// Puts a string or a list behind an accumulator row, and where it is into the words at `at`.
fn place(row: &mut Vec<u64>, at: usize, content: Content<'_>) {
    let start = row.len();
    match content {
        Content::List(words) => {
            row[at] = words.len() as u64;
            row[at + 1] = start as u64;
            row.extend_from_slice(words);
            row.resize(start + list::room(words.len()), 0);
        }
        Content::Bytes(content) => {
            row[at] = u64::from(content.is_some());
            row[at + 1] = 0;
            if let Some(content) = content {
                row.resize(start + content.len().div_ceil(8), 0);
                let target: &mut [u8] = bytemuck::cast_slice_mut(&mut row[start..]);
                target[..content.len()].copy_from_slice(content);
                row[at + 1] = (start as u64 * 8) << 32 | content.len() as u64;
            }
        }
    }
}

/// The values that several slices of a window saw, each once.
#[derive(Default)]
pub(super) struct DistinctMerge {
    /// Aggregate, words of the key, the key, the value.
    seen: StateTable,
    word: Vec<u64>,
    bytes: Vec<u8>,
}

impl DistinctMerge {
    /// Adds to the entry in `merged` the values that the group `slice` saw and `self` did not see yet.
    pub(super) fn add(
        &mut self,
        aggregates: &Aggregates,
        merged: &mut StateTable,
        entry: EntryId,
        slice: &[u64],
    ) {
        for (i, step) in aggregates.steps.iter().enumerate() {
            if !step.distinct {
                continue;
            }
            let set = &aggregates.sets[step.set.expect("DISTINCT keeps a set of values")];
            set.for_each(slice, |value| {
                let key = merged.key(entry);
                self.word.clear();
                self.word.extend([i as u64, key.len() as u64]);
                self.word.extend_from_slice(key);
                self.word.extend_from_slice(value);
                let hash = hash_key(&self.word);
                if self.seen.find(hash, &self.word).is_none() {
                    self.seen.insert(hash, 0, &self.word, &[]);
                    // Only counts and sums are DISTINCT, so a string's content does not matter.
                    let argument = set.kind().read_ordered(value, &mut self.bytes);
                    step.apply(merged.value_mut(entry), argument, false);
                }
            });
        }
    }
}
