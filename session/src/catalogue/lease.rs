//! A manager's right to be in charge, as far as it can know by itself.
//!
//! In: moments at which storage has confirmed it. Out: whether it still holds. Invariant: it is over here no later than
//! storage gives it to another manager: the time of a confirmation is taken before it is asked for, and time goes on
//! while the machine sleeps.

use std::ops::{Add, Sub};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use nix::time::{ClockId, clock_gettime};

/// A sleep may end late by as long as the machine slept, so nobody sleeps for longer.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(500);

/// A moment of the machine's own time. Other than an `Instant`, whose clock stands still while a laptop or a virtual
/// machine is suspended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(Duration);

impl Moment {
    pub fn now() -> Moment {
        let since_boot =
            clock_gettime(ClockId::CLOCK_BOOTTIME).expect("Linux has had this clock since 2.6.39");
        Moment(since_boot.into())
    }
}

impl Add<Duration> for Moment {
    type Output = Moment;

    fn add(self, duration: Duration) -> Moment {
        Moment(self.0 + duration)
    }
}

impl Sub for Moment {
    type Output = Duration;

    fn sub(self, earlier: Moment) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

/// Shared by the store, which renews it, and all that depend on it.
#[derive(Clone)]
pub struct Lease {
    /// None: a file belongs to the process that has it open.
    held: Option<Arc<Mutex<Held>>>,
    clock: fn() -> Moment,
}

struct Held {
    lasts: Duration,
    until: Moment,
    /// Since then it was never over.
    since: Moment,
}

impl Default for Lease {
    fn default() -> Lease {
        Lease {
            held: None,
            clock: Moment::now,
        }
    }
}

impl Lease {
    /// One that has not begun.
    pub fn of(lasts: Duration) -> Lease {
        Lease::by_clock(lasts, Moment::now)
    }

    fn by_clock(lasts: Duration, clock: fn() -> Moment) -> Lease {
        let now = clock();
        let held = Held {
            lasts,
            until: now,
            since: now,
        };
        Lease {
            held: Some(Arc::new(Mutex::new(held))),
            clock,
        }
    }

    /// Storage has confirmed it, and was asked to at `asked`.
    pub fn renew(&self, asked: Moment) {
        let Some(held) = &self.held else { return };
        let now = (self.clock)();
        let mut held = held.lock().expect("nobody panics while holding it");
        if now >= held.until {
            held.since = now;
        }
        held.until = held.until.max(asked + held.lasts);
    }

    /// For how long it has held without a break; `None` if it is over.
    pub fn held_for(&self) -> Option<Duration> {
        let Some(held) = &self.held else {
            return Some(Duration::MAX);
        };
        let now = (self.clock)();
        let held = held.lock().expect("nobody panics while holding it");
        (now < held.until).then(|| now - held.since)
    }

    /// Waits until it is over.
    pub async fn end(&self) {
        let Some(held) = &self.held else {
            return std::future::pending().await;
        };
        loop {
            let until = held.lock().expect("nobody panics while holding it").until;
            let left = until - (self.clock)();
            if left.is_zero() {
                return;
            }
            tokio::time::sleep(left.min(LOOK_AGAIN_AFTER)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::time::Instant;

    use super::*;

    #[tokio::test]
    async fn it_ends_by_itself_and_begins_anew() {
        let lasts = Duration::from_millis(80);
        let lease = Lease::of(lasts);
        assert_eq!(lease.held_for(), None);
        let begun = Moment::now();
        lease.renew(begun);
        assert!(lease.held_for().is_some());
        tokio::time::sleep(lasts / 2).await;
        lease.renew(Moment::now());
        assert!(lease.held_for() >= Some(lasts / 2), "a renewal is no break");
        // An answer that was long on its way prolongs nothing.
        lease.renew(begun);
        lease.end().await;
        assert!(Moment::now() - begun >= lasts + lasts / 2);
        assert_eq!(lease.held_for(), None);
        lease.renew(Moment::now());
        assert!(lease.held_for().is_some_and(|held| held < lasts));
    }

    #[test]
    fn a_file_has_no_other_owner() {
        let lease = Lease::default();
        lease.renew(Moment::now());
        assert_eq!(lease.held_for(), Some(Duration::MAX));
    }

    thread_local! {
        static NOW: Cell<Duration> = const { Cell::new(Duration::from_secs(1)) };
    }

    #[tokio::test]
    async fn a_machine_that_slept_knows_that_its_lease_is_over() {
        let clock = || Moment(NOW.get());
        let lease = Lease::by_clock(Duration::from_secs(10), clock);
        lease.renew(clock());
        let (begun, waiting) = (Instant::now(), lease.clone());
        let waiting = tokio::spawn(async move { waiting.end().await });
        tokio::task::yield_now().await;
        assert!(lease.held_for().is_some() && !waiting.is_finished());
        // An hour passes, of which timers and `Instant` know nothing.
        NOW.set(NOW.get() + Duration::from_secs(3_600));
        assert_eq!(lease.held_for(), None);
        waiting.await.expect("no panic");
        assert!(begun.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn the_clock_is_the_one_that_goes_on() {
        let uptime = std::fs::read_to_string("/proc/uptime").expect("Linux tells it");
        let seconds = uptime.split(' ').next().expect("it is the first");
        let seconds: f64 = seconds.parse().expect("a number");
        let difference = Moment::now().0.as_secs_f64() - seconds;
        assert!((0.0..5.0).contains(&difference), "{difference}");
    }
}
