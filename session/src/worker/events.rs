//! What jobs have said, on its way to the manager.
//!
//! In: events of attempts. Out: as many as fit into a call, oldest first, numbered over all attempts. Invariant: an
//! event stays until the manager has acknowledged its number; only rows go when nobody wants their query any more: a
//! checkpoint of a job that is being cancelled is what the next deployment continues from. What is kept is
//! bounded: rows in bytes, after which their query is cut and says so; of checkpoints the newest, since the manager
//! shows fewer than are kept; savepoints and the rest are as few as the requests of users.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard};

use crate::protocol::job::Row;
use crate::protocol::worker::{Event, NumberedEvent};

/// A deployment and which start of it.
pub(super) type Key = (String, u32);

/// Of one call. A single event may be larger: as large as one report of a job.
const CALL_BYTES_MAX: usize = 1 << 20;
const CALL_EVENTS_MAX: usize = 1_000;
/// Of one event with rows, if it has more than one row.
const ROWS_BYTES_MAX: usize = 256 << 10;
/// Rows that wait, of one query and of all. The manager keeps no larger answer.
const QUERY_BYTES_MAX: usize = 32 << 20;
const QUERIES_BYTES_MAX: usize = 128 << 20;
/// Checkpoints of one attempt that wait.
const CHECKPOINTS_MAX: usize = 1_000;
/// What an event without rows takes.
const EVENT_BYTES: usize = 512;

#[derive(Default)]
pub(super) struct Events {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    waiting: VecDeque<Waiting>,
    last: u64,
}

struct Waiting {
    number: u64,
    key: Key,
    event: Event,
    bytes: usize,
}

/// What one call carries.
#[derive(Default)]
pub(super) struct Call {
    pub(super) events: BTreeMap<Key, Vec<NumberedEvent>>,
    /// Attempts with events that did not fit: they have not ended as far as the manager is told.
    pub(super) unsent: BTreeSet<Key>,
    pub(super) bytes: usize,
}

impl Events {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("nobody panics while holding it")
    }

    pub(super) fn push(&self, key: &Key, event: Event) {
        let mut inner = self.lock();
        inner.push(key, event, EVENT_BYTES);
        inner.forget_old_checkpoints(key);
    }

    /// Rows from this number on; false if there is no room for all of them. Those that fit are kept, with a mark where
    /// they end.
    pub(super) fn push_rows(&self, key: &Key, mut first: u64, rows: Vec<Row>) -> bool {
        let mut inner = self.lock();
        let mut room = inner.room_bytes(key);
        let mut part = Part::default();
        for row in rows {
            let bytes = size_bytes(&row);
            if bytes > room {
                part.push_to(&mut inner, key, &mut first);
                inner.push(key, Event::RowsCut, EVENT_BYTES);
                return false;
            }
            room -= bytes;
            if part.bytes + bytes > ROWS_BYTES_MAX {
                part.push_to(&mut inner, key, &mut first);
            }
            part.bytes += bytes;
            part.rows.push(row);
        }
        part.push_to(&mut inner, key, &mut first);
        true
    }

    /// The oldest that are not acknowledged.
    pub(super) fn call(&self) -> Call {
        let inner = self.lock();
        let mut call = Call::default();
        let mut waiting = inner.waiting.iter();
        for (count, one) in waiting.by_ref().enumerate() {
            if count > 0 && (count == CALL_EVENTS_MAX || call.bytes + one.bytes > CALL_BYTES_MAX) {
                call.unsent.insert(one.key.clone());
                break;
            }
            call.bytes += one.bytes;
            let events = call.events.entry(one.key.clone()).or_default();
            events.push(NumberedEvent {
                number: one.number,
                event: one.event.clone(),
            });
        }
        call.unsent.extend(waiting.map(|one| one.key.clone()));
        call
    }

    /// The manager has stored what came up to this number; false if that is nothing new.
    pub(super) fn acknowledged(&self, number: u64) -> bool {
        let mut inner = self.lock();
        let before = inner.waiting.len();
        while inner.waiting.front().is_some_and(|one| one.number <= number) {
            inner.waiting.pop_front();
        }
        inner.waiting.len() < before
    }

    /// Nobody looks at this query any more.
    pub(super) fn forget_rows(&self, key: &Key) {
        let is_row =
            |one: &Waiting| one.key == *key && matches!(one.event, Event::Rows { .. } | Event::RowsCut);
        self.lock().waiting.retain(|one| !is_row(one));
    }

    /// Whether there is something of this attempt that the manager has not acknowledged.
    pub(super) fn has_more_of(&self, key: &Key) -> bool {
        self.lock().waiting.iter().any(|one| one.key == *key)
    }

    pub(super) fn has_more(&self) -> bool {
        !self.lock().waiting.is_empty()
    }
}

impl Inner {
    fn push(&mut self, key: &Key, event: Event, bytes: usize) {
        self.last += 1;
        self.waiting.push_back(Waiting {
            number: self.last,
            key: key.clone(),
            event,
            bytes,
        });
    }

    /// For rows of this attempt.
    fn room_bytes(&self, key: &Key) -> usize {
        let rows = self
            .waiting
            .iter()
            .filter(|one| matches!(one.event, Event::Rows { .. }));
        let (mut own, mut all) = (0, 0);
        for one in rows {
            all += one.bytes;
            own += if one.key == *key { one.bytes } else { 0 };
        }
        let own = QUERY_BYTES_MAX.saturating_sub(own);
        own.min(QUERIES_BYTES_MAX.saturating_sub(all))
    }

    fn forget_old_checkpoints(&mut self, key: &Key) {
        let is_old = |one: &Waiting| {
            let is_checkpoint = matches!(one.event, Event::Checkpoint(_) | Event::CheckpointFailed { .. });
            is_checkpoint && one.key == *key
        };
        let checkpoints = self.waiting.iter().filter(|one| is_old(one)).count();
        if checkpoints > CHECKPOINTS_MAX
            && let Some(oldest) = self.waiting.iter().position(is_old)
        {
            self.waiting.remove(oldest);
        }
    }
}

/// Rows that become one event.
#[derive(Default)]
struct Part {
    rows: Vec<Row>,
    bytes: usize,
}

impl Part {
    fn push_to(&mut self, inner: &mut Inner, key: &Key, first: &mut u64) {
        let Part { rows, bytes } = std::mem::take(self);
        if rows.is_empty() {
            return;
        }
        let event = Event::Rows { first: *first, rows };
        if let Event::Rows { rows, .. } = &event {
            *first += rows.len() as u64;
        }
        inner.push(key, event, bytes);
    }
}

/// As it travels.
fn size_bytes(row: &Row) -> usize {
    serde_json::to_vec(row).expect("rows are plain data").len() + 1
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::protocol::job::Checkpoint;

    fn key(deployment: &str) -> Key {
        (deployment.to_owned(), 1)
    }

    fn row(bytes: usize) -> Row {
        Row {
            kind: "+I".to_owned(),
            data: vec![json!("x".repeat(bytes))],
        }
    }

    fn checkpoint(epoch: u64) -> Event {
        Event::Checkpoint(Checkpoint {
            id: epoch.to_string(),
            epoch,
            url: format!("file:///{epoch}"),
            triggered_at_ms: 0,
            duration_ms: 0,
            size_bytes: 0,
            full_size_bytes: 0,
        })
    }

    /// The last number of a call.
    fn last(call: &Call) -> u64 {
        let numbers = call.events.values().flatten().map(|event| event.number);
        numbers.max().unwrap_or_default()
    }

    /// Everything by calls, as a manager hears it that answers each.
    fn heard(events: &Events) -> Vec<(Key, Event)> {
        let mut heard = Vec::new();
        while events.has_more() {
            let call = events.call();
            assert!(call.bytes <= CALL_BYTES_MAX, "{}", call.bytes);
            events.acknowledged(last(&call));
            for (key, numbered) in call.events {
                heard.extend(numbered.into_iter().map(|one| (key.clone(), one.event)));
            }
        }
        heard
    }

    #[test]
    fn many_rows_leave_in_calls_of_bounded_size_and_none_is_lost() {
        let events = Events::default();
        for report in 0..50 {
            let rows = (0..10).map(|_| row(40_000)).collect();
            assert!(events.push_rows(&key("q"), report * 10, rows));
        }
        events.push(&key("d"), checkpoint(1));
        let call = events.call();
        assert_eq!(call.unsent, BTreeSet::from([key("q"), key("d")]));
        let mut next = 0;
        let heard = heard(&events);
        for (_, event) in &heard {
            if let Event::Rows { first, rows } = event {
                assert_eq!(*first, next, "rows are in order");
                next += rows.len() as u64;
            }
        }
        assert_eq!(next, 500);
        assert!(heard.contains(&(key("d"), checkpoint(1))));
    }

    #[test]
    fn only_what_was_sent_is_forgotten() {
        let events = Events::default();
        events.push(&key("d"), checkpoint(1));
        let sent = last(&events.call());
        events.push(&key("d"), checkpoint(2));
        for _ in 0..2 {
            events.acknowledged(sent);
            let call = events.call();
            assert_eq!(
                call.events[&key("d")].len(),
                1,
                "an old acknowledgement changes nothing"
            );
            assert_eq!(call.events[&key("d")][0].event, checkpoint(2));
        }
        assert!(events.push_rows(&key("d"), 0, vec![row(1)]));
        events.forget_rows(&key("d"));
        let call = events.call();
        assert_eq!(
            (call.events.len(), call.events[&key("d")].len()),
            (1, 1),
            "nobody wants the rows, but the checkpoint is the next deployment's"
        );
        assert!(events.has_more_of(&key("d")) && !events.has_more_of(&key("e")));
        events.acknowledged(last(&events.call()));
        assert!(!events.has_more());
        events.push(&key("e"), checkpoint(4));
        assert_eq!(last(&events.call()), 4, "numbers are not given again");
    }

    #[test]
    fn rows_without_a_manager_are_bounded_and_the_cut_is_told() {
        let events = Events::default();
        let mut kept = 0;
        while events.push_rows(&key("q"), kept, (0..10).map(|_| row(100_000)).collect()) {
            kept += 10;
            assert!(kept < 10_000, "there is no bound");
        }
        assert!(
            events.push_rows(&key("r"), 0, vec![row(100_000)]),
            "another query has room"
        );
        let heard = heard(&events);
        let of_query: Vec<&Event> = heard
            .iter()
            .filter(|(of, _)| *of == key("q"))
            .map(|(_, event)| event)
            .collect();
        let rows = of_query.iter().map(|event| match event {
            Event::Rows { rows, .. } => rows.len() as u64,
            _ => 0,
        });
        assert!(rows.sum::<u64>() >= kept);
        assert_eq!(of_query.last(), Some(&&Event::RowsCut));
    }

    #[test]
    fn the_newest_checkpoints_and_every_savepoint_wait() {
        let events = Events::default();
        let savepoint = |epoch| match checkpoint(epoch) {
            Event::Checkpoint(one) => Event::Savepoint(one),
            _ => unreachable!("it is a checkpoint"),
        };
        events.push(&key("d"), savepoint(1));
        for epoch in 2..2 * CHECKPOINTS_MAX as u64 {
            events.push(&key("d"), checkpoint(epoch));
        }
        let heard = heard(&events);
        assert_eq!(heard.len(), CHECKPOINTS_MAX + 1);
        assert_eq!(heard[0].1, savepoint(1));
        assert_eq!(
            heard.last().map(|(_, event)| event),
            Some(&checkpoint(2 * CHECKPOINTS_MAX as u64 - 1))
        );
    }
}
