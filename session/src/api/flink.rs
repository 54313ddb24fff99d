//! Flink's REST API, read-only: of all session clusters at the root, of one below its own path.
//!
//! In: Flink's paths. Out: what `flink` says. Invariant: the same routes stand in both places.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{FromRequestParts, Query, RawPathParams};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::ServicePath;
use super::{Answer, Api, access};
use crate::flink::{Flink, Scope, Wanted};
use crate::refusal::Refusal;

/// Where the routes of one session cluster begin.
const OF_CLUSTER: &str = "/v1/project/{project}/service/{service}/flink/proxy";
/// Flink serves all its paths below this, too: its own clients use that.
const VERSION: &str = "/v1";

pub(super) fn routes() -> OpenApiRouter<Api> {
    everywhere()
        .routes(routes!(prometheus))
        .nest(VERSION, everywhere())
        .nest(OF_CLUSTER, everywhere().nest(VERSION, everywhere()))
}

fn everywhere() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(overview))
        .routes(routes!(config))
        .routes(routes!(job_manager_config))
        .routes(routes!(job_manager_metrics))
        .routes(routes!(task_managers))
        .routes(routes!(task_managers_metrics))
        .routes(routes!(task_manager))
        .routes(routes!(task_manager_metrics))
        .routes(routes!(jobs))
        .routes(routes!(jobs_overview))
        .routes(routes!(jobs_metrics))
        .routes(routes!(job))
        .routes(routes!(status))
        .routes(routes!(accumulators))
        .routes(routes!(job_cluster_config))
        .routes(routes!(plan))
        .routes(routes!(job_config))
        .routes(routes!(exceptions))
        .routes(routes!(checkpoints))
        .routes(routes!(checkpoints_config))
        .routes(routes!(checkpoint))
        .routes(routes!(metrics))
        .routes(routes!(vertex))
        .merge(of_vertices())
}

fn of_vertices() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(vertex_metrics))
        .routes(routes!(subtasks_metrics))
        .routes(routes!(vertex_task_managers))
        .routes(routes!(back_pressure))
        .routes(routes!(watermarks))
        .routes(routes!(vertex_accumulators))
}

/// What is asked of Flink's API, and of which session clusters.
struct Asked {
    api: Api,
    scope: Scope,
    parameters: BTreeMap<String, String>,
    wanted: Wanted,
}

impl FromRequestParts<Api> for Asked {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Refusal> {
        let broken = || Refusal::invalid("The path or the query cannot be understood");
        let parameters = RawPathParams::from_request_parts(parts, api)
            .await
            .map_err(|_| broken())?;
        let parameters = parameters
            .iter()
            .map(|(key, value)| (key.to_owned(), value.to_owned()));
        let parameters: BTreeMap<String, String> = parameters.collect();
        let query = Query::<BTreeMap<String, String>>::from_request_parts(parts, api).await;
        let Query(mut query) = query.map_err(|_| broken())?;
        let scope = match (parameters.get("project"), parameters.get("service")) {
            (Some(project), Some(service)) => {
                let path = ServicePath {
                    project: project.clone(),
                    service: service.clone(),
                };
                path.cluster(api)?;
                Scope::Service(path.key())
            }
            _ => access::visible(api, &parts.extensions)?,
        };
        Ok(Asked {
            api: api.clone(),
            scope,
            parameters,
            wanted: Wanted {
                names: query.remove("get"),
                aggregates: query.remove("agg"),
                members: query.remove("jobs").or_else(|| query.remove("taskmanagers")),
            },
        })
    }
}

impl Asked {
    fn flink(&self) -> Flink<'_> {
        Flink::new(&self.api.manager, self.scope.clone())
    }

    /// A part of the path.
    fn part(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }
}

/// Slots and jobs
#[utoipa::path(get, path = "/overview", tag = "flink", responses((status = 200, body = Value)))]
async fn overview(asked: Asked) -> Json<Value> {
    Json(asked.flink().overview())
}

/// Configuration for web interfaces
#[utoipa::path(get, path = "/config", tag = "flink", responses((status = 200, body = Value)))]
async fn config(asked: Asked) -> Json<Value> {
    Json(asked.flink().config())
}

/// Configuration of the cluster
#[utoipa::path(get, path = "/jobmanager/config", tag = "flink", responses((status = 200, body = Value)))]
async fn job_manager_config(asked: Asked) -> Json<Value> {
    Json(asked.flink().job_manager_config())
}

/// Figures of the cluster: names, or values of those that are named
#[utoipa::path(get, path = "/jobmanager/metrics", tag = "flink", params(("get" = Option<String>, Query)),
    responses((status = 200, body = Value)))]
async fn job_manager_metrics(asked: Asked) -> Json<Value> {
    Json(asked.flink().job_manager_metrics(&asked.wanted))
}

/// Figures of workers: names, or least, greatest, mean and sum of those that are named
#[utoipa::path(get, path = "/taskmanagers/metrics", tag = "flink", params(("get" = Option<String>, Query),
    ("agg" = Option<String>, Query), ("taskmanagers" = Option<String>, Query)),
    responses((status = 200, body = Value)))]
async fn task_managers_metrics(asked: Asked) -> Answer<Value> {
    asked.flink().task_managers_metrics(&asked.wanted).map(Json)
}

/// Figures of a worker: names, or values of those that are named
#[utoipa::path(get, path = "/taskmanagers/{worker}/metrics", tag = "flink",
    params(("get" = Option<String>, Query)), responses((status = 200, body = Value)))]
async fn task_manager_metrics(asked: Asked) -> Answer<Value> {
    let (worker, wanted) = (asked.part("worker"), &asked.wanted);
    asked.flink().task_manager_metrics(worker, wanted).map(Json)
}

/// Workers
#[utoipa::path(get, path = "/taskmanagers", tag = "flink", responses((status = 200, body = Value)))]
async fn task_managers(asked: Asked) -> Json<Value> {
    Json(asked.flink().task_managers())
}

/// A worker
#[utoipa::path(get, path = "/taskmanagers/{worker}", tag = "flink", responses((status = 200, body = Value)))]
async fn task_manager(asked: Asked) -> Answer<Value> {
    asked.flink().task_manager(asked.part("worker")).map(Json)
}

/// Jobs with their states
#[utoipa::path(get, path = "/jobs", tag = "flink", responses((status = 200, body = Value)))]
async fn jobs(asked: Asked) -> Json<Value> {
    Json(asked.flink().jobs())
}

/// Jobs with names, times and tasks
#[utoipa::path(get, path = "/jobs/overview", tag = "flink", responses((status = 200, body = Value)))]
async fn jobs_overview(asked: Asked) -> Json<Value> {
    Json(asked.flink().jobs_overview())
}

/// Figures of jobs: names, or least, greatest, mean and sum of those that are named
#[utoipa::path(get, path = "/jobs/metrics", tag = "flink", params(("get" = Option<String>, Query),
    ("agg" = Option<String>, Query), ("jobs" = Option<String>, Query)), responses((status = 200, body = Value)))]
async fn jobs_metrics(asked: Asked) -> Answer<Value> {
    asked.flink().jobs_metrics(&asked.wanted).map(Json)
}

/// The state of a job
#[utoipa::path(get, path = "/jobs/{job_id}/status", tag = "flink", responses((status = 200, body = Value)))]
async fn status(asked: Asked) -> Answer<Value> {
    asked.flink().job_status(asked.part("job_id")).map(Json)
}

/// Accumulators of a job: programs in SQL have none
#[utoipa::path(get, path = "/jobs/{job_id}/accumulators", tag = "flink", responses((status = 200, body = Value)))]
async fn accumulators(asked: Asked) -> Answer<Value> {
    asked.flink().job_accumulators(asked.part("job_id")).map(Json)
}

/// The configuration that a job runs with: its session cluster's, and what its statement SETs
#[utoipa::path(get, path = "/jobs/{job_id}/jobmanager/config", tag = "flink",
    responses((status = 200, body = Value)))]
async fn job_cluster_config(asked: Asked) -> Answer<Value> {
    asked.flink().job_cluster_config(asked.part("job_id")).map(Json)
}

/// A job: plan and vertices
#[utoipa::path(get, path = "/jobs/{job_id}", tag = "flink", responses((status = 200, body = Value)))]
async fn job(asked: Asked) -> Answer<Value> {
    asked.flink().job(asked.part("job_id")).map(Json)
}

/// The plan of a job
#[utoipa::path(get, path = "/jobs/{job_id}/plan", tag = "flink", responses((status = 200, body = Value)))]
async fn plan(asked: Asked) -> Answer<Value> {
    asked.flink().job_plan(asked.part("job_id")).map(Json)
}

/// The configuration of a job
#[utoipa::path(get, path = "/jobs/{job_id}/config", tag = "flink", responses((status = 200, body = Value)))]
async fn job_config(asked: Asked) -> Answer<Value> {
    asked.flink().job_config(asked.part("job_id")).map(Json)
}

/// Failures of a job
#[utoipa::path(get, path = "/jobs/{job_id}/exceptions", tag = "flink", responses((status = 200, body = Value)))]
async fn exceptions(asked: Asked) -> Answer<Value> {
    asked.flink().job_exceptions(asked.part("job_id")).map(Json)
}

/// Checkpoints of a job
#[utoipa::path(get, path = "/jobs/{job_id}/checkpoints", tag = "flink", responses((status = 200, body = Value)))]
async fn checkpoints(asked: Asked) -> Answer<Value> {
    asked.flink().job_checkpoints(asked.part("job_id")).map(Json)
}

/// How a job takes checkpoints
#[utoipa::path(get, path = "/jobs/{job_id}/checkpoints/config", tag = "flink",
    responses((status = 200, body = Value)))]
async fn checkpoints_config(asked: Asked) -> Answer<Value> {
    asked
        .flink()
        .job_checkpoints_config(asked.part("job_id"))
        .map(Json)
}

/// A checkpoint of a job, completed or failed
#[utoipa::path(get, path = "/jobs/{job_id}/checkpoints/details/{checkpoint_id}", tag = "flink",
    responses((status = 200, body = Value)))]
async fn checkpoint(asked: Asked) -> Answer<Value> {
    let (job, checkpoint) = (asked.part("job_id"), asked.part("checkpoint_id"));
    asked.flink().job_checkpoint(job, checkpoint).map(Json)
}

/// Metrics of a job: names, or values of those that are named
#[utoipa::path(get, path = "/jobs/{job_id}/metrics", tag = "flink", params(("get" = Option<String>, Query)),
    responses((status = 200, body = Value)))]
async fn metrics(asked: Asked) -> Answer<Value> {
    let (job, names) = (asked.part("job_id"), asked.wanted.names.as_deref());
    asked.flink().job_metrics(job, names).map(Json)
}

/// A vertex of a job
#[utoipa::path(get, path = "/jobs/{job_id}/vertices/{vertex_id}", tag = "flink",
    responses((status = 200, body = Value)))]
async fn vertex(asked: Asked) -> Answer<Value> {
    let (job, vertex) = (asked.part("job_id"), asked.part("vertex_id"));
    asked.flink().vertex(job, vertex).map(Json)
}

/// Metrics of a vertex: names, or values of those that are named
#[utoipa::path(get, path = "/jobs/{job_id}/vertices/{vertex_id}/metrics", tag = "flink",
    params(("get" = Option<String>, Query)), responses((status = 200, body = Value)))]
async fn vertex_metrics(asked: Asked) -> Answer<Value> {
    let (job, vertex, names) = (
        asked.part("job_id"),
        asked.part("vertex_id"),
        asked.wanted.names.as_deref(),
    );
    asked.flink().vertex_metrics(job, vertex, names).map(Json)
}

/// Figures of the threads of a vertex, counted together: names, or what is known of those that are named
#[utoipa::path(get, path = "/jobs/{job_id}/vertices/{vertex_id}/subtasks/metrics", tag = "flink",
    params(("get" = Option<String>, Query), ("agg" = Option<String>, Query)),
    responses((status = 200, body = Value)))]
async fn subtasks_metrics(asked: Asked) -> Answer<Value> {
    let (job, vertex) = (asked.part("job_id"), asked.part("vertex_id"));
    asked
        .flink()
        .subtasks_metrics(job, vertex, &asked.wanted)
        .map(Json)
}

/// Where a vertex runs
#[utoipa::path(get, path = "/jobs/{job_id}/vertices/{vertex_id}/taskmanagers", tag = "flink",
    responses((status = 200, body = Value)))]
async fn vertex_task_managers(asked: Asked) -> Answer<Value> {
    let (job, vertex) = (asked.part("job_id"), asked.part("vertex_id"));
    asked.flink().vertex_task_managers(job, vertex).map(Json)
}

/// Back pressure of a vertex: it is not measured
#[utoipa::path(get, path = "/jobs/{job_id}/vertices/{vertex_id}/backpressure", tag = "flink",
    responses((status = 200, body = Value)))]
async fn back_pressure(asked: Asked) -> Answer<Value> {
    let (job, vertex) = (asked.part("job_id"), asked.part("vertex_id"));
    asked.flink().back_pressure(job, vertex).map(Json)
}

/// Watermarks of a vertex
#[utoipa::path(get, path = "/jobs/{job_id}/vertices/{vertex_id}/watermarks", tag = "flink",
    responses((status = 200, body = Value)))]
async fn watermarks(asked: Asked) -> Answer<Value> {
    let (job, vertex) = (asked.part("job_id"), asked.part("vertex_id"));
    asked.flink().watermarks(job, vertex).map(Json)
}

/// Accumulators of a vertex: programs in SQL have none
#[utoipa::path(get, path = "/jobs/{job_id}/vertices/{vertex_id}/accumulators", tag = "flink",
    responses((status = 200, body = Value)))]
async fn vertex_accumulators(asked: Asked) -> Answer<Value> {
    let (job, vertex) = (asked.part("job_id"), asked.part("vertex_id"));
    asked.flink().vertex_accumulators(job, vertex).map(Json)
}

/// Figures of all jobs, in Prometheus' text format
#[utoipa::path(get, path = "/metrics", tag = "flink", responses((status = 200, body = String)))]
async fn prometheus(asked: Asked) -> impl IntoResponse {
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    (kind, asked.flink().prometheus())
}
