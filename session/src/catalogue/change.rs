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
