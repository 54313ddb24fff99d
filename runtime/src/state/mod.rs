//! Keyed state: rows by key, grouped into key groups, written to checkpoints incrementally without a pause.

pub mod key_group;
pub mod table;

pub use key_group::{KEY_GROUPS, key_group};
pub use table::StateTable;
