//! Figures of the jobs, taken now and then for charts.
//!
//! In: what workers say of their attempts. Out: samples by session cluster. Invariant: rates come from counters of the
//! same attempt; a counter that starts anew counts from there.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::figures::Sample;
use super::{Manager, view};
use crate::catalogue::Transaction;
use crate::model::{Deployment, Service};
use crate::protocol::worker::AttemptState;

const INTERVAL: Duration = Duration::from_secs(30);

/// Counters at the last sample.
#[derive(Default)]
pub(super) struct Counters {
    taken_at: Option<Instant>,
    /// By deployment and attempt: CPU milliseconds, rows read, rows written.
    values: BTreeMap<(String, u32), [u64; 3]>,
}

impl Counters {
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.taken_at
            .is_none_or(|at| now.saturating_duration_since(at) >= INTERVAL)
    }

    /// What has been counted since the last sample, and for how long.
    fn advance(&mut self, attempts: &[AttemptState], now: Instant) -> (Vec<[u64; 3]>, Duration) {
        let elapsed = self
            .taken_at
            .map_or(INTERVAL, |at| now.saturating_duration_since(at));
        let mut values = BTreeMap::new();
        let deltas = attempts.iter().map(|attempt| {
            let metrics = attempt.metrics.as_ref();
            let rows = metrics.map_or((0, 0), |metrics| (metrics.rows_read, metrics.rows_written));
            let value = [attempt.cpu_ms, rows.0, rows.1];
            let key = (attempt.deployment.clone(), attempt.attempt);
            let last = self.values.get(&key).copied().unwrap_or_default();
            values.insert(key, value);
            std::array::from_fn(|at| value[at].saturating_sub(last[at]))
        });
        let deltas = deltas.collect();
        self.values = values;
        self.taken_at = Some(now);
        (deltas, elapsed)
    }
}

impl Manager {
    /// Adds a sample of every session cluster if it is time; log lines that are too old go then, too.
    pub(super) fn sample(&self) {
        let now = Instant::now();
        if !self.live().counters.is_due(now) {
            return;
        }
        let now_us = jiff::Timestamp::now().as_microsecond();
        self.catalogue.read(|tables| {
            let is_known = |deployment: &str| tables.get::<Deployment>(deployment).is_some();
            self.logs_lock().tidy(now_us, is_known);
        });
        let mut live = self.live();
        let attempts: Vec<AttemptState> = live
            .workers()
            .flat_map(|worker| worker.attempts.values().cloned())
            .collect();
        let memory_bytes: u64 = live.workers().map(|worker| worker.memory_bytes).sum();
        let (deltas, elapsed) = live.counters.advance(&attempts, now);
        let mut samples: BTreeMap<String, Sample> = BTreeMap::new();
        self.catalogue.read(|tables| {
            let transaction = Transaction::new(tables);
            for (attempt, delta) in attempts.iter().zip(&deltas) {
                let deployment = tables.get::<Deployment>(&attempt.deployment);
                let service = deployment.and_then(|one| view::service_key(&transaction, one));
                let Some(service) = service else { continue };
                let sample = samples.entry(service).or_default();
                let seconds = elapsed.as_secs_f64();
                sample[0] += delta[0] as f64 / 10.0 / seconds;
                sample[1] += attempt.memory_bytes as f64 * 100.0 / memory_bytes.max(1) as f64;
                sample[2] += delta[1] as f64 / seconds;
                sample[3] += delta[2] as f64 / seconds;
            }
        });
        let at = jiff::Timestamp::now().as_second();
        if samples.is_empty() {
            return;
        }
        for (service, sample) in samples {
            live.figures.add(&service, at, sample);
        }
        let page = self.catalogue.read(|tables| {
            live.figures
                .page(|service| tables.get::<Service>(service).is_some())
        });
        drop(live);
        // If a slow disk has not taken the page before, this one is left out.
        if let Some(page) = page
            && let Ok(turn) = Arc::clone(&self.inner.page).try_lock_owned()
        {
            tokio::task::spawn_blocking(move || {
                page.write();
                drop(turn);
            });
        }
    }
}
