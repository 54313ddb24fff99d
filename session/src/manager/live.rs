//! What is known only as long as workers say it: the workers themselves, their attempts, figures.
//!
//! In: heartbeats. Out: views. Invariant: a call that another one of the same worker has overtaken changes nothing.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use super::figures::Figures;
use super::sample::Counters;
use crate::protocol::worker::{AttemptState, Heartbeat, State};
use crate::query::registry::Seat;

pub(super) struct Live {
    workers: BTreeMap<String, Worker>,
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

/// Of a call that was taken in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heard {
    /// It is the first one of its process.
    pub(super) is_new: bool,
    /// Log lines up to this number were taken in before.
    pub(super) logs_seen: u64,
}

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
    pub(super) fn with(figures: Figures) -> Live {
        Live {
            workers: BTreeMap::new(),
            figures,
            counters: Counters::default(),
            hears_since: Instant::now(),
        }
    }

    pub(super) fn workers(&self) -> impl Iterator<Item = &Worker> {
        self.workers.values()
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

    /// Takes a call in, unless a later one of the same process, or a later process, has been heard already. Of a
    /// process that nobody has heard here, `logs_stored` was taken in by an earlier manager.
    pub(super) fn hear(&mut self, heartbeat: &Heartbeat, logs_stored: u64, now: Instant) -> Option<Heard> {
        let worker = self.workers.get(&heartbeat.worker);
        let mut former = worker.map(|worker| worker.former.clone()).unwrap_or_default();
        if former.contains(&heartbeat.incarnation) {
            return None;
        }
        let known = worker.filter(|worker| worker.incarnation == heartbeat.incarnation);
        if known.is_none() {
            former.extend(worker.map(|worker| worker.incarnation.clone()));
            former.drain(..former.len().saturating_sub(FORMER_MAX));
        }
        let (sequence, stored, logs_seen, events_seen) = known.map_or((0, 0, logs_stored, 0), |worker| {
            (
                worker.sequence,
                worker.stored,
                worker.logs_seen,
                worker.events_seen,
            )
        });
        if heartbeat.sequence <= sequence {
            return None;
        }
        let heard = Heard {
            is_new: known.is_none(),
            logs_seen,
        };
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
            logs_seen: heartbeat
                .logs
                .last()
                .map_or(logs_seen, |line| logs_seen.max(line.number)),
            events_seen,
            heard_at: now,
            is_leaving: heartbeat.is_leaving,
        };
        self.workers.insert(heartbeat.worker.clone(), worker);
        Some(heard)
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
    use crate::protocol::Level;
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
            seen: 0,
            hold_ms: 0,
            is_leaving: true,
        }
    }

    #[test]
    fn a_worker_has_left_when_its_last_words_are_stored() {
        let mut live = Live::with(Figures::default());
        let seat = Seat {
            worker: "w".to_owned(),
            incarnation: "i".to_owned(),
        };
        let has_left = |live: &Live| live.workers["w"].has_left();
        for call in 1..3 {
            assert!(live.hear(&heartbeat(call), 0, Instant::now()).is_some());
            live.is_stored(&seat, call - 1, 0);
            assert!(!has_left(&live), "only an earlier call is in the catalogue");
        }
        live.is_stored(&seat, 2, 0);
        assert!(has_left(&live));
    }

    #[test]
    fn calls_that_were_overtaken_are_not_heard() {
        let mut live = Live::with(Figures::default());
        let line = |number| LogLine {
            number,
            deployment: "d".to_owned(),
            time_us: 0,
            level: Level::Info,
            line: String::new(),
            lost_before: 0,
        };
        let mut hear = |sequence: u64, logs: Vec<LogLine>| {
            let said = Heartbeat {
                logs,
                ..heartbeat(sequence)
            };
            let heard = live.hear(&said, 7, Instant::now());
            heard.map(|heard| (heard.is_new, heard.logs_seen))
        };
        assert_eq!(hear(1, vec![line(8), line(9)]), Some((true, 7)));
        assert_eq!(hear(3, vec![line(9), line(12)]), Some((false, 9)));
        assert_eq!(hear(2, vec![line(10)]), None);
        assert_eq!(hear(4, Vec::new()), Some((false, 12)));
    }

    #[test]
    fn a_worker_that_starts_again_and_again_takes_no_more_room() {
        let mut live = Live::with(Figures::default());
        let start = |number: u64| Heartbeat {
            incarnation: format!("i{number}"),
            ..heartbeat(1)
        };
        for number in 0..1_000 {
            assert!(live.hear(&start(number), 0, Instant::now()).is_some());
        }
        let old = live.hear(&start(998), 0, Instant::now());
        assert!(old.is_none(), "it is known as old");
        assert_eq!(live.workers["w"].former.len(), FORMER_MAX);
    }
}
