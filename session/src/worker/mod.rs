//! A worker: runs jobs as child processes in its slots.
//!
//! In: orders of the manager. Out: processes, and reports of them. Invariant: what the orders do not name does not run;
//! what a job does, also its crash and its hunger for memory, touches neither the worker nor another job; the manager
//! may be away for as long as it likes.

mod artifacts;
mod attempt;
mod events;
mod farewell;
mod identity;
mod lines;
mod link;
mod process;
mod usage;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::sync::Notify;

pub(crate) use identity::host_name;
pub use link::Link;

use crate::protocol::worker::{Assignment, Heartbeat, Orders};
use artifacts::Artifacts;
use attempt::{Attempt, Told};
use events::Events;
use identity::Identity;
use lines::Lines;

/// A call is held for so long: with jobs figures are fresh to the second, without there is nothing to say.
const HOLD_BUSY_MS: u64 = 1_000;
const HOLD_IDLE_MS: u64 = 5_000;
/// Time that a call may take beyond the time it is held, and for what it carries.
const CALL_MAX: Duration = Duration::from_secs(10);
/// A way to the manager that is slower than this is of no use.
const CALL_BYTES_PER_SECOND_MIN: usize = 256 << 10;
/// News gather for a moment, so that several are one call.
const GATHER: Duration = Duration::from_millis(10);
const RETRY: Duration = Duration::from_millis(500);
/// The same complaint is not made twice a second.
const COMPLAIN_AGAIN_AFTER: Duration = Duration::from_secs(60);

/// What the operator decides about a worker.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Identity, artifacts, folders of jobs.
    pub data: PathBuf,
    pub slots: u32,
    /// Memory of a job for each of its slots, unless its deployment says otherwise; none: an equal share.
    pub memory_per_slot_bytes: Option<u64>,
    /// Executables that no job uses are kept up to this size.
    pub artifact_cache_bytes: u64,
}

/// What all attempts of a worker share.
struct Shared {
    settings: Settings,
    /// What no table may be, though it lie in a folder that is open to tables.
    closed: Vec<PathBuf>,
    memory_per_slot_bytes: u64,
    artifacts: Artifacts,
    lines: Lines,
    events: Events,
    /// Something that the manager should hear at once.
    news: Notify,
}

pub struct Worker {
    identity: Identity,
    link: Link,
    shared: Arc<Shared>,
    attempts: BTreeMap<(String, u32), Attempt>,
    seen: u64,
    sequence: u64,
    /// It ends, and takes nothing new.
    is_leaving: bool,
    /// What was said last about the way to the manager, and when.
    complaint: Option<(String, Instant)>,
}

/// What came of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exchange {
    /// The manager has taken in all that there was to say.
    Heard,
    /// It has, but there is more.
    More,
    /// Given up: there is something that it should hear at once.
    News,
    Unanswered,
}

impl Worker {
    /// `keys`: files that are closed to jobs, as is the worker's own folder.
    pub fn open(mut settings: Settings, link: Link, keys: Vec<PathBuf>) -> Result<Worker> {
        let identity = Identity::open(&settings.data)?;
        crate::socket::remove_abandoned();
        // Jobs start in folders of their own, where a relative path would lead elsewhere.
        settings.data = settings.data.canonicalize()?;
        let share = usage::machine_memory_bytes() / 10 * 8 / u64::from(settings.slots.max(1));
        let mut closed = vec![settings.data.clone()];
        for key in keys {
            closed.push(std::path::absolute(key)?);
        }
        let shared = Shared {
            closed,
            memory_per_slot_bytes: settings.memory_per_slot_bytes.unwrap_or(share.max(256 << 20)),
            artifacts: Artifacts::new(
                settings.data.join("artifacts"),
                link.clone(),
                settings.artifact_cache_bytes,
            ),
            lines: Lines::default(),
            events: Events::default(),
            news: Notify::new(),
            settings,
        };
        Ok(Worker {
            identity,
            link,
            shared: Arc::new(shared),
            attempts: BTreeMap::new(),
            seen: 0,
            sequence: 0,
            is_leaving: false,
            complaint: None,
        })
    }

    /// Works until `ended` is ready; then jobs get time for a last checkpoint, and the manager is told.
    pub async fn run(mut self, ended: impl Future<Output = ()>) {
        let mut ended = std::pin::pin!(ended);
        let mut may_wait = true;
        loop {
            tokio::select! {
                () = &mut ended => break,
                exchange = self.exchange(may_wait) => {
                    may_wait = matches!(exchange, Exchange::Heard | Exchange::Unanswered);
                }
            }
        }
        self.farewell().await;
    }

    /// One call: says what there is to say and does what the manager wants. `may_wait`: the manager may hold it.
    async fn exchange(&mut self, may_wait: bool) -> Exchange {
        let hold_ms = if may_wait { self.hold_ms() } else { 0 };
        let (heartbeat, bytes) = self.heartbeat(hold_ms);
        let time_max = CALL_MAX
            + Duration::from_millis(hold_ms)
            + Duration::from_secs((bytes / CALL_BYTES_PER_SECOND_MIN) as u64);
        tokio::select! {
            answer = self.link.heartbeat(&heartbeat, time_max) => match answer {
                Ok(orders) => {
                    self.complaint = None;
                    self.shared.lines.forget(&heartbeat.logs);
                    let events = &self.shared.events;
                    let has_moved = events.acknowledged(orders.events_seen);
                    let is_more = events.has_more() || heartbeat.logs.len() == lines::CALL_LINES_MAX;
                    self.carry_out(orders);
                    if !is_more {
                        return Exchange::Heard;
                    }
                    tokio::time::sleep(if has_moved { GATHER } else { RETRY }).await;
                    Exchange::More
                }
                Err(error) => self.wait_for_manager(format!("{error:#}")).await,
            },
            // The call that is held does not know it yet; the next one is answered at once.
            () = self.shared.news.notified(), if may_wait => {
                tokio::time::sleep(GATHER).await;
                Exchange::News
            }
        }
    }

    async fn wait_for_manager(&mut self, error: String) -> Exchange {
        let is_news = match &self.complaint {
            Some((text, at)) => *text != error || at.elapsed() > COMPLAIN_AGAIN_AFTER,
            None => true,
        };
        if is_news {
            eprintln!("worker: the manager does not answer: {error}");
            self.complaint = Some((error, Instant::now()));
        }
        tokio::time::sleep(RETRY).await;
        Exchange::Unanswered
    }

    fn hold_ms(&self) -> u64 {
        match self.attempts.is_empty() {
            true => HOLD_IDLE_MS,
            false => HOLD_BUSY_MS,
        }
    }

    /// What there is to say, and how many bytes it takes, roughly.
    fn heartbeat(&mut self, hold_ms: u64) -> (Heartbeat, usize) {
        self.sequence += 1;
        let logs = self.shared.lines.unsent();
        let told: Vec<Told> = self.attempts.values().map(Attempt::told).collect();
        let mut call = self.shared.events.call();
        let bytes = call.bytes + logs.iter().map(|line| line.line.len()).sum::<usize>();
        let attempts = told.into_iter().map(|told| told.with_events(&mut call)).collect();
        let heartbeat = Heartbeat {
            worker: self.identity.id.clone(),
            incarnation: self.identity.incarnation.clone(),
            sequence: self.sequence,
            host: self.identity.host.clone(),
            slots: self.shared.settings.slots,
            memory_bytes: usage::machine_memory_bytes(),
            attempts,
            logs,
            seen: self.seen,
            hold_ms,
            is_leaving: self.is_leaving,
        };
        (heartbeat, bytes)
    }

    /// Makes what runs what the orders name.
    fn carry_out(&mut self, orders: Orders) {
        let mut named = BTreeMap::new();
        for assignment in orders.attempts {
            named.insert((assignment.deployment.clone(), assignment.attempt), assignment);
        }
        self.attempts.retain(|key, attempt| {
            let is_named = named.contains_key(key);
            if is_named {
                return true;
            }
            // Asked first: one that has ended says nothing more.
            let has_ended = attempt.has_ended();
            attempt.end();
            self.shared.events.forget_rows(key);
            !has_ended || self.shared.events.has_more_of(key)
        });
        for (key, assignment) in named {
            let Assignment { commands, .. } = &assignment;
            match self.attempts.get(&key) {
                Some(attempt) => attempt.command(commands),
                None if self.is_leaving => {}
                None => drop(
                    self.attempts
                        .insert(key, Attempt::start(assignment, Arc::clone(&self.shared))),
                ),
            }
        }
        if self.seen != orders.version {
            self.seen = orders.version;
            // The manager acts on what it knows the worker to have seen.
            self.shared.news.notify_one();
        }
    }
}
