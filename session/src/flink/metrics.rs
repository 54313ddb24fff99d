//! Figures under Flink's names.
//!
//! In: a job. Out: names with values. Invariant: a name is listed only when there is a value; counters start with the
//! attempt, as a task's do in Flink.

use serde_json::{Value, json};

use super::checkpoints::counts;
use super::cluster::used_memory;
use super::snapshot::{Job, millis};
use super::vertices::find_vertex;
use crate::manager::WorkerView;
use crate::model::program::ProgramOperator;
use crate::model::{Savepoint, SavepointKind};
use crate::refusal::Refusal;

pub(super) struct Metric {
    pub(super) name: String,
    pub(super) value: MetricValue,
}

pub(super) enum MetricValue {
    Number(i64),
    Text(String),
}

impl std::fmt::Display for MetricValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            MetricValue::Number(number) => write!(f, "{number}"),
            MetricValue::Text(text) => f.write_str(text),
        }
    }
}

fn number(name: &str, value: i64) -> Metric {
    Metric {
        name: name.to_owned(),
        value: MetricValue::Number(value),
    }
}

/// Names without `get`, else names and values of those that are there.
pub(super) fn answer(metrics: &[Metric], get: Option<&str>) -> Value {
    let answer = match get.filter(|get| !get.is_empty()) {
        None => metrics
            .iter()
            .map(|metric| json!({ "id": metric.name }))
            .collect(),
        Some(get) => {
            let wanted = get
                .split(',')
                .filter_map(|name| metrics.iter().find(|metric| metric.name == name));
            wanted
                .map(|metric| json!({ "id": metric.name, "value": metric.value.to_string() }))
                .collect()
        }
    };
    Value::Array(answer)
}

pub(super) fn of_job(job: &Job) -> Vec<Metric> {
    let history: Vec<&Savepoint> = job.savepoints.iter().map(|savepoint| &**savepoint).collect();
    let counts = counts(job);
    let mut metrics = vec![
        number("numRestarts", i64::from(job.deployment.attempt.saturating_sub(1))),
        number("numberOfCompletedCheckpoints", counts.completed as i64),
        number(
            "totalNumberOfCheckpoints",
            (counts.completed + counts.failed) as i64,
        ),
        number("numberOfInProgressCheckpoints", 0),
        number("numberOfFailedCheckpoints", counts.failed as i64),
    ];
    let last = history
        .iter()
        .rev()
        .find(|one| one.kind == SavepointKind::Checkpoint);
    if let Some(last) = last {
        metrics.push(number("lastCheckpointDuration", last.duration_ms as i64));
        metrics.push(number("lastCheckpointSize", last.size_bytes as i64));
        metrics.push(number("lastCheckpointFullSize", last.full_size_bytes as i64));
        metrics.push(number("lastCompletedCheckpointId", last.epoch as i64));
        metrics.push(Metric {
            name: "lastCheckpointExternalPath".to_owned(),
            value: MetricValue::Text(last.url.clone()),
        });
    }
    let started = millis(job.deployment.started_at.as_deref());
    if job.state() == "RUNNING" && started >= 0 {
        metrics.push(number("runningTime", (job.now_ms - started).max(0)));
    }
    if let Some(attempt) = &job.attempt {
        metrics.push(number("memoryUsed", attempt.state.memory_bytes as i64));
        metrics.push(number("cpuTime", attempt.state.cpu_ms as i64));
        if let Some(of_job) = &attempt.state.metrics {
            metrics.push(number("uptime", of_job.uptime_ms as i64));
            metrics.push(number("numRecordsIn", of_job.rows_read as i64));
            metrics.push(number("numRecordsOut", of_job.rows_written as i64));
            metrics.push(number("numRecordsInErrors", of_job.rows_skipped as i64));
            metrics.push(number("numLateRecordsDropped", of_job.rows_late as i64));
        }
    }
    metrics.sort_by(|a, b| a.name.cmp(&b.name));
    metrics
}

/// As Flink names them: number of the subtask, operator, figure. All threads of a job count together.
pub(super) fn of_vertex(job: &Job, id: &str) -> Result<Vec<Metric>, Refusal> {
    let operator = find_vertex(job, id)?;
    let mut metrics = Vec::new();
    for (name, value) in of_operator(job, operator) {
        metrics.push(number(&format!("0.{name}"), value));
        metrics.push(number(&format!("0.{}.{name}", operator.name), value));
    }
    metrics.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(metrics)
}

/// Without the number in front, as Flink names them where it aggregates subtasks, or shows one of them.
pub(super) fn of_subtasks(job: &Job, id: &str) -> Result<Vec<Metric>, Refusal> {
    let mut metrics = of_vertex(job, id)?;
    for metric in &mut metrics {
        metric.name.drain(..2);
    }
    metrics.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(metrics)
}

/// Of the cluster, as its overview counts.
pub(super) fn of_cluster(overview: &Value) -> Vec<Metric> {
    let counted = [
        ("numRegisteredTaskManagers", "taskmanagers"),
        ("numRunningJobs", "jobs-running"),
        ("taskSlotsAvailable", "slots-available"),
        ("taskSlotsTotal", "slots-total"),
    ];
    let found = counted.map(|(name, key)| Some(number(name, overview[key].as_i64()?)));
    found.into_iter().flatten().collect()
}

/// What the jobs of a worker use: memory of theirs is no heap of a virtual machine.
pub(super) fn of_worker(worker: &WorkerView) -> Vec<Metric> {
    let cpu_ms: u64 = worker.attempts.iter().map(|one| one.state.cpu_ms).sum();
    let memory = used_memory(worker) as i64;
    vec![
        number("Status.JVM.CPU.Time", cpu_ms.saturating_mul(1_000_000) as i64),
        number("Status.JVM.Memory.NonHeap.Committed", memory),
        number("Status.JVM.Memory.NonHeap.Max", worker.memory_bytes as i64),
        number("Status.JVM.Memory.NonHeap.Used", memory),
    ]
}

pub(super) fn of_operator(job: &Job, operator: &ProgramOperator) -> Vec<(&'static str, i64)> {
    let Some(figures) = job.operator_metrics(operator) else {
        return Vec::new();
    };
    let mut metrics = vec![
        ("numRecordsIn", figures.rows_in as i64),
        ("numRecordsOut", figures.rows_out as i64),
    ];
    if let Some(watermark) = figures.watermark_ms {
        metrics.push(("currentInputWatermark", watermark));
        metrics.push(("currentOutputWatermark", watermark));
    }
    if let Some(bytes) = figures.state_bytes {
        metrics.push(("stateSize", bytes as i64));
    }
    metrics
}

/// What stands with a vertex. Rows are counted, bytes between threads of one process are not.
pub(super) fn task_metrics(job: &Job, operator: &ProgramOperator) -> Value {
    let figures = job.operator_metrics(operator);
    json!({
        "read-bytes": 0,
        "read-bytes-complete": false,
        "write-bytes": 0,
        "write-bytes-complete": false,
        "read-records": figures.map_or(0, |figures| figures.rows_in),
        "read-records-complete": figures.is_some(),
        "write-records": figures.map_or(0, |figures| figures.rows_out),
        "write-records-complete": figures.is_some(),
        "accumulated-backpressured-time": 0,
        "accumulated-idle-time": 0,
        "accumulated-busy-time": 0.0,
    })
}
