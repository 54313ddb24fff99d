//! Savepoints and checkpoints of an application.
//!
//! In: an application. Out: what its deployments can start from. Invariant: deleted deployments' savepoints are listed
//! as long as their bytes are there.

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::{ApplicationPath, Limit};
use super::{Answer, Api};
use crate::model::{Savepoint, SavepointKind};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list))
}

#[derive(Serialize, ToSchema)]
struct Savepoints {
    savepoints: Vec<SavepointView>,
}

#[derive(Serialize, ToSchema)]
struct SavepointView {
    id: String,
    deployment_id: String,
    kind: SavepointKind,
    epoch: u64,
    /// What `starting_savepoint` takes.
    url: String,
    triggered_at: String,
    duration_ms: u64,
    size_bytes: u64,
    full_size_bytes: u64,
    is_discarded: bool,
}

/// Savepoints and checkpoints, the newest first
#[utoipa::path(get, path = "/v1/project/{project}/service/{service}/flink/application/{application_id}/savepoint",
    tag = "deployments", params(ApplicationPath), responses((status = 200, body = Savepoints)))]
async fn list(State(api): State<Api>, Path(path): Path<ApplicationPath>, limit: Limit) -> Answer<Savepoints> {
    path.check(&api)?;
    api.manager.catalogue.read(|tables| {
        path.find(tables)?;
        let of_application = tables
            .all::<Savepoint>()
            .filter(|savepoint| savepoint.application_id == path.application_id);
        let mut savepoints: Vec<SavepointView> = of_application.map(|one| view(one)).collect();
        savepoints.sort_by(|a, b| (&b.triggered_at, b.epoch).cmp(&(&a.triggered_at, a.epoch)));
        let savepoints = limit.of(savepoints);
        Ok(Json(Savepoints { savepoints }))
    })
}

fn view(savepoint: &Savepoint) -> SavepointView {
    SavepointView {
        id: savepoint.id.clone(),
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
