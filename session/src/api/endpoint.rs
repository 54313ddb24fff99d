//! Integration endpoints: Kafka clusters and databases outside, with their credentials.
//!
//! In: address and credentials. Out: the same without secrets. Invariant: an endpoint that integrations use is not
//! deleted.

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::{Done, done};
use super::input::null_is_default;
use super::merge::{check_new, merge};
use super::path::{Limit, ProjectPath};
use super::view::without_secrets;
use super::{Answer, Api, Input};
use crate::catalogue::Tables;
use crate::model::{Endpoint, Integration, fresh_id, now};
use crate::refusal::Refusal;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, update, delete))
        .routes(routes!(types))
}

struct EndpointType {
    name: &'static str,
    title: &'static str,
    required: &'static [&'static str],
    optional: &'static [&'static str],
}

const TYPES: [EndpointType; 2] = [
    EndpointType {
        name: "external_kafka",
        title: "A Kafka cluster outside",
        required: &["bootstrap_servers", "security_protocol"],
        optional: &[
            "ssl_ca_cert",
            "ssl_client_cert",
            "ssl_client_key",
            "ssl_endpoint_identification_algorithm",
            "sasl_mechanism",
            "sasl_plain_username",
            "sasl_plain_password",
        ],
    },
    EndpointType {
        name: "external_postgresql",
        title: "A PostgreSQL server outside",
        required: &["host", "port", "username"],
        optional: &[
            "password",
            "default_database",
            "ssl_mode",
            "ssl_root_cert",
            "ssl_client_certificate",
            "ssl_client_key",
        ],
    },
];

const PROTOCOLS: [&str; 4] = ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"];

#[derive(Deserialize, ToSchema)]
struct NewEndpoint {
    endpoint_name: String,
    endpoint_type: String,
    #[serde(default, deserialize_with = "null_is_default")]
    user_config: Map<String, Value>,
}

#[derive(Deserialize, ToSchema)]
struct EndpointUpdate {
    #[serde(default, deserialize_with = "null_is_default")]
    user_config: Map<String, Value>,
}

#[derive(Serialize, ToSchema)]
struct EndpointView {
    endpoint_id: String,
    endpoint_name: String,
    endpoint_type: String,
    endpoint_config: Map<String, Value>,
    user_config: Map<String, Value>,
}

/// Clients read one or the other.
#[derive(Serialize, ToSchema)]
struct OneEndpoint {
    service_integration_endpoint: EndpointView,
    #[serde(flatten)]
    endpoint: EndpointView,
}

#[derive(Serialize, ToSchema)]
struct Endpoints {
    service_integration_endpoints: Vec<EndpointView>,
}

#[derive(Serialize, ToSchema)]
struct EndpointTypes {
    endpoint_types: Vec<Value>,
}

#[derive(Deserialize, IntoParams)]
struct EndpointPath {
    project: String,
    endpoint_id: String,
}

fn view(endpoint: &Endpoint) -> EndpointView {
    EndpointView {
        endpoint_id: endpoint.id.clone(),
        endpoint_name: endpoint.name.clone(),
        endpoint_type: endpoint.endpoint_type.clone(),
        endpoint_config: Map::new(),
        user_config: without_secrets(&endpoint.user_config),
    }
}

fn answer(endpoint: &Endpoint) -> Json<OneEndpoint> {
    Json(OneEndpoint {
        service_integration_endpoint: view(endpoint),
        endpoint: view(endpoint),
    })
}

fn missing(id: &str) -> Refusal {
    Refusal::not_found(format!("Integration endpoint not found: {id}"))
}

impl EndpointPath {
    fn find(&self, tables: &Tables) -> Result<Endpoint, Refusal> {
        let found = tables.get::<Endpoint>(&self.endpoint_id);
        let found = found.filter(|endpoint| endpoint.project == self.project);
        found
            .map(|endpoint| Endpoint::clone(endpoint))
            .ok_or_else(|| missing(&self.endpoint_id))
    }
}

/// All endpoints of a project
#[utoipa::path(get, path = "/v1/project/{project}/integration_endpoint", tag = "integrations",
    params(ProjectPath), responses((status = 200, body = Endpoints)))]
async fn list(State(api): State<Api>, Path(path): Path<ProjectPath>, limit: Limit) -> Answer<Endpoints> {
    path.check(&api)?;
    let endpoints = api.manager.catalogue.read(|tables| {
        let of_project = tables
            .all::<Endpoint>()
            .filter(|endpoint| endpoint.project == path.project);
        of_project.map(|endpoint| view(endpoint)).collect()
    });
    Ok(Json(Endpoints {
        service_integration_endpoints: limit.of(endpoints),
    }))
}

/// A new endpoint
#[utoipa::path(post, path = "/v1/project/{project}/integration_endpoint", tag = "integrations",
    params(ProjectPath), request_body = NewEndpoint, responses((status = 200, body = OneEndpoint)))]
async fn create(
    State(api): State<Api>,
    Path(path): Path<ProjectPath>,
    Input(body): Input<NewEndpoint>,
) -> Answer<OneEndpoint> {
    path.check(&api)?;
    if body.endpoint_name.trim().is_empty() {
        return Err(Refusal::invalid(
            "Invalid 'endpoint_name': expected a name, found nothing",
        ));
    }
    check(&body.endpoint_type, &body.user_config)?;
    check_new(&body.user_config)?;
    let endpoint = Endpoint {
        id: fresh_id(),
        project: path.project,
        name: body.endpoint_name,
        endpoint_type: body.endpoint_type,
        user_config: body.user_config,
        created_at: now(),
    };
    let created = endpoint.clone();
    api.manager
        .catalogue
        .change(|transaction| {
            let all = transaction.all::<Endpoint>();
            if all
                .iter()
                .any(|other| other.project == endpoint.project && other.name == endpoint.name)
            {
                let message = format!("Integration endpoint {} already exists", endpoint.name);
                return Err(Refusal::conflict(message));
            }
            transaction.put(endpoint);
            Ok(())
        })
        .await?;
    Ok(answer(&created))
}

fn check(endpoint_type: &str, config: &Map<String, Value>) -> Result<(), Refusal> {
    let Some(known) = TYPES.iter().find(|known| known.name == endpoint_type) else {
        let names: Vec<&str> = TYPES.iter().map(|known| known.name).collect();
        return Err(Refusal::invalid(format!(
            "Invalid 'endpoint_type': expected one of {}, found '{endpoint_type}'; this version has no other",
            names.join(", ")
        )));
    };
    for key in known.required {
        if config.get(*key).is_none_or(Value::is_null) {
            return Err(Refusal::invalid(format!(
                "Invalid 'user_config.{key}': {endpoint_type} needs it"
            )));
        }
    }
    check_values(known, "user_config", config)
}

/// How a service is reached, by the keys of the endpoints of its kind.
pub(super) fn check_connection(service_type: &str, connection: &Map<String, Value>) -> Result<(), Refusal> {
    let endpoint_type = match service_type {
        "kafka" => "external_kafka",
        "pg" => "external_postgresql",
        _ => return Ok(()),
    };
    let known = TYPES.iter().find(|known| known.name == endpoint_type);
    let known = known.expect("both are types of endpoints");
    let mut keys = known.required.iter().chain(known.optional);
    let unknown = connection
        .iter()
        .find(|(key, value)| !value.is_null() && !keys.clone().any(|known| known == key));
    if let Some((key, _)) = unknown {
        let keys: Vec<&str> = keys.by_ref().copied().collect();
        return Err(Refusal::invalid(format!(
            "Invalid 'connection.{key}': expected one of {}",
            keys.join(", ")
        )));
    }
    check_values(known, "connection", connection)
}

fn check_values(known: &EndpointType, field: &str, config: &Map<String, Value>) -> Result<(), Refusal> {
    for key in known.required.iter().chain(known.optional) {
        let is_right = match config.get(*key) {
            None | Some(Value::Null) => true,
            Some(value) if *key == "port" => {
                let text = value.as_str().and_then(|text| text.parse::<u64>().ok());
                value
                    .as_u64()
                    .or(text)
                    .is_some_and(|port| (1..=65_535).contains(&port))
            }
            Some(value) if *key == "security_protocol" => {
                value.as_str().is_some_and(|value| PROTOCOLS.contains(&value))
            }
            // An address is shown to everybody; credentials have keys of their own.
            Some(value) if matches!(*key, "host" | "bootstrap_servers") => {
                value.as_str().is_some_and(|place| !place.contains('@'))
            }
            Some(value) => value.is_string(),
        };
        if !is_right {
            // The value may be a secret.
            let expected = match *key {
                "port" => "a number from 1 to 65535".to_owned(),
                "security_protocol" => format!("one of {}", PROTOCOLS.join(", ")),
                "host" | "bootstrap_servers" if config[*key].is_string() => {
                    "an address without '@'".to_owned()
                }
                _ => "text".to_owned(),
            };
            return Err(Refusal::invalid(format!(
                "Invalid '{field}.{key}': expected {expected}"
            )));
        }
    }
    Ok(())
}

/// An endpoint, without its secrets
#[utoipa::path(get, path = "/v1/project/{project}/integration_endpoint/{endpoint_id}", tag = "integrations",
    params(EndpointPath), responses((status = 200, body = OneEndpoint)))]
async fn get(State(api): State<Api>, Path(path): Path<EndpointPath>) -> Answer<OneEndpoint> {
    api.check_project(&path.project)?;
    let found = api.manager.catalogue.read(|tables| path.find(tables))?;
    Ok(answer(&found))
}

/// Changes the keys of user_config that are named; null removes one
#[utoipa::path(put, path = "/v1/project/{project}/integration_endpoint/{endpoint_id}", tag = "integrations",
    params(EndpointPath), request_body = EndpointUpdate, responses((status = 200, body = OneEndpoint)))]
async fn update(
    State(api): State<Api>,
    Path(path): Path<EndpointPath>,
    Input(body): Input<EndpointUpdate>,
) -> Answer<OneEndpoint> {
    api.check_project(&path.project)?;
    api.manager.catalogue.read(|tables| path.find(tables))?;
    let updated = api
        .manager
        .catalogue
        .change(|transaction| {
            let found = transaction.get::<Endpoint>(&path.endpoint_id);
            let mut endpoint = Endpoint::clone(&*found.ok_or_else(|| missing(&path.endpoint_id))?);
            merge(&mut endpoint.user_config, body.user_config)?;
            check(&endpoint.endpoint_type, &endpoint.user_config)?;
            transaction.put(endpoint.clone());
            Ok::<_, Refusal>(endpoint)
        })
        .await?;
    Ok(answer(&updated))
}

/// Deletes an endpoint without integrations
#[utoipa::path(delete, path = "/v1/project/{project}/integration_endpoint/{endpoint_id}", tag = "integrations",
    params(EndpointPath), responses((status = 200, body = Done)))]
async fn delete(State(api): State<Api>, Path(path): Path<EndpointPath>) -> Answer<Done> {
    api.check_project(&path.project)?;
    api.manager.catalogue.read(|tables| path.find(tables))?;
    api.manager
        .catalogue
        .change(|transaction| {
            let id = Some(&path.endpoint_id);
            let all = transaction.all::<Integration>();
            let uses = |one: &Integration| {
                one.source_endpoint_id.as_ref() == id || one.dest_endpoint_id.as_ref() == id
            };
            if let Some(user) = all.iter().find(|one| uses(one)) {
                let message = format!("The integration endpoint is used by integration {}", user.id);
                return Err(Refusal::conflict(message));
            }
            transaction.delete::<Endpoint>(&path.endpoint_id);
            Ok(())
        })
        .await?;
    done()
}

/// Types of endpoints
#[utoipa::path(get, path = "/v1/project/{project}/integration_endpoint_types", tag = "integrations",
    params(ProjectPath), responses((status = 200, body = EndpointTypes)))]
async fn types(State(api): State<Api>, Path(path): Path<ProjectPath>) -> Answer<EndpointTypes> {
    path.check(&api)?;
    let schema = |known: &EndpointType| {
        let keys = known.required.iter().chain(known.optional);
        let properties: Map<String, Value> = keys
            .map(|key| {
                let kind = if *key == "port" { "integer" } else { "string" };
                ((*key).to_owned(), json!({ "type": kind }))
            })
            .collect();
        json!({
            "endpoint_type": known.name, "title": known.title, "service_types": ["flink"],
            "user_config_schema": {"type": "object", "properties": properties, "required": known.required},
        })
    };
    Ok(Json(EndpointTypes {
        endpoint_types: TYPES.iter().map(schema).collect(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_hold_no_credentials() {
        for (service_type, connection, is_right) in [
            ("pg", json!({"host": "h"}), true),
            ("pg", json!({"host": "u:p@h"}), false),
            ("kafka", json!({"bootstrap_servers": "a:1,b:2"}), true),
            ("kafka", json!({"bootstrap_servers": "a:1,u:p@b:2"}), false),
        ] {
            let config = connection.as_object().expect("an object");
            let checked = check_connection(service_type, config);
            assert_eq!(checked.is_ok(), is_right, "{connection}");
            if let Err(refusal) = checked {
                assert!(
                    refusal.message.ends_with("expected an address without '@'"),
                    "{refusal}"
                );
            }
        }
    }
}
