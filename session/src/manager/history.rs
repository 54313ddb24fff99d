//! The checkpoints and savepoints of deployments.
//!
//! In: what jobs report. Out: records. Invariant: a report that comes twice makes one record, and a wish for a
//! savepoint that two attempts have answered leads to the later answer; the history of a deployment's checkpoints is
//! bounded; savepoints go only when somebody removes them.

use super::transition::bounded;
use super::{lineage, view};
use crate::catalogue::Transaction;
use crate::model::deployment::FailedCheckpoint;
use crate::model::{Deployment, Savepoint, SavepointKind, timestamp};
use crate::protocol::job::{self, Checkpoint};

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
        SavepointKind::Savepoint => savepoint_id(&checkpoint.url),
    };
    // The attempt that answers a stop may be another one than wrote the savepoint first: the later one counts.
    let is_known = |known: &Savepoint| known.url == checkpoint.url || known.is_discarded;
    if transaction
        .get::<Savepoint>(&id)
        .is_some_and(|known| is_known(&known))
    {
        return;
    }
    // A savepoint is written after its checkpoint is committed.
    lineage::committed(transaction, deployment);
    let service = view::service_key(transaction, deployment).unwrap_or_default();
    transaction.put(Savepoint {
        id,
        deployment_id: deployment.id.clone(),
        application_id: deployment.application_id.clone(),
        service,
        kind,
        epoch: checkpoint.epoch,
        url: checkpoint.url.clone(),
        triggered_at: moment(checkpoint.triggered_at_ms),
        duration_ms: checkpoint.duration_ms,
        size_bytes: checkpoint.size_bytes,
        full_size_bytes: checkpoint.full_size_bytes,
        is_discarded: false,
    });
    if kind == SavepointKind::Checkpoint {
        forget_old(transaction, deployment, retained);
    }
}

/// Of a savepoint `…/ID/savepoint-…/manifest.json`: the last part of the URL that it was ordered with. It does not
/// depend on the order, which is forgotten when the savepoint is reported for the first time.
fn savepoint_id(url: &str) -> String {
    let mut parts = url.trim_end_matches('/').rsplit('/').peekable();
    let _manifest = parts.next_if(|part| part.ends_with(".json"));
    let _folder = parts.next_if(|part| part.starts_with("savepoint-"));
    parts.next().unwrap_or(url).to_owned()
}

fn moment(ms: i64) -> String {
    timestamp(jiff::Timestamp::from_millisecond(ms).unwrap_or_default())
}

/// A checkpoint that is late more than once, or is reported more than once, counts once.
pub(super) fn record_failure(deployment: &mut Deployment, failed: &job::FailedCheckpoint) {
    let (attempt, epoch) = (deployment.attempt, failed.epoch);
    let failed = FailedCheckpoint {
        attempt,
        epoch,
        reason: bounded(&failed.message),
        triggered_at: moment(failed.triggered_at_ms),
        duration_ms: failed.duration_ms,
    };
    let kept = &mut deployment.failed_checkpoints;
    match kept
        .iter_mut()
        .find(|one| (one.attempt, one.epoch) == (attempt, epoch))
    {
        Some(known) => *known = failed,
        None => {
            kept.push(failed);
            let surplus = kept.len().saturating_sub(CHECKPOINTS_MAX);
            kept.drain(..surplus);
            deployment.failed_checkpoints_total += 1;
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Tables;

    #[test]
    fn a_stop_that_two_attempts_have_answered_is_the_later_ones_savepoint() {
        let tables = Tables::default();
        let mut transaction = Transaction::new(&tables);
        let deployment = Deployment::new("d", "a", "v", "u", String::new());
        let report = |epoch: u64| Checkpoint {
            id: epoch.to_string(),
            epoch,
            url: format!("s3://b/savepoints/d/5e1f/savepoint-{epoch}/manifest.json"),
            triggered_at_ms: 0,
            duration_ms: 0,
            size_bytes: 0,
            full_size_bytes: 0,
        };
        for (epoch, expected) in [(3, 3), (3, 3), (4, 4)] {
            record(
                &mut transaction,
                &deployment,
                &report(epoch),
                SavepointKind::Savepoint,
                1,
            );
            let known = transaction.get::<Savepoint>("5e1f").expect("it is recorded");
            assert_eq!((known.epoch, &known.url), (expected, &report(expected).url));
        }
        transaction.update::<Savepoint, _>("5e1f", |one| one.is_discarded = true);
        record(
            &mut transaction,
            &deployment,
            &report(5),
            SavepointKind::Savepoint,
            1,
        );
        let known = transaction.get::<Savepoint>("5e1f").expect("it is recorded");
        assert_eq!(known.epoch, 4, "it is being deleted, with all below its id");
    }

    #[test]
    fn the_id_of_a_savepoint_is_in_its_url() {
        for url in [
            "s3://b/savepoints/d/5e1f/savepoint-00c4/manifest.json",
            "s3://b/savepoints/d/5e1f/savepoint-00c4/",
            "file:///s/d/5e1f",
        ] {
            assert_eq!(savepoint_id(url), "5e1f", "{url}");
        }
    }
}
