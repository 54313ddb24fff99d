//! Figures of the jobs, taken now and then for charts.
//!
//! In: what workers say of their attempts. Out: samples by session cluster. Invariant: rates come from counters of the
//! same attempt; a counter that starts anew counts from there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::figures::{Figure, Period, Sample};
use super::live::Live;
use super::{Manager, view};
use crate::catalogue::Transaction;
use crate::model::{Deployment, Service};
use crate::protocol::worker::AttemptState;

const INTERVAL: Duration = Duration::from_secs(30);
/// Less than this after a sample there is little to add to it.
const FRESH: Duration = Duration::from_secs(3);
/// Nothing is counted per less than this.
const SHORTEST: Duration = Duration::from_millis(500);

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

    /// What an attempt has counted since the last sample, and for how long. One that was not there counts from its
    /// beginning, `age` ago.
    fn since(&self, attempt: &AttemptState, age: Duration, now: Instant) -> ([u64; 3], Duration) {
        let value = values(attempt);
        match (self.values.get(&key(attempt)), self.taken_at) {
            (Some(last), Some(at)) => {
                let delta = std::array::from_fn(|one| value[one].saturating_sub(last[one]));
                (delta, now.saturating_duration_since(at))
            }
            _ => (value, age),
        }
    }

    fn advance(&mut self, attempts: &[AttemptState], now: Instant) {
        let values = attempts.iter().map(|attempt| (key(attempt), values(attempt)));
        self.values = values.collect();
        self.taken_at = Some(now);
    }
}

fn key(attempt: &AttemptState) -> (String, u32) {
    (attempt.deployment.clone(), attempt.attempt)
}

fn values(attempt: &AttemptState) -> [u64; 3] {
    let metrics = attempt.metrics.as_ref();
    let rows = metrics.map_or((0, 0), |metrics| (metrics.rows_read, metrics.rows_written));
    [attempt.cpu_ms, rows.0, rows.1]
}

/// How long ago the deployment's present attempt began.
fn age(deployment: &Deployment, now: Timestamp) -> Duration {
    let began = deployment.placed_at.as_ref();
    let began = began.and_then(|began| began.parse::<Timestamp>().ok());
    began.map_or(INTERVAL, |began| {
        now.duration_since(began).try_into().unwrap_or_default()
    })
}

/// What the catalogue says of a deployment with an attempt.
struct Job {
    service: String,
    age: Duration,
}

impl Manager {
    /// Adds a sample of every session cluster if it is time; log lines that are too old go then, too.
    pub(super) fn sample(&self) {
        let now = Instant::now();
        if !self.live().counters.is_due(now) {
            return;
        }
        let now_us = Timestamp::now().as_microsecond();
        // The catalogue is read before anything is locked.
        let (deployments, services) = self.catalogue.read(|tables| {
            let deployments = tables.all::<Deployment>().map(|one| one.id.clone());
            let services = tables
                .all::<Service>()
                .map(|one| Service::key(&one.project, &one.name));
            (
                deployments.collect::<BTreeSet<_>>(),
                services.collect::<BTreeSet<_>>(),
            )
        });
        self.logs_lock()
            .tidy(now_us, |deployment| deployments.contains(deployment));
        let jobs = self.jobs();
        let mut live = self.live();
        let (samples, attempts) = measured(&live, &jobs, now);
        live.counters.advance(&attempts, now);
        if samples.is_empty() {
            return;
        }
        let at = Timestamp::now().as_second();
        for (service, sample) in samples {
            live.figures.add(&service, at, sample);
        }
        let page = live.figures.page(|service| services.contains(service));
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

    /// Figures over time of what the jobs of a service use. The last point of an hour is of this moment: it covers what
    /// came after the last sample, however little that is.
    pub fn metrics(&self, service: &str, period: Period) -> Vec<Figure> {
        let now = Instant::now();
        let jobs = self.jobs();
        let live = self.live();
        let mut figures = live.figures.of(service, period);
        let is_fresh = live
            .counters
            .taken_at
            .is_some_and(|at| now.saturating_duration_since(at) < FRESH);
        let (mut samples, _) = measured(&live, &jobs, now);
        drop(live);
        let sample = samples.remove(service).filter(|_| period == Period::Hour);
        if let Some(sample) = sample {
            let step = period.step().as_secs() as i64;
            let start = Timestamp::now().as_second().div_euclid(step) * step;
            for (figure, value) in figures.iter_mut().zip(sample) {
                match figure.points.last_mut() {
                    // What was sampled a moment ago is steadier than that moment.
                    Some((_, last)) if is_fresh && *last > 0.0 => {}
                    Some((at, last)) if *at == start => *last = value,
                    _ => figure.points.push((start, value)),
                }
            }
        }
        figures
    }

    /// The deployments that workers have attempts of.
    fn jobs(&self) -> BTreeMap<String, Job> {
        let ids: BTreeSet<String> = {
            let live = self.live();
            let attempts = live.workers().flat_map(|worker| worker.attempts.values());
            attempts.map(|attempt| attempt.deployment.clone()).collect()
        };
        let now = Timestamp::now();
        self.catalogue.read(|tables| {
            let transaction = Transaction::new(tables);
            let jobs = ids.into_iter().filter_map(|id| {
                let deployment = tables.get::<Deployment>(&id)?;
                let service = view::service_key(&transaction, deployment)?;
                let age = age(deployment, now);
                Some((id, Job { service, age }))
            });
            jobs.collect()
        })
    }
}

/// What the jobs of each session cluster have used since the last sample, and the attempts it was taken from. One that
/// has come since the catalogue was read is of the next sample.
fn measured(
    live: &Live,
    jobs: &BTreeMap<String, Job>,
    now: Instant,
) -> (BTreeMap<String, Sample>, Vec<AttemptState>) {
    let memory_bytes: u64 = live.workers().map(|worker| worker.memory_bytes).sum();
    let mut samples: BTreeMap<String, Sample> = BTreeMap::new();
    let mut attempts = Vec::new();
    for attempt in live.workers().flat_map(|worker| worker.attempts.values()) {
        let Some(job) = jobs.get(&attempt.deployment) else {
            continue;
        };
        let (delta, elapsed) = live.counters.since(attempt, job.age, now);
        let seconds = elapsed.max(SHORTEST).as_secs_f64();
        let sample = samples.entry(job.service.clone()).or_default();
        sample[0] += delta[0] as f64 / 10.0 / seconds;
        sample[1] += attempt.memory_bytes as f64 * 100.0 / memory_bytes.max(1) as f64;
        sample[2] += delta[1] as f64 / seconds;
        sample[3] += delta[2] as f64 / seconds;
        attempts.push(attempt.clone());
    }
    (samples, attempts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::timestamp;
    use crate::protocol::job::Metrics;
    use crate::protocol::worker::State;

    fn attempt(deployment: &str, rows: u64) -> AttemptState {
        AttemptState {
            deployment: deployment.to_owned(),
            attempt: 1,
            state: State::Running,
            process_id: None,
            memory_bytes: 0,
            cpu_ms: 0,
            metrics: Some(Metrics {
                rows_read: rows,
                ..Metrics::default()
            }),
            commands_seen: 0,
            events: Vec::new(),
        }
    }

    #[test]
    fn rates_are_over_the_time_there_is() {
        let begun = Instant::now();
        let later = |seconds| begun + Duration::from_secs(seconds);
        let age = Duration::from_secs(4);
        let mut counters = Counters::default();
        let first = attempt("a", 400);
        assert_eq!(counters.since(&first, age, later(0)), ([0, 400, 0], age));
        counters.advance(&[first], later(0));
        assert!(!counters.is_due(later(29)) && counters.is_due(later(30)));
        let same = counters.since(&attempt("a", 1_000), age, later(6));
        assert_eq!(same, ([0, 600, 0], Duration::from_secs(6)));
        let new = counters.since(&attempt("b", 100), age, later(6));
        assert_eq!(new, ([0, 100, 0], age), "a new one counts from its beginning");
    }

    #[test]
    fn an_attempt_is_as_old_as_its_stay_with_its_worker() {
        let at = |second| Timestamp::from_second(second).expect("in range");
        let mut deployment = Deployment::new("d", "a", "v", "u", String::new());
        assert_eq!(age(&deployment, at(100)), INTERVAL);
        deployment.started_at = Some(timestamp(at(10)));
        deployment.placed_at = Some(timestamp(at(70)));
        assert_eq!(age(&deployment, at(100)), Duration::from_secs(30));
        assert_eq!(age(&deployment, at(60)), Duration::ZERO, "clocks may go back");
    }
}
