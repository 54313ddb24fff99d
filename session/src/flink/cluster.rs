//! The cluster: overview, configuration, task managers.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::FLINK_VERSION;
use super::snapshot::{self, Job, Scope};
use crate::build::redact::shown;
use crate::manager::{Manager, WorkerView, flink_config};
use crate::model::{Deployment, Service};
use crate::refusal::Refusal;

const SLOTS: &str = "number_of_task_slots";

/// Of a session cluster, or of all of them.
struct Slots {
    total: u32,
    used: u32,
}

/// Slots that deployments of all session clusters take, by worker.
fn used_slots(manager: &Manager) -> BTreeMap<String, u32> {
    manager.catalogue.read(|tables| {
        let mut used = BTreeMap::new();
        for deployment in tables.all::<Deployment>() {
            if let Some(worker) = deployment
                .worker
                .as_ref()
                .filter(|_| !deployment.status.is_ended())
            {
                *used.entry(worker.clone()).or_default() += deployment.parallelism;
            }
        }
        used
    })
}

/// A session cluster may be given fewer slots than the workers have.
fn slots(manager: &Manager, scope: &Scope, jobs: &[Job]) -> Slots {
    let of_workers: u32 = manager.workers().iter().map(|worker| worker.slots).sum();
    let limit = match scope {
        Scope::All | Scope::Except(_) => None,
        Scope::Service(key) => manager.catalogue.read(|tables| {
            let service = tables.get::<Service>(key)?;
            service.user_config.get(SLOTS)?.as_u64()
        }),
    };
    let limit = limit.map_or(u32::MAX, |limit| u32::try_from(limit).unwrap_or(u32::MAX));
    let placed = jobs
        .iter()
        .filter(|job| job.deployment.worker.is_some() && !job.deployment.status.is_ended());
    Slots {
        total: of_workers.min(limit),
        used: placed.map(|job| job.deployment.parallelism).sum(),
    }
}

pub(super) fn overview(manager: &Manager, scope: &Scope, jobs: &[Job]) -> Value {
    let count = |wanted: &dyn Fn(&str) -> bool| jobs.iter().filter(|job| wanted(job.state())).count();
    let is_ended = |state: &str| ["FINISHED", "CANCELED", "FAILED", "SUSPENDED"].contains(&state);
    let slots = slots(manager, scope, jobs);
    json!({
        "taskmanagers": manager.workers().len(),
        "slots-total": slots.total,
        "slots-available": slots.total.saturating_sub(slots.used),
        "jobs-running": count(&|state| !is_ended(state)),
        "jobs-finished": count(&|state| state == "FINISHED"),
        "jobs-cancelled": count(&|state| state == "CANCELED"),
        "jobs-failed": count(&|state| state == "FAILED"),
        "flink-version": FLINK_VERSION,
        "flink-commit": concat!("millstream-", env!("CARGO_PKG_VERSION")),
    })
}

pub(super) fn config() -> Value {
    json!({
        "refresh-interval": 3_000,
        "timezone-name": "Coordinated Universal Time",
        "timezone-offset": 0,
        "flink-version": FLINK_VERSION,
        "flink-revision": concat!("millstream-", env!("CARGO_PKG_VERSION")),
        "features": { "web-submit": false, "web-cancel": false, "web-rescale": false, "web-history": false },
    })
}

/// The session clusters' own settings, as Flink's keys where there are such.
pub(super) fn job_manager_config(manager: &Manager, scope: &Scope) -> Value {
    let mut entries = vec![
        (
            "execution.checkpointing.dir".to_owned(),
            manager.settings().checkpoints_url(),
        ),
        ("state.backend.type".to_owned(), "hashmap".to_owned()),
    ];
    if let Scope::Service(key) = scope {
        let service = manager
            .catalogue
            .read(|tables| tables.get::<Service>(key).cloned());
        let config = service.map_or_else(Map::new, |service| service.user_config.clone());
        entries.extend(flink_config(&config));
        if let Some(slots) = config.get(SLOTS).and_then(Value::as_u64) {
            entries.push(("taskmanager.numberOfTaskSlots".to_owned(), slots.to_string()));
        }
    }
    entries.sort();
    key_values(entries)
}

/// As Flink lists a configuration, without secrets.
pub(super) fn key_values(entries: impl IntoIterator<Item = (String, String)>) -> Value {
    let entries = entries
        .into_iter()
        .map(|(key, value)| json!({ "key": key, "value": shown(&key, &value) }));
    Value::Array(entries.collect())
}

pub(super) fn task_managers(manager: &Manager) -> Value {
    let (workers, used) = (manager.workers(), used_slots(manager));
    let workers: Vec<Value> = workers
        .iter()
        .map(|worker| Value::Object(task_manager_fields(worker, &used)))
        .collect();
    json!({ "taskmanagers": workers })
}

pub(super) fn find_worker(manager: &Manager, id: &str) -> Result<WorkerView, Refusal> {
    let mut workers = manager.workers().into_iter();
    let found = workers.find(|worker| worker.id == id);
    found.ok_or_else(|| Refusal::not_found(format!("TaskManager {id} not found")))
}

pub(super) fn task_manager(manager: &Manager, scope: &Scope, id: &str) -> Result<Value, Refusal> {
    let worker = &find_worker(manager, id)?;
    let jobs = snapshot::jobs(manager, scope);
    let of_worker = jobs
        .iter()
        .filter(|job| job.deployment.worker.as_deref() == Some(id) && !job.deployment.status.is_ended());
    let slots = of_worker.flat_map(|job| {
        let slot = json!({ "jobId": job.id, "resource": resource(0, 0) });
        std::iter::repeat_n(slot, job.deployment.parallelism as usize)
    });
    let memory = used_memory(worker);
    let mut fields = task_manager_fields(worker, &used_slots(manager));
    fields.insert("allocatedSlots".to_owned(), slots.collect());
    // Memory of jobs is no heap of a virtual machine.
    fields.insert(
        "metrics".to_owned(),
        json!({ "nonHeapUsed": memory, "nonHeapCommitted": memory, "nonHeapMax": worker.memory_bytes,
                "garbageCollectors": [] }),
    );
    Ok(Value::Object(fields))
}

fn task_manager_fields(worker: &WorkerView, used: &BTreeMap<String, u32>) -> Map<String, Value> {
    let heard_ms = jiff::Timestamp::now().as_millisecond() - worker.since_heartbeat.as_millis() as i64;
    let used = used.get(&worker.id).copied().unwrap_or(0);
    let free = worker.slots.saturating_sub(used);
    let fields = json!({
        "id": worker.id,
        "path": worker.host,
        "dataPort": -1,
        "jmxPort": -1,
        "timeSinceLastHeartbeat": heard_ms,
        "slotsNumber": worker.slots,
        "freeSlots": free,
        "totalResource": resource(worker.slots, worker.memory_bytes),
        "freeResource": resource(free, worker.memory_bytes),
        "hardware": {
            "cpuCores": 0,
            "physicalMemory": worker.memory_bytes,
            "freeMemory": worker.memory_bytes.saturating_sub(used_memory(worker)),
            "managedMemory": 0,
        },
        "blocked": false,
    });
    match fields {
        Value::Object(fields) => fields,
        _ => unreachable!("it is an object"),
    }
}

pub(super) fn used_memory(worker: &WorkerView) -> u64 {
    let attempts = worker.attempts.iter();
    attempts.map(|attempt| attempt.state.memory_bytes).sum()
}

/// A slot is a thread of a job.
fn resource(cores: u32, memory_bytes: u64) -> Value {
    json!({
        "cpuCores": f64::from(cores),
        "taskHeapMemory": 0,
        // Flink has it in MiB.
        "taskOffHeapMemory": memory_bytes >> 20,
        "managedMemory": 0,
        "networkMemory": 0,
        "extendedResources": {},
    })
}
