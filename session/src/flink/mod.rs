//! The manager in the shapes of Flink's REST API (2.2), for tools made for it, and figures for Prometheus.
//!
//! In: the manager's records and what workers say. Out: JSON with Flink's names. Invariant: nothing is changed; what we
//! do not measure is left out or zero as Flink writes it for what it has not measured yet, never made up.

mod aggregate;
mod checkpoints;
mod cluster;
mod exceptions;
mod jobs;
mod metrics;
mod prometheus;
mod snapshot;
mod vertices;

use serde_json::Value;

pub use aggregate::Wanted;
pub use snapshot::Scope;

use crate::manager::Manager;
use crate::refusal::Refusal;
use metrics::Metric;
use snapshot::Job;

/// The version whose API this is.
const FLINK_VERSION: &str = "2.2.1";

/// Flink's REST API over a manager.
pub struct Flink<'a> {
    manager: &'a Manager,
    scope: Scope,
}

impl<'a> Flink<'a> {
    pub fn new(manager: &'a Manager, scope: Scope) -> Flink<'a> {
        Flink { manager, scope }
    }

    /// `/overview`
    pub fn overview(&self) -> Value {
        cluster::overview(self.manager, &self.scope, &self.all())
    }

    /// `/config`
    pub fn config(&self) -> Value {
        cluster::config()
    }

    /// `/jobmanager/config`
    pub fn job_manager_config(&self) -> Value {
        cluster::job_manager_config(self.manager, &self.scope)
    }

    /// `/jobmanager/metrics`
    pub fn job_manager_metrics(&self, wanted: &Wanted) -> Value {
        metrics::answer(&metrics::of_cluster(&self.overview()), wanted.names.as_deref())
    }

    /// `/taskmanagers/metrics`
    pub fn task_managers_metrics(&self, wanted: &Wanted) -> Result<Value, Refusal> {
        let workers = self.manager.workers();
        let members = workers.iter().filter(|worker| wanted.takes(&worker.id));
        let members: Vec<Vec<Metric>> = members.map(metrics::of_worker).collect();
        aggregate::of_members(&members, wanted)
    }

    /// `/taskmanagers/{id}/metrics`
    pub fn task_manager_metrics(&self, id: &str, wanted: &Wanted) -> Result<Value, Refusal> {
        let worker = cluster::find_worker(self.manager, id)?;
        Ok(metrics::answer(
            &metrics::of_worker(&worker),
            wanted.names.as_deref(),
        ))
    }

    /// `/taskmanagers`
    pub fn task_managers(&self) -> Value {
        cluster::task_managers(self.manager)
    }

    /// `/taskmanagers/{id}`
    pub fn task_manager(&self, id: &str) -> Result<Value, Refusal> {
        cluster::task_manager(self.manager, &self.scope, id)
    }

    /// `/jobs`
    pub fn jobs(&self) -> Value {
        jobs::list(&self.all())
    }

    /// `/jobs/overview`
    pub fn jobs_overview(&self) -> Value {
        jobs::overview(&self.all())
    }

    /// `/jobs/metrics`
    pub fn jobs_metrics(&self, wanted: &Wanted) -> Result<Value, Refusal> {
        let jobs = self.all();
        let members = jobs.iter().filter(|job| wanted.takes(&job.id));
        let members: Vec<Vec<Metric>> = members.map(metrics::of_job).collect();
        aggregate::of_members(&members, wanted)
    }

    /// `/jobs/{id}/status`
    pub fn job_status(&self, id: &str) -> Result<Value, Refusal> {
        Ok(jobs::status(&self.find(id)?))
    }

    /// `/jobs/{id}/accumulators`
    pub fn job_accumulators(&self, id: &str) -> Result<Value, Refusal> {
        self.find(id).map(|_| jobs::accumulators())
    }

    /// `/jobs/{id}/jobmanager/config`
    pub fn job_cluster_config(&self, id: &str) -> Result<Value, Refusal> {
        Ok(cluster::key_values(self.find(id)?.config()))
    }

    /// `/jobs/{id}`
    pub fn job(&self, id: &str) -> Result<Value, Refusal> {
        Ok(jobs::details(&self.find(id)?))
    }

    /// `/jobs/{id}/plan`
    pub fn job_plan(&self, id: &str) -> Result<Value, Refusal> {
        Ok(jobs::plan_answer(&self.find(id)?))
    }

    /// `/jobs/{id}/config`
    pub fn job_config(&self, id: &str) -> Result<Value, Refusal> {
        Ok(jobs::config(&self.find(id)?))
    }

    /// `/jobs/{id}/exceptions`
    pub fn job_exceptions(&self, id: &str) -> Result<Value, Refusal> {
        Ok(exceptions::exceptions(&self.find(id)?))
    }

    /// `/jobs/{id}/checkpoints`
    pub fn job_checkpoints(&self, id: &str) -> Result<Value, Refusal> {
        Ok(checkpoints::checkpoints(&self.find(id)?))
    }

    /// `/jobs/{id}/checkpoints/config`
    pub fn job_checkpoints_config(&self, id: &str) -> Result<Value, Refusal> {
        Ok(checkpoints::config(&self.find(id)?))
    }

    /// `/jobs/{id}/checkpoints/details/{number}`
    pub fn job_checkpoint(&self, id: &str, number: &str) -> Result<Value, Refusal> {
        checkpoints::details(&self.find(id)?, number)
    }

    /// `/jobs/{id}/metrics`; `get`: names separated by commas, or nothing for the list of names.
    pub fn job_metrics(&self, id: &str, get: Option<&str>) -> Result<Value, Refusal> {
        Ok(metrics::answer(&metrics::of_job(&self.find(id)?), get))
    }

    /// `/jobs/{id}/vertices/{vertex}`
    pub fn vertex(&self, id: &str, vertex: &str) -> Result<Value, Refusal> {
        vertices::details(&self.find(id)?, vertex)
    }

    /// `/jobs/{id}/vertices/{vertex}/metrics`
    pub fn vertex_metrics(&self, id: &str, vertex: &str, get: Option<&str>) -> Result<Value, Refusal> {
        Ok(metrics::answer(
            &metrics::of_vertex(&self.find(id)?, vertex)?,
            get,
        ))
    }

    /// `/jobs/{id}/vertices/{vertex}/subtasks/metrics`
    pub fn subtasks_metrics(&self, id: &str, vertex: &str, wanted: &Wanted) -> Result<Value, Refusal> {
        let job = self.find(id)?;
        let metrics = metrics::of_subtasks(&job, vertex)?;
        aggregate::of_whole(&metrics, job.deployment.parallelism, wanted)
    }

    /// `/jobs/{id}/vertices/{vertex}/taskmanagers`
    pub fn vertex_task_managers(&self, id: &str, vertex: &str) -> Result<Value, Refusal> {
        vertices::task_managers(&self.find(id)?, vertex)
    }

    /// `/jobs/{id}/vertices/{vertex}/backpressure`
    pub fn back_pressure(&self, id: &str, vertex: &str) -> Result<Value, Refusal> {
        vertices::back_pressure(&self.find(id)?, vertex)
    }

    /// `/jobs/{id}/vertices/{vertex}/watermarks`
    pub fn watermarks(&self, id: &str, vertex: &str) -> Result<Value, Refusal> {
        vertices::watermarks(&self.find(id)?, vertex)
    }

    /// `/jobs/{id}/vertices/{vertex}/accumulators`
    pub fn vertex_accumulators(&self, id: &str, vertex: &str) -> Result<Value, Refusal> {
        vertices::accumulators(&self.find(id)?, vertex)
    }

    /// `/metrics`, in Prometheus' text format.
    pub fn prometheus(&self) -> String {
        prometheus::text(self.manager, &self.scope)
    }

    fn all(&self) -> Vec<Job> {
        snapshot::jobs(self.manager, &self.scope)
    }

    fn find(&self, id: &str) -> Result<Job, Refusal> {
        let found = snapshot::job(self.manager, &self.scope, id);
        found.ok_or_else(|| Refusal::not_found(format!("Job {id} not found")))
    }
}

#[cfg(test)]
mod tests;
