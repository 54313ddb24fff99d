//! A job with another identity takes over from the checkpoints and savepoints of an earlier one.

use std::path::Path;
use std::sync::{Arc, Mutex};

use super::broker::Broker;
use super::jobs::{deployment, expected_totals, replay, totals, visible};
use super::world::{Death, Numbers};
use crate::dataflow::event::{CompletedCheckpoint, Event};
use crate::dataflow::{Control, Summary, run_with};
use crate::error::JobError;
use crate::job::Job;
use crate::launch::Deployment;

const SPLITS: i32 = 3;
const ROWS_PER_SPLIT: i32 = 60;

/// What a job told.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<Event>>>);

impl Told {
    fn control(&self) -> Control {
        let told = self.0.clone();
        Control::with_listener(move |event| told.lock().expect("no test panics here").push(event))
    }

    fn events(&self) -> Vec<Event> {
        self.0.lock().expect("no test panics here").clone()
    }

    fn last_checkpoint(&self) -> Option<CompletedCheckpoint> {
        let completed = |event: Event| match event {
            Event::CheckpointCompleted(checkpoint) => Some(checkpoint),
            _ => None,
        };
        self.events().into_iter().rev().find_map(completed)
    }

    fn restored(&self) -> Option<String> {
        let restored = |event| match event {
            Event::Running { restored } => restored,
            _ => None,
        };
        self.events().into_iter().find_map(restored)
    }
}

/// A deployment of the test's tables under another identity, with its storage in this folder.
fn named(test: &str, job_id: &str, parallelism: usize, folder: &Path) -> Deployment {
    Deployment {
        job_id: job_id.to_owned(),
        checkpoints: Some(format!("file://{}", folder.display())),
        ..deployment(test, parallelism)
    }
}

fn run(job: &Job, deployment: &Deployment, numbers: &mut Numbers) -> (Result<Summary, JobError>, Told) {
    let told = Told::default();
    numbers.control = told.control();
    let result = run_with(job, deployment, &numbers.control, numbers, None);
    (result, told)
}

/// The first job dies, the second takes over what its last known checkpoint names.
fn succeed(test: &str, death: Death, broker: Option<Broker>) {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let numbers = |death| {
        let mut numbers = Numbers::new(SPLITS, ROWS_PER_SPLIT, 4, death);
        numbers.broker = broker.clone();
        numbers
    };
    let first = named(test, "first", 2, folder.path());
    let (_, told) = run(&totals(), &first, &mut numbers(death));
    let Some(checkpoint) = told.last_checkpoint() else {
        panic!("{test}: it died before its first checkpoint");
    };
    // The second dies too, at once; what it finished of the first's is finished again.
    for (death, parallelism) in [(Death::Poll(1), 1), (Death::Never, 3)] {
        let mut second = named(test, "second", parallelism, folder.path());
        second.restore_from = Some(checkpoint.url.clone());
        let (result, told) = run(&totals(), &second, &mut numbers(death));
        assert_eq!(result.is_ok(), death == Death::Never, "{test}: {result:?}");
        assert!(told.restored().is_some(), "{test}");
    }
    let changes = broker.map_or_else(|| visible(test), |broker| broker.visible());
    let table: Vec<String> = replay(&changes).into_values().collect();
    assert_eq!(table, expected_totals(SPLITS * ROWS_PER_SPLIT), "{test}");
}

#[test]
fn another_job_takes_over_wherever_its_predecessor_died() {
    for call in 1..4 {
        for death in [
            Death::BeforeCommit(call),
            Death::AfterCommit(call),
            Death::Poll(call * 9 + 5),
        ] {
            succeed(&format!("takes-over-{death:?}"), death, None);
            let test = format!("takes-over-transactions-{death:?}");
            succeed(&test, death, Some(Broker::default()));
        }
    }
}

#[test]
fn what_is_given_counts_only_while_there_is_no_own_checkpoint() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let numbers = |rows| Numbers::new(SPLITS, rows, 4, Death::Never);
    let first = named("own-first", "first", 2, folder.path());
    let (result, told) = run(&totals(), &first, &mut numbers(20));
    result.expect("it ends well");
    let checkpoint = told.last_checkpoint().expect("there was one");
    let mut second = named("own-first", "second", 1, folder.path());
    second.restore_from = Some(checkpoint.url.clone());
    let (result, told) = run(&totals(), &second, &mut numbers(40));
    let summary = result.expect("it ends well");
    assert_eq!(told.restored(), Some(checkpoint.url));
    assert_eq!(summary.rows_read, 60);
    assert!(summary.last_checkpoint > Some(checkpoint.epoch), "epochs go on");
    let own = told.last_checkpoint().expect("there was one").url;
    let (result, told) = run(&totals(), &second, &mut numbers(60));
    assert_eq!(result.expect("it ends well").rows_read, 60);
    assert_eq!(told.restored(), Some(own));
    let table: Vec<String> = replay(&visible("own-first")).into_values().collect();
    assert_eq!(table, expected_totals(SPLITS * 60));
}

#[test]
fn state_of_another_form_is_refused_unless_it_may_be_dropped() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let with_form = |form| {
        let mut job = totals();
        job.nodes[2].state_fingerprint = Some(form);
        job
    };
    let numbers = || Numbers::new(SPLITS, 20, 4, Death::Never);
    let deployment = |job_id| named("form", job_id, 1, folder.path());
    let (result, told) = run(&with_form("one"), &deployment("first"), &mut numbers());
    result.expect("it ends well");
    let mut second = deployment("second");
    second.restore_from = told.last_checkpoint().map(|checkpoint| checkpoint.url);
    let (result, _) = run(&with_form("other"), &second, &mut numbers());
    let error = result.expect_err("the state has another form").to_string();
    let expected = "has state of another form than this job's operators: totals (totals); to drop it";
    assert!(error.contains(expected), "{error}");
    second.allow_dropped_state = true;
    let (result, _) = run(&with_form("other"), &second, &mut numbers());
    assert_eq!(result.expect("the loss is accepted").rows_read, 0);
}
