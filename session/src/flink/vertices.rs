//! Vertices of a job: subtasks, where they run, watermarks, back pressure.
//!
//! In: a job and the id of a vertex. Out: Flink's JSON. Invariant: threads of a job are not told apart: what is known
//! of all together stands with the first, and of the others nothing is said.

use serde_json::{Value, json};

use super::jobs::{MAX_PARALLELISM, counts};
use super::metrics::task_metrics;
use super::snapshot::{Job, millis, vertex_id};
use crate::model::program::ProgramOperator;
use crate::refusal::Refusal;

/// Its subtasks are threads of one process: figures are of all together, and stand with the first.
pub(super) fn details(job: &Job, id: &str) -> Result<Value, Refusal> {
    let operator = find_vertex(job, id)?;
    let attempt = job.attempt.as_ref();
    let host = attempt.map_or("(unassigned)", |attempt| attempt.host.as_str());
    let worker = attempt.map_or("(unassigned)", |attempt| attempt.worker.as_str());
    let start = millis(job.deployment.started_at.as_deref());
    let subtasks = (0..job.deployment.parallelism).map(|subtask| {
        let metrics = match subtask {
            0 => task_metrics(job, operator),
            _ => json!({}),
        };
        json!({
            "subtask": subtask,
            "status": job.task_state(),
            "attempt": job.deployment.attempt.saturating_sub(1),
            "host": host,
            "endpoint": host,
            "start-time": start,
            "start_time": start,
            "end-time": job.end_ms(),
            "duration": job.duration_ms(),
            "taskmanager-id": worker,
            "metrics": metrics,
        })
    });
    Ok(json!({
        "id": id,
        "name": operator.name,
        "parallelism": job.deployment.parallelism,
        "maxParallelism": MAX_PARALLELISM,
        "now": job.now_ms,
        "subtasks": subtasks.collect::<Vec<Value>>(),
    }))
}

pub(super) fn find_vertex<'a>(job: &'a Job, id: &str) -> Result<&'a ProgramOperator, Refusal> {
    let mut vertices = job.vertices().into_iter();
    let found = vertices.find(|(_, operator)| vertex_id(operator) == id);
    let (_, operator) = found.ok_or_else(|| Refusal::not_found(format!("JobVertex {id} not found")))?;
    Ok(operator)
}

/// A job is one process on one worker.
pub(super) fn task_managers(job: &Job, id: &str) -> Result<Value, Refusal> {
    let operator = find_vertex(job, id)?;
    let start = millis(job.deployment.started_at.as_deref());
    let of_worker = job.attempt.as_ref().map(|attempt| {
        json!({
            "host": attempt.host,
            "endpoint": attempt.host,
            "taskmanager-id": attempt.worker,
            "status": job.task_state(),
            "start-time": start,
            "end-time": job.end_ms(),
            "duration": job.duration_ms(),
            "metrics": task_metrics(job, operator),
            "status-counts": counts(job.task_state(), job.deployment.parallelism.into(), str::to_owned),
        })
    });
    Ok(json!({
        "id": id,
        "name": operator.name,
        "now": job.now_ms,
        "taskmanagers": of_worker.into_iter().collect::<Vec<Value>>(),
    }))
}

/// What Flink answers where it has no figures: nobody measures how long a thread waits for the next.
pub(super) fn back_pressure(job: &Job, id: &str) -> Result<Value, Refusal> {
    find_vertex(job, id)?;
    Ok(json!({ "status": "deprecated" }))
}

/// The least of all threads.
pub(super) fn watermarks(job: &Job, id: &str) -> Result<Value, Refusal> {
    let operator = find_vertex(job, id)?;
    let watermark = job.operator_metrics(operator).and_then(|one| one.watermark_ms);
    let shown =
        watermark.map(|watermark| json!({ "id": "0.currentInputWatermark", "value": watermark.to_string() }));
    Ok(Value::Array(shown.into_iter().collect()))
}

/// Programs in SQL have none.
pub(super) fn accumulators(job: &Job, id: &str) -> Result<Value, Refusal> {
    find_vertex(job, id)?;
    Ok(json!({ "id": id, "user-accumulators": [] }))
}
