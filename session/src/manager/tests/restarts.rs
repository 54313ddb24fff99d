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
    };
    let first = delays(&strategy, &[0])[0].expect("it restarts");
    assert!((900..=1_100).contains(&first), "{first}");
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
