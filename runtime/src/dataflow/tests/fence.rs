//! Starts of a job that only take from earlier ones the right to write.

use std::path::Path;

use super::broker::Broker;
use super::jobs::{totals, visible};
use super::succession::{Started, named, run};
use super::world::{Death, Numbers};
use crate::error::JobError;
use crate::launch::Deployment;

fn start(test: &str, attempt: u32, folder: &Path) -> Deployment {
    Deployment {
        attempt: Some(attempt),
        ..named(test, "job", 2, folder)
    }
}

fn fence(test: &str, attempt: u32, folder: &Path) -> Deployment {
    Deployment {
        fences: true,
        ..start(test, attempt, folder)
    }
}

fn numbers(death: Death) -> Numbers {
    Numbers::new(3, 20, 4, death)
}

#[test]
fn a_fenced_job_ends_although_it_commits_nothing_and_starts_no_more() {
    let test = "fenced";
    let folder = tempfile::tempdir().expect("a temporary directory");
    let mut endless = numbers(Death::Never);
    endless.checkpoint_every = 0;
    let first = Started::new(start(test, 1, folder.path()), endless);
    first.wait_for_rows(60);
    let (result, told) = run(
        &totals(),
        &fence(test, 3, folder.path()),
        &mut numbers(Death::Never),
    );
    assert_eq!(result.expect("it claims").rows_read, 0);
    assert_eq!(told.events(), [], "it does not run");
    // By itself, for nobody asks it for a checkpoint.
    let error = first.end().expect_err("it has been replaced");
    let expected = JobError::Fenced {
        generation: 1,
        successor: 2,
    };
    assert_eq!(error.to_string(), expected.to_string());
    let (result, told) = run(
        &totals(),
        &start(test, 2, folder.path()),
        &mut numbers(Death::Never),
    );
    let error = result.expect_err("it was given up").to_string();
    assert_eq!(
        error,
        "start 2 of this job comes after start 3, which has replaced it"
    );
    assert_eq!(told.events(), []);
    assert!(visible(test).is_empty(), "nothing was ever decided");
    // A fence whose answer was lost comes again.
    let (result, _) = run(
        &totals(),
        &fence(test, 4, folder.path()),
        &mut numbers(Death::Never),
    );
    result.expect("it claims once more");
}

#[test]
fn a_fence_makes_visible_what_was_decided() {
    for broker in [None, Some(Broker::default())] {
        let test = format!("fence-finishes-{}", broker.is_some());
        let folder = tempfile::tempdir().expect("a temporary directory");
        let with = |death| {
            let mut numbers = numbers(death);
            numbers.broker = broker.clone();
            numbers
        };
        let seen = || broker.as_ref().map_or_else(|| visible(&test), Broker::visible);
        let died = Death::BeforeCommit(2);
        let (result, _) = run(&totals(), &start(&test, 1, folder.path()), &mut with(died));
        result.expect_err("it dies");
        let before = seen();
        let (result, _) = run(
            &totals(),
            &fence(&test, 2, folder.path()),
            &mut with(Death::Never),
        );
        result.expect("it claims");
        let after = seen();
        match broker.is_some() {
            // The transaction was not committed, so nothing was decided.
            true => assert_eq!(after, before, "{test}"),
            false => assert!(after.len() > before.len(), "{test}"),
        }
    }
}

#[test]
fn a_fence_does_not_wait_for_tables_that_it_claims_nothing_of() {
    let test = "fence-out-of-reach";
    let folder = tempfile::tempdir().expect("a temporary directory");
    let died = numbers(Death::BeforeCommit(2));
    let (result, _) = run(&totals(), &start(test, 1, folder.path()), &mut died.clone());
    result.expect_err("it dies");
    let before = visible(test);
    let mut out_of_reach = fence(test, 2, folder.path());
    out_of_reach.tables.clear();
    let (result, _) = run(&totals(), &out_of_reach, &mut numbers(Death::Never));
    result.expect("it claims");
    assert_eq!(
        visible(test),
        before,
        "what was decided is left to whoever restores it"
    );
    let error = run(
        &totals(),
        &start(test, 1, folder.path()),
        &mut numbers(Death::Never),
    );
    error.0.expect_err("it has been replaced");
    // Whoever can reach the table finishes it.
    let (result, _) = run(
        &totals(),
        &fence(test, 3, folder.path()),
        &mut numbers(Death::Never),
    );
    result.expect("it claims");
    assert!(visible(test).len() > before.len());
}
