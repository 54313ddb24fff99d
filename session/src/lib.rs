//! The session cluster: a manager with its API, and workers that run jobs as child processes.
//!
//! In: requests, reports of workers. Out: answers, assignments for workers. Layers, each knowing only those before it:
//! `model` (what there is), `catalogue` (kept durably), `build` (application → artifact), `validation` (texts of
//! versions), `connection` (what integrations lead to), `protocol` (manager ↔ worker ↔ job), `manager` (what runs
//! where), `flink` (the manager in the shapes of Flink's REST API), `worker` (child processes), `api` (Aiven's shapes).

pub mod api;
pub mod build;
pub mod catalogue;
pub mod cluster;
pub mod connection;
pub mod flink;
pub mod manager;
pub mod model;
pub mod protocol;
pub mod query;
pub mod refusal;
mod socket;
pub mod validation;
pub mod worker;
