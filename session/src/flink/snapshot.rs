//! Jobs: deployments that have been started, with all that is known of them.
//!
//! In: the catalogue, what workers say. Out: one value for each job. Invariant: all that is taken from the catalogue is
//! of one moment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Map;
use sha2::{Digest as _, Sha256};

use crate::catalogue::Tables;
use crate::manager::{AttemptView, Manager, effective_config};
use crate::model::program::ProgramOperator;
use crate::model::{Application, Deployment, Program, Savepoint, Service};
use crate::protocol::job::OperatorMetrics;

/// Whose jobs are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Of all session clusters.
    All,
    /// Of one, by its key.
    Service(String),
    /// Of all but these.
    Except(BTreeSet<String>),
}

impl Scope {
    fn shows(&self, service: &str) -> bool {
        match self {
            Scope::All => true,
            Scope::Service(wanted) => wanted == service,
            Scope::Except(hidden) => !hidden.contains(service),
        }
    }
}

/// A deployment as Flink has it.
pub(super) struct Job {
    /// 32 hexadecimal digits.
    pub(super) id: String,
    pub(super) name: String,
    /// Key of the session cluster.
    pub(super) service: String,
    cluster: Option<Arc<Service>>,
    pub(super) deployment: Arc<Deployment>,
    pub(super) program: Option<Arc<Program>>,
    /// By time.
    pub(super) savepoints: Vec<Arc<Savepoint>>,
    /// What its worker says, if one runs it.
    pub(super) attempt: Option<AttemptView>,
    /// Places of operators' figures in what the worker says, by uid.
    figures: BTreeMap<String, usize>,
    pub(super) now_ms: i64,
}

/// In the order in which they were created. Every record and every attempt is looked at once, however many there are.
pub(super) fn jobs(manager: &Manager, scope: &Scope) -> Vec<Job> {
    chosen(manager, scope, |_| true)
}

/// The one with this id.
pub(super) fn job(manager: &Manager, scope: &Scope, id: &str) -> Option<Job> {
    let is_it = |deployment: &Deployment| deployment.job_id.as_deref() == Some(id);
    chosen(manager, scope, is_it).pop()
}

fn chosen(manager: &Manager, scope: &Scope, is_chosen: impl Fn(&Deployment) -> bool) -> Vec<Job> {
    let now_ms = Timestamp::now().as_millisecond();
    let mut jobs: Vec<Job> = manager.catalogue.read(|tables| {
        let deployments = tables
            .all::<Deployment>()
            .filter(|deployment| is_chosen(deployment));
        let mut jobs: Vec<Job> = deployments
            .filter_map(|deployment| started(tables, deployment, scope, now_ms))
            .collect();
        take_savepoints(tables, &mut jobs);
        jobs
    });
    let mut attempts = manager.attempts();
    for job in &mut jobs {
        let key = (job.deployment.id.clone(), job.deployment.attempt);
        job.attempt = attempts.remove(&key);
        let metrics = job.attempt.as_ref().and_then(|one| one.state.metrics.as_ref());
        let operators = metrics.iter().flat_map(|metrics| &metrics.operators);
        job.figures = operators
            .enumerate()
            .map(|(place, one)| (one.uid.clone(), place))
            .collect();
    }
    jobs.sort_by(|a, b| a.deployment.created_at.cmp(&b.deployment.created_at));
    jobs
}

/// The deployment as a job, without its savepoints, if it has been started.
fn started(tables: &Tables, deployment: &Arc<Deployment>, scope: &Scope, now_ms: i64) -> Option<Job> {
    let id = deployment.job_id.clone()?;
    let application = tables.get::<Application>(&deployment.application_id)?;
    let service = Service::key(&application.project, &application.service);
    if !scope.shows(&service) {
        return None;
    }
    let program = tables.get::<Program>(&deployment.id).cloned();
    let name = program
        .as_ref()
        .map_or(&application.name, |program| &program.name);
    let cluster = tables.get::<Service>(&service);
    Some(Job {
        id,
        name: name.clone(),
        cluster: cluster.cloned(),
        service,
        deployment: Arc::clone(deployment),
        program,
        savepoints: Vec::new(),
        attempt: None,
        figures: BTreeMap::new(),
        now_ms,
    })
}

fn take_savepoints(tables: &Tables, jobs: &mut [Job]) {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for (place, job) in jobs.iter().enumerate() {
        places.insert(job.deployment.id.clone(), place);
    }
    for savepoint in tables.all::<Savepoint>() {
        if let Some(place) = places.get(&savepoint.deployment_id) {
            jobs[*place].savepoints.push(Arc::clone(savepoint));
        }
    }
    for job in jobs {
        job.savepoints
            .sort_by(|a, b| (&a.triggered_at, a.epoch).cmp(&(&b.triggered_at, b.epoch)));
    }
}

/// Milliseconds since 1970 of a moment as records have it; -1 as in Flink for one that has not come.
pub(super) fn millis(moment: Option<&str>) -> i64 {
    let parsed = moment.and_then(|moment| moment.parse::<Timestamp>().ok());
    parsed.map_or(-1, Timestamp::as_millisecond)
}

impl Job {
    /// One of Flink's eleven states.
    pub(super) fn state(&self) -> &'static str {
        self.deployment.status.flink_state()
    }

    /// One of the states of Flink's tasks.
    pub(super) fn task_state(&self) -> &'static str {
        match self.state() {
            "RUNNING" => "RUNNING",
            "FINISHED" => "FINISHED",
            "FAILED" => "FAILED",
            "CANCELED" => "CANCELED",
            "CANCELLING" | "FAILING" => "CANCELING",
            "RECONCILING" => "RECONCILING",
            _ => "SCHEDULED",
        }
    }

    pub(super) fn start_ms(&self) -> i64 {
        millis(Some(&self.deployment.created_at))
    }

    pub(super) fn end_ms(&self) -> i64 {
        millis(self.deployment.ended_at.as_deref())
    }

    pub(super) fn duration_ms(&self) -> i64 {
        let end = match self.end_ms() {
            -1 => self.now_ms,
            end => end,
        };
        (end - self.start_ms()).max(0)
    }

    /// Operators that are tasks, with their places in the plan; an exchange is a way between two.
    pub(super) fn vertices(&self) -> Vec<(usize, &ProgramOperator)> {
        let operators = self.operators().iter().enumerate();
        operators.filter(|(_, operator)| !is_exchange(operator)).collect()
    }

    pub(super) fn operators(&self) -> &[ProgramOperator] {
        self.program.as_ref().map_or(&[], |program| &program.operators)
    }

    /// Since the start of the present attempt.
    pub(super) fn operator_metrics(&self, operator: &ProgramOperator) -> Option<&OperatorMetrics> {
        let metrics = self.attempt.as_ref()?.state.metrics.as_ref()?;
        metrics.operators.get(*self.figures.get(&operator.uid)?)
    }

    /// Its configuration under Flink's keys.
    pub(super) fn config(&self) -> BTreeMap<String, String> {
        let user_config = self.cluster.as_ref().map(|cluster| &cluster.user_config);
        let nothing = BTreeMap::new();
        let statement = self.program.as_ref().map_or(&nothing, |program| &program.config);
        let mut config = effective_config(user_config.unwrap_or(&Map::new()), statement);
        if !self.deployment.restart_enabled {
            config.retain(|key, _| !key.starts_with("restart-strategy."));
            config.insert("restart-strategy.type".to_owned(), "none".to_owned());
        }
        let parallelism = self.deployment.parallelism.to_string();
        config.insert("parallelism.default".to_owned(), parallelism);
        config
    }
}

/// Its line of the plan (`name: Exchange(…)`) says so.
pub(super) fn is_exchange(operator: &ProgramOperator) -> bool {
    let line = operator.description.strip_prefix(&operator.name);
    line.is_some_and(|line| line.starts_with(": Exchange("))
}

/// 32 hexadecimal digits, the same in every version that has the operator.
pub(super) fn vertex_id(operator: &ProgramOperator) -> String {
    hex::encode(&Sha256::digest(&operator.uid)[..16])
}
