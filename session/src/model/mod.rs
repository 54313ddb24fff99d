//! What the session cluster knows: services, integrations, applications, versions, deployments, savepoints.
//!
//! In: nothing. Out: plain data that is stored as JSON. Invariant: texts of users are kept byte for byte; what answers
//! of the API look like is decided by `api`, not here.

pub mod application;
pub mod deployment;
pub mod integration;
pub mod program;
pub mod remnant;
pub mod restart;
pub mod savepoint;
pub mod service;
pub mod status;
pub mod token;

pub use application::{Application, Version};
pub use deployment::Deployment;
pub use integration::{Endpoint, Integration};
pub use program::Program;
pub use remnant::Remnant;
pub use savepoint::{Savepoint, SavepointKind};
pub use service::Service;
pub use status::Status;
pub use token::Token;

/// A moment in RFC 3339, UTC, microseconds: `2023-02-08T07:37:25.165996Z`.
pub fn now() -> String {
    timestamp(jiff::Timestamp::now())
}

/// A moment as the API writes it.
pub fn timestamp(moment: jiff::Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}

/// A new id: a UUID.
pub fn fresh_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_have_microseconds_and_a_zone() {
        let moment = jiff::Timestamp::from_microsecond(1_675_841_845_165_996).expect("in range");
        assert_eq!(timestamp(moment), "2023-02-08T07:37:25.165996Z");
    }
}
