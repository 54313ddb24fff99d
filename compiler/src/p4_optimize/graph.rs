//! The plan as a graph: who reads a node, and the order of nodes after a rule has moved some.

use crate::p3_plan::plan::{LogicalOp, LogicalPlan, NodeId};

/// How many inputs of other nodes each node is.
pub(super) fn readers(plan: &LogicalPlan) -> Vec<usize> {
    let mut readers = vec![0; plan.nodes.len()];
    for node in &plan.nodes {
        for input in &node.inputs {
            readers[input.0] += 1;
        }
    }
    readers
}

/// The single input of a node, when nobody else reads it.
pub(super) fn private_input(plan: &LogicalPlan, readers: &[usize], node: usize) -> Option<usize> {
    match plan.nodes[node].inputs.as_slice() {
        [input] if readers[input.0] == 1 => Some(input.0),
        _ => None,
    }
}

/// Puts inputs before their readers again and drops what no sink needs.
pub(super) fn normalise(plan: &mut LogicalPlan) {
    let mut order = Vec::with_capacity(plan.nodes.len());
    let mut position = vec![None; plan.nodes.len()];
    for (index, node) in plan.nodes.iter().enumerate() {
        if matches!(node.op, LogicalOp::Sink { .. } | LogicalOp::Collect) {
            place(plan, index, &mut position, &mut order);
        }
    }
    let mut old: Vec<_> = std::mem::take(&mut plan.nodes).into_iter().map(Some).collect();
    for index in order {
        let mut node = old[index].take().expect("a node is placed once");
        for input in &mut node.inputs {
            *input = NodeId(position[input.0].expect("inputs are placed first"));
        }
        plan.nodes.push(node);
    }
}

fn place(plan: &LogicalPlan, index: usize, position: &mut [Option<usize>], order: &mut Vec<usize>) {
    if position[index].is_some() {
        return;
    }
    for input in &plan.nodes[index].inputs {
        place(plan, input.0, position, order);
    }
    position[index] = Some(order.len());
    order.push(index);
}
