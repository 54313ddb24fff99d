//! Starts of a job that only take from earlier ones the right to write.

use std::path::Path;

use super::broker::Broker;
use super::jobs::{node, sink, source, totals, visible};
use super::succession::{Started, named, run};
use super::world::{Death, Numbers};
use crate::dataflow::{Registry, run_with};
use crate::error::JobError;
use crate::job::Job;
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

/// Rows in the files that everybody sees, and the number of files that are still written to.
fn lines_and_hidden(folder: &Path) -> (usize, usize) {
    let (mut lines, mut hidden) = (0, 0);
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path
            .extension()
            .map(|end| end.to_string_lossy().into_owned())
            .as_deref()
        {
            Some("inprogress" | "recovered" | "finished" | "shown") => {
                hidden += usize::from(path.extension().is_some_and(|end| end == "inprogress"));
            }
            _ => lines += std::fs::read_to_string(&path).expect("a file").lines().count(),
        }
    }
    (lines, hidden)
}

#[test]
fn a_fence_shows_what_is_committed_of_open_files_and_clears_what_is_not() {
    let job = Job {
        name: "files",
        nodes: vec![node("source", &[], source("s")), node("sink", &[0], sink("t"))],
    };
    // Without checkpoints rows are written only when they are many.
    for (checkpoint_every, polls) in [(4, 60), (0, 6_000)] {
        let test = format!("fence-files-{checkpoint_every}");
        let (storage, output) = (
            tempfile::tempdir().expect("a temporary directory"),
            tempfile::tempdir().expect("a temporary directory"),
        );
        let path = output.path().display().to_string();
        let to_files = |mut deployment: Deployment| {
            let table = [("connector", "filesystem"), ("format", "json"), ("path", &path)];
            let table = table.map(|(key, value)| (key.to_owned(), value.to_owned()));
            deployment.parallelism = 1;
            deployment.tables.insert("t".to_owned(), table.into());
            deployment
        };
        let mut numbers = Numbers::new(3, 20_000, checkpoint_every, Death::Poll(polls));
        let (result, _) = run(&job, &to_files(start(&test, 1, storage.path())), &mut numbers);
        result.expect_err("it dies");
        let (lines_before, hidden) = lines_and_hidden(output.path());
        assert_eq!(hidden, 1, "{test}");
        let fence = to_files(fence(&test, 2, storage.path()));
        run_with(&job, &fence, &numbers.control, &Registry, None).expect("it claims");
        let (lines, hidden) = lines_and_hidden(output.path());
        assert_eq!(
            (lines > lines_before, hidden),
            (checkpoint_every > 0, 0),
            "{test}"
        );
    }
}
