//! The `millstream` command as a library: reading applications, building artifacts, running them.

pub mod application;
pub mod build;
pub mod cache;
pub mod command;
pub mod deployment;
