//! Restart strategies: whether and when a failed job is started again.
//!
//! In: a strategy, what is remembered of earlier failures, now. Out: a delay, or that it is over and why; the failure
//! is remembered. Invariant: the same failures give the same answer, however many there are; even jitter comes from the
//! deployment's id.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use crate::model::Deployment;
use crate::model::restart::{Failures, RestartStrategy};

/// Moments that are remembered for a rate; whoever allows more failures in one interval allows any number.
const RATE_MAX: u32 = 10_000;

/// The longest wait after losses of workers in a row, and when it is reached.
const LOSS_DELAY_MAX: Duration = Duration::from_secs(60);
const LOSS_DOUBLINGS_MAX: u32 = 7;
const LOSS_FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_hours(1);

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Decision {
    After(SignedDuration),
    /// No further attempt, because of this.
    GiveUp(String),
}

/// The job has just failed by itself.
pub(super) fn decide(strategy: &RestartStrategy, deployment: &mut Deployment, now: Timestamp) -> Decision {
    deployment.failures = deployment.failures.saturating_add(1);
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
            if !is_rate_kept(&mut deployment.failed, *max_failures, *interval, now) {
                let seconds = interval.as_secs_f64();
                let why = format!("the restart strategy allows {max_failures} failures in {seconds} s");
                return Decision::GiveUp(why);
            }
            after(*delay)
        }
        RestartStrategy::ExponentialDelay { attempts, reset, .. } => {
            let failed = &mut deployment.failed;
            let since_due = failed.due_ms.map(|due| now.as_millisecond().saturating_sub(due));
            if since_due.is_some_and(|since| since >= millis(*reset)) {
                failed.backoffs = 0;
            }
            let delay = backoff(strategy, failed.backoffs, fraction(deployment));
            let failed = &mut deployment.failed;
            failed.backoffs = failed.backoffs.saturating_add(1);
            failed.due_ms = Some(now.as_millisecond().saturating_add(millis(delay)));
            match failed.backoffs > *attempts {
                true => Decision::GiveUp(format!(
                    "the restart strategy allows {attempts} restarts before the delay is reset"
                )),
                false => after(delay),
            }
        }
    }
}

/// The job's worker was lost: no failure of the job, and the first time it starts elsewhere at once. One that takes its
/// worker with it, over and over, is not to go through the cluster as fast as it can.
pub(super) fn after_loss(deployment: &mut Deployment, now: Timestamp) -> Decision {
    // The last restart is this one.
    let before = deployment.restarts.iter().rev().nth(1);
    let before: Option<Timestamp> = before.and_then(|restart| restart.at.parse().ok());
    if before.is_some_and(|at| now.duration_since(at) > LOSS_FORGOTTEN_AFTER) {
        deployment.losses = 0;
    }
    let doublings = deployment.losses.min(LOSS_DOUBLINGS_MAX);
    let delay = match deployment.losses {
        0 => Duration::ZERO,
        _ => Duration::from_secs(1 << (doublings - 1)).min(LOSS_DELAY_MAX),
    };
    deployment.losses = deployment.losses.saturating_add(1);
    after(delay)
}

fn after(delay: Duration) -> Decision {
    Decision::After(SignedDuration::try_from(delay).unwrap_or(SignedDuration::MAX))
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Remembers this failure; whether no more than `max_failures` fell into the interval that ends with it.
fn is_rate_kept(failed: &mut Failures, max_failures: u32, interval: Duration, now: Timestamp) -> bool {
    let now_ms = now.as_millisecond();
    failed.recent_ms.push(now_ms);
    failed
        .recent_ms
        .retain(|at| now_ms.saturating_sub(*at) <= millis(interval));
    if max_failures > RATE_MAX {
        failed.recent_ms.clear();
        return true;
    }
    failed.recent_ms.len() <= max_failures as usize
}

/// Grows from failure to failure; `jitter` is from 0 to 1.
fn backoff(strategy: &RestartStrategy, restarts: u32, random: f64) -> Duration {
    let RestartStrategy::ExponentialDelay {
        initial,
        max,
        multiplier,
        jitter,
        ..
    } = strategy
    else {
        unreachable!("called for exponential delays only");
    };
    // Factors come from users: a product that no duration holds is the longest delay.
    let grown = initial.as_secs_f64() * multiplier.powf(f64::from(restarts));
    let share = jitter * (2.0 * random - 1.0);
    let seconds = (grown.min(f64::MAX) * (1.0 + share)).min(max.as_secs_f64());
    let delay = Duration::try_from_secs_f64(seconds).unwrap_or(*max);
    delay.max(*initial)
}

/// From 0 to 1, different for every attempt of every deployment, so that jobs that failed together do not return
/// together.
fn fraction(deployment: &Deployment) -> f64 {
    let digest = Sha256::digest(format!("{}/{}", deployment.id, deployment.attempt));
    let number = u32::from_le_bytes([digest[0], digest[1], digest[2], digest[3]]);
    f64::from(number) / f64::from(u32::MAX)
}
