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
mod log;
pub mod operator;
pub mod row;
pub mod state;

/// Which build of the runtime this is; none when cargo was called by hand. Naming it makes cargo compile anew for
/// another id.
pub const BUILD_ID: Option<&str> = option_env!("MILLSTREAM_BUILD_ID");
