//! Operators: each takes batches and watermarks and appends to its output. They know no thread, no clock and no
//! storage; time comes from rows, watermarks and the `now` that the dataflow passes.

use sql::{Session, Timestamp};

use crate::error::JobError;
use crate::row::batch::Batch;
use crate::state::StateTable;

/// What an operator hands on, in order.
pub enum Event {
    Batch(Batch),
    /// No row with a time up to and including this will follow.
    Watermark(Timestamp),
}

/// Where an operator puts its output and what it may know.
pub struct Context {
    pub output: Vec<Event>,
    pub session: Session,
}

/// One instance of an operator on one thread.
pub trait Operator: Send {
    fn on_batch(&mut self, input: &Batch, cx: &mut Context) -> Result<(), JobError>;

    /// Called when the operator's combined input watermark advances. The operator passes it on (after what it
    /// causes) unless it changes it.
    fn on_watermark(&mut self, watermark: Timestamp, cx: &mut Context) -> Result<(), JobError> {
        cx.output.push(Event::Watermark(watermark));
        Ok(())
    }

    /// Called when the wall clock has passed the time `next_timer` asked for.
    fn on_timer(&mut self, _now: Timestamp, _cx: &mut Context) -> Result<(), JobError> {
        Ok(())
    }

    /// The wall-clock time at which the operator wants `on_timer`, if any.
    fn next_timer(&self) -> Option<Timestamp> {
        None
    }

    /// Called after the last batch of an epoch, before its barrier is passed on: emit what was held back.
    fn on_barrier(&mut self, _cx: &mut Context) -> Result<(), JobError> {
        Ok(())
    }

    /// The operator's state, in a fixed order; empty for stateless ones.
    fn state(&mut self) -> Vec<&mut StateTable> {
        Vec::new()
    }

    /// Called once after the tables were filled from a checkpoint: rebuild what is derived from them.
    fn on_restored(&mut self) -> Result<(), JobError> {
        Ok(())
    }
}
