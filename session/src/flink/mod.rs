//! The manager in the shapes of Flink's REST API (2.2), for tools made for it, and figures for Prometheus.
//!
//! In: the manager's records and what workers say. Out: JSON with Flink's names. Invariant: nothing is changed; what we
//! do not measure is left out or zero as Flink writes it for what it has not measured yet, never made up.

mod checkpoints;
mod cluster;
mod exceptions;
mod jobs;
mod metrics;
mod prometheus;
mod snapshot;

use serde_json::Value;

pub use snapshot::Scope;

use crate::manager::Manager;
use crate::refusal::Refusal;
use snapshot::Job;

/// The version whose API this is.
const FLINK_VERSION: &str = "2.2.0";

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
        cluster::overview(self.manager, &self.scope)
    }

    /// `/config`
    pub fn config(&self) -> Value {
        cluster::config()
    }

    /// `/jobmanager/config`
    pub fn job_manager_config(&self) -> Value {
        cluster::job_manager_config(self.manager, &self.scope)
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
        jobs::list(&snapshot::jobs(self.manager, &self.scope))
    }

    /// `/jobs/overview`
    pub fn jobs_overview(&self) -> Value {
        jobs::overview(&snapshot::jobs(self.manager, &self.scope))
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

    /// `/jobs/{id}/metrics`; `get`: names separated by commas, or nothing for the list of names.
    pub fn job_metrics(&self, id: &str, get: Option<&str>) -> Result<Value, Refusal> {
        Ok(metrics::answer(&metrics::of_job(&self.find(id)?), get))
    }

    /// `/jobs/{id}/vertices/{vertex}`
    pub fn vertex(&self, id: &str, vertex: &str) -> Result<Value, Refusal> {
        jobs::vertex_details(&self.find(id)?, vertex)
    }

    /// `/jobs/{id}/vertices/{vertex}/metrics`
    pub fn vertex_metrics(&self, id: &str, vertex: &str, get: Option<&str>) -> Result<Value, Refusal> {
        Ok(metrics::answer(
            &metrics::of_vertex(&self.find(id)?, vertex)?,
            get,
        ))
    }

    /// `/metrics`, in Prometheus' text format.
    pub fn prometheus(&self) -> String {
        prometheus::text(self.manager, &self.scope)
    }

    fn find(&self, id: &str) -> Result<Job, Refusal> {
        let mut jobs = snapshot::jobs(self.manager, &self.scope).into_iter();
        jobs.find(|job| job.id == id)
            .ok_or_else(|| Refusal::not_found(format!("Job {id} not found")))
    }
}

#[cfg(test)]
mod tests;
