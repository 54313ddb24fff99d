//! Generated from `sql/`, one module per job. Do not edit: see `tests/tests/golden_jobs.rs`.

pub mod cpu;
pub mod expressions;
pub mod shapes;
