//! Restart strategies: whether and when a failed job is started again.
//!
//! In: a strategy, the failures so far (the last one has just happened), now. Out: a delay, or that it is over and
//! why. Invariant: the same failures give the same answer; even jitter comes from the deployment's id.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use crate::model::Deployment;
use crate::model::restart::RestartStrategy;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Decision {
    After(SignedDuration),
    /// No further attempt, because of this.
    GiveUp(String),
}

pub(super) fn decide(strategy: &RestartStrategy, deployment: &Deployment, now: Timestamp) -> Decision {
    match strategy {
        RestartStrategy::None => Decision::GiveUp("the restart strategy is 'none'".to_owned()),
        RestartStrategy::FixedDelay { attempts, .. } if deployment.failures > *attempts => {
            Decision::GiveUp(format!("the restart strategy allows {attempts} restarts"))
        }
        RestartStrategy::FixedDelay { delay, .. } => after(*delay),
        RestartStrategy::FailureRate {
            max_failures,
            interval,
            delay,
        } => {
            let recent = failures(deployment)
                .filter(|at| age(*at, now) <= *interval)
                .count();
            if recent > *max_failures as usize {
                let seconds = interval.as_secs();
                let why = format!("the restart strategy allows {max_failures} failures in {seconds} s");
                return Decision::GiveUp(why);
            }
            after(*delay)
        }
        RestartStrategy::ExponentialDelay { .. } => after(backoff(strategy, deployment)),
    }
}

fn after(delay: Duration) -> Decision {
    Decision::After(SignedDuration::try_from(delay).unwrap_or(SignedDuration::MAX))
}

fn age(at: Timestamp, now: Timestamp) -> Duration {
    now.duration_since(at).unsigned_abs()
}

fn failures(deployment: &Deployment) -> impl Iterator<Item = Timestamp> {
    let failures = deployment.restarts.iter().filter(|restart| restart.is_failure);
    failures.filter_map(|restart| restart.at.parse().ok())
}

/// The delay grows from failure to failure and is the initial one again after a long time without.
fn backoff(strategy: &RestartStrategy, deployment: &Deployment) -> Duration {
    let RestartStrategy::ExponentialDelay {
        initial,
        max,
        multiplier,
        reset,
        jitter,
    } = strategy
    else {
        unreachable!("called for exponential delays only");
    };
    let mut delay = *initial;
    let mut last: Option<Timestamp> = None;
    for at in failures(deployment) {
        delay = match last {
            Some(last) if age(last, at) < delay + *reset => scaled(delay, *multiplier, *max),
            _ => *initial,
        };
        last = Some(at);
    }
    let share = jitter * (2.0 * fraction(deployment) - 1.0);
    scaled(delay, (1.0 + share).max(0.0), *max)
}

/// Factors come from users: a product that no duration holds is the longest delay.
fn scaled(delay: Duration, factor: f64, max: Duration) -> Duration {
    let seconds = (delay.as_secs_f64() * factor).min(max.as_secs_f64());
    Duration::try_from_secs_f64(seconds).unwrap_or(max)
}

/// From 0 to 1, different for every attempt of every deployment, so that jobs that failed together do not return
/// together.
fn fraction(deployment: &Deployment) -> f64 {
    let digest = Sha256::digest(format!("{}/{}", deployment.id, deployment.attempt));
    let number = u32::from_le_bytes([digest[0], digest[1], digest[2], digest[3]]);
    f64::from(number) / f64::from(u32::MAX)
}
