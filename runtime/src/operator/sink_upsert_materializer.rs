//! Sink upsert materializer: of the rows that a query has for one primary key of its sink, the last one is seen.
//!
//! In: rows of any kind, those of a primary key in any order. Out, as Flink emits it: `+I` for the first row
//! of a key, `+U` for every further one; when the last row of the list is taken back, the one before it as
//! `+U`, or `-D` when there is none; nothing when another row is taken back. A row that is not there cannot
//! be taken back: it is ignored.
//! Invariant: the state of a key is its list of rows, in the order of their arrival, never empty.

use super::{Context, Operator};
use crate::error::JobError;
use crate::job::{Column, Node, SinkUpsertMaterializerSpec};
use crate::row::{Batch, BatchWriter, RowKind, RowRef};
use crate::state::{EntryId, KeyEncoder, StateTable, hash_key};

pub(super) struct SinkUpsertMaterializer {
    key: KeyEncoder,
    /// What tells the query's rows apart; none when whole rows are compared.
    upsert_key: Option<UpsertKey>,
    columns: usize,
    /// Lists of rows by primary key: of each row the number of its words, then these.
    table: StateTable,
    /// The list that takes the place of the stored one.
    list: Vec<u64>,
    writer: BatchWriter,
}

/// Encoders for the row that came and for a stored one.
struct UpsertKey {
    wanted: KeyEncoder,
    stored: KeyEncoder,
}

/// Where a row of a list lies: its first word and the end of its last, without the length before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    start: usize,
    end: usize,
}

/// The rows of a list.
fn places(list: &[u64]) -> impl Iterator<Item = Place> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let length = *list.get(at)? as usize;
        let place = Place {
            start: at + 1,
            end: at + 1 + length,
        };
        at = place.end;
        Some(place)
    })
}

fn append(list: &mut Vec<u64>, row: RowRef<'_>) {
    list.push(row.words().len() as u64);
    list.extend_from_slice(row.words());
}

impl SinkUpsertMaterializer {
    pub(super) fn new(node: &Node, spec: &SinkUpsertMaterializerSpec, input: &[Column]) -> Self {
        let encoder = || KeyEncoder::new(&spec.upsert_key, input, 0);
        SinkUpsertMaterializer {
            key: KeyEncoder::new(&spec.key, input, 0),
            upsert_key: (!spec.upsert_key.is_empty()).then(|| UpsertKey {
                wanted: encoder(),
                stored: encoder(),
            }),
            columns: node.columns.len(),
            table: StateTable::new(),
            list: Vec::new(),
            writer: BatchWriter::new(node.columns.len()),
        }
    }

    /// The first row of the list that the query means when it takes back or replaces this one.
    fn position(&mut self, list: &[u64], row: RowRef<'_>) -> Option<Place> {
        let Some(UpsertKey { wanted, stored }) = &mut self.upsert_key else {
            return places(list).find(|place| list[place.start..place.end] == *row.words());
        };
        let wanted = wanted.encode(&[], row);
        let columns = self.columns;
        places(list).find(|place| {
            let candidate = RowRef::of(&list[place.start..place.end], columns);
            stored.encode(&[], candidate) == wanted
        })
    }

    fn add(&mut self, row: RowRef<'_>) {
        let mut list = std::mem::take(&mut self.list);
        list.clear();
        let hash = hash_key(self.key.encode(&[], row));
        let kind = match self.table.find(hash, self.key.encoded()) {
            None => {
                append(&mut list, row);
                let key_group = self.key.key_group(row);
                self.table.insert(hash, key_group, self.key.encoded(), &list);
                RowKind::Insert
            }
            Some(entry) => {
                list.extend_from_slice(self.table.value(entry));
                let replaced = match self.upsert_key {
                    Some(_) => self.position(&list, row),
                    None => None,
                };
                match replaced {
                    Some(place) => {
                        let words = row.words();
                        let with_length = std::iter::once(words.len() as u64).chain(words.iter().copied());
                        list.splice(place.start - 1..place.end, with_length);
                    }
                    None => append(&mut list, row),
                }
                self.table.replace(entry, &list);
                RowKind::UpdateAfter
            }
        };
        self.writer.push(kind, row);
        self.list = list;
    }

    fn take_back(&mut self, row: RowRef<'_>) {
        let hash = hash_key(self.key.encode(&[], row));
        let Some(entry) = self.table.find(hash, self.key.encoded()) else {
            return;
        };
        let mut list = std::mem::take(&mut self.list);
        list.clear();
        list.extend_from_slice(self.table.value(entry));
        if let Some(place) = self.position(&list, row) {
            let was_last = place.end == list.len();
            list.drain(place.start - 1..place.end);
            self.leave(entry, &list, was_last, row);
        }
        self.list = list;
    }

    /// Stores what is left of a list after `row` was taken out of it, and emits what is to be seen now.
    fn leave(&mut self, entry: EntryId, list: &[u64], was_last: bool, row: RowRef<'_>) {
        let Some(last) = places(list).last() else {
            self.table.remove(entry);
            self.writer.push(RowKind::Delete, row);
            return;
        };
        self.table.replace(entry, list);
        if was_last {
            let last = RowRef::of(&list[last.start..last.end], self.columns);
            self.writer.push(RowKind::UpdateAfter, last);
        }
    }
}

impl Operator for SinkUpsertMaterializer {
    fn on_batch(&mut self, input: &Batch, cx: &mut Context) -> Result<(), JobError> {
        for (kind, row) in input.rows() {
            if kind.is_addition() {
                self.add(row);
            } else {
                self.take_back(row);
            }
        }
        cx.emit(&mut self.writer);
        Ok(())
    }

    fn state(&mut self) -> Vec<&mut StateTable> {
        vec![&mut self.table]
    }
}

#[cfg(test)]
mod tests;
