//! A job from its start to its end.
//!
//! In: the job, its deployment, a control to end it. Out: rows in sinks, a summary or the one reason why it
//! failed. Invariant: nothing is read or written before this instance owns the latest generation of the job.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crossbeam_channel::{Sender, unbounded};
use tokio::runtime::Handle;

use super::build::{Plan, ThreadParts, channels, source_setup, values_source, worker};
use super::channel::Wakers;
use super::commit::{JobSinks, JobWorld, StagedTable, storage_id};
use super::control::{Control, Summary};
use super::coordinator::Coordinator;
use super::discovery::OpenSource;
use super::limits::UPLOAD_THREADS;
use super::message::{Command, Report};
use super::metrics::{Metering, MetricsFile};
use super::settings::Settings;
use super::source::SourceSetup;
use super::topology::Topology;
use super::worker::Shared;
use crate::checkpoint::store::CheckpointStore;
use crate::connector::ending::Ending;
use crate::connector::options::{JobEnvironment, Options};
use crate::connector::registry::{self, SinkRequest};
use crate::connector::{SinkTableFactory, Sinks, SplitReader, SplitSource};
use crate::error::JobError;
use crate::job::{Job, OperatorSpec, SinkSpec, SourceSpec};
use crate::launch::Deployment;
use crate::state::key::KEY_GROUPS;

/// Where tables are opened.
pub trait Connectors {
    fn open_source(
        &self,
        spec: &SourceSpec,
        options: &Options,
        environment: &JobEnvironment,
    ) -> Result<Box<dyn SplitSource>, JobError>;

    fn open_sinks(
        &self,
        requests: &[SinkRequest<'_>],
        environment: &JobEnvironment,
    ) -> Result<Sinks, JobError>;

    /// Whether earlier runs can write to a sink table with these options until it is opened again.
    fn claims(&self, _options: &Options) -> Result<bool, JobError> {
        Ok(true)
    }
}

/// The connectors that Millstream has, by the option `connector`.
pub struct Registry;

impl Connectors for Registry {
    fn open_source(
        &self,
        spec: &SourceSpec,
        options: &Options,
        environment: &JobEnvironment,
    ) -> Result<Box<dyn SplitSource>, JobError> {
        registry::open_source(spec, options, environment)
    }

    fn open_sinks(
        &self,
        requests: &[SinkRequest<'_>],
        environment: &JobEnvironment,
    ) -> Result<Sinks, JobError> {
        registry::open_sinks(requests, environment)
    }

    fn claims(&self, options: &Options) -> Result<bool, JobError> {
        registry::claims(options)
    }
}

/// Runs a job with the connectors of its tables and the checkpoint storage of its deployment.
pub fn run(job: &Job, deployment: &Deployment, control: &Control) -> Result<Summary, JobError> {
    run_with(job, deployment, control, &Registry, None)
}

/// Runs a job with these connectors and, where given, this storage in place of the deployment's.
pub fn run_with(
    job: &Job,
    deployment: &Deployment,
    control: &Control,
    connectors: &dyn Connectors,
    storage: Option<Arc<dyn object_store::ObjectStore>>,
) -> Result<Summary, JobError> {
    let threads = deployment.parallelism;
    if !(1..=KEY_GROUPS).contains(&threads) {
        let message = format!("parallelism is {threads}; it must be 1 to {KEY_GROUPS}");
        return Err(JobError::Configuration(message));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(UPLOAD_THREADS)
        .enable_all()
        .build()
        .map_err(|error| JobError::external("operating system", error))?;
    let handle = runtime.handle().clone();
    let store = match (storage, &deployment.checkpoints) {
        (Some(storage), _) => Some(CheckpointStore::with_store(storage, handle)),
        (None, Some(url)) => Some(CheckpointStore::open(url, handle)?),
        (None, None) => None,
    };
    let store = store.map(|store| store.of_job(&deployment.job_id));
    let settings = Settings::new(&deployment.config, store.is_some())?;
    let opening = Opening {
        job,
        deployment,
        settings: &settings,
        connectors,
        ending: control.ending(),
    };
    let result = opening.run(control, store, runtime.handle());
    // Uploads that nobody waits for any more are given up.
    runtime.shutdown_background();
    result
}

pub(super) struct Opening<'a> {
    pub(super) job: &'a Job,
    pub(super) deployment: &'a Deployment,
    pub(super) settings: &'a Settings,
    connectors: &'a dyn Connectors,
    ending: Ending,
}

/// Sinks with the nodes they belong to.
pub(super) struct OpenSinks {
    tables: Vec<(usize, Arc<dyn SinkTableFactory>)>,
    pub(super) job: JobSinks,
}

impl<'a> Opening<'a> {
    fn run(
        &self,
        control: &Control,
        store: Option<CheckpointStore>,
        runtime: &Handle,
    ) -> Result<Summary, JobError> {
        let topology = Topology::new(self.job, self.deployment.parallelism);
        let storage_id = store.as_ref().map(storage_id).transpose()?.unwrap_or_default();
        let environment = self.environment(&self.deployment.job_id, &storage_id);
        if self.deployment.fences {
            let store = store.ok_or_else(nothing_to_claim)?;
            let sinks = self.open_sinks_where(&environment, |spec| self.claims(spec))?.job;
            self.fence(self.world(store, storage_id, sinks), &environment)?;
            return Ok(Summary::default());
        }
        let (sources, setups) = self.open_sources(&environment)?;
        let OpenSinks { tables, job: sinks } = self.open_sinks(&environment)?;
        if store.is_none() && sinks.commit_point.is_some() {
            let message = "exactly-once output needs a place for checkpoints; the deployment names none";
            return Err(JobError::Configuration(message.to_owned()));
        }
        let (storage, sinks, restored) = match store {
            Some(store) => {
                let (storage, restored) = self.start_storage(self.world(store, storage_id, sinks))?;
                (Some(storage), None, restored)
            }
            None => (None, Some(sinks), self.given(runtime)?),
        };
        let plan = Plan {
            job: self.job,
            topology: &topology,
            settings: self.settings,
            has_storage: storage.is_some(),
            restored: restored.as_ref(),
        };
        let (report_sender, reports) = unbounded();
        let (parts, commands) = self.thread_parts(&topology, &sources, &setups, &tables, &report_sender)?;
        let (wakers, shared) = (parts[0].wakers.clone(), parts[0].shared.clone());
        let epoch = storage.as_ref().map_or(0, |storage| storage.used_epoch);
        let mut coordinator = Coordinator::new(plan, control, commands, wakers, shared.clone(), epoch);
        coordinator.report_sender = Some(report_sender);
        coordinator.storage = storage;
        coordinator.sinks = sinks;
        coordinator.sources = sources;
        coordinator.metering = Metering::new(self.deployment.metrics.clone().map(MetricsFile::new));
        let result = std::thread::scope(|scope| {
            for parts in parts {
                let name = format!("worker-{}", parts.thread);
                let builder = std::thread::Builder::new().name(name);
                let spawned = builder.spawn_scoped(scope, move || work(plan, parts));
                if let Err(error) = spawned {
                    shared.abandon.store(true, Ordering::Release);
                    return Err(JobError::external("operating system", error));
                }
            }
            // The threads end only when they are told to, so a panic here must not skip that.
            let result = catch_unwind(AssertUnwindSafe(|| coordinator.lead(&reports)));
            let result = result.unwrap_or_else(|panic| Err(defect(panic.as_ref())));
            if let Err(error) = &result {
                coordinator.fail_pending(error);
                self.ending.abandon();
            }
            coordinator.end_threads(result.is_ok());
            result
        });
        coordinator.report_last_figures(result.is_ok());
        result.map(|()| coordinator.summary())
    }

    fn world(&self, store: CheckpointStore, storage_id: String, sinks: JobSinks) -> JobWorld {
        let mut world = JobWorld::new(store, storage_id, sinks);
        world.attempt = self.deployment.attempt;
        world
    }

    /// What connectors may know; the job id names transactions and tokens.
    pub(super) fn environment(&self, job_id: &str, storage_id: &str) -> JobEnvironment {
        let time_zone = self.deployment.config.get("table.local-time-zone");
        JobEnvironment {
            job_id: job_id.to_owned(),
            storage_id: storage_id.to_owned(),
            ending: self.ending.clone(),
            time_zone: time_zone.map_or("UTC", String::as_str).to_owned(),
            parallelism: self.deployment.parallelism,
            files: self.deployment.files.clone(),
            may_lose_output: self.settings.ignore_unclaimed_state || self.deployment.allow_lost_output,
            config: self.deployment.config.clone(),
        }
    }

    /// State that the job has no place for may be dropped. Output that it cannot make visible is another matter.
    pub(super) fn may_drop_state(&self) -> bool {
        self.settings.ignore_unclaimed_state || self.deployment.allow_dropped_state
    }

    fn options(&self, table: &str) -> Result<Options, JobError> {
        Ok(Options {
            table: table.to_owned(),
            values: self.deployment.options_of(table)?,
        })
    }

    fn open_sources(
        &self,
        environment: &JobEnvironment,
    ) -> Result<(Vec<OpenSource>, BTreeMap<usize, SourceSetup>), JobError> {
        let mut sources = Vec::new();
        let mut setups = BTreeMap::new();
        for (at, node) in self.job.nodes.iter().enumerate() {
            let source = match &node.operator {
                OperatorSpec::Source(spec) => {
                    let options = self.options(spec.table)?;
                    let source = self.connectors.open_source(spec, &options, environment)?;
                    setups.insert(
                        at,
                        source_setup(node, spec, &options, source.as_ref(), self.settings)?,
                    );
                    Some(source)
                }
                OperatorSpec::Values(_) => None,
                _ => continue,
            };
            sources.push(OpenSource::new(at, source));
        }
        Ok((sources, setups))
    }

    pub(super) fn open_sinks(&self, environment: &JobEnvironment) -> Result<OpenSinks, JobError> {
        self.open_sinks_where(environment, |_| Ok(true))
    }

    /// Whether it has to be open for earlier runs to lose the right to write. The session cluster leaves out tables
    /// that are out of reach and have nothing to claim.
    pub(super) fn claims(&self, spec: &SinkSpec) -> Result<bool, JobError> {
        match spec.table {
            Some(table) if self.deployment.tables.contains_key(table) => {
                self.connectors.claims(&self.options(table)?)
            }
            _ => Ok(false),
        }
    }

    pub(super) fn open_sinks_where(
        &self,
        environment: &JobEnvironment,
        is_wanted: impl Fn(&SinkSpec) -> Result<bool, JobError>,
    ) -> Result<OpenSinks, JobError> {
        let mut specs: Vec<(usize, &SinkSpec)> = Vec::new();
        for (at, node) in self.job.nodes.iter().enumerate() {
            if let OperatorSpec::Sink(spec) = &node.operator
                && is_wanted(spec)?
            {
                specs.push((at, spec));
            }
        }
        let mut requests = Vec::new();
        for (at, spec) in &specs {
            requests.push(SinkRequest {
                spec,
                columns: &self.job.nodes[*at].columns,
                options: spec
                    .table
                    .map_or(Ok(Options::default()), |table| self.options(table))?,
            });
        }
        let sinks = self.connectors.open_sinks(&requests, environment)?;
        assert_eq!(sinks.tables.len(), specs.len(), "every sink node has a table");
        let mut open = OpenSinks {
            tables: Vec::new(),
            job: JobSinks {
                commit_point: sinks.commit_point,
                staged: Vec::new(),
                may_lose_output: environment.may_lose_output,
            },
        };
        for ((at, spec), sink) in specs.into_iter().zip(sinks.tables) {
            open.tables.push((at, sink.table));
            let Some(committer) = sink.committer else { continue };
            let table = spec.table.unwrap_or_default();
            if !open.job.staged.iter().any(|known| known.table == table) {
                open.job.staged.push(StagedTable { table, committer });
            }
        }
        Ok(open)
    }

    fn thread_parts(
        &self,
        topology: &Topology,
        sources: &[OpenSource],
        setups: &BTreeMap<usize, SourceSetup>,
        sinks: &[(usize, Arc<dyn SinkTableFactory>)],
        reports: &Sender<Report>,
    ) -> Result<(Vec<ThreadParts>, Vec<Sender<Command>>), JobError> {
        let wakers = Wakers::new(topology.threads);
        let shared = Shared::new(topology.threads, self.job.nodes.len());
        let mut parts = Vec::new();
        let mut command_senders = Vec::new();
        for (thread, (senders, receivers)) in channels(topology, &wakers).into_iter().enumerate() {
            let mut readers: BTreeMap<usize, (SourceSetup, Box<dyn SplitReader>)> = BTreeMap::new();
            for open in sources {
                let values = || values_source(&self.job.nodes[open.node], self.settings);
                let source = match &open.source {
                    Some(source) => (setups[&open.node].clone(), source.reader()?),
                    None => values().expect("a source without a table is VALUES"),
                };
                readers.insert(open.node, source);
            }
            let writers: Result<BTreeMap<_, _>, JobError> = sinks
                .iter()
                .map(|(node, sink)| Ok((*node, sink.writer(thread)?)))
                .collect();
            let (command_sender, commands) = unbounded();
            command_senders.push(command_sender);
            parts.push(ThreadParts {
                thread,
                sources: readers,
                writers: writers?,
                senders,
                receivers,
                commands,
                reports: reports.clone(),
                wakers: wakers.clone(),
                shared: shared.clone(),
            });
        }
        Ok((parts, command_senders))
    }
}

fn nothing_to_claim() -> JobError {
    JobError::Configuration("a job without a place for checkpoints cannot be fenced".to_owned())
}

/// The life of a worker thread; whatever ends it early becomes the job's failure.
fn work(plan: Plan<'_>, parts: ThreadParts) {
    let reports = parts.reports.clone();
    let result = catch_unwind(AssertUnwindSafe(|| worker(plan, parts)?.run()));
    let error = match result {
        Ok(Ok(())) => return,
        Ok(Err(error)) => error,
        Err(panic) => defect(panic.as_ref()),
    };
    // A coordinator that has gone has ended the job already.
    let _ = reports.send(Report::Failed(error));
}

fn defect(panic: &(dyn Any + Send)) -> JobError {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    JobError::Defect(text.unwrap_or("no message").to_owned())
}
