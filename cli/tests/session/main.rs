//! Session clusters end to end, with real Kafka and PostgreSQL: how failed jobs come back, what becomes of state, who
//! takes over from whom, what a query leaves behind.
//!
//! In: applications, faults, requests. Out: rows in topics and tables, answers of the API. Invariant: every row of the
//! input counts once in the output, whoever dies.

mod deploys;
mod moves;
mod queries;
mod restarts;
mod servers;
mod state;
#[path = "../support/mod.rs"]
mod support;
mod take_over;
mod upserts;
