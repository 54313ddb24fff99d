//! Keyed state: rows by key, grouped into key groups, written to checkpoints incrementally without a pause.
//!
//! In: keys and values as words of rows; out: the same words, and checkpoint records. The operator's thread
//! owns its tables; nothing here locks.

mod arena;
pub mod key;
mod snapshot;
pub mod table;

pub use key::{KEY_GROUPS, KeyEncoder, KeyGroupRange, hash_key, key_group_of};
pub use table::{EntryId, StateTable};
