//! A service as Aiven's clients read it.
//!
//! In: a service, its integrations. Out: what is serialized. Invariant: the keys that clients fail without
//! (`maintenance`, `connection_info`, `create_time`, `backups`) are always there.

use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::super::integration::IntegrationView;
use super::super::service_type::TYPES;
use super::super::view::without_secrets;
use crate::api::Settings;
use crate::catalogue::Tables;
use crate::model::{Integration, Service};

/// Of services that were created without one.
pub(in crate::api) const CLOUD: &str = "local";

#[derive(Serialize, ToSchema)]
pub(super) struct ServiceView {
    service_name: String,
    service_type: String,
    service_type_description: String,
    /// RUNNING or POWEROFF.
    state: &'static str,
    plan: String,
    cloud_name: String,
    node_count: u32,
    create_time: String,
    update_time: String,
    user_config: Map<String, Value>,
    maintenance: Map<String, Value>,
    connection_info: Map<String, Value>,
    /// How it is reached, as registered; secrets are left out.
    connection: Map<String, Value>,
    service_uri: Option<String>,
    service_uri_params: Map<String, Value>,
    service_integrations: Vec<IntegrationView>,
    components: Vec<Value>,
    users: Vec<Value>,
    backups: Vec<Value>,
    tech_emails: Vec<Value>,
    termination_protection: bool,
    project_vpc_id: Option<String>,
    tags: Map<String, Value>,
    group_list: Vec<Value>,
    node_states: Vec<Value>,
}

impl ServiceView {
    pub(super) fn new(service: &Service, tables: &Tables, settings: &Settings) -> Self {
        let integrations = tables.all::<Integration>().filter(|one| {
            let ends = [one.source_service.as_ref(), one.dest_service.as_ref()];
            one.project == service.project && ends.contains(&Some(&service.name))
        });
        let description = TYPES.iter().find(|(name, _)| *name == service.service_type);
        let address = address(service, settings);
        ServiceView {
            service_name: service.name.clone(),
            service_type: service.service_type.clone(),
            service_type_description: description.map_or("", |(_, text)| text).to_owned(),
            state: if service.powered { "RUNNING" } else { "POWEROFF" },
            plan: service.plan.clone(),
            cloud_name: service.cloud.clone().unwrap_or_else(|| CLOUD.to_owned()),
            node_count: 1,
            create_time: service.created_at.clone(),
            update_time: service.updated_at.clone(),
            user_config: without_secrets(&service.user_config),
            maintenance: maintenance(service),
            connection_info: connection_info(service),
            connection: without_secrets(&service.connection),
            service_uri: address.as_ref().map(|address| address.uri.clone()),
            service_uri_params: address.map(|address| address.parameters).unwrap_or_default(),
            service_integrations: integrations
                .map(|one| IntegrationView::new(one, tables))
                .collect(),
            components: Vec::new(),
            users: Vec::new(),
            backups: backups(service),
            tech_emails: service.tech_emails.clone(),
            termination_protection: service.termination_protection,
            project_vpc_id: None,
            tags: service.tags.clone(),
            group_list: Vec::new(),
            node_states: Vec::new(),
        }
    }
}

/// What was asked for, on top of what clients expect to be there.
fn maintenance(service: &Service) -> Map<String, Value> {
    let all = json!({"dow": "never", "time": "00:00:00", "enabled": true, "updates": []});
    let mut all = all.as_object().expect("it is one").clone();
    all.extend(service.maintenance.clone());
    all
}

/// Clients wait until a database has one; backups of what is outside are the business of its operator.
fn backups(service: &Service) -> Vec<Value> {
    match service.service_type.as_str() {
        "pg" => vec![json!({"backup_name": "external", "backup_time": service.created_at, "data_size": 0})],
        _ => Vec::new(),
    }
}

fn connection_info(service: &Service) -> Map<String, Value> {
    let text = |key: &str| service.connection.get(key).cloned();
    let info = match service.service_type.as_str() {
        "kafka" => text("bootstrap_servers").map(|servers| ("kafka", json!([servers]))),
        "pg" => pg_params(service).map(|parameters| ("pg_params", json!([parameters]))),
        _ => None,
    };
    info.into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}

/// All of them text: typed clients refuse a number for a port. The password does not come back.
fn pg_params(service: &Service) -> Option<Map<String, Value>> {
    let keys = [
        ("host", "host"),
        ("port", "port"),
        ("dbname", "default_database"),
        ("user", "username"),
        ("sslmode", "ssl_mode"),
    ];
    let given = keys
        .into_iter()
        .filter_map(|(shown, key)| Some((shown.to_owned(), connection_text(service, key)?.into())));
    service.connection.contains_key("host").then(|| given.collect())
}

fn connection_text(service: &Service, key: &str) -> Option<String> {
    match service.connection.get(key)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

struct Address {
    uri: String,
    /// All of them text.
    parameters: Map<String, Value>,
}

fn address(service: &Service, settings: &Settings) -> Option<Address> {
    let text = |key: &str| connection_text(service, key);
    let (scheme, place) = match service.service_type.as_str() {
        "flink" => {
            let url = settings.public_url.clone()?;
            let (scheme, rest) = url.split_once("://")?;
            (scheme.to_owned(), rest.trim_end_matches('/').to_owned())
        }
        "kafka" => (
            String::new(),
            text("bootstrap_servers")?.split(',').next()?.trim().to_owned(),
        ),
        "pg" => {
            let port = text("port").unwrap_or_else(|| "5432".to_owned());
            ("postgres".to_owned(), format!("{}:{port}", text("host")?))
        }
        _ => ("https".to_owned(), text("host")?),
    };
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port),
        _ if scheme == "https" => (place.as_str(), "443"),
        _ if scheme == "http" => (place.as_str(), "80"),
        _ => (place.as_str(), ""),
    };
    let parameters = json!({"host": host, "port": port});
    let uri = if scheme.is_empty() {
        place.clone()
    } else {
        format!("{scheme}://{place}")
    };
    Some(Address {
        uri,
        parameters: parameters.as_object().expect("it is one").clone(),
    })
}
