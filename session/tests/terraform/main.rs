//! What Aiven's Terraform provider sends and what it needs back, replayed against the API over HTTP.
//!
//! In: the provider's calls, with its headers and bodies. Out: nothing when every answer is one that the provider goes
//! on with. Invariant: no test reaches behind the API but to set up services and statuses.

mod application;
mod deployment;
mod integration;
mod odd;
mod open_api;
mod savepoint;
mod service;
mod support;
mod tls;
mod topic;
