//! `Filter c (Union (x, y))` → `Union (Filter c (x), Filter c (y))`. Every row is still tested exactly once.

use super::graph::{private_input, readers};
use crate::p3_plan::plan::{LogicalNode, LogicalOp, LogicalPlan, NodeId};

pub(super) fn apply(plan: &mut LogicalPlan) -> bool {
    let readers = readers(plan);
    let mut changed = false;
    for upper in 0..plan.nodes.len() {
        let Some(union) = private_input(plan, &readers, upper) else {
            continue;
        };
        let (LogicalOp::Filter { .. }, LogicalOp::Union) = (&plan.nodes[upper].op, &plan.nodes[union].op)
        else {
            continue;
        };
        let (op, span) = (plan.nodes[upper].op.clone(), plan.nodes[upper].span);
        let mut inputs = Vec::new();
        for input in plan.nodes[union].inputs.clone() {
            let schema = plan.nodes[input.0].schema.clone();
            inputs.push(NodeId(plan.nodes.len()));
            plan.nodes.push(LogicalNode {
                op: op.clone(),
                inputs: vec![input],
                schema,
                span,
            });
        }
        // The upper node becomes the union; the old one has no reader left.
        plan.nodes[upper].op = LogicalOp::Union;
        plan.nodes[upper].span = plan.nodes[union].span;
        plan.nodes[upper].inputs = inputs;
        changed = true;
    }
    changed
}
