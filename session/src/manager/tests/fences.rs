//! No deployment has ended while an attempt of it may still write: strays and fences.

use super::calls::{Caller, TIMEOUT, becomes, deployment, with_deployment};
use super::*;
use crate::manager::Manager;
use crate::model::Program;
use crate::protocol::worker::State;
use crate::refusal::Refusal;

const STRATEGY: RestartStrategy = RestartStrategy::None;

fn silent() -> Event {
    Event::Silent {
        host: "h".to_owned(),
        reason: "nothing was heard".to_owned(),
    }
}

fn placed_at(worker: &str) -> Event {
    Event::Placed {
        worker: worker.to_owned(),
        incarnation: "j".to_owned(),
    }
}

fn finished() -> Event {
    Event::Finished { savepoint: None }
}

fn running() -> Deployment {
    after(&[Event::Built(artifact()), placed(), Event::Running], &STRATEGY)
}

fn steps(deployment: &mut Deployment, events: impl IntoIterator<Item = Event>) -> Status {
    for event in events {
        transition::apply(deployment, event, &STRATEGY, at(0));
    }
    deployment.status
}

fn waits_for(deployment: &Deployment) -> &str {
    deployment
        .error_msg
        .as_deref()
        .expect("it says what it waits for")
}

#[test]
fn a_cancelled_deployment_with_a_lost_worker_is_fenced_first() {
    // Cancelled before or after its worker was lost.
    for is_lost_first in [true, false] {
        let mut one = running();
        if is_lost_first {
            steps(&mut one, [silent()]);
            transition::cancel(&mut one, at(0));
        } else {
            transition::cancel(&mut one, at(0));
            steps(&mut one, [silent()]);
        }
        assert_eq!(one.status, Status::Cancelling);
        let text = "it is not known that attempt 1 on worker h has ended: waits for word of it, or for an attempt that \
                    takes its right to write";
        assert_eq!(waits_for(&one), text);
        assert!(transition::wants_worker(&one, at(0)));
        steps(&mut one, [Event::Waiting("no worker is connected".to_owned())]);
        assert_eq!(waits_for(&one), format!("{text}, no worker is connected"));
        assert_eq!(steps(&mut one, [placed_at("v")]), Status::Cancelling);
        assert_eq!((one.attempt, one.is_fence), (2, true));
        // A fence never runs, whatever is said of it.
        assert_eq!(steps(&mut one, [Event::Running]), Status::Cancelling);
        assert_eq!(one.strays.len(), 1);
        assert_eq!(steps(&mut one, [finished()]), Status::Canceled);
        assert_eq!((one.error_msg.as_deref(), one.is_fence), (None, false));
    }
}

#[test]
fn word_of_the_lost_worker_is_as_good() {
    let mut one = running();
    transition::cancel(&mut one, at(0));
    steps(&mut one, [silent()]);
    assert_eq!(
        steps(&mut one, [Event::StrayEnded { attempt: 7 }]),
        Status::Cancelling
    );
    assert_eq!(
        steps(&mut one, [Event::StrayEnded { attempt: 1 }]),
        Status::Canceled
    );
    // With a fence under way its end is awaited: it writes nothing, but it would disturb a successor.
    let mut one = running();
    transition::cancel(&mut one, at(0));
    let events = [silent(), placed_at("v"), Event::StrayEnded { attempt: 1 }];
    assert_eq!(steps(&mut one, events), Status::Cancelling);
    assert_eq!(
        steps(&mut one, [Event::Failed("boom".to_owned())]),
        Status::Canceled
    );
}

#[test]
fn an_attempt_that_runs_has_fenced_all_before_it() {
    let mut one = running();
    assert_eq!(steps(&mut one, [silent()]), Status::Restarting);
    assert_eq!((one.strays.len(), one.strays[0].attempt), (1, 1));
    steps(&mut one, [placed_at("v")]);
    assert!(
        !one.is_fence && one.strays.len() == 1,
        "it has claimed nothing yet"
    );
    assert_eq!(steps(&mut one, [Event::Running]), Status::Running);
    assert!(one.strays.is_empty());
    transition::cancel(&mut one, at(0));
    assert_eq!(
        steps(&mut one, [Event::Lost("gone".to_owned())]),
        Status::Canceled
    );
}

#[test]
fn a_deployment_that_fails_with_a_stray_is_failing_until_it_is_fenced() {
    let mut one = running();
    let failed = Event::Failed("no such topic".to_owned());
    // The second attempt fails before it has claimed anything.
    assert_eq!(
        steps(&mut one, [silent(), placed_at("v"), failed]),
        Status::Failing
    );
    let why = "no such topic (the restart strategy is 'none')";
    assert!(
        waits_for(&one).starts_with(&format!("{why}; it is not known")),
        "{one:?}"
    );
    steps(&mut one, [placed_at("v"), Event::Failed("no disk".to_owned())]);
    assert!(waits_for(&one).ends_with(", which failed: no disk"), "{one:?}");
    assert!(!transition::wants_worker(&one, at(4)) && transition::wants_worker(&one, at(5)));
    transition::apply(&mut one, placed_at("v"), &STRATEGY, at(5));
    // The fence's own worker is lost: nobody knows of two attempts.
    assert_eq!(steps(&mut one, [silent()]), Status::Failing);
    assert_eq!(
        one.strays.iter().map(|stray| stray.attempt).collect::<Vec<u32>>(),
        [1, 4]
    );
    assert_eq!(steps(&mut one, [placed_at("u"), finished()]), Status::Failed);
    assert_eq!(one.error_msg.as_deref(), Some(why));
}

#[test]
fn restarts_that_are_off_do_not_make_a_lost_worker_harmless() {
    let mut one = running();
    one.restart_enabled = false;
    assert_eq!(steps(&mut one, [silent()]), Status::Failing);
    assert_eq!(
        steps(&mut one, [Event::StrayEnded { attempt: 1 }]),
        Status::Failed
    );
    assert_eq!(
        one.error_msg.as_deref(),
        Some("nothing was heard (restarts are off for this deployment)")
    );
}

/// A deployment that was cancelled, and whose worker, which runs it, is not heard of since.
async fn cancelled_while_silent() -> (Manager, Caller) {
    let manager = with_deployment("d").await;
    let mut lost = Caller::new(&manager, "i");
    lost.assigned().await;
    lost.reports(State::Running, Vec::new());
    lost.call(0).await;
    manager.cancel_deployment("d", false).await.expect("it runs");
    tokio::time::sleep(TIMEOUT).await;
    becomes(&manager, Status::Cancelling).await;
    (manager, lost)
}

#[tokio::test]
async fn another_worker_fences_what_a_silent_one_may_still_run() {
    let (manager, _lost) = cancelled_while_silent().await;
    let mut other = Caller::new(&manager, "j");
    other.worker = "v";
    let orders = other.assigned().await;
    let fence = &orders.attempts[0];
    assert_eq!((fence.attempt, &fence.parameters["fences"]), (2, &true.into()));
    assert_eq!(fence.parameters["attempt"], 2);
    assert_eq!(fence.parameters["job_id"], "d");
    other.reports(State::Finished { savepoint: None }, Vec::new());
    other.attempts[0].attempt = 2;
    other.call(0).await;
    let ended = deployment(&manager);
    assert_eq!((ended.status, ended.strays), (Status::Canceled, Vec::new()));
}

#[tokio::test]
async fn a_worker_that_is_back_ends_its_stray_and_says_so() {
    let (manager, mut lost) = cancelled_while_silent().await;
    let stray = lost.attempts.clone();
    // Its first call does not yet follow any orders; by then it also gets the fence.
    let orders = lost.call(0).await;
    assert!(orders.attempts.iter().all(|one| one.attempt != 1));
    assert!(!deployment(&manager).strays.is_empty(), "it still has it");
    lost.attempts = stray;
    lost.attempts[0].state = State::Canceled;
    for _ in 0..3 {
        lost.call(0).await;
    }
    assert!(deployment(&manager).strays.is_empty(), "it has ended it");
}

#[tokio::test]
async fn whoever_knows_that_the_lost_attempts_are_dead_can_say_so() {
    let (manager, _lost) = cancelled_while_silent().await;
    let refusal = manager.cancel_deployment("d", false).await.expect_err("it is");
    assert_eq!(
        refusal.message,
        "A deployment that is CANCELLING cannot be cancelled"
    );
    // With a fence under way or without.
    let mut other = Caller::new(&manager, "j");
    other.worker = "v";
    other.assigned().await;
    let ended = manager.cancel_deployment("d", true).await.expect("they are dead");
    assert_eq!(
        (ended.status, ended.strays, ended.worker),
        (Status::Canceled, Vec::new(), None)
    );
    assert!(other.call(0).await.attempts.is_empty(), "the fence is not needed");
    let refusal = manager
        .cancel_deployment("d", true)
        .await
        .expect_err("it has ended");
    assert_eq!(refusal.status, 409);
}

#[test]
fn a_failing_deployment_whose_strays_are_dead_has_failed() {
    let mut one = running();
    one.restart_enabled = false;
    assert_eq!(steps(&mut one, [silent()]), Status::Failing);
    crate::manager::fence::vouched_for(&mut one, at(0));
    assert_eq!(one.status, Status::Failed);
}

fn table(name: &str, guarantee: &str, integration_id: Option<&str>) -> crate::model::program::ProgramTable {
    let options = [
        ("connector", "kafka"),
        ("topic", name),
        ("sink.delivery-guarantee", guarantee),
    ];
    let options = options.map(|(key, value)| (key.to_owned(), value.to_owned()));
    crate::model::program::ProgramTable {
        name: name.to_owned(),
        options: options.into(),
        integration_id: integration_id.map(str::to_owned),
    }
}

#[tokio::test]
async fn a_fence_needs_only_what_it_claims() {
    for (guarantee, waits) in [("at-least-once", false), ("Exactly-Once", true)] {
        let manager = with_deployment("d").await;
        let mut lost = Caller::new(&manager, "i");
        lost.assigned().await;
        lost.reports(State::Running, Vec::new());
        lost.call(0).await;
        let stored: Result<(), Refusal> = manager
            .catalogue
            .change(|transaction| {
                // The integration of one table was deleted while it ran.
                let tables = vec![
                    table("gone", guarantee, Some("deleted")),
                    table("there", "exactly-once", None),
                ];
                transaction.update::<Program, _>("d", |program| program.tables = tables);
                Ok(())
            })
            .await;
        stored.expect("it is stored");
        manager.cancel_deployment("d", false).await.expect("it runs");
        tokio::time::sleep(TIMEOUT * 2).await;
        let mut other = Caller::new(&manager, "j");
        other.worker = "v";
        if waits {
            for _ in 0..10 {
                assert!(other.call(20).await.attempts.is_empty());
            }
            let text =
                "for which transactions of table gone have to be claimed: Integration not found: deleted";
            let one = deployment(&manager);
            assert!(waits_for(&one).ends_with(text), "{}", waits_for(&one));
            continue;
        }
        let orders = other.assigned().await;
        let parameters = &orders.attempts[0].parameters;
        assert_eq!(parameters["fences"], true);
        let tables = parameters["tables"].as_object().expect("options by table");
        assert_eq!(tables.keys().collect::<Vec<_>>(), ["there"]);
    }
}
