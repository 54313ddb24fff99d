//! Restart strategies as documented, in virtual time.

use std::time::Duration;

use super::*;

/// Fails at each of the seconds; the answer is how long the job then waits, or `None` once it is over.
fn delays(strategy: &RestartStrategy, failures: &[i64]) -> Vec<Option<i64>> {
    let mut deployment = after(&[Event::Built(artifact()), placed(), Event::Running], strategy);
    let mut delays = Vec::new();
    for second in failures {
        let now = at(*second);
        transition::apply(&mut deployment, Event::Failed("x".to_owned()), strategy, now);
        if deployment.status == Status::Failed {
            delays.push(None);
            break;
        }
        let due = transition::restart_at(&deployment).expect("it waits");
        delays.push(Some(due.duration_since(now).as_millis() as i64));
        assert!(!transition::wants_worker(
            &deployment,
            due - SignedDuration::from_millis(1)
        ));
        assert!(transition::wants_worker(&deployment, due));
        transition::apply(&mut deployment, placed(), strategy, due);
        assert_eq!(deployment.placed_at, Some(timestamp(due)));
        transition::apply(&mut deployment, Event::Running, strategy, due);
        assert_eq!(deployment.status, Status::Running);
    }
    delays
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

#[test]
fn no_restarts() {
    assert_eq!(delays(&RestartStrategy::None, &[1]), [None]);
}

#[test]
fn a_fixed_number_of_restarts() {
    let strategy = RestartStrategy::FixedDelay {
        attempts: 2,
        delay: seconds(3),
    };
    let expected = [Some(3_000), Some(3_000), None];
    assert_eq!(delays(&strategy, &[0, 100_000, 200_000]), expected);
}

#[test]
fn a_rate_of_failures() {
    let strategy = RestartStrategy::FailureRate {
        max_failures: 2,
        interval: seconds(60),
        delay: seconds(1),
    };
    let one = Some(1_000);
    assert_eq!(delays(&strategy, &[0, 10, 20]), [one, one, None]);
    assert_eq!(
        delays(&strategy, &[0, 10, 61, 72, 130, 131]),
        [one, one, one, one, one, None]
    );
}

#[test]
fn delays_that_grow_and_are_reset() {
    let strategy = RestartStrategy::ExponentialDelay {
        initial: seconds(1),
        max: seconds(5),
        multiplier: 2.0,
        reset: seconds(100),
        jitter: 0.0,
        attempts: u32::MAX,
    };
    let expected = [
        Some(1_000),
        Some(2_000),
        Some(4_000),
        Some(5_000),
        Some(5_000),
        Some(1_000),
    ];
    assert_eq!(delays(&strategy, &[0, 10, 20, 30, 40, 1_000]), expected);
    let strategy = RestartStrategy::ExponentialDelay {
        initial: seconds(1),
        max: seconds(60),
        multiplier: 1.5,
        reset: seconds(3_600),
        jitter: 0.1,
        attempts: u32::MAX,
    };
    let first = delays(&strategy, &[0])[0].expect("it restarts");
    assert!(
        (1_000..=1_100).contains(&first),
        "{first}: jitter makes no delay shorter than the first"
    );
}

#[test]
fn a_delay_is_reset_by_a_long_run_not_by_a_long_delay() {
    let strategy = RestartStrategy::ExponentialDelay {
        initial: seconds(50),
        max: seconds(400),
        multiplier: 2.0,
        reset: seconds(100),
        jitter: 0.0,
        attempts: u32::MAX,
    };
    // Due at 50, 151, 399, 899: from there to the next failure it ran for 1, 48, 100 and 100 seconds.
    let expected = [
        Some(50_000),
        Some(100_000),
        Some(200_000),
        Some(50_000),
        Some(50_000),
    ];
    assert_eq!(delays(&strategy, &[0, 51, 199, 499, 649]), expected);
}

#[test]
fn a_delay_that_grows_ends_after_so_many_restarts_without_a_long_run() {
    let strategy = RestartStrategy::ExponentialDelay {
        initial: seconds(1),
        max: seconds(60),
        multiplier: 2.0,
        reset: seconds(100),
        jitter: 0.0,
        attempts: 2,
    };
    assert_eq!(delays(&strategy, &[0, 10, 20]), [Some(1_000), Some(2_000), None]);
    assert_eq!(
        delays(&strategy, &[0, 10, 200, 210, 220]),
        [Some(1_000), Some(2_000), Some(1_000), Some(2_000), None],
        "a long run counts from the beginning again"
    );
}

#[test]
fn more_failures_than_are_shown_still_count() {
    let often: Vec<i64> = (0..200).collect();
    let rate = RestartStrategy::FailureRate {
        max_failures: 150,
        interval: seconds(10_000),
        delay: seconds(0),
    };
    let delays_of = delays(&rate, &often);
    assert_eq!(
        (delays_of.len(), delays_of[150]),
        (151, None),
        "the 151st failure is one too many"
    );
    let without_end = RestartStrategy::FailureRate {
        max_failures: i32::MAX as u32,
        interval: seconds(10_000),
        delay: seconds(0),
    };
    assert_eq!(delays(&without_end, &often), vec![Some(0); 200]);
    let slowly = RestartStrategy::ExponentialDelay {
        initial: seconds(1),
        max: seconds(3_600),
        multiplier: 1.01,
        reset: seconds(1_000_000),
        jitter: 0.0,
        attempts: u32::MAX,
    };
    let seldom: Vec<i64> = (0..200).map(|at| at * 4_000).collect();
    let last = delays(&slowly, &seldom)[199].expect("it goes on");
    let expected = (1_000.0 * 1.01_f64.powi(199)) as i64;
    assert_eq!(last, expected);
}

#[test]
fn a_lost_worker_does_not_crowd_out_failures() {
    let strategy = RestartStrategy::FixedDelay {
        attempts: 1,
        delay: seconds(0),
    };
    let lost = Event::Lost("power cut".to_owned());
    let failed = Event::Failed("boom".to_owned());
    let mut events = vec![
        Event::Built(artifact()),
        placed(),
        Event::Running,
        failed.clone(),
        placed(),
    ];
    for _ in 0..200 {
        events.extend([Event::CheckpointCompleted, lost.clone(), placed()]);
    }
    let mut deployment = after(&events, &strategy);
    assert_eq!((deployment.failures, deployment.attempt), (1, 202));
    transition::apply(&mut deployment, failed, &strategy, at(0));
    assert_eq!(deployment.status, Status::Failed);
}

#[test]
fn restarts_can_be_off_for_a_deployment() {
    let strategy = RestartStrategy::FixedDelay {
        attempts: 9,
        delay: seconds(0),
    };
    let mut deployment = after(&[Event::Built(artifact()), placed(), Event::Running], &strategy);
    deployment.restart_enabled = false;
    transition::apply(
        &mut deployment,
        Event::Failed("boom".to_owned()),
        &strategy,
        at(1),
    );
    assert_eq!(deployment.status, Status::Failed);
    let expected = "boom (restarts are off for this deployment)";
    assert_eq!(deployment.error_msg.as_deref(), Some(expected));
    assert_eq!(deployment.restarts[0].reason, "boom");
}

#[test]
fn the_loss_of_a_worker_is_not_the_jobs_fault() {
    let strategy = RestartStrategy::None;
    let lost = Event::Lost("power cut".to_owned());
    let deployment = after(
        &[Event::Built(artifact()), placed(), Event::Running, lost],
        &strategy,
    );
    assert_eq!(deployment.status, Status::Restarting);
    assert_eq!((deployment.failures, deployment.restarts.len()), (0, 1));
    assert!(
        transition::wants_worker(&deployment, at(0)),
        "it starts elsewhere at once"
    );
}

#[test]
fn losses_in_a_row_wait_longer_until_a_checkpoint_comes_between() {
    let strategy = RestartStrategy::None;
    let mut one = after(&[Event::Built(artifact())], &strategy);
    let mut now = 0;
    let mut lose = |one: &mut Deployment, is_checkpointed: bool, later: i64| {
        now += later;
        transition::apply(one, placed(), &strategy, at(now));
        transition::apply(one, Event::Running, &strategy, at(now));
        if is_checkpointed {
            transition::apply(one, Event::CheckpointCompleted, &strategy, at(now));
        }
        transition::apply(one, Event::Lost("power cut".to_owned()), &strategy, at(now));
        let due = transition::restart_at(one).expect("it starts again");
        let delay = due.duration_since(at(now)).as_secs();
        now += delay;
        delay
    };
    let delays: Vec<i64> = (0..10).map(|_| lose(&mut one, false, 0)).collect();
    assert_eq!(delays, [0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
    assert_eq!((lose(&mut one, true, 0), lose(&mut one, false, 0)), (0, 1));
    assert_eq!(lose(&mut one, false, 3_601), 0, "it ran for long");
    assert_eq!((one.status, one.failures), (Status::Restarting, 0));
}

#[test]
fn a_clock_that_goes_back_makes_nobody_wait_for_hours() {
    let delay = Duration::from_secs(10);
    let strategy = RestartStrategy::FixedDelay { attempts: 3, delay };
    let failed = Event::Failed("boom".to_owned());
    let one = after(
        &[Event::Built(artifact()), placed(), Event::Running, failed],
        &strategy,
    );
    for (second, is_due) in [(0, false), (9, false), (10, true), (-1, true), (-7_200, true)] {
        assert_eq!(transition::wants_worker(&one, at(second)), is_due, "{second}");
    }
}

#[test]
fn it_is_noted_when_which_state_began() {
    let strategy = RestartStrategy::FixedDelay {
        attempts: u32::MAX,
        delay: seconds(0),
    };
    let mut one = after(&[Event::Built(artifact()), placed(), Event::Running], &strategy);
    let kind = crate::model::deployment::RequestKind::Savepoint;
    transition::request(&mut one, kind, "file:///s".to_owned(), at(5));
    let written = Event::SavepointWritten {
        url: "file:///s/1".to_owned(),
    };
    transition::apply(&mut one, written, &strategy, at(6));
    let time = |one: &Deployment, state: &str| one.state_times.get(state).cloned();
    assert_eq!(
        time(&one, "RUNNING"),
        Some(timestamp(at(0))),
        "a savepoint is no state"
    );
    transition::apply(&mut one, Event::Failed("x".to_owned()), &strategy, at(7));
    assert_eq!(time(&one, "RESTARTING"), Some(timestamp(at(7))));
    transition::apply(&mut one, placed(), &strategy, at(8));
    transition::apply(&mut one, Event::Running, &strategy, at(9));
    assert_eq!(time(&one, "RUNNING"), Some(timestamp(at(9))));
    assert_eq!(time(&one, "RESTARTING"), Some(timestamp(at(7))), "it stays known");
}
