//! Savepoints and checkpoints of an application.
//!
//! In: an application, also one that is deleted. Out: what deployments can start from; savepoints that go. Invariant:
//! deleted deployments' savepoints are listed as long as their bytes are there.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::{ApplicationPath, Limit, ServicePath};
use super::{Answer, Api};
use crate::catalogue::Tables;
use crate::model::{Application, Savepoint, SavepointKind};
use crate::refusal::Refusal;

/// Below which savepoints are.
const CLUSTER: &str = "/v1/project/{project}/service/{service}/flink";

pub(super) fn routes() -> OpenApiRouter<Api> {
    let routes = OpenApiRouter::new()
        .routes(routes!(list_all))
        .routes(routes!(list))
        .routes(routes!(get, delete));
    OpenApiRouter::new().nest(CLUSTER, routes)
}

#[derive(Deserialize, IntoParams)]
struct SavepointPath {
    project: String,
    service: String,
    application_id: String,
    savepoint_id: String,
}

#[derive(Serialize, ToSchema)]
struct Savepoints {
    savepoints: Vec<SavepointView>,
}

#[derive(Serialize, ToSchema)]
struct SavepointView {
    id: String,
    application_id: String,
    deployment_id: String,
    kind: SavepointKind,
    epoch: u64,
    /// What `starting_savepoint` takes.
    url: String,
    triggered_at: String,
    duration_ms: u64,
    size_bytes: u64,
    full_size_bytes: u64,
    /// Its bytes are gone or about to go.
    is_discarded: bool,
}

/// Savepoints and checkpoints of a session cluster, the newest first; those of deleted applications too
#[utoipa::path(get, path = "/savepoint", tag = "savepoints", params(ServicePath),
    responses((status = 200, body = Savepoints)))]
async fn list_all(State(api): State<Api>, Path(path): Path<ServicePath>, limit: Limit) -> Answer<Savepoints> {
    path.cluster(&api)?;
    let key = path.key();
    Ok(api
        .manager
        .catalogue
        .read(|tables| listed(tables, &limit, |one| is_of_service(tables, one, &key))))
}

/// Savepoints and checkpoints of an application, the newest first
#[utoipa::path(get, path = "/application/{application_id}/savepoint", tag = "savepoints", params(ApplicationPath),
    responses((status = 200, body = Savepoints)))]
async fn list(State(api): State<Api>, Path(path): Path<ApplicationPath>, limit: Limit) -> Answer<Savepoints> {
    path.check(&api)?;
    let key = path.service().key();
    api.manager.catalogue.read(|tables| {
        let is_wanted =
            |one: &Savepoint| one.application_id == path.application_id && is_of_service(tables, one, &key);
        let is_known = tables.all::<Savepoint>().any(|one| is_wanted(one));
        if !is_known {
            path.find(tables)?;
        }
        Ok(listed(tables, &limit, is_wanted))
    })
}

/// A savepoint or checkpoint
#[utoipa::path(get, path = "/application/{application_id}/savepoint/{savepoint_id}", tag = "savepoints",
    params(SavepointPath), responses((status = 200, body = SavepointView)))]
async fn get(State(api): State<Api>, Path(path): Path<SavepointPath>) -> Answer<SavepointView> {
    Ok(Json(view(&*path.find(&api)?)))
}

/// Deletes a savepoint and its bytes; 409 while a deployment runs that was started from it
#[utoipa::path(delete, path = "/application/{application_id}/savepoint/{savepoint_id}", tag = "savepoints",
    params(SavepointPath), responses((status = 200, body = SavepointView)))]
async fn delete(State(api): State<Api>, Path(path): Path<SavepointPath>) -> Answer<SavepointView> {
    path.find(&api)?;
    let deleted = api.manager.delete_savepoint(&path.savepoint_id).await?;
    Ok(Json(view(&deleted)))
}

impl SavepointPath {
    fn find(&self, api: &Api) -> Result<Arc<Savepoint>, Refusal> {
        let application = ApplicationPath {
            project: self.project.clone(),
            service: self.service.clone(),
            application_id: self.application_id.clone(),
        };
        application.check(api)?;
        let key = application.service().key();
        api.manager.catalogue.read(|tables| {
            let found = tables.get::<Savepoint>(&self.savepoint_id).cloned();
            let found = found
                .filter(|one| one.application_id == self.application_id && is_of_service(tables, one, &key));
            if found.is_none() {
                application.find(tables)?;
            }
            found.ok_or_else(|| Refusal::not_found(format!("Savepoint not found: {}", self.savepoint_id)))
        })
    }
}

/// The application says it, and where it is deleted the record itself.
fn is_of_service(tables: &Tables, savepoint: &Savepoint, key: &str) -> bool {
    match tables.get::<Application>(&savepoint.application_id) {
        Some(application) => crate::model::Service::key(&application.project, &application.service) == key,
        None => savepoint.service == key,
    }
}

fn listed(tables: &Tables, limit: &Limit, is_wanted: impl Fn(&Savepoint) -> bool) -> Json<Savepoints> {
    let wanted = tables.all::<Savepoint>().filter(|one| is_wanted(one));
    let mut savepoints: Vec<SavepointView> = wanted.map(|one| view(one)).collect();
    savepoints.sort_by(|a, b| (&b.triggered_at, b.epoch).cmp(&(&a.triggered_at, a.epoch)));
    let savepoints = limit.of(savepoints);
    Json(Savepoints { savepoints })
}

fn view(savepoint: &Savepoint) -> SavepointView {
    SavepointView {
        id: savepoint.id.clone(),
        application_id: savepoint.application_id.clone(),
        deployment_id: savepoint.deployment_id.clone(),
        kind: savepoint.kind,
        epoch: savepoint.epoch,
        url: savepoint.url.clone(),
        triggered_at: savepoint.triggered_at.clone(),
        duration_ms: savepoint.duration_ms,
        size_bytes: savepoint.size_bytes,
        full_size_bytes: savepoint.full_size_bytes,
        is_discarded: savepoint.is_discarded,
    }
}
