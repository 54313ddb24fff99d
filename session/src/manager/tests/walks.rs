//! Ways through the statuses: the usual ones, and random ones.

use super::*;
use crate::model::deployment::RequestKind;

const STRATEGY: RestartStrategy = RestartStrategy::FixedDelay {
    attempts: 3,
    delay: std::time::Duration::ZERO,
};

fn running() -> Deployment {
    after(&[Event::Built(artifact()), placed(), Event::Running], &STRATEGY)
}

fn step(deployment: &mut Deployment, event: Event) -> Status {
    transition::apply(deployment, event, &STRATEGY, at(0));
    deployment.status
}

fn finished(savepoint: Option<&str>) -> Event {
    Event::Finished {
        savepoint: savepoint.map(str::to_owned),
    }
}

fn savepoint_failed(url: &str, message: &str) -> Event {
    Event::SavepointFailed {
        url: url.to_owned(),
        message: message.to_owned(),
    }
}

#[test]
fn a_deployment_waits_runs_and_is_stopped_with_a_savepoint() {
    let mut one = fresh("d");
    assert_eq!(step(&mut one, Event::Built(artifact())), Status::Created);
    step(&mut one, Event::Waiting("no room".to_owned()));
    assert_eq!(one.error_msg.as_deref(), Some("no room"));
    assert_eq!(step(&mut one, placed()), Status::Created);
    assert_eq!((one.attempt, one.error_msg.as_deref()), (1, None));
    assert_eq!(step(&mut one, Event::Running), Status::Running);
    transition::request(&mut one, RequestKind::Stop, "s".to_owned(), at(0));
    assert_eq!(one.status, Status::SavingAndStopRequested);
    assert_eq!(
        step(&mut one, Event::RequestsSeen(0)),
        Status::SavingAndStopRequested
    );
    assert_eq!(step(&mut one, Event::RequestsSeen(1)), Status::SavingAndStop);
    assert_eq!(step(&mut one, finished(Some("s/1"))), Status::Finished);
    assert_eq!(one.last_savepoint.as_deref(), Some("s/1"));
    assert_eq!((one.worker, one.requests.len()), (None, 0));
}

#[test]
fn a_wish_to_stop_outlives_a_crash() {
    let mut one = running();
    transition::request(&mut one, RequestKind::Stop, "s".to_owned(), at(0));
    step(&mut one, Event::RequestsSeen(1));
    assert_eq!(
        step(&mut one, Event::Failed("x".to_owned())),
        Status::SavingAndStopRequested
    );
    assert!(transition::wants_worker(&one, at(0)));
    step(&mut one, placed());
    assert_eq!(step(&mut one, Event::RequestsSeen(1)), Status::SavingAndStop);
    assert_eq!(step(&mut one, finished(Some("s/2"))), Status::Finished);
}

#[test]
fn a_savepoint_that_fails_leaves_the_job_running() {
    for kind in [RequestKind::Savepoint, RequestKind::Stop] {
        let mut one = running();
        transition::request(&mut one, kind, "s".to_owned(), at(0));
        step(&mut one, Event::RequestsSeen(1));
        assert_eq!(
            step(&mut one, savepoint_failed("s", "disk full")),
            Status::Running
        );
        assert_eq!(one.error_msg.as_deref(), Some("the savepoint failed: disk full"));
    }
    let mut one = running();
    transition::request(&mut one, RequestKind::Savepoint, "s".to_owned(), at(0));
    let written = Event::SavepointWritten {
        url: "s/1".to_owned(),
    };
    assert_eq!(step(&mut one, written), Status::Running);
    assert_eq!(one.last_savepoint.as_deref(), Some("s/1"));
}

#[test]
fn a_report_that_comes_twice_answers_no_newer_request() {
    let written = |url: &str| Event::SavepointWritten { url: url.to_owned() };
    let mut one = running();
    transition::request(&mut one, RequestKind::Savepoint, "s/1".to_owned(), at(0));
    assert_eq!(step(&mut one, written("s/1/savepoint-a")), Status::Running);
    transition::request(&mut one, RequestKind::Savepoint, "s/11".to_owned(), at(0));
    for late in [written("s/1/savepoint-a"), savepoint_failed("s/1", "x")] {
        assert_eq!(step(&mut one, late), Status::Saving);
        assert_eq!((one.requests.len(), one.error_msg.as_deref()), (1, None));
    }
    assert_eq!(step(&mut one, written("s/11/savepoint-b")), Status::Running);
    assert_eq!(one.last_savepoint.as_deref(), Some("s/11/savepoint-b"));
    assert!(one.requests.is_empty());
}

#[test]
fn checkpoints_that_failed_are_kept_up_to_a_bound_and_counted_once() {
    let failed = |epoch, message: &str| {
        Event::CheckpointFailed(crate::protocol::job::FailedCheckpoint {
            epoch,
            message: message.to_owned(),
            triggered_at_ms: 1_700_000_000_000,
            duration_ms: 5,
        })
    };
    let mut one = running();
    for epoch in 1..=12 {
        step(&mut one, failed(epoch, "late"));
        step(&mut one, failed(epoch, "too late"));
    }
    assert_eq!(one.failed_checkpoints_total, 12);
    let epochs: Vec<u64> = one.failed_checkpoints.iter().map(|one| one.epoch).collect();
    assert_eq!(epochs, (3..=12).collect::<Vec<u64>>());
    let last = one.failed_checkpoints.last().expect("there are some");
    assert_eq!((last.reason.as_str(), last.duration_ms), ("too late", 5));
    assert_eq!(last.triggered_at, timestamp(at(0)));
}

#[test]
fn cancelling_waits_for_the_process_and_only_for_that() {
    let mut one = running();
    transition::cancel(&mut one, at(0));
    assert_eq!(one.status, Status::CancellingRequested);
    assert_eq!(step(&mut one, Event::Cancelling), Status::Cancelling);
    assert_eq!(step(&mut one, Event::Lost("gone".to_owned())), Status::Canceled);
    // A job that was asked to stop and fails for ever can be ended, too.
    let mut one = running();
    transition::request(&mut one, RequestKind::Stop, "s".to_owned(), at(0));
    for _ in 0..2 {
        assert_eq!(
            step(&mut one, Event::Failed("x".to_owned())),
            Status::SavingAndStopRequested
        );
        step(&mut one, placed());
    }
    transition::cancel(&mut one, at(0));
    assert_eq!(step(&mut one, Event::Failed("x".to_owned())), Status::Canceled);
    let mut one = fresh("d");
    transition::cancel(&mut one, at(0));
    assert_eq!(one.status, Status::Canceled);
    assert_eq!(
        step(&mut one, Event::Built(artifact())),
        Status::Canceled,
        "a late build changes nothing"
    );
    let mut one = running();
    transition::cancel(&mut one, at(0));
    assert_eq!(step(&mut one, Event::Failed("x".to_owned())), Status::Canceled);
}

#[test]
fn after_a_start_of_the_manager_jobs_are_heard_of_again() {
    let mut one = running();
    assert_eq!(step(&mut one, Event::ManagerStarted), Status::Reconciling);
    assert_eq!(step(&mut one, Event::Running), Status::Running);
    step(&mut one, Event::ManagerStarted);
    assert_eq!(step(&mut one, Event::Lost("gone".to_owned())), Status::Restarting);
}

#[test]
fn a_job_that_ends_before_anybody_saw_it_run_has_finished() {
    let mut one = after(&[Event::Built(artifact()), placed(), finished(None)], &STRATEGY);
    assert_eq!(one.status, Status::Finished);
    assert_eq!(step(&mut one, placed()), Status::Finished);
}

fn random_event(choice: u64) -> Event {
    let text = || "x".to_owned();
    match choice {
        0 => Event::Built(artifact()),
        1 => Event::BuildFailed(text()),
        2 => Event::Waiting(text()),
        3 | 4 => placed(),
        5 | 6 => Event::Running,
        7 => Event::RequestsSeen(3),
        8 => Event::SavepointWritten {
            url: "s/1".to_owned(),
        },
        9 => savepoint_failed("s", "x"),
        10 => finished(Some("s")),
        11 => Event::Failed(text()),
        12 => Event::Lost(text()),
        13 => Event::Silent {
            host: text(),
            reason: text(),
        },
        14 => Event::Cancelling,
        15 => Event::StrayEnded { attempt: 1 },
        _ => Event::ManagerStarted,
    }
}

/// Any order of events, also nonsense: no change that statuses forbid (it would panic), and an ended deployment is
/// left alone.
#[test]
fn no_order_of_events_leads_astray() {
    let mut state: u64 = 1;
    let mut random = |below: u64| {
        // Knuth's linear congruential generator; the upper bits are the random ones.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..4_000 {
        let mut one = fresh("d");
        one.restart_enabled = random(4) > 0;
        if random(4) > 0 {
            step(&mut one, Event::Built(artifact()));
        }
        for _ in 0..40 {
            let before = one.clone();
            match random(21) {
                17 if one.status.can_cancel() => transition::cancel(&mut one, at(0)),
                18 if one.status.can_stop() => {
                    transition::request(&mut one, RequestKind::Stop, "s".to_owned(), at(0));
                }
                19 if one.status == Status::Running => {
                    transition::request(&mut one, RequestKind::Savepoint, "s".to_owned(), at(0));
                }
                choice => drop(step(&mut one, random_event(choice))),
            }
            seen.insert(one.status);
            if before.status.is_ended() {
                assert_eq!(one, before);
            }
            assert!(one.attempt >= before.attempt);
            assert_eq!(one.worker.is_some(), one.incarnation.is_some());
            let may_write = one.worker.is_some() || !one.strays.is_empty();
            assert!(!(one.status.is_ended() && may_write), "{one:?}");
        }
    }
    let unreached: Vec<Status> = Status::ALL
        .into_iter()
        .filter(|status| !seen.contains(status))
        .collect();
    let by_others = [Status::Suspended, Status::DeleteRequested, Status::Deleting];
    assert_eq!(unreached, by_others);
}
