//! Nodes that compute the same from the same inputs become one, so that sources are read once.

use std::collections::BTreeMap;

use crate::base::Span;
use crate::expr::Expr;
use crate::p3_plan::plan::{Aggregate, LogicalOp, LogicalPlan, NodeId};

pub(super) fn apply(plan: &mut LogicalPlan) -> bool {
    let mut first: BTreeMap<String, NodeId> = BTreeMap::new();
    let mut same_as: Vec<NodeId> = (0..plan.nodes.len()).map(NodeId).collect();
    let mut changed = false;
    for index in 0..plan.nodes.len() {
        for input in &mut plan.nodes[index].inputs {
            *input = same_as[input.0];
        }
        let node = &plan.nodes[index];
        if is_unshareable(&node.op) {
            continue;
        }
        let key = format!(
            "{:?} {:?} {:?}",
            without_spans(node.op.clone()),
            node.inputs,
            node.schema
        );
        let kept = *first.entry(key).or_insert(NodeId(index));
        same_as[index] = kept;
        changed |= kept.0 != index;
    }
    changed
}

/// Two sinks write twice, and two RAND() are two numbers.
fn is_unshareable(op: &LogicalOp) -> bool {
    match op {
        LogicalOp::Sink { .. } | LogicalOp::Collect => true,
        LogicalOp::Filter { condition } => !condition.is_deterministic(),
        LogicalOp::Project { exprs } => !exprs.iter().all(Expr::is_deterministic),
        _ => false,
    }
}

const NOWHERE: Span = Span::new(0, 0, 0);

/// The operation alone: where it was written makes no difference.
fn without_spans(mut op: LogicalOp) -> LogicalOp {
    match &mut op {
        LogicalOp::Filter { condition } => clear(condition),
        LogicalOp::Project { exprs } => exprs.iter_mut().for_each(clear),
        LogicalOp::GroupAgg { aggregates, .. } | LogicalOp::WindowAgg { aggregates, .. } => {
            aggregates
                .iter_mut()
                .for_each(|aggregate: &mut Aggregate| aggregate.span = NOWHERE);
        }
        _ => {}
    }
    op
}

fn clear(expr: &mut Expr) {
    expr.span = NOWHERE;
    expr.operands_mut().into_iter().for_each(clear);
}
