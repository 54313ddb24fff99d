//! Places for connections: as many as there may be at a time.
//!
//! In: peers that arrive, requests that begin. Out: a place for each, and the call to give one up. Invariant: when all
//! places are taken, whoever has asked for nothing the longest is called first, so that silent peers keep nobody out.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// Given to one that was called to leave, before the next one is called.
const LEAVING: Duration = Duration::from_millis(100);

pub(super) struct Places {
    free: Arc<Semaphore>,
    count: u32,
    /// By the order of their last request; without those that were called already.
    holders: Mutex<BTreeMap<u64, Arc<Notify>>>,
    next: AtomicU64,
}

/// One connection's; free again when it is dropped.
pub(super) struct Place {
    places: Arc<Places>,
    order: AtomicU64,
    has_asked: AtomicBool,
    call: Arc<Notify>,
    _permit: OwnedSemaphorePermit,
}

impl Places {
    pub(super) fn new(count: u32) -> Arc<Places> {
        Arc::new(Places {
            free: Arc::new(Semaphore::new(count as usize)),
            count,
            holders: Mutex::default(),
            next: AtomicU64::new(0),
        })
    }

    pub(super) async fn take(self: &Arc<Self>) -> Place {
        let permit = loop {
            if let Ok(permit) = Arc::clone(&self.free).try_acquire_owned() {
                break permit;
            }
            self.call_one();
            let free = Arc::clone(&self.free).acquire_owned();
            if let Ok(permit) = tokio::time::timeout(LEAVING, free).await {
                break permit.expect("nobody closes it");
            }
        };
        let (order, call) = (self.number(), Arc::new(Notify::new()));
        self.holders().insert(order, Arc::clone(&call));
        Place {
            places: Arc::clone(self),
            order: AtomicU64::new(order),
            has_asked: AtomicBool::new(false),
            call,
            _permit: permit,
        }
    }

    /// Until all have gone.
    pub(super) async fn emptied(&self) {
        let _all = self.free.acquire_many(self.count).await;
    }

    fn call_one(&self) {
        if let Some((_, holder)) = self.holders().pop_first() {
            holder.notify_one();
        }
    }

    fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    fn holders(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Notify>>> {
        self.holders.lock().expect("nobody panics while holding it")
    }
}

impl Place {
    /// A request has begun.
    pub(super) fn asks(&self) {
        self.has_asked.store(true, Ordering::Relaxed);
        let mut holders = self.places.holders();
        let order = self.places.number();
        // One that was called is not called again.
        if let Some(call) = holders.remove(&self.order.swap(order, Ordering::Relaxed)) {
            holders.insert(order, call);
        }
    }

    pub(super) fn has_asked(&self) -> bool {
        self.has_asked.load(Ordering::Relaxed)
    }

    /// Until it should be given up.
    pub(super) async fn called(&self) {
        self.call.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let order = self.order.load(Ordering::Relaxed);
        self.places.holders().remove(&order);
    }
}
