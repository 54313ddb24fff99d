//! Generated from `sql/`, one module per job. Do not edit: see `compiler/tests/golden.rs`.

pub mod cpu;
pub mod expressions;
