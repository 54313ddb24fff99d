//! Whole jobs with sources and sinks in memory: flow, watermarks, back-pressure, checkpoints, crashes, restore.

mod flow;
mod jobs;
