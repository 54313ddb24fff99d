//! A manager's right to be in charge, as far as it can know by itself.
//!
//! In: moments at which storage has confirmed it. Out: whether it still holds. Invariant: it is over here no later than
//! storage gives it to another manager: the time of a confirmation is taken before it is asked for.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Shared by the store, which renews it, and all that depend on it.
#[derive(Clone, Default)]
pub struct Lease {
    /// None: a file belongs to the process that has it open.
    held: Option<Arc<Mutex<Held>>>,
}

struct Held {
    lasts: Duration,
    until: Instant,
    /// Since then it was never over.
    since: Instant,
}

impl Lease {
    /// One that has not begun.
    pub fn of(lasts: Duration) -> Lease {
        let now = Instant::now();
        let held = Held {
            lasts,
            until: now,
            since: now,
        };
        Lease {
            held: Some(Arc::new(Mutex::new(held))),
        }
    }

    /// Storage has confirmed it, and was asked to at `asked`.
    pub fn renew(&self, asked: Instant) {
        let Some(held) = &self.held else { return };
        let mut held = held.lock().expect("nobody panics while holding it");
        if Instant::now() >= held.until {
            held.since = Instant::now();
        }
        held.until = held.until.max(asked + held.lasts);
    }

    /// For how long it has held without a break; `None` if it is over.
    pub fn held_for(&self) -> Option<Duration> {
        let Some(held) = &self.held else {
            return Some(Duration::MAX);
        };
        let held = held.lock().expect("nobody panics while holding it");
        let now = Instant::now();
        (now < held.until).then(|| now - held.since)
    }

    /// Waits until it is over.
    pub async fn end(&self) {
        let Some(held) = &self.held else {
            return std::future::pending().await;
        };
        loop {
            let until = held.lock().expect("nobody panics while holding it").until;
            if Instant::now() >= until {
                return;
            }
            tokio::time::sleep_until(until.into()).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_ends_by_itself_and_begins_anew() {
        let lasts = Duration::from_millis(80);
        let lease = Lease::of(lasts);
        assert_eq!(lease.held_for(), None);
        let begun = Instant::now();
        lease.renew(begun);
        assert!(lease.held_for().is_some());
        tokio::time::sleep(lasts / 2).await;
        lease.renew(Instant::now());
        assert!(lease.held_for() >= Some(lasts / 2), "a renewal is no break");
        // An answer that was long on its way prolongs nothing.
        lease.renew(begun);
        lease.end().await;
        assert!(begun.elapsed() >= lasts + lasts / 2);
        assert_eq!(lease.held_for(), None);
        lease.renew(Instant::now());
        assert!(lease.held_for().is_some_and(|held| held < lasts));
    }

    #[test]
    fn a_file_has_no_other_owner() {
        let lease = Lease::default();
        lease.renew(Instant::now());
        assert_eq!(lease.held_for(), Some(Duration::MAX));
    }
}
