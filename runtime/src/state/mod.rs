//! Keyed state: rows by key, grouped into key groups, written to checkpoints incrementally without a pause.

pub mod table;

pub use table::StateTable;
