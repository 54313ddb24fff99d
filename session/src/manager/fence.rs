//! The end of a deployment with attempts of which nobody has said that they ended.
//!
//! In: a deployment that is to end, what becomes of its strays. Out: the changed deployment. Invariant: a deployment
//! has an end status only when no attempt of it can write any more: its worker has said so, or a later attempt has
//! claimed the job's generation.
//!
//! A worker that is cut off from the manager may still reach Kafka, and its jobs go on. A later attempt that runs has
//! claimed the generation and so has taken the right to write from all before it. If there is to be none, an attempt
//! that only claims is given to whatever worker is heard of: a *fence*. It takes no slots and runs for a moment. Until
//! it has ended well, or the workers of the strays have come back without them, the deployment is CANCELLING or
//! FAILING.

use jiff::{SignedDuration, Timestamp};

use super::transition::{self, Event, bounded, change, leave_worker};
use crate::model::deployment::Stray;
use crate::model::{Deployment, Status};

/// A fence that failed is tried again after so long.
const RETRY: SignedDuration = SignedDuration::from_secs(5);

/// Whether it ends as soon as its strays can write no more.
pub(super) fn is_wanted(deployment: &Deployment) -> bool {
    let ends = matches!(deployment.status, Status::Cancelling | Status::Failing);
    ends && !deployment.strays.is_empty()
}

/// Nobody says any more what becomes of the present attempt.
pub(super) fn stray(deployment: &mut Deployment, host: String) {
    let worker = deployment.worker.clone().expect("it has one");
    let incarnation = deployment.incarnation.clone().unwrap_or_default();
    deployment.strays.push(Stray {
        attempt: deployment.attempt,
        worker,
        incarnation,
        host,
    });
}

/// Ends the deployment, now or when its strays can write no more. It has no attempt, or one that has ended.
pub(super) fn end(deployment: &mut Deployment, last: Status, message: Option<String>, now: Timestamp) {
    if deployment.strays.is_empty() {
        return transition::end(deployment, last, message, now);
    }
    let next = match last {
        Status::Canceled => Status::Cancelling,
        _ => Status::Failing,
    };
    if deployment.status != next {
        change(deployment, next, now);
    }
    leave_worker(deployment);
    deployment.requests.clear();
    deployment.restart_at = None;
    deployment.end_message = message;
    deployment.error_msg = Some(waiting_text(deployment, ""));
}

/// What happens to a fence.
pub(super) fn apply(deployment: &mut Deployment, event: Event, now: Timestamp) {
    match event {
        Event::Finished { .. } => {
            deployment.strays.clear();
            leave_worker(deployment);
        }
        Event::Failed(message) => {
            leave_worker(deployment);
            transition::restart_after(deployment, RETRY, now);
            deployment.error_msg = Some(waiting_text(deployment, &format!("which failed: {message}")));
        }
        Event::Lost(reason) => {
            leave_worker(deployment);
            deployment.error_msg = Some(waiting_text(deployment, &format!("which did not end: {reason}")));
        }
        _ => return,
    }
    end_if_alone(deployment, now);
}

pub(super) fn stray_ended(deployment: &mut Deployment, attempt: u32, now: Timestamp) {
    deployment.strays.retain(|stray| stray.attempt != attempt);
    end_if_alone(deployment, now);
}

/// Somebody knows that the strays are dead, and says so.
pub(super) fn vouched_for(deployment: &mut Deployment, now: Timestamp) {
    deployment.strays.clear();
    if deployment.is_fence {
        leave_worker(deployment);
    }
    end_if_alone(deployment, now);
}

fn end_if_alone(deployment: &mut Deployment, now: Timestamp) {
    if !deployment.strays.is_empty() || deployment.worker.is_some() {
        return;
    }
    let message = deployment.end_message.take();
    match deployment.status {
        Status::Cancelling => transition::end(deployment, Status::Canceled, message, now),
        Status::Failing => transition::end(deployment, Status::Failed, message, now),
        _ => {}
    }
}

/// What a deployment waits for that would have ended. `trouble`: why it does not come.
pub(super) fn waiting_text(deployment: &Deployment, trouble: &str) -> String {
    let strays = deployment.strays.iter();
    let strays: Vec<String> = strays
        .map(|stray| format!("attempt {} on worker {}", stray.attempt, stray.host))
        .collect();
    let mut text = format!(
        "it is not known that {} has ended: waits for word of it, or for an attempt that takes its right to write",
        strays.join(" and ")
    );
    if let Some(message) = &deployment.end_message {
        text = format!("{message}; {text}");
    }
    match trouble {
        "" => text,
        trouble => bounded(&format!("{text}, {trouble}")),
    }
}
