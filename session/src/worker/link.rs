//! The way from a worker to its manager: HTTP, or a call within the process of `millstream dev`.
//!
//! In: heartbeats, hashes. Out: orders, artifacts. Invariant: both ways are the same to the worker; a manager that does
//! not answer costs its own time, not that of those who stand by, and the one that answered last is asked first.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use axum::body::Bytes;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};

use crate::manager::{ClusterKey, Manager};
use crate::protocol::worker::{Heartbeat, Orders};

#[derive(Clone)]
pub enum Link {
    Local(Manager),
    Http(HttpLink),
}

/// A manager may have to build an executable anew.
const ARTIFACT_MAX: Duration = Duration::from_secs(600);

/// Managers stand by for each other at several addresses.
#[derive(Clone)]
pub struct HttpLink {
    client: reqwest::Client,
    urls: Vec<String>,
    /// Of the manager that answered last.
    preferred: Arc<AtomicUsize>,
    key: ClusterKey,
}

impl Link {
    /// `urls`: of the manager and those that stand by. `ca`: PEM of the authority that signed their certificates, if
    /// that is none of the system's.
    pub fn http(urls: &[String], key: ClusterKey, ca: Option<&[u8]>) -> Result<Link> {
        // An error means that the process has chosen its cryptography already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder().connect_timeout(Duration::from_secs(5));
        if let Some(pem) = ca {
            builder = builder.add_root_certificate(reqwest::Certificate::from_pem(pem).context("the CA")?);
        }
        let urls = urls.iter().map(|url| url.trim_end_matches('/').to_owned());
        Ok(Link::Http(HttpLink {
            client: builder.build()?,
            urls: urls.collect(),
            preferred: Arc::default(),
            key,
        }))
    }

    /// `answer_max`: for each manager.
    pub(super) async fn heartbeat(&self, heartbeat: &Heartbeat, answer_max: Duration) -> Result<Orders> {
        match self {
            Link::Local(manager) => Ok(manager.heartbeat(heartbeat.clone()).await?),
            Link::Http(http) => {
                let body = serde_json::to_vec(heartbeat)?;
                let answer = http.call(answer_max, |client, url| {
                    let call = client.post(format!("{url}/internal/worker"));
                    call.header(CONTENT_TYPE, "application/json").body(body.clone())
                });
                Ok(serde_json::from_slice(&answer.await?)?)
            }
        }
    }

    /// The bytes of an executable; whoever asks checks them.
    pub(super) async fn artifact(&self, sha256: &str) -> Result<Bytes> {
        match self {
            Link::Local(manager) => manager.artifact(sha256).await,
            Link::Http(http) => {
                let artifact = |client: &reqwest::Client, url: &str| {
                    client.get(format!("{url}/internal/artifact/{sha256}"))
                };
                http.call(ARTIFACT_MAX, artifact).await
            }
        }
    }
}

impl HttpLink {
    /// The answer of the first manager that is in charge.
    async fn call(
        &self,
        answer_max: Duration,
        request: impl Fn(&reqwest::Client, &str) -> reqwest::RequestBuilder,
    ) -> Result<Bytes> {
        let mut failure = None;
        let first = self.preferred.load(Ordering::Relaxed);
        for at in (0..self.urls.len()).map(|at| (first + at) % self.urls.len()) {
            let url = &self.urls[at];
            let request = request(&self.client, url).timeout(answer_max);
            let request = request.header(AUTHORIZATION, format!("Bearer {}", self.key.reveal()));
            match answer(request).await {
                Ok(bytes) => {
                    self.preferred.store(at, Ordering::Relaxed);
                    return Ok(bytes);
                }
                Err(error) => failure = Some(error.context(format!("calling {url}"))),
            }
        }
        Err(failure.context("no manager is named")?)
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Result<Bytes> {
    let response = request.send().await?;
    let status = response.status();
    let bytes = response.bytes().await?;
    if !status.is_success() {
        bail!("{status}: {}", String::from_utf8_lossy(&bytes));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::get;
    use tokio::net::TcpListener;

    use super::*;

    async fn serve(router: Router) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}")
    }

    #[tokio::test]
    async fn a_manager_that_hangs_or_refuses_is_passed_over_and_the_one_that_answered_comes_first() {
        let path = "/internal/artifact/a";
        let hanging = Router::new().route(path, get(std::future::pending::<()>));
        let refusing = Router::new().route(
            path,
            get(async || (axum::http::StatusCode::SERVICE_UNAVAILABLE, "no")),
        );
        let answering = Router::new().route(path, get(async || "job"));
        let urls = [
            serve(hanging).await,
            serve(refusing).await,
            serve(answering).await,
        ];
        let link = Link::http(&urls, ClusterKey::new("k"), None).expect("a client");
        let Link::Http(http) = link else {
            panic!("it is no call within the process")
        };
        let wait = Duration::from_millis(200);
        for begins_with_hanging in [true, false] {
            let begun = std::time::Instant::now();
            let bytes = http
                .call(wait, |client, url| client.get(format!("{url}{path}")))
                .await;
            assert_eq!(bytes.expect("one answers"), "job");
            assert_eq!(begun.elapsed() >= wait, begins_with_hanging);
        }
    }
}
