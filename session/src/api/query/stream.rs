//! A query as server-sent events.
//!
//! In: the registry, a query, the first index. Out: `columns`, `row`, `end`, each with JSON. Invariant: every row comes
//! once, in order, however slowly it is read; `end` is the last event.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::watch;

use super::indexed;
use crate::query::End;
use crate::query::registry::{Queries, QueryView};

/// How soon a caller who has gone is noticed, and what keeps connections open that proxies would close.
const KEEP_ALIVE: Duration = Duration::from_secs(5);
/// Rows that are taken out of the registry at a time.
const ROWS_MAX: usize = 500;

struct Follower {
    queries: Queries,
    changes: watch::Receiver<u64>,
    id: String,
    next: usize,
    ready: VecDeque<Event>,
    has_ended: bool,
    cancel_on_close: bool,
}

pub(super) fn response(queries: Queries, view: QueryView, offset: usize, cancel_on_close: bool) -> Response {
    let follower = Follower {
        changes: queries.changes(),
        queries,
        id: view.id,
        next: offset,
        ready: VecDeque::from([event("columns", &view.query.columns)]),
        has_ended: false,
        cancel_on_close,
    };
    let stream = futures_util::stream::unfold(follower, |mut follower| async move {
        let event = follower.next().await?;
        Some((Ok::<Event, Infallible>(event), follower))
    });
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE);
    Sse::new(stream).keep_alive(keep_alive).into_response()
}

/// The caller has gone, or has seen the end.
impl Drop for Follower {
    fn drop(&mut self) {
        if self.cancel_on_close {
            self.queries.end(&self.id, End::Canceled, Timestamp::now());
        }
    }
}

impl Follower {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            if self.has_ended {
                return None;
            }
            // Marked as seen before looking, so that nothing falls between.
            self.changes.mark_unchanged();
            self.look();
            if self.ready.is_empty() {
                // The registry lives as long as this does.
                let _ = self.changes.changed().await;
            }
        }
    }

    fn look(&mut self) {
        // In this order: no row comes after the end.
        let view = self.queries.view(&self.id);
        let rows = self.queries.rows(&self.id, self.next, ROWS_MAX);
        let is_all = rows.len() < ROWS_MAX;
        for row in indexed(self.next, rows) {
            self.next = row.index + 1;
            self.ready.push_back(event("row", &row).id(row.index.to_string()));
        }
        let end = view
            .as_ref()
            .map_or(Some(&End::Canceled), |view| view.end.as_ref());
        if let Some(end) = end.filter(|_| is_all) {
            self.ready
                .push_back(event("end", &EndEvent::new(end, view.as_ref())));
            self.has_ended = true;
        }
    }
}

#[derive(Serialize)]
struct EndEvent<'a> {
    reason: &'static str,
    row_count: u64,
    rows_skipped: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
}

impl<'a> EndEvent<'a> {
    /// A query that was deleted has no view any more.
    fn new(end: &'a End, view: Option<&QueryView>) -> EndEvent<'a> {
        EndEvent {
            reason: end.name(),
            row_count: view.map_or(0, |view| view.rows),
            rows_skipped: view.map_or(0, |view| view.rows_skipped),
            message: match end {
                End::Failed(message) => Some(message),
                _ => None,
            },
        }
    }
}

fn event(name: &str, data: &impl Serialize) -> Event {
    let data = serde_json::to_string(data).expect("events are plain data");
    Event::default().event(name).data(data)
}
