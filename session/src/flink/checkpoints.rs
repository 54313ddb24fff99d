//! `/jobs/{id}/checkpoints`: counts, summary, the latest, the history.

use serde_json::{Value, json};

use super::snapshot::{Job, millis};
use crate::model::{Savepoint, SavepointKind};

pub(super) fn checkpoints(job: &Job) -> Value {
    let history: Vec<&Savepoint> = job.savepoints.iter().map(|savepoint| &**savepoint).collect();
    let restored = job.deployment.restore_from.as_deref();
    let latest = |kind: SavepointKind| {
        let of_kind = history.iter().rev().find(|savepoint| savepoint.kind == kind);
        of_kind.map_or(Value::Null, |savepoint| entry(job, savepoint))
    };
    let completed = history.len();
    let counts = json!({
        "restored": u32::from(restored.is_some()),
        "total": total(&history),
        "in_progress": 0,
        "completed": completed.max(total(&history) as usize),
        "failed": 0,
    });
    json!({
        "counts": counts,
        "summary": summary(&history),
        "latest": {
            "completed": latest(SavepointKind::Checkpoint),
            "savepoint": latest(SavepointKind::Savepoint),
            "failed": null,
            "restored": restored.map_or(Value::Null, |url| restored_entry(job, url)),
        },
        "history": history.iter().rev().map(|savepoint| entry(job, savepoint)).collect::<Vec<Value>>(),
    })
}

/// Numbers rise by one; the catalogue keeps the newest only.
pub(super) fn total(history: &[&Savepoint]) -> u64 {
    let last = history.iter().map(|savepoint| savepoint.epoch).max();
    last.unwrap_or(0).max(history.len() as u64)
}

fn entry(job: &Job, savepoint: &Savepoint) -> Value {
    let is_savepoint = savepoint.kind == SavepointKind::Savepoint;
    let triggered = millis(Some(&savepoint.triggered_at));
    let tasks = job.vertices().len() as u64 * u64::from(job.deployment.parallelism);
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

fn restored_entry(job: &Job, url: &str) -> Value {
    let known = job.savepoints.iter().find(|savepoint| savepoint.url == url);
    json!({
        "id": known.map_or(0, |savepoint| savepoint.epoch),
        "restore_timestamp": millis(job.deployment.started_at.as_deref()),
        "is_savepoint": known.is_none_or(|savepoint| savepoint.kind == SavepointKind::Savepoint),
        "external_path": url,
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
