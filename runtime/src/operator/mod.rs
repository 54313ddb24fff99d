//! Operators: each takes batches and watermarks and appends to its output. They know no thread, no clock
//! and no storage; time comes from rows, watermarks and the `now` that the dataflow passes.

mod aggregate;
mod calc;
mod changelog_normalize;
mod copy;
pub mod exchange;
mod group_agg;
mod sink_upsert_materializer;
#[cfg(test)]
mod test_rows;
mod union;
mod values;
mod window;
mod window_agg;
mod window_assign;

use sql::{Session, SqlError, Timestamp};

use crate::error::JobError;
use crate::job::{Column, Node, OperatorSpec};
use crate::row::BatchWriter;
use crate::row::batch::Batch;
use crate::state::StateTable;

pub use exchange::Partitioner;
pub use values::values_batch;

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

impl Context {
    pub fn new(session: Session) -> Self {
        Context {
            output: Vec::new(),
            session,
        }
    }

    /// Hands on the rows written so far, if any.
    fn emit(&mut self, writer: &mut BatchWriter) {
        if !writer.is_empty() {
            self.output.push(Event::Batch(writer.take()));
        }
    }
}

/// The operator of a node that stands between others; `input` are the columns of its inputs, which are all
/// alike. Sources, values, exchanges and sinks are the dataflow's own: see [`values_batch`] and
/// [`Partitioner`].
pub fn build(node: &Node, input: &[Column]) -> Result<Box<dyn Operator>, JobError> {
    Ok(match &node.operator {
        OperatorSpec::Calc(kernel) => Box::new(calc::Calc::new(node.name, *kernel, node.columns.len())),
        OperatorSpec::GroupAgg(spec) => Box::new(group_agg::GroupAgg::new(node, spec, input)?),
        OperatorSpec::WindowAssign(spec) => Box::new(window_assign::WindowAssign::new(node, spec, input)?),
        OperatorSpec::WindowAgg(spec) => Box::new(window_agg::WindowAgg::new(node, spec, input)?),
        OperatorSpec::ChangelogNormalize(spec) => {
            Box::new(changelog_normalize::ChangelogNormalize::new(node, spec, input))
        }
        OperatorSpec::SinkUpsertMaterializer(spec) => Box::new(
            sink_upsert_materializer::SinkUpsertMaterializer::new(node, spec, input),
        ),
        OperatorSpec::Union => {
            assert_eq!(
                input.len(),
                node.columns.len(),
                "inputs of {} have its columns",
                node.name
            );
            Box::new(union::Union)
        }
        _ => {
            let message = format!("operator {} is not one that a worker builds", node.name);
            return Err(JobError::Configuration(message));
        }
    })
}

/// Says in which operator an expression had no answer.
fn value_error(operator: &'static str) -> impl Fn(SqlError) -> JobError {
    move |source| JobError::Value {
        operator: operator.to_owned(),
        source,
    }
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

    /// Rows dropped so far because they came after their time was over.
    fn late_rows(&self) -> u64 {
        0
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
