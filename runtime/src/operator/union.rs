//! Union: passes on what any input sends. Watermarks of the inputs are combined by the dataflow.

use super::{Context, Event, Operator};
use crate::error::JobError;
use crate::row::Batch;

pub(super) struct Union;

impl Operator for Union {
    fn on_batch(&mut self, input: &Batch, cx: &mut Context) -> Result<(), JobError> {
        cx.output.push(Event::Batch(input.clone()));
        Ok(())
    }
}
