//! The loop that carries out what the rules decide: builds, placement, silence of workers.
//!
//! In: changes of the catalogue, time, calls of new workers. Out: changes. Invariant: all decisions are in
//! `transition` and `place`; this file knows the clock, they do not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::place::{Free, Waiting, place};
use super::transition::{self, Event};
use super::{Manager, Settings, builds, fence, lineage, reports, view};
use crate::catalogue::{NotStored, Transaction};
use crate::model::{Deployment, Program, Service, Status, Version};
use crate::refusal::Refusal;

/// Without news the loop looks around this often.
const ROUND: Duration = Duration::from_secs(10);
/// A worker that is silent for so long is no longer shown.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(600);
/// The loop comes later than this, and than a part of what a worker's silence may last, only if the manager stood
/// still.
const STANDSTILL: Duration = Duration::from_secs(1);
/// A catalogue that stores nothing now is tried again after so long.
const STORE_AGAIN_AFTER: Duration = Duration::from_secs(1);
const SLOTS: &str = "number_of_task_slots";

/// A worker as placement and the watch over silence see it.
#[derive(Clone, Debug)]
pub(super) struct Host {
    id: String,
    incarnation: String,
    host: String,
    slots: u32,
    is_silent: bool,
    /// Takes nothing new.
    is_leaving: bool,
    has_left: bool,
}

/// Builds that are under way, and how they end.
struct Builds {
    running: BTreeSet<String>,
    permits: Arc<Semaphore>,
    ended: UnboundedSender<(String, Event)>,
}

impl Manager {
    /// Runs until the catalogue is no longer this manager's, which is the error. One that is full is waited for.
    pub async fn run(&self) -> anyhow::Error {
        tokio::select! {
            Err(error) = self.run_until_lost() => error,
            lost = self.catalogue.keep() => lost,
            () = self.clone().collect() => unreachable!("it goes on"),
        }
    }

    async fn run_until_lost(&self) -> anyhow::Result<std::convert::Infallible> {
        let (ended, mut results) = unbounded_channel();
        let mut builds = Builds {
            running: BTreeSet::new(),
            permits: self.inner.preparations.permits(),
            ended,
        };
        let mut changes = self.catalogue.changes();
        let mut is_reconciled = false;
        let (mut looked_at, mut pause) = (Instant::now(), Duration::ZERO);
        loop {
            changes.mark_unchanged();
            self.start_builds(&mut builds);
            self.note_standstill(looked_at.elapsed(), pause);
            looked_at = Instant::now();
            match self
                .look_around(&mut builds, &mut results, &mut is_reconciled)
                .await
            {
                Err(error) if error.is::<NotStored>() => {
                    pause = STORE_AGAIN_AFTER;
                    tokio::time::sleep(pause).await;
                    continue;
                }
                done => done?,
            }
            pause = self.pause();
            tokio::select! {
                _ = changes.changed() => {}
                () = self.inner.news.notified() => {}
                Some(result) = results.recv() => {
                    // It is taken in with all others, by the next round.
                    builds.ended.send(result).expect("its receiver is here");
                }
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// One round. What cannot be stored is found again by the next.
    async fn look_around(
        &self,
        builds: &mut Builds,
        results: &mut UnboundedReceiver<(String, Event)>,
        is_reconciled: &mut bool,
    ) -> anyhow::Result<()> {
        if !*is_reconciled {
            self.decide(|transaction| reconcile(transaction, Timestamp::now()))
                .await?;
            *is_reconciled = true;
        }
        while let Ok(result) = results.try_recv() {
            self.build_ended(builds, result).await?;
        }
        let (hosts, is_settled) = (self.hosts(), self.is_settled());
        self.decide(|transaction| {
            sweep(transaction, self.settings(), &hosts, is_settled, Timestamp::now());
        })
        .await?;
        self.live().forget(
            Instant::now(),
            FORGOTTEN_AFTER.max(self.settings().worker_timeout),
        );
        self.queries().forget(Timestamp::now());
        self.sample();
        Ok(())
    }

    async fn decide(&self, decide: impl FnOnce(&mut Transaction<'_>)) -> anyhow::Result<()> {
        self.catalogue
            .change(|transaction| {
                decide(transaction);
                Ok(())
            })
            .await
    }

    fn start_builds(&self, builds: &mut Builds) {
        let due = self.catalogue.read(|tables| {
            let initializing = tables
                .all::<Deployment>()
                .filter(|one| one.status == Status::Initializing);
            let due = initializing.filter(|one| !builds.running.contains(&one.id));
            due.map(|one| (one.id.clone(), tables.get::<Version>(&one.version_id).cloned()))
                .collect::<Vec<_>>()
        });
        for (id, version) in due {
            builds.running.insert(id.clone());
            let (permits, ended) = (Arc::clone(&builds.permits), builds.ended.clone());
            let (manager, artifacts) = (self.clone(), self.artifacts());
            tokio::spawn(async move {
                let _permit = permits.acquire_owned().await;
                let build = tokio::task::spawn_blocking(move || match version {
                    Some(version) => builds::build(&version, &artifacts),
                    None => Event::BuildFailed("its version was deleted".to_owned()),
                });
                let event = build
                    .await
                    .unwrap_or_else(|error| Event::BuildFailed(format!("the build: {error}")));
                let event = match event {
                    Event::Built(artifact) => manager.share(artifact).await,
                    failed => failed,
                };
                // The loop that waits for it may have ended with the process.
                let _ = ended.send((id, event));
            });
        }
    }

    async fn build_ended(&self, builds: &mut Builds, (id, event): (String, Event)) -> anyhow::Result<()> {
        // If its end cannot be stored it is built once more, which the cache makes short.
        builds.running.remove(&id);
        self.decide(|transaction| {
            if let Some(deployment) = transaction.get::<Deployment>(&id) {
                reports::happen(transaction, &deployment, vec![event], Timestamp::now());
            }
        })
        .await
    }

    pub(super) fn hosts(&self) -> Vec<Host> {
        let (now, timeout) = (Instant::now(), self.settings().worker_timeout);
        // Who could not reach the manager was not silent.
        let can_judge = self.is_settled();
        let live = self.live();
        let hosts = live.workers().map(|worker| Host {
            id: worker.id.clone(),
            incarnation: worker.incarnation.clone(),
            host: worker.host.clone(),
            slots: worker.slots,
            is_silent: can_judge && worker.is_silent(now, timeout),
            is_leaving: worker.is_leaving,
            has_left: worker.has_left(),
        });
        hosts.collect()
    }

    /// A manager that comes back late (a disk, a signal, a frozen machine) has kept its workers from calling, and what
    /// they said meanwhile may not be read yet.
    fn note_standstill(&self, elapsed: Duration, pause: Duration) {
        let late = elapsed.saturating_sub(pause);
        if late >= STANDSTILL.max(self.settings().worker_timeout / 3) {
            eprintln!("the manager stood still for {late:?}; its workers get time to call");
            self.live().hears_since = Instant::now();
        }
    }

    /// Whether every worker that lives has had time to call since the manager came to be in charge.
    fn is_settled(&self) -> bool {
        let timeout = self.settings().worker_timeout;
        self.in_charge_for().is_some_and(|time| time > timeout)
    }

    /// Until the next moment at which something becomes due by itself.
    fn pause(&self) -> Duration {
        let now = Timestamp::now();
        let restart = self.catalogue.read(|tables| {
            let due = tables
                .all::<Deployment>()
                .filter_map(|one| transition::restart_at(one));
            due.filter(|at| *at > now).min()
        });
        let restart = restart.map(|at| at.duration_since(now).unsigned_abs());
        let timeout = self.settings().worker_timeout;
        let live = self.live();
        let deadlines = live
            .workers()
            .map(|worker| worker.deadline(timeout))
            .chain([live.hears_since + timeout]);
        let now = Instant::now();
        let silence = deadlines.filter(|at| *at > now).min().map(|at| at - now);
        // A moment later than due, so that what is due is due.
        let pause = restart.into_iter().chain(silence).min().unwrap_or(ROUND);
        (pause + Duration::from_millis(2)).min(ROUND)
    }
}

/// After a start of the manager: what ran is to be heard of again.
fn reconcile(transaction: &mut Transaction<'_>, now: Timestamp) {
    for deployment in transaction.all::<Deployment>() {
        reports::happen(transaction, &deployment, vec![Event::ManagerStarted], now);
    }
}

/// Silent workers lose their deployments; deployments that wait get a worker or a reason.
fn sweep(
    transaction: &mut Transaction<'_>,
    settings: &Settings,
    hosts: &[Host],
    is_settled: bool,
    now: Timestamp,
) {
    for deployment in transaction.all::<Deployment>() {
        let Some(worker) = &deployment.worker else {
            continue;
        };
        let host = hosts.iter().find(|host| host.id == *worker);
        let lost = match host {
            Some(host) if host.has_left => Event::Lost(format!("the worker {} was shut down", host.host)),
            Some(host) if host.is_silent => Event::Silent {
                reason: format!("nothing was heard of the worker {} for too long", host.host),
                host: host.host.clone(),
            },
            None if is_settled => Event::Silent {
                reason: format!("the worker {worker} has not come back"),
                host: worker.clone(),
            },
            Some(_) | None => continue,
        };
        reports::happen(transaction, &deployment, vec![lost], now);
    }
    let deployments = transaction.all::<Deployment>();
    let mut due: Vec<_> = deployments
        .iter()
        .filter(|one| transition::wants_worker(one, now))
        .collect();
    if due.is_empty() {
        return;
    }
    // Those that ran before come first, then the oldest.
    due.sort_by_key(|one| (one.attempt == 0, &one.created_at, &one.id));
    let mut waiting = Vec::new();
    for one in due {
        match connections(transaction, one) {
            Ok(()) => waiting.push(waiting_for(transaction, one)),
            Err(refusal) => {
                let event = Event::Waiting(match fence::is_wanted(one) {
                    true => format!("for which {refusal}"),
                    false => format!("waits for its connections: {refusal}"),
                });
                reports::happen(transaction, one, vec![event], now);
            }
        }
    }
    let limits = limits(transaction, &deployments);
    for (id, place) in place(&waiting, free(&deployments, hosts), limits) {
        let event = match place {
            Ok(worker) => {
                let host = hosts.iter().find(|host| host.id == worker);
                let incarnation = host.expect("only hosts are offered").incarnation.clone();
                Event::Placed { worker, incarnation }
            }
            Err(reason) => Event::Waiting(reason),
        };
        let deployment = transaction.get::<Deployment>(&id).expect("it waits");
        reports::happen(transaction, &deployment, vec![event], now);
        let is_placed = |one: Arc<Deployment>| one.attempt == 1 && deployment.attempt == 0;
        if transaction.get(&id).is_some_and(is_placed) {
            lineage::begun(transaction, settings, &deployment);
        }
    }
}

/// Whether the integrations that it needs are still there.
fn connections(transaction: &Transaction<'_>, deployment: &Deployment) -> Result<(), Refusal> {
    match transaction.get::<Program>(&deployment.id) {
        Some(program) if fence::is_wanted(deployment) => view::fence_options(transaction, &program).map(drop),
        Some(program) => view::options(transaction, &program).map(drop),
        None => Ok(()),
    }
}

/// Why a deployment of this application would wait for a worker, if `without` were gone.
pub(super) fn would_wait_for(
    transaction: &Transaction<'_>,
    hosts: &[Host],
    service: String,
    slots: u32,
    without: Option<&str>,
) -> Option<String> {
    let mut deployments = transaction.all::<Deployment>();
    deployments.retain(|one| Some(one.id.as_str()) != without);
    let waiting = Waiting {
        deployment: String::new(),
        service,
        slots,
        turn: 0,
    };
    let limits = limits(transaction, &deployments);
    let placed = place(&[waiting], free(&deployments, hosts), limits);
    placed.into_iter().find_map(|(_, place)| place.err())
}

fn waiting_for(transaction: &Transaction<'_>, deployment: &Deployment) -> Waiting {
    Waiting {
        deployment: deployment.id.clone(),
        service: view::service_key(transaction, deployment).unwrap_or_default(),
        // A fence needs no room.
        slots: match fence::is_wanted(deployment) {
            true => 0,
            false => deployment.parallelism,
        },
        turn: deployment.attempt as usize,
    }
}

fn free(deployments: &[Arc<Deployment>], hosts: &[Host]) -> Vec<Free> {
    let heard = hosts.iter().filter(|host| !host.is_silent && !host.is_leaving);
    let free = heard.map(|host| {
        let of_host = deployments
            .iter()
            .filter(|one| one.worker.as_ref() == Some(&host.id));
        let used: u32 = of_host
            .filter(|one| reports::holds_slots(one))
            .map(|one| one.parallelism)
            .sum();
        Free {
            worker: host.id.clone(),
            slots: host.slots,
            slots_free: host.slots.saturating_sub(used),
        }
    });
    free.collect()
}

/// Free slots of the session clusters that have a limit of their own.
fn limits(transaction: &Transaction<'_>, deployments: &[Arc<Deployment>]) -> BTreeMap<String, u32> {
    let mut limits = BTreeMap::new();
    for service in transaction.all::<Service>() {
        let Some(slots) = service.user_config.get(SLOTS).and_then(Value::as_u64) else {
            continue;
        };
        let key = Service::key(&service.project, &service.name);
        let of_service = deployments.iter().filter(|one| reports::holds_slots(one));
        let of_service = of_service.filter(|one| view::service_key(transaction, one).as_ref() == Some(&key));
        let used: u32 = of_service.map(|one| one.parallelism).sum();
        limits.insert(key, u32::try_from(slots).unwrap_or(u32::MAX).saturating_sub(used));
    }
    limits
}
