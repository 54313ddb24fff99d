//! The way from a worker to its manager: HTTP, or a call within the process of `millstream dev`.
//!
//! In: heartbeats, hashes. Out: orders, artifacts. Invariant: both ways are the same to the worker.

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

/// Managers stand by for each other at several addresses.
#[derive(Clone)]
pub struct HttpLink {
    client: reqwest::Client,
    urls: Vec<String>,
    key: ClusterKey,
}

impl Link {
    /// `urls`: of the manager and those that stand by. `ca`: PEM of the authority that signed their certificates, if
    /// that is none of the system's.
    pub fn http(urls: &[String], key: ClusterKey, ca: Option<&[u8]>) -> Result<Link> {
        // An error means that the process has chosen its cryptography already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder().connect_timeout(std::time::Duration::from_secs(5));
        if let Some(pem) = ca {
            builder = builder.add_root_certificate(reqwest::Certificate::from_pem(pem).context("the CA")?);
        }
        let urls = urls.iter().map(|url| url.trim_end_matches('/').to_owned());
        Ok(Link::Http(HttpLink {
            client: builder.build()?,
            urls: urls.collect(),
            key,
        }))
    }

    pub(super) async fn heartbeat(&self, heartbeat: &Heartbeat) -> Result<Orders> {
        match self {
            Link::Local(manager) => Ok(manager.heartbeat(heartbeat.clone()).await?),
            Link::Http(http) => {
                let body = serde_json::to_vec(heartbeat)?;
                let answer = http.call(|client, url| {
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
                http.call(|client, url| client.get(format!("{url}/internal/artifact/{sha256}")))
                    .await
            }
        }
    }
}

impl HttpLink {
    /// The answer of the first manager that is in charge.
    async fn call(
        &self,
        request: impl Fn(&reqwest::Client, &str) -> reqwest::RequestBuilder,
    ) -> Result<Bytes> {
        let mut failure = None;
        for url in &self.urls {
            let request = request(&self.client, url);
            let request = request.header(AUTHORIZATION, format!("Bearer {}", self.key.reveal()));
            match answer(request).await {
                Ok(bytes) => return Ok(bytes),
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
