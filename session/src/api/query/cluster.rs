//! Interactive queries that belong to no application: SQL is looked at before anything of it is stored.
//!
//! In, out: as those of an application. Aiven has nothing like it.

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::answer::{Done, done};
use super::super::path::ServicePath;
use super::super::{Answer, Api, Input};
use super::{Canceled, Created, Queries, QueryAnswer, QueryBody};
use crate::query::registry::{QueryView, Scope};
use crate::refusal::Refusal;

/// Below which they are.
const CLUSTER: &str = "/v1/project/{project}/service/{service}/flink";

pub(super) fn routes() -> OpenApiRouter<Api> {
    let routes = OpenApiRouter::new()
        .routes(routes!(list_queries, create_query))
        .routes(routes!(get_query, delete_query))
        .routes(routes!(cancel_query_job))
        .routes(routes!(query_events));
    OpenApiRouter::new().nest(CLUSTER, routes)
}

#[derive(Deserialize, IntoParams)]
struct ClusterQueryPath {
    project: String,
    service: String,
    query_id: String,
}

/// A new query without an application; it is compiled when the answer comes and runs soon after
#[utoipa::path(post, path = "/query", tag = "queries", params(ServicePath), request_body = QueryBody,
    responses((status = 200, body = Created)))]
async fn create_query(
    State(api): State<Api>,
    Path(path): Path<ServicePath>,
    Input(body): Input<QueryBody>,
) -> Answer<Created> {
    let scope = path.scope(&api)?;
    super::create_in(&api, scope, body).await
}

/// The queries without an application, the oldest first, without rows
#[utoipa::path(get, path = "/query", tag = "queries", params(ServicePath),
    responses((status = 200, body = Queries)))]
async fn list_queries(State(api): State<Api>, Path(path): Path<ServicePath>) -> Answer<Queries> {
    let scope = path.scope(&api)?;
    super::list_in(&api, &scope)
}

/// A query without an application, with a page of its rows: `limit` rows from index `offset` on
#[utoipa::path(get, path = "/query/{query_id}", tag = "queries",
    params(ClusterQueryPath, ("offset" = Option<usize>, Query), ("limit" = Option<usize>, Query)),
    responses((status = 200, body = QueryAnswer)))]
async fn get_query(
    State(api): State<Api>,
    Path(path): Path<ClusterQueryPath>,
    RawQuery(query): RawQuery,
) -> Answer<QueryAnswer> {
    let view = path.find(&api)?;
    super::page(&api, view, &query.unwrap_or_default())
}

/// Ends a query without an application and its process; its rows can still be read for some minutes
#[utoipa::path(patch, path = "/query/{query_id}/cancel_job", tag = "queries", params(ClusterQueryPath),
    responses((status = 200, body = Canceled)))]
async fn cancel_query_job(State(api): State<Api>, Path(path): Path<ClusterQueryPath>) -> Answer<Canceled> {
    let view = path.find(&api)?;
    super::cancel(&api, &view)
}

/// Ends a query without an application and forgets its rows
#[utoipa::path(delete, path = "/query/{query_id}", tag = "queries", params(ClusterQueryPath),
    responses((status = 200, body = Done)))]
async fn delete_query(State(api): State<Api>, Path(path): Path<ClusterQueryPath>) -> Answer<Done> {
    let view = path.find(&api)?;
    api.manager.queries().delete(&view.id);
    done()
}

/// Rows of a query without an application as they appear, as server-sent events: `columns`, `row` for each, `end`
#[utoipa::path(get, path = "/query/{query_id}/events", tag = "queries",
    params(ClusterQueryPath, ("offset" = Option<usize>, Query), ("cancel_on_close" = Option<bool>, Query)),
    responses((status = 200, content_type = "text/event-stream", body = String)))]
async fn query_events(
    State(api): State<Api>,
    Path(path): Path<ClusterQueryPath>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let view = path.find(&api)?;
    super::follow(&api, view, &query.unwrap_or_default(), &headers)
}

impl ServicePath {
    fn scope(&self, api: &Api) -> Result<Scope, Refusal> {
        self.cluster(api)?;
        Ok(Scope {
            project: self.project.clone(),
            service: self.service.clone(),
            application_id: None,
        })
    }
}

impl ClusterQueryPath {
    fn find(&self, api: &Api) -> Result<QueryView, Refusal> {
        let cluster = ServicePath {
            project: self.project.clone(),
            service: self.service.clone(),
        };
        super::find_in(api, &cluster.scope(api)?, &self.query_id)
    }
}
