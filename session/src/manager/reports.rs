//! Calls of workers: reports go in, orders go out.
//!
//! In: heartbeats. Out: changes of deployments, orders. Invariant: only the attempt that a deployment has now, on the
//! start of the worker it was given to, can change it; an event that comes twice changes nothing the second time.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::live::Heard;
use super::transition::{self, Event};
use super::{Manager, Settings, history, lineage, view};
use crate::catalogue::Transaction;
use crate::model::{Deployment, Program, Savepoint, SavepointKind, Status};
use crate::protocol::worker::{self, Assignment, AttemptState, Heartbeat, Orders, State};
use crate::query::registry::Seat;
use crate::refusal::Refusal;

/// No call is held longer, whatever the worker asks for.
const HOLD_MAX: Duration = Duration::from_secs(60);
pub(super) const NOT_IN_CHARGE: &str = "this manager has lost its catalogue; another one may be in charge";
const RETAINED: &str = "execution.checkpointing.num-retained";

impl Manager {
    /// Takes the reports in and answers when the worker's orders differ from what it has seen, or its time is over.
    /// A manager whose lease is over refuses: another one may be in charge, and its workers are to find it.
    pub async fn heartbeat(&self, heartbeat: Heartbeat) -> Result<Orders, Refusal> {
        let lease = self.catalogue.lease().clone();
        tokio::select! {
            biased;
            () = lease.end() => {}
            // The machine may have slept meanwhile.
            answer = self.answer(heartbeat) => if lease.held_for().is_some() {
                return answer;
            },
        }
        Err(Refusal::new(503, NOT_IN_CHARGE.to_owned()))
    }

    async fn answer(&self, mut heartbeat: Heartbeat) -> Result<Orders, Refusal> {
        let deadline = tokio::time::Instant::now() + HOLD_MAX.min(Duration::from_millis(heartbeat.hold_ms));
        let seat = Seat {
            worker: heartbeat.worker.clone(),
            incarnation: heartbeat.incarnation.clone(),
        };
        // Subscribed before looking, so that no change falls between.
        let mut changes = self.catalogue.changes();
        let mut query_changes = self.queries().changes();
        let heard = self.hear(&heartbeat);
        if heard.is_some() {
            let last_event = self.live().forget_seen_events(&mut heartbeat);
            let settings = self.settings().clone();
            let queries = self.queries().assignments(&seat);
            let is_current = self
                .catalogue
                .change(|transaction| {
                    let queries = queries.clone();
                    Ok::<bool, Refusal>(take_in(
                        transaction,
                        &settings,
                        &heartbeat,
                        queries,
                        Timestamp::now(),
                    ))
                })
                .await?;
            let seen: &[Assignment] = if is_current { &queries } else { &[] };
            self.queries().hear(&heartbeat, seen, Timestamp::now());
            // Not before it is stored: what the catalogue has refused comes again.
            self.live().is_stored(&seat, heartbeat.sequence, last_event);
        }
        if heard.is_some_and(|heard| heard.is_new) {
            self.wake();
        }
        let is_behind = self.logs_lock().has_unwritten();
        if heard.is_some() && (is_behind || !heartbeat.logs.is_empty()) {
            // Before they are acknowledged, and after what a later call must not overtake.
            self.write_logs_or_go_on().await;
        }
        loop {
            let orders = self.orders(&seat);
            if orders.version != heartbeat.seen {
                return Ok(orders);
            }
            tokio::select! {
                changed = changes.changed() => if changed.is_err() { return Ok(orders) },
                _ = query_changes.changed() => {}
                () = tokio::time::sleep_until(deadline) => return Ok(orders),
            }
        }
    }

    /// Lines before anything else, and under their own lock: who reads many does not hold up calls.
    fn hear(&self, heartbeat: &Heartbeat) -> Option<Heard> {
        let unlogged = match heartbeat.logs.is_empty() {
            true => BTreeSet::new(),
            false => self.catalogue.read(view::unlogged),
        };
        let mut logs = self.logs_lock();
        let stored = logs.stored_up_to(&heartbeat.incarnation);
        let heard = self.live().hear(heartbeat, stored, Instant::now())?;
        logs.hear(heartbeat, heard, &unlogged);
        Some(heard)
    }

    fn orders(&self, seat: &Seat) -> Orders {
        let queries = self.queries().assignments(seat);
        let (worker, incarnation) = (&seat.worker, &seat.incarnation);
        let orders = self.catalogue.read(|tables| {
            view::orders(
                &Transaction::new(tables),
                self.settings(),
                worker,
                incarnation,
                queries,
            )
        });
        Orders {
            events_seen: self.live().last_event_seen(seat),
            ..orders
        }
    }
}

/// What a call says about the worker's deployments. Answers whether the worker knows its present orders, of which
/// `queries` are a part.
pub(super) fn take_in(
    transaction: &mut Transaction<'_>,
    settings: &Settings,
    heartbeat: &Heartbeat,
    queries: Vec<Assignment>,
    now: Timestamp,
) -> bool {
    let (worker, incarnation) = (&heartbeat.worker, &heartbeat.incarnation);
    let orders = view::orders(transaction, settings, worker, incarnation, queries);
    let is_current = orders.version == heartbeat.seen;
    for deployment in transaction.all::<Deployment>() {
        let ended = strays_ended(&deployment, heartbeat, is_current);
        if !ended.is_empty() {
            happen(transaction, &deployment, ended, now);
        }
    }
    for deployment in transaction.all::<Deployment>() {
        if deployment.worker.as_ref() != Some(worker) {
            continue;
        }
        let mut reported = heartbeat.attempts.iter();
        let attempt =
            reported.find(|state| state.deployment == deployment.id && state.attempt == deployment.attempt);
        let events = if deployment.incarnation.as_ref() != Some(incarnation) {
            // Jobs end with the process that started them.
            vec![Event::Lost(format!(
                "the worker {} was restarted",
                heartbeat.host
            ))]
        } else if let Some(attempt) = attempt {
            record(transaction, &deployment, attempt);
            let cancelling = is_current.then_some(Event::Cancelling);
            let restored = restored(transaction, attempt);
            let events = events(attempt, restored).into_iter();
            events.chain(cancelling).collect()
        } else if is_current {
            // It has seen these orders and yet does not have the attempt.
            vec![Event::Lost("the worker does not know the attempt".to_owned())]
        } else {
            continue;
        };
        happen(transaction, &deployment, events, now);
    }
    is_current
}

/// Attempts of earlier that this worker no longer has: it was restarted, or has seen orders that do not name them.
fn strays_ended(deployment: &Deployment, heartbeat: &Heartbeat, is_current: bool) -> Vec<Event> {
    let goes_on = |attempt: u32| {
        let mut reported = heartbeat.attempts.iter();
        reported.any(|state| {
            let is_it = state.deployment == deployment.id && state.attempt == attempt;
            is_it && matches!(state.state, State::Starting | State::Running)
        })
    };
    let of_worker = deployment
        .strays
        .iter()
        .filter(|stray| stray.worker == heartbeat.worker);
    let ended = of_worker.filter(|stray| {
        stray.incarnation != heartbeat.incarnation || (is_current && !goes_on(stray.attempt))
    });
    ended
        .map(|stray| Event::StrayEnded {
            attempt: stray.attempt,
        })
        .collect()
}

/// Applies events to a deployment; one that changes nothing is not stored.
pub(super) fn happen(
    transaction: &mut Transaction<'_>,
    deployment: &Deployment,
    events: Vec<Event>,
    now: Timestamp,
) {
    let strategy = view::restart_strategy(transaction, deployment);
    let mut changed = deployment.clone();
    let has_savepoint = |event: &Event| matches!(event, Event::Finished { savepoint: Some(_) });
    let is_saved = events.iter().any(has_savepoint);
    for event in events {
        transition::apply(&mut changed, event, &strategy, now);
    }
    if changed != *deployment {
        if changed.status != deployment.status || changed.attempt != deployment.attempt {
            transaction.tell(line(&changed));
        }
        if is_saved && changed.status == Status::Finished {
            lineage::stopped(transaction, &changed);
        }
        transaction.put(changed);
    }
}

/// For the operator.
fn line(deployment: &Deployment) -> String {
    let reason = deployment.error_msg.as_ref().map(|reason| format!(": {reason}"));
    format!(
        "deployment {} attempt {}: {}{}",
        deployment.id,
        deployment.attempt,
        deployment.status.name(),
        reason.unwrap_or_default()
    )
}

/// Checkpoints and savepoints get records before the deployment changes.
fn record(transaction: &mut Transaction<'_>, deployment: &Deployment, attempt: &AttemptState) {
    let program = transaction.get::<Program>(&deployment.id);
    let retained = program.and_then(|program| program.config.get(RETAINED)?.trim().parse().ok());
    let retained = retained.unwrap_or(1).max(1);
    for event in &attempt.events {
        let (checkpoint, kind) = match &event.event {
            worker::Event::Checkpoint(checkpoint) => (checkpoint, SavepointKind::Checkpoint),
            worker::Event::Savepoint(savepoint) => (savepoint, SavepointKind::Savepoint),
            _ => continue,
        };
        history::record(transaction, deployment, checkpoint, kind, retained);
    }
}

/// What the attempt began with, if it says so in this call.
fn restored(transaction: &Transaction<'_>, attempt: &AttemptState) -> Option<Event> {
    let url = attempt.events.iter().find_map(|event| match &event.event {
        worker::Event::Restored { url } => url.clone(),
        _ => None,
    })?;
    let known = transaction.all::<Savepoint>();
    let known = known.iter().find(|one| one.url == url);
    Some(Event::Restored {
        // A checkpoint that nobody has told of has its number in its name.
        epoch: known.map_or_else(|| epoch(&url).unwrap_or(0), |one| one.epoch),
        is_savepoint: known.map_or_else(
            || !url.contains(CHECKPOINTS),
            |one| one.kind == SavepointKind::Savepoint,
        ),
        url,
    })
}

const CHECKPOINTS: &str = "/checkpoints/";

/// Of `…/checkpoints/12-…`.
fn epoch(url: &str) -> Option<u64> {
    let (_, name) = url.rsplit_once(CHECKPOINTS)?;
    let digits = name.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

/// What the attempt's report means for its deployment, in the order in which it happened.
fn events(attempt: &AttemptState, restored: Option<Event>) -> Vec<Event> {
    let mut events: Vec<Event> = restored.into_iter().collect();
    if attempt.state != State::Starting {
        events.push(Event::RequestsSeen(attempt.commands_seen));
    }
    if attempt.state == State::Running {
        events.insert(0, Event::Running);
    }
    for event in &attempt.events {
        events.extend(match &event.event {
            worker::Event::Savepoint(savepoint) => Some(Event::SavepointWritten {
                url: savepoint.url.clone(),
            }),
            worker::Event::SavepointFailed { url, message } => Some(Event::SavepointFailed {
                url: url.clone(),
                message: message.clone(),
            }),
            worker::Event::Checkpoint(_) => Some(Event::CheckpointCompleted),
            worker::Event::CheckpointFailed(failed) => Some(Event::CheckpointFailed(failed.clone())),
            _ => None,
        });
    }
    events.extend(match &attempt.state {
        State::Starting | State::Running => None,
        State::Finished { savepoint } => Some(Event::Finished {
            savepoint: savepoint.clone(),
        }),
        State::Failed { message } => Some(Event::Failed(message.clone())),
        State::Canceled => Some(Event::Lost("the worker has ended it".to_owned())),
        State::Left => Some(Event::Lost("its worker was shut down".to_owned())),
    });
    events
}

/// Whether it holds slots of its worker.
pub(super) fn holds_slots(deployment: &Deployment) -> bool {
    let has_attempt = deployment.worker.is_some() && !deployment.is_fence;
    has_attempt && !deployment.status.is_ended() && deployment.status != Status::Initializing
}
