//! The manager: what runs where.
//!
//! In: requests of users, calls of workers, time. Out: changes of the catalogue, orders for workers. Invariant: what
//! must survive the manager is in the catalogue before anybody hears of it; what workers say of
//! themselves, in `live`, comes back with their next calls; logs and figures are read back from files.

mod artifacts;
mod builds;
mod collection;
mod fence;
mod figures;
mod history;
mod http;
mod lineage;
mod live;
mod logs;
mod parameters;
mod place;
mod plans;
mod program;
mod quantity;
mod queries;
mod reports;
mod requests;
mod restart;
mod restore;
mod sample;
mod savepoints;
mod schedule;
mod settings;
pub mod state_plan;
mod storage;
mod strategy;
mod transition;
mod view;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::Notify;

pub use figures::{Figure, FigureKind, Period};
pub use http::{ClusterKey, router};
pub use live::{AttemptView, WorkerView};
pub use logs::{FoundLogs, LogCursor, LogEntry, LogQuery};
pub use plans::{BuildProgress, DeploymentPlan};
pub use quantity::bytes as parse_bytes;
pub use queries::QueryRequest;
pub use requests::NewDeployment;
pub use settings::Settings;
pub use strategy::{checkpointing, effective_config, flink_config, unreadable as unreadable_settings};

use crate::catalogue::Catalogue;
use crate::query::Queries;
use figures::Figures;
use live::Live;
use logs::{LogFiles, Logs};

/// An answer to a worker waits no longer for the disk of log lines.
const LOG_WRITE_MAX: Duration = Duration::from_secs(1);

#[derive(Clone)]
pub struct Manager {
    pub catalogue: Catalogue,
    inner: Arc<Inner>,
}

struct Inner {
    settings: Settings,
    live: Mutex<Live>,
    /// Who needs both locks this one first, and looks at the catalogue before both.
    logs: Mutex<Logs>,
    /// None where the disk has no place for them. Locked before `logs`.
    log_files: Arc<tokio::sync::Mutex<Option<LogFiles>>>,
    /// The operator has been told that their disk does not answer.
    are_log_files_late: AtomicBool,
    /// Held while figures are written.
    page: Arc<tokio::sync::Mutex<()>>,
    queries: Queries,
    /// Executables that are brought back.
    making: artifacts::Making,
    preparations: plans::Preparations,
    /// Something that is not in the catalogue has changed.
    news: Notify,
}

impl Manager {
    pub fn new(catalogue: Catalogue, settings: Settings) -> Manager {
        let (log_files, logs) = match LogFiles::open(&settings.data.join("logs")) {
            Ok((files, left)) => (Some(files), Logs::with(left)),
            Err(error) => {
                eprintln!("log lines are kept in memory only: {error:#}");
                (None, Logs::default())
            }
        };
        let live = Live::with(Figures::open(&settings.data.join("figures.json")));
        let preparations = plans::Preparations::new(settings.builds_max);
        Manager {
            catalogue,
            inner: Arc::new(Inner {
                settings,
                live: Mutex::new(live),
                logs: Mutex::new(logs),
                log_files: Arc::new(tokio::sync::Mutex::new(log_files)),
                are_log_files_late: AtomicBool::new(false),
                page: Arc::default(),
                queries: Queries::default(),
                making: artifacts::Making::default(),
                preparations,
                news: Notify::new(),
            }),
        }
    }

    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// Interactive queries, which end with this process.
    pub fn queries(&self) -> &Queries {
        &self.inner.queries
    }

    /// Has the scheduler look around.
    fn wake(&self) {
        self.inner.news.notify_one();
    }

    fn live(&self) -> MutexGuard<'_, Live> {
        self.inner.live.lock().expect("nobody panics while holding it")
    }

    fn logs_lock(&self) -> MutexGuard<'_, Logs> {
        self.inner.logs.lock().expect("nobody panics while holding it")
    }

    /// For how long workers have been able to reach this manager; `None` if it refuses them now.
    fn in_charge_for(&self) -> Option<Duration> {
        let hears_since = self.live().hears_since;
        let held = self.catalogue.lease().held_for()?;
        Some(held.min(hears_since.elapsed()))
    }

    /// The workers that are heard of.
    pub fn workers(&self) -> Vec<WorkerView> {
        let now = std::time::Instant::now();
        let timeout = self.inner.settings.worker_timeout;
        let live = self.live();
        live.workers()
            .filter(|worker| !worker.is_silent(now, timeout) && !worker.has_left())
            .map(|worker| worker.view())
            .collect()
    }

    /// What workers say of attempts, by deployment and number of the attempt.
    pub fn attempts(&self) -> BTreeMap<(String, u32), AttemptView> {
        self.live().attempts()
    }

    /// Lines of the jobs of a service (its key: project/name), or of one of its deployments.
    pub fn logs(&self, service: &str, query: &LogQuery) -> FoundLogs {
        let deployments = self.deployments_of(service);
        self.logs_lock().find(query, &deployments)
    }

    /// A disk that does not answer is like one that takes nothing: lines stay in memory, and calls are answered. The
    /// files get them with a later call.
    async fn write_logs_or_go_on(&self) {
        let patience = LOG_WRITE_MAX.min(self.settings().worker_timeout / 3);
        let written = tokio::time::timeout(patience, self.write_logs()).await;
        let is_late = written.is_err();
        if is_late && !self.inner.are_log_files_late.swap(true, Ordering::Relaxed) {
            eprintln!("the disk of log lines does not answer; they are kept in memory meanwhile");
        } else if !is_late && self.inner.are_log_files_late.swap(false, Ordering::Relaxed) {
            eprintln!("the disk of log lines answers again");
        }
    }

    /// Lines that were taken in are the system's when this returns, and outlive this process.
    async fn write_logs(&self) {
        let mut files = Arc::clone(&self.inner.log_files).lock_owned().await;
        let collected = files.as_ref().map(LogFiles::to_collect).unwrap_or_default();
        let unwritten = self.logs_lock().unwritten(&collected);
        let writing = tokio::task::spawn_blocking(move || {
            if let Some(files) = &mut *files {
                files.write(&unwritten);
            }
        });
        if let Err(error) = writing.await {
            eprintln!("log lines are not written: {error}");
        }
    }

    fn deployments_of(&self, service: &str) -> Vec<String> {
        self.catalogue.read(|tables| {
            let deployments = tables.all::<crate::model::Deployment>();
            let of_service = deployments.filter(|deployment| {
                let application = tables.get::<crate::model::Application>(&deployment.application_id);
                application.is_some_and(|a| crate::model::Service::key(&a.project, &a.service) == service)
            });
            of_service.map(|deployment| deployment.id.clone()).collect()
        })
    }
}

#[cfg(test)]
mod tests;
