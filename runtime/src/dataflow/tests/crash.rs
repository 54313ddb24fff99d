//! A job dies at any point and is started again, at the same or another parallelism: output and state stay
//! exact.

use std::sync::Arc;

use object_store::memory::InMemory;

use super::broker::Broker;
use super::jobs::{deployment, expected_totals, replay, totals, visible};
use super::world::{Death, Numbers};
use crate::dataflow::{Control, run_with};

const SPLITS: i32 = 3;
const ROWS_PER_SPLIT: i32 = 100;

/// Runs with one death after another, then to the end.
fn survive(test: &str, deaths: &[Death], parallelism: &[usize]) {
    let storage = Arc::new(InMemory::new());
    let mut threads = parallelism.iter().copied().cycle();
    let mut next_threads = || threads.next().expect("the cycle does not end");
    for &death in deaths {
        let numbers = Numbers::new(SPLITS, ROWS_PER_SPLIT, 4, death);
        // A run may also end before its death comes.
        let _ = numbers.run(&totals(), &deployment(test, next_threads()), &storage);
        replay(&visible(test));
    }
    let numbers = Numbers::new(SPLITS, ROWS_PER_SPLIT, 4, Death::Never);
    numbers
        .run(&totals(), &deployment(test, next_threads()), &storage)
        .expect("the last run ends well");
    let table: Vec<String> = replay(&visible(test)).into_values().collect();
    assert_eq!(
        table,
        expected_totals(SPLITS * ROWS_PER_SPLIT),
        "{test}: {deaths:?} at {parallelism:?}"
    );
}

/// As `survive`, with output by transactions that decide about checkpoints.
fn survive_with_transactions(test: &str, deaths: &[Death], parallelism: &[usize]) {
    let storage = Arc::new(InMemory::new());
    let broker = Broker::default();
    let run = |death, threads| {
        let mut numbers = Numbers::new(SPLITS, ROWS_PER_SPLIT, 4, death);
        numbers.broker = Some(broker.clone());
        numbers.run(&totals(), &deployment(test, threads), &storage)
    };
    for (at, &death) in deaths.iter().enumerate() {
        let _ = run(death, parallelism[at % parallelism.len()]);
        replay(&broker.visible());
    }
    run(Death::Never, parallelism[0]).expect("the last run ends well");
    let table: Vec<String> = replay(&broker.visible()).into_values().collect();
    assert_eq!(
        table,
        expected_totals(SPLITS * ROWS_PER_SPLIT),
        "{test}: {deaths:?} at {parallelism:?}"
    );
}

#[test]
fn a_job_may_die_around_any_transaction() {
    for call in 0..6 {
        for death in [
            Death::BeforeCommit(call),
            Death::AfterCommit(call),
            Death::Poll(call * 9 + 3),
        ] {
            let deaths = [
                death,
                Death::AfterCommit(1),
                Death::Poll(17),
                Death::BeforeCommit(2),
            ];
            survive_with_transactions(&format!("transaction-{death:?}-same"), &deaths, &[3]);
            survive_with_transactions(&format!("transaction-{death:?}-other"), &deaths, &[1, 2, 5, 4]);
        }
    }
}

#[test]
fn exactly_once_output_without_a_place_for_checkpoints_is_refused() {
    let mut numbers = Numbers::new(1, 10, 0, Death::Never);
    numbers.broker = Some(Broker::default());
    let result = run_with(
        &totals(),
        &deployment("placeless", 1),
        &Control::default(),
        &numbers,
        None,
    );
    let expected = "exactly-once output needs a place for checkpoints; the deployment names none";
    assert_eq!(result.expect_err("it is refused").to_string(), expected);
}

#[test]
fn a_job_may_die_at_any_poll() {
    for poll in (0..70).step_by(3) {
        let deaths = [Death::Poll(poll), Death::Poll(poll / 2 + 5)];
        survive(&format!("poll-{poll}-same"), &deaths, &[1]);
        survive(&format!("poll-{poll}-three"), &deaths, &[3]);
        survive(&format!("poll-{poll}-other"), &deaths, &[3, 1, 2]);
    }
}

#[test]
fn a_job_may_die_around_any_commit() {
    for call in 0..6 {
        for death in [Death::BeforeCommit(call), Death::AfterCommit(call)] {
            let deaths = [death, Death::AfterCommit(1), Death::BeforeCommit(2)];
            survive(&format!("commit-{death:?}-same"), &deaths, &[3]);
            survive(&format!("commit-{death:?}-other"), &deaths, &[2, 5, 1, 4]);
        }
    }
}

#[test]
fn a_panic_beside_the_workers_ends_the_job() {
    let storage = Arc::new(InMemory::new());
    let numbers = Numbers::new(SPLITS, ROWS_PER_SPLIT, 4, Death::Panic);
    let result = numbers.run(&totals(), &deployment("panic", 2), &storage);
    let error = result.expect_err("the committer panics").to_string();
    assert!(error.ends_with("the committer breaks down"), "{error}");
}
