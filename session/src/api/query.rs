//! Interactive queries: create, list, read by page, follow, cancel, delete.
//!
//! In: SQL, what to look at, bounds. Out: rows with their changelog kind. Invariant: no sink is touched; what the
//! caller sent comes back without secrets; a query of an application is found below it only, one without (`cluster`)
//! below its session cluster only.

mod cluster;
mod stream;

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use compiler::Preview;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::{Done, done};
use super::input::null_is_default;
use super::path::ApplicationPath;
use super::version::check_count;
use super::{Answer, Api, Input};
use crate::build::redact::redact;
use crate::manager::QueryRequest;
use crate::model::application::Column;
use crate::model::timestamp;
use crate::protocol::job::Row;
use crate::query::registry::{QueryView, Scope};
use crate::query::{self, Bounds, End, Start};
use crate::refusal::Refusal;
use crate::validation::{TableText, VersionText};

/// Below which queries are.
const APPLICATION: &str = "/v1/project/{project}/service/{service}/flink/application/{application_id}";
/// Rows of one answer unless the caller says otherwise.
const PAGE: usize = 1_000;

pub(super) fn routes() -> OpenApiRouter<Api> {
    let routes = OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, delete))
        .routes(routes!(cancel_job))
        .routes(routes!(events));
    OpenApiRouter::new()
        .nest(APPLICATION, routes)
        .merge(cluster::routes())
}

#[derive(Deserialize, IntoParams)]
struct QueryPath {
    project: String,
    service: String,
    application_id: String,
    query_id: String,
}

#[derive(Deserialize, ToSchema)]
struct QueryBody {
    /// What to look at: a SELECT, or an INSERT whose rows are shown instead of written.
    #[serde(default, deserialize_with = "null_is_default")]
    statement: String,
    #[serde(default, deserialize_with = "null_is_default")]
    sources: Vec<TableText>,
    #[serde(default, deserialize_with = "null_is_default")]
    sinks: Vec<TableText>,
    /// Seconds after which the query ends; 300 unless given.
    #[serde(default, deserialize_with = "null_is_default")]
    job_ttl: u64,
    /// Rows after which the query ends; 100 unless given, at most 10,000.
    #[serde(default, deserialize_with = "null_is_default")]
    max_rows: u64,
    /// Look at this table or view instead of the statement.
    #[serde(default)]
    table: Option<String>,
    /// Of several statements the one that writes to this table.
    #[serde(default)]
    sink: Option<String>,
    /// Where to begin in Kafka topics: `earliest` (unless given), `latest`, a time or milliseconds since 1970.
    #[serde(default)]
    from: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct Created {
    query_id: String,
}

#[derive(Serialize, ToSchema)]
struct Queries {
    queries: Vec<QueryAnswer>,
}

#[derive(Serialize, ToSchema)]
struct QueryAnswer {
    query_id: String,
    /// `table` or `statement`.
    query_type: &'static str,
    job_id: String,
    job_name: String,
    create_time: String,
    job_expire_time: String,
    columns: Vec<Column>,
    /// The request, without secrets.
    query_params: Value,
    /// `INITIALIZING`, `RUNNING`, `FINISHED`, `CANCELED`, `FAILED`.
    status: &'static str,
    /// Why it ended: `finished`, `max_rows`, `max_bytes`, `job_ttl`, `canceled`, `failed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    end_reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_msg: Option<String>,
    /// Rows so far.
    row_count: u64,
    /// Malformed records that were passed over.
    rows_skipped: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<Vec<IndexedRow>>,
}

#[derive(Serialize, ToSchema)]
struct IndexedRow {
    /// From 0.
    index: usize,
    /// `+I`, `-U`, `+U`, `-D`.
    kind: String,
    /// By column.
    data: Vec<Value>,
}

#[derive(Serialize, ToSchema)]
struct Canceled {
    /// False if it had ended already.
    canceled: bool,
    details: String,
}

/// A new query; it is compiled when the answer comes and runs soon after
#[utoipa::path(post, path = "/query", tag = "queries", params(ApplicationPath), request_body = QueryBody,
    responses((status = 200, body = Created)))]
async fn create(
    State(api): State<Api>,
    Path(path): Path<ApplicationPath>,
    Input(body): Input<QueryBody>,
) -> Answer<Created> {
    let scope = path.scope(&api)?;
    create_in(&api, scope, body).await
}

async fn create_in(api: &Api, scope: Scope, body: QueryBody) -> Answer<Created> {
    let query_id = api.manager.create_query(body.request(scope)?).await?;
    Ok(Json(Created { query_id }))
}

/// The queries of an application, the oldest first, without rows
#[utoipa::path(get, path = "/query", tag = "queries", params(ApplicationPath),
    responses((status = 200, body = Queries)))]
async fn list(State(api): State<Api>, Path(path): Path<ApplicationPath>) -> Answer<Queries> {
    let scope = path.scope(&api)?;
    list_in(&api, &scope)
}

fn list_in(api: &Api, scope: &Scope) -> Answer<Queries> {
    let found = api.manager.queries().list(scope);
    let queries = found.into_iter().map(QueryAnswer::new).collect();
    Ok(Json(Queries { queries }))
}

/// A query with a page of its rows: `limit` rows from index `offset` on
#[utoipa::path(get, path = "/query/{query_id}", tag = "queries",
    params(QueryPath, ("offset" = Option<usize>, Query), ("limit" = Option<usize>, Query)),
    responses((status = 200, body = QueryAnswer)))]
async fn get(
    State(api): State<Api>,
    Path(path): Path<QueryPath>,
    RawQuery(query): RawQuery,
) -> Answer<QueryAnswer> {
    let view = path.find(&api)?;
    page(&api, view, &query.unwrap_or_default())
}

fn page(api: &Api, view: QueryView, query: &str) -> Answer<QueryAnswer> {
    let offset = number(query, "offset")?.unwrap_or(0);
    let limit = number(query, "limit")?.unwrap_or(PAGE);
    let rows = api.manager.queries().rows(&view.id, offset, limit);
    let mut answer = QueryAnswer::new(view);
    answer.rows = Some(indexed(offset, rows).collect());
    Ok(Json(answer))
}

/// Ends a query and its process; its rows can still be read for some minutes
#[utoipa::path(patch, path = "/query/{query_id}/cancel_job", tag = "queries", params(QueryPath),
    responses((status = 200, body = Canceled)))]
async fn cancel_job(State(api): State<Api>, Path(path): Path<QueryPath>) -> Answer<Canceled> {
    let view = path.find(&api)?;
    cancel(&api, &view)
}

fn cancel(api: &Api, view: &QueryView) -> Answer<Canceled> {
    let canceled = api
        .manager
        .queries()
        .end(&view.id, End::Canceled, Timestamp::now());
    let details = match canceled {
        true => "The query ends".to_owned(),
        false => "The query has ended already".to_owned(),
    };
    Ok(Json(Canceled { canceled, details }))
}

/// Ends a query and forgets its rows
#[utoipa::path(delete, path = "/query/{query_id}", tag = "queries", params(QueryPath),
    responses((status = 200, body = Done)))]
async fn delete(State(api): State<Api>, Path(path): Path<QueryPath>) -> Answer<Done> {
    let view = path.find(&api)?;
    api.manager.queries().delete(&view.id);
    done()
}

/// Rows as they appear, as server-sent events: `columns`, then `row` for each from index `offset` (or after
/// `Last-Event-ID`) on, then `end` with the reason. `cancel_on_close=true` ends the query when the caller goes away
#[utoipa::path(get, path = "/query/{query_id}/events", tag = "queries",
    params(QueryPath, ("offset" = Option<usize>, Query), ("cancel_on_close" = Option<bool>, Query)),
    responses((status = 200, content_type = "text/event-stream", body = String)))]
async fn events(
    State(api): State<Api>,
    Path(path): Path<QueryPath>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let view = path.find(&api)?;
    follow(&api, view, &query.unwrap_or_default(), &headers)
}

fn follow(api: &Api, view: QueryView, query: &str, headers: &HeaderMap) -> Result<Response, Refusal> {
    let after = headers
        .get("last-event-id")
        .and_then(|id| id.to_str().ok()?.parse::<usize>().ok());
    let offset = match after {
        Some(last) => last.saturating_add(1),
        None => number(query, "offset")?.unwrap_or(0),
    };
    let cancel_on_close = parameter(query, "cancel_on_close") == Some("true");
    Ok(stream::response(
        api.manager.queries().clone(),
        view,
        offset,
        cancel_on_close,
    ))
}

fn parameter<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find_map(|(key, value)| (key == name).then_some(value))
}

fn number(query: &str, name: &str) -> Result<Option<usize>, Refusal> {
    let Some(text) = parameter(query, name) else {
        return Ok(None);
    };
    let number = text.parse().map(Some);
    number.map_err(|_| Refusal::invalid(format!("Invalid '{name}': expected a number, found '{text}'")))
}

fn indexed(first: usize, rows: Vec<Row>) -> impl Iterator<Item = IndexedRow> {
    let numbered = rows.into_iter().zip(first..);
    numbered.map(|(row, index)| IndexedRow {
        index,
        kind: row.kind,
        data: row.data,
    })
}

impl ApplicationPath {
    fn scope(&self, api: &Api) -> Result<Scope, Refusal> {
        self.check(api)?;
        api.manager.catalogue.read(|tables| self.find(tables))?;
        Ok(Scope {
            project: self.project.clone(),
            service: self.service.clone(),
            application_id: Some(self.application_id.clone()),
        })
    }
}

impl QueryPath {
    fn find(&self, api: &Api) -> Result<QueryView, Refusal> {
        let application = ApplicationPath {
            project: self.project.clone(),
            service: self.service.clone(),
            application_id: self.application_id.clone(),
        };
        find_in(api, &application.scope(api)?, &self.query_id)
    }
}

fn find_in(api: &Api, scope: &Scope, query_id: &str) -> Result<QueryView, Refusal> {
    let found = api.manager.queries().view(query_id);
    found
        .filter(|view| view.query.scope == *scope)
        .ok_or_else(|| Refusal::not_found(format!("Query not found: {query_id}")))
}

impl QueryBody {
    fn request(self, scope: Scope) -> Result<QueryRequest, Refusal> {
        check_count(&self.sources, &self.sinks)?;
        let bounds = self.bounds()?;
        let start: Start = self
            .from
            .as_deref()
            .unwrap_or("earliest")
            .parse()
            .map_err(|problem| Refusal::invalid(format!("Invalid 'from': {problem}")))?;
        let shown = self.shown(bounds, start);
        // Some clients send an empty text for what they leave out.
        let named = |text: TableText| TableText {
            integration_id: text.integration_id.filter(|id| !id.is_empty()),
            ..text
        };
        let text = VersionText {
            sources: self.sources.into_iter().map(named).collect(),
            sinks: self.sinks.into_iter().map(named).collect(),
            statement: Some(self.statement),
        };
        Ok(QueryRequest {
            scope,
            text,
            preview: match self.table.filter(|table| !table.is_empty()) {
                Some(table) => Preview::Table(table),
                None => Preview::Statement { sink: self.sink },
            },
            start,
            bounds,
            shown,
        })
    }

    fn bounds(&self) -> Result<Bounds, Refusal> {
        let ttl_max = query::TTL_MAX.as_secs();
        if self.max_rows > query::MAX_ROWS_MAX {
            return Err(Refusal::invalid(format!(
                "Invalid 'max_rows': expected at most {}, found {}",
                query::MAX_ROWS_MAX,
                self.max_rows
            )));
        }
        if self.job_ttl > ttl_max {
            return Err(Refusal::invalid(format!(
                "Invalid 'job_ttl': expected at most {ttl_max} seconds, found {}",
                self.job_ttl
            )));
        }
        let default = Bounds::default();
        Ok(Bounds {
            max_rows: match self.max_rows {
                0 => default.max_rows,
                given => given,
            },
            ttl: match self.job_ttl {
                0 => default.ttl,
                given => std::time::Duration::from_secs(given),
            },
        })
    }

    fn shown(&self, bounds: Bounds, start: Start) -> Value {
        let tables = |tables: &[TableText]| -> Vec<Value> {
            let table = |table: &TableText| {
                let mut shown = json!({ "create_table": redact(&table.create_table) });
                if let Some(id) = &table.integration_id {
                    shown["integration_id"] = json!(id);
                }
                shown
            };
            tables.iter().map(table).collect()
        };
        let mut shown = json!({
            "statement": redact(&self.statement),
            "sources": tables(&self.sources),
            "sinks": tables(&self.sinks),
            "job_ttl": bounds.ttl.as_secs(),
            "max_rows": bounds.max_rows,
            "from": start.to_string(),
        });
        for (key, value) in [("table", &self.table), ("sink", &self.sink)] {
            if let Some(value) = value {
                shown[key] = json!(value);
            }
        }
        shown
    }
}

impl QueryAnswer {
    fn new(view: QueryView) -> QueryAnswer {
        let status = match &view.end {
            None if view.is_running => "RUNNING",
            None => "INITIALIZING",
            Some(End::Failed(_)) => "FAILED",
            Some(End::Canceled) => "CANCELED",
            Some(End::Finished | End::MaxRows | End::MaxBytes | End::TimeToLive) => "FINISHED",
        };
        let error_msg = match &view.end {
            Some(End::Failed(message)) => Some(message.clone()),
            _ => None,
        };
        QueryAnswer {
            job_name: format!("query-{}", view.id),
            query_id: view.id,
            query_type: view.query.query_type,
            job_id: view.job_id,
            create_time: timestamp(view.created_at),
            job_expire_time: timestamp(view.expires_at),
            columns: view.query.columns,
            query_params: view.query.parameters,
            status,
            end_reason: view.end.as_ref().map(End::name),
            error_msg,
            row_count: view.rows,
            rows_skipped: view.rows_skipped,
            rows: None,
        }
    }
}

#[cfg(test)]
mod tests;
