//! What a restored job takes over, what it refuses, and what storage holds in between.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use object_store::memory::InMemory;
use object_store::{ObjectStore, path::Path};

use super::jobs::{deployment, expected_totals, replay, totals, visible};
use super::world::{Death, Numbers};
use crate::dataflow::Control;
use crate::error::JobError;

/// Names below a directory of the job's storage.
fn names(storage: &InMemory, directory: &str) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime starts");
    let listed = runtime.block_on(storage.list_with_delimiter(Some(&Path::from(directory))));
    let listed = listed.expect("memory can be listed");
    let objects = listed.objects.iter().map(|object| object.location.to_string());
    objects
        .chain(listed.common_prefixes.iter().map(Path::to_string))
        .collect()
}

#[test]
fn a_finished_job_goes_on_where_it_was() {
    let storage = Arc::new(InMemory::new());
    let first = Numbers::new(2, 50, 5, Death::Never).run(&totals(), &deployment("on", 2), &storage);
    let first = first.expect("it ends well");
    assert_eq!((first.rows_read, first.restored), (100, None));
    assert!(first.checkpoints > 1, "{first:?}");
    // The splits have grown since.
    let second = Numbers::new(2, 80, 5, Death::Never).run(&totals(), &deployment("on", 3), &storage);
    let second = second.expect("it ends well");
    assert_eq!((second.rows_read, second.restored), (60, first.last_checkpoint));
    let table: Vec<String> = replay(&visible("on")).into_values().collect();
    assert_eq!(table, expected_totals(160));
}

#[test]
fn a_source_learns_which_splits_are_not_new_before_it_looks_for_more() {
    let storage = Arc::new(InMemory::new());
    let told = [2, 3].map(|splits| {
        let numbers = Numbers::new(splits, 10, 0, Death::Never);
        let summary = numbers.run(&totals(), &deployment("told", 2), &storage);
        summary.expect("it ends well");
        numbers.told.load(Ordering::Relaxed)
    });
    assert_eq!(told, [0, 2]);
}

#[test]
fn only_what_a_restart_needs_stays_in_storage() {
    let storage = Arc::new(InMemory::new());
    let summary = Numbers::new(2, 200, 3, Death::Never).run(&totals(), &deployment("kept", 2), &storage);
    let summary = summary.expect("it ends well");
    assert!(summary.checkpoints >= 5, "{summary:?}");
    let manifests: Vec<String> = names(&storage, "kept/checkpoints")
        .iter()
        .flat_map(|directory| names(&storage, directory))
        .filter(|name| name.ends_with("/manifest.json"))
        .collect();
    let last = summary.last_checkpoint.expect("there were checkpoints");
    assert_eq!(manifests.len(), 1, "{manifests:?}");
    assert!(
        manifests[0].starts_with(&format!("kept/checkpoints/{last}-1-")),
        "{manifests:?}"
    );
    assert_eq!(names(&storage, "kept/log").len(), 1);
}

#[test]
fn state_that_nobody_claims_is_not_lost_silently() {
    let storage = Arc::new(InMemory::new());
    let numbers = || Numbers::new(1, 30, 0, Death::Never);
    numbers()
        .run(&totals(), &deployment("claim", 1), &storage)
        .expect("it ends well");
    let mut changed = totals();
    changed.nodes[2].uid = "other";
    let error = numbers()
        .run(&changed, &deployment("claim", 1), &storage)
        .expect_err("state would be lost");
    let expected = "has state of operators that are not in this job: totals (totals); to drop it set \
                    'execution.state-recovery.ignore-unclaimed-state' to 'true', or begin anew with \
                    --from-scratch";
    assert!(error.to_string().ends_with(expected), "{error}");
    let mut willing = deployment("claim", 1);
    let key = "execution.state-recovery.ignore-unclaimed-state";
    willing.config.insert(key.to_owned(), "true".to_owned());
    numbers()
        .run(&changed, &willing, &storage)
        .expect("the loss is accepted");
}

/// An operator goes and comes again: what it knew before is gone, in later checkpoints, too.
#[test]
fn state_that_was_dropped_does_not_come_back() {
    let storage = Arc::new(InMemory::new());
    let mut willing = deployment("dropped", 1);
    let key = "execution.state-recovery.ignore-unclaimed-state";
    willing.config.insert(key.to_owned(), "true".to_owned());
    let run = |uid: &'static str, end: i32| {
        let mut job = totals();
        job.nodes[2].uid = uid;
        let before = visible("dropped").len();
        let numbers = Numbers::new(1, end, 0, Death::Never);
        numbers.run(&job, &willing, &storage).expect("it ends well");
        visible("dropped").split_off(before)
    };
    let totals_of = |from: i32, end: i32| {
        let total = |k: i32| {
            let numbers = (from..end).filter(|v| v % 10 == k);
            format!("[{k}, {}, {}]", numbers.clone().count(), numbers.sum::<i32>())
        };
        (0..10).map(total).collect::<Vec<_>>()
    };
    let last_of = |changes: Vec<String>| {
        let mut last = std::collections::BTreeMap::new();
        for change in changes.iter().filter(|change| !change.starts_with('-')) {
            let row = change[2..].to_owned();
            last.insert(row.split(',').next().expect("a key").to_owned(), row);
        }
        last.into_values().collect::<Vec<_>>()
    };
    assert_eq!(last_of(run("totals", 30)), totals_of(0, 30));
    assert_eq!(last_of(run("other", 30)), [] as [&str; 0], "all had been read");
    assert_eq!(last_of(run("totals", 60)), totals_of(30, 60));
    assert_eq!(last_of(run("totals", 90)), totals_of(30, 90));
}

#[test]
fn from_scratch_starts_anew_with_epochs_that_are_not_used() {
    let storage = Arc::new(InMemory::new());
    let numbers = || Numbers::new(1, 30, 0, Death::Never);
    let first = numbers()
        .run(&totals(), &deployment("scratch", 1), &storage)
        .expect("it ends well");
    let mut fresh = deployment("scratch", 1);
    fresh.from_scratch = true;
    let second = numbers().run(&totals(), &fresh, &storage).expect("it ends well");
    assert_eq!((second.rows_read, second.restored), (30, None));
    assert!(second.last_checkpoint > first.last_checkpoint);
}

#[test]
fn a_second_instance_replaces_the_first() {
    let storage = Arc::new(InMemory::new());
    let mut endless = Numbers::new(2, 50, 0, Death::Never);
    endless.unbounded = true;
    let first = endless.clone();
    let first_storage = Arc::clone(&storage);
    let handle = std::thread::spawn(move || first.run(&totals(), &deployment("zombie", 2), &first_storage));
    wait_until(|| !names(&storage, "zombie/log").is_empty());
    let mut successor = endless.clone();
    successor.control = Control::default();
    let second_storage = Arc::clone(&storage);
    let second = successor.clone();
    let second_handle =
        std::thread::spawn(move || second.run(&totals(), &deployment("zombie", 1), &second_storage));
    wait_until(|| names(&storage, "zombie/log").len() == 2);
    endless.control.checkpoint();
    let error = handle
        .join()
        .expect("no panic")
        .expect_err("it has been replaced");
    assert!(
        matches!(
            error,
            JobError::Fenced {
                generation: 1,
                successor: 2
            }
        ),
        "{error}"
    );
    assert!(
        visible("zombie").is_empty(),
        "a replaced job makes nothing visible"
    );
    wait_until(|| {
        successor.control.checkpoint();
        replay(&visible("zombie")).into_values().eq(expected_totals(100))
    });
    successor.control.stop();
    second_handle
        .join()
        .expect("no panic")
        .expect("the successor ends well");
}

fn wait_until(mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it takes too long");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn splits_that_appear_later_are_read() {
    let storage = Arc::new(InMemory::new());
    let mut numbers = Numbers::new(1, 50, 0, Death::Never);
    numbers.unbounded = true;
    numbers.growing_to = Some(4);
    let running = numbers.clone();
    let memory = Arc::clone(&storage);
    let handle = std::thread::spawn(move || running.run(&totals(), &deployment("growing", 3), &memory));
    // With one split the numbers were 0, 1, 2 …; those of the others are among them, too.
    let expected: i64 = 4 * 50;
    wait_until(|| {
        numbers.control.checkpoint();
        let counts = replay(&visible("growing")).into_values().map(|row| {
            let count = row.split(", ").nth(1).expect("the second column is the count");
            count.parse::<i64>().expect("a count is a number")
        });
        counts.sum::<i64>() == expected
    });
    numbers.control.stop();
    handle.join().expect("no panic").expect("it ends well");
}

/// A directory stands where the first part is to be written, and goes after a while.
#[test]
fn a_checkpoint_that_cannot_be_stored_is_tried_again_as_often_as_is_tolerated() {
    for (tolerable, ends_well) in [("0", false), ("1", true)] {
        let test = format!("flaky-{tolerable}");
        let directory = tempfile::tempdir().expect("a temporary directory");
        let job_directory = directory.path().join(&test);
        let blocked = job_directory.join("checkpoints/1-1-a/part-0-0");
        std::fs::create_dir_all(blocked.join("in the way")).expect("created");
        std::fs::write(job_directory.join("storage-id"), "a").expect("written");
        let unblock = blocked.clone();
        let helper = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(300));
            std::fs::remove_dir_all(unblock).expect("removed");
        });
        let mut patient = deployment(&test, 1);
        patient.checkpoints = Some(format!("file://{}", directory.path().display()));
        let key = "execution.checkpointing.tolerable-failed-checkpoints";
        patient.config.insert(key.to_owned(), tolerable.to_owned());
        let numbers = Numbers::new(1, 30, 0, Death::Never);
        let result = crate::dataflow::run_with(&totals(), &patient, &numbers.control, &numbers, None);
        helper.join().expect("no panic");
        assert_eq!(result.is_ok(), ends_well, "{tolerable}: {result:?}");
    }
}
