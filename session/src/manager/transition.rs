//! What becomes of a deployment when something happens: the scheduler's rules, as functions of state, event and time.
//!
//! In: a deployment, an event, its restart strategy, now. Out: the changed deployment. Invariant: no clock, no I/O;
//! an event that no longer fits the deployment's status changes nothing; every change is one that statuses allow.

use jiff::{SignedDuration, Timestamp};

use super::restart::{self, Decision};
use super::{fence, history};
use crate::model::deployment::{Artifact, Request, RequestKind, Restart, Restored};
use crate::model::restart::RestartStrategy;
use crate::model::{Deployment, Status, fresh_id, timestamp};
use crate::protocol::job::FailedCheckpoint;

/// Restarts that are kept to be shown; strategies remember what they need themselves.
const RESTARTS_MAX: usize = 64;
/// Characters of a reason that are kept.
const REASON_MAX: usize = 2_000;

#[derive(Clone, Debug)]
pub(super) enum Event {
    Built(Artifact),
    BuildFailed(String),
    /// There is no room for it, for this reason.
    Waiting(String),
    Placed {
        worker: String,
        incarnation: String,
    },
    /// The job says that rows flow.
    Running,
    /// It says what it began with.
    Restored {
        url: String,
        /// 0: not known.
        epoch: u64,
        is_savepoint: bool,
    },
    /// The worker has passed on requests up to this number.
    RequestsSeen(u64),
    SavepointWritten {
        url: String,
    },
    /// The one that was ordered with this URL.
    SavepointFailed {
        url: String,
        message: String,
    },
    CheckpointCompleted,
    CheckpointFailed(FailedCheckpoint),
    Finished {
        savepoint: Option<String>,
    },
    Failed(String),
    /// Its attempt has ended with its worker, or by it.
    Lost(String),
    /// Its worker is not heard of: the attempt may go on.
    Silent {
        host: String,
        reason: String,
    },
    /// A worker is back and says that an attempt of earlier has ended.
    StrayEnded {
        attempt: u32,
    },
    /// The worker knows that it is to be ended.
    Cancelling,
    /// The manager has started anew and has not heard of the job.
    ManagerStarted,
}

/// Whether a worker has to be found for it now.
pub(super) fn wants_worker(deployment: &Deployment, now: Timestamp) -> bool {
    let waits = matches!(
        deployment.status,
        Status::Created | Status::Restarting | Status::SavingAndStopRequested
    ) || fence::is_wanted(deployment);
    let is_due = restart_at(deployment).is_none_or(|at| at <= now || is_clock_behind(deployment, at, now));
    waits && deployment.worker.is_none() && deployment.artifact.is_some() && is_due
}

/// When the next attempt may start, if that is not at once.
pub(super) fn restart_at(deployment: &Deployment) -> Option<Timestamp> {
    deployment.restart_at.as_ref().and_then(|at| at.parse().ok())
}

/// The moment lies farther ahead than it ever did: the clock was set back, or another manager's is behind.
fn is_clock_behind(deployment: &Deployment, at: Timestamp, now: Timestamp) -> bool {
    let delay = deployment.restart_delay_ms.map(SignedDuration::from_millis);
    delay.is_some_and(|delay| at.duration_since(now) > delay)
}

pub(super) fn restart_after(deployment: &mut Deployment, delay: SignedDuration, now: Timestamp) {
    let at = now.saturating_add(delay).expect("a delay is no calendar unit");
    deployment.restart_at = Some(timestamp(at));
    // Stored moments are rounded to microseconds.
    deployment.restart_delay_ms = i64::try_from(delay.as_millis())
        .ok()
        .map(|ms| ms.saturating_add(1));
}

pub(super) fn apply(deployment: &mut Deployment, event: Event, strategy: &RestartStrategy, now: Timestamp) {
    let runs = deployment.worker.is_some();
    match event {
        Event::Built(artifact) if deployment.status == Status::Initializing => {
            deployment.artifact = Some(artifact);
            change(deployment, Status::Created, now);
        }
        Event::BuildFailed(message) if deployment.status == Status::Initializing => {
            end(deployment, Status::Failed, Some(message), now);
        }
        Event::Waiting(reason) if wants_worker(deployment, now) => {
            deployment.error_msg = match fence::is_wanted(deployment) {
                true => Some(fence::waiting_text(deployment, &reason)),
                false => Some(reason),
            };
        }
        Event::Placed { worker, incarnation } if wants_worker(deployment, now) => {
            place(deployment, worker, incarnation, now);
        }
        Event::Silent { host, reason } if runs => {
            fence::stray(deployment, host);
            apply(deployment, Event::Lost(reason), strategy, now);
        }
        Event::StrayEnded { attempt } => fence::stray_ended(deployment, attempt, now),
        event if deployment.is_fence => fence::apply(deployment, event, now),
        Event::Running if runs => run(deployment, now),
        Event::Restored {
            url,
            epoch,
            is_savepoint,
        } if runs => restored(deployment, url, epoch, is_savepoint, now),
        Event::RequestsSeen(number) if runs => requests_seen(deployment, number, now),
        Event::SavepointWritten { url } if runs => savepoint_written(deployment, url, now),
        Event::SavepointFailed { url, message } if runs => savepoint_failed(deployment, &url, &message, now),
        Event::CheckpointCompleted if runs => deployment.losses = 0,
        Event::CheckpointFailed(failed) if runs => history::record_failure(deployment, &failed),
        Event::Finished { savepoint } if runs => finish(deployment, savepoint, now),
        Event::Failed(message) if runs => attempt_ended(deployment, &message, Some(strategy), now),
        Event::Lost(reason) if runs => attempt_ended(deployment, &reason, None, now),
        Event::Cancelling if deployment.status == Status::CancellingRequested => {
            change(deployment, Status::Cancelling, now);
        }
        Event::ManagerStarted if runs && deployment.status == Status::Running => {
            change(deployment, Status::Reconciling, now);
        }
        _ => {}
    }
}

/// A cancelled deployment without a process has ended at once.
pub(super) fn cancel(deployment: &mut Deployment, now: Timestamp) {
    change(deployment, Status::CancellingRequested, now);
    if deployment.worker.is_none() {
        fence::end(deployment, Status::Canceled, None, now);
    }
}

/// Asks the job for a savepoint, as the last thing it does or not.
pub(super) fn request(deployment: &mut Deployment, kind: RequestKind, savepoint_url: String, now: Timestamp) {
    let status = match kind {
        RequestKind::Savepoint => Status::Saving,
        RequestKind::Stop => Status::SavingAndStopRequested,
    };
    change(deployment, status, now);
    deployment.last_request += 1;
    deployment.requests.push(Request {
        number: deployment.last_request,
        kind,
        savepoint_url,
    });
}

fn is_cancelling(deployment: &Deployment) -> bool {
    matches!(
        deployment.status,
        Status::CancellingRequested | Status::Cancelling
    )
}

pub(super) fn change(deployment: &mut Deployment, next: Status, now: Timestamp) {
    assert!(
        deployment.status.may_become(next),
        "{} does not become {}",
        deployment.status.name(),
        next.name()
    );
    let state = next.flink_state();
    if state != deployment.status.flink_state() {
        let times = &mut deployment.state_times;
        times.insert(state.to_owned(), timestamp(now));
    }
    deployment.status = next;
    deployment.status_since = timestamp(now);
}

pub(super) fn end(deployment: &mut Deployment, last: Status, message: Option<String>, now: Timestamp) {
    change(deployment, last, now);
    leave_worker(deployment);
    deployment.strays.clear();
    deployment.end_message = None;
    deployment.requests.clear();
    deployment.restart_at = None;
    deployment.error_msg = message;
    deployment.ended_at = Some(timestamp(now));
}

pub(super) fn leave_worker(deployment: &mut Deployment) {
    deployment.is_fence = false;
    deployment.worker = None;
    deployment.incarnation = None;
}

fn place(deployment: &mut Deployment, worker: String, incarnation: String, now: Timestamp) {
    deployment.attempt += 1;
    deployment.is_fence = fence::is_wanted(deployment);
    deployment.worker = Some(worker);
    deployment.incarnation = Some(incarnation);
    deployment.placed_at = Some(timestamp(now));
    deployment.restart_at = None;
    if deployment.job_id.is_none() {
        deployment.job_id = Some(fresh_id().replace('-', ""));
    }
    if deployment.attempt == 1 {
        deployment.started_at = Some(timestamp(now));
        deployment.error_msg = None;
    }
}

/// It has claimed its generation.
fn run(deployment: &mut Deployment, now: Timestamp) {
    deployment.strays.clear();
    if matches!(
        deployment.status,
        Status::Created | Status::Restarting | Status::Reconciling
    ) {
        change(deployment, Status::Running, now);
        deployment.error_msg = None;
    }
}

/// Told twice it counts once.
fn restored(deployment: &mut Deployment, url: String, epoch: u64, is_savepoint: bool, now: Timestamp) {
    let attempt = deployment.attempt;
    if deployment
        .restored
        .as_ref()
        .is_none_or(|one| one.attempt != attempt)
    {
        deployment.restores += 1;
        deployment.restored = Some(Restored {
            attempt,
            url,
            epoch,
            is_savepoint,
            at: timestamp(now),
        });
    }
}

fn requests_seen(deployment: &mut Deployment, number: u64, now: Timestamp) {
    let is_stop = |request: &Request| request.kind == RequestKind::Stop && request.number <= number;
    if deployment.status == Status::SavingAndStopRequested && deployment.requests.iter().any(is_stop) {
        change(deployment, Status::SavingAndStop, now);
    }
}

/// The request that a report is about is answered; false if it has been before.
fn answered(deployment: &mut Deployment, url: &str) -> bool {
    let is_it = |request: &Request| {
        let below = url.strip_prefix(&request.savepoint_url);
        below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let before = deployment.requests.len();
    deployment.requests.retain(|request| !is_it(request));
    deployment.requests.len() < before
}

/// That of a stop is answered by the job's end.
fn savepoint_written(deployment: &mut Deployment, url: String, now: Timestamp) {
    if deployment.status != Status::Saving {
        let mut requests = deployment.requests.iter();
        if requests.any(|request| url.starts_with(&request.savepoint_url)) {
            deployment.last_savepoint = Some(url);
        }
    } else if answered(deployment, &url) {
        deployment.last_savepoint = Some(url);
        change(deployment, Status::Running, now);
    }
}

/// The job goes on, also when it was to stop.
fn savepoint_failed(deployment: &mut Deployment, url: &str, message: &str, now: Timestamp) {
    let saves = matches!(deployment.status, Status::Saving | Status::SavingAndStop);
    if saves && answered(deployment, url) {
        change(deployment, Status::Running, now);
        deployment.error_msg = Some(bounded(&format!("the savepoint failed: {message}")));
    }
}

fn finish(deployment: &mut Deployment, savepoint: Option<String>, now: Timestamp) {
    if is_cancelling(deployment) {
        return end(deployment, Status::Canceled, None, now);
    }
    // A short job may end before its worker has told that it ran.
    run(deployment, now);
    if savepoint.is_some() {
        deployment.last_savepoint = savepoint;
    }
    end(deployment, Status::Finished, None, now);
}

/// The present attempt has ended and the deployment has not. `strategy`: the job failed by itself.
fn attempt_ended(
    deployment: &mut Deployment,
    reason: &str,
    strategy: Option<&RestartStrategy>,
    now: Timestamp,
) {
    if is_cancelling(deployment) {
        return fence::end(deployment, Status::Canceled, None, now);
    }
    let reason = bounded(reason);
    deployment.restarts.push(Restart {
        at: timestamp(now),
        attempt: deployment.attempt,
        reason: reason.clone(),
        is_failure: strategy.is_some(),
    });
    let surplus = deployment.restarts.len().saturating_sub(RESTARTS_MAX);
    deployment.restarts.drain(..surplus);
    let decision = match strategy {
        _ if !deployment.restart_enabled => {
            deployment.failures += u32::from(strategy.is_some());
            Decision::GiveUp("restarts are off for this deployment".to_owned())
        }
        Some(strategy) => restart::decide(strategy, deployment, now),
        None => restart::after_loss(deployment, now),
    };
    match decision {
        Decision::GiveUp(why) => {
            fence::end(deployment, Status::Failed, Some(format!("{reason} ({why})")), now);
        }
        Decision::After(delay) => {
            restart_after(deployment, delay, now);
            deployment.error_msg = Some(reason);
            restart(deployment, now);
        }
    }
}

/// A wish to stop outlives the attempt; a wish for a savepoint alone does not.
fn restart(deployment: &mut Deployment, now: Timestamp) {
    leave_worker(deployment);
    let asked = deployment.requests.len();
    deployment
        .requests
        .retain(|request| request.kind == RequestKind::Stop);
    if deployment.requests.len() < asked
        && let Some(message) = &mut deployment.error_msg
    {
        message.push_str("; the savepoint that was asked for is not written");
    }
    let next = match deployment.requests.is_empty() {
        true => Status::Restarting,
        false => Status::SavingAndStopRequested,
    };
    if deployment.status != next {
        change(deployment, next, now);
    }
}

pub(super) fn bounded(text: &str) -> String {
    text.chars().take(REASON_MAX).collect()
}
