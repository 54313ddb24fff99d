//! What one decision does to one record: what a store keeps, and what the tables in memory take over then.

use std::any::Any;
use std::sync::Arc;

pub(super) type AnyRecord = Arc<dyn Any + Send + Sync>;

/// A record that is new, different or gone.
pub struct Change {
    pub kind: &'static str,
    pub id: String,
    /// JSON; `None` removes the record.
    pub body: Option<String>,
    /// The record itself, for the tables in memory.
    pub(super) record: Option<AnyRecord>,
}

/// Storage takes nothing now: it has no room, or its disk fails. The change counts for nothing here.
#[derive(Debug)]
pub struct NotStored(pub(crate) String);

impl std::fmt::Display for NotStored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the catalogue cannot store changes now: {}", self.0)
    }
}

impl std::error::Error for NotStored {}
