//! A session cluster as Flink's REST API shows it, under Aiven's paths.
//!
//! In: a session cluster. Out: overview and jobs with Flink's keys. Invariant: a job is known by the id that its
//! deployment shows.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::ServicePath;
use super::{Answer, Api};
use crate::catalogue::Tables;
use crate::model::{Application, Deployment, Program, Status};
use crate::refusal::Refusal;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(overview))
        .routes(routes!(jobs))
        .routes(routes!(job))
}

/// The version whose semantics jobs have.
const FLINK_VERSION: &str = "2.2.0";
const SLOTS: &str = "number_of_task_slots";
const KEY_GROUPS: u32 = 128;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
struct Overview {
    taskmanagers: usize,
    slots_total: u64,
    slots_available: u64,
    jobs_running: usize,
    jobs_finished: usize,
    jobs_cancelled: usize,
    jobs_failed: usize,
    flink_version: &'static str,
    flink_commit: &'static str,
}

#[derive(Serialize, ToSchema)]
struct Jobs {
    jobs: Vec<JobEntry>,
}

#[derive(Serialize, ToSchema)]
struct JobEntry {
    id: String,
    status: &'static str,
}

#[derive(Deserialize, IntoParams)]
struct JobPath {
    project: String,
    service: String,
    job_id: String,
}

/// A deployment that has a job, with its application.
struct Job {
    deployment: Arc<Deployment>,
    application: Arc<Application>,
}

/// Slots and jobs of a session cluster
#[utoipa::path(get, path = "/v1/project/{project}/service/{service}/flink/overview", tag = "cluster",
    params(ServicePath), responses((status = 200, body = Overview)))]
async fn overview(State(api): State<Api>, Path(path): Path<ServicePath>) -> Answer<Overview> {
    let cluster = path.cluster(&api)?;
    let jobs = api.manager.catalogue.read(|tables| of_cluster(tables, &path));
    let count = |names: &[&str]| {
        jobs.iter()
            .filter(|job| names.contains(&flink_status(job.deployment.status)))
            .count()
    };
    let workers = api.manager.workers();
    let of_workers: u64 = workers.iter().map(|worker| u64::from(worker.slots)).sum();
    let limit = cluster.user_config.get(SLOTS).and_then(Value::as_u64);
    let slots_total = limit.map_or(of_workers, |limit| limit.min(of_workers));
    let placed = jobs
        .iter()
        .filter(|job| job.deployment.worker.is_some() && !job.deployment.status.is_ended());
    let used: u64 = placed.map(|job| u64::from(job.deployment.parallelism)).sum();
    Ok(Json(Overview {
        taskmanagers: workers.len(),
        slots_total,
        slots_available: slots_total.saturating_sub(used),
        jobs_running: count(&[
            "RUNNING",
            "RESTARTING",
            "FAILING",
            "CANCELLING",
            "CREATED",
            "INITIALIZING",
        ]),
        jobs_finished: count(&["FINISHED"]),
        jobs_cancelled: count(&["CANCELED"]),
        jobs_failed: count(&["FAILED"]),
        flink_version: FLINK_VERSION,
        flink_commit: env!("CARGO_PKG_VERSION"),
    }))
}

/// Jobs of a session cluster
#[utoipa::path(get, path = "/v1/project/{project}/service/{service}/flink/job", tag = "cluster",
    params(ServicePath), responses((status = 200, body = Jobs)))]
async fn jobs(State(api): State<Api>, Path(path): Path<ServicePath>) -> Answer<Jobs> {
    path.cluster(&api)?;
    let jobs = api.manager.catalogue.read(|tables| of_cluster(tables, &path));
    let entry = |job: &Job| {
        Some(JobEntry {
            id: job.deployment.job_id.clone()?,
            status: flink_status(job.deployment.status),
        })
    };
    Ok(Json(Jobs {
        jobs: jobs.iter().filter_map(entry).collect(),
    }))
}

/// A job: its state, its operators
#[utoipa::path(get, path = "/v1/project/{project}/service/{service}/flink/job/{job_id}", tag = "cluster",
    params(JobPath), responses((status = 200, body = Value)))]
async fn job(State(api): State<Api>, Path(path): Path<JobPath>) -> Answer<Value> {
    let service = ServicePath {
        project: path.project,
        service: path.service,
    };
    service.cluster(&api)?;
    let jobs = api.manager.catalogue.read(|tables| of_cluster(tables, &service));
    let is_it = |job: &Job| job.deployment.job_id.as_ref() == Some(&path.job_id);
    let job = jobs.into_iter().find(is_it);
    let job = job.ok_or_else(|| Refusal::not_found(format!("Job not found: {}", path.job_id)))?;
    let program = api
        .manager
        .catalogue
        .read(|tables| tables.get::<Program>(&job.deployment.id).cloned());
    Ok(Json(details(&api, &job, program.as_deref())))
}

fn of_cluster(tables: &Tables, path: &ServicePath) -> Vec<Job> {
    let job = |deployment: &Arc<Deployment>| {
        let application = tables.get::<Application>(&deployment.application_id)?;
        let is_own = application.project == path.project && application.service == path.service;
        is_own.then(|| Job {
            deployment: Arc::clone(deployment),
            application: Arc::clone(application),
        })
    };
    let mut jobs: Vec<Job> = tables.all::<Deployment>().filter_map(job).collect();
    jobs.sort_by(|a, b| b.deployment.created_at.cmp(&a.deployment.created_at));
    jobs
}

/// Flink's word for it.
fn flink_status(status: Status) -> &'static str {
    match status {
        Status::CancellingRequested | Status::Cancelling => "CANCELLING",
        Status::Saving | Status::SavingAndStopRequested | Status::SavingAndStop => "RUNNING",
        Status::DeleteRequested | Status::Deleting => "CANCELED",
        other => other.name(),
    }
}

fn details(api: &Api, job: &Job, program: Option<&Program>) -> Value {
    let deployment = &*job.deployment;
    let state = flink_status(deployment.status);
    let now = jiff::Timestamp::now().as_millisecond();
    let start = millis(Some(&deployment.created_at)).unwrap_or(now);
    let end = millis(deployment.ended_at.as_ref());
    let vertices = vertices(api, deployment, program, state);
    let mut counts = Map::new();
    counts.insert(state.to_owned(), vertices.len().into());
    let nodes = vertices.iter().map(|vertex| {
        json!({"id": vertex["id"], "parallelism": deployment.parallelism, "description": vertex["name"]})
    });
    json!({
        "jid": deployment.job_id,
        "name": program.map_or(&job.application.name, |program| &program.name),
        "state": state,
        "isStoppable": deployment.status.can_stop(),
        "start-time": start,
        "end-time": end.unwrap_or(-1),
        "duration": end.unwrap_or(now) - start,
        "maxParallelism": KEY_GROUPS,
        "now": now,
        "timestamps": { state: millis(Some(&deployment.status_since)) },
        "status-counts": counts,
        "plan": {
            "jid": deployment.job_id,
            "name": job.application.name,
            "type": "STREAMING",
            "nodes": nodes.collect::<Vec<_>>(),
        },
        "vertices": vertices,
    })
}

fn vertices(api: &Api, deployment: &Deployment, program: Option<&Program>, state: &str) -> Vec<Value> {
    let attempt = api.manager.attempt(&deployment.id);
    let metrics = attempt.and_then(|attempt| attempt.state.metrics);
    let operators = program.map_or(&[][..], |program| &program.operators);
    let vertex = |operator: &crate::model::program::ProgramOperator| {
        let found = metrics
            .iter()
            .flat_map(|metrics| &metrics.operators)
            .find(|found| found.uid == operator.uid);
        json!({
            "id": operator.uid,
            "name": operator.description,
            "parallelism": deployment.parallelism,
            "maxParallelism": KEY_GROUPS,
            "status": state,
            "metrics": {
                "read-records": found.map(|found| found.rows_in),
                "write-records": found.map(|found| found.rows_out),
            },
        })
    };
    operators.iter().map(vertex).collect()
}

fn millis(moment: Option<&String>) -> Option<i64> {
    let moment: jiff::Timestamp = moment?.parse().ok()?;
    Some(moment.as_millisecond())
}
