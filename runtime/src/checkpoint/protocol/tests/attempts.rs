//! Starts that a session cluster counts: one that was given up and comes after all.

use super::*;

fn counted(outside: &mut Outside, sink: Sink, attempt: u32) -> Instance<'_> {
    let mut instance = Instance::new(outside, sink, None);
    instance.attempt = Some(attempt);
    instance
}

#[test]
fn a_start_that_was_given_up_does_nothing_when_it_comes_after_all() {
    let overtaken = JobError::Overtaken {
        attempt: 2,
        successor: 3,
    };
    for sink in SINKS {
        let mut outside = Outside::default();
        run(&mut counted(&mut outside, sink, 1), 2).expect("nothing crashes");
        // One that only claims, then one that runs: its commits trim the log.
        start(&mut counted(&mut outside, sink, 3), false).expect("it claims");
        for epochs in [3, 4] {
            let before = outside.clone();
            let error = run(&mut counted(&mut outside, sink, 2), 9).expect_err("it was given up");
            assert_eq!(error.to_string(), overtaken.to_string(), "{sink:?}");
            assert_eq!(outside.log, before.log, "{sink:?}");
            assert_eq!(outside.producers, before.producers, "{sink:?}");
            run(&mut counted(&mut outside, sink, 3), epochs).expect("nothing crashes");
            assert_exactly_once(&outside, epochs, "given up");
        }
        // Whoever takes over from the job counts no starts.
        start(&mut Instance::new(&mut outside, sink, None), false).expect("it claims");
    }
}

#[test]
fn a_job_whose_log_was_removed_commits_nothing() {
    let mut outside = Outside::default();
    let mut world = counted(&mut outside, Sink::Staged, 1);
    let mut started = begin(&mut world).expect("nothing crashes");
    go_on(&mut world, &mut started, 2).expect("nothing crashes");
    world.outside.log.clear();
    let error = go_on(&mut world, &mut started, 3).expect_err("it has ended for good");
    assert_eq!(
        error.to_string(),
        "checkpoint: the log of this job has been removed"
    );
    assert_exactly_once(&outside, 2, "removed");
}
