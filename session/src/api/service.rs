//! Services: session clusters, and connections that an operator registers.
//!
//! In: what clients send about them. Out: services as Aiven shows them. Invariant: an update changes the keys that it
//! names and no others; secrets do not come back.

mod check;
mod view;

use axum::extract::{Path, State};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::{Done, done};
use super::input::null_is_default;
use super::integration::{self, NewIntegration};
use super::merge::{check_new, merge};
use super::path::{Limit, ProjectPath, ServicePath, missing_service};
use super::{Answer, Api, Caller, Input, application, endpoint, in_use, service_type, user_config};
use crate::catalogue::{Catalogue, Transaction};
use crate::model::{Application, Deployment, Integration, Service, now};
use crate::refusal::Refusal;
use check::{check_emails, check_name, check_tags};
pub(super) use view::CLOUD;
use view::ServiceView;

const PLAN: &str = "local";

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, update, delete))
        .routes(routes!(tags, replace_tags, change_tags))
}

#[derive(Deserialize, ToSchema)]
struct NewService {
    service_name: String,
    service_type: String,
    plan: Option<String>,
    cloud: Option<String>,
    #[serde(default, deserialize_with = "null_is_default")]
    user_config: Map<String, Value>,
    #[serde(default, deserialize_with = "null_is_default")]
    maintenance: Map<String, Value>,
    #[serde(default, deserialize_with = "null_is_default")]
    tech_emails: Vec<Value>,
    #[serde(default, deserialize_with = "null_is_default")]
    termination_protection: bool,
    /// Made with the service, which is the destination unless it is the source.
    #[serde(default, deserialize_with = "null_is_default")]
    service_integrations: Vec<NewIntegration>,
    /// How a service that is not a session cluster is reached, by the keys of integration endpoints.
    #[serde(default, deserialize_with = "null_is_default")]
    connection: Map<String, Value>,
}

#[derive(Deserialize, ToSchema)]
struct ServiceUpdate {
    plan: Option<String>,
    cloud: Option<String>,
    powered: Option<bool>,
    #[serde(default, deserialize_with = "null_is_default")]
    user_config: Map<String, Value>,
    #[serde(default, deserialize_with = "null_is_default")]
    maintenance: Map<String, Value>,
    tech_emails: Option<Vec<Value>>,
    termination_protection: Option<bool>,
    #[serde(default, deserialize_with = "null_is_default")]
    connection: Map<String, Value>,
}

#[derive(Serialize, ToSchema)]
struct OneService {
    service: ServiceView,
    /// What of the request is kept without an effect.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notices: Vec<String>,
}

#[derive(Serialize, ToSchema)]
struct Services {
    services: Vec<ServiceView>,
}

#[derive(Serialize, Deserialize, ToSchema)]
struct Tags {
    #[serde(default, deserialize_with = "null_is_default")]
    tags: Map<String, Value>,
}

/// All services of a project
#[utoipa::path(get, path = "/v1/project/{project}/service", tag = "services", params(ProjectPath),
    responses((status = 200, body = Services)))]
async fn list(State(api): State<Api>, Path(path): Path<ProjectPath>, limit: Limit) -> Answer<Services> {
    path.check(&api)?;
    let services = api.manager.catalogue.read(|tables| {
        let of_project = tables
            .all::<Service>()
            .filter(|service| service.project == path.project);
        of_project
            .map(|service| ServiceView::new(service, tables, &api.settings))
            .collect()
    });
    let services = limit.of(services);
    Ok(Json(Services { services }))
}

/// A new session cluster, or a connection that integrations can name
#[utoipa::path(post, path = "/v1/project/{project}/service", tag = "services", params(ProjectPath),
    request_body = NewService, responses((status = 200, body = OneService)))]
async fn create(
    State(api): State<Api>,
    Extension(_caller): Extension<Caller>,
    Path(path): Path<ProjectPath>,
    Input(mut body): Input<NewService>,
) -> Answer<OneService> {
    path.check(&api)?;
    check_name(&body.service_name)?;
    if !service_type::TYPES
        .iter()
        .any(|(known, _)| *known == body.service_type)
    {
        return Err(service_type::unknown(&body.service_type));
    }
    user_config::check(&body.service_type, &body.user_config, None)?;
    let mut notices = user_config::notices(&body.service_type, &body.user_config);
    body.maintenance = check::maintenance(body.maintenance)?;
    check_emails(&body.tech_emails)?;
    let integrations = std::mem::take(&mut body.service_integrations);
    let integrations = check::integrations(&body.service_name, &body.service_type, integrations)?;
    endpoint::check_connection(&body.service_type, &body.connection)?;
    check_new(&body.connection)?;
    check_new(&body.user_config)?;
    let key = Service::key(&path.project, &body.service_name);
    let integrations = integrations.into_iter().map(|one| one.record(&path.project));
    let integrations: Vec<Integration> = integrations.collect();
    api.manager.catalogue.read(|tables| {
        let of_integrations = integrations.iter();
        notices.extend(of_integrations.flat_map(|one| integration::noticed(tables, one, None)));
    });
    let service = record(&api, path.project, body);
    api.manager
        .catalogue
        .change(|transaction| {
            if transaction.get::<Service>(&key).is_some() {
                return Err(Refusal::conflict(format!(
                    "Service {} already exists",
                    service.name
                )));
            }
            transaction.put(service);
            let mut integrations = integrations.into_iter();
            integrations.try_for_each(|one| integration::add(transaction, one))
        })
        .await?;
    user_config::tell(&format!("service {key}"), &notices);
    shown(&api, &key, notices)
}

fn record(api: &Api, project: String, body: NewService) -> Service {
    let moment = now();
    let known = || api.settings.connections.get(&body.service_name).cloned();
    let connection = Some(body.connection.clone()).filter(|given| !given.is_empty());
    Service {
        project,
        connection: connection.or_else(known).unwrap_or_default(),
        name: body.service_name,
        service_type: body.service_type,
        plan: body.plan.unwrap_or_else(|| PLAN.to_owned()),
        cloud: body.cloud,
        user_config: body.user_config,
        maintenance: body.maintenance,
        tags: Map::new(),
        tech_emails: body.tech_emails,
        termination_protection: body.termination_protection,
        powered: true,
        created_at: moment.clone(),
        updated_at: moment,
    }
}

/// A service
#[utoipa::path(get, path = "/v1/project/{project}/service/{service}", tag = "services", params(ServicePath),
    responses((status = 200, body = OneService)))]
async fn get(State(api): State<Api>, Path(path): Path<ServicePath>) -> Answer<OneService> {
    path.check(&api)?;
    shown(&api, &path.key(), Vec::new()).map_err(|_| missing_service(&path.service))
}

/// Changes what is named; keys of user_config, maintenance and connection that are not named stay, null removes one
#[utoipa::path(put, path = "/v1/project/{project}/service/{service}", tag = "services", params(ServicePath),
    request_body = ServiceUpdate, responses((status = 200, body = OneService)))]
async fn update(
    State(api): State<Api>,
    Path(path): Path<ServicePath>,
    Input(body): Input<ServiceUpdate>,
) -> Answer<OneService> {
    path.check(&api)?;
    let maintenance = check::maintenance(body.maintenance)?;
    check_emails(body.tech_emails.as_deref().unwrap_or_default())?;
    if body.plan.as_ref().is_some_and(|plan| plan.trim().is_empty()) {
        return Err(Refusal::invalid("Invalid 'plan': expected a name, found nothing"));
    }
    let notices = api
        .manager
        .catalogue
        .change(|transaction| {
            let mut service = found(transaction, &path)?;
            let notices = user_config::notices(&service.service_type, &body.user_config);
            endpoint::check_connection(&service.service_type, &body.connection)?;
            user_config::check(
                &service.service_type,
                &body.user_config,
                Some(&service.user_config),
            )?;
            if body.powered == Some(false) {
                check_is_idle(transaction, &service)?;
            }
            merge(&mut service.user_config, body.user_config)?;
            merge(&mut service.maintenance, maintenance)?;
            merge(&mut service.connection, body.connection)?;
            service.plan = body.plan.unwrap_or(service.plan);
            service.cloud = body.cloud.or(service.cloud);
            service.powered = body.powered.unwrap_or(service.powered);
            service.tech_emails = body.tech_emails.unwrap_or(service.tech_emails);
            service.termination_protection = body
                .termination_protection
                .unwrap_or(service.termination_protection);
            service.updated_at = now();
            transaction.put(service);
            Ok::<_, Refusal>(notices)
        })
        .await?;
    let key = path.key();
    user_config::tell(&format!("service {key}"), &notices);
    shown(&api, &key, notices)
}

/// Deletes a service, a session cluster with its applications and their history
#[utoipa::path(delete, path = "/v1/project/{project}/service/{service}", tag = "services", params(ServicePath),
    responses((status = 200, body = Done)))]
async fn delete(State(api): State<Api>, Path(path): Path<ServicePath>) -> Answer<Done> {
    path.check(&api)?;
    let history: Vec<String> = api.manager.catalogue.read(|tables| {
        let service = path.find(tables)?;
        check_protection(&service)?;
        let of_service = tables.all::<Deployment>().filter(|d| {
            tables
                .get::<Application>(&d.application_id)
                .is_some_and(|a| is_of(a, &service))
        });
        let found: Vec<&Deployment> = of_service.map(|deployment| &**deployment).collect();
        check_all_ended(&service, found.iter().copied())?;
        Ok::<_, Refusal>(found.iter().map(|deployment| deployment.id.clone()).collect())
    })?;
    for deployment in history {
        api.manager.delete_deployment(&deployment).await?;
    }
    api.manager
        .catalogue
        .change(|transaction| {
            let service = found(transaction, &path)?;
            check_is_idle(transaction, &service)?;
            in_use::check_service(transaction, &service)?;
            remove(transaction, &service);
            Ok::<_, Refusal>(())
        })
        .await?;
    done()
}

/// Tags
#[utoipa::path(get, path = "/v1/project/{project}/service/{service}/tags", tag = "services", params(ServicePath),
    responses((status = 200, body = Tags)))]
async fn tags(State(api): State<Api>, Path(path): Path<ServicePath>) -> Answer<Tags> {
    path.check(&api)?;
    let service = api.manager.catalogue.read(|tables| path.find(tables))?;
    Ok(Json(Tags {
        tags: service.tags.clone(),
    }))
}

/// Replaces all tags
#[utoipa::path(put, path = "/v1/project/{project}/service/{service}/tags", tag = "services", params(ServicePath),
    request_body = Tags, responses((status = 200, body = Tags)))]
async fn replace_tags(
    State(api): State<Api>,
    Path(path): Path<ServicePath>,
    Input(body): Input<Tags>,
) -> Answer<Tags> {
    check_tags(&body.tags)?;
    store_tags(&api, &path, |_| Map::new(), body.tags).await
}

/// Changes the tags that are named; null removes one
#[utoipa::path(patch, path = "/v1/project/{project}/service/{service}/tags", tag = "services",
    params(ServicePath), request_body = Tags, responses((status = 200, body = Tags)))]
async fn change_tags(
    State(api): State<Api>,
    Path(path): Path<ServicePath>,
    Input(body): Input<Tags>,
) -> Answer<Tags> {
    check_tags(&body.tags)?;
    store_tags(&api, &path, |tags| tags, body.tags).await
}

async fn store_tags(
    api: &Api,
    path: &ServicePath,
    kept: impl FnOnce(Map<String, Value>) -> Map<String, Value>,
    changes: Map<String, Value>,
) -> Answer<Tags> {
    path.check(api)?;
    let tags = api
        .manager
        .catalogue
        .change(|transaction| {
            let mut service = found(transaction, path)?;
            service.tags = kept(std::mem::take(&mut service.tags));
            merge(&mut service.tags, changes)?;
            let tags = service.tags.clone();
            transaction.put(service);
            Ok::<_, Refusal>(tags)
        })
        .await?;
    Ok(Json(Tags { tags }))
}

/// A session cluster under this name; nothing happens if it exists.
pub async fn create_cluster(catalogue: &Catalogue, project: &str, name: &str) -> Result<(), Refusal> {
    check_name(name)?;
    let moment = now();
    let service = Service {
        project: project.to_owned(),
        name: name.to_owned(),
        service_type: "flink".to_owned(),
        plan: PLAN.to_owned(),
        cloud: None,
        user_config: Map::new(),
        maintenance: Map::new(),
        tags: Map::new(),
        tech_emails: Vec::new(),
        termination_protection: false,
        powered: true,
        created_at: moment.clone(),
        updated_at: moment,
        connection: Map::new(),
    };
    catalogue
        .change(|transaction| {
            if transaction.get::<Service>(&Service::key(project, name)).is_none() {
                transaction.put(service);
            }
            Ok(())
        })
        .await
}

fn shown(api: &Api, key: &str, notices: Vec<String>) -> Answer<OneService> {
    api.manager.catalogue.read(|tables| {
        let found = tables.get::<Service>(key);
        let found = found.ok_or_else(|| Refusal::not_found(format!("Service not found: {key}")))?;
        let service = ServiceView::new(found, tables, &api.settings);
        Ok(Json(OneService { service, notices }))
    })
}

fn found(transaction: &Transaction<'_>, path: &ServicePath) -> Result<Service, Refusal> {
    let found = transaction.get::<Service>(&path.key());
    found
        .map(|service| Service::clone(&service))
        .ok_or_else(|| missing_service(&path.service))
}

fn check_protection(service: &Service) -> Result<(), Refusal> {
    if !service.termination_protection {
        return Ok(());
    }
    let message = format!("Service {} is protected against termination", service.name);
    Err(Refusal::new(403, message))
}

fn is_of(application: &Application, service: &Service) -> bool {
    application.project == service.project && application.service == service.name
}

fn check_is_idle(transaction: &Transaction<'_>, service: &Service) -> Result<(), Refusal> {
    let deployments = transaction.all::<Deployment>();
    let of_service = deployments
        .iter()
        .map(|deployment| &**deployment)
        .filter(|deployment| {
            let application = transaction.get::<Application>(&deployment.application_id);
            application.is_some_and(|application| is_of(&application, service))
        });
    check_all_ended(service, of_service)
}

fn check_all_ended<'a>(
    service: &Service,
    deployments: impl Iterator<Item = &'a Deployment>,
) -> Result<(), Refusal> {
    use crate::model::Status::{DeleteRequested, Deleting};
    let is_active = |d: &&Deployment| !d.status.is_ended() && !matches!(d.status, DeleteRequested | Deleting);
    match deployments.filter(is_active).count() {
        0 => Ok(()),
        count => Err(Refusal::conflict(format!(
            "Service {} has {count} active deployment(s): stop or cancel them first",
            service.name
        ))),
    }
}

fn remove(transaction: &mut Transaction<'_>, service: &Service) {
    for one in transaction.all::<Application>() {
        if is_of(&one, service) {
            application::remove(transaction, &one.id);
        }
    }
    for one in transaction.all::<Integration>() {
        let ends = [one.source_service.as_ref(), one.dest_service.as_ref()];
        if one.project == service.project && ends.contains(&Some(&service.name)) {
            transaction.delete::<Integration>(&one.id);
        }
    }
    transaction.delete::<Service>(&Service::key(&service.project, &service.name));
}
