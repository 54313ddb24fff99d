//! Whole jobs with sources and sinks in memory: flow, watermarks, back-pressure, checkpoints, crashes,
//! restore.

mod broker;
mod crash;
mod fence;
mod flow;
pub(super) mod jobs;
mod predecessors;
mod pressure;
mod restore;
mod succession;
mod windows;
mod world;
