//! Savepoints, and jobs that take over from the savepoints and checkpoints of others.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

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
pub(super) struct Told(Arc<Mutex<Vec<Event>>>);

impl Told {
    fn control(&self) -> Control {
        let told = self.0.clone();
        Control::with_listener(move |event| told.lock().expect("no test panics here").push(event))
    }

    pub(super) fn events(&self) -> Vec<Event> {
        self.0.lock().expect("no test panics here").clone()
    }

    fn last_checkpoint(&self) -> Option<CompletedCheckpoint> {
        let completed = |event: Event| match event {
            Event::CheckpointCompleted(checkpoint) => Some(checkpoint),
            _ => None,
        };
        self.events().into_iter().rev().find_map(completed)
    }

    pub(super) fn restored(&self) -> Option<String> {
        let restored = |event| match event {
            Event::Running { restored } => restored,
            _ => None,
        };
        self.events().into_iter().find_map(restored)
    }
}

/// A deployment of the test's tables under another identity, with its storage in this folder.
pub(super) fn named(test: &str, job_id: &str, parallelism: usize, folder: &Path) -> Deployment {
    Deployment {
        job_id: job_id.to_owned(),
        checkpoints: Some(format!("file://{}", folder.display())),
        ..deployment(test, parallelism)
    }
}

pub(super) fn run(
    job: &Job,
    deployment: &Deployment,
    numbers: &mut Numbers,
) -> (Result<Summary, JobError>, Told) {
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

/// A job that runs on a thread of its own.
pub(super) struct Started {
    told: Told,
    control: Control,
    thread: std::thread::JoinHandle<Result<Summary, JobError>>,
}

impl Started {
    pub(super) fn new(deployment: Deployment, mut numbers: Numbers) -> Started {
        numbers.unbounded = true;
        let told = Told::default();
        let control = told.control();
        numbers.control = control.clone();
        let run = move || run_with(&totals(), &deployment, &numbers.control, &numbers, None);
        Started {
            told,
            control,
            thread: std::thread::spawn(run),
        }
    }

    fn wait<T>(&self, what: &str, find: impl Fn(&Event) -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            if let Some(found) = self.told.events().iter().rev().find_map(&find) {
                return found;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "in vain: {what}");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    pub(super) fn wait_for_rows(&self, rows: u64) {
        let has_read = |event: &Event| match event {
            Event::Metrics(metrics) => (metrics.rows_read >= rows).then_some(()),
            _ => None,
        };
        self.wait("rows", has_read);
    }

    fn savepoint(&self) -> CompletedCheckpoint {
        self.wait("a savepoint", |event| match event {
            Event::SavepointCompleted(savepoint) => Some(savepoint.clone()),
            _ => None,
        })
    }

    pub(super) fn end(self) -> Result<Summary, JobError> {
        self.thread.join().expect("no panic")
    }
}

#[test]
fn a_savepoint_is_a_folder_that_may_be_moved_and_outlives_its_job() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let savepoints = folder.path().join("savepoints");
    let url = format!("file://{}", savepoints.display());
    let numbers = |rows| Numbers::new(SPLITS, rows, 0, Death::Never);
    let first = Started::new(named("moved", "first", 2, &folder.path().join("c")), numbers(20));
    first.wait_for_rows(60);
    first.control.savepoint(&url, false);
    let savepoint = first.savepoint();
    assert!(
        savepoint.size_bytes > 0 && savepoint.url.starts_with(&url),
        "{savepoint:?}"
    );
    // Later checkpoints lean on what the savepoint's checkpoint wrote, and collect it; then all of it goes.
    first.control.checkpoint();
    first.wait("a later checkpoint", |event| match event {
        Event::CheckpointCompleted(later) => (later.epoch > savepoint.epoch).then_some(()),
        _ => None,
    });
    first.control.kill();
    assert!(matches!(first.end(), Err(JobError::Cancelled)));
    std::fs::remove_dir_all(folder.path().join("c")).expect("removed");
    let moved = folder.path().join("moved");
    std::fs::rename(savepoints.join(&savepoint.id), &moved).expect("moved");
    let names = std::fs::read_dir(&moved).expect("a folder").map(|entry| {
        let name = entry.expect("an entry").file_name();
        name.into_string().expect("text")
    });
    let mut names: Vec<String> = names.collect();
    names.sort();
    assert_eq!(names, ["manifest.json", "part-0-0", "part-1-0"]);
    let mut second = named("moved", "second", 3, &folder.path().join("d"));
    second.restore_from = Some(format!("file://{}", moved.display()));
    let (result, told) = run(&totals(), &second, &mut numbers(40));
    assert_eq!(result.expect("it ends well").rows_read, 60);
    assert_eq!(
        told.restored(),
        Some(format!("file://{}/manifest.json", moved.display()))
    );
    let table: Vec<String> = replay(&visible("moved")).into_values().collect();
    assert_eq!(table, expected_totals(SPLITS * 40));
}

#[test]
fn a_job_stops_with_a_savepoint_that_has_everything() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let numbers = |rows| Numbers::new(SPLITS, rows, 0, Death::Never);
    let first = Started::new(named("stopped", "first", 2, folder.path()), numbers(20));
    first.wait_for_rows(60);
    let url = format!("file://{}/savepoints", folder.path().display());
    first.control.savepoint(&url, true);
    let savepoint = first.savepoint();
    let summary = first.end().expect("it ends well");
    assert_eq!(summary.savepoint.as_deref(), Some(savepoint.url.as_str()));
    assert_eq!(summary.last_checkpoint, Some(savepoint.epoch));
    let mut second = named("stopped", "second", 1, folder.path());
    second.restore_from = Some(savepoint.url);
    let (result, _) = run(&totals(), &second, &mut numbers(30));
    assert_eq!(result.expect("it ends well").rows_read, 30);
    let table: Vec<String> = replay(&visible("stopped")).into_values().collect();
    assert_eq!(table, expected_totals(SPLITS * 30));
}

#[test]
fn a_savepoint_that_cannot_be_written_harms_no_job() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let file = folder.path().join("file");
    std::fs::write(&file, "not a folder").expect("written");
    let numbers = Numbers::new(SPLITS, 20, 0, Death::Never);
    let job = Started::new(named("unwritable", "first", 2, &folder.path().join("c")), numbers);
    let failures = |job: &Started, count: usize| {
        job.wait("failures", |_| {
            let events = job.told.events();
            let failed = events.iter().filter_map(|event| match event {
                Event::SavepointFailed { message, .. } => Some(message.clone()),
                _ => None,
            });
            let failed: Vec<String> = failed.collect();
            (failed.len() == count).then_some(failed)
        })
    };
    for (at, url) in [
        "ftp://host/x".to_owned(),
        format!("file://{}/below", file.display()),
    ]
    .iter()
    .enumerate()
    {
        job.control.savepoint(url, true);
        let failed = failures(&job, at + 1);
        assert!(failed[at].contains(url.as_str()), "{failed:?}");
    }
    job.wait_for_rows(60);
    job.control.stop();
    assert_eq!(job.end().expect("it ends well").savepoint, None);
    let table: Vec<String> = replay(&visible("unwritable")).into_values().collect();
    assert_eq!(table, expected_totals(SPLITS * 20));
}
