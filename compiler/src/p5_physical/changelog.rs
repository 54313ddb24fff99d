//! Which changes flow between the operators.
//!
//! Bottom up: which kinds of change each node can cause. Top down: who needs -U rows. A node that can leave them out
//! does so when nobody needs them; behind a source that cannot, they are dropped.

use super::lower::{identity, new_node};
use super::node::Calc;
use super::plan::{ChangelogMode, NodeId, PhysicalOp, PhysicalPlan};

/// Fills in the widest `changelog` that every node may have: with -U wherever a node can make them.
pub(super) fn widest(plan: &mut PhysicalPlan) {
    fill(plan, &vec![true; plan.nodes.len()]);
}

/// Fills in `changelog` of every node, and what aggregations need to know of it.
pub(super) fn derive(plan: &mut PhysicalPlan) {
    widest(plan);
    let edges = update_before_needs(plan);
    insert_drops(plan, &edges);
    let needs = node_needs(plan, &update_before_needs(plan));
    fill(plan, &needs);
}

/// Sets every node's mode, given who needs -U of it.
fn fill(plan: &mut PhysicalPlan, needs: &[bool]) {
    for (index, needed) in needs.iter().enumerate() {
        let inputs = plan.nodes[index].inputs.clone();
        let input = inputs
            .iter()
            .map(|input| plan.nodes[input.0].changelog)
            .reduce(ChangelogMode::union)
            .unwrap_or(ChangelogMode::INSERT_ONLY);
        let node = &mut plan.nodes[index];
        node.changelog = node.op.operator_mut().derive_mode(input, *needed);
    }
}

/// For every input of every node: whether -U rows must come through it.
fn update_before_needs(plan: &PhysicalPlan) -> Vec<Vec<bool>> {
    let mut edges = vec![Vec::new(); plan.nodes.len()];
    let mut needs = vec![false; plan.nodes.len()];
    for (index, node) in plan.nodes.iter().enumerate().rev() {
        for input in &node.inputs {
            let updates = !plan.nodes[input.0].changelog.is_insert_only();
            let needed = updates
                && node
                    .op
                    .operator()
                    .needs_update_before(needs[index], &plan.nodes[input.0]);
            edges[index].push(needed);
            needs[input.0] |= needed;
        }
    }
    edges
}

fn node_needs(plan: &PhysicalPlan, edges: &[Vec<bool>]) -> Vec<bool> {
    let mut needs = vec![false; plan.nodes.len()];
    for (node, edges) in plan.nodes.iter().zip(edges) {
        for (input, needed) in node.inputs.iter().zip(edges) {
            needs[input.0] |= needed;
        }
    }
    needs
}

/// Behind sources that deliver -U rows, for readers that do not need them: a calc that leaves them out.
fn insert_drops(plan: &mut PhysicalPlan, edges: &[Vec<bool>]) {
    let old = std::mem::take(&mut plan.nodes);
    let mut at: Vec<NodeId> = Vec::with_capacity(old.len());
    let mut dropped: Vec<Option<NodeId>> = vec![None; old.len()];
    for (index, mut node) in old.into_iter().enumerate() {
        for (input, needed) in node.inputs.iter_mut().zip(&edges[index]) {
            let source = at[input.0];
            let below = &plan.nodes[source.0];
            let is_source = matches!(below.op, PhysicalOp::Source(_));
            *input = if is_source && below.changelog.update_before && !needed {
                *dropped[input.0].get_or_insert_with(|| push_drop(plan, source))
            } else {
                source
            };
        }
        at.push(NodeId(plan.nodes.len()));
        plan.nodes.push(node);
    }
}

fn push_drop(plan: &mut PhysicalPlan, source: NodeId) -> NodeId {
    let below = &plan.nodes[source.0];
    let op = PhysicalOp::Calc(Calc {
        condition: None,
        exprs: identity(&below.schema, below.span),
        drop_update_before: true,
    });
    let mut node = new_node(op, vec![source], below.schema.clone(), below.span);
    node.upsert_keys.clone_from(&below.upsert_keys);
    plan.nodes.push(node);
    NodeId(plan.nodes.len() - 1)
}
