//! Integrations: a session cluster may use a service or an endpoint.
//!
//! In: ends and a type. Out: integrations, active at once. Invariant: ids of integrations are what tables name; an
//! integration that a version names can be deleted, and its deployments then say what is missing.

use axum::Json;
use axum::extract::{Path, State};
use compiler::base::nearest::nearest;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::input::null_is_default;
use super::merge::{check_new, merge};
use super::path::{Limit, ProjectPath, ServicePath};
use super::view::without_secrets;
use super::{Answer, Api, Input, in_use, user_config};
use crate::catalogue::{Tables, Transaction};
use crate::connection::{Connection, Kind};
use crate::model::{Endpoint, Integration, fresh_id, now};
use crate::refusal::Refusal;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(of_service))
        .routes(routes!(get, update, delete))
        .routes(routes!(types))
}

/// Name, what it is for, types of the source (services) or of the source endpoint.
const TYPES: [(&str, &str, &[&str], Option<&str>); 5] = [
    (
        "flink",
        "Tables of a session cluster in Kafka, PostgreSQL or OpenSearch",
        &["kafka", "pg", "opensearch"],
        None,
    ),
    (
        "flink_external_kafka",
        "Tables in a Kafka cluster outside",
        &[],
        Some("external_kafka"),
    ),
    (
        "flink_external_postgresql",
        "Tables in a PostgreSQL server outside",
        &[],
        Some("external_postgresql"),
    ),
    (
        "logs",
        "Logs of a service: kept, none are forwarded",
        &["flink"],
        None,
    ),
    (
        "metrics",
        "Metrics of a service: kept, none are forwarded",
        &["flink"],
        None,
    ),
];

#[derive(Deserialize, ToSchema)]
pub(super) struct NewIntegration {
    pub(super) integration_type: String,
    #[serde(alias = "source_service_name")]
    pub(super) source_service: Option<String>,
    source_endpoint_id: Option<String>,
    pub(super) dest_service: Option<String>,
    dest_endpoint_id: Option<String>,
    #[serde(default, deserialize_with = "null_is_default")]
    user_config: Map<String, Value>,
}

#[derive(Deserialize, ToSchema)]
struct IntegrationUpdate {
    #[serde(default, deserialize_with = "null_is_default")]
    user_config: Map<String, Value>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct IntegrationView {
    service_integration_id: String,
    integration_type: String,
    description: String,
    active: bool,
    enabled: bool,
    source_project: String,
    dest_project: String,
    source_service: Option<String>,
    source_service_type: Option<String>,
    source_endpoint_id: Option<String>,
    source_endpoint_name: Option<String>,
    dest_service: Option<String>,
    dest_service_type: Option<String>,
    dest_endpoint_id: Option<String>,
    user_config: Map<String, Value>,
}

#[derive(Serialize, ToSchema)]
struct OneIntegration {
    service_integration: IntegrationView,
    /// What of the request is kept without an effect.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notices: Vec<String>,
}

#[derive(Serialize, ToSchema)]
struct Integrations {
    service_integrations: Vec<IntegrationView>,
}

#[derive(Serialize, ToSchema)]
struct IntegrationTypes {
    integration_types: Vec<IntegrationType>,
}

#[derive(Serialize, ToSchema)]
struct IntegrationType {
    integration_type: &'static str,
    source_description: &'static str,
    dest_description: &'static str,
    source_service_types: Vec<&'static str>,
    dest_service_type: &'static str,
    user_config_schema: Value,
}

#[derive(Deserialize, IntoParams)]
pub(super) struct IntegrationPath {
    pub(super) project: String,
    pub(super) integration_id: String,
}

impl IntegrationPath {
    /// The integration, if it is one of this project.
    pub(super) fn find(&self, tables: &Tables) -> Result<Integration, Refusal> {
        let found = tables.get::<Integration>(&self.integration_id);
        let found = found.filter(|integration| integration.project == self.project);
        found
            .map(|integration| Integration::clone(integration))
            .ok_or_else(|| missing(&self.integration_id))
    }
}

fn missing(id: &str) -> Refusal {
    Refusal::not_found(format!("Integration not found: {id}"))
}

impl IntegrationView {
    pub(super) fn new(integration: &Integration, tables: &Tables) -> Self {
        let service_type = |name: &Option<String>| {
            let key = crate::model::Service::key(&integration.project, name.as_ref()?);
            Some(tables.get::<crate::model::Service>(&key)?.service_type.clone())
        };
        let endpoint = integration.source_endpoint_id.as_ref();
        let endpoint = endpoint.and_then(|id| tables.get::<Endpoint>(id));
        let description = TYPES
            .iter()
            .find(|(name, ..)| *name == integration.integration_type);
        IntegrationView {
            service_integration_id: integration.id.clone(),
            integration_type: integration.integration_type.clone(),
            description: description.map_or("", |(_, text, ..)| text).to_owned(),
            active: true,
            enabled: true,
            source_project: integration.project.clone(),
            dest_project: integration.project.clone(),
            source_service_type: service_type(&integration.source_service),
            source_service: integration.source_service.clone(),
            source_endpoint_name: endpoint.map(|endpoint| endpoint.name.clone()),
            source_endpoint_id: integration.source_endpoint_id.clone(),
            dest_service_type: service_type(&integration.dest_service),
            dest_service: integration.dest_service.clone(),
            dest_endpoint_id: integration.dest_endpoint_id.clone(),
            user_config: without_secrets(&integration.user_config),
        }
    }
}

/// All integrations of a project
#[utoipa::path(get, path = "/v1/project/{project}/integration", tag = "integrations", params(ProjectPath),
    responses((status = 200, body = Integrations)))]
async fn list(State(api): State<Api>, Path(path): Path<ProjectPath>, limit: Limit) -> Answer<Integrations> {
    path.check(&api)?;
    Ok(Json(chosen(&api, &limit, |integration| {
        integration.project == path.project
    })))
}

/// Integrations that a service is an end of
#[utoipa::path(get, path = "/v1/project/{project}/service/{service}/integration", tag = "integrations",
    params(ServicePath), responses((status = 200, body = Integrations)))]
async fn of_service(
    State(api): State<Api>,
    Path(path): Path<ServicePath>,
    limit: Limit,
) -> Answer<Integrations> {
    path.check(&api)?;
    api.manager.catalogue.read(|tables| path.find(tables))?;
    Ok(Json(chosen(&api, &limit, |integration| {
        let ends = [
            integration.source_service.as_ref(),
            integration.dest_service.as_ref(),
        ];
        integration.project == path.project && ends.contains(&Some(&path.service))
    })))
}

fn chosen(api: &Api, limit: &Limit, is_chosen: impl Fn(&Integration) -> bool) -> Integrations {
    api.manager.catalogue.read(|tables| {
        let mut found: Vec<&Integration> = tables
            .all::<Integration>()
            .map(|integration| &**integration)
            .filter(|integration| is_chosen(integration))
            .collect();
        found.sort_by(|a, b| (&a.created_at, &a.id).cmp(&(&b.created_at, &b.id)));
        let shown = limit
            .of(found)
            .into_iter()
            .map(|one| IntegrationView::new(one, tables));
        Integrations {
            service_integrations: shown.collect(),
        }
    })
}

/// A new integration; one that exists with the same ends and type is refused
#[utoipa::path(post, path = "/v1/project/{project}/integration", tag = "integrations", params(ProjectPath),
    request_body = NewIntegration, responses((status = 200, body = OneIntegration)))]
async fn create(
    State(api): State<Api>,
    Path(path): Path<ProjectPath>,
    Input(body): Input<NewIntegration>,
) -> Answer<OneIntegration> {
    path.check(&api)?;
    body.check("")?;
    let integration = body.record(&path.project);
    let id = integration.id.clone();
    let notices = api
        .manager
        .catalogue
        .read(|tables| noticed(tables, &integration, None));
    api.manager
        .catalogue
        .change(|transaction| add(transaction, integration))
        .await?;
    shown(&api, &id, notices)
}

/// What of an integration, or of a change of its configuration, has no effect.
pub(super) fn noticed(
    tables: &Tables,
    integration: &Integration,
    change: Option<&Map<String, Value>>,
) -> Vec<String> {
    let leads_to = Connection::of_integration(tables, integration);
    let is_database = leads_to.is_ok_and(|connection| connection.kind == Kind::PostgreSql);
    let config = change.unwrap_or(&integration.user_config);
    let notices = user_config::notices_of_integration(&integration.integration_type, config, is_database);
    user_config::tell(&format!("integration {}", integration.id), &notices);
    notices
}

/// Adds an integration whose ends are there, and which is not there yet.
pub(super) fn add(transaction: &mut Transaction<'_>, integration: Integration) -> Result<(), Refusal> {
    if let Some(endpoint) = &integration.source_endpoint_id {
        let found = transaction.get::<Endpoint>(endpoint);
        let is_own = found.is_some_and(|endpoint| endpoint.project == integration.project);
        if !is_own {
            return Err(Refusal::not_found(format!(
                "Integration endpoint not found: {endpoint}"
            )));
        }
    }
    if transaction
        .all::<Integration>()
        .iter()
        .any(|other| is_same(other, &integration))
    {
        return Err(Refusal::conflict("Service integration already exists"));
    }
    transaction.put(integration);
    Ok(())
}

impl NewIntegration {
    pub(super) fn record(self, project: &str) -> Integration {
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        Integration {
            id: fresh_id(),
            project: project.to_owned(),
            integration_type: self.integration_type,
            source_service: given(self.source_service),
            source_endpoint_id: given(self.source_endpoint_id),
            dest_service: given(self.dest_service),
            dest_endpoint_id: given(self.dest_endpoint_id),
            user_config: self.user_config,
            created_at: now(),
        }
    }

    pub(super) fn leads_to_cluster(&self) -> bool {
        self.integration_type.starts_with("flink")
    }

    /// Where it begins and ends must be said; that the services exist is looked at when a table uses it. `place` comes
    /// before the name of a field.
    pub(super) fn check(&self, place: &str) -> Result<(), Refusal> {
        let known = TYPES.iter().find(|(name, ..)| *name == self.integration_type);
        let Some((name, _, sources, endpoint)) = known else {
            let names: Vec<&str> = TYPES.iter().map(|(name, ..)| *name).collect();
            let near = nearest(&self.integration_type, names.iter().copied());
            let near = near.map(|near| format!("; did you mean '{near}'?"));
            return Err(Refusal::invalid(format!(
                "Invalid '{place}integration_type': expected one of {}, found '{}'; this version has no other{}",
                names.join(", "),
                self.integration_type,
                near.unwrap_or_default()
            )));
        };
        let is_missing = |given: &Option<String>| given.as_ref().is_none_or(|text| text.is_empty());
        let missing = if !sources.is_empty() && is_missing(&self.source_service) {
            "source_service"
        } else if endpoint.is_some() && is_missing(&self.source_endpoint_id) {
            "source_endpoint_id"
        } else if self.leads_to_cluster() && is_missing(&self.dest_service) {
            "dest_service"
        } else {
            return check_new(&self.user_config);
        };
        Err(Refusal::invalid(format!(
            "Invalid '{place}{missing}': integration type '{name}' needs it"
        )))
    }
}

fn is_same(a: &Integration, b: &Integration) -> bool {
    let ends = |one: &Integration| {
        [
            Some(one.project.clone()),
            Some(one.integration_type.clone()),
            one.source_service.clone(),
            one.source_endpoint_id.clone(),
            one.dest_service.clone(),
            one.dest_endpoint_id.clone(),
        ]
    };
    ends(a) == ends(b)
}

/// An integration
#[utoipa::path(get, path = "/v1/project/{project}/integration/{integration_id}", tag = "integrations",
    params(IntegrationPath), responses((status = 200, body = OneIntegration)))]
async fn get(State(api): State<Api>, Path(path): Path<IntegrationPath>) -> Answer<OneIntegration> {
    api.check_project(&path.project)?;
    api.manager.catalogue.read(|tables| path.find(tables))?;
    shown(&api, &path.integration_id, Vec::new())
}

/// Changes the keys of user_config that are named; null removes one
#[utoipa::path(put, path = "/v1/project/{project}/integration/{integration_id}", tag = "integrations",
    params(IntegrationPath), request_body = IntegrationUpdate, responses((status = 200, body = OneIntegration)))]
async fn update(
    State(api): State<Api>,
    Path(path): Path<IntegrationPath>,
    Input(body): Input<IntegrationUpdate>,
) -> Answer<OneIntegration> {
    api.check_project(&path.project)?;
    let notices = api.manager.catalogue.read(|tables| {
        let found = path.find(tables)?;
        Ok::<_, Refusal>(noticed(tables, &found, Some(&body.user_config)))
    })?;
    api.manager
        .catalogue
        .change(|transaction| {
            let found = transaction.get::<Integration>(&path.integration_id);
            let mut integration = Integration::clone(&*found.ok_or_else(|| missing(&path.integration_id))?);
            merge(&mut integration.user_config, body.user_config)?;
            transaction.put(integration);
            Ok::<_, Refusal>(())
        })
        .await?;
    shown(&api, &path.integration_id, notices)
}

/// Ends an integration that no running deployment uses
#[utoipa::path(delete, path = "/v1/project/{project}/integration/{integration_id}", tag = "integrations",
    params(IntegrationPath), responses((status = 200, body = OneIntegration)))]
async fn delete(State(api): State<Api>, Path(path): Path<IntegrationPath>) -> Answer<OneIntegration> {
    api.check_project(&path.project)?;
    api.manager.catalogue.read(|tables| path.find(tables))?;
    let last = shown(&api, &path.integration_id, Vec::new())?;
    api.manager
        .catalogue
        .change(|transaction| {
            in_use::check_integration(transaction, &path.integration_id)?;
            transaction.delete::<Integration>(&path.integration_id);
            Ok::<_, Refusal>(())
        })
        .await?;
    Ok(last)
}

fn shown(api: &Api, id: &str, notices: Vec<String>) -> Answer<OneIntegration> {
    api.manager.catalogue.read(|tables| {
        let found = tables.get::<Integration>(id).ok_or_else(|| missing(id))?;
        Ok(Json(OneIntegration {
            service_integration: IntegrationView::new(found, tables),
            notices,
        }))
    })
}

/// Types of integrations
#[utoipa::path(get, path = "/v1/project/{project}/integration_types", tag = "integrations", params(ProjectPath),
    responses((status = 200, body = IntegrationTypes)))]
async fn types(State(api): State<Api>, Path(path): Path<ProjectPath>) -> Answer<IntegrationTypes> {
    path.check(&api)?;
    let integration_types = TYPES
        .iter()
        .map(|(name, description, sources, endpoint)| IntegrationType {
            integration_type: name,
            source_description: description,
            dest_description: description,
            source_service_types: sources.iter().chain(endpoint).copied().collect(),
            dest_service_type: "flink",
            user_config_schema: serde_json::json!({"type": "object", "properties": {}}),
        });
    Ok(Json(IntegrationTypes {
        integration_types: integration_types.collect(),
    }))
}
