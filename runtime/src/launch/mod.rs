//! The entry of a generated executable.

pub mod deployment;

pub use deployment::Deployment;
