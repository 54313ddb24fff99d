//! Workers call, the manager answers; the catalogue is a file in memory.

use std::path::PathBuf;
use std::time::Duration;

use super::*;
use crate::catalogue::sqlite::SqliteStore;
use crate::catalogue::{Catalogue, Lease, Moment, Store};
use crate::manager::{Manager, Settings};
use crate::model::{Application, Program, Savepoint, SavepointKind, Service};
use crate::protocol::Level;
use crate::protocol::job::Checkpoint;
use crate::protocol::worker::{self, AttemptState, Heartbeat, LogLine, Orders, State};
use crate::refusal::Refusal;

pub(super) const TIMEOUT: Duration = Duration::from_millis(300);

fn manager(catalogue: Catalogue) -> Manager {
    let settings = Settings {
        worker_timeout: TIMEOUT,
        // Nothing is kept of a test.
        ..Settings::in_folder(PathBuf::from("/dev/null"))
    };
    let manager = Manager::new(catalogue, settings);
    let running = manager.clone();
    tokio::spawn(async move { running.run().await });
    manager
}

pub(super) async fn with_deployment(id: &str) -> Manager {
    with_deployment_under(id, Lease::default()).await
}

async fn with_deployment_under(id: &str, lease: Lease) -> Manager {
    let manager = manager(Catalogue::in_memory(lease).await);
    let mut deployment = fresh(id);
    deployment.status = Status::Created;
    deployment.artifact = Some(artifact());
    let program = Program {
        deployment_id: id.to_owned(),
        name: "n".to_owned(),
        tables: Vec::new(),
        config: std::collections::BTreeMap::from([("restart-strategy.type".to_owned(), "none".to_owned())]),
        operators: Vec::new(),
        plan: String::new(),
    };
    let stored: Result<(), Refusal> = manager
        .catalogue
        .change(|transaction| {
            transaction.put(deployment);
            transaction.put(program);
            Ok(())
        })
        .await;
    stored.expect("it is stored");
    manager
}

/// A worker of the tests.
pub(super) struct Caller {
    manager: Manager,
    pub(super) worker: &'static str,
    pub(super) host: String,
    incarnation: String,
    sequence: u64,
    seen: u64,
    pub(super) attempts: Vec<AttemptState>,
    is_leaving: bool,
    pub(super) logs: Vec<LogLine>,
}

impl Caller {
    pub(super) fn new(manager: &Manager, incarnation: &str) -> Caller {
        Caller {
            manager: manager.clone(),
            worker: "w",
            host: "h".to_owned(),
            incarnation: incarnation.to_owned(),
            sequence: 0,
            seen: 0,
            attempts: Vec::new(),
            is_leaving: false,
            logs: Vec::new(),
        }
    }

    pub(super) async fn call(&mut self, hold_ms: u64) -> Orders {
        self.try_call(hold_ms).await.expect("the manager answers")
    }

    pub(super) async fn try_call(&mut self, hold_ms: u64) -> Result<Orders, Refusal> {
        self.sequence += 1;
        let heartbeat = Heartbeat {
            worker: self.worker.to_owned(),
            incarnation: self.incarnation.clone(),
            sequence: self.sequence,
            host: self.host.clone(),
            slots: 1,
            memory_bytes: 1 << 30,
            attempts: self.attempts.clone(),
            logs: self.logs.clone(),
            seen: self.seen,
            hold_ms,
            is_leaving: self.is_leaving,
        };
        let orders = self.manager.heartbeat(heartbeat).await?;
        self.seen = orders.version;
        Ok(orders)
    }

    /// Calls until there is something to do.
    pub(super) async fn assigned(&mut self) -> Orders {
        for _ in 0..100 {
            let orders = self.call(50).await;
            if !orders.attempts.is_empty() {
                return orders;
            }
        }
        panic!("no orders came");
    }

    pub(super) fn reports(&mut self, state: State, events: Vec<worker::Event>) {
        self.attempts = vec![AttemptState {
            deployment: "d".to_owned(),
            attempt: 1,
            state,
            process_id: Some(1),
            memory_bytes: 0,
            cpu_ms: 0,
            metrics: None,
            commands_seen: 0,
            events: events
                .into_iter()
                .zip(1..)
                .map(|(event, number)| worker::NumberedEvent { number, event })
                .collect(),
        }];
    }
}

pub(super) fn deployment(manager: &Manager) -> Deployment {
    manager
        .catalogue
        .read(|tables| Deployment::clone(tables.get::<Deployment>("d").expect("it is there")))
}

pub(super) async fn becomes(manager: &Manager, status: Status) -> Deployment {
    for _ in 0..200 {
        if deployment(manager).status == status {
            return deployment(manager);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{:?} did not become {}", deployment(manager), status.name());
}

#[tokio::test]
async fn a_worker_gets_orders_reports_and_is_told_to_end() {
    let manager = with_deployment("d").await;
    let mut caller = Caller::new(&manager, "i");
    let orders = caller.assigned().await;
    let assignment = &orders.attempts[0];
    assert_eq!((assignment.deployment.as_str(), assignment.attempt), ("d", 1));
    assert_eq!(
        assignment.parameters["checkpoints"],
        "file:///dev/null/checkpoints"
    );
    assert_eq!(assignment.parameters["job_id"], "d");
    let checkpoint = Checkpoint {
        id: "1".to_owned(),
        epoch: 1,
        url: "file:///c".to_owned(),
        triggered_at_ms: 0,
        duration_ms: 1,
        size_bytes: 2,
        full_size_bytes: 3,
    };
    caller.reports(State::Running, vec![worker::Event::Checkpoint(checkpoint)]);
    for _ in 0..2 {
        caller.call(0).await;
    }
    assert_eq!(deployment(&manager).status, Status::Running);
    let checkpoints: Vec<Savepoint> = manager.catalogue.read(|tables| {
        tables
            .all::<Savepoint>()
            .map(|one| Savepoint::clone(one))
            .collect()
    });
    assert_eq!(checkpoints.len(), 1, "an event that comes twice counts once");
    assert_eq!(
        (checkpoints[0].kind, checkpoints[0].id.as_str()),
        (SavepointKind::Checkpoint, "d/1")
    );
    let cancelled = manager.cancel_deployment("d", false).await.expect("it runs");
    assert_eq!(cancelled.status, Status::CancellingRequested);
    assert!(
        caller.call(1_000).await.attempts.is_empty(),
        "the held call is answered with the news"
    );
    caller.call(0).await;
    assert_eq!(deployment(&manager).status, Status::Cancelling);
    caller.attempts.clear();
    caller.call(0).await;
    assert_eq!(deployment(&manager).status, Status::Canceled);
    let deleted = manager.delete_deployment("d").await.expect("it has ended");
    assert_eq!(deleted.status, Status::DeleteRequested);
    assert_eq!(
        manager
            .delete_deployment("d")
            .await
            .expect_err("it is gone")
            .status,
        404
    );
}

#[tokio::test]
async fn a_disk_of_lines_that_does_not_answer_holds_up_no_change() {
    let manager = with_deployment("d").await;
    let mut caller = Caller::new(&manager, "i");
    caller.assigned().await;
    caller.reports(State::Finished { savepoint: None }, Vec::new());
    caller.logs = vec![LogLine {
        number: 1,
        deployment: "d".to_owned(),
        time_us: 0,
        level: Level::Info,
        line: "hello".to_owned(),
        lost_before: 0,
    }];
    let hangs = manager.inner.log_files.lock().await;
    let called = tokio::time::timeout(Duration::from_secs(30), caller.call(0)).await;
    called.expect("it is answered without the disk");
    assert_eq!(deployment(&manager).status, Status::Finished);
    assert!(manager.logs_lock().has_unwritten());
    drop(hangs);
    caller.logs.clear();
    caller.call(0).await;
    assert!(
        !manager.logs_lock().has_unwritten(),
        "a later call brings it up to date"
    );
}

#[tokio::test]
async fn a_worker_that_is_silent_or_restarted_loses_its_deployments() {
    let manager = with_deployment("d").await;
    let mut caller = Caller::new(&manager, "i");
    caller.assigned().await;
    caller.reports(State::Running, Vec::new());
    caller.call(0).await;
    let lost = becomes(&manager, Status::Restarting).await;
    assert_eq!(
        lost.restarts[0].reason,
        "nothing was heard of the worker h for too long"
    );
    let mut second = Caller::new(&manager, "j");
    let orders = second.assigned().await;
    assert_eq!(orders.attempts[0].attempt, 2);
    assert!(
        caller.call(0).await.attempts.is_empty(),
        "the old process is not to run it"
    );
    let mut third = Caller::new(&manager, "k");
    third.call(0).await;
    let lost = deployment(&manager);
    assert_eq!(
        lost.restarts.last().expect("it was lost").reason,
        "the worker h was restarted"
    );
}

#[tokio::test]
async fn jobs_go_on_while_the_manager_restarts() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let path = folder.path().join("catalogue.sqlite");
    let mut running = after(
        &[Event::Built(artifact()), placed(), Event::Running],
        &RestartStrategy::None,
    );
    running.incarnation = Some("i".to_owned());
    {
        let store = Store::Sqlite(SqliteStore::open(&path).expect("it opens"));
        let catalogue = Catalogue::open(store).await.expect("it loads");
        let stored: Result<(), Refusal> = catalogue
            .change(|transaction| {
                transaction.put(running);
                Ok(())
            })
            .await;
        stored.expect("it is stored");
    }
    let store = SqliteStore::open(&path).expect("it opens");
    let catalogue = Catalogue::open(Store::Sqlite(store)).await.expect("it loads");
    let manager = manager(catalogue);
    becomes(&manager, Status::Reconciling).await;
    let mut caller = Caller::new(&manager, "i");
    caller.reports(State::Running, Vec::new());
    caller.call(0).await;
    assert_eq!(deployment(&manager).status, Status::Running);
    assert_eq!(deployment(&manager).attempt, 1);
}

fn savepoint(url: &str) -> worker::Event {
    worker::Event::Savepoint(Checkpoint {
        id: url.to_owned(),
        epoch: 1,
        url: url.to_owned(),
        triggered_at_ms: 0,
        duration_ms: 0,
        size_bytes: 0,
        full_size_bytes: 0,
    })
}

#[tokio::test]
async fn what_is_stored_is_acknowledged_and_not_taken_in_again() {
    let manager = with_deployment("d").await;
    let mut caller = Caller::new(&manager, "i");
    caller.assigned().await;
    caller.reports(State::Running, Vec::new());
    caller.call(0).await;
    let save = async || manager.save_deployment("d").await.expect("it runs");
    let first = save().await.requests[0].savepoint_url.clone();
    caller.reports(State::Running, vec![savepoint(&first)]);
    assert_eq!(caller.call(0).await.events_seen, 1);
    assert_eq!(deployment(&manager).status, Status::Running);
    save().await;
    assert_eq!(
        caller.call(0).await.events_seen,
        1,
        "the same event comes once more"
    );
    assert_eq!(
        deployment(&manager).status,
        Status::Saving,
        "an old savepoint is not the answer to a new wish"
    );
}

#[tokio::test]
async fn a_worker_that_says_goodbye_gives_its_jobs_away_at_once() {
    let manager = with_deployment("d").await;
    let mut caller = Caller::new(&manager, "i");
    caller.assigned().await;
    caller.reports(State::Running, Vec::new());
    caller.call(0).await;
    caller.is_leaving = true;
    caller.call(0).await;
    assert_eq!(
        deployment(&manager).status,
        Status::Running,
        "it still runs there"
    );
    caller.reports(State::Left, Vec::new());
    let orders = caller.call(0).await;
    assert!(orders.attempts.is_empty());
    let moved = deployment(&manager);
    assert_eq!((moved.status, moved.failures), (Status::Restarting, 0));
    assert_eq!(moved.restarts[0].reason, "its worker was shut down");
    assert!(!moved.restarts[0].is_failure);
    caller.attempts.clear();
    assert!(caller.call(50).await.attempts.is_empty(), "it gets nothing new");
    assert!(manager.workers().is_empty());
    let mut next = Caller::new(&manager, "j");
    assert_eq!(next.assigned().await.attempts[0].attempt, 2);
}

#[tokio::test]
async fn a_manager_without_its_catalogue_sends_workers_away_and_loses_none() {
    let lease = Lease::of(TIMEOUT);
    lease.renew(Moment::now());
    let manager = with_deployment_under("d", lease.clone()).await;
    let mut caller = Caller::new(&manager, "i");
    caller.assigned().await;
    caller.reports(State::Running, Vec::new());
    caller.call(0).await;
    let begun = std::time::Instant::now();
    let refusal = loop {
        // A call that is held is answered in time, too.
        if let Err(refusal) = caller.try_call(10_000).await {
            break refusal;
        }
    };
    assert!(begun.elapsed() <= TIMEOUT * 2, "{:?}", begun.elapsed());
    assert_eq!(refusal.status, 503);
    tokio::time::sleep(TIMEOUT * 2).await;
    assert_eq!(deployment(&manager).status, Status::Running);
    lease.renew(Moment::now());
    tokio::time::sleep(TIMEOUT / 2).await;
    caller.call(0).await;
    assert_eq!(
        deployment(&manager).restarts,
        [],
        "a worker that was sent away was not silent"
    );
}

#[tokio::test]
async fn a_manager_that_stood_still_takes_no_worker_for_silent() {
    let manager = with_deployment("d").await;
    let mut caller = Caller::new(&manager, "i");
    caller.assigned().await;
    caller.reports(State::Running, Vec::new());
    caller.call(0).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    // The one thread of this test is the manager's, too.
    std::thread::sleep(Duration::from_millis(1_800));
    tokio::time::sleep(Duration::from_millis(20)).await;
    caller.call(0).await;
    let one = deployment(&manager);
    assert_eq!((one.status, one.restarts), (Status::Running, Vec::new()));
    // From then on silence counts again.
    becomes(&manager, Status::Restarting).await;
}

#[tokio::test]
async fn a_session_cluster_keeps_no_lines_while_service_log_is_off() {
    let manager = with_deployment("d").await;
    let catalogue = &manager.catalogue;
    let created = crate::api::create_cluster(catalogue, "dev", "c").await;
    created.expect("it is created");
    let change =
        |is_kept: bool| {
            catalogue.change(move |transaction| {
            let application = serde_json::json!({
                "id": "a", "project": "dev", "service": "c", "name": "n", "created_at": "", "created_by": "",
                "updated_at": "", "updated_by": "", "last_version": 1,
            });
            let application = serde_json::from_value::<Application>(application);
            transaction.put(application.expect("an application"));
            transaction.update::<Service, _>("dev/c", |service| {
                service.user_config.insert("service_log".to_owned(), is_kept.into())
            });
            Ok::<_, Refusal>(())
        })
        };
    for (sequence, is_kept) in [(1, true), (2, false), (3, true)] {
        change(is_kept).await.expect("it is stored");
        let line = LogLine {
            number: sequence,
            deployment: "d".to_owned(),
            time_us: Timestamp::now().as_microsecond(),
            level: Level::Info,
            line: format!("line {sequence}"),
            lost_before: 0,
        };
        let heartbeat = Heartbeat {
            worker: "w".to_owned(),
            incarnation: "i".to_owned(),
            sequence,
            host: "h".to_owned(),
            slots: 1,
            memory_bytes: 0,
            attempts: Vec::new(),
            logs: vec![line],
            seen: 0,
            hold_ms: 0,
            is_leaving: false,
        };
        manager.heartbeat(heartbeat).await.expect("it answers");
    }
    let query = crate::manager::LogQuery {
        limit: 9,
        ..Default::default()
    };
    let found = manager.logs("dev/c", &query).entries.into_iter();
    let lines: Vec<String> = found.map(|entry| entry.line).collect();
    assert_eq!(lines, ["line 1", "line 3"]);
}
