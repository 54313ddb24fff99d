//! The programs of a session cluster: a manager, a worker, and both in one process for development.
//!
//! In: what the command line says. Out: running until a signal. Invariant: what is announced is reachable; at the end
//! the API goes first, then jobs take a last checkpoint, then the catalogue is closed.

mod address;
mod key;
mod signals;

use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;

pub use address::public_url;

use crate::api::{self, Tls};
use crate::catalogue::postgres::PostgresStore;
use crate::catalogue::sqlite::SqliteStore;
use crate::catalogue::{Catalogue, Store};
use crate::manager::{self, ClusterKey, Manager};
use crate::worker::{self, Link, Worker};

/// Answers that are under way when the end comes.
const ANSWERS_MAX: Duration = Duration::from_secs(2);
const FIRST_USER: &str = "admin@millstream";
/// Description of the token that the operator starts the manager with.
const GIVEN: &str = "given at the start";

#[derive(Clone, Debug)]
pub struct ManagerOptions {
    pub listen: SocketAddr,
    /// Under which others reach it, if that is not where it listens.
    pub public_url: Option<String>,
    /// Catalogue, artifacts, key and, where no other place is given, checkpoints.
    pub data: PathBuf,
    /// PostgreSQL that several managers share; one of them is in charge.
    pub catalogue: Option<String>,
    /// URL for checkpoints and savepoints.
    pub storage: Option<String>,
    /// Folders that tables of the `filesystem` connector may lie in.
    pub files_roots: Vec<PathBuf>,
    pub tls: Option<Tls>,
    pub project: String,
    /// The session cluster that is there from the start.
    pub service: String,
    /// A token for the API; one is made and kept in the folder where none is given.
    pub token: Option<String>,
    pub trusts_loopback: bool,
    /// The key that workers show; one is made and kept in the folder where none is given.
    pub key_file: Option<PathBuf>,
    pub worker_timeout: Option<Duration>,
    /// Executables that no deployment needs are kept up to this size.
    pub artifact_cache_bytes: u64,
}

#[derive(Clone, Debug)]
pub struct WorkerOptions {
    pub managers: Vec<String>,
    pub key_file: PathBuf,
    pub ca_certificate: Option<PathBuf>,
    pub worker: worker::Settings,
}

/// What can be told once the manager is reachable.
pub struct Announcement {
    pub url: String,
    pub token: String,
    pub key_file: PathBuf,
}

/// A manager, with a worker in the same process if there are settings for one.
pub fn run_manager(
    options: ManagerOptions,
    worker: Option<worker::Settings>,
    announce: impl FnOnce(&Announcement),
) -> Result<()> {
    let runtime = runtime()?;
    let outcome = runtime.block_on(async {
        let mut ended = signals::ended()?;
        let data = folder(&options.data)?;
        // Nobody is to reach a manager that only stands by.
        let catalogue = tokio::select! {
            catalogue = open_catalogue(&options, &data) => catalogue?,
            _ = ended.changed() => return Ok(()),
        };
        // Whoever reaches the manager finds the key.
        let key_file = options
            .key_file
            .clone()
            .unwrap_or_else(|| data.join("cluster.key"));
        key::read_or_make(&key_file)?;
        let listener = TcpListener::bind(options.listen).await;
        let listener = listener.with_context(|| not_listening(options.listen))?;
        let address = listener.local_addr()?;
        let (manager, announcement) = open_manager(&options, catalogue, &data, address, key_file).await?;
        let key = ClusterKey::new(key::read(&announcement.key_file)?);
        let api = api::Settings {
            projects: vec![options.project.clone()],
            trusts_loopback: options.trusts_loopback,
            public_url: Some(announcement.url.clone()),
            ..api::Settings::default()
        };
        let router = api::router(manager.clone(), api, manager::router(manager.clone(), key));
        announce(&announcement);
        live(listener, options.tls, router, manager, worker, ended).await
    });
    // A build may take minutes, and nobody waits for it any more.
    runtime.shutdown_background();
    outcome
}

/// A worker of a manager elsewhere.
pub fn run_worker(options: WorkerOptions) -> Result<()> {
    runtime()?.block_on(async {
        let mut ended = signals::ended()?;
        let key = ClusterKey::new(key::read(&options.key_file)?);
        let ca = options.ca_certificate.as_ref();
        let ca = ca.map(|file| std::fs::read(file).with_context(|| format!("reading {}", file.display())));
        let link = Link::http(&options.managers, key, ca.transpose()?.as_deref())?;
        Worker::open(options.worker, link, vec![options.key_file])?
            .run(async move { drop(ended.changed().await) })
            .await;
        Ok(())
    })
}

/// Two threads: the manager waits nearly always, and what computes has threads of its own.
fn runtime() -> Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    Ok(builder.worker_threads(2).enable_all().build()?)
}

fn not_listening(address: SocketAddr) -> String {
    format!("listening on {address} (--listen takes another address)")
}

fn folder(path: &Path) -> Result<PathBuf> {
    let mut builder = std::fs::DirBuilder::new();
    // State and output of jobs are nobody else's.
    builder.recursive(true).mode(0o700);
    builder
        .create(path)
        .with_context(|| format!("creating {}", path.display()))?;
    Ok(path.canonicalize()?)
}

/// A path as users of the cluster write it: from the root, with links as they are, without ways up.
fn absolute(folder: &Path) -> Result<PathBuf> {
    let leads_up = folder.components().any(|part| part == Component::ParentDir);
    let absolute = match leads_up {
        true => folder.canonicalize(),
        false => std::path::absolute(folder),
    };
    absolute.with_context(|| format!("--files-root {}", folder.display()))
}

async fn open_catalogue(options: &ManagerOptions, data: &Path) -> Result<Catalogue> {
    let store = match &options.catalogue {
        None => Store::Sqlite(SqliteStore::open(&data.join("catalogue.sqlite"))?),
        Some(url) => {
            let stand_by = || eprintln!("another manager is in charge; this one stands by");
            Store::Postgres(PostgresStore::open(url, stand_by).await?)
        }
    };
    Catalogue::open(store).await
}

async fn open_manager(
    options: &ManagerOptions,
    catalogue: Catalogue,
    data: &Path,
    address: SocketAddr,
    key_file: PathBuf,
) -> Result<(Manager, Announcement)> {
    let mut settings = manager::Settings::in_folder(data.to_owned());
    if let Some(storage) = &options.storage {
        settings.storage.clone_from(storage);
    }
    settings.check_storage()?;
    let roots: Result<Vec<PathBuf>> = options.files_roots.iter().map(|root| absolute(root)).collect();
    let mut settings = settings.with_files_roots(roots?);
    let tls = options.tls.as_ref().map(|tls| tls.key.clone());
    for key in [Some(key_file.clone()), tls].into_iter().flatten() {
        let absolute = std::path::absolute(&key).with_context(|| key.display().to_string())?;
        settings.files.closed.push(absolute);
    }
    settings.artifact_cache_bytes = options.artifact_cache_bytes;
    if let Some(timeout) = options.worker_timeout {
        settings.worker_timeout = timeout;
    }
    api::create_cluster(&catalogue, &options.project, &options.service).await?;
    let token = match &options.token {
        Some(token) => token.clone(),
        None => key::read_or_make(&data.join("token"))?,
    };
    api::register_token(&catalogue, &token, FIRST_USER, GIVEN, None).await?;
    if options.token.is_some() {
        api::replace_tokens(&catalogue, &token, GIVEN).await?;
    }
    let scheme = if options.tls.is_some() { "https" } else { "http" };
    let announcement = Announcement {
        url: match &options.public_url {
            Some(url) => url.clone(),
            None => {
                // Whoever starts a cluster for development uses it on the same machine.
                let host = (!options.trusts_loopback).then(worker::host_name);
                address::listening_url(scheme, address, host.as_deref())
            }
        },
        token,
        key_file,
    };
    Ok((Manager::new(catalogue, settings), announcement))
}

async fn live(
    listener: TcpListener,
    tls: Option<Tls>,
    router: Router,
    manager: Manager,
    worker: Option<worker::Settings>,
    mut ended: watch::Receiver<bool>,
) -> Result<()> {
    let until = |mut ended: watch::Receiver<bool>| async move { drop(ended.changed().await) };
    let working = match worker {
        Some(settings) => {
            let worker = Worker::open(settings, Link::Local(manager.clone()), Vec::new())?;
            Some(tokio::spawn(worker.run(until(ended.clone()))))
        }
        None => None,
    };
    let shutdown = until(ended.clone());
    let serving = tokio::spawn(async move { api::serve(listener, tls.as_ref(), router, shutdown).await });
    let outcome = tokio::select! {
        error = manager.run() => Err(error.context("the manager gives up")),
        _ = ended.changed() => Ok(()),
    };
    if outcome.is_ok() {
        // A held call or a stream of rows must not hold up the end.
        let _ = tokio::time::timeout(ANSWERS_MAX, serving).await;
        if let Some(working) = working {
            working.await.context("the worker")?;
        }
    }
    outcome
}
