//! Types of services.
//!
//! In: the name of a type. Out: its description with the JSON schema of its user_config. Invariant: there are no plans:
//! what a session cluster may use is up to its workers.

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::ProjectPath;
use super::{Answer, Api, user_config};
use crate::refusal::Refusal;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(plan))
}

/// Type and description.
pub(super) const TYPES: [(&str, &str); 4] = [
    ("flink", "Session cluster of streaming SQL"),
    ("kafka", "Connection to a Kafka cluster"),
    ("pg", "Connection to a PostgreSQL server"),
    ("opensearch", "Connection to an OpenSearch cluster"),
];

fn description(name: &str) -> Option<Value> {
    let (_, shown) = TYPES.iter().find(|(known, _)| *known == name)?;
    let mut properties = Map::new();
    if name == "flink" {
        properties.extend(user_config::properties());
    }
    Some(json!({
        "description": shown,
        "service_plans": [],
        "user_config_schema": {
            "type": "object",
            "title": format!("{name} user_config"),
            "additionalProperties": true,
            "properties": properties,
        },
    }))
}

#[derive(Serialize, ToSchema)]
struct Types {
    /// By name: description, plans, JSON schema of user_config.
    service_types: Map<String, Value>,
}

#[derive(Deserialize, IntoParams)]
struct TypePath {
    project: String,
    service_type: String,
}

#[derive(Deserialize, IntoParams)]
struct PlanPath {
    project: String,
    service_type: String,
    plan: String,
}

/// Types of services
#[utoipa::path(get, path = "/v1/project/{project}/service_types", tag = "services", params(ProjectPath),
    responses((status = 200, body = Types)))]
async fn list(State(api): State<Api>, Path(path): Path<ProjectPath>) -> Answer<Types> {
    path.check(&api)?;
    let types = TYPES
        .iter()
        .filter_map(|(name, _)| Some(((*name).to_owned(), description(name)?)));
    Ok(Json(Types {
        service_types: types.collect(),
    }))
}

/// A type of services: its description and the JSON schema of its user_config
#[utoipa::path(get, path = "/v1/project/{project}/service-types/{service_type}", tag = "services",
    params(TypePath), responses((status = 200, body = Value)))]
async fn get(State(api): State<Api>, Path(path): Path<TypePath>) -> Answer<Value> {
    api.check_project(&path.project)?;
    let found = description(&path.service_type);
    found.map(Json).ok_or_else(|| unknown(&path.service_type))
}

/// A plan: there are none, what a session cluster may use is up to its workers
#[utoipa::path(get, path = "/v1/project/{project}/service-types/{service_type}/plans/{plan}", tag = "services",
    params(PlanPath), responses((status = 404, body = super::answer::ErrorBody)))]
async fn plan(State(api): State<Api>, Path(path): Path<PlanPath>) -> Answer<Value> {
    api.check_project(&path.project)?;
    let message = format!(
        "Plan not found: {} of service type {}",
        path.plan, path.service_type
    );
    Err(Refusal::not_found(message))
}

pub(super) fn unknown(service_type: &str) -> Refusal {
    let names: Vec<&str> = TYPES.iter().map(|(name, _)| *name).collect();
    let names = names.join(", ");
    Refusal::invalid(format!(
        "Invalid 'service_type': expected one of {names}, found '{service_type}'"
    ))
}
