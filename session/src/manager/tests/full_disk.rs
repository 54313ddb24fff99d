//! A catalogue whose disk is full: nothing is changed, nobody is told otherwise, and all goes on when there is room.

use super::calls::{Caller, TIMEOUT, becomes, deployment, with_deployment};
use super::*;
use crate::manager::Manager;
use crate::protocol::worker::State;

async fn with_running() -> (Manager, Caller) {
    let manager = with_deployment("d").await;
    let mut caller = Caller::new(&manager, "i");
    // What is to be stored of it needs pages of its own.
    caller.host = "h".repeat(5_000);
    caller.assigned().await;
    caller.reports(State::Running, Vec::new());
    caller.call(0).await;
    manager.catalogue.fill_up().await;
    (manager, caller)
}

#[tokio::test]
async fn what_a_worker_says_comes_again_until_it_is_stored() {
    let (manager, mut caller) = with_running().await;
    let message = "x".repeat(5_000);
    caller.reports(State::Failed { message }, Vec::new());
    for _ in 0..2 {
        let refusal = caller.try_call(0).await.expect_err("there is no room");
        assert_eq!(refusal.status, 503);
        assert!(refusal.message.contains("cannot store changes now"), "{refusal}");
        assert_eq!(deployment(&manager).status, Status::Running);
    }
    manager.catalogue.make_room().await;
    caller.call(0).await;
    assert_eq!(deployment(&manager).status, Status::Failed);
}

#[tokio::test]
async fn the_scheduler_waits_for_room_and_goes_on() {
    let (manager, _silent) = with_running().await;
    tokio::time::sleep(TIMEOUT * 3).await;
    assert_eq!(
        deployment(&manager).status,
        Status::Running,
        "that its worker is lost cannot be stored"
    );
    manager.catalogue.make_room().await;
    becomes(&manager, Status::Restarting).await;
}
