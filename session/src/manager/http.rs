//! The routes of workers: `/internal/…`.
//!
//! In: calls with the cluster's key. Out: orders, artifacts. Invariant: who does not know the key learns nothing; an
//! executable is read as it is sent, so that memory does not depend on its size or on how many fetch it.

use anyhow::Context as _;
use axum::Json;
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncReadExt as _;

use super::{Manager, reports};
use crate::protocol::worker::Heartbeat;
use crate::refusal::Refusal;

/// Logs and rows that gathered while the manager was away.
const HEARTBEAT_BYTES_MAX: usize = 64 << 20;

/// Of a file, at a time.
const PIECE_BYTES: usize = 256 << 10;

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
    let found = async {
        match manager.artifact_file(&sha256).await? {
            Some(path) => file(&path).await.map(Some),
            None => Ok(None),
        }
    };
    match found.await {
        Ok(Some(response)) => response,
        // The worker asks again.
        Ok(None) => StatusCode::ACCEPTED.into_response(),
        Err(error) => refused(&Refusal::new(500, format!("{error:#}"))),
    }
}

/// A file in pieces. One that cannot be read to its end ends too early, which its length tells.
async fn file(path: &std::path::Path) -> anyhow::Result<Response> {
    let opened = tokio::fs::File::open(path).await;
    let file = opened.with_context(|| format!("reading {}", path.display()))?;
    let size_bytes = file.metadata().await?.len();
    let pieces = futures_util::stream::try_unfold(file, async |mut file| {
        let mut piece = Vec::with_capacity(PIECE_BYTES);
        let read = file.read_buf(&mut piece).await?;
        Ok::<_, std::io::Error>((read > 0).then_some((piece, file)))
    });
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_LENGTH, size_bytes.to_string()),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}

fn refused(refusal: &Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, refusal.message.clone()).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    #[tokio::test]
    async fn a_file_is_sent_whole_and_with_its_length() {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let path = folder.path().join("job");
        for size_bytes in [0, 1, PIECE_BYTES, 3 * PIECE_BYTES + 7] {
            let bytes: Vec<u8> = (0..size_bytes).map(|at| (at % 251) as u8).collect();
            std::fs::write(&path, &bytes).expect("written");
            let response = file(&path).await.expect("it is there");
            let length = response.headers()[header::CONTENT_LENGTH]
                .to_str()
                .expect("digits");
            assert_eq!(length, size_bytes.to_string());
            let sent = to_bytes(response.into_body(), usize::MAX)
                .await
                .expect("it is read");
            assert!(sent == bytes, "{size_bytes} bytes");
        }
        assert!(file(&folder.path().join("none")).await.is_err());
    }
}
