//! `/jobs/{id}/checkpoints`: counts, summary, the latest, the history; each by itself; how they are configured.
//!
//! In: a job. Out: Flink's JSON. Invariant: a checkpoint is completed or failed; those under way are not known.

use serde_json::{Value, json};

use super::snapshot::{Job, millis};
use crate::manager::checkpointing;
use crate::model::deployment::{FailedCheckpoint, Restored};
use crate::model::{Savepoint, SavepointKind};
use crate::refusal::Refusal;

/// One line of the history.
enum Past<'a> {
    Completed(&'a Savepoint),
    Failed(&'a FailedCheckpoint),
}

pub(super) fn checkpoints(job: &Job) -> Value {
    let completed: Vec<&Savepoint> = job.savepoints.iter().map(|savepoint| &**savepoint).collect();
    let restored = job.deployment.restored.as_ref();
    let latest = |kind: SavepointKind| {
        let of_kind = completed.iter().rev().find(|savepoint| savepoint.kind == kind);
        of_kind.map_or(Value::Null, |savepoint| completed_entry(job, savepoint))
    };
    let numbers = counts(job);
    let failed = job.deployment.failed_checkpoints.last();
    json!({
        "counts": {
            "restored": job.deployment.restores,
            "total": numbers.completed + numbers.failed,
            "in_progress": 0,
            "completed": numbers.completed,
            "failed": numbers.failed,
        },
        "summary": summary(&completed),
        "latest": {
            "completed": latest(SavepointKind::Checkpoint),
            "savepoint": latest(SavepointKind::Savepoint),
            "failed": failed.map_or(Value::Null, |failed| failed_entry(job, failed)),
            "restored": restored.map_or(Value::Null, restored_entry),
        },
        "history": history(job).iter().map(|one| entry(job, one)).collect::<Vec<Value>>(),
    })
}

/// `/jobs/{id}/checkpoints/config`
pub(super) fn config(job: &Job) -> Value {
    let config = checkpointing(&job.config());
    json!({
        "mode": "exactly_once",
        // Flink's number for no periodic checkpoints.
        "interval": config.interval_ms.unwrap_or(i64::MAX as u64),
        "timeout": config.timeout_ms,
        "min_pause": config.min_pause_ms,
        "max_concurrent": 1,
        // The next deployment may continue from the newest, however this one ends.
        "externalization": { "enabled": true, "delete_on_cancellation": false },
        "state_backend": "HashMapStateBackend",
        "checkpoint_storage": "FileSystemCheckpointStorage",
        "unaligned_checkpoints": false,
        "tolerable_failed_checkpoints": config.tolerable_failures,
        "aligned_checkpoint_timeout": 0,
        "checkpoints_after_tasks_finish": true,
        "state_changelog_enabled": false,
        "changelog_periodic_materialization_interval": -1,
        "changelog_storage": null,
    })
}

/// `/jobs/{id}/checkpoints/details/{number}`
pub(super) fn details(job: &Job, number: &str) -> Result<Value, Refusal> {
    let history = history(job);
    let epoch = number.parse().ok();
    let found = history.iter().find(|one| Some(one.place().1) == epoch);
    let found = found.ok_or_else(|| {
        Refusal::not_found(format!(
            "Checkpoint {number} not found: it never was, or is forgotten"
        ))
    })?;
    Ok(entry(job, found))
}

/// How many there have been.
pub(super) struct Counts {
    pub(super) completed: u64,
    pub(super) failed: u64,
}

/// Numbers of checkpoints rise by one, whatever becomes of each; the catalogue keeps the newest only.
pub(super) fn counts(job: &Job) -> Counts {
    let deployment = &job.deployment;
    let of_completed = job.savepoints.iter().map(|savepoint| savepoint.epoch);
    let of_failed = deployment.failed_checkpoints.iter().map(|failed| failed.epoch);
    let last = of_completed.chain(of_failed).max().unwrap_or(0);
    let failed = deployment.failed_checkpoints_total;
    let completed = last.saturating_sub(failed).max(job.savepoints.len() as u64);
    Counts { completed, failed }
}

/// The newest first.
fn history(job: &Job) -> Vec<Past<'_>> {
    let completed = job.savepoints.iter().map(|one| Past::Completed(one));
    let failed = job.deployment.failed_checkpoints.iter().map(Past::Failed);
    let mut history: Vec<Past<'_>> = completed.chain(failed).collect();
    history.sort_by(|a, b| b.place().cmp(&a.place()));
    history
}

impl Past<'_> {
    fn place(&self) -> (&str, u64) {
        match self {
            Past::Completed(one) => (&one.triggered_at, one.epoch),
            Past::Failed(one) => (&one.triggered_at, one.epoch),
        }
    }
}

fn entry(job: &Job, one: &Past<'_>) -> Value {
    match one {
        Past::Completed(savepoint) => completed_entry(job, savepoint),
        Past::Failed(failed) => failed_entry(job, failed),
    }
}

fn completed_entry(job: &Job, savepoint: &Savepoint) -> Value {
    let is_savepoint = savepoint.kind == SavepointKind::Savepoint;
    let triggered = millis(Some(&savepoint.triggered_at));
    let tasks = tasks(job);
    json!({
        "className": "completed",
        "id": savepoint.epoch,
        "status": "COMPLETED",
        "is_savepoint": is_savepoint,
        "savepointFormat": if is_savepoint { json!("CANONICAL") } else { Value::Null },
        "trigger_timestamp": triggered,
        "latest_ack_timestamp": triggered + savepoint.duration_ms as i64,
        "checkpointed_size": savepoint.size_bytes,
        "state_size": savepoint.full_size_bytes,
        "end_to_end_duration": savepoint.duration_ms,
        "alignment_buffered": 0,
        "processed_data": 0,
        "persisted_data": 0,
        "num_subtasks": tasks,
        "num_acknowledged_subtasks": tasks,
        "checkpoint_type": if is_savepoint { "SAVEPOINT" } else { "CHECKPOINT" },
        "tasks": {},
        "external_path": savepoint.url,
        "discarded": savepoint.is_discarded,
    })
}

fn failed_entry(job: &Job, failed: &FailedCheckpoint) -> Value {
    let triggered = millis(Some(&failed.triggered_at));
    json!({
        "className": "failed",
        "id": failed.epoch,
        "status": "FAILED",
        "is_savepoint": false,
        "savepointFormat": null,
        "trigger_timestamp": triggered,
        "latest_ack_timestamp": -1,
        "checkpointed_size": 0,
        "state_size": 0,
        "end_to_end_duration": failed.duration_ms,
        "alignment_buffered": 0,
        "processed_data": 0,
        "persisted_data": 0,
        "num_subtasks": tasks(job),
        "num_acknowledged_subtasks": 0,
        "checkpoint_type": "CHECKPOINT",
        "tasks": {},
        "failure_timestamp": triggered + failed.duration_ms as i64,
        "failure_message": failed.reason,
    })
}

fn tasks(job: &Job) -> u64 {
    job.vertices().len() as u64 * u64::from(job.deployment.parallelism)
}

fn restored_entry(restored: &Restored) -> Value {
    json!({
        "id": restored.epoch,
        "restore_timestamp": millis(Some(&restored.at)),
        "is_savepoint": restored.is_savepoint,
        "external_path": restored.url,
    })
}

fn summary(history: &[&Savepoint]) -> Value {
    let of = |value: fn(&Savepoint) -> u64| statistics(history.iter().map(|one| value(one)).collect());
    json!({
        "checkpointed_size": of(|one| one.size_bytes),
        "state_size": of(|one| one.full_size_bytes),
        "end_to_end_duration": of(|one| one.duration_ms),
        "alignment_buffered": statistics(Vec::new()),
        "processed_data": statistics(Vec::new()),
        "persisted_data": statistics(Vec::new()),
    })
}

fn statistics(mut values: Vec<u64>) -> Value {
    values.sort_unstable();
    let average = values.iter().sum::<u64>().checked_div(values.len() as u64);
    let quantile = |part: f64| match values.len() {
        0 => 0.0,
        count => values[((count - 1) as f64 * part).round() as usize] as f64,
    };
    json!({
        "min": values.first().copied().unwrap_or(0),
        "max": values.last().copied().unwrap_or(0),
        "avg": average.unwrap_or(0),
        "p50": quantile(0.5),
        "p90": quantile(0.9),
        "p95": quantile(0.95),
        "p99": quantile(0.99),
        "p999": quantile(0.999),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_of_nothing_are_zero() {
        assert_eq!(statistics(Vec::new())["avg"], 0);
        let of_three = statistics(vec![30, 10, 20]);
        assert_eq!(
            (&of_three["min"], &of_three["avg"], &of_three["max"]),
            (&json!(10), &json!(20), &json!(30))
        );
        assert_eq!(of_three["p50"], json!(20.0));
    }
}
