//! Records as answers show them.
//!
//! In: records. Out: what is serialized. Invariant: texts come back byte for byte, options and configurations without
//! secrets, moments with a zone.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::build::redact::{HIDDEN, shown};
use crate::catalogue::Tables;
use crate::model::application::{Column, Restore, RestorePolicy, Table};
use crate::model::deployment::{OperatorPlan, Restart};
use crate::model::{Application, Deployment, Status, Version};

#[derive(Serialize, ToSchema)]
pub(super) struct ApplicationView {
    id: String,
    name: String,
    created_at: String,
    created_by: String,
    updated_at: String,
    updated_by: String,
    restore: Restore,
    restore_policy: RestorePolicy,
    #[serde(skip_serializing_if = "Option::is_none")]
    application_versions: Option<Vec<VersionView>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    current_deployment: Option<DeploymentView>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct VersionView {
    id: String,
    version: u32,
    created_at: String,
    created_by: String,
    statement: String,
    sources: Vec<TableView>,
    sinks: Vec<TableView>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct TableView {
    table_id: String,
    table_name: String,
    create_table: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    integration_id: Option<String>,
    options: BTreeMap<String, String>,
    columns: Vec<Column>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct DeploymentView {
    id: String,
    version_id: String,
    /// The version's number, also when the version is deleted.
    version: Option<u32>,
    parallelism: u32,
    restart_enabled: bool,
    starting_savepoint: Option<String>,
    /// What the first attempt restores.
    restore_from: Option<String>,
    last_savepoint: Option<String>,
    job_id: Option<String>,
    error_msg: Option<String>,
    status: Status,
    status_since: String,
    created_at: String,
    created_by: String,
    started_at: Option<String>,
    ended_at: Option<String>,
    worker: Option<String>,
    attempt: u32,
    state_plan: Vec<OperatorPlan>,
    restarts: Vec<Restart>,
}

impl ApplicationView {
    /// As lists show it.
    pub(super) fn short(application: &Application) -> Self {
        ApplicationView {
            id: application.id.clone(),
            name: application.name.clone(),
            created_at: application.created_at.clone(),
            created_by: application.created_by.clone(),
            updated_at: application.updated_at.clone(),
            updated_by: application.updated_by.clone(),
            restore: application.restore,
            restore_policy: application.restore_policy,
            application_versions: None,
            current_deployment: None,
        }
    }

    /// With its versions by number and its newest deployment.
    pub(super) fn full(application: &Application, tables: &Tables) -> Self {
        let of_application = |version: &&std::sync::Arc<Version>| version.application_id == application.id;
        let mut versions: Vec<&Version> = tables
            .all::<Version>()
            .filter(of_application)
            .map(|version| &**version)
            .collect();
        versions.sort_by_key(|version| version.version);
        let newest = deployments(tables, &application.id).pop();
        ApplicationView {
            application_versions: Some(versions.into_iter().map(VersionView::new).collect()),
            current_deployment: newest.map(DeploymentView::new),
            ..Self::short(application)
        }
    }
}

/// Of an application, the newest last.
pub(super) fn deployments<'a>(tables: &'a Tables, application_id: &str) -> Vec<&'a Deployment> {
    let all = tables.all::<Deployment>().map(|deployment| &**deployment);
    let mut found: Vec<&Deployment> = all
        .filter(|deployment| deployment.application_id == application_id)
        .collect();
    found.sort_by(|a, b| (&a.created_at, &a.id).cmp(&(&b.created_at, &b.id)));
    found
}

/// Of all applications, by their ids, the newest last.
pub(super) fn deployments_by_application(tables: &Tables) -> BTreeMap<&str, Vec<&Deployment>> {
    let mut found: BTreeMap<&str, Vec<&Deployment>> = BTreeMap::new();
    for deployment in tables.all::<Deployment>() {
        let of_application = found.entry(&deployment.application_id).or_default();
        of_application.push(deployment);
    }
    for deployments in found.values_mut() {
        deployments.sort_by(|a, b| (&a.created_at, &a.id).cmp(&(&b.created_at, &b.id)));
    }
    found
}

impl VersionView {
    pub(super) fn new(version: &Version) -> Self {
        let tables = |tables: &[Table]| tables.iter().map(TableView::new).collect();
        VersionView {
            id: version.id.clone(),
            version: version.version,
            created_at: version.created_at.clone(),
            created_by: version.created_by.clone(),
            statement: version.statement.clone(),
            sources: tables(&version.sources),
            sinks: tables(&version.sinks),
        }
    }
}

impl TableView {
    fn new(table: &Table) -> Self {
        TableView {
            table_id: table.table_id.clone(),
            table_name: table.table_name.clone(),
            create_table: table.create_table.clone(),
            integration_id: table.integration_id.clone(),
            options: table.options.clone(),
            columns: table.columns.clone(),
        }
    }
}

impl DeploymentView {
    pub(super) fn new(deployment: &Deployment) -> Self {
        DeploymentView {
            id: deployment.id.clone(),
            version_id: deployment.version_id.clone(),
            version: Some(deployment.version).filter(|number| *number > 0),
            parallelism: deployment.parallelism,
            restart_enabled: deployment.restart_enabled,
            starting_savepoint: deployment.starting_savepoint.clone(),
            restore_from: deployment.restore_from.clone(),
            last_savepoint: deployment.last_savepoint.clone(),
            job_id: deployment.job_id.clone(),
            error_msg: deployment.error_msg.clone(),
            status: deployment.status,
            status_since: deployment.status_since.clone(),
            created_at: deployment.created_at.clone(),
            created_by: deployment.created_by.clone(),
            started_at: deployment.started_at.clone(),
            ended_at: deployment.ended_at.clone(),
            worker: deployment.worker.clone(),
            attempt: deployment.attempt,
            state_plan: deployment.state_plan.clone(),
            restarts: deployment.restarts.clone(),
        }
    }
}

/// A configuration without its secrets, at any depth.
pub(super) fn without_secrets(config: &Map<String, Value>) -> Map<String, Value> {
    let shown = |(key, value): (&String, &Value)| (key.clone(), without_secret(key, value));
    config.iter().map(shown).collect()
}

/// That there is no secret (null) is none.
fn without_secret(key: &str, value: &Value) -> Value {
    match value {
        Value::Object(inner) => Value::Object(without_secrets(inner)),
        Value::Null => Value::Null,
        Value::String(text) if is_secret(key, text) => HIDDEN.into(),
        Value::Array(_) | Value::Number(_) | Value::Bool(_) if is_secret(key, "") => HIDDEN.into(),
        Value::Array(values) => values.iter().map(|one| without_secret(key, one)).collect(),
        other => other.clone(),
    }
}

fn is_secret(key: &str, text: &str) -> bool {
    key.ends_with("_key") || shown(key, text) == HIDDEN
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_hidden_wherever_they_stand() {
        let config = json!({
            "bootstrap_servers": "k:1", "sasl_plain_password": "p", "ssl_client_key": "k", "port": 5432,
            "service_account_credentials": {"private_key": "k", "project_id": "x"}, "tokens": ["t"],
            "urls": ["http://a", "http://u:p@b"], "users": [{"name": "n", "password": 1234}, [{"token": true}]],
            "api_secret": null,
        });
        let expected = json!({
            "bootstrap_servers": "k:1", "sasl_plain_password": HIDDEN, "ssl_client_key": HIDDEN, "port": 5432,
            "service_account_credentials": {"private_key": HIDDEN, "project_id": "x"}, "tokens": HIDDEN,
            "urls": ["http://a", HIDDEN], "users": [{"name": "n", "password": HIDDEN}, [{"token": HIDDEN}]],
            "api_secret": null,
        });
        let config = config.as_object().expect("an object");
        assert_eq!(Value::Object(without_secrets(config)), expected);
    }
}
