//! Versions of applications: create, validate, read, delete.
//!
//! In: texts of tables and statement. Out: versions, or what is wrong with which text. Invariant: a version compiles;
//! it never changes, and its number is never given again.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::input::null_is_default;
use super::path::{ApplicationPath, ServicePath, VersionPath};
use super::view::VersionView;
use super::{Answer, Api, Caller, Input};
use crate::catalogue::Tables;
use crate::connection::{self, Connection};
use crate::manager::unreadable_settings;
use crate::model::application::{Column, Table};
use crate::model::{Application, Deployment, Service, Version, fresh_id, now};
use crate::refusal::Refusal;
use crate::validation::{self, Checked, CheckedTable, Position, Problem, TableText, VersionText, Warning};

/// More tables than any statement names; each is a file of the compiler.
const TABLES_MAX: usize = 1_000;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(create))
        .routes(routes!(validate))
        .routes(routes!(get, delete))
}

#[derive(Deserialize, ToSchema)]
pub(super) struct VersionBody {
    #[serde(default, deserialize_with = "null_is_default")]
    sources: Vec<TableText>,
    #[serde(default, deserialize_with = "null_is_default")]
    sinks: Vec<TableText>,
    statement: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct Validation {
    sources: Vec<ValidatedTable>,
    sinks: Vec<ValidatedTable>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement_error: Option<Problem>,
    /// What compiles and is hardly meant: keys that nobody knows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Warning>,
}

/// A version as it was made.
#[derive(Serialize, ToSchema)]
struct NewVersionView {
    #[serde(flatten)]
    version: VersionView,
    /// What compiles and is hardly meant: keys that nobody knows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Warning>,
}

#[derive(Serialize, ToSchema)]
struct ValidatedTable {
    create_table: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    integration_id: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    table_name: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    options: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    columns: Vec<Column>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<Position>,
}

/// A version that compiles and has no number yet.
pub(super) struct CompiledVersion {
    statement: String,
    sources: Vec<Table>,
    sinks: Vec<Table>,
    warnings: Vec<Warning>,
}

impl CompiledVersion {
    /// The next version of the application.
    pub(super) fn numbered(self, application: &mut Application, user: &str) -> Version {
        application.last_version += 1;
        application.updated_at = now();
        user.clone_into(&mut application.updated_by);
        Version {
            id: fresh_id(),
            application_id: application.id.clone(),
            version: application.last_version,
            created_at: application.updated_at.clone(),
            created_by: user.to_owned(),
            statement: self.statement,
            sources: self.sources,
            sinks: self.sinks,
        }
    }
}

/// A new version
#[utoipa::path(post, path = "/v1/project/{project}/service/{service}/flink/application/{application_id}/version",
    tag = "versions", params(ApplicationPath), request_body = VersionBody,
    responses((status = 200, body = NewVersionView)))]
async fn create(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Path(path): Path<ApplicationPath>,
    Input(body): Input<VersionBody>,
) -> Answer<NewVersionView> {
    path.check(&api)?;
    api.manager.catalogue.read(|tables| path.find(tables))?;
    let mut compiled = compiled(&api, &path.service(), body).await?;
    let warnings = std::mem::take(&mut compiled.warnings);
    let version = api
        .manager
        .catalogue
        .change(|transaction| {
            let found = path.checked(transaction.get::<Application>(&path.application_id))?;
            let mut application = Application::clone(&found);
            let version = compiled.numbered(&mut application, &caller.email);
            transaction.put(application);
            transaction.put(version.clone());
            Ok::<_, Refusal>(version)
        })
        .await?;
    Ok(Json(NewVersionView {
        version: VersionView::new(&version),
        warnings,
    }))
}

/// What is wrong with the texts of a version, text by text; nothing is created
#[utoipa::path(post,
    path = "/v1/project/{project}/service/{service}/flink/application/{application_id}/version/validate",
    tag = "versions", params(ApplicationPath), request_body = VersionBody,
    responses((status = 200, body = Validation)))]
async fn validate(
    State(api): State<Api>,
    Path(path): Path<ApplicationPath>,
    Input(body): Input<VersionBody>,
) -> Answer<Validation> {
    path.check(&api)?;
    api.manager.catalogue.read(|tables| path.find(tables))?;
    let (text, checked) = check(&api, body).await?;
    let unreadable = || {
        let message = unreadable_settings(&checked.config).into_iter().next()?;
        Some(Problem {
            message,
            position: None,
        })
    };
    let tables = |tables: Vec<CheckedTable>| {
        let tables = tables.into_iter();
        tables
            .map(|table| validated(&api, &path.service(), table))
            .collect()
    };
    Ok(Json(Validation {
        sources: tables(checked.sources),
        sinks: tables(checked.sinks),
        statement: text.statement,
        statement_error: checked.statement_error.or_else(unreadable),
        warnings: checked.warnings,
    }))
}

/// A version
#[utoipa::path(get,
    path = "/v1/project/{project}/service/{service}/flink/application/{application_id}/version/{version_id}",
    tag = "versions", params(VersionPath), responses((status = 200, body = VersionView)))]
async fn get(State(api): State<Api>, Path(path): Path<VersionPath>) -> Answer<VersionView> {
    path.application().check(&api)?;
    let version = api.manager.catalogue.read(|tables| {
        path.application().find(tables)?;
        path.checked(tables.get::<Version>(&path.version_id).cloned())
    })?;
    Ok(Json(VersionView::new(&version)))
}

/// Deletes a version that no deployment runs
#[utoipa::path(delete,
    path = "/v1/project/{project}/service/{service}/flink/application/{application_id}/version/{version_id}",
    tag = "versions", params(VersionPath), responses((status = 200, body = VersionView)))]
async fn delete(State(api): State<Api>, Path(path): Path<VersionPath>) -> Answer<VersionView> {
    path.application().check(&api)?;
    let version = api
        .manager
        .catalogue
        .change(|transaction| {
            let application = path.application();
            application.checked(transaction.get::<Application>(&path.application_id))?;
            let version = path.checked(transaction.get::<Version>(&path.version_id))?;
            let deployments = transaction.all::<Deployment>();
            let mut active = deployments
                .iter()
                .filter(|d| d.version_id == version.id && !d.status.is_ended());
            if let Some(active) = active.next() {
                return Err(Refusal::conflict(format!(
                    "Version {} is used by deployment {}, which is {}",
                    version.version,
                    active.id,
                    active.status.name()
                )));
            }
            transaction.delete::<Version>(&version.id);
            Ok(version)
        })
        .await?;
    Ok(Json(VersionView::new(&version)))
}

/// Compiles a version, and looks whether its integrations lead where its tables are.
pub(super) async fn compiled(
    api: &Api,
    path: &ServicePath,
    body: VersionBody,
) -> Result<CompiledVersion, Refusal> {
    if body.statement.is_none() {
        return Err(Refusal::invalid("Invalid body: missing field `statement`"));
    }
    let (text, checked) = check(api, body).await?;
    if let Some(refusal) = checked.refusal() {
        return Err(refusal);
    }
    let unreadable = unreadable_settings(&checked.config);
    if let Some(first) = unreadable.first() {
        return Err(Refusal {
            status: 400,
            message: format!("statement: {first}"),
            errors: unreadable,
        });
    }
    let tables = |tables: Vec<CheckedTable>| -> Result<Vec<Table>, Refusal> {
        let table = |checked: CheckedTable| {
            check_integration(api, path, &checked.table)?;
            Ok(checked.table)
        };
        tables.into_iter().map(table).collect()
    };
    Ok(CompiledVersion {
        statement: text.statement.expect("it was looked for above"),
        sources: tables(checked.sources)?,
        sinks: tables(checked.sinks)?,
        warnings: checked.warnings,
    })
}

/// Before anything looks at them.
pub(super) fn check_count<T>(sources: &[T], sinks: &[T]) -> Result<(), Refusal> {
    let count = sources.len() + sinks.len();
    if count > TABLES_MAX {
        return Err(Refusal::invalid(format!(
            "Invalid 'sources': there can be at most {TABLES_MAX} tables, found {count}"
        )));
    }
    Ok(())
}

async fn check(api: &Api, body: VersionBody) -> Result<(VersionText, Checked), Refusal> {
    check_count(&body.sources, &body.sinks)?;
    let text = VersionText {
        sources: body.sources,
        sinks: body.sinks,
        statement: body.statement,
    };
    let files = api.manager.settings().files.clone();
    let checking = tokio::task::spawn_blocking(move || {
        let checked = validation::check(&text, &files);
        (text, checked)
    });
    checking
        .await
        .map_err(|panic| anyhow::anyhow!("compiling a version: {panic}").into())
}

fn validated(api: &Api, path: &ServicePath, checked: CheckedTable) -> ValidatedTable {
    let (mut message, mut position) = (None, None);
    if let Some(problem) = checked.problem {
        (message, position) = (Some(problem.message), problem.position);
    } else if let Err(refusal) = check_integration(api, path, &checked.table) {
        message = Some(refusal.message);
    }
    let table = checked.table;
    ValidatedTable {
        create_table: table.create_table,
        integration_id: table.integration_id,
        table_name: table.table_name,
        options: table.options,
        columns: table.columns,
        message,
        position,
    }
}

/// What is registered later can be wrong later: only what is known now is compared.
fn check_integration(api: &Api, path: &ServicePath, table: &Table) -> Result<(), Refusal> {
    let Some(id) = &table.integration_id else {
        return Ok(());
    };
    api.manager.catalogue.read(|tables: &Tables| {
        let integration = connection::integration(tables, id)?;
        let is_own =
            integration.project == path.project && integration.dest_service.as_ref() == Some(&path.service);
        if !is_own {
            return Err(Refusal::invalid(format!(
                "Integration {id} is none of service {}",
                path.service
            )));
        }
        let source = integration.source_service.as_ref();
        let is_registered = source.is_none_or(|name| {
            tables
                .get::<Service>(&Service::key(&path.project, name))
                .is_some()
        });
        let connector = table.options.get("connector");
        match connector.filter(|_| is_registered) {
            Some(connector) => {
                let connection = Connection::of_integration(tables, integration)?;
                connection.check_connector(&table.table_name, connector)?;
                connection.check_options(&table.table_name, &table.options)
            }
            None => Ok(()),
        }
    })
}
