//! Applications: create, read, rename, delete.
//!
//! In: names and settings. Out: applications with versions and newest deployment. Invariant: names are unique in a
//! session cluster; an application with deployments is not deleted.

use axum::extract::{Path, State};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::{ApplicationPath, Limit, ServicePath};
use super::version::{self, VersionBody};
use super::view::ApplicationView;
use super::{Answer, Api, Caller, Input};
use crate::catalogue::Transaction;
use crate::model::application::{Restore, RestorePolicy};
use crate::model::{Application, Deployment, Service, Version, fresh_id, now};
use crate::refusal::Refusal;

const NAME_MAX: usize = 128;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, update, delete))
}

#[derive(Deserialize, ToSchema)]
struct NewApplication {
    name: String,
    /// The first version.
    application_version: Option<VersionBody>,
    restore: Option<Restore>,
    restore_policy: Option<RestorePolicy>,
}

#[derive(Deserialize, ToSchema)]
struct ApplicationUpdate {
    name: Option<String>,
    restore: Option<Restore>,
    restore_policy: Option<RestorePolicy>,
}

#[derive(Serialize, ToSchema)]
struct Applications {
    applications: Vec<ApplicationView>,
}

/// All applications of a session cluster
#[utoipa::path(get, path = "/v1/project/{project}/service/{service}/flink/application", tag = "applications",
    params(ServicePath), responses((status = 200, body = Applications)))]
async fn list(State(api): State<Api>, Path(path): Path<ServicePath>, limit: Limit) -> Answer<Applications> {
    path.cluster(&api)?;
    let applications = api.manager.catalogue.read(|tables| {
        let of_service = tables
            .all::<Application>()
            .filter(|a| a.project == path.project && a.service == path.service);
        let mut found: Vec<&Application> = of_service.map(|application| &**application).collect();
        found.sort_by(|a, b| (&a.created_at, &a.id).cmp(&(&b.created_at, &b.id)));
        limit.of(found).into_iter().map(ApplicationView::short).collect()
    });
    Ok(Json(Applications { applications }))
}

/// A new application, with its first version if one is given
#[utoipa::path(post, path = "/v1/project/{project}/service/{service}/flink/application", tag = "applications",
    params(ServicePath), request_body = NewApplication, responses((status = 200, body = ApplicationView)))]
async fn create(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Path(path): Path<ServicePath>,
    Input(body): Input<NewApplication>,
) -> Answer<ApplicationView> {
    path.cluster(&api)?;
    check_name(&body.name)?;
    let first = match body.application_version {
        Some(first) => Some(version::compiled(&api, &path, first).await?),
        None => None,
    };
    let moment = now();
    let mut application = Application {
        id: fresh_id(),
        project: path.project.clone(),
        service: path.service.clone(),
        name: body.name,
        created_at: moment.clone(),
        created_by: caller.email.clone(),
        updated_at: moment,
        updated_by: caller.email.clone(),
        last_version: 0,
        restore: body.restore.unwrap_or_default(),
        restore_policy: body.restore_policy.unwrap_or_default(),
        lineage: Vec::new(),
        has_committed: false,
    };
    let id = application.id.clone();
    api.manager
        .catalogue
        .change(|transaction| {
            if transaction.get::<Service>(&path.key()).is_none() {
                return Err(super::path::missing_service(&path.service));
            }
            check_is_free(transaction, &application, &application.name)?;
            if let Some(first) = first {
                transaction.put(first.numbered(&mut application, &caller.email));
            }
            transaction.put(application);
            Ok(())
        })
        .await?;
    Ok(Json(shown(&api, &id)?))
}

/// An application with its versions and its newest deployment
#[utoipa::path(get, path = "/v1/project/{project}/service/{service}/flink/application/{application_id}",
    tag = "applications", params(ApplicationPath), responses((status = 200, body = ApplicationView)))]
async fn get(State(api): State<Api>, Path(path): Path<ApplicationPath>) -> Answer<ApplicationView> {
    path.check(&api)?;
    api.manager.catalogue.read(|tables| path.find(tables))?;
    Ok(Json(shown(&api, &path.application_id)?))
}

/// Renames an application or changes how its deployments continue
#[utoipa::path(put, path = "/v1/project/{project}/service/{service}/flink/application/{application_id}",
    tag = "applications", params(ApplicationPath), request_body = ApplicationUpdate,
    responses((status = 200, body = ApplicationView)))]
async fn update(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Path(path): Path<ApplicationPath>,
    Input(body): Input<ApplicationUpdate>,
) -> Answer<ApplicationView> {
    path.check(&api)?;
    if let Some(name) = &body.name {
        check_name(name)?;
    }
    api.manager
        .catalogue
        .change(|transaction| {
            let found = path.checked(transaction.get::<Application>(&path.application_id))?;
            let mut application = Application::clone(&found);
            if let Some(name) = body.name {
                check_is_free(transaction, &application, &name)?;
                application.name = name;
            }
            application.restore = body.restore.unwrap_or(application.restore);
            application.restore_policy = body.restore_policy.unwrap_or(application.restore_policy);
            application.updated_at = now();
            application.updated_by = caller.email;
            transaction.put(application);
            Ok::<_, Refusal>(())
        })
        .await?;
    Ok(Json(shown(&api, &path.application_id)?))
}

/// Deletes an application without deployments, and its versions
#[utoipa::path(delete, path = "/v1/project/{project}/service/{service}/flink/application/{application_id}",
    tag = "applications", params(ApplicationPath), responses((status = 200, body = ApplicationView)))]
async fn delete(State(api): State<Api>, Path(path): Path<ApplicationPath>) -> Answer<ApplicationView> {
    path.check(&api)?;
    api.manager.catalogue.read(|tables| path.find(tables))?;
    let last = shown(&api, &path.application_id)?;
    api.manager
        .catalogue
        .change(|transaction| {
            let application = path.checked(transaction.get::<Application>(&path.application_id))?;
            let deployments = transaction.all::<Deployment>();
            let count = deployments
                .iter()
                .filter(|d| d.application_id == application.id)
                .count();
            if count > 0 {
                // Clients know this text and try again after a while.
                let message = format!("Application deletion forbidden because it has {count} deployment(s).");
                return Err(Refusal::new(417, message));
            }
            remove(transaction, &application.id);
            Ok(())
        })
        .await?;
    Ok(Json(last))
}

/// Removes an application and its versions.
pub(super) fn remove(transaction: &mut Transaction<'_>, id: &str) {
    for version in transaction.all::<Version>() {
        if version.application_id == id {
            transaction.delete::<Version>(&version.id);
        }
    }
    transaction.delete::<Application>(id);
}

fn shown(api: &Api, id: &str) -> Result<ApplicationView, Refusal> {
    api.manager.catalogue.read(|tables| {
        let found = tables.get::<Application>(id);
        let found = found.ok_or_else(|| Refusal::not_found(format!("Application not found: {id}")))?;
        Ok(ApplicationView::full(found, tables))
    })
}

fn check_name(name: &str) -> Result<(), Refusal> {
    if name.chars().any(char::is_control) {
        return Err(Refusal::invalid("Invalid 'name': expected no control characters"));
    }
    let length = name.chars().count();
    if (1..=NAME_MAX).contains(&length) && !name.trim().is_empty() {
        return Ok(());
    }
    Err(Refusal::invalid(format!(
        "Invalid 'name': expected 1 to {NAME_MAX} characters, found {length}"
    )))
}

fn check_is_free(transaction: &Transaction<'_>, own: &Application, name: &str) -> Result<(), Refusal> {
    let all = transaction.all::<Application>();
    let mut others = all
        .iter()
        .filter(|other| other.project == own.project && other.service == own.service && other.id != own.id);
    if others.any(|other| other.name == name) {
        return Err(Refusal::conflict(format!("Application {name} already exists")));
    }
    Ok(())
}
