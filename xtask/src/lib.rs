//! Developer commands as a library, so that tests start the same services the command line starts.

pub mod bench;
pub mod bless;
pub mod conformance;
pub mod docs;
pub mod oracle;
pub mod services;
pub mod tidy;
