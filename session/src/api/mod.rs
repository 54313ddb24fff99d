//! The API: Aiven's shapes over the manager.
//!
//! In: requests of HTTP. Out: JSON. Invariant: every route is described in `/openapi.json`, which is made of the code;
//! a mistake of the caller is never answered with 5xx; no secret leaves the manager.

#![allow(unused_qualifications, reason = "utoipa's macros write whole paths")]

mod access;
mod account;
mod answer;
mod application;
mod cluster;
mod database;
mod deployment;
mod description;
mod endpoint;
mod flink;
mod in_use;
mod input;
mod integration;
mod log;
mod merge;
mod metric;
mod path;
mod query;
mod savepoint;
mod serve;
mod service;
mod service_type;
mod topic;
mod user_config;
mod version;
mod view;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware;
use axum::response::{IntoResponse as _, Response};
use axum::{Json, Router};
use serde_json::{Map, Value};
use tower_service::Service as _;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

pub use access::{Caller, create_token, register_token, replace_tokens};
pub use answer::Answer;
pub use input::Input;
pub use serve::{Peer, Tls, serve};
pub use service::create_cluster;

use crate::manager::Manager;
use crate::refusal::Refusal;

/// What the operator decides about the API.
#[derive(Clone, Debug)]
pub struct Settings {
    pub projects: Vec<String>,
    /// Callers on this machine need no token.
    pub trusts_loopback: bool,
    /// Under which the API is reached, for answers that name it.
    pub public_url: Option<String>,
    /// How services are reached that are created without saying so, by their names.
    pub connections: BTreeMap<String, Map<String, Value>>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            projects: vec!["dev".to_owned()],
            trusts_loopback: false,
            public_url: None,
            connections: BTreeMap::new(),
        }
    }
}

/// State of all handlers.
#[derive(Clone)]
pub struct Api {
    pub manager: Manager,
    pub settings: Arc<Settings>,
}

#[derive(OpenApi)]
#[openapi(info(
    title = "Millstream",
    description = "Session clusters of streaming SQL, in the shapes of Aiven for Apache Flink's API."
))]
struct Description;

/// Everything there is under one address: the API, and what others serve beside it.
pub fn router(manager: Manager, settings: Settings, beside: Router) -> Router {
    let api = Api {
        manager,
        settings: Arc::new(settings),
    };
    let (routes, description) = routes().split_for_parts();
    let described = axum::Json(description::completed(description));
    let routes = routes
        .route_layer(middleware::from_fn_with_state(api.clone(), access::check))
        .with_state(api)
        .route("/", axum::routing::get(root))
        .route("/openapi.json", axum::routing::get(async move || described))
        .merge(beside)
        .fallback(unknown)
        .method_not_allowed_fallback(unknown_method);
    Router::new().fallback(normalised).with_state(routes)
}

/// The description of all routes, as served at `/openapi.json`.
pub fn description() -> utoipa::openapi::OpenApi {
    description::completed(routes().split_for_parts().1)
}

fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::with_openapi(Description::openapi())
        .merge(account::routes())
        .merge(service_type::routes())
        .merge(service::routes())
        .merge(application::routes())
        .merge(version::routes())
        .merge(deployment::routes())
        .merge(savepoint::routes())
        .merge(query::routes())
        .merge(cluster::routes())
        .merge(flink::routes())
        .merge(integration::routes())
        .merge(endpoint::routes())
        .merge(topic::routes())
        .merge(database::routes())
        .merge(log::routes())
        .merge(metric::routes())
}

/// Some clients put a slash too many between host and path.
async fn normalised(State(mut routes): State<Router>, mut request: Request) -> Response {
    let given = request.uri().path_and_query().map_or("/", |given| given.as_str());
    let (path, query) = given.split_once('?').unwrap_or((given, ""));
    if !is_text(path) {
        return Refusal::invalid("The path is not UTF-8 when it is decoded").into_response();
    }
    if path.starts_with("//") {
        let path = path.trim_start_matches('/');
        let uri = if query.is_empty() {
            format!("/{path}")
        } else {
            format!("/{path}?{query}")
        };
        *request.uri_mut() = uri.parse().expect("a path without some of its slashes is a path");
    }
    match routes.call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// Whether a path's bytes, some of which are written as `%41`, are UTF-8.
fn is_text(path: &str) -> bool {
    let digits = |bytes: &[u8]| {
        let text = std::str::from_utf8(bytes).ok()?;
        u8::from_str_radix(text, 16).ok()
    };
    let (mut rest, mut decoded) = (path.as_bytes(), Vec::with_capacity(path.len()));
    while let Some((&first, behind)) = rest.split_first() {
        let escaped = behind.get(..2).filter(|_| first == b'%').and_then(digits);
        decoded.push(escaped.unwrap_or(first));
        rest = if escaped.is_some() { &behind[2..] } else { behind };
    }
    std::str::from_utf8(&decoded).is_ok()
}

/// Whoever opens the address in a browser finds the way.
async fn root() -> Json<serde_json::Value> {
    Json(serde_json::json!({
        "name": "Millstream",
        "version": env!("CARGO_PKG_VERSION"),
        "api": "/v1/project",
        "description": "/openapi.json",
        "flink": "/v1/project/{project}/service/{service}",
        "metrics": "/metrics",
    }))
}

async fn unknown(request: Request) -> Response {
    let (method, path) = (request.method(), request.uri().path());
    Refusal::not_found(format!("There is no {method} {path}")).into_response()
}

async fn unknown_method(request: Request) -> Response {
    let (method, path) = (request.method(), request.uri().path());
    Refusal::new(405, format!("{path} does not take {method}")).into_response()
}
