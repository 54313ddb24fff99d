//! Figures of the operators, by thread.
//!
//! In: what each thread counts per batch, a few times a second. Out: totals by operator. Invariant: only its thread
//! writes a slot, so that counting shares nothing between threads.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use super::event::OperatorMetrics;
use crate::job::Job;

/// What one thread says of one place of an operator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    pub(crate) rows_in: u64,
    pub(crate) rows_out: u64,
    pub(crate) watermark_ms: Option<i64>,
    pub(crate) state_bytes: Option<u64>,
}

impl Figures {
    /// Of two places of one operator on one thread: the halves of an exchange.
    pub(crate) fn join(self, other: Figures) -> Figures {
        Figures {
            rows_in: self.rows_in + other.rows_in,
            rows_out: self.rows_out + other.rows_out,
            watermark_ms: least(self.watermark_ms, other.watermark_ms),
            state_bytes: sum(self.state_bytes, other.state_bytes),
        }
    }
}

/// Of threads that have seen none nothing is known: they may have nothing to read.
fn least(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}

fn sum(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a + b),
        (one, other) => one.or(other),
    }
}

const NO_WATERMARK: i64 = i64::MIN;
const NO_STATE: u64 = u64::MAX;

struct Slot {
    rows_in: AtomicU64,
    rows_out: AtomicU64,
    watermark_ms: AtomicI64,
    state_bytes: AtomicU64,
}

impl Default for Slot {
    fn default() -> Self {
        Slot {
            rows_in: AtomicU64::new(0),
            rows_out: AtomicU64::new(0),
            watermark_ms: AtomicI64::new(NO_WATERMARK),
            state_bytes: AtomicU64::new(NO_STATE),
        }
    }
}

impl Slot {
    fn write(&self, figures: Figures) {
        self.rows_in.store(figures.rows_in, Ordering::Relaxed);
        self.rows_out.store(figures.rows_out, Ordering::Relaxed);
        let watermark = figures.watermark_ms.unwrap_or(NO_WATERMARK);
        self.watermark_ms.store(watermark, Ordering::Relaxed);
        let state = figures.state_bytes.unwrap_or(NO_STATE);
        self.state_bytes.store(state, Ordering::Relaxed);
    }

    fn read(&self) -> Figures {
        let watermark = self.watermark_ms.load(Ordering::Relaxed);
        let state = self.state_bytes.load(Ordering::Relaxed);
        Figures {
            rows_in: self.rows_in.load(Ordering::Relaxed),
            rows_out: self.rows_out.load(Ordering::Relaxed),
            watermark_ms: (watermark != NO_WATERMARK).then_some(watermark),
            state_bytes: (state != NO_STATE).then_some(state),
        }
    }
}

/// Slots by thread and node.
#[derive(Default)]
pub(crate) struct OperatorCounters {
    threads: Vec<Vec<Slot>>,
}

impl OperatorCounters {
    pub(crate) fn new(threads: usize, nodes: usize) -> Self {
        let slots = || (0..nodes).map(|_| Slot::default()).collect();
        OperatorCounters {
            threads: (0..threads).map(|_| slots()).collect(),
        }
    }

    /// Figures of all nodes of a thread.
    pub(crate) fn publish(&self, thread: usize, figures: &[Figures]) {
        for (slot, figures) in self.threads[thread].iter().zip(figures) {
            slot.write(*figures);
        }
    }

    pub(crate) fn totals(&self, job: &Job) -> Vec<OperatorMetrics> {
        let nodes = job.nodes.iter().enumerate();
        let total = |(at, node): (usize, &crate::job::Node)| {
            let threads = self.threads.iter().map(|slots| slots[at].read());
            let total = threads.fold(Figures::default(), Figures::join);
            OperatorMetrics {
                name: node.name.to_owned(),
                uid: node.uid.to_owned(),
                rows_in: total.rows_in,
                rows_out: total.rows_out,
                watermark_ms: total.watermark_ms,
                state_bytes: total.state_bytes,
            }
        };
        nodes.map(total).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_threads_join() {
        let slot = Slot::default();
        assert_eq!(slot.read(), Figures::default());
        let figures = |watermark_ms, state_bytes| Figures {
            rows_in: 2,
            rows_out: 1,
            watermark_ms,
            state_bytes,
        };
        slot.write(figures(Some(7), Some(8)));
        let joined = slot
            .read()
            .join(figures(Some(5), None))
            .join(figures(None, Some(1)));
        assert_eq!(
            joined,
            Figures {
                rows_in: 6,
                rows_out: 3,
                watermark_ms: Some(5),
                state_bytes: Some(9)
            }
        );
    }
}
