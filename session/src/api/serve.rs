//! The API on a socket, with TLS where it is asked for.
//!
//! In: a bound socket, certificates. Out: requests handed to the router, each with its peer's address. Invariant: a
//! peer that is silent, or slow with its handshake, its request or with taking its answer keeps nobody else waiting,
//! and loses its connection; an answer that goes on, as rows of a query do, may last as long as its reader takes it.

mod body;
mod places;
mod taking;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::serve::Listener;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use nix::sys::resource::{Resource, getrlimit};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tower_service::Service as _;

pub(super) use body::came_too_slowly;
use body::{Pace, bounded};
use places::{Place, Places};
use taking::Taking;

/// Files in PEM.
#[derive(Clone, Debug)]
pub struct Tls {
    pub certificates: PathBuf,
    pub key: PathBuf,
}

/// The other end of a connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// What one peer may take of the server.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// At a time; a further peer gets the place of the one that has asked for nothing the longest.
    connections: u32,
    handshake: Duration,
    /// Between requests, and until the head of one is there.
    head: Duration,
    body: Pace,
    /// While nothing of an answer is taken.
    taking: Duration,
}

/// However many files the process may open.
const CONNECTIONS_MAX: u32 = 4_096;

impl Limits {
    /// Half of the files that the process may open are left to jobs, builds and the catalogue.
    fn of_process() -> Limits {
        let files = getrlimit(Resource::RLIMIT_NOFILE).map_or(1_024, |(now, _)| now);
        let half = u32::try_from(files / 2).unwrap_or(u32::MAX);
        Limits {
            connections: half.clamp(1, CONNECTIONS_MAX),
            handshake: Duration::from_secs(10),
            // No round number, so that a client that asks every minute finds its connection open.
            head: Duration::from_secs(75),
            body: Pace {
                first: Duration::from_secs(30),
                bytes_per_second: 16 << 10,
            },
            taking: Duration::from_secs(120),
        }
    }
}

/// Serves until `shutdown` comes; requests that have begun are answered.
pub async fn serve(
    listener: TcpListener,
    tls: Option<&Tls>,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let server = Server {
        router,
        acceptor: tls.map(acceptor).transpose()?,
        limits: Limits::of_process(),
    };
    server.run(listener, shutdown).await;
    Ok(())
}

struct Server {
    router: Router,
    acceptor: Option<TlsAcceptor>,
    limits: Limits,
}

impl Server {
    async fn run(self, mut listener: TcpListener, shutdown: impl Future<Output = ()>) {
        let (server, mut shutdown) = (Arc::new(self), pin!(shutdown));
        let places = Places::new(server.limits.connections);
        let (end, ended) = watch::channel(false);
        loop {
            let arrival = async {
                // Nobody is called to leave before somebody else is there.
                let (stream, address) = Listener::accept(&mut listener).await;
                (places.take().await, stream, address)
            };
            let (place, stream, address) = tokio::select! {
                arrival = arrival => arrival,
                () = shutdown.as_mut() => break,
            };
            let (server, ended) = (Arc::clone(&server), ended.clone());
            tokio::spawn(async move { server.attend(stream, address, Arc::new(place), ended).await });
        }
        drop(listener);
        end.send_replace(true);
        places.emptied().await;
    }

    async fn attend(
        &self,
        stream: TcpStream,
        address: SocketAddr,
        place: Arc<Place>,
        mut ended: watch::Receiver<bool>,
    ) {
        // An event of a stream is small, and is not to wait for the next one.
        let _ = stream.set_nodelay(true);
        let Some(acceptor) = &self.acceptor else {
            return self.answer(stream, address, place, ended).await;
        };
        let handshake = tokio::time::timeout(self.limits.handshake, acceptor.accept(stream));
        let outcome = tokio::select! {
            outcome = handshake => outcome,
            () = place.called() => return,
            _ = ended.wait_for(|has_ended| *has_ended) => return,
        };
        // A failed handshake concerns the peer alone.
        if let Ok(Ok(stream)) = outcome {
            self.answer(stream, address, place, ended).await;
        }
    }

    async fn answer<S>(
        &self,
        stream: S,
        address: SocketAddr,
        place: Arc<Place>,
        mut ended: watch::Receiver<bool>,
    ) where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (router, limits, asking) = (self.router.clone(), self.limits, Arc::clone(&place));
        let service = service_fn(move |request: Request<Incoming>| {
            asking.asks();
            let mut request = request.map(|body| bounded(Body::new(body), limits.body));
            request.extensions_mut().insert(ConnectInfo(Peer(address)));
            router.clone().call(request)
        });
        let stream = TokioIo::new(Taking::new(stream, limits.taking));
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(limits.head);
        let mut connection = pin!(builder.serve_connection(stream, service));
        // A connection that breaks concerns the peer alone.
        tokio::select! {
            _ = connection.as_mut() => return,
            // One that has asked for something gets what it has asked for.
            () = place.called() => if !place.has_asked() { return },
            _ = ended.wait_for(|has_ended| *has_ended) => {}
        }
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
}

fn acceptor(tls: &Tls) -> Result<TlsAcceptor> {
    let reading = |path: &PathBuf| format!("reading {}", path.display());
    let certificates = CertificateDer::pem_file_iter(&tls.certificates)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| reading(&tls.certificates))?;
    let key = PrivateKeyDer::from_pem_file(&tls.key).with_context(|| reading(&tls.key))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .context("certificate and key do not belong together")?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
