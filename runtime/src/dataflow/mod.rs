//! Threads, channels and the flow of batches, watermarks and barriers between operators.
//!
//! [`run`] opens tables, restores the last checkpoint, starts one [`worker`] per unit of parallelism and
//! leads them as [`coordinator`] until the job ends. Each worker holds one [`instance`] of the whole graph;
//! [`node`]s take in [`message`]s; [`channel`]s join the halves of an [`exchange`] between threads.

mod build;
mod channel;
mod commit;
mod constraint;
mod control;
mod coordinator;
mod counters;
mod discovery;
mod enforcer;
pub mod event;
mod exchange;
mod instance;
mod limits;
mod message;
mod metrics;
mod node;
mod pending;
mod recovery;
mod run;
mod savepoint;
mod saving;
mod settings;
mod snapshot;
mod source;
mod successor;
mod topology;
mod type_length;
mod values;
mod watermark;
mod worker;

pub use control::{Control, Summary};
pub use message::WATERMARK_END;
pub use run::{Connectors, Registry, run, run_with};

#[cfg(test)]
mod tests;
