//! Jobs: list, overview, details with vertices, plan, configuration.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::metrics::task_metrics;
use super::snapshot::{Job, is_exchange, millis, vertex_id};
use crate::build::redact::shown;
use crate::model::program::ProgramOperator;

/// Key groups: the highest parallelism a job can have.
pub(super) const MAX_PARALLELISM: u32 = 128;
const TASK_STATES: [&str; 10] = [
    "CREATED",
    "SCHEDULED",
    "DEPLOYING",
    "INITIALIZING",
    "RUNNING",
    "FINISHED",
    "CANCELING",
    "CANCELED",
    "FAILED",
    "RECONCILING",
];
const JOB_STATES: [&str; 11] = [
    "INITIALIZING",
    "CREATED",
    "RUNNING",
    "FAILING",
    "FAILED",
    "CANCELLING",
    "CANCELED",
    "FINISHED",
    "RESTARTING",
    "SUSPENDED",
    "RECONCILING",
];

pub(super) fn list(jobs: &[Job]) -> Value {
    let jobs = jobs
        .iter()
        .map(|job| json!({ "id": job.id, "status": job.state() }));
    json!({ "jobs": jobs.collect::<Vec<Value>>() })
}

pub(super) fn overview(jobs: &[Job]) -> Value {
    let jobs = jobs.iter().map(|job| {
        let tasks = job.vertices().len() as u64 * u64::from(job.deployment.parallelism);
        let mut counts = counts(job.task_state(), tasks, str::to_ascii_lowercase);
        counts.insert("total".to_owned(), tasks.into());
        json!({
            "jid": job.id,
            "name": job.name,
            "start-time": job.start_ms(),
            "end-time": job.end_ms(),
            "duration": job.duration_ms(),
            "state": job.state(),
            "last-modification": millis(Some(&job.deployment.status_since)),
            "tasks": counts,
            "pending-operators": 0,
        })
    });
    json!({ "jobs": jobs.collect::<Vec<Value>>() })
}

/// How many tasks are in which state: all in the job's.
pub(super) fn counts(state: &str, tasks: u64, name: impl Fn(&str) -> String) -> Map<String, Value> {
    let counts = TASK_STATES
        .iter()
        .map(|one| (name(one), Value::from(if *one == state { tasks } else { 0 })));
    counts.collect()
}

pub(super) fn details(job: &Job) -> Value {
    let vertices = job.vertices();
    let count = vertices.len() as u64;
    json!({
        "jid": job.id,
        "name": job.name,
        "isStoppable": false,
        "state": job.state(),
        "job-type": "STREAMING",
        "start-time": job.start_ms(),
        "end-time": job.end_ms(),
        "duration": job.duration_ms(),
        "maxParallelism": MAX_PARALLELISM,
        "now": job.now_ms,
        "timestamps": timestamps(job),
        "vertices": vertices.iter().map(|(_, operator)| vertex(job, operator)).collect::<Vec<Value>>(),
        "status-counts": counts(job.task_state(), count, str::to_owned),
        "plan": plan(job),
        "stream-graph": {},
        "pending-operators": 0,
    })
}

/// When it last got into which state; 0 as in Flink for states it has not been in, or that nobody has noted.
fn timestamps(job: &Job) -> Value {
    let deployment = &job.deployment;
    let at = |state: &str| match state {
        "INITIALIZING" => job.start_ms(),
        _ if deployment.state_times.contains_key(state) => {
            millis(deployment.state_times.get(state).map(String::as_str))
        }
        "RUNNING" => millis(deployment.started_at.as_deref()).max(0),
        _ if state == job.state() => millis(Some(&deployment.status_since)).max(0),
        _ => 0,
    };
    let times = JOB_STATES
        .iter()
        .map(|state| ((*state).to_owned(), at(state).into()));
    Value::Object(times.collect())
}

fn vertex(job: &Job, operator: &ProgramOperator) -> Value {
    let parallelism = job.deployment.parallelism;
    let start = millis(job.deployment.started_at.as_deref());
    let duration = match (start, job.end_ms()) {
        (-1, _) => -1,
        (start, -1) => job.now_ms - start,
        (start, end) => end - start,
    };
    json!({
        "id": vertex_id(operator),
        "slotSharingGroupId": job.id,
        "name": operator.name,
        "maxParallelism": MAX_PARALLELISM,
        "parallelism": parallelism,
        "status": job.task_state(),
        "start-time": start,
        "end-time": job.end_ms(),
        "duration": duration,
        "tasks": counts(job.task_state(), parallelism.into(), str::to_owned),
        "metrics": task_metrics(job, operator),
    })
}

pub(super) fn plan_answer(job: &Job) -> Value {
    json!({ "plan": plan(job) })
}

fn plan(job: &Job) -> Value {
    // Flink lists what is downstream first.
    let vertices = job.vertices();
    let nodes = vertices.iter().rev().map(|(_, operator)| node(job, operator));
    json!({
        "jid": job.id,
        "name": job.name,
        "type": "STREAMING",
        "nodes": nodes.collect::<Vec<Value>>(),
    })
}

fn node(job: &Job, operator: &ProgramOperator) -> Value {
    let mut node = json!({
        "id": vertex_id(operator),
        "parallelism": job.deployment.parallelism,
        "operator": "",
        "operator_strategy": "",
        "description": operator.description,
        "optimizer_properties": {},
    });
    let inputs: Vec<Value> = operator
        .inputs
        .iter()
        .enumerate()
        .filter_map(|(number, input)| edge(job.operators(), number, *input))
        .collect();
    if !inputs.is_empty() {
        node["inputs"] = Value::Array(inputs);
    }
    node
}

/// The way from an input: through an exchange, rows go to the task that has their key.
fn edge(operators: &[ProgramOperator], number: usize, input: usize) -> Option<Value> {
    let mut strategy = "FORWARD";
    let mut from = operators.get(input)?;
    while is_exchange(from) {
        strategy = "HASH";
        from = operators.get(*from.inputs.first()?)?;
    }
    Some(json!({
        "num": number,
        "id": vertex_id(from),
        "ship_strategy": strategy,
        "exchange": "pipelined_bounded",
    }))
}

pub(super) fn config(job: &Job) -> Value {
    let set = job.program.iter().flat_map(|program| &program.config);
    let config: BTreeMap<&str, &str> = set
        .map(|(key, value)| (key.as_str(), shown(key, value)))
        .collect();
    let restarts = match job.deployment.restart_enabled {
        true => "Cluster level default restart strategy",
        false => "Restart deactivated.",
    };
    json!({
        "jid": job.id,
        "name": job.name,
        "execution-config": {
            "restart-strategy": restarts,
            "job-parallelism": job.deployment.parallelism,
            "object-reuse-mode": true,
            "user-config": config,
        },
    })
}

pub(super) fn status(job: &Job) -> Value {
    json!({ "status": job.state() })
}

/// Programs in SQL have none.
pub(super) fn accumulators() -> Value {
    json!({
        "job-accumulators": [],
        "user-task-accumulators": [],
        "serialized-user-task-accumulators": {},
    })
}
