//! The way from a worker to its manager: HTTP, or a call within the process of `millstream dev`.
//!
//! In: heartbeats, hashes. Out: orders, artifacts. Invariant: both ways are the same to the worker; a manager that does
//! not answer costs its own time, not that of those who stand by, and the one that answered last is asked first.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use axum::body::Bytes;
use reqwest::StatusCode;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};

use crate::manager::{ClusterKey, Manager};
use crate::protocol::worker::{Heartbeat, Orders};

#[derive(Clone)]
pub enum Link {
    Local(Manager),
    Http(HttpLink),
}

const CONNECT_MAX: Duration = Duration::from_secs(5);
/// For the beginning of an artifact, and for more of it.
const SILENCE_MAX: Duration = Duration::from_secs(20);

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
        let mut builder = reqwest::Client::builder().connect_timeout(CONNECT_MAX);
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

    /// The bytes of an executable; whoever asks checks them. None: the manager makes it, and is to be asked again.
    pub(super) async fn artifact(&self, sha256: &str) -> Result<Option<Download>> {
        match self {
            Link::Local(manager) => {
                let file = manager.artifact_file(sha256).await?;
                Ok(file.map(Download::File))
            }
            Link::Http(http) => {
                let artifact = |client: &reqwest::Client, url: &str| {
                    client.get(format!("{url}/internal/artifact/{sha256}"))
                };
                let response = http.begin(SILENCE_MAX, artifact).await?;
                let is_there = response.status() != StatusCode::ACCEPTED;
                Ok(is_there.then_some(Download::Parts(Parts(response))))
            }
        }
    }
}

/// Bytes that come in parts, or a file of the manager.
pub(super) enum Download {
    File(PathBuf),
    Parts(Parts),
}

/// An answer that is still coming.
pub(super) struct Parts(reqwest::Response);

impl Parts {
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>> {
        let part = tokio::time::timeout(SILENCE_MAX, self.0.chunk()).await;
        Ok(part.context("the manager has stopped sending")??)
    }
}

impl HttpLink {
    /// The whole answer of the first manager that is in charge.
    async fn call(
        &self,
        answer_max: Duration,
        request: impl Fn(&reqwest::Client, &str) -> reqwest::RequestBuilder,
    ) -> Result<Bytes> {
        let whole = async |response: reqwest::Response| Ok(response.bytes().await?);
        self.first(answer_max, request, whole).await
    }

    /// The same, of which only the beginning has come.
    async fn begin(
        &self,
        answer_max: Duration,
        request: impl Fn(&reqwest::Client, &str) -> reqwest::RequestBuilder,
    ) -> Result<reqwest::Response> {
        self.first(answer_max, request, async |response| Ok(response))
            .await
    }

    /// `answer_max`: for what `take` takes of each manager's answer.
    async fn first<Taken>(
        &self,
        answer_max: Duration,
        request: impl Fn(&reqwest::Client, &str) -> reqwest::RequestBuilder,
        take: impl AsyncFn(reqwest::Response) -> Result<Taken>,
    ) -> Result<Taken> {
        let mut failure = None;
        let first = self.preferred.load(Ordering::Relaxed);
        for at in (0..self.urls.len()).map(|at| (first + at) % self.urls.len()) {
            let url = &self.urls[at];
            let request = request(&self.client, url);
            let request = request.header(AUTHORIZATION, format!("Bearer {}", self.key.reveal()));
            let taken = async { take(answer(request).await?).await };
            match tokio::time::timeout(answer_max, taken).await {
                Ok(Ok(taken)) => {
                    self.preferred.store(at, Ordering::Relaxed);
                    return Ok(taken);
                }
                Ok(Err(error)) => failure = Some(error.context(format!("calling {url}"))),
                Err(_) => failure = Some(anyhow!(Away(url.clone()))),
            }
        }
        Err(failure.context("no manager is named")?)
    }
}

/// An answer that is no refusal.
async fn answer(request: reqwest::RequestBuilder) -> Result<reqwest::Response> {
    let response = request.send().await?;
    match response.status() {
        StatusCode::SERVICE_UNAVAILABLE => bail!(Away(response.text().await?)),
        status if !status.is_success() => bail!("{status}: {}", response.text().await?),
        _ => Ok(response),
    }
}

/// No manager is in charge that can be reached, and this is why one is not.
#[derive(Debug)]
struct Away(String);

impl std::error::Error for Away {}

impl std::fmt::Display for Away {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "no answer: {}", self.0)
    }
}

/// Whether a call failed because the manager is away, which it may be for as long as it likes.
pub(super) fn is_away(error: &anyhow::Error) -> bool {
    let is_unreachable = |error: &reqwest::Error| error.is_connect() || error.is_timeout();
    error.is::<Away>() || error.downcast_ref::<reqwest::Error>().is_some_and(is_unreachable)
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
        let refusing = Router::new().route(path, get(async || (StatusCode::SERVICE_UNAVAILABLE, "no")));
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
