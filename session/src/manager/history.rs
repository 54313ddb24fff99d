//! The checkpoints and savepoints of deployments.
//!
//! In: what jobs report. Out: records. Invariant: a report that comes twice makes one record; the history of a
//! deployment's checkpoints is bounded; savepoints go only when somebody removes them.

use crate::catalogue::Transaction;
use crate::model::{Deployment, Savepoint, SavepointKind, timestamp};
use crate::protocol::job::Checkpoint;

/// As many checkpoints of a deployment as Flink shows.
const CHECKPOINTS_MAX: usize = 10;

pub(super) fn record(
    transaction: &mut Transaction<'_>,
    deployment: &Deployment,
    checkpoint: &Checkpoint,
    kind: SavepointKind,
    retained: usize,
) {
    let id = match kind {
        SavepointKind::Checkpoint => format!("{}/{}", deployment.id, checkpoint.id),
        SavepointKind::Savepoint => savepoint_id(deployment, checkpoint),
    };
    if transaction.get::<Savepoint>(&id).is_some() {
        return;
    }
    let triggered_at = jiff::Timestamp::from_millisecond(checkpoint.triggered_at_ms).unwrap_or_default();
    transaction.put(Savepoint {
        id,
        deployment_id: deployment.id.clone(),
        application_id: deployment.application_id.clone(),
        kind,
        epoch: checkpoint.epoch,
        url: checkpoint.url.clone(),
        triggered_at: timestamp(triggered_at),
        duration_ms: checkpoint.duration_ms,
        size_bytes: checkpoint.size_bytes,
        full_size_bytes: checkpoint.full_size_bytes,
        is_discarded: false,
    });
    if kind == SavepointKind::Checkpoint {
        forget_old(transaction, deployment, retained);
    }
}

/// The last part of the URL that the savepoint was ordered with.
fn savepoint_id(deployment: &Deployment, checkpoint: &Checkpoint) -> String {
    let mut requests = deployment.requests.iter().map(|request| &request.savepoint_url);
    let ordered = requests
        .find(|url| checkpoint.url.starts_with(url.as_str()))
        .unwrap_or(&checkpoint.url);
    let id = ordered.rsplit('/').next().unwrap_or_default();
    id.to_owned()
}

/// The job itself removes the bytes of checkpoints that it no longer retains.
fn forget_old(transaction: &mut Transaction<'_>, deployment: &Deployment, retained: usize) {
    let mut checkpoints = transaction.all::<Savepoint>();
    checkpoints.retain(|one| one.deployment_id == deployment.id && one.kind == SavepointKind::Checkpoint);
    checkpoints.sort_by_key(|one| std::cmp::Reverse(one.epoch));
    for (at, one) in checkpoints.iter().enumerate() {
        if at >= CHECKPOINTS_MAX.max(retained) {
            transaction.delete::<Savepoint>(&one.id);
        } else if at >= retained && !one.is_discarded {
            transaction.update::<Savepoint, _>(&one.id, |one| one.is_discarded = true);
        }
    }
}
