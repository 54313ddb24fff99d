//! Where rows of a sink are held to what its table declares, and what happens to them there.
//!
//! In: batches on their way to a sink. Out: the same batches without rows that have a NULL where there may be none,
//! values trimmed and padded, or the error that ends the job. Invariant: as in Flink this comes before rows are sent
//! to the thread of their key and before a materializer compares them: a row that is left out counts for neither, and
//! a key that is trimmed is trimmed for both.

use std::sync::Arc;

use super::constraint::Constraints;
use super::settings::Settings;
use super::type_length::Lengths;
use crate::error::JobError;
use crate::job::{Column, Job, OperatorSpec};
use crate::row::Batch;

pub(crate) struct Enforcer {
    /// None when the table allows NULL everywhere.
    constraints: Option<Constraints>,
    /// None when no value has to have the length of its column.
    lengths: Option<Lengths>,
}

impl Enforcer {
    /// None when there is nothing to look at.
    pub(crate) fn new(table: &'static str, columns: &[Column], settings: &Settings) -> Option<Enforcer> {
        let enforcer = Enforcer {
            constraints: Constraints::new(table, columns, settings),
            lengths: Lengths::new(table, columns, settings),
        };
        (enforcer.constraints.is_some() || enforcer.lengths.is_some()).then_some(enforcer)
    }

    /// The batch as the table allows it.
    pub(crate) fn enforced(&mut self, mut batch: Arc<Batch>) -> Result<Arc<Batch>, JobError> {
        if let Some(constraints) = &mut self.constraints
            && let Some(kept) = constraints.kept(&batch)?
        {
            batch = Arc::new(kept);
        }
        if let Some(lengths) = &mut self.lengths
            && let Some(fitted) = lengths.fitted(&batch)?
        {
            batch = Arc::new(fitted);
        }
        Ok(batch)
    }
}

/// The sink for whose table rows are looked at where they come into this node: the sink itself, or what only brings
/// rows to it.
pub(crate) fn enforced_sink(job: &Job, node: usize) -> Option<usize> {
    let sinks = (node..job.nodes.len()).filter(|at| matches!(job.nodes[*at].operator, OperatorSpec::Sink(_)));
    sinks.into_iter().find(|sink| first_of(job, *sink) == node)
}

/// The first of the nodes that do nothing but bring rows to the sink in the order of their keys.
fn first_of(job: &Job, sink: usize) -> usize {
    let readers = |node: usize| {
        let inputs = job.nodes.iter().flat_map(|reader| &reader.inputs);
        inputs.filter(|input| input.0 == node).count()
    };
    let mut first = sink;
    loop {
        let input = job.nodes[first].inputs[0].0;
        let is_of_sink = matches!(
            job.nodes[input].operator,
            OperatorSpec::Exchange { .. } | OperatorSpec::SinkUpsertMaterializer(_)
        );
        if !is_of_sink || readers(input) > 1 {
            return first;
        }
        first = input;
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::jobs::{node, sink, source};
    use super::*;

    #[test]
    fn rows_are_looked_at_before_they_are_sent_to_the_thread_of_their_key() {
        let exchange = || OperatorSpec::Exchange { keys: vec![0] };
        let job = Job {
            name: "j",
            nodes: vec![
                node("in", &[], source("in")),
                node("by_k", &[0], exchange()),
                node("a", &[1], sink("a")),
                node("shared", &[0], exchange()),
                node("b", &[3], sink("b")),
                node("c", &[3], sink("c")),
                node("d", &[0], sink("d")),
            ],
        };
        let found: Vec<Option<usize>> = (0..7).map(|node| enforced_sink(&job, node)).collect();
        assert_eq!(found, [None, Some(2), None, None, Some(4), Some(5), Some(6)]);
    }
}
