//! Aggregates that keep the values themselves: FIRST_VALUE, LAST_VALUE, LISTAGG, ARRAY_AGG, COLLECT and those of JSON.
//!
//! In: arguments as rows of one column, in the order they came; out: the changed list, results. A list is words: of
//! each item its length, how often it counts, and its row. Equal values have equal rows. A list has room to the next
//! power of two, so that most items are appended in place. A retraction takes back the first equal item; that of an
//! item which is not there is ignored, but by COLLECT, whose counts may be negative for a while.

use sql::aggregate::list;
use sql::{DataType, SqlError, TypeKind, Value};

use crate::job::AggregateFunction;
use crate::row::{BatchWriter, RowKind, RowRef};
use crate::state::key::is_fixed;

/// Words before the row of an item: length, count.
const HEAD: usize = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    First,
    Last,
    Joined { separator: &'static str },
    Array,
    Multiset,
    JsonArray,
    JsonObject { keeps_null: bool },
}

pub(super) struct List {
    answer: Answer,
    argument: DataType,
    retracts: bool,
    /// NULL is a value like others.
    pub(super) keeps_null: bool,
}

/// An item of a list.
struct Item<'l> {
    at: usize,
    count: i64,
    row: &'l [u64],
}

impl Item<'_> {
    fn end(&self) -> usize {
        self.at + HEAD + self.row.len()
    }
}

impl List {
    /// `None` for functions that keep no values.
    pub(super) fn new(function: AggregateFunction, argument: &DataType, retracts: bool) -> Option<Self> {
        let (answer, keeps_null) = match function {
            AggregateFunction::FirstValue => (Answer::First, false),
            AggregateFunction::LastValue => (Answer::Last, false),
            AggregateFunction::ListAgg { separator } => (Answer::Joined { separator }, false),
            AggregateFunction::ArrayAgg { keeps_null } => (Answer::Array, keeps_null),
            AggregateFunction::Collect => (Answer::Multiset, false),
            AggregateFunction::JsonArrayAgg { keeps_null } => (Answer::JsonArray, keeps_null),
            AggregateFunction::JsonObjectAgg { keeps_null } => (Answer::JsonObject { keeps_null }, false),
            _ => return None,
        };
        Some(List {
            answer,
            argument: argument.clone(),
            retracts,
            keeps_null,
        })
    }

    /// Writes a column as the row of an item.
    pub(super) fn encode(&self, row: RowRef<'_>, column: usize, item: &mut BatchWriter) {
        item.truncate(0);
        item.begin(RowKind::Insert);
        if is_fixed(&self.argument.kind) {
            item.copy_fixed(0, row, column);
        } else {
            item.copy_variable(0, row, column);
        }
        item.finish();
    }

    /// True if a new item goes behind the others whatever they are.
    pub(super) fn appends(&self) -> bool {
        match self.answer {
            Answer::First | Answer::Last => self.retracts,
            Answer::Joined { .. } | Answer::Array | Answer::JsonArray => true,
            Answer::Multiset | Answer::JsonObject { .. } => false,
        }
    }

    /// Adds an item `delta` times, or takes it back; whether the list has changed.
    pub(super) fn change(&self, list: &mut Vec<u64>, row: &[u64], delta: i64) -> Result<bool, SqlError> {
        match self.answer {
            Answer::Multiset => Ok(change_count(list, row, delta)),
            Answer::JsonObject { keeps_null } => self.change_member(list, row, delta, keeps_null),
            _ if delta < 0 => {
                let found = items(list)
                    .find(|item| item.row == row)
                    .map(|item| (item.at, item.end()));
                Ok(take_out(list, found))
            }
            Answer::First if !self.retracts && !list.is_empty() => Ok(false),
            Answer::Last if !self.retracts => {
                list.clear();
                push(list, row, 1);
                Ok(true)
            }
            _ => {
                push(list, row, 1);
                Ok(true)
            }
        }
    }

    /// Keys of a JSON object are unique, and a retraction takes back the key.
    fn change_member(
        &self,
        list: &mut Vec<u64>,
        row: &[u64],
        delta: i64,
        keeps_null: bool,
    ) -> Result<bool, SqlError> {
        let problem = |message: String| SqlError::Argument {
            function: "JSON_OBJECTAGG",
            message,
        };
        let (Some(key), value) = member(row) else {
            return Err(problem("a key is NULL".to_owned()));
        };
        if value.is_none() && !keeps_null {
            return Ok(false);
        }
        let known = items(list)
            .find(|item| member(item.row).0 == Some(key))
            .map(|item| (item.at, item.end()));
        match (delta < 0, known) {
            (true, known) => Ok(take_out(list, known)),
            (false, Some(_)) => Err(problem(format!(
                "the key '{key}' comes twice; keys must be unique"
            ))),
            (false, None) => {
                push(list, row, 1);
                Ok(true)
            }
        }
    }

    /// Adds the items of `other`.
    pub(super) fn merge(&self, list: &mut Vec<u64>, other: &[u64]) -> Result<(), SqlError> {
        for item in items(other) {
            self.change(list, item.row, item.count)?;
        }
        Ok(())
    }

    /// Puts the result into a column, whose type is `ty`.
    pub(super) fn put_result(&self, words: &[u64], writer: &mut BatchWriter, column: usize, ty: &DataType) {
        match self.answer {
            Answer::First => self.put_item(items(words).next(), writer, column),
            Answer::Last => self.put_item(items(words).last(), writer, column),
            Answer::Joined { separator } => {
                let texts = items(words).filter_map(|item| RowRef::of(item.row, 1).text(0));
                writer.put_text(column, list::joined(texts, separator).as_deref());
            }
            Answer::Array if words.is_empty() => writer.put_null(column),
            Answer::Array => {
                let values = items(words).map(|item| self.value(&item)).collect();
                writer.put_value(column, &Value::Array(values), ty);
            }
            Answer::Multiset => {
                let entries = items(words).map(|item| (self.value(&item), Value::Int(item.count as i32)));
                writer.put_value(column, &Value::Map(entries.collect()), ty);
            }
            Answer::JsonArray => {
                let elements = items(words).map(|item| RowRef::of(item.row, 1).text(0));
                writer.put_text(column, Some(&list::json_array(elements)));
            }
            Answer::JsonObject { .. } => {
                let members = items(words).filter_map(|item| match member(item.row) {
                    (Some(key), value) => Some((key, value)),
                    (None, _) => None,
                });
                writer.put_text(column, Some(&list::json_object(members)));
            }
        }
    }

    fn put_item(&self, item: Option<Item<'_>>, writer: &mut BatchWriter, column: usize) {
        match item {
            None => writer.put_null(column),
            Some(item) if is_fixed(&self.argument.kind) => {
                writer.copy_fixed(column, RowRef::of(item.row, 1), 0);
            }
            Some(item) => writer.copy_variable(column, RowRef::of(item.row, 1), 0),
        }
    }

    fn value(&self, item: &Item<'_>) -> Value {
        RowRef::of(item.row, 1).value(0, &self.argument)
    }
}

/// Words that a list of this length has room for.
pub(super) fn room(length: usize) -> usize {
    if length == 0 {
        0
    } else {
        length.next_power_of_two()
    }
}

/// Writes an item behind a list that stands in `room`; false if there is not enough.
pub(super) fn append_in_place(room: &mut [u64], length: &mut u64, row: &[u64]) -> bool {
    let start = *length as usize;
    let end = start + HEAD + row.len();
    if end > room.len() {
        return false;
    }
    room[start] = row.len() as u64;
    room[start + 1] = 1;
    room[start + HEAD..end].copy_from_slice(row);
    *length = end as u64;
    true
}

fn items(list: &[u64]) -> impl Iterator<Item = Item<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let length = *list.get(at)? as usize;
        let item = Item {
            at,
            count: list[at + 1] as i64,
            row: &list[at + HEAD..at + HEAD + length],
        };
        at = item.end();
        Some(item)
    })
}

fn push(list: &mut Vec<u64>, row: &[u64], count: i64) {
    list.extend([row.len() as u64, count as u64]);
    list.extend_from_slice(row);
}

/// Removes the words of an item, if there is one.
fn take_out(list: &mut Vec<u64>, found: Option<(usize, usize)>) -> bool {
    let Some((start, end)) = found else { return false };
    list.drain(start..end);
    true
}

fn change_count(list: &mut Vec<u64>, row: &[u64], delta: i64) -> bool {
    let found = items(list)
        .find(|item| item.row == row)
        .map(|item| (item.at, item.end(), item.count));
    match found {
        None => push(list, row, delta),
        Some((start, end, count)) if count + delta == 0 => {
            list.drain(start..end);
        }
        Some((start, _, count)) => list[start + 1] = (count + delta) as u64,
    }
    true
}

/// Key and value of an item of JSON_OBJECTAGG.
fn member(row: &[u64]) -> (Option<&str>, Option<&str>) {
    match RowRef::of(row, 1).row(0, 2) {
        Some(pair) => (pair.text(0), pair.text(1)),
        None => (None, None),
    }
}

/// True if results of these functions are made of values that any type can have.
pub(super) fn takes(function: AggregateFunction, argument: &TypeKind) -> bool {
    match function {
        AggregateFunction::ListAgg { .. } | AggregateFunction::JsonArrayAgg { .. } => argument.is_text(),
        AggregateFunction::JsonObjectAgg { .. } => {
            matches!(argument, TypeKind::Row(fields) if fields.len() == 2)
        }
        _ => true,
    }
}
