//! One keyed table of an operator's state.

/// Rows by key. To be filled in by the state module's owner.
pub struct StateTable {}
