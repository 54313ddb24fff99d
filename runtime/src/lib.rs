//! What a native job links. Compiled once; generated crates hold only kernels and descriptors.
//!
//! Layers, each using only those before it:
//! [`row`] (bytes of rows and batches) ← [`job`] (what a generated crate describes) ← [`state`], [`format`] ←
//! [`connector`] ← [`operator`] ← [`checkpoint`] ← [`dataflow`] ← [`main`](launch::main).

pub mod checkpoint;
pub mod connector;
pub mod dataflow;
pub mod error;
pub mod format;
pub mod job;
pub mod launch;
pub mod operator;
pub mod row;
pub mod state;
