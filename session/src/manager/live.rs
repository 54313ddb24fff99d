//! What is known only as long as workers say it: the workers themselves, their attempts, logs, figures.
//!
//! In: heartbeats. Out: views. Invariant: a call that another one of the same worker has overtaken changes nothing.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::figures::Figures;
use super::logs::{Logs, Origin};
use super::sample::Counters;
use crate::protocol::worker::{AttemptState, Heartbeat, State};
use crate::query::registry::Seat;

pub(super) struct Live {
    workers: BTreeMap<String, Worker>,
    pub(super) logs: Logs,
    pub(super) figures: Figures,
    pub(super) counters: Counters,
    /// Since when workers have been able to call: the start, or when the manager last came back from standing still.
    pub(super) hears_since: Instant,
}

/// A worker as its last call showed it.
pub(super) struct Worker {
    pub(super) id: String,
    pub(super) incarnation: String,
    pub(super) host: String,
    pub(super) slots: u32,
    pub(super) memory_bytes: u64,
    pub(super) attempts: BTreeMap<String, AttemptState>,
    sequence: u64,
    /// The last call whose reports are in the catalogue.
    stored: u64,
    logs_seen: u64,
    events_seen: u64,
    heard_at: Instant,
    pub(super) is_leaving: bool,
    /// The latest starts of the worker before this one; what they still say is old.
    former: VecDeque<String>,
}

/// Calls are not under way for as long as so many starts take.
const FORMER_MAX: usize = 16;

/// A worker as the API shows it.
#[derive(Clone, Debug)]
pub struct WorkerView {
    pub id: String,
    pub host: String,
    pub slots: u32,
    pub memory_bytes: u64,
    pub attempts: Vec<AttemptView>,
    pub since_heartbeat: Duration,
}

/// An attempt as its worker reports it, without what it has to say only once.
#[derive(Clone, Debug)]
pub struct AttemptView {
    pub worker: String,
    pub host: String,
    pub state: AttemptState,
}

impl Live {
    /// With what an earlier process has left.
    pub(super) fn with(logs: Logs, figures: Figures) -> Live {
        Live {
            workers: BTreeMap::new(),
            logs,
            figures,
            counters: Counters::default(),
            hears_since: Instant::now(),
        }
    }

    pub(super) fn workers(&self) -> impl Iterator<Item = &Worker> {
        self.workers.values()
    }

    pub(super) fn worker(&self, id: &str) -> Option<&Worker> {
        self.workers.get(id)
    }

    pub(super) fn attempts(&self) -> BTreeMap<(String, u32), AttemptView> {
        let of_workers = self.workers.values().flat_map(|worker| {
            let states = worker.attempts.values();
            states.map(|state| worker.attempt_view(state))
        });
        of_workers
            .map(|view| ((view.state.deployment.clone(), view.state.attempt), view))
            .collect()
    }

    /// Takes a call in; false if a later one of the same process, or a later process, has been heard already.
    /// Lines of `unlogged` deployments are not kept.
    pub(super) fn hear(&mut self, heartbeat: &Heartbeat, unlogged: &BTreeSet<String>, now: Instant) -> bool {
        let worker = self.workers.get(&heartbeat.worker);
        let mut former = worker.map(|worker| worker.former.clone()).unwrap_or_default();
        if former.contains(&heartbeat.incarnation) {
            return false;
        }
        let known = worker.filter(|worker| worker.incarnation == heartbeat.incarnation);
        if known.is_none() {
            former.extend(worker.map(|worker| worker.incarnation.clone()));
            former.drain(..former.len().saturating_sub(FORMER_MAX));
        }
        let logs_stored = self.logs.stored_up_to(&heartbeat.incarnation);
        let (sequence, stored, logs_seen, events_seen) = known.map_or((0, 0, logs_stored, 0), |worker| {
            (
                worker.sequence,
                worker.stored,
                worker.logs_seen,
                worker.events_seen,
            )
        });
        if heartbeat.sequence <= sequence {
            return false;
        }
        // A worker's clock may be ahead by days; lines are kept by their age.
        let now_us = jiff::Timestamp::now().as_microsecond();
        let incarnation: Arc<str> = heartbeat.incarnation.as_str().into();
        for (line, number) in heartbeat.logs.iter().zip(heartbeat.logs_from..) {
            if number > logs_seen && !unlogged.contains(&line.deployment) {
                let mut push = |text: String| {
                    let incarnation = Arc::clone(&incarnation);
                    let origin = Some(Origin { incarnation, number });
                    self.logs.push(
                        line.time_us.min(now_us),
                        &heartbeat.host,
                        &line.deployment,
                        text,
                        origin,
                    );
                };
                if line.lost_before > 0 {
                    push(format!("({} lines before this one are lost)", line.lost_before));
                }
                push(line.line.clone());
            }
        }
        let attempts = heartbeat.attempts.iter().map(|attempt| {
            let state = AttemptState {
                events: Vec::new(),
                ..attempt.clone()
            };
            (attempt.deployment.clone(), state)
        });
        let worker = Worker {
            id: heartbeat.worker.clone(),
            incarnation: heartbeat.incarnation.clone(),
            host: heartbeat.host.clone(),
            slots: heartbeat.slots,
            memory_bytes: heartbeat.memory_bytes,
            attempts: attempts.collect(),
            sequence: heartbeat.sequence,
            stored,
            former,
            logs_seen: logs_seen.max((heartbeat.logs_from + heartbeat.logs.len() as u64).saturating_sub(1)),
            events_seen,
            heard_at: now,
            is_leaving: heartbeat.is_leaving,
        };
        self.workers.insert(heartbeat.worker.clone(), worker);
        true
    }

    /// Takes out the events that have been stored already; the number of the last one.
    pub(super) fn forget_seen_events(&self, heartbeat: &mut Heartbeat) -> u64 {
        let worker = self.workers.get(&heartbeat.worker);
        let known = worker.filter(|worker| worker.incarnation == heartbeat.incarnation);
        let mut last = known.map_or(0, |worker| worker.events_seen);
        let seen = last;
        for attempt in &mut heartbeat.attempts {
            attempt.events.retain(|event| event.number > seen);
            last = attempt
                .events
                .iter()
                .map(|event| event.number)
                .fold(last, u64::max);
        }
        last
    }

    /// What the call with this number said is stored, and events up to this one.
    pub(super) fn is_stored(&mut self, seat: &Seat, call: u64, event: u64) {
        let worker = self.workers.get_mut(&seat.worker);
        if let Some(worker) = worker.filter(|worker| worker.incarnation == seat.incarnation) {
            worker.events_seen = worker.events_seen.max(event);
            worker.stored = worker.stored.max(call);
        }
    }

    pub(super) fn last_event_seen(&self, seat: &Seat) -> u64 {
        let worker = self.workers.get(&seat.worker);
        let known = worker.filter(|worker| worker.incarnation == seat.incarnation);
        known.map_or(0, |worker| worker.events_seen)
    }

    /// Forgets workers that have been silent for this long.
    pub(super) fn forget(&mut self, now: Instant, silence: Duration) {
        self.workers.retain(|_, worker| !worker.is_silent(now, silence));
    }
}

impl Worker {
    pub(super) fn is_silent(&self, now: Instant, timeout: Duration) -> bool {
        now.saturating_duration_since(self.heard_at) > timeout
    }

    /// It has ended all its jobs and takes no new ones, and how they ended is in the catalogue.
    pub(super) fn has_left(&self) -> bool {
        let mut attempts = self.attempts.values();
        self.is_leaving
            && self.stored == self.sequence
            && attempts.all(|attempt| !matches!(attempt.state, State::Starting | State::Running))
    }

    /// When it is lost unless it says something.
    pub(super) fn deadline(&self, timeout: Duration) -> Instant {
        self.heard_at + timeout
    }

    pub(super) fn view(&self) -> WorkerView {
        WorkerView {
            id: self.id.clone(),
            host: self.host.clone(),
            slots: self.slots,
            memory_bytes: self.memory_bytes,
            attempts: self
                .attempts
                .values()
                .map(|state| self.attempt_view(state))
                .collect(),
            since_heartbeat: self.heard_at.elapsed(),
        }
    }

    fn attempt_view(&self, state: &AttemptState) -> AttemptView {
        AttemptView {
            worker: self.id.clone(),
            host: self.host.clone(),
            state: state.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manager::logs::LogQuery;
    use crate::protocol::worker::LogLine;

    fn heartbeat(sequence: u64) -> Heartbeat {
        Heartbeat {
            worker: "w".to_owned(),
            incarnation: "i".to_owned(),
            sequence,
            host: "h".to_owned(),
            slots: 1,
            memory_bytes: 0,
            attempts: Vec::new(),
            logs: Vec::new(),
            logs_from: 1,
            seen: 0,
            hold_ms: 0,
            is_leaving: true,
        }
    }

    #[test]
    fn a_worker_has_left_when_its_last_words_are_stored() {
        let mut live = Live::with(Logs::default(), Figures::default());
        let seat = Seat {
            worker: "w".to_owned(),
            incarnation: "i".to_owned(),
        };
        let has_left = |live: &Live| live.worker("w").expect("it called").has_left();
        for call in 1..3 {
            assert!(live.hear(&heartbeat(call), &BTreeSet::new(), Instant::now()));
            live.is_stored(&seat, call - 1, 0);
            assert!(!has_left(&live), "only an earlier call is in the catalogue");
        }
        live.is_stored(&seat, 2, 0);
        assert!(has_left(&live));
    }

    #[test]
    fn a_clock_that_is_ahead_wipes_no_lines() {
        let mut live = Live::with(Logs::default(), Figures::default());
        let now_us = jiff::Timestamp::now().as_microsecond();
        let line = |time_us, line: &str| LogLine {
            deployment: "d".to_owned(),
            time_us,
            line: line.to_owned(),
            lost_before: 0,
        };
        let logs = vec![
            line(now_us, "one"),
            line(now_us + 30 * 86_400_000_000, "two"),
            line(now_us, "three"),
        ];
        let said = Heartbeat { logs, ..heartbeat(1) };
        assert!(live.hear(&said, &BTreeSet::new(), Instant::now()));
        let query = LogQuery {
            limit: 9,
            ..LogQuery::default()
        };
        let found = live.logs.find(&query, |_| true);
        let lines: Vec<&str> = found.iter().map(|entry| entry.line.as_str()).collect();
        assert_eq!(lines, ["one", "two", "three"]);
        assert!(found.iter().all(|entry| entry.time_us < now_us + 60_000_000));
    }

    #[test]
    fn a_worker_that_starts_again_and_again_takes_no_more_room() {
        let mut live = Live::with(Logs::default(), Figures::default());
        let start = |number: u64| Heartbeat {
            incarnation: format!("i{number}"),
            ..heartbeat(1)
        };
        for number in 0..1_000 {
            assert!(live.hear(&start(number), &BTreeSet::new(), Instant::now()));
        }
        assert!(
            !live.hear(&start(998), &BTreeSet::new(), Instant::now()),
            "it is known as old"
        );
        assert_eq!(live.workers["w"].former.len(), FORMER_MAX);
    }
}
