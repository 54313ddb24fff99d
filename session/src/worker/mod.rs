//! A worker: runs jobs as child processes in its slots.
//!
//! In: orders of the manager. Out: processes, and reports of them. Invariant: what the orders do not name does not run;
//! what a job does, also its crash and its hunger for memory, touches neither the worker nor another job; the manager
//! may be away for as long as it likes.

mod artifacts;
mod attempt;
mod identity;
mod lines;
mod link;
mod process;
mod usage;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use tokio::sync::Notify;

pub use link::Link;

use crate::protocol::worker::{Assignment, Heartbeat, Orders};
use artifacts::Artifacts;
use attempt::Attempt;
use identity::Identity;
use lines::Lines;

/// A call is held for so long: with jobs figures are fresh to the second, without there is nothing to say.
const HOLD_BUSY_MS: u64 = 1_000;
const HOLD_IDLE_MS: u64 = 5_000;
/// Time that a call may take beyond the time it is held.
const CALL_MAX: Duration = Duration::from_secs(10);
/// News gather for a moment, so that several are one call.
const GATHER: Duration = Duration::from_millis(10);
const RETRY: Duration = Duration::from_millis(500);
/// For last checkpoints when the worker ends.
const FAREWELL_MAX: Duration = Duration::from_secs(10);

/// What the operator decides about a worker.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Identity, artifacts, folders of jobs.
    pub data: PathBuf,
    pub slots: u32,
    /// Memory of a job for each of its slots, unless its deployment says otherwise; none: an equal share.
    pub memory_per_slot_bytes: Option<u64>,
}

/// What all attempts of a worker share.
struct Shared {
    settings: Settings,
    memory_per_slot_bytes: u64,
    artifacts: Artifacts,
    lines: Lines,
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
}

impl Worker {
    pub fn open(mut settings: Settings, link: Link) -> Result<Worker> {
        let identity = Identity::open(&settings.data)?;
        // Jobs start in folders of their own, where a relative path would lead elsewhere.
        settings.data = settings.data.canonicalize()?;
        let share = usage::machine_memory_bytes() / 10 * 8 / u64::from(settings.slots.max(1));
        let shared = Shared {
            memory_per_slot_bytes: settings.memory_per_slot_bytes.unwrap_or(share.max(256 << 20)),
            artifacts: Artifacts::new(settings.data.join("artifacts"), link.clone()),
            lines: Lines::default(),
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
        })
    }

    /// Works until `ended` is ready; then jobs get time for a last checkpoint.
    pub async fn run(mut self, ended: impl Future<Output = ()>) {
        let mut ended = std::pin::pin!(ended);
        let mut is_quiet = true;
        loop {
            let heartbeat = self.heartbeat(if is_quiet { self.hold_ms() } else { 0 });
            let call = tokio::time::timeout(CALL_MAX + HOLD, self.link.heartbeat(&heartbeat));
            tokio::select! {
                () = &mut ended => break,
                answer = call => match answer {
                    Ok(Ok(orders)) => {
                        self.acknowledged(&heartbeat);
                        self.carry_out(orders);
                        is_quiet = true;
                    }
                    Ok(Err(error)) => self.wait_for_manager(&format!("{error:#}")).await,
                    Err(_) => self.wait_for_manager("no answer").await,
                },
                // The call that is held does not know it yet; the next one is answered at once.
                () = self.shared.news.notified(), if is_quiet => {
                    tokio::time::sleep(GATHER).await;
                    is_quiet = false;
                }
            }
        }
        self.farewell().await;
    }

    async fn wait_for_manager(&self, error: &str) {
        eprintln!("worker: the manager does not answer: {error}");
        tokio::time::sleep(RETRY).await;
    }

    fn hold_ms(&self) -> u64 {
        match self.attempts.is_empty() {
            true => HOLD_IDLE_MS,
            false => HOLD_BUSY_MS,
        }
    }

    fn heartbeat(&mut self, hold_ms: u64) -> Heartbeat {
        self.sequence += 1;
        let (logs_from, logs) = self.shared.lines.unsent();
        Heartbeat {
            worker: self.identity.id.clone(),
            incarnation: self.identity.incarnation.clone(),
            sequence: self.sequence,
            host: self.identity.host.clone(),
            slots: self.shared.settings.slots,
            memory_bytes: usage::machine_memory_bytes(),
            attempts: self.attempts.values().map(Attempt::state).collect(),
            logs,
            logs_from,
            seen: self.seen,
            hold_ms,
        }
    }

    fn acknowledged(&mut self, heartbeat: &Heartbeat) {
        self.shared
            .lines
            .forget(heartbeat.logs_from, heartbeat.logs.len());
        for state in &heartbeat.attempts {
            let key = (state.deployment.clone(), state.attempt);
            if let Some(attempt) = self.attempts.get(&key) {
                attempt.forget_events(state.events.len());
            }
        }
    }

    /// Makes what runs what the orders name.
    fn carry_out(&mut self, orders: Orders) {
        let mut named = BTreeMap::new();
        for assignment in orders.attempts {
            named.insert((assignment.deployment.clone(), assignment.attempt), assignment);
        }
        self.attempts.retain(|key, attempt| {
            let is_named = named.contains_key(key);
            if !is_named {
                attempt.end();
            }
            is_named || !attempt.has_ended()
        });
        for (key, assignment) in named {
            let Assignment { commands, .. } = &assignment;
            match self.attempts.get(&key) {
                Some(attempt) => attempt.command(commands),
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

    async fn farewell(self) {
        for attempt in self.attempts.values() {
            attempt.stop();
        }
        let all_ended = async {
            while self.attempts.values().any(|attempt| !attempt.has_ended()) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        if tokio::time::timeout(FAREWELL_MAX, all_ended).await.is_err() {
            eprintln!("worker: not every job has taken a last checkpoint in time");
        }
    }
}

const HOLD: Duration = Duration::from_millis(HOLD_IDLE_MS);
