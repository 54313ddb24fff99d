//! A session cluster under Aiven's paths: overview and jobs with Flink's keys.
//!
//! In: a session cluster. Out: what `flink` says of it. Invariant: a job is known by the id that its deployment shows.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::ServicePath;
use super::{Answer, Api};
use crate::flink::{Flink, Scope};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(overview))
        .routes(routes!(jobs))
        .routes(routes!(job))
}

#[derive(Deserialize, IntoParams)]
struct JobPath {
    project: String,
    service: String,
    job_id: String,
}

/// Slots and jobs of a session cluster
#[utoipa::path(get, path = "/v1/project/{project}/service/{service}/flink/overview", tag = "cluster",
    params(ServicePath), responses((status = 200, body = Value)))]
async fn overview(State(api): State<Api>, Path(path): Path<ServicePath>) -> Answer<Value> {
    path.cluster(&api)?;
    Ok(Json(
        Flink::new(&api.manager, Scope::Service(path.key())).overview(),
    ))
}

/// Jobs of a session cluster
#[utoipa::path(get, path = "/v1/project/{project}/service/{service}/flink/job", tag = "cluster",
    params(ServicePath), responses((status = 200, body = Value)))]
async fn jobs(State(api): State<Api>, Path(path): Path<ServicePath>) -> Answer<Value> {
    path.cluster(&api)?;
    Ok(Json(Flink::new(&api.manager, Scope::Service(path.key())).jobs()))
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
    let found = Flink::new(&api.manager, Scope::Service(service.key())).job(&path.job_id)?;
    Ok(Json(found))
}
