//! The queries of a manager, in memory only.
//!
//! In: new queries, reports of workers, ends. Out: what workers should run, rows by index. Invariant: a row has one
//! index, whatever is reported twice; an ended query never runs again and never gets another row.

mod room;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::watch;

use super::{Bounds, End};
use crate::model::application::Column;
use crate::model::fresh_id;
use crate::protocol::job::Row;
use crate::protocol::worker::{Assignment, AttemptState, Event, Heartbeat, NumberedEvent, State};
use crate::refusal::Refusal;
use room::{LIMITS, Limits};

/// A job that needs more is not for a look.
const JOB_BYTES_MAX: u64 = 1 << 30;

/// All queries. Clones are the same.
#[derive(Clone)]
pub struct Queries {
    inner: Arc<Inner>,
}

struct Inner {
    limits: Limits,
    queries: Mutex<BTreeMap<String, Query>>,
    /// Counts changes.
    version: watch::Sender<u64>,
}

/// Whose query it is: an application's, or nobody's but its session cluster's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    pub project: String,
    pub service: String,
    pub application_id: Option<String>,
}

/// What a caller wants to see.
#[derive(Clone, Debug)]
pub struct NewQuery {
    pub scope: Scope,
    /// `table` or `statement`.
    pub query_type: &'static str,
    pub columns: Vec<Column>,
    pub bounds: Bounds,
    /// The request, without secrets.
    pub parameters: Value,
}

/// A query without its rows.
#[derive(Clone, Debug)]
pub struct QueryView {
    pub id: String,
    /// As Flink writes ids of jobs.
    pub job_id: String,
    pub query: NewQuery,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub rows: u64,
    /// Malformed records that were passed over.
    pub rows_skipped: u64,
    pub is_running: bool,
    pub end: Option<End>,
}

/// Where a query runs: a start of a worker's process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    pub worker: String,
    pub incarnation: String,
}

struct Query {
    view: QueryView,
    rows: Vec<Row>,
    bytes: usize,
    /// Its worker could not keep all its rows.
    is_cut: bool,
    assigned: Option<(Seat, Assignment)>,
    ended_at: Option<Timestamp>,
}

impl Default for Queries {
    fn default() -> Self {
        Queries::within(LIMITS)
    }
}

impl Queries {
    fn within(limits: Limits) -> Queries {
        Queries {
            inner: Arc::new(Inner {
                limits,
                queries: Mutex::default(),
                version: watch::Sender::new(0),
            }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Query>> {
        self.inner.queries.lock().expect("nobody panics while holding it")
    }

    fn changed(&self) {
        self.inner.version.send_modify(|version| *version += 1);
    }

    /// Wakes its holder after changes.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.version.subscribe()
    }

    /// Adds a query that is still to be built; its id.
    pub fn create(&self, query: NewQuery, now: Timestamp) -> Result<String, Refusal> {
        let mut queries = self.lock();
        self.inner.limits.admit(&mut queries, &query.scope, now)?;
        let id = fresh_id();
        let ttl = jiff::SignedDuration::try_from(query.bounds.ttl).expect("times to live are short");
        let view = QueryView {
            id: id.clone(),
            job_id: id.replace('-', ""),
            query,
            created_at: now,
            expires_at: now + ttl,
            rows: 0,
            rows_skipped: 0,
            is_running: false,
            end: None,
        };
        let query = Query {
            view,
            rows: Vec::new(),
            bytes: 0,
            is_cut: false,
            assigned: None,
            ended_at: None,
        };
        queries.insert(id.clone(), query);
        Ok(id)
    }

    /// Gives a built query to a worker, unless it has ended meanwhile.
    pub fn assign(&self, id: &str, seat: Seat, artifact_sha256: String, parameters: Value) {
        if let Some(query) = self.lock().get_mut(id).filter(|query| query.view.end.is_none()) {
            let assignment = Assignment {
                deployment: id.to_owned(),
                attempt: 1,
                artifact_sha256,
                memory_limit_bytes: Some(JOB_BYTES_MAX),
                parameters,
                commands: Vec::new(),
            };
            query.assigned = Some((seat, assignment));
        }
        self.changed();
    }

    /// How many queries each worker runs.
    pub fn load(&self) -> BTreeMap<String, usize> {
        let mut load = BTreeMap::new();
        for query in self.lock().values().filter(|query| query.view.end.is_none()) {
            if let Some((seat, _)) = &query.assigned {
                *load.entry(seat.worker.clone()).or_default() += 1;
            }
        }
        load
    }

    /// What this start of a worker's process should run.
    pub fn assignments(&self, seat: &Seat) -> Vec<Assignment> {
        let queries = self.lock();
        let live = queries.values().filter(|query| query.view.end.is_none());
        let assigned = live.filter_map(|query| query.assigned.as_ref());
        assigned
            .filter(|(of, _)| of == seat)
            .map(|(_, assignment)| assignment.clone())
            .collect()
    }

    /// Hashes of the executables of queries that run.
    pub fn artifacts(&self) -> BTreeSet<String> {
        let queries = self.lock();
        let live = queries.values().filter(|query| query.view.end.is_none());
        let assigned = live.filter_map(|query| query.assigned.as_ref());
        assigned
            .map(|(_, assignment)| assignment.artifact_sha256.clone())
            .collect()
    }

    /// Takes a worker's report in. `seen`: the orders that the worker knows, as far as that is known.
    pub fn hear(&self, heartbeat: &Heartbeat, seen: &[Assignment], now: Timestamp) {
        let mut has_changed = false;
        let mut queries = self.lock();
        let live = queries.values().filter(|query| query.view.end.is_none());
        let on_worker = live.filter_map(|query| {
            let (seat, _) = query.assigned.as_ref()?;
            let is_same = seat.incarnation == heartbeat.incarnation;
            (seat.worker == heartbeat.worker).then(|| (query.view.id.clone(), is_same))
        });
        let on_worker: Vec<(String, bool)> = on_worker.collect();
        for (id, is_same) in on_worker {
            let mut attempts = heartbeat.attempts.iter();
            let reported = attempts.find(|one| is_same && one.deployment == id);
            let wanted = reported.map_or(0, |attempt| attempt.events.iter().map(rows_bytes).sum());
            let room = self.inner.limits.room(&mut queries, &id, wanted);
            let query = queries.get_mut(&id).expect("only ended queries go");
            has_changed |= match reported {
                Some(attempt) => query.report(attempt, room, now),
                None if is_same && !seen.iter().any(|one| one.deployment == id) => false,
                None => query.end(End::Failed("the worker has lost the query".to_owned()), now),
            };
        }
        drop(queries);
        if has_changed {
            self.changed();
        }
    }

    /// Drops answers that nobody fetches any more.
    pub fn forget(&self, now: Timestamp) {
        self.inner.limits.forget_old(&mut self.lock(), now);
    }

    /// Ends a query; false if there is none that runs.
    pub fn end(&self, id: &str, end: End, now: Timestamp) -> bool {
        let ended = self.lock().get_mut(id).is_some_and(|query| query.end(end, now));
        if ended {
            self.changed();
        }
        ended
    }

    /// Ends a query and forgets it; false if there is none.
    pub fn delete(&self, id: &str) -> bool {
        let removed = self.lock().remove(id).is_some();
        self.changed();
        removed
    }

    pub fn view(&self, id: &str) -> Option<QueryView> {
        self.lock().get(id).map(|query| query.view.clone())
    }

    /// Those of an application or a session cluster, the oldest first.
    pub fn list(&self, scope: &Scope) -> Vec<QueryView> {
        let queries = self.lock();
        let of_scope = queries.values().filter(|query| query.view.query.scope == *scope);
        let mut views: Vec<QueryView> = of_scope.map(|query| query.view.clone()).collect();
        views.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        views
    }

    /// At most `limit` rows from this index on.
    pub fn rows(&self, id: &str, from: usize, limit: usize) -> Vec<Row> {
        let queries = self.lock();
        let rows = queries
            .get(id)
            .map(|query| query.rows.iter().skip(from).take(limit));
        rows.into_iter().flatten().cloned().collect()
    }
}

impl Query {
    /// Whether this was news. What does not fit into the room is cut.
    fn report(&mut self, attempt: &AttemptState, mut room_bytes: usize, now: Timestamp) -> bool {
        let mut is_news = false;
        for event in &attempt.events {
            match &event.event {
                Event::Rows { first, rows } => is_news |= self.take(*first, rows, &mut room_bytes),
                Event::RowsCut => self.is_cut = true,
                _ => {}
            }
        }
        if let Some(metrics) = &attempt.metrics {
            self.view.rows_skipped = metrics.rows_skipped;
        }
        let is_running = attempt.state == State::Running;
        is_news |= std::mem::replace(&mut self.view.is_running, is_running) != is_running;
        let end = match &attempt.state {
            _ if self.rows.len() as u64 >= self.view.query.bounds.max_rows => End::MaxRows,
            _ if self.is_cut => End::MaxBytes,
            State::Starting | State::Running => return is_news,
            State::Finished { .. } => End::Finished,
            State::Failed { message } => End::Failed(message.clone()),
            State::Canceled => End::Failed("the worker has ended the query".to_owned()),
            State::Left => End::Failed("the worker was shut down".to_owned()),
        };
        self.end(end, now)
    }

    /// Rows that are not there yet. What a worker could not keep for an absent manager is missing before `first`.
    fn take(&mut self, first: u64, rows: &[Row], room_bytes: &mut usize) -> bool {
        let known = (self.rows.len() as u64).saturating_sub(first);
        let room = self
            .view
            .query
            .bounds
            .max_rows
            .saturating_sub(self.rows.len() as u64);
        let new = rows
            .iter()
            .skip(usize::try_from(known).unwrap_or(usize::MAX))
            .take(usize::try_from(room).unwrap_or(usize::MAX));
        let before = self.rows.len();
        for row in new {
            let bytes = row_bytes(row);
            // Nothing comes after what is missing.
            self.is_cut |= bytes > *room_bytes;
            if self.is_cut {
                break;
            }
            *room_bytes -= bytes;
            self.bytes += bytes;
            self.rows.push(row.clone());
        }
        self.view.rows = self.rows.len() as u64;
        self.rows.len() > before
    }

    fn end(&mut self, end: End, now: Timestamp) -> bool {
        if self.view.end.is_some() {
            return false;
        }
        self.view.end = Some(end);
        self.view.is_running = false;
        self.ended_at = Some(now);
        true
    }
}

/// What the rows of an event take in memory.
fn rows_bytes(event: &NumberedEvent) -> usize {
    match &event.event {
        Event::Rows { rows, .. } => rows.iter().map(row_bytes).sum(),
        _ => 0,
    }
}

fn row_bytes(row: &Row) -> usize {
    size_of::<Row>() + row.data.iter().map(size_bytes).sum::<usize>()
}

/// What a value takes in memory, roughly.
fn size_bytes(value: &Value) -> usize {
    let inner = match value {
        Value::String(text) => text.len(),
        Value::Array(values) => values.iter().map(size_bytes).sum(),
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| 24 + key.len() + size_bytes(value))
            .sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    };
    size_of::<Value>() + inner
}

#[cfg(test)]
mod tests;
