//! The routes of workers: `/internal/…`.
//!
//! In: calls with the cluster's key. Out: orders, artifacts. Invariant: who does not know the key learns nothing.

use axum::Json;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use sha2::{Digest as _, Sha256};

use super::{Manager, reports};
use crate::protocol::worker::Heartbeat;
use crate::refusal::Refusal;

/// Logs and rows that gathered while the manager was away.
const HEARTBEAT_BYTES_MAX: usize = 64 << 20;

/// What workers show to the manager.
#[derive(Clone)]
pub struct ClusterKey(String);

impl ClusterKey {
    pub fn new(key: impl Into<String>) -> ClusterKey {
        ClusterKey(key.into())
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Compares hashes, so that the time it takes tells nothing.
    fn is_shown(&self, headers: &HeaderMap) -> bool {
        let value = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let shown = value
            .and_then(|value| value.strip_prefix("Bearer "))
            .unwrap_or_default();
        Sha256::digest(shown) == Sha256::digest(&self.0)
    }
}

/// The routes, to be merged into those of the API.
pub fn router(manager: Manager, key: ClusterKey) -> Router {
    Router::new()
        .route("/internal/worker", post(heartbeat))
        .route("/internal/artifact/{sha256}", get(artifact))
        .layer(DefaultBodyLimit::max(HEARTBEAT_BYTES_MAX))
        .layer(middleware::from_fn_with_state(key, admit))
        .with_state(manager)
}

async fn admit(State(key): State<ClusterKey>, request: Request, next: Next) -> Response {
    match key.is_shown(request.headers()) {
        true => next.run(request).await,
        false => (StatusCode::UNAUTHORIZED, "the key of the cluster is wrong").into_response(),
    }
}

async fn heartbeat(State(manager): State<Manager>, Json(heartbeat): Json<Heartbeat>) -> Response {
    match manager.heartbeat(heartbeat).await {
        Ok(orders) => Json(orders).into_response(),
        Err(refusal) => refused(&refusal),
    }
}

async fn artifact(State(manager): State<Manager>, Path(sha256): Path<String>) -> Response {
    if manager.in_charge_for().is_none() {
        return refused(&Refusal::new(503, reports::NOT_IN_CHARGE.to_owned()));
    }
    match manager.artifact(&sha256).await {
        Ok(Some(bytes)) => bytes.into_response(),
        // The worker asks again.
        Ok(None) => StatusCode::ACCEPTED.into_response(),
        Err(error) => refused(&Refusal::new(500, format!("{error:#}"))),
    }
}

fn refused(refusal: &Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, refusal.message.clone()).into_response()
}
