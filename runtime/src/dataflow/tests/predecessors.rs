//! Jobs that go on from the newest of several predecessors, whatever that one has told.

use std::path::Path;

use super::broker::Broker;
use super::jobs::{expected_totals, replay, totals, visible};
use super::succession::{named, run};
use super::world::{Death, Numbers};
use crate::launch::Deployment;

const SPLITS: i32 = 3;
const ROWS_PER_SPLIT: i32 = 60;

fn checkpoints_of(job_id: &str, folder: &Path) -> String {
    format!("file://{}/{job_id}/checkpoints", folder.display())
}

/// Four jobs, one after the other: only the last one does not die.
fn succeed(test: &str, second: Death, broker: Option<&Broker>) {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let mut predecessors = vec![checkpoints_of("never-started", folder.path())];
    let lives = [
        ("first", Death::AfterCommit(2)),
        ("second", second),
        ("third", Death::Poll(1)),
        ("fourth", Death::Never),
    ];
    for (job_id, death) in lives {
        let deployment = Deployment {
            predecessors: predecessors.clone(),
            ..named(test, job_id, 2, folder.path())
        };
        let mut numbers = Numbers::new(SPLITS, ROWS_PER_SPLIT, 4, death);
        numbers.broker = broker.cloned();
        let (result, told) = run(&totals(), &deployment, &mut numbers);
        assert_eq!(
            result.is_ok(),
            death == Death::Never,
            "{test}, {job_id}: {result:?}"
        );
        if death == Death::Never {
            let restored = told.restored().expect("it goes on");
            let has_committed = matches!(second, Death::AfterCommit(_));
            assert!(
                !has_committed || restored.contains("/second/"),
                "{test}: {restored}"
            );
        }
        predecessors.insert(0, checkpoints_of(job_id, folder.path()));
    }
    let changes = broker.map_or_else(|| visible(test), Broker::visible);
    let table: Vec<String> = replay(&changes).into_values().collect();
    assert_eq!(table, expected_totals(SPLITS * ROWS_PER_SPLIT), "{test}");
}

#[test]
fn the_newest_predecessor_that_has_committed_anything_counts() {
    // `AfterCommit(1)`: its first commit is in its log, and it has told nobody.
    for second in [
        Death::Poll(1),
        Death::BeforeCommit(1),
        Death::AfterCommit(1),
        Death::AfterCommit(2),
    ] {
        succeed(&format!("predecessors-{second:?}"), second, None);
        let test = format!("predecessors-transactions-{second:?}");
        succeed(&test, second, Some(&Broker::default()));
    }
}

#[test]
fn without_any_commit_a_job_starts_from_nothing() {
    let test = "predecessors-none";
    let folder = tempfile::tempdir().expect("a temporary directory");
    let deployment = Deployment {
        predecessors: vec![checkpoints_of("never-started", folder.path())],
        ..named(test, "job", 1, folder.path())
    };
    let mut numbers = Numbers::new(SPLITS, 20, 4, Death::Never);
    let (result, told) = run(&totals(), &deployment, &mut numbers);
    assert_eq!(result.expect("it ends well").rows_read, 60);
    assert_eq!(told.restored(), None);
    // Unless something must be there: then nothing is written either.
    let certain = Deployment {
        predecessors: vec![checkpoints_of("not-mounted", folder.path())],
        must_restore: true,
        ..named(test, "certain", 1, folder.path())
    };
    let (result, _) = run(
        &totals(),
        &certain,
        &mut Numbers::new(SPLITS, 20, 4, Death::Never),
    );
    let error = result.expect_err("nothing is there").to_string();
    assert!(
        error.contains("has committed a checkpoint, and none is found"),
        "{error}"
    );
    assert!(!folder.path().join("not-mounted").exists());
    // A log without a commit is not enough.
    let claimed = Deployment {
        predecessors: vec![checkpoints_of("never-started", folder.path())],
        ..certain
    };
    let (result, _) = run(
        &totals(),
        &claimed,
        &mut Numbers::new(SPLITS, 20, 4, Death::Never),
    );
    let error = result.expect_err("nothing was committed").to_string();
    assert!(error.contains("none is found"), "{error}");
    // What is named by itself must be there.
    let strict = Deployment {
        restore_from: deployment.predecessors.first().cloned(),
        predecessors: Vec::new(),
        ..named(test, "strict", 1, folder.path())
    };
    let (result, _) = run(&totals(), &strict, &mut Numbers::new(SPLITS, 20, 4, Death::Never));
    let error = result.expect_err("nothing is there").to_string();
    assert!(error.ends_with("has no committed checkpoint"), "{error}");
}
